/* Every answer of a potential to some contexts, to the last bit, and every
 * failure: asked one by one and in batches, synchronously and not. What two
 * potentials that shall be the same are compared by. */

#include "genlm-transcript-private.h"

#include <math.h>
#include <string.h>

typedef enum
{
  PREFIX,
  COMPLETE,
  SCORE,
  NEXT,
  MASK,
  N_QUESTIONS,
} Question;

static const char *const question_names[N_QUESTIONS] = { "prefix", "complete", "score", "logw_next", "mask_next" };

typedef void (*AskSingle) (GenlmPotential *, GenlmContext *, GCancellable *, GAsyncReadyCallback, gpointer);
typedef void (*AskBatch)  (GenlmPotential *, GenlmBatch *, GCancellable *, GAsyncReadyCallback, gpointer);

/* One answer; a batch has one as a whole. */
typedef struct
{
  gatomicrefcount  refs;
  const char      *way;
  Question         question;
  GenlmBatch      *contexts;
  gboolean         is_single;
  guint           *n_pending;   /* NULL once nobody waits any more */
  GBytes          *bits;
  GError          *error;
} Entry;

struct _GenlmTranscript
{
  GenlmPotential *potential;
  GPtrArray      *entries;
};

static void
entry_unref (gpointer data)
{
  Entry *entry = data;

  if (!g_atomic_ref_count_dec (&entry->refs))
    return;
  g_clear_error (&entry->error);
  g_clear_pointer (&entry->bits, g_bytes_unref);
  genlm_batch_unref (entry->contexts);
  g_free (entry);
}

static Entry *
add_entry (GenlmTranscript *self,
           const char      *way,
           Question         question,
           GenlmBatch      *contexts,
           gboolean         is_single)
{
  Entry *entry = g_new0 (Entry, 1);

  g_atomic_ref_count_init (&entry->refs);
  entry->way = way;
  entry->question = question;
  entry->contexts = genlm_batch_ref (contexts);
  entry->is_single = is_single;
  g_ptr_array_add (self->entries, entry);
  return entry;
}

/* -- answers as bits ------------------------------------------------------- */

static GBytes *
score_bits (double  score,
            GError *error)
{
  return error == NULL ? g_bytes_new (&score, sizeof score) : NULL;
}

static GBytes *
take_scores (GenlmScores *taken)
{
  g_autoptr (GenlmScores) scores = taken;

  return scores != NULL ? g_bytes_new (genlm_scores_peek (scores), genlm_scores_get_size (scores) * sizeof (double))
                        : NULL;
}

static void
append_weights (GByteArray   *bits,
                GenlmWeights *weights)
{
  g_byte_array_append (bits, (const guint8 *) genlm_weights_peek (weights),
                       genlm_weights_get_size (weights) * sizeof (double));
}

static void
append_mask (GByteArray    *bits,
             GenlmTokenSet *mask)
{
  GBytes *words = genlm_token_set_get_bytes (mask);

  g_byte_array_append (bits, g_bytes_get_data (words, NULL), g_bytes_get_size (words));
}

static GBytes *
take_weights (GenlmWeights *taken)
{
  g_autoptr (GenlmWeights) weights = taken;
  GByteArray *bits;

  if (weights == NULL)
    return NULL;
  bits = g_byte_array_new ();
  append_weights (bits, weights);
  return g_byte_array_free_to_bytes (bits);
}

static GBytes *
take_mask (GenlmTokenSet *taken)
{
  g_autoptr (GenlmTokenSet) mask = taken;
  GByteArray *bits;

  if (mask == NULL)
    return NULL;
  bits = g_byte_array_new ();
  append_mask (bits, mask);
  return g_byte_array_free_to_bytes (bits);
}

static GBytes *
take_weights_list (GenlmWeightsList *taken)
{
  g_autoptr (GenlmWeightsList) list = taken;
  GByteArray *bits;

  if (list == NULL)
    return NULL;
  bits = g_byte_array_new ();
  for (gsize i = 0; i < genlm_weights_list_get_size (list); i++)
    append_weights (bits, genlm_weights_list_get (list, i));
  return g_byte_array_free_to_bytes (bits);
}

static GBytes *
take_mask_list (GenlmTokenSetList *taken)
{
  g_autoptr (GenlmTokenSetList) list = taken;
  GByteArray *bits;

  if (list == NULL)
    return NULL;
  bits = g_byte_array_new ();
  for (gsize i = 0; i < genlm_token_set_list_get_size (list); i++)
    append_mask (bits, genlm_token_set_list_get (list, i));
  return g_byte_array_free_to_bytes (bits);
}

