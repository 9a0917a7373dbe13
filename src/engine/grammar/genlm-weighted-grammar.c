#include "genlm-weighted-grammar.h"

#include <math.h>

#include "genlm-weighted-totals.h"

/* Exponents of 2^256 beyond this are none that a grammar that fits in memory
 * could come to. */
#define MAX_EXPONENT (1 << 22)

/* What a nonterminal alone is a whole one of is written down if it is no more
 * than this. */
#define MAX_SHORT (32u)

/* A production with its weight in the proper grammar. */
typedef struct
{
  guint32   head;
  guint32   first;
  guint32   n_symbols;
  GenlmWide weight;
} Rule;

typedef struct
{
  guint32 symbol;
  guint32 rest;
} SuffixKey;

typedef struct
{
  GenlmWeightedGrammar *self;
  const GenlmGrammar   *grammar;
  const GenlmWcfgLexer *lexer;
  GenlmBudget          *budget;
  GArray               *rules;
  GArray               *symbols; /* of all rules */
  GenlmWide            *fill;    /* by symbol */
  GenlmWide            *skip;
  GArray               *suffixes;
  GHashTable           *known_suffixes;
  GArray               *arcs;
} Builder;

static guint
hash_suffix (gconstpointer key)
{
  const SuffixKey *suffix = key;

  return suffix->symbol * 0x9e3779b1u ^ suffix->rest * 0x85ebca77u;
}

static gboolean
equal_suffixes (gconstpointer a,
                gconstpointer b)
{
  return memcmp (a, b, sizeof (SuffixKey)) == 0;
}

static guint32
number_symbol (Builder *builder,
               guint32  symbol)
{
  if (GENLM_GRAMMAR_IS_TERMINAL (symbol))
    return builder->self->n_nonterminals + GENLM_GRAMMAR_TERMINAL_INDEX (symbol);
  return symbol;
}

static const GenlmWcfgTerminal *
peek_terminal (Builder *builder,
               guint32  symbol)
{
  return genlm_wcfg_lexer_peek (builder->lexer, symbol - builder->self->n_nonterminals);
}

static const char *
name_variable (guint32  variable,
               gpointer user_data)
{
  return genlm_grammar_peek_name (((Builder *) user_data)->grammar, variable);
}

static gboolean
has_text (const GenlmWcfgTerminal *terminal)
{
  return terminal->empty > 0.0 || terminal->filled > 0.0;
}

/* All productions but those with a terminal that matches nothing. */
static void
collect_rules (Builder *builder)
{
  guint32 head;
  guint32 n;
  guint32 i;
  guint32 j;

  for (head = 0; head < builder->self->n_nonterminals; head++)
    {
      const GenlmGrammarProduction *productions;

      productions = genlm_grammar_peek_productions (builder->grammar, head, &n);
      for (i = 0; i < n; i++)
        {
          Rule rule = { head, builder->symbols->len, productions[i].n_symbols,
                        genlm_wide_from_double (productions[i].weight) };

          for (j = 0; j < rule.n_symbols; j++)
            {
              guint32 symbol = number_symbol (builder, productions[i].symbols[j]);

              if (symbol >= builder->self->n_nonterminals
                  && !has_text (peek_terminal (builder, symbol)))
                break;
              g_array_append_val (builder->symbols, symbol);
            }
          if (j == rule.n_symbols)
            g_array_append_val (builder->rules, rule);
          else
            g_array_set_size (builder->symbols, rule.first);
        }
    }
}

static inline GenlmWide
scale (GenlmWide weight,
       double    factor)
{
  return genlm_wide_multiply (weight, genlm_wide_from_double (factor));
}

static void
set_weight (GenlmWeightedTerm *term,
            GenlmWide          weight)
{
  term->weight = weight.fraction;
  term->exponent = (int) (256 * CLAMP (weight.exponent, -MAX_EXPONENT, MAX_EXPONENT));
}

/* Solves for the totals of all derivations, or of those alone that are empty
 * texts. */
