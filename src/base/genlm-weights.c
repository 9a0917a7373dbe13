/* A vector of log weights over a vocabulary and its end marker: what a
 * potential says about every next token at once. It is numbers only; which
 * token an entry belongs to is the vocabulary's business. */

#define G_LOG_DOMAIN "Genlm-Base"

#include "genlm-config.h"

#include "genlm-weights.h"
#include "genlm-token-set.h"
#include "genlm-vec-private.h"

#include <math.h>
#include <string.h>

/* A draw keeps one partial sum a block, on the stack. */
#define MIN_BLOCK 512
#define MAX_BLOCKS 512

/**
 * GenlmWeights:
 *
 * An immutable vector of log weights.
 *
 * Shape `(N + 1,)`: one natural logarithm (nats) for each of the N tokens of
 * a vocabulary in index order, the end marker last. `-inf` is weight zero.
 * NaN and `+inf` are not weights; [method@Genlm.Weights.find_invalid] finds
 * them.
 *
 * The numbers live in a [struct@GLib.Bytes], so that memory of somebody else
 * is used in place. Our own is aligned to 64 bytes.
 *
 * Threads: any, since nothing changes after construction.
 *
 * Since: 0.1
 */
struct _GenlmWeights
{
  GBytes       *bytes;
  const double *values;
  gsize         size;
  int           valid;   /* atomic: scanned, and nothing invalid found */
};

G_DEFINE_BOXED_TYPE (GenlmWeights, genlm_weights, genlm_weights_ref, genlm_weights_unref)

static GenlmWeights *
weights_new_take (GBytes *bytes)
{
  GenlmWeights *self = g_atomic_rc_box_new0 (GenlmWeights);
  gsize size;

  self->bytes = bytes;
  self->values = g_bytes_get_data (bytes, &size);
  self->size = size / sizeof (double);
  return self;
}

/**
 * genlm_weights_new:
 * @values: (array length=n_values): natural-log weights, end marker last
 * @n_values: how many, at least 1
 *
 * Makes a vector from a copy of @values.
 *
 * Returns: (transfer full): the vector
 *
 * Since: 0.1
 */
GenlmWeights *
genlm_weights_new (const double *values,
                   gsize         n_values)
{
  GenlmWeights *self;
  double *copy;

  g_return_val_if_fail (values != NULL, NULL);
  g_return_val_if_fail (n_values > 0, NULL);

  self = genlm_weights_new_uninit (n_values, &copy);
  memcpy (copy, values, n_values * sizeof (double));
  return self;
}

/**
 * genlm_weights_new_from_bytes:
 * @bytes: doubles in the byte order of the machine
 * @error: return location for an error
 *
 * Makes a vector that uses the memory of @bytes in place.
 *
 * Memory that is not aligned to 8 bytes is copied.
 *
 * Errors: %G_IO_ERROR_INVALID_DATA if the size is not a positive multiple of 8.
 *
 * Returns: (transfer full): the vector
 *
 * Since: 0.1
 */
GenlmWeights *
genlm_weights_new_from_bytes (GBytes  *bytes,
                              GError **error)
{
  gsize size;

  g_return_val_if_fail (bytes != NULL, NULL);

  size = g_bytes_get_size (bytes);
  if (size == 0 || size % sizeof (double) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "Failed to read weights from %" G_GSIZE_FORMAT " bytes: "
                   "a vector is one or more doubles of 8 bytes each", size);
      return NULL;
    }

  return weights_new_take (genlm_vec_align (bytes));
}

/**
 * genlm_weights_new_uninit: (skip)
 * @n_values: how many, at least 1
 * @values: (out): the memory to write
 *
 * Makes a vector whose numbers the caller fills in.
 *
 * All entries of @values must be written before the vector is shared, and none
 * afterwards. The memory is aligned to 64 bytes.
 *
 * Returns: (transfer full): the vector
 *
 * Since: 0.1
 */
