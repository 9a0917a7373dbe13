#include "genlm-regex-parser.h"

#include <genlm.h>
#include <string.h>

#include "genlm-regex-brackets.h"
#include "genlm-regex-classes.h"
#include "genlm-regex-cursor.h"
#include "genlm-regex-escape.h"

typedef enum
{
  FLAG_IGNORE_CASE = 1 << 0,
  FLAG_DOT_ALL     = 1 << 1,
} Flags;

typedef enum
{
  GROUP_PLAIN,
  GROUP_LOOKAHEAD,
  GROUP_NEGATIVE_LOOKAHEAD,
  GROUP_LOOKBEHIND,
  GROUP_NEGATIVE_LOOKBEHIND,
} GroupKind;

/* A group that is open. */
typedef struct
{
  GroupKind kind;
  gsize     opened_at;
  guint     flags;
  guint     n_items;
  guint     n_alternatives;
} Group;

typedef struct
{
  GenlmRegexCursor  cursor;
  GenlmRegexClasses classes;
  guint             flags;
  gboolean          repeatable;
  GenlmRegexTree   *tree;
  GArray           *items;
  GArray           *alternatives;
  GArray           *groups;
} Parser;

static gboolean
ignores_case (const Parser *parser)
{
  return (parser->flags & FLAG_IGNORE_CASE) != 0;
}

static Group *
innermost (Parser *parser)
{
  return &g_array_index (parser->groups, Group, parser->groups->len - 1);
}

static void
push_item (Parser  *parser,
           guint32  node)
{
  g_array_append_val (parser->items, node);
  parser->repeatable = TRUE;
}

static void
push_class (Parser       *parser,
            GenlmCharSet *set,
            GenlmCharSet *excluded,
            gboolean      negated)
{
  push_item (parser, genlm_regex_classes_add (&parser->classes, set, excluded, negated));
}

static void
push_literal (Parser   *parser,
              gunichar  character)
{
  push_item (parser, genlm_regex_classes_add_literal (&parser->classes, character,
                                                      ignores_case (parser)));
}

static void
push_dot (Parser *parser)
{
  GenlmCharSet *excluded = genlm_char_set_new ();

  if ((parser->flags & FLAG_DOT_ALL) == 0)
    genlm_char_set_add_range (excluded, '\n', '\n');
  if ((parser->flags & FLAG_DOT_ALL) == 0 && genlm_regex_cursor_is_ecma (&parser->cursor))
    {
      genlm_char_set_add_range (excluded, '\r', '\r');
      genlm_char_set_add_range (excluded, 0x2028, 0x2029);
    }
  push_class (parser, genlm_char_set_new (), excluded, FALSE);
}

/* Joins the items of the innermost group since its last "|". */
static void
close_alternative (Parser *parser)
{
  Group *group = innermost (parser);
  guint n_items = parser->items->len - group->n_items;
  guint32 node;

  if (n_items == 0)
    node = genlm_regex_tree_add_empty (parser->tree);
  else
    node = genlm_regex_tree_add_list (parser->tree, GENLM_REGEX_NODE_CONCAT,
                                      &g_array_index (parser->items, guint32, group->n_items),
                                      n_items);
  g_array_set_size (parser->items, group->n_items);
  g_array_append_val (parser->alternatives, node);
  parser->repeatable = FALSE;
}

/* Joins the alternatives of the innermost group and leaves it. */
static guint32
close_alternatives (Parser *parser)
{
  Group *group = innermost (parser);
  guint n_alternatives;
  guint32 node;

  close_alternative (parser);
  n_alternatives = parser->alternatives->len - group->n_alternatives;
  node = genlm_regex_tree_add_list (parser->tree, GENLM_REGEX_NODE_ALTERNATE,
                                    &g_array_index (parser->alternatives, guint32,
                                                    group->n_alternatives),
                                    n_alternatives);
  g_array_set_size (parser->alternatives, group->n_alternatives);
  return node;
}

