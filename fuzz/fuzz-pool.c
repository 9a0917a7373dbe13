/* Whatever a worker says, each question is answered once, with what its method has, or
 * with an error that can be shown; the worker is heard on, or it is given up. The pool
 * has one seat, whose worker is the other end of a socket; this target does the work of
 * the nurse.
 *
 * An input is a head, which is what else there is of the worker, and then what it says. */
#include "fuzz.h"

#include "genlm-batch.h"
#include "genlm-context.h"
#include "genlm-pool-private.h"
#include "genlm-scores.h"
#include "genlm-token-set.h"
#include "genlm-token-set-list.h"
#include "genlm-weights.h"
#include "genlm-weights-list.h"

#include <math.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What fits into the buffer of a socket. */
#define MAX_SIZE 65536

#define VOCAB "(uint32 1, [byte 97, 98, 97, 98], [uint32 0, 1, 2, 4], 'end')"

enum
{
  IS_SANDBOXED = 1,     /* what it wrote is copied */
  IS_QUICK = 2,         /* the answers are read at once, and not one by one */
  IS_CANCELLED = 4,     /* somebody gives up what he asked */
};

typedef struct
{
  guint8 flags;
  guint8 slot;          /* where it writes */
  guint8 place;         /* in the slot */
  guint8 current;       /* what it says that it is at */
  guint8 value[8];      /* what it writes */
} Head;

typedef struct
{
  GenlmMethod method;
  guint       n;                /* contexts of a batch; 0 for a single one */
  gboolean    is_other;         /* asked of another instance, of single bytes */
} Question;

/* Items 1 to 13. */
static const Question questions[] = {
  { GENLM_METHOD_PREFIX, 0, FALSE },
  { GENLM_METHOD_COMPLETE, 0, FALSE },
  { GENLM_METHOD_NEXT, 0, FALSE },
  { GENLM_METHOD_MASK, 0, FALSE },
  { GENLM_METHOD_PREFIX, 3, FALSE },
  { GENLM_METHOD_NEXT, 2, FALSE },
  { GENLM_METHOD_MASK, 2, FALSE },
  { GENLM_METHOD_NEXT, 0, TRUE },
  { GENLM_METHOD_MASK, 0, TRUE },
};

/* -- seeds ---------------------------------------------------------------- */

static void
say (GenlmFrameWriter *writer,
     GenlmFrameKind    kind,
     guint64           serial,
     guint32           count,
     GVariant         *variant,
     gconstpointer     tail,
     gsize             size)
{
  genlm_frame_writer_begin (writer, kind, serial, variant);
  if (size > 0)
    memcpy (genlm_frame_writer_reserve (writer, size), tail, size);
  genlm_frame_writer_end (writer, count);
}

static void
say_ready (GenlmFrameWriter *writer,
           guint64           instance,
           GVariant         *flat)
{
  g_autoptr (GVariant) variant = g_variant_ref_sink (flat);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmVocab) vocab = genlm_vocab_new_from_variant (variant, &error);

  g_assert_no_error (error);
  say (writer, GENLM_FRAME_READY, instance, 0,
       g_variant_new ("(utsm@" GENLM_FRAME_VOCAB_TYPE ")", 3u, genlm_vocab_get_hash (vocab), "it", variant), NULL, 0);
}

static void
say_error (GenlmFrameWriter *writer,
           GenlmFrameKind    kind,
           guint64           serial,
           guint32           count)
{
  say (writer, kind, serial, count, g_variant_new_parsed ("('g-io-error-quark', 19, 'it is gone')"), NULL, 0);
}

/* An answer to all of it. */
static void
write_answers (GenlmFrameWriter *writer)
{
  const double scores[] = { -1, -INFINITY, -0.5 };
  const guint32 ids[] = { GENLM_MASK_IDS, 2, 0, 3 };
  const guint32 both[] = { GENLM_MASK_BITS, 1, 0xb, 0, GENLM_MASK_IDS, 1, 2, 0 };
  const guint32 wide[] = { GENLM_MASK_BITS, 5, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0 };

  say_ready (writer, 0, g_variant_new_parsed (VOCAB));
  say (writer, GENLM_FRAME_SCORES, 1, 2, NULL, scores, 2 * sizeof *scores);
  say (writer, GENLM_FRAME_WEIGHTS, 3, 1, NULL, NULL, 0);
  say (writer, GENLM_FRAME_MASKS, 4, 1, NULL, ids, sizeof ids);
  say (writer, GENLM_FRAME_SCORES, 5, 3, NULL, scores, sizeof scores);
  say (writer, GENLM_FRAME_WEIGHTS, 8, 2, NULL, NULL, 0);
  say (writer, GENLM_FRAME_MASKS, 10, 2, NULL, both, sizeof both);
  say_ready (writer, 1, genlm_vocab_to_variant (genlm_vocab_bytes ()));
  say (writer, GENLM_FRAME_WEIGHTS, 12, 1, NULL, NULL, 0);
  say (writer, GENLM_FRAME_MASKS, 13, 1, NULL, wide, sizeof wide);
}

