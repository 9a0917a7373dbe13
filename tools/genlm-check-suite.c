/* A whole set of constraints with their instances: reads a case at a time, lets
 * threads judge them, and writes what came out in the order of the file, a JSON
 * line each, and a summary at the end. */
#include "genlm-check-suite.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "genlm-progress.h"

/* How many cases may be read ahead for each job. */
#define CASES_PER_JOB 8

/* One case on its way. */
typedef struct
{
  guint64           number;  /* from one, among the cases */
  char             *text;
  gsize             length;
  char             *default_id;
  GenlmCheckResult *result;
} Work;

typedef struct
{
  const GenlmCheckSetup *setup;
  char                  *name;
  GDataInputStream      *input;       /* a case a line … */
  char                  *content;     /* … or one array of them, */
  GenlmJsonText          elements;    /* of which these are left */
  GThreadPool           *pool;
  GAsyncQueue           *done;
  GHashTable            *waiting;     /* number → Work that came before its turn */
  guint64                n_lines;
  guint64                n_read;
  guint64                n_written;
  guint                  n_flying;
  guint                  counts[GENLM_CHECK_N_VERDICTS];
  GArray                *compile_us;  /* of float */
  GArray                *mask_us;
  GenlmProgress          progress;
} Suite;

static void
work_free (gpointer data)
{
  Work *self = data;

  g_clear_pointer (&self->result, genlm_check_result_free);
  g_free (self->default_id);
  g_free (self->text);
  g_free (self);
}

static void
suite_clear (Suite *self)
{
  if (self->pool != NULL)
    g_thread_pool_free (self->pool, TRUE, TRUE);
  g_clear_pointer (&self->done, g_async_queue_unref);
  g_clear_pointer (&self->waiting, g_hash_table_unref);
  g_clear_pointer (&self->compile_us, g_array_unref);
  g_clear_pointer (&self->mask_us, g_array_unref);
  g_clear_object (&self->input);
  g_free (self->content);
  g_free (self->name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Suite, suite_clear)

static void
judge (gpointer data,
       gpointer user_data)
{
  Work *work = data;
  Suite *suite = user_data;
  GenlmJsonText text = { work->text, work->text + work->length };

  work->result = genlm_check_case_run (suite->setup, text, work->default_id);
  g_clear_pointer (&work->text, g_free);
  g_async_queue_push (suite->done, work);
}

/* -- reading --------------------------------------------------------------- */

static GInputStream *
open_stream (const char    *file,
             GCancellable  *cancellable,
             GError       **error)
{
  g_autoptr (GFile) source = g_file_new_for_commandline_arg (strcmp (file, "-") == 0 ? "/dev/stdin" : file);

  return G_INPUT_STREAM (g_file_read (source, cancellable, error));
}

/* Reads what is left of the input, which is one array. */
static gboolean
read_array (Suite   *self,
            GError **error)
{
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  GMemoryOutputStream *bytes = G_MEMORY_OUTPUT_STREAM (memory);

  if (g_output_stream_splice (memory, G_INPUT_STREAM (self->input),
                              G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, self->setup->cancellable, error) < 0)
    return FALSE;
  self->elements.start = g_memory_output_stream_get_data (bytes);
  self->elements.end = self->elements.start + g_memory_output_stream_get_data_size (bytes);
  self->content = g_memory_output_stream_steal_data (bytes);
  while (self->elements.end > self->elements.start && g_ascii_isspace (self->elements.end[-1]))
    self->elements.end--;
  if (genlm_json_text_check (self->elements, error))
    return TRUE;
  g_prefix_error (error, "%s: ", self->name);
  return FALSE;
}

static gboolean
open_suite (Suite       *self,
            const char  *file,
            GError     **error)
{
  g_autoptr (GInputStream) raw = open_stream (file, self->setup->cancellable, error);
  const char *buffer;
  gsize length;

  if (raw == NULL)
    return FALSE;
  self->name = g_strdup (strcmp (file, "-") == 0 ? "stdin" : file);
  self->input = g_data_input_stream_new (raw);
  if (g_buffered_input_stream_fill (G_BUFFERED_INPUT_STREAM (self->input), -1, self->setup->cancellable, error) < 0)
    return FALSE;
  buffer = g_buffered_input_stream_peek_buffer (G_BUFFERED_INPUT_STREAM (self->input), &length);
  while (length > 0 && g_ascii_isspace (*buffer))
    buffer++, length--;
  return length == 0 || *buffer != '[' || read_array (self, error);
}

/* The next case; NULL at the end, or with an error. */
static Work *
read_work (Suite   *self,
           GError **error)
{
  g_autofree char *line = NULL;
  gsize length = 0;
  GenlmJsonText element;
  Work *work;

  if (self->content != NULL)
    {
      if (!genlm_json_text_next (&self->elements, NULL, &element))
        return NULL;
      length = element.end - element.start;
      line = g_strndup (element.start, length);
      self->n_lines++;
    }
  else
    {
      do
        {
          g_free (line);
          line = g_data_input_stream_read_line (self->input, &length, self->setup->cancellable, error);
          if (line == NULL)
            return NULL;
          self->n_lines++;
        }
      while (*g_strchug (line) == '\0');
      length = strlen (line);
    }
  work = g_new0 (Work, 1);
  work->number = ++self->n_read;
  work->default_id = g_strdup_printf ("%s:%" G_GUINT64_FORMAT, self->name, self->n_lines);
  work->length = length;
  work->text = g_steal_pointer (&line);
  return work;
}

/* -- writing --------------------------------------------------------------- */

/* Lines are written by hand: json-glib writes a tenth of a microsecond with
 * seventeen digits. */
static void
add_name (GString    *line,
          const char *name)
{
  if (line->str[line->len - 1] != '{')
    g_string_append (line, ", ");
  genlm_json_text_quote (name, line);
  g_string_append (line, ": ");
}

static void
add_text (GString    *line,
          const char *name,
          const char *text)
{
  add_name (line, name);
  if (text != NULL)
    genlm_json_text_quote (text, line);
  else
    g_string_append (line, "null");
}

static void
add_us (GString    *line,
        const char *name,
        double      us)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  add_name (line, name);
  g_string_append (line, g_ascii_formatd (buffer, sizeof buffer, "%.1f", us));
}

