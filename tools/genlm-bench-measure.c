/* Asks a potential over and over, in one way, and says what an answer takes. */
#include "genlm-bench-measure.h"

#include <string.h>
#include <time.h>

/* So many single questions, one after the other, are a round where they are fast. */
#define MAX_SEQUENTIAL 16

#define MIN_ROUNDS 3

typedef struct
{
  GenlmMethod  method;
  gboolean     is_batch;
  guint        n_pending;
  GError      *error;
  GenlmWeights *weights;        /* of the last answer, where it has them */
} Round;

static const struct
{
  const char  *name;
  GenlmMethod  method;
} methods[] = {
  { "prefix", GENLM_METHOD_PREFIX },
  { "complete", GENLM_METHOD_COMPLETE },
  { "logw_next", GENLM_METHOD_NEXT },
  { "mask_next", GENLM_METHOD_MASK },
};

gboolean
genlm_bench_find_method (const char  *name,
                         GenlmMethod *method)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (strcmp (methods[i].name, name) == 0)
      {
        *method = methods[i].method;
        return TRUE;
      }
  return FALSE;
}

const char *
genlm_bench_name_method (GenlmMethod method)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (methods[i].method == method)
      return methods[i].name;
  g_assert_not_reached ();
}

/* -- one call -------------------------------------------------------------- */

static void
finish_single (Round          *round,
               GenlmPotential *potential,
               GAsyncResult   *result)
{
  g_autoptr (GenlmTokenSet) mask = NULL;

  switch (round->method)
    {
    case GENLM_METHOD_PREFIX:
      genlm_potential_prefix_finish (potential, result, &round->error);
      break;
    case GENLM_METHOD_COMPLETE:
      genlm_potential_complete_finish (potential, result, &round->error);
      break;
    case GENLM_METHOD_NEXT:
      g_clear_pointer (&round->weights, genlm_weights_unref);
      round->weights = genlm_potential_logw_next_finish (potential, result, &round->error);
      break;
    case GENLM_METHOD_MASK:
      mask = genlm_potential_mask_next_finish (potential, result, &round->error);
      break;
    case GENLM_METHOD_SAMPLE:
    default:
      g_assert_not_reached ();
    }
}

static void
finish_batch (Round          *round,
              GenlmPotential *potential,
              GAsyncResult   *result)
{
  g_autoptr (GenlmScores) scores = NULL;
  g_autoptr (GenlmWeightsList) weights = NULL;
  g_autoptr (GenlmTokenSetList) masks = NULL;

  switch (round->method)
    {
    case GENLM_METHOD_PREFIX:
      scores = genlm_potential_batch_prefix_finish (potential, result, &round->error);
      break;
    case GENLM_METHOD_COMPLETE:
      scores = genlm_potential_batch_complete_finish (potential, result, &round->error);
      break;
    case GENLM_METHOD_NEXT:
      weights = genlm_potential_batch_logw_next_finish (potential, result, &round->error);
      break;
    case GENLM_METHOD_MASK:
      masks = genlm_potential_batch_mask_next_finish (potential, result, &round->error);
      break;
    case GENLM_METHOD_SAMPLE:
    default:
      g_assert_not_reached ();
    }
}

static void
on_answer (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Round *round = user_data;

  /* After the first error nothing is looked at. */
  if (round->error == NULL && round->is_batch)
    finish_batch (round, GENLM_POTENTIAL (source), result);
  else if (round->error == NULL)
    finish_single (round, GENLM_POTENTIAL (source), result);
  round->n_pending--;
}

static void
send_single (Round          *round,
             GenlmPotential *potential,
             GenlmContext   *context,
             GCancellable   *cancellable)
{
  round->n_pending++;
  switch (round->method)
    {
    case GENLM_METHOD_PREFIX:
      genlm_potential_prefix (potential, context, cancellable, on_answer, round);
      break;
    case GENLM_METHOD_COMPLETE:
      genlm_potential_complete (potential, context, cancellable, on_answer, round);
      break;
    case GENLM_METHOD_NEXT:
      genlm_potential_logw_next (potential, context, cancellable, on_answer, round);
      break;
    case GENLM_METHOD_MASK:
      genlm_potential_mask_next (potential, context, cancellable, on_answer, round);
      break;
    case GENLM_METHOD_SAMPLE:
    default:
      g_assert_not_reached ();
    }
}