/* Some of it fails. */
static void
write_errors (GenlmFrameWriter *writer)
{
  const double scores[] = { -1, -2 };

  say_ready (writer, 0, genlm_vocab_to_variant (genlm_vocab_bytes ()));
  say_error (writer, GENLM_FRAME_ERROR, 1, 4);
  say (writer, GENLM_FRAME_SCORES, 5, 2, NULL, scores, sizeof scores);
  say_error (writer, GENLM_FRAME_ERROR, 7, 2);
  say (writer, GENLM_FRAME_WEIGHTS, 9, 1, NULL, NULL, 0);
  say_error (writer, GENLM_FRAME_ERROR, 10, 2);
  say_error (writer, GENLM_FRAME_FAILED, 1, 0);
  say_error (writer, GENLM_FRAME_ERROR, 12, 2);
}

/* It is of no use at all. */
static void
write_failure (GenlmFrameWriter *writer)
{
  say_error (writer, GENLM_FRAME_FAILED, 0, 0);
}

GBytes *
fuzz_dup_seed (guint index)
{
  static void (* const write[]) (GenlmFrameWriter *writer) = { write_answers, write_errors, write_failure };
  static const Head heads[] = {
    { .flags = 0 },
    { .flags = IS_SANDBOXED },
    { .flags = IS_QUICK },
    { .flags = IS_SANDBOXED | IS_QUICK | IS_CANCELLED },
    /* NaN, and infinity. */
    { .place = 3, .value = { 0, 0, 0, 0, 0, 0, 0xf8, 0x7f } },
    { .flags = IS_SANDBOXED, .slot = 1, .current = 8, .value = { 0, 0, 0, 0, 0, 0, 0xf0, 0x7f } },
  };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_auto (GenlmFrameWriter) writer = { 0 };

  if (index >= G_N_ELEMENTS (write) * G_N_ELEMENTS (heads))
    return NULL;
  write[index / G_N_ELEMENTS (heads)] (&writer);
  g_byte_array_append (bytes, (const guint8 *) &heads[index % G_N_ELEMENTS (heads)], sizeof (Head));
  g_byte_array_append (bytes, writer.data, (guint) writer.end);
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

/* -- asking --------------------------------------------------------------- */

typedef struct
{
  GMainContext      *context;
  GenlmPool         *pool;
  GenlmPoolSeat     *seat;
  GenlmPoolInstance *other;
  GCancellable      *cancellable;
  int                fd;                /* the worker's */
  guint              n_answers[G_N_ELEMENTS (questions)];
} Fixture;

typedef struct
{
  Fixture *fixture;
  guint    index;
} Asker;

static void
check_scores (GenlmScores *scores,
              gsize        n)
{
  g_assert (genlm_scores_get_size (scores) == n);
  for (gsize i = 0; i < n; i++)
    g_assert (genlm_scores_get (scores, i) < INFINITY);
}

static void
check_weights (GenlmWeightsList *list,
               gsize             n,
               gsize             size)
{
  g_assert (genlm_weights_list_get_size (list) == n);
  for (gsize i = 0; i < n; i++)
    {
      GenlmWeights *weights = genlm_weights_list_get (list, i);

      g_assert (genlm_weights_get_size (weights) == size);
      for (gsize k = 0; k < size; k++)
        g_assert (genlm_weights_get (weights, k) < INFINITY);
    }
}

static void
check_masks (GenlmTokenSetList *list,
             gsize              n,
             gsize              size)
{
  g_assert (genlm_token_set_list_get_size (list) == n);
  for (gsize i = 0; i < n; i++)
    {
      g_autofree guint32 *tokens = NULL;
      gsize n_tokens;

      g_assert (genlm_token_set_get_size (genlm_token_set_list_get (list, i)) == size);
      tokens = genlm_token_set_dup_tokens (genlm_token_set_list_get (list, i), &n_tokens);
      g_assert (n_tokens == 0 || tokens[n_tokens - 1] < size);
    }
}

/* A wrong result that got through to the request would be an error of its own. */
static void
check_error (const GError *error)
{
  g_assert (g_utf8_validate (error->message, -1, NULL));
  g_assert (!g_str_has_prefix (error->message, "an element failed in "));
}

static void
answered (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autofree Asker *asker = user_data;
  Fixture *fixture = asker->fixture;
  const Question *question = &questions[asker->index];
  GenlmVocab *vocab =
    genlm_pool_instance_peek_vocab (question->is_other ? fixture->other : fixture->pool->instance);
  gsize n = MAX (question->n, 1);
  gsize size = vocab != NULL ? (gsize) genlm_vocab_get_size (vocab) + 1 : 0;
  g_autoptr (GenlmScores) scores = NULL;
  g_autoptr (GenlmWeightsList) weights = NULL;
  g_autoptr (GenlmTokenSetList) masks = NULL;
  g_autoptr (GError) error = NULL;

  g_assert (fixture->n_answers[asker->index]++ == 0);
  if (question->method == GENLM_METHOD_NEXT)
    weights = genlm_request_finish_weights (GENLM_REQUEST (result), &error);
  else if (question->method == GENLM_METHOD_MASK)
    masks = genlm_request_finish_masks (GENLM_REQUEST (result), &error);
  else
    scores = genlm_request_finish_scores (GENLM_REQUEST (result), &error);

  g_assert ((weights != NULL) + (masks != NULL) + (scores != NULL) + (error != NULL) == 1);
  if (weights != NULL)
    check_weights (weights, n, size);
  else if (masks != NULL)
    check_masks (masks, n, size);
  else if (scores != NULL)
    check_scores (scores, n);
  else
    check_error (error);
}

static void
ask (Fixture *self,
     guint    index)
{
  const Question *question = &questions[index];
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GenlmBatch) batch = genlm_batch_new ();
  g_autoptr (GenlmRequest) request = NULL;
  GCancellable *cancellable = index % 3 == 2 ? self->cancellable : NULL;
  Asker *asker = g_new (Asker, 1);

  *asker = (Asker) { self, index };
  /* Contexts that have much in common. */
  for (guint i = 0; i < question->n; i++)
    {
      g_autoptr (GenlmContext) parent = g_steal_pointer (&context);

      context = genlm_context_append (parent, i);
      genlm_batch_append (batch, context);
    }
  if (question->n > 0)
    request = genlm_request_new_batch (NULL, question->method, batch, 0, cancellable, answered, asker);
  else
    request = genlm_request_new_single (NULL, question->method, context, 0, cancellable, answered, asker);
  genlm_request_start (request, NULL);
  genlm_pool_ask (self->pool, question->is_other ? self->other : self->pool->instance, request);
}

