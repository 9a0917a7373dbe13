#include "genlm-grammar-regular.h"

#include <string.h>

#include "genlm-byte-dfa.h"
#include "genlm-grammar-system.h"
#include "genlm-regex-compiler.h"

/* All that bounds what is tried is counted and not timed, so that a grammar is
 * read in the same way on every machine. */

/* A terminal whose automaton has more states is not made: the parser copes with
 * what an automaton would have to unfold. And none is when so many states of all
 * that were tried have been looked at, or that of all terminals has more. */
#define MAX_STATES     (512u)
#define MAX_ALL_STATES (4096u)

/* What an automaton may take while it is looked at, in bytes, and all that were
 * tried. */
#define MAX_MEMORY     (16u << 20)

/* And no more than this part of what the grammar may take, so that what has room
 * as it is written has room when it is joined. */
#define LIMITS_PART    (4u)

/* Up to so many nonterminals that call each other are looked at together, and how
 * many symbols of bodies in all that takes. */
#define MAX_TOGETHER   (12u)
#define MAX_LOOKS      (1u << 18)

/* Larger grammars stay as they are. */
#define MAX_SYMBOLS    (1u << 16)

/* How large automata are. */
typedef struct
{
  guint   n_states;
  guint64 memory;
} Size;

typedef struct
{
  const GenlmGrammar *grammar;
  GenlmGrammarParts  *parts;
  guint32             n_nonterminals;
  /* By nonterminal: what it is, or NONE; in how many places of its bodies others
   * stand of which that is not known; and where it stands in the bodies of
   * others. */
  GenlmGrammarPart   *part;
  guint32            *n_unknown;
  GPtrArray          *users;
  GArray             *agenda;
  guint               n_looks;
  GenlmEngineLimits   limits;     /* of one automaton */
  GenlmEngineLimits   all_limits; /* of that of all terminals */
  Size                tried;      /* of all automata together */
} Join;

/* --- What nonterminals are ----------------------------------------------- */

static void
list_uses (Join    *join,
           guint32  head)
{
  const GenlmGrammarProduction *productions;
  guint32 n_productions;
  guint32 i;
  guint32 j;

  productions = genlm_grammar_peek_productions (join->grammar, head, &n_productions);
  for (i = 0; i < n_productions; i++)
    for (j = 0; j < productions[i].n_symbols; j++)
      {
        guint32 symbol = productions[i].symbols[j];

        if (GENLM_GRAMMAR_IS_TERMINAL (symbol) || symbol == head)
          continue;
        join->n_unknown[head]++;
        g_array_append_val ((GArray *) g_ptr_array_index (join->users, symbol), head);
      }
  if (join->n_unknown[head] == 0)
    g_array_append_val (join->agenda, head);
}

static GenlmGrammarPart
make_sequence (Join          *join,
               const guint32 *symbols,
               guint32        n_symbols)
{
  g_autofree GenlmGrammarPart *members = g_new (GenlmGrammarPart, (gsize) n_symbols + 1);
  guint32 i;

  for (i = 0; i < n_symbols; i++)
    members[i] = GENLM_GRAMMAR_IS_TERMINAL (symbols[i])
                   ? genlm_grammar_parts_make_terminal (join->parts,
                                                        GENLM_GRAMMAR_TERMINAL_INDEX (symbols[i]))
                   : join->part[symbols[i]];
  return genlm_grammar_parts_make_sequence (join->parts, members, n_symbols);
}

/* What a nonterminal's bodies are: those it does not stand in, and of those that
 * start or end with it, or are it twice, the rest. */
typedef struct
{
  GArray   *plain;
  GArray   *before;
  GArray   *behind;
  gboolean  doubles;
} Bodies;

/* FALSE if the nonterminal stands elsewhere, or what the body is is not known. */
static gboolean
add_body (Join                         *join,
          Bodies                       *bodies,
          const GenlmGrammarProduction *production)
{
  const guint32 *symbols = production->symbols;
  guint32 head = production->head;
  guint32 n = production->n_symbols;
  GArray *list = bodies->plain;
  GenlmGrammarPart part;

  if (n == 2 && symbols[0] == head && symbols[1] == head)
    {
      bodies->doubles = TRUE;
      return TRUE;
    }
  if (n > 0 && symbols[0] == head)
    {
      list = bodies->behind;
      symbols++;
      n--;
    }
  else if (n > 0 && symbols[n - 1] == head)
    {
      list = bodies->before;
      n--;
    }
  if (n == 0 && list != bodies->plain)
    return TRUE;
  part = make_sequence (join, symbols, n);
  g_array_append_val (list, part);
  return part != GENLM_GRAMMAR_PART_NONE;
}

