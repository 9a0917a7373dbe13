#include "genlm-lark-parser.h"

#include <math.h>
#include <string.h>

#include "genlm-lark-lexer.h"

#define MAX_PARAMS (255u)

typedef enum
{
  FRAME_WHOLE,    /* the expression of a statement */
  FRAME_GROUP,    /* ( ) */
  FRAME_MAYBE,    /* [ ] */
  FRAME_TEMPLATE, /* name{ } */
} FrameKind;

/* A bracket that is open. */
typedef struct
{
  FrameKind kind;
  guint32   at;
  guint32   length;         /* of the template's name */
  guint     n_items;        /* where its items begin */
  guint     n_alternatives; /* where its alternatives begin */
  guint32   sequence_at;
  double    weight;
  gboolean  weighted;       /* its first alternative has a weight */
  gboolean  named;          /* the present alternative has its "->" */
} Frame;

typedef struct
{
  GenlmLarkLexer     lexer;
  GenlmLarkDocument *document;
  GArray            *items;
  GArray            *alternatives;
  GArray            *frames;
  gboolean           terminal; /* a terminal is defined */
  gboolean           private;  /* a rule whose name starts with "_" */
  GError           **error;
} Parser;

#define fail(parser, at, ...)                                                                   \
  genlm_grammar_source_fail (&(parser)->document->source, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, \
                             (at), (parser)->error, __VA_ARGS__)

static GenlmLarkTokenKind
peek (const Parser *parser)
{
  return parser->lexer.token.kind;
}

static gboolean
step (Parser *parser)
{
  return genlm_lark_lexer_next (&parser->lexer, parser->error);
}

static gboolean
fail_expected (Parser     *parser,
               const char *expected)
{
  const GenlmLarkToken *token = &parser->lexer.token;
  g_autofree char *found =
    genlm_grammar_source_describe (&parser->document->source, token->at, token->length);

  return fail (parser, token->at, "found %s, expected %s", found, expected);
}

/* Over a token of this kind, or an error that says what was expected. */
static gboolean
expect (Parser             *parser,
        GenlmLarkTokenKind  kind,
        const char         *expected)
{
  if (peek (parser) != kind)
    return fail_expected (parser, expected);
  return step (parser);
}

static GenlmLarkNode
node_at_token (const Parser      *parser,
               GenlmLarkNodeKind  kind)
{
  const GenlmLarkToken *token = &parser->lexer.token;

  return (GenlmLarkNode) { .kind = kind,
                           .at = (guint32) token->at,
                           .length = (guint32) token->length,
                           .weight = NAN };
}

/* The text of a grammar has no end of its own that a number would stop at. */
static char *
dup_token (const Parser         *parser,
           const GenlmLarkToken *token)
{
  return genlm_lark_document_dup_text (parser->document, (guint32) token->at,
                                       (guint32) token->length);
}

static Frame *
innermost (Parser *parser)
{
  return &g_array_index (parser->frames, Frame, parser->frames->len - 1);
}

static void
start_alternative (Parser *parser)
{
  Frame *frame = innermost (parser);

  frame->sequence_at = (guint32) parser->lexer.token.at;
  frame->weight = NAN;
  frame->named = FALSE;
}

static void
open_frame (Parser    *parser,
            FrameKind  kind,
            guint32    at,
            guint32    length)
{
  Frame frame = { .kind = kind,
                  .at = at,
                  .length = length,
                  .n_items = parser->items->len,
                  .n_alternatives = parser->alternatives->len };

  g_array_append_val (parser->frames, frame);
  start_alternative (parser);
}

static void
push_item (Parser  *parser,
           guint32  node)
{
  g_array_append_val (parser->items, node);
}

/* --- Alternatives ------------------------------------------------------- */

static gboolean
read_weight (Parser *parser)
{
  const GenlmLarkToken token = parser->lexer.token;
  Frame *frame = innermost (parser);
  g_autofree char *text = dup_token (parser, &token);
  double weight = g_ascii_strtod (text, NULL);

  if (frame->kind == FRAME_TEMPLATE || !isnan (frame->weight)
      || parser->items->len > frame->n_items)
    return fail_expected (parser, "one weight at most, where an alternative starts");
  if (parser->terminal)
    return fail (parser, token.at, "weights stand in rules only, not in terminals");
  if (!isfinite (weight))
    return fail (parser, token.at, "the weight is too large for a number");
  frame->weight = weight;
  return step (parser) && expect (parser, GENLM_LARK_TOKEN_COLON, "\":\" after a weight");
}

