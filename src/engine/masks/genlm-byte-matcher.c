#include "genlm-byte-matcher.h"

#include <math.h>
#include <string.h>

#include "genlm-trie-index.h"

/* A long context is handed to the machine in pieces of this many bytes. */
#define PIECE_SIZE (4096u)

/* The matchers of one machine. The list holds no references; it is locked
 * while one is taken from it and while one goes. */
typedef struct
{
  gatomicrefcount   ref_count;
  GMutex            mutex;
  GPtrArray        *matchers;
  GenlmByteMachine *machine;
} Family;

struct _GenlmByteMatcher
{
  guint                        ref_count;
  Family                      *family;
  GenlmByteMachine            *machine;
  const GenlmByteMachineClass *klass;
  GenlmVocab                  *vocab;
  gboolean                     is_bytes;
  guint64                      key;
  gpointer                     start;
  /* From the first mask on; what sets the index comes last. */
  gpointer                     view;
  GenlmTrieIndex              *index;
};

static Family *
family_new (GenlmByteMachine *machine)
{
  Family *self = g_new0 (Family, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->matchers = g_ptr_array_new ();
  self->machine = genlm_byte_machine_ref (machine);
  return self;
}

static void
family_unref (Family *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  genlm_byte_machine_unref (self->machine);
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
  self->machine = family->machine;
  self->klass = family->machine->klass;
  self->vocab = genlm_vocab_ref (vocab);
  self->is_bytes = genlm_vocab_get_kind (vocab) == GENLM_VOCAB_KIND_BYTES;
  self->key = genlm_context_new_key ();
  self->start = self->klass->dup_start (self->machine);
  g_ptr_array_add (family->matchers, self);
  return self;
}

GenlmByteMatcher *
genlm_byte_matcher_new (GenlmByteMachine *machine,
                        GenlmVocab       *vocab)
{
  Family *family = family_new (machine);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&family->mutex);

  return family_add (family, vocab);
}

/* The matcher of the same machine over another vocabulary. */
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
  if (self->view != NULL)
    self->klass->free_view (self->view);
  g_clear_pointer (&self->index, genlm_trie_index_unref);
  if (self->klass->unref_state != NULL)
    self->klass->unref_state (self->start);
  genlm_vocab_unref (self->vocab);
  g_free (self);
  family_unref (family);
}

GenlmVocab *
genlm_byte_matcher_get_vocab (GenlmByteMatcher *self)
{
  return self->vocab;
}

GenlmByteMachine *
genlm_byte_matcher_get_machine (GenlmByteMatcher *self)
{
  return self->machine;
}

static gpointer
read_token (GenlmByteMatcher  *self,
            gpointer           state,
            guint32            token,
            GError           **error)
{
  const guint8 byte = (guint8) token;
  const guint8 *bytes = &byte;
  gsize length = 1;

  if (!self->is_bytes)
    bytes = genlm_vocab_peek_token (self->vocab, token, &length);
  return self->klass->advance (self->machine, state, bytes, length, error);
}

/* Takes @state, and returns the one after @bytes. */
static gpointer
read_piece (GenlmByteMatcher  *self,
            gpointer           state,
            const guint8      *bytes,
            gsize              n_bytes,
            GError           **error)
{
  gpointer next = self->klass->advance (self->machine, state, bytes, n_bytes, error);

  if (self->klass->unref_state != NULL)
    self->klass->unref_state (state);
  return next;
}

/* Returns a new reference to the state after the bytes of all tokens, which
 * are handed on in as few calls as there may be. */
static gpointer
read_tokens (GenlmByteMatcher  *self,
             gpointer           start,
             const guint32     *tokens,
             gsize              n_tokens,
             GError           **error)
{
  gpointer state = self->klass->ref_state != NULL ? self->klass->ref_state (start) : start;
  guint8 piece[PIECE_SIZE];
  gsize n_bytes = 0;
  gsize i;

  for (i = 0; i < n_tokens && state != NULL; i++)
    {
      const guint8 byte = (guint8) tokens[i];
      const guint8 *bytes = &byte;
      gsize length = 1;

      if (!self->is_bytes)
        bytes = genlm_vocab_peek_token (self->vocab, tokens[i], &length);
      if (length > sizeof piece - n_bytes)
        {
          state = read_piece (self, state, piece, n_bytes, error);
          n_bytes = 0;
        }
      memcpy (piece + n_bytes, bytes, length);
      n_bytes += length;
    }
  return n_bytes > 0 && state != NULL ? read_piece (self, state, piece, n_bytes, error) : state;
}

/* Hands @state over to the node. Returns the one that the node has, which may
 * be another thread's. */
