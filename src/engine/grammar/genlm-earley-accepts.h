#pragma once

/* Numbers for the sets of labels that states of an automaton accept. */

#include "genlm-byte-dfa.h"

G_BEGIN_DECLS

/* Labels that are accepted together. */
typedef struct
{
  const guint32 *labels;
  guint32        n_labels;
  guint32        number;
} GenlmEarleyAccept;

typedef struct
{
  GArray     *sets; /* by number */
  GHashTable *numbers;
  GArray     *by_state; /* from 1 on */
} GenlmEarleyAccepts;

void    genlm_earley_accepts_init  (GenlmEarleyAccepts *self);
void    genlm_earley_accepts_clear (GenlmEarleyAccepts *self);
guint32 genlm_earley_accepts_find  (GenlmEarleyAccepts *self,
                                    GenlmByteState     *state);

static inline GenlmEarleyAccept
genlm_earley_accepts_get (const GenlmEarleyAccepts *self,
                          guint32                   number)
{
  return g_array_index (self->sets, GenlmEarleyAccept, number);
}

G_END_DECLS
