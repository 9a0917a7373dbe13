/* A model at work: one thread that alone talks to libllama, for all potentials
 * on the same file with the same settings.
 *
 * What is asked waits in a queue. While a batch is computed the next one
 * gathers, so no timer is needed. Of each item the longest prefix is looked up
 * that has its keys and values in the cache; its sequence is taken over, or
 * forked where another item needs it too, and the missing tokens of all items
 * go into one call.
 *
 * Cells of the cache are used in ascending order and are given back only all
 * together. Attention adds up a sequence in the order of its cells, so that a
 * hole filled later would change the last bits of a result with what happened
 * before. A sequence that is dropped leaves its cells to a sequence that
 * nobody reads, and when the cache is full, or that garbage has cost more time
 * than to begin again, the cache is cleared and what is still asked for is
 * computed anew. */

#define G_LOG_DOMAIN "Genlm-Llama"

#include "genlm-llama-engine-private.h"

#include "genlm-llama-batch-private.h"
#include "genlm-llama-crew-private.h"
#include "genlm-llama-prefix-tree-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define MAX_BATCH       512

/* A sequence that was not used for so many calls of llama_decode() is dropped,
 * but not the last few. */
#define STALE_ROUNDS    8
#define KEPT_SEQUENCES  8

/* To compute a token anew costs about as much as to pass over so many cells of garbage. */
#define CELLS_PER_TOKEN 2048

typedef struct _Asker Asker;
typedef struct _Work Work;

/* An item of a job, of several jobs where they ask the same. */
struct _Asker
{
  Asker         *next;
  GenlmLlamaJob *job;
  gsize          item;
};

struct _Work
{
  Asker                *askers;
  const GenlmLlamaItem *item;       /* of one of them, in a job that is still there */
  guint                 hash;       /* of the item's tokens */
  gsize                 n_answered; /* rows */
  gsize                 next_row;   /* the first that is not in the batch or answered yet */
  gsize                 n_done;     /* tokens that are in the cache or in the batch */
  gsize                 stop;       /* tokens that are needed there */
  gint32                sequence;   /* or -1: not started */
  gsize                 n_private;  /* cells, if its sequence repeats what is in the tree */
};

typedef struct
{
  GenlmLlamaPrefixNode *tip;   /* where it ends; NULL if it is free or private */
  Work                 *owner; /* who computes with it at the moment */
  guint64               used;  /* the last round */
} Sequence;

/* One wanted row of the batch. */
typedef struct
{
  Work        *work;
  gsize        row;
  gsize        index;
  const float *logits;
} Output;

struct _GenlmLlamaEngine
{
  int                   ref_count; /* under the table's lock */
  char                 *key;

  GenlmLlamaModel      *model;
  struct llama_context *context;
  llama_memory_t        memory;
  GAsyncQueue          *queue;
  GThread              *thread;

  gsize                 n_decoded;
  gsize                 n_batches;

  /* All below belongs to the thread. */
  GenlmLlamaPrefixTree *tree;
  GenlmLlamaBatch      *batch;
  GPtrArray            *works;
  GArray               *outputs;
  Sequence             *sequences;
  gsize                 n_sequences; /* the one of this number holds garbage */
  gsize                 n_cells;     /* that are used or spoken for */
  gsize                 max_cells;
  gsize                 n_private;   /* cells of private sequences */
  gsize                 waste;       /* cells of garbage passed over since the last clearing */
  guint64               round;
  gsize                 watched;     /* the work the abort callback looks at */
  GenlmLlamaCrew        crew;
  GThreadPool          *helpers;     /* with this thread as many as compute, or NULL */
  guint                 n_helpers;
  GMutex                helpers_mutex;
  GCond                 helpers_done;
  gint                  next_output; /* atomic: what helpers and thread take from */
  guint                 n_busy;      /* helpers, under the mutex */
};

static GMutex table_mutex;
static GHashTable *table; /* key → engine, without a reference */

/* What the queue holds to end the thread. */
static GenlmLlamaJob quit;

