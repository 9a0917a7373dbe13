/* A context is a token sequence that shares its prefix with others.
 *
 * Each node holds one token and a reference to its parent, so appending is
 * O(1) and a thousand particles that start alike store their start once.
 * Potentials hang what they know about a context on its node; that is what
 * makes them incremental although every call names the whole context. */

#define G_LOG_DOMAIN "Genlm-Base"

#include "genlm-context.h"

#include <string.h>

typedef struct _ContextState ContextState;

struct _ContextState
{
  ContextState   *next;
  guint64         key;
  gpointer        state;
  GDestroyNotify  destroy;
};

/**
 * GenlmContext:
 *
 * A token sequence that shares its beginning with others.
 *
 * A context is a node with one token and a parent, so that appending takes
 * constant time and particles that start alike store their start once. It is
 * immutable and may be used from any thread.
 *
 * Potentials written in C keep what they know about a context on its node
 * ([method@Context.put_state]), which makes them incremental although every call
 * names the whole context. Scripts keep no state there.
 *
 * Since: 0.1
 */
struct _GenlmContext
{
  int              refs;        /* atomic; GLib's counters are calls, and these are hot */
  guint32          token;
  guint32          max_token;   /* of all tokens: one comparison checks them all */
  gsize            length;
  guint64          hash;
  GenlmContext    *parent;
  ContextState    *states;      /* atomic; grows at the head, shrinks never */
};

G_DEFINE_BOXED_TYPE (GenlmContext, genlm_context, genlm_context_ref, genlm_context_unref)

