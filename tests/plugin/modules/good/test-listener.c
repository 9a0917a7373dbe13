/* An element whose input is a recipe and nothing else, as that of a script is. */
#include "test-listener.h"

struct _TestListener
{
  GObject parent_instance;

  GVariant *recipe;
};

enum
{
  PROP_RECIPE = 1,
};

G_DEFINE_FINAL_TYPE (TestListener, test_listener, G_TYPE_OBJECT)

static void
test_listener_finalize (GObject *object)
{
  g_clear_pointer (&TEST_LISTENER (object)->recipe, g_variant_unref);
  G_OBJECT_CLASS (test_listener_parent_class)->finalize (object);
}

static void
test_listener_get_property (GObject    *object,
                            guint       property_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  g_value_set_variant (value, TEST_LISTENER (object)->recipe);
}

static void
test_listener_set_property (GObject      *object,
                            guint         property_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  TEST_LISTENER (object)->recipe = g_value_dup_variant (value);
}

static void
test_listener_class_init (TestListenerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = test_listener_finalize;
  object_class->get_property = test_listener_get_property;
  object_class->set_property = test_listener_set_property;
  g_object_class_install_property (object_class, PROP_RECIPE,
                                   g_param_spec_variant ("recipe", NULL, "What is told", G_VARIANT_TYPE ("(sa{sv})"), NULL,
                                                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY |
                                                           G_PARAM_STATIC_STRINGS));
  genlm_element_class_set_metadata (object_class, "Test listener", "Test/Listener", "Hears a recipe", "The tests");
  genlm_element_class_set_input (object_class, "recipe");
  genlm_element_class_set_input_recipe (object_class, "recipe");
}

static void
test_listener_init (TestListener *self)
{
}

GENLM_ELEMENT_REGISTER_DEFINE (test_listener, "test-listener", GENLM_RANK_PRIMARY, TEST_TYPE_LISTENER)