static gboolean
check_depth (Parser  *parser,
             gsize    at,
             guint32  depth)
{
  if (depth <= GENLM_REGEX_MAX_DEPTH)
    return TRUE;
  return genlm_regex_cursor_fail (&parser->cursor, GENLM_POTENTIAL_ERROR_LIMIT, at,
                                  "groups or repeats inside each other more than %u times",
                                  GENLM_REGEX_MAX_DEPTH);
}

static gboolean
open_group (Parser    *parser,
            GroupKind  kind,
            gsize      start)
{
  Group group = { kind, start, parser->flags, parser->items->len, parser->alternatives->len };

  if (!check_depth (parser, start, parser->groups->len))
    return FALSE;
  g_array_append_val (parser->groups, group);
  parser->repeatable = FALSE;
  return TRUE;
}

/* The node of a group whose alternatives are @node. */
static guint32
finish_group (Parser      *parser,
              const Group *group,
              guint32      node)
{
  switch (group->kind)
    {
    case GROUP_LOOKAHEAD:
    case GROUP_NEGATIVE_LOOKAHEAD:
      return genlm_regex_tree_add_lookahead (parser->tree, node,
                                             group->kind == GROUP_NEGATIVE_LOOKAHEAD);
    case GROUP_LOOKBEHIND:
    case GROUP_NEGATIVE_LOOKBEHIND:
      return genlm_regex_tree_add_lookbehind (parser->tree, node,
                                              group->kind == GROUP_NEGATIVE_LOOKBEHIND,
                                              (guint32) group->opened_at);
    case GROUP_PLAIN:
    default:
      return node;
    }
}

/* At ")". */
static gboolean
close_group (Parser *parser)
{
  Group group = *innermost (parser);
  guint32 node;

  if (parser->groups->len == 1)
    return genlm_regex_fail_syntax (
      &parser->cursor, parser->cursor.at,
      "found \")\" without a \"(\" before it; write \"\\)\" for the character");
  node = finish_group (parser, &group, close_alternatives (parser));
  if (!check_depth (parser, group.opened_at,
                    genlm_regex_tree_peek_node (parser->tree, node)->depth))
    return FALSE;
  parser->flags = group.flags;
  g_array_set_size (parser->groups, parser->groups->len - 1);
  parser->cursor.at++;
  push_item (parser, node);
  if (group.kind == GROUP_LOOKBEHIND || group.kind == GROUP_NEGATIVE_LOOKBEHIND)
    parser->repeatable = FALSE;
  return TRUE;
}

/* After "(?#". */
static gboolean
parse_comment (Parser *parser,
               gsize   start)
{
  while (!genlm_regex_cursor_at_end (&parser->cursor)
         && genlm_regex_cursor_peek (&parser->cursor) != ')')
    parser->cursor.at++;
  if (genlm_regex_cursor_accept (&parser->cursor, ')'))
    return TRUE;
  return genlm_regex_fail_syntax (&parser->cursor, start,
                                  "the comment is not closed; expected \")\"");
}

static gboolean
is_name_char (const GenlmRegexCursor *cursor)
{
  gunichar character;

  if (genlm_regex_cursor_at_end (cursor))
    return FALSE;
  character = g_utf8_get_char (cursor->text + cursor->at);
  if (character < 0x80)
    return g_ascii_isalnum ((char) character) || character == '_'
           || (character == '$' && genlm_regex_cursor_is_ecma (cursor));
  return genlm_regex_cursor_is_ecma (cursor) && g_unichar_isalnum (character);
}

