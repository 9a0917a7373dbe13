/* The real worker process, driven by hand over its socket. */
#define _GNU_SOURCE /* SOCK_CLOEXEC */

#include <genlm.h>

#include "genlm-frame-private.h"
#include "genlm-region-private.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
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

/* What the worker says on standard error. */
static char *
read_error_line (Worker *worker)
{
  g_autoptr (GString) line = g_string_new (NULL);
  GInputStream *stream = g_subprocess_get_stderr_pipe (worker->process);
  char byte;

  while (g_input_stream_read (stream, &byte, 1, NULL, NULL) == 1 && byte != '\n')
    g_string_append_c (line, byte);
  return g_string_free (g_steal_pointer (&line), FALSE);
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

/* Hears about the next of @n items in how many frames ever: that is a matter of
 * time. Returns how many items the frame is for. */
static guint
hear_some (Worker         *self,
           GenlmFrameKind  kind,
           guint64         serial,
           guint           n,
           GenlmFrame     *frame)
{
  if (!hear_any (self, frame))
    g_error ("The worker ended");
  g_assert_cmpint (frame->kind, ==, kind);
  g_assert_cmpuint (frame->serial, ==, serial);
  g_assert_cmpuint (frame->count, >, 0);
  g_assert_cmpuint (frame->count, <=, n);
  return frame->count;
}

static void
hear_scores (Worker  *self,
             guint64  first,
             guint    n,
             double  *scores)
{
  GenlmFrame frame;

  for (guint i = 0; i < n; i += frame.count)
    {
      hear_some (self, GENLM_FRAME_SCORES, first + i, n - i, &frame);
      g_assert_cmpuint (frame.tail_size, ==, frame.count * sizeof (double));
      memcpy (scores + i, frame.tail, frame.tail_size);
    }
}

static void
hear_score (Worker  *self,
            guint64  item,
            double   wanted)
{
  double score;

  hear_scores (self, item, 1, &score);
  g_assert_cmpfloat (score, ==, wanted);
}

/* -- the same in this process --------------------------------------------- */

static GenlmPotential *
make (const char *recipe,
      GenlmVocab *target)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) potential = genlm_element_from_recipe (g_variant_new_parsed (recipe), &error);
  GenlmPotential *coerced;

  g_assert_no_error (error);
  if (target == NULL)
    return g_steal_pointer (&potential);
  coerced = genlm_potential_coerce (potential, target, &error);
  g_assert_no_error (error);
  return coerced;
}

static GenlmContext *
new_context (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return genlm_context_new_from_bytes (bytes);
}

/* The next mask of a frame, which moves on. */
static GenlmTokenSet *
take_mask (const guint8 **place,
           gsize          size)
{
  const guint32 *head = (const guint32 *) *place;
  g_autoptr (GBytes) bits = NULL;
  g_autoptr (GError) error = NULL;
  GenlmTokenSet *mask;

  if (head[0] == GENLM_MASK_IDS)
    {
      for (guint32 i = 1; i < head[1]; i++)
        g_assert_cmpuint (head[1 + i], <, head[2 + i]);
      *place += 8 + (head[1] + 1) / 2 * 8;
      return genlm_token_set_new_for_tokens (size, head + 2, head[1]);
    }
  g_assert_cmpuint (head[0], ==, GENLM_MASK_BITS);
  g_assert_cmpuint (head[1], ==, (size + 63) / 64);
  bits = g_bytes_new (head + 2, (gsize) head[1] * 8);
  *place += 8 + (gsize) head[1] * 8;
  mask = genlm_token_set_new_from_bytes (size, bits, &error);
  g_assert_no_error (error);
  return mask;
}

static void
assert_same_bits (double a,
                  double b)
{
  g_assert_cmpmem (&a, sizeof a, &b, sizeof b);
}

static const char *const texts[] = { "", "a", "ab", "abc", "abd", "zz", "b", "abc abc" };

/* Scores of all texts, one by one or as a batch. */
static void
check_scores (Worker         *worker,
              GenlmPotential *potential,
              GenlmMethod     method,
              guint32         flags)
{
  guint64 first = worker->next;
  double scores[G_N_ELEMENTS (texts)];

  ask_begin (worker);
  ask_group (worker, 1, method | flags, G_N_ELEMENTS (texts));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    ask_item (worker, 0, texts[i], GENLM_NODE_NONE, 0);
  ask_end (worker);
  send_all (worker);
  hear_scores (worker, first, G_N_ELEMENTS (texts), scores);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GenlmContext) context = new_context (texts[i]);
      g_autoptr (GError) error = NULL;

      assert_same_bits (scores[i],
                        method == GENLM_METHOD_PREFIX ? genlm_potential_prefix_sync (potential, context, NULL, &error)
                                                      : genlm_potential_complete_sync (potential, context, NULL, &error));
      g_assert_no_error (error);
    }
}

/* Texts after which something may follow. */
static guint
list_alive (GenlmPotential  *potential,
            const char     **alive)
{
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GenlmContext) context = new_context (texts[i]);

      if (genlm_potential_prefix_sync (potential, context, NULL, NULL) > -INFINITY)
        alive[n++] = texts[i];
    }
  g_assert_cmpuint (n, >, 2);
  return n;
}

