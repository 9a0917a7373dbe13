#pragma once

#include "genlm-random.h"

G_BEGIN_DECLS

/* The streams of a GenlmRandom, so that no two uses share a number. Within a
 * stream the counter counts uses, never batches or rounds. */
typedef enum
{
  GENLM_STREAM_TOKEN,      /* the token of a direct draw */
  GENLM_STREAM_ORDER,      /* element j of an order of trial uses counter j */
  GENLM_STREAM_GEOMETRIC,  /* repeats of rejected tokens */
  GENLM_STREAM_MASK,       /* the token drawn from a mask */
  GENLM_STREAM_RESAMPLING, /* ancestors, drawn by slot 0 of a step */
} GenlmStream;

G_END_DECLS
