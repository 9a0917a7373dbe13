/* `genlm check`: validates a constraint, says what of it has an effect and how
 * large it is, and whether a text fits; or runs a whole set of them. */
#include <math.h>
#include <string.h>

#include "genlm-check-case.h"
#include "genlm-check-suite.h"
#include "genlm-check-vocab.h"
#include "genlm-commands.h"
#include "genlm-interrupt.h"
#include "genlm-output.h"

/* What milliseconds in 32 bits, and bytes in 64, can say; and a thread has a
 * stack. */
#define MAX_LIMIT  (4e6)
#define MAX_JOBS   (1024)
#define MAX_MEMORY (G_MAXINT64 >> 20)

/* How much of a line is shown on either side of the place that is meant. */
#define SHOWN_BYTES (60)

static gboolean opt_json;
static gboolean opt_anew;
static gboolean opt_fail;
static char *opt_draft;
static char *opt_format;
static int opt_jobs;
static double opt_limit = 60.0;
static gint64 opt_max_memory;
static char **opt_properties;
static char *opt_references;
static char *opt_suite;
static char *opt_text;
static char *opt_text_file;
static char *opt_vocab;
static char **opt_arguments;

static const GOptionEntry entries[] = {
  { "text", 't', G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &opt_text, "Say whether this text fits", "TEXT" },
  { "text-file", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME, &opt_text_file,
    "Say whether what is in this file fits, byte by byte", "FILE" },
  { "json", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &opt_json, "Write one JSON object", NULL },
  { "suite", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME, &opt_suite,
    "Run all constraints of a file, a JSON object a line, \"-\" for standard input", "FILE" },
  { "vocab", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME, &opt_vocab,
    "Check the masks over these tokens too: base64, a token a line", "FILE" },
  { "jobs", 'j', G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &opt_jobs,
    "How many threads run a suite (one for each processor; 1 to measure)", "N" },
  { "anew", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &opt_anew,
    "Build the constraint once more for every instance, so that no cache is warm", NULL },
  { "limit", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_DOUBLE, &opt_limit,
    "How long a constraint and its instances may take (60)", "SECONDS" },
  { "max-memory", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_INT64, &opt_max_memory,
    "How much memory a constraint may take (the element's default)", "MIB" },
  { "fail", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &opt_fail, "Exit with 2 unless all of a suite is right", NULL },
  { "refs", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME, &opt_references,
    "The documents that remote references name: a JSON object, URL to schema", "FILE" },
  { "draft", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &opt_draft, "The draft of JSON Schema, whatever $schema says", "DRAFT" },
  { "format", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &opt_format, "Whether formats are asserted: assert or annotate", "WHAT" },
  { "set", 's', G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &opt_properties,
    "Set another property of the element; may be repeated", "NAME=VALUE" },
  { G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &opt_arguments, NULL, "KIND [FILE]" },
  G_OPTION_ENTRY_NULL
};

/* -- properties ------------------------------------------------------------ */

/* The documents of --refs as a variant of type a{ss}. */
static GVariant *
read_references (GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (opt_references);
  g_autofree char *contents = NULL;
  gsize length;
  GVariantBuilder builder;
  GenlmJsonText text;

  if (!g_file_load_contents (file, NULL, &contents, &length, NULL, error))
    return NULL;
  text.start = g_strchug (contents);
  text.end = text.start + strlen (g_strchomp (contents));
  if (!genlm_json_text_check (text, error))
    {
      g_prefix_error (error, "%s: ", opt_references);
      return NULL;
    }
  if (genlm_json_text_peek_kind (text) != '{')
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "%s: It is no JSON object; --refs takes one, of URLs and the schemas there", opt_references);
      return NULL;
    }
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  while (TRUE)
    {
      g_autofree char *url = NULL;
      g_autofree char *document = NULL;
      GenlmJsonText value;

      if (!genlm_json_text_next (&text, &url, &value))
        break;
      document = genlm_json_text_dup_text (value);
      g_variant_builder_add (&builder, "{ss}", url, document);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* What a property is set to by "name=value": a number, a truth value or a list
 * as GVariant writes it, otherwise text. */
static gboolean
add_setting (GVariantDict  *dict,
             const char    *setting,
             GError       **error)
{
  const char *equals = strchr (setting, '=');
  g_autofree char *name = NULL;
  g_autoptr (GVariant) value = NULL;

  if (equals == NULL || equals == setting)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "“%s” sets no property; write --set NAME=VALUE", setting);
      return FALSE;
    }
  name = g_strndup (setting, equals - setting);
  value = g_variant_parse (NULL, equals + 1, NULL, NULL, NULL);
  if (value == NULL)
    value = g_variant_ref_sink (g_variant_new_string (equals + 1));
  g_variant_dict_insert_value (dict, name, value);
  return TRUE;
}

