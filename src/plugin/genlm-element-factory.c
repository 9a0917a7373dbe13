/* Knows an element by name before its plugin is loaded, and makes it. */
#define G_LOG_DOMAIN "Genlm-Plugin"

#include "genlm-element-factory-private.h"

#include "genlm-element-value-private.h"
#include "genlm-property-list-private.h"
#include "genlm-registry.h"

/**
 * GenlmElementFactory:
 *
 * Makes the elements of one kind.
 *
 * A factory is found by name in the [class@Registry]. What it tells comes from
 * the registry; the plugin is loaded when the first element is made.
 *
 * Threads: all methods may be called from any thread; what they make belongs
 * to the calling thread's context.
 *
 * Since: 0.1
 */
struct _GenlmElementFactory
{
  GObject parent_instance;

  GenlmPlugin            *plugin;
  const GenlmElementInfo *info;
};

enum
{
  PROP_NAME = 1,
  PROP_TYPE_NAME,
  PROP_CLASS_PATH,
  PROP_LONG_NAME,
  PROP_DESCRIPTION,
  PROP_AUTHOR,
  PROP_INPUT,
  PROP_RANK,
  PROP_PLUGIN,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GenlmElementFactory, genlm_element_factory, G_TYPE_OBJECT)

static void
genlm_element_factory_finalize (GObject *object)
{
  GenlmElementFactory *self = GENLM_ELEMENT_FACTORY (object);

  g_object_unref (self->plugin);

  G_OBJECT_CLASS (genlm_element_factory_parent_class)->finalize (object);
}

