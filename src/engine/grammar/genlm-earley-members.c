#include "genlm-earley-members.h"

#include <stdlib.h>

/* The part of its limits beyond which the automaton is spared new states. */
#define SHARE     (2u)

/* With more parts than these nothing is joined. */
#define MAX_PARTS (4096u)

/* A terminal that has begun: what is left of it, and as an item what comes once
 * it ends. For ignored text that is the node from before it. */
typedef struct
{
  guint32         label;
  GenlmByteExpr   expr;
  GenlmEarleyItem item;
} Part;

struct _GenlmEarleyMembers
{
  GenlmEarleyRules *rules;
  GenlmEarleyNodes *nodes;
  guint             max_states;
  guint64           max_memory;
  GArray           *members;
  GArray           *parts;
  GArray           *exprs;
  GArray           *items;
  GPtrArray        *united;
};

GenlmEarleyMembers *
genlm_earley_members_new (GenlmEarleyRules        *rules,
                          GenlmEarleyNodes        *nodes,
                          const GenlmEngineLimits *limits)
{
  GenlmEarleyMembers *self = g_new0 (GenlmEarleyMembers, 1);

  self->rules = rules;
  self->nodes = nodes;
  self->max_states = limits->max_states / SHARE;
  self->max_memory = limits->max_memory / SHARE;
  self->members = g_array_new (FALSE, FALSE, sizeof (GenlmEarleyMember));
  self->parts = g_array_new (FALSE, FALSE, sizeof (Part));
  self->exprs = g_array_new (FALSE, FALSE, sizeof (GenlmByteExpr));
  self->items = g_array_new (FALSE, FALSE, sizeof (GenlmEarleyItem));
  self->united = g_ptr_array_new ();
  return self;
}

void
genlm_earley_members_free (GenlmEarleyMembers *self)
{
  g_ptr_array_unref (self->united);
  g_array_unref (self->items);
  g_array_unref (self->exprs);
  g_array_unref (self->parts);
  g_array_unref (self->members);
  g_free (self);
}

void
genlm_earley_members_clear (GenlmEarleyMembers *self)
{
  g_array_set_size (self->members, 0);
}

void
genlm_earley_members_add (GenlmEarleyMembers *self,
                          GenlmEarleyNode    *node,
                          GenlmByteState     *state)
{
  GenlmEarleyMember member = { node, state };

  g_array_append_val (self->members, member);
}

const GenlmEarleyMember *
genlm_earley_members_peek (GenlmEarleyMembers *self,
                           guint32            *n_members)
{
  *n_members = self->members->len;
  return (const GenlmEarleyMember *) (gpointer) self->members->data;
}

static int
compare_members (gconstpointer a,
                 gconstpointer b)
{
  const GenlmEarleyMember *x = a;
  const GenlmEarleyMember *y = b;

  if (x->state != y->state)
    return x->state->index < y->state->index ? -1 : 1;
  return x->node->id < y->node->id ? -1 : x->node->id > y->node->id;
}

static void
sort_members (GArray *array)
{
  GenlmEarleyMember *members = (GenlmEarleyMember *) (gpointer) array->data;
  guint n_kept = 1;
  guint i;

  if (array->len < 2)
    return;
  g_array_sort (array, compare_members);
  for (i = 1; i < array->len; i++)
    if (compare_members (&members[n_kept - 1], &members[i]) != 0)
      members[n_kept++] = members[i];
  g_array_set_size (array, n_kept);
}

/* --- Joining ------------------------------------------------------------- */

static int
compare_items (const void *a,
               const void *b)
{
  const Part *x = a;
  const Part *y = b;

  if (x->item.suffix != y->item.suffix)
    return x->item.suffix < y->item.suffix ? -1 : 1;
  if (x->item.node != y->item.node)
    return x->item.node->id < y->item.node->id ? -1 : 1;
  return x->expr < y->expr ? -1 : x->expr > y->expr;
}

static int
compare_exprs (const void *a,
               const void *b)
{
  const Part *x = a;
  const Part *y = b;

  if (x->label != y->label)
    return x->label < y->label ? -1 : 1;
  return x->expr < y->expr ? -1 : x->expr > y->expr;
}

static void
add_part (GenlmEarleyMembers *self,
          GenlmByteItem       begun,
          guint32             suffix,
          GenlmEarleyNode    *node)
{
  Part part = { begun.label, begun.expr, { suffix, node } };

  g_array_append_val (self->parts, part);
}

