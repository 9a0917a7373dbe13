#include "genlm-walk-memo.h"

#include <stdlib.h>
#include <string.h>

#include "genlm-bits.h"
#include "genlm-bounded-table.h"

/* Up to so many nodes a list is looked for among those of other walks. */
#define MAX_SHARED_NODES (4096u)

/* The part of the memory that numbers of lists may take. */
#define LIST_SHARE       (16u)

struct _GenlmWalkMemo
{
  GenlmTrieIndex    *index;
  GenlmByteDfa      *dfa;
  GenlmBoundedTable *table;
  /* Numbers of lists of nodes, by list. */
  GenlmBoundedTable *lists;
  guint64            last_id;
  /* By label, and the buckets these bytes start; NULL where nothing is known. */
  GenlmByteSet      *after_labels;
  guint64           *after_buckets;
};

/* No padding, as its bytes are the key. The list is 0 where there is one node,
 * @below. */
typedef struct
{
  GenlmByteState *state;
  guint64         list;
  guint64         below;
} Key;

static gpointer
walk_ref (gpointer walk)
{
  g_atomic_ref_count_inc (&((GenlmWalk *) walk)->ref_count);
  return walk;
}

void
genlm_walk_unref (GenlmWalk *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->tokens);
  g_free (self->words);
  g_free (self->cuts);
  g_free (self->nodes);
  g_free (self);
}

static gsize
measure (const GenlmWalk *self)
{
  gsize n_nodes = 0;
  guint32 i;

  for (i = 0; i < self->n_cuts; i++)
    n_nodes += self->cuts[i].n_nodes;
  return sizeof (GenlmWalk) + self->n_cuts * sizeof (GenlmWalkCut) + n_nodes * sizeof (guint32)
         + (self->words != NULL ? self->n_words * sizeof (guint64)
                                : self->n_tokens * sizeof (guint32));
}

static gpointer
number_copy (gpointer number)
{
  return g_memdup2 (number, sizeof (guint64));
}

/* The index must outlive the memo, which may so stay with a vocabulary.
 * @max_memory is in bytes; with 0 nothing is kept. */
GenlmWalkMemo *
genlm_walk_memo_new (GenlmTrieIndex *index,
                     GenlmByteDfa   *dfa,
                     guint64         max_memory)
{
  GenlmWalkMemo *self = g_new0 (GenlmWalkMemo, 1);

  self->index = index;
  self->dfa = genlm_byte_dfa_ref (dfa);
  self->table = genlm_bounded_table_new (max_memory - max_memory / LIST_SHARE, walk_ref,
                                         (GDestroyNotify) genlm_walk_unref);
  self->lists = genlm_bounded_table_new (max_memory / LIST_SHARE, number_copy, g_free);
  return self;
}

/* The buckets of the characters that start with a byte. */
static guint64
find_buckets (const GenlmTrieIndex *index,
              guint8                byte)
{
  if (byte < 0x80)
    return GENLM_BUCKET_BIT (index->ascii_buckets[byte]);
  return GENLM_BUCKET_BIT (GENLM_BUCKET_SEVERAL) | GENLM_BUCKET_BIT (GENLM_BUCKET_CUT)
         | GENLM_BUCKET_BIT (GENLM_BUCKET_BROKEN);
}

/* Says, before anything is asked, which bytes what comes after a label can start
 * with, so that no cuts need be kept where nothing does. @after_labels has as
 * many sets as there are labels. */
void
genlm_walk_memo_set_after (GenlmWalkMemo      *self,
                           const GenlmByteSet *after_labels,
                           gsize               n_labels)
{
  gsize i;
  guint byte;

  g_free (self->after_labels);
  g_free (self->after_buckets);
  self->after_labels = g_memdup2 (after_labels, n_labels * sizeof (GenlmByteSet));
  self->after_buckets = g_new0 (guint64, n_labels);
  for (i = 0; i < n_labels; i++)
    for (byte = 0; byte < 256; byte++)
      if (genlm_byte_set_contains (&after_labels[i], (guint8) byte))
        self->after_buckets[i] |= find_buckets (self->index, (guint8) byte);
}

