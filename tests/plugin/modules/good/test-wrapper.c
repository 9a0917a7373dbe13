/* An element that takes any object as input and, once more, as companion; it
 * must have its input when it is initialised. */
#include "test-wrapper.h"

struct _TestWrapper
{
  GObject parent_instance;

  GObject *input;
  GObject *companion;
  char    *name;
};

enum
{
  PROP_INPUT = 1,
  PROP_COMPANION,
  PROP_NAME,
  N_PROPS
};

static gboolean
test_wrapper_initable_init (GInitable     *initable,
                            GCancellable  *cancellable,
                            GError       **error)
{
  if (TEST_WRAPPER (initable)->input != NULL)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED, "the input was not there at construction");
  return FALSE;
}

static void
initable_iface_init (GInitableIface *iface)
{
  iface->init = test_wrapper_initable_init;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestWrapper, test_wrapper, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_iface_init))

static void
test_wrapper_finalize (GObject *object)
{
  TestWrapper *self = TEST_WRAPPER (object);

  g_clear_object (&self->input);
  g_clear_object (&self->companion);
  g_free (self->name);
  G_OBJECT_CLASS (test_wrapper_parent_class)->finalize (object);
}

static void
test_wrapper_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  TestWrapper *self = TEST_WRAPPER (object);

  if (property_id == PROP_NAME)
    g_value_set_string (value, self->name);
  else
    g_value_set_object (value, property_id == PROP_INPUT ? self->input : self->companion);
}

static void
test_wrapper_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  TestWrapper *self = TEST_WRAPPER (object);

  if (property_id == PROP_NAME)
    self->name = g_value_dup_string (value);
  else if (property_id == PROP_INPUT)
    self->input = g_value_dup_object (value);
  else
    self->companion = g_value_dup_object (value);
}

static void
test_wrapper_class_init (TestWrapperClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = test_wrapper_finalize;
  object_class->get_property = test_wrapper_get_property;
  object_class->set_property = test_wrapper_set_property;
  g_object_class_install_property (object_class, PROP_INPUT,
                                   g_param_spec_object ("input", NULL, "What is wrapped", G_TYPE_OBJECT, flags));
  g_object_class_install_property (object_class, PROP_COMPANION,
                                   g_param_spec_object ("companion", NULL, "What goes with it", G_TYPE_OBJECT, flags));
  g_object_class_install_property (object_class, PROP_NAME,
                                   g_param_spec_string ("name", NULL, "A name", NULL, flags));
  genlm_element_class_set_metadata (object_class, "Test wrapper", "Test/Wrapper", "Wraps something", "The tests");
  genlm_element_class_set_input (object_class, "input");
}

static void
test_wrapper_init (TestWrapper *self)
{
}

GENLM_ELEMENT_REGISTER_DEFINE (test_wrapper, "test-wrapper", GENLM_RANK_PRIMARY, TEST_TYPE_WRAPPER)
