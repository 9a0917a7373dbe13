/* Single calls that are made at the same time become one batch, in which equal
 * contexts are asked once. */
#include <genlm.h>

static const char *prompts[] = { "The cat", "The capital", "The musician", "The cat" };
static guint n_pending = G_N_ELEMENTS (prompts);

static void
answered (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
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
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) model = genlm_element_make_with ("ngram", &error, NULL);
  g_autoptr (GenlmPotential) autobatch = NULL;
  guint64 n_requests, n_batches;

  if (model == NULL)
    g_error ("%s", error->message);
  autobatch = genlm_potential_to_autobatched (model);

  for (gsize i = 0; i < G_N_ELEMENTS (prompts); i++)
    {
      g_autoptr (GBytes) text = g_bytes_new_static (prompts[i], strlen (prompts[i]));
      g_autoptr (GenlmContext) context = genlm_vocab_encode (genlm_potential_get_vocab (model), text, &error);

      if (context == NULL)
        g_error ("%s", error->message);
      genlm_potential_prefix (autobatch, context, NULL, answered, (gpointer) prompts[i]);
    }
  while (n_pending > 0)
    g_main_context_iteration (NULL, TRUE);

  g_object_get (autobatch, "n-requests", &n_requests, "n-batches", &n_batches, NULL);
  g_print ("%" G_GUINT64_FORMAT " requests, %" G_GUINT64_FORMAT " batch\n", n_requests, n_batches);
  return 0;
}
