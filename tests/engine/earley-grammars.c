#include "earley-grammars.h"

#include <string.h>

#include "genlm-byte-exprs.h"
#include "genlm-regex-compiler.h"
#include "genlm-regex-parser.h"

#define N (EARLEY_ORACLE_MAX_LENGTH + 1)

/* --- Reading ------------------------------------------------------------ */

static guint32
add_pattern (GenlmGrammar *grammar,
             const char   *name,
             const char   *pattern)
{
  g_autoptr (GError) error = NULL;
  GenlmRegexTree *tree = genlm_regex_parse (pattern, strlen (pattern), NULL, &error);

  g_assert_no_error (error);
  return genlm_grammar_add_terminal (grammar, name, tree);
}

static guint32
find_symbol (GenlmGrammar *grammar,
             GHashTable   *symbols,
             const char   *word)
{
  gpointer known;
  guint32 symbol;

  if (g_hash_table_lookup_extended (symbols, word, NULL, &known))
    return GPOINTER_TO_UINT (known);
  if (word[0] == '\'')
    {
      g_autofree char *literal = g_strndup (word + 1, strlen (word) - 2);

      symbol = genlm_grammar_add_literal (grammar, literal);
    }
  else
    symbol = genlm_grammar_add_nonterminal (grammar, word);
  g_hash_table_insert (symbols, g_strdup (word), GUINT_TO_POINTER (symbol));
  return symbol;
}

static void
read_rule (GenlmGrammar *grammar,
           GHashTable   *symbols,
           const char   *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autoptr (GArray) body = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 head = find_symbol (grammar, symbols, words[0]);
  guint i;

  for (i = 2; i == 2 || words[i - 1] != NULL; i++)
    {
      guint32 symbol;

      if (words[i] == NULL || g_strcmp0 (words[i], "|") == 0)
        {
          genlm_grammar_add_production (grammar, head, (guint32 *) (gpointer) body->data, body->len,
                                        1.0);
          g_array_set_size (body, 0);
          continue;
        }
      if (words[i][0] == '\0')
        continue;
      symbol = find_symbol (grammar, symbols, words[i]);
      g_array_append_val (body, symbol);
    }
}

/* Lines are `head : symbol 'literal' | …`, `TERMINAL = pattern` and `! TERMINAL
 * = pattern` for what is ignored; the first rule's head is the start. */
GenlmGrammar *
earley_grammar_new (const char         *text,
                    GenlmGrammarIgnore  style)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GHashTable) symbols = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;
  GenlmGrammar *grammar = genlm_grammar_new ();
  gboolean has_start = FALSE;
  guint i;

  genlm_grammar_set_ignore_style (grammar, style);
  for (i = 0; lines[i] != NULL; i++)
    {
      gboolean ignored = lines[i][0] == '!';
      const char *line = lines[i] + (ignored ? 2 : 0);
      const char *equals = strstr (line, " = ");
      g_autofree char *name = NULL;
      guint32 terminal;

      if (equals == NULL || strstr (line, " : ") != NULL)
        continue;
      name = g_strndup (line, (gsize) (equals - line));
      terminal = add_pattern (grammar, name, equals + 3);
      if (ignored)
        genlm_grammar_ignore (grammar, terminal);
      g_hash_table_insert (symbols, g_strdup (name), GUINT_TO_POINTER (terminal));
    }
  for (i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], " : ") != NULL)
      {
        read_rule (grammar, symbols, lines[i]);
        if (!has_start)
          {
            g_auto (GStrv) words = g_strsplit (lines[i], " ", 2);

            genlm_grammar_set_start (grammar, find_symbol (grammar, symbols, words[0]));
          }
        has_start = TRUE;
      }
  genlm_grammar_finish (grammar, &error);
  g_assert_no_error (error);
  return grammar;
}

/* --- The slow way ------------------------------------------------------- */

/* By span of the text: whether a symbol derives it, and by place whether one
 * derives something that starts with all the rest. */
typedef gboolean Spans[N][N];

