#pragma once

#include <genlm.h>

G_BEGIN_DECLS

/* A sequence: a piece of a text. */
typedef struct
{
  const guint8 *text;
  gsize         length;
} GenlmNgramSpan;

GArray     *genlm_ngram_cut_sequences  (const guint8    *text,
                                        gsize            length,
                                        gboolean         by_line);
GenlmVocab *genlm_ngram_cut_make_vocab (GArray          *spans,
                                        GError         **error);
void        genlm_ngram_cut_append     (GenlmVocab      *vocab,
                                        GenlmNgramSpan   span,
                                        GArray          *tokens);

G_END_DECLS
