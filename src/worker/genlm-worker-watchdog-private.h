#pragma once

#include <gio/gio.h>
#include <pthread.h>

G_BEGIN_DECLS

/* A thread that ends the process when the other end of a socket is gone. */
typedef struct
{
  pthread_t thread;
  int       socket_fd;
  int       stop_fd;
} GenlmWorkerWatchdog;

gboolean genlm_worker_watchdog_start (GenlmWorkerWatchdog  *self,
                                      int                   socket_fd,
                                      GError              **error);
void     genlm_worker_watchdog_stop  (GenlmWorkerWatchdog  *self);

G_END_DECLS
