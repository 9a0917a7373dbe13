/* What the system knows about processes. */

#define _GNU_SOURCE /* sched_setaffinity() */

#include "processes.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
bench_get_worker_pid (GenlmPotential *pool,
                      guint           worker)
{
  g_autoptr (GVariant) pids = NULL;
  int pid;

  g_object_get (pool, "pids", &pids, NULL);
  g_variant_get_child (pids, worker, "i", &pid);
  return pid;
}

double
bench_get_private_memory (int pid)
{
  g_autofree char *file = pid == 0 ? g_strdup ("/proc/self/smaps_rollup")
                                   : g_strdup_printf ("/proc/%d/smaps_rollup", pid);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  double sum = 0;

  if (!g_file_get_contents (file, &text, NULL, &error))
    g_error ("%s", error->message);
  for (const char *line = strstr (text, "Private_"); line != NULL; line = strstr (line + 1, "Private_"))
    {
      double kib = 0;

      if (sscanf (line, "Private_Clean: %lf", &kib) == 1 || sscanf (line, "Private_Dirty: %lf", &kib) == 1)
        sum += kib;
    }
  return sum;
}

static char *
get_task_folder (int pid)
{
  return pid == 0 ? g_strdup ("/proc/self/task") : g_strdup_printf ("/proc/%d/task", pid);
}

double
bench_get_cpu_time (int pid)
{
  g_autofree char *folder = get_task_folder (pid);
  g_autoptr (GDir) threads = g_dir_open (folder, 0, NULL);
  const char *thread;
  double sum = 0;

  while (threads != NULL && (thread = g_dir_read_name (threads)) != NULL)
    {
      g_autofree char *file = g_build_filename (folder, thread, "schedstat", NULL);
      g_autofree char *text = NULL;

      if (g_file_get_contents (file, &text, NULL, NULL))
        sum += g_ascii_strtod (text, NULL) / 1000;
    }
  return sum;
}

static void
set_thread_core (int thread,
                 int core)
{
  cpu_set_t cores;

  CPU_ZERO (&cores);
  for (guint i = 0; i < g_get_num_processors (); i++)
    if (core < 0 || (int) i == core)
      CPU_SET (i, &cores);
  sched_setaffinity (thread, sizeof cores, &cores);
}

void
bench_set_core (int pid,
                int core)
{
  g_autofree char *folder = get_task_folder (pid);
  g_autoptr (GDir) threads = g_dir_open (folder, 0, NULL);
  const char *thread;

  while (threads != NULL && (thread = g_dir_read_name (threads)) != NULL)
    set_thread_core (atoi (thread), core);
}
