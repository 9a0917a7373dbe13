/* A vocabulary says which bytes each token id stands for. It is immutable, and
 * two vocabularies are the same when their contents are. The token trie is
 * built when it is first wanted. */

#define G_LOG_DOMAIN "Genlm-Base"

#include "genlm-vocab.h"
#include "genlm-context.h"
#include "genlm-trie-private.h"

#include <string.h>

/* What the packed trie node can hold. */
#define MAX_TOKENS (GENLM_TRIE_NO_TOKEN - 1)
#define MAX_NODES  (1u << 22)

#define VARIANT_TYPE "(uayaus)"

/**
 * GenlmVocab:
 *
 * Which bytes each token id stands for.
 *
 * There are `N` tokens with ids `0 … N - 1`, and the id `N` is the end of a
 * sequence, EOS. Several ids may stand for the same bytes, as in the vocabularies
 * of real models. Every potential over bytes has one vocabulary,
 * [func@Vocab.bytes]; a model has one of tokens.
 *
 * A vocabulary is immutable and may be used from any thread. Two are equal when
 * their contents are.
 *
 * Since: 0.1
 */
struct _GenlmVocab
{
  gatomicrefcount  refs;
  GenlmVocabKind   kind;
  guint32          size;
  guint64          hash;
  GBytes          *data;
  guint32         *offsets;     /* size + 1 */
  char            *eos_name;
  GenlmTrie       *trie;        /* g_once */
  GData           *qdata;
};

G_DEFINE_BOXED_TYPE (GenlmVocab, genlm_vocab, genlm_vocab_ref, genlm_vocab_unref)

/**
 * genlm_vocab_error_quark:
 *
 * Gets the domain of [error@VocabError].
 *
 * Returns: the quark of %GENLM_VOCAB_ERROR
 *
 * Since: 0.1
 */
G_DEFINE_QUARK (genlm-vocab-error-quark, genlm_vocab_error)

static guint64
hash_bytes (guint64       hash,
            const guint8 *bytes,
            gsize         length)
{
  /* FNV-1a, 64 bits. */
  for (gsize i = 0; i < length; i++)
    hash = (hash ^ bytes[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash;
}

static guint64
compute_hash (GenlmVocab *self)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (self->data, &length);
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325) ^ self->kind;

  hash = hash_bytes (hash, bytes, length);
  for (guint32 i = 0; i <= self->size; i++)
    {
      guint32 offset = GUINT32_TO_LE (self->offsets[i]);

      hash = hash_bytes (hash, (const guint8 *) &offset, sizeof offset);
    }
  return hash_bytes (hash, (const guint8 *) self->eos_name, strlen (self->eos_name));
}

/* Takes the offsets; everything has been checked. */
static GenlmVocab *
vocab_new_take (GenlmVocabKind  kind,
                GBytes         *data,
                guint32        *offsets,
                guint32         size,
                const char     *eos_name)
{
  GenlmVocab *self = g_new0 (GenlmVocab, 1);

  g_atomic_ref_count_init (&self->refs);
  self->kind = kind;
  self->size = size;
  self->data = g_bytes_ref (data);
  self->offsets = offsets;
  self->eos_name = g_strdup (eos_name != NULL ? eos_name : "EOS");
  self->hash = compute_hash (self);
  return self;
}

/**
 * genlm_vocab_bytes:
 *
 * Gets the vocabulary of the 256 single bytes, which every byte-level
 * potential has.
 *
 * Returns: (transfer none): the one byte vocabulary
 * Since: 0.1
 */
GenlmVocab *
genlm_vocab_bytes (void)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      guint8 all[256];
      guint32 *offsets = g_new (guint32, 257);
      g_autoptr (GBytes) data = NULL;

      for (guint i = 0; i < 256; i++)
        {
          all[i] = (guint8) i;
          offsets[i] = i;
        }
      offsets[256] = 256;
      data = g_bytes_new (all, sizeof all);
      g_once_init_leave (&once, (gsize) vocab_new_take (GENLM_VOCAB_KIND_BYTES, data, offsets, 256, NULL));
    }
  return (GenlmVocab *) once;
}

