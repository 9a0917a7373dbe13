/* A batch of contexts on its way through the engine: which rows of the model
 * it needs, and what becomes of them.
 *
 * The weight of a context is the sum of the log probabilities along it; it is
 * kept on the context's node, so that a longer one needs only the rest. */

#define G_LOG_DOMAIN "Genlm-Llama"

#include "genlm-llama-question-private.h"

#include <math.h>

/* What is known of one context. */
typedef struct
{
  GenlmContext *context;
  guint32      *tokens;   /* of the vocabulary */
  gsize         length;
  gsize         known;    /* length of the longest part with a known weight */
  double        score;    /* the weight of that part, and at last of the whole */
  double       *steps;    /* the log probability of each token after it, or NaN */
  GenlmWeights *weights;  /* of what follows the context */
} Query;

struct _GenlmLlamaQuestion
{
  GenlmLlamaJob     job; /* first: the engine's handle */
  GenlmPotential   *potential;
  GenlmLlamaReader *reader;
  GenlmMethod       method;
  Query            *queries;
  gsize             n_queries;
  gsize            *item_queries; /* item of the job → query */
  GError           *error;

  GenlmRequest     *request; /* who waits, or NULL: */
  GMutex            mutex;
  GCond             finished;
  gboolean          is_finished;
};

void
genlm_llama_reader_clear (GenlmLlamaReader *self)
{
  g_clear_pointer (&self->engine, genlm_llama_engine_unref);
  g_clear_pointer (&self->cache, genlm_llama_cache_free);
  g_clear_pointer (&self->prompt, g_free);
}

static void
question_free (GenlmLlamaQuestion *self)
{
  for (gsize i = 0; i < self->n_queries; i++)
    {
      Query *query = &self->queries[i];

      g_clear_pointer (&query->weights, genlm_weights_unref);
      genlm_context_unref (query->context);
      g_free (query->tokens);
      g_free (query->steps);
    }
  for (gsize i = 0; i < self->job.n_items; i++)
    {
      g_free (self->job.items[i].tokens);
      g_free (self->job.items[i].rows);
    }
  g_free (self->job.items);
  g_free (self->item_queries);
  g_free (self->queries);
  g_clear_error (&self->error);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->finished);
  g_clear_object (&self->request);
  g_object_unref (self->potential);
  g_free (self);
}

/* The place of the first token whose weight is always zero, or the length. */
static gsize
find_zero (const GenlmLlamaReader *reader,
           const Query            *query)
{
  gsize i = query->known;

  while (i < query->length && reader->weight_map[query->tokens[i]] != G_MAXUINT32)
    i++;
  return i;
}

/* Takes from the nodes and the cache what they know of the context's weight. */
static void
recall_score (const GenlmLlamaReader *reader,
              Query                  *query)
{
  GenlmContext *node = query->context;
  const double *state = NULL;

  query->known = query->length;
  while (query->known > 0 && (state = genlm_context_get_state (node, reader->key)) == NULL)
    {
      node = genlm_context_get_parent (node);
      query->known--;
    }
  query->score = query->known > 0 ? *state : 0.0;

  query->steps = g_new (double, query->length - query->known);
  node = query->context;
  for (gsize i = query->length; i > query->known; i--)
    {
      g_autoptr (GenlmWeights) weights = NULL;

      node = genlm_context_get_parent (node);
      weights = genlm_llama_cache_lookup (reader->cache, node);
      query->steps[i - 1 - query->known] = weights != NULL ? genlm_weights_get (weights, query->tokens[i - 1]) : NAN;
    }
}

/* Whoever goes on token by token asks for weights alone, and may want the
 * weight of the whole at the end. What it takes is here now: by then it would
 * have to be computed anew. */
static void
note_score (const GenlmLlamaReader *reader,
            const Query            *query)
{
  g_autoptr (GenlmWeights) weights = NULL;
  GenlmContext *parent;
  const double *state = NULL;
  double score;

  if (query->length == 0 || genlm_context_get_state (query->context, reader->key) != NULL)
    return;

  parent = genlm_context_get_parent (query->context);
  if (query->length > 1 && (state = genlm_context_get_state (parent, reader->key)) == NULL)
    return;

  weights = genlm_llama_cache_lookup (reader->cache, parent);
  if (weights == NULL)
    return;

  score = (state != NULL ? *state : 0.0) + genlm_weights_get (weights, query->tokens[query->length - 1]);
  genlm_context_put_state (query->context, reader->key, g_memdup2 (&score, sizeof score), g_free);
}

