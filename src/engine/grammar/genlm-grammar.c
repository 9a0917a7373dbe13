#include "genlm-grammar.h"

#include <genlm.h>
#include <string.h>

#include "genlm-regex-compiler.h"

#define NOWHERE (G_MAXUINT32)

/* How long all terminals together may take to tell whether they match
 * anything, in microseconds. */
#define MAX_ASKING (5 * G_USEC_PER_SEC)

/* What a terminal matches, shared by the grammars that are made from one
 * another. */
typedef struct
{
  char           *name;
  GenlmRegexTree *tree;
  gboolean        nullable;
  gboolean        empty; /* it matches nothing at all */
  gboolean        unclear; /* or may: the limit of asking was passed */
  GError         *refusal; /* why it cannot be compiled */
} Matter;

/* A production while bodies may still move. */
typedef struct
{
  guint32 head;
  guint32 first;
  guint32 n_symbols;
  double  weight;
} Draft;

struct _GenlmGrammar
{
  GPtrArray              *names;
  GArray                 *terminals;
  GPtrArray              *matters; /* by terminal */
  GArray                 *symbols;
  GArray                 *drafts;
  GHashTable             *literals;
  guint32                 start;
  guint32                 n_ignored;
  GenlmGrammarIgnore      style;
  gboolean                too_large;
  gint64                  asking; /* microseconds left for what needs an automaton */

  /* Once it is finished. */
  GenlmGrammarProduction *productions;
  guint32                 n_productions;
  guint32                *first_production; /* by head, and one more */
};

static void
matter_clear (gpointer data)
{
  Matter *self = data;

  g_clear_error (&self->refusal);
  genlm_regex_tree_free (self->tree);
  g_free (self->name);
}

static void
matter_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, matter_clear);
}

static Matter *
matter_at (const GenlmGrammar *self,
           guint32             index)
{
  return g_ptr_array_index (self->matters, index);
}

static GenlmGrammarTerminal *
terminal_at (const GenlmGrammar *self,
             guint32             index)
{
  return &g_array_index (self->terminals, GenlmGrammarTerminal, index);
}

static Draft *
draft_at (const GenlmGrammar *self,
          guint32             index)
{
  return &g_array_index (self->drafts, Draft, index);
}

static const guint32 *
peek_body (const GenlmGrammar *self,
           const Draft        *draft)
{
  return (const guint32 *) (gpointer) self->symbols->data + draft->first;
}

GenlmGrammar *
genlm_grammar_new (void)
{
  GenlmGrammar *self = g_new0 (GenlmGrammar, 1);

  self->names = g_ptr_array_new_with_free_func (g_free);
  self->terminals = g_array_new (FALSE, FALSE, sizeof (GenlmGrammarTerminal));
  self->matters = g_ptr_array_new_with_free_func (matter_unref);
  /* With memory from the start: an empty part of it has an address, too. */
  self->symbols = g_array_sized_new (FALSE, FALSE, sizeof (guint32), 16);
  self->drafts = g_array_new (FALSE, FALSE, sizeof (Draft));
  self->literals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->asking = MAX_ASKING;
  return self;
}

void
genlm_grammar_free (GenlmGrammar *self)
{
  g_free (self->first_production);
  g_free (self->productions);
  g_clear_pointer (&self->literals, g_hash_table_unref);
  g_array_unref (self->drafts);
  g_array_unref (self->symbols);
  g_ptr_array_unref (self->matters);
  g_array_unref (self->terminals);
  g_ptr_array_unref (self->names);
  g_free (self);
}

guint32
genlm_grammar_add_nonterminal (GenlmGrammar *self,
                               const char   *name)
{
  g_ptr_array_add (self->names, g_strdup (name));
  return self->names->len - 1;
}

/* What a tree without look-ahead can match, node by node: children stand before
 * their parents. */
typedef enum
{
  MATCHES_EMPTY = 1 << 0, /* the empty text */
  MATCHES_NONE  = 1 << 1, /* no text, whatever the rest */
} Matches;

static guint
join_matches (const GenlmRegexTree *tree,
              const GenlmRegexNode *node,
              const guint8         *matches)
{
  const guint32 *children = genlm_regex_tree_peek_children (tree, node);
  guint all = MATCHES_EMPTY | MATCHES_NONE;
  guint any = 0;
  guint32 i;

  for (i = 0; i < node->b; i++)
    {
      all &= matches[children[i]];
      any |= matches[children[i]];
    }
  if (node->kind == GENLM_REGEX_NODE_CONCAT)
    return (all & MATCHES_EMPTY) | (any & MATCHES_NONE);
  return (any & MATCHES_EMPTY) | (all & MATCHES_NONE);
}

