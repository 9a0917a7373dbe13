/* A worker that speaks the protocol and breaks it as it is told.
 *
 * It knows one potential over bytes, whose weights are in fake-worker.h, and takes
 * its orders from the properties of the recipe: `fault` names what it does wrong;
 * `trigger` is a byte, and the fault happens at items whose context has it (0: at
 * every item); `times` is how many processes do so, the first ones (0: all), counted
 * in the file `counter`. */

#include "fake-worker.h"

#include "genlm-frame-private.h"
#include "genlm-potential.h"
#include "genlm-region-private.h"
#include "genlm-vocab.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define SOCKET 3
#define REGION 4
#define N_WEIGHTS 257

typedef struct
{
  GenlmFrameReader  reader;
  GenlmFrameWriter  writer;
  GenlmRegion      *region;
  GHashTable       *nodes;      /* number → GByteArray */
  guint64           instance;   /* the last one that was built */

  char             *fault;      /* NULL: none */
  guint8            trigger;
  guint             incarnation;

  guint64           stale;      /* an item that has been answered, or 0 */
} Fake;

/* What is asked for in one answer. */
typedef struct
{
  GenlmMethod  method;
  guint64      serial;
  GPtrArray   *contexts;        /* of GByteArray */
  GArray      *slots;
} Piece;

static gboolean
has_fault (Fake       *self,
           const char *name)
{
  return g_strcmp0 (self->fault, name) == 0;
}

static void
send_all (Fake *self)
{
  GenlmFrameWriter *writer = &self->writer;

  while (writer->start < writer->end)
    {
      gssize n = write (SOCKET, writer->data + writer->start, writer->end - writer->start);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        _exit (1);
      writer->start += (gsize) n;
    }
}

static void
stay (void)
{
  for (;;)
    pause ();
}

/* -- orders --------------------------------------------------------------- */

static guint
count_incarnation (const char *path)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  off_t end;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, ".", 1), ==, 1);
  /* With O_APPEND, where the write ended. */
  end = lseek (fd, 0, SEEK_CUR);
  close (fd);
  return (guint) end;
}

static void
take_orders (Fake     *self,
             GVariant *properties)
{
  const char *counter = NULL;
  guint32 times = 0;

  g_clear_pointer (&self->fault, g_free);
  self->trigger = 0;
  g_variant_lookup (properties, "fault", "s", &self->fault);
  g_variant_lookup (properties, "trigger", "y", &self->trigger);
  g_variant_lookup (properties, "times", "u", &times);
  if (g_variant_lookup (properties, "counter", "&s", &counter) && self->incarnation == 0)
    self->incarnation = count_incarnation (counter);
  if (times > 0 && self->incarnation > times)
    g_clear_pointer (&self->fault, g_free);
}

static GVariant *
make_ready (guint64     known,
            GenlmVocab *vocab)
{
  GVariant *variant = genlm_vocab_get_hash (vocab) == known ? NULL : genlm_vocab_to_variant (vocab);

  return g_variant_new ("(uts@m" GENLM_FRAME_VOCAB_TYPE ")", GENLM_TRAITS_NONE, genlm_vocab_get_hash (vocab), "fake",
                        g_variant_new_maybe (G_VARIANT_TYPE (GENLM_FRAME_VOCAB_TYPE), variant));
}

static void
send_ready (Fake       *self,
            guint64     known,
            GenlmVocab *vocab)
{
  genlm_frame_writer_begin (&self->writer, GENLM_FRAME_READY, self->instance, make_ready (known, vocab));
  genlm_frame_writer_end (&self->writer, 0);
  send_all (self);
}

static GenlmVocab *
make_other_vocab (void)
{
  g_autoptr (GError) error = NULL;
  GVariantBuilder builder;
  GenlmVocab *vocab;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aay"));
  g_variant_builder_add (&builder, "@ay", g_variant_new_bytestring ("one"));
  vocab = genlm_vocab_new (g_variant_builder_end (&builder), NULL, &error);
  g_assert_no_error (error);
  return vocab;
}

