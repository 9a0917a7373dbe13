/* What a class says about itself to tools: a name, a place in the order of
 * things, which property its input goes into. Kept with the type, since
 * elements of all kinds share no base class. */

#define G_LOG_DOMAIN "Genlm-Base"

#include "genlm-element.h"

typedef struct
{
  char *long_name;
  char *class_path;
  char *description;
  char *author;
  char *input;
  char *input_recipe;
  char *factory_name;
} ElementInfo;

static G_DEFINE_QUARK (genlm-element-info, element_info)

static ElementInfo *
ensure_info (GType type)
{
  static GMutex lock;
  ElementInfo *info;

  g_mutex_lock (&lock);
  info = g_type_get_qdata (type, element_info_quark ());
  if (info == NULL)
    {
      /* Types are never unloaded. */
      info = g_new0 (ElementInfo, 1);
      g_type_set_qdata (type, element_info_quark (), info);
    }
  g_mutex_unlock (&lock);
  return info;
}

/* The nearest ancestor that said something. */
static const char *
find_text (GType type,
           gsize offset)
{
  for (; type != G_TYPE_INVALID; type = g_type_parent (type))
    {
      ElementInfo *info = g_type_get_qdata (type, element_info_quark ());

      if (info != NULL && G_STRUCT_MEMBER (char *, info, offset) != NULL)
        return G_STRUCT_MEMBER (char *, info, offset);
    }
  return NULL;
}

/**
 * genlm_element_class_set_metadata: (skip)
 * @klass: the class, in its `class_init`
 * @long_name: a name for people, such as `Regular expression`
 * @class_path: what it is, from the general to the special: `Potential/Constraint`
 * @description: one sentence
 * @author: who wrote it
 *
 * Says what the tools show of an element.
 *
 * Since: 0.1
 */
void
genlm_element_class_set_metadata (GObjectClass *klass,
                                  const char   *long_name,
                                  const char   *class_path,
                                  const char   *description,
                                  const char   *author)
{
  ElementInfo *info;

  g_return_if_fail (G_IS_OBJECT_CLASS (klass));

  info = ensure_info (G_TYPE_FROM_CLASS (klass));
  g_free (info->long_name);
  info->long_name = g_strdup (long_name);
  g_free (info->class_path);
  info->class_path = g_strdup (class_path);
  g_free (info->description);
  info->description = g_strdup (description);
  g_free (info->author);
  info->author = g_strdup (author);
}

/**
 * genlm_element_class_set_input: (skip)
 * @klass: the class, in its `class_init`
 * @property_name: the object property, or several separated by commas
 *
 * Says which property takes the element on the left of `!` in a pipeline
 * description. Of several, each further `!` sets the next that is not set yet.
 *
 * Since: 0.1
 */
void
genlm_element_class_set_input (GObjectClass *klass,
                               const char   *property_name)
{
  ElementInfo *info;

  g_return_if_fail (G_IS_OBJECT_CLASS (klass));

  info = ensure_info (G_TYPE_FROM_CLASS (klass));
  g_free (info->input);
  info->input = g_strdup (property_name);
}

/**
 * genlm_element_class_set_input_recipe: (skip)
 * @klass: the class, in its `class_init`
 * @property_name: a property for a variant of type `(sa{sv})`
 *
 * Says that the class takes its input, a single one, as a recipe as well, or only
 * so, if @property_name is that of [func@element_class_set_input].
 *
 * A pipeline description then sets @property_name in place of the property of
 * [func@element_class_set_input], and does not make the element on the left of
 * `!` unless something else needs it; so does a recipe.
 *
 * Since: 0.1
 */
void
genlm_element_class_set_input_recipe (GObjectClass *klass,
                                      const char   *property_name)
{
  ElementInfo *info;

  g_return_if_fail (G_IS_OBJECT_CLASS (klass));

  info = ensure_info (G_TYPE_FROM_CLASS (klass));
  g_free (info->input_recipe);
  info->input_recipe = g_strdup (property_name);
}

/**
 * genlm_element_type_get_long_name:
 * @type: the type of an element
 *
 * Gets the name for people.
 *
 * Returns: (nullable): the name
 * Since: 0.1
 */
