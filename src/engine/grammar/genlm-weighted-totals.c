#include "genlm-weighted-totals.h"

#include <float.h>
#include <genlm.h>
#include <math.h>

#include "genlm-weighted-matrix.h"
#include "genlm-weighted-system.h"

/* Newton's method gains a bit a round where a grammar is critical, and doubles
 * the bits elsewhere. */
#define MAX_ROUNDS (300u)
/* A step that is so small against the value ends the search. */
#define SMALL_STEP (1e-15)
/* Where each step is half of the one before, the solution is double and lies
 * as far beyond the step again. */
#define HALVING_STEP (1e-7)
#define HALVING_TOLERANCE (1e-5)

typedef enum
{
  OUTCOME_SOLVED,
  OUTCOME_DIVERGES,
  OUTCOME_LIMIT,
  OUTCOME_TOO_SMALL,
} Outcome;

/* A term within its component: what is known of it is its coefficient. */
typedef struct
{
  guint32 first; /* in the list of places */
  guint32 n_places;
  GenlmWeightedNumber  coefficient;
  int     exponent;
} InnerTerm;

typedef struct
{
  const GenlmWeightedTerm *terms;
  const guint32           *variables;
  const guint32           *by_head; /* terms in the order of their heads */
  const guint32           *heads;   /* by variable: where its terms start there */
  const guint32           *component;
  const guint32           *places; /* in the component, by variable */
  GenlmWeightedTotal      *totals;
  GenlmBudget             *budget;

  const guint32 *rows; /* the component */
  guint32        n;
  guint32       *term_starts; /* by row of the component */
  GArray        *inner_terms;
  GArray        *inner_places;
  GenlmWeightedNumber        *values;
  GenlmWeightedNumber        *steps;
  GArray        *prefixes;
} Solver;

/* Brings the number to between a half and one and counts the exponent. */
static void
settle (GenlmWeightedNumber *number,
        int  *exponent)
{
  int more;

  number->high = frexp (number->high, &more);
  number->low = ldexp (number->low, -more);
  *exponent += more;
}

/* Multiplies what is known of a term and lists where the rest of it stands. */
static void
add_inner_term (Solver                  *solver,
                const GenlmWeightedTerm *term)
{
  InnerTerm inner = { solver->inner_places->len, 0, genlm_weighted_number_make (term->weight),
                      term->exponent };
  guint32 i;

  settle (&inner.coefficient, &inner.exponent);
  for (i = 0; i < term->n_variables; i++)
    {
      guint32 variable = solver->variables[term->first + i];
      const GenlmWeightedTotal *total = &solver->totals[variable];

      if (solver->component[variable] == solver->component[term->head])
        {
          g_array_append_val (solver->inner_places, solver->places[variable]);
          continue;
        }
      inner.coefficient
        = genlm_weighted_number_multiply (inner.coefficient,
                                          (GenlmWeightedNumber){ total->high, total->low });
      inner.exponent += total->exponent;
      settle (&inner.coefficient, &inner.exponent);
    }
  inner.n_places = solver->inner_places->len - inner.first;
  if (inner.coefficient.high > 0.0)
    g_array_append_val (solver->inner_terms, inner);
}

/* Scales the component so that its largest constant is near one. Returns the
 * exponent of that. */
static int
scale_terms (Solver *solver)
{
  int scale = G_MININT;
  guint i;

  for (i = 0; i < solver->inner_terms->len; i++)
    {
      const InnerTerm *term = &g_array_index (solver->inner_terms, InnerTerm, i);

      if (term->n_places == 0)
        scale = MAX (scale, term->exponent);
    }
  if (scale == G_MININT)
    scale = 0;
  for (i = 0; i < solver->inner_terms->len; i++)
    {
      InnerTerm *term = &g_array_index (solver->inner_terms, InnerTerm, i);
      gint64 exponent = term->exponent + scale * ((gint64) term->n_places - 1);
      int shift = (int) CLAMP (exponent, -10000, 10000);

      term->coefficient.high = ldexp (term->coefficient.high, shift);
      term->coefficient.low = ldexp (term->coefficient.low, shift);
    }
  return scale;
}

/* Adds a term to the right side of its row, and its derivatives to the others:
 * the product of what stands before each variable and of what stands after. */
