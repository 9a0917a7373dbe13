#include "genlm-earley-rules.h"

#include <string.h>

#include "genlm-regex-compiler.h"

/* Of how many terminals one finds out what may come after them. */
#define MAX_LOOKED_AFTER (512u)

/* And how often all rules are gone over for that. */
#define MAX_ROUNDS       (64u)

/* What is known while the rules are made. */
typedef struct
{
  GenlmEarleyRules   *rules;
  const GenlmGrammar *grammar;
  GArray             *suffixes;
  /* From the symbol and the rest to the suffix. */
  GHashTable         *numbers;
  gboolean           *productive; /* by nonterminal */
  gboolean           *nullable;   /* by nonterminal */
  gboolean           *matching;   /* by terminal: it matches some text that is not empty */
} Maker;

void
genlm_earley_rules_free (GenlmEarleyRules *self)
{
  g_clear_pointer (&self->dfa, genlm_byte_dfa_unref);
  g_free (self->exprs);
  g_free (self->place);
  g_free (self->members);
  g_free (self->first_member);
  g_free (self->component);
  g_free (self->corners);
  g_free (self->first_corner);
  g_free (self->suffixes);
  g_free (self);
}

/* --- Terminals ---------------------------------------------------------- */

static GenlmByteExpr
make_not_empty (GenlmByteExprs *exprs,
                GenlmByteExpr   expr)
{
  GenlmByteSet all = { { G_MAXUINT64, G_MAXUINT64, G_MAXUINT64, G_MAXUINT64 } };
  GenlmByteExpr both[2] = { expr, 0 };

  both[1] = genlm_byte_exprs_make_concat (exprs, genlm_byte_exprs_make_set (exprs, &all),
                                          GENLM_BYTE_EXPR_ANYTHING);
  return genlm_byte_exprs_make_intersection (exprs, both, 2);
}

/* Terminals match at least one byte here; that they may match none is a matter
 * of the rules. */
static gboolean
compile_terminals (Maker           *maker,
                   GenlmByteExprs  *exprs,
                   GError         **error)
{
  GenlmEarleyRules *rules = maker->rules;
  g_autofree GenlmByteExpr *ignored = g_new (GenlmByteExpr, rules->n_terminals + 1);
  guint n_ignored = 0;
  guint32 i;

  for (i = 0; i < rules->n_terminals; i++)
    {
      const GenlmGrammarTerminal *terminal = genlm_grammar_peek_terminal (maker->grammar, i);

      if (!genlm_regex_compile (terminal->tree, exprs, GENLM_BYTE_ENCODING_UTF8, &rules->exprs[i],
                                error))
        {
          g_prefix_error (error, "Failed to compile the terminal %s: ", terminal->name);
          return FALSE;
        }
      if (genlm_byte_exprs_is_nullable (exprs, rules->exprs[i]))
        rules->exprs[i] = make_not_empty (exprs, rules->exprs[i]);
      if (terminal->ignored)
        ignored[n_ignored++] = rules->exprs[i];
    }
  rules->exprs[rules->n_terminals]
    = genlm_byte_exprs_make_repeat (exprs, genlm_byte_exprs_make_union (exprs, ignored, n_ignored), 1,
                                    GENLM_BYTE_EXPR_UNBOUNDED);
  return genlm_byte_exprs_check (exprs, error);
}

/* Whether an expression matches anything can be told when all sets of bytes
 * are known. */
static gboolean
find_matching (Maker   *maker,
               GError **error)
{
  GenlmEarleyRules *rules = maker->rules;
  GenlmByteExprs *exprs = genlm_byte_dfa_lock_exprs (rules->dfa);
  guint32 i;

  for (i = 0; i < rules->n_terminals; i++)
    maker->matching[i] = genlm_byte_exprs_is_live (exprs, rules->exprs[i]);
  rules->has_ignored = genlm_byte_exprs_is_live (exprs, rules->exprs[rules->n_terminals]);
  return genlm_byte_dfa_unlock_exprs (rules->dfa, error);
}