static void
send_batch (Round          *round,
            GenlmPotential *potential,
            GenlmBatch     *batch,
            GCancellable   *cancellable)
{
  round->n_pending++;
  switch (round->method)
    {
    case GENLM_METHOD_PREFIX:
      genlm_potential_batch_prefix (potential, batch, cancellable, on_answer, round);
      break;
    case GENLM_METHOD_COMPLETE:
      genlm_potential_batch_complete (potential, batch, cancellable, on_answer, round);
      break;
    case GENLM_METHOD_NEXT:
      genlm_potential_batch_logw_next (potential, batch, cancellable, on_answer, round);
      break;
    case GENLM_METHOD_MASK:
      genlm_potential_batch_mask_next (potential, batch, cancellable, on_answer, round);
      break;
    case GENLM_METHOD_SAMPLE:
    default:
      g_assert_not_reached ();
    }
}

static void
wait_for (Round *round)
{
  while (round->n_pending > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* Asks one question and lets the main context run meanwhile. */
GenlmWeights *
genlm_bench_ask_next (GenlmPotential  *potential,
                      GenlmContext    *context,
                      GCancellable    *cancellable,
                      GError         **error)
{
  Round round = { .method = GENLM_METHOD_NEXT };

  send_single (&round, potential, context, cancellable);
  wait_for (&round);
  if (round.error != NULL)
    g_propagate_error (error, round.error);
  return round.weights;
}

/* Seconds, more finely than GLib has them: a round may take a microsecond. */
static double
get_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

/* -- rounds ---------------------------------------------------------------- */

static GenlmBatch *
draw_batch (GenlmBenchContexts *contexts,
            guint               n)
{
  GenlmBatch *batch = genlm_batch_new_sized (n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GenlmContext) context = genlm_bench_contexts_draw (contexts);

      genlm_batch_append (batch, context);
    }
  return batch;
}

/* Returns the seconds for one item. */
static double
run_round (GenlmPotential         *potential,
           GenlmMethod             method,
           const GenlmBenchShape  *shape,
           guint                   n,
           GenlmBenchContexts     *contexts,
           GCancellable           *cancellable,
           GError                **error)
{
  g_autoptr (GenlmBatch) batch = draw_batch (contexts, n);
  Round round = { .method = method, .is_batch = shape->is_batch };
  double start = get_time ();
  double end;

  if (shape->is_batch)
    send_batch (&round, potential, batch, cancellable);
  for (guint i = 0; i < n && !shape->is_batch && round.error == NULL; i++)
    {
      send_single (&round, potential, genlm_batch_get (batch, i), cancellable);
      if (shape->size == 1)
        wait_for (&round);
    }
  wait_for (&round);
  end = get_time ();
  g_clear_pointer (&round.weights, genlm_weights_unref);
  if (round.error != NULL)
    g_propagate_error (error, round.error);
  return (end - start) / n;
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Measures for about so long; a potential that is slow is asked once at least. */
gboolean
genlm_bench_measure (GenlmPotential         *potential,
                     GenlmMethod             method,
                     const GenlmBenchShape  *shape,
                     GenlmBenchContexts     *contexts,
                     double                  seconds,
                     GCancellable           *cancellable,
                     GenlmBenchResult       *result,
                     GError                **error)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  double start = get_time ();
  double elapsed = 0;
  guint n = shape->size;

  while (elapsed < seconds || times->len < MIN_ROUNDS)
    {
      GError *local_error = NULL;
      double time = run_round (potential, method, shape, n, contexts, cancellable, &local_error);

      if (local_error != NULL)
        {
          g_propagate_error (error, local_error);
          return FALSE;
        }
      g_array_append_val (times, time);
      elapsed = get_time () - start;
      if (shape->size == 1)
        n = (guint) CLAMP (seconds / (4 * MAX (time, 1e-9)), 1, MAX_SEQUENTIAL);
      if (elapsed >= 2 * seconds)
        break;
    }

  /* The first finds everything cold. */
  if (times->len > MIN_ROUNDS)
    g_array_remove_index (times, 0);
  g_array_sort (times, compare_doubles);
  result->seconds = g_array_index (times, double, times->len / 2);
  result->n_rounds = times->len;
  return TRUE;
}
