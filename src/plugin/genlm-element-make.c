/* Makes elements by name: from variants, from arguments, and from recipes,
 * which hold recipes of other elements. */
#define G_LOG_DOMAIN "Genlm-Plugin"

#include "genlm-element-make.h"

#include <gobject/gvaluecollector.h>

#include "genlm-element-value-private.h"
#include "genlm-property-list-private.h"
#include "genlm-recipe-private.h"
#include "genlm-registry.h"

G_DEFINE_QUARK (genlm-element-error-quark, genlm_element_error)

static GPrivate recipe_depth;

/**
 * genlm_element_make:
 * @name: the name of an element, or of its type
 * @properties: (nullable): values by property name, a variant of type `a{sv}`; a floating one is consumed
 * @error: return location for an error
 *
 * Makes an element of the default registry.
 *
 * Errors: those of [method@Registry.find_factory] and of
 * [method@ElementFactory.make_with_properties], which also says what a value
 * may be.
 *
 * Returns: (transfer full) (type GObject.Object): the element
 *
 * Since: 0.1
 */
gpointer
genlm_element_make (const char  *name,
                    GVariant    *properties,
                    GError     **error)
{
  g_autoptr (GVariant) variants = NULL;
  g_autoptr (GenlmElementFactory) factory = NULL;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (properties == NULL || g_variant_is_of_type (properties, G_VARIANT_TYPE_VARDICT), NULL);

  if (properties != NULL)
    variants = g_variant_ref_sink (properties);
  factory = genlm_registry_find_factory (genlm_registry_get_default (), name, error);
  if (factory == NULL)
    return NULL;
  return genlm_element_factory_make_with_properties (factory, variants, error);
}

static gboolean
add_objects (GenlmPropertyList  *list,
             GObjectClass       *klass,
             const char         *element,
             const char        **names,
             GObject           **objects,
             guint               n_objects,
             GError            **error)
{
  for (guint i = 0; i < n_objects; i++)
    {
      GParamSpec *pspec = genlm_element_value_find_property (klass, element, names[i], error);
      GValue *value = pspec != NULL ? genlm_property_list_add (list, pspec, element, error) : NULL;

      if (value == NULL)
        return FALSE;
      if (!G_TYPE_IS_OBJECT (pspec->value_type) && !G_TYPE_IS_INTERFACE (pspec->value_type))
        {
          g_set_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_INVALID_VALUE,
                       "Property \"%s\" of element \"%s\" takes a %s, and no object",
                       names[i], element, g_type_name (pspec->value_type));
          return FALSE;
        }
      if (!g_type_is_a (G_OBJECT_TYPE (objects[i]), pspec->value_type))
        {
          g_set_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_INVALID_VALUE,
                       "Property \"%s\" of element \"%s\" takes a %s, and a %s is none",
                       names[i], element, g_type_name (pspec->value_type), G_OBJECT_TYPE_NAME (objects[i]));
          return FALSE;
        }
      g_value_set_object (value, objects[i]);
    }
  return TRUE;
}

/* The type of an element and the factory that has it; G_TYPE_INVALID with an
 * error if there is none. */
static GType
load_type (const char           *name,
           GenlmElementFactory **factory,
           GError              **error)
{
  *factory = genlm_registry_find_factory (genlm_registry_get_default (), name, error);
  return *factory != NULL ? genlm_element_factory_load_type (*factory, error) : G_TYPE_INVALID;
}

/**
 * genlm_element_make_with_objects:
 * @name: the name of an element, or of its type
 * @properties: (nullable): values by property name, a variant of type `a{sv}`; a floating one is consumed
 * @object_names: (array length=n_objects) (nullable): names of properties that take objects
 * @objects: (array length=n_objects) (nullable): their values
 * @n_objects: how many there are
 * @error: return location for an error
 *
 * Makes an element of the default registry that takes other elements.
 *
 * Errors: as for [func@element_make].
 *
 * Returns: (transfer full) (type GObject.Object): the element
 *
 * Since: 0.1
 */
gpointer
genlm_element_make_with_objects (const char  *name,
                                 GVariant    *properties,
                                 const char **object_names,
                                 GObject    **objects,
                                 guint        n_objects,
                                 GError     **error)
{
  g_autoptr (GVariant) variants = NULL;
  g_autoptr (GenlmPropertyList) list = NULL;
  g_autoptr (GenlmElementFactory) factory = NULL;
  g_autoptr (GTypeClass) klass = NULL;
  const char *element;
  GType type;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (properties == NULL || g_variant_is_of_type (properties, G_VARIANT_TYPE_VARDICT), NULL);
  g_return_val_if_fail (n_objects == 0 || (object_names != NULL && objects != NULL), NULL);

  if (properties != NULL)
    variants = g_variant_ref_sink (properties);
  type = load_type (name, &factory, error);
  if (type == G_TYPE_INVALID)
    return NULL;

  element = genlm_element_factory_get_name (factory);
  klass = g_type_class_ref (type);
  list = genlm_property_list_new ();
  if (variants != NULL &&
      !genlm_property_list_add_variants (list, G_OBJECT_CLASS (klass), element, variants, error))
    return NULL;
  if (!add_objects (list, G_OBJECT_CLASS (klass), element, object_names, objects, n_objects, error))
    return NULL;
  return genlm_property_list_construct (list, type, element, error);
}