static GenlmGrammarPart
make_repeat (Join   *join,
             GArray *list)
{
  if (list->len == 0)
    return GENLM_GRAMMAR_PART_EMPTY;
  return genlm_grammar_parts_make_repeat (
    join->parts, genlm_grammar_parts_make_union (join->parts, (const guint32 *) (gpointer) list->data,
                                                 list->len));
}

/* X with X = plain ∪ before X ∪ X behind is before* plain behind*, and with X X
 * also in it, and nothing else, it is any number of plain but none. */
static GenlmGrammarPart
solve (Join         *join,
       const Bodies *bodies)
{
  GenlmGrammarPart members[3];

  if (bodies->plain->len == 0
      || (bodies->doubles && bodies->before->len + bodies->behind->len > 0))
    return GENLM_GRAMMAR_PART_NONE;
  members[0] = make_repeat (join, bodies->before);
  members[1] = genlm_grammar_parts_make_union (
    join->parts, (const guint32 *) (gpointer) bodies->plain->data, bodies->plain->len);
  members[2] = make_repeat (join, bodies->doubles ? bodies->plain : bodies->behind);
  return genlm_grammar_parts_make_sequence (join->parts, members, 3);
}

static GenlmGrammarPart
find_part (Join    *join,
           guint32  head)
{
  g_autoptr (GArray) plain = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) before = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) behind = g_array_new (FALSE, FALSE, sizeof (guint32));
  Bodies bodies = { plain, before, behind, FALSE };
  const GenlmGrammarProduction *productions;
  guint32 n_productions;
  guint32 i;

  productions = genlm_grammar_peek_productions (join->grammar, head, &n_productions);
  for (i = 0; i < n_productions; i++)
    if (!add_body (join, &bodies, &productions[i]))
      return GENLM_GRAMMAR_PART_NONE;
  return solve (join, &bodies);
}

static void
set_part (Join             *join,
          guint32           head,
          GenlmGrammarPart  part)
{
  const GArray *users = g_ptr_array_index (join->users, head);
  guint i;

  join->part[head] = part;
  for (i = 0; i < users->len && part != GENLM_GRAMMAR_PART_NONE; i++)
    {
      guint32 user = g_array_index (users, guint32, i);

      if (--join->n_unknown[user] == 0 && join->part[user] == GENLM_GRAMMAR_PART_NONE)
        g_array_append_val (join->agenda, user);
    }
}

/* Finds out what can be told from others that are known. */
static void
empty_agenda (Join *join)
{
  while (join->agenda->len > 0)
    {
      guint32 head = g_array_index (join->agenda, guint32, join->agenda->len - 1);

      g_array_set_size (join->agenda, join->agenda->len - 1);
      set_part (join, head, find_part (join, head));
    }
}

/* The number of a symbol among those that are looked at together, or how many
 * these are. */
static guint
find_number (const GArray *heads,
             guint32       symbol)
{
  guint i;

  for (i = 0; i < heads->len && g_array_index (heads, guint32, i) != symbol; i++)
    ;
  return i;
}

/* Adds to the list, which has one, the unknown nonterminals that it is made of,
 * and so on. FALSE if those are too many. */
static gboolean
list_unknown (Join   *join,
              GArray *heads)
{
  const GenlmGrammarProduction *productions;
  guint32 n_productions;
  guint i;
  guint32 j;
  guint32 k;

  for (i = 0; i < heads->len; i++)
    {
      productions = genlm_grammar_peek_productions (
        join->grammar, g_array_index (heads, guint32, i), &n_productions);
      for (j = 0; j < n_productions; j++)
        for (k = 0; k < productions[j].n_symbols; k++)
          {
            guint32 symbol = productions[j].symbols[k];

            if (heads->len > MAX_TOGETHER || ++join->n_looks > MAX_LOOKS)
              return FALSE;
            if (!GENLM_GRAMMAR_IS_TERMINAL (symbol) && join->part[symbol] == GENLM_GRAMMAR_PART_NONE
                && find_number (heads, symbol) == heads->len)
              g_array_append_val (heads, symbol);
          }
    }
  return heads->len <= MAX_TOGETHER;
}

