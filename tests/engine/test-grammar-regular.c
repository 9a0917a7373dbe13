#include <string.h>

#include "earley-grammars.h"
#include "genlm-earley-machine.h"
#include "genlm-grammar-regular.h"

#define N_RANDOM (300u)
#define LENGTH   (6u)

static GenlmGrammar *
join (const GenlmGrammar *grammar)
{
  const GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  g_autoptr (GError) error = NULL;
  GenlmGrammar *joined = genlm_grammar_join_regular (grammar, &limits, &error);

  g_assert_no_error (error);
  return joined;
}

/* All texts up to a length mean the same before and after. Returns whether
 * anything was joined. */
static gboolean
check_texts (const char *text,
             const char *letters,
             guint       length)
{
  g_autoptr (GenlmGrammar) grammar = earley_grammar_new (text, GENLM_GRAMMAR_IGNORE_REPEATED);
  g_autoptr (GenlmGrammar) joined = join (grammar);
  g_autoptr (EarleyOracle) before = NULL;
  g_autoptr (EarleyOracle) after = NULL;
  gsize n_letters = strlen (letters);
  char string[LENGTH + 3];
  guint n;
  guint i;

  if (joined == NULL)
    return FALSE;
  g_assert_cmpuint (length, <, sizeof string);
  before = earley_oracle_new (grammar);
  after = earley_oracle_new (joined);
  for (n = 0; n <= length; n++)
    {
      guint64 n_strings = 1;
      guint64 number;

      for (i = 0; i < n; i++)
        n_strings *= n_letters;
      for (number = 0; number < n_strings; number++)
        {
          guint64 rest = number;
          gboolean prefixes[2];
          gboolean completes[2];

          for (i = 0; i < n; i++, rest /= n_letters)
            string[i] = letters[rest % n_letters];
          earley_oracle_ask (before, string, n, &prefixes[0], &completes[0]);
          earley_oracle_ask (after, string, n, &prefixes[1], &completes[1]);
          if (prefixes[0] != prefixes[1] || completes[0] != completes[1])
            g_error ("\"%.*s\" in %s", (int) n, string, text);
        }
    }
  return TRUE;
}

/* The start symbol is one terminal, or nothing. */
static void
check_whole (const char *text)
{
  g_autoptr (GenlmGrammar) grammar = earley_grammar_new (text, GENLM_GRAMMAR_IGNORE_REPEATED);
  g_autoptr (GenlmGrammar) joined = join (grammar);
  guint32 n_productions;
  const GenlmGrammarProduction *productions;

  if (joined == NULL)
    g_error ("not joined: %s", text);
  g_assert_cmpuint (genlm_grammar_get_n_nonterminals (joined), ==, 1);
  productions = genlm_grammar_peek_productions (joined, 0, &n_productions);
  g_assert_cmpuint (n_productions, >, 0);
  g_assert_cmpuint (productions[0].n_symbols, ==, 1);
  g_assert_true (GENLM_GRAMMAR_IS_TERMINAL (productions[0].symbols[0]));
  check_texts (text, "ab ", LENGTH);
}

static void
test_whole (void)
{
  check_whole ("s : 'a' c 'a'\nc : c 'b' |");
  check_whole ("s : 'a' c 'a'\nc : 'b' c |\n! W = [ ]+");
  check_whole ("s : 'a' 'a' | 'a' c 'a'\nc : 'b' c | 'b'\n! W = [ ]");
  check_whole ("s : c c\nc : c c | 'b' | 'a' 'b'\n! W = [ ]\n! V = b[ ]");
  check_whole ("s : 'a' s | s 'b' | 'b' 'a' |\n! W = [ ]{1,2}");
  check_whole ("s : t u t\nt : 'a' t |\nu : u 'b' |\n! W = [ ]+|a[ ]");
  check_whole ("s : t t | t\nt : W t | 'a'\n! W = [ ]");
  check_whole ("s : s |  'a' s | 'b'");
}

/* Rules that call themselves through others. */
static void
test_together (void)
{
  check_whole ("s : 'a' t | 'b'\nt : 'b' s | 'a' 'a' s");
  check_whole ("s : t 'a' | 'b'\nt : s 'b' | u |\nu : t 'a' 'a' | s\n! W = [ ]");
  check_whole ("s : 'a' t 'a'\nt : 'b' u | 'a'\nu : 'a' t | 'b' v |\nv : u | 'a' v\n! W = [ ]+");
  check_whole ("s : t | u\nt : 'a' u | 'b'\nu : 'b' t | v\nv : 'a' t |");
  g_assert_true (check_texts ("s : 'a' s 'b' | t\nt : 'a' u | 'b'\nu : 'b' t | 'b' u |", "ab", 8));
}

