/* Holds an element of a plugin to the laws of potentials. */
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
test_laws (void)
{
  g_autoptr (GenlmBatch) contexts = genlm_batch_new ();
  g_autoptr (GenlmHarness) harness = NULL;
  g_autoptr (GError) error = NULL;

  harness = genlm_harness_new_for_element ("lipogram", g_variant_new_parsed ("{'letters': <'ex'>}"), &error);
  g_assert_no_error (error);

  append_text (contexts, "");
  append_text (contexts, "A short word");
  append_text (contexts, "A longer sentence");
  genlm_harness_check_all (harness, contexts, &error);
  g_assert_no_error (error);
}

int
main (int   argc,
      char *argv[])
{
  genlm_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lipogram/laws", test_laws);
  return g_test_run ();
}