/* -- asking ---------------------------------------------------------------- */

static GBytes *
ask_single_sync (GenlmPotential *potential,
                 Entry          *entry)
{
  GenlmContext *context = genlm_batch_get (entry->contexts, 0);
  double score;

  switch (entry->question)
    {
    case PREFIX:
      score = genlm_potential_prefix_sync (potential, context, NULL, &entry->error);
      return score_bits (score, entry->error);
    case COMPLETE:
      score = genlm_potential_complete_sync (potential, context, NULL, &entry->error);
      return score_bits (score, entry->error);
    case SCORE:
      score = genlm_potential_score_sync (potential, context, NULL, &entry->error);
      return score_bits (score, entry->error);
    case NEXT:
      return take_weights (genlm_potential_logw_next_sync (potential, context, NULL, &entry->error));
    case MASK:
      return take_mask (genlm_potential_mask_next_sync (potential, context, NULL, &entry->error));
    case N_QUESTIONS:
    default:
      g_assert_not_reached ();
    }
}

static GBytes *
ask_batch_sync (GenlmPotential *potential,
                Entry          *entry)
{
  switch (entry->question)
    {
    case PREFIX:
      return take_scores (genlm_potential_batch_prefix_sync (potential, entry->contexts, NULL, &entry->error));
    case COMPLETE:
      return take_scores (genlm_potential_batch_complete_sync (potential, entry->contexts, NULL, &entry->error));
    case SCORE:
      return take_scores (genlm_potential_batch_score_sync (potential, entry->contexts, NULL, &entry->error));
    case NEXT:
      return take_weights_list (genlm_potential_batch_logw_next_sync (potential, entry->contexts, NULL,
                                                                      &entry->error));
    case MASK:
      return take_mask_list (genlm_potential_batch_mask_next_sync (potential, entry->contexts, NULL,
                                                                   &entry->error));
    case N_QUESTIONS:
    default:
      g_assert_not_reached ();
    }
}

static GBytes *
finish_single (GenlmPotential *potential,
               Entry          *entry,
               GAsyncResult   *result)
{
  double score;

  switch (entry->question)
    {
    case PREFIX:
      score = genlm_potential_prefix_finish (potential, result, &entry->error);
      return score_bits (score, entry->error);
    case COMPLETE:
      score = genlm_potential_complete_finish (potential, result, &entry->error);
      return score_bits (score, entry->error);
    case SCORE:
      score = genlm_potential_score_finish (potential, result, &entry->error);
      return score_bits (score, entry->error);
    case NEXT:
      return take_weights (genlm_potential_logw_next_finish (potential, result, &entry->error));
    case MASK:
      return take_mask (genlm_potential_mask_next_finish (potential, result, &entry->error));
    case N_QUESTIONS:
    default:
      g_assert_not_reached ();
    }
}

static GBytes *
finish_batch (GenlmPotential *potential,
              Entry          *entry,
              GAsyncResult   *result)
{
  switch (entry->question)
    {
    case PREFIX:
      return take_scores (genlm_potential_batch_prefix_finish (potential, result, &entry->error));
    case COMPLETE:
      return take_scores (genlm_potential_batch_complete_finish (potential, result, &entry->error));
    case SCORE:
      return take_scores (genlm_potential_batch_score_finish (potential, result, &entry->error));
    case NEXT:
      return take_weights_list (genlm_potential_batch_logw_next_finish (potential, result, &entry->error));
    case MASK:
      return take_mask_list (genlm_potential_batch_mask_next_finish (potential, result, &entry->error));
    case N_QUESTIONS:
    default:
      g_assert_not_reached ();
    }
}

static void
on_answer (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Entry *entry = user_data;
  GenlmPotential *potential = GENLM_POTENTIAL (source);

  if (entry->n_pending != NULL)
    {
      entry->bits = entry->is_single ? finish_single (potential, entry, result)
                                     : finish_batch (potential, entry, result);
      *entry->n_pending -= 1;
      entry->n_pending = NULL;
    }
  entry_unref (entry);
}

static void
send (GenlmPotential *potential,
      Entry          *entry,
      guint          *n_pending)
{
  static const AskSingle singles[N_QUESTIONS] = {
    genlm_potential_prefix, genlm_potential_complete, genlm_potential_score,
    genlm_potential_logw_next, genlm_potential_mask_next,
  };
  static const AskBatch batches[N_QUESTIONS] = {
    genlm_potential_batch_prefix, genlm_potential_batch_complete, genlm_potential_batch_score,
    genlm_potential_batch_logw_next, genlm_potential_batch_mask_next,
  };

  entry->n_pending = n_pending;
  *n_pending += 1;
  g_atomic_ref_count_inc (&entry->refs);
  if (entry->is_single)
    singles[entry->question] (potential, genlm_batch_get (entry->contexts, 0), NULL, on_answer, entry);
  else
    batches[entry->question] (potential, entry->contexts, NULL, on_answer, entry);
}

