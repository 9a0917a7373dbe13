#pragma once

/* A parsed regular expression over characters: an immutable tree in flat
 * arrays, every child before its parent, so that whoever reads it bottom-up
 * needs a loop and no recursion. */

#include "genlm-char-set.h"

G_BEGIN_DECLS

typedef enum
{
  GENLM_REGEX_NODE_EMPTY,              /* the empty string */
  GENLM_REGEX_NODE_RANGE,              /* one character of a range */
  GENLM_REGEX_NODE_CLASS,              /* one character of a set */
  GENLM_REGEX_NODE_CONCAT,             /* children one after another */
  GENLM_REGEX_NODE_ALTERNATE,          /* any one of the children */
  GENLM_REGEX_NODE_REPEAT,             /* the child from min to max times */
  GENLM_REGEX_NODE_LOOKAHEAD,          /* what follows starts with the child */
  GENLM_REGEX_NODE_NEGATIVE_LOOKAHEAD, /* what follows does not */
  GENLM_REGEX_NODE_LOOKBEHIND,          /* what stands before ends with the child */
  GENLM_REGEX_NODE_NEGATIVE_LOOKBEHIND, /* what stands before does not */
  GENLM_REGEX_NODE_START,              /* nothing stands before */
  GENLM_REGEX_NODE_END,                /* nothing follows */
  GENLM_REGEX_NODE_BOUNDARY,           /* a word starts or ends here */
  GENLM_REGEX_NODE_NO_BOUNDARY,        /* none does */
} GenlmRegexNodeKind;

#define GENLM_REGEX_REPEAT_UNBOUNDED (G_MAXUINT32)
#define GENLM_REGEX_REPEAT_MAX       ((guint32) G_MAXINT32)

/* More groups and repeats inside each other than this are refused, which
 * bounds every walk that does recurse. */
#define GENLM_REGEX_MAX_DEPTH (1000u)

typedef struct
{
  guint8  kind;
  /* Holds something that says what stands before or after it. */
  guint8  has_assertion;
  guint16 depth;
  /* EMPTY: nothing. RANGE: first and last character. CLASS: index of the set.
   * CONCAT, ALTERNATE: where the children's list starts, and how many. REPEAT
   * and what looks ahead or behind: the child; and what looks behind, where it
   * stands in the pattern. */
  guint32 a;
  guint32 b;
  guint32 min;
  guint32 max;
} GenlmRegexNode;

typedef struct _GenlmRegexTree GenlmRegexTree;

GENLM_ENGINE_API GenlmRegexTree       *genlm_regex_tree_new           (void);
GENLM_ENGINE_API void                  genlm_regex_tree_free          (GenlmRegexTree       *self);
GENLM_ENGINE_API guint32               genlm_regex_tree_add_empty     (GenlmRegexTree       *self);
GENLM_ENGINE_API guint32               genlm_regex_tree_add_range     (GenlmRegexTree       *self,
                                                                       gunichar              first,
                                                                       gunichar              last);
GENLM_ENGINE_API guint32               genlm_regex_tree_add_class     (GenlmRegexTree       *self,
                                                                       GenlmCharSet         *set);
GENLM_ENGINE_API guint32               genlm_regex_tree_add_list      (GenlmRegexTree       *self,
                                                                       GenlmRegexNodeKind    kind,
                                                                       const guint32        *children,
                                                                       guint32               n_children);
GENLM_ENGINE_API guint32               genlm_regex_tree_add_repeat    (GenlmRegexTree       *self,
                                                                       guint32               child,
                                                                       guint32               min,
                                                                       guint32               max);
GENLM_ENGINE_API guint32               genlm_regex_tree_add_lookahead (GenlmRegexTree       *self,
                                                                       guint32               child,
                                                                       gboolean              negative);
GENLM_ENGINE_API guint32               genlm_regex_tree_add_lookbehind
                                                                      (GenlmRegexTree       *self,
                                                                       guint32               child,
                                                                       gboolean              negative,
                                                                       guint32               place);
GENLM_ENGINE_API guint32               genlm_regex_tree_add_assertion (GenlmRegexTree       *self,
                                                                       GenlmRegexNodeKind    kind);
GENLM_ENGINE_API void                  genlm_regex_tree_set_search    (GenlmRegexTree       *self,
                                                                       gboolean              search);
GENLM_ENGINE_API gboolean              genlm_regex_tree_get_search    (const GenlmRegexTree *self);
GENLM_ENGINE_API void                  genlm_regex_tree_set_root      (GenlmRegexTree       *self,
                                                                       guint32               root);
GENLM_ENGINE_API void                  genlm_regex_tree_set_class     (GenlmRegexTree       *self,
                                                                       guint32               index,
                                                                       GenlmCharSet         *set);
GENLM_ENGINE_API gboolean              genlm_regex_tree_has           (const GenlmRegexTree *self,
                                                                       GenlmRegexNodeKind    kind);
GENLM_ENGINE_API guint32               genlm_regex_tree_get_root      (const GenlmRegexTree *self);
GENLM_ENGINE_API guint32               genlm_regex_tree_get_size      (const GenlmRegexTree *self);
GENLM_ENGINE_API const GenlmRegexNode *genlm_regex_tree_peek_node     (const GenlmRegexTree *self,
                                                                       guint32               node);
GENLM_ENGINE_API const guint32        *genlm_regex_tree_peek_children (const GenlmRegexTree *self,
                                                                       const GenlmRegexNode *node);
GENLM_ENGINE_API const GenlmCharSet   *genlm_regex_tree_peek_class    (const GenlmRegexTree *self,
                                                                       guint32               index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmRegexTree, genlm_regex_tree_free)

G_END_DECLS
