/* Writes what a worker is to do: by who has claimed the writing of its seat, without
 * the lock. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-pool-private.h"

#include <string.h>

/* A frame is ended when it is so large, in bytes. */
#define MAX_FRAME (4u << 20)

/* How many tokens are sent before it is looked for a context that shares them. */
#define MIN_WAY 8

typedef struct
{
  GenlmFrameWriter  *writer;
  GenlmPoolSeat     *seat;
  gboolean           is_open;           /* an EVALUATE frame is */
  guint32            n_items;           /* in it */
  gsize              group;             /* where the header of the open group is; 0 if none */
  guint32            n_in_group;
  GenlmPoolJob      *asked;             /* what the group asks */
  GenlmContext      *previous;          /* of the item before, in the frame */
} Encoder;

static void
end_group (Encoder *self)
{
  if (self->group == 0)
    return;
  ((guint32 *) (gpointer) (self->writer->data + self->group))[2] = self->n_in_group;
  self->group = 0;
}

static void
end_frame (Encoder *self)
{
  end_group (self);
  if (!self->is_open)
    return;
  /* The tail is of whole double words. */
  if ((self->writer->end - self->writer->frame) % 8 != 0)
    *(guint32 *) genlm_frame_writer_reserve (self->writer, sizeof (guint32)) = GENLM_FRAME_PAD;
  genlm_frame_writer_end (self->writer, self->n_items);
  self->is_open = FALSE;
}

static void
begin_group (Encoder        *self,
             GenlmPoolPiece *piece,
             guint64         serial)
{
  GenlmPoolJob *job = piece->job;
  guint32 *words;

  if (!self->is_open)
    {
      genlm_frame_writer_begin (self->writer, GENLM_FRAME_EVALUATE, serial, NULL);
      self->is_open = TRUE;
      self->previous = NULL;
      self->n_items = 0;
    }
  words = genlm_frame_writer_reserve (self->writer, 3 * sizeof (guint32));
  words[0] = job->instance->id;
  words[1] = (guint32) job->method | (job->single != NULL ? GENLM_GROUP_SINGLES : 0);
  self->group = (gsize) ((guint8 *) words - self->writer->data);
  self->n_in_group = 0;
  self->asked = job;
}

/* Where the context branches off from the one before: how many of its last tokens
 * follow that, and how many of the other's do. FALSE if either are more than
 * @max_tokens. */
static gboolean
find_fork (GenlmContext *context,
           GenlmContext *previous,
           gsize         max_tokens,
           gsize        *n_tokens,
           gsize        *n_cut)
{
  *n_tokens = *n_cut = 0;
  while (context != previous)
    {
      gsize length = genlm_context_get_length (context);
      gsize other_length = genlm_context_get_length (previous);

      if (length == 0 || *n_tokens == max_tokens || *n_cut == max_tokens)
        return FALSE;
      if (length >= other_length)
        {
          context = genlm_context_get_parent (context);
          ++*n_tokens;
        }
      if (other_length >= length)
        {
          previous = genlm_context_get_parent (previous);
          ++*n_cut;
        }
    }
  return TRUE;
}

/* How the worker is told of the context: the words of its base, of the number of
 * tokens that follow, and of its node. The way is as long as what is to be told,
 * where the worker knows something that is near. */
static gsize
describe_context (Encoder      *self,
                  GenlmContext *context,
                  guint32       words[3])
{
  GenlmNodeMap *nodes = self->seat->nodes;
  GenlmContext *previous = self->previous;
  gsize n, n_cut;

  words[2] = GENLM_NODE_NONE;
  self->previous = context;
  for (gsize max_tokens = MIN_WAY;; max_tokens *= 4)
    {
      if (genlm_node_map_find (nodes, context, max_tokens, &words[0], &n))
        {
          if (n > 0)
            words[2] = genlm_node_map_add (nodes, context);
          break;
        }
      if (previous != NULL && find_fork (context, previous, max_tokens, &n, &n_cut))
        {
          words[0] = GENLM_NODE_CUT | (guint32) n_cut;
          words[2] = genlm_node_map_add (nodes, context);
          break;
        }
    }
  words[1] = (guint32) n;
  return n;
}