static void
test_part (void)
{
  g_assert_true (check_texts ("s : 'a' s 'b' | t\nt : 'a' t | 'b' t | 'a'", "ab", 8));
  g_assert_true (check_texts ("s : 'a' s t | t\nt : 'b' t |\n! W = [ ]", "ab ", LENGTH));
  g_assert_true (check_texts ("s : t s t | 'a'\nt : t t | X | 'b'\nX = b+a?", "ab", 8));
}

static void
assert_same (const char *text)
{
  g_autoptr (GenlmGrammar) grammar = earley_grammar_new (text, GENLM_GRAMMAR_IGNORE_REPEATED);
  g_autoptr (GenlmGrammar) joined = join (grammar);

  if (joined != NULL)
    g_error ("joined %s", text);
}

/* What is not regular, repeats nothing, or looks around. */
static void
test_not (void)
{
  assert_same ("s : 'a' s 'b' |");
  assert_same ("s : 'a' | 'b' 'a'");
  assert_same ("s : s s 'a' | 'b'");
  assert_same ("s : s s | 'a' s | 'b'");
  assert_same ("s : s 'a' s | 'b'");
  assert_same ("s : X s | X\nX = a(?=b)|b");
  assert_same ("s : X s | 'b'\nX = a?");
  assert_same ("s : 'a' s | 'b'\n! W = [ ](?=a)[ab]");
}

/* A part whose automaton is small becomes a terminal where the whole would need
 * a state for every text of twelve letters. */
static void
test_large (void)
{
  static const char text[] = "s : t X\nt : t 'a' | t 'b' | 'a'\nX = a[ab]{12}";
  g_autoptr (GenlmGrammar) grammar = earley_grammar_new (text, GENLM_GRAMMAR_IGNORE_REPEATED);
  g_autoptr (GenlmGrammar) joined = join (grammar);
  guint32 n_productions;
  const GenlmGrammarProduction *productions;

  g_assert_nonnull (joined);
  productions = genlm_grammar_peek_productions (joined, genlm_grammar_get_start (joined),
                                                &n_productions);
  g_assert_cmpuint (n_productions, ==, 1);
  g_assert_cmpuint (productions[0].n_symbols, ==, 2);
}

/* Terminals that are small one by one, but would have a state for each of their
 * common counts, are not made. */
static void
test_large_together (void)
{
  assert_same ("s : t 'b' | u 'b' | v 'b' 'b' | w\nt : X t |\nu : Y u |\nv : Z v |\nw : 'a' w 'c' |\n"
               "X = a{31}\nY = a{37}\nZ = a{29}");
}

/* What has room in a few states, or in little memory, as it is written is not made
 * a terminal that has not. */
static void
check_limits (guint   max_states,
              guint64 max_memory)
{
  const GenlmEngineLimits limits = { max_states, max_memory, 0 };
  g_autoptr (GenlmGrammar) grammar = earley_grammar_new ("s : t X\nt : t 'a' | t 'b' | 'a'\nX = a[ab]{7}",
                                                         GENLM_GRAMMAR_IGNORE_REPEATED);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmByteMachine) machine = genlm_earley_machine_new (grammar, &limits, FALSE, &error);
  gpointer state;
  guint i;

  g_assert_no_error (error);
  state = machine->klass->dup_start (machine);
  for (i = 0; i < 2000; i++)
    {
      guint8 byte = i == 0 || g_rand_boolean (rand) ? 'a' : 'b';
      gpointer next = machine->klass->advance (machine, state, &byte, 1, &error);

      g_assert_no_error (error);
      if (machine->klass->unref_state != NULL)
        machine->klass->unref_state (state);
      state = next;
    }
  if (machine->klass->unref_state != NULL)
    machine->klass->unref_state (state);
}

static void
test_limits (void)
{
  check_limits (60, GENLM_ENGINE_DEFAULT_MAX_MEMORY);
  check_limits (240, GENLM_ENGINE_DEFAULT_MAX_MEMORY);
  check_limits (GENLM_ENGINE_DEFAULT_MAX_STATES, 300000);
}