static GVariant *
read_properties (GError **error)
{
  GVariantDict dict;
  g_autoptr (GVariant) references = NULL;

  if (opt_references != NULL && (references = read_references (error)) == NULL)
    return NULL;
  g_variant_dict_init (&dict, NULL);
  if (references != NULL)
    g_variant_dict_insert_value (&dict, "references", references);
  if (opt_draft != NULL)
    g_variant_dict_insert (&dict, "draft", "s", opt_draft);
  if (opt_format != NULL)
    g_variant_dict_insert (&dict, "format", "s", opt_format);
  if (opt_max_memory > 0)
    g_variant_dict_insert (&dict, "max-memory", "t", (guint64) opt_max_memory << 20);
  g_variant_dict_insert (&dict, "deadline", "u", (guint32) ceil (opt_limit * 1000.0));
  for (guint i = 0; opt_properties != NULL && opt_properties[i] != NULL; i++)
    if (!add_setting (&dict, opt_properties[i], error))
      {
        g_variant_dict_clear (&dict);
        return NULL;
      }
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* -- one constraint -------------------------------------------------------- */

static GenlmPotential *
build (const char  *kind,
       const char  *name,
       GVariant    *properties,
       GError     **error)
{
  const char *as_file = genlm_check_source_property (kind, TRUE);
  g_autoptr (GVariant) all = NULL;
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (name);
  g_autofree char *contents = NULL;
  const char *wrong;
  gsize length;
  GVariantDict dict;

  if (as_file == NULL && !g_file_load_contents (file, NULL, &contents, &length, NULL, error))
    return NULL;
  if (contents != NULL && !g_utf8_validate_len (contents, length, &wrong))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "Failed to read the file: the byte 0x%02X at byte %" G_GSIZE_FORMAT " is not text in UTF-8 there",
                   (guint) (guchar) *wrong, (gsize) (wrong - contents));
      return NULL;
    }
  if (contents != NULL && g_str_has_suffix (contents, "\n"))
    contents[strlen (contents) - 1] = '\0';
  /* Editors put U+FEFF before a text to say what its encoding is. */
  if (contents != NULL && g_str_has_prefix (contents, "\xef\xbb\xbf"))
    memmove (contents, contents + 3, strlen (contents + 3) + 1);
  g_variant_dict_init (&dict, properties);
  if (as_file != NULL)
    g_variant_dict_insert (&dict, as_file, "s", name);
  else
    g_variant_dict_insert (&dict, genlm_check_source_property (kind, FALSE), "s", contents);
  all = g_variant_ref_sink (g_variant_dict_end (&dict));
  return genlm_element_make (kind, all, error);
}

/* Where a text leaves what the constraint allows. */
typedef struct
{
  gsize  position;  /* bytes that are a prefix of something allowed */
  double prefix;    /* log weight of the whole text as unfinished */
  double complete;
} Fit;

static gboolean
find_fit (GenlmPotential  *potential,
          GBytes          *text,
          Fit             *fit,
          GCancellable    *cancellable,
          GError         **error)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (text, &length);
  g_autoptr (GenlmContext) context = genlm_context_new ();

  fit->complete = -INFINITY;
  for (fit->position = 0;; fit->position++)
    {
      g_autoptr (GenlmContext) last = NULL;

      fit->prefix = genlm_potential_prefix_sync (potential, context, cancellable, error);
      if (isnan (fit->prefix))
        return FALSE;
      if (fit->prefix == -INFINITY)
        {
          fit->position -= fit->position > 0 ? 1 : 0;
          return TRUE;
        }
      if (fit->position == length)
        break;
      last = g_steal_pointer (&context);
      context = genlm_context_append (last, bytes[fit->position]);
    }
  fit->complete = genlm_potential_complete_sync (potential, context, cancellable, error);
  return !isnan (fit->complete);
}

/* The numbers and lists that an element says of itself. */
static const char *const counts[] = { "n-states", "n-rules", "n-nonterminals", "n-terminals", "n-nodes", "memory" };
static const char *const lists[] = { "annotations", "dropped" };

static gboolean
has_property (GenlmPotential *potential,
              const char     *name)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (potential), name) != NULL;
}

static guint64
get_count (GenlmPotential *potential,
           const char     *name)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT64);
  g_object_get_property (G_OBJECT (potential), name, &value);
  return g_value_get_uint64 (&value);
}

static char **
dup_list (GenlmPotential *potential,
          const char     *name)
{
  char **list = NULL;

  g_object_get (potential, name, &list, NULL);
  return list;
}