static gboolean
build_automaton (Maker                    *maker,
                 const GenlmEngineLimits  *limits,
                 GError                  **error)
{
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (limits);

  if (!compile_terminals (maker, exprs, error))
    return FALSE;
  maker->rules->dfa = genlm_byte_dfa_new (g_steal_pointer (&exprs), error);
  return maker->rules->dfa != NULL && find_matching (maker, error);
}

/* --- What derives something, and what nothing ---------------------------- */

static gboolean
is_nullable (const Maker *maker,
             guint32      symbol)
{
  if (GENLM_GRAMMAR_IS_TERMINAL (symbol))
    return genlm_grammar_peek_terminal (maker->grammar, GENLM_GRAMMAR_TERMINAL_INDEX (symbol))
      ->nullable;
  return maker->nullable[symbol];
}

static gboolean
is_productive (const Maker *maker,
               guint32      symbol)
{
  if (GENLM_GRAMMAR_IS_TERMINAL (symbol))
    return maker->matching[GENLM_GRAMMAR_TERMINAL_INDEX (symbol)] || is_nullable (maker, symbol);
  return maker->productive[symbol];
}

typedef gboolean (*SymbolTest) (const Maker *maker,
                                guint32      symbol);

static gboolean
is_body_all (const Maker                  *maker,
             const GenlmGrammarProduction *production,
             SymbolTest                    test)
{
  guint32 i;

  for (i = 0; i < production->n_symbols; i++)
    if (!test (maker, production->symbols[i]))
      return FALSE;
  return TRUE;
}

/* The places of nonterminals in bodies, as one list for each of them. */
typedef struct
{
  guint32 production;
  guint32 next;
} Use;

typedef struct
{
  guint32 head;
  guint32 n_missing; /* symbols that are not what the test says, so far */
} Body;

#define NO_USE (G_MAXUINT32)

static void
list_body (const Maker                  *maker,
           const GenlmGrammarProduction *production,
           SymbolTest                    test,
           GArray                       *bodies,
           GArray                       *uses,
           guint32                      *first_use)
{
  Body body = { production->head, 0 };
  guint32 i;

  for (i = 0; i < production->n_symbols; i++)
    {
      guint32 symbol = production->symbols[i];

      if (!GENLM_GRAMMAR_IS_TERMINAL (symbol))
        {
          Use use = { bodies->len, first_use[symbol] };

          first_use[symbol] = uses->len;
          g_array_append_val (uses, use);
          body.n_missing++;
        }
      else if (!test (maker, symbol))
        body.n_missing++;
    }
  g_array_append_val (bodies, body);
}

/* Marks the heads of which some body is, to the last symbol, what the test
 * says; of a nonterminal it says whether it is marked. */
static void
mark_heads (Maker      *maker,
            gboolean   *marks,
            SymbolTest  test)
{
  guint32 n_heads = maker->rules->n_nonterminals;
  g_autofree guint32 *first_use = g_new (guint32, (gsize) n_heads + 1);
  g_autoptr (GArray) uses = g_array_new (FALSE, FALSE, sizeof (Use));
  g_autoptr (GArray) bodies = g_array_new (FALSE, FALSE, sizeof (Body));
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 i;
  guint32 j;

  memset (first_use, 0xff, n_heads * sizeof *first_use);
  for (i = 0; i < n_heads; i++)
    {
      const GenlmGrammarProduction *productions;
      guint32 n_productions;

      productions = genlm_grammar_peek_productions (maker->grammar, i, &n_productions);
      for (j = 0; j < n_productions; j++)
        list_body (maker, &productions[j], test, bodies, uses, first_use);
    }
  for (i = 0; i < bodies->len; i++)
    if (g_array_index (bodies, Body, i).n_missing == 0)
      g_array_append_val (open, i);
  while (open->len > 0)
    {
      guint32 head = g_array_index (bodies, Body, g_array_index (open, guint32, open->len - 1)).head;

      g_array_set_size (open, open->len - 1);
      if (marks[head])
        continue;
      marks[head] = TRUE;
      for (j = first_use[head]; j != NO_USE; j = g_array_index (uses, Use, j).next)
        {
          guint32 production = g_array_index (uses, Use, j).production;

          if (--g_array_index (bodies, Body, production).n_missing == 0)
            g_array_append_val (open, production);
        }
    }
}

