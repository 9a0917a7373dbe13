#include "genlm-json-masks.h"

#include <string.h>

#include "genlm-bounded-table.h"
#include "genlm-byte-set.h"
#include "genlm-json-mask.h"
#include "genlm-json-number.h"
#include "genlm-walk-memo.h"

/* Places with longer texts of numbers and strings that count are not kept. */
#define MAX_KEPT_TEXT    (256u)

/* No token has more white space. */
#define MANY_SPACES      (200u)

/* Of so many words the next bytes are looked up. */
#define MAX_LISTED_WORDS (64u)

/* What was learnt about the frames of one book. */
typedef struct
{
  gatomicrefcount    ref_count;
  guint64            book_id;
  GMutex             lock;
  GenlmBoundedTable *masks;
  GHashTable        *memos; /* GenlmByteDfa → GenlmWalkMemo */
} Learnt;

/* A node whose bytes are all such as stand outside of strings, but for the last,
 * which may begin one; and the number of the next that is not below it. What it
 * is is told here, too, where it is read without a look at the trie. */
typedef struct
{
  guint32 p;
  guint32 next;
  guint16 depth;
  guint8  byte;
} Outer;

/* A node of the byte '"'. The bytes of its path are in a block with those of all
 * others, itself the last one. */
typedef struct
{
  guint32 p;
  guint32 path;
  guint16 length;     /* without itself */
  guint8  is_first;   /* no quote is before it */
  guint8  has_escape; /* a backslash is */
} Quote;

/* What walks of any string found, the nodes of the byte '"', and those outside
 * of strings: all machines share it, as long as the vocabulary lives. */
typedef struct
{
  GenlmByteDfa  *dfa;
  GenlmWalkMemo *memo;
  Quote         *quotes;
  guint32        n_quotes;
  GByteArray    *paths;
  /* Of all nodes; and behind those, by quote, of the nodes below it. */
  Outer         *outers;
  guint32        n_outers;
  guint32       *first_below_quote;
  /* Of the outer nodes, which come first, those that begin with white space;
   * how much of it a token has at its beginning at most; the tokens that have
   * nothing else, and, sorted by byte, the nodes where something else begins. */
  guint32        n_spaced_outers;
  guint          max_spaces;
  GenlmJsonMarks space_tokens;
  GArray        *after_spaces;
} Plain;

/* Room for a walk, which is used again. */
typedef struct
{
  GenlmJsonMarks marks;
  GArray     *cursors;
  GArray     *closings;
  GArray     *sets;
  GByteArray *key;
} Scratch;

#define MAX_PLAIN_MEMORY (G_GUINT64_CONSTANT (4) << 20)

struct _GenlmJsonMasks
{
  GenlmTrieIndex *index;
  const Plain    *plain;
  guint           max_spaces;
  guint64         max_memory;
  GMutex          lock;
  Learnt         *learnt;
  /* What nobody uses now, or NULL. */
  Scratch        *scratch;
};

static Learnt *
learnt_new (guint64 book_id,
            guint64 max_memory)
{
  Learnt *self = g_new0 (Learnt, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->book_id = book_id;
  g_mutex_init (&self->lock);
  self->masks = genlm_bounded_table_new (max_memory / 2, genlm_json_mask_ref,
                                         (GDestroyNotify) genlm_json_mask_unref);
  self->memos = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) genlm_walk_memo_free);
  return self;
}

static void
learnt_unref (Learnt *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  genlm_bounded_table_free (self->masks);
  g_hash_table_unref (self->memos);
  g_mutex_clear (&self->lock);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Learnt, learnt_unref)

static void
plain_free (gpointer data)
{
  Plain *self = data;

  genlm_walk_memo_free (self->memo);
  genlm_json_strings_leave_plain (GENLM_JSON_SPELLING_ANY);
  g_free (self->quotes);
  g_byte_array_unref (self->paths);
  g_free (self->outers);
  g_free (self->first_below_quote);
  genlm_json_marks_clear (&self->space_tokens);
  g_array_unref (self->after_spaces);
  g_free (self);
}

static void
list_quotes (Plain          *self,
             GenlmTrieIndex *index)
{
  const GenlmTrie *trie = index->trie;
  GArray *quotes = g_array_new (FALSE, FALSE, sizeof (Quote));
  guint8 path[GENLM_TRIE_MAX_DEPTH + 1];
  guint32 p;

  self->paths = g_byte_array_new ();
  for (p = 0; p < trie->n_nodes; p++)
    {
      guint length = GENLM_TRIE_NODE_DEPTH (&trie->nodes[p]) - 1;
      Quote quote = { p, self->paths->len, (guint16) length, FALSE, FALSE };

      path[length] = GENLM_TRIE_NODE_BYTE (&trie->nodes[p]);
      if (path[length] != '"')
        continue;
      quote.is_first = memchr (path, '"', length) == NULL;
      quote.has_escape = memchr (path, '\\', length) != NULL;
      g_array_append_val (quotes, quote);
      g_byte_array_append (self->paths, path, length + 1);
    }
  self->n_quotes = quotes->len;
  self->quotes = (Quote *) (gpointer) g_array_free (quotes, FALSE);
}

/* Appends those of the nodes from @p to @end, whole subtrees. */
static void
append_outers (GArray          *outers,
               const GenlmTrie *trie,
               guint32          p,
               guint32          end)
{
  static const char bytes[] = " \t\r\n\"{}[]:,+-.0123456789eEtrufalsn";
  guint32 open[GENLM_TRIE_MAX_DEPTH + 2];
  guint depth_before = p < end ? GENLM_TRIE_NODE_DEPTH (&trie->nodes[p]) - 1 : 0;
  guint depth = depth_before;

  while (p < end)
    {
      const GenlmTrieNode *node = &trie->nodes[p];
      guint8 byte = GENLM_TRIE_NODE_BYTE (node);
      Outer outer = { p, 0, (guint16) GENLM_TRIE_NODE_DEPTH (node), byte };

      for (; depth >= GENLM_TRIE_NODE_DEPTH (node); depth--)
        g_array_index (outers, Outer, open[depth]).next = outers->len;
      if (byte == '\0' || strchr (bytes, byte) == NULL)
        {
          p += GENLM_TRIE_NODE_EXTENT (node);
          continue;
        }
      depth = GENLM_TRIE_NODE_DEPTH (node);
      open[depth] = outers->len;
      g_array_append_val (outers, outer);
      p += byte == '"' ? GENLM_TRIE_NODE_EXTENT (node) : 1;
    }
  for (; depth > depth_before; depth--)
    g_array_index (outers, Outer, open[depth]).next = outers->len;
}

