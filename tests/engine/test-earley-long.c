#include <genlm.h>

#include <string.h>
#include <time.h>

#include "earley-grammars.h"
#include "genlm-byte-matcher.h"
#include "genlm-earley-machine.h"

/* Texts that are long or deep, contexts that come and go, and threads. */

#define N_DEEP (100000u)
#define N_LONG (1000000u)
#define N_KEPT (300u)
#define DEPTH (100u)
#define N_THREADS (4u)
#define N_STEPS (400u)
#define N_RULES (2000u)
#define N_NULLABLE (1000u)
#define N_TOKENS (80u)
#define N_RUNS (16u)
#define N_AMBIGUOUS (300u)
#define N_MERGED (100u)

/* Seconds. */
#define MAX_WAIT (30)

/* Of words of these letters, as tokens and as texts. */
#define LETTERS "abcd "
#define WORD      (5u)

/* How much later it is at each look at the clock. */
static gint64 clock_step;
static gint64 clock_shift;

/* How often it was looked at, and what is to be done the next time. */
static gint n_looks;
static void (*at_look) (void);

/* In the place of GLib's, for the library too. */
gint64
g_get_monotonic_time (void)
{
  void (*now) (void) = at_look;

  g_atomic_int_inc (&n_looks);
  at_look = NULL;
  if (now != NULL)
    now ();
  if (clock_step != 0)
    clock_shift += clock_step;
  return g_get_real_time () + clock_shift;
}

static GenlmByteMatcher *
make_matcher (const char         *text,
              guint64             max_memory,
              GenlmVocab         *vocab,
              GenlmByteMachine  **machine)
{
  const GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES, max_memory, 0 };
  g_autoptr (GenlmGrammar) grammar = earley_grammar_new (text, GENLM_GRAMMAR_IGNORE_REPEATED);
  g_autoptr (GenlmByteMachine) made = NULL;
  g_autoptr (GError) error = NULL;

  made = genlm_earley_machine_new (grammar, &limits, FALSE, &error);
  g_assert_no_error (error);
  if (machine != NULL)
    *machine = genlm_byte_machine_ref (made);
  return genlm_byte_matcher_new (made, vocab);
}

static GenlmContext *
new_context (const char *text,
             gsize       length)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);

  return genlm_context_new_from_bytes (bytes);
}

static GenlmContext *
append (GenlmContext *context,
        const char   *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return genlm_context_append_bytes (context, bytes);
}

static void
check_weights (GenlmByteMatcher *matcher,
               GenlmContext     *context,
               gboolean          prefix,
               gboolean          complete)
{
  g_autoptr (GError) error = NULL;
  double weights[2];

  g_assert_true (genlm_byte_matcher_weigh (matcher, context, &weights[0], &weights[1], &error));
  g_assert_no_error (error);
  g_assert_cmpint (weights[0] == 0.0, ==, prefix);
  g_assert_cmpint (weights[1] == 0.0, ==, complete);
}

static char *
repeat (const char *text,
        gsize       n)
{
  gsize length = strlen (text);
  char *result = g_malloc (length * n + 1);
  gsize i;

  for (i = 0; i < n; i++)
    memcpy (result + i * length, text, length);
  result[length * n] = '\0';
  return result;
}

static void
check_long (const char *grammar,
            const char *text,
            const char *end,
            gboolean    complete)
{
  g_autoptr (GenlmByteMatcher) matcher = NULL;
  g_autoptr (GenlmContext) context = new_context (text, strlen (text));
  g_autoptr (GenlmContext) whole = append (context, end);
  g_autoptr (GenlmContext) wrong = append (whole, "?");
  gint64 start = g_get_monotonic_time ();

  matcher = make_matcher (grammar, GENLM_ENGINE_DEFAULT_MAX_MEMORY, genlm_vocab_bytes (), NULL);
  check_weights (matcher, context, TRUE, complete);
  check_weights (matcher, whole, TRUE, TRUE);
  check_weights (matcher, wrong, FALSE, FALSE);
  g_test_message ("%s: %.3f us a byte", grammar,
                  (double) (g_get_monotonic_time () - start)
                    / (double) genlm_context_get_length (wrong));
}

