#pragma once

/* Where one may be in a weighted automaton while a subtree of tokens is walked,
 * in plain doubles and in few states at once: what most walks come down to. What
 * is too much for it is left to GenlmForward.
 *
 * Weights of tokens are gathered, and their logarithms taken of many at once. */

#include "genlm-config.h"

#include <genlm.h>

#include "genlm-supports.h"

G_BEGIN_DECLS

#ifdef GENLM_HAVE_TARGET_CLONES
# define GENLM_NARROW_CLONES \
  __attribute__ ((target_clones ("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
# define GENLM_NARROW_CLONES
#endif

#define GENLM_NARROW_MAX_TOKENS (512u)
/* Smaller weights might not be normal numbers after one more byte. */
#define GENLM_NARROW_MIN_WEIGHT (1e-250)

/* Lanes in memory. */
typedef double GenlmLanes __attribute__ ((vector_size (GENLM_SUPPORT_LANES * sizeof (double)),
                                          aligned (sizeof (double)), may_alias));

typedef struct
{
  /* NULL where there is just one state. */
  const GenlmSupport *support;
  guint32             state;
  /* No weight is smaller. */
  double              least;
  /* Zeros behind them fill the lanes. */
  double              weights[GENLM_SUPPORT_MAX_STATES];
} GenlmNarrow;

typedef struct
{
  double  *values; /* of all tokens, where the logarithms go */
  double   log_factor; /* of what is gathered */
  guint32  n;
  guint32  tokens[GENLM_NARROW_MAX_TOKENS];
  double   weights[GENLM_NARROW_MAX_TOKENS];
} GenlmNarrowTokens;

gboolean genlm_narrow_set           (GenlmNarrow             *self,
                                     GenlmSupports           *supports,
                                     const GenlmWeighedState *states,
                                     guint32                  n_states);
guint32  genlm_narrow_get           (const GenlmNarrow       *self,
                                     GenlmWeighedState       *states);
void     genlm_narrow_tokens_finish (GenlmNarrowTokens       *self);

/* What is after a byte that takes over weights by a matrix. Returns their sum. */
static inline __attribute__ ((always_inline)) double
genlm_narrow_multiply (const GenlmNarrow *self,
                       guint32            n_before,
                       const double      *matrix,
                       guint32            n_after,
                       GenlmNarrow       *next)
{
  guint32 n_lanes = genlm_support_count_lanes (n_after);
  GenlmLanes total = { 0.0 };
  guint32 lane = 0;
  guint32 i;

  do
    {
      GenlmLanes sums = *(const GenlmLanes *) &matrix[lane] * self->weights[0];

      for (i = 1; i < n_before; i++)
        sums += *(const GenlmLanes *) &matrix[i * n_lanes + lane] * self->weights[i];
      *(GenlmLanes *) &next->weights[lane] = sums;
      total += sums;
      lane += GENLM_SUPPORT_LANES;
    }
  while (lane < n_lanes);
  return total[0] + total[1];
}

/* Where one is after a byte, and the sum of the weights. What is there is told
 * without a look at weights, which come later. */
static inline __attribute__ ((always_inline)) GenlmSupportResult
genlm_narrow_step (const GenlmNarrow     *self,
                   GenlmSupports         *supports,
                   const GenlmPushedWfsa *pushed,
                   guint                  byte_class,
                   GenlmNarrow           *next,
                   double                *total)
{
  const GenlmSupport *support = self->support;
  const GenlmSupportArc *arc;

  if (support == NULL)
    {
      gsize place = (gsize) self->state * pushed->n_classes + byte_class;
      const GenlmGraphEdge *edge = &pushed->graph->edges[pushed->first_edges[place]];
      guint32 n_edges = pushed->first_edges[place + 1] - pushed->first_edges[place];

      if (n_edges == 0)
        return GENLM_SUPPORT_NOWHERE;
      if (n_edges == 1)
        {
          *total = self->weights[0] * edge->weight.fraction;
          next->support = NULL;
          next->state = edge->to;
          next->least = *total;
          next->weights[0] = *total;
          return *total < GENLM_NARROW_MIN_WEIGHT ? GENLM_SUPPORT_TOO_MUCH : GENLM_SUPPORT_THERE;
        }
      support = genlm_supports_find_single (supports, self->state);
      if (support == NULL)
        return GENLM_SUPPORT_TOO_MUCH;
    }
  arc = genlm_supports_find_arc (supports, support, byte_class);
  if (arc->result != GENLM_SUPPORT_THERE)
    return arc->result;
  next->support = arc->next;
  next->state = arc->state;
  next->least = self->least * arc->least;
  if (G_UNLIKELY (next->least < GENLM_NARROW_MIN_WEIGHT))
    return GENLM_SUPPORT_TOO_MUCH;
  *total = genlm_narrow_multiply (self, support->n_states, arc->matrix, arc->n_states, next);
  return GENLM_SUPPORT_THERE;
}

/* Of no token, too. */
static inline __attribute__ ((always_inline)) void
genlm_narrow_tokens_add (GenlmNarrowTokens *self,
                         guint32            token,
                         double             weight)
{
  self->tokens[self->n] = token;
  self->weights[self->n] = weight;
  self->n += token != GENLM_TRIE_NO_TOKEN;
  if (self->n == GENLM_NARROW_MAX_TOKENS)
    genlm_narrow_tokens_finish (self);
}

G_END_DECLS
