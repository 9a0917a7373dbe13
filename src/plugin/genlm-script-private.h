#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The language of the scripts among the elements of a recipe; NULL if there are
 * none. If there are several languages it is that of the outermost, first script. */
const char  *genlm_script_find_language   (GVariant    *recipe);

/* The command that starts a worker process for a language, or for none. */
char       **genlm_script_dup_worker_argv (const char  *language,
                                           GError     **error);

G_END_DECLS