static void
add_term (Solver          *solver,
          const InnerTerm *term,
          GenlmWeightedNumber            *row)
{
  const guint32 *places = (const guint32 *) (gpointer) solver->inner_places->data + term->first;
  GenlmWeightedNumber product = term->coefficient;
  GenlmWeightedNumber *prefixes;
  guint32 i;

  if (solver->prefixes->len < term->n_places)
    g_array_set_size (solver->prefixes, term->n_places);
  prefixes = (GenlmWeightedNumber *) (gpointer) solver->prefixes->data;
  for (i = 0; i < term->n_places; i++)
    {
      prefixes[i] = product;
      product = genlm_weighted_number_multiply (product, solver->values[places[i]]);
    }
  row[solver->n] = genlm_weighted_number_add (row[solver->n], product);
  product = genlm_weighted_number_make (1.0);
  for (i = term->n_places; i > 0; i--)
    {
      GenlmWeightedNumber *place = &row[places[i - 1]];

      *place = genlm_weighted_number_subtract (
        *place, genlm_weighted_number_multiply (prefixes[i - 1], product));
      product = genlm_weighted_number_multiply (product, solver->values[places[i - 1]]);
    }
}

/* The row of I - J, and what is missing to the solution. */
static void
fill_row (guint32  row,
          GenlmWeightedNumber  *numbers,
          gpointer user_data)
{
  Solver *solver = user_data;
  guint32 j;

  for (j = solver->term_starts[row]; j < solver->term_starts[row + 1]; j++)
    add_term (solver, &g_array_index (solver->inner_terms, InnerTerm, j), numbers);
  numbers[solver->n] = genlm_weighted_number_subtract (numbers[solver->n], solver->values[row]);
  numbers[row] = genlm_weighted_number_add (numbers[row], genlm_weighted_number_make (1.0));
}

/* Where a row of I - J may have something. */
static GenlmWeightedSystem *
make_system (Solver  *solver,
             GError **error)
{
  g_autofree guint32 *starts = g_new (guint32, (gsize) solver->n + 1);
  guint32 i;

  for (i = 0; i <= solver->n; i++)
    starts[i] = solver->term_starts[i] < solver->inner_terms->len
                  ? g_array_index (solver->inner_terms, InnerTerm, solver->term_starts[i]).first
                  : solver->inner_places->len;
  return genlm_weighted_system_new (solver->n, starts,
                                    (const guint32 *) (gpointer) solver->inner_places->data,
                                    solver->budget, error);
}

/* Goes @times the steps on; tells the largest one against its value. */
static double
take_steps (Solver *solver,
            double  times)
{
  double largest = 0.0;
  guint32 i;

  for (i = 0; i < solver->n; i++)
    {
      if (solver->steps[i].high <= 0.0)
        continue;
      solver->values[i] = genlm_weighted_number_add (
        solver->values[i],
        genlm_weighted_number_multiply (solver->steps[i], genlm_weighted_number_make (times)));
      largest = MAX (largest, solver->steps[i].high / solver->values[i].high);
    }
  return largest;
}

static gboolean
is_finite (Solver *solver)
{
  guint32 i;

  for (i = 0; i < solver->n; i++)
    if (!isfinite (solver->values[i].high) || !isfinite (solver->values[i].low))
      return FALSE;
  return TRUE;
}

/* Newton's method from zero, which grows to the least solution if there is
 * one. */
static Outcome
solve_component (Solver  *solver,
                 GError **error)
{
  g_autoptr (GenlmWeightedSystem) system = make_system (solver, error);
  double before = 0.0;
  guint round;

  if (system == NULL)
    return OUTCOME_LIMIT;
  for (round = 0; round < MAX_ROUNDS; round++)
    {
      gboolean diverges;
      double step;

      if (!genlm_weighted_system_solve (system, fill_row, solver, solver->budget, solver->steps,
                                        &diverges, error))
        return diverges ? OUTCOME_DIVERGES : OUTCOME_LIMIT;
      step = take_steps (solver, 1.0);
      if (!is_finite (solver))
        return OUTCOME_DIVERGES;
      if (step <= SMALL_STEP)
        return OUTCOME_SOLVED;
      if (step < HALVING_STEP && fabs (step / before - 0.5) < HALVING_TOLERANCE)
        {
          take_steps (solver, 1.0);
          return OUTCOME_SOLVED;
        }
      before = step;
    }
  return OUTCOME_DIVERGES;
}