static GenlmWeightedTotal *
solve_totals (Builder   *builder,
              gboolean   empty,
              GError   **error)
{
  g_autoptr (GArray) terms = g_array_new (FALSE, FALSE, sizeof (GenlmWeightedTerm));
  g_autoptr (GArray) variables = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint i;
  guint32 j;

  for (i = 0; i < builder->rules->len; i++)
    {
      const Rule *rule = &g_array_index (builder->rules, Rule, i);
      GenlmWeightedTerm term = { rule->head, variables->len, 0, 0.0, 0 };
      GenlmWide weight = rule->weight;

      for (j = 0; j < rule->n_symbols; j++)
        {
          guint32 symbol = g_array_index (builder->symbols, guint32, rule->first + j);

          if (symbol < builder->self->n_nonterminals)
            g_array_append_val (variables, symbol);
          else if (empty)
            weight = scale (weight, peek_terminal (builder, symbol)->empty);
        }
      set_weight (&term, weight);
      term.n_variables = variables->len - term.first;
      if (term.weight > 0.0)
        g_array_append_val (terms, term);
      else
        g_array_set_size (variables, term.first);
    }
  return genlm_weighted_totals_solve (builder->self->n_nonterminals,
                                      (const GenlmWeightedTerm *) (gpointer) terms->data, terms->len,
                                      (const guint32 *) (gpointer) variables->data,
                                      builder->budget, name_variable, builder, error);
}

static GenlmWide
widen (const GenlmWeightedTotal *total)
{
  int low = total->exponent % 256;
  GenlmWide power = genlm_wide_normalize ((GenlmWide){ ldexp (1.0, low),
                                                       (total->exponent - low) / 256 });

  return genlm_wide_multiply (genlm_wide_from_double (total->high), power);
}

/* The weight times the totals of the body over that of the head. */
static GenlmWide
weigh_rule (Builder                  *builder,
            const Rule               *rule,
            const GenlmWeightedTotal *totals)
{
  GenlmWide weight = rule->weight;
  guint32 j;

  if (totals[rule->head].high == 0.0)
    return GENLM_WIDE_ZERO;
  for (j = 0; j < rule->n_symbols; j++)
    {
      guint32 symbol = g_array_index (builder->symbols, guint32, rule->first + j);

      if (symbol < builder->self->n_nonterminals)
        weight = genlm_wide_multiply (weight, widen (&totals[symbol]));
    }
  return genlm_wide_divide (weight, widen (&totals[rule->head]));
}

/* Makes the weights proper and drops rules without weight. */
static void
make_proper (Builder                  *builder,
             const GenlmWeightedTotal *totals)
{
  g_autofree GenlmWide *sums = g_new0 (GenlmWide, builder->self->n_nonterminals + 1);
  guint n_kept = 0;
  guint i;

  for (i = 0; i < builder->rules->len; i++)
    {
      Rule rule = g_array_index (builder->rules, Rule, i);

      rule.weight = weigh_rule (builder, &rule, totals);
      if (genlm_wide_is_zero (rule.weight))
        continue;
      sums[rule.head] = genlm_wide_add (sums[rule.head], rule.weight);
      g_array_index (builder->rules, Rule, n_kept++) = rule;
    }
  g_array_set_size (builder->rules, n_kept);
  for (i = 0; i < n_kept; i++)
    {
      Rule *rule = &g_array_index (builder->rules, Rule, i);

      rule->weight = genlm_wide_divide (rule->weight, sums[rule->head]);
    }
}

/* What is left of one, without the error of a subtraction where it is small:
 * the weight that some symbol is the first that is not empty. */
static GenlmWeightedTotal *
solve_filled (Builder                  *builder,
              const GenlmWeightedTotal *empty,
              GError                  **error)
{
  g_autoptr (GArray) terms = g_array_new (FALSE, FALSE, sizeof (GenlmWeightedTerm));
  g_autoptr (GArray) variables = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint i;
  guint32 j;

  for (i = 0; i < builder->rules->len; i++)
    {
      const Rule *rule = &g_array_index (builder->rules, Rule, i);
      GenlmWide before = rule->weight;

      for (j = 0; j < rule->n_symbols && !genlm_wide_is_zero (before); j++)
        {
          guint32 symbol = g_array_index (builder->symbols, guint32, rule->first + j);
          GenlmWeightedTerm term = { rule->head, variables->len, 0, 0.0, 0 };
          GenlmWide weight = before;

          if (symbol < builder->self->n_nonterminals)
            {
              g_array_append_val (variables, symbol);
              term.n_variables = 1;
              before = genlm_wide_multiply (before, widen (&empty[symbol]));
            }
          else
            {
              weight = scale (weight, peek_terminal (builder, symbol)->filled);
              before = scale (before, peek_terminal (builder, symbol)->empty);
            }
          set_weight (&term, weight);
          if (term.weight > 0.0)
            g_array_append_val (terms, term);
        }
    }
  return genlm_weighted_totals_solve (builder->self->n_nonterminals,
                                      (const GenlmWeightedTerm *) (gpointer) terms->data, terms->len,
                                      (const guint32 *) (gpointer) variables->data,
                                      builder->budget, name_variable, builder, error);
}

