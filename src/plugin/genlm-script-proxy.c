#define G_LOG_DOMAIN "Genlm-Plugin"

#include "genlm-script-proxy-private.h"

#include <math.h>

#include "genlm-batch.h"
#include "genlm-element.h"
#include "genlm-element-make.h"
#include "genlm-recipe-private.h"
#include "genlm-registry.h"
#include "genlm-scores.h"
#include "genlm-token-set-list.h"
#include "genlm-token-set.h"
#include "genlm-weights-list.h"
#include "genlm-weights.h"

/* What makes the worker process; by name, since it is in a room above. */
#define POOL "multiprocess"

struct _GenlmScriptProxyClass
{
  GenlmPotentialBaseClass parent_class;

  const char *element;
  const char *input;          /* the property that the last value stands for, or NULL */
  guint       n_values;
  gboolean    takes_values;
};

typedef struct
{
  GValue         *values;     /* those of the subclass's properties, from 1 */
  GenlmPotential *potential;
} GenlmScriptProxyPrivate;

static void genlm_script_proxy_potential_init (GenlmPotentialInterface *iface);
static void genlm_script_proxy_initable_init (GInitableIface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GenlmScriptProxy, genlm_script_proxy, GENLM_TYPE_POTENTIAL_BASE,
                                  G_ADD_PRIVATE (GenlmScriptProxy)
                                  G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, genlm_script_proxy_potential_init)
                                  G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, genlm_script_proxy_initable_init))

#define PRIVATE(self) ((GenlmScriptProxyPrivate *) genlm_script_proxy_get_instance_private (self))

static GenlmPotential *
peek_potential (GenlmPotential *self)
{
  return PRIVATE (GENLM_SCRIPT_PROXY (self))->potential;
}

static void
genlm_script_proxy_finalize (GObject *object)
{
  GenlmScriptProxy *self = GENLM_SCRIPT_PROXY (object);
  GenlmScriptProxyPrivate *priv = PRIVATE (self);

  g_clear_object (&priv->potential);
  for (guint i = 0; i < GENLM_SCRIPT_PROXY_GET_CLASS (self)->n_values; i++)
    if (G_IS_VALUE (&priv->values[i]))
      g_value_unset (&priv->values[i]);
  g_free (priv->values);

  G_OBJECT_CLASS (genlm_script_proxy_parent_class)->finalize (object);
}

static void
genlm_script_proxy_get_property (GObject    *object,
                                 guint       property_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  g_value_copy (&PRIVATE (GENLM_SCRIPT_PROXY (object))->values[property_id - 1], value);
}

/* At construction only. */
static void
genlm_script_proxy_set_property (GObject      *object,
                                 guint         property_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  GenlmScriptProxy *self = GENLM_SCRIPT_PROXY (object);
  GenlmScriptProxyPrivate *priv = PRIVATE (self);
  GValue *place;

  if (priv->values == NULL)
    priv->values = g_new0 (GValue, GENLM_SCRIPT_PROXY_GET_CLASS (self)->n_values);
  place = &priv->values[property_id - 1];
  g_value_init (place, G_PARAM_SPEC_VALUE_TYPE (pspec));
  g_value_copy (value, place);
}

static void
genlm_script_proxy_class_init (GenlmScriptProxyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = genlm_script_proxy_finalize;
}

static void
genlm_script_proxy_init (GenlmScriptProxy *self)
{
}

static GenlmVocab *
genlm_script_proxy_get_vocab (GenlmPotential *potential)
{
  GenlmPotential *inner = peek_potential (potential);

  return inner != NULL ? genlm_potential_get_vocab (inner) : NULL;
}

static GenlmTraits
genlm_script_proxy_get_traits (GenlmPotential *potential)
{
  GenlmPotential *inner = peek_potential (potential);

  return inner != NULL ? genlm_potential_get_traits (inner) : GENLM_TRAITS_NONE;
}

static gboolean
genlm_script_proxy_weigh_prefix (GenlmPotential *potential,
                                 GenlmContext   *context,
                                 double         *out,
                                 GError        **error)
{
  *out = genlm_potential_prefix_sync (peek_potential (potential), context, NULL, error);
  return !isnan (*out);
}

static gboolean
genlm_script_proxy_weigh_complete (GenlmPotential *potential,
                                   GenlmContext   *context,
                                   double         *out,
                                   GError        **error)
{
  *out = genlm_potential_complete_sync (peek_potential (potential), context, NULL, error);
  return !isnan (*out);
}

static GenlmWeights *
genlm_script_proxy_weigh_next (GenlmPotential *potential,
                               GenlmContext   *context,
                               GError        **error)
{
  return genlm_potential_logw_next_sync (peek_potential (potential), context, NULL, error);
}

static GenlmTokenSet *
genlm_script_proxy_weigh_mask (GenlmPotential *potential,
                               GenlmContext   *context,
                               GError        **error)
{
  return genlm_potential_mask_next_sync (peek_potential (potential), context, NULL, error);
}

