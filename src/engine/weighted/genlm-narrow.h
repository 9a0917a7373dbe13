#pragma once

/* Where one may be in a weighted automaton while a subtree of tokens is walked,
 * in plain doubles and in few states at once: what most walks come down to. What
 * is too much for it is left to GenlmForward.
 *
 * Weights of tokens are gathered, and their logarithms taken of many at once. */

#include "genlm-pushed-wfsa.h"

G_BEGIN_DECLS

#define GENLM_NARROW_MAX_STATES (8u)
#define GENLM_NARROW_MAX_TOKENS (512u)
/* Smaller weights might vanish further on. */
#define GENLM_NARROW_MIN_WEIGHT (1e-150)

typedef struct
{
  guint32 n;
  guint32 states[GENLM_NARROW_MAX_STATES];
  double  weights[GENLM_NARROW_MAX_STATES];
} GenlmNarrow;

typedef struct
{
  double  *values; /* of all tokens, where the logarithms go */
  guint32  n;
  guint32  tokens[GENLM_NARROW_MAX_TOKENS];
  double   weights[GENLM_NARROW_MAX_TOKENS];
  double   log_factors[GENLM_NARROW_MAX_TOKENS];
} GenlmNarrowTokens;

gboolean genlm_narrow_set           (GenlmNarrow             *self,
                                     const GenlmPushedWfsa   *pushed,
                                     const GenlmWeighedState *states,
                                     guint32                  n_states);
void     genlm_narrow_get           (const GenlmNarrow       *self,
                                     GenlmWeighedState       *states);
void     genlm_narrow_tokens_finish (GenlmNarrowTokens       *self);

/* The weight of a byte. */
static inline double
genlm_narrow_weigh (const GenlmNarrow     *self,
                    const GenlmPushedWfsa *pushed,
                    guint                  byte_class)
{
  const double *sums = pushed->sums + byte_class;
  double sum = 0.0;
  guint32 i;

  for (i = 0; i < self->n; i++)
    sum += self->weights[i] * sums[(gsize) self->states[i] * pushed->n_classes];
  return sum;
}

/* Where one is after a byte, in no order. FALSE where that is too much. */
static inline gboolean
genlm_narrow_step (const GenlmNarrow     *self,
                   const GenlmPushedWfsa *pushed,
                   guint                  byte_class,
                   GenlmNarrow           *next)
{
  const GenlmGraphEdge *edges = pushed->graph->edges;
  guint32 n = 0;
  guint32 i;
  guint32 j;
  guint32 k;

  for (i = 0; i < self->n; i++)
    {
      gsize place = (gsize) self->states[i] * pushed->n_classes + byte_class;
      /* Those of one state lead to different ones. */
      guint32 n_before = n;

      for (j = pushed->first_edges[place]; j < pushed->first_edges[place + 1]; j++)
        {
          double weight = self->weights[i] * edges[j].weight.fraction;

          for (k = 0; k < n_before && next->states[k] != edges[j].to; k++)
            ;
          if (k < n_before)
            {
              next->weights[k] += weight;
              continue;
            }
          if (G_UNLIKELY (n == GENLM_NARROW_MAX_STATES || weight < GENLM_NARROW_MIN_WEIGHT))
            return FALSE;
          next->states[n] = edges[j].to;
          next->weights[n++] = weight;
        }
    }
  next->n = n;
  return TRUE;
}

static inline void
genlm_narrow_tokens_add (GenlmNarrowTokens *self,
                         guint32            token,
                         double             weight,
                         double             log_factor)
{
  self->tokens[self->n] = token;
  self->weights[self->n] = weight;
  self->log_factors[self->n] = log_factor;
  if (++self->n == GENLM_NARROW_MAX_TOKENS)
    genlm_narrow_tokens_finish (self);
}

G_END_DECLS
