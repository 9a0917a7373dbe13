/* The weighted grammars, from totals to vectors of tokens, beside what can be
 * calculated by hand and what a slow and independent calculation finds. */

#include <genlm.h>
#include <math.h>
#include <string.h>

#include "genlm-byte-matcher.h"
#include "genlm-regex-parser.h"
#include "genlm-wcfg-machine.h"
#include "vocabs.h"
#include "wcfg-oracle.h"

static const GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES,
                                          GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };

static guint32
add_symbol (GenlmGrammar *grammar,
            GHashTable   *heads,
            const char   *name)
{
  gsize length = strlen (name);
  g_autofree char *pattern = NULL;
  gpointer known;
  guint32 symbol;

  if (g_ascii_isupper (name[0]))
    {
      if (g_hash_table_lookup_extended (heads, name, NULL, &known))
        return GPOINTER_TO_UINT (known);
      symbol = genlm_grammar_add_nonterminal (grammar, name);
      g_hash_table_insert (heads, g_strdup (name), GUINT_TO_POINTER (symbol));
      return symbol;
    }
  if (name[0] != '/' || length < 3)
    return genlm_grammar_add_literal (grammar, name);
  pattern = g_strndup (name + 1, length - 2);
  return genlm_grammar_add_terminal (grammar, name,
                                     genlm_regex_parse (pattern, strlen (pattern), NULL, NULL));
}

/* One rule a line, as in "0.5: S->a S"; a terminal in slashes is a regular
 * expression. */
static GenlmGrammar *
read_grammar (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GHashTable) heads = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GenlmGrammar *grammar = genlm_grammar_new ();
  g_autoptr (GError) error = NULL;
  gsize i;
  gsize j;

  genlm_grammar_set_start (grammar, add_symbol (grammar, heads, "S"));
  for (i = 0; lines[i] != NULL; i++)
    {
      char *rest;
      double weight = g_ascii_strtod (lines[i], &rest);
      g_auto (GStrv) sides = NULL;
      g_auto (GStrv) names = NULL;
      g_autoptr (GArray) body = g_array_new (FALSE, FALSE, sizeof (guint32));

      if (lines[i][0] == '\0')
        continue;
      g_assert_cmpint (*rest, ==, ':');
      sides = g_strsplit (rest + 1, "->", 2);
      names = g_strsplit (sides[1], " ", -1);
      for (j = 0; names[j] != NULL; j++)
        if (names[j][0] != '\0')
          {
            guint32 symbol = add_symbol (grammar, heads, names[j]);

            g_array_append_val (body, symbol);
          }
      genlm_grammar_add_production (grammar, add_symbol (grammar, heads, g_strstrip (sides[0])),
                                    (guint32 *) (gpointer) body->data, body->len, weight);
    }
  g_assert_true (genlm_grammar_finish (grammar, &error));
  g_assert_no_error (error);
  return grammar;
}

static GenlmByteMachine *
make_machine (const char *text)
{
  g_autoptr (GenlmGrammar) grammar = read_grammar (text);
  g_autoptr (GError) error = NULL;
  GenlmByteMachine *machine = genlm_wcfg_machine_new (grammar, &limits, &error);

  g_assert_no_error (error);
  return machine;
}

static void
weigh (GenlmByteMachine *machine,
       const char       *text,
       gsize             length,
       double           *prefix,
       double           *complete)
{
  gpointer start = machine->klass->dup_start (machine);
  g_autoptr (GError) error = NULL;
  gpointer state = machine->klass->advance (machine, start, (const guint8 *) text, length, &error);

  g_assert_no_error (error);
  g_assert_true (machine->klass->weigh (machine, state, prefix, complete, &error));
  g_assert_no_error (error);
  machine->klass->unref_state (state);
  machine->klass->unref_state (start);
}

static void
assert_near (double have,
             double want,
             double tolerance,
             const char *what)
{
  if (have == want)
    return;
  if (!(fabs (have - want) <= tolerance * MAX (1.0, fabs (want))))
    g_error ("%s: have %.15g, want %.15g", what, have, want);
}

typedef struct
{
  const char *text;
  double      prefix;
  double      complete;
} Golden;

static void
check_golden (const char   *rules,
              const Golden *golden,
              gsize         n_golden)
{
  g_autoptr (GenlmByteMachine) machine = make_machine (rules);
  gsize i;

  for (i = 0; i < n_golden; i++)
    {
      double prefix;
      double complete;

      weigh (machine, golden[i].text, strlen (golden[i].text), &prefix, &complete);
      assert_near (prefix, golden[i].prefix, 1e-11, golden[i].text);
      assert_near (complete, golden[i].complete, 1e-11, golden[i].text);
    }
}

#define G1 "3: S->A B\n2: S->A B B\n1: A->a\n1: B->b"
#define G2 "0.5: S->a S\n0.5: S->a"
#define G4 "0.25: S->S S\n0.5: S->a"
#define G5 "0.5: S->X\n0.25: X->S\n0.5: X->a\n0.1: S->"
#define DYCK "0.3: S->( S ) S\n0.7: S->"
/* What is ignored follows itself, between any two letters. */
#define BLANKS "0.3: S->W\n0.2: S->a\n0.4: S->W a W b S\n0.1: S->( S W )\n"
#define CRITICAL "0.5: S->( S ) S\n0.5: S->"

