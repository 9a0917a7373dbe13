/* Single calls that are made at the same time become one batch, in which equal contexts are asked once. */
#include <genlm.h>

static guint n_pending;

static void
answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  double weight = genlm_potential_prefix_finish (GENLM_POTENTIAL (source), result, &error);

  if (error != NULL)
    g_error ("%s", error->message);
  g_print ("%s: %.3f\n", (const char *) user_data, weight);
  n_pending--;
}

int
main (void)
{
  const char *texts[] = { "a cat", "a dog", "no pet", "a cat" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) letters = genlm_element_make_with ("regex", &error, "pattern", "a [a-z]*", NULL);
  g_autoptr (GenlmPotential) autobatch = NULL;

  if (letters == NULL)
    g_error ("%s", error->message);
  autobatch = genlm_potential_to_autobatched (letters);
  for (n_pending = 0; n_pending < G_N_ELEMENTS (texts); n_pending++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (texts[n_pending], strlen (texts[n_pending]));
      g_autoptr (GenlmContext) context = genlm_context_new_from_bytes (bytes);

      genlm_potential_prefix (autobatch, context, NULL, answered, (gpointer) texts[n_pending]);
    }
  while (n_pending > 0)
    g_main_context_iteration (NULL, TRUE);
  return 0;
}
