/* Reads what a worker says: by who has claimed the reading of its seat. Nothing of
 * it is believed. Values are taken without the lock, and then it is noted, with
 * it, what they complete. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-pool-private.h"

#include "genlm-potential-error.h"
#include "genlm-token-set.h"

#include <math.h>
#include <string.h>

/* Workers name the domains of their errors, and quarks are for ever. */
#define MAX_DOMAINS 256

typedef struct
{
  GenlmPoolSeat    *seat;
  const GenlmFrame *frame;
  const guint8     *next;       /* in the tail */
  const guint8     *end;
  GError           *error;      /* of an ERROR frame */
} Decoder;

G_GNUC_PRINTF (2, 3)
static gboolean
break_off (GError     **error,
           const char  *format,
           ...)
{
  g_autofree char *problem = NULL;
  va_list args;

  va_start (args, format);
  problem = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED, problem);
  return FALSE;
}

/* -- errors --------------------------------------------------------------- */

/* The one of the same name, if it can be had. */
static GQuark
find_domain (const char *name)
{
  static int n_new;
  GQuark domain = g_quark_try_string (name);

  if (domain != 0)
    return domain;
  return *name != '\0' && g_atomic_int_add (&n_new, 1) < MAX_DOMAINS ? g_quark_from_string (name) : 0;
}

static GError *
read_error (GenlmPoolSeat    *seat,
            const GenlmFrame *frame)
{
  g_autoptr (GVariant) variant = genlm_frame_dup_variant (frame);
  const char *domain_name, *message;
  GError *error;
  GQuark domain;
  gint32 code;

  g_variant_get (variant, "(&si&s)", &domain_name, &code, &message);
  domain = find_domain (domain_name);
  if (domain == 0)
    error = g_error_new_literal (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_FAILED, message);
  else
    error = g_error_new_literal (domain, code, message);
  genlm_pool_limits_explain (&seat->pool->settings, error);
  return error;
}

/* -- values --------------------------------------------------------------- */

static gboolean
take_score (Decoder         *self,
            GenlmPoolPiece  *piece,
            guint            index,
            GError         **error)
{
  GenlmPoolJob *job = piece->job;
  double score;

  if (job->method != GENLM_METHOD_PREFIX && job->method != GENLM_METHOD_COMPLETE)
    return break_off (error, "it answered with a score what has none");
  if (self->end - self->next < (gssize) sizeof score)
    return break_off (error, "there are fewer scores than items");
  memcpy (&score, self->next, sizeof score);
  self->next += sizeof score;
  /* It sends an error for what is no weight. */
  if (!(score < INFINITY))
    return break_off (error, "it sent a score of %s", isnan (score) ? "NaN" : "+infinity");
  if (job->single != NULL)
    job->score = score;
  else
    job->values[piece->first + index] = score;
  return TRUE;
}

/* Takes the item. A worker that then broke off may have left one already. */
static void
put_item (GenlmPoolPiece *piece,
          guint           index,
          gpointer        item)
{
  GenlmPoolJob *job = piece->job;
  gpointer *place = job->single != NULL ? &job->item : &job->items[piece->first + index];

  genlm_pool_job_free_item (job, *place);
  *place = item;
}

/* The worker sends an error for what is no weight. */
static gboolean
check_weights (GenlmWeights  *weights,
               GError       **error)
{
  gssize invalid = genlm_weights_find_invalid (weights);

  return invalid < 0 ||
         break_off (error, "in what it sent the log weight of token %" G_GSSIZE_FORMAT " is %s", invalid,
                    isnan (genlm_weights_get (weights, (gsize) invalid)) ? "NaN" : "+infinity");
}

