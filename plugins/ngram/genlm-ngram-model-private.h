#pragma once

#include <genlm.h>

G_BEGIN_DECLS

/* The longest order; a history is a token shorter. */
#define GENLM_NGRAM_MAX_ORDER 16

typedef struct _GenlmNgramModel GenlmNgramModel;

GenlmNgramModel *genlm_ngram_model_new       (GenlmVocab       *vocab,
                                              GArray           *symbols,
                                              guint             order,
                                              double            discount,
                                              GError          **error);
GenlmNgramModel *genlm_ngram_model_ref       (GenlmNgramModel  *self);
void             genlm_ngram_model_unref     (GenlmNgramModel  *self);
GenlmVocab      *genlm_ngram_model_get_vocab (GenlmNgramModel  *self);
guint32          genlm_ngram_model_get_start (GenlmNgramModel  *self);
guint32          genlm_ngram_model_advance   (GenlmNgramModel  *self,
                                              guint32           history,
                                              guint32           token);
double           genlm_ngram_model_weigh     (GenlmNgramModel  *self,
                                              guint32           history,
                                              guint32           symbol);
void             genlm_ngram_model_weigh_all (GenlmNgramModel  *self,
                                              guint32           history,
                                              double           *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmNgramModel, genlm_ngram_model_unref)

G_END_DECLS