static void
add_count (GString    *line,
           const char *name,
           guint64     count)
{
  add_name (line, name);
  g_string_append_printf (line, "%" G_GUINT64_FORMAT, count);
}

static gboolean
write_line (GString  *line,
            GError  **error)
{
  if (puts (line->str) >= 0 && fflush (stdout) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Failed to write to standard output");
  return FALSE;
}

static double
mean_of (const GArray *values)
{
  double sum = 0.0;
  guint i;

  for (i = 0; i < values->len; i++)
    sum += g_array_index (values, float, i);
  return values->len > 0 ? sum / values->len : 0.0;
}

static double
max_of (const GArray *values)
{
  float max = 0.0;
  guint i;

  for (i = 0; i < values->len; i++)
    max = MAX (max, g_array_index (values, float, i));
  return max;
}

static void
add_annotations (GString  *line,
                 char    **annotations)
{
  guint i;

  if (annotations == NULL || annotations[0] == NULL)
    return;
  add_name (line, "annotations");
  for (i = 0; annotations[i] != NULL; i++)
    {
      g_string_append (line, i == 0 ? "[" : ", ");
      genlm_json_text_quote (annotations[i], line);
    }
  g_string_append_c (line, ']');
}

static gboolean
write_result (const GenlmCheckResult  *result,
              GError                 **error)
{
  g_autoptr (GString) line = g_string_new ("{");

  add_text (line, "id", result->id);
  add_text (line, "verdict", genlm_check_verdict_to_string (result->verdict));
  add_text (line, "pointer", result->pointer);
  add_text (line, "reason", result->reason);
  add_us (line, "compile_us", result->compile_us);
  add_count (line, "masks", result->mask_us->len);
  add_us (line, "mask_us_avg", mean_of (result->mask_us));
  add_us (line, "mask_us_max", max_of (result->mask_us));
  add_annotations (line, result->annotations);
  g_string_append_c (line, '}');
  return write_line (line, error);
}

/* Counts a result and writes it. */
static gboolean
take_result (Suite                   *self,
             const GenlmCheckResult  *result,
             GError                 **error)
{
  float compile_us = result->compile_us;

  self->counts[result->verdict]++;
  g_array_append_val (self->compile_us, compile_us);
  g_array_append_vals (self->mask_us, result->mask_us->data, result->mask_us->len);
  return write_result (result, error);
}

/* Waits for one case, and writes all whose turn it is. */
static gboolean
collect (Suite   *self,
         GError **error)
{
  Work *work = g_async_queue_pop (self->done);
  gboolean ok = TRUE;

  self->n_flying--;
  g_hash_table_insert (self->waiting, &work->number, work);
  while (ok)
    {
      guint64 first = self->n_written + 1;

      work = g_hash_table_lookup (self->waiting, &first);
      if (work == NULL)
        break;
      ok = take_result (self, work->result, error);
      self->n_written = first;
      g_hash_table_remove (self->waiting, &first);
    }
  genlm_progress_show (&self->progress, "%" G_GUINT64_FORMAT " cases, %u right", self->n_written,
                       self->counts[GENLM_CHECK_RIGHT]);
  return ok;
}

static int
compare_floats (gconstpointer a,
                gconstpointer b)
{
  float x = *(const float *) a;
  float y = *(const float *) b;

  return (x > y) - (x < y);
}

static void
add_distribution (GString    *line,
                  const char *name,
                  GArray     *values)
{
  static const struct
  {
    const char *name;
    double      share;
  } points[] = { { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "p99.9", 0.999 }, { "max", 1.0 } };
  guint i;

  g_array_sort (values, compare_floats);
  add_name (line, name);
  g_string_append_c (line, '{');
  add_count (line, "n", values->len);
  add_us (line, "avg", mean_of (values));
  for (i = 0; i < G_N_ELEMENTS (points); i++)
    {
      guint at = values->len > 0 ? MIN ((guint) (values->len * points[i].share), values->len - 1) : 0;

      add_us (line, points[i].name, values->len > 0 ? g_array_index (values, float, at) : 0.0);
    }
  g_string_append_c (line, '}');
}

static gboolean
write_summary (Suite   *self,
               GError **error)
{
  g_autoptr (GString) line = g_string_new ("{\"summary\": {");
  struct rusage usage;
  guint i;

  getrusage (RUSAGE_SELF, &usage);
  add_count (line, "cases", self->compile_us->len);
  for (i = 0; i < GENLM_CHECK_N_VERDICTS; i++)
    add_count (line, genlm_check_verdict_to_string (i), self->counts[i]);
  add_distribution (line, "compile_us", self->compile_us);
  add_distribution (line, "mask_us", self->mask_us);
  add_count (line, "peak_mib", usage.ru_maxrss / 1024);
  g_string_append (line, "}}");
  return write_line (line, error);
}

/* -- the run --------------------------------------------------------------- */

static gboolean
run (Suite   *self,
     guint    n_jobs,
     GError **error)
{
  GError *local_error = NULL;

  while (TRUE)
    {
      Work *work = NULL;

      if (self->n_flying < n_jobs * CASES_PER_JOB)
        work = read_work (self, &local_error);
      if (local_error != NULL)
        break;
      if (work != NULL)
        {
          self->n_flying++;
          g_thread_pool_push (self->pool, work, NULL);
          continue;
        }
      if (self->n_flying == 0)
        break;
      if (!collect (self, &local_error))
        break;
      if (g_cancellable_set_error_if_cancelled (self->setup->cancellable, &local_error))
        break;
    }
  while (self->n_flying > 0)
    {
      self->n_flying--;
      work_free (g_async_queue_pop (self->done));
    }
  genlm_progress_show (&self->progress, "%s", "");
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, local_error);
  return FALSE;
}

/* Runs the set in @file, "-" for standard input, with @n_jobs threads. */
gboolean
genlm_check_suite_run (const GenlmCheckSetup  *setup,
                       const char             *file,
                       guint                   n_jobs,
                       gboolean               *all_right,
                       GError                **error)
{
  g_auto (Suite) self = { .setup = setup };

  self.done = g_async_queue_new ();
  self.waiting = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, work_free);
  self.compile_us = g_array_new (FALSE, FALSE, sizeof (float));
  self.mask_us = g_array_new (FALSE, FALSE, sizeof (float));
  self.pool = g_thread_pool_new (judge, &self, n_jobs, TRUE, error);
  if (self.pool == NULL || !open_suite (&self, file, error) || !run (&self, n_jobs, error))
    return FALSE;
  *all_right = self.counts[GENLM_CHECK_RIGHT] == self.compile_us->len;
  return write_summary (&self, error);
}
