/* Compares the language of grammars in Lark's syntax, as we read and parse
 * them, with what the Python package lark makes of them: every short text over
 * a few letters, for written and for random grammars. A chart stands between
 * the two, so that a difference is the reader's or the parser's. */
#include <genlm.h>
#include <gio/gio.h>
#include <string.h>

#include "genlm-earley-machine.h"
#include "genlm-lark-reader.h"
#include "grammar-chart.h"

#define PYTHON "/usr/bin/python3"
#define ORACLE "tests/engine/lark-oracle.py"

typedef struct
{
  GSubprocess      *process;
  GDataInputStream *answers;
} Oracle;

/* FALSE, and the test skipped, where the package is missing. */
static gboolean
oracle_start (Oracle *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) probe = NULL;

  if (!g_file_test (PYTHON, G_FILE_TEST_IS_EXECUTABLE))
    {
      g_test_skip (PYTHON " is missing");
      return FALSE;
    }
  probe = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, PYTHON, "-c", "import lark",
                            NULL);
  g_assert_no_error (error);
  if (!g_subprocess_wait_check (probe, NULL, NULL))
    {
      g_test_skip ("the Python package lark is missing");
      return FALSE;
    }
  self->process = g_subprocess_new (
    G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, PYTHON, ORACLE, NULL);
  g_assert_no_error (error);
  self->answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  return TRUE;
}

static void
oracle_stop (Oracle *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_output_stream_close (g_subprocess_get_stdin_pipe (self->process), NULL, &error));
  g_assert_no_error (error);
  g_subprocess_wait_check (self->process, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (self->answers);
  g_object_unref (self->process);
}

static char *
oracle_ask (Oracle     *self,
            char        kind,
            const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *escaped = g_strescape (text, NULL);
  g_autofree char *line = g_strdup_printf ("%c %s\n", kind, escaped);
  char *answer;

  g_output_stream_write_all (g_subprocess_get_stdin_pipe (self->process), line, strlen (line), NULL,
                             NULL, &error);
  g_assert_no_error (error);
  answer = g_data_input_stream_read_line (self->answers, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (answer);
  return answer;
}

/* The next of all texts over the letters, shorter ones first; FALSE after the
 * last of the length. */
static gboolean
next_text (GString    *text,
           const char *letters,
           guint       max_length)
{
  gsize i = text->len;

  while (i > 0 && text->str[i - 1] == letters[strlen (letters) - 1])
    text->str[--i] = letters[0];
  if (i > 0)
    {
      text->str[i - 1] = strchr (letters, text->str[i - 1])[1];
      return TRUE;
    }
  g_string_append_c (text, letters[0]);
  return text->len <= max_length;
}

static gboolean
is_complete (GenlmByteMachine *machine,
             const char       *text)
{
  const GenlmByteMachineClass *klass = machine->klass;
  g_autoptr (GError) error = NULL;
  gpointer start = klass->dup_start (machine);
  gpointer end = klass->advance (machine, start, (const guint8 *) text, strlen (text), &error);
  double complete;

  g_assert_no_error (error);
  g_assert_true (klass->weigh (machine, end, NULL, &complete, &error));
  g_assert_no_error (error);
  klass->unref_state (end);
  klass->unref_state (start);
  return complete == 0;
}

static void
compare_texts (Oracle             *oracle,
               const GenlmGrammar *grammar,
               const char         *letters,
               guint               max_length)
{
  const GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES,
                                     GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmByteMachine) machine =
    genlm_earley_machine_new (grammar, &limits, FALSE, &error);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_no_error (error);

  do
    {
      g_autofree char *answer = oracle_ask (oracle, 'T', text->str);
      gboolean ours = grammar_chart_weigh (grammar, text->str) > 0;

      if (ours != (*answer == '1'))
        g_test_message ("\"%s\": %s here", text->str, ours ? "right" : "wrong");
      g_assert_true (ours == (*answer == '1'));
      g_assert_true (ours == is_complete (machine, text->str));
    }
  while (next_text (text, letters, max_length));
}