static void
list_outers (Plain          *self,
             GenlmTrieIndex *index)
{
  const GenlmTrie *trie = index->trie;
  GArray *outers = g_array_new (FALSE, FALSE, sizeof (Outer));
  guint32 i;

  append_outers (outers, trie, 0, trie->n_nodes);
  self->n_outers = outers->len;
  self->first_below_quote = g_new (guint32, self->n_quotes + 1);
  for (i = 0; i < self->n_quotes; i++)
    {
      guint32 p = self->quotes[i].p;

      self->first_below_quote[i] = outers->len;
      append_outers (outers, trie, p + 1, p + GENLM_TRIE_NODE_EXTENT (&trie->nodes[p]));
    }
  self->first_below_quote[i] = outers->len;
  self->outers = (Outer *) (gpointer) g_array_free (outers, FALSE);
}

static inline gboolean
is_space (guint8 byte)
{
  return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

static int
compare_bytes_of_nodes (gconstpointer a,
                        gconstpointer b,
                        gpointer      nodes)
{
  guint32 x = *(const guint32 *) a;
  guint32 y = *(const guint32 *) b;
  guint8 byte_x = GENLM_TRIE_NODE_BYTE (&((const GenlmTrieNode *) nodes)[x]);
  guint8 byte_y = GENLM_TRIE_NODE_BYTE (&((const GenlmTrieNode *) nodes)[y]);

  return byte_x != byte_y ? byte_x - byte_y : x < y ? -1 : x > y;
}

/* What begins with white space. No byte that may stand outside of strings comes
 * before it. */
static void
list_spaces (Plain          *self,
             GenlmTrieIndex *index)
{
  const GenlmTrieNode *nodes = index->trie->nodes;
  guint32 i = 0;

  genlm_json_marks_init (&self->space_tokens, (gsize) index->n_tokens + 1);
  self->after_spaces = g_array_new (FALSE, FALSE, sizeof (guint32));
  while (i < self->n_outers)
    {
      const Outer *outer = &self->outers[i];
      const GenlmTrieNode *node = &nodes[outer->p];
      guint depth = GENLM_TRIE_NODE_DEPTH (node);
      guint32 token = GENLM_TRIE_NODE_TOKEN (node);

      if (!is_space (GENLM_TRIE_NODE_BYTE (node)))
        {
          if (depth == 1)
            break;
          g_array_append_val (self->after_spaces, outer->p);
          i = outer->next;
          continue;
        }
      self->max_spaces = MAX (self->max_spaces, depth);
      if (token != GENLM_TRIE_NO_TOKEN)
        genlm_json_marks_set (&self->space_tokens, token);
      i++;
    }
  self->n_spaced_outers = i;
  g_array_sort_with_data (self->after_spaces, compare_bytes_of_nodes, (gpointer) nodes);
}

static const Plain *
get_plain (GenlmTrieIndex *index,
                GenlmJsonBook  *book)
{
  static GMutex lock;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  GQuark quark = g_quark_from_static_string ("genlm-json-plain");
  Plain *plain = genlm_vocab_get_qdata (index->vocab, quark);
  GenlmByteState *start;

  if (plain == NULL)
    {
      plain = g_new0 (Plain, 1);
      plain->dfa = genlm_json_strings_use_plain (book, GENLM_JSON_SPELLING_ANY, &start);
      plain->memo = genlm_walk_memo_new (index, plain->dfa, MAX_PLAIN_MEMORY);
      list_quotes (plain, index);
      list_outers (plain, index);
      list_spaces (plain, index);
      genlm_vocab_set_qdata (index->vocab, quark, plain, plain_free);
    }
  return plain;
}

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
  self->plain = get_plain (index, book);
  g_mutex_init (&self->lock);
  return self;
}

void
genlm_json_masks_free (GenlmJsonMasks *self)
{
  g_clear_pointer (&self->learnt, learnt_unref);
  g_clear_pointer (&self->scratch, scratch_free);
  genlm_trie_index_unref (self->index);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* The newest book's is kept; that of an older one is thrown away after use. */
static Learnt *
dup_learnt (GenlmJsonMasks *self,
            GenlmJsonBook  *book)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->learnt != NULL && self->learnt->book_id > book->id)
    return learnt_new (book->id, 0);
  if (self->learnt == NULL || self->learnt->book_id < book->id)
    {
      g_clear_pointer (&self->learnt, learnt_unref);
      self->learnt = learnt_new (book->id, self->max_memory);
    }
  g_atomic_ref_count_inc (&self->learnt->ref_count);
  return self->learnt;
}

/* What walks of an automaton found. The memory of all such memos is bounded
 * by what each may take and by their number. */
static GenlmWalkMemo *
get_memo (GenlmJsonMasks *self,
          Learnt         *learnt,
          GenlmByteDfa   *dfa,
          GenlmJsonBook  *book)
{
  g_autoptr (GMutexLocker) locker = NULL;
  GenlmWalkMemo *memo;

  if (dfa == book->plain_dfa && book->spelling == GENLM_JSON_SPELLING_ANY && self->max_memory > 0)
    return self->plain->memo;
  locker = g_mutex_locker_new (&learnt->lock);
  memo = g_hash_table_lookup (learnt->memos, dfa);
  if (memo == NULL)
    {
      memo = genlm_walk_memo_new (self->index, dfa, self->max_memory / 16);
      g_hash_table_insert (learnt->memos, dfa, memo);
    }
  return memo;
}

/* Walks */

/* A walk of the trie, with a cursor for each depth. */
typedef struct
{
  GenlmJsonMasks   *masks;
  Learnt           *learnt;
  GenlmTrieIndex   *index;
  GenlmJsonStepper  stepper;
  GArray           *cursors;
  GArray           *closings;
  GArray           *sets;     /* by depth: the bytes that words have there */
  gboolean          always;
  guint8            sights[GENLM_TRIE_MAX_DEPTH + 2];
  guint8            bytes[GENLM_TRIE_MAX_DEPTH + 1];
  GenlmJsonMarks   *marks;
  guint64          *words;    /* of the marks, or of the set that is made of them */
} Walk;

/* Unsets the tokens of a node and all nodes below. */
static void
clear_nodes (GenlmTrieIndex *index,
             guint64        *words,
             guint32         p)
{
  guint32 end = index->n_tokens_before[p + GENLM_TRIE_NODE_EXTENT (&index->trie->nodes[p])];
  guint32 i;

  for (i = index->n_tokens_before[p]; i < end; i++)
    words[index->ordered_tokens[i] / 64] &=
      ~(G_GUINT64_CONSTANT (1) << (index->ordered_tokens[i] % 64));
}

