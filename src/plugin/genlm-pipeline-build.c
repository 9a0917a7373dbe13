/* Makes the elements of a tree. First everything is checked that can be
 * without making one: elements, properties, values, references, types, what
 * is missing. Then they are made, each after those that it takes, since an
 * element gets all its properties at construction.
 *
 * Of an element that another takes as a recipe, to make it in another process,
 * only the recipe is made, and that of all that it takes; unless it is needed
 * here as well. */
#include "genlm-pipeline-build-private.h"

#include <string.h>

#include "genlm-element-value-private.h"
#include "genlm-pipeline-place-private.h"
#include "genlm-potential.h"
#include "genlm-property-list-private.h"
#include "genlm-recipe-private.h"
#include "genlm-registry.h"

/* An element as property of another. */
typedef struct
{
  GParamSpec *pspec;
  GParamSpec *recipe;   /* the property that takes its recipe instead, or NULL */
  guint       source;
} Edge;

/* What is needed of an element. */
enum
{
  NEED_OBJECT = 1 << 0,
  NEED_RECIPE = 1 << 1,
};

typedef enum
{
  STATE_UNSEEN,
  STATE_OPEN,
  STATE_MADE,
} State;

typedef struct
{
  GenlmElementFactory *factory;
  const char          *name;
  GType                type;
  GObjectClass        *klass;
  GenlmPropertyList   *properties;
  GHashTable          *seen;
  GArray              *edges;
  State                state;
  gboolean             used;
  guint                needs;
  guint                next_edge;
  GVariant            *recipe;
  guint                depth;   /* of the recipe */
} Plan;

typedef struct
{
  GenlmPipelineTree *tree;
  Plan              *plans;
  GHashTable        *indices;
  GPtrArray         *objects;
} Build;

static void
plan_clear (Plan *plan)
{
  g_clear_pointer (&plan->recipe, g_variant_unref);
  g_clear_pointer (&plan->edges, g_array_unref);
  g_clear_pointer (&plan->seen, g_hash_table_unref);
  g_clear_pointer (&plan->properties, genlm_property_list_free);
  g_clear_pointer (&plan->klass, g_type_class_unref);
  g_clear_object (&plan->factory);
}

static const char *
build_description (Build *build)
{
  return build->tree->description;
}

static gboolean
find_elements (Build   *build,
               GError **error)
{
  for (guint i = 0; i < build->tree->nodes->len; i++)
    {
      GenlmPipelineNode *node = build->tree->nodes->pdata[i];
      Plan *plan = &build->plans[i];
      GError *cause = NULL;

      plan->factory = genlm_registry_find_factory (genlm_registry_get_default (), node->element, &cause);
      if (plan->factory != NULL)
        plan->type = genlm_element_factory_load_type (plan->factory, &cause);
      if (cause != NULL)
        {
          genlm_pipeline_place_propagate (error, cause, build_description (build), node->position);
          return FALSE;
        }
      plan->name = genlm_element_factory_get_name (plan->factory);
      plan->klass = g_type_class_ref (plan->type);
      plan->properties = genlm_property_list_new ();
      plan->seen = g_hash_table_new (NULL, NULL);
      plan->edges = g_array_new (FALSE, FALSE, sizeof (Edge));
      g_hash_table_insert (build->indices, node, GUINT_TO_POINTER (i));
    }
  return TRUE;
}

/* The input that the next "!" sets: the first that is not set, else the last. */
static char *
dup_free_input (Plan       *plan,
                const char *inputs)
{
  g_auto (GStrv) names = g_strsplit (inputs, ",", -1);
  guint i = 0;

  while (names[i + 1] != NULL &&
         g_hash_table_contains (plan->seen, g_object_class_find_property (plan->klass, names[i])))
    i++;
  return g_strdup (names[i]);
}

/* Marks a property as set; an input and its recipe are one. */
static gboolean
add_seen (Plan       *plan,
          GParamSpec *pspec)
{
  const char *recipe = genlm_element_type_get_input_recipe (plan->type);

  if (g_strcmp0 (recipe, pspec->name) == 0)
    pspec = g_object_class_find_property (plan->klass, genlm_element_type_get_input (plan->type));
  return g_hash_table_add (plan->seen, pspec);
}

