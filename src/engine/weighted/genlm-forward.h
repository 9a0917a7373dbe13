#pragma once

/* Reads with a pushed automaton: where one is after a text, with which part of
 * the weight of what starts with it. The parts sum to one, so that they never
 * underflow. Holds room for the sums, and so is for one thread at a time. */

#include "genlm-pushed-wfsa.h"

G_BEGIN_DECLS

typedef struct _GenlmForward GenlmForward;

GENLM_ENGINE_API GenlmForward *genlm_forward_new         (const GenlmPushedWfsa   *pushed);
GENLM_ENGINE_API void          genlm_forward_free        (GenlmForward            *self);
GENLM_ENGINE_API GenlmWide     genlm_forward_follow      (GenlmForward            *self,
                                                          const GenlmWeighedState *states,
                                                          guint32                  n_states,
                                                          guint                    byte_class,
                                                          GArray                  *result);
GENLM_ENGINE_API double        genlm_forward_step        (GenlmForward            *self,
                                                          const GenlmWeighedState *states,
                                                          guint32                  n_states,
                                                          guint                    byte_class,
                                                          GArray                  *result);
GENLM_ENGINE_API double        genlm_forward_weigh_final (const GenlmPushedWfsa   *pushed,
                                                          const GenlmWeighedState *states,
                                                          guint32                  n_states);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmForward, genlm_forward_free)

G_END_DECLS