static void
check_weights (Worker         *worker,
               GenlmPotential *potential,
               guint32         flags)
{
  const char *alive[G_N_ELEMENTS (texts)];
  guint n = list_alive (potential, alive);
  guint64 first = worker->next;
  GenlmFrame frame;

  ask_begin (worker);
  ask_group (worker, 1, GENLM_METHOD_NEXT | flags, n);
  for (guint i = 0; i < n; i++)
    ask_item (worker, 0, alive[i], GENLM_NODE_NONE, 60 - i);
  ask_end (worker);
  send_all (worker);
  for (guint i = 0; i < n; i += frame.count)
    {
      hear_some (worker, GENLM_FRAME_WEIGHTS, first + i, n - i, &frame);
      g_assert_cmpuint (frame.tail_size, ==, 0);
    }
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GenlmContext) context = new_context (alive[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmWeights) weights = genlm_potential_logw_next_sync (potential, context, NULL, &error);
      gsize size = genlm_weights_get_size (weights) * sizeof (double);

      g_assert_no_error (error);
      g_assert_cmpmem (genlm_region_peek_slot (worker->region, 60 - i), size, genlm_weights_peek (weights), size);
    }
}

static void
check_mask (GenlmPotential  *potential,
            const char      *text,
            const guint8   **place)
{
  g_autoptr (GenlmContext) context = new_context (text);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmTokenSet) mask = genlm_potential_mask_next_sync (potential, context, NULL, &error);
  g_autoptr (GenlmTokenSet) sent = take_mask (place, genlm_token_set_get_size (mask));

  g_assert_no_error (error);
  g_assert_true (genlm_token_set_equal (mask, sent));
}

static void
check_masks (Worker         *worker,
             GenlmPotential *potential,
             guint32         flags)
{
  const char *alive[G_N_ELEMENTS (texts)];
  guint n = list_alive (potential, alive);
  guint64 first = worker->next;
  const guint8 *place;
  GenlmFrame frame;

  ask_begin (worker);
  ask_group (worker, 1, GENLM_METHOD_MASK | flags, n);
  for (guint i = 0; i < n; i++)
    ask_item (worker, 0, alive[i], GENLM_NODE_NONE, 0);
  ask_end (worker);
  send_all (worker);
  for (guint i = 0; i < n; i += frame.count)
    {
      hear_some (worker, GENLM_FRAME_MASKS, first + i, n - i, &frame);
      place = frame.tail;
      for (guint j = 0; j < frame.count; j++)
        check_mask (potential, alive[i + j], &place);
      g_assert_true (place == frame.tail + frame.tail_size);
    }
}

static void
check_all (const char *recipe,
           GenlmVocab *target,
           gboolean    is_boolean)
{
  Worker *worker = worker_new (NULL);
  g_autoptr (GenlmPotential) potential = make (recipe, target);
  const guint32 flags[] = { GENLM_GROUP_SINGLES, 0 };

  build_ready (worker, 1, recipe, target);
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      check_scores (worker, potential, GENLM_METHOD_PREFIX, flags[i]);
      check_scores (worker, potential, GENLM_METHOD_COMPLETE, flags[i]);
      check_weights (worker, potential, flags[i]);
      if (is_boolean)
        check_masks (worker, potential, flags[i]);
    }
  worker_quit (worker);
}

#define REGEX "('regex', {'pattern': <'(?:ab*[cd]?[a-z ]*)|b'>})"
#define NGRAM "('ngram', {'order': <uint32 3>, 'unit': <'bytes'>})"
#define FAULTY(fault) "('test-faulty', {'fault': <'" fault "'>})"

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
  double scores[2];

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
  hear_scores (worker, 1, 2, scores);
  g_assert_cmpfloat (scores[0], ==, 0.0);
  g_assert_cmpfloat (scores[1], ==, -INFINITY);
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

/* Bytes, and two longer tokens. */
static GenlmVocab *
new_target (void)
{
  GVariantBuilder builder;
  g_autoptr (GError) error = NULL;
  GenlmVocab *vocab;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aay"));
  for (guint i = 0; i < 200; i++)
    {
      guint8 byte = (guint8) i;

      g_variant_builder_add_value (&builder, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, &byte, 1, 1));
    }
  g_variant_builder_add_value (&builder, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, "ab", 2, 1));
  g_variant_builder_add_value (&builder, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, "bcd", 3, 1));
  vocab = genlm_vocab_new (g_variant_builder_end (&builder), NULL, &error);
  g_assert_no_error (error);
  return vocab;
}

/* The parent sent the vocabulary, and does not get it back. */
static void
test_known_vocab (void)
{
  Worker *worker = worker_new (NULL);
  g_autoptr (GenlmVocab) target = new_target ();
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (GVariant) vocab = NULL;
  GenlmFrame frame;
  guint64 hash;

  build (worker, 1, REGEX, target);
  send_all (worker);
  hear (worker, GENLM_FRAME_READY, 1, 0, &frame);
  variant = genlm_frame_dup_variant (&frame);
  g_variant_get (variant, "(ut&sm@" GENLM_FRAME_VOCAB_TYPE ")", NULL, &hash, NULL, &vocab);
  g_assert_cmpuint (hash, ==, genlm_vocab_get_hash (target));
  g_assert_null (vocab);
  worker_quit (worker);
}