static gboolean
split_symbols (Builder  *builder,
               GError  **error)
{
  guint32 n = builder->self->n_nonterminals;
  g_autofree GenlmWeightedTotal *empty = solve_totals (builder, TRUE, error);
  g_autofree GenlmWeightedTotal *filled = NULL;
  guint32 i;

  if (empty == NULL)
    return FALSE;
  filled = solve_filled (builder, empty, error);
  if (filled == NULL)
    return FALSE;
  for (i = 0; i < n; i++)
    {
      GenlmWide skip = widen (&empty[i]);
      GenlmWide fill = widen (&filled[i]);
      GenlmWide sum = genlm_wide_add (skip, fill);

      if (genlm_wide_is_zero (sum))
        continue;
      builder->skip[i] = genlm_wide_divide (skip, sum);
      builder->fill[i] = genlm_wide_divide (fill, sum);
    }
  for (i = 0; i < builder->self->n_terminals; i++)
    {
      builder->skip[n + i]
        = genlm_wide_from_double (genlm_wcfg_lexer_peek (builder->lexer, i)->empty);
      builder->fill[n + i]
        = genlm_wide_from_double (genlm_wcfg_lexer_peek (builder->lexer, i)->filled);
    }
  return TRUE;
}

static guint32
intern_suffix (Builder *builder,
               guint32  symbol,
               guint32  rest)
{
  SuffixKey key = { symbol, rest };
  const GenlmWeightedSuffix *behind = &g_array_index (builder->suffixes, GenlmWeightedSuffix, rest);
  GenlmWeightedSuffix suffix = { symbol, rest, builder->fill[symbol], builder->skip[symbol],
                                 genlm_wide_multiply (builder->skip[symbol], behind->empty),
                                 genlm_wide_add (builder->fill[symbol],
                                                 genlm_wide_multiply (builder->skip[symbol],
                                                                      behind->more)) };
  gpointer number;

  if (g_hash_table_lookup_extended (builder->known_suffixes, &key, NULL, &number))
    return GPOINTER_TO_UINT (number);
  g_hash_table_insert (builder->known_suffixes, g_memdup2 (&key, sizeof key),
                       GUINT_TO_POINTER (builder->suffixes->len));
  g_array_append_val (builder->suffixes, suffix);
  return builder->suffixes->len - 1;
}

/* Reads the body from its end, as suffixes are made; what is always empty is
 * left out. */
static guint32
intern_body (Builder    *builder,
             const Rule *rule)
{
  guint32 suffix = GENLM_WEIGHTED_END;
  guint32 j;

  for (j = rule->n_symbols; j > 0; j--)
    {
      guint32 symbol = g_array_index (builder->symbols, guint32, rule->first + j - 1);

      if (!genlm_wide_is_zero (builder->fill[symbol]))
        suffix = intern_suffix (builder, symbol, suffix);
    }
  return suffix;
}

/* The places of a body that may be the first that is not empty. */
static void
add_arcs (Builder    *builder,
          const Rule *rule,
          guint32     suffix)
{
  GenlmWide before = rule->weight;

  while (suffix != GENLM_WEIGHTED_END && !genlm_wide_is_zero (before))
    {
      const GenlmWeightedSuffix *place;
      GenlmWeightedArc arc;

      place = &g_array_index (builder->suffixes, GenlmWeightedSuffix, suffix);
      arc = (GenlmWeightedArc){ rule->head, place->symbol, place->rest,
                                genlm_wide_multiply (before, place->fill) };
      g_array_append_val (builder->arcs, arc);
      before = genlm_wide_multiply (before, place->skip);
      suffix = place->rest;
    }
}