/* After "(?P<" or "(?<". */
static gboolean
parse_group_name (Parser *parser,
                  gsize   start)
{
  gsize name = parser->cursor.at;

  while (is_name_char (&parser->cursor))
    genlm_regex_cursor_take (&parser->cursor);
  if (parser->cursor.at == name || g_ascii_isdigit (parser->cursor.text[name])
      || genlm_regex_cursor_peek (&parser->cursor) != '>')
    {
      g_autofree char *found = genlm_regex_cursor_describe (&parser->cursor, parser->cursor.at);

      return genlm_regex_fail_syntax (
        &parser->cursor, parser->cursor.at,
        "found %s, expected a name of letters, digits and \"_\", then \">\"", found);
    }
  parser->cursor.at++;
  return open_group (parser, GROUP_PLAIN, start);
}

/* After "(?", at a letter or "-". */
static gboolean
parse_flags (Parser *parser,
             gsize   start)
{
  guint flags = parser->flags;
  gboolean on = TRUE;

  for (;; parser->cursor.at++)
    {
      char letter = genlm_regex_cursor_peek (&parser->cursor);
      g_autofree char *found = NULL;
      guint flag;

      if (letter == ')' || letter == ':')
        break;
      if (letter == '-' && on)
        {
          on = FALSE;
          continue;
        }
      if (letter == '\0'
          || strchr (genlm_regex_cursor_is_ecma (&parser->cursor) ? "ism" : "ismaLux", letter)
               == NULL)
        {
          found = genlm_regex_cursor_describe (&parser->cursor, parser->cursor.at);
          return genlm_regex_fail_syntax (
            &parser->cursor, parser->cursor.at,
            "found %s after \"(?\", expected flags \"i\" or \"s\" and then "
            "\":\" or \")\", or one of \"(?:\" \"(?=\" \"(?!\" \"(?P<name>\" "
            "\"(?#\"",
            found);
        }
      if (letter == 'm' && genlm_regex_cursor_is_ecma (&parser->cursor))
        {
          genlm_regex_cursor_defer (&parser->cursor, parser->cursor.at,
                                    "the flag \"m\" is not supported");
          continue;
        }
      if (letter != 'i' && letter != 's')
        return genlm_regex_fail_unsupported (
          &parser->cursor, parser->cursor.at,
          "the flag \"%c\" is not supported; known are \"i\" and \"s\"", letter);
      flag = letter == 'i' ? FLAG_IGNORE_CASE : FLAG_DOT_ALL;
      flags = on ? flags | flag : flags & ~flag;
    }
  /* ECMA-262 has no flags for all of a pattern; what people mean is plain. */
  if (genlm_regex_cursor_peek (&parser->cursor) == ')'
      && genlm_regex_cursor_is_ecma (&parser->cursor) && start > 0)
    return genlm_regex_fail_syntax (&parser->cursor, parser->cursor.at,
                                    "flags in ECMA-262 hold for a group: \"(?i:…)\"");
  if (genlm_regex_cursor_peek (&parser->cursor) == ':' && !open_group (parser, GROUP_PLAIN, start))
    return FALSE;
  /* Without a group of its own the flag holds to the end of this one. */
  parser->repeatable = FALSE;
  parser->flags = flags;
  parser->cursor.at++;
  return TRUE;
}

/* After "(?", what ECMA-262 does not have. Sets @done if it was any of it. */
static gboolean
parse_foreign_group (Parser   *parser,
                     gsize     start,
                     gboolean *done)
{
  *done = TRUE;
  if (genlm_regex_cursor_accept (&parser->cursor, '#'))
    return parse_comment (parser, start);
  if (genlm_regex_cursor_accept (&parser->cursor, 'P'))
    {
      if (genlm_regex_cursor_accept (&parser->cursor, '<'))
        return parse_group_name (parser, start);
      return genlm_regex_fail_unsupported (&parser->cursor, start,
                                           "back-references and calls of groups are not supported");
    }
  if (genlm_regex_cursor_accept (&parser->cursor, '('))
    return genlm_regex_fail_unsupported (&parser->cursor, start,
                                         "conditional groups are not supported");
  if (genlm_regex_cursor_accept (&parser->cursor, '>'))
    return genlm_regex_fail_unsupported (&parser->cursor, start, "atomic groups are not supported");
  *done = FALSE;
  return TRUE;
}

