/* Random numbers by position rather than by order: every number is a function
 * of (seed, slot, step, stream, counter), so that a run repeats exactly
 * whatever the batch size and the number of workers. Philox4x32-10, a
 * counter-based generator: Salmon, Moraes, Dror, Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011. Not for secrets. */

#define G_LOG_DOMAIN "Genlm-Base"

#include "genlm-random.h"

#define ROUNDS 10

/**
 * GenlmRandom:
 *
 * The random numbers of one slot at one step of a run.
 *
 * It has no state: the same question always gets the same answer. The caller
 * keeps count, and tells uses apart by the stream.
 *
 * Threads: any.
 *
 * Source: Philox4x32-10 of Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3", 2011. The key is the seed, the 128-bit counter is (slot, step,
 * stream, counter).
 *
 * Since: 0.1
 */
struct _GenlmRandom
{
  guint64 seed;
  guint32 slot;
  guint32 step;
};

G_DEFINE_BOXED_TYPE (GenlmRandom, genlm_random, genlm_random_ref, genlm_random_unref)

static void
philox4x32 (guint32 block[4],
            guint64 seed)
{
  guint32 key[2] = { (guint32) seed, (guint32) (seed >> 32) };

  for (int round = 0; round < ROUNDS; round++)
    {
      guint64 a = (guint64) block[0] * 0xD2511F53u;
      guint64 b = (guint64) block[2] * 0xCD9E8D57u;

      block[0] = (guint32) (b >> 32) ^ block[1] ^ key[0];
      block[1] = (guint32) b;
      block[2] = (guint32) (a >> 32) ^ block[3] ^ key[1];
      block[3] = (guint32) a;
      key[0] += 0x9E3779B9u;
      key[1] += 0xBB67AE85u;
    }
}

/**
 * genlm_random_new:
 * @seed: the seed of the run
 * @slot: which draw of the batch, for instance the number of the particle
 * @step: which step of the run
 *
 * Names the random numbers of a slot at a step.
 *
 * Returns: (transfer full): the numbers
 *
 * Since: 0.1
 */
GenlmRandom *
genlm_random_new (guint64 seed,
                  guint32 slot,
                  guint32 step)
{
  GenlmRandom *self = g_atomic_rc_box_new0 (GenlmRandom);

  self->seed = seed;
  self->slot = slot;
  self->step = step;
  return self;
}

/**
 * genlm_random_ref:
 * @self: random numbers
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 0.1
 */
GenlmRandom *
genlm_random_ref (GenlmRandom *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

/**
 * genlm_random_unref:
 * @self: (transfer full): random numbers
 *
 * Gives a reference back.
 *
 * Since: 0.1
 */
void
genlm_random_unref (GenlmRandom *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release (self);
}

/**
 * genlm_random_get_bits:
 * @self: random numbers
 * @stream: which use within the step
 * @counter: which number of that use
 *
 * Gets 64 random bits.
 *
 * Returns: the bits, the same for the same arguments
 *
 * Since: 0.1
 */
guint64
genlm_random_get_bits (GenlmRandom *self,
                       guint32      stream,
                       guint32      counter)
{
  guint32 block[4];

  g_return_val_if_fail (self != NULL, 0);

  block[0] = self->slot;
  block[1] = self->step;
  block[2] = stream;
  block[3] = counter;
  philox4x32 (block, self->seed);
  return block[0] | (guint64) block[1] << 32;
}

/**
 * genlm_random_uniform:
 * @self: random numbers
 * @stream: which use within the step
 * @counter: which number of that use
 *
 * Gets a uniform number in the open interval (0, 1).
 *
 * It has 52 random bits and is never 0 or 1, so its logarithm and that of its
 * complement are finite.
 *
 * Returns: the number, the same for the same arguments
 *
 * Since: 0.1
 */
double
genlm_random_uniform (GenlmRandom *self,
                      guint32      stream,
                      guint32      counter)
{
  g_return_val_if_fail (self != NULL, 0.5);

  return ((double) (genlm_random_get_bits (self, stream, counter) >> 12) + 0.5) * 0x1p-52;
}