static guint
find_node_matches (const GenlmRegexTree *tree,
                   const GenlmRegexNode *node,
                   const guint8         *matches)
{
  gsize n_ranges;

  switch (node->kind)
    {
    case GENLM_REGEX_NODE_EMPTY:
      return MATCHES_EMPTY;
    case GENLM_REGEX_NODE_CLASS:
      genlm_char_set_peek_ranges (genlm_regex_tree_peek_class (tree, node->a), &n_ranges);
      return n_ranges == 0 ? MATCHES_NONE : 0;
    case GENLM_REGEX_NODE_CONCAT:
    case GENLM_REGEX_NODE_ALTERNATE:
      return join_matches (tree, node, matches);
    case GENLM_REGEX_NODE_REPEAT:
      return node->min == 0 ? MATCHES_EMPTY : matches[node->a];
    default:
      return 0;
    }
}

/* With a look-ahead, or what else asks for its surroundings, only the automaton
 * can tell. */
static void
ask_automaton (GenlmGrammar *self,
               Matter       *matter)
{
  const GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES,
                                     GENLM_ENGINE_DEFAULT_MAX_MEMORY,
                                     (guint) (self->asking / 1000) };
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (&limits);
  gint64 start = g_get_monotonic_time ();
  guint8 classes[256];
  GenlmByteExpr expr;

  matter->unclear = TRUE;
  if (limits.deadline > 0
      && genlm_regex_compile (matter->tree, exprs, GENLM_BYTE_ENCODING_UTF8, &expr,
                              &matter->refusal))
    {
      genlm_byte_exprs_seal (exprs, classes);
      matter->nullable = genlm_byte_exprs_is_nullable (exprs, expr);
      matter->empty = !genlm_byte_exprs_is_live (exprs, expr);
      matter->unclear = !genlm_byte_exprs_check (exprs, NULL);
    }
  self->asking -= g_get_monotonic_time () - start;
}

static void
find_matches (GenlmGrammar *self,
              Matter       *matter)
{
  const GenlmRegexTree *tree = matter->tree;
  guint32 root = genlm_regex_tree_get_root (tree);
  guint32 n_nodes = genlm_regex_tree_get_size (tree);
  g_autofree guint8 *matches = NULL;
  guint32 i;

  if (genlm_regex_tree_peek_node (tree, root)->has_assertion)
    {
      ask_automaton (self, matter);
      return;
    }
  matches = g_new (guint8, n_nodes);
  for (i = 0; i < n_nodes; i++)
    matches[i] = (guint8) find_node_matches (tree, genlm_regex_tree_peek_node (tree, i), matches);
  matter->empty = (matches[root] & MATCHES_NONE) != 0;
  matter->nullable = !matter->empty && (matches[root] & MATCHES_EMPTY) != 0;
}

/* Takes the reference. */
static guint32
append_terminal (GenlmGrammar *self,
                 Matter       *matter,
                 gboolean      ignored)
{
  GenlmGrammarTerminal terminal = { matter->name, matter->tree, matter->nullable, ignored };

  g_array_append_val (self->terminals, terminal);
  g_ptr_array_add (self->matters, matter);
  return GENLM_GRAMMAR_TERMINAL | (self->terminals->len - 1);
}

/* Takes the tree. */
guint32
genlm_grammar_add_terminal (GenlmGrammar   *self,
                            const char     *name,
                            GenlmRegexTree *tree)
{
  Matter *matter = g_atomic_rc_box_new0 (Matter);

  matter->name = g_strdup (name);
  matter->tree = tree;
  find_matches (self, matter);
  return append_terminal (self, matter, FALSE);
}

/* A terminal that is the same as one of another grammar, ignored where that is. */
guint32
genlm_grammar_share_terminal (GenlmGrammar       *self,
                              const GenlmGrammar *from,
                              guint32             terminal)
{
  return append_terminal (self, g_atomic_rc_box_acquire (matter_at (from, terminal)),
                          terminal_at (from, terminal)->ignored);
}