static int
compare_by_head (gconstpointer a,
                 gconstpointer b)
{
  const GenlmWeightedArc *x = a;
  const GenlmWeightedArc *y = b;

  if (x->head != y->head)
    return x->head < y->head ? -1 : 1;
  if (x->symbol != y->symbol)
    return x->symbol < y->symbol ? -1 : 1;
  if (x->rest != y->rest)
    return x->rest < y->rest ? -1 : 1;
  if (x->weight.exponent != y->weight.exponent)
    return x->weight.exponent < y->weight.exponent ? -1 : 1;
  return x->weight.fraction < y->weight.fraction ? -1 : x->weight.fraction > y->weight.fraction;
}

static int
compare_by_symbol (gconstpointer a,
                   gconstpointer b)
{
  const GenlmWeightedArc *x = a;
  const GenlmWeightedArc *y = b;

  if (x->symbol != y->symbol)
    return x->symbol < y->symbol ? -1 : 1;
  return compare_by_head (a, b);
}

/* Adds up equal arcs and makes those of a head add up to one. */
static void
merge_arcs (Builder *builder)
{
  GArray *arcs = builder->arcs;
  g_autofree GenlmWide *sums = g_new0 (GenlmWide, builder->self->n_nonterminals + 1);
  guint n_kept = 0;
  guint i;

  g_array_sort (arcs, compare_by_head);
  for (i = 0; i < arcs->len; i++)
    {
      GenlmWeightedArc arc = g_array_index (arcs, GenlmWeightedArc, i);
      GenlmWeightedArc *last = n_kept > 0 ? &g_array_index (arcs, GenlmWeightedArc, n_kept - 1) : NULL;

      sums[arc.head] = genlm_wide_add (sums[arc.head], arc.weight);
      if (last != NULL && last->head == arc.head && last->symbol == arc.symbol
          && last->rest == arc.rest)
        last->weight = genlm_wide_add (last->weight, arc.weight);
      else
        g_array_index (arcs, GenlmWeightedArc, n_kept++) = arc;
    }
  g_array_set_size (arcs, n_kept);
  for (i = 0; i < n_kept; i++)
    {
      GenlmWeightedArc *arc = &g_array_index (arcs, GenlmWeightedArc, i);

      arc->weight = genlm_wide_divide (arc->weight, sums[arc->head]);
    }
}

static void
index_arcs (Builder *builder)
{
  GenlmWeightedGrammar *self = builder->self;
  GArray *arcs = builder->arcs;
  guint32 n_symbols = self->n_nonterminals + self->n_terminals;
  guint32 i;

  self->head_starts = g_new0 (guint32, (gsize) self->n_nonterminals + 1);
  self->symbol_starts = g_new0 (guint32, (gsize) n_symbols + 1);
  self->arcs_of_head = g_memdup2 (arcs->data, arcs->len * sizeof (GenlmWeightedArc));
  g_array_sort (arcs, compare_by_symbol);
  self->arcs_at_symbol = g_memdup2 (arcs->data, arcs->len * sizeof (GenlmWeightedArc));
  for (i = 0; i < arcs->len; i++)
    {
      self->head_starts[self->arcs_of_head[i].head + 1]++;
      self->symbol_starts[self->arcs_at_symbol[i].symbol + 1]++;
    }
  for (i = 0; i < self->n_nonterminals; i++)
    self->head_starts[i + 1] += self->head_starts[i];
  for (i = 0; i < n_symbols; i++)
    self->symbol_starts[i + 1] += self->symbol_starts[i];
}

/* Inverts what of the arcs goes from one head to another. What stands in no rule
 * any more has no weights and is never asked for. */
static GenlmWeightedInverse *
invert (GenlmWeightedGrammar  *self,
        GArray                *triplets,
        GenlmWide             *exits,
        GenlmWeightedSide      side,
        GenlmBudget           *budget,
        GError               **error)
{
  guint32 head;

  for (head = 0; head < self->n_nonterminals; head++)
    if (self->head_starts[head] == self->head_starts[head + 1])
      exits[head] = GENLM_WIDE_ONE;
  return genlm_weighted_inverse_new (genlm_weighted_matrix_new (self->n_nonterminals, triplets),
                                     exits, side, budget, error);
}

