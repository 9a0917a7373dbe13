#include "genlm-earley-view.h"

#include "genlm-earley-signatures.h"
#include "genlm-mask-cache.h"
#include "genlm-walk-memo.h"

/* Smaller subtrees are read rather than looked into. */
#define MIN_WHOLE_EXTENT (8u)

/* With more ways than these to cut tokens into terminals it is better to read
 * the tokens byte by byte. */
#define MAX_MEMBERS      (4u)
#define MAX_FRAMES       (128u)
#define MAX_ENDS         (512u)

/* Reading the tokens costs about as much as walking this part of the trie. */
#define READ_SHARE       (4u)

/* A part of a mask: the tokens of a walk, in which terminals begin that follow
 * a node, which is in a list of its own. To know what these are one has to look
 * @depth deep into the configuration, and with every rule that ends one deeper
 * than @below. */
typedef struct
{
  GenlmWalk *walk;
  guint      depth;
  guint      below;
} Frame;

struct _GenlmEarleyView
{
  GenlmEarleyParser     *parser;
  GenlmEarleyNodes      *nodes;
  GenlmEarleySignatures *signatures;
  GenlmTrieIndex        *index;
  gboolean               without_caches;
  GenlmWalkMemo         *walks;
  GenlmMaskCache        *masks;
  /* By signature of depth one: at which depths masks are known, a bit each.
   * For one epoch. */
  GArray                *depths;
  guint32                epoch;
  /* How many nodes of the trie may still be walked after terminals. */
  guint64                room;

  /* Of a mask that is being made. */
  GArray                *frames;
  GPtrArray             *frame_nodes;
  guint                  looked;
  guint                  n_ends;
  /* By depth in the trie; the first is that of which the mask is. */
  GenlmEarleyConfig     *configs[GENLM_TRIE_MAX_DEPTH + 1];
};

static void
add_token (guint64 *words,
           guint32  token)
{
  words[token / 64] |= G_GUINT64_CONSTANT (1) << (token % 64);
}

/* --- Reading every token ------------------------------------------------- */

/* How deep one had to look to get somewhere in the trie: as in a frame. */
typedef struct
{
  guint depth;
  guint below;
} Look;

static gboolean
read_byte (GenlmEarleyView  *self,
           guint32           depth,
           guint8            byte,
           Look             *looks,
           GError          **error)
{
  guint8 kind = genlm_earley_parser_get_rules (self->parser)->dfa->classes[byte];
  GenlmEarleyConfig *before = self->configs[depth - 1];
  const Look *look = &looks[depth - 1];

  if (before->next == NULL || before->next[kind] == NULL)
    {
      if (!genlm_earley_parser_look (self->parser, self->configs, depth, NULL, 0, error))
        return FALSE;
      before = self->configs[depth - 1];
    }
  self->configs[depth] = genlm_earley_parser_step (self->parser, before, byte, error);
  if (self->configs[depth] == NULL)
    return FALSE;
  looks[depth].depth = before->returns[kind] ? look->below : look->depth;
  looks[depth].below = look->below + before->returns[kind];
  self->looked = MAX (self->looked, looks[depth].depth);
  return TRUE;
}

/* Finds the characters of ASCII that lead from a configuration to itself without
 * a look at what is deeper. */
static gboolean
find_outside (GenlmEarleyView    *self,
              GenlmEarleyConfig  *config,
              GError            **error)
{
  const guint8 *classes = genlm_earley_parser_get_rules (self->parser)->dfa->classes;
  guint64 outside = GENLM_BUCKET_BIT (GENLM_BUCKET_SEVERAL) | GENLM_BUCKET_BIT (GENLM_BUCKET_CUT)
                    | GENLM_BUCKET_BIT (GENLM_BUCKET_BROKEN);
  guint8 byte;

  for (byte = 0; byte < 0x80; byte++)
    {
      GenlmEarleyConfig *next = genlm_earley_parser_step (self->parser, config, byte, error);

      if (next == NULL)
        return FALSE;
      if (next != config || config->returns[classes[byte]])
        outside |= GENLM_BUCKET_BIT (self->index->ascii_buckets[byte]);
    }
  config->outside = outside;
  return TRUE;
}

