/* The real worker process, driven by hand over its socket. */
#define _GNU_SOURCE /* SOCK_CLOEXEC */

#include <genlm.h>

#include "genlm-frame-private.h"
#include "genlm-region-private.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  GSubprocess      *process;
  int               fd;
  GenlmRegion      *region;
  GenlmFrameReader  reader;
  GenlmFrameWriter  writer;
  guint64           next;       /* the item that is asked next */
  guint32           n_items;    /* in the open frame */
} Worker;

static Worker *
worker_new_silent (void)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GError) error = NULL;
  struct timeval patience = { 30, 0 };
  Worker *self = g_new0 (Worker, 1);
  int fds[2];

  self->region = genlm_region_new (&error);
  g_assert_no_error (error);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_assert_cmpint (setsockopt (fds[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), ==, 0);
  self->fd = fds[0];
  self->next = 1;
  g_subprocess_launcher_take_fd (launcher, fds[1], 3);
  g_subprocess_launcher_take_fd (launcher, fcntl (genlm_region_get_fd (self->region), F_DUPFD_CLOEXEC, 5), 4);
  self->process = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("GENLM_WORKER"), "worker", NULL);
  g_assert_no_error (error);
  return self;
}

static void
send_all (Worker *self)
{
  gsize size = self->writer.end - self->writer.start;

  g_assert_cmpint (send (self->fd, self->writer.data + self->writer.start, size, MSG_NOSIGNAL), ==, size);
  self->writer.start = self->writer.end;
}

static void
say (Worker         *self,
     GenlmFrameKind  kind,
     guint64         serial,
     GVariant       *variant)
{
  genlm_frame_writer_begin (&self->writer, kind, serial, variant);
  genlm_frame_writer_end (&self->writer, 0);
}

static Worker *
worker_new (const char *settings)
{
  Worker *self = worker_new_silent ();

  say (self, GENLM_FRAME_HELLO, 0, g_variant_new_parsed (settings != NULL ? settings : "(@a{sv} {},)"));
  return self;
}

/* FALSE at the end of what the worker says. */
static gboolean
hear_any (Worker     *self,
          GenlmFrame *frame)
{
  g_autoptr (GError) error = NULL;

  while (!genlm_frame_reader_next (&self->reader, frame, &error))
    {
      gsize size;
      guint8 *place = genlm_frame_reader_reserve (&self->reader, &size);
      gssize n;

      g_assert_no_error (error);
      n = recv (self->fd, place, size, 0);
      if (n == 0 || (n < 0 && errno == ECONNRESET))
        return FALSE;
      g_assert_cmpint (n, >, 0);
      genlm_frame_reader_add (&self->reader, (gsize) n);
    }
  return TRUE;
}

static void
hear (Worker         *self,
      GenlmFrameKind  kind,
      guint64         serial,
      guint32         count,
      GenlmFrame     *frame)
{
  if (!hear_any (self, frame))
    {
      g_autofree char *errors = NULL;

      g_subprocess_communicate_utf8 (self->process, NULL, NULL, NULL, &errors, NULL);
      g_error ("The worker ended with status %d: %s", g_subprocess_get_status (self->process), errors);
    }
  if (frame->kind != kind && (frame->kind == GENLM_FRAME_ERROR || frame->kind == GENLM_FRAME_FAILED))
    {
      g_autoptr (GVariant) variant = genlm_frame_dup_variant (frame);
      g_autofree char *text = g_variant_print (variant, FALSE);

      g_test_message ("%s", text);
    }
  g_assert_cmpint (frame->kind, ==, kind);
  g_assert_cmpuint (frame->serial, ==, serial);
  g_assert_cmpuint (frame->count, ==, count);
}

static void
hear_error (Worker         *self,
            GenlmFrameKind  kind,
            guint64         serial,
            guint32         count,
            GQuark          domain,
            int             code,
            const char     *pattern)
{
  GenlmFrame frame;
  g_autoptr (GVariant) variant = NULL;
  const char *domain_name, *message;
  gint32 sent_code;

  hear (self, kind, serial, count, &frame);
  variant = genlm_frame_dup_variant (&frame);
  g_variant_get (variant, "(&si&s)", &domain_name, &sent_code, &message);
  g_test_message ("%s", message);
  g_assert_cmpstr (domain_name, ==, g_quark_to_string (domain));
  g_assert_cmpint (sent_code, ==, code);
  g_assert_true (g_pattern_match_simple (pattern, message));
}