/* An equation without its own variable needs no search. FALSE if it has it. */
static gboolean
evaluate (Solver *solver)
{
  GenlmWeightedNumber sum = { 0.0, 0.0 };
  guint i;

  for (i = 0; i < solver->inner_terms->len; i++)
    {
      const InnerTerm *term = &g_array_index (solver->inner_terms, InnerTerm, i);

      if (term->n_places > 0)
        return FALSE;
      sum = genlm_weighted_number_add (sum, term->coefficient);
    }
  solver->values[0] = sum;
  return TRUE;
}

static void
collect_terms (Solver *solver)
{
  guint32 i;
  guint32 j;

  g_array_set_size (solver->inner_terms, 0);
  g_array_set_size (solver->inner_places, 0);
  for (i = 0; i < solver->n; i++)
    {
      guint32 variable = solver->rows[i];

      solver->term_starts[i] = solver->inner_terms->len;
      for (j = solver->heads[variable]; j < solver->heads[variable + 1]; j++)
        add_inner_term (solver, &solver->terms[solver->by_head[j]]);
    }
  solver->term_starts[i] = solver->inner_terms->len;
}

static gboolean
has_derivation (Solver         *solver,
                guint32         row,
                const gboolean *known)
{
  guint32 i;
  guint32 j;

  for (i = solver->term_starts[row]; i < solver->term_starts[row + 1]; i++)
    {
      const InnerTerm *term = &g_array_index (solver->inner_terms, InnerTerm, i);

      for (j = 0; j < term->n_places; j++)
        if (!known[g_array_index (solver->inner_places, guint32, term->first + j)])
          break;
      if (j == term->n_places)
        return TRUE;
    }
  return FALSE;
}

/* Whether there is a variable with derivations whose value, beside the others
 * of the component, is none that a double can be. */
static Outcome
check_size (Solver  *solver,
            GError **error)
{
  g_autofree gboolean *known = g_new0 (gboolean, solver->n);
  gboolean changed = TRUE;
  guint32 i;

  for (i = 0; i < solver->n && solver->values[i].high >= DBL_MIN; i++)
    ;
  if (i == solver->n)
    return OUTCOME_SOLVED;
  while (changed)
    {
      changed = FALSE;
      for (i = 0; i < solver->n; i++)
        if (!known[i] && has_derivation (solver, i, known))
          known[i] = changed = TRUE;
      if (!genlm_budget_spend (solver->budget, solver->inner_places->len + solver->n, 0, error))
        return OUTCOME_LIMIT;
    }
  for (i = 0; i < solver->n; i++)
    if (known[i] && solver->values[i].high < DBL_MIN)
      return OUTCOME_TOO_SMALL;
  return OUTCOME_SOLVED;
}

static Outcome
solve_rows (Solver  *solver,
            GError **error)
{
  g_autofree GenlmWeightedNumber *steps = g_new0 (GenlmWeightedNumber, solver->n);
  g_autofree GenlmWeightedNumber *values = g_new0 (GenlmWeightedNumber, solver->n);
  g_autofree guint32 *term_starts = g_new (guint32, (gsize) solver->n + 1);
  guint64 memory = solver->budget->memory;
  Outcome outcome = OUTCOME_SOLVED;
  int scale;
  guint32 i;

  solver->steps = steps;
  solver->values = values;
  solver->term_starts = term_starts;
  collect_terms (solver);
  scale = scale_terms (solver);
  if (solver->n > 1 || !evaluate (solver))
    outcome = solve_component (solver, error);
  if (outcome == OUTCOME_SOLVED)
    outcome = check_size (solver, error);
  for (i = 0; i < solver->n; i++)
    solver->totals[solver->rows[i]] = (GenlmWeightedTotal){ values[i].high, values[i].low, scale };
  solver->budget->memory = memory;
  return outcome;
}

/* The graph of what stands in whose terms. */
static GenlmWeightedMatrix *
make_graph (guint32                  n_variables,
            const GenlmWeightedTerm *terms,
            guint32                  n_terms,
            const guint32           *variables)
{
  g_autoptr (GArray) triplets = g_array_new (FALSE, FALSE, sizeof (GenlmWeightedTriplet));
  guint32 i;
  guint32 j;

  for (i = 0; i < n_terms; i++)
    for (j = 0; j < terms[i].n_variables; j++)
      {
        GenlmWeightedTriplet triplet = { terms[i].head, variables[terms[i].first + j],
                                         GENLM_WIDE_ONE };

        g_array_append_val (triplets, triplet);
      }
  return genlm_weighted_matrix_new (n_variables, triplets);
}

