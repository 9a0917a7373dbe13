#pragma once

/* States of a weighted automaton whose tokens were weighed, and whether another
 * one is alike: whether it gives the same weights to all tokens, as the states of
 * a counted repeat do while its end is far. Told by a walk over pairs of states,
 * which gives up early: what it cannot tell is not alike. For any number of
 * threads. */

#include "genlm-trie-index.h"
#include "genlm-weighted-dfa.h"

G_BEGIN_DECLS

#define GENLM_ALIKE_N_STATES (4u)

typedef struct
{
  GenlmWeightedDfa   *dfa;
  /* By depth, below the greatest: the classes of the bytes that may follow. */
  GenlmTrieBytes     *classes;
  guint               n_depths;
  /* The last ones, in turn. */
  GenlmWeightedState *states[GENLM_ALIKE_N_STATES];
  guint               n_added;
  /* How many states more may be expanded to find out. */
  guint               credit;
} GenlmAlike;

void                genlm_alike_init  (GenlmAlike           *self,
                                       GenlmWeightedDfa     *dfa,
                                       const GenlmTrieIndex *index);
void                genlm_alike_clear (GenlmAlike           *self);
void                genlm_alike_add   (GenlmAlike           *self,
                                       GenlmWeightedState   *state);
GenlmWeightedState *genlm_alike_find  (GenlmAlike           *self,
                                       GenlmWeightedState   *state);

G_END_DECLS