/* FALSE if an unknown one stands elsewhere than at the end, or with @before at the
 * start, or if what else is there cannot be a part. */
static gboolean
add_equation (Join                         *join,
              GenlmGrammarSystem           *system,
              const GArray                 *heads,
              guint                         of,
              const GenlmGrammarProduction *production,
              gboolean                      before)
{
  const guint32 *symbols = production->symbols;
  guint32 n = production->n_symbols;
  guint other = heads->len;
  GenlmGrammarPart part;

  if (n > 0)
    other = find_number (heads, symbols[before ? 0 : n - 1]);
  if (other < heads->len)
    part = make_sequence (join, before ? symbols + 1 : symbols, n - 1);
  else
    part = make_sequence (join, symbols, n);
  if (part == GENLM_GRAMMAR_PART_NONE)
    return FALSE;
  if (other < heads->len)
    genlm_grammar_system_add_factor (system, of, other, part);
  else
    genlm_grammar_system_add_rest (system, of, part);
  return TRUE;
}

/* What the first of the list is, if the others stand at the end of bodies only, or
 * with @before at the start. */
static GenlmGrammarPart
solve_together (Join         *join,
                const GArray *heads,
                gboolean      before)
{
  g_autoptr (GenlmGrammarSystem) system = genlm_grammar_system_new (join->parts, heads->len, before);
  const GenlmGrammarProduction *productions;
  guint32 n_productions;
  guint i;
  guint32 j;

  for (i = 0; i < heads->len; i++)
    {
      productions = genlm_grammar_peek_productions (
        join->grammar, g_array_index (heads, guint32, i), &n_productions);
      for (j = 0; j < n_productions; j++)
        if (!add_equation (join, system, heads, i, &productions[j], before))
          return GENLM_GRAMMAR_PART_NONE;
    }
  return genlm_grammar_system_solve (system, 0);
}

/* Finds out what a nonterminal is that calls itself through others. */
static gboolean
find_together (Join    *join,
               guint32  head)
{
  g_autoptr (GArray) heads = g_array_new (FALSE, FALSE, sizeof (guint32));
  GenlmGrammarPart part;

  g_array_append_val (heads, head);
  if (!list_unknown (join, heads))
    return FALSE;
  part = solve_together (join, heads, FALSE);
  if (part == GENLM_GRAMMAR_PART_NONE)
    part = solve_together (join, heads, TRUE);
  if (part == GENLM_GRAMMAR_PART_NONE)
    return FALSE;
  set_part (join, head, part);
  empty_agenda (join);
  return TRUE;
}

static void
find_parts (Join *join)
{
  gboolean changed = TRUE;
  guint32 i;

  for (i = 0; i < join->n_nonterminals; i++)
    join->part[i] = GENLM_GRAMMAR_PART_NONE;
  for (i = 0; i < join->n_nonterminals; i++)
    list_uses (join, i);
  empty_agenda (join);
  while (changed)
    for (i = 0, changed = FALSE; i < join->n_nonterminals; i++)
      if (join->n_unknown[i] > 0 && join->part[i] == GENLM_GRAMMAR_PART_NONE
          && join->n_looks <= MAX_LOOKS)
        changed |= find_together (join, i);
}

/* --- Automata ------------------------------------------------------------ */

/* Adds the states that come after one to the list. */
static gboolean
list_next (GenlmByteDfa   *dfa,
           GenlmByteState *state,
           GPtrArray      *states)
{
  guint byte;

  for (byte = 0; byte < 256; byte++)
    {
      GenlmByteState *next = genlm_byte_dfa_peek_next (dfa, state, (guint8) byte);

      if (next != NULL)
        continue;
      next = genlm_byte_dfa_step (dfa, state, (guint8) byte, NULL);
      if (next == NULL)
        return FALSE;
      /* States are numbered as they are made, the dead one first. */
      if (next->index > states->len)
        g_ptr_array_add (states, next);
    }
  return TRUE;
}

/* Whether no limit is passed when all states after the one of the items are made.
 * Takes the store; adds to the size what that took. */
