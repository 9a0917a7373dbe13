/* Tells an element as a recipe: the name it is made by and the properties that
 * differ from their defaults. The registry makes an equal element of it. */

#include "genlm-recipe-private.h"
#include "genlm-element.h"

static void
set_untold_error (GParamSpec  *pspec,
                  const char  *what,
                  GError     **error)
{
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
               "property “%s” %s has no form that another process could read", pspec->name, what);
}

/* The name of a file need not be UTF-8. */
static GVariant *
file_to_variant (const char *path)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);

  return g_utf8_validate (absolute, -1, NULL) ? g_variant_new_string (absolute)
                                              : g_variant_new_bytestring (absolute);
}

static GVariant *
string_to_variant (const char  *text,
                   GParamSpec  *pspec,
                   GError     **error)
{
  if (text == NULL)
    return NULL;
  if ((pspec->flags & GENLM_PARAM_FILE) != 0)
    return file_to_variant (text);
  if (!g_utf8_validate (text, -1, NULL))
    {
      set_untold_error (pspec, "is no UTF-8, so it", error);
      return NULL;
    }
  return g_variant_new_string (text);
}

static GVariant *
boxed_to_variant (const GValue  *value,
                  GParamSpec    *pspec,
                  GError       **error)
{
  GType type = G_VALUE_TYPE (value);
  gpointer boxed = g_value_get_boxed (value);
  g_autofree char *what = NULL;

  if (type == GENLM_TYPE_VOCAB)
    return boxed != NULL ? genlm_vocab_to_variant (boxed) : NULL;
  if (type == G_TYPE_STRV)
    return boxed != NULL ? g_variant_new_strv (boxed, -1) : NULL;
  if (type == G_TYPE_BYTES)
    return boxed != NULL ? g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, boxed, TRUE) : NULL;

  what = g_strdup_printf ("of type %s", g_type_name (type));
  set_untold_error (pspec, what, error);
  return NULL;
}

/* Tells a value as genlm_element_make() reads it: a new reference that is not
 * floating; %NULL with an error if it cannot be told, without one if there is nothing
 * to tell. */
GVariant *
genlm_recipe_from_value (const GValue  *value,
                         GParamSpec    *pspec,
                         GError       **error)
{
  GType type = G_VALUE_TYPE (value);
  g_autofree char *what = NULL;
  GVariant *variant = NULL;

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
    case G_TYPE_LONG:
      variant = g_variant_new_int64 (g_value_get_long (value));
      break;
    case G_TYPE_ULONG:
      variant = g_variant_new_uint64 (g_value_get_ulong (value));
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
      variant = string_to_variant (g_value_get_string (value), pspec, error);
      break;
    case G_TYPE_BOXED:
      variant = boxed_to_variant (value, pspec, error);
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
          return genlm_recipe_from_properties (g_value_get_object (value), NULL, error);
        }
      break;
    default:
      what = g_strdup_printf ("of type %s", g_type_name (type));
      set_untold_error (pspec, what, error);
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

  variant = genlm_recipe_from_value (&value, pspec, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  if (variant != NULL)
    g_variant_builder_add (builder, "{sv}", pspec->name, variant);
  return TRUE;
}

gboolean
genlm_recipe_check_size (GVariant    *recipe,
                         const char  *label,
                         GError     **error)
{
  if (g_variant_get_size (recipe) <= GENLM_RECIPE_MAX_SIZE)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
               "%s has no recipe: it would have %" G_GSIZE_FORMAT " bytes, at most %u are possible",
               label, g_variant_get_size (recipe), GENLM_RECIPE_MAX_SIZE);
  return FALSE;
}

/* What makes an equal object: the name, and the properties that differ from
 * their defaults. The property @except follows from the others. Returns a new
 * reference that is not floating. */
GVariant *
genlm_recipe_with_name (GObject     *object,
                        const char  *name,
                        const char  *except,
                        GError     **error)
{
  g_autofree GParamSpec **pspecs = NULL;
  g_autofree char *label = genlm_element_dup_label (object);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) recipe = NULL;
  guint n;

  pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n);
  for (guint i = 0; i < n; i++)
    {
      if (g_strcmp0 (pspecs[i]->name, except) != 0 && !add_property (object, pspecs[i], &builder, error))
        {
          g_prefix_error (error, "%s has no recipe: ", label);
          return NULL;
        }
    }
  recipe = g_variant_ref_sink (g_variant_new (GENLM_RECIPE_TYPE, name, &builder));
  return genlm_recipe_check_size (recipe, label, error) ? g_steal_pointer (&recipe) : NULL;
}

/* As that, by the name that the type is registered under. */
GVariant *
genlm_recipe_from_properties (GObject     *object,
                              const char  *except,
                              GError     **error)
{
  const char *name = genlm_element_type_get_factory_name (G_OBJECT_TYPE (object));

  if (name == NULL)
    {
      g_autofree char *label = genlm_element_dup_label (object);

      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                   "%s has no recipe: its type is not registered by a plugin; register it, or implement dup_recipe()",
                   label);
      return NULL;
    }
  return genlm_recipe_with_name (object, name, except, error);
}