/* A chain of rules as long as a file may have. */
static void
test_long (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GenlmGrammar) grammar = NULL;
  g_autoptr (GenlmGrammar) joined = NULL;
  guint i;

  for (i = 0; i < 20000; i++)
    g_string_append_printf (text, "n%u : 'a' n%u | n%u n%u |\n", i, i + 1, i, i + 1);
  g_string_append (text, "n20000 : n20000 'b' |");
  grammar = earley_grammar_new (text->str, GENLM_GRAMMAR_IGNORE_REPEATED);
  joined = join (grammar);
}

static void
append_random_body (GString *text,
                    GRand   *rand,
                    guint    head,
                    guint    n_heads)
{
  static const char *const terminals[] = { "'a'", "'b'", "'ab'", "P", "Q" };
  gint n = g_rand_int_range (rand, 0, 4);
  gint itself = g_rand_int_range (rand, 0, 6);

  if (itself < 2)
    g_string_append_printf (text, " n%u", head);
  if (itself == 0 && g_rand_boolean (rand))
    n = 0;
  while (n-- > 0)
    if (head + 1 < n_heads && g_rand_boolean (rand))
      g_string_append_printf (text, " n%d", g_rand_int_range (rand, (gint) head + 1, (gint) n_heads));
    else
      g_string_append_printf (
        text, " %s", terminals[g_rand_int_range (rand, 0, (gint) G_N_ELEMENTS (terminals))]);
  if (itself == 0 || itself == 2)
    g_string_append_printf (text, " n%u", head);
}

/* With any of the heads at the end or, as @before says, at the start only. */
static void
append_linear_body (GString  *text,
                    GRand    *rand,
                    guint     n_heads,
                    gboolean  before)
{
  static const char *const terminals[] = { "'a'", "'b'", "'ab'", "P", "Q" };
  gint other = g_rand_int_range (rand, 0, (gint) n_heads * 3 / 2 + 1);
  gint n = g_rand_int_range (rand, 0, 3);

  if (before && other < (gint) n_heads)
    g_string_append_printf (text, " n%d", other);
  while (n-- > 0)
    g_string_append_printf (
      text, " %s", terminals[g_rand_int_range (rand, 0, (gint) G_N_ELEMENTS (terminals))]);
  if (!before && other < (gint) n_heads)
    g_string_append_printf (text, " n%d", other);
}

static char *
make_random (GRand    *rand,
             gboolean *has_ignored)
{
  static const char *const patterns[] = { "a+", "(ab)+", "[ab]", "aa|b", "a{2,3}", "a*b", "(a|b)*a", "b?" };
  static const char *const ignored[] = { "! W = [ ]", "! W = [ ]+|b[ ]", "! W = [ ]\n! V = a[ ]b" };
  GString *text = g_string_new (NULL);
  guint n_heads = (guint) g_rand_int_range (rand, 1, 5);
  gint form = g_rand_int_range (rand, 0, 4);
  guint i;
  gint n;

  for (i = 0; i < n_heads; i++)
    {
      g_string_append_printf (text, "n%u : ", i);
      for (n = g_rand_int_range (rand, 0, 4); n >= 0; n--)
        {
          if (form < 2)
            append_linear_body (text, rand, n_heads, form == 1);
          else
            append_random_body (text, rand, i, n_heads);
          g_string_append (text, n > 0 ? " |" : "\n");
        }
    }
  g_string_append_printf (text, "P = %s\nQ = %s\n", patterns[g_rand_int_range (rand, 0, 8)],
                          patterns[g_rand_int_range (rand, 0, 7)]);
  *has_ignored = g_rand_boolean (rand);
  if (*has_ignored)
    g_string_append (text, ignored[g_rand_int_range (rand, 0, 3)]);
  return g_string_free (text, FALSE);
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20261124);
  guint n_joined = 0;
  guint i;

  for (i = 0; i < N_RANDOM; i++)
    {
      gboolean has_ignored;
      g_autofree char *text = make_random (rand, &has_ignored);

      n_joined += check_texts (text, has_ignored ? "ab " : "ab", has_ignored ? LENGTH : LENGTH + 2);
    }
  g_assert_cmpuint (n_joined, >, N_RANDOM / 4);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grammar-regular/whole", test_whole);
  g_test_add_func ("/grammar-regular/together", test_together);
  g_test_add_func ("/grammar-regular/part", test_part);
  g_test_add_func ("/grammar-regular/not", test_not);
  g_test_add_func ("/grammar-regular/large", test_large);
  g_test_add_func ("/grammar-regular/large-together", test_large_together);
  g_test_add_func ("/grammar-regular/limits", test_limits);
  g_test_add_func ("/grammar-regular/long", test_long);
  g_test_add_func ("/grammar-regular/random", test_random);
  return g_test_run ();
}
