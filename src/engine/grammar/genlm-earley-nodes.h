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

#include "genlm-earley-calls.h"

G_BEGIN_DECLS

typedef struct _GenlmEarleyNodes GenlmEarleyNodes;

/* What comes after a node when one of several terminals was read. */
typedef struct
{
  guint32          accept;
  gboolean         keeps;   /* ignored text is among them: the node stays */
  gboolean         returns; /* a rule may have ended that returns to another node */
  GenlmEarleyNode *node;    /* after all but ignored text; NULL if that is all */
} GenlmEarleyTarget;

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