/**
 * genlm_vocab_new_flat:
 * @data: the bytes of all tokens, one after the other
 * @offsets: (array length=n_offsets): where each token begins in @data, and
 *   at the end where the last one ends
 * @n_offsets: the number of tokens plus one
 * @eos_name: (nullable): what to show for the end of a sequence, %NULL for `EOS`
 * @error: return location for an error
 *
 * Makes a vocabulary of tokens. Several tokens may have the same bytes, and a
 * token may have none.
 *
 * Errors: %GENLM_VOCAB_ERROR_EMPTY, %GENLM_VOCAB_ERROR_INVALID, %GENLM_VOCAB_ERROR_LIMIT.
 *
 * Returns: (transfer full): the vocabulary
 * Since: 0.1
 */
GenlmVocab *
genlm_vocab_new_flat (GBytes         *data,
                      const guint32  *offsets,
                      gsize           n_offsets,
                      const char     *eos_name,
                      GError        **error)
{
  gsize size;

  g_return_val_if_fail (data != NULL, NULL);
  g_return_val_if_fail (offsets != NULL || n_offsets == 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (n_offsets < 2)
    {
      g_set_error (error, GENLM_VOCAB_ERROR, GENLM_VOCAB_ERROR_EMPTY,
                   "Failed to make a vocabulary: it has no tokens");
      return NULL;
    }
  size = n_offsets - 1;
  if (size > MAX_TOKENS || g_bytes_get_size (data) >= MAX_NODES)
    {
      g_set_error (error, GENLM_VOCAB_ERROR, GENLM_VOCAB_ERROR_LIMIT,
                   "Failed to make a vocabulary of %" G_GSIZE_FORMAT " tokens and %" G_GSIZE_FORMAT " bytes: "
                   "at most %u tokens and %u bytes are possible",
                   size, g_bytes_get_size (data), MAX_TOKENS, MAX_NODES - 1);
      return NULL;
    }
  if (offsets[0] != 0 || offsets[size] != g_bytes_get_size (data))
    {
      g_set_error (error, GENLM_VOCAB_ERROR, GENLM_VOCAB_ERROR_INVALID,
                   "Failed to make a vocabulary: the tokens span %u to %u of %" G_GSIZE_FORMAT " bytes",
                   offsets[0], offsets[size], g_bytes_get_size (data));
      return NULL;
    }
  for (gsize i = 0; i < size; i++)
    {
      if (offsets[i + 1] < offsets[i])
        {
          g_set_error (error, GENLM_VOCAB_ERROR, GENLM_VOCAB_ERROR_INVALID,
                       "Failed to make a vocabulary: token %" G_GSIZE_FORMAT " ends before it begins", i);
          return NULL;
        }
      if (offsets[i + 1] - offsets[i] > GENLM_TRIE_MAX_DEPTH)
        {
          g_set_error (error, GENLM_VOCAB_ERROR, GENLM_VOCAB_ERROR_LIMIT,
                       "Failed to make a vocabulary: token %" G_GSIZE_FORMAT " has %u bytes, at most %u are possible",
                       i, offsets[i + 1] - offsets[i], GENLM_TRIE_MAX_DEPTH);
          return NULL;
        }
    }

  return vocab_new_take (GENLM_VOCAB_KIND_TOKENS, data,
                         g_memdup2 (offsets, n_offsets * sizeof (guint32)), (guint32) size, eos_name);
}

/**
 * genlm_vocab_new:
 * @tokens: an array of byte strings (`aay`), the tokens in the order of their ids
 * @eos_name: (nullable): what to show for the end of a sequence, %NULL for `EOS`
 * @error: return location for an error
 *
 * Makes a vocabulary of tokens.
 *
 * If @tokens is floating it is consumed.
 *
 * Errors: %GENLM_VOCAB_ERROR_EMPTY, %GENLM_VOCAB_ERROR_INVALID, %GENLM_VOCAB_ERROR_LIMIT.
 *
 * Returns: (transfer full): the vocabulary
 * Since: 0.1
 */
GenlmVocab *
genlm_vocab_new (GVariant    *tokens,
                 const char  *eos_name,
                 GError     **error)
{
  g_autoptr (GVariant) list = NULL;
  g_autoptr (GByteArray) flat = g_byte_array_new ();
  g_autoptr (GArray) offsets = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GBytes) data = NULL;
  gsize n;

  g_return_val_if_fail (tokens != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  list = g_variant_ref_sink (tokens);
  if (!g_variant_is_of_type (list, G_VARIANT_TYPE ("aay")))
    {
      g_set_error (error, GENLM_VOCAB_ERROR, GENLM_VOCAB_ERROR_INVALID,
                   "Failed to make a vocabulary: the tokens have type “%s”, wanted is “aay”, an array of byte strings",
                   g_variant_get_type_string (list));
      return NULL;
    }

  n = g_variant_n_children (list);
  for (gsize i = 0; i <= n; i++)
    {
      guint32 offset = flat->len;

      g_array_append_val (offsets, offset);
      if (i < n)
        {
          g_autoptr (GVariant) token = g_variant_get_child_value (list, i);
          gsize length;
          const guint8 *bytes = g_variant_get_fixed_array (token, &length, 1);

          if (length > 0)
            g_byte_array_append (flat, bytes, length);
        }
    }
  data = g_byte_array_free_to_bytes (g_steal_pointer (&flat));
  return genlm_vocab_new_flat (data, (const guint32 *) offsets->data, offsets->len, eos_name, error);
}

/**
 * genlm_vocab_to_variant:
 * @self: a vocabulary
 *
 * Flattens the vocabulary so that another process can make an equal one with
 * [ctor@Vocab.new_from_variant].
 *
 * Returns: (transfer none): a floating variant of type `(uayaus)`: the kind, all bytes,
 *   where each token begins and the last one ends, the name of EOS
 * Since: 0.1
 */
GVariant *
genlm_vocab_to_variant (GenlmVocab *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_variant_new ("(u@ay@aus)",
                        (guint32) self->kind,
                        g_variant_new_from_bytes (G_VARIANT_TYPE ("ay"), self->data, TRUE),
                        g_variant_new_fixed_array (G_VARIANT_TYPE_UINT32, self->offsets,
                                                   (gsize) self->size + 1, sizeof (guint32)),
                        self->eos_name);
}

/**
 * genlm_vocab_new_from_variant:
 * @variant: what [method@Vocab.to_variant] made
 * @error: return location for an error
 *
 * Makes a vocabulary from its flat form. If @variant is floating it is
 * consumed. Nothing about it is trusted.
 *
 * Errors: %GENLM_VOCAB_ERROR_EMPTY, %GENLM_VOCAB_ERROR_INVALID, %GENLM_VOCAB_ERROR_LIMIT.
 *
 * Returns: (transfer full): the vocabulary
 * Since: 0.1
 */
GenlmVocab *
genlm_vocab_new_from_variant (GVariant  *variant,
                              GError   **error)
{
  g_autoptr (GVariant) flat = NULL;
  g_autoptr (GVariant) bytes = NULL;
  g_autoptr (GVariant) offsets = NULL;
  g_autoptr (GBytes) data = NULL;
  const guint32 *starts;
  const char *eos_name;
  guint32 kind;
  gsize n_starts;

  g_return_val_if_fail (variant != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  flat = g_variant_ref_sink (variant);
  if (!g_variant_is_of_type (flat, G_VARIANT_TYPE (VARIANT_TYPE)))
    {
      g_set_error (error, GENLM_VOCAB_ERROR, GENLM_VOCAB_ERROR_INVALID,
                   "Failed to read a vocabulary: the type is “%s”, wanted is “%s”",
                   g_variant_get_type_string (flat), VARIANT_TYPE);
      return NULL;
    }

  g_variant_get (flat, "(u@ay@au&s)", &kind, &bytes, &offsets, &eos_name);
  if (kind == GENLM_VOCAB_KIND_BYTES)
    return genlm_vocab_ref (genlm_vocab_bytes ());
  if (kind != GENLM_VOCAB_KIND_TOKENS)
    {
      g_set_error (error, GENLM_VOCAB_ERROR, GENLM_VOCAB_ERROR_INVALID,
                   "Failed to read a vocabulary: %u is not a kind of vocabulary", kind);
      return NULL;
    }
  data = g_variant_get_data_as_bytes (bytes);
  starts = g_variant_get_fixed_array (offsets, &n_starts, sizeof (guint32));
  return genlm_vocab_new_flat (data, starts, n_starts, eos_name, error);
}

/**
 * genlm_vocab_ref:
 * @self: a vocabulary
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */
GenlmVocab *
genlm_vocab_ref (GenlmVocab *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * genlm_vocab_unref:
 * @self: (transfer full): a vocabulary
 *
 * Gives back a reference.
 *
 * Since: 0.1
 */
void
genlm_vocab_unref (GenlmVocab *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_datalist_clear (&self->qdata);
  g_clear_pointer (&self->trie, genlm_trie_free);
  g_bytes_unref (self->data);
  g_free (self->offsets);
  g_free (self->eos_name);
  g_free (self);
}

/**
 * genlm_vocab_get_kind:
 * @self: a vocabulary
 *
 * Tells whether ids are bytes or tokens of a model.
 *
 * Returns: the kind
 * Since: 0.1
 */
GenlmVocabKind
genlm_vocab_get_kind (GenlmVocab *self)
{
  g_return_val_if_fail (self != NULL, GENLM_VOCAB_KIND_BYTES);

  return self->kind;
}

/**
 * genlm_vocab_get_size:
 * @self: a vocabulary
 *
 * Gets the number of tokens, N; EOS is not one of them. Weights and token sets
 * over the vocabulary have N + 1 entries.
 *
 * Returns: N, at least 1
 * Since: 0.1
 */
guint32
genlm_vocab_get_size (GenlmVocab *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size;
}

/**
 * genlm_vocab_get_eos:
 * @self: a vocabulary
 *
 * Gets the id that stands for the end of a sequence, which is the size.
 *
 * Returns: the id of EOS
 * Since: 0.1
 */
guint32
genlm_vocab_get_eos (GenlmVocab *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size;
}

/**
 * genlm_vocab_get_eos_name:
 * @self: a vocabulary
 *
 * Gets what to show for the end of a sequence.
 *
 * Returns: the name
 * Since: 0.1
 */
const char *
genlm_vocab_get_eos_name (GenlmVocab *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->eos_name;
}

/**
 * genlm_vocab_peek_token: (skip)
 * @self: a vocabulary
 * @token: an id below the size
 * @length: (out): the number of bytes
 *
 * Gets a token's bytes without a copy.
 *
 * Returns: the bytes, not terminated, which live as long as @self
 * Since: 0.1
 */
const guint8 *
genlm_vocab_peek_token (GenlmVocab *self,
                        guint32     token,
                        gsize      *length)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (token < self->size, NULL);

  *length = self->offsets[token + 1] - self->offsets[token];
  return (const guint8 *) g_bytes_get_data (self->data, NULL) + self->offsets[token];
}

/**
 * genlm_vocab_dup_token:
 * @self: a vocabulary
 * @token: an id, at most the size
 *
 * Gets a token's bytes. EOS has none.
 *
 * Returns: (transfer full): the bytes
 * Since: 0.1
 */
GBytes *
genlm_vocab_dup_token (GenlmVocab *self,
                       guint32     token)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (token <= self->size, NULL);

  if (token == self->size)
    return g_bytes_new_static ("", 0);
  return g_bytes_new_from_bytes (self->data, self->offsets[token],
                                 self->offsets[token + 1] - self->offsets[token]);
}

/* The index of the node for one more byte below a node whose children are
 * [begin, end), or @end. */
static guint32
find_child (const GenlmTrie *trie,
            guint32          begin,
            guint32          end,
            guint8           byte)
{
  guint32 i = begin;

  while (i < end && GENLM_TRIE_NODE_BYTE (&trie->nodes[i]) < byte)
    i += GENLM_TRIE_NODE_EXTENT (&trie->nodes[i]);
  return i < end && GENLM_TRIE_NODE_BYTE (&trie->nodes[i]) == byte ? i : end;
}

/* The node that spells exactly these bytes, or n_nodes. */
static guint32
find_node (const GenlmTrie *trie,
           const guint8    *bytes,
           gsize            length)
{
  guint32 begin = 0;
  guint32 end = trie->n_nodes;
  guint32 node = trie->n_nodes;

  for (gsize i = 0; i < length; i++)
    {
      node = find_child (trie, begin, end, bytes[i]);
      if (node == end)
        return trie->n_nodes;
      begin = node + 1;
      end = node + GENLM_TRIE_NODE_EXTENT (&trie->nodes[node]);
    }
  return node;
}

/**
 * genlm_vocab_find_all:
 * @self: a vocabulary
 * @bytes: what a token spells
 * @n_tokens: (out): how many there are
 *
 * Finds every token with exactly these bytes.
 *
 * Returns: (array length=n_tokens) (transfer full): the ids, ascending
 * Since: 0.1
 */
guint32 *
genlm_vocab_find_all (GenlmVocab *self,
                      GBytes     *bytes,
                      gsize      *n_tokens)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (guint32));
  const GenlmTrie *trie;
  const guint8 *data;
  gsize length;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (bytes != NULL, NULL);
  g_return_val_if_fail (n_tokens != NULL, NULL);

  trie = genlm_vocab_get_trie (self);
  data = g_bytes_get_data (bytes, &length);
  if (length == 0)
    {
      g_array_append_vals (found, trie->empty_tokens, trie->n_empty_tokens);
    }
  else
    {
      guint32 i = find_node (trie, data, length);

      /* Those that spell the same follow the first one's subtree. */
      while (i < trie->n_nodes &&
             GENLM_TRIE_NODE_TOKEN (&trie->nodes[i]) != GENLM_TRIE_NO_TOKEN &&
             GENLM_TRIE_NODE_BYTE (&trie->nodes[i]) == data[length - 1] &&
             GENLM_TRIE_NODE_DEPTH (&trie->nodes[i]) == length)
        {
          guint32 id = GENLM_TRIE_NODE_TOKEN (&trie->nodes[i]);

          g_array_append_val (found, id);
          i += GENLM_TRIE_NODE_EXTENT (&trie->nodes[i]);
        }
    }
  *n_tokens = found->len;
  return (guint32 *) g_array_free (g_steal_pointer (&found), FALSE);
}