/* The terminal of one valid UTF-8 text, the same for equal texts. */
guint32
genlm_grammar_add_literal (GenlmGrammar *self,
                           const char   *text)
{
  g_autoptr (GArray) nodes = NULL;
  g_autofree char *escaped = NULL;
  g_autofree char *name = NULL;
  GenlmRegexTree *tree;
  gpointer known;
  guint32 node;
  const char *p;

  if (g_hash_table_lookup_extended (self->literals, text, NULL, &known))
    return GPOINTER_TO_UINT (known);
  nodes = g_array_new (FALSE, FALSE, sizeof (guint32));
  tree = genlm_regex_tree_new ();
  for (p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      node = genlm_regex_tree_add_range (tree, g_utf8_get_char (p), g_utf8_get_char (p));
      g_array_append_val (nodes, node);
    }
  node = nodes->len == 0 ? genlm_regex_tree_add_empty (tree)
                         : genlm_regex_tree_add_list (tree, GENLM_REGEX_NODE_CONCAT,
                                                      (guint32 *) (gpointer) nodes->data,
                                                      nodes->len);
  genlm_regex_tree_set_root (tree, node);
  escaped = g_strescape (text, NULL);
  name = g_strdup_printf ("\"%s\"", escaped);
  node = genlm_grammar_add_terminal (self, name, tree);
  g_hash_table_insert (self->literals, g_strdup (text), GUINT_TO_POINTER (node));
  return node;
}

/* A weight of zero takes the production away. */
void
genlm_grammar_add_production (GenlmGrammar  *self,
                              guint32        head,
                              const guint32 *symbols,
                              guint32        n_symbols,
                              double         weight)
{
  Draft draft = { head, self->symbols->len, n_symbols, weight };

  g_return_if_fail (weight >= 0 && weight <= G_MAXDOUBLE);

  if (weight == 0)
    return;
  if (n_symbols > GENLM_GRAMMAR_MAX_SIZE - self->symbols->len
      || self->drafts->len >= GENLM_GRAMMAR_MAX_SIZE)
    {
      self->too_large = TRUE;
      return;
    }
  if (n_symbols > 0)
    g_array_append_vals (self->symbols, symbols, n_symbols);
  g_array_append_val (self->drafts, draft);
}

void
genlm_grammar_set_start (GenlmGrammar *self,
                         guint32       nonterminal)
{
  self->start = nonterminal;
}

void
genlm_grammar_ignore (GenlmGrammar *self,
                      guint32       terminal)
{
  terminal_at (self, GENLM_GRAMMAR_TERMINAL_INDEX (terminal))->ignored = TRUE;
}

void
genlm_grammar_set_ignore_style (GenlmGrammar       *self,
                                GenlmGrammarIgnore  style)
{
  self->style = style;
}

/* --- Finishing ---------------------------------------------------------- */

/* What the trimming knows of each symbol and production. */
typedef struct
{
  const GenlmGrammar *grammar;
  guint32             n_nonterminals;
  guint32             n_symbols;  /* terminals follow the nonterminals */
  gboolean           *productive; /* by symbol */
  gboolean           *reachable;  /* by symbol */
  guint32            *first_use;  /* by symbol, and one more: into the next */
  guint32            *uses;       /* productions, once for each place */
  guint32            *missing;    /* by production: symbols not yet productive */
  GArray             *agenda;
} Trim;

static guint32
number_symbol (const Trim *trim,
               guint32     symbol)
{
  if (GENLM_GRAMMAR_IS_TERMINAL (symbol))
    return trim->n_nonterminals + GENLM_GRAMMAR_TERMINAL_INDEX (symbol);
  return symbol;
}

static void
trim_init (Trim               *trim,
           const GenlmGrammar *self)
{
  trim->grammar = self;
  trim->n_nonterminals = self->names->len;
  trim->n_symbols = self->names->len + self->terminals->len;
  trim->productive = g_new0 (gboolean, trim->n_symbols);
  trim->reachable = g_new0 (gboolean, trim->n_symbols);
  trim->first_use = g_new0 (guint32, (gsize) trim->n_symbols + 2);
  trim->uses = g_new (guint32, (gsize) self->symbols->len + 1);
  trim->missing = g_new0 (guint32, (gsize) self->drafts->len + 1);
  trim->agenda = g_array_new (FALSE, FALSE, sizeof (guint32));
}