GenlmWeights *
genlm_weights_new_uninit (gsize    n_values,
                          double **values)
{
  gpointer memory;
  GBytes *bytes;

  g_return_val_if_fail (n_values > 0 && n_values <= G_MAXSIZE / sizeof (double), NULL);
  g_return_val_if_fail (values != NULL, NULL);

  bytes = genlm_vec_alloc (n_values * sizeof (double), &memory);
  *values = memory;
  return weights_new_take (bytes);
}

static gboolean
check_logits (const float  *logits,
              gsize         n_logits,
              GError      **error)
{
  gsize bad = 0;

  if (genlm_vec_count_invalid_float (logits, n_logits) == 0)
    return TRUE;

  while (logits[bad] < INFINITY)
    bad++;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "Failed to normalise %" G_GSIZE_FORMAT " logits: entry %" G_GSIZE_FORMAT " is %g; "
               "a logit is finite or -inf", n_logits, bad, (double) logits[bad]);
  return FALSE;
}

/**
 * genlm_weights_new_from_logits: (skip)
 * @logits: (array length=n_logits): what a model returned, any offset
 * @n_logits: how many, at least 1
 * @temperature: positive and finite; 1 leaves the model as it is
 * @map: (nullable) (array length=n_map): for each token of the vocabulary its
 *   index in @logits, or %NULL for the same order
 * @n_map: size of the vocabulary, without the end marker
 * @eos_ids: (nullable) (array length=n_eos): the logits that end, each once
 * @n_eos: how many of them
 * @error: return location for an error
 *
 * Turns the logits of a language model into next-token log weights.
 *
 * Entry i is `log_softmax (logits / temperature)[map[i]]`, in nats, normalised
 * over all logits, also those that no token maps to. The last entry gathers the
 * probability of all of @eos_ids. An index that is not below @n_logits, as
 * %G_MAXUINT32, gives `-inf`. If all logits are `-inf`, so are the weights.
 *
 * Errors: %G_IO_ERROR_INVALID_DATA if a logit is NaN or `+inf`.
 *
 * Returns: (transfer full): a vector of @n_map + 1 entries
 *
 * Since: 0.1
 */
GenlmWeights *
genlm_weights_new_from_logits (const float    *logits,
                               gsize           n_logits,
                               double          temperature,
                               const guint32  *map,
                               gsize           n_map,
                               const guint32  *eos_ids,
                               gsize           n_eos,
                               GError        **error)
{
  GenlmWeights *self;
  double *out, scale, log_sum = 0.0, eos = -INFINITY;
  float max;

  g_return_val_if_fail (logits != NULL && n_logits > 0, NULL);
  g_return_val_if_fail (temperature > 0.0 && isnormal (temperature), NULL);
  g_return_val_if_fail (n_map < G_MAXUINT32, NULL);
  g_return_val_if_fail (eos_ids != NULL || n_eos == 0, NULL);

  if (!check_logits (logits, n_logits, error))
    return NULL;

  max = genlm_vec_max_float (logits, n_logits);
  scale = 1.0 / temperature;
  if (max > -INFINITY)
    log_sum = log (genlm_vec_sum_exp_float (logits, n_logits, max, scale));
  else
    max = 0.0f;

  self = genlm_weights_new_uninit (n_map + 1, &out);
  genlm_vec_gather (out, logits, n_logits, map, n_map, max, scale, log_sum);
  for (gsize i = 0; i < n_eos; i++)
    {
      double weight;

      genlm_vec_gather (&weight, logits, n_logits, &eos_ids[i], 1, max, scale, log_sum);
      eos = genlm_logaddexp (eos, weight);
    }
  out[n_map] = eos;
  return self;
}

/**
 * genlm_weights_ref:
 * @self: a vector
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 0.1
 */
