#pragma once

/* Reads a grammar in the syntax of Lark. */

#include "genlm-grammar.h"

G_BEGIN_DECLS

typedef struct
{
  const char         *name;    /* of the text in messages; NULL for "the grammar" */
  const char         *start;   /* NULL for "start" */
  const char         *charset; /* what "." and negated classes range over; NULL for all */
  GenlmGrammarIgnore  ignore;
} GenlmLarkOptions;

GENLM_ENGINE_API GenlmGrammar *genlm_grammar_new_from_lark (const char              *text,
                                                            gsize                    length,
                                                            const GenlmLarkOptions  *options,
                                                            GError                 **error);

G_END_DECLS