static void
build (Fake             *self,
       const GenlmFrame *frame)
{
  g_autoptr (GVariant) variant = genlm_frame_dup_variant (frame);
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GenlmVocab) vocab = NULL;
  guint64 known;
  gboolean again;

  g_variant_get (variant, "((&s@a{sv})t@a" GENLM_FRAME_VOCAB_TYPE ")", NULL, &properties, &known, NULL);
  take_orders (self, properties);
  self->instance = frame->serial;
  again = self->incarnation > 1;

  if (has_fault (self, "build-exit"))
    {
      g_printerr ("it was told to end\n");
      _exit (3);
    }
  if (has_fault (self, "build-hang"))
    stay ();
  if (has_fault (self, "build-garbage"))
    {
      memset (genlm_frame_writer_reserve (&self->writer, 100), 'x', 100);
      send_all (self);
      stay ();
    }
  if (has_fault (self, "build-failed") || (again && has_fault (self, "failed-again")))
    {
      genlm_frame_writer_begin (&self->writer, GENLM_FRAME_FAILED, self->instance,
                                g_variant_new ("(sis)", "genlm-potential-error-quark",
                                               GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "fake: it does not want to"));
      genlm_frame_writer_end (&self->writer, 0);
      send_all (self);
      return;
    }

  vocab = again && has_fault (self, "ready-other") ? make_other_vocab () : genlm_vocab_ref (genlm_vocab_bytes ());
  if (has_fault (self, "ready-instance"))
    self->instance++;
  send_ready (self, has_fault (self, "ready-no-vocab") ? genlm_vocab_get_hash (vocab) : known, vocab);
  if (has_fault (self, "ready-twice"))
    send_ready (self, known, vocab);
}

/* -- right answers -------------------------------------------------------- */

static void
add_scores (Fake  *self,
            Piece *piece)
{
  for (guint i = 0; i < piece->contexts->len; i++)
    {
      GByteArray *context = g_ptr_array_index (piece->contexts, i);
      double score = piece->method == GENLM_METHOD_PREFIX ? fake_prefix (context->data, context->len)
                                                          : fake_complete (context->data, context->len);

      memcpy (genlm_frame_writer_reserve (&self->writer, sizeof score), &score, sizeof score);
    }
}

static void
fill_slot (Fake       *self,
           GByteArray *context,
           guint       slot)
{
  double *weights = genlm_region_peek_slot (self->region, slot);

  for (guint32 i = 0; i < N_WEIGHTS; i++)
    weights[i] = fake_next (context->data, context->len, i);
}

/* As ids or as bits: both are to be read. */
static void
add_mask (Fake       *self,
          GByteArray *context)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  gboolean as_bits = context->len % 2 == 0;
  guint64 words[5] = { 0 };
  guint32 *place;
  guint n;

  for (guint32 i = 0; i < N_WEIGHTS; i++)
    if (fake_mask (context->data, context->len, i))
      {
        g_array_append_val (ids, i);
        words[i / 64] |= G_GUINT64_CONSTANT (1) << i % 64;
      }
  n = as_bits ? G_N_ELEMENTS (words) : ids->len;
  place = genlm_frame_writer_reserve (&self->writer, 8);
  place[0] = as_bits ? GENLM_MASK_BITS : GENLM_MASK_IDS;
  place[1] = n;
  if (as_bits)
    {
      memcpy (genlm_frame_writer_reserve (&self->writer, sizeof words), words, sizeof words);
    }
  else
    {
      guint8 *data = genlm_frame_writer_reserve (&self->writer, (n + n % 2) * sizeof (guint32));

      memset (data, 0, (n + n % 2) * sizeof (guint32));
      memcpy (data, ids->data, n * sizeof (guint32));
    }
}