static void
test_large_vocab (void)
{
  Worker *worker = worker_new (NULL);
  gsize n = GENLM_REGION_MAX_WEIGHTS;
  g_autofree guint32 *offsets = g_new (guint32, n + 1);
  g_autofree guint8 *data = g_malloc (n);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GenlmVocab) target = NULL;
  g_autoptr (GError) error = NULL;

  memset (data, 'a', n);
  for (gsize i = 0; i <= n; i++)
    offsets[i] = (guint32) i;
  bytes = g_bytes_new (data, n);
  target = genlm_vocab_new_flat (bytes, offsets, n + 1, NULL, &error);
  g_assert_no_error (error);

  build (worker, 1, REGEX, target);
  send_all (worker);
  hear_error (worker, GENLM_FRAME_FAILED, 1, 0, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT, "*524288 tokens*");
  worker_quit (worker);
}

static void
test_same_bits (void)
{
  g_autoptr (GenlmVocab) target = new_target ();

  check_all (REGEX, NULL, TRUE);
  check_all (NGRAM, NULL, FALSE);
  check_all ("('product', {'first': <" REGEX ">, 'second': <" NGRAM ">})", NULL, FALSE);
  check_all (REGEX, target, TRUE);
  check_all (NGRAM, target, FALSE);
}

static void
ask_hundred (Worker  *worker,
             guint32  flags)
{
  ask_begin (worker);
  ask_group (worker, 1, GENLM_METHOD_PREFIX | flags, 60);
  for (guint i = 0; i < 60; i++)
    ask_item (worker, 0, &"aaaaaaaaa"[i % 10], GENLM_NODE_NONE, 0);
  ask_group (worker, 1, GENLM_METHOD_COMPLETE | GENLM_GROUP_SINGLES, 40);
  for (guint i = 60; i < 100; i++)
    ask_item (worker, 0, &"aaaaaaaaa"[i % 10], GENLM_NODE_NONE, 0);
  ask_end (worker);
}

/* Many items in many frames, answered in order. Not too many at a time: a parent that
 * only sends would wait for a worker that waits for it. */
static void
test_many (void)
{
  Worker *worker = worker_new (NULL);
  double scores[1000];

  build_ready (worker, 1, FAULTY (""), NULL);
  for (guint round = 0; round < 20; round++)
    {
      for (guint i = 0; i < 10; i++)
        ask_hundred (worker, i % 2 == 0 ? GENLM_GROUP_SINGLES : 0);
      send_all (worker);
      hear_scores (worker, worker->next - 1000, 1000, scores);
      for (guint i = 0; i < 1000; i++)
        g_assert_cmpfloat (scores[i], ==, -9.0 + i % 10 - (i % 100 >= 60 ? 1 : 0));
    }
  worker_quit (worker);
}

static void
forget (Worker  *worker,
        guint32  node)
{
  genlm_frame_writer_begin (&worker->writer, GENLM_FRAME_FORGET, 0, NULL);
  put_words (worker, &node, 1);
  genlm_frame_writer_end (&worker->writer, 1);
}

static void
ask_node (Worker     *worker,
          guint32     base,
          const char *text,
          guint32     node)
{
  ask_begin (worker);
  ask_group (worker, 1, GENLM_METHOD_PREFIX | GENLM_GROUP_SINGLES, 1);
  ask_item (worker, base, text, node, 0);
  ask_end (worker);
}

static void
assert_scores (Worker *worker,
               double  first,
               double  second,
               double  third)
{
  const double wanted[] = { first, second, third };
  double scores[3];

  send_all (worker);
  hear_scores (worker, worker->next - 3, 3, scores);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat (scores[i], ==, wanted[i]);
}

static void
test_deltas (void)
{
  Worker *worker = worker_new (NULL);

  build_ready (worker, 1, FAULTY (""), NULL);
  ask_node (worker, 0, "abc", 1);
  ask_node (worker, 1, "de", 2);
  ask_node (worker, 2, "", GENLM_NODE_NONE);
  assert_scores (worker, -3, -5, -5);

  /* What is forgotten lives on in what grew from it. */
  forget (worker, 1);
  ask_node (worker, 2, "f", 3);
  ask_node (worker, 0, "x", 1);
  ask_node (worker, 1, "y", GENLM_NODE_NONE);
  assert_scores (worker, -6, -1, -2);

  forget (worker, 3);
  forget (worker, 2);
  ask_node (worker, 1, "", 2);
  ask_node (worker, 2, "zz", 3);
  ask_node (worker, 3, "zz", 4);
  assert_scores (worker, -1, -3, -5);
  worker_quit (worker);
}

/* Contexts that branch off from the one before. */
static void
test_forks (void)
{
  Worker *worker = worker_new (NULL);
  double scores[7];

  build_ready (worker, 1, FAULTY (""), NULL);
  ask_begin (worker);
  ask_group (worker, 1, GENLM_METHOD_PREFIX | GENLM_GROUP_SINGLES, 7);
  ask_item (worker, 0, "abcde", 1, 0);
  ask_item (worker, GENLM_NODE_CUT | 1, "x", 2, 0);
  ask_item (worker, GENLM_NODE_CUT | 3, "yz", 3, 0);
  ask_item (worker, GENLM_NODE_CUT | 0, "yz", 4, 0);
  ask_item (worker, GENLM_NODE_CUT | 2, "", 5, 0);
  ask_item (worker, 1, "", GENLM_NODE_NONE, 0);
  ask_item (worker, GENLM_NODE_CUT | 5, "z", 6, 0);
  ask_end (worker);
  send_all (worker);
  hear_scores (worker, 1, 7, scores);
  g_assert_cmpfloat (scores[0], ==, -5);
  g_assert_cmpfloat (scores[1], ==, -5);
  g_assert_cmpfloat (scores[2], ==, -4);
  g_assert_cmpfloat (scores[3], ==, -6);
  g_assert_cmpfloat (scores[4], ==, -4);
  g_assert_cmpfloat (scores[5], ==, -5);
  g_assert_cmpfloat (scores[6], ==, -1);
  worker_quit (worker);
}

