#pragma once

#include "genlm-region-private.h"

G_BEGIN_DECLS

/* One worker process: how it is started, heard, ended and mourned. Knows nothing
 * of what it is asked. Of one thread, but for what says otherwise. */

typedef struct
{
  GSubprocess *subprocess;
  int          pid;             /* of the worker itself, also in a sandbox */
  gboolean     is_sandboxed;
  gboolean     is_inner;        /* the worker is a child of the subprocess */
  int          fd;              /* our end of the socket; does not block */
  int          stderr_fd;       /* -1 at its end */
  int          exit_fd;         /* can be read when the subprocess has ended; -1 where there is no such thing */
  GenlmRegion *region;
  GString     *line;            /* of standard error, unfinished */
  GString     *last_words;      /* the end of standard error */
} GenlmPoolProcess;

GenlmPoolProcess *genlm_pool_process_new         (const char * const  *argv,
                                                  gboolean             is_sandboxed,
                                                  GError             **error);
void              genlm_pool_process_free        (GenlmPoolProcess    *self);
/* In any thread. */
void              genlm_pool_process_kill        (GenlmPoolProcess    *self);
void              genlm_pool_process_listen      (GenlmPoolProcess    *self);
gboolean          genlm_pool_process_await_end   (GenlmPoolProcess    *self,
                                                  int                  milliseconds);
char             *genlm_pool_process_reap        (GenlmPoolProcess    *self,
                                                  int                 *signal_number);

/* The command that runs @argv where it sees the system and what the recipe names,
 * and nothing else. */
char            **genlm_pool_sandbox_dup_argv    (const char * const  *argv,
                                                  GVariant            *recipe,
                                                  GError             **error);

G_END_DECLS