/* Both the scans and the items of a state are sorted by label. */
static gboolean
list_parts (GenlmEarleyMembers       *self,
            const GenlmEarleyMember  *member,
            GError                  **error)
{
  const GenlmByteState *state = member->state;
  const GenlmEarleyScan *scans;
  GenlmEarleyNode *same;
  guint32 n_scans;
  guint32 i = 0;
  guint32 j = 0;

  same = genlm_earley_nodes_find_same (self->nodes, member->node, error);
  if (same == NULL)
    return FALSE;
  scans = genlm_earley_nodes_list_scans (self->nodes, same, &n_scans, error);
  while (i < n_scans && j < state->n_items)
    {
      if (scans[i].terminal == state->items[j].label)
        {
          add_part (self, state->items[j], scans[i].suffix, scans[i].node);
          i++;
        }
      else if (scans[i].terminal < state->items[j].label)
        i++;
      else
        j++;
    }
  if (state->items[state->n_items - 1].label == self->rules->n_terminals)
    add_part (self, state->items[state->n_items - 1], GENLM_EARLEY_END, same);
  return TRUE;
}

/* Makes one of what comes after the same item. */
static gboolean
unite_exprs (GenlmEarleyMembers  *self,
             GError             **error)
{
  Part *parts = (Part *) (gpointer) self->parts->data;
  guint n_parts = self->parts->len;
  GenlmByteExprs *exprs = NULL;
  guint n_kept = 0;
  guint i;

  qsort (parts, n_parts, sizeof (Part), compare_items);
  for (i = 0; i < n_parts;)
    {
      Part part = parts[i];

      g_array_set_size (self->exprs, 0);
      for (; i < n_parts && parts[i].item.suffix == part.item.suffix
             && parts[i].item.node == part.item.node;
           i++)
        if (self->exprs->len == 0
            || parts[i].expr != g_array_index (self->exprs, GenlmByteExpr, self->exprs->len - 1))
          g_array_append_val (self->exprs, parts[i].expr);
      if (self->exprs->len > 1)
        {
          if (exprs == NULL)
            exprs = genlm_byte_dfa_lock_exprs (self->rules->dfa);
          part.expr = genlm_byte_exprs_make_union (
            exprs, (const GenlmByteExpr *) (gpointer) self->exprs->data, self->exprs->len);
        }
      parts[n_kept++] = part;
    }
  g_array_set_size (self->parts, n_kept);
  return exprs == NULL || genlm_byte_dfa_unlock_exprs (self->rules->dfa, error);
}

/* The member of parts that are the same but for what comes after them. */
static gboolean
add_joined (GenlmEarleyMembers  *self,
            const Part          *parts,
            guint                n_parts,
            GError             **error)
{
  GenlmByteItem begun = { parts[0].label, parts[0].expr };
  GenlmEarleyNode *node;
  GenlmByteState *state;
  guint i;

  state = genlm_byte_dfa_intern (self->rules->dfa, &begun, 1, GENLM_BYTE_EXPR_ANYTHING, error);
  if (state == NULL)
    return FALSE;
  g_array_set_size (self->items, 0);
  g_ptr_array_set_size (self->united, 0);
  for (i = 0; i < n_parts; i++)
    {
      g_array_append_val (self->items, parts[i].item);
      g_ptr_array_add (self->united, parts[i].item.node);
    }
  if (begun.label == self->rules->n_terminals)
    {
      node = genlm_earley_nodes_unite (self->nodes, (GenlmEarleyNode **) self->united->pdata,
                                       n_parts);
      node = genlm_earley_nodes_find_same (self->nodes, node, error);
    }
  else
    node = genlm_earley_nodes_find_begun (self->nodes, begun.label,
                                          (const GenlmEarleyItem *) (gpointer) self->items->data,
                                          n_parts, error);
  if (node == NULL)
    return FALSE;
  genlm_earley_members_add (self, node, state);
  return TRUE;
}

static gboolean
join_parts (GenlmEarleyMembers  *self,
            GError             **error)
{
  Part *parts = (Part *) (gpointer) self->parts->data;
  guint n_parts = self->parts->len;
  guint first = 0;
  guint i;

  qsort (parts, n_parts, sizeof (Part), compare_exprs);
  for (i = 1; i <= n_parts; i++)
    if (i == n_parts || compare_exprs (&parts[i - 1], &parts[i]) != 0)
      {
        if (!add_joined (self, &parts[first], i - first, error))
          return FALSE;
        first = i;
      }
  return TRUE;
}

static gboolean
has_room (GenlmEarleyMembers *self)
{
  return self->parts->len <= MAX_PARTS
         && genlm_byte_dfa_get_n_states (self->rules->dfa) < self->max_states
         && genlm_byte_dfa_get_memory (self->rules->dfa) < self->max_memory;
}

/* Sorts the members, and makes one of those that can be one. FALSE when a limit
 * is passed. */
gboolean
genlm_earley_members_join (GenlmEarleyMembers  *self,
                           GError             **error)
{
  guint i;

  g_array_set_size (self->parts, 0);
  if (self->members->len > 1)
    for (i = 0; i < self->members->len; i++)
      if (!list_parts (self, &g_array_index (self->members, GenlmEarleyMember, i), error))
        return FALSE;
  if (self->members->len > 1 && has_room (self))
    {
      g_array_set_size (self->members, 0);
      if (!unite_exprs (self, error) || !join_parts (self, error))
        return FALSE;
    }
  sort_members (self->members);
  return TRUE;
}
