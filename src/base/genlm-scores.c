/* The answer to a batch of questions with one number each: prefix or complete
 * weights. The order is that of the batch. */

#define G_LOG_DOMAIN "Genlm-Base"

#include "genlm-scores.h"
#include "genlm-vec-private.h"

#include <math.h>
#include <string.h>

/**
 * GenlmScores:
 *
 * An immutable list of log weights, one for each context of a batch.
 *
 * Natural logarithms (nats); `-inf` is weight zero.
 *
 * Threads: any, since nothing changes after construction.
 *
 * Since: 0.1
 */
struct _GenlmScores
{
  GBytes       *bytes;
  const double *values;
  gsize         size;
};

G_DEFINE_BOXED_TYPE (GenlmScores, genlm_scores, genlm_scores_ref, genlm_scores_unref)

static GenlmScores *
scores_new_take (GBytes *bytes)
{
  GenlmScores *self = g_atomic_rc_box_new0 (GenlmScores);
  gsize size;

  self->bytes = bytes;
  self->values = g_bytes_get_data (bytes, &size);
  self->size = size / sizeof (double);
  return self;
}

/**
 * genlm_scores_new:
 * @values: (array length=n_values): natural-log weights
 * @n_values: how many
 *
 * Makes a list from a copy of @values.
 *
 * Returns: (transfer full): the list
 *
 * Since: 0.1
 */
GenlmScores *
genlm_scores_new (const double *values,
                  gsize         n_values)
{
  GenlmScores *self;
  double *copy;

  g_return_val_if_fail (values != NULL || n_values == 0, NULL);

  self = genlm_scores_new_uninit (n_values, &copy);
  if (n_values > 0)
    memcpy (copy, values, n_values * sizeof (double));
  return self;
}

/**
 * genlm_scores_new_from_bytes:
 * @bytes: doubles in the byte order of the machine
 * @error: return location for an error
 *
 * Makes a list that uses the memory of @bytes in place.
 *
 * Memory that is not aligned to 8 bytes is copied.
 *
 * Errors: %G_IO_ERROR_INVALID_DATA if the size is not a multiple of 8.
 *
 * Returns: (transfer full): the list
 *
 * Since: 0.1
 */
GenlmScores *
genlm_scores_new_from_bytes (GBytes  *bytes,
                             GError **error)
{
  gsize size;

  g_return_val_if_fail (bytes != NULL, NULL);

  size = g_bytes_get_size (bytes);
  if (size % sizeof (double) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "Failed to read scores from %" G_GSIZE_FORMAT " bytes: "
                   "each is a double of 8 bytes", size);
      return NULL;
    }

  return scores_new_take (genlm_vec_align (bytes));
}

/**
 * genlm_scores_new_uninit: (skip)
 * @n_values: how many
 * @values: (out): the memory to write
 *
 * Makes a list whose numbers the caller fills in.
 *
 * All entries of @values must be written before the list is shared, and none
 * afterwards.
 *
 * Returns: (transfer full): the list
 *
 * Since: 0.1
 */
GenlmScores *
genlm_scores_new_uninit (gsize    n_values,
                         double **values)
{
  gpointer memory;
  GBytes *bytes;

  g_return_val_if_fail (n_values <= G_MAXSIZE / sizeof (double), NULL);
  g_return_val_if_fail (values != NULL, NULL);

  bytes = genlm_vec_alloc (n_values * sizeof (double), &memory);
  *values = memory;
  return scores_new_take (bytes);
}

/**
 * genlm_scores_ref:
 * @self: a list
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 0.1
 */
GenlmScores *
genlm_scores_ref (GenlmScores *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

static void
scores_clear (gpointer data)
{
  GenlmScores *self = data;

  g_bytes_unref (self->bytes);
}

/**
 * genlm_scores_unref:
 * @self: (transfer full): a list
 *
 * Gives a reference back; the last one frees the list.
 *
 * Since: 0.1
 */
void
genlm_scores_unref (GenlmScores *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, scores_clear);
}

/**
 * genlm_scores_get_size:
 * @self: a list
 *
 * Gets the length of the list.
 *
 * Returns: the number of scores
 *
 * Since: 0.1
 */
gsize
genlm_scores_get_size (GenlmScores *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size;
}

/**
 * genlm_scores_get:
 * @self: a list
 * @index: below the size
 *
 * Gets one score.
 *
 * Returns: the log weight in nats
 *
 * Since: 0.1
 */
double
genlm_scores_get (GenlmScores *self,
                  gsize        index)
{
  g_return_val_if_fail (self != NULL, -INFINITY);
  g_return_val_if_fail (index < self->size, -INFINITY);

  return self->values[index];
}

/**
 * genlm_scores_peek: (skip)
 * @self: a list
 *
 * Gets the numbers themselves, as long as @self lives.
 *
 * Returns: (transfer none) (nullable): as many doubles as the size says
 *
 * Since: 0.1
 */
const double *
genlm_scores_peek (GenlmScores *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->values;
}