/* Alternatives side by side have weights all or none: what a missing one would
 * mean beside others is anybody's guess. */
static gboolean
check_weight (Parser *parser,
              Frame  *frame)
{
  gboolean weighted = !isnan (frame->weight);

  if (parser->alternatives->len == frame->n_alternatives)
    frame->weighted = weighted;
  if (weighted == frame->weighted)
    return TRUE;
  return fail (parser, frame->sequence_at,
               weighted ? "this alternative has a weight and one before it has none; give all of "
                          "them one, or none"
                        : "this alternative has no weight and one before it has one; give all of "
                          "them one, or none");
}

/* Joins the items since the last "|". */
static gboolean
close_alternative (Parser *parser)
{
  Frame *frame = innermost (parser);
  GenlmLarkNode node = { .kind = GENLM_LARK_NODE_SEQUENCE,
                         .at = frame->sequence_at,
                         .weight = frame->weight };
  guint32 sequence;

  if (!check_weight (parser, frame))
    return FALSE;
  sequence = genlm_lark_document_add_node (
    parser->document, node, &g_array_index (parser->items, guint32, frame->n_items),
    parser->items->len - frame->n_items);
  g_array_set_size (parser->items, frame->n_items);
  g_array_append_val (parser->alternatives, sequence);
  return TRUE;
}

/* Joins the alternatives of the innermost frame and leaves it. */
static guint32
close_alternatives (Parser *parser)
{
  Frame frame = *innermost (parser);
  GenlmLarkNode node = { .kind = GENLM_LARK_NODE_ALTERNATIVES, .at = frame.at, .weight = NAN };
  guint32 result = genlm_lark_document_add_node (
    parser->document, node,
    &g_array_index (parser->alternatives, guint32, frame.n_alternatives),
    parser->alternatives->len - frame.n_alternatives);

  g_array_set_size (parser->alternatives, frame.n_alternatives);
  g_array_set_size (parser->frames, parser->frames->len - 1);
  return result;
}

/* At "->". */
static gboolean
read_alias (Parser *parser)
{
  Frame *frame = innermost (parser);
  gsize at = parser->lexer.token.at;

  if (frame->kind == FRAME_TEMPLATE || frame->named)
    return fail_expected (parser, "one \"->\" at most, at the end of an alternative");
  if (parser->terminal)
    return fail (parser, at, "a terminal has no node to rename; \"->\" stands in rules only");
  if (parser->private)
    return fail (parser, at,
                 "a rule whose name starts with \"_\" has no node of its own to rename");
  frame->named = TRUE;
  return step (parser)
         && expect (parser, GENLM_LARK_TOKEN_RULE, "a name of small letters after \"->\"");
}

/* --- Items -------------------------------------------------------------- */

static gboolean
read_count (Parser  *parser,
            guint32 *count)
{
  const GenlmLarkToken token = parser->lexer.token;
  g_autofree char *text = dup_token (parser, &token);
  guint64 value;

  if (token.kind != GENLM_LARK_TOKEN_NUMBER)
    return fail_expected (parser, "a count, as in \"~3\" or \"~1..3\"");
  if (*text == '-')
    return fail (parser, token.at, "a count is not negative");
  value = g_ascii_strtoull (*text == '+' ? text + 1 : text, NULL, 10);
  if (value > GENLM_LARK_REPEAT_MAX)
    return genlm_grammar_source_fail (&parser->document->source, GENLM_POTENTIAL_ERROR_LIMIT,
                                      token.at, parser->error,
                                      "the count is larger than %u, the most that is read",
                                      GENLM_LARK_REPEAT_MAX);
  *count = (guint32) value;
  return step (parser);
}

/* After "~". */
static gboolean
read_counts (Parser        *parser,
             GenlmLarkNode *node)
{
  if (!read_count (parser, &node->min))
    return FALSE;
  node->max = node->min;
  if (peek (parser) != GENLM_LARK_TOKEN_DOTDOT)
    return TRUE;
  if (!step (parser) || !read_count (parser, &node->max))
    return FALSE;
  if (node->max < node->min)
    return fail (parser, node->at, "the lower count is larger than the upper");
  return TRUE;
}

