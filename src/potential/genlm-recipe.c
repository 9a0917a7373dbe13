/* Tells an element as a recipe: the name it is made by and the properties that
 * differ from their defaults. The registry makes an equal element of it. */

#include "genlm-recipe-private.h"
#include "genlm-element.h"

static GVariant *
file_to_variant (const char *path)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);

  return g_variant_new_string (absolute);
}

/* A new reference that is not floating; %NULL with an error if the value cannot be told, without
 * one if there is nothing to tell. */
static GVariant *
value_to_variant (const GValue  *value,
                  GParamSpec    *pspec,
                  GError       **error)
{
  GType type = G_VALUE_TYPE (value);
  GVariant *variant = NULL;

  if (type == GENLM_TYPE_VOCAB)
    {
      GenlmVocab *vocab = g_value_get_boxed (value);

      variant = vocab != NULL ? genlm_vocab_to_variant (vocab) : NULL;
      return variant != NULL ? g_variant_ref_sink (variant) : NULL;
    }

  switch (G_TYPE_FUNDAMENTAL (type))
    {
    case G_TYPE_BOOLEAN:
      variant = g_variant_new_boolean (g_value_get_boolean (value));
      break;
    case G_TYPE_INT:
      variant = g_variant_new_int32 (g_value_get_int (value));
      break;
    case G_TYPE_UINT:
      variant = g_variant_new_uint32 (g_value_get_uint (value));
      break;
    case G_TYPE_INT64:
      variant = g_variant_new_int64 (g_value_get_int64 (value));
      break;
    case G_TYPE_UINT64:
      variant = g_variant_new_uint64 (g_value_get_uint64 (value));
      break;
    case G_TYPE_FLOAT:
      variant = g_variant_new_double (g_value_get_float (value));
      break;
    case G_TYPE_DOUBLE:
      variant = g_variant_new_double (g_value_get_double (value));
      break;
    case G_TYPE_ENUM:
      variant = g_variant_new_int32 (g_value_get_enum (value));
      break;
    case G_TYPE_FLAGS:
      variant = g_variant_new_uint32 (g_value_get_flags (value));
      break;
    case G_TYPE_STRING:
      if (g_value_get_string (value) != NULL)
        variant = (pspec->flags & GENLM_PARAM_FILE) != 0 ? file_to_variant (g_value_get_string (value))
                                                         : g_variant_new_string (g_value_get_string (value));
      break;
    case G_TYPE_VARIANT:
      if (g_value_get_variant (value) != NULL)
        variant = g_variant_new_variant (g_value_get_variant (value));
      break;
    case G_TYPE_OBJECT:
    case G_TYPE_INTERFACE:
      if (g_value_get_object (value) != NULL)
        {
          /* A potential may know better than its properties. */
          if (GENLM_IS_POTENTIAL (g_value_get_object (value)))
            return genlm_potential_to_recipe (g_value_get_object (value), error);
          return genlm_recipe_from_properties (g_value_get_object (value), error);
        }
      break;
    default:
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                   "property “%s” of type %s has no form that another process could read",
                   pspec->name, g_type_name (type));
      return NULL;
    }
  return variant != NULL ? g_variant_ref_sink (variant) : NULL;
}

static gboolean
add_property (GObject         *object,
              GParamSpec      *pspec,
              GVariantBuilder *builder,
              GError         **error)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GVariant) variant = NULL;
  GError *local_error = NULL;

  if ((pspec->flags & G_PARAM_READWRITE) != G_PARAM_READWRITE || (pspec->flags & G_PARAM_DEPRECATED) != 0)
    return TRUE;
  g_value_init (&value, pspec->value_type);
  g_object_get_property (object, pspec->name, &value);
  if (g_param_value_defaults (pspec, &value))
    return TRUE;

  variant = value_to_variant (&value, pspec, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  if (variant != NULL)
    g_variant_builder_add (builder, "{sv}", pspec->name, variant);
  return TRUE;
}

/* Returns a new reference that is not floating. */
GVariant *
genlm_recipe_from_properties (GObject  *object,
                              GError  **error)
{
  const char *name = genlm_element_type_get_factory_name (G_OBJECT_TYPE (object));
  g_autofree GParamSpec **pspecs = NULL;
  g_autofree char *label = genlm_element_dup_label (object);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sv}"));
  guint n;

  if (name == NULL)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                   "%s has no recipe: its type is not registered by a plugin; register it, or implement dup_recipe()",
                   label);
      return NULL;
    }
  pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n);
  for (guint i = 0; i < n; i++)
    {
      if (!add_property (object, pspecs[i], &builder, error))
        {
          g_prefix_error (error, "%s has no recipe: ", label);
          return NULL;
        }
    }
  return g_variant_ref_sink (g_variant_new ("(sa{sv})", name, &builder));
}
