/* Any bytes are either a pattern or an error that can be shown, in either
 * dialect. What is built keeps the promises of an automaton along a text, in
 * either encoding: the dead state stays dead, and from every other one
 * something can still be accepted. Both encodings say the same of a text that
 * is written in both in the same way. The alternatives, taken as words, are
 * accepted as they are and nothing else is. */
#include "fuzz.h"

#include "genlm-byte-dfa.h"
#include "genlm-potential.h"
#include "genlm-regex-compiler.h"
#include "genlm-regex-parser.h"

#include <string.h>

/* The pattern, and after the first NUL byte the text. */
#define SEED(pattern, text) { pattern "\0" text, sizeof (pattern) + sizeof (text) - 1 }

static const struct
{
  const char *data;
  gsize       size;
} seeds[] = {
  SEED (" [A-Z][a-z]+(, [A-Z][a-z]+)*\\.", " Paris, Lyon."),
  SEED ("(?:(?!foo).)*bar|(?=.*x)[a-z]{3,}", "xfobar"),
  SEED ("(?i)stra\xc3\x9f[e\\x41-\\u00e9]\\012?", "STRA\xc3\x9f\x41"),
  SEED ("[^\\W\\d_-]{2,}?|[]|[^]\\ud83d\\ude00", "ab\xf0\x9f\x98\x80"),
  SEED ("((a{0,9}b?){1,9}|(?P<n>c+?)(?#x)(?s-i:.))++", "aaabcc"),
  SEED ("^(a|b)*a(a|b){20}$", "abbababbab"),
  SEED ("(^|,)x\\b|(?<n>\\cA\\/)$|(?!^0$)^\\p{Lu}{}", "a,x"),
  SEED ("^$|(^(?:\\S+\\s+){0,9}\\S+$)|[\\w-.]\\B", "ab cd"),
  SEED ("(?<=^v?|\\sv?)[01]|^[a-z-]{1,3}(?<!-)$|x(?:(?<!a)b)", "x-v0b"),
  SEED ("^(x>|/.?-B(?!]w+:).*\\b.!){52}:$", "x>x>"),
  SEED ("foo|bar|foobar|\xf0\x9f\x98\x80|b[a]r|\"\\", "foob\\u0061r\\n\xf0\x9f\x98\x80"),
};

GBytes *
fuzz_dup_seed (guint index)
{
  return index < G_N_ELEMENTS (seeds) ? g_bytes_new_static (seeds[index].data, seeds[index].size)
                                      : NULL;
}

static void
check_error (const GError *error)
{
  g_assert (error != NULL);
  g_assert (error->domain == GENLM_POTENTIAL_ERROR);
  g_assert (g_utf8_validate (error->message, -1, NULL));
}

/* Whether any byte leads on; a limit counts as yes. */
static gboolean
has_next (GenlmByteDfa   *dfa,
          GenlmByteState *state)
{
  guint byte;

  for (byte = 0; byte < 256; byte++)
    if (genlm_byte_dfa_step (dfa, state, (guint8) byte, NULL) != dfa->dead)
      return TRUE;
  return FALSE;
}

/* The state after the text, NULL where a limit was passed. */
static GenlmByteState *
check_walk (GenlmByteDfa   *dfa,
            GenlmByteState *state,
            const guint8   *text,
            gsize           size)
{
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i <= size; i++)
    {
      g_assert (state != dfa->dead || !state->accepting);
      g_assert (has_next (dfa, state) || state->accepting || state == dfa->dead);
      if (i == size)
        break;
      state = genlm_byte_dfa_step (dfa, state, text[i], &error);
      if (state == NULL)
        {
          check_error (error);
          g_assert (error->code == GENLM_POTENTIAL_ERROR_LIMIT);
          return NULL;
        }
    }
  return state;
}

static GenlmByteDfa *
start (GenlmByteExprs  *exprs,
       GenlmByteExpr    expr,
       GenlmByteState **state)
{
  g_autoptr (GError) error = NULL;
  GenlmByteItem item = { 0, expr };
  g_autoptr (GenlmByteDfa) dfa = genlm_byte_dfa_new (exprs, &error);

  *state = dfa != NULL ? genlm_byte_dfa_intern (dfa, &item, 1, GENLM_BYTE_EXPR_ANYTHING, &error)
                       : NULL;
  if (*state != NULL)
    return g_steal_pointer (&dfa);
  check_error (error);
  return NULL;
}