static void
wrap_last (Parser        *parser,
           GenlmLarkNode  node)
{
  guint32 *item = &g_array_index (parser->items, guint32, parser->items->len - 1);

  *item = genlm_lark_document_add_node (parser->document, node, item, 1);
}

/* After an item: one of "?*+~" or none. */
static gboolean
read_repeat (Parser *parser)
{
  GenlmLarkNode node = node_at_token (parser, GENLM_LARK_NODE_REPEAT);
  GenlmLarkTokenKind sign = peek (parser);

  if (sign != GENLM_LARK_TOKEN_QUESTION && sign != GENLM_LARK_TOKEN_STAR
      && sign != GENLM_LARK_TOKEN_PLUS && sign != GENLM_LARK_TOKEN_TILDE)
    return TRUE;
  if (innermost (parser)->kind == FRAME_TEMPLATE)
    return fail_expected (parser, "\",\" or \"}\": an argument of a template is a name, a literal "
                                  "or a template; write a rule for more");
  node.min = sign == GENLM_LARK_TOKEN_PLUS ? 1 : 0;
  node.max = sign == GENLM_LARK_TOKEN_QUESTION ? 1 : GENLM_LARK_REPEAT_UNBOUNDED;
  if (!step (parser) || (sign == GENLM_LARK_TOKEN_TILDE && !read_counts (parser, &node)))
    return FALSE;
  wrap_last (parser, node);
  return TRUE;
}

/* At a string: the literal, or a range. */
static gboolean
read_string (Parser *parser)
{
  GenlmLarkNode node = node_at_token (parser, GENLM_LARK_NODE_STRING);
  GenlmLarkNode range = node_at_token (parser, GENLM_LARK_NODE_RANGE);
  guint32 ends[2];

  ends[0] = genlm_lark_document_add_node (parser->document, node, NULL, 0);
  if (!step (parser))
    return FALSE;
  if (peek (parser) != GENLM_LARK_TOKEN_DOTDOT)
    {
      push_item (parser, ends[0]);
      return TRUE;
    }
  if (!step (parser))
    return FALSE;
  node = node_at_token (parser, GENLM_LARK_NODE_STRING);
  range.length = node.at + node.length - range.at;
  if (!expect (parser, GENLM_LARK_TOKEN_STRING, "the string at the other end of the range"))
    return FALSE;
  ends[1] = genlm_lark_document_add_node (parser->document, node, NULL, 0);
  push_item (parser, genlm_lark_document_add_node (parser->document, range, ends, 2));
  return TRUE;
}

static gboolean
read_leaf (Parser            *parser,
           GenlmLarkNodeKind  kind)
{
  GenlmLarkNode node = node_at_token (parser, kind);

  push_item (parser, genlm_lark_document_add_node (parser->document, node, NULL, 0));
  return step (parser);
}

/* At the name of a rule: the rule, or a template that is used. */
static gboolean
read_rule (Parser   *parser,
           gboolean *opened)
{
  GenlmLarkNode node = node_at_token (parser, GENLM_LARK_NODE_RULE);

  if (!step (parser))
    return FALSE;
  *opened = peek (parser) == GENLM_LARK_TOKEN_LEFT_BRACE;
  if (!*opened)
    {
      push_item (parser, genlm_lark_document_add_node (parser->document, node, NULL, 0));
      return TRUE;
    }
  open_frame (parser, FRAME_TEMPLATE, node.at, node.length);
  return step (parser);
}

/* At what closes the innermost frame, which becomes an item. */
static gboolean
close_frame (Parser             *parser,
             GenlmLarkTokenKind  sign)
{
  Frame frame = *innermost (parser);
  GenlmLarkNode maybe = { .kind = GENLM_LARK_NODE_REPEAT, .at = frame.at, .max = 1, .weight = NAN };

  if (frame.kind == FRAME_TEMPLATE)
    return fail_expected (parser, "an argument of the template");
  if (frame.kind == FRAME_WHOLE)
    return fail_expected (parser, "an item, \"|\" or the line's end; no bracket is open");
  if (frame.kind == FRAME_GROUP && sign != GENLM_LARK_TOKEN_RIGHT_PAREN)
    return fail_expected (parser, "an item, \"|\" or \")\"");
  if (frame.kind == FRAME_MAYBE && sign != GENLM_LARK_TOKEN_RIGHT_BRACKET)
    return fail_expected (parser, "an item, \"|\" or \"]\"");
  if (!close_alternative (parser))
    return FALSE;
  push_item (parser, close_alternatives (parser));
  if (frame.kind == FRAME_MAYBE)
    wrap_last (parser, maybe);
  return step (parser);
}

