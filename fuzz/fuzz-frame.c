/* Any bytes are frames, an unfinished one, or an error that can be shown; a frame is
 * within the bytes that arrived, and its variant is of its type. In what pieces the
 * bytes arrive does not matter. */
#include "fuzz.h"

#include "genlm-frame-private.h"
#include "genlm-vocab.h"

#include <string.h>

GBytes *
fuzz_dup_seed (guint index)
{
  GVariant *variants[] = {
    g_variant_ref_sink (g_variant_new_parsed ("({'memory-limit': <uint64 5>},)")),
    g_variant_ref_sink (g_variant_new_parsed ("(('product', {'first': <('regex', {'pattern': <'a'>})>}), uint64 7,"
                                              " [(1, [byte 97, 98], [0, 1, 2], 'end')])")),
    g_variant_ref_sink (g_variant_new ("(utsm@" GENLM_FRAME_VOCAB_TYPE ")", 3u, G_GUINT64_CONSTANT (9), "a label",
                                       genlm_vocab_to_variant (genlm_vocab_bytes ()))),
    g_variant_ref_sink (g_variant_new_parsed ("('g-io-error-quark', 19, 'it is gone')")),
  };
  const GenlmFrameKind kinds[] = { GENLM_FRAME_HELLO, GENLM_FRAME_BUILD, GENLM_FRAME_READY, GENLM_FRAME_ERROR };
  g_auto (GenlmFrameWriter) writer = { 0 };
  GBytes *seed = NULL;

  if (index < G_N_ELEMENTS (kinds))
    {
      genlm_frame_writer_begin (&writer, kinds[index], 1, variants[index]);
      genlm_frame_writer_end (&writer, 0);
      genlm_frame_writer_begin (&writer, GENLM_FRAME_SCORES, 1, NULL);
      memset (genlm_frame_writer_reserve (&writer, 13), 1, 13);
      genlm_frame_writer_end (&writer, 1);
      seed = g_bytes_new (writer.data, writer.end);
    }
  for (guint i = 0; i < G_N_ELEMENTS (variants); i++)
    g_variant_unref (variants[i]);
  return seed;
}

static void
check_frame (const GenlmFrameReader *reader,
             const GenlmFrame       *frame)
{
  const guint8 *end = reader->data + reader->end;

  g_assert (frame->variant >= reader->data && frame->variant + frame->variant_size <= end);
  g_assert (frame->tail >= frame->variant + frame->variant_size && frame->tail + frame->tail_size <= end);
  if (frame->variant_size > 0)
    {
      g_autoptr (GVariant) variant = genlm_frame_dup_variant (frame);

      g_free (g_variant_print (variant, TRUE));
    }
}

/* How many frames come out; -1 if an error does. */
static int
read_pieces (const guint8 *data,
             gsize         size,
             gsize         piece)
{
  g_auto (GenlmFrameReader) reader = { 0 };
  g_autoptr (GError) error = NULL;
  GenlmFrame frame;
  int n = 0;

  for (gsize start = 0; start < size; start += piece)
    {
      gsize room;
      guint8 *place = genlm_frame_reader_reserve (&reader, &room);

      piece = MIN (piece, MIN (room, size - start));
      memcpy (place, data + start, piece);
      genlm_frame_reader_add (&reader, piece);
      for (; genlm_frame_reader_next (&reader, &frame, &error); n++)
        check_frame (&reader, &frame);
      if (error != NULL)
        {
          g_assert (g_utf8_validate (error->message, -1, NULL));
          return -1;
        }
      g_assert (reader.capacity < 4 * (size + (64 << 10)));
    }
  return n;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  int n = read_pieces (data, size, G_MAXSIZE);

  g_assert (read_pieces (data, size, 7) == n);
  return 0;
}
