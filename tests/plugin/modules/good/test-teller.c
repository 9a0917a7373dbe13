/* An element that takes its input as a recipe where it can, and keeps what it
 * got. It also makes it, where it is told to. */
#include "test-teller.h"

struct _TestTeller
{
  GObject parent_instance;

  GObject  *input;
  GVariant *recipe;
  char     *name;
  gboolean  make;
};

enum
{
  PROP_INPUT = 1,
  PROP_RECIPE,
  PROP_NAME,
  PROP_MAKE,
  N_PROPS
};

static gboolean
test_teller_initable_init (GInitable     *initable,
                           GCancellable  *cancellable,
                           GError       **error)
{
  TestTeller *self = TEST_TELLER (initable);

  if (self->make)
    self->input = genlm_element_from_recipe (self->recipe, error);
  return !self->make || self->input != NULL;
}

static void
initable_iface_init (GInitableIface *iface)
{
  iface->init = test_teller_initable_init;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestTeller, test_teller, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_iface_init))

static void
test_teller_finalize (GObject *object)
{
  TestTeller *self = TEST_TELLER (object);

  g_clear_object (&self->input);
  g_clear_pointer (&self->recipe, g_variant_unref);
  g_free (self->name);
  G_OBJECT_CLASS (test_teller_parent_class)->finalize (object);
}

static void
test_teller_get_property (GObject    *object,
                          guint       property_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  TestTeller *self = TEST_TELLER (object);

  if (property_id == PROP_NAME)
    g_value_set_string (value, self->name);
  else if (property_id == PROP_MAKE)
    g_value_set_boolean (value, self->make);
  else if (property_id == PROP_RECIPE)
    g_value_set_variant (value, self->recipe);
  else
    g_value_set_object (value, self->input);
}

static void
test_teller_set_property (GObject      *object,
                          guint         property_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  TestTeller *self = TEST_TELLER (object);

  if (property_id == PROP_NAME)
    self->name = g_value_dup_string (value);
  else if (property_id == PROP_MAKE)
    self->make = g_value_get_boolean (value);
  else if (property_id == PROP_RECIPE)
    self->recipe = g_value_dup_variant (value);
  else
    self->input = g_value_dup_object (value);
}

static void
test_teller_class_init (TestTellerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = test_teller_finalize;
  object_class->get_property = test_teller_get_property;
  object_class->set_property = test_teller_set_property;
  g_object_class_install_property (object_class, PROP_INPUT,
                                   g_param_spec_object ("input", NULL, "What is taken", G_TYPE_OBJECT, flags));
  g_object_class_install_property (object_class, PROP_RECIPE,
                                   g_param_spec_variant ("recipe", NULL, "What is told", G_VARIANT_TYPE ("(sa{sv})"),
                                                         NULL, flags));
  g_object_class_install_property (object_class, PROP_NAME,
                                   g_param_spec_string ("name", NULL, "A name", NULL, flags));
  g_object_class_install_property (object_class, PROP_MAKE,
                                   g_param_spec_boolean ("make", NULL, "Whether the input is made", FALSE, flags));
  genlm_element_class_set_metadata (object_class, "Test teller", "Test/Teller", "Takes a recipe", "The tests");
  genlm_element_class_set_input (object_class, "input");
  genlm_element_class_set_input_recipe (object_class, "recipe");
}

static void
test_teller_init (TestTeller *self)
{
}

GENLM_ELEMENT_REGISTER_DEFINE (test_teller, "test-teller", GENLM_RANK_PRIMARY, TEST_TYPE_TELLER)