static void
test_golden (void)
{
  const Golden g1[] = { { "", 1.609437912434100, -INFINITY },
                        { "a", 1.609437912434100, -INFINITY },
                        { "ab", 1.609437912434100, 1.098612288668110 },
                        { "abb", G_LN2, G_LN2 },
                        { "b", -INFINITY, -INFINITY },
                        { "abbb", -INFINITY, -INFINITY } };
  const Golden g2[] = { { "a", 0.0, -G_LN2 },
                        { "aa", -G_LN2, -2 * G_LN2 },
                        { "aaaaaaaaaaaaaaaaaaaa", -19 * G_LN2, -20 * G_LN2 } };
  const Golden g4[] = { { "", -0.5347999967396, -INFINITY },
                        { "a", -0.5347999967396, -G_LN2 },
                        { "aa", -2.455894354599, -4 * G_LN2 },
                        { "aaa", -3.759884163981, -4.158883083360 },
                        { "aaaa", -4.871555633087, -5.322033893165 },
                        { "aaaaa", -5.885799032281, -6.371856017664 } };
  const Golden g5[] = { { "", -0.9162907318742, -2.169053700370 },
                        { "a", -1.252762968495, -1.252762968495 },
                        { "aa", -INFINITY, -INFINITY } };
  const Golden dyck[] = { { "", 0.0, -0.3566749439387 },
                          { "(", -1.203972804326, -INFINITY },
                          { "()", -1.560647748265, -1.917322692203 },
                          { "()()", -3.121295496529, -3.477970440468 },
                          { "(())", -3.121295496529, -3.477970440468 },
                          { "((", -2.407945608652, -INFINITY },
                          { "(()", -2.764620552591, -INFINITY } };
  const Golden critical[] = { { "", 0.0, -G_LN2 }, { "(", -G_LN2, -INFINITY } };
  const Golden bytes[] = { { "\xc3\xa9", 0.0, -INFINITY }, { "\xc3\xa9x", 0.0, 0.0 } };

  check_golden (G1, g1, G_N_ELEMENTS (g1));
  check_golden (G2, g2, G_N_ELEMENTS (g2));
  check_golden (G4, g4, G_N_ELEMENTS (g4));
  check_golden (G5, g5, G_N_ELEMENTS (g5));
  check_golden (DYCK, dyck, G_N_ELEMENTS (dyck));
  check_golden (CRITICAL, critical, G_N_ELEMENTS (critical));
  check_golden ("1: S->é x", bytes, G_N_ELEMENTS (bytes));
}

/* Texts as long as the weights go beyond what a double can be. */
static void
test_long (void)
{
  g_autoptr (GenlmByteMachine) right = make_machine ("0.001: S->a S\n0.999: S->a");
  g_autoptr (GenlmByteMachine) left = make_machine ("0.001: S->S a\n0.999: S->a");
  g_autoptr (GenlmByteMachine) centre = make_machine ("0.25: S->( S )\n0.75: S->x");
  const gsize lengths[] = { 110, 1000, 1000000 };
  g_autofree char *text = g_strnfill (1000000, 'a');
  g_autofree char *open = g_strnfill (200001, '(');
  double prefix;
  double complete;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      double n = (double) lengths[i];
      double want = (n - 1) * log (0.001);

      weigh (right, text, lengths[i], &prefix, &complete);
      assert_near (prefix, want, 1e-12, "right prefix");
      assert_near (complete, want + log (0.999), 1e-12, "right complete");
      weigh (left, text, lengths[i], &prefix, &complete);
      assert_near (prefix, want, 1e-12, "left prefix");
      assert_near (complete, want + log (0.999), 1e-12, "left complete");
    }
  weigh (right, text, 110, &prefix, NULL);
  assert_near (prefix, -752.9453254091, 1e-12, "a^110");
  open[100000] = 'x';
  memset (open + 100001, ')', 100000);
  weigh (centre, open, 200001, &prefix, &complete);
  assert_near (complete, 100000 * log (0.25) + log (0.75), 1e-12, "nested");
  assert_near (prefix, complete, 1e-12, "nested prefix");
}

/* Texts of which nearly nothing is left to chance: the weight stays near one,
 * and so does its error. */
static void
test_long_certain (void)
{
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  double p = 1e-7;
  g_autofree char *rules = NULL;
  double prefix;
  guint i;

  rules = g_strdup_printf ("%.17g: S->L\n%.17g: L->L I\n%.17g: L->I\n1: I->a b c\n", 1.0, 1 - p, p);
  machine = make_machine (rules);
  for (i = 0; i < 333333; i++)
    g_string_append (text, "abc");
  weigh (machine, text->str, text->len, &prefix, NULL);
  assert_near (prefix, 333332 * log1p (-p), 1e-9, "certain");
}

static double
find_total (const char *rules)
{
  g_autoptr (GenlmByteMachine) machine = make_machine (rules);
  double prefix;

  weigh (machine, "", 0, &prefix, NULL);
  return exp (prefix);
}

static void
test_totals (void)
{
  assert_near (find_total ("0.5: S->S S\n0.5: S->a"), 1.0, 1e-12, "critical");
  assert_near (find_total ("0.6: S->S S\n0.4: S->a"), 2.0 / 3.0, 1e-13, "improper");
  assert_near (find_total ("0.5: S->( S ) S\n0.5: S->"), 1.0, 1e-12, "critical Dyck");
  assert_near (find_total ("1: S->A A\n0.5: A->A A\n0.5: A->a"), 1.0, 1e-12, "critical below");
  assert_near (find_total ("0.5: S->S S\n0.5: S->A\n0.5: A->A A\n0.5: A->a"), 1.0, 1e-10,
               "critical twice");
  assert_near (find_total ("0.5: S->S A S\n0.5: S->a\n0.5: A->S\n0.5: A->b"),
               find_total ("0.5: A->b\n0.5: A->S\n0.5: S->a\n0.5: S->S A S"), 1e-13, "order");
  assert_near (find_total ("0.99999999: S->a S\n0.00000001: S->a"), 1.0, 1e-7, "nearly all");
  assert_near (find_total ("0.5: S->S\n0.5: S->a"), 1.0, 1e-15, "unary");
}

/* Totals that no double can be, and those of terms that long. */
static void
test_small (void)
{
  g_autoptr (GenlmByteMachine) product = make_machine ("1e-200: S->A A\n1e-150: A->a");
  g_autoptr (GenlmByteMachine) list = make_machine ("0.5: S->A B S\n1e-250: S->A A\n1e-150: A->a\n"
                                                    "1e150: B->b");
  g_autoptr (GenlmByteMachine) pairs = make_machine ("1: S->S S\n1e-200: S->A A\n1e-150: A->a");
  g_autoptr (GString) rules = g_string_new ("1: S->");
  g_autoptr (GenlmByteMachine) row = NULL;
  double prefix;
  double complete;
  guint i;

  weigh (product, "a", 1, &prefix, NULL);
  assert_near (prefix, -500 * log (10), 1e-13, "product");
  weigh (list, "abaa", 4, &prefix, &complete);
  assert_near (complete, log (0.5) - 550 * log (10), 1e-13, "list");
  weigh (pairs, "aa", 2, &prefix, &complete);
  assert_near (complete, -500 * log (10), 1e-13, "pairs");
  for (i = 0; i < 1000; i++)
    g_string_append (rules, "A ");
  g_string_append (rules, "\n0.01: A->a\n0.01: A->b");
  row = make_machine (rules->str);
  weigh (row, "ab", 2, &prefix, NULL);
  assert_near (prefix, 998 * log (0.02) + 2 * log (0.01), 1e-13, "row");
}

