#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

#define GENLM_TYPE_CONTEXT (genlm_context_get_type ())

GENLM_AVAILABLE_IN_ALL
GType         genlm_context_get_type       (void);
GENLM_AVAILABLE_IN_ALL
GenlmContext *genlm_context_new            (void);
GENLM_AVAILABLE_IN_ALL
GenlmContext *genlm_context_new_from_bytes (GBytes             *bytes);
GENLM_AVAILABLE_IN_ALL
GenlmContext *genlm_context_new_for_tokens (const guint32      *tokens,
                                            gsize               n_tokens);
GENLM_AVAILABLE_IN_ALL
GenlmContext *genlm_context_ref            (GenlmContext       *self);
GENLM_AVAILABLE_IN_ALL
void          genlm_context_unref          (GenlmContext       *self);
GENLM_AVAILABLE_IN_ALL
GenlmContext *genlm_context_append         (GenlmContext       *self,
                                            guint32             token);
GENLM_AVAILABLE_IN_ALL
GenlmContext *genlm_context_append_tokens  (GenlmContext       *self,
                                            const guint32      *tokens,
                                            gsize               n_tokens);
GENLM_AVAILABLE_IN_ALL
GenlmContext *genlm_context_append_bytes   (GenlmContext       *self,
                                            GBytes             *bytes);
GENLM_AVAILABLE_IN_ALL
gsize         genlm_context_get_length     (GenlmContext       *self);
GENLM_AVAILABLE_IN_ALL
GenlmContext *genlm_context_get_parent     (GenlmContext       *self);
GENLM_AVAILABLE_IN_ALL
guint32       genlm_context_get_last       (GenlmContext       *self);
GENLM_AVAILABLE_IN_ALL
guint32       genlm_context_get_max_token  (GenlmContext       *self);
GENLM_AVAILABLE_IN_ALL
guint32      *genlm_context_dup_tokens     (GenlmContext       *self,
                                            gsize              *n_tokens);
GENLM_AVAILABLE_IN_ALL
gsize         genlm_context_copy_suffix    (GenlmContext       *self,
                                            gsize               start,
                                            guint32            *tokens);
GENLM_AVAILABLE_IN_ALL
gboolean      genlm_context_equal          (GenlmContext       *self,
                                            GenlmContext       *other);
GENLM_AVAILABLE_IN_ALL
guint         genlm_context_hash           (GenlmContext       *self);
GENLM_AVAILABLE_IN_ALL
guint64       genlm_context_new_key        (void);
GENLM_AVAILABLE_IN_ALL
gpointer      genlm_context_get_state      (GenlmContext       *self,
                                            guint64             key);
GENLM_AVAILABLE_IN_ALL
gpointer      genlm_context_put_state      (GenlmContext       *self,
                                            guint64             key,
                                            gpointer            state,
                                            GDestroyNotify      destroy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmContext, genlm_context_unref)

G_END_DECLS