/* The left corners: by head, the nonterminals that it begins with. */
static gboolean
close_corners (GenlmWeightedGrammar  *self,
               GenlmBudget           *budget,
               GError               **error)
{
  g_autoptr (GArray) triplets = g_array_new (FALSE, FALSE, sizeof (GenlmWeightedTriplet));
  g_autofree GenlmWide *exits = g_new0 (GenlmWide, self->n_nonterminals + 1);
  guint32 n_arcs = self->head_starts[self->n_nonterminals];
  guint32 i;

  for (i = 0; i < n_arcs; i++)
    {
      const GenlmWeightedArc *arc = &self->arcs_of_head[i];
      GenlmWeightedTriplet triplet = { arc->head, arc->symbol, arc->weight };

      if (arc->symbol < self->n_nonterminals)
        g_array_append_val (triplets, triplet);
      else
        exits[arc->head] = genlm_wide_add (exits[arc->head], arc->weight);
    }
  self->corners = invert (self, triplets, exits, GENLM_WEIGHTED_ROWS, budget, error);
  return self->corners != NULL;
}

/* The chains: by head, the nonterminals that are all of it. */
static gboolean
close_chains (GenlmWeightedGrammar  *self,
              GenlmBudget           *budget,
              GError               **error)
{
  g_autoptr (GArray) triplets = g_array_new (FALSE, FALSE, sizeof (GenlmWeightedTriplet));
  g_autofree GenlmWide *exits = g_new0 (GenlmWide, self->n_nonterminals + 1);
  guint32 n_arcs = self->head_starts[self->n_nonterminals];
  guint32 i;

  for (i = 0; i < n_arcs; i++)
    {
      const GenlmWeightedArc *arc = &self->arcs_of_head[i];
      const GenlmWeightedSuffix *rest = &self->suffixes[arc->rest];
      GenlmWeightedTriplet triplet = { arc->head, arc->symbol,
                                       genlm_wide_multiply (arc->weight, rest->empty) };

      if (arc->symbol < self->n_nonterminals)
        {
          g_array_append_val (triplets, triplet);
          exits[arc->head] = genlm_wide_add (exits[arc->head],
                                             genlm_wide_multiply (arc->weight, rest->more));
        }
      else
        exits[arc->head] = genlm_wide_add (exits[arc->head], arc->weight);
    }
  self->chains = invert (self, triplets, exits, GENLM_WEIGHTED_COLUMNS, budget, error);
  if (self->chains != NULL)
    self->short_chains = genlm_weighted_inverse_make_short (self->chains, MAX_SHORT);
  return self->chains != NULL;
}

/* By symbol: the bytes that it begins with. All of a component of the left
 * corners begin with the same ones. */
static GenlmByteSet *
find_first (Builder *builder)
{
  GenlmWeightedGrammar *self = builder->self;
  const GenlmWeightedComponents *components;
  GenlmByteSet *first = g_new0 (GenlmByteSet, (gsize) self->n_nonterminals + self->n_terminals + 1);
  guint32 i;
  guint32 j;
  guint32 k;

  for (i = 0; i < self->n_terminals; i++)
    first[self->n_nonterminals + i] = genlm_wcfg_lexer_peek (builder->lexer, i)->first;
  components = genlm_weighted_inverse_peek_components (self->corners);
  for (i = 0; i < components->n_components; i++)
    {
      GenlmByteSet set = { { 0 } };

      for (j = components->starts[i]; j < components->starts[i + 1]; j++)
        {
          guint32 head = components->order[j];

          for (k = self->head_starts[head]; k < self->head_starts[head + 1]; k++)
            genlm_byte_set_unite (&set, &first[self->arcs_of_head[k].symbol]);
        }
      for (j = components->starts[i]; j < components->starts[i + 1]; j++)
        first[components->order[j]] = set;
    }
  return first;
}

/* By suffix: the bytes that it begins with, wherever that may be; a suffix has a
 * higher number than what is left of it behind its first symbol. */
