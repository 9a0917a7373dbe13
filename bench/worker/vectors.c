/* Vectors of log weights from a worker, beside making them here. */

#include "cases.h"
#include "rounds.h"

#define N_CALLS (20u)

typedef struct
{
  GenlmPotential *local;
  GenlmPotential *pool;
  GenlmContext   *context;
  double          sum;
} Run;

static void
ask (Run            *self,
     GenlmPotential *potential)
{
  for (guint i = 0; i < N_CALLS; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmWeights) weights = genlm_potential_logw_next_sync (potential, self->context, NULL, &error);

      if (weights == NULL)
        g_error ("%s", error->message);
      self->sum += genlm_weights_get (weights, i);
    }
}

static void
ask_local (gpointer data)
{
  ask (data, ((Run *) data)->local);
}

static void
ask_pool (gpointer data)
{
  ask (data, ((Run *) data)->pool);
}

void
bench_vectors (Bench *bench)
{
  static const guint sizes[] = { 50256, 128255 };
  g_autoptr (GenlmContext) context = genlm_context_new ();

  for (guint i = 0; i < 2 * G_N_ELEMENTS (sizes); i++)
    {
      gboolean softmax = i % 2 == 1;
      guint n_tokens = sizes[i / 2];
      g_autoptr (GenlmPotential) local = bench_make_work (0, n_tokens, softmax);
      g_autoptr (GenlmPotential) pool = bench_make_pool (local, 1);
      g_autofree char *of = g_strdup_printf ("logw_next, %u doubles, %s", n_tokens + 1,
                                             softmax ? "softmax" : "a cheap loop");
      Run run = { local, pool, context, 0 };
      BenchRounds rounds = {
        .name = "worker-vectors",
        .of = of,
        .ours = ask_pool,
        .baseline = ask_local,
        .baseline_name = "the same in this process",
        .data = &run,
        .n_calls = N_CALLS,
        .n_rounds = bench->full ? 101 : 5,
        .limit = { 1.3, 20 },
      };

      bench_set_cores (bench, pool, 0, 0);
      bench_rounds_run (&rounds);
      bench_set_cores (bench, pool, -1, -1);
    }
}