/* The property that a value is for. */
static GParamSpec *
find_property (Build               *build,
               Plan                *plan,
               GenlmPipelineValue  *value,
               GError             **error)
{
  const char *inputs = genlm_element_factory_get_input (plan->factory);
  g_autofree char *input = NULL;
  GParamSpec *pspec;
  GError *cause = NULL;

  if (value->name == NULL && inputs == NULL)
    {
      genlm_pipeline_place_set_error (error, GENLM_PIPELINE_ERROR_NO_INPUT, build_description (build), value->position,
                                      "Element \"%s\" takes no other element, so nothing can stand before its \"!\"",
                                      plan->name);
      return NULL;
    }
  if (value->name == NULL)
    input = dup_free_input (plan, inputs);
  pspec = genlm_element_value_find_property (plan->klass, plan->name, input != NULL ? input : value->name, &cause);
  if (pspec == NULL)
    {
      genlm_pipeline_place_propagate (error, cause, build_description (build), value->position);
      return NULL;
    }
  if (!add_seen (plan, pspec))
    {
      const char *remedy = value->name != NULL ? "keep one of the two"
                                               : "name what stands before \"!\", and set another property to it";

      genlm_pipeline_place_set_error (error, GENLM_PIPELINE_ERROR_DUPLICATE_PROPERTY,
                                      build_description (build), value->position,
                                      "Element \"%s\" already has its \"%s\"; %s", plan->name, pspec->name, remedy);
      return NULL;
    }
  return pspec;
}

/* The element that a value such as "lm." names. */
static GenlmPipelineNode *
find_source (Build               *build,
             Plan                *plan,
             GParamSpec          *pspec,
             GenlmPipelineValue  *value,
             GError             **error)
{
  g_autofree char *name = NULL;
  gsize length;

  if (value->source != NULL)
    return value->source;

  length = strlen (value->text);
  if (length < 2 || value->text[length - 1] != '.')
    {
      gboolean known = g_hash_table_contains (build->tree->names, value->text);

      genlm_pipeline_place_set_error (error, GENLM_PIPELINE_ERROR_NOT_A_REFERENCE,
                                      build_description (build), value->text_position,
                                      "Property \"%s\" of element \"%s\" is an element of this description, "
                                      "referred to by its name and a full stop%s%s%s",
                                      pspec->name, plan->name, known ? ": \"" : ", such as \"lm.\"",
                                      known ? value->text : "", known ? ".\"" : "");
      return NULL;
    }
  name = g_strndup (value->text, length - 1);
  return genlm_pipeline_tree_find (build->tree, name, value->text_position, error);
}

static gboolean
plan_element (Build               *build,
              Plan                *plan,
              GParamSpec          *pspec,
              GenlmPipelineValue  *value,
              GError             **error)
{
  GenlmPipelineNode *source = find_source (build, plan, pspec, value, error);
  Edge edge = { pspec, genlm_element_value_find_recipe (plan->klass, pspec), 0 };
  Plan *other;
  GType type;

  if (source == NULL)
    return FALSE;

  edge.source = GPOINTER_TO_UINT (g_hash_table_lookup (build->indices, source));
  other = &build->plans[edge.source];
  type = edge.recipe == pspec ? GENLM_TYPE_POTENTIAL : G_PARAM_SPEC_VALUE_TYPE (pspec);
  if (!g_type_is_a (other->type, type))
    {
      genlm_pipeline_place_set_error (error, GENLM_PIPELINE_ERROR_WRONG_TYPE, build_description (build),
                                      value->text_position,
                                      "Element \"%s\" takes a %s as \"%s\", and \"%s\" is a %s",
                                      plan->name, g_type_name (type), pspec->name,
                                      other->name, g_type_name (other->type));
      return FALSE;
    }
  other->used = TRUE;
  g_array_append_val (plan->edges, edge);
  return TRUE;
}

