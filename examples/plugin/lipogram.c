/* A plugin with one element, "lipogram": texts that do without some letters. */
#include <genlm.h>
#include <math.h>
#include <string.h>

#define EXAMPLE_TYPE_LIPOGRAM (example_lipogram_get_type ())
G_DECLARE_FINAL_TYPE (ExampleLipogram, example_lipogram, EXAMPLE, LIPOGRAM, GenlmPotentialBase)

struct _ExampleLipogram
{
  GenlmPotentialBase  parent_instance;

  char               *letters;
  guint64             key;      /* of what we know about a context, on its node */
};

enum
{
  PROP_0,
  PROP_LETTERS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void example_lipogram_potential_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ExampleLipogram, example_lipogram, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, example_lipogram_potential_init))

/* The two things that can be known about a context. */
static char clean, spoilt;

static gboolean
example_lipogram_weigh (GenlmPotential  *potential,
                        GenlmContext    *context,
                        double          *out,
                        GError         **error)
{
  ExampleLipogram *self = EXAMPLE_LIPOGRAM (potential);
  char *state = NULL;

  for (GenlmContext *node = context; state == NULL; node = genlm_context_get_parent (node))
    {
      state = genlm_context_get_state (node, self->key);
      if (state == NULL && genlm_context_get_length (node) == 0)
        state = &clean;
      else if (state == NULL && memchr (self->letters, genlm_context_get_last (node), strlen (self->letters)))
        state = &spoilt;
    }
  genlm_context_put_state (context, self->key, state, NULL);

  *out = state == &clean ? 0 : -INFINITY;
  return TRUE;
}

static void
example_lipogram_potential_init (GenlmPotentialInterface *iface)
{
  iface->weigh_prefix = example_lipogram_weigh;
  iface->weigh_complete = example_lipogram_weigh;
}

static void
example_lipogram_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  ExampleLipogram *self = EXAMPLE_LIPOGRAM (object);

  switch (prop_id)
    {
    case PROP_LETTERS:
      g_value_set_string (value, self->letters);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
example_lipogram_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  ExampleLipogram *self = EXAMPLE_LIPOGRAM (object);

  switch (prop_id)
    {
    case PROP_LETTERS:
      self->letters = g_strdup (g_value_get_string (value) != NULL ? g_value_get_string (value) : "");
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
example_lipogram_finalize (GObject *object)
{
  g_free (EXAMPLE_LIPOGRAM (object)->letters);

  G_OBJECT_CLASS (example_lipogram_parent_class)->finalize (object);
}

static void
example_lipogram_class_init (ExampleLipogramClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GenlmPotentialBaseClass *base_class = GENLM_POTENTIAL_BASE_CLASS (klass);

  object_class->get_property = example_lipogram_get_property;
  object_class->set_property = example_lipogram_set_property;
  object_class->finalize = example_lipogram_finalize;

  properties[PROP_LETTERS] =
    g_param_spec_string ("letters", "Letters", "The letters to do without", "e",
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  genlm_potential_base_class_set_metadata (base_class, "Lipogram", "Potential/Constraint",
                                           "Allows the texts that do without some letters", "genlm-glib");
  genlm_potential_base_class_set_traits (base_class,
                                         GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE | GENLM_TRAITS_BOOLEAN);
}

static void
example_lipogram_init (ExampleLipogram *self)
{
  self->key = genlm_context_new_key ();
}

GENLM_ELEMENT_REGISTER_DEFINE (lipogram, "lipogram", GENLM_RANK_PRIMARY, EXAMPLE_TYPE_LIPOGRAM)

static void
register_elements (GenlmPlugin *plugin)
{
  GENLM_ELEMENT_REGISTER (lipogram, plugin);
}

GENLM_PLUGIN_DEFINE (lipogram, "Constraints for word games", register_elements,
                     "0.1.0", "LGPL-2.1-or-later", "The examples of genlm-glib")