/* Whether the configuration stays what it is all below a node. */
static gboolean
is_whole (GenlmEarleyView  *self,
          guint32           node,
          guint32           depth,
          gboolean         *whole,
          GError          **error)
{
  GenlmEarleyConfig *config = self->configs[depth];

  *whole = FALSE;
  if (config != self->configs[depth - 1]
      || GENLM_TRIE_NODE_EXTENT (&self->index->trie->nodes[node]) < MIN_WHOLE_EXTENT)
    return TRUE;
  if (config->outside == 0 && !find_outside (self, config, error))
    return FALSE;
  *whole = genlm_trie_index_is_without (self->index, node, config->outside);
  return TRUE;
}

static gboolean
read_tokens (GenlmEarleyView  *self,
             guint64          *words,
             GError          **error)
{
  const GenlmTrie *trie = self->index->trie;
  Look looks[GENLM_TRIE_MAX_DEPTH + 1] = { { 1, 2 } };
  guint32 p = 0;

  while (p < trie->n_nodes)
    {
      const GenlmTrieNode *node = &trie->nodes[p];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      gboolean whole;

      if (!read_byte (self, depth, GENLM_TRIE_NODE_BYTE (node), looks, error))
        return FALSE;
      if (self->configs[depth]->n_members == 0)
        {
          p += GENLM_TRIE_NODE_EXTENT (node);
          continue;
        }
      if (GENLM_TRIE_NODE_TOKEN (node) != GENLM_TRIE_NO_TOKEN)
        add_token (words, GENLM_TRIE_NODE_TOKEN (node));
      if (!is_whole (self, p, depth, &whole, error))
        return FALSE;
      if (whole)
        genlm_trie_index_add_below (self->index, p, words);
      p += whole ? GENLM_TRIE_NODE_EXTENT (node) : 1;
    }
  return TRUE;
}

/* If the text may end. */
static gboolean
add_eos (GenlmEarleyView  *self,
         guint64          *words,
         GError          **error)
{
  gboolean final;

  if (!genlm_earley_parser_find_config_final (self->parser, self->configs[0], &final, error))
    return FALSE;
  if (final)
    add_token (words, self->index->n_tokens);
  return TRUE;
}

static gboolean
read_mask (GenlmEarleyView  *self,
           guint64          *words,
           GError          **error)
{
  self->looked = 1;
  return read_tokens (self, words, error) && add_eos (self, words, error);
}

/* --- Putting walks together ---------------------------------------------- */

static Frame *
frame_at (GenlmEarleyView *self,
          guint            index)
{
  return &g_array_index (self->frames, Frame, index);
}

static void
clear_frames (GenlmEarleyView *self)
{
  guint i;

  for (i = 0; i < self->frames->len; i++)
    genlm_walk_unref (frame_at (self, i)->walk);
  g_array_set_size (self->frames, 0);
  g_ptr_array_set_size (self->frame_nodes, 0);
}

/* Takes the walk. */
static void
add_frame (GenlmEarleyView *self,
           GenlmWalk       *walk,
           GenlmEarleyNode *node,
           guint            depth,
           guint            below)
{
  Frame frame = { walk, depth, below };
  guint i;

  for (i = 0; i < self->frames->len; i++)
    if (g_ptr_array_index (self->frame_nodes, i) == node && frame_at (self, i)->walk->id == walk->id)
      break;
  if (i < self->frames->len || (walk->n_tokens == 0 && walk->n_cuts == 0))
    {
      genlm_walk_unref (walk);
      return;
    }
  g_array_append_val (self->frames, frame);
  g_ptr_array_add (self->frame_nodes, node);
}

/* Goes on where a terminal may have ended with what follows @node: after a cut
 * of the frame's walk, or without one, before the first byte. FALSE when that is
 * too much, and when a limit is passed. */
