/* The answer to a batch of questions for masks: a list of token sets, because
 * bindings cannot pass arrays of boxed values through virtual functions. */

#define G_LOG_DOMAIN "Genlm-Base"

#include "genlm-token-set-list.h"
#include "genlm-token-set.h"
#include "genlm-seal-private.h"

/**
 * GenlmTokenSetList:
 *
 * A list of token sets, one for each context of a batch.
 *
 * Whoever makes the list appends to it; once shared it does not change.
 *
 * Threads: any, once it is shared.
 *
 * Since: 0.1
 */
struct _GenlmTokenSetList
{
  GPtrArray *items;
  int        sealed;    /* atomic */
};

G_DEFINE_BOXED_TYPE (GenlmTokenSetList, genlm_token_set_list, genlm_token_set_list_ref, genlm_token_set_list_unref)

/**
 * genlm_token_set_list_new:
 *
 * Makes an empty list.
 *
 * Returns: (transfer full): the list
 *
 * Since: 0.1
 */
GenlmTokenSetList *
genlm_token_set_list_new (void)
{
  GenlmTokenSetList *self = g_atomic_rc_box_new0 (GenlmTokenSetList);

  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_token_set_unref);
  return self;
}

/**
 * genlm_token_set_list_ref:
 * @self: a list
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 0.1
 */
GenlmTokenSetList *
genlm_token_set_list_ref (GenlmTokenSetList *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

static void
token_set_list_clear (gpointer data)
{
  GenlmTokenSetList *self = data;

  g_ptr_array_unref (self->items);
}

/**
 * genlm_token_set_list_unref:
 * @self: (transfer full): a list
 *
 * Gives a reference back; the last one frees the list.
 *
 * Since: 0.1
 */
void
genlm_token_set_list_unref (GenlmTokenSetList *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, token_set_list_clear);
}

/**
 * genlm_token_set_list_append:
 * @self: a list that is not shared yet
 * @item: a set
 *
 * Adds @item at the end, with a reference of its own.
 *
 * Since: 0.1
 */
void
genlm_token_set_list_append (GenlmTokenSetList *self,
                             GenlmTokenSet     *item)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (!g_atomic_int_get (&self->sealed));
  g_return_if_fail (item != NULL);

  g_ptr_array_add (self->items, genlm_token_set_ref (item));
}

/**
 * genlm_token_set_list_get_size:
 * @self: a list
 *
 * Gets the length of the list.
 *
 * Returns: the number of items
 *
 * Since: 0.1
 */
gsize
genlm_token_set_list_get_size (GenlmTokenSetList *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->items->len;
}

/**
 * genlm_token_set_list_get:
 * @self: a list
 * @index: below the size
 *
 * Gets one item.
 *
 * Returns: (transfer none): a set, owned by the list
 *
 * Since: 0.1
 */
GenlmTokenSet *
genlm_token_set_list_get (GenlmTokenSetList *self,
                          gsize              index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->items->len, NULL);

  return g_ptr_array_index (self->items, index);
}

/* Nothing is appended from now on: others may read it at any time. */
void
genlm_token_set_list_seal (GenlmTokenSetList *self)
{
  if (!g_atomic_int_get (&self->sealed))
    g_atomic_int_set (&self->sealed, TRUE);
}
