#include "test-pool.h"

#include "fake-worker.h"

#include <gobject/gvaluecollector.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long processes may take to go. */
#define GONE_TIMEOUT (10 * G_USEC_PER_SEC)

void
test_watchdog (guint seconds)
{
  alarm (g_getenv ("GENLM_UNDER_VALGRIND") != NULL ? 10 * seconds : seconds);
}

/* -- pools ---------------------------------------------------------------- */

/* @properties is a dictionary as text. */
GVariant *
test_recipe (const char *factory,
             const char *properties)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) values = g_variant_parse (G_VARIANT_TYPE_VARDICT, properties, NULL, NULL, &error);

  g_assert_no_error (error);
  return g_variant_new ("(s@a{sv})", factory, values);
}

static GenlmPotential *
pool_new_valist (GVariant    *recipe,
                 const char  *first_property,
                 va_list      more,
                 GError     **error)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (recipe);
  g_autoptr (GArray) values = g_array_new (FALSE, TRUE, sizeof (GValue));
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GObject) pool = NULL;
  GObjectClass *klass = g_type_class_ref (GENLM_TYPE_MULTIPROCESS);
  GValue value = G_VALUE_INIT;

  g_array_set_clear_func (values, (GDestroyNotify) g_value_unset);
  g_value_init (&value, G_TYPE_VARIANT);
  g_value_set_variant (&value, owned);
  g_array_append_val (values, value);
  g_ptr_array_add (names, (gpointer) "recipe");
  for (const char *name = first_property; name != NULL; name = va_arg (more, const char *))
    {
      GParamSpec *pspec = g_object_class_find_property (klass, name);
      g_autofree char *problem = NULL;

      g_assert_nonnull (pspec);
      memset (&value, 0, sizeof value);
      G_VALUE_COLLECT_INIT (&value, pspec->value_type, more, 0, &problem);
      g_assert_null (problem);
      g_array_append_val (values, value);
      g_ptr_array_add (names, (gpointer) name);
    }
  pool = g_object_new_with_properties (GENLM_TYPE_MULTIPROCESS, names->len, (const char **) names->pdata,
                                       (const GValue *) (gpointer) values->data);
  g_type_class_unref (klass);
  return g_initable_init (G_INITABLE (pool), NULL, error) ? GENLM_POTENTIAL (g_steal_pointer (&pool)) : NULL;
}

GenlmPotential *
test_pool_try_new (GError     **error,
                   GVariant    *recipe,
                   const char  *first_property,
                   ...)
{
  GenlmPotential *pool;
  va_list more;

  va_start (more, first_property);
  pool = pool_new_valist (recipe, first_property, more, error);
  va_end (more);
  return pool;
}

GenlmPotential *
test_pool_new (GVariant   *recipe,
               const char *first_property,
               ...)
{
  g_autoptr (GError) error = NULL;
  GenlmPotential *pool;
  va_list more;

  va_start (more, first_property);
  pool = pool_new_valist (recipe, first_property, more, &error);
  va_end (more);
  g_assert_no_error (error);
  g_assert_nonnull (pool);
  return pool;
}

/* Closes the pool and lets its last reference go. */
void
test_pool_close (GenlmPotential *pool)
{
  genlm_multiprocess_close (GENLM_MULTIPROCESS (pool));
  g_assert_finalize_object (G_OBJECT (pool));
}

/* -- answers -------------------------------------------------------------- */

typedef struct
{
  TestAnswers *answers;
  GenlmMethod  method;
  char        *text;
} Question;

void
test_answers_init (TestAnswers *self)
{
  memset (self, 0, sizeof *self);
  self->errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
}

void
test_answers_clear (TestAnswers *self)
{
  g_clear_pointer (&self->errors, g_ptr_array_unref);
}

static gboolean
is_right (GenlmPotential  *pool,
          Question        *question,
          GAsyncResult    *result,
          GError         **error)
{
  const guint8 *tokens = (const guint8 *) question->text;
  gsize n = strlen (question->text);

  switch (question->method)
    {
    case GENLM_METHOD_PREFIX:
      return genlm_potential_prefix_finish (pool, result, error) == fake_prefix (tokens, n);
    case GENLM_METHOD_COMPLETE:
      return genlm_potential_complete_finish (pool, result, error) == fake_complete (tokens, n);
    case GENLM_METHOD_NEXT:
      {
        g_autoptr (GenlmWeights) weights = genlm_potential_logw_next_finish (pool, result, error);

        if (weights == NULL || genlm_weights_get_size (weights) != 257)
          return FALSE;
        for (guint32 i = 0; i < 257; i++)
          if (genlm_weights_get (weights, i) != fake_next (tokens, n, i))
            return FALSE;
        return TRUE;
      }
    default:
      {
        g_autoptr (GenlmTokenSet) mask = genlm_potential_mask_next_finish (pool, result, error);

        if (mask == NULL || genlm_token_set_get_size (mask) != 257)
          return FALSE;
        for (guint32 i = 0; i < 257; i++)
          if (genlm_token_set_contains (mask, i) != fake_mask (tokens, n, i))
            return FALSE;
        return TRUE;
      }
    }
}

static void
take_answer (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Question *question = user_data;
  TestAnswers *answers = question->answers;
  GError *error = NULL;
  gboolean right = is_right (GENLM_POTENTIAL (source), question, result, &error);

  if (error != NULL)
    g_ptr_array_add (answers->errors, error);
  else if (right)
    answers->n_right++;
  else
    g_test_message ("wrong: method %d of “%s”", question->method, question->text);
  answers->n_answered++;
  g_free (question->text);
  g_free (question);
}

