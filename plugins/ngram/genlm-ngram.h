#pragma once

#include <genlm.h>

G_BEGIN_DECLS

/**
 * GenlmNgramUnit:
 * @GENLM_NGRAM_UNIT_BYTES: single bytes, over the byte vocabulary
 * @GENLM_NGRAM_UNIT_WORDS: words with the space before them, over a vocabulary of tokens
 *
 * What a [class@Ngram] counts.
 */
typedef enum
{
  GENLM_NGRAM_UNIT_BYTES,
  GENLM_NGRAM_UNIT_WORDS,
} GenlmNgramUnit;

/**
 * GenlmNgramSplit:
 * @GENLM_NGRAM_SPLIT_PARAGRAPHS: what blank lines divide
 * @GENLM_NGRAM_SPLIT_LINES: each line
 *
 * What is one sequence of the text of a [class@Ngram].
 */
typedef enum
{
  GENLM_NGRAM_SPLIT_PARAGRAPHS,
  GENLM_NGRAM_SPLIT_LINES,
} GenlmNgramSplit;

#define GENLM_TYPE_NGRAM (genlm_ngram_get_type ())
#define GENLM_TYPE_NGRAM_UNIT (genlm_ngram_unit_get_type ())
#define GENLM_TYPE_NGRAM_SPLIT (genlm_ngram_split_get_type ())

G_DECLARE_FINAL_TYPE (GenlmNgram, genlm_ngram, GENLM, NGRAM, GenlmPotentialBase)

GType genlm_ngram_unit_get_type  (void);
GType genlm_ngram_split_get_type (void);

G_END_DECLS
