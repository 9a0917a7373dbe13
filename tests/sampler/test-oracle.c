/* test-oracle.c: exact expectations by trying everything */

#include "test-oracle.h"

#include <math.h>

typedef struct
{
  guint taken;
  guint n_options;
} Choice;

void
test_oracle_init (TestOracle *self)
{
  *self = (TestOracle) {
    .choices = g_array_new (FALSE, FALSE, sizeof (Choice)),
    .max_repeats = 1000.0,
  };
}

void
test_oracle_clear (TestOracle *self)
{
  g_clear_pointer (&self->choices, g_array_unref);
}

/* Before each run. */
void
test_oracle_begin (TestOracle *self)
{
  self->depth = 0;
  self->probability = 1.0;
}

/* After each run; FALSE when all have been seen. */
gboolean
test_oracle_next (TestOracle *self)
{
  g_array_set_size (self->choices, self->depth);
  while (self->choices->len > 0)
    {
      Choice *last = &g_array_index (self->choices, Choice, self->choices->len - 1);

      if (++last->taken < last->n_options)
        return TRUE;
      g_array_set_size (self->choices, self->choices->len - 1);
    }
  return FALSE;
}

static guint
choose (TestOracle   *self,
        const double *probabilities,
        guint         n)
{
  Choice *choice;

  if (self->depth == self->choices->len)
    {
      Choice fresh = { 0, n };

      while (fresh.n_options > 1 &&
             self->probability * probabilities[fresh.n_options - 1] <= self->negligible)
        fresh.n_options--;
      g_array_append_val (self->choices, fresh);
    }
  choice = &g_array_index (self->choices, Choice, self->depth);
  self->depth++;
  self->probability *= probabilities[choice->taken];
  return choice->taken;
}

static guint32
pick (gpointer    data,
      GenlmOrder *order,
      guint       pass,
      guint32     counter)
{
  const GenlmMass *mass = order->first;
  double log_remaining = genlm_order_log_remaining (order);
  double probabilities[16];
  guint32 tokens[16];
  guint n = 0;

  for (guint32 i = 0; i < mass->n_values; i++)
    if (mass->values[i] > -INFINITY && !genlm_order_is_taken (order, i))
      {
        tokens[n] = i;
        probabilities[n++] = exp (mass->values[i] - log_remaining);
      }
  return tokens[choose (data, probabilities, n)];
}

static double
repeats (gpointer data,
         double   log_failure,
         guint32  counter)
{
  TestOracle *self = data;
  guint max = (guint) self->max_repeats;
  g_autofree double *probabilities = g_new (double, max + 1);

  for (guint i = 0; i < max; i++)
    probabilities[i] = exp (i * log_failure) * -expm1 (log_failure);
  probabilities[max] = exp (max * log_failure);
  return choose (self, probabilities, max + 1);
}

static guint32
pick_masked (gpointer   data,
             GenlmMass *mass)
{
  double probabilities[16];
  guint32 tokens[16];
  guint n = 0;

  for (guint32 i = 0; i < mass->n_values; i++)
    if (genlm_mass_get_value (mass, i) > -INFINITY)
      {
        tokens[n] = i;
        probabilities[n++] = exp (genlm_mass_get_value (mass, i) - mass->log_total);
      }
  return tokens[choose (data, probabilities, n)];
}

const GenlmTrialChoices test_oracle_choices = {
  .pick = pick,
  .repeats = repeats,
  .pick_masked = pick_masked,
};