static gboolean
make_states (GenlmByteExprs *exprs,
             const GArray   *items,
             Size           *size)
{
  g_autoptr (GenlmByteDfa) dfa = genlm_byte_dfa_new (exprs, NULL);
  g_autoptr (GPtrArray) states = g_ptr_array_new ();
  GenlmByteState *start = NULL;
  gboolean ok;
  guint i;

  if (dfa != NULL)
    start = genlm_byte_dfa_intern (dfa, (const GenlmByteItem *) (gpointer) items->data, items->len,
                                   GENLM_BYTE_EXPR_ANYTHING, NULL);
  ok = start != NULL && start != dfa->dead;
  if (ok)
    g_ptr_array_add (states, start);
  for (i = 0; i < states->len && ok; i++)
    ok = list_next (dfa, g_ptr_array_index (states, i), states);
  size->n_states += states->len + 1;
  size->memory += dfa != NULL ? genlm_byte_dfa_get_memory (dfa) : MAX_MEMORY;
  return ok;
}

static gboolean
add_item (GenlmByteExprs       *exprs,
          const GenlmRegexTree *tree,
          GArray               *items)
{
  GenlmByteItem item = { .label = items->len };

  if (!genlm_regex_compile (tree, exprs, GENLM_BYTE_ENCODING_UTF8, &item.expr, NULL))
    return FALSE;
  g_array_append_val (items, item);
  return TRUE;
}

/* Whether the automaton of a tree is small. */
static gboolean
is_small (Join                 *join,
          const GenlmRegexTree *tree)
{
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (&join->limits);
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (GenlmByteItem));

  if (add_item (exprs, tree, items))
    return make_states (g_steal_pointer (&exprs), items, &join->tried);
  join->tried.memory += genlm_byte_exprs_get_memory (exprs);
  return FALSE;
}

/* Whether the terminals do not make a large automaton of each other, when all
 * begin at once. */
static gboolean
is_all_small (const Join         *join,
              const GenlmGrammar *grammar)
{
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (&join->all_limits);
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (GenlmByteItem));
  Size size = { 0 };
  guint32 i;

  for (i = 0; i < genlm_grammar_get_n_terminals (grammar); i++)
    if (!add_item (exprs, genlm_grammar_peek_terminal (grammar, i)->tree, items))
      return FALSE;
  return make_states (g_steal_pointer (&exprs), items, &size);
}

/* --- The grammar that is made -------------------------------------------- */

/* Puts a terminal in the place of the bodies of a nonterminal, if there is one
 * that is worth it. */
static gboolean
join_bodies (Join         *join,
             GenlmGrammar *to,
             guint32       head)
{
  GenlmGrammarPart part = join->part[head];
  g_autoptr (GenlmRegexTree) tree = NULL;
  guint32 symbol;

  if (part == GENLM_GRAMMAR_PART_NONE || !genlm_grammar_parts_is_endless (join->parts, part)
      || join->tried.n_states > MAX_ALL_STATES || join->tried.memory > MAX_MEMORY)
    return FALSE;
  tree = genlm_grammar_parts_make_tree (join->parts, part);
  if (tree == NULL || !is_small (join, tree))
    return FALSE;
  symbol = genlm_grammar_add_terminal (to, genlm_grammar_peek_name (join->grammar, head),
                                       g_steal_pointer (&tree));
  genlm_grammar_add_production (to, head, &symbol, 1, 1.0);
  if (genlm_grammar_parts_is_nullable (join->parts, part))
    genlm_grammar_add_production (to, head, NULL, 0, 1.0);
  return TRUE;
}

/* Copies the bodies of a nonterminal; what they name comes to the agenda. */
static void
copy_bodies (Join         *join,
             GenlmGrammar *to,
             guint32       head,
             gboolean     *seen)
{
  const GenlmGrammarProduction *productions;
  guint32 n_productions;
  guint32 i;
  guint32 j;

  productions = genlm_grammar_peek_productions (join->grammar, head, &n_productions);
  for (i = 0; i < n_productions; i++)
    {
      genlm_grammar_add_production (to, head, productions[i].symbols, productions[i].n_symbols, 1.0);
      for (j = 0; j < productions[i].n_symbols; j++)
        {
          guint32 symbol = productions[i].symbols[j];

          if (GENLM_GRAMMAR_IS_TERMINAL (symbol) || seen[symbol])
            continue;
          seen[symbol] = TRUE;
          g_array_append_val (join->agenda, symbol);
        }
    }
}

/* The largest regular parts that are small enough become terminals. Returns
 * whether there are any. */
