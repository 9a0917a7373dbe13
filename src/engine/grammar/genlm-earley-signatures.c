#include "genlm-earley-signatures.h"

#include <stdlib.h>
#include <string.h>

#include "genlm-earley-table.h"

/* What cannot be seen, and the node itself, which can always. */
#define UNSEEN (0u)
#define SAME   (G_MAXUINT32)

/* How many steps one signature may take: fewer each time they are not enough, and
 * more again when they nearly are not. */
#define MAX_STEPS (1u << 17)
#define MIN_STEPS (1u << 13)

typedef struct
{
  guint32 what;
  guint32 signature;
} Pair;

typedef struct
{
  guint32 number;
  guint32 kind;
  guint32 n_pairs;
  Pair    pairs[];
} Entry;

enum
{
  KIND_NODE,
  KIND_CONFIG,
  KIND_START,
};

struct _GenlmEarleySignatures
{
  GenlmEarleyNodes *nodes;
  GenlmByteDfa     *dfa;
  GenlmEarleyClock *clock;
  guint64           max_steps;
  /* Of the one that is looked for: when it has taken too many steps. */
  guint64           last_step;
  gboolean          is_lost;
  guint64           max_memory;
  /* How many bytes what is found may depend on. */
  guint             reach;
  /* Numbers hold within an epoch; the first is 1. */
  guint32           epoch;
  guint32           n_numbers;
  GenlmEarleyHeap   heap;
  GenlmEarleyTable  table;
  GArray           *pairs;
};

typedef struct
{
  const Pair *pairs;
  guint32     n_pairs;
  guint32     kind;
} Wanted;

static gboolean
is_entry (gconstpointer value,
          gconstpointer wanted)
{
  const Entry *entry = value;
  const Wanted *other = wanted;

  return entry->kind == other->kind && entry->n_pairs == other->n_pairs
         && memcmp (entry->pairs, other->pairs, entry->n_pairs * sizeof (Pair)) == 0;
}

static int
compare_pairs (const void *a,
               const void *b)
{
  const Pair *x = a;
  const Pair *y = b;

  if (x->what != y->what)
    return x->what < y->what ? -1 : 1;
  return x->signature < y->signature ? -1 : x->signature > y->signature;
}

/* Mostly they are sorted already. Returns how many are left without those that
 * are there twice. */
static guint32
sort_pairs (Pair    *pairs,
            guint32  n_pairs)
{
  guint32 n_kept = 1;
  guint32 i;

  for (i = 1; i < n_pairs && compare_pairs (&pairs[i - 1], &pairs[i]) < 0; i++)
    ;
  if (i >= n_pairs)
    return n_pairs;
  qsort (pairs, n_pairs, sizeof *pairs, compare_pairs);
  for (i = 1; i < n_pairs; i++)
    if (compare_pairs (&pairs[n_kept - 1], &pairs[i]) != 0)
      pairs[n_kept++] = pairs[i];
  return n_kept;
}

/* The number of the pairs that lie in the list from @first on, which are taken
 * from it. */
static guint32
intern_pairs (GenlmEarleySignatures *self,
              guint32                kind,
              guint                  first)
{
  Pair *pairs = &g_array_index (self->pairs, Pair, first);
  Wanted wanted = { pairs, sort_pairs (pairs, self->pairs->len - first), kind };
  guint64 hash = genlm_earley_hash_add (kind, wanted.n_pairs);
  Entry *entry;
  guint32 i;

  for (i = 0; i < wanted.n_pairs; i++)
    hash = genlm_earley_hash_add (hash, ((guint64) pairs[i].what << 32) | pairs[i].signature);
  entry = genlm_earley_table_lookup (&self->table, hash, is_entry, &wanted);
  if (entry == NULL)
    {
      entry = genlm_earley_heap_alloc (&self->heap, sizeof *entry + wanted.n_pairs * sizeof (Pair));
      entry->number = ++self->n_numbers;
      entry->kind = kind;
      entry->n_pairs = wanted.n_pairs;
      memcpy (entry->pairs, pairs, wanted.n_pairs * sizeof (Pair));
      genlm_earley_table_insert (&self->table, hash, entry);
    }
  g_array_set_size (self->pairs, first);
  return entry->number;
}

static guint32 *
ensure_numbers (GenlmEarleySignatures  *self,
                guint32               **numbers,
                guint32                *epoch)
{
  const gsize size = GENLM_EARLEY_MAX_DEPTH * sizeof (guint32);

  if (*numbers == NULL)
    *numbers = genlm_earley_heap_alloc (genlm_earley_nodes_get_heap (self->nodes), size);
  else if (*epoch == self->epoch)
    return *numbers;
  memset (*numbers, 0, size);
  *epoch = self->epoch;
  return *numbers;
}

static void
add_pair (GenlmEarleySignatures *self,
          guint32                what,
          guint32                signature)
{
  Pair pair = { what, signature };

  g_array_append_val (self->pairs, pair);
}

/* NULL from where the signature is lost on. What is below a node may be far more
 * than was ever read. */
static GenlmEarleyNode *
find_same (GenlmEarleySignatures *self,
           GenlmEarleyNode       *node)
{
  if (!self->is_lost)
    node = genlm_earley_nodes_find_same (self->nodes, node, NULL);
  self->is_lost |= node == NULL || self->clock->n_steps > self->last_step;
  return self->is_lost ? NULL : node;
}

