/* Frames, out of a buffer and into one. */
#include "genlm-frame-private.h"

#include "genlm-potential-error.h"
#include "genlm-vocab.h"

#include <string.h>

static void
add_bytes (GenlmFrameReader *reader,
           const guint8     *bytes,
           gsize             n_bytes)
{
  while (n_bytes > 0)
    {
      gsize room;
      guint8 *place = genlm_frame_reader_reserve (reader, &room);
      gsize n = MIN (room, n_bytes);

      g_assert_cmpuint (room, >, 0);
      memcpy (place, bytes, n);
      genlm_frame_reader_add (reader, n);
      bytes += n;
      n_bytes -= n;
    }
}

static const guint8 *
written (GenlmFrameWriter *writer,
         gsize            *size)
{
  *size = writer->end - writer->start;
  return writer->data + writer->start;
}

static GVariant *
new_variant (GenlmFrameKind kind)
{
  switch ((int) kind)
    {
    case GENLM_FRAME_HELLO:
      return g_variant_new_parsed ("({'memory-limit': <uint64 5>},)");
    case GENLM_FRAME_BUILD:
      return g_variant_new_parsed ("(('regex', {'pattern': <'a'>}), uint64 7, @a(uayaus) [])");
    case GENLM_FRAME_READY:
      return g_variant_new ("(utsm@" GENLM_FRAME_VOCAB_TYPE ")", 3u, G_GUINT64_CONSTANT (9), "a label",
                            genlm_vocab_to_variant (genlm_vocab_bytes ()));
    case GENLM_FRAME_FAILED:
    case GENLM_FRAME_ERROR:
      return g_variant_new_parsed ("('g-io-error-quark', 19, 'it is gone')");
    default:
      return NULL;
    }
}

static const GenlmFrameKind kinds[] = {
  GENLM_FRAME_HELLO, GENLM_FRAME_BUILD, GENLM_FRAME_DROP, GENLM_FRAME_EVALUATE, GENLM_FRAME_FORGET,
  GENLM_FRAME_QUIT, GENLM_FRAME_READY, GENLM_FRAME_FAILED, GENLM_FRAME_SCORES, GENLM_FRAME_WEIGHTS,
  GENLM_FRAME_MASKS, GENLM_FRAME_ERROR,
};

/* A frame of each kind, with tails of 0, 1, 2, ... bytes. */
static void
write_all (GenlmFrameWriter *writer)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      genlm_frame_writer_begin (writer, kinds[i], 100 + i, new_variant (kinds[i]));
      memset (genlm_frame_writer_reserve (writer, i), (int) i, i);
      genlm_frame_writer_end (writer, 200 + i);
    }
}

static void
assert_frame (const GenlmFrame *frame,
              guint             i)
{
  g_autoptr (GVariant) sent = new_variant (kinds[i]);

  g_assert_cmpint (frame->kind, ==, kinds[i]);
  g_assert_cmpuint (frame->serial, ==, 100 + i);
  g_assert_cmpuint (frame->count, ==, 200 + i);
  g_assert_cmpuint (frame->tail_size, ==, i);
  g_assert_cmpuint ((guintptr) frame->tail % 8, ==, 0);
  for (guint j = 0; j < i; j++)
    g_assert_cmpuint (frame->tail[j], ==, i);
  if (sent != NULL)
    {
      g_autoptr (GVariant) got = genlm_frame_dup_variant (frame);

      g_variant_ref_sink (sent);
      g_assert_true (g_variant_is_normal_form (got));
      g_assert_cmpvariant (got, sent);
    }
  else
    {
      g_assert_cmpuint (frame->variant_size, ==, 0);
    }
}

static void
test_round_trip (void)
{
  g_auto (GenlmFrameWriter) writer = { 0 };
  g_auto (GenlmFrameReader) reader = { 0 };
  g_autoptr (GError) error = NULL;
  GenlmFrame frame;
  const guint8 *bytes;
  gsize size;

  write_all (&writer);
  bytes = written (&writer, &size);
  add_bytes (&reader, bytes, size);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_assert_true (genlm_frame_reader_next (&reader, &frame, &error));
      assert_frame (&frame, i);
    }
  g_assert_false (genlm_frame_reader_next (&reader, &frame, &error));
  g_assert_no_error (error);
}