/**
 * genlm_vocab_find:
 * @self: a vocabulary
 * @bytes: what a token spells
 * @token: (out): the lowest id with these bytes
 *
 * Finds a token by its bytes.
 *
 * Returns: whether there is one
 * Since: 0.1
 */
gboolean
genlm_vocab_find (GenlmVocab *self,
                  GBytes     *bytes,
                  guint32    *token)
{
  g_autofree guint32 *found = NULL;
  gsize n;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);
  g_return_val_if_fail (token != NULL, FALSE);

  found = genlm_vocab_find_all (self, bytes, &n);
  *token = n > 0 ? found[0] : 0;
  return n > 0;
}

/**
 * genlm_vocab_equal:
 * @self: a vocabulary
 * @other: another
 *
 * Tells whether two vocabularies have the same kind, tokens and EOS name.
 *
 * Returns: %TRUE if they are equal
 * Since: 0.1
 */
gboolean
genlm_vocab_equal (GenlmVocab *self,
                   GenlmVocab *other)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (other != NULL, FALSE);

  if (self == other)
    return TRUE;
  return self->hash == other->hash &&
         self->kind == other->kind &&
         self->size == other->size &&
         memcmp (self->offsets, other->offsets, ((gsize) self->size + 1) * sizeof (guint32)) == 0 &&
         g_bytes_equal (self->data, other->data) &&
         g_str_equal (self->eos_name, other->eos_name);
}

