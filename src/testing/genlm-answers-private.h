#pragma once

#include "genlm-findings-private.h"

G_BEGIN_DECLS

typedef struct _GenlmAnswers GenlmAnswers;

GenlmAnswers *genlm_answers_ask           (GenlmPotential  *potential,
                                           GenlmBatch      *contexts,
                                           GError         **error);
GenlmAnswers *genlm_answers_ask_batched   (GenlmAnswers    *one_by_one,
                                           GError         **error);
void          genlm_answers_free          (GenlmAnswers    *self);
double        genlm_answers_get_prefix    (GenlmAnswers    *self,
                                           gsize            index);
double        genlm_answers_get_complete  (GenlmAnswers    *self,
                                           gsize            index);
GenlmWeights *genlm_answers_get_next      (GenlmAnswers    *self,
                                           gsize            index);
void          genlm_answers_compare       (GenlmAnswers    *self,
                                           GenlmAnswers    *other,
                                           GenlmFindings   *findings);
void          genlm_answers_compare_score (GenlmPotential  *potential,
                                           GenlmFindings   *findings,
                                           const char      *what,
                                           GenlmContext    *context,
                                           double           want,
                                           double           have);
void          genlm_answers_compare_next  (GenlmPotential  *potential,
                                           GenlmFindings   *findings,
                                           GenlmContext    *context,
                                           GenlmWeights    *want,
                                           GenlmWeights    *have);
char         *genlm_answers_name_token    (GenlmPotential  *potential,
                                           gsize            token);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmAnswers, genlm_answers_free)

G_END_DECLS