static void
check_far (GenlmByteMachine *machine,
           const char       *text,
           double            want)
{
  double prefix;
  double complete;

  weigh (machine, text, strlen (text), &prefix, &complete);
  assert_near (prefix, want, 1e-11, "far prefix");
  assert_near (complete, want, 1e-11, "far complete");
}

/* A reading that is behind by more than a double can say may be the only one
 * that lasts. */
static void
test_far_behind (void)
{
  g_autoptr (GenlmByteMachine) terminals = make_machine ("0.5: S->/[a-z]*!/\n0.5: S->/a*b/");
  g_autoptr (GenlmByteMachine) rules = make_machine ("0.5: S->X\n0.5: S->Y\n0.9: X->a X\n"
                                                     "0.1: X->c\n0.001: Y->a Y\n0.999: Y->b");
  g_autoptr (GenlmByteMachine) nested = make_machine ("0.5: S->X\n0.5: S->Y\n0.9: X->a X d\n"
                                                      "0.1: X->c\n0.001: Y->a Y e\n0.999: Y->b");
  const guint lengths[] = { 1, 90, 107, 108, 109, 110, 111, 240, 300, 400, 2000 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      guint n = lengths[i];
      g_autofree char *as = g_strnfill (n, 'a');
      g_autofree char *es = g_strnfill (n, 'e');
      g_autofree char *marked = g_strconcat (as, "!", NULL);
      g_autofree char *ended = g_strconcat (as, "b", NULL);
      g_autofree char *closed = g_strconcat (as, "b", es, NULL);

      check_far (terminals, marked, log (0.5) - (n + 1) * log (27));
      check_far (rules, ended, log (0.5) + n * log (0.001) + log (0.999));
      check_far (nested, closed, log (0.5) + n * log (0.001) + log (0.999));
    }
}

static void
test_far_totals (void)
{
  g_autoptr (GenlmGrammar) grammar = read_grammar ("1: S->X\n1: S->b\n1e-200: X->Y a\n"
                                                   "1e-200: Y->Z a\n0.5: Z->X a\n0.5: Z->c");
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GError) error = NULL;

  machine = genlm_wcfg_machine_new (grammar, &limits, &error);
  g_assert_null (machine);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "more than a double can hold"));
}

/* Weights of rules whose product is smaller than any double. */
static void
test_far_rules (void)
{
  g_autoptr (GenlmByteMachine) begun = make_machine ("1e-200: S->X\n1: S->b\n1e-200: X->Y\n"
                                                     "1: X->c\n1: Y->a");
  g_autoptr (GenlmByteMachine) left = make_machine ("1e-200: S->X\n1: S->b\n1e-200: X->Y a\n"
                                                    "1: X->c\n1e-200: Y->S a\n1: Y->a");
  g_autoptr (GenlmByteMachine) empty = make_machine ("1: S->A B A\n1e-200: A->\n1: A->a\n"
                                                     "1e-200: B->A A\n1: B->b");
  double complete;

  check_far (begun, "a", -400 * log (10));
  check_far (left, "aa", -400 * log (10));
  check_far (left, "baa", -600 * log (10));
  check_far (left, "aaaa", -1000 * log (10));
  weigh (empty, "", 0, NULL, &complete);
  assert_near (complete, -1000 * log (10), 1e-11, "empty");
  weigh (empty, "b", 1, NULL, &complete);
  assert_near (complete, -400 * log (10), 1e-11, "mostly empty");
}

/* A rule that begins with the next one, and so on, with @behind it. */
static char *
make_row (guint       n,
          const char *behind)
{
  GString *rules = g_string_new ("1: S->R0\n");
  guint i;

  for (i = 0; i < n; i++)
    g_string_append_printf (rules, "0.5: R%u->R%u%s\n0.5: R%u->a\n", i, i + 1, behind, i);
  g_string_append_printf (rules, "1: R%u->b\n", n);
  return g_string_free (rules, FALSE);
}

/* Where each rule begins with the next one, there are as many pairs of rules
 * that begin with each other as there are pairs. */
static void
test_rows (void)
{
  const guint n = 20000;
  g_autofree char *chain = make_row (n, "");
  g_autofree char *left = make_row (n, " c");
  g_autoptr (GenlmByteMachine) chained = make_machine (chain);
  g_autoptr (GenlmByteMachine) branched = make_machine (left);
  GenlmWcfgFigures figures;
  double prefix;
  double complete;

  genlm_wcfg_machine_get_figures (chained, &figures);
  g_assert_cmpuint (figures.memory, <, n * 1000);
  weigh (chained, "a", 1, &prefix, &complete);
  assert_near (prefix, 0.0, 1e-11, "a");
  assert_near (complete, 0.0, 1e-11, "a");
  weigh (chained, "b", 1, NULL, &complete);
  assert_near (complete, -(double) n * G_LN2, 1e-11, "b");
  weigh (branched, "acc", 3, &prefix, &complete);
  assert_near (prefix, -2 * G_LN2, 1e-11, "acc");
  assert_near (complete, -3 * G_LN2, 1e-11, "acc");
  weigh (branched, "bcc", 3, &prefix, &complete);
  assert_near (prefix, -(double) n * G_LN2, 1e-11, "bcc");
  g_assert_cmpfloat (complete, ==, -INFINITY);
}

