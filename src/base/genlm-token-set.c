/* A set of tokens as bits: the quickest answer of a potential whose weights
 * are only zero and one. */

#define G_LOG_DOMAIN "Genlm-Base"

#include "genlm-config.h"

#include "genlm-token-set.h"
#include "genlm-vec-private.h"
#include "genlm-weights.h"

#include <math.h>
#include <string.h>

#define WORD_BITS 64
#define N_WORDS(size) (((size) + WORD_BITS - 1) / WORD_BITS)
#define MAX_SIZE ((gsize) G_MAXINT)

/**
 * GenlmTokenSet:
 *
 * An immutable set of tokens of a vocabulary, the end marker included.
 *
 * One bit for each of the N + 1 ids: id i is bit `i % 64` of 64-bit word
 * `i / 64`. Bits from N + 1 on are zero.
 *
 * Threads: any, since nothing changes after construction.
 *
 * Since: 0.1
 */
struct _GenlmTokenSet
{
  /* Atomic. A sparse set has none before somebody wants them. */
  GBytes        *bytes;
  const guint64 *words;
  /* Of a sparse set: its tokens. */
  GBytes        *list;
  const guint32 *tokens;
  gsize          size;
  int            count;   /* atomic; -1: not counted yet */
};

G_DEFINE_BOXED_TYPE (GenlmTokenSet, genlm_token_set, genlm_token_set_ref, genlm_token_set_unref)

static GenlmTokenSet *
token_set_new_take (gsize   size,
                    GBytes *bytes)
{
  GenlmTokenSet *self = g_atomic_rc_box_new0 (GenlmTokenSet);

  self->bytes = bytes;
  self->words = g_bytes_get_data (bytes, NULL);
  self->size = size;
  self->count = -1;
  return self;
}

static void
set_bits (guint64       *words,
          const guint32 *tokens,
          gsize          n_tokens)
{
  for (gsize i = 0; i < n_tokens; i++)
    words[tokens[i] / WORD_BITS] |= G_GUINT64_CONSTANT (1) << tokens[i] % WORD_BITS;
}