static gboolean
is_given_up (const Asker *asker)
{
  return asker->job->error != NULL || asker->job->funcs->is_abandoned (asker->job);
}

static gboolean
work_is_abandoned (const Work *work)
{
  for (const Asker *asker = work->askers; asker != NULL; asker = asker->next)
    if (!is_given_up (asker))
      return FALSE;
  return TRUE;
}

/* Called often, so that it looks at one work as long as somebody waits for that. */
static bool
must_abort (void *data)
{
  GenlmLlamaEngine *self = data;

  while (self->watched < self->works->len &&
         work_is_abandoned (g_ptr_array_index (self->works, self->watched)))
    self->watched++;
  return self->watched == self->works->len;
}

static void
job_leave (GenlmLlamaJob *job,
           const GError  *error)
{
  if (error != NULL && job->error == NULL)
    job->error = g_error_copy (error);

  if (--job->n_left == 0)
    {
      g_autoptr (GError) first = g_steal_pointer (&job->error);

      job->funcs->done (job, first);
    }
}

static void
work_end (Work         *work,
          const GError *error)
{
  while (work->askers != NULL)
    {
      Asker *asker = work->askers;

      work->askers = asker->next;
      job_leave (asker->job, error);
      g_free (asker);
    }
  g_free (work);
}

/* Lets go of a sequence; its cells stay used, unless others need them anyway. */
static void
release_sequence (GenlmLlamaEngine *self,
                  gint32            id)
{
  Sequence *sequence = &self->sequences[id];

  llama_memory_seq_cp (self->memory, id, self->n_sequences, -1, -1);
  llama_memory_seq_rm (self->memory, id, -1, -1);

  if (sequence->tip != NULL)
    genlm_llama_prefix_tree_release (self->tree, sequence->tip);
  sequence->tip = NULL;
  sequence->owner = NULL;
}

/* Returns an unused sequence, or else the one that was used longest ago, or -1. */
static gint32
take_sequence (GenlmLlamaEngine *self,
               gint32            needed)
{
  gint32 oldest = -1;

  for (gsize i = 0; i < self->n_sequences; i++)
    {
      const Sequence *sequence = &self->sequences[i];

      if (sequence->owner != NULL || (gint32) i == needed)
        continue;
      if (sequence->tip == NULL)
        return i;
      if (oldest < 0 || sequence->used < self->sequences[oldest].used)
        oldest = i;
    }

  if (oldest >= 0)
    release_sequence (self, oldest);
  return oldest;
}

/* Begins with an empty cache; what is under way starts again. */
static void
clear_cache (GenlmLlamaEngine *self)
{
  llama_memory_clear (self->memory, false);
  genlm_llama_prefix_tree_clear (self->tree);

  for (gsize i = 0; i < self->n_sequences; i++)
    self->sequences[i] = (Sequence) { 0 };
  for (guint i = 0; i < self->works->len; i++)
    {
      Work *work = g_ptr_array_index (self->works, i);

      work->sequence = -1;
      work->next_row = work->n_answered;
    }

  self->n_cells = 0;
  self->n_private = 0;
  self->waste = 0;
}

static void
drop_stale_sequences (GenlmLlamaEngine *self)
{
  gsize n_kept = 0;

  for (gsize i = 0; i < self->n_sequences; i++)
    n_kept += self->sequences[i].tip != NULL;

  for (gsize i = 0; i < self->n_sequences && n_kept > KEPT_SEQUENCES; i++)
    {
      const Sequence *sequence = &self->sequences[i];

      if (sequence->tip == NULL || sequence->owner != NULL || sequence->used + STALE_ROUNDS >= self->round)
        continue;
      release_sequence (self, i);
      n_kept--;
    }
}

/* Whether the garbage that every row passes over has cost more by now than to
 * compute what is alive again: then it is time to do so. */
static gboolean
must_collect (GenlmLlamaEngine *self)
{
  gsize live = genlm_llama_prefix_tree_get_size (self->tree) + self->n_private;

  self->waste += (self->n_cells - live) * self->batch->n_rows;
  return self->waste > CELLS_PER_TOKEN * (live + 1);
}