/* A circle of rules, each of which is the next one or a letter. */
static void
test_circle (void)
{
  const char letters[] = "abcdefghijklmnopqrstuvwxyzBCDEFGHIJKLMNOPQRTUVWXYZ";
  const guint n = strlen (letters);
  g_autoptr (GString) rules = g_string_new ("0.75: S->R0\n0.25: S->R0 !\n");
  g_autoptr (GenlmByteMachine) machine = NULL;
  guint i;

  for (i = 0; i < n; i++)
    g_string_append_printf (rules, "0.5: R%u->R%u\n0.5: R%u->/%c/\n", i, (i + 1) % n, i, letters[i]);
  machine = make_machine (rules->str);
  for (i = 0; i < n; i++)
    {
      double want = -(i + 1.0) * G_LN2 - log1p (-pow (0.5, n));
      char text[] = { letters[i], '!' };
      double prefix;
      double complete;

      weigh (machine, text, 1, &prefix, &complete);
      assert_near (prefix, want, 1e-12, "letter");
      assert_near (complete, want + log (0.75), 1e-12, "letter");
      weigh (machine, text, 2, &prefix, &complete);
      assert_near (prefix, want + log (0.25), 1e-12, "letter and mark");
      assert_near (complete, want + log (0.25), 1e-12, "letter and mark");
    }
}

/* Thousands of rules that stand in each other. */
static void
test_large_component (void)
{
  const guint n = 3000;
  g_autoptr (GString) rules = g_string_new ("1: S->R0\n");
  g_autoptr (GenlmByteMachine) machine = NULL;
  double prefix;
  double complete;
  guint i;

  for (i = 0; i < n; i++)
    g_string_append_printf (rules, "0.5: R%u->R%u\n0.2: R%u->x R%u R%u\n0.3: R%u->a\n", i,
                            (i + 1) % n, i, (i + 1) % n, i, i);
  machine = make_machine (rules->str);
  weigh (machine, "", 0, &prefix, NULL);
  assert_near (prefix, 0.0, 1e-12, "total");
  weigh (machine, "a", 1, &prefix, &complete);
  assert_near (prefix, log (0.6), 1e-12, "a");
  assert_near (complete, log (0.6), 1e-12, "a");
  weigh (machine, "xaa", 3, &prefix, &complete);
  assert_near (prefix, log (0.4 * 0.6 * 0.6), 1e-12, "xaa");
  assert_near (complete, log (0.4 * 0.6 * 0.6), 1e-12, "xaa");
}

static void
check_refusal (const char *rules,
               const char *message)
{
  g_autoptr (GenlmGrammar) grammar = read_grammar (rules);
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_wcfg_machine_new (grammar, &limits, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT);
  g_assert_nonnull (strstr (error->message, message));
}

static void
test_divergence (void)
{
  check_refusal ("1: S->a S\n1: S->a", "“S”");
  check_refusal ("1: S->S\n1: S->a", "diverges");
  check_refusal ("1: S->S S\n1: S->a", "diverges");
  check_refusal ("0.50001: S->S S\n0.5: S->a", "diverges");
  check_refusal ("1: S->A\n2: A->A A\n0.5: A->\n1: A->a", "“A”");
  check_refusal ("1: S->a A\n1: A->B\n1: B->A\n1: B->b", "diverges");
}

static void
test_limits (void)
{
  const GenlmEngineLimits few = { 8, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  const GenlmEngineLimits little = { 1000, 100, 0 };
  const GenlmEngineLimits narrow = { 100000, 20000, 0 };
  g_autofree char *text = g_strnfill (2000, 'a');
  g_autoptr (GenlmGrammar) grammar = read_grammar ("0.25: S->S S\n0.5: S->a");
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GenlmByteMachine) other = NULL;
  g_autoptr (GError) error = NULL;
  gpointer start;
  gpointer state;

  g_assert_null (genlm_wcfg_machine_new (grammar, &little, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_clear_error (&error);
  machine = genlm_wcfg_machine_new (grammar, &few, &error);
  g_assert_no_error (error);
  start = machine->klass->dup_start (machine);
  state = machine->klass->advance (machine, start, (const guint8 *) "aaaaaaaaaaaaaaaa", 16, &error);
  g_assert_null (state);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  machine->klass->unref_state (start);
  g_clear_error (&error);

  other = genlm_wcfg_machine_new (grammar, &narrow, &error);
  g_assert_no_error (error);
  start = other->klass->dup_start (other);
  state = other->klass->advance (other, start, (const guint8 *) text, 2000, &error);
  g_assert_null (state);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "max-memory"));
  g_clear_error (&error);
  /* What was too much is gone again. */
  state = other->klass->advance (other, start, (const guint8 *) text, 20, &error);
  g_assert_no_error (error);
  other->klass->unref_state (state);
  other->klass->unref_state (start);
}

/* Lists do not pile up columns, however they are written. */
static void
test_columns (void)
{
  static const char *const rules[] = { "0.5: S->a S\n0.5: S->a", "0.5: S->S a\n0.5: S->a",
                                       "0.9: S->I S\n0.1: S->\n0.5: I->a\n0.5: I->a b",
                                       "1: S->L\n0.5: L->V\n0.5: L->V , L\n1: V->a" };
  static const char *const rounds[] = { "a", "a", "aab", "a," };
  gsize i;
  guint k;

  for (i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_autoptr (GenlmByteMachine) machine = make_machine (rules[i]);
      gpointer state = machine->klass->dup_start (machine);
      GenlmWcfgFigures figures;

      for (k = 0; k < 1000; k++)
        {
          gpointer next = machine->klass->advance (machine, state, (const guint8 *) rounds[i],
                                                   strlen (rounds[i]), NULL);

          machine->klass->unref_state (state);
          state = next;
        }
      genlm_wcfg_machine_get_figures (machine, &figures);
      g_assert_cmpuint (figures.n_columns, <, 30);
      machine->klass->unref_state (state);
    }
}

