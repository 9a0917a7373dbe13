#pragma once

/* Splits a range of Unicode scalar values into sequences of byte ranges: a
 * string is the UTF-8 of a character of the range if and only if its bytes lie
 * in the ranges of one of the sequences. */

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef struct
{
  guint  length;
  guint8 first[4];
  guint8 last[4];
} GenlmUtf8Sequence;

typedef void (*GenlmUtf8RangesFunc) (const GenlmUtf8Sequence *sequence,
                                     gpointer                 user_data);

GENLM_ENGINE_API void genlm_utf8_ranges_foreach (gunichar             first,
                                                 gunichar             last,
                                                 GenlmUtf8RangesFunc  func,
                                                 gpointer             user_data);

G_END_DECLS