/* The longest prefix in the cache that leaves the rows to be computed; sets
 * @pending if a longer one is just being computed for another work. */
static GenlmLlamaPrefixNode *
find_prefix (GenlmLlamaEngine *self,
             const Work       *work,
             gboolean         *pending)
{
  const GenlmLlamaItem *item = work->item;
  GenlmLlamaPrefixNode *node = genlm_llama_prefix_tree_find (self->tree, item->tokens, item->rows[work->next_row]);
  GenlmLlamaPrefixNode *child = genlm_llama_prefix_node_get_child (node, item->tokens[node->length]);

  *pending = node->pending || (child != NULL && child->pending);
  return node;
}

/* Gives a work a sequence that holds its prefix. Returns FALSE if it must wait:
 * for another work that computes its prefix, or for room. */
static gboolean
start (GenlmLlamaEngine *self,
       Work             *work)
{
  gboolean pending, is_private;
  GenlmLlamaPrefixNode *node = find_prefix (self, work, &pending);
  gsize n_new = work->stop - node->length;
  gint32 cover = -1, id;

  if (pending || n_new > self->max_cells - self->n_cells)
    return FALSE;

  is_private = genlm_llama_prefix_node_get_child (node, work->item->tokens[node->length]) != NULL;
  if (!is_private && node->sequence >= 0 && self->sequences[node->sequence].owner == NULL)
    id = node->sequence;
  else
    {
      cover = genlm_llama_prefix_node_get_cover (node);
      id = take_sequence (self, cover);
      if (id < 0)
        return FALSE;
      if (cover >= 0)
        {
          self->sequences[cover].used = self->round;
          llama_memory_seq_cp (self->memory, cover, id, 0, node->length);
        }
    }

  work->sequence = id;
  work->n_done = node->length;
  self->sequences[id].owner = work;
  self->n_cells += n_new;
  work->n_private = is_private ? n_new : 0;
  self->n_private += work->n_private;
  if (!is_private)
    self->sequences[id].tip = genlm_llama_prefix_tree_extend (self->tree, node, work->item->tokens + node->length,
                                                              n_new, id);
  return TRUE;
}

/* Puts as much of a work into the batch as there is room for. */
static void
add_rows (GenlmLlamaEngine *self,
          Work             *work)
{
  const GenlmLlamaItem *item = work->item;

  for (; work->n_done < work->stop; work->n_done++)
    {
      gboolean wanted = item->rows[work->next_row] == work->n_done;

      if (!genlm_llama_batch_append (self->batch, item->tokens[work->n_done], work->n_done, work->sequence, wanted))
        return;

      if (wanted)
        {
          Output output = { work, work->next_row++, self->batch->n_rows - 1, NULL };

          g_array_append_val (self->outputs, output);
        }
    }
}

static void
deliver (const Output *output)
{
  for (Asker *asker = output->work->askers; asker != NULL; asker = asker->next)
    if (!is_given_up (asker))
      asker->job->funcs->row (asker->job, asker->item, output->row, output->logits);
}

static void
deliver_some (GenlmLlamaEngine *self)
{
  guint i;

  while ((i = g_atomic_int_add (&self->next_output, 1)) < self->outputs->len)
    deliver (&g_array_index (self->outputs, Output, i));
}

static void
help (gpointer data,
      gpointer user_data)
{
  GenlmLlamaEngine *self = user_data;

  deliver_some (self);

  g_mutex_lock (&self->helpers_mutex);
  if (--self->n_busy == 0)
    g_cond_signal (&self->helpers_done);
  g_mutex_unlock (&self->helpers_mutex);
}

/* What is made of a row costs a hundredth of the row: too much for one thread
 * where several computed it. */
