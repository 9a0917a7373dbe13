#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Languages are named by static strings, "python" and "js". */
gboolean     genlm_script_is_language       (const char  *language);
/* The language that the name of a file promises, or NULL. */
const char  *genlm_script_get_file_language (const char  *file);
/* What a line of comment begins with. */
const char  *genlm_script_get_comment_mark  (const char  *language);

/* Takes apart the name of an element off the search path, "python:FILE:Class";
 * NULL if it is no such name. The file is made absolute. */
const char  *genlm_script_parse_name        (const char  *name,
                                             char       **file,
                                             char       **class_name);

/* The type that makes the element: the script's class where this process is the
 * host of its language, otherwise a stand-in. */
GType        genlm_script_load_type         (const char  *file,
                                             const char  *language,
                                             const char  *element,
                                             const char  *class_name,
                                             GError     **error);

/* The language of the scripts among the elements of a recipe; NULL if there are
 * none. If there are several languages it is that of the outermost, first script. */
const char  *genlm_script_find_language     (GVariant    *recipe);

/* Tells a worker how deep it is. */
#define GENLM_SCRIPT_WORKER_DEPTH "GENLM_WORKER_DEPTH"
guint        genlm_script_get_worker_depth  (void);

/* Whether this thread may make a pool of worker processes: not while it loads a
 * script, which they would load again, and so for ever, and not in workers of
 * workers of workers. */
gboolean     genlm_script_may_start_workers (GError     **error);

/* The command that starts a worker process for a language, or for none. Fails
 * where the worker's own script is missing. */
char       **genlm_script_dup_worker_argv   (const char  *language,
                                             GError     **error);

G_END_DECLS
