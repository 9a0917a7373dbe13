#include <genlm.h>
#include <genlm-testing.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "asking.h"
#include "vocabs.h"

#define JSON                                                                                       \
  "start: value\n"                                                                                 \
  "value: object | array | STRING | NUMBER | \"true\" | \"false\" | \"null\"\n"                    \
  "object: \"{\" (pair (\",\" pair)*)? \"}\"\n"                                                    \
  "pair: STRING \":\" value\n"                                                                     \
  "array: \"[\" (value (\",\" value)*)? \"]\"\n"                                                   \
  "STRING: /\"([^\"\\\\\\x00-\\x1f]|\\\\([\"\\\\\\/bfnrt]|u[0-9a-fA-F]{4}))*\"/\n"                  \
  "NUMBER: /-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?/\n"                                    \
  "%ignore /[ \\t\\r\\n]+/\n"

static GenlmPotential *
make (const char *grammar,
      const char *more)
{
  return make_element ("wcfg", "grammar", grammar, more);
}

static void
assert_near (double have,
             double want)
{
  if (have == want)
    return;
  g_assert_cmpfloat (fabs (have - want), <, 1e-9 * MAX (1.0, fabs (want)));
}

/* @next has the tokens that may follow, as "a -0.5 $ -1", with "$" for EOS and
 * "_" for a space. */
static void
check_next (GenlmPotential *potential,
            GenlmContext   *context,
            const char     *next)
{
  g_auto (GStrv) words = g_strsplit (next, " ", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmWeights) weights = NULL;
  double want[257];
  guint i;

  weights = genlm_potential_logw_next_sync (potential, context, NULL, &error);
  g_assert_no_error (error);
  for (i = 0; i < 257; i++)
    want[i] = -INFINITY;
  for (i = 0; words[i] != NULL && words[i + 1] != NULL; i += 2)
    {
      guint8 byte = words[i][0] == '_' ? ' ' : (guint8) words[i][0];

      want[byte == '$' ? 256 : byte] = g_ascii_strtod (words[i + 1], NULL);
    }
  for (i = 0; i < 257; i++)
    assert_near (genlm_weights_get (weights, i), want[i]);
}