static void
sort_by_head (guint32                  n_variables,
              const GenlmWeightedTerm *terms,
              guint32                  n_terms,
              guint32                 *heads,
              guint32                 *by_head)
{
  g_autofree guint32 *next = g_new (guint32, (gsize) n_variables + 1);
  guint32 i;

  for (i = 0; i < n_terms; i++)
    heads[terms[i].head + 1]++;
  for (i = 0; i < n_variables; i++)
    heads[i + 1] += heads[i];
  memcpy (next, heads, ((gsize) n_variables + 1) * sizeof (guint32));
  for (i = 0; i < n_terms; i++)
    by_head[next[terms[i].head]++] = i;
}

static void
set_error (Outcome       outcome,
           Solver       *solver,
           const char   *name,
           GError      **error)
{
  switch (outcome)
    {
    case OUTCOME_SOLVED:
      break;
    case OUTCOME_DIVERGES:
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT,
                   "Failed to find the total weight of “%s”: the sum over its derivations diverges; "
                   "make the weights of its recursive rules smaller",
                   name);
      break;
    case OUTCOME_LIMIT:
      g_prefix_error (error,
                      "Failed to find the total weight of “%s”, one of %u rules that stand in each "
                      "other: ",
                      name, solver->n);
      break;
    case OUTCOME_TOO_SMALL:
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "Failed to find the total weight of “%s”: it is one of %u rules that stand in each "
                   "other, and their totals differ by more than a double can hold; bring their weights "
                   "closer together",
                   name, solver->n);
      break;
    }
}

static gboolean
solve_all (Solver                         *solver,
           const GenlmWeightedComponents  *components,
           guint32                        *places,
           GenlmWeightedNameFunc           name,
           gpointer                        user_data,
           GError                        **error)
{
  guint32 i;
  guint32 j;

  for (i = 0; i < components->n_components; i++)
    {
      Outcome outcome;

      solver->rows = components->order + components->starts[i];
      solver->n = components->starts[i + 1] - components->starts[i];
      for (j = 0; j < solver->n; j++)
        places[solver->rows[j]] = j;
      outcome = solve_rows (solver, error);
      if (outcome == OUTCOME_SOLVED)
        continue;
      set_error (outcome, solver, name (solver->rows[0], user_data), error);
      return FALSE;
    }
  return TRUE;
}

/* By variable. An error names one of which the sum diverges, or which is too
 * much for the budget. */
GenlmWeightedTotal *
genlm_weighted_totals_solve (guint32                   n_variables,
                             const GenlmWeightedTerm  *terms,
                             guint32                   n_terms,
                             const guint32            *variables,
                             GenlmBudget              *budget,
                             GenlmWeightedNameFunc     name,
                             gpointer                  user_data,
                             GError                  **error)
{
  g_autoptr (GenlmWeightedMatrix) graph = make_graph (n_variables, terms, n_terms, variables);
  g_autoptr (GenlmWeightedComponents) components = genlm_weighted_matrix_find_components (graph);
  g_autoptr (GArray) prefixes = g_array_new (FALSE, FALSE, sizeof (GenlmWeightedNumber));
  g_autofree guint32 *heads = g_new0 (guint32, (gsize) n_variables + 1);
  g_autofree guint32 *by_head = g_new (guint32, (gsize) n_terms + 1);
  g_autofree guint32 *places = g_new0 (guint32, (gsize) n_variables + 1);
  g_autofree GenlmWeightedTotal *totals = g_new0 (GenlmWeightedTotal, (gsize) n_variables + 1);
  g_autoptr (GArray) inner_terms = g_array_new (FALSE, FALSE, sizeof (InnerTerm));
  g_autoptr (GArray) inner_places = g_array_new (FALSE, FALSE, sizeof (guint32));
  Solver solver = { .terms = terms,
                    .variables = variables,
                    .by_head = by_head,
                    .heads = heads,
                    .component = components->component,
                    .places = places,
                    .totals = totals,
                    .budget = budget,
                    .inner_terms = inner_terms,
                    .inner_places = inner_places,
                    .prefixes = prefixes };

  sort_by_head (n_variables, terms, n_terms, heads, by_head);
  if (!solve_all (&solver, components, places, name, user_data, error))
    return NULL;
  return g_steal_pointer (&totals);
}