struct _EarleyOracle
{
  const GenlmGrammar *grammar;
  guint32             n_nonterminals;
  guint32             n_terminals;
  GenlmByteDfa      **dfas;    /* by terminal */
  GenlmByteState    **starts;
  Spans              *spans;   /* by nonterminal, then terminal */
  gboolean          (*opens)[N];
  gboolean          (*ignored)[N];
  gboolean            ignored_opens[N];
};

static void
build_dfa (EarleyOracle *self,
           guint32       terminal)
{
  const GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES,
                                     GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  GenlmByteExprs *exprs = genlm_byte_exprs_new (&limits);
  GenlmByteItem item = { 0, 0 };

  g_assert_true (genlm_regex_compile (
    genlm_grammar_peek_terminal (self->grammar, terminal)->tree, exprs, GENLM_BYTE_ENCODING_UTF8,
    &item.expr, NULL));
  self->dfas[terminal] = genlm_byte_dfa_new (exprs, NULL);
  self->starts[terminal] = genlm_byte_dfa_intern (self->dfas[terminal], &item, 1,
                                                  GENLM_BYTE_EXPR_ANYTHING, NULL);
}

EarleyOracle *
earley_oracle_new (const GenlmGrammar *grammar)
{
  EarleyOracle *self = g_new0 (EarleyOracle, 1);
  guint32 i;

  self->grammar = grammar;
  self->n_nonterminals = genlm_grammar_get_n_nonterminals (grammar);
  self->n_terminals = genlm_grammar_get_n_terminals (grammar);
  self->dfas = g_new0 (GenlmByteDfa *, self->n_terminals + 1);
  self->starts = g_new0 (GenlmByteState *, self->n_terminals + 1);
  for (i = 0; i < self->n_terminals; i++)
    build_dfa (self, i);
  self->spans = g_new0 (Spans, self->n_nonterminals + self->n_terminals + 1);
  self->opens = g_malloc0_n (self->n_nonterminals + self->n_terminals + 1, sizeof *self->opens);
  self->ignored = g_malloc0_n (N, sizeof *self->ignored);
  return self;
}

void
earley_oracle_free (EarleyOracle *self)
{
  guint32 i;

  for (i = 0; i < self->n_terminals; i++)
    genlm_byte_dfa_unref (self->dfas[i]);
  g_free (self->ignored);
  g_free (self->opens);
  g_free (self->spans);
  g_free (self->starts);
  g_free (self->dfas);
  g_free (self);
}

static guint32
number (EarleyOracle *self,
        guint32       symbol)
{
  if (GENLM_GRAMMAR_IS_TERMINAL (symbol))
    return self->n_nonterminals + GENLM_GRAMMAR_TERMINAL_INDEX (symbol);
  return symbol;
}

static void
match_terminal (EarleyOracle *self,
                guint32       terminal,
                const char   *text,
                gsize         length)
{
  guint32 slot = self->n_nonterminals + terminal;
  gsize i;
  gsize j;

  for (i = 0; i <= length; i++)
    {
      GenlmByteState *state = self->starts[terminal];

      for (j = i; j <= length; j++)
        {
          self->spans[slot][i][j] = state->accepting;
          if (j < length)
            state = genlm_byte_dfa_step (self->dfas[terminal], state, (guint8) text[j], NULL);
        }
      self->opens[slot][i] = state != self->dfas[terminal]->dead;
    }
}

/* What is ignored, as often as it occurs: as whole spans, and as one that is
 * not at its end. */
static void
match_ignored (EarleyOracle *self,
               gsize         length)
{
  gsize i;
  gsize j;
  gsize k;
  guint32 t;

  memset (self->ignored, 0, N * sizeof *self->ignored);
  memset (self->ignored_opens, 0, sizeof self->ignored_opens);
  for (i = length + 1; i-- > 0;)
    {
      self->ignored[i][i] = TRUE;
      for (t = 0; t < self->n_terminals; t++)
        if (genlm_grammar_peek_terminal (self->grammar, t)->ignored)
          {
            self->ignored_opens[i] |= self->opens[self->n_nonterminals + t][i];
            for (k = i + 1; k <= length; k++)
              if (self->spans[self->n_nonterminals + t][i][k])
                {
                  self->ignored_opens[i] |= self->ignored_opens[k];
                  for (j = k; j <= length; j++)
                    self->ignored[i][j] |= self->ignored[k][j];
                }
          }
    }
}

