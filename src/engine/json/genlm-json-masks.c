#include "genlm-json-masks.h"

#include <string.h>

#include "genlm-byte-set.h"
#include "genlm-json-mask-key.h"
#include "genlm-json-walk.h"

/* Room for a walk, which is used again. */
typedef struct
{
  GenlmJsonMarks  marks;
  GArray         *cursors;
  GArray         *closings;
  GArray         *sets;
  GByteArray     *key;
} Scratch;

struct _GenlmJsonMasks
{
  GenlmTrieIndex        *index;
  const GenlmJsonTokens *tokens;
  guint                  max_spaces;
  guint64                max_memory;
  GMutex                 lock;
  GenlmJsonLearnt       *learnt;
  /* What nobody uses now, or NULL. */
  Scratch               *scratch;
};

static Scratch *
scratch_new (GenlmTrieIndex *index)
{
  Scratch *self = g_new0 (Scratch, 1);

  genlm_json_marks_init (&self->marks, (gsize) index->n_tokens + 1);
  self->cursors = g_array_new (FALSE, FALSE, sizeof (GenlmJsonCursor));
  self->closings = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->sets = g_array_new (FALSE, FALSE, sizeof (GenlmByteSet));
  self->key = g_byte_array_new ();
  return self;
}

static void
scratch_free (Scratch *self)
{
  genlm_json_marks_clear (&self->marks);
  g_array_unref (self->cursors);
  g_array_unref (self->closings);
  g_array_unref (self->sets);
  g_byte_array_unref (self->key);
  g_free (self);
}

static Scratch *
take_scratch (GenlmJsonMasks *self)
{
  Scratch *scratch = __atomic_exchange_n (&self->scratch, NULL, __ATOMIC_ACQ_REL);

  if (scratch == NULL)
    return scratch_new (self->index);
  g_array_set_size (scratch->closings, 0);
  g_byte_array_set_size (scratch->key, 0);
  return scratch;
}

static void
give_scratch (GenlmJsonMasks *self,
              Scratch        *scratch)
{
  scratch = __atomic_exchange_n (&self->scratch, scratch, __ATOMIC_ACQ_REL);
  g_clear_pointer (&scratch, scratch_free);
}

/* @max_memory is in bytes; with 0 nothing is kept. */
GenlmJsonMasks *
genlm_json_masks_new (GenlmTrieIndex *index,
                      GenlmJsonBook  *book,
                      guint           max_spaces,
                      guint64         max_memory)
{
  GenlmJsonMasks *self = g_new0 (GenlmJsonMasks, 1);

  self->index = genlm_trie_index_ref (index);
  self->max_spaces = max_spaces;
  self->max_memory = max_memory;
  self->tokens = genlm_json_tokens_get (index, book);
  g_mutex_init (&self->lock);
  return self;
}

void
genlm_json_masks_free (GenlmJsonMasks *self)
{
  g_clear_pointer (&self->learnt, genlm_json_learnt_unref);
  g_clear_pointer (&self->scratch, scratch_free);
  genlm_trie_index_unref (self->index);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* The newest book's is kept; that of an older one is thrown away after use. */
static GenlmJsonLearnt *
dup_learnt (GenlmJsonMasks *self,
            GenlmJsonBook  *book)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->learnt != NULL && self->learnt->book_id > book->id)
    return genlm_json_learnt_new (book->id, 0);
  if (self->learnt == NULL || self->learnt->book_id < book->id)
    {
      g_clear_pointer (&self->learnt, genlm_json_learnt_unref);
      self->learnt = genlm_json_learnt_new (book->id, self->max_memory);
    }
  g_atomic_ref_count_inc (&self->learnt->ref_count);
  return self->learnt;
}

static int
compare_nodes (gconstpointer a,
               gconstpointer b)
{
  guint32 x = *(const guint32 *) a;
  guint32 y = *(const guint32 *) b;

  return x < y ? -1 : x > y;
}