/* Lets the engine compute the rows that are missing, if any are. */
static void
add_item (GenlmLlamaQuestion *self,
          gsize               index)
{
  const GenlmLlamaReader *reader = self->reader;
  const guint32 *map = genlm_llama_engine_get_model (reader->engine)->map;
  const Query *query = &self->queries[index];
  GenlmLlamaItem *item = &self->job.items[self->job.n_items];
  gsize n_steps = query->steps != NULL ? query->length - query->known : 0;
  g_autofree guint32 *rows = g_new (guint32, n_steps + 1);

  item->n_rows = 0;
  for (gsize i = 0; i < n_steps; i++)
    if (isnan (query->steps[i]))
      rows[item->n_rows++] = reader->n_prompt + query->known + i - 1;
  if (self->method != GENLM_METHOD_PREFIX && query->weights == NULL)
    rows[item->n_rows++] = reader->n_prompt + query->length - 1;

  if (item->n_rows == 0)
    return;

  item->rows = g_steal_pointer (&rows);
  item->n_tokens = item->rows[item->n_rows - 1] + 1;
  item->tokens = g_new (guint32, item->n_tokens);
  for (gsize i = 0; i < item->n_tokens; i++)
    item->tokens[i] = i < reader->n_prompt ? reader->prompt[i] : map[query->tokens[i - reader->n_prompt]];
  self->item_queries[self->job.n_items++] = index;
}

static void
refuse_zero (GenlmLlamaQuestion *self,
             const Query        *query,
             gsize               place)
{
  GenlmVocab *vocab = genlm_llama_engine_get_model (self->reader->engine)->vocab;
  g_autofree char *text = genlm_vocab_escape_context (vocab, query->context);

  if (self->error == NULL)
    self->error = g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX,
                               "logw_next was asked of the context \"%s\", whose weight is zero: token %" G_GSIZE_FORMAT
                               " of it (id %u) is a control token or has no bytes; see the property \"allow-control\"",
                               text, place, query->tokens[place]);
}

static void
prepare_query (GenlmLlamaQuestion *self,
               gsize               index,
               GenlmContext       *context)
{
  Query *query = &self->queries[index];
  gsize zero;

  query->context = genlm_context_ref (context);
  query->tokens = genlm_context_dup_tokens (context, &query->length);
  if (self->method != GENLM_METHOD_NEXT)
    recall_score (self->reader, query);

  zero = find_zero (self->reader, query);
  if (zero < query->length || query->score == -INFINITY)
    {
      query->score = -INFINITY;
      if (self->method == GENLM_METHOD_NEXT)
        refuse_zero (self, query, zero);
      return;
    }

  if (self->method == GENLM_METHOD_NEXT)
    note_score (self->reader, query);
  if (self->method != GENLM_METHOD_PREFIX)
    query->weights = genlm_llama_cache_lookup (self->reader->cache, context);
  add_item (self, index);
}

static void
set_error (GenlmLlamaQuestion *self,
           const GError       *error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->error == NULL)
    self->error = g_error_copy (error);
}

/* Called by the engine, in any thread: the logits after one of the tokens. */
static void
take_row (GenlmLlamaJob *job,
          gsize          item,
          gsize          row,
          const float   *logits)
{
  GenlmLlamaQuestion *self = (GenlmLlamaQuestion *) job;
  const GenlmLlamaReader *reader = self->reader;
  const GenlmLlamaModel *model = genlm_llama_engine_get_model (reader->engine);
  Query *query = &self->queries[self->item_queries[item]];
  gsize length = job->items[item].rows[row] + 1 - reader->n_prompt;
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmWeights) weights = genlm_weights_new_from_logits (logits, model->n_logits, reader->temperature,
                                                                    reader->weight_map,
                                                                    genlm_vocab_get_size (model->vocab),
                                                                    model->end_ids, model->n_end_ids, &error);

  if (weights == NULL)
    {
      g_prefix_error (&error, "the model's answer is not usable: ");
      set_error (self, error);
      return;
    }

  if (length < query->length)
    query->steps[length - query->known] = genlm_weights_get (weights, query->tokens[length]);
  else
    {
      genlm_llama_cache_put (reader->cache, query->context, weights);
      query->weights = g_steal_pointer (&weights);
    }
}

static void
finish_score (GenlmLlamaQuestion *self,
              Query              *query)
{
  if (query->score > -INFINITY)
    for (gsize i = 0; i < query->length - query->known; i++)
      query->score += query->steps[i];

  if (query->known < query->length)
    genlm_context_put_state (query->context, self->reader->key,
                             g_memdup2 (&query->score, sizeof query->score), g_free);

  if (self->method == GENLM_METHOD_COMPLETE && query->score > -INFINITY)
    query->score += genlm_weights_get (query->weights, genlm_weights_get_size (query->weights) - 1);
}

static GenlmScores *
collect_scores (GenlmLlamaQuestion *self)
{
  double *values;
  GenlmScores *scores = genlm_scores_new_uninit (self->n_queries, &values);

  for (gsize i = 0; i < self->n_queries; i++)
    {
      finish_score (self, &self->queries[i]);
      values[i] = self->queries[i].score;
    }
  return scores;
}

