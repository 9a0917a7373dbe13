/* What the system knows about processes. */

#include "processes.h"

#include <stdio.h>
#include <string.h>

static void
add_children (GArray     *children,
              const char *thread)
{
  g_autofree char *file = g_build_filename ("/proc/self/task", thread, "children", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    return;
  words = g_strsplit (text, " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    {
      int pid = (int) g_ascii_strtoll (words[i], NULL, 10);

      if (pid > 0)
        g_array_append_val (children, pid);
    }
}

GArray *
bench_list_children (void)
{
  GArray *children = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GDir) threads = g_dir_open ("/proc/self/task", 0, NULL);
  const char *thread;

  while (threads != NULL && (thread = g_dir_read_name (threads)) != NULL)
    add_children (children, thread);
  return children;
}

/* Of which there is only one. */
int
bench_find_new_child (GArray *before)
{
  g_autoptr (GArray) children = bench_list_children ();

  for (guint i = 0; i < children->len; i++)
    {
      gboolean known = FALSE;

      for (guint k = 0; k < before->len; k++)
        known |= g_array_index (before, int, k) == g_array_index (children, int, i);
      if (!known)
        return g_array_index (children, int, i);
    }
  g_error ("There is no new process");
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
