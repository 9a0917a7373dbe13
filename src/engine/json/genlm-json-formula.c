#include "genlm-json-formula.h"

#include <string.h>

#define FIRST_TABLE_SIZE (16u)

void
genlm_json_formula_init (GenlmJsonFormula *self)
{
  GenlmJsonFormulaNode constant = { GENLM_JSON_FORMULA_CONSTANT, 0, 0 };

  self->nodes = g_array_new (FALSE, FALSE, sizeof (GenlmJsonFormulaNode));
  self->members = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_array_append_val (self->nodes, constant);
  g_array_append_val (self->nodes, constant);
}

void
genlm_json_formula_clear (GenlmJsonFormula *self)
{
  g_clear_pointer (&self->nodes, g_array_unref);
  g_clear_pointer (&self->members, g_array_unref);
  g_clear_pointer (&self->table, g_free);
}

/* In bytes. */
guint64
genlm_json_formula_get_memory (const GenlmJsonFormula *self)
{
  return (guint64) self->nodes->len * sizeof (GenlmJsonFormulaNode)
         + ((guint64) self->members->len + self->table_size) * sizeof (guint32);
}

static gboolean
is_list (const GenlmJsonFormulaNode *node)
{
  return node->op >= GENLM_JSON_FORMULA_AND;
}

static guint32
hash_node (const GenlmJsonFormula     *self,
           const GenlmJsonFormulaNode *node)
{
  guint32 hash = node->op * 0x9e3779b1u + node->n;
  const guint32 *members;
  guint32 i;

  if (!is_list (node))
    return (hash ^ node->a) * 0x85ebca6bu;
  members = genlm_json_formula_peek_members (self, node);
  for (i = 0; i < node->n; i++)
    hash = (((hash << 5) | (hash >> 27)) ^ members[i]) * 0x85ebca6bu;
  return hash;
}

static gboolean
nodes_are_equal (const GenlmJsonFormula     *self,
                 const GenlmJsonFormulaNode *x,
                 const GenlmJsonFormulaNode *y)
{
  if (x->op != y->op || x->n != y->n)
    return FALSE;
  if (!is_list (x))
    return x->a == y->a;
  return memcmp (genlm_json_formula_peek_members (self, x),
                 genlm_json_formula_peek_members (self, y), x->n * sizeof (guint32))
         == 0;
}

/* The place in the table where a node is, or may be put. */
static guint32 *
find_place (const GenlmJsonFormula     *self,
            const GenlmJsonFormulaNode *node)
{
  guint32 hash = hash_node (self, node);
  guint i = (hash ^ (hash >> 16)) & (self->table_size - 1);

  while (self->table[i] != 0
         && !nodes_are_equal (self, node, genlm_json_formula_peek (self, self->table[i])))
    i = (i + 1) & (self->table_size - 1);
  return &self->table[i];
}

/* Keeps half of the table free. */
static void
grow_table (GenlmJsonFormula *self)
{
  guint i;

  if (self->nodes->len < self->table_size / 2)
    return;
  g_free (self->table);
  self->table_size = MAX (self->table_size * 2, FIRST_TABLE_SIZE);
  self->table = g_new0 (guint32, self->table_size);
  for (i = GENLM_JSON_FORMULA_YES + 1; i < self->nodes->len; i++)
    *find_place (self, genlm_json_formula_peek (self, i)) = i;
}

/* The node of this content; the members of a list are the last ones. */
static guint32
add_node (GenlmJsonFormula   *self,
          GenlmJsonFormulaOp  op,
          guint32             a,
          guint32             n)
{
  GenlmJsonFormulaNode node = { op, a, n };
  guint32 *place;

  grow_table (self);
  place = find_place (self, &node);
  if (*place == 0)
    {
      *place = self->nodes->len;
      g_array_append_val (self->nodes, node);
    }
  else if (is_list (&node))
    g_array_set_size (self->members, a);
  return *place;
}

guint32
genlm_json_formula_make_atom (GenlmJsonFormula *self,
                              guint32           atom)
{
  return add_node (self, GENLM_JSON_FORMULA_ATOM, atom, 0);
}

guint32
genlm_json_formula_make_not (GenlmJsonFormula *self,
                             guint32           node)
{
  const GenlmJsonFormulaNode *inner;

  if (node <= GENLM_JSON_FORMULA_YES)
    return GENLM_JSON_FORMULA_YES - node;
  inner = genlm_json_formula_peek (self, node);
  if (inner->op == GENLM_JSON_FORMULA_NOT)
    return inner->a;
  return add_node (self, GENLM_JSON_FORMULA_NOT, node, 0);
}

