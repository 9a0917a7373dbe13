/* Whatever a parent says, a worker does it or ends with an error that can be shown.
 * What it answers is whole frames, and the items in order. The worker is a thread of
 * this process; it has a potential of letters to begin with. */
#include "fuzz.h"

#include "genlm-coerced.h"
#include "genlm-context.h"
#include "genlm-frame-private.h"
#include "genlm-plugin.h"
#include "genlm-product.h"
#include "genlm-registry-private.h"
#include "genlm-worker-loop-private.h"

#include <math.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What fits into the buffer of a socket. */
#define MAX_SIZE 16384

#define RECIPE "('letters', {'allowed': <'abcd'>})"
#define VOCAB "(1, [byte 97, 98, 97, 98], [0, 1, 2, 4], 'end')"

/* Texts of letters that are allowed, of which there must be one. */
#define TYPE_LETTERS (letters_get_type ())

G_DECLARE_FINAL_TYPE (Letters, letters, FUZZ, LETTERS, GenlmPotentialBase)

struct _Letters
{
  GenlmPotentialBase  parent_instance;

  char               *allowed;
};

static void letters_initable_iface_init  (GInitableIface          *iface);
static void letters_potential_iface_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (Letters, letters, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, letters_initable_iface_init)
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, letters_potential_iface_init))

static gboolean
letters_initable_real_init (GInitable     *initable,
                            GCancellable  *cancellable,
                            GError       **error)
{
  Letters *self = FUZZ_LETTERS (initable);

  genlm_potential_base_set_vocab (GENLM_POTENTIAL_BASE (self), genlm_vocab_bytes ());
  if (self->allowed != NULL && self->allowed[0] != 0)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
               "No letters are allowed");
  return FALSE;
}

static gboolean
letters_weigh (GenlmPotential  *potential,
               GenlmContext    *context,
               double          *out,
               GError         **error)
{
  Letters *self = FUZZ_LETTERS (potential);
  gsize length = genlm_context_get_length (context);
  g_autofree guint32 *tokens = g_new (guint32, length + 1);

  genlm_context_copy_suffix (context, 0, tokens);
  *out = 0.0;
  for (gsize i = 0; i < length; i++)
    if (tokens[i] == 0 || strchr (self->allowed, (int) tokens[i]) == NULL)
      *out = -INFINITY;
  return TRUE;
}

static void
letters_set_property (GObject      *object,
                      guint         prop_id,
                      const GValue *value,
                      GParamSpec   *pspec)
{
  FUZZ_LETTERS (object)->allowed = g_value_dup_string (value);
}

static void
letters_get_property (GObject    *object,
                      guint       prop_id,
                      GValue     *value,
                      GParamSpec *pspec)
{
  g_value_set_string (value, FUZZ_LETTERS (object)->allowed);
}

static void
letters_finalize (GObject *object)
{
  g_free (FUZZ_LETTERS (object)->allowed);

  G_OBJECT_CLASS (letters_parent_class)->finalize (object);
}

static void
letters_class_init (LettersClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = letters_set_property;
  object_class->get_property = letters_get_property;
  object_class->finalize = letters_finalize;
  g_object_class_install_property (
    object_class, 1,
    g_param_spec_string ("allowed", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  genlm_potential_base_class_set_traits (GENLM_POTENTIAL_BASE_CLASS (klass),
                                         GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE
                                           | GENLM_TRAITS_BOOLEAN);
}

static void
letters_init (Letters *self)
{
}

static void
letters_initable_iface_init (GInitableIface *iface)
{
  iface->init = letters_initable_real_init;
}

static void
letters_potential_iface_init (GenlmPotentialInterface *iface)
{
  iface->weigh_prefix = letters_weigh;
  iface->weigh_complete = letters_weigh;
}

/* In place of what the whole library has: a few elements that can be built. */
void
genlm_core_plugin_init (GenlmPlugin *plugin)
{
  genlm_plugin_register_element (plugin, "coerced", GENLM_RANK_PRIMARY, GENLM_TYPE_COERCED);
  genlm_plugin_register_element (plugin, "product", GENLM_RANK_PRIMARY, GENLM_TYPE_PRODUCT);
  genlm_plugin_register_element (plugin, "letters", GENLM_RANK_PRIMARY, TYPE_LETTERS);
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

  say (writer, GENLM_FRAME_BUILD, 2, "(" RECIPE ", uint64 0, [" VOCAB "])", NULL, 0, 0);
  say (writer, GENLM_FRAME_BUILD, 3, "(('letters', {'allowed': <''>}), uint64 0, @a" GENLM_FRAME_VOCAB_TYPE " [])",
       NULL, 0, 0);
  say (writer, GENLM_FRAME_BUILD, 4, "(('product', {'first': <" RECIPE ">, 'second': <" RECIPE ">}), uint64 7,"
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
  say (prelude, GENLM_FRAME_BUILD, 1, "(" RECIPE ", uint64 0, @a" GENLM_FRAME_VOCAB_TYPE " [])", NULL, 0, 0);
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
