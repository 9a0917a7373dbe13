/* The numbers by which a worker knows contexts. See the header. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-node-map-private.h"

struct _GenlmNodeMap
{
  gatomicrefcount  refs;
  guint64          key;
  GArray          *free_numbers;        /* to be given before new ones */
  GArray          *released;            /* what take_forgotten() returned last */
  guint32          n_numbers;           /* given so far; 0 is the empty context */
  GMutex           lock;                /* guards what follows; nothing is called under it */
  guint32          incarnation;
  GArray          *forgotten;           /* numbers of contexts that are gone */
};

/* What is on a context. Its number counts while the incarnation is that of the map;
 * only who adds contexts changes it. */
typedef struct
{
  GenlmNodeMap *map;
  guint32       incarnation;
  guint32       number;
} NodeState;

GenlmNodeMap *
genlm_node_map_new (void)
{
  GenlmNodeMap *self = g_new0 (GenlmNodeMap, 1);

  g_atomic_ref_count_init (&self->refs);
  self->key = genlm_context_new_key ();
  self->free_numbers = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->released = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->forgotten = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->n_numbers = 1;
  g_mutex_init (&self->lock);
  return self;
}

void
genlm_node_map_unref (GenlmNodeMap *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_mutex_clear (&self->lock);
  g_array_unref (self->forgotten);
  g_array_unref (self->released);
  g_array_unref (self->free_numbers);
  g_free (self);
}

/* For a worker that knows nothing yet. */
void
genlm_node_map_restart (GenlmNodeMap *self)
{
  g_mutex_lock (&self->lock);
  self->incarnation++;
  g_array_set_size (self->forgotten, 0);
  g_mutex_unlock (&self->lock);
  g_array_set_size (self->free_numbers, 0);
  g_array_set_size (self->released, 0);
  self->n_numbers = 1;
}

/* The nearest context on the way to the root that the worker knows, and how many
 * tokens follow it: FALSE if these are more than @max_tokens. */
gboolean
genlm_node_map_find (GenlmNodeMap *self,
                     GenlmContext *context,
                     gsize         max_tokens,
                     guint32      *number,
                     gsize        *n_tokens)
{
  GenlmContext *parent;

  *number = 0;
  *n_tokens = 0;
  for (GenlmContext *node = context; (parent = genlm_context_get_parent (node)) != NULL; node = parent)
    {
      const NodeState *state = genlm_context_get_state (node, self->key);

      if (state != NULL && state->incarnation == self->incarnation)
        {
          *number = state->number;
          break;
        }
      if (++*n_tokens > max_tokens)
        return FALSE;
    }
  return TRUE;
}

/* In any thread, under any lock. */
static void
node_state_free (gpointer data)
{
  NodeState *state = data;
  GenlmNodeMap *map = state->map;

  g_mutex_lock (&map->lock);
  if (state->incarnation == map->incarnation)
    g_array_append_val (map->forgotten, state->number);
  g_mutex_unlock (&map->lock);
  g_free (state);
  genlm_node_map_unref (map);
}

/* Gives the context, which is not empty and has none, a number. */
guint32
genlm_node_map_add (GenlmNodeMap *self,
                    GenlmContext *context)
{
  NodeState *state = genlm_context_get_state (context, self->key);
  guint32 number;

  if (self->free_numbers->len > 0)
    {
      number = g_array_index (self->free_numbers, guint32, self->free_numbers->len - 1);
      g_array_set_size (self->free_numbers, self->free_numbers->len - 1);
    }
  else
    {
      number = self->n_numbers++;
    }

  if (state != NULL)
    {
      state->incarnation = self->incarnation;
      state->number = number;
      return number;
    }
  state = g_new (NodeState, 1);
  g_atomic_ref_count_inc (&self->refs);
  state->map = self;
  state->incarnation = self->incarnation;
  state->number = number;
  genlm_context_put_state (context, self->key, state, node_state_free);
  return number;
}

/* Numbers that are not in use any more, and are given again from now on: the worker
 * must be told before. Valid until the next call. */
const guint32 *
genlm_node_map_take_forgotten (GenlmNodeMap *self,
                               guint        *n_nodes)
{
  GArray *taken;

  g_array_set_size (self->released, 0);
  g_mutex_lock (&self->lock);
  taken = self->forgotten;
  if (taken->len > 0)
    {
      self->forgotten = self->released;
      self->released = taken;
    }
  g_mutex_unlock (&self->lock);

  *n_nodes = self->released->len;
  if (*n_nodes > 0)
    g_array_append_vals (self->free_numbers, self->released->data, self->released->len);
  return (const guint32 *) self->released->data;
}
