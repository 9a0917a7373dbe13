/* What a single call costs when an autobatcher joins it with others: per
 * request, beside calling the batch method by hand, and beside as many bare
 * GTasks that one source answers, which is the least an asynchronous call in
 * the GNOME way can cost. */

#include <genlm.h>

#include <stdlib.h>
#include <string.h>

#include "line.h"

#define GENLM_TYPE_FREE (genlm_free_get_type ())
G_DECLARE_FINAL_TYPE (GenlmFree, genlm_free, GENLM, FREE, GenlmPotentialBase)

/* Weighs everything 1, at no cost. */
struct _GenlmFree
{
  GenlmPotentialBase parent_instance;
};

static GenlmScores *
genlm_free_weigh_prefix_batch (GenlmPotential  *potential,
                               GenlmBatch      *batch,
                               GError         **error)
{
  double *values;
  GenlmScores *scores = genlm_scores_new_uninit (genlm_batch_get_size (batch), &values);

  memset (values, 0, genlm_batch_get_size (batch) * sizeof (double));
  return scores;
}

static void
genlm_free_potential_init (GenlmPotentialInterface *iface)
{
  iface->weigh_prefix_batch = genlm_free_weigh_prefix_batch;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmFree, genlm_free, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, genlm_free_potential_init))

static void
genlm_free_class_init (GenlmFreeClass *klass)
{
  genlm_potential_base_class_set_traits (GENLM_POTENTIAL_BASE_CLASS (klass),
                                         GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE);
}

static void
genlm_free_init (GenlmFree *self)
{
}

typedef struct
{
  GenlmPotential *potential;
  GenlmPotential *autobatch;
  GCancellable   *cancellable;
  GPtrArray      *contexts;
  guint           n;
  guint           n_answered;
  double          sum;
} Run;

static void
answered (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Run *run = user_data;

  run->sum += genlm_potential_prefix_finish (GENLM_POTENTIAL (source), result, NULL);
  run->n_answered++;
}

static void
iterate (Run *run)
{
  while (run->n_answered < run->n)
    g_main_context_iteration (NULL, TRUE);
}

static void
run_autobatched (Run *run)
{
  for (guint i = 0; i < run->n; i++)
    genlm_potential_prefix (run->autobatch, g_ptr_array_index (run->contexts, i), NULL, answered, run);
  iterate (run);
}

static void
run_cancellable (Run *run)
{
  for (guint i = 0; i < run->n; i++)
    genlm_potential_prefix (run->autobatch, g_ptr_array_index (run->contexts, i), run->cancellable, answered, run);
  iterate (run);
}

static void
batch_answered (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  Run *run = user_data;
  g_autoptr (GenlmScores) scores =
    genlm_potential_batch_prefix_finish (GENLM_POTENTIAL (source), result, NULL);

  for (gsize i = 0; i < genlm_scores_get_size (scores); i++)
    run->sum += genlm_scores_get (scores, i);
  run->n_answered = (guint) genlm_scores_get_size (scores);
}

static void
run_by_hand (Run *run)
{
  g_autoptr (GenlmBatch) batch = genlm_batch_new ();

  for (guint i = 0; i < run->n; i++)
    genlm_batch_append (batch, g_ptr_array_index (run->contexts, i));
  genlm_potential_batch_prefix (run->potential, batch, NULL, batch_answered, run);
  iterate (run);
}

static void
task_answered (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  Run *run = user_data;

  run->sum += (double) g_task_propagate_int (G_TASK (result), NULL);
  run->n_answered++;
}

static gboolean
answer_tasks (gpointer user_data)
{
  GPtrArray *tasks = user_data;

  for (guint i = 0; i < tasks->len; i++)
    g_task_return_int (g_ptr_array_index (tasks, i), 0);
  return G_SOURCE_REMOVE;
}

static void
run_tasks (Run *run)
{
  GPtrArray *tasks = g_ptr_array_new_full (run->n, g_object_unref);
  g_autoptr (GSource) source = g_idle_source_new ();

  for (guint i = 0; i < run->n; i++)
    g_ptr_array_add (tasks, g_task_new (run->potential, NULL, task_answered, run));
  g_source_set_callback (source, answer_tasks, tasks, (GDestroyNotify) g_ptr_array_unref);
  g_source_attach (source, NULL);
  iterate (run);
}

/* Nanoseconds a request, each round in turn so that all see the same machine. */
static void
measure (Run         *run,
         void       (*bodies[]) (Run *),
         guint        n_bodies,
         guint        rounds,
         BenchTiming *timings)
{
  g_autofree double *times = g_new (double, (gsize) n_bodies * rounds);

  for (guint r = 0; r < rounds; r++)
    {
      for (guint b = 0; b < n_bodies; b++)
        {
          guint repeats = MAX (1, 2000 / run->n);
          gint64 start = g_get_monotonic_time ();

          for (guint k = 0; k < repeats; k++)
            {
              run->n_answered = 0;
              bodies[b] (run);
            }
          times[b * rounds + r] = (double) (g_get_monotonic_time () - start) * 1000 / run->n / repeats;
        }
    }
  for (guint b = 0; b < n_bodies; b++)
    timings[b] = bench_summarize (times + b * rounds, rounds);
}

int
main (int    argc,
      char **argv)
{
  static const guint sizes[] = { 10, 100, 1000, 10000 };
  void (*bodies[]) (Run *) = { run_autobatched, run_tasks, run_by_hand, run_cancellable };
  gboolean full = argc > 1 && g_str_equal (argv[1], "--full");
  guint rounds = full ? 200 : 21;
  Run run = { 0 };

  run.potential = g_object_new (GENLM_TYPE_FREE, NULL);
  run.autobatch = genlm_potential_to_autobatched (run.potential);
  run.cancellable = g_cancellable_new ();
  run.contexts = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_context_unref);
  for (guint i = 0; i < 10000; i++)
    {
      guint32 tokens[3] = { i & 15, (i >> 4) & 255, i >> 12 };

      g_ptr_array_add (run.contexts, genlm_context_new_for_tokens (tokens, G_N_ELEMENTS (tokens)));
    }

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      BenchTiming timings[G_N_ELEMENTS (bodies)];

      run.n = sizes[i];
      measure (&run, bodies, G_N_ELEMENTS (bodies), rounds, timings);
      bench_line_begin ("autobatch", NULL);
      bench_line_count ("requests", run.n);
      bench_line_timing (&timings[0], "ns/request");
      bench_line_number ("gtask", timings[1].median);
      bench_line_number ("ratio_to_gtask", timings[0].median / timings[1].median);
      bench_line_number ("by_hand", timings[2].median);
      bench_line_number ("with_cancellable", timings[3].median);
      bench_line_end ();
    }

  g_ptr_array_unref (run.contexts);
  g_object_unref (run.cancellable);
  g_object_unref (run.autobatch);
  g_object_unref (run.potential);
  return run.sum == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
