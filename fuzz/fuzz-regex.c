/* Any bytes are either a pattern or an error that can be shown. What is built
 * keeps the promises of an automaton along a text: the dead state stays dead,
 * and from every other one something can still be accepted. */
#include "fuzz.h"

#include "genlm-byte-dfa.h"
#include "genlm-potential.h"

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

static void
check_walk (GenlmByteDfa *dfa,
            const guint8 *text,
            gsize         size)
{
  GenlmByteState *state = dfa->start;
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
          return;
        }
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  GenlmEngineLimits limits = { 2000, 1 << 20, 1000 };
  const guint8 *end = size > 0 ? memchr (data, 0, size) : NULL;
  gsize length = end != NULL ? (gsize) (end - data) : size;
  g_autoptr (GenlmByteDfa) dfa = NULL;
  g_autoptr (GError) error = NULL;

  dfa = genlm_byte_dfa_new_for_regex ((const char *) data, length, NULL, &limits, &error);
  if (dfa == NULL)
    check_error (error);
  else if (end != NULL)
    check_walk (dfa, end + 1, size - length - 1);
  return 0;
}
