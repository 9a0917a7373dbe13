#include "asking.h"

#include <string.h>

GenlmPotential *
try_make_element (const char  *name,
                  const char  *property,
                  const char  *value,
                  const char  *more,
                  GError     **error)
{
  g_autofree char *text = g_strdup_printf ("{'%s': <%%s>%s}", property, more);

  return genlm_element_make (name, g_variant_new_parsed (text, value), error);
}

GenlmPotential *
make_element (const char *name,
              const char *property,
              const char *value,
              const char *more)
{
  g_autoptr (GError) error = NULL;
  GenlmPotential *potential = try_make_element (name, property, value, more, &error);

  g_assert_no_error (error);
  return potential;
}

GenlmPotential *
coerce (GenlmPotential *potential,
        GenlmVocab     *vocab)
{
  g_autoptr (GError) error = NULL;
  GenlmPotential *coerced = genlm_potential_coerce (potential, vocab, &error);

  g_assert_no_error (error);
  return coerced;
}

GenlmContext *
new_context (const char *text)
{
  return new_context_sized (text, strlen (text));
}

GenlmContext *
new_context_sized (const char *text,
                   gsize       length)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);

  return genlm_context_new_from_bytes (bytes);
}

double
ask_prefix (GenlmPotential *potential,
            GenlmContext   *context)
{
  g_autoptr (GError) error = NULL;
  double weight = genlm_potential_prefix_sync (potential, context, NULL, &error);

  g_assert_no_error (error);
  return weight;
}

double
ask_complete (GenlmPotential *potential,
              GenlmContext   *context)
{
  g_autoptr (GError) error = NULL;
  double weight = genlm_potential_complete_sync (potential, context, NULL, &error);

  g_assert_no_error (error);
  return weight;
}

GenlmTokenSet *
ask_mask (GenlmPotential *potential,
          GenlmContext   *context)
{
  g_autoptr (GError) error = NULL;
  GenlmTokenSet *mask = genlm_potential_mask_next_sync (potential, context, NULL, &error);

  g_assert_no_error (error);
  return mask;
}

GenlmWeights *
ask_next (GenlmPotential *potential,
          GenlmContext   *context)
{
  g_autoptr (GError) error = NULL;
  GenlmWeights *weights = genlm_potential_logw_next_sync (potential, context, NULL, &error);

  g_assert_no_error (error);
  return weights;
}
