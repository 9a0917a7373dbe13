/* What a worker may use: settings of a HELLO frame, which the system enforces.
 *
 *   memory-limit  t  bytes of data; 0 for no limit
 *   cpu-limit     u  seconds of processor time for each unit of work; 0 for no limit */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-worker-limits-private.h"

#include "genlm-potential-error.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static gboolean
set_memory_limit (guint64   bytes,
                  GError  **error)
{
  struct rlimit limit;
  int saved_errno;

  if (bytes == 0)
    return TRUE;
  limit.rlim_cur = limit.rlim_max = bytes;
  if (setrlimit (RLIMIT_DATA, &limit) == 0)
    return TRUE;
  saved_errno = errno;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
               "Failed to limit the memory of a worker to %" G_GUINT64_FORMAT " bytes: %s",
               bytes, g_strerror (saved_errno));
  return FALSE;
}

gboolean
genlm_worker_limits_set (GenlmWorkerLimits  *self,
                         GVariant           *settings,
                         GError            **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, settings);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      if (strcmp (name, "memory-limit") == 0 && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
        {
          if (!set_memory_limit (g_variant_get_uint64 (value), error))
            {
              g_variant_unref (value);
              return FALSE;
            }
        }
      else if (strcmp (name, "cpu-limit") == 0 && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
        {
          self->cpu_seconds = g_variant_get_uint32 (value);
        }
      else
        {
          g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED,
                       "A worker does not know the setting “%s” of type “%s”: its parent is of another version",
                       name, g_variant_get_type_string (value));
          g_variant_unref (value);
          return FALSE;
        }
    }
  return TRUE;
}

/* Gives the next unit its processor time. The system counts whole seconds. The
 * hard limit stays as it is: it cannot be moved forward. */
void
genlm_worker_limits_renew (GenlmWorkerLimits *self)
{
  struct timespec used;
  struct rlimit limit;
  guint64 end;

  if (self->cpu_seconds == 0)
    return;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &used);
  end = (guint64) used.tv_sec + 1 + self->cpu_seconds;
  if (end == self->cpu_end || getrlimit (RLIMIT_CPU, &limit) != 0)
    return;
  limit.rlim_cur = MIN (end, limit.rlim_max);
  if (setrlimit (RLIMIT_CPU, &limit) == 0)
    self->cpu_end = end;
}
