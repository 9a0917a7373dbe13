#pragma once

/* What claims come to, said over atoms: a graph of "and", "or", "not" and
 * "exactly one", every member before what is made of it. Truth has three
 * values, since a value is judged while it is read. */

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef enum
{
  GENLM_JSON_NO,
  GENLM_JSON_YES,
  GENLM_JSON_OPEN,
} GenlmJsonTruth;

typedef enum
{
  GENLM_JSON_FORMULA_CONSTANT,
  GENLM_JSON_FORMULA_ATOM,
  GENLM_JSON_FORMULA_NOT,
  GENLM_JSON_FORMULA_AND,
  GENLM_JSON_FORMULA_OR,
  GENLM_JSON_FORMULA_ONE,
} GenlmJsonFormulaOp;

typedef struct
{
  guint32 op;
  /* ATOM: its number. NOT: the member. AND, OR, ONE: where the members start
   * in the list, and how many. */
  guint32 a;
  guint32 n;
} GenlmJsonFormulaNode;

typedef struct
{
  GArray *nodes;   /* of GenlmJsonFormulaNode */
  GArray *members; /* of guint32 */
  /* The nodes by content, so that none is there twice: numbers, 0 where there
   * is none; the size is a power of two. */
  guint32 *table;
  guint    table_size;
} GenlmJsonFormula;

#define GENLM_JSON_FORMULA_NO  (0u)
#define GENLM_JSON_FORMULA_YES (1u)

void    genlm_json_formula_init      (GenlmJsonFormula       *self);
void    genlm_json_formula_clear     (GenlmJsonFormula       *self);
guint32 genlm_json_formula_make_atom (GenlmJsonFormula       *self,
                                      guint32                 atom);
guint32 genlm_json_formula_make_not  (GenlmJsonFormula       *self,
                                      guint32                 node);
guint32 genlm_json_formula_make      (GenlmJsonFormula       *self,
                                      GenlmJsonFormulaOp      op,
                                      const guint32          *members,
                                      guint                   n_members);
guint64 genlm_json_formula_get_memory (const GenlmJsonFormula *self);
void    genlm_json_formula_evaluate  (const GenlmJsonFormula *self,
                                      const guint8           *atoms,
                                      guint8                 *truths);
void    genlm_json_formula_mark      (const GenlmJsonFormula *self,
                                      const guint8           *truths,
                                      guint8                 *needed);

static inline const GenlmJsonFormulaNode *
genlm_json_formula_peek (const GenlmJsonFormula *self,
                         guint32                 node)
{
  return &g_array_index (self->nodes, GenlmJsonFormulaNode, node);
}

static inline const guint32 *
genlm_json_formula_peek_members (const GenlmJsonFormula     *self,
                                 const GenlmJsonFormulaNode *node)
{
  return &g_array_index (self->members, guint32, node->a);
}

static inline guint
genlm_json_formula_get_size (const GenlmJsonFormula *self)
{
  return self->nodes->len;
}

G_END_DECLS
