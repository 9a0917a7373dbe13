/* Every potential of the project, plain and wrapped in every way: the laws hold
 * for each, and a wrapper answers with the same bits as what it wraps. */

#include <genlm-testing.h>

#include <glib/gstdio.h>
#include <string.h>

#include "tiny-model.h"

/* Of the many tokens after a context so many are looked at. */
#define TOP_K 6

typedef enum
{
  PLAIN,
  FROM_RECIPE,
  AUTOBATCHED,
  IN_WORKERS,
  IN_WORKERS_AUTOBATCHED,
  AUTOBATCHED_IN_WORKERS,
  N_WRAPPINGS,
} Wrapping;

static const char *const wrapping_names[N_WRAPPINGS] = {
  "plain", "from-recipe", "autobatched", "in-workers", "in-workers-autobatched", "autobatched-in-workers",
};

typedef struct
{
  const char *name;
  const char *description;      /* %s stands for the tiny model */
  const char *coerce_to;        /* another description, whose vocabulary is taken */
  gboolean    is_slow;          /* so that not everything is tried */
} Element;

#define NGRAM "ngram prompt=\"The capital of France is\""
#define REGEX "regex pattern=\" [A-Z][a-z]+(, [A-Z][a-z]+)*\\.\""
#define WFSA "wfsa pattern=\" [A-Z][a-z]+(, [A-Z][a-z]+)*\\.\""
#define WFSA_TEXT "wfsa text=\"%initial 0 3\n0 1 \\\\s 0.5\n1 1 <eps> 0.25\n1 1 P 2e-1\n1 2 a .2\n2 1 r .5\n2 1 <eps> .4\n1 1 R .1\n1 .2\n\""
#define CFG "cfg grammar=\"start: expr\nexpr: expr OP expr | NAME | \\\"(\\\" expr \\\")\\\"\nOP: /[-+]/\nNAME: /[A-Za-z]+/\n%ignore / +/\n\""
#define WCFG "wcfg grammar=\"start: 0.6: NAME | 0.3: start OP start | 0.1: \\\"(\\\" start \\\")\\\"\nOP: /[-+]/\nNAME: /[A-Za-z]+/\n%ignore / +/\n\""
#define WCFG_RULES "wcfg grammar=\"0.4: S -> a S b\n0.2: S -> S S\n0.1: S -> x\n0.3: S ->\n\""
#define JSON_SCHEMA "json-schema schema=\"{\\\"properties\\\":{\\\"a\\\":{\\\"enum\\\":[\\\"the\\\",12,[true]]},\\\"b\\\":{\\\"type\\\":\\\"integer\\\"}},\\\"required\\\":[\\\"a\\\"],\\\"maxProperties\\\":3}\""
#define LLAMA "llama model=\"%s\" prompt=\"a\" threads=1"

static const Element elements[] = {
  { "ngram-words", NGRAM, NULL },
  { "ngram-bytes", NGRAM " unit=bytes order=5", NULL },
  { "ngram-cold", NGRAM " temperature=0.5 name=cold", NULL },
  { "regex", REGEX, NULL },
  { "regex-of-words", REGEX, NGRAM },
  { "wfsa", WFSA, NULL },
  { "wfsa-of-words", WFSA, NGRAM },
  { "wfsa-text", WFSA_TEXT, NULL },
  { "cfg", CFG, NULL },
  { "cfg-of-words", CFG, NGRAM },
  { "wcfg", WCFG, NULL },
  { "wcfg-of-words", WCFG, NGRAM },
  { "wcfg-rules", WCFG_RULES, NULL },
  { "json-schema", JSON_SCHEMA, NULL },
  { "json-schema-of-words", JSON_SCHEMA, NGRAM },
  { "coerced-bytes", NGRAM " unit=bytes order=4", NGRAM },
  { "coerced-autobatched", REGEX " ! autobatch", NGRAM },
  { "product", NGRAM " unit=bytes ! product name=p " REGEX " ! p.", NULL },
  { "product-boolean", REGEX " ! product name=p " REGEX " ! p.", NULL },
  { "product-of-words", NGRAM " ! product name=p intersect=true " NGRAM " order=2 ! p.", NULL },
  { "product-coerced", NGRAM " unit=bytes ! product name=p " REGEX " ! p.", NGRAM },
  { "product-of-workers", NGRAM " unit=bytes ! multiprocess workers=2 ! product name=p " REGEX " ! multiprocess workers=1 ! p.", NULL },
  { "coerced-in-workers", REGEX " ! multiprocess workers=2", NGRAM },
  { "coerced-through-both", REGEX " ! multiprocess workers=2 ! autobatch", NGRAM },
  { "product-of-autobatched", NGRAM " unit=bytes ! autobatch ! product name=p " REGEX " ! autobatch ! p.", NULL },
#ifdef HAVE_SCRIPTS
  { "python", "word-length max-length=4", NULL, TRUE },
  { "python-product", NGRAM " unit=bytes ! product name=p word-length max-length=5 ! p.", NULL, TRUE },
  { "python-of-words", "word-length max-length=5", NGRAM, TRUE },
  { "js", "word-length-js max-length=4", NULL, TRUE },
  { "both-languages", "word-length max-length=5 ! product name=p word-length-js max-length=4 ! p.", NULL, TRUE },
#endif
#ifdef HAVE_LLAMA
  { "llama", LLAMA, NULL },
  { "llama-cold", LLAMA " temperature=0.5", NULL },
  { "regex-of-llama", REGEX, LLAMA },
  { "llama-product", LLAMA " ! product name=p " LLAMA " temperature=2 ! p.", NULL },
#endif
};