/* By mode the bytes that may lead on. */
static const GenlmByteSet *
get_leading_bytes (void)
{
  static GenlmByteSet *sets;

  if (g_once_init_enter (&sets))
    {
      static const char *const bytes[GENLM_JSON_MODE_DONE + 1] = {
        [GENLM_JSON_MODE_VALUE] = " \t\r\n\"{[tfn-0123456789",
        [GENLM_JSON_MODE_FIRST_ITEM] = " \t\r\n\"{[tfn-0123456789]",
        [GENLM_JSON_MODE_FIRST_NAME] = " \t\r\n\"}",
        [GENLM_JSON_MODE_NEXT_NAME] = " \t\r\n\"",
        [GENLM_JSON_MODE_COLON] = " \t\r\n:",
        [GENLM_JSON_MODE_AFTER] = " \t\r\n,]}",
        [GENLM_JSON_MODE_NUMBER] = "0123456789.eE+- \t\r\n,]}",
        [GENLM_JSON_MODE_LITERAL] = "ruealsn",
        [GENLM_JSON_MODE_DONE] = " \t\r\n",
      };
      GenlmByteSet *made = g_new0 (GenlmByteSet, G_N_ELEMENTS (bytes));
      guint mode;
      const char *at;

      for (mode = 0; mode < G_N_ELEMENTS (bytes); mode++)
        for (at = bytes[mode]; at != NULL && *at != '\0'; at++)
          genlm_byte_set_add_range (&made[mode], (guint8) *at, (guint8) *at);
      genlm_byte_set_add_range (&made[GENLM_JSON_MODE_STRING], 0, 255);
      genlm_byte_set_add_range (&made[GENLM_JSON_MODE_NAME], 0, 255);
      g_once_init_leave (&sets, made);
    }
  return sets;
}

/* Whether the cursor is certainly dead after @byte, at little cost. */
static inline gboolean
is_dead_end (const GenlmByteSet    *leading,
             const GenlmJsonCursor *cursor,
             guint8                 byte)
{
  if (!genlm_byte_set_contains (&leading[cursor->mode], byte))
    return TRUE;
  return cursor->mode == GENLM_JSON_MODE_STRING
         && genlm_byte_dfa_peek_next (cursor->dfa, cursor->state, byte) == cursor->dfa->dead;
}

/* The bytes that may follow in a name that must be one of a few words. */
static void
list_word_bytes (const GenlmJsonCursor *cursor,
                 GenlmByteSet          *bytes)
{
  const GenlmJsonBody *body = cursor->frame->body;
  guint32 word;
  guint i;

  for (i = 0; i < cursor->n_words; i++)
    {
      const GenlmWordCursor *words = &cursor->words[i];

      if (words->phase != 0 || words->high - words->low > MAX_LISTED_WORDS)
        {
          genlm_byte_set_add_range (bytes, 0, 255);
          return;
        }
      for (word = words->low; word < words->high; word++)
        {
          const GenlmSchemaName *name = &genlm_json_body_peek_word (body, word)->name;
          guint8 byte = words->depth < name->length ? (guint8) name->text[words->depth] : '"';

          bytes->words[byte / 64] |= G_GUINT64_CONSTANT (1) << (byte % 64);
        }
      genlm_byte_set_add_range (bytes, '\\', '\\');
    }
}

static GenlmJsonCursor *
ensure_cursor (Walk  *walk,
               guint  depth)
{
  if (walk->cursors->len <= depth)
    g_array_set_size (walk->cursors, depth + 1);
  return &g_array_index (walk->cursors, GenlmJsonCursor, depth);
}

static void
add_closing (Walk    *walk,
             guint32  p,
             gboolean again)
{
  g_array_append_val (walk->closings, p);
  walk->always = walk->always || again;
}

/* What a string far from a bound comes to, wherever a token ends it. */
static GenlmJsonResult
judge_far (Walk                  *walk,
           const GenlmJsonCursor *cursor)
{
  GenlmJsonBook *book = walk->stepper.book;
  GenlmJsonResult result;

  g_mutex_lock (&book->lock);
  result = genlm_json_strings_judge_length (book, cursor->ask->plan->bodies[GENLM_JSON_KIND_STRING], cursor->n_chars);
  g_mutex_unlock (&book->lock);
  return result;
}

/* Whether what an automaton says of a string or a name, from the cursor on,
 * is all there is to say. */
static gboolean
may_use_memo (Walk                  *walk,
              const GenlmJsonCursor *cursor)
{
  GenlmJsonBook *book = walk->stepper.book;
  const GenlmJsonStrings *strings;
  gboolean may;

  if (!walk->stepper.blind)
    return FALSE;
  if (cursor->mode == GENLM_JSON_MODE_NAME && cursor->state != NULL)
    return genlm_json_frame_names_end (cursor->frame);
  if (cursor->mode != GENLM_JSON_MODE_STRING)
    return FALSE;
  strings = cursor->ask->plan->bodies[GENLM_JSON_KIND_STRING]->strings;
  if (strings->checks_text || !genlm_json_goal_is_exact (cursor->ask->goal)
      || (genlm_json_cursor_is_far (cursor, book) && !genlm_json_ask_allows (book, cursor->ask, judge_far (walk, cursor))))
    return FALSE;
  if (cursor->frame == NULL)
    return TRUE;
  may = __atomic_load_n (&cursor->slot->ends, __ATOMIC_ACQUIRE);
  if (may != GENLM_JSON_OPEN)
    return may;
  g_mutex_lock (&book->lock);
  may = genlm_json_slot_always_ends (book, cursor->slot);
  g_mutex_unlock (&book->lock);
  return may;
}

static void walk_outer_nodes (Walk    *walk,
                              guint32  i,
                              guint32  end);