/* After "(?". */
static gboolean
parse_special_group (Parser *parser,
                     gsize   start)
{
  gboolean done;

  if (genlm_regex_cursor_accept (&parser->cursor, ':'))
    return open_group (parser, GROUP_PLAIN, start);
  if (genlm_regex_cursor_accept (&parser->cursor, '='))
    return open_group (parser, GROUP_LOOKAHEAD, start);
  if (genlm_regex_cursor_accept (&parser->cursor, '!'))
    return open_group (parser, GROUP_NEGATIVE_LOOKAHEAD, start);
  if (genlm_regex_cursor_accept (&parser->cursor, '<'))
    {
      if (genlm_regex_cursor_peek (&parser->cursor) != '='
          && genlm_regex_cursor_peek (&parser->cursor) != '!')
        return parse_group_name (parser, start);
      if (genlm_regex_cursor_accept (&parser->cursor, '!'))
        return open_group (parser, GROUP_NEGATIVE_LOOKBEHIND, start);
      parser->cursor.at++;
      return open_group (parser, GROUP_LOOKBEHIND, start);
    }
  if (!genlm_regex_cursor_is_ecma (&parser->cursor) && !parse_foreign_group (parser, start, &done))
    return FALSE;
  if (!genlm_regex_cursor_is_ecma (&parser->cursor) && done)
    return TRUE;
  return parse_flags (parser, start);
}

/* At "(". */
static gboolean
parse_open (Parser *parser)
{
  gsize start = parser->cursor.at++;

  if (genlm_regex_cursor_accept (&parser->cursor, '?'))
    return parse_special_group (parser, start);
  return open_group (parser, GROUP_PLAIN, start);
}

/* Digits, if any stand here. */
static gboolean
parse_count (GenlmRegexCursor *cursor,
             guint32          *count,
             gboolean         *found)
{
  gsize start = cursor->at;
  guint64 value = 0;

  *found = FALSE;
  for (; g_ascii_isdigit (genlm_regex_cursor_peek (cursor)); cursor->at++)
    {
      value = value * 10 + (guint64) (genlm_regex_cursor_peek (cursor) - '0');
      if (value > GENLM_REGEX_REPEAT_MAX)
        return genlm_regex_cursor_fail (cursor, GENLM_POTENTIAL_ERROR_LIMIT, start,
                                        "the count is larger than %u", GENLM_REGEX_REPEAT_MAX);
      *found = TRUE;
    }
  if (*found)
    *count = (guint32) value;
  return TRUE;
}

/* At "{", whether it is that of a count. Elsewhere it stands for itself in
 * ECMA-262. */
static gboolean
is_count (const GenlmRegexCursor *cursor)
{
  gsize at = cursor->at + 1;

  if (!genlm_regex_cursor_is_ecma (cursor))
    return TRUE;
  if (at >= cursor->length || !g_ascii_isdigit (cursor->text[at]))
    return FALSE;
  while (at < cursor->length && g_ascii_isdigit (cursor->text[at]))
    at++;
  if (at < cursor->length && cursor->text[at] == ',')
    at++;
  while (at < cursor->length && g_ascii_isdigit (cursor->text[at]))
    at++;
  return at < cursor->length && cursor->text[at] == '}';
}

