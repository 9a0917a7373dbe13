/* Names and items that were read before. */

#include "genlm-json-walk.h"

#include <string.h>

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
check_closings (GenlmJsonWalk       *walk,
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
      cursor = genlm_json_walk_ensure_cursor (walk, depth);
      *cursor = cursor[-1];
      walk->bytes[depth - 1] = GENLM_TRIE_NODE_BYTE (node);
      genlm_json_stepper_step (&walk->stepper, cursor, depth - 1);
      if (cursor->mode == GENLM_JSON_MODE_DEAD)
        genlm_json_walk_clear_nodes (walk->index, walk->words, p);
      p++;
      if (cursor->mode == GENLM_JSON_MODE_DEAD)
        p = end;
      while (next < mask->n_closings && mask->closings[next] < p)
        next++;
    }
}

static gboolean
has_token_below (GenlmJsonWalk *walk,
                 guint32        p)
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
close_again (GenlmJsonWalk         *walk,
             const GenlmJsonCursor *start,
             const GenlmJsonQuote  *quote)
{
  GenlmJsonCursor cursor = *start;
  guint i;

  memcpy (walk->bytes, walk->tokens->paths->data + quote->path, quote->length + 1u);
  for (i = 0; i <= quote->length; i++)
    genlm_json_stepper_step (&walk->stepper, &cursor, i);
  if (cursor.mode == GENLM_JSON_MODE_DEAD)
    genlm_json_walk_clear_nodes (walk->index, walk->words, quote->p);
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
check_escaped (GenlmJsonWalk            *walk,
               const GenlmJsonCursor    *cursor,
               const GenlmJsonNamesHead *head,
               const char               *tail,
               const GenlmJsonQuote     *quote)
{
  g_autoptr (GString) raw = NULL;
  g_autoptr (GString) text = NULL;

  if (!has_token_below (walk, quote->p))
    return;
  raw = g_string_new (tail);
  g_string_append_len (raw, (const char *) walk->tokens->paths->data + quote->path,
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
check_repeated (GenlmJsonWalk         *walk,
                const GenlmJsonCursor *cursor)
{
  const GenlmJsonTokens *tokens = walk->tokens;
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
  for (i = 0; i < tokens->n_quotes; i++)
    {
      const GenlmJsonQuote *quote = &tokens->quotes[i];
      const char *path = (const char *) tokens->paths->data + quote->path;

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

/* What may follow the cursor by the mask that is kept for its place, which leaves out
 * of account what was read before. */
GenlmTokenSet *
genlm_json_walk_finish (GenlmJsonWalk         *walk,
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
  genlm_json_walk_open_eyes (walk);
  g_array_set_size (walk->cursors, 0);
  g_array_append_val (walk->cursors, *cursor);
  if (closings)
    check_closings (walk, mask);
  if (watched)
    check_repeated (walk, cursor);
  return set;
}
