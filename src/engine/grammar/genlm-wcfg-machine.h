#pragma once

/* A weighted grammar as a machine that reads bytes: the weight of a text is the
 * sum over its derivations of the product of the weights of their rules and of
 * what their terminals match. Weights of contexts are right at any length, as
 * only conditional probabilities are multiplied. */

#include "genlm-byte-machine.h"
#include "genlm-wcfg-chart.h"

G_BEGIN_DECLS

typedef struct _GenlmWcfgState GenlmWcfgState;

/* A terminal that was begun in a column and is being read; of all of a state
 * the masses add up to one. */
typedef struct
{
  GenlmWcfgColumn *column;
  guint32          terminal;
  guint32          state; /* of the terminal's automaton */
  GenlmWide        mass;
} GenlmWcfgReading;

/* Terminals that end here, and what they lead to; @column is NULL if none
 * does. */
typedef struct
{
  GenlmWcfgColumn *column;
  GenlmWide        mass;
} GenlmWcfgEnding;

/* What the machine's tables take, and how many columns there are now. */
typedef struct
{
  guint64 memory;
  guint   n_columns;
} GenlmWcfgFigures;

GENLM_ENGINE_API GenlmByteMachine           *genlm_wcfg_machine_new          (const GenlmGrammar       *grammar,
                                                                              const GenlmEngineLimits  *limits,
                                                                              GError                  **error);
GENLM_ENGINE_API void                        genlm_wcfg_machine_get_figures  (GenlmByteMachine         *machine,
                                                                              GenlmWcfgFigures         *figures);
GENLM_ENGINE_API const GenlmWeightedGrammar *genlm_wcfg_machine_peek_grammar (GenlmByteMachine         *machine);
GENLM_ENGINE_API const GenlmWcfgLexer       *genlm_wcfg_machine_peek_lexer   (GenlmByteMachine         *machine);
GENLM_ENGINE_API GenlmWcfgChart             *genlm_wcfg_machine_get_chart    (GenlmByteMachine         *machine);
GENLM_ENGINE_API const GenlmWcfgReading     *genlm_wcfg_state_peek_readings  (const GenlmWcfgState     *state,
                                                                              guint                    *n_readings);
GENLM_ENGINE_API gboolean                    genlm_wcfg_machine_find_ending  (GenlmByteMachine         *machine,
                                                                              GenlmWcfgState           *state,
                                                                              GenlmWcfgClock           *clock,
                                                                              GenlmWcfgEnding          *ending,
                                                                              GError                  **error);

G_END_DECLS