static inline guint64
hash_append (guint64 hash,
             guint32 token)
{
  /* The finaliser of splitmix64: every bit of both inputs reaches every bit
   * of the hash, so that equal lengths with permuted tokens differ. */
  guint64 h = hash * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + token + 1;

  h = (h ^ (h >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  h = (h ^ (h >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return h ^ (h >> 31);
}

/**
 * genlm_context_new:
 *
 * Makes an empty context.
 *
 * Contexts that grow from the same empty context share their nodes, and so
 * what potentials have learnt about them.
 *
 * Returns: (transfer full): the empty context
 * Since: 0.1
 */
GenlmContext *
genlm_context_new (void)
{
  GenlmContext *self = g_new0 (GenlmContext, 1);

  self->refs = 1;
  return self;
}

/**
 * genlm_context_new_from_bytes:
 * @bytes: any bytes
 *
 * Makes a context over the byte vocabulary: each byte is a token.
 *
 * Returns: (transfer full): the context
 * Since: 0.1
 */
GenlmContext *
genlm_context_new_from_bytes (GBytes *bytes)
{
  g_autoptr (GenlmContext) root = genlm_context_new ();

  g_return_val_if_fail (bytes != NULL, NULL);

  return genlm_context_append_bytes (root, bytes);
}

/**
 * genlm_context_new_for_tokens:
 * @tokens: (array length=n_tokens) (nullable): token ids
 * @n_tokens: how many there are
 *
 * Makes a context of the given tokens.
 *
 * Ids are checked against a vocabulary when a potential is asked, not here.
 *
 * Returns: (transfer full): the context
 * Since: 0.1
 */
GenlmContext *
genlm_context_new_for_tokens (const guint32 *tokens,
                              gsize          n_tokens)
{
  g_autoptr (GenlmContext) root = genlm_context_new ();

  g_return_val_if_fail (tokens != NULL || n_tokens == 0, NULL);

  return genlm_context_append_tokens (root, tokens, n_tokens);
}

/**
 * genlm_context_ref:
 * @self: a context
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */
GenlmContext *
genlm_context_ref (GenlmContext *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  __atomic_add_fetch (&self->refs, 1, __ATOMIC_RELAXED);
  return self;
}

static void
free_states (ContextState *state)
{
  while (state != NULL)
    {
      ContextState *next = state->next;

      if (state->destroy != NULL)
        state->destroy (state->state);
      g_free (state);
      state = next;
    }
}

/**
 * genlm_context_unref:
 * @self: (transfer full): a context
 *
 * Gives back a reference. With the last one go the node, what potentials
 * keep on it, and its hold on the parent.
 *
 * Since: 0.1
 */
void
genlm_context_unref (GenlmContext *self)
{
  g_return_if_fail (self != NULL);

  /* A loop: a context may be millions of nodes long. */
  while (self != NULL && __atomic_sub_fetch (&self->refs, 1, __ATOMIC_ACQ_REL) == 0)
    {
      GenlmContext *parent = self->parent;

      free_states (self->states);
      g_free (self);
      self = parent;
    }
}

/* Takes the caller's reference to the parent. */
static GenlmContext *
append_take (GenlmContext *parent,
             guint32       token)
{
  GenlmContext *self = g_new (GenlmContext, 1);

  self->refs = 1;
  self->token = token;
  self->max_token = MAX (token, parent->max_token);
  self->length = parent->length + 1;
  self->hash = hash_append (parent->hash, token);
  self->parent = parent;
  self->states = NULL;
  return self;
}

/**
 * genlm_context_append:
 * @self: a context
 * @token: a token id
 *
 * Makes the context that is @self followed by @token, in constant time.
 *
 * Returns: (transfer full): the longer context
 * Since: 0.1
 */
GenlmContext *
genlm_context_append (GenlmContext *self,
                      guint32       token)
{
  g_return_val_if_fail (self != NULL, NULL);

  return append_take (genlm_context_ref (self), token);
}

/**
 * genlm_context_append_tokens:
 * @self: a context
 * @tokens: (array length=n_tokens) (nullable): token ids
 * @n_tokens: how many there are
 *
 * Makes the context that is @self followed by all of @tokens.
 *
 * Returns: (transfer full): the longer context
 * Since: 0.1
 */
GenlmContext *
genlm_context_append_tokens (GenlmContext  *self,
                             const guint32 *tokens,
                             gsize          n_tokens)
{
  GenlmContext *last;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (tokens != NULL || n_tokens == 0, NULL);

  last = genlm_context_ref (self);
  for (gsize i = 0; i < n_tokens; i++)
    last = append_take (last, tokens[i]);
  return last;
}

/**
 * genlm_context_append_bytes:
 * @self: a context over the byte vocabulary
 * @bytes: any bytes
 *
 * Makes the context that is @self followed by each byte of @bytes.
 *
 * Returns: (transfer full): the longer context
 * Since: 0.1
 */
GenlmContext *
genlm_context_append_bytes (GenlmContext *self,
                            GBytes       *bytes)
{
  const guint8 *data;
  gsize size;
  GenlmContext *last;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (bytes != NULL, NULL);

  data = g_bytes_get_data (bytes, &size);
  last = genlm_context_ref (self);
  for (gsize i = 0; i < size; i++)
    last = append_take (last, data[i]);
  return last;
}

/**
 * genlm_context_get_length:
 * @self: a context
 *
 * Gets the number of tokens, EOS included if it is there.
 *
 * Returns: the length
 * Since: 0.1
 */
gsize
genlm_context_get_length (GenlmContext *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->length;
}

/**
 * genlm_context_get_parent:
 * @self: a context
 *
 * Gets the context without its last token.
 *
 * Returns: (transfer none) (nullable): the parent, %NULL of an empty context
 * Since: 0.1
 */
GenlmContext *
genlm_context_get_parent (GenlmContext *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->parent;
}

/**
 * genlm_context_get_last:
 * @self: a context that is not empty
 *
 * Gets the last token.
 *
 * Returns: the id
 * Since: 0.1
 */
guint32
genlm_context_get_last (GenlmContext *self)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (self->parent != NULL, 0);

  return self->token;
}

/**
 * genlm_context_get_max_token:
 * @self: a context
 *
 * Gets the largest id in the context, in constant time: a context fits a
 * vocabulary if this is below its size.
 *
 * Returns: the largest id, 0 of an empty context
 * Since: 0.1
 */
guint32
genlm_context_get_max_token (GenlmContext *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->max_token;
}

/**
 * genlm_context_dup_tokens:
 * @self: a context
 * @n_tokens: (out): how many there are
 *
 * Lists the tokens, first to last.
 *
 * Returns: (array length=n_tokens) (transfer full): the ids
 * Since: 0.1
 */
guint32 *
genlm_context_dup_tokens (GenlmContext *self,
                          gsize        *n_tokens)
{
  guint32 *tokens;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (n_tokens != NULL, NULL);

  /* One more, since an empty array is not %NULL. */
  tokens = g_new (guint32, self->length + 1);
  *n_tokens = genlm_context_copy_suffix (self, 0, tokens);
  return tokens;
}

/**
 * genlm_context_copy_suffix: (skip)
 * @self: a context
 * @start: the index of the first token wanted
 * @tokens: room for the length less @start
 *
 * Copies the tokens from @start on, first to last.
 *
 * Returns: how many were copied
 * Since: 0.1
 */
gsize
genlm_context_copy_suffix (GenlmContext *self,
                           gsize         start,
                           guint32      *tokens)
{
  gsize n;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (start <= self->length, 0);

  n = self->length - start;
  for (GenlmContext *node = self; node->length > start; node = node->parent)
    tokens[node->length - 1 - start] = node->token;
  return n;
}

/**
 * genlm_context_equal:
 * @self: a context
 * @other: another
 *
 * Tells whether two contexts hold the same tokens.
 *
 * Costs at most the length of what they do not share, and next to nothing
 * when they differ.
 *
 * Returns: %TRUE if they are equal
 * Since: 0.1
 */
gboolean
genlm_context_equal (GenlmContext *self,
                     GenlmContext *other)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (other != NULL, FALSE);

  if (self->length != other->length || self->hash != other->hash)
    return FALSE;

  while (self != other)
    {
      if (self->token != other->token)
        return FALSE;
      self = self->parent;
      other = other->parent;
      if (self == NULL || other == NULL)
        break;
    }
  return TRUE;
}

/**
 * genlm_context_hash:
 * @self: a context
 *
 * Hashes the tokens, in constant time.
 *
 * Returns: the hash; equal contexts have equal hashes
 * Since: 0.1
 */
guint
genlm_context_hash (GenlmContext *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return (guint) (self->hash ^ (self->hash >> 32));
}

/**
 * genlm_context_new_key: (skip)
 *
 * Makes a key under which a potential keeps its state on context nodes.
 *
 * Keys are never used again, unlike addresses: a potential that is made where
 * a dead one stood must not find the dead one's states.
 *
 * Returns: a key that nobody else has
 * Since: 0.1
 */
guint64
genlm_context_new_key (void)
{
  static guint64 last_key;

  return __atomic_add_fetch (&last_key, 1, __ATOMIC_RELAXED);
}

static inline ContextState *
find_state (ContextState *head,
            ContextState *end,
            guint64       key)
{
  for (ContextState *state = head; state != end; state = state->next)
    {
      if (state->key == key)
        return state;
    }
  return NULL;
}

/**
 * genlm_context_get_state: (skip)
 * @self: a context
 * @key: a key of [func@Context.new_key]
 *
 * Gets what was put on this node under @key.
 *
 * Threads: any, without a lock.
 *
 * Returns: (nullable): the state, which lives as long as the node
 * Since: 0.1
 */
gpointer
genlm_context_get_state (GenlmContext *self,
                         guint64       key)
{
  ContextState *state;

  g_return_val_if_fail (self != NULL, NULL);

  state = find_state (__atomic_load_n (&self->states, __ATOMIC_ACQUIRE), NULL, key);
  return state != NULL ? state->state : NULL;
}

/**
 * genlm_context_put_state: (skip)
 * @self: a context
 * @key: a key of [func@Context.new_key]
 * @state: (transfer full) (not nullable): the state, not %NULL
 * @destroy: (nullable): how to free it
 *
 * Puts a state on the node unless there is one under @key already.
 *
 * The first state stays for the life of the node: later ones are destroyed at once.
 * @destroy may run in any thread, and must not call a script.
 *
 * Threads: any, without a lock.
 *
 * Returns: the state that is on the node now: @state, or the one that was first
 * Since: 0.1
 */
gpointer
genlm_context_put_state (GenlmContext   *self,
                         guint64         key,
                         gpointer        state,
                         GDestroyNotify  destroy)
{
  ContextState *entry;
  ContextState *checked = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (state != NULL, NULL);

  entry = g_new (ContextState, 1);
  entry->key = key;
  entry->state = state;
  entry->destroy = destroy;
  entry->next = __atomic_load_n (&self->states, __ATOMIC_ACQUIRE);

  do
    {
      /* Whoever came in between stands before what was looked at already. */
      ContextState *first = find_state (entry->next, checked, key);

      if (first != NULL)
        {
          if (destroy != NULL)
            destroy (state);
          g_free (entry);
          return first->state;
        }
      checked = entry->next;
    }
  while (!__atomic_compare_exchange_n (&self->states, &entry->next, entry, FALSE,
                                       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));

  return state;
}
