/* Brings answers to the main contexts that wait for them.
 *
 * One source for each context: answers from any thread gather in its list and
 * are delivered together, and the deadlines of all its requests share its one
 * timer. The table of sources is the only state; an entry goes with its
 * context. */

#include "genlm-delivery-private.h"
#include "genlm-request-private.h"

typedef struct
{
  gint64        time;
  GenlmRequest *request;        /* borrowed: a request removes itself when it is answered */
} Deadline;

typedef struct
{
  GSource       source;
  GMainContext *context;        /* borrowed */
  GPtrArray    *answered;       /* owns its requests from the index on */
  guint         n_delivered;
  GSequence    *deadlines;
  GHashTable   *deadline_iters;
} Delivery;

/* Guards the table and all lists in it: each is held for a few instructions
 * per request, and never while anything else is called. */
static GMutex table_lock;
static GHashTable *table;

static void
update_ready_time (Delivery *self)
{
  GSequenceIter *first = g_sequence_get_begin_iter (self->deadlines);
  gint64 ready_time = -1;

  if (self->answered->len > 0)
    ready_time = 0;
  else if (!g_sequence_iter_is_end (first))
    ready_time = ((Deadline *) g_sequence_get (first))->time;
  if (g_source_get_ready_time (&self->source) != ready_time)
    g_source_set_ready_time (&self->source, ready_time);
}

static void
take_expired (Delivery  *self,
              GPtrArray *expired)
{
  gint64 now = g_get_monotonic_time ();
  GSequenceIter *first = g_sequence_get_begin_iter (self->deadlines);

  while (!g_sequence_iter_is_end (first))
    {
      Deadline *deadline = g_sequence_get (first);

      if (deadline->time > now)
        break;
      g_ptr_array_add (expired, g_object_ref (deadline->request));
      g_hash_table_remove (self->deadline_iters, deadline->request);
      g_sequence_remove (first);
      first = g_sequence_get_begin_iter (self->deadlines);
    }
}

/* Takes the next answer, if there is one. One by one, since a callback may iterate
 * the context until it sees the answer that stands behind its own. */
static GenlmRequest *
take_answered (Delivery *self)
{
  GenlmRequest *request = NULL;

  g_mutex_lock (&table_lock);
  if (self->answered->len > 0)
    {
      request = g_ptr_array_index (self->answered, self->n_delivered++);
      if (self->n_delivered == self->answered->len)
        {
          g_ptr_array_set_size (self->answered, 0);
          self->n_delivered = 0;
          update_ready_time (self);
        }
    }
  g_mutex_unlock (&table_lock);
  return request;
}

static gboolean
delivery_dispatch (GSource     *source,
                   GSourceFunc  callback,
                   gpointer     user_data)
{
  Delivery *self = (Delivery *) source;
  g_autoptr (GPtrArray) expired = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean entered = genlm_delivery_enter (self->context);
  guint n;

  g_mutex_lock (&table_lock);
  take_expired (self, expired);
  if (self->n_delivered > 0)
    g_ptr_array_remove_range (self->answered, 0, self->n_delivered);
  self->n_delivered = 0;
  n = self->answered->len;
  update_ready_time (self);
  g_mutex_unlock (&table_lock);

  /* These come back as answers. */
  for (guint i = 0; i < expired->len; i++)
    genlm_request_expire (g_ptr_array_index (expired, i));
  /* Not those that come meanwhile: other sources want their turn. */
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GenlmRequest) request = take_answered (self);

      if (request == NULL)
        break;
      genlm_request_deliver (request);
    }
  genlm_delivery_leave (self->context, entered);
  return G_SOURCE_CONTINUE;
}

static void
delivery_finalize (GSource *source)
{
  Delivery *self = (Delivery *) source;

  g_mutex_lock (&table_lock);
  if (g_hash_table_lookup (table, self->context) == self)
    g_hash_table_remove (table, self->context);
  g_mutex_unlock (&table_lock);
  /* Empty: a request holds its context. */
  g_ptr_array_unref (self->answered);
  g_sequence_free (self->deadlines);
  g_hash_table_unref (self->deadline_iters);
}

static GSourceFuncs delivery_funcs =
{
  .dispatch = delivery_dispatch,
  .finalize = delivery_finalize,
};

static Delivery *
delivery_new (GMainContext *context)
{
  Delivery *self = (Delivery *) g_source_new (&delivery_funcs, sizeof (Delivery));

  self->context = context;
  self->answered = g_ptr_array_new ();
  self->deadlines = g_sequence_new (g_free);
  self->deadline_iters = g_hash_table_new (NULL, NULL);
  g_source_set_static_name (&self->source, "[genlm] answers");
  /* Callers may iterate the context from a callback. */
  g_source_set_can_recurse (&self->source, TRUE);
  g_source_attach (&self->source, context);
  g_source_unref (&self->source);
  return self;
}

/* Called with the lock held; the caller holds a reference to the context. A
 * context that is going destroys its sources before it frees them, and in
 * between another one may have got its address. */
static Delivery *
ensure_delivery (GMainContext *context)
{
  Delivery *self;

  if (table == NULL)
    table = g_hash_table_new (NULL, NULL);
  self = g_hash_table_lookup (table, context);
  if (self == NULL || g_source_is_destroyed (&self->source))
    {
      self = delivery_new (context);
      g_hash_table_insert (table, context, self);
    }
  return self;
}

/* Takes a reference to the request. */
void
genlm_delivery_push (GMainContext *context,
                     GenlmRequest *request)
{
  Delivery *self;

  g_mutex_lock (&table_lock);
  self = ensure_delivery (context);
  g_ptr_array_add (self->answered, g_object_ref (request));
  if (self->answered->len == 1)
    update_ready_time (self);
  g_mutex_unlock (&table_lock);
}

static int
compare_deadlines (gconstpointer a,
                   gconstpointer b,
                   gpointer      user_data)
{
  const Deadline *x = a;
  const Deadline *y = b;

  return x->time < y->time ? -1 : x->time > y->time;
}

void
genlm_delivery_set_deadline (GMainContext *context,
                             GenlmRequest *request,
                             gint64        deadline)
{
  Delivery *self;
  Deadline *entry = g_new (Deadline, 1);

  entry->time = deadline;
  entry->request = request;
  g_mutex_lock (&table_lock);
  self = ensure_delivery (context);
  g_hash_table_insert (self->deadline_iters, request,
                       g_sequence_insert_sorted (self->deadlines, entry, compare_deadlines, NULL));
  update_ready_time (self);
  g_mutex_unlock (&table_lock);
}

void
genlm_delivery_remove_deadline (GMainContext *context,
                                GenlmRequest *request)
{
  Delivery *self;
  GSequenceIter *iter;

  g_mutex_lock (&table_lock);
  self = ensure_delivery (context);
  iter = g_hash_table_lookup (self->deadline_iters, request);
  if (iter != NULL)
    {
      g_hash_table_remove (self->deadline_iters, request);
      g_sequence_remove (iter);
      update_ready_time (self);
    }
  g_mutex_unlock (&table_lock);
}

gboolean
genlm_delivery_enter (GMainContext *context)
{
  GMainContext *current = g_main_context_get_thread_default ();

  if (context == (current != NULL ? current : g_main_context_default ()))
    return FALSE;
  g_main_context_push_thread_default (context);
  return TRUE;
}

void
genlm_delivery_leave (GMainContext *context,
                      gboolean      entered)
{
  if (entered)
    g_main_context_pop_thread_default (context);
}