static void
test_long (void)
{
  g_autofree char *letters = repeat ("a", N_LONG);
  g_autofree char *list = repeat ("ab,", N_DEEP);
  g_autofree char *open = repeat ("(", N_DEEP);
  g_autofree char *close = repeat (")", N_DEEP);
  g_autofree char *alternating = repeat ("()(", N_DEEP);

  check_long ("s : 'a' s |", letters, "", TRUE);
  check_long ("s : s 'a' |", letters, "", TRUE);
  check_long ("s : s s | 'a' |", letters, "", TRUE);
  check_long ("s : 'a' t | 'b' |\nt : 'a' s | 'a'", letters, "b", TRUE);
  check_long ("s : X s | X\nX = a+", letters, "", TRUE);
  check_long ("s : X ',' s | X\nX = [ab]*", list, "a", TRUE);
  check_long ("s : s ',' X | X\nX = [ab]+", list, "a", FALSE);
  check_long ("s : '(' s ')' | '(' ')'", open, close, FALSE);
  check_long ("s : '(' s ')' s |", open, close, FALSE);
  check_long ("s : s '(' s ')' |", alternating, close, FALSE);
}

/* What is read in so many ways that nothing is ever settled takes time with the
 * cube of the length, not more. */
static void
test_ambiguous (void)
{
  g_autofree char *mixed = repeat ("aab", 40);
  g_autofree char *even = repeat ("a", 400);

  check_long ("s : 'a' s 'b' s | 'a' s | 'b' s 'a' s |", mixed, "", TRUE);
  check_long ("s : t t t t t t t t\nt : 'a' | 'a' t 'a'", even, "", TRUE);
  check_long ("s : t 'b' | t\nt : X | t t | u t\nu : s u | X\nX = a+|ab", mixed, "", TRUE);
  check_long ("s : 'a' s 'a' |", even, "", TRUE);
}

/* Rules that hang on each other in a long chain, in either order. */
static void
test_many_rules (void)
{
  guint down;

  for (down = 0; down < 2; down++)
    {
      g_autoptr (GenlmByteMatcher) matcher = NULL;
      g_autoptr (GenlmContext) context = new_context ("xa", 2);
      g_autoptr (GenlmTokenSet) mask = NULL;
      GString *text = g_string_new ("s : 'x' n0 'y' | 'z'\n");
      guint i;

      for (i = 0; i < N_RULES; i++)
        {
          guint number = down ? N_RULES - 1 - i : i;

          if (number + 1 < N_RULES)
            g_string_append_printf (text, "n%u : n%u 'b' | 'a' n%u\n", number, number + 1, number + 1);
          else
            g_string_append_printf (text, "n%u : 'a'\n", number);
        }
      matcher = make_matcher (text->str, GENLM_ENGINE_DEFAULT_MAX_MEMORY, genlm_vocab_bytes (), NULL);
      g_string_free (text, TRUE);
      check_weights (matcher, context, TRUE, FALSE);
      mask = genlm_byte_matcher_dup_mask (matcher, context, NULL);
      g_assert_cmpuint (genlm_token_set_get_count (mask), ==, 2);
    }
}

/* Symbols one after another all of which may be nothing. */
static char *
make_nullable (void)
{
  GString *text = g_string_new ("s :");
  guint i;

  for (i = 0; i < N_NULLABLE; i++)
    g_string_append_printf (text, " n%u", i);
  for (i = 0; i < N_NULLABLE; i++)
    g_string_append_printf (text, "\nn%u : '%c' |", i, (char) ('a' + i * 26 / N_NULLABLE));
  return g_string_free (text, FALSE);
}