/**
 * genlm_vocab_get_hash:
 * @self: a vocabulary
 *
 * Gets a hash of the content, the same in every process.
 *
 * Returns: the hash
 * Since: 0.1
 */
guint64
genlm_vocab_get_hash (GenlmVocab *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->hash;
}

/**
 * genlm_vocab_to_string:
 * @self: a vocabulary
 *
 * Describes the vocabulary for error messages: kind, size, and enough of a
 * hash to tell two apart.
 *
 * Returns: (transfer full): the description
 * Since: 0.1
 */
char *
genlm_vocab_to_string (GenlmVocab *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (self->kind == GENLM_VOCAB_KIND_BYTES)
    return g_strdup ("bytes");
  return g_strdup_printf ("%u tokens (%08x)", self->size, (guint) (self->hash >> 32));
}

/**
 * genlm_vocab_decode:
 * @self: a vocabulary
 * @context: a context over it
 *
 * Concatenates the bytes of the tokens. EOS has none; neither has an id
 * outside the vocabulary.
 *
 * Returns: (transfer full): the bytes, which need not be valid UTF-8
 * Since: 0.1
 */
GBytes *
genlm_vocab_decode (GenlmVocab   *self,
                    GenlmContext *context)
{
  g_autofree guint32 *tokens = NULL;
  GByteArray *text;
  gsize n;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (context != NULL, NULL);

  tokens = genlm_context_dup_tokens (context, &n);
  text = g_byte_array_new ();
  for (gsize i = 0; i < n; i++)
    {
      if (tokens[i] < self->size)
        {
          gsize length;
          const guint8 *bytes = genlm_vocab_peek_token (self, tokens[i], &length);

          g_byte_array_append (text, bytes, length);
        }
    }
  return g_byte_array_free_to_bytes (text);
}