static GenlmByteSet *
find_begins (Builder            *builder,
             const GenlmByteSet *first)
{
  const GenlmWeightedGrammar *self = builder->self;
  GenlmByteSet *begins = g_new0 (GenlmByteSet, self->n_suffixes);
  guint32 i;

  for (i = GENLM_WEIGHTED_END + 1; i < self->n_suffixes; i++)
    {
      begins[i] = first[self->suffixes[i].symbol];
      if (!genlm_wide_is_zero (self->suffixes[i].skip))
        genlm_byte_set_unite (&begins[i], &begins[self->suffixes[i].rest]);
    }
  return begins;
}

/* Adds what may come behind a symbol in a rule of @head: by itself, and, as
 * edges, what may come behind the head where the symbol may be its last one. */
static void
add_follow (Builder            *builder,
            const GenlmByteSet *begins,
            GenlmByteSet       *follow,
            GArray             *edges,
            const Rule         *rule,
            guint32             suffix)
{
  const GenlmWeightedSuffix *suffixes = builder->self->suffixes;

  for (; suffix != GENLM_WEIGHTED_END; suffix = suffixes[suffix].rest)
    {
      guint32 symbol = suffixes[suffix].symbol;
      guint32 rest = suffixes[suffix].rest;
      GenlmWeightedTriplet edge = { symbol, rule->head, GENLM_WIDE_ONE };

      genlm_byte_set_unite (&follow[symbol], &begins[rest]);
      if (!genlm_wide_is_zero (suffixes[rest].empty))
        g_array_append_val (edges, edge);
    }
}

/* What comes behind a head comes behind what its rules end with; all of a
 * component of that have the same behind them. */
static void
spread_follow (GArray       *edges,
               guint32       n_symbols,
               GenlmByteSet *follow)
{
  g_autoptr (GenlmWeightedMatrix) matrix = genlm_weighted_matrix_new (n_symbols, edges);
  g_autoptr (GenlmWeightedComponents) components = genlm_weighted_matrix_find_components (matrix);
  guint32 i;
  guint32 j;
  guint32 k;

  for (i = 0; i < components->n_components; i++)
    {
      GenlmByteSet set = { { 0 } };

      for (j = components->starts[i]; j < components->starts[i + 1]; j++)
        {
          guint32 symbol = components->order[j];

          genlm_byte_set_unite (&set, &follow[symbol]);
          for (k = matrix->starts[symbol]; k < matrix->starts[symbol + 1]; k++)
            genlm_byte_set_unite (&set, &follow[matrix->entries[k].column]);
        }
      for (j = components->starts[i]; j < components->starts[i + 1]; j++)
        follow[components->order[j]] = set;
    }
}

static void
make_follow (Builder       *builder,
             const guint32 *bodies)
{
  GenlmWeightedGrammar *self = builder->self;
  guint32 n_symbols = self->n_nonterminals + self->n_terminals;
  g_autofree GenlmByteSet *first = find_first (builder);
  g_autofree GenlmByteSet *begins = find_begins (builder, first);
  g_autofree GenlmByteSet *follow = g_new0 (GenlmByteSet, (gsize) n_symbols + 1);
  g_autoptr (GArray) edges = g_array_new (FALSE, FALSE, sizeof (GenlmWeightedTriplet));
  guint i;

  for (i = 0; i < builder->rules->len; i++)
    add_follow (builder, begins, follow, edges, &g_array_index (builder->rules, Rule, i), bodies[i]);
  spread_follow (edges, n_symbols, follow);
  self->follow = g_memdup2 (follow + self->n_nonterminals,
                            ((gsize) self->n_terminals + 1) * sizeof (GenlmByteSet));
}