static GenlmScores *
genlm_script_proxy_weigh_prefix_batch (GenlmPotential *potential,
                                       GenlmBatch     *batch,
                                       GError        **error)
{
  return genlm_potential_batch_prefix_sync (peek_potential (potential), batch, NULL, error);
}

static GenlmScores *
genlm_script_proxy_weigh_complete_batch (GenlmPotential *potential,
                                         GenlmBatch     *batch,
                                         GError        **error)
{
  return genlm_potential_batch_complete_sync (peek_potential (potential), batch, NULL, error);
}

static GenlmWeightsList *
genlm_script_proxy_weigh_next_batch (GenlmPotential *potential,
                                     GenlmBatch     *batch,
                                     GError        **error)
{
  return genlm_potential_batch_logw_next_sync (peek_potential (potential), batch, NULL, error);
}

static GenlmTokenSetList *
genlm_script_proxy_weigh_mask_batch (GenlmPotential *potential,
                                     GenlmBatch     *batch,
                                     GError        **error)
{
  return genlm_potential_batch_mask_next_sync (peek_potential (potential), batch, NULL, error);
}

static void
genlm_script_proxy_evaluate (GenlmPotential *potential,
                             GenlmRequest   *request)
{
  genlm_potential_evaluate (peek_potential (potential), request);
}

/* What was given, of an element of which nothing is known. */
static GVariant *
dup_values_recipe (GenlmScriptProxy *self)
{
  GenlmScriptProxyPrivate *priv = PRIVATE (self);
  GVariant *values = priv->values != NULL ? g_value_get_variant (&priv->values[0]) : NULL;

  if (values == NULL)
    values = g_variant_new ("a{sv}", NULL);
  return g_variant_ref_sink (g_variant_new ("(s@a{sv})", GENLM_SCRIPT_PROXY_GET_CLASS (self)->element, values));
}

/* With the input in its place, if it was given as a recipe. */
static GVariant *
add_input (GenlmScriptProxy *self,
           GVariant         *recipe)
{
  GenlmScriptProxyClass *klass = GENLM_SCRIPT_PROXY_GET_CLASS (self);
  GVariant *input = klass->input != NULL ? g_value_get_variant (&PRIVATE (self)->values[klass->n_values - 1]) : NULL;
  g_autoptr (GVariant) properties = NULL;
  GVariantDict dict;

  if (input == NULL)
    return g_variant_ref (recipe);
  g_variant_get_child (recipe, 1, "@a{sv}", &properties);
  g_variant_dict_init (&dict, properties);
  g_variant_dict_insert_value (&dict, klass->input, input);
  return g_variant_ref_sink (g_variant_new ("(s@a{sv})", klass->element, g_variant_dict_end (&dict)));
}

/* The recipe of the element in the script, not of a pool around it. */
static GVariant *
genlm_script_proxy_dup_recipe (GenlmPotential  *potential,
                               GError         **error)
{
  GenlmScriptProxyClass *klass = GENLM_SCRIPT_PROXY_GET_CLASS (potential);
  g_autoptr (GVariant) recipe = NULL;

  if (klass->takes_values)
    return dup_values_recipe (GENLM_SCRIPT_PROXY (potential));
  recipe = genlm_recipe_with_name (G_OBJECT (potential), klass->element, GENLM_SCRIPT_PROXY_INPUT, error);
  return recipe != NULL ? add_input (GENLM_SCRIPT_PROXY (potential), recipe) : NULL;
}

static GenlmPotential *
genlm_script_proxy_make_spawn (GenlmPotential  *potential,
                               GError         **error)
{
  g_autoptr (GVariant) recipe = genlm_script_proxy_dup_recipe (potential, error);

  return recipe != NULL ? genlm_element_from_recipe (recipe, error) : NULL;
}

/* Coercion goes inwards, into the worker process. */
static GenlmPotential *
genlm_script_proxy_make_coerced (GenlmPotential *potential,
                                 GenlmVocab     *target,
                                 GError        **error)
{
  return genlm_potential_coerce (peek_potential (potential), target, error);
}

static void
genlm_script_proxy_potential_init (GenlmPotentialInterface *iface)
{
  iface->get_vocab = genlm_script_proxy_get_vocab;
  iface->get_traits = genlm_script_proxy_get_traits;
  iface->weigh_prefix = genlm_script_proxy_weigh_prefix;
  iface->weigh_complete = genlm_script_proxy_weigh_complete;
  iface->weigh_next = genlm_script_proxy_weigh_next;
  iface->weigh_mask = genlm_script_proxy_weigh_mask;
  iface->weigh_prefix_batch = genlm_script_proxy_weigh_prefix_batch;
  iface->weigh_complete_batch = genlm_script_proxy_weigh_complete_batch;
  iface->weigh_next_batch = genlm_script_proxy_weigh_next_batch;
  iface->weigh_mask_batch = genlm_script_proxy_weigh_mask_batch;
  iface->evaluate = genlm_script_proxy_evaluate;
  iface->make_spawn = genlm_script_proxy_make_spawn;
  iface->make_coerced = genlm_script_proxy_make_coerced;
  iface->dup_recipe = genlm_script_proxy_dup_recipe;
}

