#pragma once

/* The walks that a weighted grammar has made for one vocabulary, within a bound
 * on bytes, for any number of threads. */

#include "genlm-wcfg-clock.h"
#include "genlm-wcfg-walk.h"

G_BEGIN_DECLS

typedef struct _GenlmWcfgWalks GenlmWcfgWalks;

GenlmWcfgWalks *genlm_wcfg_walks_new  (const GenlmWcfgWalkSource *source,
                                       guint64                    max_memory);
void            genlm_wcfg_walks_free (GenlmWcfgWalks            *self);
GenlmWcfgWalk  *genlm_wcfg_walks_get  (GenlmWcfgWalks            *self,
                                       guint32                    below,
                                       guint32                    terminal,
                                       guint32                    state,
                                       double                     again,
                                       GenlmWcfgClock            *clock);

G_END_DECLS