static void
deliver_all (GenlmLlamaEngine *self)
{
  guint n_helpers = MIN (self->n_helpers, self->outputs->len - 1);

  /* Not for several threads at once. */
  for (guint i = 0; i < self->outputs->len; i++)
    {
      Output *output = &g_array_index (self->outputs, Output, i);

      output->logits = llama_get_logits_ith (self->context, output->index);
    }

  g_atomic_int_set (&self->next_output, 0);
  self->n_busy = n_helpers;
  for (guint i = 0; i < n_helpers; i++)
    g_thread_pool_push (self->helpers, self, NULL);
  deliver_some (self);

  g_mutex_lock (&self->helpers_mutex);
  while (self->n_busy > 0)
    g_cond_wait (&self->helpers_done, &self->helpers_mutex);
  g_mutex_unlock (&self->helpers_mutex);

  for (guint i = 0; i < self->outputs->len; i++)
    g_array_index (self->outputs, Output, i).work->n_answered++;
}

/* Lets a work give its sequence back. */
static void
stop (GenlmLlamaEngine *self,
      Work             *work)
{
  self->n_cells -= work->stop - work->n_done;
  self->n_private -= work->n_private;
  self->sequences[work->sequence].owner = NULL;

  /* What is private, or not whole, is of no use to others. */
  if (work->n_private > 0 || work->n_done < work->stop)
    release_sequence (self, work->sequence);
}

/* Ends the work of this number, which gives its sequence back. */
static void
end_work (GenlmLlamaEngine *self,
          guint             index,
          const GError     *error)
{
  Work *work = g_ptr_array_index (self->works, index);

  if (work->sequence >= 0)
    stop (self, work);
  g_ptr_array_remove_index (self->works, index);
  work_end (work, error);
}

static void
end_abandoned_works (GenlmLlamaEngine *self)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The request was cancelled");

  for (guint i = self->works->len; i > 0; i--)
    if (work_is_abandoned (g_ptr_array_index (self->works, i - 1)))
      end_work (self, i - 1, error);
}

/* Ends all works that are under way: the batch failed, and the cache with it. */
static void
fail_batch (GenlmLlamaEngine *self,
            int               code)
{
  g_autofree char *reason = genlm_llama_take_log ();
  g_autoptr (GError) error = g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_FAILED,
                                          "libllama failed to evaluate a batch of %" G_GSIZE_FORMAT " tokens (%d): %s",
                                          self->batch->n_rows, code, reason);

  for (guint i = self->works->len; i > 0; i--)
    if (((Work *) g_ptr_array_index (self->works, i - 1))->sequence >= 0)
      end_work (self, i - 1, error);
  clear_cache (self);
}

static void
fail_too_long (GenlmLlamaEngine *self,
               guint             index)
{
  const Work *work = g_ptr_array_index (self->works, index);
  g_autoptr (GError) error = g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                                          "a context of %" G_GSIZE_FORMAT " tokens, prompt included, does not fit into "
                                          "the cache of %" G_GSIZE_FORMAT "; raise the property \"context-size\"",
                                          work->stop, self->max_cells);

  end_work (self, index, error);
}

/* Marks what the last call computed, and ends what is complete by that. */
static void
settle (GenlmLlamaEngine *self,
        guint             index)
{
  Work *work = g_ptr_array_index (self->works, index);
  Sequence *sequence = &self->sequences[work->sequence];

  sequence->used = self->round;
  for (GenlmLlamaPrefixNode *node = sequence->tip; node != NULL && node->pending; node = node->parent)
    node->pending = node->length > work->n_done;

  if (work->n_done == work->stop)
    end_work (self, index, NULL);
}

/* Gathers the rows for one call, of as many works as possible. */
static void
fill_batch (GenlmLlamaEngine *self)
{
  genlm_llama_batch_clear (self->batch);
  g_array_set_size (self->outputs, 0);
  self->watched = 0;

  for (guint i = 0; i < self->works->len && self->batch->n_rows < self->batch->max_rows; i++)
    {
      Work *work = g_ptr_array_index (self->works, i);

      if (work->sequence >= 0 || start (self, work))
        add_rows (self, work);
    }
}

