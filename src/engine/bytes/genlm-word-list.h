#pragma once

/* A list of words, told apart as they are read byte by byte. Where a reader is
 * says a cursor: the words that agree with what was read lie next to each
 * other in the sorted list, so a step costs the logarithm of their number. */

#include "genlm-byte-encoding.h"
#include "genlm-byte-set.h"

G_BEGIN_DECLS

typedef struct _GenlmWordList GenlmWordList;

/* The words from @low to before @high have been read up to byte @depth; the
 * phase is 0 there, and otherwise says how far an escape has been read. */
typedef struct
{
  guint32 low;
  guint32 high;
  guint32 depth;
  guint32 phase;
} GenlmWordCursor;

GENLM_ENGINE_API GenlmWordList *genlm_word_list_new        (GenlmByteEncoding      encoding,
                                                            const char *const     *words,
                                                            const gsize           *lengths,
                                                            guint                  n_words);
GENLM_ENGINE_API void           genlm_word_list_free       (GenlmWordList         *self);
GENLM_ENGINE_API guint          genlm_word_list_hash       (gconstpointer          self);
GENLM_ENGINE_API gboolean       genlm_word_list_equal      (gconstpointer          a,
                                                            gconstpointer          b);
GENLM_ENGINE_API guint          genlm_word_list_step       (const GenlmWordList   *self,
                                                            const GenlmWordCursor *from,
                                                            guint8                 byte,
                                                            GenlmWordCursor        to[2]);
GENLM_ENGINE_API gboolean       genlm_word_list_is_over    (const GenlmWordList   *self,
                                                            const GenlmWordCursor *cursor);
GENLM_ENGINE_API gboolean       genlm_word_list_find_word  (const GenlmWordList   *self,
                                                            const GenlmWordCursor *cursor,
                                                            guint                 *index);
GENLM_ENGINE_API guint32        genlm_word_list_get_near   (const GenlmWordList   *self,
                                                            const GenlmWordCursor *cursor);
GENLM_ENGINE_API guint32        genlm_word_list_get_reach  (const GenlmWordList   *self,
                                                            const GenlmWordCursor *cursor);
GENLM_ENGINE_API guint8         genlm_word_list_find_way   (const GenlmWordList   *self,
                                                            const GenlmWordCursor *cursor);
GENLM_ENGINE_API guint          genlm_word_list_get_text   (const GenlmWordList   *self,
                                                            const GenlmWordCursor *cursor);
GENLM_ENGINE_API guint          genlm_word_list_get_size   (const GenlmWordList   *self);
GENLM_ENGINE_API gsize          genlm_word_list_get_memory (const GenlmWordList   *self);
GENLM_ENGINE_API void           genlm_word_list_add_bytes  (const GenlmWordList   *self,
                                                            GenlmByteSet          *set);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWordList, genlm_word_list_free)

G_END_DECLS
