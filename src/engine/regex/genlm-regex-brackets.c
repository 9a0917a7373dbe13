#include "genlm-regex-brackets.h"

#include "genlm-regex-escape.h"

/* One member inside brackets: a character, or a set. */
static gboolean
parse_class_member (GenlmRegexCursor *cursor,
                    gboolean          any_case,
                    GenlmRegexEscape *member)
{
  if (genlm_regex_cursor_peek (cursor) == '\\')
    return genlm_regex_escape_read (member, cursor, TRUE, any_case);
  member->character = genlm_regex_cursor_take (cursor);
  return TRUE;
}

/* Adds everything but the members of @set: what is excluded by all such sets
 * together is the intersection. */
static void
exclude_set (GenlmCharSet       **excluded,
             const GenlmCharSet  *set)
{
  g_autoptr (GenlmCharSet) rest = NULL;
  GenlmCharSet *both;

  if (*excluded == NULL)
    {
      *excluded = genlm_char_set_copy (set);
      return;
    }
  rest = genlm_char_set_subtract (*excluded, set);
  both = genlm_char_set_subtract (*excluded, rest);
  genlm_char_set_free (*excluded);
  *excluded = both;
}

static gboolean
refuse_posix_class (GenlmRegexCursor *cursor)
{
  gsize i = cursor->at + 2;

  if (genlm_regex_cursor_peek (cursor) != '[' || genlm_regex_cursor_peek_after (cursor) != ':')
    return TRUE;
  while (i < cursor->length && (g_ascii_isalpha (cursor->text[i]) || cursor->text[i] == '^'))
    i++;
  if (i + 1 >= cursor->length || cursor->text[i] != ':' || cursor->text[i + 1] != ']')
    return TRUE;
  return genlm_regex_fail_unsupported (
    cursor, cursor->at,
    "classes by name are not supported; write the ranges, or \"\\[\" for "
    "the character");
}

static void
add_member (const GenlmRegexEscape  *member,
            GenlmCharSet            *chars,
            GenlmCharSet            *sets,
            GenlmCharSet           **excluded)
{
  if (member->set == NULL)
    genlm_char_set_add_range (chars, member->character, member->character);
  else if (member->negated)
    exclude_set (excluded, member->set);
  else
    genlm_char_set_add_set (sets, member->set);
}

/* One member or range inside brackets, added to what the class holds. */
static gboolean
parse_class_item (GenlmRegexCursor  *cursor,
                  gboolean           any_case,
                  GenlmCharSet      *chars,
                  GenlmCharSet      *sets,
                  GenlmCharSet     **excluded)
{
  gsize start = cursor->at;
  gboolean range;
  g_auto (GenlmRegexEscape) first = GENLM_REGEX_ESCAPE_INIT;
  g_auto (GenlmRegexEscape) last = GENLM_REGEX_ESCAPE_INIT;

  if ((!genlm_regex_cursor_is_ecma (cursor) && !refuse_posix_class (cursor))
      || !parse_class_member (cursor, any_case, &first))
    return FALSE;
  range = genlm_regex_cursor_peek (cursor) == '-' && cursor->at + 1 < cursor->length
          && genlm_regex_cursor_peek_after (cursor) != ']';
  if (!range)
    {
      add_member (&first, chars, sets, excluded);
      return TRUE;
    }
  cursor->at++;
  if (!parse_class_member (cursor, any_case, &last))
    return FALSE;
  if ((first.set != NULL || last.set != NULL) && genlm_regex_cursor_is_ecma (cursor))
    {
      /* The "-" is a member, as in all browsers. */
      add_member (&first, chars, sets, excluded);
      add_member (&last, chars, sets, excluded);
      genlm_char_set_add_range (chars, '-', '-');
      return TRUE;
    }
  if (first.set != NULL || last.set != NULL)
    return genlm_regex_fail_syntax (
      cursor, start,
      "a range needs a character at either end, not a class; put \"-\" last if "
      "the character is meant");
  if (last.character < first.character)
    return genlm_regex_fail_syntax (cursor, start, "the range runs backwards");
  genlm_char_set_add_range (chars, first.character, last.character);
  return TRUE;
}

/* At "[". */
gboolean
genlm_regex_brackets_read (GenlmRegexCursor  *cursor,
                           GenlmRegexClasses *classes,
                           gboolean           any_case,
                           guint32           *node)
{
  g_autoptr (GenlmCharSet) chars = genlm_char_set_new ();
  g_autoptr (GenlmCharSet) sets = genlm_char_set_new ();
  g_autoptr (GenlmCharSet) excluded = NULL;
  gsize start = cursor->at++;
  gboolean negated = genlm_regex_cursor_accept (cursor, '^');
  gboolean ok = TRUE;

  while (ok && !genlm_regex_cursor_at_end (cursor) && genlm_regex_cursor_peek (cursor) != ']')
    ok = parse_class_item (cursor, any_case, chars, sets, &excluded);
  if (ok && !genlm_regex_cursor_accept (cursor, ']'))
    ok = genlm_regex_fail_syntax (cursor, start, "the class is not closed; expected \"]\"");
  if (ok)
    {
      if (any_case)
        genlm_char_set_add_cases (chars);
      genlm_char_set_add_set (chars, sets);
      *node = genlm_regex_classes_add (classes, g_steal_pointer (&chars),
                                       g_steal_pointer (&excluded), negated);
    }
  return ok;
}
