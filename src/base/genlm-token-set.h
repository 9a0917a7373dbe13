#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

#define GENLM_TYPE_TOKEN_SET (genlm_token_set_get_type ())

GENLM_AVAILABLE_IN_ALL
GType          genlm_token_set_get_type       (void);
GENLM_AVAILABLE_IN_ALL
GenlmTokenSet *genlm_token_set_new_for_tokens (gsize            size,
                                               const guint32   *tokens,
                                               gsize            n_tokens);
GENLM_AVAILABLE_IN_ALL
GenlmTokenSet *genlm_token_set_new_from_bytes (gsize            size,
                                               GBytes          *bits,
                                               GError         **error);
GENLM_AVAILABLE_IN_ALL
GenlmTokenSet *genlm_token_set_new_sparse     (gsize            size,
                                               GBytes          *tokens);
GENLM_AVAILABLE_IN_ALL
GenlmTokenSet *genlm_token_set_new_zeroed     (gsize            size,
                                               guint64        **words);
GENLM_AVAILABLE_IN_ALL
GenlmTokenSet *genlm_token_set_new_full       (gsize            size);
GENLM_AVAILABLE_IN_ALL
GenlmTokenSet *genlm_token_set_ref            (GenlmTokenSet   *self);
GENLM_AVAILABLE_IN_ALL
void           genlm_token_set_unref          (GenlmTokenSet   *self);
GENLM_AVAILABLE_IN_ALL
gsize          genlm_token_set_get_size       (GenlmTokenSet   *self);
GENLM_AVAILABLE_IN_ALL
gsize          genlm_token_set_get_count      (GenlmTokenSet   *self);
GENLM_AVAILABLE_IN_ALL
gboolean       genlm_token_set_contains       (GenlmTokenSet   *self,
                                               guint32          token);
GENLM_AVAILABLE_IN_ALL
const guint64 *genlm_token_set_peek           (GenlmTokenSet   *self);
GENLM_AVAILABLE_IN_ALL
GBytes        *genlm_token_set_get_bytes      (GenlmTokenSet   *self);
GENLM_AVAILABLE_IN_ALL
GBytes        *genlm_token_set_get_list       (GenlmTokenSet   *self);
GENLM_AVAILABLE_IN_ALL
guint32       *genlm_token_set_dup_tokens     (GenlmTokenSet   *self,
                                               gsize           *n_tokens);
GENLM_AVAILABLE_IN_ALL
GenlmTokenSet *genlm_token_set_intersect      (GenlmTokenSet   *self,
                                               GenlmTokenSet   *other);
GENLM_AVAILABLE_IN_ALL
gboolean       genlm_token_set_equal          (GenlmTokenSet   *self,
                                               GenlmTokenSet   *other);
GENLM_AVAILABLE_IN_ALL
GenlmWeights  *genlm_token_set_to_weights     (GenlmTokenSet   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmTokenSet, genlm_token_set_unref)

G_END_DECLS