/* What follows from each of them is not found before it is read. */
static void
test_many_nullable (void)
{
  g_autofree char *grammar = make_nullable ();
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GenlmByteMatcher) matcher = NULL;
  g_autoptr (GenlmContext) context = new_context ("abz", 3);
  g_autoptr (GenlmContext) wrong = new_context ("ba", 2);
  g_autoptr (GenlmTokenSet) mask = NULL;
  g_autoptr (GError) error = NULL;

  matcher = make_matcher (grammar, 12 << 20, genlm_vocab_bytes (), &machine);
  check_weights (matcher, context, TRUE, TRUE);
  check_weights (matcher, wrong, FALSE, FALSE);
  mask = genlm_byte_matcher_dup_mask (matcher, context, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (genlm_token_set_get_count (mask), ==, 2);
  g_assert_cmpuint (machine->klass->get_size (machine).memory, <, 3 << 20);
}

/* Of rules that return to each other, each through what may be nothing, the items
 * of one are merged once, not once for every way to it. Two looks for each letter
 * are enough, and were five and a half. */
static void
test_merged (void)
{
  static const char rules[] = "s : t s t 'a' t s t |\nt : s u |\nu : s |";
  const GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES,
                                     GENLM_ENGINE_DEFAULT_MAX_MEMORY, 500000 };
  g_autoptr (GenlmGrammar) grammar = earley_grammar_new (rules, GENLM_GRAMMAR_IGNORE_REPEATED);
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GenlmByteMatcher) matcher = NULL;
  g_autofree char *text = repeat ("a", N_MERGED);
  g_autoptr (GenlmContext) context = new_context (text, N_MERGED);
  g_autoptr (GError) error = NULL;

  machine = genlm_earley_machine_new (grammar, &limits, FALSE, &error);
  g_assert_no_error (error);
  matcher = genlm_byte_matcher_new (machine, genlm_vocab_bytes ());
  n_looks = 0;
  check_weights (matcher, context, TRUE, TRUE);
  g_test_message ("%d looks", n_looks);
  g_assert_cmpint (n_looks, <, 3 * N_MERGED);
}

/* Token by token, with every state kept. */
static void
test_states (void)
{
  g_autoptr (GenlmByteMatcher) matcher = NULL;
  g_autoptr (GenlmContext) context = genlm_context_new ();
  guint i;

  matcher = make_matcher ("s : '(' s ')' s |", GENLM_ENGINE_DEFAULT_MAX_MEMORY,
                          genlm_vocab_bytes (), NULL);
  for (i = 0; i < N_DEEP; i++)
    {
      GenlmContext *longer = genlm_context_append (context, '(');

      check_weights (matcher, longer, TRUE, FALSE);
      genlm_context_unref (context);
      context = longer;
    }
}

static void
test_limit (void)
{
  g_autoptr (GenlmByteMatcher) matcher = NULL;
  g_autofree char *open = repeat ("(", N_DEEP);
  g_autoptr (GenlmContext) context = new_context (open, N_DEEP);
  g_autoptr (GenlmContext) small = new_context (open, 10);
  g_autoptr (GError) error = NULL;

  matcher = make_matcher ("s : '(' s ')' s |", 1 << 20, genlm_vocab_bytes (), NULL);
  g_assert_false (genlm_byte_matcher_weigh (matcher, context, NULL, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "max-memory=1048576"));
  check_weights (matcher, small, TRUE, FALSE);
}

/* --- Terminals that overlap ---------------------------------------------- */

static const char *const overlapping[] = {
  "a+",     "[ab]+",  "a*b?",      "[a-d]+",  "[a-d]*d", "(ab|da)c?", "[ ]?[a-d]", "[a-d]{2,5}",
  "[a-b]+", "[c-d]+", "[^ab]",     "[a-d]a*", ".",       ".{3}",      "[^ ]+",     "[a-d]{4}",
  "c?d?a?b", "(ab|ba)*", "[ab]+[cd]*", "([a-d][a-d])+",
};