static GenlmFrameKind
get_answer_kind (GenlmMethod method)
{
  switch (method)
    {
    case GENLM_METHOD_NEXT:
      return GENLM_FRAME_WEIGHTS;
    case GENLM_METHOD_MASK:
      return GENLM_FRAME_MASKS;
    default:
      return GENLM_FRAME_SCORES;
    }
}

static void
add_answer (Fake  *self,
            Piece *piece)
{
  genlm_frame_writer_begin (&self->writer, get_answer_kind (piece->method), piece->serial, NULL);
  switch (piece->method)
    {
    case GENLM_METHOD_NEXT:
      for (guint i = 0; i < piece->contexts->len; i++)
        fill_slot (self, g_ptr_array_index (piece->contexts, i), g_array_index (piece->slots, guint32, i));
      break;
    case GENLM_METHOD_MASK:
      for (guint i = 0; i < piece->contexts->len; i++)
        add_mask (self, g_ptr_array_index (piece->contexts, i));
      break;
    default:
      add_scores (self, piece);
      break;
    }
  genlm_frame_writer_end (&self->writer, piece->contexts->len);
}

/* -- wrong answers -------------------------------------------------------- */

/* A right answer, to be spoilt; where it begins. */
static GenlmFrameHeader *
spoil (Fake  *self,
       Piece *piece)
{
  add_answer (self, piece);
  return (GenlmFrameHeader *) (self->writer.data + self->writer.frame);
}

static gboolean
spoil_header (Fake  *self,
              Piece *piece)
{
  static const char *const names[] = {
    "magic", "version", "kind", "parent-kind", "wrong-kind", "ready-unasked", "oversized-tail", "oversized-variant",
    "oversized-count", "stale", "future", "serial-zero", "count", "count-zero", "short-tail", NULL
  };
  GenlmFrameHeader *header;

  if (self->fault == NULL || !g_strv_contains (names, self->fault))
    return FALSE;
  header = spoil (self, piece);
  if (has_fault (self, "magic"))
    header->magic++;
  else if (has_fault (self, "version"))
    header->version = 99;
  else if (has_fault (self, "kind"))
    header->kind = 77;
  else if (has_fault (self, "parent-kind"))
    header->kind = GENLM_FRAME_EVALUATE;
  else if (has_fault (self, "wrong-kind"))
    header->kind = piece->method == GENLM_METHOD_NEXT ? GENLM_FRAME_SCORES : GENLM_FRAME_WEIGHTS;
  else if (has_fault (self, "oversized-tail"))
    header->tail_size = G_GUINT64_CONSTANT (1) << 60;
  else if (has_fault (self, "oversized-variant"))
    header->variant_size = G_MAXUINT32;
  else if (has_fault (self, "oversized-count"))
    header->count = G_MAXUINT32;
  else if (has_fault (self, "stale"))
    header->serial = self->stale;
  else if (has_fault (self, "future"))
    header->serial += 1000;
  else if (has_fault (self, "serial-zero"))
    header->serial = 0;
  else if (has_fault (self, "count"))
    header->count += 1000;
  else if (has_fault (self, "count-zero"))
    header->count = 0;
  else if (has_fault (self, "short-tail"))
    {
      header->tail_size -= 8;
      self->writer.end -= 8;
    }
  else
    {
      self->writer.end = self->writer.start;
      send_ready (self, 0, genlm_vocab_bytes ());
    }
  send_all (self);
  return TRUE;
}

static gboolean
spoil_scores (Fake  *self,
              Piece *piece)
{
  double *scores;

  if (!has_fault (self, "nan") && !has_fault (self, "infinity"))
    return FALSE;
  if (get_answer_kind (piece->method) != GENLM_FRAME_SCORES)
    return FALSE;
  scores = (double *) (spoil (self, piece) + 1);
  scores[piece->contexts->len - 1] = has_fault (self, "nan") ? NAN : INFINITY;
  send_all (self);
  return TRUE;
}