/* Gives the socket up and says how the process ended. */
static char *
worker_end (Worker *self,
            int    *status)
{
  g_autoptr (GError) error = NULL;
  char *errors = NULL;

  close (self->fd);
  g_subprocess_communicate_utf8 (self->process, NULL, NULL, NULL, &errors, &error);
  g_assert_no_error (error);
  *status = g_subprocess_get_status (self->process);
  g_object_unref (self->process);
  genlm_region_unref (self->region);
  genlm_frame_reader_clear (&self->reader);
  genlm_frame_writer_clear (&self->writer);
  g_free (self);
  return errors;
}

/* As a parent ends a worker that it needs no longer. */
static void
worker_quit (Worker *self)
{
  GenlmFrame frame;
  int status;
  g_autofree char *errors = NULL;

  say (self, GENLM_FRAME_QUIT, 0, NULL);
  send_all (self);
  g_assert_false (hear_any (self, &frame));
  errors = worker_end (self, &status);
  g_assert_cmpstr (errors, ==, "");
  g_assert_cmpint (status, ==, 0);
}

/* What a worker does that was told something broken. */
static void
worker_assert_broken (Worker     *self,
                      const char *pattern)
{
  GenlmFrame frame;
  int status;
  g_autofree char *errors = NULL;

  send_all (self);
  while (hear_any (self, &frame))
    continue;
  errors = worker_end (self, &status);
  g_test_message ("%s", errors);
  g_assert_true (g_pattern_match_simple (pattern, errors));
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 3);
}

static void
build (Worker     *self,
       guint64     instance,
       const char *recipe,
       GenlmVocab *target)
{
  GVariantBuilder targets;

  g_variant_builder_init (&targets, G_VARIANT_TYPE ("a" GENLM_FRAME_VOCAB_TYPE));
  if (target != NULL)
    g_variant_builder_add_value (&targets, genlm_vocab_to_variant (target));
  say (self, GENLM_FRAME_BUILD, instance,
       g_variant_new ("(@" GENLM_FRAME_RECIPE_TYPE "t@a" GENLM_FRAME_VOCAB_TYPE ")",
                      g_variant_new_parsed (recipe), target != NULL ? genlm_vocab_get_hash (target) : G_GUINT64_CONSTANT (0),
                      g_variant_builder_end (&targets)));
}

static void
build_ready (Worker     *self,
             guint64     instance,
             const char *recipe,
             GenlmVocab *target)
{
  GenlmFrame frame;

  build (self, instance, recipe, target);
  send_all (self);
  hear (self, GENLM_FRAME_READY, instance, 0, &frame);
}

/* -- asking --------------------------------------------------------------- */

static void
put_words (Worker        *self,
           const guint32 *words,
           gsize          n_words)
{
  gsize size = n_words * sizeof *words;

  memcpy (genlm_frame_writer_reserve (&self->writer, size), words, size);
}

static void
ask_begin (Worker *self)
{
  genlm_frame_writer_begin (&self->writer, GENLM_FRAME_EVALUATE, self->next, NULL);
}

static void
ask_group (Worker      *self,
           guint32      instance,
           guint32      method,
           guint32      n_items)
{
  guint32 words[] = { instance, method, n_items };

  put_words (self, words, G_N_ELEMENTS (words));
  self->n_items += n_items;
}

static void
ask_item (Worker     *self,
          guint32     base,
          const char *text,
          guint32     node,
          guint32     slot)
{
  guint32 words[] = { base, (guint32) strlen (text), node, slot };

  put_words (self, words, G_N_ELEMENTS (words));
  for (; *text != '\0'; text++)
    {
      guint32 token = (guint8) *text;

      put_words (self, &token, 1);
    }
}

