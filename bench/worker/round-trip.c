/* One question after the other, beside as many bytes that go to and fro between
 * two processes by read() and write(). */

#include "cases.h"
#include "rounds.h"

/* Of the frames that a prefix of one more token needs. */
#define N_REQUEST (136u)
#define N_ANSWER (40u)

#define N_CALLS (200u)

typedef struct
{
  BenchBare      *bare;
  GenlmPotential *pool;
  GenlmContext   *context;
  guint32         token;
  gboolean        answered;
  double          sum;
} Run;

/* Never the same context twice in a row. */
static GenlmContext *
grow (Run *self)
{
  return genlm_context_append (self->context, self->token++ & 255);
}

static void
on_answer (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Run *self = user_data;

  self->sum += genlm_potential_prefix_finish (GENLM_POTENTIAL (source), result, NULL);
  self->answered = TRUE;
}

static void
ask_async (gpointer data)
{
  Run *self = data;

  for (guint i = 0; i < N_CALLS; i++)
    {
      g_autoptr (GenlmContext) context = grow (self);

      self->answered = FALSE;
      genlm_potential_prefix (self->pool, context, NULL, on_answer, self);
      while (!self->answered)
        g_main_context_iteration (NULL, TRUE);
    }
}

static void
ask_sync (gpointer data)
{
  Run *self = data;

  for (guint i = 0; i < N_CALLS; i++)
    {
      g_autoptr (GenlmContext) context = grow (self);

      self->sum += genlm_potential_prefix_sync (self->pool, context, NULL, NULL);
    }
}

static void
ping (gpointer data)
{
  Run *self = data;

  for (guint i = 0; i < N_CALLS; i++)
    bench_bare_ping (self->bare, N_REQUEST, N_ANSWER);
}

static void
measure (Bench      *bench,
         Run        *run,
         const char *of,
         BenchBody   ours,
         double      factor)
{
  BenchRounds rounds = {
    .name = "worker-round-trip",
    .of = of,
    .ours = ours,
    .baseline = ping,
    .baseline_name = "ping-pong of two bare processes",
    .data = run,
    .n_calls = N_CALLS,
    .n_rounds = bench->full ? 201 : 9,
    .limit = { factor, 0 },
  };

  bench_rounds_run (&rounds);
}

void
bench_round_trip (Bench *bench)
{
  static const guint32 tokens[] = { 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h' };
  g_autoptr (GenlmPotential) local = bench_make_work (0, 0, FALSE);
  g_autoptr (GenlmPotential) pool = bench_make_pool (local, 1);
  g_autoptr (GenlmContext) context = genlm_context_new_for_tokens (tokens, G_N_ELEMENTS (tokens));
  Run run = { .bare = bench->bare[0], .pool = pool, .context = context };

  bench_set_cores (bench, pool, 0, 0);
  measure (bench, &run, "prefix, asynchronous, the same core", ask_async, 1.5);
  measure (bench, &run, "prefix, synchronous, the same core", ask_sync, 1.2);
  if (g_get_num_processors () > 1)
    {
      bench_set_cores (bench, pool, 0, 1);
      measure (bench, &run, "prefix, asynchronous, another core", ask_async, 1.5);
      measure (bench, &run, "prefix, synchronous, another core", ask_sync, 1.2);
    }
  bench_set_cores (bench, pool, -1, -1);

  if (run.sum != 0)
    g_error ("A worker gave a wrong answer");
}
