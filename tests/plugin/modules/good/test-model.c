/* A model over bytes that writes "a" and "b" with equal probability and stops
 * with probability one in five; as a filter it is Boolean and knows only "a".
 * It can also behave badly. */
#include "test-model.h"

#include <math.h>
#include <string.h>

#define LETTER (log (0.4))
#define END (log (0.2))

struct _TestModel
{
  GenlmPotentialBase parent_instance;

  char *behaviour;
};

enum
{
  PROP_BEHAVIOUR = 1,
};

static void iface_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestModel, test_model, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, iface_init))

static gboolean
is (TestModel  *self,
    const char *behaviour)
{
  return strcmp (self->behaviour, behaviour) == 0;
}

/* Says that it was reached, so that a test need not guess when, and stays. */
static void
block (void)
{
  g_printerr ("asked\n");
  for (;;)
    g_usleep (G_USEC_PER_SEC);
}

static gboolean
test_model_weigh_prefix (GenlmPotential  *potential,
                         GenlmContext    *context,
                         double          *out,
                         GError         **error)
{
  TestModel *self = TEST_MODEL (potential);
  g_autofree guint32 *tokens = NULL;
  gsize n_tokens;

  if (is (self, "fail"))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "test-model: it was told to fail");
      return FALSE;
    }
  if (is (self, "block"))
    block ();

  tokens = genlm_context_dup_tokens (context, &n_tokens);
  *out = is (self, "filter") ? 0.0 : n_tokens * LETTER;
  for (gsize i = 0; i < n_tokens; i++)
    if (tokens[i] != 'a' && (tokens[i] != 'b' || is (self, "filter")))
      *out = -INFINITY;
  if (is (self, "empty"))
    *out = -INFINITY;
  return TRUE;
}

static gboolean
test_model_weigh_complete (GenlmPotential  *potential,
                           GenlmContext    *context,
                           double          *out,
                           GError         **error)
{
  TestModel *self = TEST_MODEL (potential);

  if (!test_model_weigh_prefix (potential, context, out, error))
    return FALSE;
  if (!is (self, "filter"))
    *out += is (self, "endless") ? -INFINITY : END;
  return TRUE;
}

/* Requests that nobody answers before they are cancelled. */
static void
test_model_evaluate (GenlmPotential *potential,
                     GenlmRequest   *request)
{
  GenlmPotentialInterface *defaults = g_type_default_interface_peek (GENLM_TYPE_POTENTIAL);

  if (!is (TEST_MODEL (potential), "silent"))
    {
      defaults->evaluate (potential, request);
      return;
    }
  g_object_set_data_full (G_OBJECT (potential), "request", g_object_ref (request), g_object_unref);
  g_printerr ("asked\n");
}

static void
iface_init (GenlmPotentialInterface *iface)
{
  iface->weigh_prefix = test_model_weigh_prefix;
  iface->weigh_complete = test_model_weigh_complete;
  iface->evaluate = test_model_evaluate;
}

static void
test_model_constructed (GObject *object)
{
  G_OBJECT_CLASS (test_model_parent_class)->constructed (object);

  if (is (TEST_MODEL (object), "stuck"))
    block ();
  if (is (TEST_MODEL (object), "filter"))
    genlm_potential_base_set_traits (GENLM_POTENTIAL_BASE (object),
                                     GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE | GENLM_TRAITS_BOOLEAN);
}

static void
test_model_finalize (GObject *object)
{
  g_free (TEST_MODEL (object)->behaviour);
  G_OBJECT_CLASS (test_model_parent_class)->finalize (object);
}

static void
test_model_get_property (GObject    *object,
                         guint       property_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  g_value_set_string (value, TEST_MODEL (object)->behaviour);
}

static void
test_model_set_property (GObject      *object,
                         guint         property_id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  TestModel *self = TEST_MODEL (object);

  g_free (self->behaviour);
  self->behaviour = g_value_dup_string (value);
}

static void
test_model_class_init (TestModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = test_model_constructed;
  object_class->finalize = test_model_finalize;
  object_class->get_property = test_model_get_property;
  object_class->set_property = test_model_set_property;
  g_object_class_install_property (object_class, PROP_BEHAVIOUR,
    g_param_spec_string ("behaviour", NULL, "model, filter, empty, endless, fail, block, silent or stuck", "model",
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  genlm_potential_base_class_set_traits (GENLM_POTENTIAL_BASE_CLASS (klass),
                                         GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE);
  genlm_potential_base_class_set_metadata (GENLM_POTENTIAL_BASE_CLASS (klass), "Test model", "Potential/Test",
                                           "Writes two letters", "The tests");
}

static void
test_model_init (TestModel *self)
{
}

GENLM_ELEMENT_REGISTER_DEFINE (test_model, "test-model", GENLM_RANK_PRIMARY, TEST_TYPE_MODEL)
