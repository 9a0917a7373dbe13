/* test-table.c: potentials from tables
 *
 * A weighted set of strings; a steady distribution of the next token, the same
 * after every context; a filter that accepts some tokens and refuses others.
 * Each token is one character.
 */

#include "test-table.h"

#include <math.h>
#include <string.h>

struct _TestTable
{
  GenlmPotentialBase  parent_instance;

  /* A weighted set, or else n_strings is 0. */
  GPtrArray          *strings;
  GArray             *weights;

  /* Log weights of the next token, the same after every context. */
  GArray             *next;

  gboolean            is_bad;
  double              bad;
  guint               n_batches;
  guint               n_asked;
  guint               n_masks;
};

static void potential_iface_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestTable, test_table, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, potential_iface_init))

static double
weigh_string (TestTable    *self,
              GenlmContext *context,
              gboolean      complete)
{
  GenlmVocab *vocab = genlm_potential_get_vocab (GENLM_POTENTIAL (self));
  g_autoptr (GBytes) bytes = genlm_vocab_decode (vocab, context);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  double sum = 0.0;

  for (guint i = 0; i < self->strings->len; i++)
    {
      const char *string = g_ptr_array_index (self->strings, i);

      if (strlen (string) >= size && (size == 0 || memcmp (string, data, size) == 0) &&
          (!complete || strlen (string) == size))
        sum += g_array_index (self->weights, double, i);
    }
  return log (sum);
}

static double
weigh_steady (TestTable    *self,
              GenlmContext *context,
              gboolean      complete)
{
  g_autofree guint32 *tokens = NULL;
  double sum = complete ? g_array_index (self->next, double, self->next->len - 1) : 0.0;
  gsize n;

  tokens = genlm_context_dup_tokens (context, &n);
  for (gsize i = 0; i < n; i++)
    sum += g_array_index (self->next, double, tokens[i]);
  return sum;
}

static double
weigh (GenlmPotential *potential,
       GenlmContext   *context,
       gboolean        complete)
{
  TestTable *self = TEST_TABLE (potential);

  self->n_asked++;
  if (self->is_bad && genlm_context_get_length (context) > 0)
    return self->bad;
  return self->strings->len > 0 ? weigh_string (self, context, complete)
                                : weigh_steady (self, context, complete);
}

static gboolean
test_table_weigh_prefix (GenlmPotential  *potential,
                         GenlmContext    *context,
                         double          *out,
                         GError         **error)
{
  *out = weigh (potential, context, FALSE);
  return TRUE;
}

static gboolean
test_table_weigh_complete (GenlmPotential  *potential,
                           GenlmContext    *context,
                           double          *out,
                           GError         **error)
{
  *out = weigh (potential, context, TRUE);
  return TRUE;
}

static GenlmScores *
weigh_batch (GenlmPotential *potential,
             GenlmBatch     *batch,
             gboolean        complete)
{
  gsize n = genlm_batch_get_size (batch);
  double *values;
  GenlmScores *scores = genlm_scores_new_uninit (n, &values);

  TEST_TABLE (potential)->n_batches++;
  for (gsize i = 0; i < n; i++)
    values[i] = weigh (potential, genlm_batch_get (batch, i), complete);
  return scores;
}

static GenlmScores *
test_table_weigh_prefix_batch (GenlmPotential  *potential,
                               GenlmBatch      *batch,
                               GError         **error)
{
  return weigh_batch (potential, batch, FALSE);
}

static GenlmScores *
test_table_weigh_complete_batch (GenlmPotential  *potential,
                                 GenlmBatch      *batch,
                                 GError         **error)
{
  return weigh_batch (potential, batch, TRUE);
}

static GenlmWeights *
test_table_weigh_next (GenlmPotential  *potential,
                       GenlmContext    *context,
                       GError         **error)
{
  TestTable *self = TEST_TABLE (potential);
  GenlmVocab *vocab = genlm_potential_get_vocab (potential);
  guint32 n = genlm_vocab_get_size (vocab);
  GenlmWeights *weights;
  double *values;
  double prefix;

  if (self->strings->len == 0)
    return genlm_weights_new ((const double *) self->next->data, self->next->len);

  weights = genlm_weights_new_uninit ((gsize) n + 1, &values);
  prefix = weigh_string (self, context, FALSE);
  for (guint32 i = 0; i < n; i++)
    {
      g_autoptr (GenlmContext) longer = genlm_context_append (context, i);

      values[i] = weigh_string (self, longer, FALSE) - prefix;
    }
  values[n] = weigh_string (self, context, TRUE) - prefix;
  return weights;
}

static GenlmTokenSet *
test_table_weigh_mask (GenlmPotential  *potential,
                       GenlmContext    *context,
                       GError         **error)
{
  TestTable *self = TEST_TABLE (potential);
  guint64 *words;
  GenlmTokenSet *set;

  self->n_masks++;
  set = genlm_token_set_new_zeroed (self->next->len, &words);
  for (guint i = 0; i < self->next->len; i++)
    if (g_array_index (self->next, double, i) > -INFINITY)
      words[i / 64] |= G_GUINT64_CONSTANT (1) << (i % 64);
  return set;
}

