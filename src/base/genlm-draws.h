#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

#define GENLM_TYPE_DRAWS (genlm_draws_get_type ())

GENLM_AVAILABLE_IN_ALL
GType       genlm_draws_get_type       (void);
GENLM_AVAILABLE_IN_ALL
GenlmDraws *genlm_draws_new            (void);
GENLM_AVAILABLE_IN_ALL
GenlmDraws *genlm_draws_ref            (GenlmDraws *self);
GENLM_AVAILABLE_IN_ALL
void        genlm_draws_unref          (GenlmDraws *self);
GENLM_AVAILABLE_IN_ALL
void        genlm_draws_append         (GenlmDraws *self,
                                        guint32     token,
                                        double      log_weight);
GENLM_AVAILABLE_IN_ALL
void        genlm_draws_append_dead    (GenlmDraws *self,
                                        guint32     token,
                                        const char *cause);
GENLM_AVAILABLE_IN_ALL
gsize       genlm_draws_get_size       (GenlmDraws *self);
GENLM_AVAILABLE_IN_ALL
guint32     genlm_draws_get_token      (GenlmDraws *self,
                                        gsize       index);
GENLM_AVAILABLE_IN_ALL
double      genlm_draws_get_log_weight (GenlmDraws *self,
                                        gsize       index);
GENLM_AVAILABLE_IN_ALL
const char *genlm_draws_get_cause      (GenlmDraws *self,
                                        gsize       index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmDraws, genlm_draws_unref)

G_END_DECLS