static void
test_unwanted (void)
{
  Worker *worker = worker_new (NULL);
  double scores[2];

  build_ready (worker, 1, FAULTY (""), NULL);
  build_ready (worker, 2, FAULTY ("block"), NULL);
  genlm_region_set_wanted (worker->region, 2, FALSE);
  genlm_region_set_wanted (worker->region, 4, FALSE);
  genlm_region_set_wanted (worker->region, 5, FALSE);
  genlm_region_set_wanted (worker->region, 6, FALSE);

  ask_node (worker, 0, "a", GENLM_NODE_NONE);
  /* One that would never end, and one whose context is needed all the same. */
  ask_single (worker, 2, GENLM_METHOD_PREFIX, "a", 0);
  ask_node (worker, 0, "b", GENLM_NODE_NONE);
  ask_node (worker, 0, "abc", 1);
  ask_begin (worker);
  ask_group (worker, 2, GENLM_METHOD_PREFIX, 2);
  ask_item (worker, 0, "a", GENLM_NODE_NONE, 0);
  ask_item (worker, 0, "b", 2, 0);
  ask_end (worker);
  ask_node (worker, 1, "d", GENLM_NODE_NONE);
  ask_node (worker, 2, "d", GENLM_NODE_NONE);
  send_all (worker);

  hear_score (worker, 1, -1);
  hear_error (worker, GENLM_FRAME_ERROR, 2, 1, G_IO_ERROR, G_IO_ERROR_CANCELLED, "*");
  hear_score (worker, 3, -1);
  hear_error (worker, GENLM_FRAME_ERROR, 4, 1, G_IO_ERROR, G_IO_ERROR_CANCELLED, "*");
  hear_error (worker, GENLM_FRAME_ERROR, 5, 2, G_IO_ERROR, G_IO_ERROR_CANCELLED, "*");
  hear_scores (worker, 7, 2, scores);
  g_assert_cmpfloat (scores[0], ==, -4);
  g_assert_cmpfloat (scores[1], ==, -2);

  /* Of a batch of which one is wanted, all are answered. */
  genlm_region_set_wanted (worker->region, 9, FALSE);
  ask_begin (worker);
  ask_group (worker, 1, GENLM_METHOD_PREFIX, 2);
  ask_item (worker, 0, "a", GENLM_NODE_NONE, 0);
  ask_item (worker, 0, "b", GENLM_NODE_NONE, 0);
  ask_end (worker);
  send_all (worker);
  hear_scores (worker, 9, 2, scores);
  g_assert_cmpuint (genlm_region_get_current (worker->region), ==, 0);
  worker_quit (worker);
}

/* -- what an implementation does wrong ------------------------------------ */

/* Asks in every way; each answer is the same error. */
static void
check_fault (const char  *recipe,
             GenlmMethod  method,
             GQuark       domain,
             int          code,
             const char  *pattern)
{
  Worker *worker = worker_new (NULL);
  GenlmFrame frame;

  build_ready (worker, 1, recipe, NULL);
  build_ready (worker, 2, FAULTY (""), NULL);
  ask_single (worker, 1, method, "a", 0);
  ask_begin (worker);
  ask_group (worker, 1, method, 2);
  ask_item (worker, 0, "ab", GENLM_NODE_NONE, 0);
  ask_item (worker, 0, "abc", GENLM_NODE_NONE, 0);
  ask_group (worker, 2, GENLM_METHOD_PREFIX | GENLM_GROUP_SINGLES, 1);
  ask_item (worker, 0, "a", GENLM_NODE_NONE, 0);
  ask_end (worker);
  send_all (worker);
  hear_error (worker, GENLM_FRAME_ERROR, 1, 1, domain, code, pattern);
  hear_error (worker, GENLM_FRAME_ERROR, 2, 2, domain, code, pattern);
  hear (worker, GENLM_FRAME_SCORES, 4, 1, &frame);
  worker_quit (worker);
}

static void
test_faults (void)
{
  const GQuark quark = GENLM_POTENTIAL_ERROR;

  for (GenlmMethod method = GENLM_METHOD_PREFIX; method <= GENLM_METHOD_COMPLETE; method++)
    {
      check_fault (FAULTY ("nan"), method, quark, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT, "*test-faulty*NaN*");
      check_fault (FAULTY ("infinity"), method, quark, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT, "*test-faulty*+infinity*");
      check_fault (FAULTY ("silent"), method, quark, GENLM_POTENTIAL_ERROR_FAILED, "*did not say why*");
      check_fault (FAULTY ("error"), method, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "an error of its own: \357\277\275");
    }
  check_fault (FAULTY ("short"), GENLM_METHOD_NEXT, quark, GENLM_POTENTIAL_ERROR_INVALID_RESULT, "*256 weights*257*");
  check_fault (FAULTY ("short"), GENLM_METHOD_MASK, quark, GENLM_POTENTIAL_ERROR_INVALID_RESULT, "*token set of 5*");
  check_fault ("('regex', {'pattern': <'x'>})", GENLM_METHOD_NEXT,
               quark, GENLM_POTENTIAL_ERROR_ZERO_PREFIX, "*prefix weight is zero*");
  check_fault (NGRAM, GENLM_METHOD_MASK, quark, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED, "*not Boolean*");
}

