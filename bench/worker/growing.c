/* Contexts that grow token by token to a length at which they are dropped: what
 * both processes know of them must not add up. */

#include "cases.h"
#include "processes.h"
#include "rounds.h"

#define N_LANES (100u)

typedef struct _Run Run;

/* One of those that grow at the same time. */
typedef struct
{
  Run          *run;
  GenlmContext *context;
} Lane;

struct _Run
{
  GenlmPotential *pool;
  Lane            lanes[N_LANES];
  gsize           max_length;
  guint           n_begun;
  guint           n_answered;
  guint           n_wanted;
  double          sum;
};

typedef struct
{
  double parent;
  double worker;
} Peak;

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
  if (run->n_begun < run->n_wanted)
    lane_ask (lane);
}

static void
lane_ask (Lane *lane)
{
  g_autoptr (GenlmContext) before = lane->context;

  if (genlm_context_get_length (before) >= lane->run->max_length)
    lane->context = genlm_context_new ();
  else
    lane->context = genlm_context_append (before, lane->run->n_begun % 251);
  lane->run->n_begun++;
  genlm_potential_prefix (lane->run->pool, lane->context, NULL, on_answer, lane);
}

/* Asks so many, and looks at the memory ten times on the way. */
static Peak
ask (Run   *self,
     guint  n,
     int    pid)
{
  Peak peak = { 0, 0 };

  for (guint i = 0; i < 10; i++)
    {
      self->n_begun = self->n_answered = 0;
      self->n_wanted = n / 10;
      for (guint k = 0; k < N_LANES; k++)
        lane_ask (&self->lanes[k]);
      while (self->n_answered < self->n_wanted)
        g_main_context_iteration (NULL, TRUE);
      peak.parent = MAX (peak.parent, bench_get_private_memory (0));
      peak.worker = MAX (peak.worker, bench_get_private_memory (pid));
    }
  return peak;
}

void
bench_growing (Bench *bench)
{
  g_autoptr (GenlmPotential) local = bench_make_work (0, 0, FALSE);
  g_autoptr (GenlmPotential) pool = bench_make_pool (local, 1);
  g_autofree Run *run = g_new0 (Run, 1);
  g_autofree char *of_parent = NULL;
  g_autofree char *of_worker = NULL;
  int pid = bench_get_worker_pid (pool, 0);
  guint turn;
  Peak first;
  Peak last;

  run->pool = pool;
  run->max_length = bench->full ? 1000 : 100;
  for (guint i = 0; i < N_LANES; i++)
    run->lanes[i] = (Lane) { run, genlm_context_new () };

  /* In a turn all of them are dropped once. */
  turn = (guint) run->max_length * N_LANES;
  ask (run, turn, pid);
  first = ask (run, turn, pid);
  for (guint i = 0; i < 8; i++)
    last = ask (run, turn, pid);

  of_parent = g_strdup_printf ("growth of the parent over %u growing contexts", 8 * turn);
  of_worker = g_strdup_printf ("growth of a worker over %u growing contexts", 8 * turn);
  bench_report ("worker-growing", "memory of the parent", "KiB", first.parent, 0);
  bench_report ("worker-growing", "memory of a worker", "KiB", first.worker, 0);
  bench_report ("worker-growing", of_parent, "KiB", last.parent - first.parent, 1 << 10);
  bench_report ("worker-growing", of_worker, "KiB", last.worker - first.worker, 1 << 10);

  for (guint i = 0; i < N_LANES; i++)
    genlm_context_unref (run->lanes[i].context);
  if (run->sum != 0)
    g_error ("A worker gave a wrong answer");
}
