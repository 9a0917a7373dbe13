#include "genlm-lark-lexer.h"

#include <string.h>

#define fail(lexer, at, error, ...)                                                             \
  genlm_grammar_source_fail ((lexer)->source, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, (at), (error), \
                             __VA_ARGS__)

/* The byte so many places on, or 0 behind the end; the text holds no NUL. */
static char
peek (const GenlmLarkLexer *self,
      gsize                 ahead)
{
  gsize at = self->at + ahead;

  return at < self->source->length ? self->source->text[at] : '\0';
}

static gboolean
at_end (const GenlmLarkLexer *self)
{
  return self->at >= self->source->length;
}

static void
skip_comment (GenlmLarkLexer *self)
{
  while (!at_end (self) && peek (self, 0) != '\n')
    self->at++;
}

/* At a backslash: a line is joined with the next one. */
static gboolean
skip_joint (GenlmLarkLexer *self)
{
  gsize ahead = 1;

  while (peek (self, ahead) == ' ')
    ahead++;
  if (peek (self, ahead) == '\r' && peek (self, ahead + 1) == '\n')
    ahead++;
  if (peek (self, ahead) != '\n')
    return FALSE;
  self->at += ahead + 1;
  return TRUE;
}

static gboolean
is_line_end (const GenlmLarkLexer *self)
{
  return peek (self, 0) == '\n' || (peek (self, 0) == '\r' && peek (self, 1) == '\n');
}

/* White space that holds for nothing: any after a line end, else blanks. */
static gboolean
skip_space (GenlmLarkLexer *self,
            gboolean        after_line_end)
{
  const char *place = self->source->text + self->at;

  if (at_end (self))
    return FALSE;
  if (*place != ' ' && *place != '\t'
      && !(after_line_end && g_unichar_isspace (g_utf8_get_char (place))))
    return FALSE;
  self->at += (gsize) (g_utf8_next_char (place) - place);
  return TRUE;
}

/* Over blanks, comments and line ends; says where the first line end is. */
static gboolean
skip_gaps (GenlmLarkLexer *self,
           gsize          *line_end)
{
  gboolean found = FALSE;

  for (;;)
    {
      if (is_line_end (self))
        {
          if (!found)
            *line_end = self->at;
          found = TRUE;
          self->at += peek (self, 0) == '\r' ? 2 : 1;
        }
      else if (peek (self, 0) == '/' && peek (self, 1) == '/')
        skip_comment (self);
      else if (peek (self, 0) != '\\' ? !skip_space (self, found) : !skip_joint (self))
        return found;
    }
}

static gboolean
accept (GenlmLarkLexer     *self,
        GenlmLarkTokenKind  kind,
        gsize               length)
{
  self->token = (GenlmLarkToken) { kind, self->at, length };
  self->at += length;
  return TRUE;
}

/* At a letter, or "_" before one: a name of small letters or of capitals. */
static gboolean
read_name (GenlmLarkLexer *self)
{
  gsize length = peek (self, 0) == '_' ? 1 : 0;
  gboolean rule = g_ascii_islower (peek (self, length));

  for (;; length++)
    {
      char byte = peek (self, length);

      if (byte != '_' && !g_ascii_isdigit (byte)
          && !(rule ? g_ascii_islower (byte) : g_ascii_isupper (byte)))
        break;
    }
  return accept (self, rule ? GENLM_LARK_TOKEN_RULE : GENLM_LARK_TOKEN_TERMINAL, length);
}

static gboolean
read_directive (GenlmLarkLexer *self)
{
  gsize length = 1;

  while (g_ascii_isalnum (peek (self, length)) || peek (self, length) == '_')
    length++;
  return accept (self, GENLM_LARK_TOKEN_DIRECTIVE, length);
}

static gboolean
read_number (GenlmLarkLexer *self)
{
  gsize length = 1;

  while (g_ascii_isdigit (peek (self, length)))
    length++;
  return accept (self, GENLM_LARK_TOKEN_NUMBER, length);
}

static gsize
skip_digits (const GenlmLarkLexer *self,
             gsize                 ahead)
{
  while (g_ascii_isdigit (peek (self, ahead)))
    ahead++;
  return ahead;
}

/* At a digit or "." where an alternative starts: 7, 0.7, .7, 7e-3. */
static gboolean
read_weight (GenlmLarkLexer *self)
{
  gsize length = skip_digits (self, 0);
  gsize exponent;

  if (peek (self, length) == '.')
    length = skip_digits (self, length + 1);
  if (peek (self, length) == 'e' || peek (self, length) == 'E')
    {
      exponent = length + 1;
      if (peek (self, exponent) == '+' || peek (self, exponent) == '-')
        exponent++;
      if (g_ascii_isdigit (peek (self, exponent)))
        length = skip_digits (self, exponent);
    }
  return accept (self, GENLM_LARK_TOKEN_WEIGHT, length);
}

/* At a quotation mark. */
static gboolean
read_string (GenlmLarkLexer  *self,
             GError         **error)
{
  gsize length = 1;

  for (; peek (self, length) != '"'; length++)
    {
      if (peek (self, length) == '\\')
        length++;
      if (peek (self, length) == '\0' || peek (self, length) == '\n')
        return fail (self, self->at, error,
                     "the string is not closed in its line; write \\n for a line end and \\\" for "
                     "a quotation mark");
    }
  length++;
  if (peek (self, length) == 'i')
    length++;
  return accept (self, GENLM_LARK_TOKEN_STRING, length);
}