/* All words up to a length. */
static GenlmVocab *
make_words (void)
{
  g_autoptr (GString) data = g_string_new (NULL);
  g_autoptr (GArray) offsets = g_array_new (FALSE, TRUE, sizeof (guint32));
  g_autoptr (GBytes) bytes = NULL;
  GenlmVocab *vocab;
  guint n_words = 1;
  guint length;

  g_array_set_size (offsets, 1);
  for (length = 1; length <= WORD; length++)
    {
      guint number;

      n_words *= strlen (LETTERS);
      for (number = 0; number < n_words; number++)
        {
          guint rest = number;
          guint32 end;
          guint i;

          for (i = 0; i < length; i++, rest /= strlen (LETTERS))
            g_string_append_c (data, LETTERS[rest % strlen (LETTERS)]);
          end = (guint32) data->len;
          g_array_append_val (offsets, end);
        }
    }
  bytes = g_bytes_new (data->str, data->len);
  vocab = genlm_vocab_new_flat (bytes, (const guint32 *) (gpointer) offsets->data, offsets->len, NULL,
                                NULL);
  g_assert_nonnull (vocab);
  return vocab;
}

/* A rule for each terminal, after which another one's may stand. */
static char *
make_overlapping (const char *rest)
{
  GString *text = g_string_new ("s : e | e s\n");
  guint n = G_N_ELEMENTS (overlapping);
  guint i;

  for (i = 0; i < n; i++)
    g_string_append_printf (text, "e : r%u\nr%u : T%u | T%u %s%u\n", i, i, i, i, rest, (i + 1) % n);
  for (i = 0; i < n; i++)
    g_string_append_printf (text, "T%u = %s\n", i, overlapping[i]);
  g_string_truncate (text, text->len - 1);
  return g_string_free (text, FALSE);
}

/* Masks after each letter of a text. Returns the memory that is taken then. */
static guint64
read_masks (const char *grammar,
            guint64     max_memory,
            const char *text)
{
  g_autoptr (GenlmVocab) vocab = make_words ();
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GenlmByteMatcher) matcher = make_matcher (grammar, max_memory, vocab, &machine);
  g_autoptr (GenlmContext) context = genlm_context_new ();

  for (; *text != '\0'; text++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmTokenSet) mask = genlm_byte_matcher_dup_mask (matcher, context, &error);
      guint32 token = (guint32) (strchr (LETTERS, *text) - LETTERS);
      GenlmContext *longer = genlm_context_append (context, token);

      g_assert_no_error (error);
      g_assert_true (genlm_token_set_contains (mask, token));
      genlm_context_unref (context);
      context = longer;
    }
  g_test_message ("%" G_GUINT64_FORMAT " bytes", machine->klass->get_size (machine).memory);
  return machine->klass->get_size (machine).memory;
}

/* How much there is to know does not grow with the ways to cut a text. */
static void
test_overlapping (void)
{
  g_autofree char *grammar = make_overlapping ("',' r");

  g_assert_cmpuint (read_masks (grammar, GENLM_ENGINE_DEFAULT_MAX_MEMORY, "a bad cab dabba ca"), <,
                    4 << 20);
}

/* What is not of use any more is let go within one mask, too. */
static void
test_mask_memory (void)
{
  g_autofree char *grammar = make_overlapping ("s T");

  g_assert_cmpuint (read_masks (grammar, 3 << 20, "a ba"), <, 6 << 20);
}

/* A vocabulary of one letter so many times. */
static GenlmVocab *
make_runs (guint n_tokens)
{
  g_autoptr (GString) data = g_string_new (NULL);
  g_autofree guint32 *offsets = g_new0 (guint32, n_tokens + 1);
  g_autoptr (GBytes) bytes = NULL;
  GenlmVocab *vocab;
  guint i;

  for (i = 1; i <= n_tokens; i++)
    {
      guint j;

      for (j = 0; j < i; j++)
        g_string_append_c (data, 'a');
      offsets[i] = (guint32) data->len;
    }
  bytes = g_bytes_new (data->str, data->len);
  vocab = genlm_vocab_new_flat (bytes, offsets, n_tokens + 1, NULL, NULL);
  g_assert_nonnull (vocab);
  return vocab;
}

