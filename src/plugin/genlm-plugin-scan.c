/* Looks at plugin files in processes of their own, one a file, so that one
 * that crashes or hangs is known by name and harms nobody. A handful run side
 * by side. What a process writes is bounded and checked: it is as little to be
 * trusted as the plugin that it runs. */
#define G_LOG_DOMAIN "Genlm-Registry"

#include "genlm-plugin-scan-private.h"

#include <string.h>

#include "genlm-config.h"
#include "genlm-version.h"

#define DEFAULT_TIMEOUT 10
#define MAX_TIMEOUT 3600
#define MAX_PROCESSES 4
#define MAX_OUTPUT (1 << 20)
#define MAX_ERRORS 4096
#define CHUNK 4096

typedef struct _Scan Scan;

typedef struct
{
  Scan         *scan;
  const char   *file;
  GSubprocess  *process;
  GCancellable *cancellable;
  GSource      *timer;
  GByteArray   *output;
  GByteArray   *errors;
  GenlmPlugin  *plugin;
  guint         n_pending;
  gboolean      ended;
  gboolean      timed_out;
} Job;

struct _Scan
{
  GMainContext *context;
  char         *program;
  guint         timeout;
  guint         n_running;
};

/* One end of a pipe; past the limit output is thrown away, and of errors the
 * last are kept. */
typedef struct
{
  Job        *job;
  GByteArray *bytes;
} Drain;

/* The program that looks at plugins. */
char *
genlm_plugin_scan_dup_program (void)
{
  const char *program = g_getenv ("GENLM_PLUGIN_SCANNER");

  if (program != NULL && *program != '\0')
    return g_canonicalize_filename (program, NULL);
  return g_build_filename (GENLM_LIBEXEC_DIR, "genlm-1.0", "genlm-plugin-scanner", NULL);
}

/* Seconds that a plugin may take to load. */
static guint
read_timeout (void)
{
  const char *text = g_getenv ("GENLM_PLUGIN_TIMEOUT");
  guint64 seconds;

  if (text != NULL && g_ascii_string_to_unsigned (text, 10, 1, MAX_TIMEOUT, &seconds, NULL))
    return seconds;
  return DEFAULT_TIMEOUT;
}

static void drain (Drain *self, GInputStream *stream);

static void
job_step (Job *job)
{
  if (--job->n_pending > 0)
    return;

  g_source_destroy (job->timer);
  job->scan->n_running--;
}

static void
on_read (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Drain *self = user_data;
  Job *job = self->job;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  gsize length = bytes != NULL ? g_bytes_get_size (bytes) : 0;

  if (length == 0)
    {
      g_free (self);
      job_step (job);
      return;
    }

  if (self->bytes == job->errors || self->bytes->len < MAX_OUTPUT)
    g_byte_array_append (self->bytes, g_bytes_get_data (bytes, NULL), length);
  if (self->bytes == job->errors && self->bytes->len > MAX_ERRORS)
    g_byte_array_remove_range (self->bytes, 0, self->bytes->len - MAX_ERRORS);
  drain (self, G_INPUT_STREAM (source));
}

static void
drain (Drain        *self,
       GInputStream *stream)
{
  g_input_stream_read_bytes_async (stream, CHUNK, G_PRIORITY_DEFAULT, self->job->cancellable, on_read, self);
}

static void
start_drain (Job          *job,
             GInputStream *stream,
             GByteArray   *bytes)
{
  Drain *self = g_new0 (Drain, 1);

  self->job = job;
  self->bytes = bytes;
  job->n_pending++;
  drain (self, stream);
}

static void
on_ended (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Job *job = user_data;

  job->ended = g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  job_step (job);
}

/* The pipes may outlive the process in some child of the plugin's, so the
 * reading is ended as well. */
static gboolean
on_timeout (gpointer user_data)
{
  Job *job = user_data;

  job->timed_out = !job->ended;
  g_subprocess_force_exit (job->process);
  g_cancellable_cancel (job->cancellable);
  return G_SOURCE_REMOVE;
}

static void
job_fail (Job        *job,
          int         code,
          const char *format,
          ...) G_GNUC_PRINTF (3, 4);

static void
job_fail (Job        *job,
          int         code,
          const char *format,
          ...)
{
  g_autofree char *shown = g_filename_display_name (job->file);
  g_autofree char *reason = NULL;
  va_list arguments;

  va_start (arguments, format);
  reason = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  job->plugin = genlm_plugin_new_failed (job->file,
    g_error_new (GENLM_PLUGIN_ERROR, code, "Failed to load plugin from %s: %s", shown, reason));
}