GenlmWeights *
genlm_weights_ref (GenlmWeights *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

static void
weights_clear (gpointer data)
{
  GenlmWeights *self = data;

  g_bytes_unref (self->bytes);
}

/**
 * genlm_weights_unref:
 * @self: (transfer full): a vector
 *
 * Gives a reference back; the last one frees the vector.
 *
 * Since: 0.1
 */
void
genlm_weights_unref (GenlmWeights *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, weights_clear);
}

/**
 * genlm_weights_get_size:
 * @self: a vector
 *
 * Gets the number of entries, the end marker included.
 *
 * Returns: N + 1
 *
 * Since: 0.1
 */
gsize
genlm_weights_get_size (GenlmWeights *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size;
}

/**
 * genlm_weights_get:
 * @self: a vector
 * @index: below the size
 *
 * Gets one log weight.
 *
 * Returns: the weight in nats
 *
 * Since: 0.1
 */
double
genlm_weights_get (GenlmWeights *self,
                   gsize         index)
{
  g_return_val_if_fail (self != NULL, -INFINITY);
  g_return_val_if_fail (index < self->size, -INFINITY);

  return self->values[index];
}

/**
 * genlm_weights_peek: (skip)
 * @self: a vector
 *
 * Gets the numbers themselves, as long as @self lives.
 *
 * Returns: (transfer none): as many doubles as the size says
 *
 * Since: 0.1
 */
const double *
genlm_weights_peek (GenlmWeights *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->values;
}

/**
 * genlm_weights_get_bytes:
 * @self: a vector
 *
 * Gets the memory of the vector: doubles in the byte order of the machine.
 *
 * Returns: (transfer none): the bytes
 *
 * Since: 0.1
 */
GBytes *
genlm_weights_get_bytes (GenlmWeights *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->bytes;
}

/**
 * genlm_weights_logsumexp:
 * @self: a vector
 *
 * Computes the logarithm of the total weight.
 *
 * Returns: `log (sum (exp (w)))` in nats, `-inf` if all entries are
 *
 * Since: 0.1
 */
double
genlm_weights_logsumexp (GenlmWeights *self)
{
  g_return_val_if_fail (self != NULL, -INFINITY);

  return genlm_logsumexp (self->values, self->size);
}

/**
 * genlm_weights_normalize:
 * @self: a vector
 *
 * Scales the weights so that they sum to one.
 *
 * A vector of nothing but `-inf` stays as it is.
 *
 * Returns: (transfer full): the vector of `w - logsumexp (w)`
 *
 * Since: 0.1
 */
GenlmWeights *
genlm_weights_normalize (GenlmWeights *self)
{
  GenlmWeights *result;
  double *out, total;

  g_return_val_if_fail (self != NULL, NULL);

  total = genlm_weights_logsumexp (self);
  if (!isfinite (total))
    return genlm_weights_ref (self);

  result = genlm_weights_new_uninit (self->size, &out);
  genlm_vec_shift (out, self->values, total, self->size);
  return result;
}

/**
 * genlm_weights_add:
 * @self: a vector
 * @other: a vector of the same size
 *
 * Multiplies the weights entry by entry, which adds their logarithms.
 *
 * `-inf` with anything is `-inf`.
 *
 * Returns: (transfer full): the vector of sums
 *
 * Since: 0.1
 */
GenlmWeights *
genlm_weights_add (GenlmWeights *self,
                   GenlmWeights *other)
{
  GenlmWeights *result;
  double *out;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (other != NULL, NULL);
  g_return_val_if_fail (self->size == other->size, NULL);

  result = genlm_weights_new_uninit (self->size, &out);
  genlm_vec_add (out, self->values, other->values, self->size);
  return result;
}

/**
 * genlm_weights_mask:
 * @self: a vector
 * @set: a set of the same size
 *
 * Forbids every token that is not in @set.
 *
 * Returns: (transfer full): the vector with `-inf` outside of @set
 *
 * Since: 0.1
 */