/* Whether the value is another element; a recipe may also be written out. */
static gboolean
is_element (Plan               *plan,
            GParamSpec         *pspec,
            GenlmPipelineValue *value)
{
  return g_type_is_a (G_PARAM_SPEC_VALUE_TYPE (pspec), G_TYPE_OBJECT) ||
         G_TYPE_IS_INTERFACE (G_PARAM_SPEC_VALUE_TYPE (pspec)) ||
         (genlm_element_value_find_recipe (plan->klass, pspec) == pspec &&
          (value->source != NULL || *value->text != '('));
}

static gboolean
plan_value (Build               *build,
            Plan                *plan,
            GenlmPipelineValue  *value,
            GError             **error)
{
  GParamSpec *pspec;
  GError *cause = NULL;
  GValue *place;

  /* The name is the description's own; elements that have one get it too. */
  if (g_strcmp0 (value->name, "name") == 0 && g_object_class_find_property (plan->klass, "name") == NULL)
    return TRUE;

  pspec = find_property (build, plan, value, error);
  if (pspec == NULL)
    return FALSE;
  if (is_element (plan, pspec, value))
    return plan_element (build, plan, pspec, value, error);

  place = genlm_property_list_add (plan->properties, pspec, plan->name, &cause);
  if (place == NULL || !genlm_element_value_from_text (place, pspec, plan->name, value->text, &cause))
    {
      genlm_pipeline_place_propagate (error, cause, build_description (build),
                                      place != NULL ? value->text_position : value->position);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_inputs (Build              *build,
              Plan               *plan,
              GenlmPipelineNode  *node,
              GError            **error)
{
  const char *inputs = genlm_element_factory_get_input (plan->factory);
  g_auto (GStrv) names = g_strsplit (inputs != NULL ? inputs : "", ",", -1);

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (g_hash_table_contains (plan->seen, g_object_class_find_property (plan->klass, names[i])))
        continue;
      genlm_pipeline_place_set_error (error, GENLM_PIPELINE_ERROR_MISSING_INPUT, build_description (build),
                                      node->position,
                                      "Element \"%s\" needs %s=: set it, as in \"%s=name.\", "
                                      "or put an element and \"!\" before it",
                                      plan->name, names[i], names[i]);
      return FALSE;
    }
  return TRUE;
}

static gboolean
plan_elements (Build   *build,
               GError **error)
{
  for (guint i = 0; i < build->tree->nodes->len; i++)
    {
      GenlmPipelineNode *node = build->tree->nodes->pdata[i];

      for (guint j = 0; j < node->values->len; j++)
        if (!plan_value (build, &build->plans[i], node->values->pdata[j], error))
          return FALSE;
      if (!check_inputs (build, &build->plans[i], node, error))
        return FALSE;
    }
  return TRUE;
}

/* A constraint that was meant to be there and is not would loosen the result. */
static gboolean
check_used (Build   *build,
            GError **error)
{
  for (guint i = 0; i < build->tree->nodes->len; i++)
    {
      GenlmPipelineNode *node = build->tree->nodes->pdata[i];

      if (build->plans[i].used || node->name != NULL || node == build->tree->last)
        continue;
      genlm_pipeline_place_set_error (error, GENLM_PIPELINE_ERROR_UNUSED, build_description (build), node->position,
                                      "Nothing takes element \"%s\"; put \"!\" after it, "
                                      "or give it a name and refer to it",
                                      build->plans[i].name);
      return FALSE;
    }
  return TRUE;
}

static void
need (Build  *build,
      GArray *open,
      guint   index,
      guint   what)
{
  guint *needs = &build->plans[index].needs;

  if ((*needs & what) != 0)
    return;
  *needs |= what;
  g_array_append_val (open, index);
}

/* Finds out which elements are made and which are only told. */
static void
find_needs (Build *build)
{
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < build->tree->nodes->len; i++)
    if (!build->plans[i].used || build->tree->nodes->pdata[i] == build->tree->last)
      need (build, open, i, NEED_OBJECT);

  while (open->len > 0)
    {
      Plan *plan = &build->plans[g_array_index (open, guint, open->len - 1)];

      g_array_set_size (open, open->len - 1);
      for (guint i = 0; i < plan->edges->len; i++)
        {
          Edge *edge = &g_array_index (plan->edges, Edge, i);

          if ((plan->needs & NEED_RECIPE) != 0 || edge->recipe != NULL)
            need (build, open, edge->source, NEED_RECIPE);
          if ((plan->needs & NEED_OBJECT) != 0 && edge->recipe == NULL)
            need (build, open, edge->source, NEED_OBJECT);
        }
    }
}

