/* genlm-distinct.c: equal contexts of a batch, found
 *
 * An open hash table over the running hashes of the contexts; its memory is
 * kept from one batch to the next.
 */

#include "genlm-config.h"

#include "genlm-distinct-private.h"

#include <string.h>

static void
reserve (GenlmDistinct *self,
         gsize          n)
{
  gsize n_table = 4;

  while (n_table < 2 * n)
    n_table *= 2;
  if (n > self->allocated)
    {
      self->allocated = n;
      self->index = g_renew (guint32, self->index, n);
      self->table = g_renew (guint32, self->table, n_table);
    }
  self->n_table = n_table;
  self->n_index = n;
  memset (self->table, 0, n_table * sizeof (guint32));
}

/* The slot of the table in which @context stands, or would. */
static guint32 *
find_slot (GenlmDistinct *self,
           GenlmContext  *context)
{
  gsize mask = self->n_table - 1;
  gsize i = genlm_context_hash (context) & mask;

  while (self->table[i] != 0 &&
         !genlm_context_equal (genlm_batch_get (self->batch, self->table[i] - 1), context))
    i = (i + 1) & mask;
  return &self->table[i];
}

/* Finds the different contexts of @batch. */
void
genlm_distinct_fill (GenlmDistinct *self,
                     GenlmBatch    *batch)
{
  gsize n = genlm_batch_get_size (batch);

  reserve (self, n);
  g_clear_pointer (&self->batch, genlm_batch_unref);
  self->batch = genlm_batch_new_sized (n);
  for (gsize i = 0; i < n; i++)
    {
      GenlmContext *context = genlm_batch_get (batch, i);
      guint32 *slot = find_slot (self, context);

      if (*slot == 0)
        {
          genlm_batch_append (self->batch, context);
          *slot = (guint32) genlm_batch_get_size (self->batch);
        }
      self->index[i] = *slot - 1;
    }
}

void
genlm_distinct_clear (GenlmDistinct *self)
{
  g_clear_pointer (&self->batch, genlm_batch_unref);
  g_clear_pointer (&self->index, g_free);
  g_clear_pointer (&self->table, g_free);
  self->allocated = 0;
}
