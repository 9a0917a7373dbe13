#pragma once

#include "genlm-types.h"

G_BEGIN_DECLS

/* A list that is part of a request, or its answer, may be read in any thread;
 * appending to it is then a programmer's error. */
void genlm_batch_seal          (GenlmBatch        *self);
void genlm_draws_seal          (GenlmDraws        *self);
void genlm_random_list_seal    (GenlmRandomList   *self);
void genlm_token_set_list_seal (GenlmTokenSetList *self);
void genlm_weights_list_seal   (GenlmWeightsList  *self);

G_END_DECLS
