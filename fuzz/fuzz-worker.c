/* Whatever a parent says, a worker does it or ends with an error that can be shown.
 * What it answers is whole frames, and the items in order. The worker is a thread of
 * this process; it has a regular expression to begin with. */
#include "fuzz.h"

#include "genlm-coerced.h"
#include "genlm-frame-private.h"
#include "genlm-plugin.h"
#include "genlm-product.h"
#include "genlm-registry-private.h"
#include "genlm-worker-loop-private.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What fits into the buffer of a socket. */
#define MAX_SIZE 16384

#define REGEX "('regex', {'pattern': <'ab*[cd]?'>})"
#define VOCAB "(1, [byte 97, 98, 97, 98], [0, 1, 2, 4], 'end')"

GENLM_ELEMENT_REGISTER_DECLARE (regex)

/* In place of what the whole library has: a few elements that can be built. */
void
genlm_core_plugin_init (GenlmPlugin *plugin)
{
  genlm_plugin_register_element (plugin, "coerced", GENLM_RANK_PRIMARY, GENLM_TYPE_COERCED);
  genlm_plugin_register_element (plugin, "product", GENLM_RANK_PRIMARY, GENLM_TYPE_PRODUCT);
  GENLM_ELEMENT_REGISTER (regex, plugin);
}

static void
say (GenlmFrameWriter *writer,
     GenlmFrameKind    kind,
     guint64           serial,
     const char       *variant,
     const guint32    *words,
     gsize             n_words,
     guint32           count)
{
  gsize size = n_words * sizeof *words;

  genlm_frame_writer_begin (writer, kind, serial, variant != NULL ? g_variant_new_parsed (variant) : NULL);
  if (size > 0)
    memcpy (genlm_frame_writer_reserve (writer, size), words, size);
  genlm_frame_writer_end (writer, count);
}

/* Single items and a growing tree of contexts. */
static void
write_singles (GenlmFrameWriter *writer)
{
  const guint32 first[] = { 1, 0x100, 3,  0, 1, 1, 0, 'a',  1, 1, 2, 0, 'b',  2, 0, G_MAXUINT32, 0,
                            1, 0x101, 1,  2, 1, 3, 0, 'c' };
  const guint32 second[] = { 1, 0x102, 2,  2, 0, G_MAXUINT32, 5,  0, 1, 1, 6, 'z',
                             1, 0x103, 1,  2, 0, G_MAXUINT32, 0, G_MAXUINT32 };
  const guint32 gone[] = { 1, 3 };

  say (writer, GENLM_FRAME_EVALUATE, 1, NULL, first, G_N_ELEMENTS (first), 4);
  say (writer, GENLM_FRAME_FORGET, 0, NULL, gone, G_N_ELEMENTS (gone), 2);
  say (writer, GENLM_FRAME_EVALUATE, 5, NULL, second, G_N_ELEMENTS (second), 3);
}

/* Batches of each method. */
static void
write_batches (GenlmFrameWriter *writer)
{
  const guint32 words[] = { 1, 0, 2,  0, 1, G_MAXUINT32, 0, 'a',  0, 2, 1, 0, 'a', 'b',
                            1, 1, 1,  1, 0, G_MAXUINT32, 0,
                            1, 2, 2,  1, 0, G_MAXUINT32, 1,  0, 0, G_MAXUINT32, 2,
                            1, 3, 1,  1, 0, 2, 0 };

  say (writer, GENLM_FRAME_EVALUATE, 1, NULL, words, G_N_ELEMENTS (words), 6);
  say (writer, GENLM_FRAME_QUIT, 0, NULL, NULL, 0, 0);
}