/* Whatever the pieces are in which it arrives. */
static void
test_pieces (void)
{
  g_auto (GenlmFrameWriter) writer = { 0 };
  const guint8 *bytes;
  gsize size;

  write_all (&writer);
  bytes = written (&writer, &size);
  for (gsize piece = 1; piece < 80; piece++)
    {
      g_auto (GenlmFrameReader) reader = { 0 };
      g_autoptr (GError) error = NULL;
      GenlmFrame frame;
      guint n = 0;

      for (gsize start = 0; start < size; start += piece)
        {
          add_bytes (&reader, bytes + start, MIN (piece, size - start));
          while (genlm_frame_reader_next (&reader, &frame, &error))
            assert_frame (&frame, n++);
          g_assert_no_error (error);
        }
      g_assert_cmpuint (n, ==, G_N_ELEMENTS (kinds));
    }
}

/* No beginning of a frame is one, and none is a mistake. */
static void
test_truncated (void)
{
  g_auto (GenlmFrameWriter) writer = { 0 };
  const guint8 *bytes;
  gsize size;

  genlm_frame_writer_begin (&writer, GENLM_FRAME_BUILD, 1, new_variant (GENLM_FRAME_BUILD));
  memset (genlm_frame_writer_reserve (&writer, 13), 0xff, 13);
  genlm_frame_writer_end (&writer, 1);
  bytes = written (&writer, &size);
  for (gsize n = 0; n < size; n++)
    {
      g_auto (GenlmFrameReader) reader = { 0 };
      g_autoptr (GError) error = NULL;
      GenlmFrame frame;

      add_bytes (&reader, bytes, n);
      g_assert_false (genlm_frame_reader_next (&reader, &frame, &error));
      g_assert_no_error (error);
      add_bytes (&reader, bytes + n, size - n);
      g_assert_true (genlm_frame_reader_next (&reader, &frame, &error));
      g_assert_cmpuint (frame.tail_size, ==, 13);
    }
}

