/* Elements that a line of text describes, made and put together. It is not a
 * thing that runs: the last element of it may be. */
#define G_LOG_DOMAIN "Genlm-Plugin"

#include "genlm-pipeline.h"

#include "genlm-pipeline-build-private.h"

/**
 * GenlmPipeline:
 *
 * The elements that a description names, made and put together.
 *
 * A description is a list of elements, each followed by its properties, as
 * `name property=value property=value`:
 *
 *     ngram name=lm
 *     regex pattern="[a-z]+\." name=re
 *     awrs potential=lm. condition=re. ! smc particles=8
 *
 * - `!` makes the element on its left the input of the one on its right: the
 *   property that the class declares, such as `potential` or `sampler`; of
 *   `product`, which has two, the one that is free. Without `!`, white space
 *   begins the next element.
 * - `name=x` names an element. `x.` refers to it, as the value of a property or
 *   on a side of `!`, also before it is named. Elements must not need each
 *   other in a circle.
 * - Values are written as they are. In double quotation marks white space has no
 *   meaning, `\"` is a quotation mark and `\\` a backslash; every other backslash
 *   stays, so that a pattern such as `"\."` means what it says. In single
 *   quotation marks nothing has a meaning.
 * - An element that makes its input in another process, as `multiprocess` does,
 *   takes what stands to its left as a recipe: it is not made here, unless
 *   something else refers to it.
 * - Everything is checked: unknown elements and properties, values out of range,
 *   elements of the wrong type, inputs that are missing, and elements that nothing
 *   takes are errors that show their place.
 *
 * Since: 0.1
 */
struct _GenlmPipeline
{
  GObject parent_instance;

  char       *description;
  GListStore *elements;
  GListStore *ends;
  GHashTable *names;
  GObject    *last;
};

G_DEFINE_FINAL_TYPE (GenlmPipeline, genlm_pipeline, G_TYPE_OBJECT)
/**
 * genlm_pipeline_error_quark:
 *
 * Gets the domain of [error@PipelineError].
 *
 * Returns: the quark of %GENLM_PIPELINE_ERROR
 *
 * Since: 0.1
 */
G_DEFINE_QUARK (genlm-pipeline-error-quark, genlm_pipeline_error)

static void
genlm_pipeline_dispose (GObject *object)
{
  GenlmPipeline *self = GENLM_PIPELINE (object);

  g_clear_object (&self->last);
  g_hash_table_remove_all (self->names);
  g_list_store_remove_all (self->ends);
  g_list_store_remove_all (self->elements);

  G_OBJECT_CLASS (genlm_pipeline_parent_class)->dispose (object);
}

static void
genlm_pipeline_finalize (GObject *object)
{
  GenlmPipeline *self = GENLM_PIPELINE (object);

  g_hash_table_unref (self->names);
  g_object_unref (self->ends);
  g_object_unref (self->elements);
  g_free (self->description);

  G_OBJECT_CLASS (genlm_pipeline_parent_class)->finalize (object);
}

static void
genlm_pipeline_class_init (GenlmPipelineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = genlm_pipeline_dispose;
  object_class->finalize = genlm_pipeline_finalize;
}

static void
genlm_pipeline_init (GenlmPipeline *self)
{
  self->elements = g_list_store_new (G_TYPE_OBJECT);
  self->ends = g_list_store_new (G_TYPE_OBJECT);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

/**
 * genlm_pipeline_parse:
 * @description: what to make, see the class
 * @error: return location for an error
 *
 * Makes the elements of a description, from the default registry.
 *
 * Errors: the message is a line `line:column: cause`, then the line of the
 * description with a caret under the place. Besides %GENLM_PIPELINE_ERROR there
 * are those of [method@Registry.find_factory], of %GENLM_ELEMENT_ERROR and
 * %GENLM_PLUGIN_ERROR, and whatever an element says when it is initialised.
 *
 * Returns: (transfer full): the pipeline
 *
 * Since: 0.1
 */
GenlmPipeline *
genlm_pipeline_parse (const char  *description,
                      GError     **error)
{
  g_autoptr (GenlmPipelineTree) tree = NULL;
  GenlmPipelineParts *parts;
  GenlmPipeline *self;

  g_return_val_if_fail (description != NULL, NULL);

  tree = genlm_pipeline_tree_parse (description, error);
  if (tree == NULL)
    return NULL;
  parts = genlm_pipeline_build (tree, error);
  if (parts == NULL)
    return NULL;

  self = g_object_new (GENLM_TYPE_PIPELINE, NULL);
  self->description = g_strdup (description);
  g_list_store_splice (self->ends, 0, 0, parts->ends->pdata, parts->ends->len);
  for (guint i = 0; i < tree->nodes->len; i++)
    {
      GenlmPipelineNode *node = tree->nodes->pdata[i];
      GObject *object = parts->objects->pdata[i];

      if (object == NULL)
        continue;
      g_list_store_append (self->elements, object);
      if (node->name != NULL)
        g_hash_table_insert (self->names, g_strdup (node->name), g_object_ref (object));
      if (node == tree->last)
        self->last = g_object_ref (object);
    }
  genlm_pipeline_parts_free (parts);
  return self;
}

/**
 * genlm_pipeline_get_element:
 * @self: a pipeline
 * @name: what `name=` gave the element
 *
 * Gets an element by its name.
 *
 * Returns: (transfer none) (nullable) (type GObject.Object): the element, or %NULL if none has this name,
 *   or if it was not made because others take only its recipe
 *
 * Since: 0.1
 */
gpointer
genlm_pipeline_get_element (GenlmPipeline *self,
                            const char    *name)
{
  g_return_val_if_fail (GENLM_IS_PIPELINE (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return g_hash_table_lookup (self->names, name);
}

/**
 * genlm_pipeline_get_last:
 * @self: a pipeline
 *
 * Gets the element with which the description ends.
 *
 * Returns: (transfer none) (type GObject.Object): the element
 *
 * Since: 0.1
 */
gpointer
genlm_pipeline_get_last (GenlmPipeline *self)
{
  g_return_val_if_fail (GENLM_IS_PIPELINE (self), NULL);

  return self->last;
}

/**
 * genlm_pipeline_get_elements:
 * @self: a pipeline
 *
 * Gets all elements that were made, in the order of the description.
 *
 * Returns: (transfer none): a list of objects
 *
 * Since: 0.1
 */
GListModel *
genlm_pipeline_get_elements (GenlmPipeline *self)
{
  g_return_val_if_fail (GENLM_IS_PIPELINE (self), NULL);

  return G_LIST_MODEL (self->elements);
}

/**
 * genlm_pipeline_get_ends:
 * @self: a pipeline
 *
 * Gets the elements that no other takes; usually one, the last.
 *
 * Returns: (transfer none): a list of objects
 *
 * Since: 0.1
 */
GListModel *
genlm_pipeline_get_ends (GenlmPipeline *self)
{
  g_return_val_if_fail (GENLM_IS_PIPELINE (self), NULL);

  return G_LIST_MODEL (self->ends);
}

/**
 * genlm_pipeline_get_description:
 * @self: a pipeline
 *
 * Gets the text from which the pipeline was made.
 *
 * Returns: (transfer none): the description
 *
 * Since: 0.1
 */
const char *
genlm_pipeline_get_description (GenlmPipeline *self)
{
  g_return_val_if_fail (GENLM_IS_PIPELINE (self), NULL);

  return self->description;
}
