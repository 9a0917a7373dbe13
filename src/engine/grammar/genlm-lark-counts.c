#include "genlm-lark-counts.h"

#include <math.h>

/* Up to here symbols are just written one after another. */
#define MAX_WRITTEN_OUT (16u)

typedef struct
{
  GenlmGrammar *grammar;
  const char   *name;
  guint32       symbol;
  double        count;  /* of alternatives of the symbol */
  GHashTable   *powers; /* nonterminals by number of symbols */
} Counter;

/* Weights that are positive stay so, or a text would be lost. */
static void
add (Counter       *counter,
     guint32        head,
     const guint32 *body,
     guint32        n_symbols,
     double         weight)
{
  genlm_grammar_add_production (counter->grammar, head, body, n_symbols,
                                MAX (weight, G_MINDOUBLE));
}

/* The symbol n > 0 times: by halves. */
static guint32
make_power (Counter *counter,
            guint32  n)
{
  guint32 power = counter->symbol;
  guint32 body[MAX_WRITTEN_OUT];
  guint32 n_done = n;
  guint shift = 0;
  gpointer known;
  guint32 i;

  if (n == 1)
    return power;
  while (n_done >= MAX_WRITTEN_OUT)
    n_done = n >> ++shift;
  for (i = 0; i < n_done; i++)
    body[i] = counter->symbol;
  for (;; n_done = n >> --shift)
    {
      if (g_hash_table_lookup_extended (counter->powers, GUINT_TO_POINTER (n_done), NULL, &known))
        power = GPOINTER_TO_UINT (known);
      else
        {
          guint32 n_body = i;

          if (i == 0)
            {
              body[0] = body[1] = power;
              body[2] = counter->symbol;
              n_body = 2 + (n_done & 1);
            }
          power = genlm_grammar_add_nonterminal (counter->grammar, counter->name);
          add (counter, power, body, n_body, 1);
          g_hash_table_insert (counter->powers, GUINT_TO_POINTER (n_done),
                               GUINT_TO_POINTER (power));
        }
      i = 0;
      if (shift == 0)
        return power;
    }
}

/* 1 + c + ... + c^n, as a logarithm. */
static double
log_sum_of_powers (double  log_count,
                   guint32 n)
{
  double log_last = log_count * n;

  if (log_count == 0)
    return log (n + 1.0);
  return log_last + log1p (-exp (-log_count * (n + 1.0))) - log1p (-exp (-log_count));
}

/* Nothing, or the tail once behind the symbol. */
static guint32
add_step (Counter *counter,
          guint32  n,
          guint32  tail)
{
  guint32 head = genlm_grammar_add_nonterminal (counter->grammar, counter->name);
  const guint32 body[] = { counter->symbol, tail };
  double log_all = log_sum_of_powers (log (counter->count), n);

  add (counter, head, NULL, 0, exp (-log_all));
  add (counter, head, body, n == 1 ? 1 : 2, -expm1 (-log_all));
  return head;
}

/* The block of n symbols or nothing, and then the tail. */
static guint32
add_block (Counter *counter,
           guint32  n,
           guint32  tail)
{
  guint32 head = genlm_grammar_add_nonterminal (counter->grammar, counter->name);
  const guint32 body[] = { make_power (counter, n), tail };
  double log_block = log (counter->count) * n;

  add (counter, head, &tail, 1, 1 / (1 + exp (log_block)));
  add (counter, head, body, 2, 1 / (1 + exp (-log_block)));
  return head;
}

/* The symbol at most n > 0 times: 2j+1 is j and maybe a block of j+1 before it,
 * so that a text reads its largest blocks first and each number has one way to
 * be read; k times has the share c^k. */
static guint32
make_up_to (Counter *counter,
            guint32  n)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 head = 0;
  guint i;

  while (n > 0)
    {
      g_array_append_val (steps, n);
      n = n > MAX_WRITTEN_OUT && (n & 1) ? n / 2 : n - 1;
    }
  for (i = steps->len; i-- > 0;)
    {
      n = g_array_index (steps, guint32, i);
      if (n > MAX_WRITTEN_OUT && (n & 1))
        head = add_block (counter, n / 2 + 1, head);
      else
        head = add_step (counter, n, head);
    }
  return head;
}

/* The symbol, which counts as so many alternatives, from min to max times, as
 * one sequence. */
GenlmLarkChoice *
genlm_lark_count (GenlmGrammar *grammar,
                  const char   *name,
                  guint32       symbol,
                  double        count,
                  guint32       min,
                  guint32       max)
{
  g_autoptr (GHashTable) powers = g_hash_table_new (NULL, NULL);
  Counter counter = { grammar, name, symbol, count, powers };
  GenlmLarkChoice *choice = genlm_lark_choice_new ();
  double all = exp (MIN (log (count) * min + log_sum_of_powers (log (count), max - min), 300.0));
  guint32 body[MAX_WRITTEN_OUT + 1];
  guint32 n_body = 0;

  if (min > MAX_WRITTEN_OUT)
    body[n_body++] = make_power (&counter, min);
  else
    while (n_body < min)
      body[n_body++] = symbol;
  if (max > min)
    body[n_body++] = make_up_to (&counter, max - min);
  genlm_lark_choice_add (choice, body, n_body, all);
  genlm_lark_choice_set_count (choice, all);
  return choice;
}
