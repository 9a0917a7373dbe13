#include "test-potential.h"

#include <math.h>
#include <string.h>

static void test_potential_iface_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestPotential, test_potential, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, test_potential_iface_init))

static GenlmPotentialInterface *parent_iface;

static double
weigh (TestPotential *self,
       GenlmContext  *context,
       gboolean       is_prefix)
{
  double length = (double) genlm_context_get_length (context);

  if (self->fault == TEST_FAULT_NAN)
    return NAN;
  if (self->fault == TEST_FAULT_INFINITY)
    return INFINITY;
  for (GenlmContext *node = context; genlm_context_get_length (node) > 0; node = genlm_context_get_parent (node))
    {
      if (genlm_context_get_last (node) == 'x')
        return -INFINITY;
    }
  return is_prefix ? -length / 4 : -length / 2 - 1;
}

static gboolean
fails (TestPotential  *self,
       GError        **error)
{
  if (self->fault == TEST_FAULT_ERROR || self->fault == TEST_FAULT_BOTH)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "a fault that was asked for");
  return self->fault == TEST_FAULT_ERROR || self->fault == TEST_FAULT_SILENT;
}

static GenlmTraits
test_potential_get_traits (GenlmPotential *potential)
{
  return TEST_POTENTIAL (potential)->traits;
}

static GenlmVocab *
test_potential_get_vocab (GenlmPotential *potential)
{
  TestPotential *self = TEST_POTENTIAL (potential);
  void (*hook) (gpointer) = g_steal_pointer (&self->on_get_vocab);

  if (hook != NULL)
    hook (self->on_get_vocab_data);
  return parent_iface->get_vocab (potential);
}

static gboolean
test_potential_weigh_prefix (GenlmPotential  *potential,
                             GenlmContext    *context,
                             double          *out,
                             GError         **error)
{
  TEST_POTENTIAL (potential)->thread = g_thread_self ();
  TEST_POTENTIAL (potential)->cancellable = g_cancellable_get_current ();
  *out = weigh (TEST_POTENTIAL (potential), context, TRUE);
  return !fails (TEST_POTENTIAL (potential), error);
}

static gboolean
test_potential_weigh_complete (GenlmPotential  *potential,
                               GenlmContext    *context,
                               double          *out,
                               GError         **error)
{
  TEST_POTENTIAL (potential)->thread = g_thread_self ();
  *out = weigh (TEST_POTENTIAL (potential), context, FALSE);
  return !fails (TEST_POTENTIAL (potential), error);
}

static GenlmScores *
weigh_batch (GenlmPotential  *potential,
             GenlmBatch      *batch,
             gboolean         is_prefix,
             GError         **error)
{
  TestPotential *self = TEST_POTENTIAL (potential);
  gsize n = genlm_batch_get_size (batch);
  double *values;
  GenlmScores *scores;

  g_atomic_int_inc (&self->n_calls);
  g_atomic_int_add (&self->n_contexts, (int) n);
  if (fails (self, error))
    return NULL;
  if (self->fault == TEST_FAULT_SHORT)
    n--;
  scores = genlm_scores_new_uninit (n, &values);
  for (gsize i = 0; i < n; i++)
    values[i] = weigh (self, genlm_batch_get (batch, i), is_prefix);
  return scores;
}

static GenlmScores *
test_potential_weigh_prefix_batch (GenlmPotential  *potential,
                                   GenlmBatch      *batch,
                                   GError         **error)
{
  return weigh_batch (potential, batch, TRUE, error);
}

static GenlmScores *
test_potential_weigh_complete_batch (GenlmPotential  *potential,
                                     GenlmBatch      *batch,
                                     GError         **error)
{
  return weigh_batch (potential, batch, FALSE, error);
}