/* All columns go with the states that hold them. */
static void
test_memory (void)
{
  g_autoptr (GenlmByteMachine) machine = make_machine (CRITICAL);
  g_autofree char *text = g_strnfill (50000, '(');
  gpointer start = machine->klass->dup_start (machine);
  gpointer state = machine->klass->advance (machine, start, (const guint8 *) text, 50000, NULL);
  GenlmWcfgFigures figures;

  genlm_wcfg_machine_get_figures (machine, &figures);
  g_assert_cmpuint (figures.n_columns, >, 40000);
  machine->klass->unref_state (state);
  genlm_wcfg_chart_forget (genlm_wcfg_machine_get_chart (machine));
  genlm_wcfg_machine_get_figures (machine, &figures);
  g_assert_cmpuint (figures.n_columns, ==, 1);
  machine->klass->unref_state (start);
}

/* A terminal that may go on and may end is both, each with its weight: the same
 * as a grammar that says so byte by byte. */
static void
check_same (const char *rules,
            const char *others,
            const char *letters,
            guint       length)
{
  g_autoptr (GenlmByteMachine) one = make_machine (rules);
  g_autoptr (GenlmByteMachine) other = make_machine (others);
  guint n_letters = (guint) strlen (letters);
  guint n;
  guint i;

  for (n = 0; n <= length; n++)
    {
      guint n_texts = (guint) pow (n_letters, n);
      guint text;

      for (text = 0; text < n_texts; text++)
        {
          char bytes[16] = "";
          guint rest = text;
          double prefix[2];
          double complete[2];

          for (i = 0; i < n; i++, rest /= n_letters)
            bytes[i] = letters[rest % n_letters];
          weigh (one, bytes, n, &prefix[0], &complete[0]);
          weigh (other, bytes, n, &prefix[1], &complete[1]);
          assert_near (prefix[0], prefix[1], 1e-12, bytes);
          assert_near (complete[0], complete[1], 1e-12, bytes);
        }
    }
}

static void
test_terminals (void)
{
  /* Of the letter that begins all is sure; from there on each half. */
  check_same ("1: S->/a+/ /ab/", "1: S->A a b\n0.5: A->a\n0.5: A->a A", "ab", 6);
  check_same ("0.7: S->/a+/ S\n0.3: S->b", "0.7: S->A S\n0.3: S->b\n0.5: A->a\n0.5: A->a A", "ab", 7);
  /* Empty texts of terminals. */
  check_same ("0.4: S->/a*/ b S\n0.6: S->/a?b?/",
              "0.4: S->A b S\n0.6: S->B C\n0.5: A->a A\n0.5: A->\n0.333333333333333333: B->a\n"
              "0.333333333333333333: B->\n0.333333333333333333: B->b D\n0: C->c\n1: C->\n1: D->",
              "b", 5);
  check_same ("1: S->/(ab|ac)*/ /a?/",
              "1: S->A B\n0.5: A->a C A\n0.5: A->\n0.5: C->b\n0.5: C->c\n0.5: B->a\n0.5: B->", "abc", 6);
  /* Characters of several bytes share their first ones. */
  check_same ("1: S->/[a\xc3\xa9\xc3\xaa\xe2\x82\xac]+/",
              "0.25: S->a T\n0.25: S->\xc3\xa9 T\n0.25: S->\xc3\xaa T\n0.25: S->\xe2\x82\xac T\n"
              "0.2: T->\n0.2: T->a T\n0.2: T->\xc3\xa9 T\n0.2: T->\xc3\xaa T\n0.2: T->\xe2\x82\xac T",
              "a\xc3\xa9\xaa\xe2\x82\xac", 4);
}

/* ------------------------------------------------------------------------ */

static GenlmWeights *
weigh_next (GenlmByteMachine *machine,
            gpointer          view,
            GenlmTrieIndex   *index,
            gpointer          state)
{
  g_autoptr (GError) error = NULL;
  GenlmWeights *weights = machine->klass->make_weights (machine, view, index, state, &error);

  g_assert_no_error (error);
  return weights;
}

/* Every token's weight is the difference of prefixes, that of EOS to the
 * weight of the whole, and with bytes they add up to one. */
static void
check_vector (GenlmByteMachine *machine,
              gpointer          view,
              GenlmTrieIndex   *index,
              GenlmVocab       *vocab,
              gpointer          state)
{
  g_autoptr (GenlmWeights) weights = NULL;
  double prefix;
  double complete;
  guint32 token;

  machine->klass->weigh (machine, state, &prefix, &complete, NULL);
  if (prefix == -INFINITY)
    return;
  weights = weigh_next (machine, view, index, state);
  for (token = 0; token < genlm_vocab_get_size (vocab); token++)
    {
      gsize length;
      guint8 byte = (guint8) token;
      const guint8 *bytes = &byte;
      gpointer next;
      double further;

      if (genlm_vocab_get_kind (vocab) == GENLM_VOCAB_KIND_BYTES)
        length = 1;
      else
        bytes = genlm_vocab_peek_token (vocab, token, &length);
      next = machine->klass->advance (machine, state, bytes, length, NULL);
      machine->klass->weigh (machine, next, &further, NULL, NULL);
      assert_near (genlm_weights_get (weights, token), further - prefix, 1e-11, "token");
      machine->klass->unref_state (next);
    }
  assert_near (genlm_weights_get (weights, genlm_vocab_get_eos (vocab)), complete - prefix, 1e-11,
               "EOS");
  if (genlm_vocab_get_kind (vocab) == GENLM_VOCAB_KIND_BYTES)
    g_assert_cmpfloat (fabs (genlm_weights_logsumexp (weights)), <, 1e-12);
}

static GenlmVocab *
make_small_vocab (void)
{
  static const char *const texts[] = {
    "a", "b", "c", "aa", "ab", "ba", "bb", "aab", "abab", "aaaa", "bbbb", "", "abc", "cab", "(",
    ")", "()", "(())", ")(", "))", "((", "a", "aaab", "bbba", "aaaaaaaa", "aaaabaaa", "x", "((x",
    "abababab", ",", "a,a", "a,", ",a,a,", "xx", "xxx", "xa", "xxa", "xaxxb", "axbxxaxxx",
    "xxxxxxxxb", "xx)x)", "bxx", "xyx", "xyxxya", "xy"
  };

  return make_vocab_for_texts (texts, G_N_ELEMENTS (texts));
}