static void
find_line (const char *text,
           gsize       position,
           gsize      *line,
           gsize      *column)
{
  const char *start = text;
  gsize i;

  *line = 1;
  for (i = 0; i < position; i++)
    if (text[i] == '\n')
      {
        ++*line;
        start = text + i + 1;
      }
  *column = g_utf8_strlen (start, text + position - start) + 1;
}

/* The line of the place with a sign below it; of a long line, what is near. */
static void
show_place (GString    *output,
            const char *text,
            gsize       length,
            gsize       position)
{
  const char *place = text + position;
  const char *start = place;
  const char *end = place;
  g_autofree char *shown = NULL;
  g_autofree char *before = NULL;

  while (start > text && start[-1] != '\n' && place - start < SHOWN_BYTES)
    start--;
  while (start < place && ((guchar) *start & 0xc0) == 0x80)
    start++;
  while (end < text + length && *end != '\n' && end - place < SHOWN_BYTES)
    end++;
  while (end > place && end < text + length && ((guchar) *end & 0xc0) == 0x80)
    end--;
  shown = g_utf8_make_valid (start, end - start);
  before = g_utf8_make_valid (start, place - start);
  g_string_append_printf (output, "  %s\n  %*s^\n", shown, (int) g_utf8_strlen (before, -1), "");
}

static void
append_fit (GString   *output,
            GBytes    *bytes,
            const Fit *fit)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  gsize line;
  gsize column;

  if (fit->complete > -INFINITY)
    {
      g_string_append_printf (output, "text: complete (log weight %g)\n", fit->complete);
      return;
    }
  if (fit->prefix > -INFINITY)
    {
      g_string_append_printf (output, "text: a prefix, not complete (log weight %g)\n", fit->prefix);
      return;
    }
  find_line (text != NULL ? text : "", fit->position, &line, &column);
  g_string_append_printf (output,
                          "text: not allowed from byte %" G_GSIZE_FORMAT " on, line %" G_GSIZE_FORMAT
                          ", column %" G_GSIZE_FORMAT "\n",
                          fit->position + 1, line, column);
  if (text != NULL)
    show_place (output, text, length, fit->position);
}

static int
show_text (GenlmPotential *potential,
           const char     *name,
           GBytes         *text,
           const Fit      *fit)
{
  g_autoptr (GString) output = g_string_new (NULL);

  g_string_append_printf (output, "%s: valid\n", name);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    if (has_property (potential, counts[i]))
      g_string_append_printf (output, "%s: %" G_GUINT64_FORMAT "\n", counts[i], get_count (potential, counts[i]));
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    if (has_property (potential, lists[i]))
      {
        g_auto (GStrv) list = dup_list (potential, lists[i]);

        g_string_append_printf (output, "%s:%s\n", lists[i], list == NULL || list[0] == NULL ? " none" : "");
        for (guint j = 0; list != NULL && list[j] != NULL; j++)
          g_string_append_printf (output, "  %s\n", list[j]);
      }
  if (text != NULL)
    append_fit (output, text, fit);
  return genlm_output_finish (output);
}

static void
json_fit (JsonBuilder *builder,
          const Fit   *fit)
{
  json_builder_set_member_name (builder, "text");
  json_builder_begin_object (builder);
  genlm_output_add_string (builder, "status",
                           fit->complete > -INFINITY ? "complete"
                           : fit->prefix > -INFINITY ? "prefix" : "not-allowed");
  genlm_output_add_number (builder, "prefix", fit->prefix);
  genlm_output_add_number (builder, "complete", fit->complete);
  genlm_output_add_int (builder, "position", fit->position);
  json_builder_end_object (builder);
}

static int
show_json (GenlmPotential *potential,
           const char     *name,
           GBytes         *text,
           const Fit      *fit)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  genlm_output_add_string (builder, "file", name);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    if (has_property (potential, counts[i]))
      {
        genlm_output_add_int (builder, counts[i], get_count (potential, counts[i]));
      }
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    if (has_property (potential, lists[i]))
      {
        g_auto (GStrv) list = dup_list (potential, lists[i]);

        json_builder_set_member_name (builder, lists[i]);
        json_builder_begin_array (builder);
        for (guint j = 0; list != NULL && list[j] != NULL; j++)
          json_builder_add_string_value (builder, list[j]);
        json_builder_end_array (builder);
      }
  if (text != NULL)
    json_fit (builder, fit);
  json_builder_end_object (builder);
  return genlm_output_json (builder);
}

static gboolean
load_text (GBytes **text,
           GError **error)
{
  g_autoptr (GFile) file = NULL;

  *text = NULL;
  if (opt_text != NULL)
    *text = g_bytes_new (opt_text, strlen (opt_text));
  if (opt_text_file == NULL)
    return TRUE;
  file = g_file_new_for_commandline_arg (opt_text_file);
  *text = g_file_load_bytes (file, NULL, NULL, error);
  return *text != NULL;
}

