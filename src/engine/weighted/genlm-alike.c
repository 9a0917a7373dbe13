#include "genlm-alike.h"

/* In all that is compared with a state. */
#define MAX_PAIRS (2048u)
#define N_PLACES  (4096u)

/* A state that is found pays for all that was expanded, and those that are
 * walked for a few: where nothing is alike that does not add up. */
#define MAX_CREDIT      (64u)
#define CREDIT_FOR_WALK (2u)

typedef struct
{
  GenlmWeightedState *a;
  GenlmWeightedState *b;
} Pair;

typedef struct
{
  GenlmWeightedDfa *dfa;
  guint             credit;
  /* How many more pairs there may be. */
  guint             n_left;
  /* In the order in which they are met. */
  guint             n_pairs;
  Pair              pairs[MAX_PAIRS];
  /* By hash: the number of a pair, counted from one, or zero. */
  guint16           places[N_PLACES];
} Search;

void
genlm_alike_init (GenlmAlike           *self,
                  GenlmWeightedDfa     *dfa,
                  const GenlmTrieIndex *index)
{
  guint depth;
  guint byte;

  *self = (GenlmAlike) { .dfa = dfa, .n_depths = index->trie->max_depth, .credit = MAX_CREDIT };
  self->classes = g_new0 (GenlmTrieBytes, MAX (self->n_depths, 1));
  for (depth = 0; depth < self->n_depths; depth++)
    for (byte = 0; byte < 256; byte++)
      {
        guint8 byte_class = dfa->classes[byte];
        guint64 bit = index->deeper_bytes[depth].words[byte / 64] >> (byte % 64) & 1;

        self->classes[depth].words[byte_class / 64] |= bit << (byte_class % 64);
      }
}

void
genlm_alike_clear (GenlmAlike *self)
{
  g_free (self->classes);
}

/* Remembers a state that was walked. */
void
genlm_alike_add (GenlmAlike         *self,
                 GenlmWeightedState *state)
{
  guint turn = __atomic_fetch_add (&self->n_added, 1, __ATOMIC_RELAXED) % GENLM_ALIKE_N_STATES;
  guint credit = __atomic_load_n (&self->credit, __ATOMIC_RELAXED);

  __atomic_store_n (&self->states[turn], state, __ATOMIC_RELEASE);
  __atomic_store_n (&self->credit, MIN (credit + CREDIT_FOR_WALK, MAX_CREDIT), __ATOMIC_RELAXED);
}

/* -- pairs ----------------------------------------------------------------- */

static guint
hash_pair (Pair pair)
{
  guint64 hash = ((guint64) (guintptr) pair.a * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15))
                 ^ (guint64) (guintptr) pair.b;

  return (guint) ((hash * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 40);
}

/* FALSE if there are too many pairs. */
static gboolean
add_pair (Search *self,
          Pair    pair)
{
  guint place = hash_pair (pair) % N_PLACES;

  if (pair.a == pair.b)
    return TRUE;
  for (; self->places[place] != 0; place = (place + 1) % N_PLACES)
    {
      const Pair *known = &self->pairs[self->places[place] - 1];

      if (known->a == pair.a && known->b == pair.b)
        return TRUE;
    }
  if (self->n_left == 0)
    return FALSE;
  self->n_left--;
  self->pairs[self->n_pairs++] = pair;
  self->places[place] = (guint16) self->n_pairs;
  return TRUE;
}

/* Where one transition is known, mostly all are. */
static void
expand (Search             *self,
        GenlmWeightedState *state)
{
  if (self->credit == 0 || genlm_weighted_dfa_peek_next (self->dfa, state, 0) != NULL)
    return;
  self->credit--;
  genlm_weighted_dfa_add_transition (self->dfa, state, 0, NULL);
}

static gboolean
compare_class (Search *self,
               Pair    pair,
               guint   byte_class)
{
  const GenlmWeightedArc *a = &pair.a->arcs[byte_class];
  const GenlmWeightedArc *b = &pair.b->arcs[byte_class];
  Pair next = { __atomic_load_n (&a->next, __ATOMIC_ACQUIRE),
                __atomic_load_n (&b->next, __ATOMIC_ACQUIRE) };

  return next.a != NULL && next.b != NULL && a->log_weight == b->log_weight
         && add_pair (self, next);
}

/* Compares the weights of the bytes that may follow, and adds the pairs. */
static gboolean
compare (Search               *self,
         Pair                  pair,
         const GenlmTrieBytes *classes)
{
  guint i;
  guint64 word;

  expand (self, pair.a);
  expand (self, pair.b);
  for (i = 0; i < G_N_ELEMENTS (classes->words); i++)
    for (word = classes->words[i]; word != 0; word &= word - 1)
      if (!compare_class (self, pair, 64 * i + (guint) __builtin_ctzll (word)))
        return FALSE;
  return TRUE;
}

/* To the last bit, and also at the end. A pair is compared where it is met first,
 * as its depth is least there, and what may follow is most. */
static gboolean
are_alike (Search             *self,
           const GenlmAlike   *alike,
           GenlmWeightedState *a,
           GenlmWeightedState *b)
{
  double log_finals[2];
  guint depth;
  guint i = 0;

  if (!genlm_weighted_dfa_weigh_final (self->dfa, a, &log_finals[0], NULL)
      || !genlm_weighted_dfa_weigh_final (self->dfa, b, &log_finals[1], NULL)
      || log_finals[0] != log_finals[1])
    return FALSE;
  self->n_pairs = 0;
  memset (self->places, 0, sizeof self->places);
  if (!add_pair (self, (Pair) { a, b }))
    return FALSE;
  for (depth = 0; depth < alike->n_depths && i < self->n_pairs; depth++)
    {
      guint end = self->n_pairs;

      for (; i < end; i++)
        if (!compare (self, self->pairs[i], &alike->classes[depth]))
          return FALSE;
    }
  return TRUE;
}

/* One of the states that are remembered that is like @state, or NULL. */
GenlmWeightedState *
genlm_alike_find (GenlmAlike         *self,
                  GenlmWeightedState *state)
{
  g_autofree Search *search = g_new (Search, 1);
  guint i;

  search->dfa = self->dfa;
  search->credit = __atomic_load_n (&self->credit, __ATOMIC_RELAXED);
  search->n_left = MAX_PAIRS;
  for (i = 0; i < GENLM_ALIKE_N_STATES; i++)
    {
      GenlmWeightedState *other = __atomic_load_n (&self->states[i], __ATOMIC_ACQUIRE);

      if (other != NULL && are_alike (search, self, other, state))
        {
          __atomic_store_n (&self->credit, MAX_CREDIT, __ATOMIC_RELAXED);
          return other;
        }
    }
  __atomic_store_n (&self->credit, search->credit, __ATOMIC_RELAXED);
  return NULL;
}
