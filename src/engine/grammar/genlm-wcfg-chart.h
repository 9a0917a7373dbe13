#pragma once

/* Earley's columns with weights. A column is what may be read next after some
 * text: not how likely the text was, but how likely each way of reading it is
 * given the text. So columns are alike wherever what may follow is alike, and
 * then they are one column: lists and repeats come back to where they were.
 *
 * An item says: of the body that was begun in the column @origin as a @head,
 * what is still to come is @suffix. Where a body is the last thing in another
 * one and nothing else could follow there, it is begun as that one at once, so
 * that right recursion needs no more columns than left recursion (Leo).
 *
 * One way may be less likely than another by more than a double can say, and
 * still be the only one that lasts: masses carry their exponent apart.
 *
 * Columns are immutable and counted; what scans made is kept, within a bound.
 * For any number of threads. */

#include "genlm-wcfg-clock.h"
#include "genlm-weighted-grammar.h"

G_BEGIN_DECLS

typedef struct _GenlmWcfgChart  GenlmWcfgChart;
typedef struct _GenlmWcfgColumn GenlmWcfgColumn;

typedef struct
{
  /* NULL where the head is the whole text. */
  GenlmWcfgColumn *origin;
  guint32          head;
  guint32          suffix;
  GenlmWide        mass;
} GenlmWcfgItem;

/* An item that waits for a symbol, behind what it may leave out. */
typedef struct
{
  guint32   symbol;
  guint32   item;
  guint32   rest;
  GenlmWide mass;
} GenlmWcfgWait;

/* A nonterminal that may begin here; what is begun as it is an item of
 * @origin and @head. */
typedef struct
{
  GenlmWcfgColumn *origin;
  guint32          symbol;
  guint32          head;
  GenlmWide        mass;
} GenlmWcfgPrediction;

typedef struct
{
  guint32   terminal;
  GenlmWide mass;
} GenlmWcfgPrior;

struct _GenlmWcfgColumn
{
  /* Changed by genlm_wcfg_column_ref () and genlm_wcfg_column_unref (). */
  int                        ref_count;
  guint                      hash;
  guint64                    id;
  guint32                    height;
  guint32                    n_items;
  guint32                    n_waits;
  guint32                    n_predictions;
  guint32                    n_priors;
  GenlmWcfgChart            *chart;
  GenlmWcfgColumn           *next; /* while it is freed */
  const GenlmWcfgItem       *items;
  const GenlmWcfgWait       *waits;
  const GenlmWcfgPrediction *predictions;
  /* These and @accept, that the text ends here, add up to one. */
  const GenlmWcfgPrior      *priors;
  GenlmWide                  accept;
};

/* A terminal that was begun in a column and has ended. */
typedef struct
{
  GenlmWcfgColumn *column;
  guint32          terminal;
  GenlmWide        mass;
} GenlmWcfgScan;

GENLM_ENGINE_API GenlmWcfgChart  *genlm_wcfg_chart_new       (GenlmWeightedGrammar *grammar,
                                                              guint                 max_items,
                                                              guint64               max_memory);
GENLM_ENGINE_API void             genlm_wcfg_chart_free      (GenlmWcfgChart       *self);
GENLM_ENGINE_API GenlmWcfgColumn *genlm_wcfg_chart_dup_start (GenlmWcfgChart       *self);
GENLM_ENGINE_API GenlmWcfgColumn *genlm_wcfg_chart_scan      (GenlmWcfgChart       *self,
                                                              const GenlmWcfgScan  *scans,
                                                              guint                 n_scans,
                                                              GenlmWcfgClock       *clock,
                                                              GError              **error);
GENLM_ENGINE_API void             genlm_wcfg_chart_forget    (GenlmWcfgChart       *self);
GENLM_ENGINE_API guint            genlm_wcfg_chart_get_n_columns
                                                             (GenlmWcfgChart       *self);
GENLM_ENGINE_API GenlmWcfgColumn *genlm_wcfg_column_ref      (GenlmWcfgColumn      *self);
GENLM_ENGINE_API void             genlm_wcfg_column_unref    (GenlmWcfgColumn      *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWcfgChart, genlm_wcfg_chart_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWcfgColumn, genlm_wcfg_column_unref)

G_END_DECLS