static const struct
{
  const char *grammar;
  const char *letters;
  guint       max_length;
} written[] = {
  { "start: A B | A B B\nA: \"a\"\nB: \"b\"", "ab", 4 },
  { "start: \"ab\"i", "abAB", 3 },
  { "start: /a+/ /ab/", "ab", 5 },
  { "start: \"a\"~2..3 (\"b\" | \"c\")~2", "abc", 5 },
  { "start: x*\n?x: \"a\" -> one\n  | _y -> two\n_y: [\"b\"] \"c\"", "abc", 4 },
  { "start: sep{item, \",\"}\nsep{x, s}: x (s x)*\nitem: /[01]/", "01,", 5 },
  { "start: twice{pair, \"x\"}\ntwice{f, x}: f{x} f{x}\npair{x}: x \"-\" x", "x-", 7 },
  { "start: list{list{\"a\"}}\nlist{x}: \"[\" x* \"]\"", "[]a", 5 },
  { "start: A (C A)*\nA: \"a\"\nC: \"#\"\n%ignore \" \"\n%ignore C", "a# ", 5 },
  { "start: A B\nA: \"a\"\nB: \"b\"\n%ignore \" \"", "ab ", 5 },
  { "start: \"a\" WS \"b\"\n%import common.WS\n%ignore WS", "ab ", 5 },
  { "start: e\ne: e \"+\" e | \"(\" e \")\" | \"1\"", "+(1)", 5 },
  { "start: \"(\" start \")\" start |", "()", 8 },
  { "start: a | start \"b\"\na: \"c\" a | \"d\"", "bcd", 5 },
  { "start: \"\\\"\" /[^\"]/* \"\\\\\" \"\\n\"", "\"\\\na", 4 },
  { "start: \"\\d\" \"\\/\" \"\\x41\" \"\\t\"", "\\d/A\t", 6 },
  { "A: (B | \"x\")~2 C?\nB: \"a\"+\nC: [\"c\"] \"d\"\nstart: A", "axcd", 5 },
  { "start: /a b # c\n [ #]/x", "ab #", 4 },
  { "start: /a.b/s /c.d/", "abc\nd", 6 },
  { "%import common (SIGNED_NUMBER, CNAME)\nstart: CNAME \"=\" SIGNED_NUMBER", "a1=-.e", 5 },
  { "%import common.DECIMAL\nstart: DECIMAL", "1.-", 5 },
  { "%import common.FLOAT\nstart: FLOAT", "1.e-", 5 },
  { "%import common.ESCAPED_STRING -> S\nstart: S", "\"\\a\n", 5 },
  { "%import common.C_COMMENT -> S\nstart: S", "/*a", 7 },
  { "%import common.CPP_COMMENT -> S\n%import common.SH_COMMENT\nstart: S | SH_COMMENT", "/#a\n", 4 },
  { "%import common.NEWLINE -> N\nstart: N", "\r\na", 5 },
  { "%import common.HEXDIGIT -> H\n%import common.WORD\nstart: H WORD", "a9gF_", 4 },
  { "start: \"a\"\n%extend start: \"b\" x | \"c\"\nx: \"y\"\n%override x: \"d\"", "abcdy", 3 },
  { "A: \"a\"\n%extend A: \"b\"\nstart.3: A A\n%declare Z", "ab", 4 },
  { "start:\n     | \"a\" start // left\n\n  // nothing\n", "ab", 4 },
  { "start: aB\na: \"a\"\nB.2: \"b\"", "ab", 3 },
  { "start: \"a\" \\\n  \"b\"\r\n\r\n  | \"c\"\r\n", "abc", 3 },
  { "start: \"0\"..\"2\"+ [\"a\"..\"b\"]", "013ac", 4 },
  { "!start: A \"b\" | \"b\" A | A A\nA: /a/i", "abA", 3 },
  { "start: ((\"a\" | [\"b\"]) \"c\")~1..2", "abc", 5 },
  { "start: (\"a\"? \"b\")+ \"c\"?", "abc", 5 },
  { "start: \"a\"~0 \"b\" | \"c\"~0..1", "abc", 3 },
};

static void
test_written (void)
{
  Oracle oracle;
  guint i;

  if (!oracle_start (&oracle))
    return;
  for (i = 0; i < G_N_ELEMENTS (written); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmGrammar) grammar = genlm_grammar_new_from_lark (
        written[i].grammar, strlen (written[i].grammar), NULL, &error);
      g_autofree char *answer = oracle_ask (&oracle, 'G', written[i].grammar);

      g_test_message ("%s\n%s", written[i].grammar, answer);
      g_assert_no_error (error);
      g_assert_cmpstr (answer, ==, "ok");
      compare_texts (&oracle, grammar, written[i].letters, written[i].max_length);
    }
  oracle_stop (&oracle);
}

/* --- Random grammars ---------------------------------------------------- */

static void append_alternatives (GRand   *random,
                                 guint    depth,
                                 GString *text);