/* --- Suffixes ------------------------------------------------------------ */

static guint
hash_suffix (gconstpointer data)
{
  return (guint) ((*(const guint64 *) data * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 32);
}

static guint32
add_suffix (Maker   *maker,
            guint32  symbol,
            guint32  rest)
{
  GenlmEarleySuffix suffix = { symbol, rest, (guint8) is_nullable (maker, symbol), FALSE };
  gint64 key = (gint64) (((guint64) symbol << 32) | rest);
  guint32 number = GPOINTER_TO_UINT (g_hash_table_lookup (maker->numbers, &key));

  if (number != 0)
    return number;
  number = maker->suffixes->len;
  suffix.nullable = suffix.skippable
                    && g_array_index (maker->suffixes, GenlmEarleySuffix, rest).nullable;
  g_array_append_val (maker->suffixes, suffix);
  g_hash_table_insert (maker->numbers, g_memdup2 (&key, sizeof key), GUINT_TO_POINTER (number));
  return number;
}

static guint32
add_body (Maker                        *maker,
          const GenlmGrammarProduction *production)
{
  guint32 suffix = GENLM_EARLEY_END;
  guint32 i;

  for (i = production->n_symbols; i > 0; i--)
    suffix = add_suffix (maker, production->symbols[i - 1], suffix);
  return suffix;
}

static void
add_corners (Maker      *maker,
             guint32     head,
             GArray     *corners,
             GHashTable *known)
{
  const GenlmGrammarProduction *productions;
  guint32 n_productions;
  guint32 i;

  g_hash_table_remove_all (known);
  productions = genlm_grammar_peek_productions (maker->grammar, head, &n_productions);
  for (i = 0; i < n_productions; i++)
    {
      guint32 suffix;

      if (!is_body_all (maker, &productions[i], is_productive))
        continue;
      suffix = add_body (maker, &productions[i]);
      while (suffix != GENLM_EARLEY_END && g_hash_table_add (known, GUINT_TO_POINTER (suffix)))
        {
          const GenlmEarleySuffix *entry;

          g_array_append_val (corners, suffix);
          entry = &g_array_index (maker->suffixes, GenlmEarleySuffix, suffix);
          suffix = entry->skippable ? entry->rest : GENLM_EARLEY_END;
        }
    }
}

static void
make_suffixes (Maker *maker)
{
  GenlmEarleyRules *rules = maker->rules;
  GenlmEarleySuffix end = { GENLM_GRAMMAR_TERMINAL | rules->n_terminals, GENLM_EARLEY_END, FALSE,
                            TRUE };
  GenlmEarleySuffix finish = end;
  GArray *corners = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GHashTable) known = g_hash_table_new (NULL, NULL);
  guint32 head;

  finish.nullable = FALSE;
  g_array_append_val (maker->suffixes, end);
  g_array_append_val (maker->suffixes, finish);
  rules->first_corner = g_new (guint32, (gsize) rules->n_nonterminals + 1);
  for (head = 0; head < rules->n_nonterminals; head++)
    {
      rules->first_corner[head] = corners->len;
      if (maker->productive[head])
        add_corners (maker, head, corners, known);
    }
  rules->first_corner[head] = corners->len;
  head = genlm_grammar_get_start (maker->grammar);
  rules->start = GENLM_EARLEY_END;
  if (maker->productive[head])
    rules->start = add_suffix (maker, head, GENLM_EARLEY_END);
  rules->corners = (guint32 *) (gpointer) g_array_free (corners, FALSE);
  rules->n_suffixes = maker->suffixes->len;
  rules->suffixes = (GenlmEarleySuffix *) (gpointer) g_array_free (maker->suffixes, FALSE);
  maker->suffixes = NULL;
}

/* --- Components ---------------------------------------------------------- */

#define UNSEEN (0u)

/* The search for components, after Tarjan; the stack of calls is a list. */
typedef struct
{
  GenlmEarleyRules *rules;
  guint32          *order;    /* by nonterminal, from 1 on */
  guint32          *low;
  guint32          *next;     /* the corner to look at next */
  gboolean         *open;
  GArray           *path;
  GArray           *stack;
  guint32           n_seen;
  guint32           n_components;
} Search;

