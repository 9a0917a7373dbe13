/* Masks of a regular expression over the vocabulary of a language model, beside
 * the same in this process. */

#include "cases.h"
#include "rounds.h"

#include <string.h>

#define N_TOKENS (50257u)
#define N_CALLS (50u)
#define MAX_LENGTH (4000u)

/* Of the frames that a mask of so many tokens needs. */
#define N_REQUEST (64u)
#define N_ANSWER (32u + 8u + (N_TOKENS / 64 + 1) * 8)

/* A row of contexts, each one token longer than that before. */
typedef struct
{
  GenlmPotential *potential;
  GenlmContext   *context;
} Row;

typedef struct
{
  BenchBare *bare;
  Row        local;
  Row        pool;
  gboolean   grows;
  guint32    token;
  guint      sum;
} Run;

static void
ask (Run *self,
     Row *row)
{
  for (guint i = 0; i < N_CALLS; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmTokenSet) mask = genlm_potential_mask_next_sync (row->potential, row->context, NULL, &error);

      if (mask == NULL)
        g_error ("%s", error->message);
      self->sum += genlm_token_set_peek (mask)[0] & 1;
      if (self->grows)
        {
          g_autoptr (GenlmContext) before = g_steal_pointer (&row->context);

          row->context = genlm_context_append (before, self->token);
        }
    }
}

/* And the bytes that it takes go to and fro between two bare processes. */
static void
ask_local (gpointer data)
{
  Run *self = data;

  for (guint i = 0; i < N_CALLS; i++)
    bench_bare_ping (self->bare, N_REQUEST, N_ANSWER);
  ask (self, &self->local);
}

static void
ask_pool (gpointer data)
{
  ask (data, &((Run *) data)->pool);
}

/* As many tokens as GPT-2 has: the bytes, and then pieces of words of all kinds
 * of letters, half of them after a space. */
static GenlmVocab *
make_vocab (void)
{
  static const char letters[] = "etaoinshrdlucmfwypvbgkjqxzETAOIN0123456789.,-'";
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autofree guint32 *offsets = g_new (guint32, N_TOKENS + 1);
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < N_TOKENS; i++)
    {
      guint8 byte = (guint8) i;

      offsets[i] = data->len;
      if (i < 256)
        {
          g_byte_array_append (data, &byte, 1);
          continue;
        }
      if (i & 1)
        g_byte_array_append (data, (const guint8 *) " ", 1);
      for (guint rest = i - 255; rest > 0; rest /= (guint) strlen (letters))
        g_byte_array_append (data, (const guint8 *) &letters[rest % strlen (letters)], 1);
    }
  offsets[N_TOKENS] = data->len;
  bytes = g_bytes_new (data->data, data->len);
  return genlm_vocab_new_flat (bytes, offsets, N_TOKENS + 1, NULL, NULL);
}

static GenlmPotential *
coerce (GenlmPotential *potential,
        GenlmVocab     *vocab)
{
  g_autoptr (GError) error = NULL;
  GenlmPotential *coerced = genlm_potential_coerce (potential, vocab, &error);

  if (coerced == NULL)
    g_error ("%s", error->message);
  return coerced;
}

static void
measure (Bench      *bench,
         Run        *run,
         const char *of)
{
  BenchRounds rounds = {
    .name = "worker-masks",
    .of = of,
    .ours = ask_pool,
    .baseline = ask_local,
    .baseline_name = "the same in this process, and a ping-pong of as many bytes",
    .data = run,
    .n_calls = N_CALLS,
    /* No context is longer than the patterns allow. */
    .n_rounds = bench->full ? MAX_LENGTH / N_CALLS - 4 : 5,
    .limit = { 1.1, 0 },
  };

  bench_rounds_run (&rounds);
}

static void
bench_pattern (Bench      *bench,
               GenlmVocab *vocab,
               const char *pattern)
{
  g_autoptr (GenlmPotential) regex =
    bench_make_element ("regex", g_variant_new_parsed ("{'pattern': <%s>}", pattern));
  g_autoptr (GenlmPotential) pool = bench_make_pool (regex, 1);
  g_autoptr (GenlmPotential) local = coerce (regex, vocab);
  g_autoptr (GenlmPotential) remote = coerce (pool, vocab);
  g_autofree char *of = g_strdup_printf ("masks of new states, %s", pattern);
  g_autofree char *of_known = g_strdup_printf ("masks of a known state, %s", pattern);
  Run run = {
    .bare = bench->bare[0],
    .local = { local, genlm_context_new () },
    .pool = { remote, genlm_context_new () },
    .grows = TRUE,
    .token = 'a',
  };

  bench_set_cores (bench, pool, 0, 0);
  measure (bench, &run, of);
  run.grows = FALSE;
  measure (bench, &run, of_known);
  bench_set_cores (bench, pool, -1, -1);

  genlm_context_unref (run.local.context);
  genlm_context_unref (run.pool.context);
}

void
bench_masks (Bench *bench)
{
  static const char *patterns[] = { "(?s).{0,4000}", "[A-Za-z_][A-Za-z0-9_]{0,4000}" };
  g_autoptr (GenlmVocab) vocab = make_vocab ();

  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    bench_pattern (bench, vocab, patterns[i]);
}
