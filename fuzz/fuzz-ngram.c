/* Any text is counted, or refused with an error that can be shown. Its tokens
 * spell it, and what follows any history is a distribution. */
#include "fuzz.h"

#include "genlm.h"

#include "genlm-ngram-cut-private.h"
#include "genlm-ngram-model-private.h"

#include <math.h>
#include <string.h>

/* The order, the options, the text. */
static const char *const seeds[] = {
  "\003w" "One big cat. Don't\n\n two  caf\xc3\xa9s,\r\n \nthe end",
  "\001l" "ab\nac\n\n\nab",
  "\017b" "abababab\n\nbababa",
  "\002w" " \t\n",
  "\004L" "'a' ''b c'",
};

GBytes *
fuzz_dup_seed (guint index)
{
  return index < G_N_ELEMENTS (seeds) ? g_bytes_new_static (seeds[index], strlen (seeds[index])) : NULL;
}

static void
check_spelling (GenlmVocab     *vocab,
                GenlmNgramSpan  span,
                const guint32  *tokens,
                gsize           n_tokens)
{
  gsize at = 0;

  for (gsize i = 0; i < n_tokens; i++)
    {
      gsize length;
      const guint8 *bytes = genlm_vocab_peek_token (vocab, tokens[i], &length);

      g_assert (length > 0 && length <= span.length - at);
      g_assert (memcmp (bytes, span.text + at, length) == 0);
      at += length;
    }
  g_assert (at == span.length);
}

static void
check_distribution (GenlmNgramModel *model,
                    guint32          history,
                    gsize            n)
{
  g_autofree double *all = g_new (double, n);
  double sum = 0;

  genlm_ngram_model_weigh_all (model, history, all);
  for (gsize i = 0; i < n; i++)
    {
      g_assert (isfinite (all[i]) && all[i] <= 1e-12);
      g_assert (fabs (all[i] - genlm_ngram_model_weigh (model, history, (guint32) i)) < 1e-9);
      sum += exp (all[i]);
    }
  g_assert (fabs (sum - 1) < 1e-12);
}

static void
check_model (GenlmNgramModel *model,
             const guint32   *symbols,
             gsize            n_symbols)
{
  gsize n = (gsize) genlm_vocab_get_size (genlm_ngram_model_get_vocab (model)) + 1;
  guint32 history = genlm_ngram_model_get_start (model);

  for (gsize i = 0; i < MIN (n_symbols, 20) && symbols[i] + 1 < n; i++)
    {
      check_distribution (model, history, n);
      history = genlm_ngram_model_advance (model, history, symbols[i]);
    }
  check_distribution (model, history, n);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  guint order = size > 0 ? 1 + data[0] % GENLM_NGRAM_MAX_ORDER : 1;
  gboolean by_line = size > 1 && g_ascii_tolower ((char) data[1]) == 'l';
  gboolean has_bytes = size > 1 && (data[1] == 'b' || data[1] == 'L');
  g_autoptr (GArray) spans = genlm_ngram_cut_sequences (data + MIN (size, 2), size - MIN (size, 2), by_line);
  g_autoptr (GArray) symbols = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GenlmVocab) vocab = NULL;
  g_autoptr (GenlmNgramModel) model = NULL;
  g_autoptr (GError) error = NULL;
  guint32 eos;

  vocab = has_bytes ? genlm_vocab_ref (genlm_vocab_bytes ()) : genlm_ngram_cut_make_vocab (spans, &error);
  g_assert (vocab != NULL);
  eos = genlm_vocab_get_eos (vocab);
  for (guint i = 0; i < spans->len; i++)
    {
      GenlmNgramSpan span = g_array_index (spans, GenlmNgramSpan, i);
      guint first = symbols->len;

      genlm_ngram_cut_append (vocab, span, symbols);
      check_spelling (vocab, span, &g_array_index (symbols, guint32, first), symbols->len - first);
      g_array_append_val (symbols, eos);
    }

  model = genlm_ngram_model_new (vocab, symbols, order, 0.5, &error);
  g_assert ((model == NULL) == (spans->len == 0));
  if (model != NULL)
    check_model (model, (const guint32 *) symbols->data, symbols->len);
  else
    g_assert (error->domain == GENLM_POTENTIAL_ERROR && g_utf8_validate (error->message, -1, NULL));
  return 0;
}
