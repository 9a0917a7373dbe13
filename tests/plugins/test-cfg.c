#include <genlm.h>
#include <genlm-testing.h>

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "asking.h"
#include "vocabs.h"

#define N_RANDOM_TOKENS (200u)

/* Masks along a text are looked at in steps of so many tokens. */
#define STEP            (37u)

static GenlmPotential *
make (const char *grammar,
      const char *more)
{
  return make_element ("cfg", "grammar", grammar, more);
}

static gboolean
is_prefix (GenlmPotential *potential,
           GenlmContext   *context)
{
  return ask_prefix (potential, context) == 0.0;
}

static gboolean
is_complete (GenlmPotential *potential,
             GenlmContext   *context)
{
  return ask_complete (potential, context) == 0.0;
}

/* A text is “x” if it is derived, “-” if it may become one that is, and “” if
 * not. */
static void
check_text (GenlmPotential *potential,
            const char     *text,
            const char     *verdict)
{
  g_autoptr (GenlmContext) context = new_context (text);
  g_autofree char *shown = g_utf8_make_valid (text, -1);

  g_test_message ("“%s”: “%s”", shown, verdict);
  g_assert_cmpint (is_complete (potential, context), ==, verdict[0] == 'x');
  g_assert_cmpint (is_prefix (potential, context), ==, verdict[0] != '\0');
}

static void
check_texts (const char        *grammar,
             const char        *more,
             const char *const *texts)
{
  g_autoptr (GenlmPotential) potential = make (grammar, more);

  for (; texts[0] != NULL; texts += 2)
    check_text (potential, texts[0], texts[1]);
}

/* The bytes that may follow, and the end as the last one. */
static void
check_next (const char *grammar,
            const char *more,
            const char *text,
            const char *next,
            gboolean    may_end)
{
  g_autoptr (GenlmPotential) potential = make (grammar, more);
  g_autoptr (GenlmContext) context = new_context (text);
  g_autoptr (GenlmTokenSet) mask = ask_mask (potential, context);
  guint byte;

  for (byte = 0; byte < 256; byte++)
    g_assert_cmpint (genlm_token_set_contains (mask, byte), ==,
                     byte != 0 && strchr (next, (int) byte) != NULL);
  g_assert_cmpint (genlm_token_set_contains (mask, 256), ==, may_end);
}

#define GENLM ", 'style': <'genlm'>"
#define LETTERS "start: A B | A B B\nA: \"a\"\nB: \"b\"\n"

/* What the reference says. */
static void
test_golden (void)
{
  static const char *const letters[] = { "", "-", "a", "-", "ab", "x", "abb", "x", "b", "", "abbb", "", NULL };
  static const char *const words[] = { "SELECT", "x", "select", "x", "SeLeCt", "x", "SeL", "-", "SELEKT", "", NULL };
  static const char *const counted[] = { "a", "-", "aa", "x", "aaa", "x", "aaaa", "", NULL };
  static const char *const ignored[] = { "ab",  "x", "a b", "x", " ab",   "x", "a  b", "",
                                         "ab ", "",  " ",   "-", " a b ", "",  NULL };
  static const char *const and[] = { "a AND a", "x", "a AND b", "x", "b AND a", "x", "b AND b",
                                     "x",       "a AND", "-", "aAND a", "", NULL };

  check_texts (LETTERS, GENLM, letters);
  check_texts ("start: \"SELECT\"i", GENLM, words);
  check_texts ("start: \"a\"~2..3", GENLM, counted);
  check_texts ("start: A B\nA: \"a\"\nB: \"b\"\n%ignore \" \"\n", GENLM, ignored);
  check_texts ("start: x and x\nx: \"b\" | \"a\"\nand: \" AND \"\n", GENLM, and);
  check_next ("start: \"\xe2\x82\xac\"", GENLM, "", "\xe2", FALSE);
  check_next ("start: \"\xe2\x82\xac\"", GENLM, "\xe2", "\x82", FALSE);
  check_next ("start: \"\xe2\x82\xac\"", GENLM, "\xe2\x82", "\xac", FALSE);
  check_next ("start: /[a\xe2\x82\xac]+/", GENLM, "", "a\xe2", FALSE);
  check_next ("start: /[a\xe2\x82\xac]+/", GENLM, "a", "a\xe2", TRUE);
  check_next ("start: /[a\xe2\x82\xac]+/", GENLM, "\xe2", "\x82", FALSE);
  check_next ("start: /.+/", GENLM, "",
              " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
              "abcdefghijklmnopqrstuvwxyz{|}~\t\v\f\r",
              FALSE);
  check_next ("start: /[^a]+/", GENLM, "",
              " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
              "bcdefghijklmnopqrstuvwxyz{|}~\t\v\f\r\n",
              FALSE);
}