static int
check_file (const char   *kind,
            const char   *name,
            GVariant     *properties,
            GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GenlmPotential) potential = NULL;
  Fit fit = { 0, 0.0, 0.0 };
  int status;

  if (!load_text (&text, &error))
    return genlm_output_fail ("%s", error->message);
  potential = build (kind, name, properties, &error);
  if (potential == NULL)
    return genlm_output_fail ("%s: %s", name, error->message);
  if (text != NULL && !find_fit (potential, text, &fit, cancellable, &error))
    return genlm_interrupt_caught () ? GENLM_EXIT_CANCELLED : genlm_output_fail ("%s", error->message);
  status = opt_json ? show_json (potential, name, text, &fit) : show_text (potential, name, text, &fit);
  if (status != 0)
    return status;
  return text == NULL || fit.complete > -INFINITY ? 0 : GENLM_EXIT_FAILED;
}

/* -- a set of them --------------------------------------------------------- */

static int
check_suite (const char   *kind,
             GVariant     *properties,
             GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmVocab) vocab = NULL;
  GenlmCheckSetup setup = { kind, properties, opt_draft, NULL, opt_anew, opt_limit, cancellable };
  gboolean all_right = FALSE;

  if (opt_vocab != NULL && (vocab = genlm_check_vocab_load (opt_vocab, cancellable, &error)) == NULL)
    return genlm_output_fail ("Failed to read the vocabulary: %s", error->message);
  setup.vocab = vocab;
  if (!genlm_check_suite_run (&setup, opt_suite, opt_jobs > 0 ? (guint) opt_jobs : g_get_num_processors (),
                              &all_right, &error))
    return genlm_interrupt_caught () ? GENLM_EXIT_CANCELLED : genlm_output_fail ("%s", error->message);
  return all_right || !opt_fail ? 0 : 2;
}

/* Loads the plugin, so that the first constraint does not carry that time. */
static gboolean
load_kind (const char  *kind,
           GError     **error)
{
  g_autoptr (GenlmElementFactory) factory = genlm_element_factory_find (kind);

  if (factory != NULL)
    return genlm_element_factory_load_type (factory, error) != G_TYPE_INVALID;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "There is no element “%s”; “genlm inspect --failed” may say why", kind);
  return FALSE;
}

static gboolean
check_arguments (GError **error)
{
  guint n_arguments = opt_arguments != NULL ? g_strv_length (opt_arguments) : 0;

  if (n_arguments == 0 || genlm_check_source_property (opt_arguments[0], FALSE) == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   n_arguments == 0 ? "What is to be checked is missing: json-schema, cfg, wcfg, regex or wfsa, and a file"
                                    : "“%s” cannot be checked; json-schema, cfg, wcfg, regex and wfsa can",
                   n_arguments > 0 ? opt_arguments[0] : "");
      return FALSE;
    }
  if (n_arguments != (opt_suite != NULL ? 1 : 2))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   opt_suite != NULL ? "With --suite there is no other file" : "One file is needed, or --suite");
      return FALSE;
    }
  if (opt_text != NULL && opt_text_file != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--text and --text-file are two texts; give one");
      return FALSE;
    }
  if (!(opt_limit > 0.0) || opt_jobs < 0 || opt_max_memory < 0)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--limit, --jobs and --max-memory are positive");
      return FALSE;
    }
  if (opt_limit > MAX_LIMIT || opt_jobs > MAX_JOBS || opt_max_memory > MAX_MEMORY)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--limit is at most %g seconds, --jobs at most %d, and --max-memory at most %" G_GINT64_FORMAT " MiB",
                   MAX_LIMIT, MAX_JOBS, MAX_MEMORY);
      return FALSE;
    }
  return TRUE;
}

int
genlm_check_main (int    argc,
                  char **argv)
{
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GVariant) properties = NULL;

  g_option_context_add_main_entries (options, entries, NULL);
  g_option_context_set_summary (options,
                                "Says whether a constraint can be enforced, how large it is, and whether a text fits:\n"
                                "  genlm check json-schema book.json --text '{\"title\": \"'\n"
                                "  genlm check json-schema --suite schemas.jsonl --vocab vocabulary.b64");
  if (!g_option_context_parse (options, &argc, &argv, &error) || !check_arguments (&error))
    return genlm_output_fail ("%s", error->message);
  properties = read_properties (&error);
  if (properties == NULL || !load_kind (opt_arguments[0], &error))
    return genlm_output_fail ("%s", error->message);
  genlm_interrupt_catch (cancellable);
  if (opt_suite != NULL)
    return check_suite (opt_arguments[0], properties, cancellable);
  return check_file (opt_arguments[0], opt_arguments[1], properties, cancellable);
}