static gboolean
add_next (GenlmEarleyView  *self,
          const Frame      *frame,
          guint             cut,
          GenlmEarleyNode  *node,
          gboolean          after_ignored,
          gboolean          deeper,
          GError          **error)
{
  guint depth = deeper ? frame->below : frame->depth;
  GenlmByteState *lexer;
  GenlmWalk *next;

  lexer = genlm_earley_nodes_find_lexer (self->nodes, node, after_ignored, error);
  if (lexer == NULL)
    return FALSE;
  if (frame->walk != NULL)
    next = genlm_walk_memo_get_after (self->walks, frame->walk, cut, lexer, &self->room, error);
  else
    next = genlm_walk_memo_get (self->walks, GENLM_TRIE_WALK_ALL, lexer, error);
  if (next == NULL)
    return FALSE;
  self->looked = MAX (self->looked, depth);
  add_frame (self, next, node, depth, frame->below + (deeper ? 1 : 0));
  return TRUE;
}

/* What may follow the terminals that @state accepts, which began after @node.
 * FALSE as above. */
static gboolean
end_terminal (GenlmEarleyView  *self,
              const Frame      *frame,
              GenlmEarleyNode  *node,
              guint             cut,
              GenlmByteState   *state,
              GError          **error)
{
  guint32 accept = genlm_earley_nodes_find_accept (self->nodes, state);
  GenlmEarleyTarget target;

  const GenlmEarleyTarget *found;

  if (++self->n_ends > MAX_ENDS)
    return FALSE;
  found = genlm_earley_nodes_find_target (self->nodes, node, accept, error);
  if (found == NULL)
    return FALSE;
  target = *found;
  if (target.node != NULL
      && !add_next (self, frame, cut, target.node, FALSE, target.returns, error))
    return FALSE;
  return !target.keeps || add_next (self, frame, cut, node, TRUE, FALSE, error);
}

static gboolean
follow_frame (GenlmEarleyView  *self,
              guint             index,
              guint64          *words,
              GError          **error)
{
  const Frame frame = *frame_at (self, index);
  GenlmEarleyNode *node = g_ptr_array_index (self->frame_nodes, index);
  guint i;

  genlm_walk_add_tokens (frame.walk, words);
  for (i = 0; i < frame.walk->n_cuts; i++)
    if (!end_terminal (self, &frame, node, i, frame.walk->cuts[i].state, error))
      return FALSE;
  return genlm_earley_parser_look (self->parser, self->configs, 1,
                                   (GenlmEarleyNode **) self->frame_nodes->pdata,
                                   self->frame_nodes->len, error);
}

static gboolean
begin_frames (GenlmEarleyView  *self,
              GError          **error)
{
  const GenlmEarleyConfig *config = self->configs[0];
  guint32 i;

  if (config->n_members > MAX_MEMBERS)
    return FALSE;
  for (i = 0; i < config->n_members; i++)
    {
      GenlmEarleyMember member = config->members[i];
      Frame before = { NULL, 1, 2 };
      GenlmWalk *walk;

      walk = genlm_walk_memo_get (self->walks, GENLM_TRIE_WALK_ALL, member.state, error);
      if (walk == NULL)
        return FALSE;
      add_frame (self, walk, member.node, before.depth, before.below);
      if (member.state->accepting
          && !end_terminal (self, &before, member.node, 0, member.state, error))
        return FALSE;
    }
  return TRUE;
}

/* As read_mask(), but what was read once is not read again. What has to be
 * known of nodes to tell whether the text may end is known when what may
 * follow is. */
static gboolean
join_mask (GenlmEarleyView  *self,
           guint64          *words,
           GError          **error)
{
  GError *local_error = NULL;
  gboolean ok;
  guint i;

  self->looked = 1;
  self->n_ends = 0;
  ok = begin_frames (self, &local_error);
  for (i = 0; ok && i < self->frames->len && i < MAX_FRAMES; i++)
    ok = follow_frame (self, i, words, &local_error);
  clear_frames (self);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  if (!ok || i == MAX_FRAMES)
    {
      /* Walks are kept, so in the long run they may cost as much as this. */
      self->room = MIN (self->room + self->index->trie->n_nodes / READ_SHARE,
                        self->index->trie->n_nodes);
      return read_mask (self, words, error);
    }
  return add_eos (self, words, error);
}