/* As often as there are, and at the end. */
static void
test_standard (void)
{
  static const char *const ignored[] = { "ab", "x", "a  b", "x", " a b  ", "x", "  ", "-", "a", "-", NULL };
  static const char *const any[] = { "\xc3\xa9", "x", "\xc3", "-", "\n", "", NULL };

  check_texts ("start: A B\nA: \"a\"\nB: \"b\"\n%ignore \" \"\n", "", ignored);
  check_texts ("start: /./", "", any);
}

static void
test_rules (void)
{
  static const char *const texts[] = { "", "x", "()", "x", "(()", "-", ")", "", NULL };

  check_texts ("0.3: S->( S ) S\n0.7: S->\n", "", texts);
  check_texts ("0.3: S->( S ) S\n0.7: S->\n", ", 'syntax': <'rules'>", texts);
}

/* Every cut within a character. */
static void
test_cuts (void)
{
  static const char text[] = "\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"";
  g_autoptr (GenlmPotential) potential = make ("start: S S?\nS: /\"[^\"]*\"/\n", "");
  gsize i;

  for (i = 0; i < sizeof text; i++)
    {
      g_autoptr (GenlmContext) context = new_context_sized (text, i);

      g_assert_true (is_prefix (potential, context));
      g_assert_cmpint (is_complete (potential, context), ==, i == sizeof text - 1);
    }
}