void
genlm_walk_memo_free (GenlmWalkMemo *self)
{
  genlm_bounded_table_free (self->lists);
  genlm_bounded_table_free (self->table);
  g_free (self->after_buckets);
  g_free (self->after_labels);
  genlm_byte_dfa_unref (self->dfa);
  g_free (self);
}

/* Keeps what is in @words: as a list if that takes less, taking the words
 * otherwise. */
static void
keep_tokens (GenlmWalk *self,
             guint64   *words)
{
  guint32 n = 0;
  guint32 i;

  self->n_tokens = (guint32) genlm_bits_count (words, self->n_words);
  if (self->n_tokens >= self->n_words * 2)
    {
      self->words = words;
      return;
    }
  self->tokens = g_new (guint32, self->n_tokens);
  for (i = 0; i < self->n_words; i++)
    for (guint64 word = words[i]; word != 0; word &= word - 1)
      self->tokens[n++] = i * 64 + (guint32) __builtin_ctzll (word);
  g_free (words);
}

static int
compare_numbers (gconstpointer a,
                 gconstpointer b)
{
  guint32 x = *(const guint32 *) a;
  guint32 y = *(const guint32 *) b;

  return x < y ? -1 : x > y;
}

/* How many tokens there are below the nodes, one counted again for each node
 * that it is below. */
static guint64
count_tokens_below (GenlmTrieIndex *index,
                    const guint32  *nodes,
                    guint32         n_nodes)
{
  guint64 n_tokens = 0;
  guint32 i;

  for (i = 0; i < n_nodes; i++)
    {
      guint32 end = nodes[i] + GENLM_TRIE_NODE_EXTENT (&index->trie->nodes[nodes[i]]);

      n_tokens += index->n_tokens_before[end] - index->n_tokens_before[nodes[i] + 1];
    }
  return n_tokens;
}

/* As keep_tokens(), where few tokens are below the nodes: only those are looked
 * at. */
static void
keep_tokens_below (GenlmWalk      *self,
                   GenlmTrieIndex *index,
                   const guint32  *nodes,
                   guint32         n_nodes,
                   guint64         n_below,
                   guint64        *words)
{
  guint32 i;

  self->tokens = g_new (guint32, n_below);
  for (i = 0; i < n_nodes; i++)
    {
      guint32 end = nodes[i] + GENLM_TRIE_NODE_EXTENT (&index->trie->nodes[nodes[i]]);
      guint32 j;

      for (j = index->n_tokens_before[nodes[i] + 1]; j < index->n_tokens_before[end]; j++)
        {
          guint32 token = index->ordered_tokens[j];
          guint64 bit = G_GUINT64_CONSTANT (1) << (token % 64);

          if ((words[token / 64] & bit) == 0)
            continue;
          words[token / 64] &= ~bit;
          self->tokens[self->n_tokens++] = token;
        }
    }
  if (self->n_tokens > 1)
    qsort (self->tokens, self->n_tokens, sizeof (guint32), compare_numbers);
  self->tokens = g_renew (guint32, self->tokens, self->n_tokens);
  g_free (words);
}

/* The number of the group of cuts in @state, which is made if there is none. */
static guint
find_group (GArray         *groups,
            GHashTable     *numbers,
            GenlmByteState *state)
{
  gpointer number = g_hash_table_lookup (numbers, state);
  GenlmWalkCut group = { .state = state };

  if (number != NULL)
    return GPOINTER_TO_UINT (number) - 1;
  g_array_append_val (groups, group);
  g_hash_table_insert (numbers, state, GUINT_TO_POINTER (groups->len));
  return groups->len - 1;
}

/* Walks from nodes one of which is below another may come to the same cut.
 * Returns how many nodes are left. */