static void
check (GenlmPotential *potential,
       const char     *text,
       double          prefix,
       double          complete,
       const char     *next)
{
  g_autoptr (GenlmContext) context = new_context (text);
  g_autoptr (GError) error = NULL;

  assert_near (ask_prefix (potential, context), prefix);
  assert_near (ask_complete (potential, context), complete);
  if (prefix > -INFINITY)
    {
      if (next != NULL)
        check_next (potential, context, next);
      return;
    }
  g_assert_null (genlm_potential_logw_next_sync (potential, context, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX);
}

#define HALF "-0.693147180559945"

static void
test_golden (void)
{
  g_autoptr (GenlmPotential) g1 = make ("3: S->A B\n2: S->A B B\n1: A->a\n1: B->b", "");
  g_autoptr (GenlmPotential) g2 = make ("0.5: S->a S\n0.5: S->a", "");
  g_autoptr (GenlmPotential) g4 = make ("0.25: S->S S\n0.5: S->a", "");
  g_autoptr (GenlmPotential) g5 = make ("0.5: S->X\n0.25: X->S\n0.5: X->a\n0.1: S->", "");
  g_autoptr (GenlmPotential) dyck = make ("0.3: S->( S ) S\n0.7: S->", "");
  g_autoptr (GenlmPotential) critical = make ("0.5: S->( S ) S\n0.5: S->", "");
  g_autoptr (GenlmPotential) accent = make ("1: S->\xc3\xa9 x", "");

  check (g1, "", 1.609437912434, -INFINITY, "a 0");
  check (g1, "a", 1.609437912434, -INFINITY, "b 0");
  check (g1, "ab", 1.609437912434, 1.098612288668, "b -0.9162907318742 $ -0.5108256237660");
  check (g1, "abb", 0.6931471805599, 0.6931471805599, "$ 0");
  check (g1, "b", -INFINITY, -INFINITY, NULL);
  check (g2, "a", 0, -G_LN2, "a " HALF " $ " HALF);
  check (g2, "aaaaaaaaaaaaaaaaaaaa", -13.16979643064, -13.86294361120, "a " HALF " $ " HALF);
  check (g4, "", -0.5347999967396, -INFINITY, "a 0");
  check (g4, "a", -0.5347999967396, -G_LN2, "a -1.921094357859 $ -0.1583471838204");
  check (g4, "aa", -2.455894354599, -2.772588722240, "a -1.303989809382 $ -0.3166943676407");
  check (g4, "aaa", -3.759884163981, -4.158883083360, "a -1.111671469106 $ -0.3989989193786");
  check (g4, "aaaa", -4.871555633087, -5.322033893165, "a -1.014243399195 $ -0.4504782600787");
  check (g4, "aaaaa", -5.885799032281, -6.371856017664, NULL);
  check (g5, "", -0.9162907318742, -2.169053700370, "a -0.3364722366212 $ -1.252762968495");
  check (g5, "a", -1.252762968495, -1.252762968495, "$ 0");
  check (dyck, "", 0, -0.3566749439387, "( -1.203972804326 $ -0.3566749439387");
  check (dyck, "(", -1.203972804326, -INFINITY, "( -1.203972804326 ) -0.3566749439387");
  check (dyck, "()", -1.560647748265, -1.917322692203, "( -1.203972804326 $ -0.3566749439387");
  check (dyck, "()()", -3.121295496529, -3.477970440468, "( -1.203972804326 $ -0.3566749439387");
  check (dyck, "(())", -3.121295496529, -3.477970440468, "( -1.203972804326 $ -0.3566749439387");
  check (dyck, "((", -2.407945608652, -INFINITY, NULL);
  check (dyck, "(()", -2.764620552591, -INFINITY, NULL);
  check (critical, "", 0, -G_LN2, "( " HALF " $ " HALF);
  check (critical, "(", -G_LN2, -INFINITY, "( " HALF " ) " HALF);
  check (accent, "\xc3\xa9", 0, -INFINITY, "x 0");
}

static void
test_long (void)
{
  g_autoptr (GenlmPotential) potential = make ("0.001: S->a S\n0.999: S->a", "");
  g_autofree char *text = g_strnfill (1000000, 'a');
  g_autoptr (GenlmContext) million = new_context (text);

  text[1000] = '\0';
  check (potential, text, -6900.847523703, -6900.847523703 + log (0.999), NULL);
  text[110] = '\0';
  check (potential, text, -752.9453254091, -752.9463259094, NULL);
  assert_near (ask_prefix (potential, million), 999999 * log (0.001));
}

/* Each alternative of a rule weighs the same, and so does each character of a
 * terminal. */
static void
test_lark (void)
{
  g_autoptr (GenlmPotential) potential = make ("start: \"a\" | \"b\" rest\nrest: LETTER | \"-\"\n"
                                               "LETTER: /[xyz]/\n", "");
  g_autoptr (GenlmPotential) any = make ("top: /./", ", 'start': <'top'>");
  g_autoptr (GenlmPotential) few = make ("start: /[^a]/", ", 'charset': <'abc'>");

  check (potential, "", 0, -INFINITY, "a " HALF " b " HALF);
  check (potential, "b", -G_LN2, -INFINITY,
         "- " HALF " x -1.791759469228 y -1.791759469228 z -1.791759469228");
  check (potential, "bx", -2 * G_LN2 - log (3), -2 * G_LN2 - log (3), "$ 0");
  check (any, "q", -log (99), -log (99), "$ 0");
  check (any, "\xc3", -INFINITY, -INFINITY, NULL);
  check (few, "b", -G_LN2, -G_LN2, "$ 0");
}

/* Where ignored text may stand: stop, or one of m, each 1 / (m + 1). */
static void
test_ignored (void)
{
  g_autoptr (GenlmPotential) one = make ("start: \"a\" \"b\"\n%ignore \" \"", "");
  g_autoptr (GenlmPotential) two = make ("start: \"a\"\n%ignore \" \"\n%ignore \"#\"", "");

  check (one, "", 0, -INFINITY, "a " HALF " _ " HALF);
  check (one, "ab", -2 * G_LN2, -3 * G_LN2, "_ " HALF " $ " HALF);
  check (one, "a b", -3 * G_LN2, -4 * G_LN2, "_ " HALF " $ " HALF);
  check (one, "a  b ", -5 * G_LN2, -6 * G_LN2, "_ " HALF " $ " HALF);
  check (two, "# a", -3 * log (3), -4 * log (3), NULL);
}

static void
test_style (void)
{
  g_autoptr (GenlmPotential) one = make ("start: \"a\" \"b\"\n%ignore \" \"", ", 'style': <'genlm'>");
  g_autoptr (GenlmContext) spaced = new_context ("a b");
  g_autoptr (GenlmContext) twice = new_context ("a  b");
  g_autoptr (GenlmContext) after = new_context ("ab ");

  g_assert_true (isfinite (ask_complete (one, spaced)));
  g_assert_true (ask_complete (one, twice) == -INFINITY);
  g_assert_true (ask_prefix (one, after) == -INFINITY);
}

static void
test_syntax (void)
{
  g_autoptr (GenlmPotential) rules = make ("# a comment\n\n.5: S->a\n0.25: S->b", "");
  g_autoptr (GenlmPotential) said = make ("0.5: S->a", ", 'syntax': <'rules'>");
  g_autoptr (GenlmPotential) lark = make ("start: \"a\"", ", 'syntax': <'lark'>");
  g_autoptr (GError) error = NULL;

  check (rules, "", log (0.75), -INFINITY, NULL);
  check (said, "a", -G_LN2, -G_LN2, NULL);
  check (lark, "a", 0, 0, NULL);
  g_assert_null (try_make_element ("wcfg", "grammar", "0.5: S->a", ", 'syntax': <'lark'>", &error));
  g_assert_nonnull (error);
}

static void
test_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("genlm-wcfg-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "list.txt", NULL);
  g_autoptr (GenlmPotential) potential = NULL;
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, "0.5: S->a S\n0.5: S->a", -1, &error);
  g_assert_no_error (error);
  potential = genlm_element_make ("wcfg", g_variant_new_parsed ("{'file': <%s>}", path), &error);
  g_assert_no_error (error);
  check (potential, "aa", -G_LN2, -2 * G_LN2, NULL);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_null (genlm_element_make ("wcfg", g_variant_new_parsed ("{'file': <%s>}", path), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
check_refusal (const char *grammar,
               const char *more,
               int         code,
               const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (try_make_element ("wcfg", "grammar", grammar, more, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, code);
  if (strstr (error->message, message) == NULL)
    g_error ("“%s” does not hold “%s”", error->message, message);
}

static void
test_refusals (void)
{
  g_autoptr (GError) error = NULL;

  check_refusal ("1: S->S S\n1: S->a", "", GENLM_POTENTIAL_ERROR_INVALID_WEIGHT, "diverges");
  check_refusal ("1: S->a S\n1: S->a", "", GENLM_POTENTIAL_ERROR_INVALID_WEIGHT, "“S”");
  check_refusal ("start: \"a\"", ", 'style': <'other'>", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                 "“style”");
  check_refusal ("start: \"a\"", ", 'syntax': <'bnf'>", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                 "“syntax”");
  check_refusal ("start: \"a\"", ", 'file': <'x'>", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                 "“file”");
  check_refusal ("1: S->a", ", 'start': <'S'>", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "“start”");
  check_refusal ("1: S->a", ", 'charset': <'ab'>", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                 "“charset”");
  check_refusal ("start: /a{2000}/", ", 'max-states': <uint32 100>", GENLM_POTENTIAL_ERROR_LIMIT,
                 "max-states");
  check_refusal (JSON, ", 'max-memory': <uint64 1000>", GENLM_POTENTIAL_ERROR_LIMIT, "memory");
  g_assert_null (genlm_element_make ("wcfg", NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
}

static void
test_open_limit (void)
{
  g_autoptr (GenlmPotential) potential = make ("0.25: S->S S\n0.5: S->a",
                                               ", 'max-states': <uint32 20>");
  g_autofree char *text = g_strnfill (100, 'a');
  g_autoptr (GenlmContext) context = new_context (text);
  g_autoptr (GError) error = NULL;

  g_assert_true (isnan (genlm_potential_prefix_sync (potential, context, NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
}

static void
test_not_ready (void)
{
  GType type = G_TYPE_INVALID;
  g_autoptr (GenlmPotential) made = make ("1: S->a", "");
  g_autoptr (GenlmPotential) potential = NULL;
  g_autoptr (GError) error = NULL;

  type = G_OBJECT_TYPE (made);
  potential = g_object_new (type, "grammar", "1: S->a", NULL);
  g_assert_null (genlm_potential_get_vocab (potential));
  g_assert_null (genlm_potential_spawn (potential, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY);
}

static GenlmVocab *
make_texts_vocab (void)
{
  static const char *const texts[] = {
    "2", "t", "r", "5", "-", ".", "e", "u",
    "{", "}", "{}", "\"", "\"a", "a\"", "\":", "a", "aa", "1", "12", ",", ", ", " ", "  ", "[",
    "]", "]]", "[[", "[]", "true", ":", "\": ", "\n", "\"a\":{", "\"}", "1}", "1,2", "0", ".5",
    "e1", "\\", "u00", "\"]}", "", ",\"", "\n   "
  };

  return make_vocab_for_texts (texts, G_N_ELEMENTS (texts));
}

/* Every token beside a prefix of its own. */
static void
check_tokens (GenlmPotential *base,
              GenlmPotential *coerced,
              const char     *text,
              const guint32  *tokens,
              guint32         n_tokens)
{
  GenlmVocab *vocab = genlm_potential_get_vocab (coerced);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GenlmContext) plain = new_context (text);
  g_autoptr (GenlmContext) context = NULL;
  g_autoptr (GenlmWeights) weights = NULL;
  g_autoptr (GError) error = NULL;
  double prefix = ask_prefix (base, plain);
  guint32 i;

  context = genlm_vocab_encode (vocab, bytes, &error);
  g_assert_no_error (error);
  assert_near (ask_prefix (coerced, context), prefix);
  weights = genlm_potential_logw_next_sync (coerced, context, NULL, &error);
  g_assert_no_error (error);
  assert_near (genlm_weights_get (weights, genlm_vocab_get_eos (vocab)),
               ask_complete (base, plain) - prefix);
  for (i = 0; i < n_tokens; i++)
    {
      guint32 token = tokens != NULL ? tokens[i] : i;
      g_autoptr (GBytes) more = genlm_vocab_dup_token (vocab, token);
      g_autoptr (GByteArray) all = g_byte_array_new ();
      g_autoptr (GBytes) whole = NULL;
      g_autoptr (GenlmContext) longer = NULL;

      g_byte_array_append (all, (const guint8 *) text, (guint) strlen (text));
      g_byte_array_append (all, g_bytes_get_data (more, NULL), (guint) g_bytes_get_size (more));
      whole = g_bytes_new (all->data, all->len);
      longer = genlm_context_new_from_bytes (whole);
      assert_near (genlm_weights_get (weights, token), ask_prefix (base, longer) - prefix);
    }
}

static const char *const json_texts[] = { "", "{", "[1,", "[1, 2 ", "{\"a", "{\"a\": [tr", "[[[1]],\n ",
                                          "\"\\u00", "[-1.5e", "{\"a\":1}", "  12" };

static void
test_tokens (void)
{
  g_autoptr (GenlmVocab) vocab = make_texts_vocab ();
  g_autoptr (GenlmPotential) base = make (JSON, "");
  g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (base, vocab, NULL);
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (json_texts); i++)
    check_tokens (base, coerced, json_texts[i], NULL, genlm_vocab_get_size (vocab));
}

static void
test_real_tokens (void)
{
  g_autoptr (GenlmVocab) vocab = load_vocab ("cl100k_base");
  g_autoptr (GenlmPotential) base = make (JSON, "");
  g_autoptr (GenlmPotential) coerced = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  guint32 tokens[200];
  gsize i;
  guint k;

  if (vocab == NULL)
    {
      g_test_skip ("The vocabulary is not there");
      return;
    }
  coerced = genlm_potential_coerce (base, vocab, NULL);
  for (i = 0; i < G_N_ELEMENTS (json_texts); i++)
    {
      for (k = 0; k < G_N_ELEMENTS (tokens); k++)
        tokens[k] = k < 100 ? (guint32) g_rand_int_range (rand, 0, 1000)
                            : (guint32) g_rand_int_range (rand, 0, (int) genlm_vocab_get_size (vocab));
      check_tokens (base, coerced, json_texts[i], tokens, G_N_ELEMENTS (tokens));
    }
}

static void
test_copies (void)
{
  g_autoptr (GenlmVocab) vocab = make_texts_vocab ();
  g_autoptr (GenlmPotential) base = make (JSON, "");
  g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (base, vocab, NULL);
  g_autoptr (GenlmPotential) spawn = genlm_potential_spawn (coerced, NULL);
  g_autoptr (GVariant) recipe = genlm_potential_to_recipe (coerced, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) rebuilt = genlm_element_from_recipe (recipe, &error);

  g_assert_no_error (error);
  check_tokens (base, spawn, "{\"a\":", NULL, genlm_vocab_get_size (vocab));
  check_tokens (base, rebuilt, "{\"a\":", NULL, genlm_vocab_get_size (vocab));
}

static void
check_laws (const char        *grammar,
            const char *const *texts,
            guint              n_texts)
{
  g_autoptr (GenlmPotential) potential = make (grammar, "");
  g_autoptr (GenlmHarness) harness = genlm_harness_new (potential);
  g_autoptr (GenlmBatch) contexts = genlm_batch_new ();
  g_autoptr (GError) error = NULL;
  guint i;

  for (i = 0; i < n_texts; i++)
    {
      g_autoptr (GenlmContext) context = new_context (texts[i]);

      genlm_batch_append (contexts, context);
    }
  genlm_harness_check_all (harness, contexts, &error);
  g_assert_no_error (error);
}

static void
test_laws (void)
{
  static const char *const texts[] = { "", "a", "ab", "(", "(()", "aa)", "x" };

  check_laws (JSON, json_texts, G_N_ELEMENTS (json_texts));
  check_laws ("0.3: S->( S ) S\n0.7: S->", texts, G_N_ELEMENTS (texts));
  check_laws ("0.2: S->S S\n0.3: S->a\n0.1: S->b S\n0.1: S->", texts, G_N_ELEMENTS (texts));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  genlm_init ();
  g_test_add_func ("/wcfg/golden", test_golden);
  g_test_add_func ("/wcfg/long", test_long);
  g_test_add_func ("/wcfg/lark", test_lark);
  g_test_add_func ("/wcfg/ignored", test_ignored);
  g_test_add_func ("/wcfg/style", test_style);
  g_test_add_func ("/wcfg/syntax", test_syntax);
  g_test_add_func ("/wcfg/file", test_file);
  g_test_add_func ("/wcfg/refusals", test_refusals);
  g_test_add_func ("/wcfg/open-limit", test_open_limit);
  g_test_add_func ("/wcfg/not-ready", test_not_ready);
  g_test_add_func ("/wcfg/tokens", test_tokens);
  g_test_add_func ("/wcfg/real-tokens", test_real_tokens);
  g_test_add_func ("/wcfg/copies", test_copies);
  g_test_add_func ("/wcfg/laws", test_laws);
  return g_test_run ();
}
