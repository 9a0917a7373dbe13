#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-potential-error.h"
#include "genlm-request.h"
#include "genlm-types.h"
#include "genlm-vocab.h"

G_BEGIN_DECLS

/**
 * GenlmTraits:
 * @GENLM_TRAITS_NONE: nothing is promised
 * @GENLM_TRAITS_INLINE: answers in microseconds, so that it is asked in the calling thread
 * @GENLM_TRAITS_THREAD_SAFE: may be called from any thread, also from several at once
 * @GENLM_TRAITS_BOOLEAN: every weight is 0 or -infinity
 * @GENLM_TRAITS_MASKS: a mask costs far less than a prefix per token
 *
 * What a potential promises about itself.
 *
 * Since: 0.1
 */
typedef enum /*< flags >*/
{
  GENLM_TRAITS_NONE        = 0,
  GENLM_TRAITS_INLINE      = 1 << 0,
  GENLM_TRAITS_THREAD_SAFE = 1 << 1,
  GENLM_TRAITS_BOOLEAN     = 1 << 2,
  GENLM_TRAITS_MASKS       = 1 << 3,
} GenlmTraits;

#define GENLM_TYPE_POTENTIAL (genlm_potential_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_INTERFACE (GenlmPotential, genlm_potential, GENLM, POTENTIAL, GObject)

struct _GenlmPotentialInterface
{
  GTypeInterface parent_iface;

  /*< public >*/
  GenlmVocab        *(*get_vocab)            (GenlmPotential  *self);
  GenlmTraits        (*get_traits)           (GenlmPotential  *self);

  gboolean           (*weigh_prefix)         (GenlmPotential  *self,
                                              GenlmContext    *context,
                                              double          *out,
                                              GError         **error);
  gboolean           (*weigh_complete)       (GenlmPotential  *self,
                                              GenlmContext    *context,
                                              double          *out,
                                              GError         **error);
  GenlmWeights      *(*weigh_next)           (GenlmPotential  *self,
                                              GenlmContext    *context,
                                              GError         **error);
  GenlmTokenSet     *(*weigh_mask)           (GenlmPotential  *self,
                                              GenlmContext    *context,
                                              GError         **error);

  GenlmScores       *(*weigh_prefix_batch)   (GenlmPotential  *self,
                                              GenlmBatch      *batch,
                                              GError         **error);
  GenlmScores       *(*weigh_complete_batch) (GenlmPotential  *self,
                                              GenlmBatch      *batch,
                                              GError         **error);
  GenlmWeightsList  *(*weigh_next_batch)     (GenlmPotential  *self,
                                              GenlmBatch      *batch,
                                              GError         **error);
  GenlmTokenSetList *(*weigh_mask_batch)     (GenlmPotential  *self,
                                              GenlmBatch      *batch,
                                              GError         **error);

  void               (*evaluate)             (GenlmPotential  *self,
                                              GenlmRequest    *request);

  GenlmPotential    *(*make_spawn)           (GenlmPotential  *self,
                                              GError         **error);
  GenlmPotential    *(*make_coerced)         (GenlmPotential  *self,
                                              GenlmVocab      *target,
                                              GError         **error);
  GVariant          *(*dup_recipe)           (GenlmPotential  *self,
                                              GError         **error);

  /*< private >*/
  gpointer padding[8];
};

GENLM_AVAILABLE_IN_ALL
GenlmVocab        *genlm_potential_get_vocab              (GenlmPotential       *self);
GENLM_AVAILABLE_IN_ALL
GenlmTraits        genlm_potential_get_traits             (GenlmPotential       *self);
GENLM_AVAILABLE_IN_ALL
char              *genlm_potential_dup_label              (GenlmPotential       *self);
GENLM_AVAILABLE_IN_ALL
GenlmPotential    *genlm_potential_spawn                  (GenlmPotential       *self,
                                                           GError              **error);
GENLM_AVAILABLE_IN_ALL
GenlmPotential    *genlm_potential_coerce                 (GenlmPotential       *self,
                                                           GenlmVocab           *target,
                                                           GError              **error);
GENLM_AVAILABLE_IN_ALL
GVariant          *genlm_potential_to_recipe             (GenlmPotential       *self,
                                                           GError              **error);
GENLM_AVAILABLE_IN_ALL
void               genlm_potential_evaluate               (GenlmPotential       *self,
                                                           GenlmRequest         *request);
GENLM_AVAILABLE_IN_ALL
void               genlm_potential_evaluate_sync          (GenlmPotential       *self,
                                                           GenlmRequest         *request);