/* After an argument of a template. */
static gboolean
finish_argument (Parser *parser)
{
  Frame frame = *innermost (parser);
  GenlmLarkNode node = { .kind = GENLM_LARK_NODE_TEMPLATE,
                         .at = frame.at,
                         .length = frame.length,
                         .weight = NAN };
  guint32 item;

  if (peek (parser) == GENLM_LARK_TOKEN_COMMA)
    return step (parser);
  if (!expect (parser, GENLM_LARK_TOKEN_RIGHT_BRACE, "\",\" or \"}\" after an argument of a "
                                                     "template"))
    return FALSE;
  item = genlm_lark_document_add_node (parser->document, node,
                                       &g_array_index (parser->items, guint32, frame.n_items),
                                       parser->items->len - frame.n_items);
  g_array_set_size (parser->items, frame.n_items);
  g_array_set_size (parser->frames, parser->frames->len - 1);
  push_item (parser, item);
  return TRUE;
}

/* An item has been pushed: what may follow it, in every template that it
 * closes. */
static gboolean
finish_item (Parser *parser)
{
  for (;;)
    {
      guint n_frames = parser->frames->len;

      if (!read_repeat (parser))
        return FALSE;
      if (innermost (parser)->kind != FRAME_TEMPLATE)
        return TRUE;
      if (!finish_argument (parser))
        return FALSE;
      if (parser->frames->len == n_frames)
        return TRUE;
    }
}

static gboolean
open_bracket (Parser    *parser,
              FrameKind  kind)
{
  guint32 at = (guint32) parser->lexer.token.at;

  if (innermost (parser)->kind == FRAME_TEMPLATE)
    return fail_expected (parser, "a name, a literal or a template as argument of a template; "
                                  "write a rule for more");
  open_frame (parser, kind, at, 0);
  if (!step (parser))
    return FALSE;
  start_alternative (parser);
  return TRUE;
}

static gboolean
read_item (Parser *parser)
{
  gboolean opened = FALSE;
  gboolean ok;

  if (innermost (parser)->named)
    return fail_expected (parser, "\"|\" or the end of the alternative after \"-> name\"");
  switch (peek (parser))
    {
    case GENLM_LARK_TOKEN_RULE:
      ok = read_rule (parser, &opened);
      break;
    case GENLM_LARK_TOKEN_TERMINAL:
      ok = read_leaf (parser, GENLM_LARK_NODE_TERMINAL);
      break;
    case GENLM_LARK_TOKEN_REGEXP:
      ok = read_leaf (parser, GENLM_LARK_NODE_REGEXP);
      break;
    case GENLM_LARK_TOKEN_STRING:
      ok = read_string (parser);
      break;
    case GENLM_LARK_TOKEN_LEFT_PAREN:
      return open_bracket (parser, FRAME_GROUP);
    case GENLM_LARK_TOKEN_LEFT_BRACKET:
      return open_bracket (parser, FRAME_MAYBE);
    case GENLM_LARK_TOKEN_QUESTION:
    case GENLM_LARK_TOKEN_STAR:
    case GENLM_LARK_TOKEN_PLUS:
    case GENLM_LARK_TOKEN_TILDE:
      return fail_expected (parser, "something to repeat before it; one sign repeats one item, so "
                                    "write parentheses for more");
    case GENLM_LARK_TOKEN_COLON:
      return fail_expected (parser, "an item; a definition starts on a line of its own");
    default:
      return fail_expected (parser, "a name, a string, a regular expression or a group");
    }
  return ok && (opened || finish_item (parser));
}

static gboolean
read_bar (Parser *parser)
{
  if (innermost (parser)->kind == FRAME_TEMPLATE)
    return fail_expected (parser, "an argument of the template");
  if (!close_alternative (parser) || !step (parser))
    return FALSE;
  start_alternative (parser);
  return TRUE;
}