static guint32
sort_nodes (guint32 *nodes,
            guint32  n_nodes)
{
  guint32 n_kept = 1;
  guint32 i;

  for (i = 1; i < n_nodes && nodes[i - 1] < nodes[i]; i++)
    ;
  if (i == n_nodes)
    return n_nodes;
  qsort (nodes, n_nodes, sizeof (guint32), compare_numbers);
  for (i = 1; i < n_nodes; i++)
    if (nodes[i] != nodes[n_kept - 1])
      nodes[n_kept++] = nodes[i];
  return n_kept;
}

/* The number of a list of several nodes: equal lists mostly have the same one, and
 * others never. */
static guint64
find_list (GenlmWalkMemo *memo,
           const guint32 *nodes,
           guint32        n_nodes)
{
  gsize size = n_nodes * sizeof (guint32);
  g_autofree guint64 *known = NULL;
  guint64 number;

  if (n_nodes <= MAX_SHARED_NODES)
    known = genlm_bounded_table_lookup (memo->lists, nodes, size);
  if (known != NULL)
    return *known;
  number = __atomic_add_fetch (&memo->last_id, 1, __ATOMIC_RELAXED);
  if (n_nodes <= MAX_SHARED_NODES)
    genlm_bounded_table_insert (memo->lists, nodes, size, &number, sizeof number);
  return number;
}

/* Sorts the cuts by state: counts them, and then puts them one by one behind
 * what is in their group. */
static void
keep_cuts (GenlmWalk     *self,
           GenlmWalkMemo *memo,
           const GArray  *cuts)
{
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) groups = g_array_new (FALSE, FALSE, sizeof (GenlmWalkCut));
  g_autofree guint32 *group_of = g_new (guint32, cuts->len);
  guint32 *at;
  guint i;

  self->nodes = g_new (guint32, cuts->len);
  for (i = 0; i < cuts->len; i++)
    {
      GenlmByteState *state = g_array_index (cuts, GenlmTrieCut, i).state;

      group_of[i] = i > 0 && g_array_index (cuts, GenlmTrieCut, i - 1).state == state
                      ? group_of[i - 1]
                      : find_group (groups, numbers, state);
      g_array_index (groups, GenlmWalkCut, group_of[i]).n_nodes++;
    }
  at = self->nodes;
  for (i = 0; i < groups->len; i++)
    {
      GenlmWalkCut *group = &g_array_index (groups, GenlmWalkCut, i);

      group->nodes = at;
      at += group->n_nodes;
      group->n_nodes = 0;
    }
  for (i = 0; i < cuts->len; i++)
    {
      GenlmWalkCut *group = &g_array_index (groups, GenlmWalkCut, group_of[i]);

      self->nodes[group->nodes - self->nodes + group->n_nodes++]
        = g_array_index (cuts, GenlmTrieCut, i).node;
    }
  for (i = 0; i < groups->len; i++)
    {
      GenlmWalkCut *group = &g_array_index (groups, GenlmWalkCut, i);

      group->n_nodes = sort_nodes (&self->nodes[group->nodes - self->nodes], group->n_nodes);
      if (group->n_nodes > 1)
        group->list = find_list (memo, group->nodes, group->n_nodes);
    }
  self->n_cuts = groups->len;
  self->cuts = (GenlmWalkCut *) g_array_free (g_steal_pointer (&groups), FALSE);
}

/* The buckets of the characters whose first byte can be read in @state. FALSE
 * when a limit is passed. */
static gboolean
find_first_buckets (GenlmWalkMemo   *self,
                    GenlmByteState  *state,
                    guint64         *first,
                    GError         **error)
{
  guint byte;

  *first = 0;
  for (byte = 0; byte < 256; byte++)
    {
      GenlmByteState *next = genlm_byte_dfa_step (self->dfa, state, (guint8) byte, error);

      if (next == NULL)
        return FALSE;
      if (next != self->dfa->dead)
        *first |= find_buckets (self->index, (guint8) byte);
    }
  return TRUE;
}