static void
test_potential_evaluate (GenlmPotential *potential,
                         GenlmRequest   *request)
{
  TestPotential *self = TEST_POTENTIAL (potential);
  g_autofree double *values = NULL;
  g_autoptr (GenlmScores) scores = NULL;

  if (!self->own_evaluate)
    {
      parent_iface->evaluate (potential, request);
      return;
    }
  if (self->fault == TEST_FAULT_DROP)
    return;
  if (self->fault == TEST_FAULT_NEVER)
    {
      g_ptr_array_add (self->kept, g_object_ref (request));
      return;
    }
  values = g_new0 (double, genlm_request_get_size (request));
  scores = genlm_scores_new (values, genlm_request_get_size (request));
  genlm_request_return_scores (request, scores);
  if (self->fault == TEST_FAULT_TWICE)
    genlm_request_return_scores (request, scores);
}

static GenlmPotential *
test_potential_make_coerced (GenlmPotential  *potential,
                             GenlmVocab      *target,
                             GError         **error)
{
  TestPotential *self = TEST_POTENTIAL (potential);

  return self->coerced != NULL ? g_object_ref (self->coerced) : parent_iface->make_coerced (potential, target, error);
}

static GVariant *
test_potential_dup_recipe (GenlmPotential  *potential,
                           GError         **error)
{
  TestPotential *self = TEST_POTENTIAL (potential);

  return self->recipe != NULL ? g_variant_new_parsed (self->recipe) : parent_iface->dup_recipe (potential, error);
}

static void
test_potential_iface_init (GenlmPotentialInterface *iface)
{
  parent_iface = g_type_default_interface_peek (GENLM_TYPE_POTENTIAL);
  iface->get_vocab = test_potential_get_vocab;
  iface->get_traits = test_potential_get_traits;
  iface->weigh_prefix = test_potential_weigh_prefix;
  iface->weigh_complete = test_potential_weigh_complete;
  iface->weigh_prefix_batch = test_potential_weigh_prefix_batch;
  iface->weigh_complete_batch = test_potential_weigh_complete_batch;
  iface->evaluate = test_potential_evaluate;
  iface->make_coerced = test_potential_make_coerced;
  iface->dup_recipe = test_potential_dup_recipe;
}

static void
test_potential_finalize (GObject *object)
{
  g_ptr_array_unref (TEST_POTENTIAL (object)->kept);

  G_OBJECT_CLASS (test_potential_parent_class)->finalize (object);
}

static void
test_potential_class_init (TestPotentialClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_potential_finalize;
}

static void
test_potential_init (TestPotential *self)
{
  self->kept = g_ptr_array_new_with_free_func (g_object_unref);
}

TestPotential *
test_potential_new (GenlmTraits traits)
{
  TestPotential *self = g_object_new (TEST_TYPE_POTENTIAL, NULL);

  self->traits = traits;
  return self;
}

void
test_potential_forget (TestPotential *self)
{
  g_ptr_array_set_size (self->kept, 0);
}

GenlmContext *
test_context (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return genlm_context_new_from_bytes (bytes);
}

GenlmBatch *
test_batch (const char *first,
            ...)
{
  GenlmBatch *batch = genlm_batch_new ();
  va_list args;

  va_start (args, first);
  for (const char *text = first; text != NULL; text = va_arg (args, const char *))
    {
      g_autoptr (GenlmContext) context = test_context (text);

      genlm_batch_append (batch, context);
    }
  va_end (args);
  return batch;
}

GenlmVocab *
test_vocab (const char *first,
            ...)
{
  GVariantBuilder builder;
  GenlmVocab *vocab;
  g_autoptr (GError) error = NULL;
  va_list args;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aay"));
  va_start (args, first);
  for (const char *text = first; text != NULL; text = va_arg (args, const char *))
    g_variant_builder_add_value (&builder,
                                 g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, text, strlen (text), 1));
  va_end (args);
  vocab = genlm_vocab_new (g_variant_builder_end (&builder), NULL, &error);
  g_assert_no_error (error);
  return vocab;
}

void
test_wait (guint *done,
           guint  wanted)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  while (g_atomic_int_get (done) < (int) wanted)
    g_main_context_iteration (context, TRUE);
}

void
test_take_result (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_object_ref (result);
  *(GAsyncResult **) user_data = result;
}

GAsyncResult *
test_wait_for_result (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}
