#include "genlm-grammar-rules.h"

#include <math.h>
#include <string.h>

#include "genlm-grammar-source.h"

#define START "S"

typedef struct
{
  GenlmGrammarSource  source;
  gsize               at;
  gsize               line_end;
  GenlmGrammar       *grammar;
  GHashTable         *nonterminals;
  GArray             *body;
  GError            **error;
} Reader;

#define fail(reader, at, ...)                                                                   \
  genlm_grammar_source_fail (&(reader)->source, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, (at),   \
                             (reader)->error, __VA_ARGS__)

static gunichar
peek (const Reader *reader)
{
  return reader->at < reader->line_end ? g_utf8_get_char (reader->source.text + reader->at) : 0;
}

static void
step (Reader *reader)
{
  const char *p = reader->source.text + reader->at;

  reader->at += (gsize) (g_utf8_next_char (p) - p);
}

static void
skip_space (Reader *reader)
{
  while (g_unichar_isspace (peek (reader)))
    step (reader);
}

/* The length of the arrow that stands here, or 0. */
static gsize
measure_arrow (const Reader *reader)
{
  static const char *const arrows[] = { "->", "→" };
  const char *place = reader->source.text + reader->at;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (arrows); i++)
    if (strlen (arrows[i]) <= reader->line_end - reader->at
        && memcmp (place, arrows[i], strlen (arrows[i])) == 0)
      return strlen (arrows[i]);
  return 0;
}

/* To the next white space, arrow or end. */
static char *
take_word (Reader *reader)
{
  gsize start = reader->at;

  while (reader->at < reader->line_end && !g_unichar_isspace (peek (reader))
         && measure_arrow (reader) == 0)
    step (reader);
  return g_strndup (reader->source.text + start, reader->at - start);
}

static gboolean
is_nonterminal (const char *word)
{
  return g_unichar_isupper (g_utf8_get_char (word));
}

static guint32
intern_nonterminal (Reader     *reader,
                    const char *name)
{
  gpointer known;
  guint32 symbol;

  if (g_hash_table_lookup_extended (reader->nonterminals, name, NULL, &known))
    return GPOINTER_TO_UINT (known);
  symbol = genlm_grammar_add_nonterminal (reader->grammar, name);
  g_hash_table_insert (reader->nonterminals, g_strdup (name), GUINT_TO_POINTER (symbol));
  return symbol;
}

/* A number and ":". */
static gboolean
read_weight (Reader *reader,
             double *weight)
{
  gsize start = reader->at;
  const char *colon = memchr (reader->source.text + start, ':', reader->line_end - start);
  g_autofree char *text = NULL;
  char *end;

  if (colon == NULL)
    return fail (reader, start, "the line has no \":\"; a rule is \"weight : Head -> symbols\"");
  text = g_strndup (reader->source.text + start,
                    (gsize) (colon - (reader->source.text + start)));
  *weight = g_ascii_strtod (g_strstrip (text), &end);
  if (end == text || *end != '\0')
    return fail (reader, start, "\"%s\" is no number; a rule is \"weight : Head -> symbols\"",
                 text);
  if (!isfinite (*weight) || *weight < 0)
    return fail (reader, start, "the weight %s is not a finite number of at least 0", text);
  reader->at = (gsize) (colon + 1 - reader->source.text);
  return TRUE;
}

/* A nonterminal and the arrow. */
static gboolean
read_head (Reader  *reader,
           guint32 *head)
{
  g_autofree char *word = NULL;
  gsize start;

  skip_space (reader);
  start = reader->at;
  word = take_word (reader);
  if (!is_nonterminal (word))
    return fail (reader, start,
                 "expected the head of the rule, a symbol that starts with a capital letter");
  skip_space (reader);
  if (measure_arrow (reader) == 0)
    return fail (reader, reader->at, "expected \"->\" after the head of the rule");
  reader->at += measure_arrow (reader);
  *head = intern_nonterminal (reader, word);
  return TRUE;
}

static gboolean
read_body (Reader *reader)
{
  g_array_set_size (reader->body, 0);
  for (skip_space (reader); reader->at < reader->line_end; skip_space (reader))
    {
      g_autofree char *word = NULL;
      guint32 symbol;

      if (measure_arrow (reader) > 0)
        return fail (reader, reader->at, "a rule has one arrow; this is the second");
      word = take_word (reader);
      symbol = is_nonterminal (word) ? intern_nonterminal (reader, word)
                                     : genlm_grammar_add_literal (reader->grammar, word);
      g_array_append_val (reader->body, symbol);
    }
  return TRUE;
}

static gboolean
read_line (Reader *reader)
{
  double weight = 0;
  guint32 head = 0;

  skip_space (reader);
  if (peek (reader) == 0 || peek (reader) == '#')
    return TRUE;
  if (!read_weight (reader, &weight) || !read_head (reader, &head) || !read_body (reader))
    return FALSE;
  genlm_grammar_add_production (reader->grammar, head,
                                (const guint32 *) (gpointer) reader->body->data,
                                reader->body->len, weight);
  return TRUE;
}

static gboolean
read_lines (Reader *reader)
{
  const char *text = reader->source.text;

  while (reader->at < reader->source.length)
    {
      const char *end =
        memchr (text + reader->at, '\n', reader->source.length - reader->at);

      reader->line_end = end == NULL ? reader->source.length : (gsize) (end - text);
      if (!read_line (reader))
        return FALSE;
      reader->at = reader->line_end + 1;
    }
  if (g_hash_table_contains (reader->nonterminals, START))
    return TRUE;
  g_set_error (reader->error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
               "Failed to read %s: it has no rule for the start symbol \"" START "\"",
               reader->source.name);
  return FALSE;
}

/* @name is that of the text in messages; NULL for "the grammar". A nonterminal
 * without rules derives nothing, and is no error. */
GenlmGrammar *
genlm_grammar_new_from_rules (const char  *text,
                              gsize        length,
                              const char  *name,
                              GError     **error)
{
  g_autoptr (GenlmGrammar) grammar = genlm_grammar_new ();
  g_autoptr (GHashTable) nonterminals =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GArray) body = g_array_new (FALSE, FALSE, sizeof (guint32));
  Reader reader = { .source = { name != NULL ? name : "the grammar", text, length },
                    .grammar = grammar,
                    .nonterminals = nonterminals,
                    .body = body,
                    .error = error };

  if (!genlm_grammar_source_check (&reader.source, error) || !read_lines (&reader))
    return NULL;
  genlm_grammar_set_start (grammar, intern_nonterminal (&reader, START));
  if (!genlm_grammar_finish (grammar, error))
    return NULL;
  return g_steal_pointer (&grammar);
}