static gpointer
keep_writing (gpointer data)
{
  volatile double *weights = data;

  for (;;)
    {
      weights[0] = NAN;
      weights[256] = INFINITY;
    }
  return NULL;
}

static gboolean
spoil_weights (Fake  *self,
               Piece *piece)
{
  double *weights;

  if (piece->method != GENLM_METHOD_NEXT)
    return FALSE;
  if (!has_fault (self, "nan-slot") && !has_fault (self, "infinity-slot") && !has_fault (self, "rewrite"))
    return FALSE;
  spoil (self, piece);
  weights = genlm_region_peek_slot (self->region, g_array_index (piece->slots, guint32, 0));
  if (has_fault (self, "nan-slot"))
    weights[256] = NAN;
  else if (has_fault (self, "infinity-slot"))
    weights[0] = INFINITY;
  send_all (self);
  if (has_fault (self, "rewrite"))
    {
      /* A moment later, so that what is taken first is right. */
      g_usleep (20000);
      g_thread_unref (g_thread_new ("rewrite", keep_writing, weights));
    }
  return TRUE;
}

/* The one mask of a single item. */
static gboolean
spoil_mask (Fake  *self,
            Piece *piece)
{
  static const struct
  {
    const char *name;
    guint32     words[8];
    guint       n_words;
  } masks[] = {
    { "mask-kind", { 9, 1, 3, 0 }, 4 },
    { "mask-length", { GENLM_MASK_BITS, 1, 7, 0 }, 4 },
    { "mask-beyond", { GENLM_MASK_IDS, 100, 7, 8 }, 4 },
    { "mask-huge", { GENLM_MASK_BITS, G_MAXUINT32, 7, 8 }, 4 },
    { "mask-range", { GENLM_MASK_IDS, 2, 3, 257 }, 4 },
    { "mask-unsorted", { GENLM_MASK_IDS, 2, 4, 3 }, 4 },
    { "mask-twice", { GENLM_MASK_IDS, 2, 4, 4 }, 4 },
    { "mask-rest", { GENLM_MASK_IDS, 2, 3, 4, GENLM_MASK_IDS, 0 }, 6 },
    { "mask-none", { 0 }, 0 },
  };

  if (piece->method != GENLM_METHOD_MASK)
    return FALSE;
  if (has_fault (self, "mask-bits"))
    {
      guint32 *words;

      genlm_frame_writer_begin (&self->writer, GENLM_FRAME_MASKS, piece->serial, NULL);
      words = genlm_frame_writer_reserve (&self->writer, 48);
      memset (words, 0xff, 48); /* with bits beyond the last token */
      words[0] = GENLM_MASK_BITS;
      words[1] = 5;
      genlm_frame_writer_end (&self->writer, 1);
      send_all (self);
      return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (masks); i++)
    if (has_fault (self, masks[i].name))
      {
        gsize size = masks[i].n_words * sizeof (guint32);

        genlm_frame_writer_begin (&self->writer, GENLM_FRAME_MASKS, piece->serial, NULL);
        memcpy (genlm_frame_writer_reserve (&self->writer, size), masks[i].words, size);
        genlm_frame_writer_end (&self->writer, 1);
        send_all (self);
        return TRUE;
      }
  return FALSE;
}

static gboolean
send_error (Fake  *self,
            Piece *piece)
{
  if (has_fault (self, "error"))
    genlm_frame_writer_begin (&self->writer, GENLM_FRAME_ERROR, piece->serial,
                              g_variant_new ("(sis)", "g-io-error-quark", G_IO_ERROR_FAILED, "fake: not this one"));
  else if (has_fault (self, "error-domain"))
    genlm_frame_writer_begin (&self->writer, GENLM_FRAME_ERROR, piece->serial, g_variant_new ("(sis)", "", -1, ""));
  else if (has_fault (self, "error-damaged"))
    genlm_frame_writer_begin (&self->writer, GENLM_FRAME_ERROR, piece->serial,
                              g_variant_new_bytestring ("\xff\xff\xff\xff\xff\xff"));
  else
    return FALSE;
  genlm_frame_writer_end (&self->writer, piece->contexts->len);
  send_all (self);
  return TRUE;
}

