#pragma once

#include "genlm-request.h"

G_BEGIN_DECLS

/* Called once, by a thread that owns the context in which the request was
 * made, possibly before the call that asks has returned. */
typedef void (*GenlmRequestFunc) (GenlmRequest *request,
                                  gpointer      user_data);

/* These two wait for genlm_request_start(): what is cancelled already may be
 * delivered, by another thread, as soon as it is watched. */
GenlmRequest  *genlm_request_new_single          (GObject             *source,
                                                  GenlmMethod          method,
                                                  GenlmContext        *context,
                                                  gsize                n_weights,
                                                  GCancellable        *cancellable,
                                                  GAsyncReadyCallback  callback,
                                                  gpointer             user_data);
GenlmRequest  *genlm_request_new_batch           (GObject             *source,
                                                  GenlmMethod          method,
                                                  GenlmBatch          *batch,
                                                  gsize                n_weights,
                                                  GCancellable        *cancellable,
                                                  GAsyncReadyCallback  callback,
                                                  gpointer             user_data);
void           genlm_request_start               (GenlmRequest        *self,
                                                  gpointer             tag);
GenlmRequest  *genlm_request_new_internal        (GObject             *source,
                                                  GenlmMethod          method,
                                                  GenlmBatch          *batch,
                                                  gsize                n_weights,
                                                  GCancellable        *cancellable,
                                                  GenlmRequestFunc     func,
                                                  gpointer             user_data);
gboolean       genlm_request_is_valid            (gpointer             result,
                                                  gpointer             source,
                                                  gpointer             tag);
GenlmContext  *genlm_request_peek_single         (GenlmRequest        *self);
GMainContext  *genlm_request_get_context         (GenlmRequest        *self);

/* With @now the callback runs at once: for sources of the request's own
 * context, which are dispatched later than the call that made the request, and
 * in which it is the thread's default. */
void           genlm_request_return_score        (GenlmRequest        *self,
                                                  double               score,
                                                  gboolean             now);
void           genlm_request_return_weights_item (GenlmRequest        *self,
                                                  GenlmWeights        *weights,
                                                  gboolean             now);
void           genlm_request_return_mask_item    (GenlmRequest        *self,
                                                  GenlmTokenSet       *mask,
                                                  gboolean             now);
void           genlm_request_fail                (GenlmRequest        *self,
                                                  const GError        *error,
                                                  gboolean             now);
void           genlm_request_give_up             (GenlmRequest        *self,
                                                  GError              *error);
double         genlm_request_finish_score        (GenlmRequest        *self,
                                                  GError             **error);
GenlmWeights  *genlm_request_finish_weights_item (GenlmRequest        *self,
                                                  GError             **error);
GenlmTokenSet *genlm_request_finish_mask_item    (GenlmRequest        *self,
                                                  GError             **error);
const GError  *genlm_request_peek_error          (GenlmRequest        *self);

/* Who answers several requests with one piece of work stops it when the last
 * of them has been cancelled or has expired. */
typedef struct _GenlmInterest GenlmInterest;

GenlmInterest *genlm_interest_new                (guint                n_waiting);
void           genlm_interest_unref              (GenlmInterest       *self);
GCancellable  *genlm_interest_get_cancellable    (GenlmInterest       *self);
void           genlm_request_set_interest        (GenlmRequest        *self,
                                                  GenlmInterest       *interest);
gboolean       genlm_request_can_give_up         (GenlmRequest        *self);

/* For genlm-delivery.c. */
void           genlm_request_deliver             (GenlmRequest        *self);
void           genlm_request_expire              (GenlmRequest        *self);

G_END_DECLS