/* -- the pool, and what its nurse does ------------------------------------ */

static GenlmPoolProcess *
process_new (const Head *head,
             int         fd)
{
  g_autoptr (GError) error = NULL;
  GenlmPoolProcess *self = g_new0 (GenlmPoolProcess, 1);

  self->is_sandboxed = (head->flags & IS_SANDBOXED) != 0;
  self->fd = fd;
  self->stderr_fd = -1;
  self->exit_fd = -1;
  self->line = g_string_new (NULL);
  self->last_words = g_string_new (NULL);
  self->region = genlm_region_new (&error);
  g_assert_no_error (error);
  memcpy (genlm_region_peek_slot (self->region, head->slot % GENLM_REGION_N_SLOTS) + head->place,
          head->value, sizeof head->value);
  genlm_region_set_current (self->region, head->current);
  return self;
}

static GenlmPoolInstance *
other_instance_new (GVariant *recipe)
{
  g_autoptr (GPtrArray) targets = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_vocab_unref);

  g_ptr_array_add (targets, genlm_vocab_ref (genlm_vocab_bytes ()));
  return genlm_pool_instance_new (1, recipe, targets);
}

static void
fixture_init (Fixture    *self,
              const Head *head)
{
  const GenlmPoolSettings settings = { .n_workers = 1, .max_retries = -1, .max_in_flight = 8 };
  g_autoptr (GVariant) recipe = g_variant_ref_sink (g_variant_new_parsed ("('none', @a{sv} {})"));
  g_autoptr (GError) error = NULL;
  int fds[2];

  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
  self->context = g_main_context_new ();
  g_main_context_push_thread_default (self->context);
  self->cancellable = g_cancellable_new ();
  self->pool = genlm_pool_new ("it", recipe, &settings, &error);
  g_assert_no_error (error);
  self->seat = &self->pool->seats[0];
  self->other = other_instance_new (recipe);
  g_assert (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  self->fd = fds[1];
  genlm_pool_lock (self->pool);
  genlm_pool_seat_start (self->seat, process_new (head, fds[0]));
  genlm_pool_unlock (self->pool);
}

/* Lets the seat hear what has been said, as the nurse would, and the callbacks run. */
static void
serve (Fixture *self)
{
  genlm_pool_lock (self->pool);
  genlm_pool_seat_read (self->seat, FALSE);
  genlm_pool_pump (self->pool, TRUE);
  if (self->seat->state == GENLM_POOL_SEAT_EMPTY)
    g_assert (self->seat->failure != NULL && self->seat->flying.head == NULL);
  else
    g_assert (self->seat->state != GENLM_POOL_SEAT_FAILED && self->seat->failure == NULL);
  genlm_pool_unlock (self->pool);
  while (g_main_context_iteration (self->context, FALSE))
    ;
}

/* As genlm_pool_nurse_run() does it at its end. */
static void
end_pool (Fixture *self)
{
  GenlmPool *pool = self->pool;
  g_autoptr (GError) error = genlm_pool_closed_error (pool);
  GHashTableIter iter;
  gpointer port;

  pool->is_finished = TRUE;
  genlm_pool_close (pool);
  genlm_pool_lock (pool);
  genlm_pool_seat_fail (self->seat, "the pool was closed");
  genlm_pool_seat_settle (self->seat);
  g_assert (self->seat->state == GENLM_POOL_SEAT_EMPTY && self->seat->condemned.head == NULL);
  g_clear_pointer (&self->seat->process, genlm_pool_process_free);
  genlm_pool_fail_waiting (pool, error);
  g_hash_table_iter_init (&iter, pool->ports);
  while (g_hash_table_iter_next (&iter, NULL, &port))
    {
      pool->lost_ports = g_slist_prepend (pool->lost_ports, port);
      g_hash_table_iter_steal (&iter);
    }
  pool->last_port = NULL;
  genlm_pool_unlock (pool);
}

static void
fixture_clear (Fixture *self)
{
  end_pool (self);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  for (guint i = 0; i < G_N_ELEMENTS (questions); i++)
    g_assert (self->n_answers[i] == 1);
  g_assert (self->pool->refs == 1 && self->pool->n_waiting == 0 && self->pool->n_active_ports == 0);
  genlm_pool_instance_unref (self->other);
  genlm_pool_unref (self->pool);
  g_object_unref (self->cancellable);
  g_main_context_pop_thread_default (self->context);
  g_main_context_unref (self->context);
  close (self->fd);
}

/* -- the input ------------------------------------------------------------ */

/* How many bytes there are before the next frame may begin. */
static gsize
find_piece (const guint8 *data,
            gsize         size)
{
  const guint32 magic = GENLM_FRAME_MAGIC;

  for (gsize i = 1; i + sizeof magic <= size; i++)
    {
      if (memcmp (data + i, &magic, sizeof magic) == 0)
        return i;
    }
  return size;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  Fixture fixture = { NULL };
  gsize piece;
  Head head;

  if (size < sizeof head || size > MAX_SIZE)
    return 0;
  memcpy (&head, data, sizeof head);
  fixture_init (&fixture, &head);
  for (guint i = 0; i < G_N_ELEMENTS (questions); i++)
    ask (&fixture, i);

  /* Nobody hears a worker any more that was given up. */
  for (gsize start = sizeof head; start < size && fixture.seat->state != GENLM_POOL_SEAT_EMPTY; start += piece)
    {
      /* What comes first says that it is there, and so it gets the questions. */
      piece = find_piece (data + start, size - start);
      if ((head.flags & IS_QUICK) != 0 && start > sizeof head)
        piece = size - start;
      g_assert (send (fixture.fd, data + start, piece, MSG_NOSIGNAL | MSG_DONTWAIT) == (gssize) piece);
      serve (&fixture);
      if ((head.flags & IS_CANCELLED) != 0)
        g_cancellable_cancel (fixture.cancellable);
    }
  fixture_clear (&fixture);
  return 0;
}