/* A mask is known the second time, too, if its tokens end many rules; and so is
 * that of a vocabulary whose tokens do not. */
static void
test_deep_look (void)
{
  g_autoptr (GenlmVocab) vocab = make_runs (N_TOKENS);
  g_autoptr (GenlmVocab) few = make_runs (N_RUNS);
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GenlmByteMatcher) matcher = NULL;
  g_autoptr (GenlmByteMatcher) sibling = NULL;
  g_autoptr (GenlmContext) context = genlm_context_new_for_tokens ((guint32[]) { 4, 2 }, 2);
  g_autoptr (GenlmContext) same = genlm_context_new_for_tokens ((guint32[]) { 4, 2 }, 2);
  g_autoptr (GenlmTokenSet) first = NULL;
  g_autoptr (GenlmTokenSet) second = NULL;

  matcher = make_matcher ("s : 'a' s t |\nt : '!' |", GENLM_ENGINE_DEFAULT_MAX_MEMORY, vocab, &machine);
  sibling = genlm_byte_matcher_new (machine, few);
  first = genlm_byte_matcher_dup_mask (matcher, context, NULL);
  second = genlm_byte_matcher_dup_mask (matcher, context, NULL);
  g_assert_cmpuint (genlm_token_set_get_count (first), ==, N_TOKENS + 1);
  g_assert_true (first == second);
  g_clear_pointer (&first, genlm_token_set_unref);
  g_clear_pointer (&second, genlm_token_set_unref);
  first = genlm_byte_matcher_dup_mask (sibling, same, NULL);
  second = genlm_byte_matcher_dup_mask (sibling, same, NULL);
  g_assert_cmpuint (genlm_token_set_get_count (first), ==, N_RUNS + 1);
  g_assert_true (first == second);
}

/* Of what could be returned to nothing is looked at that takes more than the
 * mask itself, and the mask is known the second time nevertheless. */
static void
test_ambiguous_look (void)
{
  g_autoptr (GenlmVocab) vocab = make_runs (N_RUNS);
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GenlmByteMatcher) matcher = NULL;
  g_autoptr (GenlmContext) context = genlm_context_new_for_tokens ((guint32[]) { 4, 2 }, 2);
  g_autoptr (GenlmTokenSet) first = NULL;
  g_autoptr (GenlmTokenSet) second = NULL;

  matcher = make_matcher ("s : x s | T |\nx : U | x s | s s V\nT = a+\nU = aa*\nV = .a",
                          GENLM_ENGINE_DEFAULT_MAX_MEMORY, vocab, &machine);
  first = genlm_byte_matcher_dup_mask (matcher, context, NULL);
  second = genlm_byte_matcher_dup_mask (matcher, context, NULL);
  g_assert_cmpuint (genlm_token_set_get_count (first), ==, N_RUNS + 1);
  g_assert_true (first == second);
  g_assert_cmpuint (machine->klass->get_size (machine).memory, <, 8 << 20);
}

/* Not only building is stopped by it: either may be. */
static void
test_mask_deadline (void)
{
  const GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES,
                                     GENLM_ENGINE_DEFAULT_MAX_MEMORY, 1 };
  g_autofree char *text = make_overlapping ("s T");
  g_autoptr (GenlmGrammar) grammar = earley_grammar_new (text, GENLM_GRAMMAR_IGNORE_REPEATED);
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GError) error = NULL;

  machine = genlm_earley_machine_new (grammar, &limits, FALSE, &error);
  if (machine != NULL)
    {
      g_autoptr (GenlmVocab) vocab = make_words ();
      g_autoptr (GenlmByteMatcher) matcher = genlm_byte_matcher_new (machine, vocab);
      g_autoptr (GenlmContext) context = genlm_context_new ();

      g_assert_null (genlm_byte_matcher_dup_mask (matcher, context, &error));
    }
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "deadline=1"));
}