static gboolean
set_flag (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Sends @entries at once and waits for the answers. */
static void
ask_async (GenlmTranscript *self,
           GPtrArray       *entries,
           guint            timeout)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) timer = g_timeout_source_new (timeout);
  gboolean is_late = FALSE;
  guint n_pending = 0;

  g_source_set_static_name (timer, "[genlm] end of patience");
  g_source_set_callback (timer, set_flag, &is_late, NULL);
  g_source_attach (timer, context);

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < entries->len; i++)
    send (self->potential, g_ptr_array_index (entries, i), &n_pending);
  while (n_pending > 0 && !is_late)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  g_source_destroy (timer);

  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (entries, i);

      if (entry->n_pending != NULL)
        g_set_error (&entry->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "it was not answered within %u ms", timeout);
      entry->n_pending = NULL;
    }
}

/* Asks the second half of the entries, which is the first once more: all at
 * once, but for those that failed. A failure may be that of a whole batch that others
 * are in. */
static void
ask_again_async (GenlmTranscript *self,
                 guint            timeout)
{
  g_autoptr (GPtrArray) together = g_ptr_array_new ();
  guint half = self->entries->len / 2;

  for (guint i = 0; i < half; i++)
    {
      g_autoptr (GPtrArray) alone = g_ptr_array_new ();
      Entry *sync = g_ptr_array_index (self->entries, i);
      Entry *async = g_ptr_array_index (self->entries, half + i);

      g_ptr_array_add (sync->error != NULL ? alone : together, async);
      ask_async (self, alone, timeout);
    }
  ask_async (self, together, timeout);
}

/* -- what is asked --------------------------------------------------------- */

static GenlmBatch *
new_batch_of_one (GenlmContext *context)
{
  GenlmBatch *batch = genlm_batch_new_sized (1);

  genlm_batch_append (batch, context);
  return batch;
}

/* Each context, and for scores each as finished. */
static GenlmBatch *
list_contexts (GenlmPotential *potential,
               Question        question,
               GenlmBatch     *contexts)
{
  guint32 eos = genlm_vocab_get_eos (genlm_potential_get_vocab (potential));
  GenlmBatch *all = genlm_batch_new ();

  for (gsize i = 0; i < genlm_batch_get_size (contexts); i++)
    {
      g_autoptr (GenlmContext) finished = genlm_context_append (genlm_batch_get (contexts, i), eos);

      genlm_batch_append (all, genlm_batch_get (contexts, i));
      if (question == SCORE)
        genlm_batch_append (all, finished);
    }
  return all;
}

/* Those that something may follow; NULL if there are none. */
static GenlmBatch *
list_live (GenlmPotential *potential,
           GenlmBatch     *contexts)
{
  g_autoptr (GenlmBatch) live = genlm_batch_new ();

  for (gsize i = 0; i < genlm_batch_get_size (contexts); i++)
    {
      GenlmContext *context = genlm_batch_get (contexts, i);
      double prefix = genlm_potential_prefix_sync (potential, context, NULL, NULL);

      if (isfinite (prefix))
        genlm_batch_append (live, context);
    }
  return genlm_batch_get_size (live) > 0 ? g_steal_pointer (&live) : NULL;
}

static void
add_question (GenlmTranscript *self,
              const char      *single,
              const char      *batch,
              Question         question,
              GenlmBatch      *contexts,
              GenlmBatch      *live)
{
  g_autoptr (GenlmBatch) all = list_contexts (self->potential, question, contexts);

  for (gsize i = 0; i < genlm_batch_get_size (all); i++)
    {
      g_autoptr (GenlmBatch) one = new_batch_of_one (genlm_batch_get (all, i));

      add_entry (self, single, question, one, TRUE);
    }
  /* The whole may fail as one. */
  add_entry (self, batch, question, all, FALSE);
  if (live != NULL && (question == NEXT || question == MASK))
    add_entry (self, batch, question, live, FALSE);
}

static gboolean
is_boolean (GenlmPotential *potential)
{
  return (genlm_potential_get_traits (potential) & GENLM_TRAITS_BOOLEAN) != 0;
}

