/* Lists of words as expressions. */

#include "genlm-byte-exprs-private.h"

static GenlmByteExpr
intern_words (GenlmByteExprs        *self,
              GenlmExprKind          kind,
              guint32                number,
              const GenlmWordCursor *cursor)
{
  GenlmExprNode node = { .kind = kind, .positive = TRUE, .a = number, .b = cursor->low };

  node.min = cursor->high;
  node.max = (cursor->depth << GENLM_EXPRS_PHASE_BITS) | cursor->phase;
  if (kind == GENLM_EXPR_LITERALS && genlm_word_list_is_over (get_word_list (self, &node), cursor))
    return GENLM_BYTE_EXPR_EPSILON;
  node.nullable = genlm_word_list_find_word (get_word_list (self, &node), cursor, NULL);
  node.text = genlm_word_list_get_text (get_word_list (self, &node), cursor);
  return genlm_exprs_intern (self, &node);
}

GenlmByteExpr
genlm_exprs_derive_words (GenlmByteExprs      *self,
                          const GenlmExprNode *node,
                          guint8               byte)
{
  GenlmWordCursor from = get_cursor (node);
  GenlmWordCursor to[2];
  GenlmByteExpr members[2];
  guint n_members = genlm_word_list_step (get_word_list (self, node), &from, byte, to);
  guint i;

  for (i = 0; i < n_members; i++)
    members[i] = intern_words (self, node->kind, node->a, &to[i]);
  return genlm_byte_exprs_make_union (self, members, n_members);
}

static GenlmByteExpr
add_words (GenlmByteExprs    *self,
           GenlmExprKind      kind,
           GenlmByteEncoding  encoding,
           const char *const *words,
           const gsize       *lengths,
           guint              n_words)
{
  g_autoptr (GenlmWordList) list = genlm_word_list_new (encoding, words, lengths, n_words);
  GenlmWordCursor cursor = { .high = genlm_word_list_get_size (list) };
  gpointer number;

  if (n_words == 0)
    return GENLM_BYTE_EXPR_NOTHING;
  if (!g_hash_table_lookup_extended (self->number_by_list, list, NULL, &number))
    {
      charge_memory (self, genlm_word_list_get_memory (list));
      number = GUINT_TO_POINTER (self->word_lists->len);
      g_hash_table_insert (self->number_by_list, list, number);
      g_ptr_array_add (self->word_lists, g_steal_pointer (&list));
    }
  return intern_words (self, kind, GPOINTER_TO_UINT (number), &cursor);
}

/* Any one of many words, in as many steps as they have bytes, and no more for
 * a derivative if they are many. See genlm_word_list_new(), and
 * genlm_byte_exprs_get_word() for which it was. */
GenlmByteExpr
genlm_byte_exprs_make_words (GenlmByteExprs    *self,
                             GenlmByteEncoding  encoding,
                             const char *const *words,
                             const gsize       *lengths,
                             guint              n_words)
{
  return add_words (self, GENLM_EXPR_WORDS, encoding, words, lengths, n_words);
}

/* The same where it does not matter which word it was. */
GenlmByteExpr
genlm_byte_exprs_make_literals (GenlmByteExprs    *self,
                                GenlmByteEncoding  encoding,
                                const char *const *words,
                                const gsize       *lengths,
                                guint              n_words)
{
  return add_words (self, GENLM_EXPR_LITERALS, encoding, words, lengths, n_words);
}

/* Which word has been read as a whole, if @expr was derived from words, or
 * from words with something behind them. */
gboolean
genlm_byte_exprs_get_word (const GenlmByteExprs *self,
                           GenlmByteExpr         expr,
                           guint                *index)
{
  const GenlmExprNode *node = get (self, expr);
  GenlmWordCursor cursor;
  guint32 i;

  if (node->kind == GENLM_EXPR_UNION)
    {
      for (i = 0; i < node->b; i++)
        if (genlm_byte_exprs_get_word (self, get_member (self, node, i), index))
          return TRUE;
      return FALSE;
    }
  if (node->kind == GENLM_EXPR_CONCAT)
    node = get (self, node->a);
  if (node->kind != GENLM_EXPR_WORDS)
    return FALSE;
  cursor = get_cursor (node);
  return genlm_word_list_find_word (get_word_list (self, node), &cursor, index);
}