static void
ask_end (Worker *self)
{
  genlm_frame_writer_end (&self->writer, self->n_items);
  self->next += self->n_items;
  self->n_items = 0;
}

static void
ask_single (Worker      *self,
            guint32      instance,
            GenlmMethod  method,
            const char  *text,
            guint32      slot)
{
  ask_begin (self);
  ask_group (self, instance, method | GENLM_GROUP_SINGLES, 1);
  ask_item (self, 0, text, GENLM_NODE_NONE, slot);
  ask_end (self);
}

static double
get_score (const GenlmFrame *frame,
           guint32           index)
{
  g_assert_cmpuint (frame->tail_size, ==, frame->count * sizeof (double));
  return ((const double *) frame->tail)[index];
}

/* -- tests ---------------------------------------------------------------- */

static void
test_build (void)
{
  Worker *worker = worker_new (NULL);
  GenlmFrame frame;
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (GVariant) vocab = NULL;
  guint32 traits;
  guint64 hash;
  const char *label;

  build (worker, 1, "('regex', {'pattern': <'[a-z]+'>, 'name': <'word'>})", NULL);
  send_all (worker);
  hear (worker, GENLM_FRAME_READY, 1, 0, &frame);
  variant = genlm_frame_dup_variant (&frame);
  g_variant_get (variant, "(ut&sm@" GENLM_FRAME_VOCAB_TYPE ")", &traits, &hash, &label, &vocab);
  g_assert_true ((traits & GENLM_TRAITS_BOOLEAN) != 0);
  g_assert_cmpuint (hash, ==, genlm_vocab_get_hash (genlm_vocab_bytes ()));
  g_assert_cmpstr (label, ==, "regex “word”");
  g_assert_nonnull (vocab);

  ask_single (worker, 1, GENLM_METHOD_PREFIX, "abc", 0);
  ask_single (worker, 1, GENLM_METHOD_PREFIX, "ab1", 0);
  send_all (worker);
  hear (worker, GENLM_FRAME_SCORES, 1, 2, &frame);
  g_assert_cmpfloat (get_score (&frame, 0), ==, 0.0);
  g_assert_cmpfloat (get_score (&frame, 1), ==, -INFINITY);
  worker_quit (worker);
}

static void
test_build_failed (void)
{
  Worker *worker = worker_new (NULL);
  GenlmFrame frame;

  build (worker, 1, "('regex', {'pattern': <'['>})", NULL);
  build (worker, 2, "('no-such-element', @a{sv} {})", NULL);
  build (worker, 3, "('direct', @a{sv} {})", NULL);
  /* The parent may ask before it knows. */
  ask_single (worker, 1, GENLM_METHOD_PREFIX, "a", 0);
  build (worker, 4, "('regex', {'pattern': <'a'>})", NULL);
  ask_single (worker, 4, GENLM_METHOD_PREFIX, "a", 0);
  send_all (worker);
  hear_error (worker, GENLM_FRAME_FAILED, 1, 0, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "*regex*");
  hear_error (worker, GENLM_FRAME_FAILED, 2, 0, GENLM_REGISTRY_ERROR, GENLM_REGISTRY_ERROR_NOT_FOUND, "*no-such-element*");
  g_assert_true (hear_any (worker, &frame));
  g_assert_cmpint (frame.kind, ==, GENLM_FRAME_FAILED);
  hear_error (worker, GENLM_FRAME_ERROR, 1, 1, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "*regex*");
  hear (worker, GENLM_FRAME_READY, 4, 0, &frame);
  hear (worker, GENLM_FRAME_SCORES, 2, 1, &frame);
  worker_quit (worker);
}

static void
test_broken (void)
{
  Worker *worker = worker_new (NULL);

  build_ready (worker, 1, "('regex', {'pattern': <'a'>})", NULL);
  ask_single (worker, 2, GENLM_METHOD_PREFIX, "a", 0);
  worker_assert_broken (worker, "*instance that there is not*");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/worker/build", test_build);
  g_test_add_func ("/worker/build-failed", test_build_failed);
  g_test_add_func ("/worker/broken", test_broken);

  return g_test_run ();
}