/* The number of the first quote that is not before node @p. */
static guint32
find_quote (const Plain *plain,
            guint32      p)
{
  guint32 low = 0;
  guint32 high = plain->n_quotes;

  while (low < high)
    {
      guint32 middle = low + (high - low) / 2;

      if (plain->quotes[middle].p < p)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Walks what is below node @p, a closing quote. */
static void
walk_below_quote (Walk    *walk,
                  guint32  p)
{
  const Plain *plain = walk->masks->plain;
  guint32 quote = find_quote (plain, p);

  walk_outer_nodes (walk, plain->first_below_quote[quote], plain->first_below_quote[quote + 1]);
}

/* Whether what was read of a number or a string counts for what may follow. */
static gboolean
text_counts (const GenlmJsonCursor *cursor)
{
  if (cursor->mode == GENLM_JSON_MODE_NUMBER)
    return !cursor->ask->number_is_free
           || (cursor->place != GENLM_JSON_NUMBER_ZERO && cursor->place != GENLM_JSON_NUMBER_WHOLE);
  if (cursor->mode == GENLM_JSON_MODE_STRING)
    return cursor->ask->plan->bodies[GENLM_JSON_KIND_STRING]->strings->checked;
  if (cursor->mode == GENLM_JSON_MODE_NAME && cursor->state != NULL)
    return cursor->frame->body->tests != NULL && cursor->frame->body->tests->strings->checked;
  return FALSE;
}

/* Where what is before a closing quote counts: steps to all quotes from node @p to
 * @end, with the cursor of depth @depth to begin with. */
static void
close_strings (Walk                  *walk,
               const GenlmJsonCursor *cursor,
               guint                  depth,
               guint32                p,
               guint32                end)
{
  const Plain *plain = walk->masks->plain;
  guint32 i;
  guint j;

  for (i = find_quote (plain, p); i < plain->n_quotes && plain->quotes[i].p < end; i++)
    {
      const Quote *quote = &plain->quotes[i];
      GenlmJsonCursor closed = *cursor;

      memcpy (walk->bytes, plain->paths->data + quote->path, quote->length + 1u);
      for (j = depth; j < quote->length && closed.mode == GENLM_JSON_MODE_STRING; j++)
        genlm_json_stepper_step (&walk->stepper, &closed, j);
      if (closed.mode != GENLM_JSON_MODE_STRING)
        continue;
      genlm_json_stepper_step (&walk->stepper, &closed, j);
      if (closed.mode == GENLM_JSON_MODE_DEAD)
        clear_nodes (walk->index, walk->words, quote->p);
      else if (closed.mode != GENLM_JSON_MODE_STRING)
        {
          *ensure_cursor (walk, quote->length + 1u) = closed;
          walk_below_quote (walk, quote->p);
        }
    }
}

/* The nodes where the automaton has read the closing quote, and what comes
 * below them. */
static void
walk_cut (Walk                  *walk,
          const GenlmJsonCursor *cursor,
          const GenlmWalkCut    *cut)
{
  GenlmJsonCursor closed = *cursor;
  guint32 i;

  closed.state = cut->state;
  if (cursor->mode == GENLM_JSON_MODE_NAME)
    genlm_json_stepper_end_other (&walk->stepper, &closed, 0);
  else
    genlm_json_stepper_end_string (&walk->stepper, &closed, 0);
  for (i = 0; i < cut->n_nodes; i++)
    {
      guint32 p = cut->nodes[i];
      const GenlmTrieNode *node = &walk->index->trie->nodes[p];

      if (closed.mode == GENLM_JSON_MODE_DEAD)
        {
          clear_nodes (walk->index, walk->words, p);
          continue;
        }
      *ensure_cursor (walk, GENLM_TRIE_NODE_DEPTH (node)) = closed;
      walk_below_quote (walk, p);
    }
}

/* Whether any of the nodes next to each other from @p to @end is of a letter, a
 * digit or no ASCII. */
static gboolean
has_letters (Walk    *walk,
             guint32  p,
             guint32  end)
{
  const GenlmTrieNode *nodes = walk->index->trie->nodes;

  for (; p < end; p += GENLM_TRIE_NODE_EXTENT (&nodes[p]))
    if (g_ascii_isalnum (GENLM_TRIE_NODE_BYTE (&nodes[p])) || GENLM_TRIE_NODE_BYTE (&nodes[p]) >= 0x80)
      return TRUE;
  return FALSE;
}

/* Where to go on in place of a node whose byte no word has: at the first bytes
 * of tokens far ahead at once. */
static guint32
pass_over (Walk               *walk,
           const GenlmByteSet *bytes,
           guint32             p)
{
  const GenlmTrieNode *node = &walk->index->trie->nodes[p];
  guint byte;

  if (GENLM_TRIE_NODE_DEPTH (node) > 1)
    return p + GENLM_TRIE_NODE_EXTENT (node);
  for (byte = GENLM_TRIE_NODE_BYTE (node) + 1u;
       byte < 256 && !genlm_byte_set_contains (bytes, (guint8) byte); byte++)
    ;
  return walk->index->first_node[byte];
}

static void
list_bytes_at (Walk  *walk,
               guint  depth)
{
  GenlmByteSet bytes = { 0 };

  if (walk->sets->len <= depth)
    g_array_set_size (walk->sets, depth + 1);
  list_word_bytes (&g_array_index (walk->cursors, GenlmJsonCursor, depth - 1), &bytes);
  g_array_index (walk->sets, GenlmByteSet, depth) = bytes;
}

/* Walks the nodes from @p to @end by the words of the cursor of the depth
 * before. What the automaton of other names found is put right where a word
 * ends. */
static void
walk_words (Walk    *walk,
            guint32  p,
            guint32  end)
{
  const GenlmTrieNode *nodes = walk->index->trie->nodes;
  guint first_depth = p < end ? GENLM_TRIE_NODE_DEPTH (&nodes[p]) : 1;

  list_bytes_at (walk, first_depth);
  /* Some byte is passed over, of letters as of others. */
  genlm_json_stepper_look (&walk->stepper,
                           &g_array_index (walk->cursors, GenlmJsonCursor, first_depth - 1),
                           has_letters (walk, p, end) ? GENLM_JSON_SIGHT_ALL
                                                      : GENLM_JSON_SIGHT_NAMES);
  while (p < end)
    {
      const GenlmTrieNode *node = &nodes[p];
      guint depth = GENLM_TRIE_NODE_DEPTH (node);
      guint8 byte = GENLM_TRIE_NODE_BYTE (node);
      GenlmJsonCursor *cursor = ensure_cursor (walk, depth);
      gboolean ended;

      if (!genlm_byte_set_contains (&g_array_index (walk->sets, GenlmByteSet, depth), byte))
        {
          p = pass_over (walk, &g_array_index (walk->sets, GenlmByteSet, depth), p);
          continue;
        }
      *cursor = cursor[-1];
      walk->bytes[depth - 1] = byte;
      genlm_json_stepper_step (&walk->stepper, cursor, depth - 1);
      if (cursor->mode == GENLM_JSON_MODE_NAME && cursor->n_words > 0)
        {
          if (GENLM_TRIE_NODE_TOKEN (node) != GENLM_TRIE_NO_TOKEN)
            genlm_json_marks_set (walk->marks, GENLM_TRIE_NODE_TOKEN (node));
          if (GENLM_TRIE_NODE_EXTENT (node) > 1)
            list_bytes_at (walk, depth + 1);
          p++;
          continue;
        }
      ended = cursor->mode == GENLM_JSON_MODE_COLON
              && cursor->slot->klass->word != GENLM_JSON_NONE;
      if ((ended || (byte == '"' && cursor->mode == GENLM_JSON_MODE_DEAD))
          && cursor[-1].state != NULL)
        clear_nodes (walk->index, walk->words, p);
      if (ended)
        {
          if (GENLM_TRIE_NODE_TOKEN (node) != GENLM_TRIE_NO_TOKEN)
            genlm_json_marks_set (walk->marks, GENLM_TRIE_NODE_TOKEN (node));
          walk_below_quote (walk, p);
        }
      p += GENLM_TRIE_NODE_EXTENT (node);
    }
}

static void
take_error (Walk   *walk,
            GError *error)
{
  if (walk->stepper.error == NULL)
    walk->stepper.error = error;
  else
    g_clear_error (&error);
}

/* Adds what @walk_below, which began at the cursor of depth @depth, found below
 * a node, the nodes from @p to @end. */
static void
add_memo (Walk      *walk,
          GenlmWalk *found,
          guint      depth,
          guint32    p,
          guint32    end)
{
  GenlmJsonCursor cursor = g_array_index (walk->cursors, GenlmJsonCursor, depth);
  guint i;

  genlm_json_marks_add_walk (walk->marks, found);
  if (text_counts (&cursor))
    close_strings (walk, &cursor, depth, p, end);
  for (i = 0; i < found->n_cuts && !text_counts (&cursor); i++)
    walk_cut (walk, &cursor, &found->cuts[i]);
  if (cursor.mode == GENLM_JSON_MODE_NAME && cursor.n_words > 0)
    {
      *ensure_cursor (walk, depth) = cursor;
      walk_words (walk, p, end);
    }
}

/* All quotes below a node may end what was read before. */
static void
add_quotes (Walk    *walk,
            guint32  p,
            guint32  end,
            gboolean again)
{
  const Plain *plain = walk->masks->plain;
  guint32 i;

  for (i = find_quote (plain, p); i < plain->n_quotes && plain->quotes[i].p < end; i++)
    add_closing (walk, plain->quotes[i].p, again);
}

/* A string or a name has just begun at node @p. Returns whether all below it
 * was found at once. */
static gboolean
try_memo (Walk    *walk,
          guint32  p)
{
  const GenlmTrieNode *node = &walk->index->trie->nodes[p];
  guint depth = GENLM_TRIE_NODE_DEPTH (node);
  const GenlmJsonCursor cursor = g_array_index (walk->cursors, GenlmJsonCursor, depth);
  guint32 end = p + GENLM_TRIE_NODE_EXTENT (node);
  g_autoptr (GenlmWalk) found = NULL;
  GError *error = NULL;

  if (!may_use_memo (walk, &cursor))
    return FALSE;
  found = genlm_walk_memo_get (get_memo (walk->masks, walk->learnt, cursor.dfa, walk->stepper.book), p, cursor.state,
                               &error);
  if (found == NULL)
    {
      take_error (walk, error);
      return FALSE;
    }
  if (cursor.mode == GENLM_JSON_MODE_NAME)
    genlm_json_stepper_look (&walk->stepper, &cursor, GENLM_JSON_SIGHT_NAMES);
  if (cursor.mode == GENLM_JSON_MODE_NAME || (cursor.frame != NULL && cursor.frame->unique))
    add_quotes (walk, p + 1, end, cursor.has_missed);
  add_memo (walk, found, depth, p + 1, end);
  return TRUE;
}

/* Steps to a node. Returns whether to go on below it. */
static inline gboolean
enter_node (Walk               *walk,
            const GenlmByteSet *leading,
            guint32             p)
{
  const GenlmTrieNode *node = &walk->index->trie->nodes[p];
  guint depth = GENLM_TRIE_NODE_DEPTH (node);
  guint8 byte = GENLM_TRIE_NODE_BYTE (node);
  GenlmJsonCursor *cursor = ensure_cursor (walk, depth);
  GenlmJsonMode before = cursor[-1].mode;

  if (is_dead_end (leading, &cursor[-1], byte))
    return FALSE;
  *cursor = cursor[-1];
  cursor->has_missed = FALSE;
  walk->bytes[depth - 1] = byte;
  genlm_json_stepper_step (&walk->stepper, cursor, depth - 1);
  if (cursor->mode == GENLM_JSON_MODE_DEAD)
    return FALSE;
  if (cursor->has_missed)
    add_closing (walk, p, cursor[-1].has_missed);
  cursor->has_missed = cursor->has_missed || cursor[-1].has_missed;
  if (GENLM_TRIE_NODE_TOKEN (node) != GENLM_TRIE_NO_TOKEN)
    genlm_json_marks_set (walk->marks, GENLM_TRIE_NODE_TOKEN (node));
  if (cursor->mode == before || GENLM_TRIE_NODE_EXTENT (node) == 1)
    return TRUE;
  if (cursor->mode == GENLM_JSON_MODE_NAME && cursor->state == NULL)
    {
      walk_words (walk, p + 1, p + GENLM_TRIE_NODE_EXTENT (node));
      return FALSE;
    }
  return (cursor->mode != GENLM_JSON_MODE_STRING && cursor->mode != GENLM_JSON_MODE_NAME)
         || !try_memo (walk, p);
}

/* Walks whole subtrees, from @p to @end, with the cursor of the depth before
 * to begin with. */
static void
walk_nodes (Walk    *walk,
            guint32  p,
            guint32  end)
{
  const GenlmByteSet *leading = get_leading_bytes ();

  while (p < end)
    {
      if (enter_node (walk, leading, p))
        p++;
      else
        p += GENLM_TRIE_NODE_EXTENT (&walk->index->trie->nodes[p]);
    }
}

/* Walks the outer nodes from @i to @end, whole subtrees. */
static void
walk_outer_nodes (Walk    *walk,
                  guint32  i,
                  guint32  end)
{
  const Plain *plain = walk->masks->plain;
  const GenlmByteSet *leading = get_leading_bytes ();

  while (i < end)
    {
      const Outer *outer = &plain->outers[i];
      guint32 p = outer->p;

      if (is_dead_end (leading, &g_array_index (walk->cursors, GenlmJsonCursor, outer->depth - 1),
                       outer->byte)
          || !enter_node (walk, leading, p))
        i = outer->next;
      else
        {
          if (outer->byte == '"')
            walk_nodes (walk, p + 1, p + GENLM_TRIE_NODE_EXTENT (&walk->index->trie->nodes[p]));
          i++;
        }
    }
}

/* Adds what begins with white space, if no white space of a token is too much:
 * it changes nothing for what comes after it, which is so looked at but once if
 * it may not come. Returns whether it could. */
static gboolean
add_spaces (Walk *walk)
{
  const Plain *plain = walk->masks->plain;
  const GenlmTrieNode *nodes = walk->index->trie->nodes;
  const GenlmByteSet *leading = get_leading_bytes ();
  GenlmJsonCursor spaced = g_array_index (walk->cursors, GenlmJsonCursor, 0);
  guint32 dead = G_MAXUINT32;
  guint32 i;

  if (walk->stepper.book->narrow || !walk->stepper.blind
      || (spaced.mode != GENLM_JSON_MODE_NUMBER && spaced.n_spaces + plain->max_spaces > walk->stepper.max_spaces)
      || plain->max_spaces > walk->stepper.max_spaces)
    return FALSE;
  walk->bytes[0] = ' ';
  spaced.has_missed = FALSE;
  genlm_json_stepper_step (&walk->stepper, &spaced, 0);
  if (spaced.mode == GENLM_JSON_MODE_DEAD)
    return TRUE;
  if (spaced.has_missed)
    return FALSE;
  genlm_json_marks_unite (walk->marks, &plain->space_tokens);
  for (i = 0; i < plain->after_spaces->len; i++)
    {
      guint32 p = g_array_index (plain->after_spaces, guint32, i);
      guint depth = GENLM_TRIE_NODE_DEPTH (&nodes[p]);

      if (GENLM_TRIE_NODE_BYTE (&nodes[p]) == dead)
        continue;
      if (!genlm_byte_set_contains (&leading[spaced.mode], GENLM_TRIE_NODE_BYTE (&nodes[p])))
        {
          dead = GENLM_TRIE_NODE_BYTE (&nodes[p]);
          continue;
        }
      *ensure_cursor (walk, depth - 1) = spaced;
      if (enter_node (walk, leading, p))
        walk_nodes (walk, p + 1, p + GENLM_TRIE_NODE_EXTENT (&nodes[p]));
      else if (g_array_index (walk->cursors, GenlmJsonCursor, depth).mode == GENLM_JSON_MODE_DEAD)
        dead = GENLM_TRIE_NODE_BYTE (&nodes[p]);
    }
  return TRUE;
}

/* All nodes, from a place outside of strings. */
static void
walk_outers (Walk *walk)
{
  const Plain *plain = walk->masks->plain;
  GenlmJsonCursor start = g_array_index (walk->cursors, GenlmJsonCursor, 0);

  if (!add_spaces (walk))
    walk_outer_nodes (walk, 0, plain->n_spaced_outers);
  g_array_index (walk->cursors, GenlmJsonCursor, 0) = start;
  walk_outer_nodes (walk, plain->n_spaced_outers, plain->n_outers);
}

/* Keys */

/* The walk of the automaton that a place is in, if that is all there is to
 * know about it. */
static GenlmWalk *
find_memo (Walk                  *walk,
           const GenlmJsonCursor *cursor)
{
  GError *error = NULL;
  GenlmWalk *found;

  if (!may_use_memo (walk, cursor))
    return NULL;
  found = genlm_walk_memo_get (get_memo (walk->masks, walk->learnt, cursor->dfa, walk->stepper.book),
                               GENLM_TRIE_WALK_ALL, cursor->state, &error);
  if (found == NULL)
    take_error (walk, error);
  return found;
}

static gboolean
is_among_names (const GenlmJsonCursor *cursor)
{
  return cursor->mode == GENLM_JSON_MODE_FIRST_ITEM || cursor->mode == GENLM_JSON_MODE_FIRST_NAME
         || cursor->mode == GENLM_JSON_MODE_NEXT_NAME || cursor->mode == GENLM_JSON_MODE_NAME;
}

static gsize
count_zeros (const GString *text)
{
  gsize n = 0;

  while (n < text->len && text->str[text->len - 1 - n] == '0')
    n++;
  return n;
}

/* Begins the key of a place by all that is known of it without its frames;
 * FALSE if it is not to be kept. */
static gboolean
start_key (Walk                  *walk,
           const GenlmJsonCursor *cursor,
           const GenlmWalk       *found,
           GByteArray            *key)
{
  struct
  {
    guint8          mode;
    guint8          place;
    guint8          kind;
    guint8          n_words;
    guint16         n_spaces;
    guint16         has_frame;
    gconstpointer   ask;
    gconstpointer   frame;
    gconstpointer   dfa;
    guint64         state;
    GenlmWordCursor words[2];
  } local;

  memset (&local, 0, sizeof local);
  local.mode = cursor->mode;
  local.has_frame = (guint16) ((cursor->frame != NULL) | (cursor->below != NULL) << 1);
  local.n_spaces = cursor->n_spaces & GENLM_JSON_CURSOR_NEWLINE;
  if ((cursor->n_spaces & ~GENLM_JSON_CURSOR_NEWLINE) + MANY_SPACES > walk->stepper.max_spaces
      || (walk->stepper.book->narrow && cursor->frame == NULL))
    local.n_spaces = cursor->n_spaces;
  if (is_among_names (cursor))
    local.frame = cursor->frame;
  else if (cursor->mode != GENLM_JSON_MODE_AFTER && cursor->mode != GENLM_JSON_MODE_DONE)
    local.ask = cursor->ask;
  if (cursor->mode == GENLM_JSON_MODE_NUMBER || cursor->mode == GENLM_JSON_MODE_LITERAL)
    local.place = cursor->place;
  if (cursor->mode == GENLM_JSON_MODE_LITERAL)
    local.kind = cursor->kind;
  if (cursor->mode == GENLM_JSON_MODE_STRING || cursor->mode == GENLM_JSON_MODE_NAME)
    {
      local.dfa = cursor->dfa;
      local.state = found != NULL ? found->id << 1 | 1 : (guint64) (gsize) cursor->state;
    }
  if (cursor->mode == GENLM_JSON_MODE_STRING && genlm_json_cursor_is_far (cursor, walk->stepper.book))
    local.frame = GUINT_TO_POINTER (judge_far (walk, cursor) + 1);
  if (cursor->mode == GENLM_JSON_MODE_NAME)
    {
      local.n_words = cursor->n_words;
      memcpy (local.words, cursor->words, cursor->n_words * sizeof *local.words);
    }
  g_byte_array_append (key, (const guint8 *) &local, sizeof local);
  if (!text_counts (cursor) && cursor->mode != GENLM_JSON_MODE_NUMBER)
    return TRUE;
  if (cursor->text == NULL || cursor->text->total - cursor->lexeme_at > MAX_KEPT_TEXT)
    return FALSE;
  if (walk->stepper.room == NULL)
    walk->stepper.room = g_string_new (NULL);
  g_string_set_size (walk->stepper.room, 0);
  genlm_json_text_append (cursor->text, cursor->lexeme_at, walk->stepper.room);
  /* Of a free number those zeros count which an exponent may take away. */
  if (!text_counts (cursor))
    g_string_erase (walk->stepper.room, 0,
                    (gssize) (walk->stepper.room->len - count_zeros (walk->stepper.room)));
  g_byte_array_append (key, (const guint8 *) walk->stepper.room->str,
                       (guint) walk->stepper.room->len);
  return TRUE;
}

/* What is seen of the array or object @level steps out. */
static void
add_sight (Walk                  *walk,
           const GenlmJsonCursor *cursor,
           guint32                level,
           GenlmJsonSight         sight,
           GByteArray            *key)
{
  GenlmJsonBook *book = walk->stepper.book;
  GenlmJsonFrame *frame = cursor->frame;
  GenlmJsonSlot *slot = is_among_names (cursor) ? NULL : cursor->slot;
  const GenlmJsonLevel *open = cursor->below;
  gboolean names = sight == GENLM_JSON_SIGHT_NAMES;
  gsize seen[4] = { level, sight, 0, 0 };
  guint32 i;

  for (i = 0; i < level; i++, open = open->below)
    {
      frame = open->frame;
      slot = open->slot;
    }
  if (level == 0 && cursor->mode == GENLM_JSON_MODE_AFTER)
    slot = NULL;
  seen[0] = level << 1 | (open != NULL);
  if (sight == GENLM_JSON_SIGHT_ALL)
    {
      seen[2] = (gsize) frame;
      seen[3] = (gsize) slot;
    }
  else if (slot != NULL || cursor->mode == GENLM_JSON_MODE_AFTER)
    {
      guint32 outlook = slot != NULL ? __atomic_load_n (&slot->outlook[names], __ATOMIC_ACQUIRE)
                                     : __atomic_load_n (&frame->outlook[names], __ATOMIC_ACQUIRE);

      if (outlook == 0)
        {
          g_mutex_lock (&book->lock);
          outlook = slot != NULL ? genlm_json_slot_get_outlook (book, slot, names)
                                 : genlm_json_frame_get_outlook (book, frame, names);
          g_mutex_unlock (&book->lock);
        }
      seen[2] = outlook;
    }
  g_byte_array_append (key, (const guint8 *) seen, sizeof seen);
}

/* The mask that is kept for a place, or NULL. Leaves in @key how closely the
 * place has been looked at. */
static GenlmJsonMask *
lookup (Walk                  *walk,
        const GenlmJsonCursor *cursor,
        GByteArray            *key)
{
  for (;;)
    {
      GenlmJsonMask *mask = genlm_bounded_table_lookup (walk->learnt->masks, key->data, key->len);

      if (mask == NULL || mask->list != NULL || mask->dense != NULL)
        return mask;
      add_sight (walk, cursor, mask->level, mask->sight, key);
      genlm_json_mask_unref (mask);
    }
}

static void
insert (Walk          *walk,
        GByteArray    *key,
        GenlmJsonMask *mask)
{
  genlm_bounded_table_insert (walk->learnt->masks, key->data, key->len, mask,
                              genlm_json_mask_get_memory (mask));
}

/* Keeps the mask by how closely the walk has looked at the frames, one after
 * the other. Among names the innermost is in the key already. */
static void
keep (Walk                  *walk,
      const GenlmJsonCursor *cursor,
      GByteArray            *key,
      GenlmJsonMask         *mask)
{
  guint32 level;
  guint8 sight;

  for (level = is_among_names (cursor); level < walk->stepper.n_sights; level++)
    for (sight = GENLM_JSON_SIGHT_OUTLOOK; sight <= walk->sights[level]; sight++)
      {
        g_autoptr (GenlmJsonMask) look = genlm_json_mask_new_look (level, sight);

        insert (walk, key, look);
        add_sight (walk, cursor, level, sight, key);
      }
  insert (walk, key, mask);
}

static int
compare_nodes (gconstpointer a,
               gconstpointer b)
{
  guint32 x = *(const guint32 *) a;
  guint32 y = *(const guint32 *) b;

  return x < y ? -1 : x > y;
}

static void
open_eyes (Walk *walk)
{
  walk->stepper.blind = FALSE;
  walk->stepper.sights = NULL;
  g_array_set_size (walk->closings, 0);
  walk->always = FALSE;
}

/* Makes the mask of a place, by a blind walk with names and items of before left
 * out. */
static GenlmJsonMask *
build (Walk                  *walk,
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
  g_array_set_size (walk->cursors, 0);
  g_array_append_val (walk->cursors, start);
  if (found != NULL && walk->stepper.blind)
    add_memo (walk, found, 0, 0, index->trie->n_nodes);
  else if (cursor->mode == GENLM_JSON_MODE_NAME && cursor->state == NULL)
    walk_words (walk, 0, index->trie->n_nodes);
  else if (cursor->mode == GENLM_JSON_MODE_STRING || cursor->mode == GENLM_JSON_MODE_NAME)
    walk_nodes (walk, 0, index->trie->n_nodes);
  else
    walk_outers (walk);
  /* A token without bytes leaves a text as it is. */
  for (i = 0; i < index->trie->n_empty_tokens; i++)
    genlm_json_marks_set (walk->marks, index->trie->empty_tokens[i]);
  if (genlm_json_cursor_complete (&walk->stepper, &start, 0))
    genlm_json_marks_set (walk->marks, index->n_tokens);
  g_array_sort (walk->closings, compare_nodes);
  mask = genlm_json_mask_new (walk->marks, size, (const guint32 *) walk->closings->data,
                              walk->closings->len, walk->always);
  genlm_json_marks_reset (walk->marks);
  return mask;
}

/* Names and items that were read before */

static gboolean
has_names (const GenlmJsonCursor *cursor,
           guint                  n_levels)
{
  const GenlmJsonLevel *level = cursor->below;

  if (cursor->names != NULL)
    return TRUE;
  for (; level != NULL && n_levels > 0; level = level->below, n_levels--)
    if (level->names != NULL)
      return TRUE;
  return FALSE;
}

/* Steps to every closing with open eyes and unsets what is not to be. */
static void
check_closings (Walk                *walk,
                const GenlmJsonMask *mask)
{
  const GenlmTrieNode *nodes = walk->index->trie->nodes;
  guint32 next = 0;
  guint32 p = 0;

  while (next < mask->n_closings)
    {
      const GenlmTrieNode *node = &nodes[p];
      guint32 end = p + GENLM_TRIE_NODE_EXTENT (node);
      guint depth = GENLM_TRIE_NODE_DEPTH (node);
      GenlmJsonCursor *cursor;

      if (mask->closings[next] >= end)
        {
          p = end;
          continue;
        }
      cursor = ensure_cursor (walk, depth);
      *cursor = cursor[-1];
      walk->bytes[depth - 1] = GENLM_TRIE_NODE_BYTE (node);
      genlm_json_stepper_step (&walk->stepper, cursor, depth - 1);
      if (cursor->mode == GENLM_JSON_MODE_DEAD)
        clear_nodes (walk->index, walk->words, p);
      p++;
      if (cursor->mode == GENLM_JSON_MODE_DEAD)
        p = end;
      while (next < mask->n_closings && mask->closings[next] < p)
        next++;
    }
}

static gboolean
has_token_below (Walk    *walk,
                 guint32  p)
{
  GenlmTrieIndex *index = walk->index;
  guint32 end = index->n_tokens_before[p + GENLM_TRIE_NODE_EXTENT (&index->trie->nodes[p])];
  guint32 i;

  for (i = index->n_tokens_before[p]; i < end; i++)
    {
      guint32 token = index->ordered_tokens[i];

      if ((walk->words[token / 64] >> (token % 64)) & 1)
        return TRUE;
    }
  return FALSE;
}

/* A name or string that a quote ends has been read before: steps to the quote and
 * unsets what is below it if nothing comes of that. */
static void
close_again (Walk                  *walk,
             const GenlmJsonCursor *start,
             const Quote           *quote)
{
  GenlmJsonCursor cursor = *start;
  guint i;

  memcpy (walk->bytes, walk->masks->plain->paths->data + quote->path, quote->length + 1u);
  for (i = 0; i <= quote->length; i++)
    genlm_json_stepper_step (&walk->stepper, &cursor, i);
  if (cursor.mode == GENLM_JSON_MODE_DEAD)
    clear_nodes (walk->index, walk->words, quote->p);
}

/* Whether no quote ends what is read. */
static gboolean
is_open (const GString *raw)
{
  gsize i;

  for (i = 0; i < raw->len && raw->str[i] != '"'; i++)
    i += raw->str[i] == '\\';
  return i == raw->len;
}

/* The same for a quote after escapes: @tail is the start of one. */
static void
check_escaped (Walk                     *walk,
               const GenlmJsonCursor    *cursor,
               const GenlmJsonNamesHead *head,
               const char               *tail,
               const Quote              *quote)
{
  g_autoptr (GString) raw = NULL;
  g_autoptr (GString) text = NULL;

  if (!has_token_below (walk, quote->p))
    return;
  raw = g_string_new (tail);
  g_string_append_len (raw, (const char *) walk->masks->plain->paths->data + quote->path,
                       quote->length);
  if (!is_open (raw))
    return;
  text = genlm_json_text_decode (raw->str, raw->len);
  if (genlm_json_names_contains_after (cursor->names, head, text->str, text->len))
    close_again (walk, cursor, quote);
}

/* Where a name or string ends that was read before: all quotes are tried that may
 * be the closing one. */
static void
check_repeated (Walk                  *walk,
                const GenlmJsonCursor *cursor)
{
  const Plain *plain = walk->masks->plain;
  g_autoptr (GString) raw = g_string_new (NULL);
  g_autoptr (GString) text = NULL;
  GenlmJsonNamesHead head;
  gsize length;
  guint32 i;

  if (cursor->text != NULL)
    genlm_json_text_append (cursor->text, cursor->lexeme_at, raw);
  length = genlm_json_text_find_escape (raw->str, raw->len);
  text = genlm_json_text_decode (raw->str, length);
  if (cursor->mode == GENLM_JSON_MODE_STRING)
    g_string_prepend_c (text, '"');
  head = genlm_json_names_make_head (text->str, text->len);
  for (i = 0; i < plain->n_quotes; i++)
    {
      const Quote *quote = &plain->quotes[i];
      const char *path = (const char *) plain->paths->data + quote->path;

      if (quote->has_escape || length < raw->len)
        check_escaped (walk, cursor, &head, raw->str + length, quote);
      else if (quote->is_first
               && genlm_json_names_contains_after (cursor->names, &head, path, quote->length)
               && has_token_below (walk, quote->p))
        close_again (walk, cursor, quote);
    }
}

/* Whether the text of the name or string that is being read may have been read
 * before. */
static gboolean
is_watched (const GenlmJsonCursor *cursor)
{
  if (cursor->names == NULL)
    return FALSE;
  return (cursor->mode == GENLM_JSON_MODE_NAME && cursor->state != NULL)
         || (cursor->mode == GENLM_JSON_MODE_STRING && cursor->frame->unique);
}

static GenlmTokenSet *
finish (Walk                  *walk,
        const GenlmJsonCursor *cursor,
        GenlmJsonMask         *mask)
{
  g_autoptr (GenlmTokenSet) kept = genlm_json_mask_dup_set (mask);
  gboolean watched = is_watched (cursor);
  gboolean closings = mask->n_closings > 0
                      && (mask->always || has_names (cursor, walk->stepper.n_sights + GENLM_TRIE_MAX_DEPTH));
  GenlmTokenSet *set;

  if (!watched && !closings)
    return g_steal_pointer (&kept);
  set = genlm_token_set_new_zeroed (mask->size, &walk->words);
  memcpy (walk->words, genlm_token_set_peek (kept), (mask->size + 63) / 64 * sizeof (guint64));
  open_eyes (walk);
  g_array_set_size (walk->cursors, 0);
  g_array_append_val (walk->cursors, *cursor);
  if (closings)
    check_closings (walk, mask);
  if (watched)
    check_repeated (walk, cursor);
  return set;
}

/* The tokens that may follow the cursor, which is not dead, EOS among them. */
GenlmTokenSet *
genlm_json_masks_make (GenlmJsonMasks        *self,
                       GenlmJsonBook         *book,
                       const GenlmJsonCursor *cursor,
                       GError               **error)
{
  g_autoptr (Learnt) learnt = dup_learnt (self, book);
  g_autoptr (GenlmWalk) found = NULL;
  g_autoptr (GenlmJsonMask) mask = NULL;
  Scratch *scratch = take_scratch (self);
  GByteArray *key = scratch->key;
  GenlmTokenSet *set = NULL;
  gboolean keeps;
  Walk walk;

  walk.masks = self;
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
  found = find_memo (&walk, cursor);
  keeps = start_key (&walk, cursor, found, key);
  if (keeps)
    mask = lookup (&walk, cursor, key);
  if (mask == NULL)
    {
      mask = build (&walk, cursor, found);
      if (walk.stepper.needs_names)
        {
          genlm_json_mask_unref (mask);
          open_eyes (&walk);
          mask = build (&walk, cursor, found);
          keeps = FALSE;
        }
      if (keeps && walk.stepper.error == NULL)
        {
          g_byte_array_set_size (key, 0);
          start_key (&walk, cursor, found, key);
          keep (&walk, cursor, key, mask);
        }
    }
  if (walk.stepper.error == NULL)
    set = finish (&walk, cursor, mask);
  if (walk.stepper.error != NULL)
    {
      g_clear_pointer (&set, genlm_token_set_unref);
      g_propagate_error (error, g_steal_pointer (&walk.stepper.error));
    }
  genlm_json_stepper_clear (&walk.stepper);
  give_scratch (self, scratch);
  return set;
}