/* All texts up to a length of some letters that have a weight. */
static void
check_vectors (GenlmByteMachine *machine,
               GenlmVocab       *vocab,
               const char       *letters,
               guint             length)
{
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
  gpointer view = machine->klass->make_view (machine, index);
  g_autoptr (GPtrArray) states = NULL;
  guint i;
  guint k;
  guint n = 0;
  guint depth;

  states = g_ptr_array_new_with_free_func (machine->klass->unref_state);
  g_ptr_array_add (states, machine->klass->dup_start (machine));
  for (depth = 0; depth <= length; depth++)
    for (i = n, n = states->len; i < n; i++)
      {
        gpointer state = g_ptr_array_index (states, i);
        double prefix;

        machine->klass->weigh (machine, state, &prefix, NULL, NULL);
        if (prefix == -INFINITY)
          continue;
        check_vector (machine, view, index, vocab, state);
        for (k = 0; letters[k] != '\0'; k++)
          g_ptr_array_add (states, machine->klass->advance (machine, state,
                                                            (const guint8 *) &letters[k], 1, NULL));
      }
  machine->klass->free_view (view);
}

/* Whole vectors where readings differ by more than a double can say. */
static void
test_far_vectors (void)
{
  static const char *const rules[] = { "0.5: S->/[a-z]*!/\n0.5: S->/a*b/",
                                       "0.5: S->X\n0.5: S->Y\n0.9: X->a X\n0.1: X->c\n"
                                       "0.001: Y->a Y\n0.999: Y->b",
                                       "1e-200: S->X\n0.5: S->b S\n1e-200: X->Y\n1: X->c\n1: Y->a X" };
  g_autofree char *text = g_strnfill (400, 'a');
  g_autoptr (GenlmVocab) vocab = make_small_vocab ();
  GenlmVocab *vocabs[] = { vocab, genlm_vocab_bytes () };
  gsize i;
  gsize k;

  for (i = 0; i < G_N_ELEMENTS (rules); i++)
    for (k = 0; k < G_N_ELEMENTS (vocabs); k++)
      {
        g_autoptr (GenlmByteMachine) machine = make_machine (rules[i]);
        g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocabs[k]);
        gpointer view = machine->klass->make_view (machine, index);
        gpointer start = machine->klass->dup_start (machine);
        gpointer state = machine->klass->advance (machine, start, (const guint8 *) text, 400, NULL);

        check_vector (machine, view, index, vocabs[k], start);
        check_vector (machine, view, index, vocabs[k], state);
        machine->klass->unref_state (state);
        machine->klass->unref_state (start);
        machine->klass->free_view (view);
      }
}

static void
test_vectors (void)
{
  static const char *const rules[] = { G1, G2, G4, G5, DYCK, CRITICAL,
                                       "0.7: S->/a+/ S\n0.3: S->b",
                                       "0.6: S->/a*b?/ , S\n0.4: S->/(ab|c)*/",
                                       "0.3: S->S S\n0.3: S->/a+/\n0.3: S->/a?b/",
                                       "0.5: S->L\n0.5: S->( S )\n0.5: L->/[ab]/\n0.5: L->/[ab]/ , L",
                                       BLANKS "0.5: W->\n0.5: W->/x+/ W",
                                       BLANKS "0.5: W->\n0.5: W->W /x+/",
                                       BLANKS "0.5: W->\n0.25: W->W /x+y?/\n0.25: W->/x/ W" };
  g_autoptr (GenlmVocab) vocab = make_small_vocab ();
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_autoptr (GenlmByteMachine) machine = make_machine (rules[i]);

      check_vectors (machine, vocab, "ab(),x", 4);
      check_vectors (machine, genlm_vocab_bytes (), "ab(),xy", 4);
    }
}

/* Two terminals that may follow each other without end, and tokens that can be
 * cut in as many ways as there are subsets of their bytes. */
static void
test_many_cuts (void)
{
  static const char *const texts[] = { "a", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                                       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxa",
                                       "xxxxyxxxxxxxxyxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" };
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GenlmVocab) vocab = NULL;
  GString *data = g_string_new (NULL);
  guint32 offsets[2 * G_N_ELEMENTS (texts) + 1] = { 0 };
  g_autoptr (GBytes) bytes = NULL;
  gsize i;

  for (i = 0; i < 2 * G_N_ELEMENTS (texts); i++)
    {
      g_string_append_len (data, texts[i / 2], (gssize) (strlen (texts[i / 2]) / (i % 2 + 1)));
      offsets[i + 1] = (guint32) data->len;
    }
  bytes = g_string_free_to_bytes (data);
  vocab = genlm_vocab_new_flat (bytes, offsets, G_N_ELEMENTS (offsets), NULL, NULL);
  machine = make_machine ("0.5: S->W a W S\n0.5: S->\n0.25: W->\n0.25: W->/x+/ W\n"
                          "0.25: W->/[xy]+/ W\n0.25: W->x W");
  check_vectors (machine, vocab, "ax", 4);
}

/* ------------------------------------------------------------------------ */

/* Terminals, and rules that say the same letter by letter. */
#define PATTERNS "/a+/", "/ab?/", "/(ab|b)*/"
#define PATTERN_HEADS "PQR"
#define PATTERN_RULES                                                                            \
  "0.5: P->a\n0.5: P->a P\n1: Q->a T\n0.5: T->b\n0.5: T->\n"                                   \
  "0.333333333333333333333: R->a b R\n0.333333333333333333333: R->b R\n0.333333333333333333333: R->\n"

/* A grammar of up to four nonterminals over two letters, and the patterns if
 * wanted, whose rules are so light that all sums are finite. */