static void
job_start (Job *job)
{
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GError) error = NULL;
  g_autofree char *timeout = g_strdup_printf ("%u", job->scan->timeout);
  const char *arguments[] = { job->scan->program, job->file, timeout, NULL };

  g_subprocess_launcher_setenv (launcher, GENLM_SCANNING_VARIABLE, "1", TRUE);
  job->process = g_subprocess_launcher_spawnv (launcher, arguments, &error);
  if (job->process == NULL)
    {
      job_fail (job, GENLM_PLUGIN_ERROR_NO_SCANNER,
                "the scanner program cannot be run (%s); install genlm-plugin-scanner again, "
                "or name it in GENLM_PLUGIN_SCANNER", error->message);
      return;
    }

  job->scan->n_running++;
  job->timer = g_timeout_source_new (1000 * job->scan->timeout);
  g_source_set_static_name (job->timer, "[genlm] plugin scan time-out");
  g_source_set_callback (job->timer, on_timeout, job, NULL);
  g_source_attach (job->timer, job->scan->context);
  start_drain (job, g_subprocess_get_stdout_pipe (job->process), job->output);
  start_drain (job, g_subprocess_get_stderr_pipe (job->process), job->errors);
  job->n_pending++;
  g_subprocess_wait_async (job->process, NULL, on_ended, job);
}

/* The last line that the process wrote on its standard error, if any. */
static char *
job_last_words (Job *job)
{
  g_autofree char *text = g_strdup_printf ("%.*s", (int) job->errors->len, (const char *) job->errors->data);
  g_autofree char *valid = g_utf8_make_valid (g_strchomp (text), -1);
  const char *line = strrchr (valid, '\n');

  line = line != NULL ? line + 1 : valid;
  return *line != '\0' ? g_strdup_printf (" after it wrote \"%s\"", line) : g_strdup ("");
}

/* The report is (version, description); see tools/genlm-plugin-scanner.c. */
static void
job_read_report (Job *job)
{
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (g_byte_array_ref (job->output));
  g_autoptr (GVariant) report = NULL;
  g_autoptr (GVariant) description = NULL;
  const char *version;

  report = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE ("(sv)"), bytes, FALSE));
  if (g_variant_is_normal_form (report))
    {
      g_variant_get (report, "(&sv)", &version, &description);
      if (g_strcmp0 (version, GENLM_VERSION_S) != 0)
        {
          job_fail (job, GENLM_PLUGIN_ERROR_NO_SCANNER,
                    "the scanner program %s is of another version than this library (%s); "
                    "install both from one build", job->scan->program, GENLM_VERSION_S);
          return;
        }
      if (g_variant_is_of_type (description, G_VARIANT_TYPE (GENLM_PLUGIN_VARIANT_TYPE)))
        {
          job->plugin = genlm_plugin_new_from_variant (description);
          return;
        }
    }
  job_fail (job, GENLM_PLUGIN_ERROR_INVALID_OUTPUT,
            "the scanner program %s gave no readable report", job->scan->program);
}

static void
job_finish (Job *job)
{
  g_autofree char *words = NULL;

  if (job->plugin != NULL)
    return;

  words = job_last_words (job);
  if (job->timed_out)
    job_fail (job, GENLM_PLUGIN_ERROR_TIMED_OUT,
              "it did not finish loading within %u s%s; repair it, remove the file, "
              "or give it more time with GENLM_PLUGIN_TIMEOUT", job->scan->timeout, words);
  else if (g_subprocess_get_if_signaled (job->process))
    job_fail (job, GENLM_PLUGIN_ERROR_CRASHED,
              "it crashed (signal %d, %s)%s; repair it, or remove the file",
              g_subprocess_get_term_sig (job->process),
              g_strsignal (g_subprocess_get_term_sig (job->process)), words);
  else if (g_subprocess_get_exit_status (job->process) != 0)
    job_fail (job, GENLM_PLUGIN_ERROR_CRASHED,
              "it ended the scanner with exit status %d%s; repair it, or remove the file",
              g_subprocess_get_exit_status (job->process), words);
  else
    job_read_report (job);
}

static void
job_clear (gpointer data)
{
  Job *job = data;

  g_clear_object (&job->plugin);
  g_byte_array_unref (job->errors);
  g_byte_array_unref (job->output);
  g_clear_pointer (&job->timer, g_source_unref);
  g_object_unref (job->cancellable);
  g_clear_object (&job->process);
}

/* Looks at each file; returns a plugin for each, in order, those that failed
 * with their reason. Blocks for as long as that takes, which is bounded. */
GPtrArray *
genlm_plugin_scan (GPtrArray *files)
{
  GPtrArray *plugins = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree Job *jobs = g_new0 (Job, files->len);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autofree char *program = genlm_plugin_scan_dup_program ();
  Scan scan = { context, program, read_timeout (), 0 };
  guint n_started = 0;

  g_main_context_push_thread_default (context);
  while (n_started < files->len || scan.n_running > 0)
    {
      if (n_started < files->len && scan.n_running < MAX_PROCESSES)
        {
          Job *job = &jobs[n_started];

          job->scan = &scan;
          job->file = files->pdata[n_started++];
          job->cancellable = g_cancellable_new ();
          job->output = g_byte_array_new ();
          job->errors = g_byte_array_new ();
          g_debug ("scanning %s", job->file);
          job_start (job);
        }
      else
        g_main_context_iteration (context, TRUE);
    }
  g_main_context_pop_thread_default (context);

  for (guint i = 0; i < files->len; i++)
    {
      job_finish (&jobs[i]);
      g_ptr_array_add (plugins, g_steal_pointer (&jobs[i].plugin));
      job_clear (&jobs[i]);
    }
  return plugins;
}
