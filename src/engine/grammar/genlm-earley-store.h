#pragma once

/* Nodes, each of which is kept once by its items; the heap in which they live;
 * and the list of the items of one that is being made. */

#include "genlm-earley-heap.h"
#include "genlm-earley-rules.h"
#include "genlm-earley-table.h"

G_BEGIN_DECLS

typedef struct _GenlmEarleyNode    GenlmEarleyNode;
typedef struct _GenlmEarleyClosure GenlmEarleyClosure;
typedef struct _GenlmEarleyGroup   GenlmEarleyGroup;

/* The id of a node that is not made yet, above all others. */
#define GENLM_EARLEY_NEW_ID (G_MAXUINT32)

typedef struct
{
  guint32          suffix;
  /* NULL after the whole text. */
  GenlmEarleyNode *node;
} GenlmEarleyItem;

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

typedef struct
{
  const GenlmEarleyRules *rules;
  GenlmEarleyHeap         heap;
  GenlmEarleyHeap         old_heap;
  GPtrArray              *saved;
  /* Nodes by their items; circular ones also with a place holder for
   * themselves. */
  GenlmEarleyTable        nodes;
  GenlmEarleyTable        circular;
  guint32                 next_id;
  /* The items of a node that is being made, and nodes whose items it has, too. */
  GArray                 *items;
  GPtrArray              *merged;
  guint32                 merge;
  GArray                 *tried;
} GenlmEarleyStore;

void             genlm_earley_store_init            (GenlmEarleyStore        *self,
                                                     const GenlmEarleyRules  *rules);
void             genlm_earley_store_clear           (GenlmEarleyStore        *self);
guint64          genlm_earley_store_get_memory      (const GenlmEarleyStore  *self);

void             genlm_earley_store_begin           (GenlmEarleyStore        *self);
void             genlm_earley_store_add             (GenlmEarleyStore        *self,
                                                     guint32                  suffix,
                                                     GenlmEarleyNode         *node);
void             genlm_earley_store_add_rest        (GenlmEarleyStore        *self,
                                                     guint32                  rest,
                                                     GenlmEarleyNode         *node);
void             genlm_earley_store_add_all         (GenlmEarleyStore        *self,
                                                     GenlmEarleyNode         *node);
void             genlm_earley_store_merge           (GenlmEarleyStore        *self);

GenlmEarleyNode *genlm_earley_store_intern          (GenlmEarleyStore        *self);
GenlmEarleyNode *genlm_earley_store_intern_circular (GenlmEarleyStore        *self,
                                                     GenlmEarleyNode         *stand_in);
GenlmEarleyNode *genlm_earley_store_intern_items    (GenlmEarleyStore        *self,
                                                     GArray                  *items);
GenlmEarleyNode *genlm_earley_store_make            (GenlmEarleyStore        *self);
void             genlm_earley_store_keep            (GenlmEarleyStore        *self,
                                                     GenlmEarleyNode         *node);
GenlmEarleyNode *genlm_earley_store_unite           (GenlmEarleyStore        *self,
                                                     GenlmEarleyNode        **nodes,
                                                     guint                    n_nodes);

void             genlm_earley_store_begin_collect   (GenlmEarleyStore        *self);
GenlmEarleyNode *genlm_earley_store_save            (GenlmEarleyStore        *self,
                                                     GenlmEarleyNode         *node);
void             genlm_earley_store_end_collect     (GenlmEarleyStore        *self);

void             genlm_earley_node_replace          (GenlmEarleyNode         *in,
                                                     GenlmEarleyNode         *stand_ins,
                                                     GenlmEarleyNode        **nodes,
                                                     guint32                  n_nodes);
void             genlm_earley_items_sort            (GArray                  *items);

static inline guint32
genlm_earley_node_get_id (const GenlmEarleyNode *node)
{
  return node != NULL ? node->id : 0;
}

G_END_DECLS