static void
trim_clear (Trim *trim)
{
  g_array_unref (trim->agenda);
  g_free (trim->missing);
  g_free (trim->uses);
  g_free (trim->first_use);
  g_free (trim->reachable);
  g_free (trim->productive);
}

static void
index_uses (Trim *trim)
{
  const GenlmGrammar *self = trim->grammar;
  guint32 *next = trim->first_use + 1;
  guint32 i;
  guint32 j;

  for (i = 0; i < self->drafts->len; i++)
    for (j = 0; j < draft_at (self, i)->n_symbols; j++)
      next[number_symbol (trim, peek_body (self, draft_at (self, i))[j]) + 1]++;
  for (i = 1; i <= trim->n_symbols; i++)
    next[i] += next[i - 1];
  for (i = 0; i < self->drafts->len; i++)
    {
      const Draft *draft = draft_at (self, i);

      trim->missing[i] = draft->n_symbols;
      for (j = 0; j < draft->n_symbols; j++)
        trim->uses[next[number_symbol (trim, peek_body (self, draft)[j])]++] = i;
    }
}

static void
mark (Trim     *trim,
      gboolean *marks,
      guint32   number)
{
  if (marks[number])
    return;
  marks[number] = TRUE;
  g_array_append_val (trim->agenda, number);
}

static gboolean
take (Trim    *trim,
      guint32 *number)
{
  if (trim->agenda->len == 0)
    return FALSE;
  *number = g_array_index (trim->agenda, guint32, trim->agenda->len - 1);
  g_array_set_size (trim->agenda, trim->agenda->len - 1);
  return TRUE;
}

static void
find_productive (Trim *trim)
{
  const GenlmGrammar *self = trim->grammar;
  guint32 number;
  guint32 i;

  for (i = 0; i < self->terminals->len; i++)
    if (!matter_at (self, i)->empty)
      mark (trim, trim->productive, trim->n_nonterminals + i);
  for (i = 0; i < self->drafts->len; i++)
    if (draft_at (self, i)->n_symbols == 0)
      mark (trim, trim->productive, draft_at (self, i)->head);
  while (take (trim, &number))
    for (i = trim->first_use[number]; i < trim->first_use[number + 1]; i++)
      if (--trim->missing[trim->uses[i]] == 0)
        mark (trim, trim->productive, draft_at (self, trim->uses[i])->head);
}

/* Productions in the order of their heads, each head's in the order in which
 * they were added: by head the first one and one more. */
static guint32 *
sort_by_head (const GenlmGrammar *self,
              guint32             n_heads,
              guint32           **first)
{
  guint32 *order = g_new (guint32, (gsize) self->drafts->len + 1);
  guint32 *next = g_new0 (guint32, (gsize) n_heads + 2);
  guint32 i;

  for (i = 0; i < self->drafts->len; i++)
    next[draft_at (self, i)->head + 2]++;
  for (i = 2; i <= n_heads + 1; i++)
    next[i] += next[i - 1];
  for (i = 0; i < self->drafts->len; i++)
    order[next[draft_at (self, i)->head + 1]++] = i;
  *first = next;
  return order;
}

static void
find_reachable (Trim          *trim,
                const guint32 *order,
                const guint32 *first)
{
  const GenlmGrammar *self = trim->grammar;
  guint32 number;
  guint32 i;
  guint32 j;

  mark (trim, trim->reachable, self->start);
  while (take (trim, &number))
    for (i = number < trim->n_nonterminals ? first[number] : 0;
         number < trim->n_nonterminals && i < first[number + 1]; i++)
      {
        const Draft *draft = draft_at (self, order[i]);

        for (j = 0; trim->missing[order[i]] == 0 && j < draft->n_symbols; j++)
          mark (trim, trim->reachable, number_symbol (trim, peek_body (self, draft)[j]));
      }
}

static gboolean
is_kept (const Trim *trim,
         guint32     number)
{
  if (number == trim->grammar->start)
    return TRUE;
  if (number >= trim->n_nonterminals)
    {
      guint32 index = number - trim->n_nonterminals;

      return trim->productive[number]
             && (trim->reachable[number] || terminal_at (trim->grammar, index)->ignored);
    }
  return trim->productive[number] && trim->reachable[number];
}