static GenlmWeightsList *
collect_weights (GenlmLlamaQuestion *self)
{
  GenlmWeightsList *list = genlm_weights_list_new ();

  for (gsize i = 0; i < self->n_queries; i++)
    genlm_weights_list_append (list, self->queries[i].weights);
  return list;
}

static void
answer_request (GenlmLlamaQuestion *self)
{
  /* Nobody waits: the engine may have left rows out. */
  if (genlm_request_is_answered (self->request))
    {
      question_free (self);
      return;
    }

  if (self->error != NULL)
    genlm_request_return_error (self->request, self->error);
  else if (self->method == GENLM_METHOD_NEXT)
    {
      g_autoptr (GenlmWeightsList) list = collect_weights (self);

      genlm_request_return_weights (self->request, list);
    }
  else
    {
      g_autoptr (GenlmScores) scores = collect_scores (self);

      genlm_request_return_scores (self->request, scores);
    }
  question_free (self);
}

/* Called by the engine. */
static void
job_done (GenlmLlamaJob *job,
          const GError  *error)
{
  GenlmLlamaQuestion *self = (GenlmLlamaQuestion *) job;

  if (error != NULL)
    set_error (self, error);

  if (self->request != NULL)
    {
      answer_request (self);
      return;
    }

  g_mutex_lock (&self->mutex);
  self->is_finished = TRUE;
  g_cond_signal (&self->finished);
  g_mutex_unlock (&self->mutex);
}

static gboolean
job_is_abandoned (GenlmLlamaJob *job)
{
  GenlmLlamaQuestion *self = (GenlmLlamaQuestion *) job;

  return self->request != NULL && genlm_request_is_answered (self->request);
}

static const GenlmLlamaJobFuncs job_funcs = { take_row, job_done, job_is_abandoned };

static GenlmLlamaQuestion *
question_new (GenlmPotential   *potential,
              GenlmLlamaReader *reader,
              GenlmMethod       method,
              GenlmBatch       *batch)
{
  GenlmLlamaQuestion *self = g_new0 (GenlmLlamaQuestion, 1);

  self->potential = g_object_ref (potential);
  self->reader = reader;
  self->method = method;
  self->n_queries = genlm_batch_get_size (batch);
  self->queries = g_new0 (Query, self->n_queries);
  self->item_queries = g_new (gsize, self->n_queries);
  self->job.funcs = &job_funcs;
  self->job.items = g_new0 (GenlmLlamaItem, self->n_queries);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->finished);

  genlm_llama_cache_reserve (reader->cache, self->n_queries);
  for (gsize i = 0; i < self->n_queries; i++)
    prepare_query (self, i, genlm_batch_get (batch, i));
  return self;
}

/* Answers a request, later in the engine's thread or, where nothing is missing, now. */
void
genlm_llama_question_ask (GenlmPotential   *potential,
                          GenlmLlamaReader *reader,
                          GenlmRequest     *request)
{
  GenlmLlamaQuestion *self = question_new (potential, reader, genlm_request_get_method (request),
                                           genlm_request_get_batch (request));

  self->request = g_object_ref (request);
  if (self->error != NULL || self->job.n_items == 0)
    answer_request (self);
  else
    genlm_llama_engine_submit (reader->engine, &self->job);
}

/* Waits for the engine. The question is the caller's then. */
static GenlmLlamaQuestion *
ask_and_wait (GenlmPotential    *potential,
              GenlmLlamaReader  *reader,
              GenlmMethod        method,
              GenlmBatch        *batch,
              GError           **error)
{
  GenlmLlamaQuestion *self = question_new (potential, reader, method, batch);

  if (self->error == NULL && self->job.n_items > 0)
    {
      genlm_llama_engine_submit (reader->engine, &self->job);
      g_mutex_lock (&self->mutex);
      while (!self->is_finished)
        g_cond_wait (&self->finished, &self->mutex);
      g_mutex_unlock (&self->mutex);
    }

  if (self->error == NULL)
    return self;

  g_propagate_error (error, g_steal_pointer (&self->error));
  question_free (self);
  return NULL;
}

GenlmScores *
genlm_llama_question_score_sync (GenlmPotential    *potential,
                                 GenlmLlamaReader  *reader,
                                 GenlmMethod        method,
                                 GenlmBatch        *batch,
                                 GError           **error)
{
  GenlmLlamaQuestion *self = ask_and_wait (potential, reader, method, batch, error);
  GenlmScores *scores;

  if (self == NULL)
    return NULL;

  scores = collect_scores (self);
  question_free (self);
  return scores;
}

GenlmWeightsList *
genlm_llama_question_next_sync (GenlmPotential    *potential,
                                GenlmLlamaReader  *reader,
                                GenlmBatch        *batch,
                                GError           **error)
{
  GenlmLlamaQuestion *self = ask_and_wait (potential, reader, GENLM_METHOD_NEXT, batch, error);
  GenlmWeightsList *list;

  if (self == NULL)
    return NULL;

  list = collect_weights (self);
  question_free (self);
  return list;
}