/* Whether something may follow what @state accepts that goes on below a node:
 * one of its children has a byte of @after. */
static gboolean
may_follow (const GenlmTrie    *trie,
            guint32             node,
            const GenlmByteSet *after)
{
  guint32 end = node + GENLM_TRIE_NODE_EXTENT (&trie->nodes[node]);
  guint32 p;

  for (p = node + 1; p < end; p += GENLM_TRIE_NODE_EXTENT (&trie->nodes[p]))
    if (genlm_byte_set_contains (after, GENLM_TRIE_NODE_BYTE (&trie->nodes[p])))
      return TRUE;
  return FALSE;
}

/* The bytes with which something may follow. */
static void
unite_after (const GenlmWalkMemo  *memo,
             const GenlmByteState *state,
             GenlmByteSet         *after)
{
  guint32 i;

  memset (after, 0, sizeof *after);
  for (i = 0; i < state->n_accepts; i++)
    genlm_byte_set_unite (after, &memo->after_labels[state->accepts[i]]);
}

/* Leaves out the cuts where nothing goes on. */
static void
drop_cuts (const GenlmWalkMemo *memo,
           GArray              *cuts)
{
  const GenlmByteState *last = NULL;
  GenlmByteSet after = { { 0 } };
  guint n_kept = 0;
  guint i;

  for (i = 0; i < cuts->len; i++)
    {
      GenlmTrieCut cut = g_array_index (cuts, GenlmTrieCut, i);

      if (cut.state != last)
        unite_after (memo, cut.state, &after);
      last = cut.state;
      if (may_follow (memo->index->trie, cut.node, &after))
        g_array_index (cuts, GenlmTrieCut, n_kept++) = cut;
    }
  g_array_set_size (cuts, n_kept);
}

/* Walks below all of the nodes; of several only where something of the buckets
 * @first stands. NULL when a limit is passed. */