/* Puts what stays of the terminals where @renamed says. */
static void
move_terminals (GenlmGrammar *self,
                const Trim   *trim,
                guint32      *renamed)
{
  g_autoptr (GArray) terminals = g_steal_pointer (&self->terminals);
  g_autoptr (GPtrArray) matters = g_steal_pointer (&self->matters);
  guint32 i;

  self->terminals = g_array_new (FALSE, FALSE, sizeof (GenlmGrammarTerminal));
  self->matters = g_ptr_array_new_with_free_func (matter_unref);
  for (i = 0; i < terminals->len; i++)
    if (renamed[trim->n_nonterminals + i] != NOWHERE)
      renamed[trim->n_nonterminals + i] =
        append_terminal (self, g_atomic_rc_box_acquire (g_ptr_array_index (matters, i)),
                         g_array_index (terminals, GenlmGrammarTerminal, i).ignored);
}

/* Puts the names of the nonterminals that stay where @renamed says: the start
 * symbol first. */
static void
move_nonterminals (GenlmGrammar *self,
                   guint32      *renamed)
{
  g_autoptr (GPtrArray) names = g_steal_pointer (&self->names);
  guint32 i;

  self->names = g_ptr_array_new_with_free_func (g_free);
  renamed[self->start] = 0;
  g_ptr_array_add (self->names, g_steal_pointer (&names->pdata[self->start]));
  for (i = 0; i < names->len; i++)
    if (i != self->start && renamed[i] != NOWHERE)
      {
        renamed[i] = self->names->len;
        g_ptr_array_add (self->names, g_steal_pointer (&names->pdata[i]));
      }
}

/* New numbers for the symbols that stay. */
static guint32 *
renumber (GenlmGrammar *self,
          const Trim   *trim)
{
  guint32 *renamed = g_new (guint32, trim->n_symbols);
  guint32 i;

  for (i = 0; i < trim->n_symbols; i++)
    renamed[i] = is_kept (trim, i) ? 0 : NOWHERE;
  move_terminals (self, trim, renamed);
  move_nonterminals (self, renamed);
  return renamed;
}

static guint
body_hash (gconstpointer data)
{
  const GenlmGrammarProduction *body = data;
  guint hash = body->n_symbols;
  guint32 i;

  for (i = 0; i < body->n_symbols; i++)
    hash = (hash ^ body->symbols[i]) * 0x9e3779b1u;
  return hash;
}

static gboolean
body_equal (gconstpointer a,
            gconstpointer b)
{
  const GenlmGrammarProduction *one = a;
  const GenlmGrammarProduction *other = b;

  return one->n_symbols == other->n_symbols
         && (one->n_symbols == 0
             || memcmp (one->symbols, other->symbols, sizeof *one->symbols * one->n_symbols) == 0);
}

/* Adds a production to the finished ones, or its weight to its equal of the
 * same head. */
static void
add_finished (GenlmGrammar *self,
              const Draft  *draft,
              guint32       head,
              GHashTable   *bodies)
{
  GenlmGrammarProduction *production = &self->productions[self->n_productions];
  GenlmGrammarProduction *known;

  *production = (GenlmGrammarProduction) { head, draft->n_symbols, peek_body (self, draft),
                                           draft->weight };
  known = g_hash_table_lookup (bodies, production);
  if (known != NULL)
    {
      known->weight += draft->weight;
      return;
    }
  g_hash_table_add (bodies, production);
  self->n_productions++;
}

static void
rename_bodies (GenlmGrammar  *self,
               const Trim    *trim,
               const guint32 *renamed)
{
  guint32 i;

  for (i = 0; i < self->symbols->len; i++)
    {
      guint32 *symbol = &g_array_index (self->symbols, guint32, i);

      *symbol = renamed[number_symbol (trim, *symbol)];
    }
}

static void
collect_productions (GenlmGrammar  *self,
                     const Trim    *trim,
                     const guint32 *renamed,
                     const guint32 *order,
                     const guint32 *first)
{
  g_autoptr (GHashTable) bodies = g_hash_table_new (body_hash, body_equal);
  guint32 head = self->start;
  guint32 next = 0;
  guint32 i;

  self->productions = g_new (GenlmGrammarProduction, (gsize) self->drafts->len + 1);
  self->first_production = g_new0 (guint32, (gsize) self->names->len + 1);
  while (head != NOWHERE)
    {
      self->first_production[renamed[head]] = self->n_productions;
      g_hash_table_remove_all (bodies);
      for (i = first[head]; i < first[head + 1]; i++)
        if (trim->missing[order[i]] == 0)
          add_finished (self, draft_at (self, order[i]), renamed[head], bodies);
      while (next < trim->n_nonterminals && (next == self->start || renamed[next] == NOWHERE))
        next++;
      head = next < trim->n_nonterminals ? next++ : NOWHERE;
    }
  self->first_production[self->names->len] = self->n_productions;
}