typedef struct
{
  const Element *element;
  Wrapping       wrapping;
} Case;

static char *folder;
static char *tiny;

/* -- making them ----------------------------------------------------------- */

static GenlmPotential *
make_plain (const char *description)
{
  g_auto (GStrv) parts = g_strsplit (description, "%s", -1);
  g_autofree char *full = g_strjoinv (tiny, parts);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPipeline) pipeline = genlm_pipeline_parse (full, &error);

  g_assert_no_error (error);
  g_assert_true (GENLM_IS_POTENTIAL (genlm_pipeline_get_last (pipeline)));
  return g_object_ref (genlm_pipeline_get_last (pipeline));
}

static GenlmPotential *
make_element (const Element *element)
{
  g_autoptr (GenlmPotential) potential = make_plain (element->description);
  g_autoptr (GenlmPotential) target = NULL;
  g_autoptr (GError) error = NULL;
  GenlmPotential *coerced;

  if (element->coerce_to == NULL)
    return g_steal_pointer (&potential);
  target = make_plain (element->coerce_to);
  coerced = genlm_potential_coerce (potential, genlm_potential_get_vocab (target), &error);
  g_assert_no_error (error);
  return coerced;
}

/* As it comes out of a socket. */
static GenlmPotential *
rebuild (GenlmPotential *potential)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) recipe = genlm_potential_to_recipe (potential, &error);
  g_autoptr (GBytes) bytes = NULL;
  GenlmPotential *built;

  g_assert_no_error (error);
  bytes = g_variant_get_data_as_bytes (recipe);
  built = genlm_element_from_recipe (g_variant_new_from_bytes (G_VARIANT_TYPE ("(sa{sv})"), bytes, FALSE), &error);
  g_assert_no_error (error);
  return built;
}

static GenlmPotential *
put_into_workers (GenlmPotential *potential)
{
  g_autoptr (GError) error = NULL;
  GenlmPotential *made = genlm_potential_to_multiprocess (potential, 2, &error);

  g_assert_no_error (error);
  return made;
}

static GenlmPotential *
wrap (GenlmPotential *potential,
      Wrapping        wrapping)
{
  g_autoptr (GenlmPotential) inner = NULL;

  switch (wrapping)
    {
    case FROM_RECIPE:
      return rebuild (potential);
    case AUTOBATCHED:
      return genlm_potential_to_autobatched (potential);
    case IN_WORKERS:
      return put_into_workers (potential);
    case IN_WORKERS_AUTOBATCHED:
      inner = put_into_workers (potential);
      return genlm_potential_to_autobatched (inner);
    case AUTOBATCHED_IN_WORKERS:
      inner = genlm_potential_to_autobatched (potential);
      return put_into_workers (inner);
    case PLAIN:
    case N_WRAPPINGS:
    default:
      return g_object_ref (potential);
    }
}

/* -- what they are asked --------------------------------------------------- */

/* Within the pattern, at its end, and outside; one in bytes where there are words. */
static GenlmBatch *
make_contexts (GenlmPotential *potential)
{
  const char *texts[] = { "", " Par", " Paris, Rome", " Paris.", " paris" };
  GenlmBatch *batch = genlm_batch_new ();
  g_autoptr (GBytes) spelled = g_bytes_new_static (" Rome.", 6);
  g_autoptr (GenlmContext) in_bytes = genlm_context_new_from_bytes (spelled);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (texts[i], strlen (texts[i]));
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmContext) context = genlm_vocab_encode (genlm_potential_get_vocab (potential), bytes, &error);

      g_assert_no_error (error);
      genlm_batch_append (batch, context);
    }
  if (genlm_vocab_get_size (genlm_potential_get_vocab (potential)) > 256)
    genlm_batch_append (batch, in_bytes);
  return batch;
}

