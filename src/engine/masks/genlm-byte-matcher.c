#include "genlm-byte-matcher.h"

#include "genlm-mask-cache.h"
#include "genlm-trie-walk.h"

/* The matchers of one automaton. The list holds no references; it is locked
 * while one is taken from it and while one goes. */
typedef struct
{
  gatomicrefcount ref_count;
  GMutex          mutex;
  GPtrArray      *matchers;
  GenlmByteDfa   *dfa;
  guint64         max_memory;
} Family;

struct _GenlmByteMatcher
{
  guint           ref_count;
  Family         *family;
  GenlmByteDfa   *dfa;
  GenlmVocab     *vocab;
  gboolean        is_bytes;
  guint64         key;
  GenlmTrieWalk  *walk;
  GenlmMaskCache *masks;
};

static Family *
family_new (GenlmByteDfa *dfa,
            guint64       max_memory)
{
  Family *self = g_new0 (Family, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->matchers = g_ptr_array_new ();
  self->dfa = genlm_byte_dfa_ref (dfa);
  self->max_memory = max_memory;
  return self;
}

static void
family_unref (Family *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  genlm_byte_dfa_unref (self->dfa);
  g_ptr_array_unref (self->matchers);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* Takes the reference to the family, whose lock is held. */
static GenlmByteMatcher *
family_add (Family     *family,
            GenlmVocab *vocab)
{
  GenlmByteMatcher *self = g_new0 (GenlmByteMatcher, 1);

  self->ref_count = 1;
  self->family = family;
  self->dfa = family->dfa;
  self->vocab = genlm_vocab_ref (vocab);
  self->is_bytes = genlm_vocab_get_kind (vocab) == GENLM_VOCAB_KIND_BYTES;
  self->key = genlm_context_new_key ();
  self->walk = genlm_trie_walk_new (vocab);
  self->masks = genlm_mask_cache_new (family->max_memory);
  g_ptr_array_add (family->matchers, self);
  return self;
}

/* @max_memory bounds the masks that are kept, for each vocabulary. */
GenlmByteMatcher *
genlm_byte_matcher_new (GenlmByteDfa *dfa,
                        GenlmVocab   *vocab,
                        guint64       max_memory)
{
  Family *family = family_new (dfa, max_memory);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&family->mutex);

  return family_add (family, vocab);
}

/* The matcher of the same automaton over another vocabulary. */
GenlmByteMatcher *
genlm_byte_matcher_coerce (GenlmByteMatcher *self,
                           GenlmVocab       *vocab)
{
  Family *family = self->family;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&family->mutex);
  guint i;

  for (i = 0; i < family->matchers->len; i++)
    {
      GenlmByteMatcher *other = g_ptr_array_index (family->matchers, i);

      if (genlm_vocab_equal (other->vocab, vocab))
        {
          other->ref_count++;
          return other;
        }
    }
  g_atomic_ref_count_inc (&family->ref_count);
  return family_add (family, vocab);
}

GenlmByteMatcher *
genlm_byte_matcher_ref (GenlmByteMatcher *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->family->mutex);

  self->ref_count++;
  return self;
}

void
genlm_byte_matcher_unref (GenlmByteMatcher *self)
{
  Family *family = self->family;

  g_mutex_lock (&family->mutex);
  if (--self->ref_count > 0)
    {
      g_mutex_unlock (&family->mutex);
      return;
    }
  g_ptr_array_remove_fast (family->matchers, self);
  g_mutex_unlock (&family->mutex);
  genlm_mask_cache_unref (self->masks);
  genlm_trie_walk_unref (self->walk);
  genlm_vocab_unref (self->vocab);
  g_free (self);
  family_unref (family);
}

GenlmVocab *
genlm_byte_matcher_get_vocab (GenlmByteMatcher *self)
{
  return self->vocab;
}

GenlmByteDfa *
genlm_byte_matcher_get_dfa (GenlmByteMatcher *self)
{
  return self->dfa;
}

static GenlmByteState *
step_token (GenlmByteMatcher  *self,
            GenlmByteState    *state,
            guint32            token,
            GError           **error)
{
  const guint8 *bytes;
  gsize length;

  if (self->is_bytes)
    return genlm_byte_dfa_step (self->dfa, state, (guint8) token, error);
  bytes = genlm_vocab_peek_token (self->vocab, token, &length);
  return genlm_byte_dfa_walk (self->dfa, state, bytes, length, error);
}

/* Steps from @state, which is that of the first @start tokens, over the
 * others. The state before the last token is put on its node, too: other last
 * tokens are likely to be asked about next. */
static GenlmByteState *
step_suffix (GenlmByteMatcher  *self,
             GenlmContext      *context,
             gsize              start,
             GenlmByteState    *state,
             GError           **error)
{
  gsize n_tokens = genlm_context_get_length (context) - start;
  g_autofree guint32 *tokens = g_new (guint32, n_tokens);
  gsize i;

  genlm_context_copy_suffix (context, start, tokens);
  for (i = 0; i + 1 < n_tokens && state != self->dfa->dead; i++)
    {
      state = step_token (self, state, tokens[i], error);
      if (state == NULL)
        return NULL;
    }
  if (n_tokens > 1)
    genlm_context_put_state (genlm_context_get_parent (context), self->key, state, NULL);
  return step_token (self, state, tokens[n_tokens - 1], error);
}

/* The state after all tokens of a context, which are of the vocabulary. NULL
 * when a limit is passed. */
GenlmByteState *
genlm_byte_matcher_find_state (GenlmByteMatcher  *self,
                               GenlmContext      *context,
                               GError           **error)
{
  GenlmContext *known = context;
  GenlmByteState *state = genlm_context_get_state (context, self->key);
  gsize length = genlm_context_get_length (context);

  if (state != NULL)
    return state;
  while (state == NULL && genlm_context_get_length (known) > 0)
    {
      known = genlm_context_get_parent (known);
      state = genlm_context_get_state (known, self->key);
    }
  if (state == NULL)
    state = self->dfa->start;
  if (genlm_context_get_length (known) + 1 == length)
    state = step_token (self, state, genlm_context_get_last (context), error);
  else if (length > 0)
    state = step_suffix (self, context, genlm_context_get_length (known), state, error);
  if (state != NULL)
    genlm_context_put_state (context, self->key, state, NULL);
  return state;
}

/* The tokens that may follow in a state; NULL when a limit is passed. */
GenlmTokenSet *
genlm_byte_matcher_dup_mask (GenlmByteMatcher  *self,
                             GenlmByteState    *state,
                             GError           **error)
{
  GenlmTokenSet *mask = genlm_mask_cache_lookup (self->masks, state);

  if (mask != NULL)
    return mask;
  mask = genlm_trie_walk_mask (self->walk, self->dfa, state, error);
  if (mask != NULL)
    genlm_mask_cache_insert (self->masks, state, mask);
  return mask;
}

void
genlm_byte_matcher_clear_masks (GenlmByteMatcher *self)
{
  genlm_mask_cache_clear (self->masks);
}
