#include "genlm-lark-common.h"

#include <string.h>

#define DIGITS  "[0-9]+"
#define EXP     "[eE][+-]?[0-9]+"
#define DECIMAL "(?:[0-9]+\\.[0-9]*|\\.[0-9]+)"
#define FLOAT   "(?:[0-9]+" EXP "|" DECIMAL "(?:" EXP ")?)"
#define NUMBER  "(?:" FLOAT "|" DIGITS ")"

static const struct
{
  const char *name;
  const char *pattern;
} terminals[] = {
  { "DIGIT", "[0-9]" },
  { "HEXDIGIT", "[0-9a-fA-F]" },
  { "INT", DIGITS },
  { "SIGNED_INT", "[+-]?" DIGITS },
  { "DECIMAL", DECIMAL },
  { "_EXP", EXP },
  { "FLOAT", FLOAT },
  { "SIGNED_FLOAT", "[+-]?" FLOAT },
  { "NUMBER", NUMBER },
  { "SIGNED_NUMBER", "[+-]?" NUMBER },
  /* Text without a line end in which no quotation mark ends a string. */
  { "_STRING_INNER", "[^\\n]*" },
  { "_STRING_ESC_INNER", "(?:[^\\n\\\\]|\\\\[^\\n])*" },
  { "ESCAPED_STRING", "\"(?:[^\"\\n\\\\]|\\\\[^\\n])*\"" },
  { "LCASE_LETTER", "[a-z]" },
  { "UCASE_LETTER", "[A-Z]" },
  { "LETTER", "[a-zA-Z]" },
  { "WORD", "[a-zA-Z]+" },
  { "CNAME", "[a-zA-Z_][a-zA-Z_0-9]*" },
  { "WS_INLINE", "[ \\t]+" },
  { "WS", "[ \\t\\f\\r\\n]+" },
  { "CR", "\\r" },
  { "LF", "\\n" },
  { "NEWLINE", "(?:\\r?\\n)+" },
  { "SH_COMMENT", "#[^\\n]*" },
  { "CPP_COMMENT", "//[^\\n]*" },
  /* The first end of a comment ends it. */
  { "C_COMMENT", "/\\*(?:[^*]|\\*+[^*/])*\\*+/" },
  { "SQL_COMMENT", "--[^\\n]*" },
};

/* The regular expression of a name, or NULL. */
const char *
genlm_lark_common_find (const char *name)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (terminals); i++)
    if (strcmp (terminals[i].name, name) == 0)
      return terminals[i].pattern;
  return NULL;
}
