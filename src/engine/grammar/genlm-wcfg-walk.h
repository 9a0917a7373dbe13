#pragma once

/* The tokens that a terminal reads from some state on with their weights, below
 * some node of the token trie. Immutable, for any number of threads. */

#include <math.h>

#include "genlm-trie-index.h"
#include "genlm-wcfg-lexer.h"
#include "genlm-weighted-grammar.h"

G_BEGIN_DECLS

/* All of the trie, in place of a node of which only what is below counts. */
#define GENLM_WCFG_WALK_ALL (G_MAXUINT32)

/* A node in which a terminal may end, with tokens below it that may go on. */
typedef struct
{
  guint32      node;
  double       log_weight;
  GenlmByteSet bytes; /* of the nodes right below */
} GenlmWcfgCut;

/* The tokens that stay within a terminal. With @tokens NULL there is a weight
 * for every token of the vocabulary.
 *
 * With @again above zero the terminal is begun again wherever it ends, with
 * that weight, for as long as tokens last: what is ignored may follow itself,
 * and every cut of a row of blanks would be a walk of its own otherwise. */
typedef struct
{
  gatomicrefcount  ref_count;
  guint32          below;
  guint32          terminal;
  guint32          state;
  double           again;
  guint32          n_tokens;
  guint32          n_cuts;
  guint32         *tokens;
  double          *log_weights;
  GenlmWcfgCut    *cuts;
} GenlmWcfgWalk;

/* What they are walks of. */
typedef struct
{
  const GenlmWcfgLexer       *lexer;
  const GenlmWeightedGrammar *grammar;
  GenlmTrieIndex             *index;
} GenlmWcfgWalkSource;

GenlmWcfgWalk *genlm_wcfg_walk_new     (const GenlmWcfgWalkSource *source,
                                        const GenlmWcfgWalk       *key);
guint64        genlm_wcfg_walk_measure (const GenlmWcfgWalk       *self);
void           genlm_wcfg_walk_unref   (gpointer                   data);

static inline double
genlm_wcfg_add_logs (double a,
                     double b)
{
  double most = MAX (a, b);
  double least = MIN (a, b);

  return least == -INFINITY ? most : most + log1p (exp (least - most));
}

G_END_DECLS