void
test_answers_ask (TestAnswers    *self,
                  GenlmPotential *pool,
                  GenlmMethod     method,
                  const char     *text,
                  GCancellable   *cancellable)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GenlmContext) context = genlm_context_new_from_bytes (bytes);
  Question *question = g_new0 (Question, 1);

  question->answers = self;
  question->method = method;
  question->text = g_strdup (text);
  self->n_asked++;
  switch (method)
    {
    case GENLM_METHOD_PREFIX:
      genlm_potential_prefix (pool, context, cancellable, take_answer, question);
      break;
    case GENLM_METHOD_COMPLETE:
      genlm_potential_complete (pool, context, cancellable, take_answer, question);
      break;
    case GENLM_METHOD_NEXT:
      genlm_potential_logw_next (pool, context, cancellable, take_answer, question);
      break;
    default:
      genlm_potential_mask_next (pool, context, cancellable, take_answer, question);
      break;
    }
}

void
test_answers_wait (TestAnswers *self)
{
  while (self->n_answered < self->n_asked)
    g_main_context_iteration (NULL, TRUE);
  /* Whatever else would come, comes now. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (self->n_answered, ==, self->n_asked);
  g_assert_cmpuint (self->n_right + self->errors->len, ==, self->n_asked);
}

/* Asks once more, to see that the pool goes on. */
void
test_assert_fake_answer (GenlmPotential *pool,
                         const char     *text)
{
  g_auto (TestAnswers) answers;

  test_answers_init (&answers);
  test_answers_ask (&answers, pool, GENLM_METHOD_COMPLETE, text, NULL);
  test_answers_wait (&answers);
  if (answers.errors->len > 0)
    g_assert_no_error ((GError *) g_ptr_array_index (answers.errors, 0));
  g_assert_cmpuint (answers.n_right, ==, 1);
}

/* -- traces --------------------------------------------------------------- */

/* The state, the parent and the group of a process; FALSE if there is none. */
static gboolean
read_status (int   pid,
             char *state,
             int  *parent,
             int  *group)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *text = NULL;
  const char *after_name;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  after_name = strrchr (text, ')');
  return after_name != NULL && sscanf (after_name, ") %c %d %d", state, parent, group) == 3;
}

/* A test that asks for orphans must take notice of their end. The workers of its
 * own pools, which lead groups, are not its to take notice of. */
static gboolean
reap_orphan (int  pid,
             char state,
             int  group)
{
  int wants_orphans = 0;

  prctl (PR_GET_CHILD_SUBREAPER, &wants_orphans);
  return wants_orphans && state == 'Z' && group != pid && waitpid (pid, NULL, WNOHANG) == pid;
}

/* Also those that have ended and wait to be taken notice of. */
GArray *
test_list_children (int pid)
{
  GArray *children = g_array_new (FALSE, FALSE, sizeof (int));
  DIR *folder = opendir ("/proc");
  struct dirent *entry;

  g_assert_nonnull (folder);
  while ((entry = readdir (folder)) != NULL)
    {
      int child = atoi (entry->d_name);
      char state;
      int parent, group;

      if (child <= 0 || !read_status (child, &state, &parent, &group) || parent != pid)
        continue;
      if (pid != getpid () || !reap_orphan (child, state, group))
        g_array_append_val (children, child);
    }
  closedir (folder);
  return children;
}

gboolean
test_process_lives (int pid)
{
  char state;
  int parent, group;

  return read_status (pid, &state, &parent, &group) && state != 'Z' && state != 'X';
}

static guint
count_fds (void)
{
  guint n = 0;
  DIR *folder = opendir ("/proc/self/fd");

  g_assert_nonnull (folder);
  while (readdir (folder) != NULL)
    n++;
  closedir (folder);
  return n;
}

static guint
count_mappings (void)
{
  g_autofree char *text = NULL;
  guint n = 0;

  g_assert_true (g_file_get_contents ("/proc/self/maps", &text, NULL, NULL));
  for (const char *found = text; (found = strstr (found, "/memfd:genlm-worker")) != NULL; found++)
    n++;
  return n;
}

static TestTraces
look (void)
{
  g_autoptr (GArray) children = test_list_children (getpid ());

  return (TestTraces) { count_fds (), count_mappings (), children->len };
}

/* GLib keeps some descriptors from the first process on. */
static void
run_process (void)
{
  const char *const argv[] = { "true", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_NONE, &error);

  g_assert_no_error (error);
  g_subprocess_wait (process, NULL, &error);
  g_assert_no_error (error);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

TestTraces
test_traces_take (void)
{
  static gboolean is_warm;

  if (!is_warm)
    run_process ();
  is_warm = TRUE;
  return look ();
}

static gboolean
wake_up (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
test_traces_assert_gone (const TestTraces *before)
{
  gint64 end = g_get_monotonic_time () + GONE_TIMEOUT;
  guint timer = g_timeout_add (5, wake_up, NULL);
  TestTraces now = look ();

  while (g_get_monotonic_time () < end &&
         (now.n_fds > before->n_fds || now.n_mappings > before->n_mappings || now.n_children > before->n_children))
    {
      g_main_context_iteration (NULL, TRUE);
      now = look ();
    }
  g_source_remove (timer);
  /* News of workers are on their way until then. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (now.n_fds, <=, before->n_fds);
  g_assert_cmpuint (now.n_mappings, <=, before->n_mappings);
  g_assert_cmpuint (now.n_children, <=, before->n_children);
}