/* In place, if there are slots enough, and if nobody will write there any more. */
static gboolean
take_weights (Decoder         *self,
              GenlmPoolPiece  *piece,
              guint            index,
              GError         **error)
{
  GenlmRegion *region = self->seat->process->region;
  GenlmVocab *vocab = genlm_pool_instance_peek_vocab (piece->job->instance);
  gsize n = (gsize) genlm_vocab_get_size (vocab) + 1;
  g_autoptr (GenlmWeights) weights = NULL;
  guint slot;

  if (piece->job->method != GENLM_METHOD_NEXT)
    return break_off (error, "it answered with weights what has none");
  slot = piece->slots[index];
  if (self->seat->process->is_sandboxed || genlm_region_count_free (region) < 2)
    {
      weights = genlm_weights_new (genlm_region_peek_slot (region, slot), n);
      genlm_region_return_slot (region, slot);
    }
  else
    {
      weights = genlm_region_wrap_slot (region, slot, n, error);
    }
  if (weights == NULL || !check_weights (weights, error))
    return FALSE;
  put_item (piece, index, g_steal_pointer (&weights));
  return TRUE;
}

static gboolean
fill_bits (guint64       *words,
           gsize          size,
           const guint8  *data,
           gsize          n,
           GError       **error)
{
  if (n != (size + 63) / 64)
    return break_off (error, "a mask has another size than its vocabulary");
  memcpy (words, data, n * sizeof (guint64));
  if (size % 64 != 0 && words[n - 1] >> size % 64 != 0)
    return break_off (error, "a mask holds tokens that there are not");
  return TRUE;
}

static gboolean
fill_ids (guint64       *words,
          gsize          size,
          const guint8  *data,
          gsize          n,
          GError       **error)
{
  const guint32 *ids = (const guint32 *) (gconstpointer) data;

  for (gsize i = 0; i < n; i++)
    {
      if (ids[i] >= size || (i > 0 && ids[i] <= ids[i - 1]))
        return break_off (error, "a mask names tokens that there are not, or not in order");
      words[ids[i] / 64] |= G_GUINT64_CONSTANT (1) << ids[i] % 64;
    }
  return TRUE;
}

static gboolean
take_mask (Decoder         *self,
           GenlmPoolPiece  *piece,
           guint            index,
           GError         **error)
{
  GenlmVocab *vocab = genlm_pool_instance_peek_vocab (piece->job->instance);
  gsize size = (gsize) genlm_vocab_get_size (vocab) + 1;
  g_autoptr (GenlmTokenSet) mask = NULL;
  guint32 head[2];
  guint64 *words;
  gsize n_bytes;
  const guint8 *data;

  if (piece->job->method != GENLM_METHOD_MASK)
    return break_off (error, "it answered with a mask what has none");
  if (self->end - self->next < (gssize) sizeof head)
    return break_off (error, "there are fewer masks than items");
  memcpy (head, self->next, sizeof head);
  data = self->next + sizeof head;
  n_bytes = head[0] == GENLM_MASK_IDS ? ((gsize) head[1] + 1) / 2 * 8 : (gsize) head[1] * 8;
  if (head[0] > GENLM_MASK_IDS || n_bytes > (gsize) (self->end - data))
    return break_off (error, "a mask goes beyond its end");
  self->next = data + n_bytes;

  mask = genlm_token_set_new_zeroed (size, &words);
  if (!(head[0] == GENLM_MASK_IDS ? fill_ids : fill_bits) (words, size, data, head[1], error))
    return FALSE;
  put_item (piece, index, g_steal_pointer (&mask));
  return TRUE;
}

/* Of what failed, only the slot is left. */
static void
release_slot (Decoder        *self,
              GenlmPoolPiece *piece,
              guint           index)
{
  if (piece->slots != NULL)
    genlm_region_return_slot (self->seat->process->region, piece->slots[index]);
}

static gboolean
take_item (Decoder         *self,
           GenlmPoolPiece  *piece,
           guint            index,
           GError         **error)
{
  switch ((int) self->frame->kind)
    {
    case GENLM_FRAME_SCORES:
      return take_score (self, piece, index, error);
    case GENLM_FRAME_WEIGHTS:
      return take_weights (self, piece, index, error);
    case GENLM_FRAME_MASKS:
      return take_mask (self, piece, index, error);
    default:
      release_slot (self, piece, index);
      return TRUE;
    }
}