/* Makes the mask of a place, by a blind walk with names and items of before left
 * out. */
static GenlmJsonMask *
build (GenlmJsonWalk         *walk,
       const GenlmJsonCursor *cursor,
       GenlmWalk             *found)
{
  GenlmTrieIndex *index = walk->index;
  gsize size = (gsize) index->n_tokens + 1;
  GenlmJsonCursor start = *cursor;
  GenlmJsonMask *mask;
  guint32 i;

  walk->words = walk->marks->words;
  if (walk->stepper.blind)
    start.names = NULL;
  start.has_ended = cursor->mode == GENLM_JSON_MODE_AFTER;
  start.has_missed = FALSE;
  genlm_json_walk_run (walk, &start, found);
  /* A token without bytes leaves a text as it is. */
  for (i = 0; i < index->trie->n_empty_tokens; i++)
    genlm_json_marks_set (walk->marks, index->trie->empty_tokens[i]);
  if (genlm_json_stepper_is_complete (&walk->stepper, &start, 0))
    genlm_json_marks_set (walk->marks, index->n_tokens);
  g_array_sort (walk->closings, compare_nodes);
  mask = genlm_json_mask_new (walk->marks, size, (const guint32 *) walk->closings->data,
                              walk->closings->len, walk->always);
  genlm_json_marks_reset (walk->marks);
  return mask;
}

/* The tokens that may follow the cursor, which is not dead, EOS among them. */
GenlmTokenSet *
genlm_json_masks_make (GenlmJsonMasks         *self,
                       GenlmJsonBook          *book,
                       const GenlmJsonCursor  *cursor,
                       GError                **error)
{
  g_autoptr (GenlmJsonLearnt) learnt = dup_learnt (self, book);
  g_autoptr (GenlmWalk) found = NULL;
  g_autoptr (GenlmJsonMask) mask = NULL;
  Scratch *scratch = take_scratch (self);
  GByteArray *key = scratch->key;
  GenlmTokenSet *set = NULL;
  gboolean keeps;
  GenlmJsonWalk walk;

  walk.tokens = self->tokens;
  walk.max_memory = self->max_memory;
  walk.learnt = learnt;
  walk.index = self->index;
  walk.cursors = scratch->cursors;
  walk.closings = scratch->closings;
  walk.sets = scratch->sets;
  walk.marks = &scratch->marks;
  walk.always = FALSE;
  memset (walk.sights, 0, sizeof walk.sights);
  genlm_json_stepper_init (&walk.stepper, book, self->max_spaces, walk.bytes);
  walk.stepper.blind = TRUE;
  walk.stepper.sights = walk.sights;
  walk.stepper.height = cursor->height;
  found = genlm_json_walk_find_memo (&walk, cursor);
  keeps = genlm_json_mask_key_start (&walk, cursor, found, key);
  if (keeps)
    mask = genlm_json_mask_key_lookup (&walk, cursor, key);
  if (mask == NULL)
    {
      mask = build (&walk, cursor, found);
      if (walk.stepper.needs_names)
        {
          genlm_json_mask_unref (mask);
          genlm_json_walk_open_eyes (&walk);
          mask = build (&walk, cursor, found);
          keeps = FALSE;
        }
      if (keeps && walk.stepper.error == NULL)
        {
          g_byte_array_set_size (key, 0);
          genlm_json_mask_key_start (&walk, cursor, found, key);
          genlm_json_mask_key_keep (&walk, cursor, key, mask);
        }
    }
  if (walk.stepper.error == NULL)
    set = genlm_json_walk_finish (&walk, cursor, mask);
  if (walk.stepper.error != NULL)
    {
      g_clear_pointer (&set, genlm_token_set_unref);
      g_propagate_error (error, g_steal_pointer (&walk.stepper.error));
    }
  genlm_json_stepper_clear (&walk.stepper);
  give_scratch (self, scratch);
  return set;
}