/* An argument of another type cannot be skipped, so the first mistake ends
 * the reading. */
static gboolean
add_arguments (GenlmPropertyList  *list,
               GObjectClass       *klass,
               const char         *element,
               const char         *first_property,
               va_list             arguments,
               GError            **error)
{
  for (const char *name = first_property; name != NULL; name = va_arg (arguments, const char *))
    {
      GParamSpec *pspec = genlm_element_value_find_property (klass, element, name, error);
      GValue *value = pspec != NULL ? genlm_property_list_add (list, pspec, element, error) : NULL;
      g_auto (GValue) collected = G_VALUE_INIT;
      g_autofree char *problem = NULL;

      if (value == NULL)
        return FALSE;
      G_VALUE_COLLECT_INIT (&collected, G_VALUE_TYPE (value), arguments, 0, &problem);
      if (problem != NULL)
        {
          g_set_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_INVALID_VALUE,
                       "Property \"%s\" of element \"%s\": %s", name, element, problem);
          return FALSE;
        }
      if ((pspec->flags & GENLM_PARAM_FILE) != 0 && G_VALUE_HOLDS_STRING (&collected) &&
          g_value_get_string (&collected) != NULL)
        {
          if (!genlm_element_value_from_text (value, pspec, element, g_value_get_string (&collected), error))
            return FALSE;
          continue;
        }
      g_value_copy (&collected, value);
      if (!genlm_element_value_check (value, pspec, element, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * genlm_element_make_with: (skip)
 * @name: the name of an element, or of its type
 * @error: return location for an error
 * @first_property: (nullable): the name of a property
 * @...: its value, then more names and values, ended by %NULL
 *
 * Makes an element of the default registry, with values as in g_object_new().
 *
 * Unlike there, an unknown property or a value out of range is an error.
 *
 * Errors: as for [func@element_make].
 *
 * Returns: (transfer full): the element
 *
 * Since: 0.1
 */
gpointer
genlm_element_make_with (const char  *name,
                         GError     **error,
                         const char  *first_property,
                         ...)
{
  g_autoptr (GenlmPropertyList) list = NULL;
  g_autoptr (GenlmElementFactory) factory = NULL;
  g_autoptr (GTypeClass) klass = NULL;
  gboolean complete;
  va_list arguments;
  GType type;

  g_return_val_if_fail (name != NULL, NULL);

  type = load_type (name, &factory, error);
  if (type == G_TYPE_INVALID)
    return NULL;

  klass = g_type_class_ref (type);
  list = genlm_property_list_new ();
  va_start (arguments, first_property);
  complete = add_arguments (list, G_OBJECT_CLASS (klass), genlm_element_factory_get_name (factory),
                            first_property, arguments, error);
  va_end (arguments);
  if (!complete)
    return NULL;
  return genlm_property_list_construct (list, type, genlm_element_factory_get_name (factory), error);
}

/**
 * genlm_element_from_recipe:
 * @recipe: a variant of type `(sa{sv})`: the name of an element and its properties; a floating one is consumed
 * @error: return location for an error
 *
 * Makes an element from what [method@Potential.to_recipe] gave, here or in
 * another process.
 *
 * Properties that are elements hold recipes themselves.
 *
 * Errors: as for [func@element_make], and
 * %GENLM_ELEMENT_ERROR_INVALID_RECIPE for a variant of another type or one
 * that is nested more than 30 deep.
 *
 * Returns: (transfer full) (type GObject.Object): the element
 *
 * Since: 0.1
 */
gpointer
genlm_element_from_recipe (GVariant  *recipe,
                           GError   **error)
{
  guint depth = GPOINTER_TO_UINT (g_private_get (&recipe_depth));
  g_autoptr (GVariant) owned = NULL;
  g_autoptr (GVariant) properties = NULL;
  const char *name;
  gpointer element;

  g_return_val_if_fail (recipe != NULL, NULL);

  owned = g_variant_ref_sink (recipe);
  if (!g_variant_is_of_type (owned, G_VARIANT_TYPE ("(sa{sv})")))
    {
      g_set_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_INVALID_RECIPE,
                   "Failed to make an element from a recipe: its type is \"%s\" instead of \"(sa{sv})\"",
                   g_variant_get_type_string (owned));
      return NULL;
    }
  if (depth >= GENLM_RECIPE_MAX_DEPTH)
    {
      g_set_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_INVALID_RECIPE,
                   "Failed to make an element from a recipe: recipes are nested more than %d deep",
                   GENLM_RECIPE_MAX_DEPTH);
      return NULL;
    }

  g_variant_get (owned, "(&s@a{sv})", &name, &properties);
  g_private_set (&recipe_depth, GUINT_TO_POINTER (depth + 1));
  element = genlm_element_make (name, properties, error);
  g_private_set (&recipe_depth, GUINT_TO_POINTER (depth));
  return element;
}
