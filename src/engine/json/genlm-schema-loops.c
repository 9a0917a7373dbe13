#include "genlm-schema-private.h"

#include <genlm.h>

/* A schema that is being looked at, and which of its edges come next. */
typedef struct
{
  guint32 node;
  guint32 first; /* of its edges in the common list */
} Visit;

typedef enum
{
  UNSEEN,
  OPEN,
  DONE,
} Colour;

static void
add_edge (GArray  *edges,
          guint32  node)
{
  if (node != GENLM_SCHEMA_NONE)
    g_array_append_val (edges, node);
}

static void
add_list (GArray                *edges,
          const GenlmSchemaList *list)
{
  if (list->n > 0)
    g_array_append_vals (edges, list->nodes, list->n);
}

/* The schemas that a schema applies to the value it is applied to. */
static void
add_edges (GArray                *edges,
           const GenlmSchemaNode *node)
{
  if (node->in_place != NULL)
    {
      add_list (edges, &node->in_place->references);
      add_list (edges, &node->in_place->all_of);
      add_list (edges, &node->in_place->any_of);
      add_list (edges, &node->in_place->one_of);
      add_edge (edges, node->in_place->negated);
      add_edge (edges, node->in_place->condition);
      add_edge (edges, node->in_place->consequence);
      add_edge (edges, node->in_place->alternative);
    }
  if (node->object != NULL)
    for (guint32 i = 0; i < node->object->n_dependent_schemas; i++)
      add_edge (edges, node->object->dependent_schemas[i].node);
}

static void
open_node (const GenlmSchema *self,
           guint8            *colours,
           GArray            *visits,
           GArray            *edges,
           guint32            node)
{
  Visit visit = { node, edges->len };

  colours[node] = OPEN;
  g_array_append_val (visits, visit);
  add_edges (edges, &g_array_index (self->nodes, GenlmSchemaNode, node));
}

static void
set_error (const GenlmSchema  *self,
           guint32             node,
           GError            **error)
{
  g_autofree char *place = genlm_schema_dup_location (self, node, NULL);

  g_set_error (error,
               GENLM_POTENTIAL_ERROR,
               GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
               "%s: this schema is applied to a value in order to know whether it holds of the same value: "
               "let the reference stand inside “properties”, “items” or the like",
               place);
}

/* Whether a schema leads back to itself without going into the value. */
gboolean
genlm_schema_check_loops (const GenlmSchema  *self,
                          GError            **error)
{
  g_autofree guint8 *colours = g_new0 (guint8, self->nodes->len);
  g_autoptr (GArray) visits = g_array_new (FALSE, FALSE, sizeof (Visit));
  g_autoptr (GArray) edges = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint32 i = 0; i < self->nodes->len; i++)
    {
      if (colours[i] == UNSEEN)
        open_node (self, colours, visits, edges, i);
      while (visits->len > 0)
        {
          const Visit *visit = &g_array_index (visits, Visit, visits->len - 1);
          guint32      next;

          if (edges->len == visit->first)
            {
              colours[visit->node] = DONE;
              g_array_set_size (visits, visits->len - 1);
              continue;
            }
          next = g_array_index (edges, guint32, edges->len - 1);
          g_array_set_size (edges, edges->len - 1);
          if (colours[next] == OPEN)
            {
              set_error (self, next, error);
              return FALSE;
            }
          if (colours[next] == UNSEEN)
            open_node (self, colours, visits, edges, next);
        }
    }
  return TRUE;
}