/* --- Masks that were made ------------------------------------------------ */

/* A signature within its epoch, or with epoch 0 the id of a configuration. */
typedef struct
{
  guint64 epoch;
  guint64 number;
} MaskKey;

/* What stands in a configuration for the key that is its id. */
#define BY_ID (1u)

/* Lets readers find the mask by the key. What it says stays true. */
static void
remember_key (GenlmEarleyConfig *config,
              MaskKey            key)
{
  guint64 mask = key.epoch != 0 ? key.epoch << 32 | key.number : BY_ID;

  __atomic_store_n (&config->mask, mask, __ATOMIC_RELAXED);
}

/* NULL where the signature takes too long. */
static guint32 *
find_depths (GenlmEarleyView   *self,
             GenlmEarleyConfig *config)
{
  guint32 epoch = genlm_earley_signatures_get_epoch (self->signatures);
  guint32 first = genlm_earley_signatures_find (self->signatures, config, 1);

  if (self->epoch != epoch)
    g_array_set_size (self->depths, 0);
  self->epoch = epoch;
  if (first == 0)
    return NULL;
  if (first >= self->depths->len)
    g_array_set_size (self->depths, MAX (first + 1, self->depths->len * 2));
  return &g_array_index (self->depths, guint32, first);
}

static GenlmTokenSet *
lookup (GenlmEarleyView   *self,
        GenlmEarleyConfig *config)
{
  const guint32 *known;
  guint32 depths;

  if (config->is_deep)
    {
      MaskKey key = { 0, config->id };

      return genlm_mask_cache_lookup (self->masks, &key, sizeof key);
    }
  known = find_depths (self, config);
  for (depths = known != NULL ? *known : 0; depths != 0; depths &= depths - 1)
    {
      guint depth = (guint) __builtin_ctz (depths) + 1;
      MaskKey key = { self->epoch, genlm_earley_signatures_find (self->signatures, config, depth) };
      GenlmTokenSet *mask = NULL;

      if (key.number != 0)
        mask = genlm_mask_cache_lookup (self->masks, &key, sizeof key);
      if (mask != NULL)
        {
          remember_key (config, key);
          return mask;
        }
    }
  return NULL;
}

static void
insert (GenlmEarleyView   *self,
        GenlmEarleyConfig *config,
        GenlmTokenSet     *mask)
{
  guint32 *known = NULL;
  MaskKey key = { 0, 0 };

  if (self->looked <= GENLM_EARLEY_MAX_DEPTH && !config->is_deep)
    known = find_depths (self, config);
  if (known != NULL)
    key.number = genlm_earley_signatures_find (self->signatures, config, self->looked);
  if (key.number != 0)
    {
      *known |= 1u << (self->looked - 1);
      key.epoch = self->epoch;
    }
  else
    {
      config->is_deep = TRUE;
      key.number = config->id;
    }
  genlm_mask_cache_insert (self->masks, &key, sizeof key, mask);
  remember_key (config, key);
}

/* Under the lock. */
static GenlmTokenSet *
make_mask (GenlmEarleyView  *self,
           GError          **error)
{
  gsize n_tokens = self->index->n_tokens;
  const GenlmTrie *trie = self->index->trie;
  g_autoptr (GenlmTokenSet) mask = NULL;
  guint64 *words;
  gboolean ok;
  guint32 i;

  mask = genlm_token_set_new_zeroed (n_tokens + 1, &words);
  if (self->without_caches)
    ok = read_mask (self, words, error);
  else
    ok = join_mask (self, words, error);
  for (i = 0; i < trie->n_empty_tokens; i++)
    add_token (words, trie->empty_tokens[i]);
  return ok ? g_steal_pointer (&mask) : NULL;
}

