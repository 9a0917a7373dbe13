/* A thousand questions in flight, beside as many to a potential in this
 * process. */

#include "cases.h"
#include "rounds.h"

#define N_IN_FLIGHT (1000u)
#define N_CALLS (20 * N_IN_FLIGHT)
#define MAX_LENGTH (256u)

/* Requests a microsecond that are to be reached. */
#define AIM (1.5)

typedef struct _Run Run;

/* One of those in flight. */
typedef struct
{
  Run          *run;
  GenlmContext *context;
} Lane;

struct _Run
{
  GenlmPotential *local;
  GenlmPotential *pool;
  GenlmPotential *autobatch;
  GenlmPotential *asked;
  GenlmBatch     *batch;
  Lane            lanes[N_IN_FLIGHT];
  gboolean        grows;
  guint           n_begun;
  guint           n_answered;
  double          sum;
};

static void lane_ask (Lane *lane);

static void
on_answer (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Lane *lane = user_data;
  Run *run = lane->run;

  run->sum += genlm_potential_prefix_finish (GENLM_POTENTIAL (source), result, NULL);
  run->n_answered++;
  if (run->n_begun < N_CALLS)
    lane_ask (lane);
}

static void
lane_grow (Lane *lane)
{
  GenlmContext *old = lane->context;

  if (genlm_context_get_length (old) >= MAX_LENGTH)
    lane->context = genlm_context_new ();
  else
    lane->context = genlm_context_append (old, lane->run->n_begun & 255);
  genlm_context_unref (old);
}

static void
lane_ask (Lane *lane)
{
  if (lane->run->grows)
    lane_grow (lane);
  lane->run->n_begun++;
  genlm_potential_prefix (lane->run->asked, lane->context, NULL, on_answer, lane);
}

static void
ask (Run            *run,
     GenlmPotential *potential)
{
  run->asked = potential;
  run->n_begun = run->n_answered = 0;
  for (guint i = 0; i < N_IN_FLIGHT; i++)
    lane_ask (&run->lanes[i]);
  while (run->n_answered < N_CALLS)
    g_main_context_iteration (NULL, TRUE);
}

static void
ask_pool (gpointer data)
{
  ask (data, ((Run *) data)->pool);
}

static void
ask_autobatched (gpointer data)
{
  ask (data, ((Run *) data)->autobatch);
}

static void
ask_local (gpointer data)
{
  ask (data, ((Run *) data)->local);
}

static void
on_batch_answer (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  Run *run = user_data;
  g_autoptr (GenlmScores) scores = genlm_potential_batch_prefix_finish (GENLM_POTENTIAL (source), result, NULL);

  for (guint i = 0; i < N_IN_FLIGHT; i++)
    run->sum += genlm_scores_get (scores, i);
  run->n_answered += N_IN_FLIGHT;
}

static void
ask_batches (gpointer data)
{
  Run *run = data;

  for (guint n = 0; n < N_CALLS; n += N_IN_FLIGHT)
    {
      run->n_answered = 0;
      genlm_potential_batch_prefix (run->pool, run->batch, NULL, on_batch_answer, run);
      while (run->n_answered < N_IN_FLIGHT)
        g_main_context_iteration (NULL, TRUE);
    }
}

static void
ask_batches_sync (gpointer data)
{
  Run *run = data;

  for (guint n = 0; n < N_CALLS; n += N_IN_FLIGHT)
    {
      g_autoptr (GenlmScores) scores = genlm_potential_batch_prefix_sync (run->pool, run->batch, NULL, NULL);

      for (guint i = 0; i < N_IN_FLIGHT; i++)
        run->sum += genlm_scores_get (scores, i);
    }
}

static void
run_init (Run            *self,
          GenlmPotential *local)
{
  self->local = local;
  self->pool = bench_make_pool (local, 1);
  self->autobatch = genlm_potential_to_autobatched (self->pool);
  self->batch = genlm_batch_new ();
  for (guint i = 0; i < N_IN_FLIGHT; i++)
    {
      guint32 tokens[] = { i & 15, (i >> 4) & 255, i >> 12 };

      self->lanes[i].run = self;
      self->lanes[i].context = genlm_context_new_for_tokens (tokens, G_N_ELEMENTS (tokens));
      genlm_batch_append (self->batch, self->lanes[i].context);
    }
}

static void
run_clear (Run *self)
{
  if (self->sum != 0)
    g_error ("A worker gave a wrong answer");
  for (guint i = 0; i < N_IN_FLIGHT; i++)
    genlm_context_unref (self->lanes[i].context);
  genlm_batch_unref (self->batch);
  g_object_unref (self->autobatch);
  g_object_unref (self->pool);
}

void
bench_pipelined (Bench *bench)
{
  static const struct
  {
    const char *of;
    BenchBody   body;
    gboolean    grows;
  } ways[] = {
    { "batches of 1000 prefixes", ask_batches, FALSE },
    { "batches of 1000 prefixes, synchronous", ask_batches_sync, FALSE },
    { "prefix, 1000 in flight", ask_pool, FALSE },
    { "prefix, 1000 in flight, autobatched", ask_autobatched, FALSE },
    { "prefix of growing contexts, 1000 in flight", ask_pool, TRUE },
  };
  g_autoptr (GenlmPotential) local = bench_make_work (0, 0, FALSE);
  g_autofree Run *run = g_new0 (Run, 1);

  run_init (run, local);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      BenchRounds rounds = {
        .name = "worker-pipelined",
        .of = ways[i].of,
        .ours = ways[i].body,
        .baseline = ask_local,
        .baseline_name = "prefix in this process, 1000 in flight",
        .data = run,
        .n_calls = N_CALLS,
        .n_rounds = bench->full ? 51 : 3,
        .limit = { 0, 1 / AIM },
      };

      run->grows = ways[i].grows;
      bench_rounds_run (&rounds);
    }
  run_clear (run);
}
