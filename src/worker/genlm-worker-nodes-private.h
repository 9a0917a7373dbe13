#pragma once

#include "genlm-context.h"

G_BEGIN_DECLS

/* The contexts that a worker and its parent know by numbers. */
typedef struct
{
  GPtrArray *contexts;  /* NULL where a number was forgotten */
} GenlmWorkerNodes;

void          genlm_worker_nodes_init   (GenlmWorkerNodes *self);
void          genlm_worker_nodes_clear  (GenlmWorkerNodes *self);
GenlmContext *genlm_worker_nodes_peek   (GenlmWorkerNodes *self,
                                         guint32           number);
gboolean      genlm_worker_nodes_add    (GenlmWorkerNodes *self,
                                         guint32           number,
                                         GenlmContext     *context);
gboolean      genlm_worker_nodes_forget (GenlmWorkerNodes *self,
                                         guint32           number);

G_END_DECLS