static char *
make_random_rules (GRand    *rand,
                   gboolean  patterns)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint n_heads = (guint) g_rand_int_range (rand, 1, 5);
  guint i;
  guint k;
  guint j;

  for (i = 0; i < n_heads; i++)
    {
      guint n_rules = (guint) g_rand_int_range (rand, 1, 5);

      for (k = 0; k < n_rules; k++)
        {
          guint n_symbols = (guint) g_rand_int_range (rand, 0, 4);

          g_string_append_printf (text, "%.6f: %c->", g_rand_double_range (rand, 0.02, 0.9 / n_rules),
                                  "SXYZ"[i]);
          for (j = 0; j < n_symbols; j++)
            g_string_append_printf (text, "%c ", g_rand_boolean (rand)
                                                   ? "abPQR"[g_rand_int_range (rand, 0, patterns ? 5 : 2)]
                                                   : "SXYZ"[g_rand_int_range (rand, 0, (int) n_heads)]);
          g_string_append_c (text, '\n');
        }
      g_string_append_printf (text, "0.05: %c->%c\n", "SXYZ"[i], "ab"[i % 2]);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
check_random (const char       *rules,
              GenlmByteMachine *machine,
              guint             length)
{
  g_autoptr (WcfgOracle) oracle = wcfg_oracle_new (rules);
  guint n;
  guint bits;
  guint i;

  for (n = 0; n <= length; n++)
    for (bits = 0; bits < 1u << n; bits++)
      {
        char text[16] = "";
        double prefix;
        double complete;

        for (i = 0; i < n; i++)
          text[i] = (bits >> i) & 1 ? 'b' : 'a';
        weigh (machine, text, n, &prefix, &complete);
        assert_near (prefix, log (wcfg_oracle_weigh_prefix (oracle, text)), 1e-11, rules);
        assert_near (complete, log (wcfg_oracle_weigh_complete (oracle, text)), 1e-11, rules);
      }
}

/* The rules from the last to the first. */
static char *
reverse_rules (const char *rules)
{
  g_auto (GStrv) lines = g_strsplit (rules, "\n", -1);
  g_autoptr (GString) text = g_string_new (NULL);
  guint i;

  for (i = g_strv_length (lines); i > 0; i--)
    if (lines[i - 1][0] != '\0')
      g_string_append_printf (text, "%s\n", lines[i - 1]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20);
  g_autoptr (GenlmVocab) vocab = make_small_vocab ();
  guint n_rounds = g_test_slow () ? 2000 : 60;
  guint round;

  for (round = 0; round < n_rounds; round++)
    {
      g_autofree char *rules = make_random_rules (rand, FALSE);
      g_autofree char *reversed = reverse_rules (rules);
      g_autoptr (GenlmByteMachine) machine = make_machine (rules);
      g_autoptr (GenlmByteMachine) other = make_machine (reversed);

      check_random (rules, machine, 5);
      check_random (rules, other, 3);
      check_vectors (machine, vocab, "ab", 3);
      check_vectors (machine, genlm_vocab_bytes (), "ab", 3);
    }
}

static char *
replace_patterns (const char *rules)
{
  static const char *const patterns[] = { PATTERNS };
  GString *text = g_string_new (NULL);
  const char *p;

  for (p = rules; *p != '\0'; p++)
    {
      const char *head = strchr (PATTERN_HEADS, *p);

      if (head != NULL)
        g_string_append (text, patterns[head - PATTERN_HEADS]);
      else
        g_string_append_c (text, *p);
    }
  return g_string_free (text, FALSE);
}

/* Terminals that go on and end at once, in every company. */
static void
test_random_terminals (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (21);
  g_autoptr (GenlmVocab) vocab = make_small_vocab ();
  guint n_rounds = g_test_slow () ? 2000 : 60;
  guint round;

  for (round = 0; round < n_rounds; round++)
    {
      g_autofree char *rules = make_random_rules (rand, TRUE);
      g_autofree char *with_patterns = replace_patterns (rules);
      g_autofree char *letter_by_letter = g_strconcat (rules, PATTERN_RULES, NULL);
      g_autoptr (GenlmByteMachine) machine = make_machine (with_patterns);

      check_random (letter_by_letter, machine, 5);
      check_vectors (machine, vocab, "ab", 3);
      check_vectors (machine, genlm_vocab_bytes (), "ab", 3);
    }
}

static GenlmByteMachine *
make_hasty (const char *rules,
            guint       deadline)
{
  const GenlmEngineLimits hasty = { GENLM_ENGINE_DEFAULT_MAX_STATES,
                                    GENLM_ENGINE_DEFAULT_MAX_MEMORY, deadline };
  g_autoptr (GenlmGrammar) grammar = read_grammar (rules);
  g_autoptr (GError) error = NULL;
  GenlmByteMachine *machine = genlm_wcfg_machine_new (grammar, &hasty, &error);

  g_assert_no_error (error);
  return machine;
}

static void
assert_too_late (const GError *error)
{
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "deadline="));
}

/* A text of n letters can be read in as many ways as there are trees. */
static void
test_deadline (void)
{
  g_autoptr (GenlmByteMachine) machine = make_hasty ("0.25: S->S S\n0.5: S->a", 20);
  g_autofree char *text = g_strnfill (20000, 'a');
  g_autoptr (GError) error = NULL;
  gpointer start = machine->klass->dup_start (machine);
  gint64 begin = g_get_monotonic_time ();

  g_assert_null (machine->klass->advance (machine, start, (const guint8 *) text, strlen (text),
                                          &error));
  assert_too_late (error);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 10 * G_TIME_SPAN_SECOND);
  machine->klass->unref_state (start);
}

/* Nothing of it is charged to long texts that can be read in one way. */
static void
test_deadline_of_long (void)
{
  g_autoptr (GenlmByteMachine) machine = make_hasty ("0.5: S->a S\n0.5: S->/[bc]/", 2000);
  const guint n = 1u << 21;
  g_autofree char *text = g_strnfill (n, 'a');
  double prefix;

  weigh (machine, text, n, &prefix, NULL);
  assert_near (prefix, -(double) n * G_LN2, 1e-9, "long");
}

/* A token with as many ways to cut it, behind a text like that. */
static void
test_deadline_of_weights (void)
{
  g_autoptr (GenlmByteMachine) machine = make_hasty ("0.25: S->S S\n0.5: S->a", 1);
  const guint32 offsets[] = { 0, 200 };
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_strnfill (200, 'a'), 200);
  g_autoptr (GenlmVocab) vocab = genlm_vocab_new_flat (bytes, offsets, 2, NULL, NULL);
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
  gpointer view = machine->klass->make_view (machine, index);
  gpointer state = machine->klass->dup_start (machine);
  g_autoptr (GError) error = NULL;
  guint i;

  for (i = 0; i < 60; i++)
    {
      gpointer next = machine->klass->advance (machine, state, (const guint8 *) "a", 1, &error);

      g_assert_no_error (error);
      machine->klass->unref_state (state);
      state = next;
    }
  g_assert_null (machine->klass->make_weights (machine, view, index, state, &error));
  assert_too_late (error);
  machine->klass->unref_state (state);
  machine->klass->free_view (view);
}