static void
enter (Search  *search,
       guint32  nonterminal)
{
  search->order[nonterminal] = search->low[nonterminal] = ++search->n_seen;
  search->next[nonterminal] = search->rules->first_corner[nonterminal];
  search->open[nonterminal] = TRUE;
  g_array_append_val (search->path, nonterminal);
  g_array_append_val (search->stack, nonterminal);
}

static void
leave (Search  *search,
       guint32  nonterminal)
{
  guint32 member;

  g_array_set_size (search->path, search->path->len - 1);
  if (search->path->len > 0)
    {
      guint32 caller = g_array_index (search->path, guint32, search->path->len - 1);

      search->low[caller] = MIN (search->low[caller], search->low[nonterminal]);
    }
  if (search->low[nonterminal] != search->order[nonterminal])
    return;
  do
    {
      member = g_array_index (search->stack, guint32, search->stack->len - 1);
      g_array_set_size (search->stack, search->stack->len - 1);
      search->open[member] = FALSE;
      search->rules->component[member] = search->n_components;
    }
  while (member != nonterminal);
  search->n_components++;
}

static void
search_from (Search  *search,
             guint32  nonterminal)
{
  enter (search, nonterminal);
  while (search->path->len > 0)
    {
      guint32 at = g_array_index (search->path, guint32, search->path->len - 1);
      guint32 symbol;

      if (search->next[at] == search->rules->first_corner[at + 1])
        {
          leave (search, at);
          continue;
        }
      symbol = search->rules->suffixes[search->rules->corners[search->next[at]++]].symbol;
      if (GENLM_GRAMMAR_IS_TERMINAL (symbol))
        continue;
      if (search->order[symbol] == UNSEEN)
        enter (search, symbol);
      else if (search->open[symbol])
        search->low[at] = MIN (search->low[at], search->order[symbol]);
    }
}

static void
list_members (GenlmEarleyRules *rules,
              guint32           n_components)
{
  guint32 n = rules->n_nonterminals;
  guint32 *first = g_new0 (guint32, (gsize) n_components + 2);
  guint32 i;

  rules->members = g_new (guint32, (gsize) n + 1);
  for (i = 0; i < n; i++)
    first[rules->component[i] + 2]++;
  for (i = 2; i <= n_components + 1; i++)
    first[i] += first[i - 1];
  for (i = 0; i < n; i++)
    rules->members[first[rules->component[i] + 1]++] = i;
  rules->first_member = first;
  rules->place = g_new (guint32, (gsize) n + 1);
  for (i = 0; i < n; i++)
    rules->place[rules->members[i]] = i - first[rules->component[rules->members[i]]];
}

static void
find_components (GenlmEarleyRules *rules)
{
  guint32 n = rules->n_nonterminals;
  Search search = { .rules = rules };
  guint32 i;

  rules->component = g_new (guint32, (gsize) n + 1);
  search.order = g_new0 (guint32, (gsize) n + 1);
  search.low = g_new (guint32, (gsize) n + 1);
  search.next = g_new (guint32, (gsize) n + 1);
  search.open = g_new0 (gboolean, (gsize) n + 1);
  search.path = g_array_new (FALSE, FALSE, sizeof (guint32));
  search.stack = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (i = 0; i < n; i++)
    if (search.order[i] == UNSEEN)
      search_from (&search, i);
  g_array_unref (search.stack);
  g_array_unref (search.path);
  g_free (search.open);
  g_free (search.next);
  g_free (search.low);
  g_free (search.order);
  list_members (rules, search.n_components);
}

