/* Collects the values that an element is made with, so that all of them are
 * there at construction, and makes it. */
#include "genlm-property-list-private.h"

#include "genlm-element-value-private.h"
#include "genlm-recipe-private.h"
#include "genlm-script-host-private.h"
#include "genlm-script-proxy-private.h"

#include <string.h>

struct _GenlmPropertyList
{
  GPtrArray *names;
  GArray    *values;
};

static void
clear_value (gpointer value)
{
  if (G_IS_VALUE (value))
    g_value_unset (value);
}

GenlmPropertyList *
genlm_property_list_new (void)
{
  GenlmPropertyList *self = g_new0 (GenlmPropertyList, 1);

  self->names = g_ptr_array_new ();
  self->values = g_array_new (FALSE, TRUE, sizeof (GValue));
  g_array_set_clear_func (self->values, clear_value);
  return self;
}

void
genlm_property_list_free (GenlmPropertyList *self)
{
  g_array_unref (self->values);
  g_ptr_array_unref (self->names);
  g_free (self);
}

/* Returns the place of the value, which the next addition moves. */
GValue *
genlm_property_list_add (GenlmPropertyList  *self,
                         GParamSpec         *pspec,
                         const char         *element,
                         GError            **error)
{
  GValue value = G_VALUE_INIT;

  if ((pspec->flags & G_PARAM_WRITABLE) == 0)
    {
      g_set_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_READ_ONLY,
                   "Property \"%s\" of element \"%s\" can only be read", pspec->name, element);
      return NULL;
    }
  if (g_ptr_array_find (self->names, pspec->name, NULL))
    {
      g_set_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_DUPLICATE_PROPERTY,
                   "Property \"%s\" of element \"%s\" is given twice; keep one", pspec->name, element);
      return NULL;
    }

  g_value_init (&value, G_PARAM_SPEC_VALUE_TYPE (pspec));
  g_ptr_array_add (self->names, (gpointer) pspec->name);
  g_array_append_val (self->values, value);
  return &g_array_index (self->values, GValue, self->values->len - 1);
}

/* For an element of which nothing is known here: its language checks them. */
static gboolean
add_values (GenlmPropertyList  *self,
            GObjectClass       *klass,
            const char         *element,
            GVariant           *variants,
            GError            **error)
{
  GParamSpec *pspec = g_object_class_find_property (klass, GENLM_SCRIPT_PROXY_VALUES);
  GValue *value = genlm_property_list_add (self, pspec, element, error);

  if (value != NULL)
    g_value_set_variant (value, variants);
  return value != NULL;
}

/* Adds values of a variant of type `a{sv}`. */
gboolean
genlm_property_list_add_variants (GenlmPropertyList  *self,
                                  GObjectClass       *klass,
                                  const char         *element,
                                  GVariant           *variants,
                                  GError            **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *variant;

  if (genlm_script_proxy_takes_values (klass))
    return add_values (self, klass, element, variants, error);
  g_variant_iter_init (&iter, variants);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &variant))
    {
      GParamSpec *pspec = genlm_element_value_find_property (klass, element, name, error);
      GParamSpec *recipe = pspec != NULL ? genlm_element_value_find_recipe (klass, pspec) : NULL;
      GValue *value;

      /* What the element makes elsewhere is not made here. */
      if (recipe != NULL && g_variant_is_of_type (variant, G_VARIANT_TYPE (GENLM_RECIPE_TYPE)))
        pspec = recipe;
      value = pspec != NULL ? genlm_property_list_add (self, pspec, element, error) : NULL;
      if (value == NULL || !genlm_element_value_from_variant (value, pspec, element, variant, error))
        {
          g_variant_unref (variant);
          return FALSE;
        }
    }
  return TRUE;
}

/* What is held as one value for an element of which nothing is known here. */
static void
add_values_to_recipe (GenlmPropertyList *self,
                      GVariantBuilder   *recipe)
{
  for (guint i = 0; i < self->values->len; i++)
    {
      GVariantIter iter;
      const char *name;
      GVariant *value;

      g_variant_iter_init (&iter, g_value_get_variant (&g_array_index (self->values, GValue, i)));
      while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
        g_variant_builder_add (recipe, "{sv}", name, value);
    }
}

/* Adds what is in the list to the properties of a recipe, of type `a{sv}`. */
gboolean
genlm_property_list_add_to_recipe (GenlmPropertyList  *self,
                                   GObjectClass       *klass,
                                   GVariantBuilder    *recipe,
                                   GError            **error)
{
  if (genlm_script_proxy_takes_values (klass))
    {
      add_values_to_recipe (self, recipe);
      return TRUE;
    }
  for (guint i = 0; i < self->names->len; i++)
    {
      const char *name = self->names->pdata[i];
      GError *local_error = NULL;
      g_autoptr (GVariant) variant = NULL;

      variant = genlm_recipe_from_value (&g_array_index (self->values, GValue, i),
                                         g_object_class_find_property (klass, name), &local_error);
      if (local_error != NULL)
        {
          g_propagate_error (error, local_error);
          return FALSE;
        }
      if (variant != NULL)
        g_variant_builder_add (recipe, "{sv}", name, variant);
    }
  return TRUE;
}

gpointer
genlm_property_list_construct (GenlmPropertyList  *self,
                               GType               type,
                               const char         *element,
                               GError            **error)
{
  const char **names = (const char **) self->names->pdata;
  const GValue *values = (const GValue *) (gpointer) self->values->data;
  g_autoptr (GObject) object = NULL;
  g_autoptr (GError) local_error = NULL;

  object = genlm_script_host_has_loaded (type)
             ? genlm_script_host_make (type, self->names->len, names, values, element, error)
             : g_object_new_with_properties (type, self->names->len, names, values);
  if (object == NULL)
    return NULL;
  if (g_object_is_floating (object))
    g_object_ref_sink (object);

  if (G_IS_INITABLE (object) && !g_initable_init (G_INITABLE (object), NULL, &local_error))
    {
      /* Most elements name themselves. */
      if (strstr (local_error->message, element) == NULL)
        g_prefix_error (&local_error, "Failed to make element \"%s\": ", element);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  return g_steal_pointer (&object);
}
