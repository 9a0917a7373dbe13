/* Tells elements of the workers of their pool, each in its main context. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-pool-private.h"

typedef struct
{
  GWeakRef            element;
  gpointer            address;          /* of the element, never followed */
  GMainContext       *context;
  GenlmPoolWatchFunc  func;
} Watcher;

typedef struct
{
  Watcher            *watcher;
  guint               worker;
  int                 pid;
  char               *reason;
} Event;

static void
watcher_clear (gpointer data)
{
  Watcher *watcher = data;

  g_weak_ref_clear (&watcher->element);
  g_clear_pointer (&watcher->context, g_main_context_unref);
}

void
genlm_pool_watcher_unref (gpointer watcher)
{
  g_atomic_rc_box_release_full (watcher, watcher_clear);
}

/* In the thread-default context. */
void
genlm_pool_watch (GenlmPool          *self,
                  GObject            *element,
                  GenlmPoolWatchFunc  func)
{
  Watcher *watcher = g_atomic_rc_box_new0 (Watcher);

  g_weak_ref_init (&watcher->element, element);
  watcher->address = element;
  watcher->context = g_main_context_ref_thread_default ();
  watcher->func = func;
  genlm_pool_lock (self);
  g_ptr_array_add (self->watchers, watcher);
  genlm_pool_unlock (self);
}

void
genlm_pool_unwatch (GenlmPool *self,
                    GObject   *element)
{
  Watcher *watcher = NULL;

  genlm_pool_lock (self);
  for (guint i = 0; watcher == NULL && i < self->watchers->len; i++)
    {
      if (((Watcher *) g_ptr_array_index (self->watchers, i))->address == element)
        watcher = g_ptr_array_steal_index_fast (self->watchers, i);
    }
  genlm_pool_unlock (self);
  if (watcher == NULL)
    return;
  /* News that wait there hold the watcher, and must not hold the context. */
  g_clear_pointer (&watcher->context, g_main_context_unref);
  genlm_pool_watcher_unref (watcher);
}

static void
event_free (gpointer data)
{
  Event *event = data;

  genlm_pool_watcher_unref (event->watcher);
  g_free (event->reason);
  g_free (event);
}

static gboolean
event_dispatch (gpointer data)
{
  Event *event = data;
  g_autoptr (GObject) element = g_weak_ref_get (&event->watcher->element);

  if (element != NULL)
    event->watcher->func (element, event->worker, event->pid, event->reason);
  return G_SOURCE_REMOVE;
}

/* That a worker has started, or, with a reason, has ended. With the lock held. */
void
genlm_pool_tell (GenlmPool  *self,
                 guint       worker,
                 int         pid,
                 const char *reason)
{
  for (guint i = 0; i < self->watchers->len; i++)
    {
      Watcher *watcher = g_ptr_array_index (self->watchers, i);
      g_autoptr (GSource) source = g_idle_source_new ();
      Event *event = g_new0 (Event, 1);

      event->watcher = g_atomic_rc_box_acquire (watcher);
      event->worker = worker;
      event->pid = pid;
      event->reason = g_strdup (reason);
      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_static_name (source, "[genlm] news of worker processes");
      g_source_set_callback (source, event_dispatch, event, event_free);
      g_source_attach (source, watcher->context);
    }
}