static void
flood_stderr (void)
{
  g_autofree char *line = g_strnfill (1 << 16, '#');

  for (guint i = 0; i < 64; i++)
    (void) !write (STDERR_FILENO, line, 1 << 16);
  g_printerr ("\nthe last words\n");
}

/* Writes and does not come back, or ends. */
static void
misbehave (Fake *self)
{
  if (has_fault (self, "garbage"))
    {
      guint8 *bytes = genlm_frame_writer_reserve (&self->writer, 4096);

      for (guint i = 0; i < 4096; i++)
        bytes[i] = (guint8) (i * 89 + i / 7);
      send_all (self);
      stay ();
    }
  else if (has_fault (self, "half") || has_fault (self, "truncated"))
    {
      GenlmFrameHeader header = { GENLM_FRAME_MAGIC, GENLM_FRAME_VERSION, GENLM_FRAME_SCORES, 0, 8, 64, 1 };

      memcpy (genlm_frame_writer_reserve (&self->writer, sizeof header), &header, sizeof header);
      memset (genlm_frame_writer_reserve (&self->writer, 8), 0, 8);
      send_all (self);
      if (has_fault (self, "truncated"))
        _exit (0);
      stay ();
    }
  else if (has_fault (self, "abort"))
    {
      g_printerr ("going to abort\n");
      abort ();
    }
  else if (has_fault (self, "segv"))
    {
      signal (SIGSEGV, SIG_DFL);
      raise (SIGSEGV);
    }
  else if (has_fault (self, "kill"))
    raise (SIGKILL);
  else if (has_fault (self, "exit-0"))
    _exit (0);
  else if (has_fault (self, "exit-7"))
    {
      g_printerr ("first line\nlast line\n");
      _exit (7);
    }
  else if (has_fault (self, "flood-exit"))
    {
      flood_stderr ();
      _exit (7);
    }
  else if (has_fault (self, "hang"))
    stay ();
  else if (has_fault (self, "pretend"))
    {
      /* To be getting on. */
      for (guint64 i = genlm_region_get_current (self->region);; i = G_MAXUINT64 - i)
        {
          genlm_region_set_current (self->region, i);
          g_usleep (1000);
        }
    }
  else if (has_fault (self, "close"))
    {
      close (SOCKET);
      stay ();
    }
  else if (has_fault (self, "fork"))
    {
      if (fork () == 0)
        stay ();
      _exit (7);
    }
}

/* Whether the fault is the answer. */
static gboolean
answer_badly (Fake  *self,
              Piece *piece)
{
  if (has_fault (self, "flood"))
    {
      flood_stderr ();
      return FALSE;
    }
  if (has_fault (self, "current-past") || has_fault (self, "current-future") || has_fault (self, "current-zero"))
    {
      genlm_region_set_current (self->region, has_fault (self, "current-past")     ? self->stale
                                              : has_fault (self, "current-future") ? G_MAXUINT64
                                                                                   : 0);
      _exit (7);
    }
  misbehave (self);
  return spoil_header (self, piece) || spoil_scores (self, piece) || spoil_weights (self, piece) ||
         spoil_mask (self, piece) || send_error (self, piece);
}

/* -- items ---------------------------------------------------------------- */

static gboolean
is_triggered (Fake  *self,
              Piece *piece)
{
  if (self->trigger == 0)
    return TRUE;
  for (guint i = 0; i < piece->contexts->len; i++)
    {
      GByteArray *context = g_ptr_array_index (piece->contexts, i);

      if (context->len > 0 && memchr (context->data, self->trigger, context->len) != NULL)
        return TRUE;
    }
  return FALSE;
}