/* Tells an element, after those that it takes. */
static gboolean
make_recipe (Build   *build,
             Plan    *plan,
             GError **error)
{
  g_auto (GVariantBuilder) properties = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  if (!genlm_property_list_add_to_recipe (plan->properties, plan->klass, &properties, error))
    return FALSE;
  for (guint i = 0; i < plan->edges->len; i++)
    {
      Edge *edge = &g_array_index (plan->edges, Edge, i);
      Plan *source = &build->plans[edge->source];

      g_variant_builder_add (&properties, "{sv}", edge->pspec->name, source->recipe);
      plan->depth = MAX (plan->depth, source->depth + 1);
    }
  if (plan->depth >= GENLM_RECIPE_MAX_DEPTH)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "%s cannot be made in another process: more than %d elements stand one behind the other",
                   plan->name, GENLM_RECIPE_MAX_DEPTH);
      return FALSE;
    }
  plan->recipe = g_variant_ref_sink (g_variant_new (GENLM_RECIPE_TYPE, plan->name, &properties));
  return genlm_recipe_check_size (plan->recipe, plan->name, error);
}

static gboolean
make_object (Build   *build,
             guint    index,
             GError **error)
{
  Plan *plan = &build->plans[index];

  for (guint i = 0; i < plan->edges->len; i++)
    {
      Edge *edge = &g_array_index (plan->edges, Edge, i);
      GParamSpec *pspec = edge->recipe != NULL ? edge->recipe : edge->pspec;
      GValue *value = genlm_property_list_add (plan->properties, pspec, plan->name, error);

      if (value == NULL)
        return FALSE;
      if (edge->recipe != NULL)
        g_value_set_variant (value, build->plans[edge->source].recipe);
      else
        g_value_set_object (value, build->objects->pdata[edge->source]);
    }
  build->objects->pdata[index] = genlm_property_list_construct (plan->properties, plan->type, plan->name, error);
  return build->objects->pdata[index] != NULL;
}

/* All that an element takes as a recipe, and what these take. */
static GArray *
list_told (Build *build,
           guint  index)
{
  GArray *told = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (guint next = 0, i = index;; i = g_array_index (told, guint, next++))
    {
      GArray *edges = build->plans[i].edges;

      for (guint j = 0; j < edges->len; j++)
        {
          Edge *edge = &g_array_index (edges, Edge, j);

          if ((i != index || edge->recipe != NULL) && g_hash_table_add (seen, GUINT_TO_POINTER (edge->source)))
            g_array_append_val (told, edge->source);
        }
      if (next == told->len)
        return told;
    }
}

/* Which element an error is about: where it comes from another process, the
 * innermost one there that it names, if there is one. */
static guint
find_culprit (Build        *build,
              guint         index,
              const GError *cause)
{
  g_autoptr (GArray) told = list_told (build, index);
  guint culprit = index;
  guint n_equal = 0;

  for (guint i = 0; i < told->len; i++)
    {
      guint other = g_array_index (told, guint, i);
      guint depth = build->plans[other].depth;

      if (strstr (cause->message, build->plans[other].name) == NULL)
        continue;
      if (n_equal == 0 || depth < build->plans[culprit].depth)
        {
          culprit = other;
          n_equal = 1;
        }
      else if (depth == build->plans[culprit].depth)
        {
          n_equal++;
        }
    }
  return n_equal == 1 ? culprit : index;
}

