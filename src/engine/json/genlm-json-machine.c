#include "genlm-json-machine.h"

#include <math.h>

#include "genlm-json-masks.h"
#include "genlm-json-state.h"
#include "genlm-json-stepper.h"

struct _GenlmJsonMachine
{
  GenlmByteMachine        parent;

  GenlmSchema            *schema;
  GenlmJsonMachineOptions options;
  GMutex                  lock;
  GenlmJsonBook          *book; /* of what starts now */
  gint                    start; /* a Start; atomic */
};

/* Whether there is a text at all. */
typedef enum
{
  START_UNKNOWN,
  START_ALIVE,
  START_DEAD,
} Start;

static GenlmJsonBook *
new_book (const GenlmJsonMachine *self)
{
  const GenlmJsonMachineOptions *options = &self->options;

  return genlm_json_book_new (self->schema, options->order, options->spelling, options->narrow,
                              &options->limits);
}

/* A book that is half full is left to what stands on it. */
static GenlmJsonBook *
dup_book (GenlmJsonMachine *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gboolean full;

  g_mutex_lock (&self->book->lock);
  full = genlm_json_book_is_half_full (self->book);
  g_mutex_unlock (&self->book->lock);
  if (full)
    {
      genlm_json_book_unref (self->book);
      self->book = new_book (self);
    }
  return genlm_json_book_ref (self->book);
}

static gpointer
dup_start (GenlmByteMachine *machine)
{
  return genlm_json_state_new_start ();
}

/* The book and the cursor of a state. */
static GenlmJsonBook *
open_state (GenlmJsonMachine     *self,
            const GenlmJsonState *state,
            GenlmJsonCursor      *cursor)
{
  GenlmJsonBook *book = genlm_json_state_open (state, cursor);

  if (book != NULL)
    return genlm_json_book_ref (book);
  book = dup_book (self);
  genlm_json_cursor_init (cursor, book);
  return book;
}

static gpointer
advance (GenlmByteMachine *machine,
         gpointer          data,
         const guint8     *bytes,
         gsize             n_bytes,
         GError          **error)
{
  GenlmJsonMachine *self = (GenlmJsonMachine *) machine;
  GenlmJsonState *to = NULL;
  GenlmJsonCursor cursor;
  g_autoptr (GenlmJsonBook) book = open_state (self, data, &cursor);
  GenlmJsonStepper stepper;
  gsize i;

  genlm_json_stepper_init (&stepper, book, self->options.max_spaces, bytes);
  for (i = 0; i < n_bytes && cursor.mode != GENLM_JSON_MODE_DEAD; i++)
    genlm_json_stepper_step (&stepper, &cursor, i);
  if (stepper.error != NULL)
    g_propagate_error (error, g_steal_pointer (&stepper.error));
  else
    {
      if (cursor.mode == GENLM_JSON_MODE_DEAD)
        cursor = (GenlmJsonCursor) { .mode = GENLM_JSON_MODE_DEAD };
      genlm_json_stepper_keep_text (&stepper, &cursor, i);
      to = genlm_json_state_new (book, &cursor);
    }
  genlm_json_stepper_clear (&stepper);
  return to;
}

static gboolean
is_start (const GenlmJsonCursor *cursor)
{
  return cursor->mode == GENLM_JSON_MODE_VALUE && cursor->height == 0;
}

/* Whether a text may go on with a byte. */
static gboolean
may_follow (GenlmJsonMachine       *self,
            GenlmJsonBook          *book,
            const GenlmJsonCursor  *cursor,
            guint8                  byte,
            GError                **error)
{
  GenlmJsonCursor next = *cursor;
  GenlmJsonStepper stepper;

  genlm_json_stepper_init (&stepper, book, self->options.max_spaces, &byte);
  genlm_json_stepper_step (&stepper, &next, 0);
  if (stepper.error != NULL)
    g_propagate_error (error, g_steal_pointer (&stepper.error));
  genlm_json_stepper_clear (&stepper);
  return next.mode != GENLM_JSON_MODE_DEAD;
}

/* Of a schema that nothing satisfies no value may begin. FALSE with or without an
 * error. */
static gboolean
may_start (GenlmJsonMachine       *self,
           GenlmJsonBook          *book,
           const GenlmJsonCursor  *cursor,
           GError                **error)
{
  static const char firsts[] = "{[\"0123456789-tfn";
  g_autoptr (GError) local_error = NULL;
  gint start = g_atomic_int_get (&self->start);
  const char *byte;

  for (byte = firsts; *byte != '\0' && start == START_UNKNOWN; byte++)
    {
      gboolean follows = may_follow (self, book, cursor, (guint8) *byte, &local_error);

      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (follows)
        start = START_ALIVE;
    }
  if (start == START_UNKNOWN)
    start = START_DEAD;
  g_atomic_int_set (&self->start, start);
  return start == START_ALIVE;
}

