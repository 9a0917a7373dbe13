/* A potential of one's own: text without the letter "e". */
#include <genlm.h>
#include <math.h>

#define LIPOGRAM_TYPE (lipogram_get_type ())
G_DECLARE_FINAL_TYPE (Lipogram, lipogram, LIPOGRAM, POTENTIAL, GenlmPotentialBase)

struct _Lipogram
{
  GenlmPotentialBase parent_instance;
};

/* As something that may still grow, and as finished. */
static gboolean
lipogram_weigh (GenlmPotential  *self,
                GenlmContext    *context,
                double          *out,
                GError         **error)
{
  *out = 0.0;
  for (GenlmContext *c = context; genlm_context_get_length (c) > 0; c = genlm_context_get_parent (c))
    if (genlm_context_get_last (c) == 'e')
      *out = -INFINITY;
  return TRUE;
}

static void
lipogram_potential_init (GenlmPotentialInterface *iface)
{
  iface->weigh_prefix = lipogram_weigh;
  iface->weigh_complete = lipogram_weigh;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (Lipogram, lipogram, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, lipogram_potential_init))

static void
lipogram_class_init (LipogramClass *klass)
{
  genlm_potential_base_class_set_traits (GENLM_POTENTIAL_BASE_CLASS (klass),
                                         GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE | GENLM_TRAITS_BOOLEAN);
}

static void
lipogram_init (Lipogram *self)
{
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) lipogram = g_object_new (LIPOGRAM_TYPE, NULL);
  g_autoptr (GenlmPotential) model = NULL;
  g_autoptr (GenlmPotential) pattern = NULL;
  g_autoptr (GenlmPotential) condition = NULL;
  g_autoptr (GenlmAwrs) sampler = NULL;
  g_autoptr (GenlmSmc) smc = NULL;
  g_autoptr (GenlmSequences) sequences = NULL;
  GVariantIter iter;
  const char *text;
  double probability;

  if ((model = genlm_element_make ("ngram", NULL, &error)) == NULL ||
      (pattern = genlm_element_make_with ("regex", &error, "pattern", "[A-Za-z ]+\\.", NULL)) == NULL ||
      (condition = genlm_potential_multiply (pattern, lipogram, &error)) == NULL ||
      (sampler = genlm_awrs_new (model, condition, &error)) == NULL ||
      (smc = genlm_element_make_with ("smc", &error, "sampler", sampler, "particles", 32, "max-tokens", 20,
                                      "seed", G_GUINT64_CONSTANT (7), NULL)) == NULL ||
      (sequences = genlm_smc_run_sync (smc, NULL, &error)) == NULL)
    g_error ("%s", error->message);

  g_variant_iter_init (&iter, genlm_sequences_get_posterior (sequences));
  while (g_variant_iter_next (&iter, "(&sd)", &text, &probability))
    g_print ("%.3f %s\n", probability, text);
  return 0;
}