/* Whether a rule that returns from @node to @below stays where it is; of a wide
 * one, as the targets of the node have it, never. */
static gboolean
is_same (GenlmEarleySignatures *self,
         const GenlmEarleyNode *node,
         GenlmEarleyNode       *below)
{
  self->is_lost |= ++self->clock->n_steps > self->last_step;
  return !below->is_wide && find_same (self, below) == node;
}

/* Calls itself as often as one may look deep. */
static guint32
find_node (GenlmEarleySignatures *self,
           GenlmEarleyNode       *node,
           guint                  depth)
{
  guint first = self->pairs->len;
  const GenlmEarleyScan *scans;
  guint32 *numbers;
  guint32 n_scans;
  guint32 i;

  if (depth == 0)
    return UNSEEN;
  node = find_same (self, node);
  if (node == NULL)
    return UNSEEN;
  numbers = ensure_numbers (self, &node->signatures, &node->epoch);
  if (numbers[depth - 1] != 0)
    return numbers[depth - 1];
  scans = genlm_earley_nodes_list_scans (self->nodes, node, &n_scans, NULL);
  if (node->is_final)
    add_pair (self, GENLM_EARLEY_FINISH, UNSEEN);
  for (i = 0; i < n_scans && !self->is_lost; i++)
    {
      GenlmEarleyNode *below = scans[i].node;
      guint32 signature = is_same (self, node, below) ? SAME : find_node (self, below, depth - 1);

      add_pair (self, scans[i].suffix, signature);
    }
  if (!self->is_lost)
    return numbers[depth - 1] = intern_pairs (self, KIND_NODE, first);
  g_array_set_size (self->pairs, first);
  return UNSEEN;
}

/* A state that stands for @state as far as tokens reach. */
static GenlmByteState *
find_near (GenlmEarleySignatures *self,
           GenlmByteState        *state)
{
  GenlmByteState *near = genlm_byte_dfa_clamp (self->dfa, state, self->reach, NULL);

  return near != NULL ? near : state;
}

static void
begin_steps (GenlmEarleySignatures *self)
{
  self->last_step = self->clock->n_steps + self->max_steps;
  self->is_lost = FALSE;
}

static void
end_steps (GenlmEarleySignatures *self)
{
  if (self->is_lost)
    self->max_steps = MAX (self->max_steps / 2, MIN_STEPS);
  else if (self->clock->n_steps + self->max_steps / 2 > self->last_step)
    self->max_steps = MIN (self->max_steps * 2, MAX_STEPS);
}

/* The depth is from 1 to GENLM_EARLEY_MAX_DEPTH. 0 where it would take too
 * long. */
guint32
genlm_earley_signatures_find (GenlmEarleySignatures *self,
                              GenlmEarleyConfig     *config,
                              guint                  depth)
{
  guint32 *numbers = ensure_numbers (self, &config->signatures, &config->epoch);
  guint32 i;

  if (numbers[depth - 1] != 0)
    return numbers[depth - 1];
  begin_steps (self);
  for (i = 0; i < config->n_members && !self->is_lost; i++)
    {
      guint32 signature = find_node (self, config->members[i].node, depth);

      add_pair (self, find_near (self, config->members[i].state)->index, signature);
    }
  end_steps (self);
  if (self->is_lost)
    {
      g_array_set_size (self->pairs, 0);
      return 0;
    }
  return numbers[depth - 1] = intern_pairs (self, config->is_start ? KIND_START : KIND_CONFIG, 0);
}

guint32
genlm_earley_signatures_get_epoch (GenlmEarleySignatures *self)
{
  return self->epoch;
}

static void
begin_epoch (GenlmEarleySignatures *self)
{
  self->epoch++;
  self->n_numbers = 0;
  genlm_earley_heap_init (&self->heap);
  genlm_earley_table_init (&self->table);
}

static void
end_epoch (GenlmEarleySignatures *self)
{
  genlm_earley_table_clear (&self->table);
  genlm_earley_heap_clear (&self->heap);
}

/* What is found may depend on so many bytes at most, and no fewer than was said
 * before. */
void
genlm_earley_signatures_reach (GenlmEarleySignatures *self,
                               guint                  n_bytes)
{
  if (n_bytes <= self->reach)
    return;
  self->reach = n_bytes;
  end_epoch (self);
  begin_epoch (self);
}

/* Forgets all numbers when they take too much. */
void
genlm_earley_signatures_trim (GenlmEarleySignatures *self)
{
  if (self->heap.memory + genlm_earley_table_get_memory (&self->table) <= self->max_memory)
    return;
  end_epoch (self);
  begin_epoch (self);
}

GenlmEarleySignatures *
genlm_earley_signatures_new (GenlmEarleyNodes *nodes,
                             GenlmByteDfa     *dfa,
                             GenlmEarleyClock *clock,
                             guint64           max_memory)
{
  GenlmEarleySignatures *self = g_new0 (GenlmEarleySignatures, 1);

  self->nodes = nodes;
  self->dfa = dfa;
  self->clock = clock;
  self->max_steps = MAX_STEPS;
  self->max_memory = max_memory;
  self->pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  begin_epoch (self);
  return self;
}

void
genlm_earley_signatures_free (GenlmEarleySignatures *self)
{
  end_epoch (self);
  g_array_unref (self->pairs);
  g_free (self);
}