static guint32
make_list (GenlmJsonFormula   *self,
           GenlmJsonFormulaOp  op,
           guint32             neutral,
           const guint32      *members,
           guint               n_members)
{
  guint32 first = self->members->len;
  guint32 last = neutral;
  guint n_true = 0;
  guint i;

  for (i = 0; i < n_members; i++)
    {
      n_true += members[i] == GENLM_JSON_FORMULA_YES;
      if (op == GENLM_JSON_FORMULA_ONE && n_true > 1)
        {
          g_array_set_size (self->members, first);
          return GENLM_JSON_FORMULA_NO;
        }
      if (members[i] == neutral || (members[i] == last && op != GENLM_JSON_FORMULA_ONE))
        continue;
      if (members[i] == GENLM_JSON_FORMULA_YES - neutral && op != GENLM_JSON_FORMULA_ONE)
        {
          g_array_set_size (self->members, first);
          return members[i];
        }
      last = members[i];
      g_array_append_val (self->members, last);
    }
  switch (self->members->len - first)
    {
    case 0:
      return neutral;
    case 1:
      g_array_set_size (self->members, first);
      return last;
    default:
      return add_node (self, op, first, self->members->len - first);
    }
}

/* AND and OR of nothing are YES and NO, ONE of nothing is NO. */
guint32
genlm_json_formula_make (GenlmJsonFormula   *self,
                         GenlmJsonFormulaOp  op,
                         const guint32      *members,
                         guint               n_members)
{
  return make_list (self, op,
                    op == GENLM_JSON_FORMULA_AND ? GENLM_JSON_FORMULA_YES : GENLM_JSON_FORMULA_NO,
                    members, n_members);
}

static GenlmJsonTruth
evaluate_list (GenlmJsonFormulaOp  op,
               const guint32      *members,
               guint               n,
               const guint8       *truths)
{
  guint count[3] = { 0 };
  guint i;

  for (i = 0; i < n; i++)
    count[truths[members[i]]]++;
  switch (op)
    {
    case GENLM_JSON_FORMULA_AND:
      if (count[GENLM_JSON_NO] > 0)
        return GENLM_JSON_NO;
      return count[GENLM_JSON_OPEN] > 0 ? GENLM_JSON_OPEN : GENLM_JSON_YES;
    case GENLM_JSON_FORMULA_OR:
      if (count[GENLM_JSON_YES] > 0)
        return GENLM_JSON_YES;
      return count[GENLM_JSON_OPEN] > 0 ? GENLM_JSON_OPEN : GENLM_JSON_NO;
    default:
      if (count[GENLM_JSON_YES] > 1)
        return GENLM_JSON_NO;
      if (count[GENLM_JSON_OPEN] > 0)
        return GENLM_JSON_OPEN;
      return count[GENLM_JSON_YES] == 1 ? GENLM_JSON_YES : GENLM_JSON_NO;
    }
}

/* @atoms are the truths of the atoms by number; @truths gets those of all
 * nodes. */
void
genlm_json_formula_evaluate (const GenlmJsonFormula *self,
                             const guint8           *atoms,
                             guint8                 *truths)
{
  guint i;

  truths[GENLM_JSON_FORMULA_NO] = GENLM_JSON_NO;
  truths[GENLM_JSON_FORMULA_YES] = GENLM_JSON_YES;
  for (i = GENLM_JSON_FORMULA_YES + 1; i < self->nodes->len; i++)
    {
      const GenlmJsonFormulaNode *node = genlm_json_formula_peek (self, i);

      switch (node->op)
        {
        case GENLM_JSON_FORMULA_ATOM:
          truths[i] = atoms[node->a];
          break;
        case GENLM_JSON_FORMULA_NOT:
          truths[i] = truths[node->a] == GENLM_JSON_OPEN ? GENLM_JSON_OPEN : !truths[node->a];
          break;
        default:
          truths[i] = evaluate_list (node->op, genlm_json_formula_peek_members (self, node), node->n,
                                     truths);
        }
    }
}

/* Adds to the marks in @needed, which some nodes have, those of the open
 * members that the truth of marked open nodes hangs on. */
void
genlm_json_formula_mark (const GenlmJsonFormula *self,
                         const guint8           *truths,
                         guint8                 *needed)
{
  guint i;

  for (i = self->nodes->len; i-- > GENLM_JSON_FORMULA_YES + 1;)
    {
      const GenlmJsonFormulaNode *node = genlm_json_formula_peek (self, i);
      const guint32 *members;
      guint j;

      if (!needed[i] || truths[i] != GENLM_JSON_OPEN || node->op == GENLM_JSON_FORMULA_ATOM)
        continue;
      if (node->op == GENLM_JSON_FORMULA_NOT)
        {
          needed[node->a] = TRUE;
          continue;
        }
      members = genlm_json_formula_peek_members (self, node);
      for (j = 0; j < node->n; j++)
        needed[members[j]] = TRUE;
    }
}
