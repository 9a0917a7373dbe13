#include "genlm-wfsa.h"

typedef struct
{
  /* Of the states inside a chain there is none. */
  gboolean   is_inner;
  char      *name;
  GenlmWide  initial;
  GenlmWide  final;
} State;

struct _GenlmWfsa
{
  GArray *states;
  GArray *arcs;
};

static void
state_clear (gpointer data)
{
  State *state = data;

  g_free (state->name);
}

static State *
get_state (const GenlmWfsa *self,
           guint32          state)
{
  return &g_array_index (self->states, State, state);
}

GenlmWfsa *
genlm_wfsa_new (void)
{
  GenlmWfsa *self = g_new0 (GenlmWfsa, 1);

  self->states = g_array_new (FALSE, FALSE, sizeof (State));
  g_array_set_clear_func (self->states, state_clear);
  self->arcs = g_array_new (FALSE, FALSE, sizeof (GenlmWfsaArc));
  return self;
}

void
genlm_wfsa_free (GenlmWfsa *self)
{
  g_array_unref (self->arcs);
  g_array_unref (self->states);
  g_free (self);
}

/* States without a name are called by their number. */
guint32
genlm_wfsa_add_state (GenlmWfsa  *self,
                      const char *name)
{
  State state = { FALSE, g_strdup (name), GENLM_WIDE_ZERO, GENLM_WIDE_ZERO };

  g_array_append_val (self->states, state);
  return self->states->len - 1;
}

void
genlm_wfsa_add_initial (GenlmWfsa *self,
                        guint32    state,
                        GenlmWide  weight)
{
  g_return_if_fail (state < self->states->len);

  get_state (self, state)->initial = genlm_wide_add (get_state (self, state)->initial, weight);
}

void
genlm_wfsa_add_final (GenlmWfsa *self,
                      guint32    state,
                      GenlmWide  weight)
{
  g_return_if_fail (state < self->states->len);

  get_state (self, state)->final = genlm_wide_add (get_state (self, state)->final, weight);
}

/* An arc of weight zero is none. */
void
genlm_wfsa_add_arc (GenlmWfsa *self,
                    guint32    from,
                    guint32    to,
                    guint32    label,
                    GenlmWide  weight)
{
  GenlmWfsaArc arc = { from, to, label, weight };

  g_return_if_fail (from < self->states->len && to < self->states->len);
  g_return_if_fail (label <= GENLM_WFSA_EPSILON);

  if (!genlm_wide_is_zero (weight))
    g_array_append_val (self->arcs, arc);
}

/* An arc over several bytes, through states of its own; the last byte has the
 * weight, those before it have one. */
void
genlm_wfsa_add_chain (GenlmWfsa    *self,
                      guint32       from,
                      guint32       to,
                      const guint8 *bytes,
                      gsize         n_bytes,
                      GenlmWide     weight)
{
  gsize i;

  g_return_if_fail (n_bytes > 0);

  for (i = 0; i + 1 < n_bytes; i++)
    {
      guint32 next = genlm_wfsa_add_state (self, NULL);

      get_state (self, next)->is_inner = TRUE;
      genlm_wfsa_add_arc (self, from, next, bytes[i], GENLM_WIDE_ONE);
      from = next;
    }
  genlm_wfsa_add_arc (self, from, to, bytes[i], weight);
}

guint32
genlm_wfsa_get_n_states (const GenlmWfsa *self)
{
  return self->states->len;
}

guint32
genlm_wfsa_get_n_arcs (const GenlmWfsa *self)
{
  return self->arcs->len;
}

const GenlmWfsaArc *
genlm_wfsa_peek_arcs (const GenlmWfsa *self)
{
  return (const GenlmWfsaArc *) self->arcs->data;
}

GenlmWide
genlm_wfsa_get_initial (const GenlmWfsa *self,
                        guint32          state)
{
  return get_state (self, state)->initial;
}

GenlmWide
genlm_wfsa_get_final (const GenlmWfsa *self,
                      guint32          state)
{
  return get_state (self, state)->final;
}

/* NULL inside a chain. */
char *
genlm_wfsa_dup_state_name (const GenlmWfsa *self,
                           guint32          state)
{
  const State *found = get_state (self, state);

  if (found->is_inner || found->name != NULL)
    return g_strdup (found->name);
  return g_strdup_printf ("%u", state);
}