/* It is stopped before all that a single symbol leads to is known. */
static void
test_deadline_within (void)
{
  const GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES,
                                     GENLM_ENGINE_DEFAULT_MAX_MEMORY, 500000 };
  g_autofree char *text = make_nullable ();
  g_autoptr (GenlmGrammar) grammar = earley_grammar_new (text, GENLM_GRAMMAR_IGNORE_REPEATED);
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GenlmByteMatcher) matcher = NULL;
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GenlmTokenSet) mask = NULL;
  g_autoptr (GError) error = NULL;
  guint64 memory;

  machine = genlm_earley_machine_new (grammar, &limits, FALSE, &error);
  g_assert_no_error (error);
  matcher = genlm_byte_matcher_new (machine, genlm_vocab_bytes ());
  memory = machine->klass->get_size (machine).memory;
  clock_step = 600 * G_USEC_PER_SEC;
  mask = genlm_byte_matcher_dup_mask (matcher, context, &error);
  clock_step = 0;
  g_assert_null (mask);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_test_message ("%" G_GUINT64_FORMAT " bytes more", machine->klass->get_size (machine).memory - memory);
  g_assert_cmpuint (machine->klass->get_size (machine).memory - memory, <, 1 << 20);
  g_clear_error (&error);
  mask = genlm_byte_matcher_dup_mask (matcher, context, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (genlm_token_set_get_count (mask), ==, 27);
}

/* A text is not read on then, either. */
static void
test_deadline_reading (void)
{
  const GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES,
                                     GENLM_ENGINE_DEFAULT_MAX_MEMORY, 500000 };
  g_autoptr (GenlmGrammar) grammar = earley_grammar_new ("s : s s 'a' s s |", GENLM_GRAMMAR_IGNORE_REPEATED);
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GenlmByteMatcher) matcher = NULL;
  g_autofree char *text = repeat ("a", N_AMBIGUOUS);
  g_autoptr (GenlmContext) context = new_context (text, N_AMBIGUOUS);
  g_autoptr (GError) error = NULL;
  double prefix;

  machine = genlm_earley_machine_new (grammar, &limits, FALSE, &error);
  g_assert_no_error (error);
  matcher = genlm_byte_matcher_new (machine, genlm_vocab_bytes ());
  clock_step = 600 * G_USEC_PER_SEC;
  g_assert_false (genlm_byte_matcher_weigh (matcher, context, &prefix, NULL, &error));
  clock_step = 0;
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "deadline=500000"));
  g_clear_error (&error);
  check_weights (matcher, context, TRUE, TRUE);
}

/* Nor is it made to its end when nobody waits for it. */
static void
test_cancelled (void)
{
  g_autofree char *grammar = make_nullable ();
  g_autoptr (GenlmByteMatcher) matcher = NULL;
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GenlmTokenSet) mask = NULL;
  g_autoptr (GError) error = NULL;

  matcher = make_matcher (grammar, GENLM_ENGINE_DEFAULT_MAX_MEMORY, genlm_vocab_bytes (), NULL);
  g_cancellable_cancel (cancellable);
  g_cancellable_push_current (cancellable);
  mask = genlm_byte_matcher_dup_mask (matcher, context, &error);
  g_cancellable_pop_current (cancellable);
  g_assert_null (mask);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  mask = genlm_byte_matcher_dup_mask (matcher, context, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (genlm_token_set_get_count (mask), ==, 27);
}

/* --- What is kept -------------------------------------------------------- */

/* What contexts hold goes with them. */
static void
test_memory (void)
{
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GenlmByteMatcher) matcher = NULL;
  g_autofree char *open = repeat ("(", N_DEEP);
  guint i;

  matcher = make_matcher ("s : '(' s ')' s |", GENLM_ENGINE_DEFAULT_MAX_MEMORY,
                          genlm_vocab_bytes (), &machine);
  for (i = 0; i < 20; i++)
    {
      g_autoptr (GenlmContext) context = new_context (open, N_DEEP - i);

      check_weights (matcher, context, TRUE, FALSE);
      g_assert_cmpuint (machine->klass->get_size (machine).memory, <, GENLM_ENGINE_DEFAULT_MAX_MEMORY);
    }
}