/* Other instances, of which one cannot be built. */
static void
write_builds (GenlmFrameWriter *writer)
{
  const guint32 words[] = { 2, 0x102, 1,  0, 1, G_MAXUINT32, 0, 0,
                            3, 0x100, 1,  0, 1, G_MAXUINT32, 0, 'a',
                            4, 0x103, 1,  0, 1, G_MAXUINT32, 0, 'a' };

  say (writer, GENLM_FRAME_BUILD, 2, "(" REGEX ", uint64 0, [" VOCAB "])", NULL, 0, 0);
  say (writer, GENLM_FRAME_BUILD, 3, "(('regex', {'pattern': <'['>}), uint64 0, @a" GENLM_FRAME_VOCAB_TYPE " [])",
       NULL, 0, 0);
  say (writer, GENLM_FRAME_BUILD, 4, "(('product', {'first': <" REGEX ">, 'second': <" REGEX ">}), uint64 7,"
       " @a" GENLM_FRAME_VOCAB_TYPE " [])", NULL, 0, 0);
  say (writer, GENLM_FRAME_EVALUATE, 1, NULL, words, G_N_ELEMENTS (words), 3);
  say (writer, GENLM_FRAME_DROP, 2, NULL, NULL, 0, 0);
}

GBytes *
fuzz_dup_seed (guint index)
{
  static void (* const write[]) (GenlmFrameWriter *writer) = { write_singles, write_batches, write_builds };
  g_auto (GenlmFrameWriter) writer = { 0 };

  if (index >= G_N_ELEMENTS (write))
    return NULL;
  write[index] (&writer);
  return g_bytes_new (writer.data, writer.end);
}

typedef struct
{
  int          fd;
  GenlmRegion *region;
} Worker;

static gpointer
run_worker (gpointer data)
{
  Worker *worker = data;
  g_autoptr (GError) error = NULL;

  if (!genlm_worker_loop_run (worker->fd, worker->region, &error))
    g_assert (error != NULL && g_utf8_validate (error->message, -1, NULL));
  else
    g_assert (error == NULL);
  close (worker->fd);
  return NULL;
}

static void
hear (int fd)
{
  g_auto (GenlmFrameReader) reader = { 0 };
  GenlmFrame frame;
  guint64 next = 1;

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      gsize room;
      guint8 *place = genlm_frame_reader_reserve (&reader, &room);
      gssize n = recv (fd, place, room, 0);

      if (n <= 0)
        break;
      genlm_frame_reader_add (&reader, (gsize) n);
      while (genlm_frame_reader_next (&reader, &frame, &error))
        {
          g_assert (frame.kind >= GENLM_FRAME_READY);
          if (frame.kind < GENLM_FRAME_SCORES)
            continue;
          g_assert (frame.serial == next && frame.count > 0);
          next += frame.count;
        }
      g_assert (error == NULL);
    }
}

static GenlmRegion *
setup (GenlmFrameWriter *prelude)
{
  g_autoptr (GError) error = NULL;
  GenlmRegion *region;

  /* Nothing of this machine's. */
  g_setenv ("GENLM_PLUGIN_PATH", "", TRUE);
  g_setenv ("GENLM_PLUGIN_SYSTEM_PATH", "", TRUE);
  g_setenv ("GENLM_REGISTRY", "/dev/null/none", TRUE);
  region = genlm_region_new (&error);
  g_assert_no_error (error);
  say (prelude, GENLM_FRAME_HELLO, 0, "(@a{sv} {},)", NULL, 0, 0);
  say (prelude, GENLM_FRAME_BUILD, 1, "(" REGEX ", uint64 0, @a" GENLM_FRAME_VOCAB_TYPE " [])", NULL, 0, 0);
  return region;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  static GenlmFrameWriter prelude;
  static Worker worker;
  GThread *thread;
  int fds[2];

  if (size > MAX_SIZE)
    return 0;
  if (worker.region == NULL)
    worker.region = setup (&prelude);

  g_assert (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  g_assert (send (fds[0], prelude.data, prelude.end, MSG_NOSIGNAL) == (gssize) prelude.end);
  g_assert (send (fds[0], data, size, MSG_NOSIGNAL) == (gssize) size);
  shutdown (fds[0], SHUT_WR);
  worker.fd = fds[1];
  thread = g_thread_new ("worker", run_worker, &worker);
  hear (fds[0]);
  g_thread_join (thread);
  close (fds[0]);
  return 0;
}