static void
answer_batch (GenlmLlamaEngine *self)
{
  g_atomic_pointer_add (&self->n_decoded, self->batch->n_rows);
  g_atomic_pointer_add (&self->n_batches, 1);

  if (self->outputs->len > 0)
    deliver_all (self);

  for (guint i = self->works->len; i > 0; i--)
    if (((Work *) g_ptr_array_index (self->works, i - 1))->sequence >= 0)
      settle (self, i - 1);
}

/* One call of llama_decode(). */
static void
run_batch (GenlmLlamaEngine *self)
{
  int code;

  genlm_llama_crew_begin (&self->crew, self->context);
  code = genlm_llama_batch_decode (self->batch, self->context);
  genlm_llama_crew_end (&self->crew);

  self->round++;
  switch (code)
    {
    case 0:
      answer_batch (self);
      if (must_collect (self))
        clear_cache (self);
      else
        drop_stale_sequences (self);
      break;

    case 2: /* stopped by must_abort () */
      clear_cache (self);
      break;

    default:
      fail_batch (self, code);
      break;
    }
}

static void
step (GenlmLlamaEngine *self)
{
  end_abandoned_works (self);
  for (guint i = self->works->len; i > 0; i--)
    if (((Work *) g_ptr_array_index (self->works, i - 1))->stop > self->max_cells)
      fail_too_long (self, i - 1);
  if (self->works->len == 0)
    return;

  fill_batch (self);

  /* Nothing is under way and yet there is no room. */
  if (self->batch->n_rows == 0)
    {
      clear_cache (self);
      fill_batch (self);
    }
  run_batch (self);
}

static guint
item_hash (const GenlmLlamaItem *item)
{
  guint32 hash = 2166136261u;

  for (gsize i = 0; i < item->n_tokens; i++)
    hash = (hash ^ item->tokens[i]) * 16777619u;
  return hash;
}

static gboolean
items_equal (const GenlmLlamaItem *a,
             const GenlmLlamaItem *b)
{
  return a->n_tokens == b->n_tokens && a->n_rows == b->n_rows &&
         memcmp (a->tokens, b->tokens, a->n_tokens * sizeof a->tokens[0]) == 0 &&
         memcmp (a->rows, b->rows, a->n_rows * sizeof a->rows[0]) == 0;
}

/* A work that waits and is asked the same. */
static Work *
find_equal_work (GenlmLlamaEngine     *self,
                 const GenlmLlamaItem *item,
                 guint                 hash)
{
  for (guint i = 0; i < self->works->len; i++)
    {
      Work *work = g_ptr_array_index (self->works, i);

      if (work->hash == hash && work->n_answered == 0 && items_equal (work->item, item))
        return work;
    }
  return NULL;
}

static void
accept_item (GenlmLlamaEngine *self,
             GenlmLlamaJob    *job,
             gsize             index)
{
  const GenlmLlamaItem *item = &job->items[index];
  guint hash = item_hash (item);
  Asker *asker = g_new (Asker, 1);
  Work *work = find_equal_work (self, item, hash);
  gint32 cover;

  if (work == NULL)
    {
      work = g_new0 (Work, 1);
      work->item = item;
      work->hash = hash;
      work->stop = item->rows[item->n_rows - 1] + 1;
      work->sequence = -1;
      g_ptr_array_add (self->works, work);
    }

  /* At the end: the work's item is that of the first. */
  *asker = (Asker) { NULL, job, index };
  if (work->askers == NULL)
    work->askers = asker;
  else
    {
      asker->next = work->askers->next;
      work->askers->next = asker;
    }

  /* So that no other item takes the sequence in the meantime. */
  cover = genlm_llama_prefix_node_get_cover (genlm_llama_prefix_tree_find (self->tree, item->tokens, work->stop));
  if (cover >= 0)
    self->sequences[cover].used = self->round;
}