const char *
genlm_element_type_get_long_name (GType type)
{
  return find_text (type, G_STRUCT_OFFSET (ElementInfo, long_name));
}

/**
 * genlm_element_type_get_class_path:
 * @type: the type of an element
 *
 * Gets what the element is, from the general to the special.
 *
 * Returns: (nullable): a path such as `Potential/Constraint`
 * Since: 0.1
 */
const char *
genlm_element_type_get_class_path (GType type)
{
  return find_text (type, G_STRUCT_OFFSET (ElementInfo, class_path));
}

/**
 * genlm_element_type_get_description:
 * @type: the type of an element
 *
 * Gets the description, one sentence.
 *
 * Returns: (nullable): the description
 * Since: 0.1
 */
const char *
genlm_element_type_get_description (GType type)
{
  return find_text (type, G_STRUCT_OFFSET (ElementInfo, description));
}

/**
 * genlm_element_type_get_author:
 * @type: the type of an element
 *
 * Gets who wrote the element.
 *
 * Returns: (nullable): the author
 * Since: 0.1
 */
const char *
genlm_element_type_get_author (GType type)
{
  return find_text (type, G_STRUCT_OFFSET (ElementInfo, author));
}

/**
 * genlm_element_type_get_input:
 * @type: the type of an element
 *
 * Gets the property that takes the element on the left of `!`.
 *
 * Returns: (nullable): the property's name, or several separated by commas; %NULL if the element takes no input
 * Since: 0.1
 */
const char *
genlm_element_type_get_input (GType type)
{
  return find_text (type, G_STRUCT_OFFSET (ElementInfo, input));
}

/**
 * genlm_element_type_get_input_recipe:
 * @type: the type of an element
 *
 * Gets the property that takes the recipe of the element on the left of `!`.
 *
 * Returns: (nullable): the property's name, %NULL if the input is always made
 * Since: 0.1
 */
const char *
genlm_element_type_get_input_recipe (GType type)
{
  return find_text (type, G_STRUCT_OFFSET (ElementInfo, input_recipe));
}

/**
 * genlm_element_type_set_factory_name: (skip)
 * @type: the type of an element
 * @factory_name: the name it is made by
 *
 * Says by which name the registry makes the type. The registry does this when
 * an element is registered; the name stands in messages and in recipes.
 *
 * Since: 0.1
 */
void
genlm_element_type_set_factory_name (GType       type,
                                     const char *factory_name)
{
  ElementInfo *info;

  g_return_if_fail (factory_name != NULL);

  info = ensure_info (type);
  if (info->factory_name == NULL)
    info->factory_name = g_strdup (factory_name);
}

/**
 * genlm_element_type_get_factory_name:
 * @type: the type of an element
 *
 * Gets the name that the registry makes the type by.
 *
 * Returns: (nullable): the name, %NULL if it is not registered
 * Since: 0.1
 */
const char *
genlm_element_type_get_factory_name (GType type)
{
  ElementInfo *info = g_type_get_qdata (type, element_info_quark ());

  return info != NULL ? info->factory_name : NULL;
}

/**
 * genlm_element_dup_label:
 * @element: any element
 *
 * Names an element in a message: what it is made by, or its type, and its own
 * name if it has one.
 *
 * Returns: (transfer full): the label, such as `regex “digits”`
 * Since: 0.1
 */
char *
genlm_element_dup_label (GObject *element)
{
  g_autofree char *name = NULL;
  const char *kind;
  GParamSpec *pspec;

  g_return_val_if_fail (G_IS_OBJECT (element), NULL);

  kind = genlm_element_type_get_factory_name (G_OBJECT_TYPE (element));
  if (kind == NULL)
    kind = G_OBJECT_TYPE_NAME (element);
  pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), "name");
  if (pspec != NULL && G_IS_PARAM_SPEC_STRING (pspec))
    g_object_get (element, "name", &name, NULL);
  return name != NULL ? g_strdup_printf ("%s “%s”", kind, name) : g_strdup (kind);
}
