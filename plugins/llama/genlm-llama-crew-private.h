#pragma once

#include <glib.h>
#include <llama.h>

G_BEGIN_DECLS

typedef struct _GenlmLlamaCrew GenlmLlamaCrew;

/**
 * GenlmLlamaCrew:
 * @max_threads: how many compute when the processors are free
 * @is_fixed: whether that many always compute
 * @n_alone: calls that a single thread still makes
 * @penance: how many it makes the next time
 *
 * How many threads compute the next call.
 */
struct _GenlmLlamaCrew
{
  guint    max_threads;
  gboolean is_fixed;
  guint    n_alone;
  guint    penance;

  /*< private >*/
  gint64   start;
  gint64   processor_time;
};

void genlm_llama_crew_init   (GenlmLlamaCrew       *self,
                              guint                 threads);
void genlm_llama_crew_begin  (GenlmLlamaCrew       *self,
                              struct llama_context *context);
void genlm_llama_crew_end    (GenlmLlamaCrew       *self);
void genlm_llama_crew_record (GenlmLlamaCrew       *self,
                              gint64                duration,
                              gint64                processor_time);

G_END_DECLS