/* Whichever thread comes first makes the words of a sparse set. */
static const guint64 *
expand (GenlmTokenSet *self)
{
  GBytes *expected = NULL;
  gpointer memory;
  GBytes *bytes = genlm_vec_alloc (N_WORDS (self->size) * sizeof (guint64), &memory);
  const guint64 *words;

  memset (memory, 0, N_WORDS (self->size) * sizeof (guint64));
  set_bits (memory, self->tokens, (gsize) self->count);
  if (!__atomic_compare_exchange_n (&self->bytes, &expected, bytes, FALSE, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
    {
      g_bytes_unref (bytes);
      bytes = expected;
    }
  words = g_bytes_get_data (bytes, NULL);
  __atomic_store_n (&self->words, words, __ATOMIC_RELEASE);
  return words;
}

static inline const guint64 *
get_words (GenlmTokenSet *self)
{
  const guint64 *words = __atomic_load_n (&self->words, __ATOMIC_ACQUIRE);

  return G_LIKELY (words != NULL) ? words : expand (self);
}

/* The bits of the last word that belong to the set. */
static guint64
last_word_mask (gsize size)
{
  return G_MAXUINT64 >> (N_WORDS (size) * WORD_BITS - size);
}

/**
 * genlm_token_set_new_for_tokens:
 * @size: number of ids, the end marker included; at least 1
 * @tokens: (array length=n_tokens): ids below @size, in any order
 * @n_tokens: how many
 *
 * Makes the set of the given tokens.
 *
 * Returns: (transfer full): the set
 *
 * Since: 0.1
 */
GenlmTokenSet *
genlm_token_set_new_for_tokens (gsize          size,
                                const guint32 *tokens,
                                gsize          n_tokens)
{
  g_autoptr (GenlmTokenSet) self = NULL;
  guint64 *words;

  g_return_val_if_fail (size > 0 && size <= MAX_SIZE, NULL);
  g_return_val_if_fail (tokens != NULL || n_tokens == 0, NULL);

  self = genlm_token_set_new_zeroed (size, &words);
  for (gsize i = 0; i < n_tokens; i++)
    g_return_val_if_fail (tokens[i] < size, NULL);
  set_bits (words, tokens, n_tokens);

  return g_steal_pointer (&self);
}

/**
 * genlm_token_set_new_from_bytes:
 * @size: number of ids, the end marker included; at least 1
 * @bits: 64-bit words in the byte order of the machine, just enough for @size
 * @error: return location for an error
 *
 * Makes a set that uses the memory of @bits in place.
 *
 * Memory that is not aligned to 8 bytes is copied.
 *
 * Errors: %G_IO_ERROR_INVALID_DATA if @size is out of range, @bits is not
 * `8 * ceil (size / 64)` bytes long, or a bit from @size on is set.
 *
 * Returns: (transfer full): the set
 *
 * Since: 0.1
 */
GenlmTokenSet *
genlm_token_set_new_from_bytes (gsize    size,
                                GBytes  *bits,
                                GError **error)
{
  g_autoptr (GenlmTokenSet) self = NULL;
  gsize n_words;

  g_return_val_if_fail (bits != NULL, NULL);

  if (size == 0 || size > MAX_SIZE)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "Failed to read a token set of size %" G_GSIZE_FORMAT ": "
                   "a size is between 1 and %d", size, G_MAXINT);
      return NULL;
    }

  n_words = N_WORDS (size);
  if (g_bytes_get_size (bits) != n_words * sizeof (guint64))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "Failed to read a token set of size %" G_GSIZE_FORMAT
                   " from %" G_GSIZE_FORMAT " bytes: it takes %" G_GSIZE_FORMAT,
                   size, g_bytes_get_size (bits), n_words * sizeof (guint64));
      return NULL;
    }

  self = token_set_new_take (size, genlm_vec_align (bits));
  if ((self->words[n_words - 1] & ~last_word_mask (size)) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "Failed to read a token set of size %" G_GSIZE_FORMAT ": "
                   "a bit at or after the size is set", size);
      return NULL;
    }

  return g_steal_pointer (&self);
}

/**
 * genlm_token_set_new_sparse: (skip)
 * @size: number of ids, the end marker included; at least 1
 * @tokens: 32-bit ids below @size, each greater than the one before
 *
 * Makes a set that is kept as a list, which suits sets of few tokens.
 *
 * It answers like any other. The words of [method@TokenSet.peek] and
 * [method@TokenSet.get_bytes] are made when they are first asked for.
 *
 * Returns: (transfer full): the set
 *
 * Since: 0.1
 */
GenlmTokenSet *
genlm_token_set_new_sparse (gsize   size,
                            GBytes *tokens)
{
  GenlmTokenSet *self;
  const guint32 *ids;
  gsize n;

  g_return_val_if_fail (size > 0 && size <= MAX_SIZE, NULL);
  g_return_val_if_fail (tokens != NULL, NULL);

  ids = g_bytes_get_data (tokens, &n);
  n /= sizeof (guint32);
  g_return_val_if_fail (n == 0 || ids[n - 1] < size, NULL);

  self = g_atomic_rc_box_new0 (GenlmTokenSet);
  self->list = g_bytes_ref (tokens);
  self->tokens = ids;
  self->size = size;
  self->count = (int) n;
  return self;
}

/**
 * genlm_token_set_new_zeroed: (skip)
 * @size: number of ids, the end marker included; at least 1
 * @words: (out): the memory to write
 *
 * Makes an empty set whose bits the caller fills in.
 *
 * @words must not be written after the set is shared, and bits from @size on
 * stay zero. The memory is aligned to 64 bytes.
 *
 * Returns: (transfer full): the set
 *
 * Since: 0.1
 */
GenlmTokenSet *
genlm_token_set_new_zeroed (gsize     size,
                            guint64 **words)
{
  gpointer memory;
  GBytes *bytes;

  g_return_val_if_fail (size > 0 && size <= MAX_SIZE, NULL);
  g_return_val_if_fail (words != NULL, NULL);

  bytes = genlm_vec_alloc (N_WORDS (size) * sizeof (guint64), &memory);
  memset (memory, 0, N_WORDS (size) * sizeof (guint64));
  *words = memory;
  return token_set_new_take (size, bytes);
}

