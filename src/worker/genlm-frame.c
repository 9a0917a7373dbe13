/* The frames that a process and its workers exchange: out of a buffer and into
 * one. What is in them is said in the header; who reads the socket is not for
 * here. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-frame-private.h"

#include "genlm-potential-error.h"

#include <string.h>

G_STATIC_ASSERT (sizeof (GenlmFrameHeader) == 32);

/* More than this is not asked of the socket at once. */
#define READ_SIZE (64u << 10)

/* What a buffer keeps of its memory while it is empty. */
#define KEPT_SIZE (1u << 20)

static const char *
get_variant_type (guint kind)
{
  switch (kind)
    {
    case GENLM_FRAME_HELLO:
      return "(a{sv})";
    case GENLM_FRAME_BUILD:
      return "(" GENLM_FRAME_RECIPE_TYPE "ta" GENLM_FRAME_VOCAB_TYPE ")";
    case GENLM_FRAME_READY:
      return "(utsm" GENLM_FRAME_VOCAB_TYPE ")";
    case GENLM_FRAME_FAILED:
    case GENLM_FRAME_ERROR:
      return "(sis)";
    case GENLM_FRAME_DROP:
    case GENLM_FRAME_EVALUATE:
    case GENLM_FRAME_FORGET:
    case GENLM_FRAME_QUIT:
    case GENLM_FRAME_SCORES:
    case GENLM_FRAME_WEIGHTS:
    case GENLM_FRAME_MASKS:
      return "";
    default:
      return NULL;
    }
}

static gsize
pad (gsize size)
{
  return (size + 7) & ~(gsize) 7;
}

/* The variant of a frame, a copy of its own: those that have one are few.
 * Without a type check: the type is that of the kind. */
GVariant *
genlm_frame_dup_variant (const GenlmFrame *frame)
{
  g_autoptr (GBytes) bytes = g_bytes_new (frame->variant, frame->variant_size);
  const char *type = get_variant_type (frame->kind);

  return g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (type), bytes, FALSE));
}

/* -- reading -------------------------------------------------------------- */

static gboolean
check_header (const GenlmFrameHeader  *header,
              GError                 **error)
{
  const char *type = get_variant_type (header->kind);
  g_autofree char *problem = NULL;

  if (header->magic != GENLM_FRAME_MAGIC)
    problem = g_strdup_printf ("its first word is 0x%08x, which no frame begins with", header->magic);
  else if (header->version != GENLM_FRAME_VERSION)
    problem = g_strdup_printf ("it has version %u of the protocol, and this is version %u",
                               header->version, GENLM_FRAME_VERSION);
  else if (type == NULL)
    problem = g_strdup_printf ("%u is no kind of frame", header->kind);
  else if (*type == '\0' && header->variant_size > 0) /* an empty array has no bytes */
    problem = g_strdup_printf ("kind %u has a variant of %u bytes", header->kind, header->variant_size);
  else if (header->variant_size > GENLM_FRAME_MAX_VARIANT || header->tail_size > GENLM_FRAME_MAX_TAIL)
    problem = g_strdup_printf ("it is larger than the limits: a variant of %u bytes, a tail of %" G_GUINT64_FORMAT,
                               header->variant_size, header->tail_size);
  if (problem == NULL)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED,
               "A frame that arrived is broken: %s", problem);
  return FALSE;
}

/* Makes the buffer hold @size bytes from its start on. */
static void
reader_grow (GenlmFrameReader *self,
             gsize             size)
{
  gsize n = self->end - self->start;

  if (self->capacity - self->start >= size)
    return;
  if (size <= self->capacity)
    {
      memmove (self->data, self->data + self->start, n);
    }
  else
    {
      gsize capacity = MAX (size, 2 * self->capacity);
      guint8 *data = g_malloc (capacity);

      if (n > 0)
        memcpy (data, self->data + self->start, n);
      g_free (self->data);
      self->data = data;
      self->capacity = capacity;
    }
  self->start = 0;
  self->end = n;
}

/* Where the next bytes go, and how many may come. */
guint8 *
genlm_frame_reader_reserve (GenlmFrameReader *self,
                            gsize            *n_bytes)
{
  if (self->start == self->end)
    {
      self->start = self->end = 0;
      if (self->capacity > KEPT_SIZE)
        genlm_frame_reader_clear (self);
    }
  reader_grow (self, self->end - self->start + READ_SIZE);
  *n_bytes = self->capacity - self->end;
  return self->data + self->end;
}

