#include "genlm.h"

#include <math.h>

/* Known answers of Philox4x32-10, published with Random123 by its authors; the
 * first two of the four words. */
static void
test_known_answers (void)
{
  const struct
  {
    guint64 seed;
    guint32 counter[4];
    guint64 bits;
  } answers[] = {
    { 0, { 0, 0, 0, 0 }, G_GUINT64_CONSTANT (0xe169c58d6627e8d5) },
    { G_MAXUINT64, { G_MAXUINT32, G_MAXUINT32, G_MAXUINT32, G_MAXUINT32 },
      G_GUINT64_CONSTANT (0x41c83b0e408f276d) },
    { G_GUINT64_CONSTANT (0x299f31d0a4093822), { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
      G_GUINT64_CONSTANT (0x94fdccebd16cfe09) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      const guint32 *counter = answers[i].counter;
      g_autoptr (GenlmRandom) random = genlm_random_new (answers[i].seed, counter[0], counter[1]);

      g_assert_cmphex (genlm_random_get_bits (random, counter[2], counter[3]), ==, answers[i].bits);
    }
}

/* Every part of the position changes the number; no part is a state. */
static void
test_position (void)
{
  g_autoptr (GenlmRandom) base = genlm_random_new (1, 2, 3);
  g_autoptr (GenlmRandom) same = genlm_random_new (1, 2, 3);
  g_autoptr (GenlmRandom) high_seed = genlm_random_new (1 | G_GUINT64_CONSTANT (1) << 32, 2, 3);
  g_autoptr (GenlmRandom) slot = genlm_random_new (1, 3, 3);
  g_autoptr (GenlmRandom) step = genlm_random_new (1, 2, 4);
  guint64 bits = genlm_random_get_bits (base, 4, 5);

  g_assert_cmphex (genlm_random_get_bits (base, 5, 5), !=, bits);
  g_assert_cmphex (genlm_random_get_bits (base, 4, 6), !=, bits);
  g_assert_cmphex (genlm_random_get_bits (high_seed, 4, 5), !=, bits);
  g_assert_cmphex (genlm_random_get_bits (slot, 4, 5), !=, bits);
  g_assert_cmphex (genlm_random_get_bits (step, 4, 5), !=, bits);
  g_assert_cmphex (genlm_random_get_bits (same, 4, 5), ==, bits);
  g_assert_cmphex (genlm_random_get_bits (base, 4, 5), ==, bits);
}

/* 64 bins, 63 degrees of freedom: a right generator fails with one seed in a
 * million. */
static void
test_uniform (void)
{
  const double critical = 131.37;
  const guint32 n_draws = 200000;
  g_autoptr (GenlmRandom) random = genlm_random_new (7, 0, 0);
  guint counts[64] = { 0, };
  double chi_square = 0.0;

  for (guint32 i = 0; i < n_draws; i++)
    {
      double uniform = genlm_random_uniform (random, 0, i);

      g_assert_cmpfloat (uniform, >, 0.0);
      g_assert_cmpfloat (uniform, <, 1.0);
      counts[(int) (uniform * 64.0)]++;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    chi_square += pow (counts[i] - n_draws / 64.0, 2.0) / (n_draws / 64.0);
  g_assert_cmpfloat (chi_square, <, critical);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/random/known-answers", test_known_answers);
  g_test_add_func ("/random/position", test_position);
  g_test_add_func ("/random/uniform", test_uniform);

  return g_test_run ();
}
