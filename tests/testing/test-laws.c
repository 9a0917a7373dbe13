/* All laws, for the elements that need nothing from outside: alone, multiplied,
 * seen through another vocabulary, and each of them autobatched. */

#include <genlm-testing.h>

#include <string.h>

typedef enum
{
  PLAIN,
  AUTOBATCHED,
  AUTOBATCHED_TWICE,
} Wrapping;

typedef struct
{
  const char      *name;
  GenlmPotential *(*make) (void);
  Wrapping         wrapping;
} Case;

static GenlmPotential *
check_made (gpointer  made,
            GError   *taken)
{
  g_autoptr (GError) error = taken;

  g_assert_no_error (error);
  g_assert_true (GENLM_IS_POTENTIAL (made));
  return made;
}

static GenlmPotential *
make_element (const char *name,
              const char *properties)
{
  GError *error = NULL;
  gpointer made = genlm_element_make (name, g_variant_new_parsed (properties), &error);

  return check_made (made, error);
}

static GenlmPotential *
multiply (GenlmPotential *first,
          GenlmPotential *second)
{
  GError *error = NULL;
  gpointer made = genlm_potential_multiply (first, second, &error);

  return check_made (made, error);
}

static GenlmPotential *
coerce (GenlmPotential *potential,
        GenlmPotential *other)
{
  GError *error = NULL;
  gpointer made = genlm_potential_coerce (potential, genlm_potential_get_vocab (other), &error);

  return check_made (made, error);
}

static GenlmPotential *
make_bytes (void)
{
  return make_element ("ngram", "{'unit': <'bytes'>, 'order': <uint32 5>, 'prompt': <'The capital of France is'>}");
}

static GenlmPotential *
make_words (void)
{
  return make_element ("ngram", "{'prompt': <'The capital of France is'>}");
}

static GenlmPotential *
make_cold (void)
{
  return make_element ("ngram", "{'prompt': <'The capital of France is'>, 'temperature': <0.5>, 'name': <'cold'>}");
}

static GenlmPotential *
make_regex (void)
{
  return make_element ("regex", "{'pattern': <' [A-Z][a-z]+(, [A-Z][a-z]+)*\\\\.'>}");
}

static GenlmPotential *
make_product (void)
{
  g_autoptr (GenlmPotential) bytes = make_bytes ();
  g_autoptr (GenlmPotential) regex = make_regex ();

  return multiply (bytes, regex);
}

static GenlmPotential *
make_square (void)
{
  g_autoptr (GenlmPotential) regex = make_regex ();
  g_autoptr (GenlmPotential) other = make_regex ();

  return multiply (regex, other);
}

static GenlmPotential *
make_coerced_regex (void)
{
  g_autoptr (GenlmPotential) words = make_words ();
  g_autoptr (GenlmPotential) regex = make_regex ();

  return coerce (regex, words);
}

static GenlmPotential *
make_coerced_bytes (void)
{
  g_autoptr (GenlmPotential) words = make_words ();
  g_autoptr (GenlmPotential) bytes = make_bytes ();

  return coerce (bytes, words);
}

static GenlmPotential *
make_coerced_autobatch (void)
{
  g_autoptr (GenlmPotential) words = make_words ();
  g_autoptr (GenlmPotential) regex = make_regex ();
  g_autoptr (GenlmPotential) batched = genlm_potential_to_autobatched (regex);

  return coerce (batched, words);
}

/* What the demo samples from. */
static GenlmPotential *
make_pipeline (void)
{
  g_autoptr (GenlmPotential) words = make_words ();
  g_autoptr (GenlmPotential) regex = make_coerced_regex ();

  return multiply (words, regex);
}

static GenlmPotential *
make_product_of_autobatched (void)
{
  g_autoptr (GenlmPotential) bytes = make_bytes ();
  g_autoptr (GenlmPotential) regex = make_regex ();
  g_autoptr (GenlmPotential) batched_bytes = genlm_potential_to_autobatched (bytes);
  g_autoptr (GenlmPotential) batched_regex = genlm_potential_to_autobatched (regex);

  return multiply (batched_bytes, batched_regex);
}

static GenlmPotential *
wrap (GenlmPotential *taken,
      Wrapping        wrapping)
{
  g_autoptr (GenlmPotential) potential = taken;
  g_autoptr (GenlmPotential) once = NULL;

  if (wrapping == PLAIN)
    return g_steal_pointer (&potential);
  once = genlm_potential_to_autobatched (potential);
  if (wrapping == AUTOBATCHED)
    return g_steal_pointer (&once);
  return genlm_potential_to_autobatched (once);
}

/* Contexts within the pattern, at its end, and outside; one in bytes where
 * there are words. */
static GenlmBatch *
make_contexts (GenlmPotential *potential)
{
  const char *texts[] = { "", " Par", " Paris", " Paris, Rome", " Paris, Rome.", " paris" };
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
  genlm_batch_append (batch, in_bytes);
  return batch;
}

static void
test_laws (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (GenlmPotential) potential = wrap (test->make (), test->wrapping);
  g_autoptr (GenlmHarness) harness = genlm_harness_new (potential);
  g_autoptr (GenlmBatch) contexts = make_contexts (potential);
  g_autoptr (GError) error = NULL;
  gboolean is_kept;

  is_kept = genlm_harness_check_all (harness, contexts, &error);
  g_assert_no_error (error);
  g_assert_true (is_kept);

  /* None of these may do without. */
  is_kept = genlm_harness_check_spawn (harness, contexts, &error);
  g_assert_no_error (error);
  g_assert_true (is_kept);
  is_kept = genlm_harness_check_recipe (harness, contexts, &error);
  g_assert_no_error (error);
  g_assert_true (is_kept);
}

int
main (int    argc,
      char **argv)
{
  static const Case cases[] = {
    { "ngram/bytes", make_bytes, PLAIN },
    { "ngram/bytes-autobatched", make_bytes, AUTOBATCHED },
    { "ngram/words", make_words, PLAIN },
    { "ngram/words-autobatched", make_words, AUTOBATCHED },
    { "ngram/cold", make_cold, PLAIN },
    { "ngram/cold-autobatched-twice", make_cold, AUTOBATCHED_TWICE },
    { "regex/plain", make_regex, PLAIN },
    { "regex/autobatched", make_regex, AUTOBATCHED },
    { "product/bytes", make_product, PLAIN },
    { "product/bytes-autobatched", make_product, AUTOBATCHED },
    { "product/of-autobatched", make_product_of_autobatched, PLAIN },
    { "product/boolean", make_square, PLAIN },
    { "product/boolean-autobatched", make_square, AUTOBATCHED },
    { "coerced/regex", make_coerced_regex, PLAIN },
    { "coerced/regex-autobatched", make_coerced_regex, AUTOBATCHED },
    { "coerced/autobatch", make_coerced_autobatch, PLAIN },
    { "coerced/bytes", make_coerced_bytes, PLAIN },
    { "coerced/bytes-autobatched", make_coerced_bytes, AUTOBATCHED },
    { "pipeline/plain", make_pipeline, PLAIN },
    { "pipeline/autobatched", make_pipeline, AUTOBATCHED },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/laws/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_laws);
    }

  return g_test_run ();
}