static gboolean
check_clear (const GenlmGrammar  *self,
             GError             **error)
{
  guint32 i;

  for (i = 0; i < self->matters->len; i++)
    if (matter_at (self, i)->refusal != NULL)
      {
        g_propagate_prefixed_error (error, g_error_copy (matter_at (self, i)->refusal),
                                    "Failed to build the grammar: the terminal %s: ",
                                    matter_at (self, i)->name);
        return FALSE;
      }
    else if (matter_at (self, i)->unclear)
      {
        g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                     "Failed to build the grammar: whether the terminal %s matches any text could "
                     "not be found within %u states, %u MiB or %d seconds; look-ahead makes it "
                     "hard to tell",
                     matter_at (self, i)->name, GENLM_ENGINE_DEFAULT_MAX_STATES,
                     (guint) (GENLM_ENGINE_DEFAULT_MAX_MEMORY >> 20),
                     (int) (MAX_ASKING / G_USEC_PER_SEC));
        return FALSE;
      }
  return TRUE;
}

static gboolean
check_ignored (GenlmGrammar  *self,
               GError       **error)
{
  guint32 i;

  for (i = 0; i < self->terminals->len; i++)
    {
      const GenlmGrammarTerminal *terminal = terminal_at (self, i);

      if (terminal->ignored && terminal->nullable)
        {
          g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                       "Failed to build the grammar: the ignored terminal %s matches the empty "
                       "text; let it match at least one character",
                       terminal->name);
          return FALSE;
        }
      self->n_ignored += terminal->ignored;
    }
  return TRUE;
}

/* Takes away what no derivation of the start symbol uses, adds equal
 * productions together and puts each head's side by side. The start symbol
 * stays, and is 0, even when it derives nothing. */
gboolean
genlm_grammar_finish (GenlmGrammar  *self,
                      GError       **error)
{
  g_autofree guint32 *first = NULL;
  g_autofree guint32 *order = NULL;
  g_autofree guint32 *renamed = NULL;
  Trim trim;

  if (self->too_large)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "Failed to build the grammar: it has more than %u productions, or symbols in "
                   "them",
                   GENLM_GRAMMAR_MAX_SIZE);
      return FALSE;
    }
  trim_init (&trim, self);
  index_uses (&trim);
  find_productive (&trim);
  order = sort_by_head (self, trim.n_nonterminals, &first);
  find_reachable (&trim, order, first);
  g_clear_pointer (&self->literals, g_hash_table_unref);
  renamed = renumber (self, &trim);
  rename_bodies (self, &trim, renamed);
  collect_productions (self, &trim, renamed, order, first);
  trim_clear (&trim);
  self->start = 0;
  return check_clear (self, error) && check_ignored (self, error);
}

/* --- Reading ------------------------------------------------------------ */

guint32
genlm_grammar_get_start (const GenlmGrammar *self)
{
  return self->start;
}

guint32
genlm_grammar_get_n_nonterminals (const GenlmGrammar *self)
{
  return self->names->len;
}

guint32
genlm_grammar_get_n_terminals (const GenlmGrammar *self)
{
  return self->terminals->len;
}

guint32
genlm_grammar_get_n_productions (const GenlmGrammar *self)
{
  return self->n_productions;
}

guint32
genlm_grammar_get_n_ignored (const GenlmGrammar *self)
{
  return self->n_ignored;
}

GenlmGrammarIgnore
genlm_grammar_get_ignore_style (const GenlmGrammar *self)
{
  return self->style;
}

const char *
genlm_grammar_peek_name (const GenlmGrammar *self,
                         guint32             symbol)
{
  if (GENLM_GRAMMAR_IS_TERMINAL (symbol))
    return terminal_at (self, GENLM_GRAMMAR_TERMINAL_INDEX (symbol))->name;
  return g_ptr_array_index (self->names, symbol);
}

