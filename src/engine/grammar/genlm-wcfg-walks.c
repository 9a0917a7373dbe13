#include "genlm-wcfg-walks.h"

#include "genlm-wcfg-scratch.h"

/* What it costs to make a walk, for each node, in steps of the clock. */
#define STEPS_TO_MAKE (8u)

struct _GenlmWcfgWalks
{
  GenlmWcfgWalkSource source;
  guint64             max_memory;

  GMutex              mutex;
  GHashTable         *walks;
  guint64             memory;
};

static guint64
get_bits (double x)
{
  guint64 bits;

  memcpy (&bits, &x, sizeof bits);
  return bits;
}

static guint
hash_walk (gconstpointer key)
{
  const GenlmWcfgWalk *walk = key;

  return genlm_wcfg_mix (
    genlm_wcfg_mix (walk->below, ((guint64) walk->terminal << 32) | walk->state),
    get_bits (walk->again));
}

static gboolean
equal_walks (gconstpointer a,
             gconstpointer b)
{
  const GenlmWcfgWalk *x = a;
  const GenlmWcfgWalk *y = b;

  return x->below == y->below && x->terminal == y->terminal && x->state == y->state
         && x->again == y->again;
}

static GHashTable *
make_walks (void)
{
  return g_hash_table_new_full (hash_walk, equal_walks, genlm_wcfg_walk_unref, NULL);
}

/* The source outlives them. */
GenlmWcfgWalks *
genlm_wcfg_walks_new (const GenlmWcfgWalkSource *source,
                      guint64                    max_memory)
{
  GenlmWcfgWalks *self = g_new0 (GenlmWcfgWalks, 1);

  self->source = *source;
  self->max_memory = max_memory;
  g_mutex_init (&self->mutex);
  self->walks = make_walks ();
  return self;
}

void
genlm_wcfg_walks_free (GenlmWcfgWalks *self)
{
  g_hash_table_unref (self->walks);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* How many nodes there are below one. */
static guint32
count_below (GenlmWcfgWalks *self,
             guint32         below)
{
  const GenlmTrie *trie = self->source.index->trie;

  return below == GENLM_WCFG_WALK_ALL ? trie->n_nodes
                                      : GENLM_TRIE_NODE_EXTENT (&trie->nodes[below]);
}

/* A reference to the walk, which is known or made. */
GenlmWcfgWalk *
genlm_wcfg_walks_get (GenlmWcfgWalks *self,
                      guint32         below,
                      guint32         terminal,
                      guint32         state,
                      double          again,
                      GenlmWcfgClock *clock)
{
  GenlmWcfgWalk key = { .below = below, .terminal = terminal, .state = state, .again = again };
  GHashTable *old = NULL;
  GenlmWcfgWalk *walk;

  g_mutex_lock (&self->mutex);
  walk = g_hash_table_lookup (self->walks, &key);
  if (walk != NULL)
    g_atomic_ref_count_inc (&walk->ref_count);
  g_mutex_unlock (&self->mutex);
  if (walk != NULL)
    return walk;
  walk = genlm_wcfg_walk_new (&self->source, &key);
  clock->n_steps += (guint64) count_below (self, below) * STEPS_TO_MAKE;
  g_mutex_lock (&self->mutex);
  if (self->memory + genlm_wcfg_walk_measure (walk) > self->max_memory)
    {
      old = self->walks;
      self->walks = make_walks ();
      self->memory = 0;
    }
  if (!g_hash_table_contains (self->walks, walk))
    {
      g_atomic_ref_count_inc (&walk->ref_count);
      g_hash_table_add (self->walks, walk);
      self->memory += genlm_wcfg_walk_measure (walk);
    }
  g_mutex_unlock (&self->mutex);
  if (old != NULL)
    g_hash_table_unref (old);
  return walk;
}