static gpointer
hang (GenlmByteMatcher *self,
      GenlmContext     *context,
      gpointer          state)
{
  return genlm_context_put_state (context, self->key, state, self->klass->unref_state);
}

/* Steps from @state, which is that of the first @start tokens, over all others
 * but the last, and puts what comes out on the node of the last one's parent:
 * other last tokens are likely to be asked about next. */
static gpointer
find_parent_state (GenlmByteMatcher  *self,
                   GenlmContext      *context,
                   gsize              start,
                   gpointer           state,
                   GError           **error)
{
  GenlmContext *parent = genlm_context_get_parent (context);
  gsize n_tokens = genlm_context_get_length (parent) - start;
  g_autofree guint32 *tokens = NULL;

  if (n_tokens == 0)
    return state;
  tokens = g_new (guint32, n_tokens);
  genlm_context_copy_suffix (parent, start, tokens);
  state = read_tokens (self, state, tokens, n_tokens, error);
  return state != NULL ? hang (self, parent, state) : NULL;
}

static gpointer
read_context (GenlmByteMatcher  *self,
              GenlmContext      *context,
              GError           **error)
{
  GenlmContext *known = context;
  gpointer state = NULL;

  while (state == NULL && genlm_context_get_length (known) > 0)
    {
      known = genlm_context_get_parent (known);
      state = genlm_context_get_state (known, self->key);
    }
  if (state == NULL)
    state = self->start;
  if (known == context)
    return state;
  state = find_parent_state (self, context, genlm_context_get_length (known), state, error);
  if (state != NULL)
    state = read_token (self, state, genlm_context_get_last (context), error);
  return state != NULL ? hang (self, context, state) : NULL;
}

/* The state after all tokens of a context, which are of the vocabulary. It
 * lives as long as the context and the matcher. NULL when a limit is passed. */
gpointer
genlm_byte_matcher_find_state (GenlmByteMatcher  *self,
                               GenlmContext      *context,
                               GError           **error)
{
  gpointer state = genlm_context_get_state (context, self->key);

  return state != NULL ? state : read_context (self, context, error);
}

/* Either place may be NULL. FALSE when a limit is passed. */
gboolean
genlm_byte_matcher_weigh (GenlmByteMatcher  *self,
                          GenlmContext      *context,
                          double            *prefix,
                          double            *complete,
                          GError           **error)
{
  gpointer state = genlm_byte_matcher_find_state (self, context, error);

  return state != NULL && self->klass->weigh (self->machine, state, prefix, complete, error);
}

/* The state of a context after which something may follow. */
static gpointer
find_live_state (GenlmByteMatcher  *self,
                 GenlmContext      *context,
                 GError           **error)
{
  gpointer state = genlm_byte_matcher_find_state (self, context, error);
  g_autofree char *text = NULL;
  double prefix;

  if (state == NULL || !self->klass->weigh (self->machine, state, &prefix, NULL, error))
    return NULL;
  if (prefix > -INFINITY)
    return state;
  text = genlm_vocab_escape_context (self->vocab, context);
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX,
               "Nothing may follow the context %s: its prefix weight is zero, since nothing that "
               "the constraint allows starts with it",
               text);
  return NULL;
}

static void
ensure_view (GenlmByteMatcher *self)
{
  if (g_once_init_enter (&self->index))
    {
      GenlmTrieIndex *index = genlm_trie_index_get (self->vocab);

      if (self->klass->make_view != NULL)
        self->view = self->klass->make_view (self->machine, index);
      g_once_init_leave (&self->index, index);
    }
}

/* The tokens that may follow, of a machine of masks. NULL when none may,
 * which is GENLM_POTENTIAL_ERROR_ZERO_PREFIX, and when a limit is passed. */
GenlmTokenSet *
genlm_byte_matcher_dup_mask (GenlmByteMatcher  *self,
                             GenlmContext      *context,
                             GError           **error)
{
  gpointer state = find_live_state (self, context, error);

  if (state == NULL)
    return NULL;
  ensure_view (self);
  return self->klass->make_mask (self->machine, self->view, self->index, state, error);
}

/* The log weights of what may follow, of either kind of machine. NULL as
 * above. */
GenlmWeights *
genlm_byte_matcher_dup_weights (GenlmByteMatcher  *self,
                                GenlmContext      *context,
                                GError           **error)
{
  gpointer state = find_live_state (self, context, error);
  g_autoptr (GenlmTokenSet) mask = NULL;

  if (state == NULL)
    return NULL;
  ensure_view (self);
  if (self->klass->make_weights != NULL)
    return self->klass->make_weights (self->machine, self->view, self->index, state, error);
  mask = self->klass->make_mask (self->machine, self->view, self->index, state, error);
  return mask != NULL ? genlm_token_set_to_weights (mask) : NULL;
}