static void
add_item (Encoder        *self,
          GenlmPoolPiece *piece,
          guint           index)
{
  GenlmPoolSeat *seat = self->seat;
  GenlmContext *context = genlm_pool_job_get_context (piece->job, piece->first + index);
  guint64 serial = piece->serial + index;
  guint32 description[3];
  gsize n = describe_context (self, context, description);
  guint32 *words = genlm_frame_writer_reserve (self->writer, (4 + n) * sizeof (guint32));

  memcpy (words, description, sizeof description);
  words[3] = piece->slots != NULL ? piece->slots[index] : 0;
  if (n == 1)
    words[4] = genlm_context_get_last (context);
  else if (n > 0)
    genlm_context_copy_suffix (context, genlm_context_get_length (context) - n, words + 4);

  if (!genlm_region_is_wanted (seat->process->region, serial))
    genlm_region_set_wanted (seat->process->region, serial, TRUE);
  self->n_items++;
  self->n_in_group++;
}

static void
add_piece (Encoder        *self,
           GenlmPoolPiece *piece)
{
  GenlmPoolJob *job = piece->job;

  /* Singles stand together; each piece of a batch is a call of its own. */
  if (self->group != 0 &&
      (job->single == NULL || self->asked->single == NULL ||
       job->instance != self->asked->instance || job->method != self->asked->method))
    end_group (self);

  for (guint i = 0; i < piece->n; i++)
    {
      if (self->is_open && self->writer->end - self->writer->frame > MAX_FRAME)
        end_frame (self);
      if (self->group == 0)
        begin_group (self, piece, piece->serial + i);
      add_item (self, piece, i);
    }
}

static void
add_build (Encoder        *self,
           GenlmPoolPiece *piece)
{
  end_frame (self);
  genlm_frame_writer_begin (self->writer, GENLM_FRAME_BUILD, piece->build->id, genlm_pool_instance_tell (piece->build));
  genlm_frame_writer_end (self->writer, 0);
}

/* What the worker need not keep any more. Before what may use the numbers again. */
static void
add_farewells (Encoder *self,
               GArray  *drops)
{
  guint n;
  const guint32 *numbers = genlm_node_map_take_forgotten (self->seat->nodes, &n);

  for (guint i = 0; drops != NULL && i < drops->len; i++)
    {
      genlm_frame_writer_begin (self->writer, GENLM_FRAME_DROP, g_array_index (drops, guint32, i), NULL);
      genlm_frame_writer_end (self->writer, 0);
    }
  /* As many as fit into a frame. */
  while (n > 0)
    {
      guint k = MIN (n, MAX_FRAME / sizeof (guint32));

      genlm_frame_writer_begin (self->writer, GENLM_FRAME_FORGET, 0, NULL);
      memcpy (genlm_frame_writer_reserve (self->writer, k * sizeof (guint32)), numbers, k * sizeof (guint32));
      genlm_frame_writer_end (self->writer, k);
      numbers += k;
      n -= k;
    }
}

/* Writes the pieces from @first on, up to the one before @end_order. */
void
genlm_pool_seat_encode (GenlmPoolSeat  *self,
                        GenlmPoolPiece *first,
                        guint64         end_order,
                        GArray         *drops)
{
  Encoder encoder = { .writer = &self->writer, .seat = self };

  add_farewells (&encoder, drops);
  for (GenlmPoolPiece *piece = first;; piece = piece->next)
    {
      if (piece->build != NULL)
        add_build (&encoder, piece);
      else
        add_piece (&encoder, piece);
      if (piece->order + 1 == end_order)
        break;
    }
  end_frame (&encoder);
  /* What is answered from now on may go. */
  __atomic_store_n (&self->sent_order, end_order, __ATOMIC_RELEASE);
}
