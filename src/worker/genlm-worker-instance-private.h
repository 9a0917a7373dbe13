#pragma once

#include "genlm-frame-private.h"
#include "genlm-potential.h"

G_BEGIN_DECLS

/* Microseconds from which on a unit of work is so slow that finished answers do not
 * wait for it. */
#define GENLM_WORKER_SLOW_UNIT 200

/* A potential that was built in a worker, or why it was not. */
typedef struct
{
  GenlmPotential          *potential;           /* NULL if it was not built */
  GError                  *error;               /* then why */
  GenlmPotentialInterface *iface;
  GenlmVocab              *vocab;
  guint32                  vocab_size;
  gboolean                 is_direct;           /* the weigh_*() functions are all there is to it */
  gboolean                 keeps_weights;       /* also those that it has given away */
  gint64                   paces[4];            /* by method: about how many microseconds a unit takes */
} GenlmWorkerInstance;

GenlmWorkerInstance *genlm_worker_instance_new      (GVariant             *build,
                                                     GHashTable           *others);
void                 genlm_worker_instance_free     (GenlmWorkerInstance  *self);
GVariant            *genlm_worker_instance_describe (GenlmWorkerInstance  *self,
                                                     guint64               known_hash);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWorkerInstance, genlm_worker_instance_free)

G_END_DECLS
