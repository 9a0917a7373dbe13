/* How many threads compute.
 *
 * The threads of libllama wait for each other some five hundred times in one
 * call, and they spin while they wait. As long as they have the processors to
 * themselves that is the fastest way: 314 tokens/s with two threads on two
 * cores in batches of 8, 177 with one. But when another program takes one of
 * the processors away, all others spin until it is given back, and a call
 * takes ten to a hundred times as long (10 ms alone, 345 ms at a load of 8,
 * both measured with two threads on two cores), where a single thread only
 * gets its share.
 *
 * So unless the number is set, a call in which the process got much less time
 * of the processors than its threads would use up, computing or spinning, is
 * followed by a number of calls with one thread, twice as many each time that
 * happens again. The number of threads changes no bit of a result. */

#define G_LOG_DOMAIN "Genlm-Llama"

#include "genlm-llama-crew-private.h"

#include <stdio.h>
#include <sys/resource.h>

#define MAX_THREADS 8
#define MIN_PENANCE 16
#define MAX_PENANCE 1024

/* Microseconds below which a call says nothing. */
#define MIN_DURATION 2000

/* Microseconds that the process had a processor. */
static gint64
get_processor_time (void)
{
  struct rusage usage;

  if (getrusage (RUSAGE_SELF, &usage) != 0)
    return 0;

  return (gint64) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC +
         usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* How many threads of all programs want a processor at this moment. */
static guint
count_running (void)
{
  g_autofree char *text = NULL;
  guint running;

  if (!g_file_get_contents ("/proc/loadavg", &text, NULL, NULL) ||
      sscanf (text, "%*f %*f %*f %u/", &running) != 1)
    return 1;

  return running;
}

/* With 0 threads the crew finds out by itself. */
void
genlm_llama_crew_init (GenlmLlamaCrew *self,
                       guint           threads)
{
  *self = (GenlmLlamaCrew) {
    .max_threads = threads > 0 ? threads : MIN (g_get_num_processors (), MAX_THREADS),
    .is_fixed = threads > 0,
    .penance = MIN_PENANCE,
  };

  /* This one is among those that run. */
  if (!self->is_fixed && count_running () > self->max_threads)
    self->n_alone = MIN_PENANCE;
}

/* To be called before a call of llama_decode(). */
void
genlm_llama_crew_begin (GenlmLlamaCrew       *self,
                        struct llama_context *context)
{
  guint threads = self->n_alone > 0 ? 1 : self->max_threads;

  if (self->is_fixed)
    return;

  llama_set_n_threads (context, threads, threads);
  self->processor_time = get_processor_time ();
  self->start = g_get_monotonic_time ();
}

/* To be called after it. */
void
genlm_llama_crew_end (GenlmLlamaCrew *self)
{
  if (!self->is_fixed)
    genlm_llama_crew_record (self, g_get_monotonic_time () - self->start,
                             get_processor_time () - self->processor_time);
}

/* Learns from a call that took @duration microseconds by the clock. */
void
genlm_llama_crew_record (GenlmLlamaCrew *self,
                         gint64          duration,
                         gint64          processor_time)
{
  if (self->n_alone > 0)
    {
      self->n_alone--;
      return;
    }

  if (duration >= MIN_DURATION && processor_time < 0.8 * duration * self->max_threads)
    {
      self->n_alone = self->penance;
      self->penance = MIN (2 * self->penance, MAX_PENANCE);
      g_debug ("%u threads had a processor for %" G_GINT64_FORMAT " us of %" G_GINT64_FORMAT
               ": %u calls with one thread", self->max_threads, processor_time, duration, self->n_alone);
    }
  else if (self->penance > MIN_PENANCE)
    self->penance--;
}
