/* Holds potentials in scripts to the laws, from a program that speaks no language
 * of theirs. */
#include <genlm-testing.h>

#include <string.h>

static void
append_text (GenlmBatch *contexts,
             const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GenlmContext) context = genlm_context_new_from_bytes (bytes);

  genlm_batch_append (contexts, context);
}

static void
test_laws (gconstpointer data)
{
  /* A white space of three bytes, and pieces of characters. */
  static const char *const texts[] = { "", "ab", "abc", "a b", "abc\xe3", "abc\xe3\x80\x80" "abc", "\xc3\xa9\xc3\xa9", "ab\xff" };
  g_autoptr (GenlmBatch) contexts = genlm_batch_new ();
  g_autoptr (GenlmHarness) harness = NULL;
  g_autoptr (GError) error = NULL;

  harness = genlm_harness_new_for_element (data, g_variant_new_parsed ("{'max-length': <3>}"), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    append_text (contexts, texts[i]);
  genlm_harness_check_all (harness, contexts, &error);
  g_assert_no_error (error);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/laws/script/python", "word-length", test_laws);
  g_test_add_data_func ("/laws/script/js", "word-length-js", test_laws);
  return g_test_run ();
}
