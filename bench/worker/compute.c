/* Work that two cores share, beside two bare processes that do half of it
 * each. */

#include "cases.h"
#include "processes.h"
#include "rounds.h"

#define MAX_ITEMS (1000u)
#define N_WORKERS (2u)

typedef struct
{
  Bench          *bench;
  GenlmPotential *pool;
  GenlmBatch     *batch;
  guint           n_items;
  guint64         n_steps;
  guint           n_answered;
  double          sum;
} Run;

static void
on_answer (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Run *self = user_data;

  self->sum += genlm_potential_prefix_finish (GENLM_POTENTIAL (source), result, NULL);
  self->n_answered++;
}

static void
iterate (Run *self)
{
  while (self->n_answered < self->n_items)
    g_main_context_iteration (NULL, TRUE);
}

static void
ask_singles (gpointer data)
{
  Run *self = data;

  self->n_answered = 0;
  for (guint i = 0; i < self->n_items; i++)
    genlm_potential_prefix (self->pool, genlm_batch_get (self->batch, i), NULL, on_answer, self);
  iterate (self);
}

static void
on_batch_answer (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  Run *self = user_data;
  g_autoptr (GenlmScores) scores = genlm_potential_batch_prefix_finish (GENLM_POTENTIAL (source), result, NULL);

  for (guint i = 0; i < self->n_items; i++)
    self->sum += genlm_scores_get (scores, i);
  self->n_answered = self->n_items;
}

static void
ask_batch (gpointer data)
{
  Run *self = data;

  self->n_answered = 0;
  genlm_potential_batch_prefix (self->pool, self->batch, NULL, on_batch_answer, self);
  iterate (self);
}

static void
ask_bare (gpointer data)
{
  Run *self = data;

  for (guint i = 0; i < G_N_ELEMENTS (self->bench->bare); i++)
    bench_bare_begin (self->bench->bare[i], self->n_items / 2, self->n_steps);
  for (guint i = 0; i < G_N_ELEMENTS (self->bench->bare); i++)
    bench_bare_wait (self->bench->bare[i]);
}

static GenlmBatch *
make_batch (guint n)
{
  GenlmBatch *batch = genlm_batch_new_sized (n);

  for (guint i = 0; i < n; i++)
    {
      guint32 tokens[] = { i & 255, i >> 8 };
      g_autoptr (GenlmContext) context = genlm_context_new_for_tokens (tokens, G_N_ELEMENTS (tokens));

      genlm_batch_append (batch, context);
    }
  return batch;
}

/* Of this process and all that it has work for it. */
static double
get_cpu_time (Run *self)
{
  double sum = bench_get_cpu_time (0);

  for (guint i = 0; i < N_WORKERS; i++)
    sum += bench_get_cpu_time (bench_get_worker_pid (self->pool, i)) +
           bench_get_cpu_time (bench_bare_get_pid (self->bench->bare[i]));
  return sum;
}

static double
measure_cpu_time (Run       *self,
                  BenchBody  body)
{
  double before = get_cpu_time (self);

  body (self);
  return (get_cpu_time (self) - before) / self->n_items;
}

/* Processor time hardly depends on what else the machine does. */
static void
report_cpu_time (Run        *self,
                 BenchBody   ours,
                 const char *of,
                 double      aim)
{
  double baseline = measure_cpu_time (self, ask_bare);

  bench_report ("worker-compute-cpu", of, "us", measure_cpu_time (self, ours), baseline / aim);
}

void
bench_compute (Bench *bench)
{
  static const struct
  {
    guint  micros;
    guint  n_quick;
    double aim;
  } loads[] = { { 1000, 50, 0.97 }, { 100, 500, 0.92 }, { 20, MAX_ITEMS, 0.75 } };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (loads); i++)
    {
      guint micros = loads[i / 2].micros;
      gboolean batched = i % 2 == 1;
      guint n_items = bench->full ? MAX_ITEMS : loads[i / 2].n_quick;
      guint64 n_steps = (guint64) (micros * bench->steps_per_micro);
      g_autoptr (GenlmPotential) local = bench_make_work (n_steps, 0, FALSE);
      g_autoptr (GenlmPotential) pool = bench_make_pool (local, N_WORKERS);
      g_autoptr (GenlmBatch) batch = make_batch (n_items);
      g_autofree char *of = g_strdup_printf ("%u prefixes of %u us in 2 workers, %s", n_items, micros,
                                             batched ? "a batch" : "in flight");
      Run run = { bench, pool, batch, n_items, n_steps, 0, 0 };
      BenchRounds rounds = {
        .name = "worker-compute",
        .of = of,
        .ours = batched ? ask_batch : ask_singles,
        .baseline = ask_bare,
        .baseline_name = "half each in two bare processes",
        .data = &run,
        .n_calls = n_items,
        .n_rounds = bench->full ? CLAMP (7000 / micros, 7, 51) : 3,
        .limit = { 1 / loads[i / 2].aim, 0 },
      };

      bench_rounds_run (&rounds);
      report_cpu_time (&run, rounds.ours, of, loads[i / 2].aim);
      if (run.sum != 0)
        g_error ("A worker gave a wrong answer");
    }
}