const GenlmGrammarTerminal *
genlm_grammar_peek_terminal (const GenlmGrammar *self,
                             guint32             index)
{
  return terminal_at (self, index);
}

/* The productions of a head, side by side; those of the next head follow. */
const GenlmGrammarProduction *
genlm_grammar_peek_productions (const GenlmGrammar *self,
                                guint32             head,
                                guint32            *n_productions)
{
  *n_productions = self->first_production[head + 1] - self->first_production[head];
  return self->productions + self->first_production[head];
}

/* --- Ignored text as rules ---------------------------------------------- */

typedef struct
{
  const GenlmGrammar *from;
  GenlmGrammar       *to;
  guint32             gap; /* what may stand before a terminal */
  GArray             *body;
} Expansion;

static void
copy_symbols (Expansion *expansion)
{
  const GenlmGrammar *from = expansion->from;
  guint32 i;

  for (i = 0; i < from->names->len; i++)
    genlm_grammar_add_nonterminal (expansion->to, g_ptr_array_index (from->names, i));
  for (i = 0; i < from->terminals->len; i++)
    append_terminal (expansion->to, g_atomic_rc_box_acquire (matter_at (from, i)), FALSE);
}

/* Repeated: stop, or any of the m ignored terminals and again, 1/(m+1) each.
 * Single: nothing or one of them, 1 each. */
static void
add_gap (Expansion *expansion)
{
  const GenlmGrammar *from = expansion->from;
  gboolean repeated = from->style == GENLM_GRAMMAR_IGNORE_REPEATED;
  double weight = repeated ? 1.0 / (from->n_ignored + 1.0) : 1.0;
  guint32 i;

  expansion->gap = genlm_grammar_add_nonterminal (expansion->to, "ignored text");
  genlm_grammar_add_production (expansion->to, expansion->gap, NULL, 0, weight);
  for (i = 0; i < from->terminals->len; i++)
    if (terminal_at (from, i)->ignored)
      {
        const guint32 body[] = { GENLM_GRAMMAR_TERMINAL | i, expansion->gap };

        genlm_grammar_add_production (expansion->to, expansion->gap, body, repeated ? 2 : 1,
                                      weight);
      }
}

static gboolean
has_gap_before (const Expansion *expansion,
                guint32          symbol)
{
  if (!GENLM_GRAMMAR_IS_TERMINAL (symbol) || expansion->from->n_ignored == 0)
    return FALSE;
  return expansion->from->style == GENLM_GRAMMAR_IGNORE_REPEATED
         || !terminal_at (expansion->from, GENLM_GRAMMAR_TERMINAL_INDEX (symbol))->ignored;
}

static void
copy_production (Expansion                    *expansion,
                 const GenlmGrammarProduction *production)
{
  guint32 i;

  g_array_set_size (expansion->body, 0);
  for (i = 0; i < production->n_symbols; i++)
    {
      if (has_gap_before (expansion, production->symbols[i]))
        g_array_append_val (expansion->body, expansion->gap);
      g_array_append_val (expansion->body, production->symbols[i]);
    }
  genlm_grammar_add_production (expansion->to, production->head,
                                (const guint32 *) (gpointer) expansion->body->data,
                                expansion->body->len, production->weight);
}

/* The grammar of the same texts, and weights, that ignores nothing. */
GenlmGrammar *
genlm_grammar_expand_ignored (const GenlmGrammar  *self,
                              GError             **error)
{
  g_autoptr (GenlmGrammar) expanded = genlm_grammar_new ();
  Expansion expansion = { self, expanded, 0, NULL };
  guint32 i;

  copy_symbols (&expansion);
  if (self->n_ignored > 0)
    add_gap (&expansion);
  expansion.body = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (i = 0; i < self->n_productions; i++)
    copy_production (&expansion, &self->productions[i]);
  g_array_unref (expansion.body);
  if (self->n_ignored > 0 && self->style == GENLM_GRAMMAR_IGNORE_REPEATED)
    {
      const guint32 body[] = { self->start, expansion.gap };

      genlm_grammar_set_start (expanded, genlm_grammar_add_nonterminal (
                                           expanded, genlm_grammar_peek_name (self, self->start)));
      genlm_grammar_add_production (expanded, expanded->start, body, 2, 1.0);
    }
  if (!genlm_grammar_finish (expanded, error))
    return NULL;
  return g_steal_pointer (&expanded);
}
