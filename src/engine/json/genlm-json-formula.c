#include "genlm-json-formula.h"

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
}

static guint32
add_node (GenlmJsonFormula   *self,
          GenlmJsonFormulaOp  op,
          guint32             a,
          guint32             n)
{
  GenlmJsonFormulaNode node = { op, a, n };

  g_array_append_val (self->nodes, node);
  return self->nodes->len - 1;
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