GenlmWeights *
genlm_weights_mask (GenlmWeights  *self,
                    GenlmTokenSet *set)
{
  GenlmWeights *result;
  double *out;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (set != NULL, NULL);
  g_return_val_if_fail (self->size == genlm_token_set_get_size (set), NULL);

  result = genlm_weights_new_uninit (self->size, &out);
  genlm_vec_mask (out, self->values, genlm_token_set_peek (set), self->size);
  return result;
}

/* Whether a comes after b in the order of top_k. */
static gboolean
ranks_after (const double *values,
             guint32       a,
             guint32       b)
{
  if (values[a] != values[b])
    return values[a] < values[b];
  return a > b;
}

/* Restores the heap whose root ranks last, below @root. */
static void
sift_down (const double *values,
           guint32      *heap,
           gsize         size,
           gsize         root)
{
  for (gsize child = 2 * root + 1; child < size; child = 2 * root + 1)
    {
      guint32 swap;

      if (child + 1 < size && ranks_after (values, heap[child + 1], heap[child]))
        child++;
      if (!ranks_after (values, heap[child], heap[root]))
        return;

      swap = heap[root];
      heap[root] = heap[child];
      heap[child] = swap;
      root = child;
    }
}

/* Fills @heap with the best @k entries of non-zero weight, as a heap. */
static gsize
collect_best (GenlmWeights *self,
              guint32      *heap,
              gsize         k)
{
  gsize size = 0;
  gsize i = 0;

  for (; i < self->size && size < k; i++)
    if (self->values[i] > -INFINITY)
      heap[size++] = (guint32) i;
  for (gsize root = size / 2; root-- > 0; )
    sift_down (self->values, heap, size, root);
  for (; i < self->size; i++)
    if (self->values[i] > self->values[heap[0]])
      {
        heap[0] = (guint32) i;
        sift_down (self->values, heap, size, 0);
      }

  return size;
}

/**
 * genlm_weights_top_k:
 * @self: a vector
 * @k: how many tokens at most
 * @n_tokens: (out): how many there are
 *
 * Lists the tokens of largest weight, the largest first.
 *
 * Of equal weights the smaller id comes first. Tokens of weight zero are never
 * listed, so that there may be fewer than @k.
 *
 * Cost: one pass, and a heap of @k entries for what enters it.
 *
 * Returns: (transfer full) (array length=n_tokens): token ids
 *
 * Since: 0.1
 */
guint32 *
genlm_weights_top_k (GenlmWeights *self,
                     gsize         k,
                     gsize        *n_tokens)
{
  guint32 *tokens;
  gsize size;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (n_tokens != NULL, NULL);

  *n_tokens = 0;
  k = MIN (k, self->size);
  if (k == 0)
    return NULL;

  tokens = g_new (guint32, k);
  size = collect_best (self, tokens, k);
  for (gsize end = size; end-- > 1; )
    {
      guint32 last = tokens[0];

      tokens[0] = tokens[end];
      tokens[end] = last;
      sift_down (self->values, tokens, end, 0);
    }

  *n_tokens = size;
  return tokens;
}

/* The entry of a block at which the running sum passes @target; rounding may
 * let it fall short, then the last entry of positive weight. */
static gsize
find_in_block (const double *values,
               gsize         start,
               gsize         end,
               double        shift,
               double        target)
{
  gsize found = start;
  double sum = 0.0;

  for (gsize i = start; i < end; i++)
    {
      double weight = genlm_vec_exp (values[i] - shift);

      if (weight > 0.0)
        {
          sum += weight;
          found = i;
          if (sum > target)
            break;
        }
    }

  return found;
}

