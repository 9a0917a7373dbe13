/* All that a potential says about some contexts: what two potentials, or two
 * ways to ask one, are compared by. */

#include "genlm-answers-private.h"

#include <math.h>

struct _GenlmAnswers
{
  GenlmPotential *potential;
  GenlmBatch     *contexts;
  double         *prefix;
  double         *complete;
  GenlmWeights  **next;         /* NULL where the prefix weight is zero */
};

static GenlmAnswers *
answers_new (GenlmPotential *potential,
             GenlmBatch     *contexts)
{
  GenlmAnswers *self = g_new0 (GenlmAnswers, 1);
  gsize n = genlm_batch_get_size (contexts);

  self->potential = g_object_ref (potential);
  self->contexts = genlm_batch_ref (contexts);
  self->prefix = g_new (double, n);
  self->complete = g_new (double, n);
  self->next = g_new0 (GenlmWeights *, n);
  return self;
}

void
genlm_answers_free (GenlmAnswers *self)
{
  for (gsize i = 0; i < genlm_batch_get_size (self->contexts); i++)
    g_clear_pointer (&self->next[i], genlm_weights_unref);
  g_free (self->next);
  g_free (self->complete);
  g_free (self->prefix);
  genlm_batch_unref (self->contexts);
  g_object_unref (self->potential);
  g_free (self);
}

/* Asks one by one. */
GenlmAnswers *
genlm_answers_ask (GenlmPotential  *potential,
                   GenlmBatch      *contexts,
                   GError         **error)
{
  g_autoptr (GenlmAnswers) self = answers_new (potential, contexts);

  for (gsize i = 0; i < genlm_batch_get_size (contexts); i++)
    {
      GenlmContext *context = genlm_batch_get (contexts, i);

      self->prefix[i] = genlm_potential_prefix_sync (potential, context, NULL, error);
      if (isnan (self->prefix[i]))
        return NULL;
      self->complete[i] = genlm_potential_complete_sync (potential, context, NULL, error);
      if (isnan (self->complete[i]))
        return NULL;
      if (self->prefix[i] == -INFINITY)
        continue;
      self->next[i] = genlm_potential_logw_next_sync (potential, context, NULL, error);
      if (self->next[i] == NULL)
        return NULL;
    }
  return g_steal_pointer (&self);
}

static gboolean
ask_next_batched (GenlmAnswers  *self,
                  GenlmAnswers  *one_by_one,
                  GError       **error)
{
  gsize n = genlm_batch_get_size (self->contexts);
  g_autoptr (GenlmBatch) live = genlm_batch_new_sized (n);
  g_autoptr (GenlmWeightsList) weights = NULL;
  gsize at = 0;

  for (gsize i = 0; i < n; i++)
    {
      if (one_by_one->next[i] != NULL)
        genlm_batch_append (live, genlm_batch_get (self->contexts, i));
    }
  if (genlm_batch_get_size (live) == 0)
    return TRUE;

  weights = genlm_potential_batch_logw_next_sync (self->potential, live, NULL, error);
  if (weights == NULL)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      if (one_by_one->next[i] != NULL)
        self->next[i] = genlm_weights_ref (genlm_weights_list_get (weights, at++));
    }
  return TRUE;
}

/* Asks the same with the batch methods. */
GenlmAnswers *
genlm_answers_ask_batched (GenlmAnswers  *one_by_one,
                           GError       **error)
{
  GenlmPotential *potential = one_by_one->potential;
  GenlmBatch *contexts = one_by_one->contexts;
  g_autoptr (GenlmAnswers) self = answers_new (potential, contexts);
  g_autoptr (GenlmScores) prefix = NULL;
  g_autoptr (GenlmScores) complete = NULL;

  prefix = genlm_potential_batch_prefix_sync (potential, contexts, NULL, error);
  if (prefix == NULL)
    return NULL;
  complete = genlm_potential_batch_complete_sync (potential, contexts, NULL, error);
  if (complete == NULL)
    return NULL;
  for (gsize i = 0; i < genlm_batch_get_size (contexts); i++)
    {
      self->prefix[i] = genlm_scores_get (prefix, i);
      self->complete[i] = genlm_scores_get (complete, i);
    }
  if (!ask_next_batched (self, one_by_one, error))
    return NULL;
  return g_steal_pointer (&self);
}

double
genlm_answers_get_prefix (GenlmAnswers *self,
                          gsize         index)
{
  return self->prefix[index];
}

double
genlm_answers_get_complete (GenlmAnswers *self,
                            gsize         index)
{
  return self->complete[index];
}

GenlmWeights *
genlm_answers_get_next (GenlmAnswers *self,
                        gsize         index)
{
  return self->next[index];
}

/* Names a token, or EOS, in a message. */
char *
genlm_answers_name_token (GenlmPotential *potential,
                          gsize           token)
{
  GenlmVocab *vocab = genlm_potential_get_vocab (potential);
  g_autoptr (GenlmContext) empty = NULL;
  g_autoptr (GenlmContext) context = NULL;
  g_autofree char *text = NULL;

  if (token == genlm_vocab_get_eos (vocab))
    return g_strdup (genlm_vocab_get_eos_name (vocab));
  empty = genlm_context_new ();
  context = genlm_context_append (empty, (guint32) token);
  text = genlm_vocab_escape_context (vocab, context);
  return g_strdup_printf ("token %u %s", (guint) token, text);
}

void
genlm_answers_compare_score (GenlmPotential *potential,
                             GenlmFindings  *findings,
                             const char     *what,
                             GenlmContext   *context,
                             double          want,
                             double          have)
{
  g_autofree char *text = NULL;

  if (genlm_findings_compare (findings, want, have))
    return;
  text = genlm_vocab_escape_context (genlm_potential_get_vocab (potential), context);
  genlm_findings_add_difference (findings, want, have, "%s of %s", what, text);
}

void
genlm_answers_compare_next (GenlmPotential *potential,
                            GenlmFindings  *findings,
                            GenlmContext   *context,
                            GenlmWeights   *want,
                            GenlmWeights   *have)
{
  g_autofree char *text = NULL;

  for (gsize i = 0; i < genlm_weights_get_size (want); i++)
    {
      double a = genlm_weights_get (want, i);
      double b = genlm_weights_get (have, i);
      g_autofree char *token = NULL;

      if (genlm_findings_compare_close (findings, a, b))
        continue;
      if (text == NULL)
        text = genlm_vocab_escape_context (genlm_potential_get_vocab (potential), context);
      token = genlm_answers_name_token (potential, i);
      genlm_findings_add_difference (findings, a, b, "%s after %s", token, text);
    }
}

/* Compares with the answers of an equal potential, over the same vocabulary,
 * to the same contexts. */
void
genlm_answers_compare (GenlmAnswers  *self,
                       GenlmAnswers  *other,
                       GenlmFindings *findings)
{
  for (gsize i = 0; i < genlm_batch_get_size (self->contexts); i++)
    {
      GenlmContext *context = genlm_batch_get (self->contexts, i);

      genlm_answers_compare_score (self->potential, findings, "prefix", context, self->prefix[i], other->prefix[i]);
      genlm_answers_compare_score (self->potential, findings, "complete", context,
                                   self->complete[i], other->complete[i]);
      if (self->next[i] != NULL && other->next[i] != NULL)
        genlm_answers_compare_next (self->potential, findings, context, self->next[i], other->next[i]);
    }
}
