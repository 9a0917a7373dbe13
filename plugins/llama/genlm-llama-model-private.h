#pragma once

#include <genlm.h>
#include <llama.h>

G_BEGIN_DECLS

typedef struct _GenlmLlamaModel GenlmLlamaModel;

/**
 * GenlmLlamaModel:
 * @vocab: all tokens but those that end, in the order of their ids
 * @map: for each token of @vocab its id in the model
 * @open_map: the same, but %G_MAXUINT32 for tokens of no bytes
 * @closed_map: the same, but also for control tokens
 * @end_ids: the tokens that end a text
 *
 * A model file in memory, and its vocabulary.
 */
struct _GenlmLlamaModel
{
  struct llama_model       *model;
  const struct llama_vocab *llama_vocab;
  GenlmVocab               *vocab;
  guint32                  *map;
  guint32                  *open_map;
  guint32                  *closed_map;
  guint32                  *end_ids;
  gsize                     n_end_ids;
  gsize                     n_logits;
};

gboolean         genlm_llama_check_version   (const char       *built,
                                              const char       *running,
                                              GError          **error);
void             genlm_llama_set_up          (void);
char            *genlm_llama_take_log        (void);
GenlmLlamaModel *genlm_llama_model_load      (const char       *path,
                                              GError          **error);
void             genlm_llama_model_free      (GenlmLlamaModel  *self);
guint32         *genlm_llama_model_tokenize  (GenlmLlamaModel  *self,
                                              const char       *text,
                                              gboolean          parse_special,
                                              gsize            *n_tokens,
                                              GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmLlamaModel, genlm_llama_model_free)

G_END_DECLS