static void
answer (Fake  *self,
        Piece *piece)
{
  genlm_region_set_current (self->region, piece->serial);
  if (self->fault == NULL || !is_triggered (self, piece) || !answer_badly (self, piece))
    {
      add_answer (self, piece);
      send_all (self);
    }
  self->stale = piece->serial;
}

static GByteArray *
read_context (Fake           *self,
              const guint32 **words)
{
  guint32 base = (*words)[0];
  guint32 n_tokens = (*words)[1];
  guint32 node = (*words)[2];
  GByteArray *context = g_byte_array_new ();

  if (base != 0)
    {
      GByteArray *known = g_hash_table_lookup (self->nodes, GUINT_TO_POINTER (base));

      g_assert_nonnull (known);
      g_byte_array_append (context, known->data, known->len);
    }
  for (guint32 i = 0; i < n_tokens; i++)
    {
      guint8 byte = (guint8) (*words)[4 + i];

      g_byte_array_append (context, &byte, 1);
    }
  if (node != GENLM_NODE_NONE)
    g_hash_table_insert (self->nodes, GUINT_TO_POINTER (node), g_byte_array_ref (context));
  *words += 4 + n_tokens;
  return context;
}

static void
evaluate (Fake             *self,
          const GenlmFrame *frame)
{
  const guint32 *words = (const guint32 *) frame->tail;
  const guint32 *end = words + frame->tail_size / sizeof (guint32);
  guint64 serial = frame->serial;

  while (words < end && *words != GENLM_FRAME_PAD)
    {
      guint32 n_items = words[2];
      gboolean singles = (words[1] & GENLM_GROUP_SINGLES) != 0;
      g_autoptr (GPtrArray) contexts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
      g_autoptr (GArray) slots = g_array_new (FALSE, FALSE, sizeof (guint32));
      Piece piece = { GENLM_GROUP_METHOD (words[1]), serial, contexts, slots };

      words += 3;
      for (guint32 i = 0; i < n_items; i++)
        {
          guint32 slot = words[3];

          g_ptr_array_add (contexts, read_context (self, &words));
          g_array_append_val (slots, slot);
          serial++;
          if (singles || i + 1 == n_items)
            {
              answer (self, &piece);
              piece.serial = serial;
              g_ptr_array_set_size (contexts, 0);
              g_array_set_size (slots, 0);
            }
        }
    }
}

static void
forget (Fake             *self,
        const GenlmFrame *frame)
{
  const guint32 *nodes = (const guint32 *) frame->tail;

  for (guint32 i = 0; i < frame->count; i++)
    g_hash_table_remove (self->nodes, GUINT_TO_POINTER (nodes[i]));
}

static void
read_frame (Fake             *self,
            const GenlmFrame *frame)
{
  switch (frame->kind)
    {
    case GENLM_FRAME_BUILD:
      build (self, frame);
      break;
    case GENLM_FRAME_EVALUATE:
      evaluate (self, frame);
      break;
    case GENLM_FRAME_FORGET:
      forget (self, frame);
      break;
    case GENLM_FRAME_QUIT:
      if (has_fault (self, "no-quit"))
        stay ();
      _exit (0);
    default:
      break;
    }
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  Fake self = { 0 };
  /* Aborting is what it is for; the files would pile up. */
  struct rlimit no_core = { 0, 0 };

  setrlimit (RLIMIT_CORE, &no_core);
  self.nodes = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_byte_array_unref);
  self.region = genlm_region_open (REGION, &error);
  g_assert_no_error (error);

  for (;;)
    {
      GenlmFrame frame;
      gsize size;
      guint8 *place = genlm_frame_reader_reserve (&self.reader, &size);
      gssize n = read (SOCKET, place, size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n == 0 && has_fault (&self, "no-quit"))
        stay ();
      if (n <= 0)
        return 0;
      genlm_frame_reader_add (&self.reader, (gsize) n);
      while (genlm_frame_reader_next (&self.reader, &frame, &error))
        read_frame (&self, &frame);
      g_assert_no_error (error);
    }
}