/* Takes the values of all items that the frame is for. The pieces that were sent
 * stay where they are: nobody else takes them out. */
static gboolean
take_items (Decoder  *self,
            GError  **error)
{
  GenlmPoolSeat *seat = self->seat;
  guint64 sent = __atomic_load_n (&seat->sent_order, __ATOMIC_ACQUIRE);
  guint64 order = seat->read_order;
  GenlmPoolPiece *piece = NULL;
  guint32 left = self->frame->count;

  if (left == 0)
    return break_off (error, "it sent an answer for nothing");
  for (; left > 0; order++)
    {
      guint k;

      if (order >= sent)
        return break_off (error, "it answered what it was not asked");
      piece = piece == NULL ? seat->flying.head : piece->next;
      if (piece->build != NULL)
        return break_off (error, "it answered before it said what it had built");
      if (left == self->frame->count && self->frame->serial != piece->serial + piece->n_done)
        return break_off (error, "it answered item %" G_GUINT64_FORMAT ", and was at %" G_GUINT64_FORMAT,
                          self->frame->serial, piece->serial + piece->n_done);
      k = MIN (left, piece->n - piece->n_done);
      for (guint i = 0; i < k; i++)
        {
          if (!take_item (self, piece, piece->n_done + i, error))
            return FALSE;
        }
      left -= k;
    }
  return self->next == self->end || break_off (error, "an answer is longer than what it is for");
}

/* -- what is complete ----------------------------------------------------- */

/* Mean time of an item, quick to fall: a late look makes it seem long. */
static void
note_cost (double *cost,
           double  sample)
{
  *cost += (sample - *cost) * (*cost == 0 ? 1 : sample < *cost ? 0.5 : 0.125);
}

static void
end_frame (GenlmPoolSeat *seat,
           gint64         now)
{
  GenlmPoolFrame *frame = &seat->frames[seat->first_frame];

  genlm_pool_meter_add (&seat->pool->meter, now - frame->sent);
  if (frame->instance != NULL && frame->n_items > 0)
    note_cost (&frame->instance->costs[frame->method],
               (double) (now - MAX (frame->sent, seat->last_answer)) / frame->n_items);
  seat->last_answer = now;
  seat->first_frame = (seat->first_frame + 1) % GENLM_POOL_MAX_FRAMES;
  if (--seat->n_frames == 0)
    seat->busy_time += now - seat->busy_since;
}

static void
end_piece (GenlmPoolSeat *seat,
           gint64         now)
{
  GenlmPoolPiece *piece = genlm_pool_queue_pop (&seat->flying);

  seat->read_order++;
  genlm_pool_queue_push (&seat->pool->garbage, piece);
  if (--seat->frames[seat->first_frame].n_pieces == 0)
    end_frame (seat, now);
}

/* With the lock held. */
static void
note_items (Decoder *self)
{
  GenlmPoolSeat *seat = self->seat;
  gint64 now = g_get_monotonic_time ();
  guint32 left = self->frame->count;

  seat->n_answers += left;
  seat->n_items -= left;
  seat->n_deaths = 0;
  while (left > 0)
    {
      GenlmPoolPiece *piece = seat->flying.head;
      guint k = MIN (left, piece->n - piece->n_done);

      if (self->error != NULL)
        genlm_pool_job_set_error (piece->job, piece->first + piece->n_done, self->error);
      piece->n_done += k;
      genlm_pool_item_done (seat->pool, piece->job, k);
      if (piece->n_done == piece->n)
        end_piece (seat, now);
      left -= k;
    }
}

static gboolean
handle_items (GenlmPoolSeat     *seat,
              const GenlmFrame  *frame,
              GError           **error)
{
  Decoder self = { seat, frame, frame->tail, frame->tail + frame->tail_size, NULL };

  if (!take_items (&self, error))
    return FALSE;
  if (frame->kind == GENLM_FRAME_ERROR)
    self.error = read_error (seat, frame);
  g_mutex_lock (&seat->pool->lock);
  note_items (&self);
  g_mutex_unlock (&seat->pool->lock);
  g_clear_error (&self.error);
  return TRUE;
}

