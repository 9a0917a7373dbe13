#pragma once

#include "genlm-context.h"

G_BEGIN_DECLS

/* The numbers by which a worker knows contexts, kept on the contexts themselves.
 * One for each place in a pool, so that what a context keeps of it does not grow
 * with the number of workers that have died there. */

typedef struct _GenlmNodeMap GenlmNodeMap;

GenlmNodeMap  *genlm_node_map_new            (void);
void           genlm_node_map_unref          (GenlmNodeMap   *self);

/* By one thread at a time. */
void           genlm_node_map_restart        (GenlmNodeMap   *self);
gboolean       genlm_node_map_find           (GenlmNodeMap   *self,
                                              GenlmContext   *context,
                                              gsize           max_tokens,
                                              guint32        *number,
                                              gsize          *n_tokens);
guint32        genlm_node_map_add            (GenlmNodeMap   *self,
                                              GenlmContext   *context);
const guint32 *genlm_node_map_take_forgotten (GenlmNodeMap   *self,
                                              guint          *n_nodes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmNodeMap, genlm_node_map_unref)

G_END_DECLS
