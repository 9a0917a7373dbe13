#pragma once

/* Rules for "from so many to so many times", of which there are only about as
 * many as the counts have digits, whatever the counts. */

#include "genlm-lark-choice.h"

G_BEGIN_DECLS

GenlmLarkChoice *genlm_lark_count (GenlmGrammar *grammar,
                                   const char   *name,
                                   guint32       symbol,
                                   double        count,
                                   guint32       min,
                                   guint32       max);

G_END_DECLS
