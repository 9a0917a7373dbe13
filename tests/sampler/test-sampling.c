/* test-sampling.c: batches, random numbers and waiting, for tests */

#include "test-sampling.h"

#include <string.h>

/* Random numbers of slots 0 to n - 1. */
GenlmRandomList *
test_randoms_new (guint64 seed,
                  gsize   n,
                  guint32 step)
{
  GenlmRandomList *randoms = genlm_random_list_new ();

  for (guint32 i = 0; i < n; i++)
    {
      g_autoptr (GenlmRandom) random = genlm_random_new (seed, i, step);

      genlm_random_list_append (randoms, random);
    }
  return randoms;
}

GenlmContext *
test_context_new (GenlmPotential *potential,
                  const char     *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  GError *error = NULL;
  GenlmContext *context;

  context = genlm_vocab_encode (genlm_potential_get_vocab (potential), bytes, &error);
  g_assert_no_error (error);
  return context;
}

GenlmBatch *
test_batch_new (GenlmPotential  *potential,
                const char     **texts,
                gsize            n)
{
  GenlmBatch *batch = genlm_batch_new ();

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GenlmContext) context = test_context_new (potential, texts[i]);

      genlm_batch_append (batch, context);
    }
  return batch;
}

GenlmDraws *
test_draw_sync (GenlmSampler    *sampler,
                GenlmBatch      *batch,
                GenlmRandomList *randoms)
{
  GError *error = NULL;
  GenlmDraws *draws = genlm_sampler_sample_batch_sync (sampler, batch, randoms, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (genlm_draws_get_size (draws), ==, genlm_batch_get_size (batch));
  return draws;
}

/* A callback that stores its result where user_data says. */
void
test_on_result (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  GAsyncResult **place = user_data;

  g_assert_null (*place);
  *place = g_object_ref (result);
}

void
test_wait (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Dispatches what is ready. */
void
test_iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

GenlmDraws *
test_draw_async (GenlmSampler    *sampler,
                 GenlmBatch      *batch,
                 GenlmRandomList *randoms)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;
  GenlmDraws *draws;

  genlm_sampler_sample_batch (sampler, batch, randoms, NULL, test_on_result, &result);
  g_assert_null (result);
  test_wait (&result);
  draws = genlm_sampler_sample_batch_finish (sampler, result, &error);
  g_assert_no_error (error);
  return draws;
}