/* Takes what waits; returns FALSE when the engine must end. */
static gboolean
accept_jobs (GenlmLlamaEngine *self)
{
  GenlmLlamaJob *job = self->works->len > 0 ? g_async_queue_try_pop (self->queue) : g_async_queue_pop (self->queue);

  for (; job != NULL; job = g_async_queue_try_pop (self->queue))
    {
      if (job == &quit)
        return FALSE;

      job->n_left = job->n_items;
      for (gsize i = 0; i < job->n_items; i++)
        accept_item (self, job, i);
    }
  return TRUE;
}

static void
engine_free (GenlmLlamaEngine *self)
{
  if (self->helpers != NULL)
    g_thread_pool_free (self->helpers, FALSE, TRUE);
  g_mutex_clear (&self->helpers_mutex);
  g_cond_clear (&self->helpers_done);
  g_clear_pointer (&self->context, llama_free);
  g_clear_pointer (&self->model, genlm_llama_model_free);
  g_clear_pointer (&self->batch, genlm_llama_batch_free);
  g_clear_pointer (&self->tree, genlm_llama_prefix_tree_free);
  g_clear_pointer (&self->works, g_ptr_array_unref);
  g_clear_pointer (&self->outputs, g_array_unref);
  g_clear_pointer (&self->queue, g_async_queue_unref);
  g_free (self->sequences);
  g_free (self->key);
  g_free (self);
}

/* Everything is freed here, since the last reference may be given up in this
 * very thread, by the answer to a request. */
static gpointer
run (gpointer data)
{
  GenlmLlamaEngine *self = data;

  while (accept_jobs (self))
    step (self);

  engine_free (self);
  return NULL;
}

static gboolean
open_context (GenlmLlamaEngine         *self,
              const GenlmLlamaSettings *settings,
              GError                  **error)
{
  struct llama_context_params params = llama_context_default_params ();
  genlm_llama_crew_init (&self->crew, settings->threads);
  self->n_sequences = settings->max_sequences;
  params.n_ctx = settings->context_size;
  params.n_batch = params.n_ubatch = MIN (settings->context_size, MAX_BATCH);
  params.n_seq_max = self->n_sequences + 1;
  params.n_outputs_max = self->n_sequences + 1;
  params.n_threads = params.n_threads_batch = self->crew.max_threads;
  params.kv_unified = true;
  params.abort_callback = must_abort;
  params.abort_callback_data = self;
  if (settings->exact)
    {
      params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_ENABLED;
      params.type_k = params.type_v = GGML_TYPE_Q8_0;
    }

  g_free (genlm_llama_take_log ());
  self->context = llama_init_from_model (self->model->model, params);
  if (self->context == NULL)
    {
      g_autofree char *reason = genlm_llama_take_log ();

      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "libllama cannot make a context of %u tokens%s: %s", settings->context_size,
                   settings->exact ? " with exact=true, which needs heads of a multiple of 32 values" : "", reason);
      return FALSE;
    }

  self->memory = llama_get_memory (self->context);
  self->max_cells = llama_n_ctx (self->context);
  self->batch = genlm_llama_batch_new (llama_n_batch (self->context), self->n_sequences + 1);
  self->sequences = g_new0 (Sequence, self->n_sequences);
  self->n_helpers = self->crew.max_threads - 1;
  if (self->n_helpers > 0)
    self->helpers = g_thread_pool_new (help, self, self->n_helpers, FALSE, NULL);
  return TRUE;
}

static void
warn_if_inexact (GenlmLlamaEngine         *self,
                 const GenlmLlamaSettings *settings,
                 const char               *path)
{
  enum llama_ftype type = llama_model_ftype (self->model->model);

  if (settings->exact &&
      (type == LLAMA_FTYPE_ALL_F32 || type == LLAMA_FTYPE_MOSTLY_F16 || type == LLAMA_FTYPE_MOSTLY_BF16))
    g_message ("%s has weights of floating point: its results may differ in the last digits with the size of "
               "the batch, although exact=true. Quantised weights (Q8_0) do not.", path);
}

