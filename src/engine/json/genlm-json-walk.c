#include "genlm-json-walk.h"

#include <string.h>

#include "genlm-json-number.h"

/* Of so many words the next bytes are looked up. */
#define MAX_LISTED_WORDS (64u)

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

static void
add_closing (GenlmJsonWalk *walk,
             guint32        p,
             gboolean       again)
{
  g_array_append_val (walk->closings, p);
  walk->always = walk->always || again;
}

/* What a string far from a bound comes to, wherever a token ends it. */
GenlmJsonResult
genlm_json_walk_judge_far (GenlmJsonWalk         *walk,
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
may_use_memo (GenlmJsonWalk         *walk,
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
      || (genlm_json_cursor_is_far (cursor, book)
          && !genlm_json_ask_allows (book, cursor->ask, genlm_json_walk_judge_far (walk, cursor))))
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

static GenlmWalkMemo *
get_memo (GenlmJsonWalk *walk,
          GenlmByteDfa  *dfa)
{
  const GenlmJsonBook *book = walk->stepper.book;

  if (dfa == book->plain_dfa && book->spelling == GENLM_JSON_SPELLING_ANY && walk->max_memory > 0)
    return walk->tokens->memo;
  return genlm_json_learnt_get_memo (walk->learnt, walk->index, dfa, walk->max_memory / 16);
}

static void walk_outer_nodes (GenlmJsonWalk *walk,
                              guint32        i,
                              guint32        end);

/* Walks what is below node @p, a closing quote. */
static void
walk_below_quote (GenlmJsonWalk *walk,
                  guint32        p)
{
  const GenlmJsonTokens *tokens = walk->tokens;
  guint32 quote = genlm_json_tokens_find_quote (tokens, p);

  walk_outer_nodes (walk, tokens->first_below_quote[quote], tokens->first_below_quote[quote + 1]);
}

/* Whether what was read of a number or a string counts for what may follow. */
gboolean
genlm_json_cursor_text_counts (const GenlmJsonCursor *cursor)
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
close_strings (GenlmJsonWalk         *walk,
               const GenlmJsonCursor *cursor,
               guint                  depth,
               guint32                p,
               guint32                end)
{
  const GenlmJsonTokens *tokens = walk->tokens;
  guint32 i;
  guint j;

  for (i = genlm_json_tokens_find_quote (tokens, p); i < tokens->n_quotes && tokens->quotes[i].p < end; i++)
    {
      const GenlmJsonQuote *quote = &tokens->quotes[i];
      GenlmJsonCursor closed = *cursor;

      memcpy (walk->bytes, tokens->paths->data + quote->path, quote->length + 1u);
      for (j = depth; j < quote->length && closed.mode == GENLM_JSON_MODE_STRING; j++)
        genlm_json_stepper_step (&walk->stepper, &closed, j);
      if (closed.mode != GENLM_JSON_MODE_STRING)
        continue;
      genlm_json_stepper_step (&walk->stepper, &closed, j);
      if (closed.mode == GENLM_JSON_MODE_DEAD)
        genlm_json_walk_clear_nodes (walk->index, walk->words, quote->p);
      else if (closed.mode != GENLM_JSON_MODE_STRING)
        {
          *genlm_json_walk_ensure_cursor (walk, quote->length + 1u) = closed;
          walk_below_quote (walk, quote->p);
        }
    }
}

/* The nodes where the automaton has read the closing quote, and what comes
 * below them. */
static void
walk_cut (GenlmJsonWalk         *walk,
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
          genlm_json_walk_clear_nodes (walk->index, walk->words, p);
          continue;
        }
      *genlm_json_walk_ensure_cursor (walk, GENLM_TRIE_NODE_DEPTH (node)) = closed;
      walk_below_quote (walk, p);
    }
}

/* Whether any of the nodes next to each other from @p to @end is of a letter, a
 * digit or no ASCII. */