/* -- the worker process --------------------------------------------------- */

static gboolean
genlm_script_proxy_initable_start (GInitable     *initable,
                                   GCancellable  *cancellable,
                                   GError       **error)
{
  GenlmScriptProxy *self = GENLM_SCRIPT_PROXY (initable);
  GenlmScriptProxyPrivate *priv = PRIVATE (self);
  g_autoptr (GVariant) recipe = NULL;
  g_autoptr (GenlmElementFactory) factory = NULL;
  GType type = G_TYPE_INVALID;
  guint timeout = genlm_potential_base_get_timeout (GENLM_POTENTIAL_BASE (self));

  if (priv->potential != NULL)
    return TRUE;
  recipe = genlm_script_proxy_dup_recipe (GENLM_POTENTIAL (self), error);
  if (recipe == NULL)
    return FALSE;
  factory = genlm_registry_find_factory (genlm_registry_get_default (), POOL, error);
  if (factory != NULL)
    type = genlm_element_factory_load_type (factory, error);
  if (type == G_TYPE_INVALID)
    return FALSE;
  priv->potential = g_initable_new (type, cancellable, error,
                                    "recipe", recipe,
                                    "workers", 1,
                                    "name", GENLM_SCRIPT_PROXY_GET_CLASS (self)->element,
                                    /* What is to be answered in time is to be given up in time, too. */
                                    timeout != 0 ? "timeout" : NULL, timeout,
                                    NULL);
  return priv->potential != NULL;
}

static void
genlm_script_proxy_initable_init (GInitableIface *iface)
{
  iface->init = genlm_script_proxy_initable_start;
}

/* -- a class for each element --------------------------------------------- */

typedef struct
{
  char                *element;
  GenlmScriptMetadata *metadata;
} ClassData;

static void
proxy_class_init (gpointer klass,
                  gpointer data)
{
  ClassData *class_data = data;
  GenlmScriptMetadata *metadata = class_data->metadata;
  GenlmScriptProxyClass *proxy_class = klass;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = genlm_script_proxy_get_property;
  object_class->set_property = genlm_script_proxy_set_property;
  proxy_class->element = class_data->element;
  proxy_class->takes_values = metadata == NULL;
  proxy_class->n_values = metadata != NULL ? metadata->properties->len : 1;
  if (metadata == NULL)
    {
      genlm_element_class_set_metadata (object_class, class_data->element, "Potential/Script",
                                        "A potential in a script", "");
      g_object_class_install_property (object_class, 1,
        g_param_spec_variant (GENLM_SCRIPT_PROXY_VALUES, NULL, "What the element is made with", G_VARIANT_TYPE_VARDICT,
                              NULL, G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
      return;
    }

  genlm_element_class_set_metadata (object_class, metadata->long_name, metadata->class_path,
                                    metadata->description, metadata->author);
  for (guint i = 0; i < metadata->properties->len; i++)
    g_object_class_install_property (object_class, i + 1,
                                     genlm_script_property_new_pspec (metadata->properties->pdata[i]));
  if (*metadata->input != '\0')
    {
      proxy_class->input = metadata->input;
      proxy_class->n_values++;
      g_object_class_install_property (object_class, proxy_class->n_values,
        g_param_spec_variant (GENLM_SCRIPT_PROXY_INPUT, NULL, "The recipe of the input, in its place",
                              G_VARIANT_TYPE (GENLM_RECIPE_TYPE), NULL,
                              G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
      genlm_element_class_set_input (object_class, metadata->input);
      genlm_element_class_set_input_recipe (object_class, GENLM_SCRIPT_PROXY_INPUT);
    }
}

/* A new class for an element; takes the metadata, which are NULL where nothing
 * is known. Types are never unloaded. */
GType
genlm_script_proxy_register (const char          *element,
                             GenlmScriptMetadata *metadata)
{
  static int n_types;
  ClassData *class_data = g_new0 (ClassData, 1);
  g_autofree char *name = g_strdup_printf ("GenlmScriptProxy%d", g_atomic_int_add (&n_types, 1));
  GTypeInfo info = {
    .class_size = sizeof (GenlmScriptProxyClass),
    .class_init = proxy_class_init,
    .class_data = class_data,
    .instance_size = sizeof (GenlmScriptProxy),
  };

  class_data->element = g_strdup (element);
  class_data->metadata = metadata;
  return g_type_register_static (GENLM_TYPE_SCRIPT_PROXY, name, &info, 0);
}

gboolean
genlm_script_proxy_takes_values (GObjectClass *klass)
{
  return GENLM_IS_SCRIPT_PROXY_CLASS (klass) && GENLM_SCRIPT_PROXY_CLASS (klass)->takes_values;
}
