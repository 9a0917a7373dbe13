#pragma once

#include "genlm-potential-base.h"
#include "genlm-script-metadata-private.h"

G_BEGIN_DECLS

/* Stands for an element in a script where its language does not run: one worker
 * process, in which the element is. Each element has a class of its own, whose
 * properties are those of the metadata, so that everything that works with
 * classes (inspect, descriptions, recipes) works with scripts. */

#define GENLM_TYPE_SCRIPT_PROXY (genlm_script_proxy_get_type ())

G_DECLARE_DERIVABLE_TYPE (GenlmScriptProxy, genlm_script_proxy, GENLM, SCRIPT_PROXY, GenlmPotentialBase)

/* The only property of an element off the search path, of which nothing is
 * known: whatever it is made with. */
#define GENLM_SCRIPT_PROXY_VALUES "script-values"
/* What an element with an input takes in its place: the input is made beside the
 * script, in the worker process, and not here. */
#define GENLM_SCRIPT_PROXY_INPUT "input-recipe"

GType    genlm_script_proxy_register     (const char           *element,
                                          GenlmScriptMetadata  *metadata);
gboolean genlm_script_proxy_takes_values (GObjectClass         *klass);

G_END_DECLS