static void
assert_refused (GenlmFrameHeader  header,
                const char       *pattern)
{
  g_auto (GenlmFrameReader) reader = { 0 };
  g_autoptr (GError) error = NULL;
  GenlmFrame frame;

  add_bytes (&reader, (const guint8 *) &header, sizeof header);
  g_assert_false (genlm_frame_reader_next (&reader, &frame, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED);
  g_assert_true (g_pattern_match_simple (pattern, error->message));
  /* It costs nothing that a header promises much. */
  g_assert_cmpuint (reader.capacity, <=, 1u << 20);
}

static void
test_refused (void)
{
  const GenlmFrameHeader good = { GENLM_FRAME_MAGIC, GENLM_FRAME_VERSION, GENLM_FRAME_SCORES, 0, 1, 8, 1 };
  GenlmFrameHeader bad;

  bad = good;
  bad.magic = 0x474e4c4d;
  assert_refused (bad, "*0x474e4c4d*");
  bad = good;
  bad.version = GENLM_FRAME_VERSION + 1;
  assert_refused (bad, "*version 2*version 1*");
  bad = good;
  bad.kind = 0;
  assert_refused (bad, "*0 is no kind*");
  bad.kind = GENLM_FRAME_QUIT + 1;
  assert_refused (bad, "* is no kind*");
  bad.kind = GENLM_FRAME_ERROR + 1;
  assert_refused (bad, "* is no kind*");
  bad.kind = G_MAXUINT16;
  assert_refused (bad, "*65535 is no kind*");
  bad = good;
  bad.variant_size = 8;
  assert_refused (bad, "*variant of 8 bytes*");
  bad = good;
  bad.kind = GENLM_FRAME_READY;
  bad.variant_size = GENLM_FRAME_MAX_VARIANT + 1;
  assert_refused (bad, "*limits*");
  bad = good;
  bad.tail_size = (guint64) GENLM_FRAME_MAX_TAIL + 1;
  assert_refused (bad, "*limits*");
  bad.tail_size = G_MAXUINT64;
  assert_refused (bad, "*limits*");
}

/* A large frame is read as it arrives. */
static void
test_promise (void)
{
  const GenlmFrameHeader large = { GENLM_FRAME_MAGIC, GENLM_FRAME_VERSION, GENLM_FRAME_READY,
                                   GENLM_FRAME_MAX_VARIANT, 0, GENLM_FRAME_MAX_TAIL, 1 };
  g_auto (GenlmFrameReader) reader = { 0 };
  g_autoptr (GError) error = NULL;
  GenlmFrame frame;

  add_bytes (&reader, (const guint8 *) &large, sizeof large);
  g_assert_false (genlm_frame_reader_next (&reader, &frame, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (reader.capacity, <=, 1u << 20);
}

/* A variant that is damaged has its type all the same. */
static void
test_damaged_variant (void)
{
  const GenlmFrameKind with_variant[] = { GENLM_FRAME_HELLO, GENLM_FRAME_BUILD, GENLM_FRAME_READY, GENLM_FRAME_ERROR };
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (guint i = 0; i < 2000; i++)
    {
      GenlmFrameKind kind = with_variant[g_rand_int_range (random, 0, G_N_ELEMENTS (with_variant))];
      g_auto (GenlmFrameWriter) writer = { 0 };
      g_auto (GenlmFrameReader) reader = { 0 };
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) variant = NULL;
      GenlmFrame frame;
      const guint8 *bytes;
      gsize size;

      genlm_frame_writer_begin (&writer, kind, 1, new_variant (kind));
      genlm_frame_writer_end (&writer, 0);
      bytes = written (&writer, &size);
      for (guint j = 0; j < 3; j++)
        writer.data[g_rand_int_range (random, sizeof (GenlmFrameHeader), (gint32) size)] = (guint8) g_rand_int (random);
      add_bytes (&reader, bytes, size);
      g_assert_true (genlm_frame_reader_next (&reader, &frame, &error));
      variant = genlm_frame_dup_variant (&frame);
      g_free (g_variant_print (variant, TRUE));
    }
}

static void
test_garbage (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (2);

  for (guint i = 0; i < 1000; i++)
    {
      g_auto (GenlmFrameReader) reader = { 0 };
      g_autoptr (GError) error = NULL;
      GenlmFrame frame;
      guint8 bytes[256];

      for (guint j = 0; j < sizeof bytes; j++)
        bytes[j] = (guint8) g_rand_int (random);
      add_bytes (&reader, bytes, sizeof bytes);
      g_assert_false (genlm_frame_reader_next (&reader, &frame, &error));
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED);
    }
}

/* What has been sent makes room, and a frame that is large once does not keep its
 * memory. */
static void
test_memory (void)
{
  g_auto (GenlmFrameWriter) writer = { 0 };
  g_auto (GenlmFrameReader) reader = { 0 };
  g_autoptr (GError) error = NULL;
  GenlmFrame frame;
  const guint8 *bytes;
  gsize size, room;

  for (guint i = 0; i < 3; i++)
    {
      genlm_frame_writer_begin (&writer, GENLM_FRAME_MASKS, i, NULL);
      memset (genlm_frame_writer_reserve (&writer, 4 << 20), 1, 4 << 20);
      genlm_frame_writer_end (&writer, 1);
      bytes = written (&writer, &size);
      add_bytes (&reader, bytes, size);
      writer.start = writer.end;
      g_assert_true (genlm_frame_reader_next (&reader, &frame, &error));
      g_assert_cmpuint (frame.serial, ==, i);
    }
  genlm_frame_writer_begin (&writer, GENLM_FRAME_QUIT, 0, NULL);
  genlm_frame_writer_end (&writer, 0);
  g_assert_cmpuint (writer.capacity, <=, 1u << 20);
  genlm_frame_reader_reserve (&reader, &room);
  g_assert_cmpuint (reader.capacity, <=, 1u << 20);
}

/* Nor does one that is never empty grow without end. */
static void
test_never_empty (void)
{
  g_auto (GenlmFrameWriter) writer = { 0 };
  g_auto (GenlmFrameReader) reader = { 0 };
  g_autoptr (GError) error = NULL;
  GenlmFrame frame;

  for (guint i = 0; i < 1000; i++)
    {
      genlm_frame_writer_begin (&writer, GENLM_FRAME_SCORES, i, NULL);
      memset (genlm_frame_writer_reserve (&writer, 4000), (int) i & 0xff, 4000);
      genlm_frame_writer_end (&writer, 1);
      /* Half of this frame, and what was left of the last. */
      add_bytes (&reader, writer.data + writer.start, writer.end - writer.start - 2000);
      writer.start = writer.end - 2000;
      if (i == 0)
        continue;
      g_assert_true (genlm_frame_reader_next (&reader, &frame, &error));
      g_assert_cmpuint (frame.serial, ==, i - 1);
      g_assert_cmpuint (frame.tail[3999], ==, (i - 1) & 0xff);
    }
  g_assert_cmpuint (writer.capacity, <=, 64u << 10);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/frame/round-trip", test_round_trip);
  g_test_add_func ("/frame/pieces", test_pieces);
  g_test_add_func ("/frame/truncated", test_truncated);
  g_test_add_func ("/frame/refused", test_refused);
  g_test_add_func ("/frame/promise", test_promise);
  g_test_add_func ("/frame/damaged-variant", test_damaged_variant);
  g_test_add_func ("/frame/garbage", test_garbage);
  g_test_add_func ("/frame/memory", test_memory);
  g_test_add_func ("/frame/never-empty", test_never_empty);

  return g_test_run ();
}