/* Asks everything. */
GenlmTranscript *
genlm_transcript_new (GenlmPotential *potential,
                      GenlmBatch     *contexts,
                      guint           timeout)
{
  GenlmTranscript *self = g_new0 (GenlmTranscript, 1);
  g_autoptr (GenlmBatch) live = list_live (potential, contexts);
  Question n_questions = is_boolean (potential) ? N_QUESTIONS : MASK;

  self->potential = g_object_ref (potential);
  self->entries = g_ptr_array_new_with_free_func (entry_unref);
  for (Question question = 0; question < n_questions; question++)
    add_question (self, "synchronous", "synchronous batch_", question, contexts, live);
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      entry->bits = entry->is_single ? ask_single_sync (potential, entry) : ask_batch_sync (potential, entry);
    }

  for (Question question = 0; question < n_questions; question++)
    add_question (self, "asynchronous", "asynchronous batch_", question, contexts, live);
  ask_again_async (self, timeout);
  return self;
}

void
genlm_transcript_free (GenlmTranscript *self)
{
  g_ptr_array_unref (self->entries);
  g_object_unref (self->potential);
  g_free (self);
}

/* -- comparing ------------------------------------------------------------- */

static const char *
describe (const Entry *entry)
{
  return entry->error != NULL ? entry->error->message : "an answer";
}

static void
add_error (Entry         *want,
           Entry         *have,
           const char    *text,
           GenlmFindings *findings)
{
  genlm_findings_add (findings, "%s%s%s of %s: want %s, have %s", want->way, want->is_single ? " " : "",
                      question_names[want->question], text, describe (want), describe (have));
}

/* Shows the first double that differs, or the first word of a mask. */
static void
add_bits (Entry         *want,
          Entry         *have,
          const char    *text,
          GenlmFindings *findings)
{
  gsize want_size, have_size, at = 0;
  const char *want_bits = g_bytes_get_data (want->bits, &want_size);
  const char *have_bits = g_bytes_get_data (have->bits, &have_size);
  guint64 want_word = 0, have_word = 0;
  double want_value, have_value;

  while (at + sizeof want_word <= MIN (want_size, have_size) &&
         memcmp (want_bits + at, have_bits + at, sizeof want_word) == 0)
    at += sizeof want_word;
  memcpy (&want_word, want_bits + at, MIN (sizeof want_word, want_size - at));
  memcpy (&have_word, have_bits + at, MIN (sizeof have_word, have_size - at));
  memcpy (&want_value, &want_word, sizeof want_value);
  memcpy (&have_value, &have_word, sizeof have_value);
  genlm_findings_add (findings, "%s%s%s of %s: number %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                      " is %.17g (%016" G_GINT64_MODIFIER "x), wanted %.17g (%016" G_GINT64_MODIFIER "x)",
                      want->way, want->is_single ? " " : "", question_names[want->question], text,
                      at / sizeof want_word, want_size / sizeof want_word, have_value, have_word,
                      want_value, want_word);
}

static gboolean
is_same_error (const GError *a,
               const GError *b)
{
  return a != NULL && b != NULL && a->domain == b->domain && a->code == b->code;
}

static void
compare_entry (GenlmPotential *potential,
               Entry          *want,
               Entry          *have,
               GenlmFindings  *findings)
{
  g_autofree char *text = NULL;

  if (want->error == NULL && have->error == NULL
        ? genlm_findings_expect (findings, g_bytes_equal (want->bits, have->bits))
        : genlm_findings_expect (findings, is_same_error (want->error, have->error)))
    return;

  text = want->is_single ? genlm_vocab_escape_context (genlm_potential_get_vocab (potential),
                                                       genlm_batch_get (want->contexts, 0))
                         : g_strdup_printf ("%" G_GSIZE_FORMAT " contexts", genlm_batch_get_size (want->contexts));
  if (want->error == NULL && have->error == NULL)
    add_bits (want, have, text, findings);
  else
    add_error (want, have, text, findings);
}

/* Compares with the answers of another potential to the same contexts. */
void
genlm_transcript_compare (GenlmTranscript *self,
                          GenlmTranscript *other,
                          GenlmFindings   *findings)
{
  if (!genlm_findings_expect (findings, is_boolean (self->potential) == is_boolean (other->potential)) ||
      !genlm_findings_expect (findings, self->entries->len == other->entries->len))
    {
      genlm_findings_add (findings, "one is Boolean and the other is not, or they differ in which contexts may go on");
      return;
    }
  for (guint i = 0; i < self->entries->len; i++)
    compare_entry (self->potential, g_ptr_array_index (self->entries, i), g_ptr_array_index (other->entries, i),
                   findings);
}