/* What is no weight is an error here, and too few of them, too. */
static void
test_faulty_weights (void)
{
  Worker *worker = worker_new (NULL);

  build_ready (worker, 1, FAULTY ("nan"), NULL);
  build_ready (worker, 2, FAULTY ("few"), NULL);
  ask_single (worker, 1, GENLM_METHOD_NEXT, "a", 3);
  ask_begin (worker);
  ask_group (worker, 2, GENLM_METHOD_NEXT, 2);
  ask_item (worker, 0, "a", GENLM_NODE_NONE, 4);
  ask_item (worker, 0, "b", GENLM_NODE_NONE, 5);
  ask_end (worker);
  send_all (worker);
  hear_error (worker, GENLM_FRAME_ERROR, 1, 1, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT, "*NaN*");
  hear_error (worker, GENLM_FRAME_ERROR, 2, 2, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_RESULT,
              "*1 results*2 contexts*");
  g_assert_cmpfloat (genlm_region_peek_slot (worker->region, 4)[0], ==, 0);
  worker_quit (worker);
}

/* What a potential keeps of its weights is its own, whatever is written into the slot
 * in which it may have made them. */
static void
test_kept_weights (void)
{
  Worker *worker = worker_new (NULL);

  build_ready (worker, 1, FAULTY ("keep"), NULL);
  build_ready (worker, 2, FAULTY ("keep-other"), NULL);
  build_ready (worker, 3, FAULTY (""), NULL);
  for (guint i = 0; i < 12; i++)
    {
      guint32 instance = 1 + i % 3;
      double *values = genlm_region_peek_slot (worker->region, 3);
      guint64 first = worker->next;
      GenlmFrame frame;

      ask_single (worker, instance, GENLM_METHOD_NEXT, "a", 3);
      send_all (worker);
      hear (worker, GENLM_FRAME_WEIGHTS, first, 1, &frame);
      for (guint k = 0; k < 257; k++)
        {
          g_assert_cmpfloat (values[k], ==, instance == 3 ? -1 : -(double) k - (instance - 1));
          values[k] = 12345;
        }
    }
  worker_quit (worker);
}

/* Tokens that the potential never gets to see. */
static void
test_wrong_tokens (void)
{
  Worker *worker = worker_new (NULL);
  const guint32 item[] = { 0, 2, 1, 0, 'a', 256 };
  const guint32 methods[] = { GENLM_METHOD_PREFIX, GENLM_METHOD_COMPLETE, GENLM_METHOD_NEXT, GENLM_METHOD_MASK };
  GenlmFrame frame;

  build_ready (worker, 1, REGEX, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      for (guint flags = 0; flags <= GENLM_GROUP_SINGLES; flags += GENLM_GROUP_SINGLES)
        {
          ask_begin (worker);
          ask_group (worker, 1, methods[i] | flags, 1);
          put_words (worker, item, G_N_ELEMENTS (item));
          ask_end (worker);
          forget (worker, 1);
          send_all (worker);
          hear_error (worker, GENLM_FRAME_ERROR, worker->next - 1, 1, GENLM_POTENTIAL_ERROR,
                      GENLM_POTENTIAL_ERROR_INVALID_TOKEN, "*token 256*");
        }
    }
  ask_single (worker, 1, GENLM_METHOD_PREFIX, "a", 0);
  send_all (worker);
  hear (worker, GENLM_FRAME_SCORES, worker->next - 1, 1, &frame);
  worker_quit (worker);
}

/* An element that only answers asynchronously is waited for, and goes on when it has
 * answered and nothing is asked. */
static void
test_asynchronous (void)
{
  Worker *worker = worker_new (NULL);

  build_ready (worker, 1, "('test-late', @a{sv} {})", NULL);
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *first = NULL;
      g_autofree char *second = NULL;
      double scores[3];

      ask_single (worker, 1, GENLM_METHOD_PREFIX, "a", 0);
      ask_begin (worker);
      ask_group (worker, 1, GENLM_METHOD_COMPLETE, 2);
      ask_item (worker, 0, "a", GENLM_NODE_NONE, 0);
      ask_item (worker, 0, "b", GENLM_NODE_NONE, 0);
      ask_end (worker);
      send_all (worker);
      hear_scores (worker, worker->next - 3, 3, scores);
      g_assert_cmpfloat (scores[0], ==, -1);
      g_assert_cmpfloat (scores[1], ==, -1);
      g_assert_cmpfloat (scores[2], ==, -2);
      first = read_error_line (worker);
      second = read_error_line (worker);
      g_assert_cmpstr (first, ==, "tidied up");
      g_assert_cmpstr (second, ==, "tidied up");
    }
  worker_quit (worker);
}

/* So is one that contains such an element. */
static void
test_asynchronous_side (void)
{
  Worker *worker = worker_new (NULL);
  g_autofree char *line = NULL;

  build_ready (worker, 1, "('product', {'first': <" FAULTY ("") ">, 'second': <('test-late', @a{sv} {})>})", NULL);
  ask_single (worker, 1, GENLM_METHOD_PREFIX, "abc", 0);
  send_all (worker);
  hear_score (worker, 1, -4);
  line = read_error_line (worker);
  g_assert_cmpstr (line, ==, "tidied up");
  worker_quit (worker);
}