static void
test_deadline_of_terminals (void)
{
  const GenlmEngineLimits hasty = { G_MAXUINT, G_MAXUINT64, 20 };
  g_autoptr (GenlmGrammar) grammar = read_grammar ("1: S->/[ab]*a[ab]{19}/");
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_wcfg_machine_new (grammar, &hasty, &error));
  assert_too_late (error);
}

static void
test_empty (void)
{
  g_autoptr (GenlmByteMachine) nothing = make_machine ("1: S->a S");
  g_autoptr (GenlmByteMachine) unsatisfiable = make_machine ("1: S->/[^\\s\\S]/");
  g_autoptr (GenlmByteMachine) empty = make_machine ("0.5: S->\n0.25: S->A\n1: A->");
  double prefix;
  double complete;

  weigh (nothing, "", 0, &prefix, &complete);
  g_assert_cmpfloat (prefix, ==, -INFINITY);
  g_assert_cmpfloat (complete, ==, -INFINITY);
  weigh (nothing, "a", 1, &prefix, &complete);
  g_assert_cmpfloat (prefix, ==, -INFINITY);
  weigh (unsatisfiable, "", 0, &prefix, &complete);
  g_assert_cmpfloat (prefix, ==, -INFINITY);
  weigh (empty, "", 0, &prefix, &complete);
  assert_near (prefix, log (0.75), 1e-15, "empty");
  assert_near (complete, log (0.75), 1e-15, "empty");
  weigh (empty, "a", 1, &prefix, &complete);
  g_assert_cmpfloat (prefix, ==, -INFINITY);
  g_assert_cmpfloat (complete, ==, -INFINITY);
}

/* As many readings of a text as there are binary trees. */
static void
test_ambiguous (void)
{
  g_autoptr (GenlmByteMachine) machine = make_machine ("0.5: S->S S\n0.5: S->a");
  g_autofree char *text = g_strnfill (300, 'a');
  double n = 300;
  double complete;

  weigh (machine, text, 300, NULL, &complete);
  /* Catalan's numbers. */
  assert_near (complete,
               lgamma (2 * n - 1) - lgamma (n) - lgamma (n + 1) - (2 * n - 1) * G_LN2, 1e-11,
               "trees");
}

static gpointer
weigh_in_thread (gpointer data)
{
  GenlmByteMachine *machine = data;
  GRand *rand = g_rand_new_with_seed (3);
  guint i;

  for (i = 0; i < 300; i++)
    {
      char text[40];
      guint n = (guint) g_rand_int_range (rand, 0, 40);
      double prefix;
      guint k;

      for (k = 0; k < n; k++)
        text[k] = "()"[g_rand_int_range (rand, 0, 2)];
      weigh (machine, text, n, &prefix, NULL);
    }
  g_rand_free (rand);
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (GenlmByteMachine) machine = make_machine (DYCK);
  GThread *threads[4];
  GenlmWcfgFigures figures;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("weigh", weigh_in_thread, machine);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  genlm_wcfg_chart_forget (genlm_wcfg_machine_get_chart (machine));
  genlm_wcfg_machine_get_figures (machine, &figures);
  g_assert_cmpuint (figures.n_columns, ==, 1);
}

/* States and what they hold outlive whoever made the machine. */
static void
test_states (void)
{
  GenlmByteMachine *machine = make_machine (G2);
  const GenlmByteMachineClass *klass = machine->klass;
  gpointer start = klass->dup_start (machine);
  gpointer state = klass->advance (machine, start, (const guint8 *) "aa", 2, NULL);
  gpointer same = klass->advance (machine, state, (const guint8 *) "", 0, NULL);

  g_assert_true (same == state);
  genlm_byte_machine_unref (machine);
  klass->unref_state (start);
  klass->unref_state (same);
  klass->unref_state (state);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wcfg/golden", test_golden);
  g_test_add_func ("/wcfg/totals", test_totals);
  g_test_add_func ("/wcfg/small", test_small);
  g_test_add_func ("/wcfg/far-behind", test_far_behind);
  g_test_add_func ("/wcfg/far-totals", test_far_totals);
  g_test_add_func ("/wcfg/far-rules", test_far_rules);
  g_test_add_func ("/wcfg/far-vectors", test_far_vectors);
  g_test_add_func ("/wcfg/rows", test_rows);
  g_test_add_func ("/wcfg/circle", test_circle);
  g_test_add_func ("/wcfg/large-component", test_large_component);
  g_test_add_func ("/wcfg/divergence", test_divergence);
  g_test_add_func ("/wcfg/limits", test_limits);
  g_test_add_func ("/wcfg/deadline", test_deadline);
  g_test_add_func ("/wcfg/deadline-of-long", test_deadline_of_long);
  g_test_add_func ("/wcfg/deadline-of-weights", test_deadline_of_weights);
  g_test_add_func ("/wcfg/deadline-of-terminals", test_deadline_of_terminals);
  g_test_add_func ("/wcfg/empty", test_empty);
  g_test_add_func ("/wcfg/terminals", test_terminals);
  g_test_add_func ("/wcfg/long", test_long);
  g_test_add_func ("/wcfg/long-certain", test_long_certain);
  g_test_add_func ("/wcfg/columns", test_columns);
  g_test_add_func ("/wcfg/memory", test_memory);
  g_test_add_func ("/wcfg/vectors", test_vectors);
  g_test_add_func ("/wcfg/many-cuts", test_many_cuts);
  g_test_add_func ("/wcfg/random", test_random);
  g_test_add_func ("/wcfg/random-terminals", test_random_terminals);
  g_test_add_func ("/wcfg/ambiguous", test_ambiguous);
  g_test_add_func ("/wcfg/threads", test_threads);
  g_test_add_func ("/wcfg/states", test_states);
  return g_test_run ();
}