/* Contexts that stay are right after others have come and gone. */
static void
test_kept (void)
{
  g_autoptr (GenlmByteMatcher) matcher = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_autoptr (GPtrArray) contexts = NULL;
  g_autoptr (GPtrArray) ends = g_ptr_array_new_with_free_func (g_free);
  guint i;

  matcher = make_matcher ("s : '(' s ')' s | '[' s ']' s |", 4 << 20, genlm_vocab_bytes (), NULL);
  contexts = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_context_unref);
  for (i = 0; i < N_KEPT; i++)
    {
      char text[DEPTH + 1] = { 0 };
      char end[DEPTH + 1] = { 0 };
      guint j;

      for (j = 0; j < DEPTH; j++)
        {
          gboolean round = g_rand_boolean (rand);

          text[j] = round ? '(' : '[';
          end[DEPTH - 1 - j] = round ? ')' : ']';
        }
      g_ptr_array_add (contexts, new_context (text, DEPTH));
      g_ptr_array_add (ends, g_strdup (end));
      check_weights (matcher, g_ptr_array_index (contexts, i), TRUE, FALSE);
    }
  for (i = 0; i < N_KEPT; i++)
    {
      g_autoptr (GenlmContext) whole = append (g_ptr_array_index (contexts, i),
                                               g_ptr_array_index (ends, i));
      g_autoptr (GenlmContext) wrong = append (g_ptr_array_index (contexts, i),
                                               g_ptr_array_index (ends, (i + 1) % N_KEPT));

      check_weights (matcher, whole, TRUE, TRUE);
      check_weights (matcher, wrong, FALSE, FALSE);
    }
}

/* --- Threads ------------------------------------------------------------- */

typedef struct
{
  GenlmByteMatcher *matcher;
  guint32           seed;
} Work;

/* A hash of the masks of a random walk. */
static gpointer
walk (gpointer data)
{
  const Work *work = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (work->seed);
  g_autoptr (GenlmContext) context = genlm_context_new ();
  guint hash = 0;
  guint i;

  for (i = 0; i < N_STEPS; i++)
    {
      g_autoptr (GenlmTokenSet) mask = genlm_byte_matcher_dup_mask (work->matcher, context, NULL);
      gsize n_tokens;
      g_autofree guint32 *tokens = genlm_token_set_dup_tokens (mask, &n_tokens);
      GenlmContext *longer;
      gsize j;

      for (j = 0; j < n_tokens; j++)
        hash = hash * 31 + tokens[j];
      n_tokens -= genlm_token_set_contains (mask, 256);
      longer = genlm_context_append (context,
                                     tokens[g_rand_int_range (rand, 0, (gint32) n_tokens)]);
      genlm_context_unref (context);
      context = longer;
    }
  return GUINT_TO_POINTER (hash);
}

static void
test_threads (void)
{
  static const char grammar[] = "s : e\ne : e '+' t | t\nt : t '*' f | f\nf : X | '(' e ')'\nX = [a-c]+\n"
                                "! W = [ ]+";
  GThread *threads[N_THREADS];
  Work works[N_THREADS];
  g_autoptr (GenlmByteMatcher) shared = NULL;
  guint i;

  shared = make_matcher (grammar, 1 << 20, genlm_vocab_bytes (), NULL);
  for (i = 0; i < N_THREADS; i++)
    {
      works[i] = (Work) { shared, i + 1 };
      threads[i] = g_thread_new ("walk", walk, &works[i]);
    }
  for (i = 0; i < N_THREADS; i++)
    {
      g_autoptr (GenlmByteMatcher) own = NULL;
      Work work = { NULL, i + 1 };

      work.matcher = own = make_matcher (grammar, GENLM_ENGINE_DEFAULT_MAX_MEMORY,
                                         genlm_vocab_bytes (), NULL);
      g_assert_true (walk (&work) == g_thread_join (threads[i]));
    }
}

/* What is asked while another thread makes a mask, and whether there was an
 * answer. */
