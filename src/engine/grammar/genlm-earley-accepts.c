#include "genlm-earley-accepts.h"

#include <string.h>

#include "genlm-earley-table.h"

static guint
hash_accept (gconstpointer data)
{
  const GenlmEarleyAccept *accept = data;
  guint64 hash = accept->n_labels;
  guint32 i;

  for (i = 0; i < accept->n_labels; i++)
    hash = genlm_earley_hash_add (hash, accept->labels[i]);
  return (guint) hash;
}

static gboolean
equal_accepts (gconstpointer a,
               gconstpointer b)
{
  const GenlmEarleyAccept *x = a;
  const GenlmEarleyAccept *y = b;

  return x->n_labels == y->n_labels
         && memcmp (x->labels, y->labels, x->n_labels * sizeof (guint32)) == 0;
}

/* The number of the set of labels that a state accepts, which are some. The
 * labels of an automaton's states stay where they are. */
guint32
genlm_earley_accepts_find (GenlmEarleyAccepts *self,
                           GenlmByteState     *state)
{
  GenlmEarleyAccept accept = { state->accepts, state->n_accepts, 0 };
  GenlmEarleyAccept *known;
  guint32 *number;

  if (state->index >= self->by_state->len)
    g_array_set_size (self->by_state, MAX (state->index + 1, self->by_state->len * 2));
  number = &g_array_index (self->by_state, guint32, state->index);
  if (*number != 0)
    return *number - 1;
  known = g_hash_table_lookup (self->numbers, &accept);
  if (known == NULL)
    {
      accept.number = self->sets->len;
      g_array_append_val (self->sets, accept);
      known = g_memdup2 (&accept, sizeof accept);
      g_hash_table_add (self->numbers, known);
    }
  *number = known->number + 1;
  return known->number;
}

void
genlm_earley_accepts_init (GenlmEarleyAccepts *self)
{
  self->sets = g_array_new (FALSE, FALSE, sizeof (GenlmEarleyAccept));
  self->numbers = g_hash_table_new_full (hash_accept, equal_accepts, g_free, NULL);
  self->by_state = g_array_new (FALSE, TRUE, sizeof (guint32));
}

void
genlm_earley_accepts_clear (GenlmEarleyAccepts *self)
{
  g_array_unref (self->by_state);
  g_hash_table_unref (self->numbers);
  g_array_unref (self->sets);
}
