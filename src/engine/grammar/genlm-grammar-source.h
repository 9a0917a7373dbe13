#pragma once

/* The text of a grammar that is being read, and the one place where errors
 * about it are worded: where it is, what is wrong, the line and a caret. */

#include <genlm.h>

#include "genlm-engine.h"

G_BEGIN_DECLS

/* The longest text that is read, in bytes. */
#define GENLM_GRAMMAR_MAX_LENGTH (1u << 22)

typedef struct
{
  const char *name; /* of the file or property, for messages */
  const char *text;
  gsize       length;
} GenlmGrammarSource;

gboolean genlm_grammar_source_check   (const GenlmGrammarSource  *self,
                                       GError                   **error);
gboolean genlm_grammar_source_fail    (const GenlmGrammarSource  *self,
                                       GenlmPotentialError        code,
                                       gsize                      at,
                                       GError                   **error,
                                       const char                *format,
                                       ...) G_GNUC_PRINTF (5, 6);
void     genlm_grammar_source_prefix  (const GenlmGrammarSource  *self,
                                       gsize                      at,
                                       const char                *what,
                                       GError                   **error);
char    *genlm_grammar_source_describe (const GenlmGrammarSource *self,
                                        gsize                     at,
                                        gsize                     length);

G_END_DECLS