/* -- builds --------------------------------------------------------------- */

static GenlmPoolPiece *
find_build (GenlmPoolSeat     *seat,
            const GenlmFrame  *frame,
            GError           **error)
{
  GenlmPoolPiece *piece;

  if (seat->read_order < __atomic_load_n (&seat->sent_order, __ATOMIC_ACQUIRE))
    {
      piece = seat->flying.head;
      if (piece->build != NULL && piece->build->id == frame->serial)
        return piece;
    }
  break_off (error, "it said that it has built what it was not asked to");
  return NULL;
}

/* With the lock held. */
static void
note_build (GenlmPoolSeat  *seat,
            GenlmPoolPiece *piece,
            const GError   *error)
{
  if (piece->job != NULL && error != NULL)
    genlm_pool_job_set_error (piece->job, 0, error);
  if (piece->job != NULL)
    genlm_pool_item_done (seat->pool, piece->job, 1);
  seat->n_answers++;
  end_piece (seat, g_get_monotonic_time ());
}

/* With the lock held. @vocab is taken. */
static void
note_instance (GenlmPoolInstance *instance,
               GenlmTraits        traits,
               GenlmVocab       **vocab)
{
  instance->traits = traits;
  instance->is_built = TRUE;
  g_clear_error (&instance->error);
  /* Another worker may have been quicker. */
  if (instance->vocab == NULL)
    __atomic_store_n (&instance->vocab, g_steal_pointer (vocab), __ATOMIC_RELEASE);
}

static gboolean
handle_ready (GenlmPoolSeat     *seat,
              const GenlmFrame  *frame,
              GError           **error)
{
  GenlmPoolPiece *piece = find_build (seat, frame, error);
  g_autoptr (GVariant) variant = piece != NULL ? genlm_frame_dup_variant (frame) : NULL;
  g_autoptr (GenlmVocab) vocab = NULL;
  GenlmTraits traits;

  if (piece == NULL || !genlm_pool_instance_learn (piece->build, variant, &traits, &vocab, error))
    return FALSE;
  g_mutex_lock (&seat->pool->lock);
  note_instance (piece->build, traits, &vocab);
  if (piece->build == seat->pool->instance)
    genlm_pool_seat_set_ready (seat);
  note_build (seat, piece, NULL);
  g_mutex_unlock (&seat->pool->lock);
  return TRUE;
}

/* A worker that has failed to build the first instance is of no use. */
static gboolean
handle_failed (GenlmPoolSeat     *seat,
               const GenlmFrame  *frame,
               GError           **error)
{
  GenlmPoolPiece *piece = find_build (seat, frame, error);
  g_autoptr (GError) failure = piece != NULL ? read_error (seat, frame) : NULL;
  gboolean is_first;

  if (piece == NULL)
    return FALSE;
  is_first = piece->build == seat->pool->instance;
  g_mutex_lock (&seat->pool->lock);
  if (is_first)
    {
      g_clear_error (&seat->build_error);
      seat->build_error = g_error_copy (failure);
    }
  note_build (seat, piece, failure);
  g_mutex_unlock (&seat->pool->lock);
  return !is_first || break_off (error, "it could not build the potential: %s", failure->message);
}

/* -------------------------------------------------------------------------- */

/* FALSE with an error if the worker does not keep to the protocol, and is to be
 * ended. */
gboolean
genlm_pool_seat_handle (GenlmPoolSeat     *self,
                        const GenlmFrame  *frame,
                        GError           **error)
{
  switch ((int) frame->kind)
    {
    case GENLM_FRAME_SCORES:
    case GENLM_FRAME_WEIGHTS:
    case GENLM_FRAME_MASKS:
    case GENLM_FRAME_ERROR:
      return handle_items (self, frame, error);
    case GENLM_FRAME_READY:
      return handle_ready (self, frame, error);
    case GENLM_FRAME_FAILED:
      return handle_failed (self, frame, error);
    default:
      return break_off (error, "it sent a frame of kind %u, which is for workers", (guint) frame->kind);
    }
}
