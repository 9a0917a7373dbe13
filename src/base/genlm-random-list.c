/* The random numbers of a batch of draws: a list of streams, because bindings
 * cannot pass arrays of boxed values through virtual functions. */

#define G_LOG_DOMAIN "Genlm-Base"

#include "genlm-random-list.h"
#include "genlm-random.h"
#include "genlm-seal-private.h"

/**
 * GenlmRandomList:
 *
 * A list of random number streams, one for each draw of a batch.
 *
 * Whoever makes the list appends to it; once shared it does not change.
 *
 * Threads: any, once it is shared.
 *
 * Since: 0.1
 */
struct _GenlmRandomList
{
  GPtrArray *items;
  int        sealed;    /* atomic */
};

G_DEFINE_BOXED_TYPE (GenlmRandomList, genlm_random_list, genlm_random_list_ref, genlm_random_list_unref)

/**
 * genlm_random_list_new:
 *
 * Makes an empty list.
 *
 * Returns: (transfer full): the list
 *
 * Since: 0.1
 */
GenlmRandomList *
genlm_random_list_new (void)
{
  GenlmRandomList *self = g_atomic_rc_box_new0 (GenlmRandomList);

  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_random_unref);
  return self;
}

/**
 * genlm_random_list_ref:
 * @self: a list
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 0.1
 */
GenlmRandomList *
genlm_random_list_ref (GenlmRandomList *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

static void
random_list_clear (gpointer data)
{
  GenlmRandomList *self = data;

  g_ptr_array_unref (self->items);
}

/**
 * genlm_random_list_unref:
 * @self: (transfer full): a list
 *
 * Gives a reference back; the last one frees the list.
 *
 * Since: 0.1
 */
void
genlm_random_list_unref (GenlmRandomList *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, random_list_clear);
}

/**
 * genlm_random_list_append:
 * @self: a list that is not shared yet
 * @item: a stream
 *
 * Adds @item at the end, with a reference of its own.
 *
 * Since: 0.1
 */
void
genlm_random_list_append (GenlmRandomList *self,
                          GenlmRandom     *item)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (!g_atomic_int_get (&self->sealed));
  g_return_if_fail (item != NULL);

  g_ptr_array_add (self->items, genlm_random_ref (item));
}

/**
 * genlm_random_list_get_size:
 * @self: a list
 *
 * Gets the length of the list.
 *
 * Returns: the number of items
 *
 * Since: 0.1
 */
gsize
genlm_random_list_get_size (GenlmRandomList *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->items->len;
}

/**
 * genlm_random_list_get:
 * @self: a list
 * @index: below the size
 *
 * Gets one item.
 *
 * Returns: (transfer none): a stream, owned by the list
 *
 * Since: 0.1
 */
GenlmRandom *
genlm_random_list_get (GenlmRandomList *self,
                       gsize            index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->items->len, NULL);

  return g_ptr_array_index (self->items, index);
}

/* Nothing is appended from now on: others may read it at any time. */
void
genlm_random_list_seal (GenlmRandomList *self)
{
  if (!g_atomic_int_get (&self->sealed))
    g_atomic_int_set (&self->sealed, TRUE);
}