/* At a slash that starts no comment. */
static gboolean
read_regexp (GenlmLarkLexer  *self,
             GError         **error)
{
  gsize length = 1;

  for (; peek (self, length) != '/'; length++)
    {
      if (peek (self, length) == '\\')
        length++;
      if (peek (self, length) == '\0')
        return fail (self, self->at, error,
                     "the regular expression is not closed; expected \"/\" and write \\/ for the "
                     "character");
    }
  length++;
  while (peek (self, length) != '\0' && strchr ("imslux", peek (self, length)) != NULL)
    length++;
  return accept (self, GENLM_LARK_TOKEN_REGEXP, length);
}

static gboolean
refuse (GenlmLarkLexer  *self,
        GError         **error)
{
  g_autofree char *found = genlm_grammar_source_describe (
    self->source, self->at,
    (gsize) (g_utf8_next_char (self->source->text + self->at)
             - (self->source->text + self->at)));

  if (peek (self, 0) == '\'')
    return fail (self, self->at, error, "found \"'\"; strings stand in double quotation marks");
  if (peek (self, 0) == '_')
    return fail (self, self->at, error,
                 "found \"_\" before no letter; names start with one \"_\" at most");
  return fail (self, self->at, error, "found %s, which means nothing here", found);
}

static gboolean
read_sign (GenlmLarkLexer  *self,
           GError         **error)
{
  static const char signs[] = ":,|~?*+!()[]{}";
  static const GenlmLarkTokenKind kinds[] = {
    GENLM_LARK_TOKEN_COLON,       GENLM_LARK_TOKEN_COMMA,         GENLM_LARK_TOKEN_OR,
    GENLM_LARK_TOKEN_TILDE,       GENLM_LARK_TOKEN_QUESTION,      GENLM_LARK_TOKEN_STAR,
    GENLM_LARK_TOKEN_PLUS,        GENLM_LARK_TOKEN_BANG,          GENLM_LARK_TOKEN_LEFT_PAREN,
    GENLM_LARK_TOKEN_RIGHT_PAREN, GENLM_LARK_TOKEN_LEFT_BRACKET,  GENLM_LARK_TOKEN_RIGHT_BRACKET,
    GENLM_LARK_TOKEN_LEFT_BRACE,  GENLM_LARK_TOKEN_RIGHT_BRACE,
  };
  const char *found = strchr (signs, peek (self, 0));

  if (found != NULL)
    return accept (self, kinds[found - signs], 1);
  if (peek (self, 0) == '.')
    return peek (self, 1) == '.' ? accept (self, GENLM_LARK_TOKEN_DOTDOT, 2)
                                 : accept (self, GENLM_LARK_TOKEN_DOT, 1);
  if (peek (self, 0) == '-' && peek (self, 1) == '>')
    return accept (self, GENLM_LARK_TOKEN_ARROW, 2);
  return refuse (self, error);
}

static gboolean
starts_alternative (const GenlmLarkLexer *self)
{
  switch (self->token.kind)
    {
    case GENLM_LARK_TOKEN_COLON:
    case GENLM_LARK_TOKEN_OR:
    case GENLM_LARK_TOKEN_LEFT_PAREN:
    case GENLM_LARK_TOKEN_LEFT_BRACKET:
      return TRUE;
    default:
      return FALSE;
    }
}

/* Steps to the next token. Line ends before "|" are left out, and those at the
 * end of the text make one line end before the end. */
gboolean
genlm_lark_lexer_next (GenlmLarkLexer  *self,
                       GError         **error)
{
  gsize line_end;
  char byte;

  if (self->token.kind == GENLM_LARK_TOKEN_END)
    return TRUE;
  if (skip_gaps (self, &line_end) && peek (self, 0) != '|')
    {
      self->token = (GenlmLarkToken) { GENLM_LARK_TOKEN_NEWLINE, line_end, 0 };
      return TRUE;
    }
  if (at_end (self))
    {
      GenlmLarkTokenKind kind = self->token.kind == GENLM_LARK_TOKEN_NEWLINE
                                  ? GENLM_LARK_TOKEN_END
                                  : GENLM_LARK_TOKEN_NEWLINE;

      return accept (self, kind, 0);
    }
  byte = peek (self, 0);
  if (g_ascii_isalpha (byte) || (byte == '_' && g_ascii_isalpha (peek (self, 1))))
    return read_name (self);
  if (starts_alternative (self)
      && (g_ascii_isdigit (byte) || (byte == '.' && g_ascii_isdigit (peek (self, 1)))))
    return read_weight (self);
  if (g_ascii_isdigit (byte) || ((byte == '+' || byte == '-') && g_ascii_isdigit (peek (self, 1))))
    return read_number (self);
  if (byte == '"')
    return read_string (self, error);
  if (byte == '/')
    return read_regexp (self, error);
  if (byte == '%')
    return read_directive (self);
  return read_sign (self, error);
}

/* Stands at the first token afterwards. */
gboolean
genlm_lark_lexer_init (GenlmLarkLexer            *self,
                       const GenlmGrammarSource  *source,
                       GError                   **error)
{
  *self = (GenlmLarkLexer) { .source = source, .token = { .kind = GENLM_LARK_TOKEN_NEWLINE } };
  return genlm_lark_lexer_next (self, error);
}
