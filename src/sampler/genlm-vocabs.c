/* genlm-vocabs.c: vocabularies that must be there, or agree
 *
 * The errors name both sides and the way out, for all samplers alike.
 */

#include "genlm-config.h"

#include "genlm-vocabs-private.h"

/* Whether @potential has a vocabulary yet. */
gboolean
genlm_vocabs_require (GenlmPotential  *potential,
                      const char      *element,
                      GError         **error)
{
  g_autofree char *label = NULL;

  if (genlm_potential_get_vocab (potential) != NULL)
    return TRUE;

  label = genlm_potential_dup_label (potential);
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY,
               "Failed to prepare %s: %s has no vocabulary; set its properties and initialise it first",
               element, label);
  return FALSE;
}

/* Whether @other, which is the @role of whoever asks, is over the vocabulary of
 * @potential. */
gboolean
genlm_vocabs_require_equal (GenlmPotential  *potential,
                            GenlmPotential  *other,
                            const char      *role,
                            GError         **error)
{
  GenlmVocab *vocab = genlm_potential_get_vocab (potential);
  GenlmVocab *other_vocab;
  g_autofree char *label = NULL;
  g_autofree char *other_label = NULL;
  g_autofree char *text = NULL;
  g_autofree char *other_text = NULL;
  const char *remedy;

  if (!genlm_vocabs_require (other, role, error))
    return FALSE;
  other_vocab = genlm_potential_get_vocab (other);
  if (genlm_vocab_equal (vocab, other_vocab))
    return TRUE;

  label = genlm_potential_dup_label (potential);
  other_label = genlm_potential_dup_label (other);
  text = genlm_vocab_to_string (vocab);
  other_text = genlm_vocab_to_string (other_vocab);
  remedy = genlm_vocab_get_kind (other_vocab) == GENLM_VOCAB_KIND_BYTES
             ? "coerce it to that vocabulary first"
             : "give both the same vocabulary";
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH,
               "Failed to use %s as %s of %s: it is over %s, which differs from %s; %s",
               other_label, role, label, other_text, text, remedy);
  return FALSE;
}

/* Returns @other over the vocabulary of @potential, where there is one way to
 * bring it there: as it is, or by coercion from bytes to tokens. */
GenlmPotential *
genlm_vocabs_match (GenlmPotential  *potential,
                    GenlmPotential  *other,
                    const char      *role,
                    GError         **error)
{
  GenlmVocab *vocab = genlm_potential_get_vocab (potential);

  if (!genlm_vocabs_require (other, role, error))
    return NULL;
  if (genlm_vocab_get_kind (vocab) == GENLM_VOCAB_KIND_TOKENS &&
      genlm_vocab_get_kind (genlm_potential_get_vocab (other)) == GENLM_VOCAB_KIND_BYTES)
    return genlm_potential_coerce (other, vocab, error);
  if (!genlm_vocabs_require_equal (potential, other, role, error))
    return NULL;
  return g_object_ref (other);
}