static gboolean
weigh_prefix (GenlmJsonMachine       *self,
              GenlmJsonBook          *book,
              const GenlmJsonCursor  *cursor,
              double                 *prefix,
              GError                **error)
{
  g_autoptr (GError) local_error = NULL;
  gboolean alive = cursor->mode != GENLM_JSON_MODE_DEAD;

  if (is_start (cursor))
    alive = may_start (self, book, cursor, &local_error);
  *prefix = alive ? 0.0 : -INFINITY;
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
weigh_complete (GenlmJsonMachine  *self,
                GenlmJsonBook     *book,
                GenlmJsonCursor   *cursor,
                double            *complete,
                GError           **error)
{
  GenlmJsonStepper stepper;
  gboolean ok;

  genlm_json_stepper_init (&stepper, book, self->options.max_spaces, NULL);
  *complete = genlm_json_stepper_is_complete (&stepper, cursor, 0) ? 0.0 : -INFINITY;
  ok = stepper.error == NULL;
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&stepper.error));
  genlm_json_stepper_clear (&stepper);
  return ok;
}

static gboolean
weigh (GenlmByteMachine *machine,
       gpointer          data,
       double           *prefix,
       double           *complete,
       GError          **error)
{
  GenlmJsonMachine *self = (GenlmJsonMachine *) machine;
  GenlmJsonCursor cursor;
  g_autoptr (GenlmJsonBook) book = open_state (self, data, &cursor);

  return (prefix == NULL || weigh_prefix (self, book, &cursor, prefix, error))
         && (complete == NULL || weigh_complete (self, book, &cursor, complete, error));
}

static gpointer
make_view (GenlmByteMachine *machine,
           GenlmTrieIndex   *index)
{
  GenlmJsonMachine *self = (GenlmJsonMachine *) machine;

  g_autoptr (GenlmJsonBook) book = dup_book (self);

  return genlm_json_masks_new (index, book, self->options.max_spaces,
                               self->options.no_caches ? 0 : self->options.limits.max_memory);
}

static GenlmTokenSet *
make_mask (GenlmByteMachine *machine,
           gpointer          view,
           GenlmTrieIndex   *index,
           gpointer          data,
           GError          **error)
{
  GenlmJsonMachine *self = (GenlmJsonMachine *) machine;
  GenlmJsonCursor cursor;
  g_autoptr (GenlmJsonBook) book = open_state (self, data, &cursor);

  return genlm_json_masks_make (view, book, &cursor, error);
}

static void
finalize (GenlmByteMachine *machine)
{
  GenlmJsonMachine *self = (GenlmJsonMachine *) machine;

  genlm_json_book_unref (self->book);
  genlm_schema_unref (self->schema);
  g_mutex_clear (&self->lock);
}

static GenlmByteMachineSize
get_size (GenlmByteMachine *machine)
{
  GenlmJsonMachine *self = (GenlmJsonMachine *) machine;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  g_autoptr (GMutexLocker) book_locker = g_mutex_locker_new (&self->book->lock);

  return (GenlmByteMachineSize) {
    .n_states = self->book->n_frames,
    .memory = genlm_json_book_get_memory (self->book) + genlm_schema_get_size (self->schema),
  };
}

static const GenlmByteMachineClass machine_class = {
  .finalize = finalize,
  .ref_state = genlm_json_state_ref,
  .unref_state = genlm_json_state_unref,
  .dup_start = dup_start,
  .advance = advance,
  .weigh = weigh,
  .make_view = make_view,
  .free_view = (GDestroyNotify) genlm_json_masks_free,
  .make_mask = make_mask,
  .get_size = get_size,
};

/* The machine of a schema. Nothing is built before it is asked for. */
GenlmByteMachine *
genlm_json_machine_new (GenlmSchema                   *schema,
                        const GenlmJsonMachineOptions *options,
                        GError                       **error)
{
  GenlmJsonMachine *self = g_new0 (GenlmJsonMachine, 1);

  genlm_byte_machine_init (&self->parent, &machine_class);
  g_mutex_init (&self->lock);
  self->schema = genlm_schema_ref (schema);
  self->options = *options;
  self->book = new_book (self);
  if (genlm_json_book_check (self->book, error))
    return &self->parent;
  genlm_byte_machine_unref (&self->parent);
  return NULL;
}

GenlmSchema *
genlm_json_machine_get_schema (GenlmByteMachine *machine)
{
  return ((GenlmJsonMachine *) machine)->schema;
}