static struct
{
  GenlmByteMatcher *matcher;
  GenlmContext     *context;
  GMutex            mutex;
  GCond             cond;
  gboolean          is_answered;
} question;

static gpointer
ask_known (gpointer data)
{
  g_autoptr (GenlmContext) again = genlm_context_new_for_tokens ((guint32[]) { 0 }, 1);
  g_autoptr (GenlmTokenSet) mask = genlm_byte_matcher_dup_mask (question.matcher, question.context, NULL);
  g_autoptr (GMutexLocker) locker = NULL;

  check_weights (question.matcher, again, TRUE, TRUE);
  locker = g_mutex_locker_new (&question.mutex);
  question.is_answered = mask != NULL;
  g_cond_signal (&question.cond);
  return NULL;
}

/* Waits for the answer, by the system's clock. */
static void
wait_for_answer (void)
{
  g_autoptr (GThread) thread = g_thread_new ("ask", ask_known, NULL);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&question.mutex);
  struct timespec now;
  gint64 end;

  clock_gettime (CLOCK_MONOTONIC, &now);
  end = (now.tv_sec + MAX_WAIT) * G_USEC_PER_SEC;
  while (!question.is_answered)
    if (!g_cond_wait_until (&question.cond, &question.mutex, end))
      break;
  g_assert_true (question.is_answered);
}

/* It does not wait for what others find. */
static void
test_known_beside (void)
{
  const GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES,
                                     GENLM_ENGINE_DEFAULT_MAX_MEMORY, 500000 };
  g_autofree char *text = make_overlapping ("s T");
  g_autoptr (GenlmGrammar) grammar = earley_grammar_new (text, GENLM_GRAMMAR_IGNORE_REPEATED);
  g_autoptr (GenlmVocab) vocab = make_words ();
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GenlmByteMatcher) matcher = NULL;
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GenlmContext) longer = genlm_context_append (context, 0);
  g_autoptr (GenlmTokenSet) known = NULL;
  g_autoptr (GenlmTokenSet) made = NULL;
  g_autoptr (GError) error = NULL;

  machine = genlm_earley_machine_new (grammar, &limits, FALSE, &error);
  g_assert_no_error (error);
  question.matcher = matcher = genlm_byte_matcher_new (machine, vocab);
  question.context = context;
  known = genlm_byte_matcher_dup_mask (matcher, context, &error);
  g_assert_no_error (error);
  check_weights (matcher, longer, TRUE, TRUE);
  at_look = wait_for_answer;
  made = genlm_byte_matcher_dup_mask (matcher, longer, &error);
  g_assert_no_error (error);
  g_assert_true (at_look == NULL);
  g_assert_true (question.is_answered);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/earley-long/texts", test_long);
  g_test_add_func ("/earley-long/ambiguous", test_ambiguous);
  g_test_add_func ("/earley-long/many-rules", test_many_rules);
  g_test_add_func ("/earley-long/many-nullable", test_many_nullable);
  g_test_add_func ("/earley-long/merged", test_merged);
  g_test_add_func ("/earley-long/states", test_states);
  g_test_add_func ("/earley-long/limit", test_limit);
  g_test_add_func ("/earley-long/overlapping", test_overlapping);
  g_test_add_func ("/earley-long/mask-memory", test_mask_memory);
  g_test_add_func ("/earley-long/deep-look", test_deep_look);
  g_test_add_func ("/earley-long/ambiguous-look", test_ambiguous_look);
  g_test_add_func ("/earley-long/mask-deadline", test_mask_deadline);
  g_test_add_func ("/earley-long/deadline-within", test_deadline_within);
  g_test_add_func ("/earley-long/deadline-reading", test_deadline_reading);
  g_test_add_func ("/earley-long/cancelled", test_cancelled);
  g_test_add_func ("/earley-long/memory", test_memory);
  g_test_add_func ("/earley-long/kept", test_kept);
  g_test_add_func ("/earley-long/threads", test_threads);
  g_test_add_func ("/earley-long/known-beside", test_known_beside);
  return g_test_run ();
}
