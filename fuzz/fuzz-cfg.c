/* A grammar and, behind a zero byte, a text: whatever they are, the grammar is
 * read or refused, and the text is judged without harm. What may follow is the
 * same with caches and without, and is what longer texts have weight for; what
 * has none stays without. */
#include "fuzz.h"

#include "genlm-byte-matcher.h"
#include "genlm-earley-machine.h"
#include "genlm-lark-reader.h"
#include "genlm-potential.h"

#include <string.h>

#define SEED(text) { text, sizeof (text) - 1 }

/* Longer texts are cut. */
#define MAX_TEXT (64u)

static const struct
{
  const char *data;
  gsize       size;
} seeds[] = {
  SEED ("start: A B\nA: /a+/\nB: /ab/\n%ignore \" \"\n\0aa ab"),
  SEED ("start: e\ne: e \"+\" e | \"(\" e \")\" | N\nN: /[0-9]+/\n%ignore / +/\n\0(1 + 2)+3"),
  SEED ("start: a b? c*\na: b | \"x\" a\nb: a \"y\" |\nc: \"\303\251\"~2..5 [b]\n\0xxy\303\251\303\251"),
  SEED ("start: x | start x\nx: /[ab]*/ y\ny: start \"c\" |\n\0abcab"),
};

GBytes *
fuzz_dup_seed (guint index)
{
  return index < G_N_ELEMENTS (seeds) ? g_bytes_new_static (seeds[index].data, seeds[index].size)
                                      : NULL;
}

static GenlmByteMatcher *
make_matcher (const GenlmGrammar *grammar,
              gboolean            without_caches)
{
  /* Two machines are compared, so that neither may run out of time. */
  const GenlmEngineLimits limits = { 2000, 1 << 20, 0 };
  g_autoptr (GenlmByteMachine) machine = NULL;

  machine = genlm_earley_machine_new (grammar, &limits, without_caches, NULL);
  return machine != NULL ? genlm_byte_matcher_new (machine, genlm_vocab_bytes ()) : NULL;
}

/* FALSE when a limit is passed. */
static gboolean
check_next (GenlmByteMatcher *matcher,
            GenlmContext     *context,
            GenlmTokenSet    *mask,
            guint8            byte)
{
  g_autoptr (GenlmContext) longer = genlm_context_append (context, byte);
  double prefix;

  if (!genlm_byte_matcher_weigh (matcher, longer, &prefix, NULL, NULL))
    return FALSE;
  g_assert ((prefix == 0.0) == genlm_token_set_contains (mask, byte));
  return TRUE;
}

static gboolean
check_step (GenlmByteMatcher *matcher,
            GenlmByteMatcher *plain,
            GenlmContext     *context,
            guint8            byte)
{
  g_autoptr (GenlmTokenSet) mask = NULL;
  g_autoptr (GenlmTokenSet) plain_mask = NULL;
  double weights[2];

  if (!genlm_byte_matcher_weigh (matcher, context, &weights[0], &weights[1], NULL))
    return FALSE;
  if (weights[0] != 0.0)
    {
      g_autoptr (GenlmContext) longer = genlm_context_append (context, byte);

      g_assert (weights[1] != 0.0);
      g_assert (!genlm_byte_matcher_weigh (matcher, longer, &weights[0], NULL, NULL)
                || weights[0] != 0.0);
      return FALSE;
    }
  mask = genlm_byte_matcher_dup_mask (matcher, context, NULL);
  plain_mask = genlm_byte_matcher_dup_mask (plain, context, NULL);
  if (mask == NULL || plain_mask == NULL)
    return FALSE;
  g_assert (genlm_token_set_equal (mask, plain_mask));
  g_assert ((weights[1] == 0.0) == genlm_token_set_contains (mask, 256));
  return check_next (matcher, context, mask, byte) && check_next (matcher, context, mask, 'a');
}

static void
check_text (const GenlmGrammar *grammar,
            const guint8       *text,
            gsize               size)
{
  g_autoptr (GenlmByteMatcher) matcher = make_matcher (grammar, FALSE);
  g_autoptr (GenlmByteMatcher) plain = make_matcher (grammar, TRUE);
  g_autoptr (GenlmContext) context = genlm_context_new ();
  gsize i;

  g_assert ((matcher == NULL) == (plain == NULL));
  for (i = 0; matcher != NULL && i < MIN (size, MAX_TEXT); i++)
    {
      GenlmContext *longer;

      if (!check_step (matcher, plain, context, text[i]))
        return;
      longer = genlm_context_append (context, text[i]);
      genlm_context_unref (context);
      context = longer;
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  const GenlmLarkOptions options = { .ignore = size % 2 == 0 ? GENLM_GRAMMAR_IGNORE_REPEATED
                                                             : GENLM_GRAMMAR_IGNORE_SINGLE };
  const guint8 *zero = size > 0 ? memchr (data, 0, size) : NULL;
  gsize length = zero != NULL ? (gsize) (zero - data) : size;
  g_autoptr (GenlmGrammar) grammar = NULL;

  grammar = genlm_grammar_new_from_lark ((const char *) data, length, &options, NULL);
  if (grammar != NULL && zero != NULL)
    check_text (grammar, zero + 1, size - length - 1);
  return 0;
}