/**
 * genlm_token_set_new_full:
 * @size: number of ids, the end marker included; at least 1
 *
 * Makes the set of all tokens.
 *
 * Returns: (transfer full): the set
 *
 * Since: 0.1
 */
GenlmTokenSet *
genlm_token_set_new_full (gsize size)
{
  GenlmTokenSet *self;
  guint64 *words;

  g_return_val_if_fail (size > 0 && size <= MAX_SIZE, NULL);

  self = genlm_token_set_new_zeroed (size, &words);
  memset (words, 0xff, N_WORDS (size) * sizeof (guint64));
  words[N_WORDS (size) - 1] = last_word_mask (size);
  return self;
}

/**
 * genlm_token_set_ref:
 * @self: a set
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 0.1
 */
GenlmTokenSet *
genlm_token_set_ref (GenlmTokenSet *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

static void
token_set_clear (gpointer data)
{
  GenlmTokenSet *self = data;

  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->list, g_bytes_unref);
}

/**
 * genlm_token_set_unref:
 * @self: (transfer full): a set
 *
 * Gives a reference back; the last one frees the set.
 *
 * Since: 0.1
 */
void
genlm_token_set_unref (GenlmTokenSet *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, token_set_clear);
}

/**
 * genlm_token_set_get_size:
 * @self: a set
 *
 * Gets how many ids there are, in the set or not, the end marker included.
 *
 * Returns: N + 1
 *
 * Since: 0.1
 */
gsize
genlm_token_set_get_size (GenlmTokenSet *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size;
}

/**
 * genlm_token_set_get_count:
 * @self: a set
 *
 * Counts the tokens of the set, once.
 *
 * Returns: the number of tokens in the set
 *
 * Since: 0.1
 */
gsize
genlm_token_set_get_count (GenlmTokenSet *self)
{
  int count;

  g_return_val_if_fail (self != NULL, 0);

  count = g_atomic_int_get (&self->count);
  if (count < 0)
    {
      count = (int) genlm_vec_popcount (self->words, N_WORDS (self->size));
      g_atomic_int_set (&self->count, count);
    }

  return (gsize) count;
}

static gboolean
is_listed (GenlmTokenSet *self,
           guint32        token)
{
  gsize first = 0;
  gsize end = (gsize) self->count;

  while (first < end)
    {
      gsize middle = first + (end - first) / 2;

      if (self->tokens[middle] < token)
        first = middle + 1;
      else
        end = middle;
    }
  return first < (gsize) self->count && self->tokens[first] == token;
}

/**
 * genlm_token_set_contains:
 * @self: a set
 * @token: any id
 *
 * Asks whether a token is in the set; an id from the size on never is.
 *
 * Returns: whether it is
 *
 * Since: 0.1
 */
gboolean
genlm_token_set_contains (GenlmTokenSet *self,
                          guint32        token)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (self->list != NULL)
    return is_listed (self, token);
  return token < self->size && (self->words[token / WORD_BITS] >> token % WORD_BITS & 1) != 0;
}

/**
 * genlm_token_set_peek: (skip)
 * @self: a set
 *
 * Gets the words themselves, as long as @self lives.
 *
 * Returns: (transfer none): `ceil (size / 64)` words
 *
 * Since: 0.1
 */
const guint64 *
genlm_token_set_peek (GenlmTokenSet *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return get_words (self);
}

/**
 * genlm_token_set_get_list: (skip)
 * @self: a set
 *
 * Gets the list of a set that is kept as one: 32-bit ids in ascending order.
 *
 * Returns: (transfer none) (nullable): the list; %NULL for a set that is kept
 *   as bits
 *
 * Since: 0.1
 */
GBytes *
genlm_token_set_get_list (GenlmTokenSet *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->list;
}

/**
 * genlm_token_set_get_bytes:
 * @self: a set
 *
 * Gets the memory of the set: 64-bit words in the byte order of the machine.
 *
 * Returns: (transfer none): the bytes
 *
 * Since: 0.1
 */