static void
genlm_element_factory_get_property (GObject    *object,
                                    guint       property_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  GenlmElementFactory *self = GENLM_ELEMENT_FACTORY (object);

  switch (property_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->info->name);
      break;
    case PROP_TYPE_NAME:
      g_value_set_string (value, self->info->type_name);
      break;
    case PROP_CLASS_PATH:
      g_value_set_string (value, self->info->class_path);
      break;
    case PROP_LONG_NAME:
      g_value_set_string (value, self->info->long_name);
      break;
    case PROP_DESCRIPTION:
      g_value_set_string (value, self->info->description);
      break;
    case PROP_AUTHOR:
      g_value_set_string (value, self->info->author);
      break;
    case PROP_INPUT:
      g_value_set_string (value, genlm_element_factory_get_input (self));
      break;
    case PROP_RANK:
      g_value_set_uint (value, self->info->rank);
      break;
    case PROP_PLUGIN:
      g_value_set_object (value, self->plugin);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static GParamSpec *
text_property (const char *name,
               const char *blurb)
{
  return g_param_spec_string (name, NULL, blurb, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
genlm_element_factory_class_init (GenlmElementFactoryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = genlm_element_factory_finalize;
  object_class->get_property = genlm_element_factory_get_property;

  /**
   * GenlmElementFactory:name: (getter get_name)
   *
   * The name by which the element is made.
   *
   * Since: 0.1
   */
  properties[PROP_NAME] = text_property ("name", "The name by which the element is made");
  /**
   * GenlmElementFactory:type-name: (getter get_type_name)
   *
   * The name of the element's type.
   *
   * Since: 0.1
   */
  properties[PROP_TYPE_NAME] = text_property ("type-name", "The name of the element's type");
  /**
   * GenlmElementFactory:class-path: (getter get_class_path)
   *
   * What kind of element it is, from the general to the special.
   *
   * Since: 0.1
   */
  properties[PROP_CLASS_PATH] = text_property ("class-path", "What kind of element it is");
  /**
   * GenlmElementFactory:long-name: (getter get_long_name)
   *
   * The name for people.
   *
   * Since: 0.1
   */
  properties[PROP_LONG_NAME] = text_property ("long-name", "The name for people");
  /**
   * GenlmElementFactory:description: (getter get_description)
   *
   * What the element does.
   *
   * Since: 0.1
   */
  properties[PROP_DESCRIPTION] = text_property ("description", "What the element does");
  /**
   * GenlmElementFactory:author: (getter get_author)
   *
   * Who wrote the element.
   *
   * Since: 0.1
   */
  properties[PROP_AUTHOR] = text_property ("author", "Who wrote the element");
  /**
   * GenlmElementFactory:input: (getter get_input)
   *
   * The property that `!` sets in a pipeline description.
   *
   * Since: 0.1
   */
  properties[PROP_INPUT] = text_property ("input", "The property that ! sets in a pipeline description");
  /**
   * GenlmElementFactory:rank: (getter get_rank)
   *
   * Which element is taken where two have one name.
   *
   * Since: 0.1
   */
  properties[PROP_RANK] = g_param_spec_uint ("rank", NULL, "Which element is taken where two have one name",
                                             0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GenlmElementFactory:plugin: (getter get_plugin)
   *
   * The plugin that offers the element.
   *
   * Since: 0.1
   */
  properties[PROP_PLUGIN] = g_param_spec_object ("plugin", NULL, "The plugin that offers the element",
                                                 GENLM_TYPE_PLUGIN, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
genlm_element_factory_init (GenlmElementFactory *self)
{
}

/* The info belongs to the plugin, which the factory keeps. */
GenlmElementFactory *
genlm_element_factory_new (GenlmPlugin            *plugin,
                           const GenlmElementInfo *info)
{
  GenlmElementFactory *self = g_object_new (GENLM_TYPE_ELEMENT_FACTORY, NULL);

  self->plugin = g_object_ref (plugin);
  self->info = info;
  return self;
}

/**
 * genlm_element_factory_find:
 * @name: the name of an element such as `"json-schema"`, or of its type such as `"GenlmJsonSchema"`
 *
 * Looks for an element in the default registry.
 *
 * Returns: (transfer full) (nullable): the factory, or %NULL if there is none;
 *   [method@Registry.find_factory] says why
 *
 * Since: 0.1
 */
GenlmElementFactory *
genlm_element_factory_find (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  return genlm_registry_find_factory (genlm_registry_get_default (), name, NULL);
}

/**
 * genlm_element_factory_load_type:
 * @self: a factory
 * @error: return location for an error
 *
 * Gets the type of the elements, for which the plugin is loaded.
 *
 * Errors: those of %GENLM_PLUGIN_ERROR.
 *
 * Returns: the type, or %G_TYPE_INVALID if the plugin cannot be loaded
 *
 * Since: 0.1
 */
GType
genlm_element_factory_load_type (GenlmElementFactory  *self,
                                 GError              **error)
{
  g_return_val_if_fail (GENLM_IS_ELEMENT_FACTORY (self), G_TYPE_INVALID);

  return genlm_plugin_load_type (self->plugin, self->info->name, error);
}

/**
 * genlm_element_factory_make:
 * @self: a factory
 * @error: return location for an error
 *
 * Makes an element with the defaults of its properties.
 *
 * Errors: those of [method@ElementFactory.make_with_properties].
 *
 * Returns: (transfer full) (type GObject.Object): the element
 *
 * Since: 0.1
 */
gpointer
genlm_element_factory_make (GenlmElementFactory  *self,
                            GError              **error)
{
  return genlm_element_factory_make_with_properties (self, NULL, error);
}

/**
 * genlm_element_factory_make_with_properties:
 * @self: a factory
 * @properties: (nullable): values by property name, a variant of type `a{sv}`; a floating one is consumed
 * @error: return location for an error
 *
 * Makes an element.
 *
 * Loads the plugin if it is not loaded, constructs the object with all the
 * values at once, and initialises it if it is a [iface@Gio.Initable].
 *
 * A value is a variant of the property's type: numbers of any width that are in
 * range, text, the nick of an enumeration or flags joined by `+`, `as` for a
 * list of texts, `ay` for bytes, a vocabulary as [method@Vocab.to_variant]
 * gives it, and for a property that is an element a recipe `(sa{sv})`. File
 * names (%GENLM_PARAM_FILE) are made absolute.
 *
 * Errors: those of %GENLM_ELEMENT_ERROR and %GENLM_PLUGIN_ERROR, and whatever
 * the element says when it is initialised.
 *
 * Returns: (transfer full) (type GObject.Object): the element
 *
 * Since: 0.1
 */
gpointer
genlm_element_factory_make_with_properties (GenlmElementFactory  *self,
                                            GVariant             *properties,
                                            GError              **error)
{
  g_autoptr (GenlmPropertyList) list = NULL;
  g_autoptr (GVariant) variants = NULL;
  g_autoptr (GTypeClass) klass = NULL;
  GType type;

  g_return_val_if_fail (GENLM_IS_ELEMENT_FACTORY (self), NULL);
  g_return_val_if_fail (properties == NULL || g_variant_is_of_type (properties, G_VARIANT_TYPE_VARDICT), NULL);

  if (properties != NULL)
    variants = g_variant_ref_sink (properties);
  type = genlm_element_factory_load_type (self, error);
  if (type == G_TYPE_INVALID)
    return NULL;

  klass = g_type_class_ref (type);
  list = genlm_property_list_new ();
  if (variants != NULL && !genlm_property_list_add_variants (list, G_OBJECT_CLASS (klass), self->info->name, variants, error))
    return NULL;
  return genlm_property_list_construct (list, type, self->info->name, error);
}

/**
 * genlm_element_factory_get_name: (get-property name)
 * @self: a factory
 *
 * Gets the name by which the element is made.
 *
 * Returns: (transfer none): the name
 *
 * Since: 0.1
 */
const char *
genlm_element_factory_get_name (GenlmElementFactory *self)
{
  g_return_val_if_fail (GENLM_IS_ELEMENT_FACTORY (self), NULL);

  return self->info->name;
}

/**
 * genlm_element_factory_get_type_name: (get-property type-name)
 * @self: a factory
 *
 * Gets the name of the element's type.
 *
 * Returns: (transfer none): the name of the type
 *
 * Since: 0.1
 */
const char *
genlm_element_factory_get_type_name (GenlmElementFactory *self)
{
  g_return_val_if_fail (GENLM_IS_ELEMENT_FACTORY (self), NULL);

  return self->info->type_name;
}

/**
 * genlm_element_factory_get_class_path: (get-property class-path)
 * @self: a factory
 *
 * Gets what kind of element it is, such as `Potential/Constraint`.
 *
 * Returns: (transfer none): the class path
 *
 * Since: 0.1
 */
const char *
genlm_element_factory_get_class_path (GenlmElementFactory *self)
{
  g_return_val_if_fail (GENLM_IS_ELEMENT_FACTORY (self), NULL);

  return self->info->class_path;
}

/**
 * genlm_element_factory_get_long_name: (get-property long-name)
 * @self: a factory
 *
 * Gets the name of the element for people.
 *
 * Returns: (transfer none): the name
 *
 * Since: 0.1
 */
const char *
genlm_element_factory_get_long_name (GenlmElementFactory *self)
{
  g_return_val_if_fail (GENLM_IS_ELEMENT_FACTORY (self), NULL);

  return self->info->long_name;
}

/**
 * genlm_element_factory_get_description: (get-property description)
 * @self: a factory
 *
 * Gets what the element does.
 *
 * Returns: (transfer none): the description
 *
 * Since: 0.1
 */
const char *
genlm_element_factory_get_description (GenlmElementFactory *self)
{
  g_return_val_if_fail (GENLM_IS_ELEMENT_FACTORY (self), NULL);

  return self->info->description;
}

/**
 * genlm_element_factory_get_author: (get-property author)
 * @self: a factory
 *
 * Gets who wrote the element.
 *
 * Returns: (transfer none): the author
 *
 * Since: 0.1
 */
const char *
genlm_element_factory_get_author (GenlmElementFactory *self)
{
  g_return_val_if_fail (GENLM_IS_ELEMENT_FACTORY (self), NULL);

  return self->info->author;
}

/**
 * genlm_element_factory_get_input: (get-property input)
 * @self: a factory
 *
 * Gets the property that `!` sets in a pipeline description.
 *
 * Returns: (transfer none) (nullable): the name of the property, or several separated by commas, which one `!`
 *   after the other sets; %NULL if the element has no input
 *
 * Since: 0.1
 */
const char *
genlm_element_factory_get_input (GenlmElementFactory *self)
{
  g_return_val_if_fail (GENLM_IS_ELEMENT_FACTORY (self), NULL);

  return *self->info->input != '\0' ? self->info->input : NULL;
}

/**
 * genlm_element_factory_get_rank: (get-property rank)
 * @self: a factory
 *
 * Gets the rank, see [enum@Rank].
 *
 * Returns: the rank
 *
 * Since: 0.1
 */
guint
genlm_element_factory_get_rank (GenlmElementFactory *self)
{
  g_return_val_if_fail (GENLM_IS_ELEMENT_FACTORY (self), 0);

  return self->info->rank;
}

/**
 * genlm_element_factory_get_plugin: (get-property plugin)
 * @self: a factory
 *
 * Gets the plugin that offers the element.
 *
 * Returns: (transfer none): the plugin
 *
 * Since: 0.1
 */
GenlmPlugin *
genlm_element_factory_get_plugin (GenlmElementFactory *self)
{
  g_return_val_if_fail (GENLM_IS_ELEMENT_FACTORY (self), NULL);

  return self->plugin;
}

/**
 * genlm_element_factory_is_built_in:
 * @self: a factory
 *
 * Tells whether the element is part of the library.
 *
 * Returns: %TRUE if no plugin needs to be loaded for it
 *
 * Since: 0.1
 */
gboolean
genlm_element_factory_is_built_in (GenlmElementFactory *self)
{
  g_return_val_if_fail (GENLM_IS_ELEMENT_FACTORY (self), FALSE);

  return genlm_plugin_is_built_in (self->plugin);
}
