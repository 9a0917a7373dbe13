#include "wcfg-oracle.h"

#include <math.h>
#include <string.h>

#define MAX_LENGTH (8u)

typedef struct
{
  char        head;
  long double weight;
  char        body[8];
  guint       n_symbols;
} Rule;

struct _WcfgOracle
{
  GArray     *rules;
  long double totals[128];
  /* By nonterminal and span; by nonterminal and start, of what has the rest of
   * the text as a prefix. */
  long double inside[128][MAX_LENGTH + 1][MAX_LENGTH + 1];
  long double open[128][MAX_LENGTH + 1];
};

static gboolean
is_head (char symbol)
{
  return g_ascii_isupper (symbol);
}

static long double
get_total (WcfgOracle *self,
           char        symbol)
{
  return is_head (symbol) ? self->totals[(guint) symbol] : 1.0L;
}

/* Totals by plain iteration, to the last digit. */
static void
iterate_totals (WcfgOracle *self)
{
  gboolean changed = TRUE;
  guint i;
  guint k;

  while (changed)
    {
      long double sums[128] = { 0 };

      changed = FALSE;
      for (i = 0; i < self->rules->len; i++)
        {
          const Rule *rule = &g_array_index (self->rules, Rule, i);
          long double product = rule->weight;

          for (k = 0; k < rule->n_symbols; k++)
            product *= get_total (self, rule->body[k]);
          sums[(guint) rule->head] += product;
        }
      for (i = 0; i < 128; i++)
        {
          changed |= fabsl (sums[i] - self->totals[i]) > 1e-18L * sums[i];
          self->totals[i] = sums[i];
        }
    }
}

WcfgOracle *
wcfg_oracle_new (const char *rules)
{
  WcfgOracle *self = g_new0 (WcfgOracle, 1);
  g_auto (GStrv) lines = g_strsplit (rules, "\n", -1);
  gsize i;
  const char *p;

  self->rules = g_array_new (FALSE, FALSE, sizeof (Rule));
  for (i = 0; lines[i] != NULL; i++)
    {
      char *rest;
      Rule rule = { .weight = g_ascii_strtod (lines[i], &rest) };

      if (lines[i][0] == '\0')
        continue;
      rule.head = rest[2];
      for (p = rest + 5; *p != '\0'; p++)
        if (*p != ' ')
          rule.body[rule.n_symbols++] = *p;
      g_array_append_val (self->rules, rule);
    }
  iterate_totals (self);
  return self;
}

void
wcfg_oracle_free (WcfgOracle *self)
{
  g_array_unref (self->rules);
  g_free (self);
}

static long double
get_inside (WcfgOracle *self,
            const char *text,
            char        symbol,
            guint       i,
            guint       j)
{
  if (is_head (symbol))
    return self->inside[(guint) symbol][i][j];
  return j == i + 1 && text[i] == symbol ? 1.0L : 0.0L;
}

/* What the first @n_symbols of a body weigh from @i on, by their end. */
static void
weigh_body (WcfgOracle  *self,
            const char  *text,
            const Rule  *rule,
            guint        n_symbols,
            guint        i,
            long double *ends)
{
  guint n = (guint) strlen (text);
  long double next[MAX_LENGTH + 1];
  guint k;
  guint from;
  guint to;

  memset (ends, 0, (MAX_LENGTH + 1) * sizeof (long double));
  ends[i] = 1.0L;
  for (k = 0; k < n_symbols; k++)
    {
      memset (next, 0, sizeof next);
      for (from = i; from <= n; from++)
        for (to = from; to <= n; to++)
          next[to] += ends[from] * get_inside (self, text, rule->body[k], from, to);
      memcpy (ends, next, sizeof next);
    }
}

static gboolean
iterate_inside (WcfgOracle *self,
                const char *text)
{
  guint n = (guint) strlen (text);
  static long double sums[128][MAX_LENGTH + 1][MAX_LENGTH + 1];
  gboolean changed = FALSE;
  guint i;
  guint j;
  guint r;
  guint head;

  memset (sums, 0, sizeof sums);
  for (r = 0; r < self->rules->len; r++)
    for (i = 0; i <= n; i++)
      {
        const Rule *rule = &g_array_index (self->rules, Rule, r);
        long double ends[MAX_LENGTH + 1];

        weigh_body (self, text, rule, rule->n_symbols, i, ends);
        for (j = i; j <= n; j++)
          sums[(guint) rule->head][i][j] += rule->weight * ends[j];
      }
  for (head = 'A'; head <= 'Z'; head++)
    for (i = 0; i <= n; i++)
      for (j = i; j <= n; j++)
        changed |= fabsl (sums[head][i][j] - self->inside[head][i][j]) > 1e-18L * sums[head][i][j];
  memcpy (self->inside, sums, sizeof sums);
  return changed;
}

static void
fill_inside (WcfgOracle *self,
             const char *text)
{
  memset (self->inside, 0, sizeof self->inside);
  while (iterate_inside (self, text))
    ;
}

double
wcfg_oracle_weigh_complete (WcfgOracle *self,
                            const char *text)
{
  fill_inside (self, text);
  return (double) self->inside['S'][0][strlen (text)];
}

/* One round: some symbol of a body is the one that reads the last letter, with
 * those before it on letters before, and anything behind it. */
static gboolean
iterate_open (WcfgOracle *self,
              const char *text)
{
  guint n = (guint) strlen (text);
  long double sums[128][MAX_LENGTH + 1] = { { 0 } };
  gboolean changed = FALSE;
  guint r;
  guint i;
  guint j;
  guint k;
  guint head;

  for (r = 0; r < self->rules->len; r++)
    for (i = 0; i < n; i++)
      {
        const Rule *rule = &g_array_index (self->rules, Rule, r);

        for (k = 0; k < rule->n_symbols; k++)
          {
            long double ends[MAX_LENGTH + 1];
            long double behind = rule->weight;
            guint l;

            weigh_body (self, text, rule, k, i, ends);
            for (l = k + 1; l < rule->n_symbols; l++)
              behind *= get_total (self, rule->body[l]);
            for (j = i; j < n; j++)
              {
                char symbol = rule->body[k];
                long double open = is_head (symbol) ? self->open[(guint) symbol][j]
                                                    : j + 1 == n && text[j] == symbol;

                sums[(guint) rule->head][i] += ends[j] * open * behind;
              }
          }
      }
  for (head = 'A'; head <= 'Z'; head++)
    for (i = 0; i < n; i++)
      changed |= fabsl (sums[head][i] - self->open[head][i]) > 1e-18L * sums[head][i];
  memcpy (self->open, sums, sizeof sums);
  return changed;
}

double
wcfg_oracle_weigh_prefix (WcfgOracle *self,
                          const char *text)
{
  if (text[0] == '\0')
    return (double) self->totals['S'];
  fill_inside (self, text);
  memset (self->open, 0, sizeof self->open);
  while (iterate_open (self, text))
    ;
  return (double) self->open['S'][0];
}