GBytes *
genlm_token_set_get_bytes (GenlmTokenSet *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  get_words (self);
  return self->bytes;
}

/**
 * genlm_token_set_dup_tokens:
 * @self: a set
 * @n_tokens: (out): how many there are
 *
 * Lists the tokens of the set.
 *
 * Returns: (transfer full) (array length=n_tokens): ids in ascending order
 *
 * Since: 0.1
 */
guint32 *
genlm_token_set_dup_tokens (GenlmTokenSet *self,
                            gsize         *n_tokens)
{
  guint32 *tokens;
  gsize n = 0;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (n_tokens != NULL, NULL);

  if (self->list != NULL)
    {
      *n_tokens = (gsize) self->count;
      return g_memdup2 (self->tokens, *n_tokens * sizeof (guint32));
    }

  tokens = g_new (guint32, genlm_token_set_get_count (self));
  for (gsize i = 0; i < N_WORDS (self->size); i++)
    for (guint64 word = self->words[i]; word != 0; word &= word - 1)
      tokens[n++] = (guint32) (i * WORD_BITS) + (guint32) __builtin_ctzll (word);

  *n_tokens = n;
  return tokens;
}

static GenlmTokenSet *
intersect_sparse (GenlmTokenSet *sparse,
                  GenlmTokenSet *other)
{
  g_autoptr (GBytes) list = NULL;
  guint32 *tokens = g_new (guint32, sparse->count);
  gsize n_tokens = 0;

  for (int i = 0; i < sparse->count; i++)
    if (genlm_token_set_contains (other, sparse->tokens[i]))
      tokens[n_tokens++] = sparse->tokens[i];
  list = g_bytes_new_take (tokens, n_tokens * sizeof (guint32));
  return genlm_token_set_new_sparse (sparse->size, list);
}

/**
 * genlm_token_set_intersect:
 * @self: a set
 * @other: a set of the same size
 *
 * Keeps the tokens that are in both sets.
 *
 * Returns: (transfer full): the set
 *
 * Since: 0.1
 */
GenlmTokenSet *
genlm_token_set_intersect (GenlmTokenSet *self,
                           GenlmTokenSet *other)
{
  GenlmTokenSet *result;
  guint64 *words;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (other != NULL, NULL);
  g_return_val_if_fail (self->size == other->size, NULL);

  if (self->list != NULL)
    return intersect_sparse (self, other);
  if (other->list != NULL)
    return intersect_sparse (other, self);

  result = genlm_token_set_new_zeroed (self->size, &words);
  genlm_vec_and (words, self->words, other->words, N_WORDS (self->size));
  return result;
}

/**
 * genlm_token_set_equal:
 * @self: a set
 * @other: a set
 *
 * Compares two sets by content.
 *
 * Returns: whether size and tokens are the same
 *
 * Since: 0.1
 */
gboolean
genlm_token_set_equal (GenlmTokenSet *self,
                       GenlmTokenSet *other)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (other != NULL, FALSE);

  if (self->list != NULL && other->list != NULL)
    return self->size == other->size && g_bytes_equal (self->list, other->list);
  return self->size == other->size &&
         memcmp (get_words (self), get_words (other), N_WORDS (self->size) * sizeof (guint64)) == 0;
}

/**
 * genlm_token_set_to_weights:
 * @self: a set
 *
 * Turns the set into log weights.
 *
 * Returns: (transfer full): 0 for the tokens of the set, `-inf` for the others
 *
 * Since: 0.1
 */
GenlmWeights *
genlm_token_set_to_weights (GenlmTokenSet *self)
{
  GenlmWeights *weights;
  double *out;

  g_return_val_if_fail (self != NULL, NULL);

  weights = genlm_weights_new_uninit (self->size, &out);
  if (self->list == NULL)
    genlm_vec_expand (out, self->words, self->size);
  else
    {
      for (gsize i = 0; i < self->size; i++)
        out[i] = -INFINITY;
      for (int i = 0; i < self->count; i++)
        out[self->tokens[i]] = 0.0;
    }
  return weights;
}
