#pragma once

/* What a Lark grammar says, as it is written: statements, and expressions in
 * flat arrays, every child before its parent, so that whoever reads them
 * bottom-up needs a loop and no recursion. Names are not looked up here. */

#include "genlm-grammar-source.h"

G_BEGIN_DECLS

typedef enum
{
  GENLM_LARK_NODE_ALTERNATIVES, /* children: sequences */
  GENLM_LARK_NODE_SEQUENCE,     /* children: anything below */
  GENLM_LARK_NODE_RULE,
  GENLM_LARK_NODE_TERMINAL,
  GENLM_LARK_NODE_STRING,
  GENLM_LARK_NODE_REGEXP,
  GENLM_LARK_NODE_RANGE,        /* children: two strings */
  GENLM_LARK_NODE_TEMPLATE,     /* children: the arguments */
  GENLM_LARK_NODE_REPEAT,       /* child: what is repeated */
} GenlmLarkNodeKind;

#define GENLM_LARK_REPEAT_UNBOUNDED (G_MAXUINT32)
#define GENLM_LARK_REPEAT_MAX       ((guint32) G_MAXINT32)

typedef struct
{
  GenlmLarkNodeKind kind;
  guint32           at;     /* where it stands in the text */
  guint32           length; /* of the name or literal */
  guint32           first_child;
  guint32           n_children;
  guint32           min;
  guint32           max;
  double            weight; /* of a sequence; NaN where none is written */
} GenlmLarkNode;

typedef enum
{
  GENLM_LARK_STATEMENT_DEFINE,
  GENLM_LARK_STATEMENT_OVERRIDE,
  GENLM_LARK_STATEMENT_EXTEND,
  GENLM_LARK_STATEMENT_IGNORE,
  GENLM_LARK_STATEMENT_DECLARE,
  GENLM_LARK_STATEMENT_IMPORT,
} GenlmLarkStatementKind;

typedef struct
{
  GenlmLarkStatementKind kind;
  gboolean               terminal;     /* the name is a terminal's */
  guint32                at;           /* the name in the text */
  guint32                length;
  guint32                first_param;  /* of a template */
  guint32                n_params;
  guint32                first_node;   /* DEFINE, OVERRIDE, EXTEND, IGNORE */
  guint32                root;
  guint32                alias_at;     /* IMPORT: the name here */
  guint32                alias_length;
} GenlmLarkStatement;

/* A name in the text. */
typedef struct
{
  guint32 at;
  guint32 length;
} GenlmLarkName;

typedef struct
{
  GenlmGrammarSource source;
  GArray            *nodes;
  GArray            *children;
  GArray            *statements;
  GArray            *params;
} GenlmLarkDocument;

GenlmLarkDocument        *genlm_lark_document_new            (const GenlmGrammarSource    *source);
void                      genlm_lark_document_free           (GenlmLarkDocument        *self);
guint32                   genlm_lark_document_add_node       (GenlmLarkDocument *self,
                                                              GenlmLarkNode      node,
                                                              const guint32     *children,
                                                              guint32            n_children);
const GenlmLarkNode      *genlm_lark_document_peek_node      (const GenlmLarkDocument *self,
                                                              guint32                  node);
const guint32            *genlm_lark_document_peek_children  (const GenlmLarkDocument *self,
                                                              const GenlmLarkNode     *node);
const GenlmLarkStatement *genlm_lark_document_peek_statement (const GenlmLarkDocument *self,
                                                              guint                    index);
char                     *genlm_lark_document_dup_text       (const GenlmLarkDocument *self,
                                                              guint32                  at,
                                                              guint32                  length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmLarkDocument, genlm_lark_document_free)

G_END_DECLS