void
genlm_frame_reader_add (GenlmFrameReader *self,
                        gsize             n_bytes)
{
  g_assert (n_bytes <= self->capacity - self->end);

  self->end += n_bytes;
}

/* Takes the next whole frame. FALSE without an error if it has not yet
 * arrived; memory grows with what has, not with what a header promises. */
gboolean
genlm_frame_reader_next (GenlmFrameReader  *self,
                         GenlmFrame        *frame,
                         GError           **error)
{
  GenlmFrameHeader header;
  const guint8 *data = self->data + self->start;
  gsize n = self->end - self->start;
  gsize size;

  if (n < sizeof header)
    return FALSE;
  memcpy (&header, data, sizeof header);
  if (!check_header (&header, error))
    return FALSE;
  size = sizeof header + pad (header.variant_size) + pad (header.tail_size);
  if (n < size)
    return FALSE;

  frame->kind = header.kind;
  frame->count = header.count;
  frame->serial = header.serial;
  frame->variant = data + sizeof header;
  frame->variant_size = header.variant_size;
  frame->tail = frame->variant + pad (header.variant_size);
  frame->tail_size = header.tail_size;
  self->start += size;
  return TRUE;
}

void
genlm_frame_reader_clear (GenlmFrameReader *self)
{
  g_clear_pointer (&self->data, g_free);
  self->start = self->end = self->capacity = 0;
}

/* -- writing -------------------------------------------------------------- */

/* Room for @n_bytes more of the open frame. */
gpointer
genlm_frame_writer_reserve (GenlmFrameWriter *self,
                            gsize             n_bytes)
{
  guint8 *place;

  if (self->capacity - self->end < n_bytes)
    {
      self->capacity = MAX (2 * self->capacity, self->end + n_bytes);
      self->data = g_realloc (self->data, self->capacity);
    }
  place = self->data + self->end;
  self->end += n_bytes;
  return place;
}

/* Drops what has been sent, when that is more than what has not: it may be that the
 * buffer never gets empty. */
static void
writer_compact (GenlmFrameWriter *self)
{
  gsize n = self->end - self->start;

  if (self->start < n)
    return;
  if (n > 0)
    memmove (self->data, self->data + self->start, n);
  self->start = 0;
  self->end = n;
  if (n == 0 && self->capacity > KEPT_SIZE)
    genlm_frame_writer_clear (self);
}

/* Begins a frame behind those that wait to be sent. The variant is consumed if it
 * is floating. */
void
genlm_frame_writer_begin (GenlmFrameWriter *self,
                          GenlmFrameKind    kind,
                          guint64           serial,
                          GVariant         *variant)
{
  g_autoptr (GVariant) owned = variant != NULL ? g_variant_ref_sink (variant) : NULL;
  GenlmFrameHeader header = { GENLM_FRAME_MAGIC, GENLM_FRAME_VERSION, (guint16) kind, 0, 0, 0, serial };

  writer_compact (self);
  self->frame = self->end;
  if (owned != NULL)
    header.variant_size = (guint32) g_variant_get_size (owned);
  memcpy (genlm_frame_writer_reserve (self, sizeof header), &header, sizeof header);
  if (owned != NULL)
    {
      gsize size = pad (header.variant_size);
      guint8 *place = genlm_frame_writer_reserve (self, size);

      g_variant_store (owned, place);
      memset (place + header.variant_size, 0, size - header.variant_size);
    }
}

/* Ends the open frame: what was reserved since is its tail. */
void
genlm_frame_writer_end (GenlmFrameWriter *self,
                        guint32           count)
{
  GenlmFrameHeader *header = (GenlmFrameHeader *) (self->data + self->frame);
  gsize before = sizeof *header + pad (header->variant_size);
  gsize size = self->end - self->frame - before;

  header->count = count;
  header->tail_size = size;
  if (pad (size) > size)
    memset (genlm_frame_writer_reserve (self, pad (size) - size), 0, pad (size) - size);
}

void
genlm_frame_writer_clear (GenlmFrameWriter *self)
{
  g_clear_pointer (&self->data, g_free);
  self->start = self->end = self->capacity = self->frame = 0;
}