/* At "{". */
static gboolean
parse_braces (GenlmRegexCursor *cursor,
              guint32          *min,
              guint32          *max)
{
  gsize start = cursor->at++;
  gboolean has_min;
  gboolean has_max;

  *min = 0;
  *max = GENLM_REGEX_REPEAT_UNBOUNDED;
  if (!parse_count (cursor, min, &has_min))
    return FALSE;
  has_max = has_min;
  if (genlm_regex_cursor_accept (cursor, ','))
    {
      if (!parse_count (cursor, max, &has_max))
        return FALSE;
    }
  else if (has_min)
    *max = *min;
  if (!(has_min || has_max) || genlm_regex_cursor_peek (cursor) != '}')
    {
      g_autofree char *found = genlm_regex_cursor_describe (cursor, cursor->at);

      return genlm_regex_fail_syntax (
        cursor, start,
        "found %s in braces, expected {n}, {n,}, {,m} or {n,m}; write \"\\{\" "
        "for the character",
        found);
    }
  cursor->at++;
  if (*min > *max)
    return genlm_regex_fail_syntax (cursor, start, "the lower count is larger than the upper");
  return TRUE;
}

/* At one of "*+?{". */
static gboolean
parse_repeat (Parser *parser)
{
  gsize start = parser->cursor.at;
  char sign = genlm_regex_cursor_peek (&parser->cursor);
  guint32 min = sign == '+' ? 1 : 0;
  guint32 max = sign == '?' ? 1 : GENLM_REGEX_REPEAT_UNBOUNDED;
  guint32 *item;

  if (!parser->repeatable)
    return genlm_regex_fail_syntax (
      &parser->cursor, start,
      "found \"%c\" with nothing before it to repeat; write \"\\%c\" for the "
      "character",
      sign, sign);
  if (sign != '{')
    parser->cursor.at++;
  else if (!parse_braces (&parser->cursor, &min, &max))
    return FALSE;
  genlm_regex_cursor_accept (&parser->cursor, '?');
  item = &g_array_index (parser->items, guint32, parser->items->len - 1);
  *item = genlm_regex_tree_add_repeat (parser->tree, *item, min, max);
  if (genlm_regex_cursor_is_ecma (&parser->cursor))
    parser->repeatable = FALSE;
  return check_depth (parser, start, genlm_regex_tree_peek_node (parser->tree, *item)->depth);
}

/* "^" and "$" say nothing at the ends of the pattern, or of a whole
 * alternative of it, where the whole string must match. */
static gboolean
parse_anchor (Parser *parser,
              char    sign)
{
  gboolean outermost = parser->groups->len == 1;
  gboolean at_edge;

  if (genlm_regex_cursor_is_ecma (&parser->cursor))
    {
      push_item (parser, genlm_regex_tree_add_assertion (
                           parser->tree,
                           sign == '^' ? GENLM_REGEX_NODE_START : GENLM_REGEX_NODE_END));
      parser->repeatable = FALSE;
      parser->cursor.at++;
      return TRUE;
    }
  at_edge = sign == '^' ? parser->items->len == 0
                        : parser->cursor.at + 1 >= parser->cursor.length
                            || genlm_regex_cursor_peek_after (&parser->cursor) == '|';

  if (!outermost || !at_edge)
    return genlm_regex_fail_unsupported (
      &parser->cursor, parser->cursor.at,
      "\"%c\" is supported only at the %s of the pattern; write \"\\%c\" "
      "for the character",
      sign, sign == '^' ? "start" : "end", sign);
  parser->cursor.at++;
  parser->repeatable = FALSE;
  return TRUE;
}

static gboolean
parse_brackets (Parser *parser)
{
  guint32 node;

  if (!genlm_regex_brackets_read (&parser->cursor, &parser->classes, ignores_case (parser), &node))
    return FALSE;
  push_item (parser, node);
  return TRUE;
}

static gboolean
parse_escaped_atom (Parser *parser)
{
  g_auto (GenlmRegexEscape) escape = GENLM_REGEX_ESCAPE_INIT;

  if (!genlm_regex_escape_read (&escape, &parser->cursor, FALSE, ignores_case (parser)))
    return FALSE;
  if (escape.assertion != GENLM_REGEX_NODE_EMPTY)
    {
      push_item (parser, genlm_regex_tree_add_assertion (parser->tree, escape.assertion));
      parser->repeatable = FALSE;
    }
  else if (escape.set != NULL)
    push_class (parser, genlm_char_set_copy (escape.set), NULL, escape.negated);
  else if (escape.character >= 0xd800 && escape.character <= 0xdfff)
    push_class (parser, genlm_char_set_new (), NULL, FALSE);
  else
    push_literal (parser, escape.character);
  return TRUE;
}