static void
append_item (GRand   *random,
             guint    depth,
             GString *text)
{
  static const char *const leaves[] = { "\"a\"", "\"b\"", "\"ab\"", "x", "y", "A", "/[ab]/", "t{y}",
                                        "t{\"a\"}" };
  static const char *const repeats[] = { "?", "*", "+", "~2", "~0..1", "~1..2" };
  gboolean group = depth > 0 && g_rand_int_range (random, 0, 3) == 0;
  gboolean maybe = group && g_rand_boolean (random);

  if (group)
    {
      g_string_append (text, maybe ? "[" : "(");
      append_alternatives (random, depth - 1, text);
      g_string_append (text, maybe ? "]" : ")");
    }
  else
    g_string_append (text, leaves[g_rand_int_range (random, 0, G_N_ELEMENTS (leaves))]);
  if (!maybe && g_rand_int_range (random, 0, 3) == 0)
    g_string_append (text, repeats[g_rand_int_range (random, 0, G_N_ELEMENTS (repeats))]);
  g_string_append_c (text, ' ');
}

static void
append_alternatives (GRand   *random,
                     guint    depth,
                     GString *text)
{
  int n_alternatives = g_rand_int_range (random, 1, 3);
  int n_items;

  while (n_alternatives-- > 0)
    {
      for (n_items = g_rand_int_range (random, 1, 3); n_items > 0; n_items--)
        append_item (random, depth, text);
      if (n_alternatives > 0)
        g_string_append (text, "| ");
    }
}

static char *
make_grammar (GRand *random)
{
  static const char *const heads[] = { "start: ", "\nx: ", "\ny: \"b\" | " };
  g_autoptr (GString) text = g_string_new (NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_string_append (text, heads[i]);
      append_alternatives (random, 1, text);
    }
  g_string_append (text, "\nt{z}: z | z \"b\"\nA: \"a\" \"b\"?\n");
  if (g_rand_int_range (random, 0, 3) == 0)
    g_string_append (text, "%ignore \"a\"\n");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (6);
  Oracle oracle;
  guint n_compared = 0;
  guint i;

  if (!oracle_start (&oracle))
    return;
  for (i = 0; i < 100; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = make_grammar (random);
      g_autoptr (GenlmGrammar) grammar =
        genlm_grammar_new_from_lark (text, strlen (text), NULL, &error);
      g_autofree char *answer = oracle_ask (&oracle, 'G', text);

      g_test_message ("%s\n%s", text, answer);
      g_assert_no_error (error);
      /* Lark cannot do with some pairs of equal alternatives. */
      if (!g_str_equal (answer, "ok"))
        {
          g_assert_nonnull (strstr (answer, "Rules defined twice"));
          continue;
        }
      compare_texts (&oracle, grammar, "ab", 4);
      n_compared++;
    }
  g_assert_cmpuint (n_compared, >, 40);
  oracle_stop (&oracle);
}

/* What lark refuses for its syntax or its names, we do. */
static void
test_refused (void)
{
  static const char *const grammars[] = {
    "start: \"a\"\n  b c",   "start: (\"a\"\n",         "start: \"a\")",       "start: \"a\"**",
    "start: \"a\"~3..2",     "start: \"a\" -> B",       "start: _a\n?_a: \"b\"", "start: 'a'",
    "start: /a\nb/",         "start: __a",              "start: \"\"",         "start: a",
    "start: \"a\"\nb: C",    "start: \"a\"\nB: c",      "start: A\nA: \"x\" A", "start: A\nA:",
    "start: A\nA: \"a\" |",  "start: \"a\"\nstart: \"b\"", "%extend start: \"a\"", "x: \"a\"",
    "start: t{\"a\"}\nt{x, y}: x", "start: t{\"a\"+}\nt{x}: x", "%import common",
    "start: 0.5 \"a\"",      "start: \"a\" : \"b\"",    "%ignore",             "%json {}",
    "start: A\nA: \"b\" -> c", "start: \"a\" \"b\"i\"", "start: t{\"a\"}\nt{x, x}: x",
  };
  Oracle oracle;
  guint i;

  if (!oracle_start (&oracle))
    return;
  for (i = 0; i < G_N_ELEMENTS (grammars); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmGrammar) grammar =
        genlm_grammar_new_from_lark (grammars[i], strlen (grammars[i]), NULL, &error);
      g_autofree char *answer = oracle_ask (&oracle, 'G', grammars[i]);

      g_test_message ("%s\n%s", grammars[i], answer);
      g_assert_true (g_str_has_prefix (answer, "refused"));
      g_assert_nonnull (error);
      g_assert_null (grammar);
    }
  oracle_stop (&oracle);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/lark-oracle/written", test_written);
  g_test_add_func ("/engine/lark-oracle/random", test_random);
  g_test_add_func ("/engine/lark-oracle/refused", test_refused);
  return g_test_run ();
}