static void
test_element (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (GenlmPotential) plain = make_element (test->element);
  g_autoptr (GenlmPotential) wrapped = wrap (plain, test->wrapping);
  g_autoptr (GenlmBatch) contexts = make_contexts (plain);
  g_autoptr (GenlmHarness) harness = genlm_harness_new (plain);
  g_autoptr (GenlmHarness) wrapped_harness = genlm_harness_new (wrapped);
  g_autoptr (GenlmPotential) rebuilt = rebuild (wrapped);
  g_autoptr (GError) error = NULL;

  /* It promises the same wherever it is, and from its recipe in the same way. */
  g_assert_cmpuint (genlm_potential_get_traits (rebuilt), ==, genlm_potential_get_traits (wrapped));
  g_assert_cmpuint (genlm_potential_get_traits (wrapped) & (GENLM_TRAITS_BOOLEAN | GENLM_TRAITS_MASKS), ==,
                    genlm_potential_get_traits (plain) & (GENLM_TRAITS_BOOLEAN | GENLM_TRAITS_MASKS));

  g_object_set (wrapped_harness, "top-k", (guint64) TOP_K, NULL);
  if (!test->element->is_slow || (test->wrapping == IN_WORKERS_AUTOBATCHED && test->element->coerce_to == NULL))
    {
      genlm_harness_check_all (wrapped_harness, contexts, &error);
      g_assert_no_error (error);
      genlm_harness_check_recipe (wrapped_harness, contexts, &error);
      g_assert_no_error (error);
    }
  genlm_harness_check_equal (harness, wrapped, contexts, &error);
  g_assert_no_error (error);
}

#ifdef HAVE_LLAMA
/* A real model, with a vocabulary of its size. */
static void
test_real_model (void)
{
  const char *model = g_getenv ("GENLM_TEST_MODEL");
  g_autofree char *description = g_strdup_printf ("llama model=\"%s\" prompt=\"The capital of\" threads=1", model);
  g_autoptr (GenlmPotential) plain = NULL;
  g_autoptr (GenlmPotential) autobatched = NULL;
  g_autoptr (GenlmPotential) in_workers = NULL;
  g_autoptr (GenlmHarness) harness = NULL;
  g_autoptr (GenlmBatch) contexts = NULL;
  g_autoptr (GError) error = NULL;

  if (model == NULL || !g_file_test (model, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("GENLM_TEST_MODEL names no model");
      return;
    }
  plain = make_plain (description);
  autobatched = genlm_potential_to_autobatched (plain);
  in_workers = put_into_workers (plain);
  harness = genlm_harness_new (plain);
  contexts = make_contexts (plain);
  genlm_harness_check_equal (harness, autobatched, contexts, &error);
  g_assert_no_error (error);
  genlm_harness_check_equal (harness, in_workers, contexts, &error);
  g_assert_no_error (error);
}

/* A model file that makes libllama end the process is a named error where it is
 * read in a worker, and the next pool is none the worse for it. */
static void
test_abort (void)
{
  g_autofree char *path = tiny_model_write (folder, "abort.gguf", TINY_ABORT);
  g_autofree char *description = g_strdup_printf ("llama model=\"%s\" prompt=a ! multiprocess workers=2 max-retries=0",
                                                  path);
  g_autoptr (GVariant) recipe = g_variant_ref_sink (g_variant_new_parsed ("('llama', {'model': <%s>})", path));
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) other = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_null (genlm_multiprocess_new_from_recipe (recipe, 1, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED);
  g_assert_nonnull (strstr (error->message, "signal 6"));
  g_assert_nonnull (strstr (error->message, "GGML_ASSERT"));
  g_clear_error (&error);

  /* In a description nothing reads it here either. */
  g_assert_null (genlm_pipeline_parse (description, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED);
  g_test_message ("%s", error->message);
  lines = g_strsplit (error->message, "\n", 2);
  g_assert_nonnull (strstr (lines[0], "1:"));
  g_clear_error (&error);

  other = make_plain ("regex pattern=a ! multiprocess workers=1");
  g_assert_true (GENLM_IS_MULTIPROCESS (other));
  g_remove (path);
}
#endif

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);

  folder = g_dir_make_tmp ("genlm-elements-XXXXXX", &error);
  g_assert_no_error (error);
  tiny = tiny_model_write (folder, "tiny.gguf", TINY_PLAIN);

  for (guint i = 0; i < G_N_ELEMENTS (elements); i++)
    for (Wrapping wrapping = PLAIN; wrapping < N_WRAPPINGS; wrapping++)
      {
        g_autofree char *path = g_strdup_printf ("/elements/%s/%s", elements[i].name, wrapping_names[wrapping]);
        Case *test;

        if (elements[i].is_slow && wrapping != IN_WORKERS && wrapping != IN_WORKERS_AUTOBATCHED)
          continue;
        test = g_new (Case, 1);
        *test = (Case) { &elements[i], wrapping };
        g_test_add_data_func_full (path, test, test_element, g_free);
      }

#ifdef HAVE_LLAMA
  g_test_add_func ("/elements/llama/real-model", test_real_model);
  g_test_add_func ("/elements/llama/abort", test_abort);
#endif

  status = g_test_run ();
  g_remove (tiny);
  g_rmdir (folder);
  g_free (tiny);
  g_free (folder);
  return status;
}