/* Lets ignored text stand before a terminal. */
static void
add_ignored_before (EarleyOracle *self,
                    guint32       terminal,
                    gsize         length)
{
  guint32 slot = self->n_nonterminals + terminal;
  Spans before;
  gboolean opens_before[N];
  gsize i;
  gsize j;
  gsize k;

  memcpy (before, self->spans[slot], sizeof before);
  memcpy (opens_before, self->opens[slot], sizeof opens_before);
  for (i = 0; i <= length; i++)
    {
      self->opens[slot][i] |= self->ignored_opens[i];
      for (k = i; k <= length; k++)
        if (self->ignored[i][k])
          {
            self->opens[slot][i] |= opens_before[k];
            for (j = k; j <= length; j++)
              self->spans[slot][i][j] |= before[k][j];
          }
    }
}

static gboolean
apply (EarleyOracle                 *self,
       const GenlmGrammarProduction *production,
       gsize                         length)
{
  gboolean changed = FALSE;
  gsize i;
  gsize j;
  guint32 s;

  for (i = 0; i <= length; i++)
    {
      gboolean at[N] = { FALSE };
      gboolean opens = FALSE;

      at[i] = TRUE;
      for (s = 0; s < production->n_symbols; s++)
        {
          guint32 slot = number (self, production->symbols[s]);
          gboolean next[N] = { FALSE };
          gsize k;

          for (k = i; k <= length; k++)
            if (at[k])
              {
                opens |= self->opens[slot][k];
                for (j = k; j <= length; j++)
                  next[j] |= self->spans[slot][k][j];
              }
          memcpy (at, next, sizeof at);
        }
      opens |= at[length];
      for (j = i; j <= length; j++)
        if (at[j] && !self->spans[production->head][i][j])
          changed = self->spans[production->head][i][j] = TRUE;
      if (opens && !self->opens[production->head][i])
        changed = self->opens[production->head][i] = TRUE;
    }
  return changed;
}

static void
derive (EarleyOracle *self,
        gsize         length)
{
  gboolean changed = TRUE;
  guint32 head;
  guint32 i;

  while (changed)
    {
      changed = FALSE;
      for (head = 0; head < self->n_nonterminals; head++)
        {
          guint32 n_productions;
          const GenlmGrammarProduction *productions;

          productions = genlm_grammar_peek_productions (self->grammar, head, &n_productions);
          for (i = 0; i < n_productions; i++)
            changed |= apply (self, &productions[i], length);
        }
    }
}

void
earley_oracle_ask (EarleyOracle *self,
                   const char   *text,
                   gsize         length,
                   gboolean     *prefix,
                   gboolean     *complete)
{
  gsize n_slots = self->n_nonterminals + self->n_terminals;
  guint32 start = genlm_grammar_get_start (self->grammar);
  guint32 i;
  gsize k;

  g_assert_cmpuint (length, <, N);
  memset (self->spans, 0, n_slots * sizeof (Spans));
  memset (self->opens, 0, n_slots * sizeof *self->opens);
  for (i = 0; i < self->n_terminals; i++)
    match_terminal (self, i, text, length);
  match_ignored (self, length);
  for (i = 0; i < self->n_terminals; i++)
    add_ignored_before (self, i, length);
  derive (self, length);
  *complete = FALSE;
  *prefix = self->opens[start][0];
  for (k = 0; k <= length; k++)
    if (self->spans[start][0][k])
      {
        *complete |= self->ignored[k][length];
        *prefix |= self->ignored_opens[k] || k == length || self->ignored[k][length];
      }
}