/* Nobody waits for an answer that will never come. */
static void
test_dropped (void)
{
  Worker *worker = worker_new (NULL);

  build_ready (worker, 1, "('test-late', @a{sv} {})", NULL);
  ask_single (worker, 1, GENLM_METHOD_PREFIX, "", 0);
  ask_begin (worker);
  ask_group (worker, 1, GENLM_METHOD_COMPLETE, 2);
  ask_item (worker, 0, "", GENLM_NODE_NONE, 0);
  ask_item (worker, 0, "b", GENLM_NODE_NONE, 0);
  ask_end (worker);
  send_all (worker);
  hear_error (worker, GENLM_FRAME_ERROR, 1, 1, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NO_ANSWER, "*dropped*");
  hear_error (worker, GENLM_FRAME_ERROR, 2, 2, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NO_ANSWER, "*dropped*");
  worker_quit (worker);
}

/* -- the process ---------------------------------------------------------- */

static void
test_output (void)
{
  Worker *worker = worker_new (NULL);
  GenlmFrame frame;
  int status;
  g_autofree char *errors = NULL;

  build_ready (worker, 1, FAULTY ("print"), NULL);
  ask_single (worker, 1, GENLM_METHOD_PREFIX, "a", 0);
  say (worker, GENLM_FRAME_QUIT, 0, NULL);
  send_all (worker);
  hear (worker, GENLM_FRAME_SCORES, 1, 1, &frame);
  g_assert_false (hear_any (worker, &frame));
  errors = worker_end (worker, &status);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpstr (errors, ==, "a line on standard output\n");
}

/* The parent is gone, and the code of the potential never returns. */
static void
test_orphan (void)
{
  Worker *worker = worker_new (NULL);
  GenlmFrame frame;
  g_autofree char *line = NULL;
  g_autofree char *errors = NULL;
  gint64 start;
  int status;

  build_ready (worker, 1, FAULTY (""), NULL);
  build_ready (worker, 2, FAULTY ("block"), NULL);
  ask_single (worker, 1, GENLM_METHOD_PREFIX, "a", 0);
  send_all (worker);
  hear (worker, GENLM_FRAME_SCORES, 1, 1, &frame);
  /* What is finished does not wait for what may be slow. */
  ask_single (worker, 1, GENLM_METHOD_PREFIX, "a", 0);
  ask_single (worker, 2, GENLM_METHOD_PREFIX, "a", 0);
  send_all (worker);
  hear (worker, GENLM_FRAME_SCORES, 2, 1, &frame);
  line = read_error_line (worker);
  g_assert_cmpstr (line, ==, "blocked");
  g_assert_cmpuint (genlm_region_get_current (worker->region), ==, 3);

  start = g_get_monotonic_time ();
  errors = worker_end (worker, &status);
  g_assert_cmpint (g_get_monotonic_time () - start, <, G_USEC_PER_SEC);
  g_assert_cmpstr (errors, ==, "");
}

/* A worker that nobody needs is no failure. */
static void
test_end_of_input (void)
{
  Worker *worker = worker_new_silent ();
  g_autofree char *errors = NULL;
  int status;

  errors = worker_end (worker, &status);
  g_assert_cmpstr (errors, ==, "");
}

static void
test_memory_limit (void)
{
  Worker *worker;
  GenlmFrame frame;
  g_autofree char *errors = NULL;
  int status;

#ifdef __SANITIZE_ADDRESS__
  g_test_skip ("the sanitizer has memory of its own");
  return;
#endif
  worker = worker_new ("({'memory-limit': <uint64 100000000>},)");
  build_ready (worker, 1, FAULTY (""), NULL);
  build_ready (worker, 2, FAULTY ("hog"), NULL);
  ask_single (worker, 1, GENLM_METHOD_PREFIX, "a", 0);
  send_all (worker);
  hear (worker, GENLM_FRAME_SCORES, 1, 1, &frame);
  ask_single (worker, 2, GENLM_METHOD_PREFIX, "a", 0);
  send_all (worker);
  g_assert_false (hear_any (worker, &frame));
  errors = worker_end (worker, &status);
  g_test_message ("%s", errors);
  g_assert_true (WIFSIGNALED (status));
  g_assert_nonnull (strstr (errors, "failed to allocate"));
}

static void
test_cpu_limit (void)
{
  Worker *worker = worker_new ("({'cpu-limit': <uint32 1>},)");
  GenlmFrame frame;
  g_autofree char *errors = NULL;
  double scores[3];
  int status;

  /* Each unit has a second of its own. */
  build_ready (worker, 1, FAULTY ("work"), NULL);
  build_ready (worker, 2, FAULTY ("spin"), NULL);
  for (guint i = 0; i < 3; i++)
    ask_single (worker, 1, GENLM_METHOD_PREFIX, "a", 0);
  send_all (worker);
  hear_scores (worker, 1, 3, scores);
  ask_single (worker, 2, GENLM_METHOD_PREFIX, "a", 0);
  send_all (worker);
  g_assert_false (hear_any (worker, &frame));
  g_assert_cmpuint (genlm_region_get_current (worker->region), ==, 4);
  errors = worker_end (worker, &status);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGXCPU);
}

static void
test_no_core (void)
{
  Worker *worker = worker_new (NULL);
  g_autofree char *path = g_strdup_printf ("/proc/%s/limits", g_subprocess_get_identifier (worker->process));
  g_autofree char *limits = NULL;
  g_autoptr (GError) error = NULL;

  build_ready (worker, 1, FAULTY (""), NULL);
  g_file_get_contents (path, &limits, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_regex_match_simple ("^Max core file size +0 +0 ", limits, G_REGEX_MULTILINE, 0));
  worker_quit (worker);
}