/**
 * genlm_vocab_encode:
 * @self: a vocabulary
 * @text: the bytes to spell
 * @error: return location for an error
 *
 * Spells a text with the longest token that fits at each place.
 *
 * This is not a model's own tokenisation, but over the same bytes; use it to
 * ask constraints about a text.
 *
 * Errors: %GENLM_VOCAB_ERROR_NO_TOKEN where no token fits, with the place.
 *
 * Returns: (transfer full): the tokens
 * Since: 0.1
 */
GenlmContext *
genlm_vocab_encode (GenlmVocab  *self,
                    GBytes      *text,
                    GError     **error)
{
  g_autoptr (GenlmContext) context = genlm_context_new ();
  const GenlmTrie *trie;
  const guint8 *data;
  gsize length;
  gsize at = 0;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  trie = genlm_vocab_get_trie (self);
  data = g_bytes_get_data (text, &length);
  while (at < length)
    {
      guint32 begin = 0;
      guint32 end = trie->n_nodes;
      guint32 token = GENLM_TRIE_NO_TOKEN;
      gsize token_end = at;

      for (gsize i = at; i < length; i++)
        {
          guint32 node = find_child (trie, begin, end, data[i]);

          if (node == end)
            break;
          if (GENLM_TRIE_NODE_TOKEN (&trie->nodes[node]) != GENLM_TRIE_NO_TOKEN)
            {
              token = GENLM_TRIE_NODE_TOKEN (&trie->nodes[node]);
              token_end = i + 1;
            }
          begin = node + 1;
          end = node + GENLM_TRIE_NODE_EXTENT (&trie->nodes[node]);
        }
      if (token == GENLM_TRIE_NO_TOKEN)
        {
          g_set_error (error, GENLM_VOCAB_ERROR, GENLM_VOCAB_ERROR_NO_TOKEN,
                       "Failed to spell a text with the vocabulary: no token begins with byte 0x%02x at offset %" G_GSIZE_FORMAT,
                       data[at], at);
          return NULL;
        }
      {
        GenlmContext *longer = genlm_context_append (context, token);

        genlm_context_unref (context);
        context = longer;
      }
      at = token_end;
    }
  return g_steal_pointer (&context);
}

