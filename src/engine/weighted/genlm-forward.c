#include "genlm-forward.h"

#include <stdlib.h>

struct _GenlmForward
{
  const GenlmPushedWfsa *pushed;
  /* By state; all zero between two steps. */
  GenlmWide             *sums;
};

GenlmForward *
genlm_forward_new (const GenlmPushedWfsa *pushed)
{
  GenlmForward *self = g_new0 (GenlmForward, 1);

  self->pushed = pushed;
  self->sums = g_new0 (GenlmWide, MAX (pushed->graph->n_states, 1));
  return self;
}

void
genlm_forward_free (GenlmForward *self)
{
  g_free (self->sums);
  g_free (self);
}

static int
compare_states (gconstpointer a,
                gconstpointer b)
{
  const GenlmWeighedState *x = a;
  const GenlmWeighedState *y = b;

  return x->state < y->state ? -1 : x->state > y->state;
}

static void
follow (GenlmForward            *self,
        const GenlmWeighedState *from,
        guint                    byte_class,
        GArray                  *result)
{
  const GenlmGraph *graph = self->pushed->graph;
  guint32 i;

  for (i = genlm_pushed_wfsa_find_edges (self->pushed, from->state, byte_class);
       i < graph->starts[from->state + 1] && graph->edges[i].label == byte_class; i++)
    {
      const GenlmGraphEdge *edge = &graph->edges[i];
      GenlmWide weight = genlm_wide_multiply (from->weight, edge->weight);

      if (genlm_wide_is_zero (self->sums[edge->to]))
        {
          GenlmWeighedState entry = { edge->to, GENLM_WIDE_ZERO };

          g_array_append_val (result, entry);
        }
      self->sums[edge->to] = genlm_wide_add (self->sums[edge->to], weight);
    }
}

/* Replaces @result, which is not where @states are, by where one is after a
 * byte, in no order; the weights are as they come. Returns their sum. */
GenlmWide
genlm_forward_follow (GenlmForward            *self,
                      const GenlmWeighedState *states,
                      guint32                  n_states,
                      guint                    byte_class,
                      GArray                  *result)
{
  GenlmWide total = GENLM_WIDE_ZERO;
  guint32 i;

  g_array_set_size (result, 0);
  for (i = 0; i < n_states; i++)
    follow (self, &states[i], byte_class, result);
  for (i = 0; i < result->len; i++)
    {
      GenlmWeighedState *entry = &g_array_index (result, GenlmWeighedState, i);

      entry->weight = self->sums[entry->state];
      self->sums[entry->state] = GENLM_WIDE_ZERO;
      total = genlm_wide_add (total, entry->weight);
    }
  return total;
}

/* The same, sorted, and with weights that sum to one. Returns the log of the
 * part of the weight that follows the byte; minus infinity if there is none. */
double
genlm_forward_step (GenlmForward            *self,
                    const GenlmWeighedState *states,
                    guint32                  n_states,
                    guint                    byte_class,
                    GArray                  *result)
{
  GenlmWide total = genlm_forward_follow (self, states, n_states, byte_class, result);
  guint32 i;

  if (result->len > 1)
    qsort (result->data, result->len, sizeof (GenlmWeighedState), compare_states);
  for (i = 0; i < result->len; i++)
    {
      GenlmWeighedState *entry = &g_array_index (result, GenlmWeighedState, i);

      entry->weight = genlm_wide_divide (entry->weight, total);
    }
  return genlm_wide_log (total);
}

/* The log of the part of the weight that ends here. */
double
genlm_forward_weigh_final (const GenlmPushedWfsa   *pushed,
                           const GenlmWeighedState *states,
                           guint32                  n_states)
{
  GenlmWide total = GENLM_WIDE_ZERO;
  guint32 i;

  for (i = 0; i < n_states; i++)
    total = genlm_wide_add (total, genlm_wide_multiply (states[i].weight,
                                                        pushed->finals[states[i].state]));
  return genlm_wide_log (total);
}
