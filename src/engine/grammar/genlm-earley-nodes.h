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

#include "genlm-earley-clock.h"
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

/* A terminal that may be read next: what is then left of the rule, with the
 * terminal before it, and the node that the rule returns to. */
typedef struct
{
  guint32          terminal;
  guint32          suffix;
  GenlmEarleyNode *node;
} GenlmEarleyScan;

/* What comes after a node when one of several terminals was read. */
typedef struct
{
  guint32          accept;
  gboolean         keeps;   /* ignored text is among them: the node stays */
  gboolean         returns; /* a rule may have ended that returns to another node */
  GenlmEarleyNode *node;    /* after all but ignored text; NULL if that is all */
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
  guint8              is_wide;     /* so much may be skipped in it that it is not compared */
  guint32             epoch;       /* of the signatures */
  guint32             merge;       /* the last one that has its items */
  /* By suffix and node's id. */
  GenlmEarleyItem     items[];
};

GenlmEarleyNodes  *genlm_earley_nodes_new           (GenlmEarleyRules   *rules,
                                                     GenlmEarleyClock   *clock);
void               genlm_earley_nodes_free          (GenlmEarleyNodes   *self);
GenlmEarleyHeap   *genlm_earley_nodes_get_heap      (GenlmEarleyNodes   *self);
guint64            genlm_earley_nodes_get_memory    (GenlmEarleyNodes   *self);
GenlmEarleyNode   *genlm_earley_nodes_get_start     (GenlmEarleyNodes   *self);
GenlmEarleyNode   *genlm_earley_nodes_unite         (GenlmEarleyNodes   *self,
                                                     GenlmEarleyNode   **nodes,
                                                     guint               n_nodes);
GenlmEarleyNode   *genlm_earley_nodes_find_begun    (GenlmEarleyNodes   *self,
                                                     guint32             terminal,
                                                     const GenlmEarleyItem *items,
                                                     guint               n_items,
                                                     GError            **error);
GenlmEarleyNode   *genlm_earley_nodes_find_same     (GenlmEarleyNodes   *self,
                                                     GenlmEarleyNode    *node,
                                                     GError            **error);
const GenlmEarleyScan *
                   genlm_earley_nodes_list_scans    (GenlmEarleyNodes   *self,
                                                     GenlmEarleyNode    *node,
                                                     guint32            *n_scans,
                                                     GError            **error);
GenlmByteState    *genlm_earley_nodes_find_lexer    (GenlmEarleyNodes   *self,
                                                     GenlmEarleyNode    *node,
                                                     gboolean            after_ignored,
                                                     GError            **error);
guint32            genlm_earley_nodes_find_accept   (GenlmEarleyNodes   *self,
                                                     GenlmByteState     *state);
const GenlmEarleyTarget *
                   genlm_earley_nodes_find_target   (GenlmEarleyNodes   *self,
                                                     GenlmEarleyNode    *node,
                                                     guint32             accept,
                                                     GError            **error);
void               genlm_earley_nodes_begin_collect (GenlmEarleyNodes   *self);
GenlmEarleyNode   *genlm_earley_nodes_save          (GenlmEarleyNodes   *self,
                                                     GenlmEarleyNode    *node);
void               genlm_earley_nodes_end_collect   (GenlmEarleyNodes   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmEarleyNodes, genlm_earley_nodes_free)

G_END_DECLS
