#pragma once

/* A weighted automaton as it was given: states with initial and final weights,
 * and arcs by a byte or by nothing, in any number between the same states;
 * what is given twice is added. The weight of a text is the sum over its
 * paths of the products of what lies on them. Built once, then only read. */

#include "genlm-wide.h"

G_BEGIN_DECLS

typedef struct _GenlmWfsa GenlmWfsa;

#define GENLM_WFSA_EPSILON (256u)

typedef struct
{
  guint32   from;
  guint32   to;
  guint32   label;
  GenlmWide weight;
} GenlmWfsaArc;

GENLM_ENGINE_API GenlmWfsa          *genlm_wfsa_new            (void);
GENLM_ENGINE_API void                genlm_wfsa_free           (GenlmWfsa       *self);
GENLM_ENGINE_API guint32             genlm_wfsa_add_state      (GenlmWfsa       *self,
                                                                const char      *name);
GENLM_ENGINE_API void                genlm_wfsa_add_initial    (GenlmWfsa       *self,
                                                                guint32          state,
                                                                GenlmWide        weight);
GENLM_ENGINE_API void                genlm_wfsa_add_final      (GenlmWfsa       *self,
                                                                guint32          state,
                                                                GenlmWide        weight);
GENLM_ENGINE_API void                genlm_wfsa_add_arc        (GenlmWfsa       *self,
                                                                guint32          from,
                                                                guint32          to,
                                                                guint32          label,
                                                                GenlmWide        weight);
GENLM_ENGINE_API void                genlm_wfsa_add_chain      (GenlmWfsa       *self,
                                                                guint32          from,
                                                                guint32          to,
                                                                const guint8    *bytes,
                                                                gsize            n_bytes,
                                                                GenlmWide        weight);
GENLM_ENGINE_API guint32             genlm_wfsa_get_n_states   (const GenlmWfsa *self);
GENLM_ENGINE_API guint32             genlm_wfsa_get_n_arcs     (const GenlmWfsa *self);
GENLM_ENGINE_API const GenlmWfsaArc *genlm_wfsa_peek_arcs      (const GenlmWfsa *self);
GENLM_ENGINE_API GenlmWide           genlm_wfsa_get_initial    (const GenlmWfsa *self,
                                                                guint32          state);
GENLM_ENGINE_API GenlmWide           genlm_wfsa_get_final      (const GenlmWfsa *self,
                                                                guint32          state);
GENLM_ENGINE_API char               *genlm_wfsa_dup_state_name (const GenlmWfsa *self,
                                                                guint32          state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWfsa, genlm_wfsa_free)

G_END_DECLS