GENLM_AVAILABLE_IN_ALL
void genlm_potential_prefix (GenlmPotential *self,
                             GenlmContext *context,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
GENLM_AVAILABLE_IN_ALL
double genlm_potential_prefix_finish (GenlmPotential *self,
                                      GAsyncResult *result,
                                      GError **error);
GENLM_AVAILABLE_IN_ALL
double genlm_potential_prefix_sync (GenlmPotential *self,
                                    GenlmContext *context,
                                    GCancellable *cancellable,
                                    GError **error);

GENLM_AVAILABLE_IN_ALL
void genlm_potential_complete (GenlmPotential *self,
                               GenlmContext *context,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
GENLM_AVAILABLE_IN_ALL
double genlm_potential_complete_finish (GenlmPotential *self,
                                        GAsyncResult *result,
                                        GError **error);
GENLM_AVAILABLE_IN_ALL
double genlm_potential_complete_sync (GenlmPotential *self,
                                      GenlmContext *context,
                                      GCancellable *cancellable,
                                      GError **error);

GENLM_AVAILABLE_IN_ALL
void genlm_potential_score (GenlmPotential *self,
                            GenlmContext *context,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
GENLM_AVAILABLE_IN_ALL
double genlm_potential_score_finish (GenlmPotential *self,
                                     GAsyncResult *result,
                                     GError **error);
GENLM_AVAILABLE_IN_ALL
double genlm_potential_score_sync (GenlmPotential *self,
                                   GenlmContext *context,
                                   GCancellable *cancellable,
                                   GError **error);

GENLM_AVAILABLE_IN_ALL
void genlm_potential_logw_next (GenlmPotential *self,
                                GenlmContext *context,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
GENLM_AVAILABLE_IN_ALL
GenlmWeights *genlm_potential_logw_next_finish (GenlmPotential *self,
                                                GAsyncResult *result,
                                                GError **error);
GENLM_AVAILABLE_IN_ALL
GenlmWeights *genlm_potential_logw_next_sync (GenlmPotential *self,
                                              GenlmContext *context,
                                              GCancellable *cancellable,
                                              GError **error);

GENLM_AVAILABLE_IN_ALL
void genlm_potential_mask_next (GenlmPotential *self,
                                GenlmContext *context,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
GENLM_AVAILABLE_IN_ALL
GenlmTokenSet *genlm_potential_mask_next_finish (GenlmPotential *self,
                                                 GAsyncResult *result,
                                                 GError **error);
GENLM_AVAILABLE_IN_ALL
GenlmTokenSet *genlm_potential_mask_next_sync (GenlmPotential *self,
                                               GenlmContext *context,
                                               GCancellable *cancellable,
                                               GError **error);

GENLM_AVAILABLE_IN_ALL
void genlm_potential_batch_prefix (GenlmPotential *self,
                                   GenlmBatch *batch,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GENLM_AVAILABLE_IN_ALL
GenlmScores *genlm_potential_batch_prefix_finish (GenlmPotential *self,
                                                  GAsyncResult *result,
                                                  GError **error);
GENLM_AVAILABLE_IN_ALL
GenlmScores *genlm_potential_batch_prefix_sync (GenlmPotential *self,
                                                GenlmBatch *batch,
                                                GCancellable *cancellable,
                                                GError **error);

GENLM_AVAILABLE_IN_ALL
void genlm_potential_batch_complete (GenlmPotential *self,
                                     GenlmBatch *batch,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
GENLM_AVAILABLE_IN_ALL
GenlmScores *genlm_potential_batch_complete_finish (GenlmPotential *self,
                                                    GAsyncResult *result,
                                                    GError **error);
GENLM_AVAILABLE_IN_ALL
GenlmScores *genlm_potential_batch_complete_sync (GenlmPotential *self,
                                                  GenlmBatch *batch,
                                                  GCancellable *cancellable,
                                                  GError **error);

GENLM_AVAILABLE_IN_ALL
void genlm_potential_batch_score (GenlmPotential *self,
                                  GenlmBatch *batch,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
GENLM_AVAILABLE_IN_ALL
GenlmScores *genlm_potential_batch_score_finish (GenlmPotential *self,
                                                 GAsyncResult *result,
                                                 GError **error);
GENLM_AVAILABLE_IN_ALL
GenlmScores *genlm_potential_batch_score_sync (GenlmPotential *self,
                                               GenlmBatch *batch,
                                               GCancellable *cancellable,
                                               GError **error);

GENLM_AVAILABLE_IN_ALL
void genlm_potential_batch_logw_next (GenlmPotential *self,
                                      GenlmBatch *batch,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
GENLM_AVAILABLE_IN_ALL
GenlmWeightsList *genlm_potential_batch_logw_next_finish (GenlmPotential *self,
                                                          GAsyncResult *result,
                                                          GError **error);
GENLM_AVAILABLE_IN_ALL
GenlmWeightsList *genlm_potential_batch_logw_next_sync (GenlmPotential *self,
                                                        GenlmBatch *batch,
                                                        GCancellable *cancellable,
                                                        GError **error);

GENLM_AVAILABLE_IN_ALL
void genlm_potential_batch_mask_next (GenlmPotential *self,
                                      GenlmBatch *batch,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
GENLM_AVAILABLE_IN_ALL
GenlmTokenSetList *genlm_potential_batch_mask_next_finish (GenlmPotential *self,
                                                           GAsyncResult *result,
                                                           GError **error);
GENLM_AVAILABLE_IN_ALL
GenlmTokenSetList *genlm_potential_batch_mask_next_sync (GenlmPotential *self,
                                                         GenlmBatch *batch,
                                                         GCancellable *cancellable,
                                                         GError **error);

G_END_DECLS
