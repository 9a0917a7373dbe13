/* What is said of the limits of workers where one of them may be the reason. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-pool-private.h"

#include <signal.h>
#include <string.h>

static gboolean
says_memory (const char *words)
{
  return strstr (words, "MemoryError") != NULL || strstr (words, "failed to allocate") != NULL ||
         strstr (words, "bad_alloc") != NULL || strstr (words, "out of memory") != NULL ||
         strstr (words, "Cannot allocate memory") != NULL;
}

static void
add_memory_limit (const GenlmPoolSettings *settings,
                  GString                 *text,
                  gboolean                 is_reason)
{
  g_string_append_printf (text, "; the memory limit is %" G_GUINT64_FORMAT " bytes%s", settings->memory_limit,
                          is_reason ? ", which is probably why" : "");
}

/* Of a worker that has ended, after what it said. */
void
genlm_pool_limits_add (const GenlmPoolSettings *settings,
                       GString                 *text,
                       const char              *words,
                       int                      signal_number)
{
  if (settings->memory_limit != 0)
    add_memory_limit (settings, text, says_memory (words));
  if (settings->cpu_limit != 0)
    g_string_append_printf (text, "; the limit of processor time is %u s%s", settings->cpu_limit,
                            signal_number == SIGXCPU ? ", which is why" : "");
}

/* A script survives a lack of memory, and reports it. */
void
genlm_pool_limits_explain (const GenlmPoolSettings *settings,
                           GError                  *error)
{
  g_autoptr (GString) text = NULL;

  if (settings->memory_limit == 0 || !says_memory (error->message))
    return;
  text = g_string_new (error->message);
  add_memory_limit (settings, text, TRUE);
  g_free (error->message);
  error->message = g_string_free (g_steal_pointer (&text), FALSE);
}