GenlmEarleyRules *
genlm_earley_rules_new (const GenlmGrammar       *grammar,
                        const GenlmEngineLimits  *limits,
                        GError                  **error)
{
  g_autoptr (GenlmEarleyRules) rules = g_new0 (GenlmEarleyRules, 1);
  g_autoptr (GHashTable) numbers = g_hash_table_new_full (hash_suffix, g_int64_equal, g_free, NULL);
  g_autofree gboolean *productive = NULL;
  g_autofree gboolean *nullable = NULL;
  g_autofree gboolean *matching = NULL;
  Maker maker = { .rules = rules, .grammar = grammar, .numbers = numbers };

  rules->n_nonterminals = genlm_grammar_get_n_nonterminals (grammar);
  rules->n_terminals = genlm_grammar_get_n_terminals (grammar);
  rules->exprs = g_new (GenlmByteExpr, (gsize) rules->n_terminals + 1);
  maker.productive = productive = g_new0 (gboolean, (gsize) rules->n_nonterminals + 1);
  maker.nullable = nullable = g_new0 (gboolean, (gsize) rules->n_nonterminals + 1);
  maker.matching = matching = g_new0 (gboolean, (gsize) rules->n_terminals + 1);
  if (!build_automaton (&maker, limits, error))
    return NULL;
  mark_heads (&maker, maker.nullable, is_nullable);
  mark_heads (&maker, maker.productive, is_productive);
  maker.suffixes = g_array_new (FALSE, FALSE, sizeof (GenlmEarleySuffix));
  make_suffixes (&maker);
  find_components (rules);
  return g_steal_pointer (&rules);
}

/* --- What may follow a terminal ------------------------------------------ */

/* Sets of bytes: what labels, nonterminals and suffixes can start with, and
 * what can come after them. */
typedef struct
{
  GenlmEarleyRules *rules;
  GenlmByteSet     *first_of_label;
  GenlmByteSet     *first_of_nonterminal;
  GenlmByteSet     *after_label;
  GenlmByteSet     *after_nonterminal;
  GenlmByteSet     *after_suffix;
} Bytes;

static void
bytes_init (Bytes            *self,
            GenlmEarleyRules *rules)
{
  self->rules = rules;
  self->first_of_label = g_new0 (GenlmByteSet, (gsize) rules->n_terminals + 1);
  self->first_of_nonterminal = g_new0 (GenlmByteSet, (gsize) rules->n_nonterminals + 1);
  self->after_label = g_new0 (GenlmByteSet, (gsize) rules->n_terminals + 1);
  self->after_nonterminal = g_new0 (GenlmByteSet, (gsize) rules->n_nonterminals + 1);
  self->after_suffix = g_new0 (GenlmByteSet, rules->n_suffixes);
}

static void
bytes_clear (Bytes *self)
{
  g_free (self->after_suffix);
  g_free (self->after_nonterminal);
  g_free (self->after_label);
  g_free (self->first_of_nonterminal);
  g_free (self->first_of_label);
}

static void
find_label_bytes (Bytes          *self,
                  GenlmByteExprs *exprs,
                  guint32         label)
{
  const guint8 *classes = self->rules->dfa->classes;
  gint8 live[256];
  guint byte;

  memset (live, -1, sizeof live);
  for (byte = 0; byte < 256; byte++)
    {
      if (live[classes[byte]] < 0)
        {
          GenlmByteExpr next;

          next = genlm_byte_exprs_derive (exprs, self->rules->exprs[label], (guint8) byte);
          live[classes[byte]] = genlm_byte_exprs_is_live (exprs, next) ? 1 : 0;
        }
      if (live[classes[byte]] > 0)
        genlm_byte_set_add_range (&self->first_of_label[label], (guint8) byte, (guint8) byte);
    }
}

static gboolean
unite (GenlmByteSet       *set,
       const GenlmByteSet *other)
{
  GenlmByteSet before = *set;

  genlm_byte_set_unite (set, other);
  return !genlm_byte_set_equal (&before, set);
}

static const GenlmByteSet *
peek_first (const Bytes *self,
            guint32      symbol)
{
  if (GENLM_GRAMMAR_IS_TERMINAL (symbol))
    return &self->first_of_label[GENLM_GRAMMAR_TERMINAL_INDEX (symbol)];
  return &self->first_of_nonterminal[symbol];
}

