#pragma once

/* Which nonterminals are called, by each other too, after a node, where each of
 * them returns to, and which terminals may be read next for that. */

#include "genlm-earley-clock.h"
#include "genlm-earley-store.h"

G_BEGIN_DECLS

typedef struct _GenlmEarleyCalls GenlmEarleyCalls;

/* A terminal that may be read next: what is then left of the rule, with the
 * terminal before it, and the node that the rule returns to. */
typedef struct
{
  guint32          terminal;
  guint32          suffix;
  GenlmEarleyNode *node;
} GenlmEarleyScan;

GenlmEarleyCalls *genlm_earley_calls_new           (const GenlmEarleyRules  *rules,
                                                    GenlmEarleyStore        *store,
                                                    GenlmEarleyClock        *clock);
void              genlm_earley_calls_free          (GenlmEarleyCalls        *self);
guint64           genlm_earley_calls_get_memory    (const GenlmEarleyCalls  *self);
gboolean          genlm_earley_calls_find          (GenlmEarleyCalls        *self,
                                                    GenlmEarleyNode         *node,
                                                    GError                 **error);
void              genlm_earley_calls_list_scans    (GenlmEarleyCalls        *self,
                                                    GArray                  *scans);
void              genlm_earley_calls_begin_collect (GenlmEarleyCalls        *self);
GenlmEarleyGroup *genlm_earley_calls_save_group    (GenlmEarleyCalls        *self,
                                                    GenlmEarleyGroup        *group);

G_END_DECLS
