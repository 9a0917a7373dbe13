#pragma once

/* Weighs texts by a grammar as slowly as can be: every symbol over every span,
 * again and again until nothing changes. It shares nothing with the parsers
 * that it is compared with but the grammar. */

#include <genlm.h>
#include <math.h>
#include <string.h>

#include "genlm-byte-exprs.h"
#include "genlm-grammar.h"
#include "genlm-regex-compiler.h"

typedef struct
{
  const GenlmGrammar *grammar;
  gsize               length;
  double             *inner;   /* by nonterminal, start and end */
  guint8             *matches; /* by terminal, start and end */
} GrammarChart;

static inline gsize
grammar_chart_place_of (const GrammarChart *chart,
                        guint32             index,
                        gsize               start,
                        gsize               end)
{
  return (index * (chart->length + 1) + start) * (chart->length + 1) + end;
}

static inline void
grammar_chart_find_matches (GrammarChart *chart,
                            const char   *text)
{
  const GenlmEngineLimits limits = { 100000, 1 << 26, 0 };
  guint32 i;

  for (i = 0; i < genlm_grammar_get_n_terminals (chart->grammar); i++)
    {
      g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (&limits);
      g_autoptr (GError) error = NULL;
      guint8 classes[256];
      GenlmByteExpr whole;
      gsize start;
      gsize end;

      g_assert_true (genlm_regex_compile (genlm_grammar_peek_terminal (chart->grammar, i)->tree,
                                          exprs, GENLM_BYTE_ENCODING_UTF8, &whole, &error));
      g_assert_no_error (error);
      genlm_byte_exprs_seal (exprs, classes);
      for (start = 0; start <= chart->length; start++)
        {
          GenlmByteExpr expr = whole;

          for (end = start;; end++)
            {
              chart->matches[grammar_chart_place_of (chart, i, start, end)] =
                genlm_byte_exprs_is_nullable (exprs, expr);
              if (end == chart->length)
                break;
              expr = genlm_byte_exprs_derive (exprs, expr, (guint8) text[end]);
            }
        }
    }
}

static inline double
grammar_chart_weigh_symbol (const GrammarChart *chart,
                            guint32             symbol,
                            gsize               start,
                            gsize               end)
{
  if (GENLM_GRAMMAR_IS_TERMINAL (symbol))
    return chart->matches[grammar_chart_place_of (chart, GENLM_GRAMMAR_TERMINAL_INDEX (symbol), start, end)];
  return chart->inner[grammar_chart_place_of (chart, symbol, start, end)];
}

/* Adds what a production weighs from a place to every other. */
static inline void
grammar_chart_weigh_production (const GrammarChart           *chart,
                                const GenlmGrammarProduction *production,
                                gsize                         start,
                                double                       *sums)
{
  g_autofree double *now = g_new0 (double, chart->length + 1);
  g_autofree double *next = g_new (double, chart->length + 1);
  guint32 i;
  gsize from;
  gsize to;

  now[start] = production->weight;
  for (i = 0; i < production->n_symbols; i++)
    {
      memset (next, 0, sizeof *next * (chart->length + 1));
      for (from = start; from <= chart->length; from++)
        for (to = from; now[from] > 0 && to <= chart->length; to++)
          next[to] += now[from] * grammar_chart_weigh_symbol (chart, production->symbols[i], from, to);
      memcpy (now, next, sizeof *next * (chart->length + 1));
    }
  for (to = start; to <= chart->length; to++)
    sums[to] += now[to];
}

/* Once more over all; how much changed. */
static inline double
grammar_chart_improve (GrammarChart *chart)
{
  guint32 head;
  double change = 0;

  for (head = 0; head < genlm_grammar_get_n_nonterminals (chart->grammar); head++)
    {
      guint32 n;
      const GenlmGrammarProduction *productions =
        genlm_grammar_peek_productions (chart->grammar, head, &n);
      gsize start = chart->length + 1;

      while (start-- > 0)
        {
          g_autofree double *sums = g_new0 (double, chart->length + 1);
          gsize end;
          guint32 i;

          for (i = 0; i < n; i++)
            grammar_chart_weigh_production (chart, &productions[i], start, sums);
          for (end = start; end <= chart->length; end++)
            {
              double *place = &chart->inner[grammar_chart_place_of (chart, head, start, end)];

              change = MAX (change, fabs (sums[end] - *place));
              *place = sums[end];
            }
        }
    }
  return change;
}

/* The weight of a whole text; a terminal weighs one where it matches. */
static inline double
grammar_chart_weigh (const GenlmGrammar *grammar,
                     const char         *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmGrammar) expanded = genlm_grammar_expand_ignored (grammar, &error);
  GrammarChart chart = { expanded, strlen (text), NULL, NULL };
  gsize n_cells = (chart.length + 1) * (chart.length + 1);
  double result;
  guint i;

  g_assert_no_error (error);
  chart.inner = g_new0 (double, n_cells * genlm_grammar_get_n_nonterminals (expanded));
  chart.matches = g_new0 (guint8, n_cells * (genlm_grammar_get_n_terminals (expanded) + 1));
  grammar_chart_find_matches (&chart, text);
  for (i = 0; i < 1000 && grammar_chart_improve (&chart) > 1e-15; i++)
    ;
  result = chart.inner[grammar_chart_place_of (&chart, genlm_grammar_get_start (expanded), 0, chart.length)];
  g_free (chart.matches);
  g_free (chart.inner);
  return result;
}