/**
 * genlm_weights_sample:
 * @self: a vector
 * @uniform: a uniform number in the open interval (0, 1)
 * @token: (out): the token drawn
 * @logsumexp: (out) (optional): the logarithm of the total weight
 *
 * Draws a token with probability proportional to its weight.
 *
 * One number decides, by inverting the cumulative weights in index order. A
 * token of weight zero is never drawn. If all weights are zero, or one is
 * `+inf`, there is nothing to draw: @token is the end marker.
 *
 * Cost: a pass for the largest weight and one for the exponentials.
 *
 * Returns: whether a token was drawn
 *
 * Since: 0.1
 */
gboolean
genlm_weights_sample (GenlmWeights *self,
                      double        uniform,
                      guint32      *token,
                      double       *logsumexp)
{
  double sums[MAX_BLOCKS];
  gsize block, chosen = 0;
  double max, target, total = 0.0, below = 0.0;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (uniform > 0.0 && uniform < 1.0, FALSE);
  g_return_val_if_fail (token != NULL, FALSE);

  max = genlm_vec_max (self->values, self->size);
  if (!isfinite (max))
    {
      *token = (guint32) (self->size - 1);
      if (logsumexp != NULL)
        *logsumexp = max;
      return FALSE;
    }

  block = MAX (MIN_BLOCK, (self->size + MAX_BLOCKS - 1) / MAX_BLOCKS);
  for (gsize start = 0, b = 0; start < self->size; start += block, b++)
    {
      sums[b] = genlm_vec_sum_exp (self->values + start, MIN (block, self->size - start), max);
      total += sums[b];
    }

  /* Below the total however the product rounds, so the walk ends in a block
   * of positive weight. */
  target = MIN (uniform * total, nextafter (total, 0.0));
  while (below + sums[chosen] <= target)
    below += sums[chosen++];

  if (logsumexp != NULL)
    *logsumexp = max + log (total);
  *token = (guint32) find_in_block (self->values, chosen * block,
                                    MIN ((chosen + 1) * block, self->size),
                                    max, target - below);
  return TRUE;
}

/**
 * genlm_weights_find_invalid:
 * @self: a vector
 *
 * Finds the first entry that is not a weight: NaN or `+inf`.
 *
 * A vector found valid remembers it, so that each is read only once.
 *
 * Returns: its index, or -1 if all entries are weights
 *
 * Since: 0.1
 */
gssize
genlm_weights_find_invalid (GenlmWeights *self)
{
  gsize i = 0;

  g_return_val_if_fail (self != NULL, -1);

  if (g_atomic_int_get (&self->valid))
    return -1;

  if (genlm_vec_count_invalid (self->values, self->size) == 0)
    {
      g_atomic_int_set (&self->valid, TRUE);
      return -1;
    }

  /* A worker without a sandbox could change them meanwhile. */
  while (i < self->size - 1 && self->values[i] < INFINITY)
    i++;
  return (gssize) i;
}

/**
 * genlm_logsumexp:
 * @values: (array length=n_values): natural logarithms
 * @n_values: how many; 0 gives `-inf`
 *
 * Computes the logarithm of a sum without leaving the logarithms.
 *
 * NaN entries count as weight zero; check for them where they may come in.
 *
 * Returns: `log (sum (exp (values)))`, never NaN
 *
 * Since: 0.1
 */
double
genlm_logsumexp (const double *values,
                 gsize         n_values)
{
  double max;

  g_return_val_if_fail (values != NULL || n_values == 0, -INFINITY);

  max = genlm_vec_max (values, n_values);
  if (!isfinite (max))
    return max;

  return max + log (genlm_vec_sum_exp (values, n_values, max));
}

/**
 * genlm_logaddexp:
 * @a: a natural logarithm
 * @b: a natural logarithm
 *
 * Computes the logarithm of a sum of two.
 *
 * Returns: `log (exp (a) + exp (b))`
 *
 * Since: 0.1
 */
double
genlm_logaddexp (double a,
                 double b)
{
  double high = MAX (a, b);
  double low = MIN (a, b);

  if (!isfinite (high))
    return high;

  return high + log1p (exp (low - high));
}
