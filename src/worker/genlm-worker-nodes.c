/* The contexts that a worker and its parent know by numbers. The parent gives
 * the numbers; a table that grows by one at a time keeps a wrong one from costing
 * memory. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-worker-nodes-private.h"

/* A number that was forgotten leaves a hole. */
static void
free_context (gpointer data)
{
  if (data != NULL)
    genlm_context_unref (data);
}

void
genlm_worker_nodes_init (GenlmWorkerNodes *self)
{
  self->contexts = g_ptr_array_new_with_free_func (free_context);
  g_ptr_array_add (self->contexts, genlm_context_new ());
}

void
genlm_worker_nodes_clear (GenlmWorkerNodes *self)
{
  g_clear_pointer (&self->contexts, g_ptr_array_unref);
}

/* NULL if there is none of this number. */
GenlmContext *
genlm_worker_nodes_peek (GenlmWorkerNodes *self,
                         guint32           number)
{
  return number < self->contexts->len ? g_ptr_array_index (self->contexts, number) : NULL;
}

/* Takes a reference. FALSE if the number is in use or leaves a gap. */
gboolean
genlm_worker_nodes_add (GenlmWorkerNodes *self,
                        guint32           number,
                        GenlmContext     *context)
{
  if (number == self->contexts->len)
    g_ptr_array_add (self->contexts, NULL);
  else if (number > self->contexts->len || g_ptr_array_index (self->contexts, number) != NULL)
    return FALSE;
  g_ptr_array_index (self->contexts, number) = genlm_context_ref (context);
  return TRUE;
}

/* FALSE if there is none of this number, or it is that of the empty context. */
gboolean
genlm_worker_nodes_forget (GenlmWorkerNodes *self,
                           guint32           number)
{
  if (number == 0 || genlm_worker_nodes_peek (self, number) == NULL)
    return FALSE;
  genlm_context_unref (g_steal_pointer (&g_ptr_array_index (self->contexts, number)));
  return TRUE;
}