/**
 * genlm_vocab_escape_context:
 * @self: a vocabulary
 * @context: a context over it
 *
 * Writes a context so that a person can read it in a message: at most its
 * last 80 bytes, quoted, with escapes for what cannot be shown.
 *
 * Returns: (transfer full): the text
 * Since: 0.1
 */
char *
genlm_vocab_escape_context (GenlmVocab   *self,
                            GenlmContext *context)
{
  g_autoptr (GBytes) bytes = NULL;
  GString *out;
  const guint8 *data;
  gsize length;
  gsize start;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (context != NULL, NULL);

  bytes = genlm_vocab_decode (self, context);
  data = g_bytes_get_data (bytes, &length);
  start = length > 80 ? length - 80 : 0;
  out = g_string_new (start > 0 ? "“…" : "“");
  for (gsize i = start; i < length; i++)
    {
      gunichar c = g_utf8_get_char_validated ((const char *) data + i, length - i);

      if (data[i] == '\n')
        g_string_append (out, "\\n");
      else if (c < 0x80 && g_ascii_isprint (data[i]))
        g_string_append_c (out, data[i]);
      else if (c >= 0x80 && c <= 0x10ffff && g_unichar_isprint (c))
        {
          g_string_append_unichar (out, c);
          i += g_unichar_to_utf8 (c, NULL) - 1;
        }
      else
        g_string_append_printf (out, "\\x%02x", data[i]);
    }
  g_string_append (out, "”");
  return g_string_free (out, FALSE);
}

