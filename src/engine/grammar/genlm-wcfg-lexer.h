#pragma once

/* The terminals of a grammar as deterministic automata over bytes whose arcs
 * have weights: the weights that leave a state add up to one with that of
 * ending there. Every arc that stands for a character, and ending, weigh the
 * same; the bytes before the last one of a character share what leads through
 * them. Immutable, for any number of threads. */

#include "genlm-budget.h"
#include "genlm-byte-set.h"
#include "genlm-regex-tree.h"

G_BEGIN_DECLS

typedef struct _GenlmWcfgLexer GenlmWcfgLexer;

#define GENLM_WCFG_LEXER_DEAD (G_MAXUINT32)

typedef struct
{
  /* GENLM_WCFG_LEXER_DEAD where there is no arc. */
  guint32 state;
  double  weight;
  double  log_weight;
} GenlmWcfgArc;

typedef struct
{
  double weight;
  double log_weight;
} GenlmWcfgEnd;

/* State 0 is the start, to which nothing leads back. Its end is left out: the
 * empty text is a weight of its own. */
typedef struct
{
  guint32       n_states;
  guint32       n_classes;
  guint8        classes[256];
  GenlmByteSet  first;
  GenlmWcfgArc *arcs; /* by state and class */
  GenlmWcfgEnd *ends; /* by state */
  double        empty;
  double        filled; /* of all other texts */
} GenlmWcfgTerminal;

GENLM_ENGINE_API GenlmWcfgLexer          *genlm_wcfg_lexer_new  (const GenlmEngineLimits *limits);
GENLM_ENGINE_API void                     genlm_wcfg_lexer_free (GenlmWcfgLexer          *self);
GENLM_ENGINE_API gboolean                 genlm_wcfg_lexer_add  (GenlmWcfgLexer          *self,
                                                                 const GenlmRegexTree    *tree,
                                                                 const char              *name,
                                                                 GenlmBudget             *budget,
                                                                 GError                 **error);
GENLM_ENGINE_API const GenlmWcfgTerminal *genlm_wcfg_lexer_peek (const GenlmWcfgLexer    *self,
                                                                 guint32                  terminal);
GENLM_ENGINE_API guint64                  genlm_wcfg_lexer_get_n_states
                                                                (const GenlmWcfgLexer    *self);
GENLM_ENGINE_API guint64                  genlm_wcfg_lexer_get_memory
                                                                (const GenlmWcfgLexer    *self);

static inline const GenlmWcfgArc *
genlm_wcfg_terminal_find_arc (const GenlmWcfgTerminal *self,
                              guint32                  state,
                              guint8                   byte)
{
  return &self->arcs[(gsize) state * self->n_classes + self->classes[byte]];
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWcfgLexer, genlm_wcfg_lexer_free)

G_END_DECLS