static gboolean
make_bodies (Join         *join,
             GenlmGrammar *to)
{
  g_autofree gboolean *seen = g_new0 (gboolean, (gsize) join->n_nonterminals + 1);
  guint32 start = genlm_grammar_get_start (join->grammar);
  gboolean joined = FALSE;

  g_array_set_size (join->agenda, 0);
  g_array_append_val (join->agenda, start);
  seen[start] = TRUE;
  while (join->agenda->len > 0)
    {
      guint32 head = g_array_index (join->agenda, guint32, join->agenda->len - 1);

      g_array_set_size (join->agenda, join->agenda->len - 1);
      if (join_bodies (join, to, head))
        joined = TRUE;
      else
        copy_bodies (join, to, head, seen);
    }
  return joined;
}

static void
copy_symbols (const GenlmGrammar *from,
              GenlmGrammar       *to)
{
  guint32 i;

  for (i = 0; i < genlm_grammar_get_n_nonterminals (from); i++)
    genlm_grammar_add_nonterminal (to, genlm_grammar_peek_name (from, i));
  for (i = 0; i < genlm_grammar_get_n_terminals (from); i++)
    genlm_grammar_share_terminal (to, from, i);
  genlm_grammar_set_ignore_style (to, genlm_grammar_get_ignore_style (from));
  genlm_grammar_set_start (to, genlm_grammar_get_start (from));
}

static gboolean
is_worth_a_look (const GenlmGrammar *grammar)
{
  guint64 n_symbols = 0;
  guint32 i;
  guint32 j;

  for (i = 0; i < genlm_grammar_get_n_nonterminals (grammar); i++)
    {
      const GenlmGrammarProduction *productions;
      guint32 n_productions;

      productions = genlm_grammar_peek_productions (grammar, i, &n_productions);
      for (j = 0; j < n_productions; j++)
        n_symbols += productions[j].n_symbols + 1;
    }
  return n_symbols <= MAX_SYMBOLS
         && (genlm_grammar_get_n_ignored (grammar) == 0
             || genlm_grammar_get_ignore_style (grammar) == GENLM_GRAMMAR_IGNORE_REPEATED);
}

static GenlmGrammar *
join_grammar (Join    *join,
              GError **error)
{
  g_autoptr (GenlmGrammar) to = genlm_grammar_new ();

  find_parts (join);
  copy_symbols (join->grammar, to);
  if (!make_bodies (join, to) || !genlm_grammar_finish (to, error) || !is_all_small (join, to))
    return NULL;
  return g_steal_pointer (&to);
}

/* What a part of the limits leaves of one automaton. */
static GenlmEngineLimits
bound (const GenlmEngineLimits *limits,
       guint                    max_states)
{
  return (GenlmEngineLimits) { MIN (max_states, limits->max_states / LIMITS_PART),
                               MIN (MAX_MEMORY, limits->max_memory / LIMITS_PART), 0 };
}

/* The grammar of the same texts where what is regular is a terminal; its weights
 * mean nothing. NULL without an error if there is nothing to join within a part of
 * the limits. */
GenlmGrammar *
genlm_grammar_join_regular (const GenlmGrammar       *grammar,
                            const GenlmEngineLimits  *limits,
                            GError                  **error)
{
  g_autoptr (GenlmGrammarParts) parts = NULL;
  g_autofree GenlmGrammarPart *part = NULL;
  g_autofree guint32 *n_unknown = NULL;
  g_autoptr (GPtrArray) users = NULL;
  g_autoptr (GArray) agenda = NULL;
  Join join = { .grammar = grammar,
                .limits = bound (limits, MAX_STATES),
                .all_limits = bound (limits, MAX_ALL_STATES) };
  guint32 i;

  if (!is_worth_a_look (grammar))
    return NULL;
  join.n_nonterminals = genlm_grammar_get_n_nonterminals (grammar);
  join.parts = parts = genlm_grammar_parts_new (grammar);
  join.part = part = g_new (GenlmGrammarPart, (gsize) join.n_nonterminals + 1);
  join.n_unknown = n_unknown = g_new0 (guint32, (gsize) join.n_nonterminals + 1);
  join.users = users = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  join.agenda = agenda = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (i = 0; i < join.n_nonterminals; i++)
    g_ptr_array_add (users, g_array_new (FALSE, FALSE, sizeof (guint32)));
  return join_grammar (&join, error);
}
