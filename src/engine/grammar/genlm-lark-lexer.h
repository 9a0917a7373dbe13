#pragma once

/* Cuts the text of a Lark grammar into tokens, one at a time. Comments, blanks
 * and joined lines are left out; a line end before "|" is part of the "|". */

#include "genlm-grammar-source.h"

G_BEGIN_DECLS

typedef enum
{
  GENLM_LARK_TOKEN_END,
  GENLM_LARK_TOKEN_NEWLINE,
  GENLM_LARK_TOKEN_RULE,
  GENLM_LARK_TOKEN_TERMINAL,
  GENLM_LARK_TOKEN_STRING,
  GENLM_LARK_TOKEN_REGEXP,
  GENLM_LARK_TOKEN_NUMBER,
  GENLM_LARK_TOKEN_WEIGHT, /* a number where an alternative starts */
  GENLM_LARK_TOKEN_DIRECTIVE, /* "%" and a name */
  GENLM_LARK_TOKEN_COLON,
  GENLM_LARK_TOKEN_COMMA,
  GENLM_LARK_TOKEN_OR,
  GENLM_LARK_TOKEN_DOT,
  GENLM_LARK_TOKEN_DOTDOT,
  GENLM_LARK_TOKEN_TILDE,
  GENLM_LARK_TOKEN_ARROW,
  GENLM_LARK_TOKEN_QUESTION,
  GENLM_LARK_TOKEN_STAR,
  GENLM_LARK_TOKEN_PLUS,
  GENLM_LARK_TOKEN_BANG,
  GENLM_LARK_TOKEN_LEFT_PAREN,
  GENLM_LARK_TOKEN_RIGHT_PAREN,
  GENLM_LARK_TOKEN_LEFT_BRACKET,
  GENLM_LARK_TOKEN_RIGHT_BRACKET,
  GENLM_LARK_TOKEN_LEFT_BRACE,
  GENLM_LARK_TOKEN_RIGHT_BRACE,
} GenlmLarkTokenKind;

typedef struct
{
  GenlmLarkTokenKind kind;
  gsize              at;
  gsize              length;
} GenlmLarkToken;

typedef struct
{
  const GenlmGrammarSource *source;
  gsize                     at;
  GenlmLarkToken            token; /* the present one */
} GenlmLarkLexer;

gboolean genlm_lark_lexer_init (GenlmLarkLexer            *self,
                                const GenlmGrammarSource  *source,
                                GError                   **error);
gboolean genlm_lark_lexer_next (GenlmLarkLexer  *self,
                                GError         **error);

G_END_DECLS