/**
 * genlm_vocab_get_trie: (skip)
 * @self: a vocabulary
 *
 * Gets the token trie, built at the first call.
 *
 * Threads: any.
 *
 * Returns: (transfer none): the trie, which lives as long as @self
 * Since: 0.1
 */
const GenlmTrie *
genlm_vocab_get_trie (GenlmVocab *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (g_once_init_enter (&self->trie))
    {
      const guint8 *data = g_bytes_get_data (self->data, NULL);

      g_once_init_leave (&self->trie, genlm_trie_new (data, self->offsets, self->size));
    }
  return self->trie;
}

/**
 * genlm_vocab_get_qdata: (skip)
 * @self: a vocabulary
 * @quark: a name
 *
 * Gets what was kept with the vocabulary under a name.
 *
 * Returns: (transfer none) (nullable): the data
 * Since: 0.1
 */
gpointer
genlm_vocab_get_qdata (GenlmVocab *self,
                       GQuark      quark)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_datalist_id_get_data (&self->qdata, quark);
}

/**
 * genlm_vocab_set_qdata: (skip)
 * @self: a vocabulary
 * @quark: a name
 * @data: (nullable): what to keep, or %NULL for nothing
 * @destroy: (nullable): how to free it
 *
 * Keeps something with the vocabulary for as long as it lives: what was found
 * out about its tokens and is worth having when it is needed again.
 *
 * What was kept under the name before is freed. @destroy must not use the
 * vocabulary, which may be on its way out.
 *
 * Since: 0.1
 */
void
genlm_vocab_set_qdata (GenlmVocab     *self,
                       GQuark          quark,
                       gpointer        data,
                       GDestroyNotify  destroy)
{
  g_return_if_fail (self != NULL);

  g_datalist_id_set_data_full (&self->qdata, quark, data, destroy);
}
