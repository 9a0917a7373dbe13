#pragma once

/* The weights of texts under a grammar in rules of single letters, calculated
 * from the definitions: every weight of a nonterminal over a span is iterated
 * until nothing changes, in long doubles. Slow, and shares nothing with the
 * engine. */

#include <glib.h>

G_BEGIN_DECLS

typedef struct _WcfgOracle WcfgOracle;

WcfgOracle *wcfg_oracle_new            (const char *rules);
void        wcfg_oracle_free           (WcfgOracle *self);
double      wcfg_oracle_weigh_complete (WcfgOracle *self,
                                        const char *text);
double      wcfg_oracle_weigh_prefix   (WcfgOracle *self,
                                        const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WcfgOracle, wcfg_oracle_free)

G_END_DECLS