static gboolean
build (Builder  *builder,
       GError  **error)
{
  GenlmWeightedGrammar *self = builder->self;
  guint32 start = genlm_grammar_get_start (builder->grammar);
  g_autofree GenlmWeightedTotal *totals = NULL;
  g_autofree guint32 *bodies = NULL;
  guint i;

  collect_rules (builder);
  totals = solve_totals (builder, FALSE, error);
  if (totals == NULL)
    return FALSE;
  self->log_total = log (totals[start].high) + totals[start].exponent * G_LN2;
  make_proper (builder, totals);
  if (!split_symbols (builder, error))
    return FALSE;
  bodies = g_new (guint32, builder->rules->len + 1);
  for (i = 0; i < builder->rules->len; i++)
    {
      const Rule *rule = &g_array_index (builder->rules, Rule, i);

      bodies[i] = intern_body (builder, rule);
      add_arcs (builder, rule, bodies[i]);
    }
  self->start = intern_suffix (builder, start, GENLM_WEIGHTED_END);
  self->n_suffixes = builder->suffixes->len;
  self->suffixes = g_memdup2 (builder->suffixes->data,
                              self->n_suffixes * sizeof (GenlmWeightedSuffix));
  merge_arcs (builder);
  index_arcs (builder);
  if (!close_corners (self, builder->budget, error) || !close_chains (self, builder->budget, error))
    return FALSE;
  make_follow (builder, bodies);
  return TRUE;
}

/* The lexer has the terminals of the grammar, which has no ignored ones beside
 * its rules any more. Fails where the weights of a rule have no finite sum, and
 * when the budget is used up. */
GenlmWeightedGrammar *
genlm_weighted_grammar_new (const GenlmGrammar    *grammar,
                            const GenlmWcfgLexer  *lexer,
                            GenlmBudget           *budget,
                            GError               **error)
{
  g_autoptr (GenlmWeightedGrammar) self = g_new0 (GenlmWeightedGrammar, 1);
  g_autoptr (GArray) rules = g_array_new (FALSE, FALSE, sizeof (Rule));
  g_autoptr (GArray) symbols = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) suffixes = g_array_new (FALSE, FALSE, sizeof (GenlmWeightedSuffix));
  g_autoptr (GArray) arcs = g_array_new (FALSE, FALSE, sizeof (GenlmWeightedArc));
  g_autoptr (GHashTable) known = NULL;
  g_autofree GenlmWide *fill = NULL;
  g_autofree GenlmWide *skip = NULL;
  GenlmWeightedSuffix end = { G_MAXUINT32, GENLM_WEIGHTED_END, GENLM_WIDE_ZERO, GENLM_WIDE_ZERO,
                              GENLM_WIDE_ONE, GENLM_WIDE_ZERO };
  Builder builder = { .self = self, .grammar = grammar, .lexer = lexer, .budget = budget,
                      .rules = rules, .symbols = symbols, .suffixes = suffixes, .arcs = arcs };
  gsize n_symbols;

  self->n_nonterminals = genlm_grammar_get_n_nonterminals (grammar);
  self->n_terminals = genlm_grammar_get_n_terminals (grammar);
  n_symbols = (gsize) self->n_nonterminals + self->n_terminals;
  builder.fill = fill = g_new0 (GenlmWide, n_symbols + 1);
  builder.skip = skip = g_new0 (GenlmWide, n_symbols + 1);
  builder.known_suffixes = known = g_hash_table_new_full (hash_suffix, equal_suffixes, g_free, NULL);
  g_array_append_val (suffixes, end);
  return build (&builder, error) ? g_steal_pointer (&self) : NULL;
}

void
genlm_weighted_grammar_free (GenlmWeightedGrammar *self)
{
  g_free (self->follow);
  g_clear_pointer (&self->short_chains, genlm_weighted_matrix_free);
  g_clear_pointer (&self->chains, genlm_weighted_inverse_free);
  g_clear_pointer (&self->corners, genlm_weighted_inverse_free);
  g_free (self->arcs_at_symbol);
  g_free (self->symbol_starts);
  g_free (self->arcs_of_head);
  g_free (self->head_starts);
  g_free (self->suffixes);
  g_free (self);
}

guint64
genlm_weighted_grammar_get_memory (const GenlmWeightedGrammar *self)
{
  guint64 n_arcs = self->head_starts[self->n_nonterminals];
  guint64 n_symbols = (guint64) self->n_nonterminals + self->n_terminals;

  return self->n_suffixes * sizeof (GenlmWeightedSuffix) + n_arcs * 2 * sizeof (GenlmWeightedArc)
         + n_symbols * 2 * sizeof (guint32) + self->n_terminals * sizeof (GenlmByteSet)
         + genlm_weighted_inverse_get_memory (self->corners)
         + genlm_weighted_inverse_get_memory (self->chains)
         + self->short_chains->starts[self->n_nonterminals] * sizeof (GenlmWeightedEntry);
}