static gboolean
fail_open (Parser *parser)
{
  const Frame *frame = innermost (parser);

  if (frame->kind == FRAME_TEMPLATE)
    return fail (parser, frame->at,
                 "the arguments of the template are not closed in their line; expected \"}\"");
  return fail (parser, frame->at, "the %s is not closed; expected \"%c\", and line ends only before "
                                  "\"|\"",
               frame->kind == FRAME_GROUP ? "group" : "optional part",
               frame->kind == FRAME_GROUP ? ')' : ']');
}

/* An expression to the end of its line, and over the line end. */
static gboolean
read_expression (Parser  *parser,
                 guint32 *root)
{
  gboolean ok = TRUE;

  open_frame (parser, FRAME_WHOLE, (guint32) parser->lexer.token.at, 0);
  while (ok && peek (parser) != GENLM_LARK_TOKEN_NEWLINE)
    switch (peek (parser))
      {
      case GENLM_LARK_TOKEN_WEIGHT:
        ok = read_weight (parser);
        break;
      case GENLM_LARK_TOKEN_OR:
        ok = read_bar (parser);
        break;
      case GENLM_LARK_TOKEN_ARROW:
        ok = read_alias (parser);
        break;
      case GENLM_LARK_TOKEN_RIGHT_PAREN:
      case GENLM_LARK_TOKEN_RIGHT_BRACKET:
        ok = close_frame (parser, peek (parser)) && finish_item (parser);
        break;
      default:
        ok = read_item (parser);
        break;
      }
  if (!ok)
    return FALSE;
  if (parser->frames->len > 1)
    return fail_open (parser);
  if (!close_alternative (parser))
    return FALSE;
  *root = close_alternatives (parser);
  return step (parser);
}

/* --- Statements --------------------------------------------------------- */

static gboolean
read_priority (Parser *parser)
{
  if (peek (parser) != GENLM_LARK_TOKEN_DOT)
    return TRUE;
  return step (parser) && expect (parser, GENLM_LARK_TOKEN_NUMBER, "a priority after \".\"");
}

static gboolean
read_params (Parser             *parser,
             GenlmLarkStatement *statement)
{
  statement->first_param = parser->document->params->len;
  if (peek (parser) != GENLM_LARK_TOKEN_LEFT_BRACE)
    return TRUE;
  do
    {
      GenlmLarkName name;

      if (!step (parser))
        return FALSE;
      name = (GenlmLarkName) { (guint32) parser->lexer.token.at,
                               (guint32) parser->lexer.token.length };
      if (!expect (parser, GENLM_LARK_TOKEN_RULE, "a parameter's name of small letters"))
        return FALSE;
      if (statement->n_params == MAX_PARAMS)
        return genlm_grammar_source_fail (&parser->document->source, GENLM_POTENTIAL_ERROR_LIMIT,
                                          name.at, parser->error,
                                          "a template has at most %u parameters", MAX_PARAMS);
      g_array_append_val (parser->document->params, name);
      statement->n_params++;
    }
  while (peek (parser) == GENLM_LARK_TOKEN_COMMA);
  return expect (parser, GENLM_LARK_TOKEN_RIGHT_BRACE, "\",\" or \"}\" after a parameter");
}

static void
add_statement (Parser             *parser,
               GenlmLarkStatement  statement)
{
  g_array_append_val (parser->document->statements, statement);
}

/* After the name: what it stands for. */
static gboolean
read_definition (Parser             *parser,
                 GenlmLarkStatement *statement)
{
  statement->first_node = parser->document->nodes->len;
  if (!read_priority (parser)
      || !expect (parser, GENLM_LARK_TOKEN_COLON,
                  "\":\" after the name that is defined (a rule's has small letters only, a "
                  "terminal's capitals only)")
      || !read_expression (parser, &statement->root))
    return FALSE;
  add_statement (parser, *statement);
  return TRUE;
}

static GenlmLarkStatement
statement_at_token (const Parser           *parser,
                    GenlmLarkStatementKind  kind)
{
  const GenlmLarkToken *token = &parser->lexer.token;

  return (GenlmLarkStatement) { .kind = kind,
                                .terminal = token->kind == GENLM_LARK_TOKEN_TERMINAL,
                                .at = (guint32) token->at,
                                .length = (guint32) token->length };
}