static gboolean
has_letters (GenlmJsonWalk *walk,
             guint32        p,
             guint32        end)
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
pass_over (GenlmJsonWalk      *walk,
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
list_bytes_at (GenlmJsonWalk *walk,
               guint          depth)
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
walk_words (GenlmJsonWalk *walk,
            guint32        p,
            guint32        end)
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
      GenlmJsonCursor *cursor = genlm_json_walk_ensure_cursor (walk, depth);
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
        genlm_json_walk_clear_nodes (walk->index, walk->words, p);
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
take_error (GenlmJsonWalk *walk,
            GError        *error)
{
  if (walk->stepper.error == NULL)
    walk->stepper.error = error;
  else
    g_clear_error (&error);
}

/* Adds what @walk_below, which began at the cursor of depth @depth, found below
 * a node, the nodes from @p to @end. */
static void
add_memo (GenlmJsonWalk *walk,
          GenlmWalk     *found,
          guint          depth,
          guint32        p,
          guint32        end)
{
  GenlmJsonCursor cursor = g_array_index (walk->cursors, GenlmJsonCursor, depth);
  guint i;

  genlm_json_marks_add_walk (walk->marks, found);
  if (genlm_json_cursor_text_counts (&cursor))
    close_strings (walk, &cursor, depth, p, end);
  for (i = 0; i < found->n_cuts && !genlm_json_cursor_text_counts (&cursor); i++)
    walk_cut (walk, &cursor, &found->cuts[i]);
  if (cursor.mode == GENLM_JSON_MODE_NAME && cursor.n_words > 0)
    {
      *genlm_json_walk_ensure_cursor (walk, depth) = cursor;
      walk_words (walk, p, end);
    }
}

/* All quotes below a node may end what was read before. */
static void
add_quotes (GenlmJsonWalk *walk,
            guint32        p,
            guint32        end,
            gboolean       again)
{
  const GenlmJsonTokens *tokens = walk->tokens;
  guint32 i;

  for (i = genlm_json_tokens_find_quote (tokens, p); i < tokens->n_quotes && tokens->quotes[i].p < end; i++)
    add_closing (walk, tokens->quotes[i].p, again);
}

/* A string or a name has just begun at node @p. Returns whether all below it
 * was found at once. */
static gboolean
try_memo (GenlmJsonWalk *walk,
          guint32        p)
{
  const GenlmTrieNode *node = &walk->index->trie->nodes[p];
  guint depth = GENLM_TRIE_NODE_DEPTH (node);
  const GenlmJsonCursor cursor = g_array_index (walk->cursors, GenlmJsonCursor, depth);
  guint32 end = p + GENLM_TRIE_NODE_EXTENT (node);
  g_autoptr (GenlmWalk) found = NULL;
  GError *error = NULL;

  if (!may_use_memo (walk, &cursor))
    return FALSE;
  found = genlm_walk_memo_get (get_memo (walk, cursor.dfa), p, cursor.state, &error);
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
enter_node (GenlmJsonWalk      *walk,
            const GenlmByteSet *leading,
            guint32             p)
{
  const GenlmTrieNode *node = &walk->index->trie->nodes[p];
  guint depth = GENLM_TRIE_NODE_DEPTH (node);
  guint8 byte = GENLM_TRIE_NODE_BYTE (node);
  GenlmJsonCursor *cursor = genlm_json_walk_ensure_cursor (walk, depth);
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
walk_nodes (GenlmJsonWalk *walk,
            guint32        p,
            guint32        end)
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
walk_outer_nodes (GenlmJsonWalk *walk,
                  guint32        i,
                  guint32        end)
{
  const GenlmJsonTokens *tokens = walk->tokens;
  const GenlmByteSet *leading = get_leading_bytes ();

  while (i < end)
    {
      const GenlmJsonOuter *outer = &tokens->outers[i];
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
add_spaces (GenlmJsonWalk *walk)
{
  const GenlmJsonTokens *tokens = walk->tokens;
  const GenlmTrieNode *nodes = walk->index->trie->nodes;
  const GenlmByteSet *leading = get_leading_bytes ();
  GenlmJsonCursor spaced = g_array_index (walk->cursors, GenlmJsonCursor, 0);
  guint32 dead = G_MAXUINT32;
  guint32 i;

  if (walk->stepper.book->narrow || !walk->stepper.blind
      || (spaced.mode != GENLM_JSON_MODE_NUMBER && spaced.n_spaces + tokens->max_spaces > walk->stepper.max_spaces)
      || tokens->max_spaces > walk->stepper.max_spaces)
    return FALSE;
  walk->bytes[0] = ' ';
  spaced.has_missed = FALSE;
  genlm_json_stepper_step (&walk->stepper, &spaced, 0);
  if (spaced.mode == GENLM_JSON_MODE_DEAD)
    return TRUE;
  if (spaced.has_missed)
    return FALSE;
  genlm_json_marks_unite (walk->marks, &tokens->space_tokens);
  for (i = 0; i < tokens->after_spaces->len; i++)
    {
      guint32 p = g_array_index (tokens->after_spaces, guint32, i);
      guint depth = GENLM_TRIE_NODE_DEPTH (&nodes[p]);

      if (GENLM_TRIE_NODE_BYTE (&nodes[p]) == dead)
        continue;
      if (!genlm_byte_set_contains (&leading[spaced.mode], GENLM_TRIE_NODE_BYTE (&nodes[p])))
        {
          dead = GENLM_TRIE_NODE_BYTE (&nodes[p]);
          continue;
        }
      *genlm_json_walk_ensure_cursor (walk, depth - 1) = spaced;
      if (enter_node (walk, leading, p))
        walk_nodes (walk, p + 1, p + GENLM_TRIE_NODE_EXTENT (&nodes[p]));
      else if (g_array_index (walk->cursors, GenlmJsonCursor, depth).mode == GENLM_JSON_MODE_DEAD)
        dead = GENLM_TRIE_NODE_BYTE (&nodes[p]);
    }
  return TRUE;
}

/* All nodes, from a place outside of strings. */
static void
walk_outers (GenlmJsonWalk *walk)
{
  const GenlmJsonTokens *tokens = walk->tokens;
  GenlmJsonCursor start = g_array_index (walk->cursors, GenlmJsonCursor, 0);

  if (!add_spaces (walk))
    walk_outer_nodes (walk, 0, tokens->n_spaced_outers);
  g_array_index (walk->cursors, GenlmJsonCursor, 0) = start;
  walk_outer_nodes (walk, tokens->n_spaced_outers, tokens->n_outers);
}

/* Walks all that may follow the cursor; @found is what the automaton that it is in
 * says of all tokens, or NULL. */
void
genlm_json_walk_run (GenlmJsonWalk         *walk,
                     const GenlmJsonCursor *cursor,
                     GenlmWalk             *found)
{
  GenlmTrieIndex *index = walk->index;

  g_array_set_size (walk->cursors, 0);
  g_array_append_val (walk->cursors, *cursor);
  if (found != NULL && walk->stepper.blind)
    add_memo (walk, found, 0, 0, index->trie->n_nodes);
  else if (cursor->mode == GENLM_JSON_MODE_NAME && cursor->state == NULL)
    walk_words (walk, 0, index->trie->n_nodes);
  else if (cursor->mode == GENLM_JSON_MODE_STRING || cursor->mode == GENLM_JSON_MODE_NAME)
    walk_nodes (walk, 0, index->trie->n_nodes);
  else
    walk_outers (walk);
}

/* The walk of the automaton that a place is in, if that is all there is to
 * know about it. */
GenlmWalk *
genlm_json_walk_find_memo (GenlmJsonWalk         *walk,
                           const GenlmJsonCursor *cursor)
{
  GError *error = NULL;
  GenlmWalk *found;

  if (!may_use_memo (walk, cursor))
    return NULL;
  found = genlm_walk_memo_get (get_memo (walk, cursor->dfa), GENLM_TRIE_WALK_ALL, cursor->state, &error);
  if (found == NULL)
    take_error (walk, error);
  return found;
}

/* From here on names and items that were read before are taken into account. */
void
genlm_json_walk_open_eyes (GenlmJsonWalk *walk)
{
  walk->stepper.blind = FALSE;
  walk->stepper.sights = NULL;
  g_array_set_size (walk->closings, 0);
  walk->always = FALSE;
}