/* The mask, if it was found before; NULL if not. As a reader. */
static GenlmTokenSet *
peek_mask (GenlmEarleyView         *self,
           const GenlmEarleyConfig *config)
{
  guint64 mask = __atomic_load_n (&config->mask, __ATOMIC_RELAXED);
  MaskKey key = { mask >> 32, (guint32) mask };

  if (mask == 0)
    return NULL;
  if (mask == BY_ID)
    key.number = config->id;
  return genlm_mask_cache_lookup (self->masks, &key, sizeof key);
}

static GenlmTokenSet *
find_mask (GenlmEarleyView    *self,
           GenlmEarleyHandle  *handle,
           GError            **error)
{
  GenlmEarleyConfig *config = genlm_earley_parser_open (self->parser, handle, error);
  GenlmTokenSet *mask = NULL;

  if (config == NULL)
    return NULL;
  self->configs[0] = config;
  if (self->without_caches)
    return make_mask (self, error);
  genlm_earley_signatures_trim (self->signatures);
  mask = lookup (self, config);
  if (mask != NULL)
    return mask;
  mask = make_mask (self, error);
  if (mask != NULL)
    insert (self, self->configs[0], mask);
  return mask;
}

/* NULL when a limit is passed. */
GenlmTokenSet *
genlm_earley_view_dup_mask (GenlmEarleyView    *self,
                            GenlmEarleyHandle  *handle,
                            GError            **error)
{
  GenlmTokenSet *mask;

  genlm_earley_parser_lock_reader (self->parser);
  mask = peek_mask (self, genlm_earley_parser_peek (self->parser, handle));
  genlm_earley_parser_unlock_reader (self->parser);
  if (mask != NULL)
    return mask;
  genlm_earley_parser_lock (self->parser);
  mask = find_mask (self, handle, error);
  genlm_earley_parser_unlock (self->parser);
  return mask;
}

/* Under the lock. */
static void
prepare_walks (GenlmEarleyView *self)
{
  const GenlmByteSet *after = genlm_earley_parser_find_after (self->parser);

  if (after != NULL)
    genlm_walk_memo_set_after (self->walks, after,
                               genlm_earley_parser_get_rules (self->parser)->n_terminals + 1);
}

/* @max_memory bounds what is kept. */
GenlmEarleyView *
genlm_earley_view_new (GenlmEarleyParser *parser,
                       GenlmTrieIndex    *index,
                       guint64            max_memory,
                       gboolean           without_caches)
{
  GenlmEarleyView *self = g_new0 (GenlmEarleyView, 1);

  self->parser = genlm_earley_parser_ref (parser);
  self->nodes = genlm_earley_parser_get_nodes (parser);
  self->signatures = genlm_earley_parser_get_signatures (parser);
  self->index = genlm_trie_index_ref (index);
  self->without_caches = without_caches;
  self->walks = genlm_walk_memo_new (index, genlm_earley_parser_get_rules (parser)->dfa,
                                     max_memory / 2);
  self->masks = genlm_mask_cache_new (max_memory / 2);
  self->depths = g_array_new (FALSE, TRUE, sizeof (guint32));
  self->room = index->trie->n_nodes;
  self->frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  self->frame_nodes = g_ptr_array_new ();
  genlm_earley_parser_lock (parser);
  prepare_walks (self);
  genlm_earley_signatures_reach (self->signatures, index->trie->max_depth);
  genlm_earley_parser_unlock (parser);
  return self;
}

void
genlm_earley_view_free (GenlmEarleyView *self)
{
  g_ptr_array_unref (self->frame_nodes);
  g_array_unref (self->frames);
  g_array_unref (self->depths);
  genlm_mask_cache_free (self->masks);
  genlm_walk_memo_free (self->walks);
  genlm_trie_index_unref (self->index);
  genlm_earley_parser_unref (self->parser);
  g_free (self);
}