static gboolean
find_first_bytes (Bytes *self)
{
  const GenlmEarleyRules *rules = self->rules;
  gboolean changed = TRUE;
  guint round;
  guint32 i;
  guint32 j;

  for (round = 0; changed && round < MAX_ROUNDS; round++)
    {
      changed = FALSE;
      for (i = 0; i < rules->n_nonterminals; i++)
        {
          guint32 head = rules->members[i];

          for (j = rules->first_corner[head]; j < rules->first_corner[head + 1]; j++)
            changed |= unite (&self->first_of_nonterminal[head],
                              peek_first (self, rules->suffixes[rules->corners[j]].symbol));
        }
    }
  return !changed;
}

/* Hands on what comes after a suffix to its symbol and to its rest. */
static gboolean
follow_suffix (Bytes   *self,
               guint32  suffix)
{
  const GenlmEarleySuffix *entry = &self->rules->suffixes[suffix];
  const GenlmByteSet *after = &self->after_suffix[suffix];
  GenlmByteSet next = { { 0 } };
  guint32 rest = entry->rest;
  gboolean changed = rest != GENLM_EARLEY_END && unite (&self->after_suffix[rest], after);

  for (;; rest = self->rules->suffixes[rest].rest)
    {
      if (rest == GENLM_EARLEY_END)
        {
          genlm_byte_set_unite (&next, after);
          break;
        }
      genlm_byte_set_unite (&next, peek_first (self, self->rules->suffixes[rest].symbol));
      if (!self->rules->suffixes[rest].skippable)
        break;
    }
  if (GENLM_GRAMMAR_IS_TERMINAL (entry->symbol))
    return unite (&self->after_label[GENLM_GRAMMAR_TERMINAL_INDEX (entry->symbol)], &next) | changed;
  return unite (&self->after_nonterminal[entry->symbol], &next) | changed;
}

static gboolean
find_after_bytes (Bytes *self)
{
  const GenlmEarleyRules *rules = self->rules;
  gboolean changed = TRUE;
  guint round;
  guint32 i;
  guint32 j;

  for (round = 0; changed && round < MAX_ROUNDS; round++)
    {
      changed = FALSE;
      for (i = 0; i < rules->n_nonterminals; i++)
        for (j = rules->first_corner[i]; j < rules->first_corner[i + 1]; j++)
          changed |= unite (&self->after_suffix[rules->corners[j]], &self->after_nonterminal[i]);
      /* A rest has a lower number than what it is the rest of. */
      for (i = rules->n_suffixes; i > GENLM_EARLEY_FINISH + 1; i--)
        changed |= follow_suffix (self, i - 1);
    }
  return !changed;
}

/* Ignored text may come after everything, and everything after it. */
static void
add_ignored_bytes (Bytes *self)
{
  guint32 n_terminals = self->rules->n_terminals;
  const GenlmByteSet *ignored = &self->first_of_label[n_terminals];
  guint32 i;

  for (i = 0; i < n_terminals; i++)
    {
      genlm_byte_set_unite (&self->after_label[i], ignored);
      genlm_byte_set_unite (&self->after_label[n_terminals], &self->first_of_label[i]);
    }
  genlm_byte_set_unite (&self->after_label[n_terminals], ignored);
}

/* By label: the bytes that what comes after it can start with, in any text. Is
 * not worth its while with many terminals, or rules that hang on each other in a
 * long chain, and NULL then, and when a limit is passed. */
GenlmByteSet *
genlm_earley_rules_find_after (GenlmEarleyRules  *self,
                               GError           **error)
{
  GenlmByteExprs *exprs;
  g_autofree GenlmByteSet *result = NULL;
  Bytes bytes;
  gboolean known;
  guint32 i;

  if (self->n_terminals > MAX_LOOKED_AFTER)
    return NULL;
  exprs = genlm_byte_dfa_lock_exprs (self->dfa);
  bytes_init (&bytes, self);
  for (i = 0; i <= self->n_terminals; i++)
    find_label_bytes (&bytes, exprs, i);
  known = find_first_bytes (&bytes) && find_after_bytes (&bytes);
  if (self->has_ignored)
    add_ignored_bytes (&bytes);
  result = g_steal_pointer (&bytes.after_label);
  bytes_clear (&bytes);
  known &= genlm_byte_dfa_unlock_exprs (self->dfa, error);
  return known ? g_steal_pointer (&result) : NULL;
}
