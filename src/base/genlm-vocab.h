#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"
#include "genlm-trie.h"

G_BEGIN_DECLS

/**
 * GenlmVocabKind:
 * @GENLM_VOCAB_KIND_BYTES: the 256 single bytes, id = byte
 * @GENLM_VOCAB_KIND_TOKENS: tokens of a model, each a string of bytes
 *
 * What the ids of a vocabulary stand for.
 *
 * Since: 0.1
 */
typedef enum
{
  GENLM_VOCAB_KIND_BYTES,
  GENLM_VOCAB_KIND_TOKENS,
} GenlmVocabKind;

/**
 * GENLM_VOCAB_ERROR:
 *
 * Error domain of [struct@Vocab].
 *
 * Since: 0.1
 */
#define GENLM_VOCAB_ERROR (genlm_vocab_error_quark ())

/**
 * GenlmVocabError:
 * @GENLM_VOCAB_ERROR_EMPTY: a vocabulary needs at least one token
 * @GENLM_VOCAB_ERROR_INVALID: the data that describe a vocabulary are malformed
 * @GENLM_VOCAB_ERROR_LIMIT: too many tokens, or a token is too long
 * @GENLM_VOCAB_ERROR_NO_TOKEN: a text has a part that no token spells
 *
 * Errors of [struct@Vocab].
 *
 * Since: 0.1
 */
typedef enum
{
  GENLM_VOCAB_ERROR_EMPTY,
  GENLM_VOCAB_ERROR_INVALID,
  GENLM_VOCAB_ERROR_LIMIT,
  GENLM_VOCAB_ERROR_NO_TOKEN,
} GenlmVocabError;

#define GENLM_TYPE_VOCAB (genlm_vocab_get_type ())

GENLM_AVAILABLE_IN_ALL
GQuark           genlm_vocab_error_quark      (void);
GENLM_AVAILABLE_IN_ALL
GType            genlm_vocab_get_type         (void);
GENLM_AVAILABLE_IN_ALL
GenlmVocab      *genlm_vocab_bytes            (void);
GENLM_AVAILABLE_IN_ALL
GenlmVocab      *genlm_vocab_new              (GVariant        *tokens,
                                               const char      *eos_name,
                                               GError         **error);
GENLM_AVAILABLE_IN_ALL
GenlmVocab      *genlm_vocab_new_flat         (GBytes          *data,
                                               const guint32   *offsets,
                                               gsize            n_offsets,
                                               const char      *eos_name,
                                               GError         **error);
GENLM_AVAILABLE_IN_ALL
GenlmVocab      *genlm_vocab_new_from_variant (GVariant        *variant,
                                               GError         **error);
GENLM_AVAILABLE_IN_ALL
GVariant        *genlm_vocab_to_variant       (GenlmVocab      *self);
GENLM_AVAILABLE_IN_ALL
GenlmVocab      *genlm_vocab_ref              (GenlmVocab      *self);
GENLM_AVAILABLE_IN_ALL
void             genlm_vocab_unref            (GenlmVocab      *self);
GENLM_AVAILABLE_IN_ALL
GenlmVocabKind   genlm_vocab_get_kind         (GenlmVocab      *self);
GENLM_AVAILABLE_IN_ALL
guint32          genlm_vocab_get_size         (GenlmVocab      *self);
GENLM_AVAILABLE_IN_ALL
guint32          genlm_vocab_get_eos          (GenlmVocab      *self);
GENLM_AVAILABLE_IN_ALL
const char      *genlm_vocab_get_eos_name     (GenlmVocab      *self);
GENLM_AVAILABLE_IN_ALL
GBytes          *genlm_vocab_dup_token        (GenlmVocab      *self,
                                               guint32          token);
GENLM_AVAILABLE_IN_ALL
const guint8    *genlm_vocab_peek_token       (GenlmVocab      *self,
                                               guint32          token,
                                               gsize           *length);
GENLM_AVAILABLE_IN_ALL
gboolean         genlm_vocab_find             (GenlmVocab      *self,
                                               GBytes          *bytes,
                                               guint32         *token);
GENLM_AVAILABLE_IN_ALL
guint32         *genlm_vocab_find_all         (GenlmVocab      *self,
                                               GBytes          *bytes,
                                               gsize           *n_tokens);
GENLM_AVAILABLE_IN_ALL
gboolean         genlm_vocab_equal            (GenlmVocab      *self,
                                               GenlmVocab      *other);
GENLM_AVAILABLE_IN_ALL
guint64          genlm_vocab_get_hash         (GenlmVocab      *self);
GENLM_AVAILABLE_IN_ALL
char            *genlm_vocab_to_string        (GenlmVocab      *self);
GENLM_AVAILABLE_IN_ALL
GBytes          *genlm_vocab_decode           (GenlmVocab      *self,
                                               GenlmContext    *context);
GENLM_AVAILABLE_IN_ALL
GenlmContext    *genlm_vocab_encode           (GenlmVocab      *self,
                                               GBytes          *text,
                                               GError         **error);
GENLM_AVAILABLE_IN_ALL
char            *genlm_vocab_escape_context   (GenlmVocab      *self,
                                               GenlmContext    *context);
GENLM_AVAILABLE_IN_ALL
const GenlmTrie *genlm_vocab_get_trie         (GenlmVocab      *self);
GENLM_AVAILABLE_IN_ALL
gpointer         genlm_vocab_get_qdata        (GenlmVocab      *self,
                                               GQuark           quark);
GENLM_AVAILABLE_IN_ALL
void             genlm_vocab_set_qdata        (GenlmVocab      *self,
                                               GQuark           quark,
                                               gpointer         data,
                                               GDestroyNotify   destroy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmVocab, genlm_vocab_unref)

G_END_DECLS