static GenlmLlamaEngine *
engine_new (const char                *path,
            const GenlmLlamaSettings  *settings,
            GError                   **error)
{
  GenlmLlamaEngine *self = g_new0 (GenlmLlamaEngine, 1);

  self->ref_count = 1;
  g_mutex_init (&self->helpers_mutex);
  g_cond_init (&self->helpers_done);
  self->queue = g_async_queue_new ();
  self->tree = genlm_llama_prefix_tree_new ();
  self->works = g_ptr_array_new ();
  self->outputs = g_array_new (FALSE, FALSE, sizeof (Output));
  self->model = genlm_llama_model_load (path, error);

  if (self->model == NULL || !open_context (self, settings, error))
    {
      engine_free (self);
      return NULL;
    }

  warn_if_inexact (self, settings, path);
  return self;
}

/* Names the file as it is now: one that was replaced is another model. */
static char *
make_key (const char                *path,
          const GenlmLlamaSettings  *settings,
          GError                   **error)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    {
      int code = errno;

      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "%s", g_strerror (code));
      return NULL;
    }

  /* To open a pipe could wait for ever. */
  if (!S_ISREG (info.st_mode))
    {
      g_set_error_literal (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                           "it is not a regular file; give the path of a GGUF file");
      return NULL;
    }

  return g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT
                          " %u %u %u %d",
                          (guint64) info.st_dev, (guint64) info.st_ino, (guint64) info.st_size,
                          (guint64) info.st_mtime, settings->threads, settings->context_size,
                          settings->max_sequences, settings->exact);
}

/* Returns the engine for a model file and settings: the one that is at work
 * already, or a new one. */
GenlmLlamaEngine *
genlm_llama_engine_acquire (const char                *path,
                            const GenlmLlamaSettings  *settings,
                            GError                   **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&table_mutex);
  g_autofree char *key = make_key (path, settings, error);
  GenlmLlamaEngine *self;

  if (key == NULL)
    return NULL;

  if (table == NULL)
    table = g_hash_table_new (g_str_hash, g_str_equal);

  self = g_hash_table_lookup (table, key);
  if (self != NULL)
    {
      self->ref_count++;
      return self;
    }

  self = engine_new (path, settings, error);
  if (self == NULL)
    return NULL;

  self->key = g_steal_pointer (&key);
  g_hash_table_insert (table, self->key, self);
  self->thread = g_thread_new ("genlm-llama", run, self);
  return self;
}

GenlmLlamaEngine *
genlm_llama_engine_ref (GenlmLlamaEngine *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&table_mutex);

  self->ref_count++;
  return self;
}

static gboolean
leave_table (GenlmLlamaEngine *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&table_mutex);

  if (--self->ref_count > 0)
    return FALSE;

  g_hash_table_remove (table, self->key);
  return TRUE;
}

void
genlm_llama_engine_unref (GenlmLlamaEngine *self)
{
  GThread *thread = self->thread;

  if (!leave_table (self))
    return;

  /* The thread frees the engine. Its queue holds no jobs: each would hold a reference. */
  g_async_queue_push (self->queue, &quit);
  if (thread == g_thread_self ())
    g_thread_unref (thread);
  else
    g_thread_join (thread);
}

/* The model, which is read-only. */
GenlmLlamaModel *
genlm_llama_engine_get_model (GenlmLlamaEngine *self)
{
  return self->model;
}

/* How many tokens libllama was given so far. */
gsize
genlm_llama_engine_get_n_decoded (GenlmLlamaEngine *self)
{
  return (gsize) g_atomic_pointer_get (&self->n_decoded);
}

/* In how many calls. */
gsize
genlm_llama_engine_get_n_batches (GenlmLlamaEngine *self)
{
  return (gsize) g_atomic_pointer_get (&self->n_batches);
}

/* Asks for a job; the functions of @job are called in the engine's thread. */
void
genlm_llama_engine_submit (GenlmLlamaEngine *self,
                           GenlmLlamaJob    *job)
{
  g_async_queue_push (self->queue, job);
}