/* -- what a parent says wrong --------------------------------------------- */

static void
test_settings (void)
{
  worker_assert_broken (worker_new ("({'colour': <'red'>},)"), "*colour*another version*");
  worker_assert_broken (worker_new ("({'memory-limit': <'much'>},)"), "*memory-limit*“s”*");
}

static void
test_order (void)
{
  Worker *worker = worker_new_silent ();

  say (worker, GENLM_FRAME_QUIT, 0, NULL);
  worker_assert_broken (worker, "*has not said hello*");

  worker = worker_new (NULL);
  say (worker, GENLM_FRAME_HELLO, 0, g_variant_new_parsed ("(@a{sv} {},)"));
  worker_assert_broken (worker, "*once, first*");

  worker = worker_new (NULL);
  say (worker, GENLM_FRAME_SCORES, 0, NULL);
  worker_assert_broken (worker, "*what a worker says*");

  worker = worker_new (NULL);
  say (worker, GENLM_FRAME_DROP, 1, NULL);
  worker_assert_broken (worker, "*no such instance*");

  worker = worker_new (NULL);
  build_ready (worker, 1, FAULTY (""), NULL);
  build (worker, 1, FAULTY (""), NULL);
  worker_assert_broken (worker, "*there already*");

  worker = worker_new (NULL);
  build (worker, G_MAXUINT32, FAULTY (""), NULL);
  worker_assert_broken (worker, "*too large*");

  worker = worker_new (NULL);
  build_ready (worker, 1, FAULTY (""), NULL);
  say (worker, GENLM_FRAME_DROP, 1, NULL);
  ask_single (worker, 1, GENLM_METHOD_PREFIX, "a", 0);
  worker_assert_broken (worker, "*instance that there is not*");
}

static void
test_garbage (void)
{
  Worker *worker = worker_new (NULL);

  say (worker, GENLM_FRAME_FORGET, 0, NULL);
  memset (genlm_frame_writer_reserve (&worker->writer, 100), 0x55, 100);
  worker_assert_broken (worker, "*0x55555555*");
}

static void
test_broken_nodes (void)
{
  const guint32 numbers[] = { 0, 1, 2, 77, G_MAXUINT32 - 1, G_MAXUINT32 };
  Worker *worker;

  /* A number that leaves a gap, one that is in use, and that of the empty context. */
  for (guint32 node = 0; node < 4; node++)
    {
      if (node == 2)
        continue;
      worker = worker_new (NULL);
      build_ready (worker, 1, FAULTY (""), NULL);
      ask_node (worker, 0, "a", 1);
      ask_node (worker, 0, "b", node);
      worker_assert_broken (worker, "*in use, or leaves a gap*");
    }
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      worker = worker_new (NULL);
      build_ready (worker, 1, FAULTY (""), NULL);
      forget (worker, numbers[i]);
      worker_assert_broken (worker, "*node that is not known*");
      if (i == 0)
        continue;
      worker = worker_new (NULL);
      build_ready (worker, 1, FAULTY (""), NULL);
      ask_node (worker, numbers[i], "a", GENLM_NODE_NONE);
      worker_assert_broken (worker, "*based is not known*");
    }

  /* Based on an item of another frame, on one without a number, and beyond the beginning. */
  for (guint i = 0; i < 3; i++)
    {
      worker = worker_new (NULL);
      build_ready (worker, 1, FAULTY (""), NULL);
      ask_begin (worker);
      ask_group (worker, 1, GENLM_METHOD_PREFIX | GENLM_GROUP_SINGLES, i == 0 ? 1 : 2);
      ask_item (worker, 0, "a", i == 1 ? GENLM_NODE_NONE : 1, 0);
      if (i == 0)
        {
          ask_end (worker);
          ask_begin (worker);
          ask_group (worker, 1, GENLM_METHOD_PREFIX | GENLM_GROUP_SINGLES, 1);
        }
      ask_item (worker, GENLM_NODE_CUT | (i == 2 ? 2 : 1), "b", 2, 0);
      ask_end (worker);
      worker_assert_broken (worker, "*based is not known*");
    }

  worker = worker_new (NULL);
  genlm_frame_writer_begin (&worker->writer, GENLM_FRAME_FORGET, 0, NULL);
  genlm_frame_writer_end (&worker->writer, 1000);
  worker_assert_broken (worker, "*as many nodes as it says*");
}

/* Says the words of a frame that asks. */
static void
check_broken_words (guint64        serial,
                    guint32        count,
                    const guint32 *words,
                    gsize          n_bytes,
                    const char    *pattern)
{
  Worker *worker = worker_new (NULL);

  build_ready (worker, 1, FAULTY (""), NULL);
  genlm_frame_writer_begin (&worker->writer, GENLM_FRAME_EVALUATE, serial, NULL);
  memcpy (genlm_frame_writer_reserve (&worker->writer, n_bytes), words, n_bytes);
  genlm_frame_writer_end (&worker->writer, count);
  worker_assert_broken (worker, pattern);
}

