/* What a sampler drew for a batch of contexts: a token and a log weight each,
 * and for dead draws why they are dead. */

#define G_LOG_DOMAIN "Genlm-Base"

#include "genlm-draws.h"
#include "genlm-seal-private.h"

#include <math.h>

typedef struct
{
  guint32  token;
  double   log_weight;
  char    *cause;
} Draw;

/**
 * GenlmDraws:
 *
 * A list of drawn tokens with their log weights, one for each context of a
 * batch.
 *
 * Whoever makes the list appends to it; once shared it does not change.
 *
 * Threads: any, once it is shared.
 *
 * Since: 0.1
 */
struct _GenlmDraws
{
  GArray *items;
  int     sealed;       /* atomic */
};

G_DEFINE_BOXED_TYPE (GenlmDraws, genlm_draws, genlm_draws_ref, genlm_draws_unref)

static void
draw_clear (gpointer data)
{
  Draw *draw = data;

  g_free (draw->cause);
}

/**
 * genlm_draws_new:
 *
 * Makes an empty list.
 *
 * Returns: (transfer full): the list
 *
 * Since: 0.1
 */
GenlmDraws *
genlm_draws_new (void)
{
  GenlmDraws *self = g_atomic_rc_box_new0 (GenlmDraws);

  self->items = g_array_new (FALSE, FALSE, sizeof (Draw));
  g_array_set_clear_func (self->items, draw_clear);
  return self;
}

/**
 * genlm_draws_ref:
 * @self: a list
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 0.1
 */
GenlmDraws *
genlm_draws_ref (GenlmDraws *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

static void
draws_clear (gpointer data)
{
  GenlmDraws *self = data;

  g_array_unref (self->items);
}

/**
 * genlm_draws_unref:
 * @self: (transfer full): a list
 *
 * Gives a reference back; the last one frees the list.
 *
 * Since: 0.1
 */
void
genlm_draws_unref (GenlmDraws *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, draws_clear);
}

/**
 * genlm_draws_append:
 * @self: a list that is not shared yet
 * @token: the token drawn
 * @log_weight: its log weight in nats; below `+inf` and not NaN
 *
 * Adds a draw at the end.
 *
 * Since: 0.1
 */
void
genlm_draws_append (GenlmDraws *self,
                    guint32     token,
                    double      log_weight)
{
  Draw draw = { token, log_weight, NULL };

  g_return_if_fail (self != NULL);
  g_return_if_fail (!g_atomic_int_get (&self->sealed));
  g_return_if_fail (log_weight < INFINITY);

  g_array_append_val (self->items, draw);
}

/**
 * genlm_draws_append_dead:
 * @self: a list that is not shared yet
 * @token: some token, for instance the end marker
 * @cause: (nullable): what left nothing to draw, for a person to read
 *
 * Adds a draw of weight zero at the end.
 *
 * Since: 0.1
 */
void
genlm_draws_append_dead (GenlmDraws *self,
                         guint32     token,
                         const char *cause)
{
  Draw draw = { token, -INFINITY, NULL };

  g_return_if_fail (self != NULL);
  g_return_if_fail (!g_atomic_int_get (&self->sealed));

  draw.cause = g_strdup (cause);
  g_array_append_val (self->items, draw);
}

/**
 * genlm_draws_get_size:
 * @self: a list
 *
 * Gets the length of the list.
 *
 * Returns: the number of draws
 *
 * Since: 0.1
 */
gsize
genlm_draws_get_size (GenlmDraws *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->items->len;
}

/**
 * genlm_draws_get_token:
 * @self: a list
 * @index: below the size
 *
 * Gets the token of one draw.
 *
 * Returns: the token
 *
 * Since: 0.1
 */
guint32
genlm_draws_get_token (GenlmDraws *self,
                       gsize       index)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (index < self->items->len, 0);

  return g_array_index (self->items, Draw, index).token;
}

/**
 * genlm_draws_get_log_weight:
 * @self: a list
 * @index: below the size
 *
 * Gets the log weight of one draw.
 *
 * Returns: the weight in nats, `-inf` for a dead draw
 *
 * Since: 0.1
 */
double
genlm_draws_get_log_weight (GenlmDraws *self,
                            gsize       index)
{
  g_return_val_if_fail (self != NULL, -INFINITY);
  g_return_val_if_fail (index < self->items->len, -INFINITY);

  return g_array_index (self->items, Draw, index).log_weight;
}

/**
 * genlm_draws_get_cause:
 * @self: a list
 * @index: below the size
 *
 * Gets why one draw is dead.
 *
 * Returns: (nullable) (transfer none): the reason, if there is one
 *
 * Since: 0.1
 */
const char *
genlm_draws_get_cause (GenlmDraws *self,
                       gsize       index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->items->len, NULL);

  return g_array_index (self->items, Draw, index).cause;
}

/* Nothing is appended from now on: others may read it at any time. */
void
genlm_draws_seal (GenlmDraws *self)
{
  if (!g_atomic_int_get (&self->sealed))
    g_atomic_int_set (&self->sealed, TRUE);
}
