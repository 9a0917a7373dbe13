#pragma once

/* A context-free grammar over terminals that are regular expressions: what all
 * readers of grammars make and all parsers take. It is built by adding to it,
 * then finished, and read-only from there on.
 *
 * A symbol is a number: a nonterminal below GENLM_GRAMMAR_TERMINAL, or that bit
 * and the number of a terminal. Groups, repeats, templates and imports are the
 * readers' business: here are only productions.
 *
 * Ignored terminals stand in no production unless a rule names them; the style
 * says where else they may stand. */

#include "genlm-regex-tree.h"

G_BEGIN_DECLS

#define GENLM_GRAMMAR_TERMINAL (1u << 31)
#define GENLM_GRAMMAR_IS_TERMINAL(symbol) (((symbol) & GENLM_GRAMMAR_TERMINAL) != 0)
#define GENLM_GRAMMAR_TERMINAL_INDEX(symbol) ((guint32) ((symbol) & ~GENLM_GRAMMAR_TERMINAL))

/* More symbols in all bodies together than this are refused. */
#define GENLM_GRAMMAR_MAX_SIZE (1u << 22)

typedef enum
{
  /* Any of them, as often as they occur, before every terminal and at the end
   * of the text. */
  GENLM_GRAMMAR_IGNORE_REPEATED,
  /* At most one before every terminal that is not itself ignored, and nothing
   * at the end of the text. */
  GENLM_GRAMMAR_IGNORE_SINGLE,
} GenlmGrammarIgnore;

typedef struct
{
  guint32        head;
  guint32        n_symbols;
  const guint32 *symbols;
  double         weight; /* linear, above zero */
} GenlmGrammarProduction;

typedef struct
{
  const char           *name; /* for messages; not unique */
  const GenlmRegexTree *tree;
  gboolean              nullable; /* it matches the empty text too */
  gboolean              ignored;
} GenlmGrammarTerminal;

typedef struct _GenlmGrammar GenlmGrammar;

GENLM_ENGINE_API GenlmGrammar *genlm_grammar_new              (void);
GENLM_ENGINE_API void          genlm_grammar_free             (GenlmGrammar       *self);

/* Before it is finished. */
GENLM_ENGINE_API guint32       genlm_grammar_add_nonterminal  (GenlmGrammar       *self,
                                                               const char         *name);
GENLM_ENGINE_API guint32       genlm_grammar_add_terminal     (GenlmGrammar       *self,
                                                               const char         *name,
                                                               GenlmRegexTree     *tree);
GENLM_ENGINE_API guint32       genlm_grammar_share_terminal   (GenlmGrammar       *self,
                                                               const GenlmGrammar *from,
                                                               guint32             terminal);
GENLM_ENGINE_API guint32       genlm_grammar_add_literal      (GenlmGrammar       *self,
                                                               const char         *text);
GENLM_ENGINE_API void          genlm_grammar_add_production   (GenlmGrammar       *self,
                                                               guint32             head,
                                                               const guint32      *symbols,
                                                               guint32             n_symbols,
                                                               double              weight);
GENLM_ENGINE_API void          genlm_grammar_set_start        (GenlmGrammar       *self,
                                                               guint32             nonterminal);
GENLM_ENGINE_API void          genlm_grammar_ignore           (GenlmGrammar       *self,
                                                               guint32             terminal);
GENLM_ENGINE_API void          genlm_grammar_set_ignore_style (GenlmGrammar       *self,
                                                               GenlmGrammarIgnore  style);
GENLM_ENGINE_API gboolean      genlm_grammar_finish           (GenlmGrammar       *self,
                                                               GError            **error);

/* When it is finished. */
GENLM_ENGINE_API guint32                       genlm_grammar_get_start          (const GenlmGrammar *self);
GENLM_ENGINE_API guint32                       genlm_grammar_get_n_nonterminals (const GenlmGrammar *self);
GENLM_ENGINE_API guint32                       genlm_grammar_get_n_terminals    (const GenlmGrammar *self);
GENLM_ENGINE_API guint32                       genlm_grammar_get_n_productions  (const GenlmGrammar *self);
GENLM_ENGINE_API guint32                       genlm_grammar_get_n_ignored      (const GenlmGrammar *self);
GENLM_ENGINE_API GenlmGrammarIgnore            genlm_grammar_get_ignore_style   (const GenlmGrammar *self);
GENLM_ENGINE_API const char                   *genlm_grammar_peek_name          (const GenlmGrammar *self,
                                                                                 guint32             symbol);
GENLM_ENGINE_API const GenlmGrammarTerminal   *genlm_grammar_peek_terminal      (const GenlmGrammar *self,
                                                                                 guint32             index);
GENLM_ENGINE_API const GenlmGrammarProduction *genlm_grammar_peek_productions   (const GenlmGrammar *self,
                                                                                 guint32             head,
                                                                                 guint32            *n_productions);
GENLM_ENGINE_API GenlmGrammar                 *genlm_grammar_expand_ignored     (const GenlmGrammar *self,
                                                                                 GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmGrammar, genlm_grammar_free)

G_END_DECLS