/* Sets @found to whether the text is alive, and whether it is accepted; FALSE
 * where a limit was passed. */
static gboolean
check_tree (const GenlmRegexTree *tree,
            GenlmByteEncoding     encoding,
            const guint8         *text,
            gsize                 size,
            gboolean              found[2])
{
  const GenlmEngineLimits limits = { 2000, 1 << 20, 1000 };
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (&limits);
  g_autoptr (GenlmByteDfa) dfa = NULL;
  g_autoptr (GError) error = NULL;
  GenlmByteState *state;
  GenlmByteExpr expr;

  if (!genlm_regex_compile (tree, exprs, encoding, &expr, &error))
    {
      check_error (error);
      return FALSE;
    }
  dfa = start (g_steal_pointer (&exprs), expr, &state);
  if (dfa == NULL)
    return FALSE;
  state = check_walk (dfa, state, text, size);
  if (state == NULL)
    return FALSE;
  found[0] = state != dfa->dead;
  found[1] = state->accepting;
  return TRUE;
}

static gboolean
is_plain (const guint8 *text,
          gsize         size)
{
  gsize i;

  for (i = 0; i < size; i++)
    if (text[i] < 0x20 || text[i] == '"' || text[i] == '\\')
      return FALSE;
  return TRUE;
}

static void
check_pattern (GenlmRegexDialect  dialect,
               const guint8      *pattern,
               gsize              length,
               const guint8      *text,
               gsize              size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmRegexTree) tree = NULL;
  gboolean found[2][2];
  gboolean both;

  tree = genlm_regex_parse_dialect (dialect, (const char *) pattern, length, NULL, &error);
  if (tree == NULL)
    {
      check_error (error);
      return;
    }
  both = check_tree (tree, GENLM_BYTE_ENCODING_UTF8, text, size, found[0]);
  both &= check_tree (tree, GENLM_BYTE_ENCODING_JSON, text, size, found[1]);
  if (both && is_plain (text, size))
    g_assert (memcmp (found[0], found[1], sizeof found[0]) == 0);
}

static void
check_words (const guint8 *pattern,
             gsize         length,
             const guint8 *text,
             gsize         size)
{
  const GenlmEngineLimits limits = { 2000, 1 << 20, 1000 };
  g_autofree char *joined = g_strndup ((const char *) pattern, length);
  g_auto (GStrv) words = g_strsplit (joined, "|", -1);
  g_autofree char *wanted = g_strndup ((const char *) text, size);
  GenlmByteEncoding encoding;

  if (!g_utf8_validate (joined, -1, NULL))
    return;
  for (encoding = GENLM_BYTE_ENCODING_UTF8; encoding <= GENLM_BYTE_ENCODING_JSON; encoding++)
    {
      GenlmByteExprs *exprs = genlm_byte_exprs_new (&limits);
      g_autoptr (GenlmByteDfa) dfa = NULL;
      GenlmByteState *state;

      dfa = start (exprs,
                   genlm_byte_exprs_make_words (exprs, encoding, (const char *const *) words, NULL,
                                                g_strv_length (words)),
                   &state);
      state = dfa != NULL ? check_walk (dfa, state, text, size) : NULL;
      if (state != NULL && memchr (text, 0, size) == NULL
          && (encoding == GENLM_BYTE_ENCODING_UTF8 || is_plain (text, size)))
        g_assert (state->accepting == g_strv_contains ((const char *const *) words, wanted));
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  const guint8 *end = size > 0 ? memchr (data, 0, size) : NULL;
  gsize length = end != NULL ? (gsize) (end - data) : size;
  const guint8 *text = end != NULL ? end + 1 : data + size;
  gsize rest = (gsize) (data + size - text);

  if (size == 0)
    return 0;
  check_pattern (GENLM_REGEX_DIALECT_GENLM, data, length, text, rest);
  check_pattern (GENLM_REGEX_DIALECT_ECMA, data, length, text, rest);
  check_words (data, length, text, rest);
  return 0;
}
