/* An element with a property of every kind, which it keeps as they are. */
#include "test-thing.h"

#define N_PROPS_MAX 32

typedef enum
{
  TEST_COLOUR_RED,
  TEST_COLOUR_LIGHT_BLUE,
} TestColour;

typedef enum
{
  TEST_PARTS_HEAD = 1 << 0,
  TEST_PARTS_TAIL = 1 << 1,
} TestParts;

struct _TestThing
{
  GObject parent_instance;

  GValue   values[N_PROPS_MAX];
  gboolean initialised;
};

enum
{
  PROP_BOOLEAN = 1,
  PROP_INT,
  PROP_UINT,
  PROP_INT64,
  PROP_UINT64,
  PROP_LONG,
  PROP_DOUBLE,
  PROP_FLOAT,
  PROP_STRING,
  PROP_FILE,
  PROP_COLOUR,
  PROP_PARTS,
  PROP_LIST,
  PROP_BYTES,
  PROP_VARIANT,
  PROP_VOCAB,
  PROP_THING,
  PROP_FIXED,
  PROP_FAIL,
  PROP_READ_ONLY,
  N_PROPS
};

static GType
test_colour_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    { TEST_COLOUR_RED, "TEST_COLOUR_RED", "red" },
    { TEST_COLOUR_LIGHT_BLUE, "TEST_COLOUR_LIGHT_BLUE", "light-blue" },
    { 0, NULL, NULL }
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("TestColour", values));
  return type;
}

static GType
test_parts_get_type (void)
{
  static gsize type;
  static const GFlagsValue values[] = {
    { TEST_PARTS_HEAD, "TEST_PARTS_HEAD", "head" },
    { TEST_PARTS_TAIL, "TEST_PARTS_TAIL", "tail" },
    { 0, NULL, NULL }
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_flags_register_static ("TestParts", values));
  return type;
}

static gboolean
test_thing_initable_init (GInitable     *initable,
                          GCancellable  *cancellable,
                          GError       **error)
{
  TestThing *self = TEST_THING (initable);

  if (g_value_get_boolean (&self->values[PROP_FAIL]))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "it was told to fail");
      return FALSE;
    }
  self->initialised = TRUE;
  return TRUE;
}

static void
initable_iface_init (GInitableIface *iface)
{
  iface->init = test_thing_initable_init;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestThing, test_thing, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_iface_init))

static void
test_thing_finalize (GObject *object)
{
  TestThing *self = TEST_THING (object);

  for (guint i = PROP_BOOLEAN; i < N_PROPS; i++)
    if (G_IS_VALUE (&self->values[i]))
      g_value_unset (&self->values[i]);
  G_OBJECT_CLASS (test_thing_parent_class)->finalize (object);
}

static void
test_thing_get_property (GObject    *object,
                         guint       property_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  TestThing *self = TEST_THING (object);

  if (property_id == PROP_READ_ONLY)
    g_value_set_boolean (value, self->initialised);
  else
    g_value_copy (&self->values[property_id], value);
}

static void
test_thing_set_property (GObject      *object,
                         guint         property_id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  g_value_copy (value, &TEST_THING (object)->values[property_id]);
}

static void
test_thing_class_init (TestThingClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;
  GParamSpec *pspecs[N_PROPS] = {
    NULL,
    g_param_spec_boolean ("boolean", NULL, "A truth", FALSE, flags),
    g_param_spec_int ("int", NULL, "A number", -10, 10, 3, flags),
    g_param_spec_uint ("uint", NULL, "A count", 1, G_MAXUINT, 1, flags),
    g_param_spec_int64 ("int64", NULL, "A large number", G_MININT64, G_MAXINT64, 0, flags),
    g_param_spec_uint64 ("uint64", NULL, "A large count", 0, G_MAXUINT64, 0, flags),
    g_param_spec_long ("long", NULL, "Another number", G_MINLONG, G_MAXLONG, 0, flags),
    g_param_spec_double ("double", NULL, "A share", 0.0, 1.0, 0.5, flags),
    g_param_spec_float ("float", NULL, "Any number", -G_MAXFLOAT, G_MAXFLOAT, 0.0, flags),
    g_param_spec_string ("string", NULL, "A text", "none", flags),
    g_param_spec_string ("file", NULL, "A file", NULL, flags | GENLM_PARAM_FILE),
    g_param_spec_enum ("colour", NULL, "A colour", test_colour_get_type (), TEST_COLOUR_RED, flags),
    g_param_spec_flags ("parts", NULL, "Some parts", test_parts_get_type (), TEST_PARTS_HEAD, flags),
    g_param_spec_boxed ("list", NULL, "Some texts", G_TYPE_STRV, flags),
    g_param_spec_boxed ("bytes", NULL, "Some bytes", G_TYPE_BYTES, flags),
    g_param_spec_variant ("variant", NULL, "Some pairs", G_VARIANT_TYPE ("a{sd}"), NULL, flags),
    g_param_spec_boxed ("vocab", NULL, "A vocabulary", GENLM_TYPE_VOCAB, flags),
    g_param_spec_object ("thing", NULL, "Another thing", TEST_TYPE_THING, flags),
    g_param_spec_uint ("fixed", NULL, "Set once", 0, 100, 7,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS),
    g_param_spec_boolean ("fail", NULL, "Whether it refuses to be", FALSE, flags),
    g_param_spec_boolean ("initialised", NULL, "Whether it was initialised", FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS),
  };

  object_class->finalize = test_thing_finalize;
  object_class->get_property = test_thing_get_property;
  object_class->set_property = test_thing_set_property;
  g_object_class_install_properties (object_class, N_PROPS, pspecs);

  genlm_element_class_set_metadata (object_class, "Test thing", "Test/Thing",
                                    "Keeps a value of every kind", "The tests");
}

static void
test_thing_init (TestThing *self)
{
  g_autofree GParamSpec **pspecs = NULL;
  guint n_pspecs;

  pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (self), &n_pspecs);
  for (guint i = 0; i < n_pspecs; i++)
    g_value_init (&self->values[i + 1], G_PARAM_SPEC_VALUE_TYPE (pspecs[i]));
}

GENLM_ELEMENT_REGISTER_DEFINE (test_thing, "test-thing", GENLM_RANK_PRIMARY, TEST_TYPE_THING)