/* At the name of a terminal, or the modifiers or the name of a rule. */
static gboolean
read_rule_or_terminal (Parser                 *parser,
                       GenlmLarkStatementKind  kind)
{
  gboolean inlined = FALSE;
  gboolean modified = FALSE;
  GenlmLarkStatement statement;

  while (peek (parser) == GENLM_LARK_TOKEN_QUESTION || peek (parser) == GENLM_LARK_TOKEN_BANG)
    {
      modified = TRUE;
      inlined |= peek (parser) == GENLM_LARK_TOKEN_QUESTION;
      if (!step (parser))
        return FALSE;
    }
  statement = statement_at_token (parser, kind);
  parser->terminal = statement.terminal;
  if (peek (parser) != GENLM_LARK_TOKEN_RULE
      && (modified || peek (parser) != GENLM_LARK_TOKEN_TERMINAL))
    return fail_expected (parser, modified ? "the name of a rule after \"?\" or \"!\""
                                           : "a rule or a terminal that is defined");
  parser->private = !statement.terminal && parser->document->source.text[statement.at] == '_';
  if (inlined && parser->private)
    return fail (parser, statement.at,
                 "a rule whose name starts with \"_\" is inlined always and takes no \"?\"");
  return step (parser) && (statement.terminal || read_params (parser, &statement))
         && read_definition (parser, &statement);
}

static gboolean
read_ignore (Parser *parser)
{
  GenlmLarkStatement statement = statement_at_token (parser, GENLM_LARK_STATEMENT_IGNORE);

  statement.terminal = TRUE;
  statement.first_node = parser->document->nodes->len;
  parser->terminal = TRUE;
  if (!read_expression (parser, &statement.root))
    return FALSE;
  add_statement (parser, statement);
  return TRUE;
}

static gboolean
read_declare (Parser *parser)
{
  do
    {
      GenlmLarkStatement statement = statement_at_token (parser, GENLM_LARK_STATEMENT_DECLARE);

      if (peek (parser) != GENLM_LARK_TOKEN_RULE && peek (parser) != GENLM_LARK_TOKEN_TERMINAL)
        return fail_expected (parser, "names to declare");
      add_statement (parser, statement);
      if (!step (parser))
        return FALSE;
    }
  while (peek (parser) != GENLM_LARK_TOKEN_NEWLINE);
  return step (parser);
}

static gboolean
is_name (const Parser *parser)
{
  return peek (parser) == GENLM_LARK_TOKEN_RULE || peek (parser) == GENLM_LARK_TOKEN_TERMINAL;
}

static gboolean
is_common (const Parser         *parser,
           const GenlmLarkToken *library)
{
  return library->length == 6
         && memcmp (parser->document->source.text + library->at, "common", 6) == 0;
}

static gboolean
refuse_library (Parser               *parser,
                const GenlmLarkToken *library)
{
  g_autofree char *name = dup_token (parser, library);

  return genlm_grammar_source_fail (&parser->document->source, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                                    library->at, parser->error,
                                    "imports from \"%s\" are not supported, only from \"common\"; "
                                    "copy the definitions that are meant",
                                    name);
}

static gboolean
read_imported_name (Parser *parser)
{
  GenlmLarkStatement statement = statement_at_token (parser, GENLM_LARK_STATEMENT_IMPORT);

  if (!is_name (parser))
    return fail_expected (parser, "the name of what is imported");
  statement.alias_at = statement.at;
  statement.alias_length = statement.length;
  add_statement (parser, statement);
  return step (parser);
}

/* After "(". */
static gboolean
read_import_list (Parser *parser)
{
  if (!read_imported_name (parser))
    return FALSE;
  while (peek (parser) == GENLM_LARK_TOKEN_COMMA)
    if (!step (parser) || !read_imported_name (parser))
      return FALSE;
  return expect (parser, GENLM_LARK_TOKEN_RIGHT_PAREN, "\",\" or \")\" after a name");
}

