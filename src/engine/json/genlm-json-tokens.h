#pragma once

/* What a vocabulary is to JSON text: what walks of any string found, the nodes of
 * the byte '"', and those outside of strings. All machines share it, as long as the
 * vocabulary lives. */

#include "genlm-json-marks.h"
#include "genlm-json-strings.h"
#include "genlm-walk-memo.h"

G_BEGIN_DECLS

/* A node whose bytes are all such as stand outside of strings, but for the last,
 * which may begin one; and the number of the next that is not below it. What it
 * is is told here, too, where it is read without a look at the trie. */
typedef struct
{
  guint32 p;
  guint32 next;
  guint16 depth;
  guint8  byte;
} GenlmJsonOuter;

/* A node of the byte '"'. The bytes of its path are in a block with those of all
 * others, itself the last one. */
typedef struct
{
  guint32 p;
  guint32 path;
  guint16 length;     /* without itself */
  guint8  is_first;   /* no quote is before it */
  guint8  has_escape; /* a backslash is */
} GenlmJsonQuote;

typedef struct
{
  GenlmByteDfa   *dfa;
  GenlmWalkMemo  *memo;
  GenlmJsonQuote *quotes;
  guint32         n_quotes;
  GByteArray     *paths;
  /* Of all nodes; and behind those, by quote, of the nodes below it. */
  GenlmJsonOuter *outers;
  guint32         n_outers;
  guint32        *first_below_quote;
  /* Of the outer nodes, which come first, those that begin with white space;
   * how much of it a token has at its beginning at most; the tokens that have
   * nothing else, and, sorted by byte, the nodes where something else begins. */
  guint32         n_spaced_outers;
  guint           max_spaces;
  GenlmJsonMarks  space_tokens;
  GArray         *after_spaces;
} GenlmJsonTokens;

const GenlmJsonTokens *genlm_json_tokens_get (GenlmTrieIndex *index,
                                              GenlmJsonBook  *book);

/* The number of the first quote that is not before node @p. */
static inline guint32
genlm_json_tokens_find_quote (const GenlmJsonTokens *tokens,
                              guint32                p)
{
  guint32 low = 0;
  guint32 high = tokens->n_quotes;

  while (low < high)
    {
      guint32 middle = low + (high - low) / 2;

      if (tokens->quotes[middle].p < p)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

G_END_DECLS