static void
test_broken_words (void)
{
  const struct
  {
    guint64     serial;
    guint32     count;
    guint32     words[8];
    gsize       n_bytes;
    const char *pattern;
  }
  cases[] = {
    { 2, 1, { 1, 0x100, 1, 0, 0, GENLM_NODE_NONE, 0 }, 28, "*do not follow*" },
    { 0, 1, { 1, 0x100, 1, 0, 0, GENLM_NODE_NONE, 0 }, 28, "*do not follow*" },
    { 1, 2, { 1, 0x100, 1, 0, 0, GENLM_NODE_NONE, 0 }, 28, "*as many items as it says*" },
    { 1, 0, { 1, 0x100, 1, 0, 0, GENLM_NODE_NONE, 0 }, 28, "*as many items as it says*" },
    { 1, 1, { 1, 0x100, 1, 0, 0, GENLM_NODE_NONE, 0 }, 27, "*whole words*" },
    { 1, 1, { 1, 0x100, 1, 0, 0, GENLM_NODE_NONE, 0 }, 24, "*more items than*" },
    { 1, 1, { 1, 0x100, 1, 0, 1, GENLM_NODE_NONE, 0 }, 28, "*an item goes beyond*" },
    { 1, 1, { 1, 0x100, 1, 0, G_MAXUINT32, GENLM_NODE_NONE, 0, 1 }, 32, "*an item goes beyond*" },
    { 1, 1, { 1, 0x100, G_MAXUINT32, 0, 0, GENLM_NODE_NONE, 0 }, 28, "*more items than*" },
    { 1, 1, { 1, 0x100, 0, 0, 0, GENLM_NODE_NONE, 0 }, 28, "*or none*" },
    { 1, 1, { 1, 0x000, 0, 0, 0, GENLM_NODE_NONE, 0 }, 28, "*or none*" },
    { 1, 1, { 0, 0x100, 1, 0, 0, GENLM_NODE_NONE, 0 }, 28, "*instance that there is not*" },
    { 1, 1, { 1, 0x104, 1, 0, 0, GENLM_NODE_NONE, 0 }, 28, "*what no potential does*" },
    { 1, 1, { 1, 0x300, 1, 0, 0, GENLM_NODE_NONE, 0 }, 28, "*what no potential does*" },
    { 1, 1, { 1, 0x100, 1, 0, 0, GENLM_NODE_NONE, 1 }, 28, "*slot that there is not*" },
    { 1, 1, { 1, 0x102, 1, 0, 0, GENLM_NODE_NONE, 64 }, 28, "*slot that there is not*" },
    { 1, 1, { 1, 0x002, 1, 0, 0, GENLM_NODE_NONE, 64 }, 28, "*slot that there is not*" },
    { 1, 1, { 1, 0x100 }, 8, "*a group goes beyond*" },
    { 1, 1, { 1 }, 4, "*a group goes beyond*" },
    { 1, 1, { GENLM_FRAME_PAD, GENLM_FRAME_PAD }, 8, "*a group goes beyond*" },
    { 1, 1, { GENLM_FRAME_PAD }, 4, "*as many items as it says*" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_broken_words (cases[i].serial, cases[i].count, cases[i].words, cases[i].n_bytes, cases[i].pattern);
}

/* Padding, which is nothing broken. */
static void
test_padding (void)
{
  Worker *worker = worker_new (NULL);
  const guint32 pad = GENLM_FRAME_PAD;
  GenlmFrame frame;

  build_ready (worker, 1, FAULTY (""), NULL);
  ask_begin (worker);
  ask_group (worker, 1, GENLM_METHOD_PREFIX | GENLM_GROUP_SINGLES, 1);
  ask_item (worker, 0, "", GENLM_NODE_NONE, 0);
  put_words (worker, &pad, 1);
  ask_end (worker);
  send_all (worker);
  hear (worker, GENLM_FRAME_SCORES, 1, 1, &frame);
  worker_quit (worker);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/worker/build", test_build);
  g_test_add_func ("/worker/build-failed", test_build_failed);
  g_test_add_func ("/worker/known-vocab", test_known_vocab);
  g_test_add_func ("/worker/large-vocab", test_large_vocab);
  g_test_add_func ("/worker/same-bits", test_same_bits);
  g_test_add_func ("/worker/many", test_many);
  g_test_add_func ("/worker/deltas", test_deltas);
  g_test_add_func ("/worker/forks", test_forks);
  g_test_add_func ("/worker/unwanted", test_unwanted);
  g_test_add_func ("/worker/faults", test_faults);
  g_test_add_func ("/worker/faulty-weights", test_faulty_weights);
  g_test_add_func ("/worker/kept-weights", test_kept_weights);
  g_test_add_func ("/worker/wrong-tokens", test_wrong_tokens);
  g_test_add_func ("/worker/asynchronous", test_asynchronous);
  g_test_add_func ("/worker/asynchronous-side", test_asynchronous_side);
  g_test_add_func ("/worker/dropped", test_dropped);
  g_test_add_func ("/worker/output", test_output);
  g_test_add_func ("/worker/orphan", test_orphan);
  g_test_add_func ("/worker/end-of-input", test_end_of_input);
  g_test_add_func ("/worker/memory-limit", test_memory_limit);
  g_test_add_func ("/worker/cpu-limit", test_cpu_limit);
  g_test_add_func ("/worker/no-core", test_no_core);
  g_test_add_func ("/worker/settings", test_settings);
  g_test_add_func ("/worker/order", test_order);
  g_test_add_func ("/worker/garbage", test_garbage);
  g_test_add_func ("/worker/broken-nodes", test_broken_nodes);
  g_test_add_func ("/worker/broken-words", test_broken_words);
  g_test_add_func ("/worker/padding", test_padding);

  return g_test_run ();
}