static gboolean
make_element (Build   *build,
              guint    index,
              GError **error)
{
  Plan *plan = &build->plans[index];
  GenlmPipelineNode *node;
  GError *cause = NULL;

  plan->state = STATE_MADE;
  if (((plan->needs & NEED_RECIPE) == 0 || make_recipe (build, plan, &cause)) &&
      ((plan->needs & NEED_OBJECT) == 0 || make_object (build, index, &cause)))
    return TRUE;
  node = build->tree->nodes->pdata[find_culprit (build, index, cause)];
  genlm_pipeline_place_propagate (error, cause, build_description (build), node->position);
  return FALSE;
}

static const char *
shown_name (Build *build,
            guint  index)
{
  GenlmPipelineNode *node = build->tree->nodes->pdata[index];

  return node->name != NULL ? node->name : build->plans[index].name;
}

static void
set_circular (Build    *build,
              GArray   *open,
              guint     index,
              GError  **error)
{
  GenlmPipelineNode *node = build->tree->nodes->pdata[index];
  GString *circle = g_string_new (shown_name (build, index));
  guint start = 0;

  while (g_array_index (open, guint, start) != index)
    start++;
  for (guint i = open->len; i > start; i--)
    g_string_append_printf (circle, " ! %s", shown_name (build, g_array_index (open, guint, i - 1)));
  genlm_pipeline_place_set_error (error, GENLM_PIPELINE_ERROR_CIRCULAR, build_description (build), node->position,
                                  "Elements need each other before they can be made: %s", circle->str);
  g_string_free (circle, TRUE);
}

/* Makes an element after those that it takes, without recursion. */
static gboolean
make_with_sources (Build   *build,
                   GArray  *open,
                   guint    index,
                   GError **error)
{
  g_array_append_val (open, index);
  build->plans[index].state = STATE_OPEN;
  while (open->len > 0)
    {
      guint top = g_array_index (open, guint, open->len - 1);
      Plan *plan = &build->plans[top];
      guint source;

      if (plan->next_edge == plan->edges->len)
        {
          if (!make_element (build, top, error))
            return FALSE;
          g_array_set_size (open, open->len - 1);
          continue;
        }
      source = g_array_index (plan->edges, Edge, plan->next_edge++).source;
      if (build->plans[source].state == STATE_OPEN)
        {
          set_circular (build, open, source, error);
          return FALSE;
        }
      if (build->plans[source].state == STATE_UNSEEN)
        {
          build->plans[source].state = STATE_OPEN;
          g_array_append_val (open, source);
        }
    }
  return TRUE;
}

static gboolean
make_elements (Build   *build,
               GError **error)
{
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint));

  find_needs (build);
  for (guint i = 0; i < build->tree->nodes->len; i++)
    if (build->plans[i].state == STATE_UNSEEN && !make_with_sources (build, open, i, error))
      return FALSE;
  return TRUE;
}

static GPtrArray *
list_ends (Build *build)
{
  GPtrArray *ends = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < build->objects->len; i++)
    if (!build->plans[i].used)
      g_ptr_array_add (ends, g_object_ref (build->objects->pdata[i]));
  return ends;
}

static void
clear_object (gpointer object)
{
  g_clear_object (&object);
}

/* Makes every element of a tree, or none that outlives the error. */
GenlmPipelineParts *
genlm_pipeline_build (GenlmPipelineTree  *tree,
                      GError            **error)
{
  g_autofree Plan *plans = g_new0 (Plan, tree->nodes->len);
  g_autoptr (GHashTable) indices = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func (clear_object);
  Build build = { tree, plans, indices, objects };
  GenlmPipelineParts *parts = NULL;

  g_ptr_array_set_size (objects, tree->nodes->len);
  if (find_elements (&build, error) && plan_elements (&build, error) &&
      check_used (&build, error) && make_elements (&build, error))
    {
      parts = g_new0 (GenlmPipelineParts, 1);
      parts->objects = g_ptr_array_ref (objects);
      parts->ends = list_ends (&build);
    }
  for (guint i = 0; i < tree->nodes->len; i++)
    plan_clear (&plans[i]);
  return parts;
}

void
genlm_pipeline_parts_free (GenlmPipelineParts *self)
{
  g_ptr_array_unref (self->ends);
  g_ptr_array_unref (self->objects);
  g_free (self);
}
