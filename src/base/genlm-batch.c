/* What a potential is asked about at once: a list of contexts, because bindings
 * cannot pass arrays of boxed values through virtual functions. */

#define G_LOG_DOMAIN "Genlm-Base"

#include "genlm-batch.h"
#include "genlm-context.h"
#include "genlm-seal-private.h"

/* A number from a script or a file must not allocate gigabytes; the list grows. */
#define MAX_RESERVED (1 << 20)

/**
 * GenlmBatch:
 *
 * A list of contexts that are asked about together.
 *
 * Whoever makes the list appends to it; once shared it does not change.
 *
 * Threads: any, once it is shared.
 *
 * Since: 0.1
 */
struct _GenlmBatch
{
  GPtrArray *items;
  int        sealed;    /* atomic */
};

G_DEFINE_BOXED_TYPE (GenlmBatch, genlm_batch, genlm_batch_ref, genlm_batch_unref)

/**
 * genlm_batch_new:
 *
 * Makes an empty list.
 *
 * Returns: (transfer full): the list
 *
 * Since: 0.1
 */
GenlmBatch *
genlm_batch_new (void)
{
  return genlm_batch_new_sized (0);
}

/**
 * genlm_batch_new_sized:
 * @reserved: how many contexts there will be, as far as is known
 *
 * Makes an empty list with room for @reserved contexts, or for as many as are
 * worth making room for at once.
 *
 * Returns: (transfer full): the list
 *
 * Since: 0.1
 */
GenlmBatch *
genlm_batch_new_sized (gsize reserved)
{
  GenlmBatch *self;

  self = g_atomic_rc_box_new0 (GenlmBatch);
  self->items = g_ptr_array_new_full ((guint) MIN (reserved, MAX_RESERVED), (GDestroyNotify) genlm_context_unref);
  return self;
}

/**
 * genlm_batch_ref:
 * @self: a list
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 0.1
 */
GenlmBatch *
genlm_batch_ref (GenlmBatch *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

static void
batch_clear (gpointer data)
{
  GenlmBatch *self = data;

  g_ptr_array_unref (self->items);
}

/**
 * genlm_batch_unref:
 * @self: (transfer full): a list
 *
 * Gives a reference back; the last one frees the list.
 *
 * Since: 0.1
 */
void
genlm_batch_unref (GenlmBatch *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, batch_clear);
}

/**
 * genlm_batch_append:
 * @self: a list that is not shared yet
 * @context: a context
 *
 * Adds @context at the end, with a reference of its own.
 *
 * Since: 0.1
 */
void
genlm_batch_append (GenlmBatch   *self,
                    GenlmContext *context)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (!g_atomic_int_get (&self->sealed));
  g_return_if_fail (context != NULL);

  g_ptr_array_add (self->items, genlm_context_ref (context));
}

/**
 * genlm_batch_get_size:
 * @self: a list
 *
 * Gets the length of the list.
 *
 * Returns: the number of items
 *
 * Since: 0.1
 */
gsize
genlm_batch_get_size (GenlmBatch *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->items->len;
}

/**
 * genlm_batch_get:
 * @self: a list
 * @index: below the size
 *
 * Gets one item.
 *
 * Returns: (transfer none): a context, owned by the list
 *
 * Since: 0.1
 */
GenlmContext *
genlm_batch_get (GenlmBatch *self,
                 gsize       index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->items->len, NULL);

  return g_ptr_array_index (self->items, index);
}

/* Nothing is appended from now on: others may read it at any time. */
void
genlm_batch_seal (GenlmBatch *self)
{
  if (!g_atomic_int_get (&self->sealed))
    g_atomic_int_set (&self->sealed, TRUE);
}