static void
check_refusal (const char *grammar,
               const char *more,
               int         code,
               const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (try_make_element ("cfg", "grammar", grammar, more, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, code);
  g_assert_nonnull (strstr (error->message, "cfg"));
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_refusals (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) file_error = NULL;

  check_refusal ("start: lost\n", "", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "lost");
  check_refusal ("x: \"a\"\n", "", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "start");
  check_refusal ("start: A\nA: /x(?:a|(?<!b)c)/\n", "", GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                 "terminal A: Failed to compile the pattern: the look-behind at byte 6");
  check_refusal ("start: \"a\"\n", ", 'style': <'loose'>", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                 "loose");
  check_refusal ("start: \"a\"\n", ", 'syntax': <'bnf'>", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                 "bnf");
  check_refusal ("start: \"a\"\n", ", 'file': <'x.lark'>", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                 "file");
  check_refusal ("start: /(a|b|c|d){20}/\n", ", 'max-memory': <uint64 200>",
                 GENLM_POTENTIAL_ERROR_LIMIT, "max-memory=200");
  g_assert_null (genlm_element_make ("cfg", g_variant_new_parsed ("@a{sv} {}"), &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
  g_assert_null (genlm_element_make (
    "cfg", g_variant_new_parsed ("{'file': <'/nonexistent/x.lark'>}"), &file_error));
  g_assert_error (file_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* Editors put a mark of the encoding before a text. */
static void
test_mark (void)
{
  g_autoptr (GenlmPotential) lark = make ("\xef\xbb\xbfstart: \"a\"\n", "");
  g_autoptr (GenlmPotential) rules = make ("\xef\xbb\xbf" "1: S -> a\n", "");

  g_assert_nonnull (lark);
  g_assert_nonnull (rules);
}

/* An empty language is no error: nothing has weight. */
static void
test_empty_language (void)
{
  g_autoptr (GenlmPotential) potential = make ("start: \"a\" start\n", "");
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (is_prefix (potential, empty));
  g_assert_false (is_complete (potential, empty));
  g_assert_null (genlm_potential_logw_next_sync (potential, empty, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX);
}

static void
test_limit_later (void)
{
  g_autoptr (GenlmPotential) potential = NULL;
  g_autoptr (GenlmContext) context = new_context_sized ("abbababbbabaaabababababbbbaaaabbab", 34);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) mask_error = NULL;

  potential = make ("start: /[ab]*a[ab]{20}/\n", ", 'max-states': <uint32 20>, 'name': <'evil'>");
  g_assert_true (isnan (genlm_potential_prefix_sync (potential, context, NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "evil"));
  g_assert_nonnull (strstr (error->message, "max-states=20"));
  g_assert_null (genlm_potential_mask_next_sync (potential, context, NULL, &mask_error));
  g_assert_error (mask_error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
}

static void
test_not_ready (void)
{
  g_autoptr (GenlmPotential) made = make (LETTERS, "");
  g_autoptr (GenlmPotential) raw = g_object_new (G_OBJECT_TYPE (made), "grammar", LETTERS, NULL);
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) spawn_error = NULL;
  guint n_states;

  g_assert_true (isnan (genlm_potential_prefix_sync (raw, empty, NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY);
  g_assert_null (genlm_potential_spawn (raw, &spawn_error));
  g_assert_error (spawn_error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY);
  g_object_get (raw, "n-states", &n_states, NULL);
  g_assert_cmpuint (n_states, ==, 0);
  g_assert_true (g_initable_init (G_INITABLE (raw), NULL, NULL));
  g_assert_true (g_initable_init (G_INITABLE (raw), NULL, NULL));
  g_assert_true (is_prefix (raw, empty));
  g_object_get (raw, "n-states", &n_states, NULL);
  g_assert_cmpuint (n_states, >, 0);
}

static void
test_properties (void)
{
  g_autoptr (GenlmPotential) potential = make ("s: \"a\"\n", ", 'start': <'s'>");
  GenlmTraits traits = genlm_potential_get_traits (potential);

  g_assert_true (genlm_potential_get_vocab (potential) == genlm_vocab_bytes ());
  g_assert_cmpuint (traits, ==, GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE
                                  | GENLM_TRAITS_BOOLEAN | GENLM_TRAITS_MASKS);
  check_text (potential, "a", "x");
}

static void
test_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("test-cfg-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "letters.lark", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) potential = NULL;

  g_assert_true (g_file_set_contents (path, LETTERS, -1, NULL));
  potential = genlm_element_make ("cfg", g_variant_new_parsed ("{'file': <%s>}", path), &error);
  g_assert_no_error (error);
  check_text (potential, "abb", "x");
  g_unlink (path);
  g_rmdir (folder);
}

/* --- Vocabularies -------------------------------------------------------- */

/* A token is in the mask if the text with it is a prefix. */
static void
check_mask (GenlmPotential *bytes,
            GenlmPotential *coerced,
            GenlmContext   *context,
            GRand          *rand)
{
  GenlmVocab *vocab = genlm_potential_get_vocab (coerced);
  gint32 n_tokens = (gint32) genlm_vocab_get_size (vocab);
  g_autoptr (GenlmTokenSet) mask = ask_mask (coerced, context);
  g_autoptr (GBytes) text = genlm_vocab_decode (vocab, context);
  g_autoptr (GenlmContext) spelled = genlm_context_new_from_bytes (text);
  guint i;

  g_assert_cmpint (is_complete (bytes, spelled), ==,
                   genlm_token_set_contains (mask, (guint32) n_tokens));
  for (i = 0; i < N_RANDOM_TOKENS; i++)
    {
      /* Most of what is allowed has a low number. */
      guint32 token = (guint32) g_rand_int_range (rand, 0, i % 2 == 0 ? 1000 : n_tokens);
      gsize length;
      const guint8 *token_bytes = genlm_vocab_peek_token (vocab, token, &length);
      g_autoptr (GBytes) more = g_bytes_new (token_bytes, length);
      g_autoptr (GenlmContext) longer = genlm_context_append_bytes (spelled, more);

      g_assert_cmpint (genlm_token_set_contains (mask, token), ==, is_prefix (bytes, longer));
    }
}

/* All masks along the text have the next token; again, with all caches warm,
 * too. */
static void
check_sample (JsonObject *sample,
              GenlmVocab *vocab,
              GRand      *rand)
{
  JsonObject *test = json_array_get_object_element (json_object_get_array_member (sample, "tests"), 0);
  JsonArray *tokens = json_object_get_array_member (test, "tokens");
  g_autoptr (GenlmPotential) bytes = make (json_object_get_string_member (sample, "grammar"), "");
  g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (bytes, vocab, NULL);
  guint pass;

  g_test_message ("%s", json_object_get_string_member (sample, "id"));
  for (pass = 0; pass < 2; pass++)
    {
      g_autoptr (GenlmContext) context = genlm_context_new ();
      guint i;

      for (i = 0; i < json_array_get_length (tokens); i++)
        {
          guint32 token = (guint32) json_array_get_int_element (tokens, i);
          g_autoptr (GenlmTokenSet) mask = ask_mask (coerced, context);
          GenlmContext *longer = genlm_context_append (context, token);

          g_assert_true (genlm_token_set_contains (mask, token));
          if (i % STEP == 0)
            check_mask (bytes, coerced, context, rand);
          genlm_context_unref (context);
          context = longer;
        }
      g_assert_true (is_complete (coerced, context));
    }
}

static void
test_real_tokens (void)
{
  static const char file[] = "../shared/data/grammars.jsonl";
  g_autoptr (GenlmVocab) vocab = load_vocab ("cl100k_base");
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gsize i;

  if (vocab == NULL || !g_file_get_contents (file, &text, NULL, NULL))
    {
      g_test_skip ("The vocabulary or the grammars are not there");
      return;
    }
  lines = g_strsplit (text, "\n", -1);
  for (i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      g_autoptr (JsonNode) sample = json_from_string (lines[i], NULL);

      check_sample (json_node_get_object (sample), vocab, rand);
    }
}

/* --- Laws ---------------------------------------------------------------- */

static void
check_laws (const char        *grammar,
            const char *const *texts)
{
  g_autoptr (GenlmPotential) potential = make (grammar, "");
  g_autoptr (GenlmHarness) harness = genlm_harness_new (potential);
  g_autoptr (GenlmBatch) contexts = genlm_batch_new ();
  g_autoptr (GError) error = NULL;

  for (; *texts != NULL; texts++)
    {
      g_autoptr (GenlmContext) context = new_context (*texts);

      genlm_batch_append (contexts, context);
    }
  genlm_harness_check_all (harness, contexts, &error);
  g_assert_no_error (error);
}

static void
test_laws (void)
{
  static const char *const expressions[] = { "", "1", "(1 ", "(1+x)*2", "1)", "1 + (2", NULL };
  static const char *const letters[] = { "", "a", "ab", "ba", "aab", NULL };

  check_laws ("start: expr\nexpr: expr \"+\" expr | expr \"*\" expr | N | X | \"(\" expr \")\"\n"
              "N: /[0-9]+/\nX: /[a-z]+/\n%ignore / +/\n",
              expressions);
  check_laws ("start: A B\nA: /a+/\nB: /ab/\n", letters);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  genlm_init ();
  g_test_add_func ("/cfg/golden", test_golden);
  g_test_add_func ("/cfg/standard", test_standard);
  g_test_add_func ("/cfg/rules", test_rules);
  g_test_add_func ("/cfg/cuts", test_cuts);
  g_test_add_func ("/cfg/refusals", test_refusals);
  g_test_add_func ("/cfg/mark", test_mark);
  g_test_add_func ("/cfg/empty-language", test_empty_language);
  g_test_add_func ("/cfg/limit-later", test_limit_later);
  g_test_add_func ("/cfg/not-ready", test_not_ready);
  g_test_add_func ("/cfg/properties", test_properties);
  g_test_add_func ("/cfg/file", test_file);
  g_test_add_func ("/cfg/real-tokens", test_real_tokens);
  g_test_add_func ("/cfg/laws", test_laws);
  return g_test_run ();
}
