#pragma once

/* What may follow, as sets of items: an item is the rest of a rule, and a node
 * that holds what comes after the rule. A row of the parser, what is to be read
 * next, and the place to which a rule returns are the same kind of thing, so
 * that a rule's last call returns straight to where the rule itself would have
 * (which makes right recursion cost nothing), and equal sets are one node
 * however they came about.
 *
 * Nodes refer to each other in circles where a rule is left-recursive. They
 * live in a heap, from which genlm_earley_nodes_collect_*() saves what is still
 * in use. Whoever calls must hold the owner's lock. */

#include "genlm-earley-heap.h"
#include "genlm-earley-rules.h"

G_BEGIN_DECLS

typedef struct _GenlmEarleyNode    GenlmEarleyNode;
typedef struct _GenlmEarleyNodes   GenlmEarleyNodes;
typedef struct _GenlmEarleyClosure GenlmEarleyClosure;
typedef struct _GenlmEarleyGroup   GenlmEarleyGroup;

typedef struct
{
  guint32          suffix;
  /* NULL after the whole text. */
  GenlmEarleyNode *node;
} GenlmEarleyItem;

/* A node after one of several terminals. Levels say how deep one has to look
 * into the node before to know the one after: 0, at its items; 1, at the items
 * of their nodes; and so on. */
typedef struct
{
  guint32          accept;
  /* To know its items, at most 1, and to know those of their nodes, at most
   * 2. */
  guint8           level;
  guint8           level_below;
  gboolean         keeps; /* ignored text is among them: the node before stays, too */
  GenlmEarleyNode *node;  /* NULL if nothing else is */
} GenlmEarleyTarget;

struct _GenlmEarleyNode
{
  GenlmEarleyNode    *moved;
  GenlmEarleyClosure *closure;
  GenlmEarleyGroup   *group;
  guint32            *signatures;
  guint32             id;
  guint32             n_items;
  guint8              is_final;
  guint8              is_circular; /* it is among its own items */
  guint32             epoch;       /* of the signatures */
  /* By suffix and node's id. */
  GenlmEarleyItem     items[];
};

GenlmEarleyNodes  *genlm_earley_nodes_new           (GenlmEarleyRules   *rules);
void               genlm_earley_nodes_free          (GenlmEarleyNodes   *self);
GenlmEarleyHeap   *genlm_earley_nodes_get_heap      (GenlmEarleyNodes   *self);
guint64            genlm_earley_nodes_get_memory    (GenlmEarleyNodes   *self);
GenlmEarleyNode   *genlm_earley_nodes_get_start     (GenlmEarleyNodes   *self);
GenlmEarleyNode   *genlm_earley_nodes_unite         (GenlmEarleyNodes   *self,
                                                     GenlmEarleyNode   **nodes,
                                                     guint               n_nodes);
GenlmByteState    *genlm_earley_nodes_find_lexer    (GenlmEarleyNodes   *self,
                                                     GenlmEarleyNode    *node,
                                                     GError            **error);
guint32            genlm_earley_nodes_find_accept   (GenlmEarleyNodes   *self,
                                                     GenlmByteState     *state);
const guint32     *genlm_earley_nodes_peek_labels   (GenlmEarleyNodes   *self,
                                                     guint32             accept,
                                                     guint32            *n_labels);
const GenlmEarleyTarget *
                   genlm_earley_nodes_find_target   (GenlmEarleyNodes   *self,
                                                     GenlmEarleyNode    *node,
                                                     guint32             accept);
void               genlm_earley_nodes_begin_collect (GenlmEarleyNodes   *self);
GenlmEarleyNode   *genlm_earley_nodes_save          (GenlmEarleyNodes   *self,
                                                     GenlmEarleyNode    *node);
void               genlm_earley_nodes_end_collect   (GenlmEarleyNodes   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmEarleyNodes, genlm_earley_nodes_free)

G_END_DECLS
