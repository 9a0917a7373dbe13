#pragma once

/* The members of a configuration that is being made. Where terminals overlap,
 * the same one has begun at several places; what may follow it mostly does not
 * depend on where, and then it is one, whose text is any of those. So how many
 * configurations there are depends on the grammar, not on the ways to cut a
 * text. */

#include "genlm-earley-nodes.h"

G_BEGIN_DECLS

typedef struct _GenlmEarleyMembers GenlmEarleyMembers;

typedef struct
{
  GenlmEarleyNode *node;
  GenlmByteState  *state;
} GenlmEarleyMember;

GenlmEarleyMembers *genlm_earley_members_new   (GenlmEarleyRules         *rules,
                                                GenlmEarleyNodes         *nodes,
                                                const GenlmEngineLimits  *limits);
void                genlm_earley_members_free  (GenlmEarleyMembers       *self);
void                genlm_earley_members_clear (GenlmEarleyMembers       *self);
void                genlm_earley_members_add   (GenlmEarleyMembers       *self,
                                                GenlmEarleyNode          *node,
                                                GenlmByteState           *state);
gboolean            genlm_earley_members_join  (GenlmEarleyMembers       *self,
                                                GError                  **error);
const GenlmEarleyMember *
                    genlm_earley_members_peek  (GenlmEarleyMembers       *self,
                                                guint32                  *n_members);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmEarleyMembers, genlm_earley_members_free)

G_END_DECLS