static void
potential_iface_init (GenlmPotentialInterface *iface)
{
  iface->weigh_prefix = test_table_weigh_prefix;
  iface->weigh_complete = test_table_weigh_complete;
  iface->weigh_next = test_table_weigh_next;
  iface->weigh_mask = test_table_weigh_mask;
  iface->weigh_prefix_batch = test_table_weigh_prefix_batch;
  iface->weigh_complete_batch = test_table_weigh_complete_batch;
}

static void
test_table_finalize (GObject *object)
{
  TestTable *self = TEST_TABLE (object);

  g_ptr_array_unref (self->strings);
  g_array_unref (self->weights);
  g_array_unref (self->next);

  G_OBJECT_CLASS (test_table_parent_class)->finalize (object);
}

static void
test_table_class_init (TestTableClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_table_finalize;
}

static void
test_table_init (TestTable *self)
{
  self->strings = g_ptr_array_new_with_free_func (g_free);
  self->weights = g_array_new (FALSE, FALSE, sizeof (double));
  self->next = g_array_new (FALSE, FALSE, sizeof (double));
}

/* A vocabulary with a token for each character. */
GenlmVocab *
test_vocab_new (const char *characters)
{
  GVariantBuilder builder;
  g_autoptr (GVariant) tokens = NULL;
  GError *error = NULL;
  GenlmVocab *vocab;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aay"));
  for (const char *c = characters; *c != '\0'; c++)
    g_variant_builder_add_value (&builder, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, c, 1, 1));
  tokens = g_variant_ref_sink (g_variant_builder_end (&builder));
  vocab = genlm_vocab_new (tokens, "EOS", &error);
  g_assert_no_error (error);
  return vocab;
}

static TestTable *
table_new (const char *characters)
{
  g_autoptr (GenlmVocab) vocab = test_vocab_new (characters);
  TestTable *self = g_object_new (TEST_TYPE_TABLE, NULL);

  genlm_potential_base_set_vocab (GENLM_POTENTIAL_BASE (self), vocab);
  genlm_potential_base_set_traits (GENLM_POTENTIAL_BASE (self), GENLM_TRAITS_INLINE);
  return self;
}

/* Finitely many strings, each with a linear weight. */
GenlmPotential *
test_weighted_set_new (const char        *characters,
                       const char *const *strings,
                       const double      *weights,
                       gsize              n)
{
  TestTable *self = table_new (characters);

  for (gsize i = 0; i < n; i++)
    g_ptr_array_add (self->strings, g_strdup (strings[i]));
  g_array_append_vals (self->weights, weights, (guint) n);
  return GENLM_POTENTIAL (self);
}

/* The same linear weights of the next token after every context, EOS last. */
GenlmPotential *
test_steady_new (const char   *characters,
                 const double *next)
{
  TestTable *self = table_new (characters);

  for (gsize i = 0; i <= strlen (characters); i++)
    {
      double log_weight = log (next[i]);

      g_array_append_val (self->next, log_weight);
    }
  return GENLM_POTENTIAL (self);
}

/* Accepts the strings of @accepted characters; Boolean. */
GenlmPotential *
test_filter_new (const char *characters,
                 const char *accepted,
                 gboolean    accept_eos)
{
  TestTable *self = table_new (characters);

  for (const char *c = characters; *c != '\0'; c++)
    {
      double log_weight = strchr (accepted, *c) != NULL ? 0.0 : -INFINITY;

      g_array_append_val (self->next, log_weight);
    }
  {
    double log_weight = accept_eos ? 0.0 : -INFINITY;

    g_array_append_val (self->next, log_weight);
  }
  test_table_set_traits (self, GENLM_TRAITS_INLINE | GENLM_TRAITS_BOOLEAN);
  return GENLM_POTENTIAL (self);
}

void
test_table_set_traits (TestTable   *self,
                       GenlmTraits  traits)
{
  genlm_potential_base_set_traits (GENLM_POTENTIAL_BASE (self), traits);
}

/* Every context but the empty one gets this weight from now on. */
void
test_table_set_bad_prefix (TestTable *self,
                           double     weight)
{
  self->is_bad = TRUE;
  self->bad = weight;
}

guint
test_table_get_n_batches (TestTable *self)
{
  return self->n_batches;
}

/* How many contexts were weighed. */
guint
test_table_get_n_asked (TestTable *self)
{
  return self->n_asked;
}

guint
test_table_get_n_masks (TestTable *self)
{
  return self->n_masks;
}

void
test_table_reset (TestTable *self)
{
  self->n_batches = 0;
  self->n_asked = 0;
  self->n_masks = 0;
}