static GenlmWalk *
walk_new (GenlmWalkMemo   *memo,
          const guint32   *nodes,
          guint32          n_nodes,
          GenlmByteState  *state,
          guint64          first,
          GError         **error)
{
  g_autoptr (GArray) cuts = g_array_new (FALSE, FALSE, sizeof (GenlmTrieCut));
  guint32 n_words = memo->index->n_tokens / 64 + 1;
  g_autofree guint64 *words = g_new0 (guint64, n_words);
  guint64 n_below;
  GenlmWalk *self;
  guint32 i;

  for (i = 0; i < n_nodes; i++)
    if ((n_nodes == 1 || !genlm_trie_index_is_without (memo->index, nodes[i], first))
        && !genlm_trie_walk (memo->index, nodes[i], memo->dfa, state, words, cuts,
                             memo->after_buckets, error))
      return NULL;
  if (memo->after_labels != NULL)
    drop_cuts (memo, cuts);
  self = g_new0 (GenlmWalk, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->id = __atomic_add_fetch (&memo->last_id, 1, __ATOMIC_RELAXED);
  self->n_words = n_words;
  n_below = nodes[0] != GENLM_TRIE_WALK_ALL ? count_tokens_below (memo->index, nodes, n_nodes)
                                            : G_MAXUINT64;
  if (n_below < n_words / 2)
    keep_tokens_below (self, memo->index, nodes, n_nodes, n_below, g_steal_pointer (&words));
  else
    keep_tokens (self, g_steal_pointer (&words));
  keep_cuts (self, memo, cuts);
  return self;
}

/* About how many nodes a walk from a node looks at: all below what may be read
 * first. */
static guint64
count_nodes_below (GenlmWalkMemo  *self,
                   GenlmByteState *state,
                   guint32         node)
{
  const GenlmTrie *trie = self->index->trie;
  guint32 end = node + GENLM_TRIE_NODE_EXTENT (&trie->nodes[node]);
  guint64 n_nodes = 0;
  guint32 p;

  for (p = node + 1; p < end; p += GENLM_TRIE_NODE_EXTENT (&trie->nodes[p]))
    n_nodes += genlm_byte_dfa_peek_next (self->dfa, state, GENLM_TRIE_NODE_BYTE (&trie->nodes[p]))
                   != self->dfa->dead
                 ? GENLM_TRIE_NODE_EXTENT (&trie->nodes[p])
                 : 1;
  return n_nodes;
}

/* Takes from @room the nodes that a walk looks at, if so many are there. */
static gboolean
take_room (GenlmWalkMemo  *self,
           const guint32  *nodes,
           guint32         n_nodes,
           GenlmByteState *state,
           guint64         first,
           guint64        *room)
{
  guint64 n_below = 0;
  guint32 i;

  for (i = 0; i < n_nodes && n_below <= *room; i++)
    if (!genlm_trie_index_is_without (self->index, nodes[i], first))
      n_below += count_nodes_below (self, state, nodes[i]);
  if (n_below > *room)
    return FALSE;
  *room -= n_below;
  return TRUE;
}

/* No token can tell the state from the clamped one, which many states share. */
static GenlmWalk *
get_walk (GenlmWalkMemo   *self,
          Key             *key,
          const guint32   *nodes,
          guint32          n_nodes,
          guint64         *room,
          GError         **error)
{
  guint64 first = GENLM_BUCKET_ALL;
  GenlmWalk *walk;

  key->state = genlm_byte_dfa_clamp (self->dfa, key->state, self->index->trie->max_depth, error);
  if (key->state == NULL)
    return NULL;
  walk = genlm_bounded_table_lookup (self->table, key, sizeof *key);
  if (walk != NULL)
    return walk;
  if (n_nodes > 1 && !find_first_buckets (self, key->state, &first, error))
    return NULL;
  if (room != NULL && !take_room (self, nodes, n_nodes, key->state, first, room))
    return NULL;
  walk = walk_new (self, nodes, n_nodes, key->state, first, error);
  if (walk != NULL)
    genlm_bounded_table_insert (self->table, key, sizeof *key, walk, measure (walk));
  return walk;
}

/* The walk below a node, or of the whole trie with GENLM_TRIE_WALK_ALL.
 * Returns a new reference, or NULL when a limit is passed. */
GenlmWalk *
genlm_walk_memo_get (GenlmWalkMemo   *self,
                     guint32          below,
                     GenlmByteState  *state,
                     GError         **error)
{
  Key key = { state, 0, below };

  return get_walk (self, &key, &below, 1, NULL, error);
}

/* The walks below all nodes of a cut of @walk, whose state does not matter any
 * more, as one. Nodes of the trie that are walked are taken from @room, and where
 * those are too many nothing is done. Returns a new reference, or NULL without an
 * error for that, or when a limit is passed. */
GenlmWalk *
genlm_walk_memo_get_after (GenlmWalkMemo   *self,
                           GenlmWalk       *walk,
                           guint            cut,
                           GenlmByteState  *state,
                           guint64         *room,
                           GError         **error)
{
  const GenlmWalkCut *group = &walk->cuts[cut];
  Key key = { state, group->list, group->n_nodes == 1 ? group->nodes[0] : 0 };

  return get_walk (self, &key, group->nodes, group->n_nodes, room, error);
}

guint64
genlm_walk_memo_get_memory (GenlmWalkMemo *self)
{
  return genlm_bounded_table_get_memory (self->table)
         + genlm_bounded_table_get_memory (self->lists);
}

/* Sets the bits of the tokens of the walk. */
void
genlm_walk_add_tokens (const GenlmWalk *self,
                       guint64         *words)
{
  guint32 i;

  if (self->words != NULL)
    for (i = 0; i < self->n_words; i++)
      words[i] |= self->words[i];
  else
    for (i = 0; i < self->n_tokens; i++)
      words[self->tokens[i] / 64] |= G_GUINT64_CONSTANT (1) << (self->tokens[i] % 64);
}