static gboolean
parse_one (Parser *parser)
{
  switch (genlm_regex_cursor_peek (&parser->cursor))
    {
    case '(':
      return parse_open (parser);
    case ')':
      return close_group (parser);
    case '|':
      close_alternative (parser);
      parser->cursor.at++;
      return TRUE;
    case '{':
      if (!is_count (&parser->cursor))
        {
          push_literal (parser, genlm_regex_cursor_take (&parser->cursor));
          return TRUE;
        }
      return parse_repeat (parser);
    case '*':
    case '+':
    case '?':
      return parse_repeat (parser);
    case '[':
      return parse_brackets (parser);
    case '\\':
      return parse_escaped_atom (parser);
    case '^':
    case '$':
      return parse_anchor (parser, genlm_regex_cursor_peek (&parser->cursor));
    case '.':
      parser->cursor.at++;
      push_dot (parser);
      return TRUE;
    default:
      push_literal (parser, genlm_regex_cursor_take (&parser->cursor));
      return TRUE;
    }
}

static gboolean
parse_all (Parser *parser)
{
  while (!genlm_regex_cursor_at_end (&parser->cursor))
    if (!parse_one (parser))
      return FALSE;
  if (parser->groups->len > 1)
    return genlm_regex_fail_syntax (&parser->cursor, innermost (parser)->opened_at,
                                    "the group is not closed; expected \")\"");
  genlm_regex_tree_set_root (parser->tree, close_alternatives (parser));
  return TRUE;
}

/* With @charset, "." and negated classes range over its characters and all
 * that the pattern names, without it over all Unicode scalar values. */
GenlmRegexTree *
genlm_regex_parse_dialect (GenlmRegexDialect   dialect,
                           const char         *pattern,
                           gsize               length,
                           const char         *charset,
                           GError            **error)
{
  Group whole = { .kind = GROUP_PLAIN };
  Parser parser
    = { .cursor = { .dialect = dialect, .text = pattern, .length = length, .error = error } };
  gboolean ok;

  if (!genlm_regex_check_text ("pattern", pattern, length, error))
    return NULL;
  if (charset != NULL && !genlm_regex_check_text ("charset", charset, strlen (charset), error))
    return NULL;
  parser.tree = genlm_regex_tree_new ();
  parser.items = g_array_new (FALSE, FALSE, sizeof (guint32));
  parser.alternatives = g_array_new (FALSE, FALSE, sizeof (guint32));
  parser.groups = g_array_new (FALSE, FALSE, sizeof (Group));
  genlm_regex_classes_init (&parser.classes, parser.tree, charset);
  g_array_append_val (parser.groups, whole);
  genlm_regex_tree_set_search (parser.tree, dialect == GENLM_REGEX_DIALECT_ECMA);
  ok = parse_all (&parser);
  if (ok && parser.cursor.deferred != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&parser.cursor.deferred));
      ok = FALSE;
    }
  if (ok)
    genlm_regex_classes_finish (&parser.classes);
  else
    g_clear_pointer (&parser.tree, genlm_regex_tree_free);
  g_clear_error (&parser.cursor.deferred);
  genlm_regex_classes_clear (&parser.classes);
  g_array_unref (parser.groups);
  g_array_unref (parser.alternatives);
  g_array_unref (parser.items);
  return parser.tree;
}

/* In the dialect of the specification. */
GenlmRegexTree *
genlm_regex_parse (const char  *pattern,
                   gsize        length,
                   const char  *charset,
                   GError     **error)
{
  return genlm_regex_parse_dialect (GENLM_REGEX_DIALECT_GENLM, pattern, length, charset, error);
}