/* After "->". */
static gboolean
read_import_alias (Parser *parser)
{
  GenlmLarkStatement *statement =
    &g_array_index (parser->document->statements, GenlmLarkStatement,
                    parser->document->statements->len - 1);

  statement->alias_at = (guint32) parser->lexer.token.at;
  statement->alias_length = (guint32) parser->lexer.token.length;
  return expect (parser, GENLM_LARK_TOKEN_TERMINAL,
                 "a name of capitals: what is imported is a terminal");
}

/* After the library's name. */
static gboolean
read_imports (Parser *parser)
{
  if (peek (parser) == GENLM_LARK_TOKEN_LEFT_PAREN)
    return step (parser) && read_import_list (parser);
  if (!expect (parser, GENLM_LARK_TOKEN_DOT, "\".\" and a name, or names in parentheses")
      || !read_imported_name (parser))
    return FALSE;
  if (peek (parser) == GENLM_LARK_TOKEN_ARROW)
    return step (parser) && read_import_alias (parser);
  return TRUE;
}

static gboolean
read_import (Parser *parser)
{
  GenlmLarkToken library = parser->lexer.token;

  if (peek (parser) == GENLM_LARK_TOKEN_DOT)
    return genlm_grammar_source_fail (&parser->document->source, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                                      library.at, parser->error,
                                      "imports from other files are not supported, only from "
                                      "\"common\"; copy the definitions that are meant");
  if (!is_name (parser))
    return fail_expected (parser, "the name of a library after \"%import\"");
  if (!is_common (parser, &library))
    return refuse_library (parser, &library);
  return step (parser) && read_imports (parser)
         && expect (parser, GENLM_LARK_TOKEN_NEWLINE, "the end of the line");
}

static gboolean
token_is (const Parser         *parser,
          const GenlmLarkToken *token,
          const char           *text)
{
  return token->length == strlen (text)
         && memcmp (parser->document->source.text + token->at, text, token->length) == 0;
}

static gboolean
read_directive (Parser *parser)
{
  GenlmLarkToken directive = parser->lexer.token;

  if (!step (parser))
    return FALSE;
  if (token_is (parser, &directive, "%ignore"))
    return read_ignore (parser);
  if (token_is (parser, &directive, "%import"))
    return read_import (parser);
  if (token_is (parser, &directive, "%declare"))
    return read_declare (parser);
  if (token_is (parser, &directive, "%override"))
    return read_rule_or_terminal (parser, GENLM_LARK_STATEMENT_OVERRIDE);
  if (token_is (parser, &directive, "%extend"))
    return read_rule_or_terminal (parser, GENLM_LARK_STATEMENT_EXTEND);
  return fail (parser, directive.at,
               "\"%.*s\" is not known; known are %%ignore, %%import, %%declare, %%override and "
               "%%extend",
               (int) MIN (directive.length, 40), parser->document->source.text + directive.at);
}

static gboolean
read_statements (Parser *parser)
{
  gboolean ok = TRUE;

  while (ok && peek (parser) != GENLM_LARK_TOKEN_END)
    switch (peek (parser))
      {
      case GENLM_LARK_TOKEN_NEWLINE:
        ok = step (parser);
        break;
      case GENLM_LARK_TOKEN_DIRECTIVE:
        ok = read_directive (parser);
        break;
      default:
        ok = read_rule_or_terminal (parser, GENLM_LARK_STATEMENT_DEFINE);
        break;
      }
  return ok;
}

/* The source must outlive the document. */
GenlmLarkDocument *
genlm_lark_parse (const GenlmGrammarSource  *source,
                  GError                   **error)
{
  g_autoptr (GenlmLarkDocument) document = NULL;
  Parser parser = { .error = error };
  gboolean ok;

  if (!genlm_grammar_source_check (source, error))
    return NULL;
  document = genlm_lark_document_new (source);
  parser.document = document;
  /* With memory from the start: an empty part of it has an address, too. */
  parser.items = g_array_sized_new (FALSE, FALSE, sizeof (guint32), 16);
  parser.alternatives = g_array_new (FALSE, FALSE, sizeof (guint32));
  parser.frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  ok = genlm_lark_lexer_init (&parser.lexer, &document->source, error)
       && read_statements (&parser);
  g_array_unref (parser.frames);
  g_array_unref (parser.alternatives);
  g_array_unref (parser.items);
  return ok ? g_steal_pointer (&document) : NULL;
}
