/* The element "multiprocess", against the real workers. */

#include <genlm.h>

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>

/* -- helpers -------------------------------------------------------------- */

static GenlmPotential *
make_regex (const char *pattern)
{
  g_autoptr (GError) error = NULL;
  GenlmPotential *potential = genlm_element_make_with ("regex", &error, "pattern", pattern, NULL);

  g_assert_no_error (error);
  return potential;
}

static GenlmPotential *
make_ngram (void)
{
  g_autoptr (GError) error = NULL;
  GenlmPotential *potential = genlm_element_make_with ("ngram", &error, NULL);

  g_assert_no_error (error);
  return potential;
}

static GenlmMultiprocess *
make_workers (GenlmPotential *potential,
              guint           n_workers)
{
  g_autoptr (GError) error = NULL;
  GenlmMultiprocess *workers = genlm_multiprocess_new (potential, n_workers, &error);

  g_assert_no_error (error);
  g_assert_nonnull (workers);
  return workers;
}

static GenlmContext *
make_context (GenlmVocab *vocab,
              const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  GenlmContext *context = genlm_vocab_encode (vocab, bytes, &error);

  g_assert_no_error (error);
  return context;
}

/* Texts whose weights differ, all of which the patterns of these tests accept. */
static GenlmBatch *
make_batch (GenlmVocab *vocab,
            guint       n)
{
  GenlmBatch *batch = genlm_batch_new ();

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GString) text = g_string_new ("a");
      g_autoptr (GenlmContext) context = NULL;

      for (guint rest = i; rest > 0; rest /= 3)
        g_string_append_c (text, "bcd"[rest % 3]);
      context = make_context (vocab, text->str);
      genlm_batch_append (batch, context);
    }
  return batch;
}

static void
take_result (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  GPtrArray *results = user_data;

  g_ptr_array_add (results, g_object_ref (result));
}

static void
wait_for (GPtrArray *results,
          guint      n)
{
  while (results->len < n)
    g_main_context_iteration (NULL, TRUE);
}

static GPtrArray *
new_results (void)
{
  return g_ptr_array_new_with_free_func (g_object_unref);
}

static GArray *
get_pids (gpointer workers)
{
  g_autoptr (GVariant) variant = NULL;
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (int));
  GVariantIter iter;
  int pid;

  g_object_get (workers, "pids", &variant, NULL);
  g_variant_iter_init (&iter, variant);
  while (g_variant_iter_next (&iter, "i", &pid))
    g_array_append_val (pids, pid);
  return pids;
}

static guint64
get_counter (gpointer    workers,
             const char *name)
{
  guint64 value;

  g_object_get (workers, name, &value, NULL);
  return value;
}

static void
assert_same (double a,
             double b)
{
  g_assert_cmpmem (&a, sizeof a, &b, sizeof b);
}

static void
assert_same_weights (GenlmWeights *a,
                     GenlmWeights *b)
{
  g_assert_cmpmem (genlm_weights_peek (a), genlm_weights_get_size (a) * sizeof (double),
                   genlm_weights_peek (b), genlm_weights_get_size (b) * sizeof (double));
}

/* What there is of workers in this process. */
typedef struct
{
  guint n_fds;
  guint n_maps;
} Footprint;

static Footprint
take_footprint (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  g_autofree char *maps = NULL;
  Footprint footprint = { 0, 0 };

  while (g_dir_read_name (dir) != NULL)
    footprint.n_fds++;
  g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL);
  for (const char *place = maps; (place = strstr (place, "genlm-worker")) != NULL; place++)
    footprint.n_maps++;
  return footprint;
}

/* GLib closes what it watched a process by a moment later, in a thread of its own. */
static void
assert_gone (Footprint before,
             GArray   *pids)
{
  gint64 deadline = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;
  Footprint after = take_footprint ();

  g_assert_cmpuint (after.n_maps, ==, 0);
  while (after.n_fds > before.n_fds && g_get_monotonic_time () < deadline)
    {
      g_thread_yield ();
      after = take_footprint ();
    }
  g_assert_cmpuint (after.n_fds, <=, before.n_fds);
  for (guint i = 0; i < pids->len; i++)
    {
      int pid = g_array_index (pids, int, i);

      /* There was none yet if it is 0. */
      g_assert_true (pid == 0 || kill (pid, 0) == -1);
    }
}

/* -- answers -------------------------------------------------------------- */

static void
check_sync (GenlmPotential *potential,
            GenlmPotential *workers,
            GenlmBatch     *batch)
{
  g_autoptr (GError) error = NULL;
  gboolean has_masks = (genlm_potential_get_traits (potential) & GENLM_TRAITS_BOOLEAN) != 0;

  for (gsize i = 0; i < genlm_batch_get_size (batch); i++)
    {
      GenlmContext *context = genlm_batch_get (batch, i);
      g_autoptr (GenlmWeights) wanted = genlm_potential_logw_next_sync (potential, context, NULL, NULL);
      g_autoptr (GenlmWeights) weights = genlm_potential_logw_next_sync (workers, context, NULL, &error);

      g_assert_no_error (error);
      assert_same_weights (wanted, weights);
      assert_same (genlm_potential_prefix_sync (potential, context, NULL, NULL),
                   genlm_potential_prefix_sync (workers, context, NULL, &error));
      assert_same (genlm_potential_complete_sync (potential, context, NULL, NULL),
                   genlm_potential_complete_sync (workers, context, NULL, &error));
      g_assert_no_error (error);
      if (has_masks)
        {
          g_autoptr (GenlmTokenSet) wanted_mask = genlm_potential_mask_next_sync (potential, context, NULL, NULL);
          g_autoptr (GenlmTokenSet) mask = genlm_potential_mask_next_sync (workers, context, NULL, &error);

          g_assert_no_error (error);
          g_assert_true (genlm_token_set_equal (wanted_mask, mask));
        }
    }
}

static void
check_batch_sync (GenlmPotential *potential,
                  GenlmPotential *workers,
                  GenlmBatch     *batch)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmScores) wanted_prefixes = genlm_potential_batch_prefix_sync (potential, batch, NULL, NULL);
  g_autoptr (GenlmScores) prefixes = genlm_potential_batch_prefix_sync (workers, batch, NULL, &error);
  g_autoptr (GenlmScores) wanted_completes = genlm_potential_batch_complete_sync (potential, batch, NULL, NULL);
  g_autoptr (GenlmScores) completes = genlm_potential_batch_complete_sync (workers, batch, NULL, &error);
  g_autoptr (GenlmWeightsList) wanted = genlm_potential_batch_logw_next_sync (potential, batch, NULL, NULL);
  g_autoptr (GenlmWeightsList) weights = genlm_potential_batch_logw_next_sync (workers, batch, NULL, &error);
  gsize n = genlm_batch_get_size (batch);

  g_assert_no_error (error);
  g_assert_cmpmem (genlm_scores_peek (wanted_prefixes), n * sizeof (double),
                   genlm_scores_peek (prefixes), n * sizeof (double));
  g_assert_cmpmem (genlm_scores_peek (wanted_completes), n * sizeof (double),
                   genlm_scores_peek (completes), n * sizeof (double));
  for (gsize i = 0; i < n; i++)
    assert_same_weights (genlm_weights_list_get (wanted, i), genlm_weights_list_get (weights, i));

  if ((genlm_potential_get_traits (potential) & GENLM_TRAITS_BOOLEAN) != 0)
    {
      g_autoptr (GenlmTokenSetList) wanted_masks = genlm_potential_batch_mask_next_sync (potential, batch, NULL, NULL);
      g_autoptr (GenlmTokenSetList) masks = genlm_potential_batch_mask_next_sync (workers, batch, NULL, &error);

      g_assert_no_error (error);
      for (gsize i = 0; i < n; i++)
        g_assert_true (genlm_token_set_equal (genlm_token_set_list_get (wanted_masks, i),
                                              genlm_token_set_list_get (masks, i)));
    }
}

static void
check_async (GenlmPotential *potential,
             GenlmPotential *workers,
             GenlmBatch     *batch)
{
  gsize n = genlm_batch_get_size (batch);
  g_autoptr (GPtrArray) prefixes = new_results ();
  g_autoptr (GPtrArray) weights = new_results ();
  g_autoptr (GPtrArray) others = new_results ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmScores) scores = NULL;
  g_autoptr (GenlmScores) wanted_scores = genlm_potential_batch_complete_sync (potential, batch, NULL, NULL);
  double sum = 0, wanted_sum = 0;

  for (gsize i = 0; i < n; i++)
    {
      genlm_potential_prefix (workers, genlm_batch_get (batch, i), NULL, take_result, prefixes);
      genlm_potential_logw_next (workers, genlm_batch_get (batch, i), NULL, take_result, weights);
    }
  genlm_potential_batch_complete (workers, batch, NULL, take_result, others);
  g_assert_cmpuint (prefixes->len, ==, 0);
  wait_for (prefixes, (guint) n);
  wait_for (weights, (guint) n);
  wait_for (others, 1);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GenlmWeights) next = NULL;

      sum += genlm_potential_prefix_finish (workers, g_ptr_array_index (prefixes, i), &error);
      g_assert_no_error (error);
      wanted_sum += genlm_potential_prefix_sync (potential, genlm_batch_get (batch, i), NULL, NULL);
      next = genlm_potential_logw_next_finish (workers, g_ptr_array_index (weights, i), &error);
      g_assert_no_error (error);
    }
  g_assert_cmpfloat_with_epsilon (sum, wanted_sum, 1e-9 * (1 + fabs (wanted_sum)));
  scores = genlm_potential_batch_complete_finish (workers, g_ptr_array_index (others, 0), &error);
  g_assert_no_error (error);
  g_assert_cmpmem (genlm_scores_peek (scores), n * sizeof (double),
                   genlm_scores_peek (wanted_scores), n * sizeof (double));
}

static void
check_all (GenlmPotential *potential,
           guint           n_workers)
{
  g_autoptr (GenlmMultiprocess) workers = make_workers (potential, n_workers);
  g_autoptr (GenlmBatch) batch = make_batch (genlm_potential_get_vocab (potential), 100);

  g_assert_true (genlm_vocab_equal (genlm_potential_get_vocab (potential),
                                    genlm_potential_get_vocab (GENLM_POTENTIAL (workers))));
  check_sync (potential, GENLM_POTENTIAL (workers), batch);
  check_batch_sync (potential, GENLM_POTENTIAL (workers), batch);
  check_async (potential, GENLM_POTENTIAL (workers), batch);
}

static void
test_regex (void)
{
  g_autoptr (GenlmPotential) regex = make_regex ("a[bcd]*");

  check_all (regex, 1);
  check_all (regex, 3);
}

static void
test_ngram (void)
{
  g_autoptr (GenlmPotential) ngram = make_ngram ();

  check_all (ngram, 1);
  check_all (ngram, 2);
}

static void
test_traits (void)
{
  g_autoptr (GenlmPotential) regex = make_regex ("a*");
  g_autoptr (GenlmMultiprocess) workers = make_workers (regex, 1);
  GenlmTraits traits = genlm_potential_get_traits (GENLM_POTENTIAL (workers));

  g_assert_true ((genlm_potential_get_traits (regex) & GENLM_TRAITS_BOOLEAN) != 0);
  g_assert_true ((traits & GENLM_TRAITS_BOOLEAN) != 0);
  g_assert_true ((traits & GENLM_TRAITS_THREAD_SAFE) != 0);
  g_assert_false ((traits & GENLM_TRAITS_INLINE) != 0);
}

/* More vectors than there are slots, held all the time. */
static void
test_many_weights (void)
{
  g_autoptr (GenlmPotential) ngram = make_ngram ();
  g_autoptr (GenlmMultiprocess) workers = make_workers (ngram, 1);
  g_autoptr (GenlmBatch) batch = make_batch (genlm_potential_get_vocab (ngram), 300);

  check_batch_sync (ngram, GENLM_POTENTIAL (workers), batch);
  check_sync (ngram, GENLM_POTENTIAL (workers), batch);
}

/* Weights live on when their worker does not. */
static void
test_weights_survive (void)
{
  Footprint before = take_footprint ();
  g_autoptr (GenlmPotential) ngram = make_ngram ();
  g_autoptr (GenlmMultiprocess) workers = make_workers (ngram, 1);
  g_autoptr (GArray) pids = get_pids (workers);
  g_autoptr (GenlmContext) context = make_context (genlm_potential_get_vocab (ngram), "a");
  g_autoptr (GenlmWeights) wanted = genlm_potential_logw_next_sync (ngram, context, NULL, NULL);
  g_autoptr (GenlmWeights) weights = genlm_potential_logw_next_sync (GENLM_POTENTIAL (workers), context, NULL, NULL);

  genlm_multiprocess_close (workers);
  assert_same_weights (wanted, weights);
  g_clear_pointer (&weights, genlm_weights_unref);
  assert_gone (before, pids);
}

/* -- coercion and composition ---------------------------------------------- */

static void
test_coerced (void)
{
  g_autoptr (GenlmPotential) regex = make_regex ("a[bcd]*");
  g_autoptr (GenlmPotential) ngram = make_ngram ();
  GenlmVocab *vocab = genlm_potential_get_vocab (ngram);
  g_autoptr (GenlmMultiprocess) workers = make_workers (regex, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) wanted = genlm_potential_coerce (regex, vocab, &error);
  g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (GENLM_POTENTIAL (workers), vocab, &error);
  g_autoptr (GenlmBatch) batch = make_batch (vocab, 50);
  g_autoptr (GArray) pids = get_pids (workers);
  g_autoptr (GArray) coerced_pids = NULL;

  g_assert_no_error (error);
  g_assert_true (GENLM_IS_MULTIPROCESS (coerced));
  coerced_pids = get_pids (coerced);
  g_assert_cmpmem (pids->data, pids->len * sizeof (int), coerced_pids->data, coerced_pids->len * sizeof (int));
  check_sync (wanted, coerced, batch);
  check_batch_sync (wanted, coerced, batch);
  check_async (wanted, coerced, batch);

  /* The workers stay until the last element goes. */
  g_clear_object (&workers);
  check_sync (wanted, coerced, batch);
}

static void
test_recipe (void)
{
  g_autoptr (GenlmPotential) regex = make_regex ("a[bcd]*");
  g_autoptr (GenlmPotential) ngram = make_ngram ();
  g_autoptr (GenlmMultiprocess) workers = make_workers (regex, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) coerced =
    genlm_potential_coerce (GENLM_POTENTIAL (workers), genlm_potential_get_vocab (ngram), &error);
  g_autoptr (GVariant) recipe = genlm_potential_to_recipe (coerced, &error);
  g_autoptr (GenlmPotential) again = genlm_element_from_recipe (recipe, &error);
  g_autoptr (GenlmBatch) batch = make_batch (genlm_potential_get_vocab (ngram), 20);

  g_assert_no_error (error);
  g_assert_true (GENLM_IS_MULTIPROCESS (again));
  check_sync (coerced, again, batch);
}

static void
test_autobatched (void)
{
  g_autoptr (GenlmPotential) ngram = make_ngram ();
  g_autoptr (GenlmMultiprocess) workers = make_workers (ngram, 2);
  g_autoptr (GenlmPotential) batched = genlm_potential_to_autobatched (GENLM_POTENTIAL (workers));
  g_autoptr (GenlmBatch) batch = make_batch (genlm_potential_get_vocab (ngram), 100);

  check_async (ngram, batched, batch);
  check_sync (ngram, batched, batch);
}

/* -- contexts and threads --------------------------------------------------- */

/* Each callback waits for the last answer of all. */
typedef struct
{
  GenlmPotential *workers;
  GPtrArray      *results;
  guint           n;
  guint           depth;
  guint           max_depth;
} Nest;

static void
take_nested (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Nest *nest = user_data;

  g_ptr_array_add (nest->results, g_object_ref (result));
  nest->depth++;
  nest->max_depth = MAX (nest->max_depth, nest->depth);
  wait_for (nest->results, nest->n);
  nest->depth--;
}

static void
test_nested_loops (void)
{
  g_autoptr (GenlmPotential) regex = make_regex ("a[bcd]*");
  g_autoptr (GenlmMultiprocess) workers = make_workers (regex, 2);
  g_autoptr (GPtrArray) results = new_results ();
  g_autoptr (GenlmBatch) batch = make_batch (genlm_potential_get_vocab (regex), 50);
  Nest nest = { GENLM_POTENTIAL (workers), results, 50, 0, 0 };

  for (guint i = 0; i < 50; i++)
    genlm_potential_prefix (nest.workers, genlm_batch_get (batch, i), NULL, take_nested, &nest);
  wait_for (results, 50);
  g_assert_cmpuint (nest.max_depth, ==, 50);
  g_assert_cmpuint (nest.depth, ==, 0);
}

/* A thread that asks and then leaves its context alone. */
typedef struct
{
  GenlmPotential *workers;
  GenlmBatch     *batch;
  GMutex          lock;
  GCond           changed;
  gboolean        has_asked;
  gboolean        may_go_on;
  guint           n_answers;
} Sleeper;

static gpointer
sleep_after_asking (gpointer data)
{
  Sleeper *sleeper = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GPtrArray) results = new_results ();
  guint n = (guint) genlm_batch_get_size (sleeper->batch);

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < n; i++)
    genlm_potential_prefix (sleeper->workers, genlm_batch_get (sleeper->batch, i), NULL, take_result, results);

  g_mutex_lock (&sleeper->lock);
  sleeper->has_asked = TRUE;
  g_cond_broadcast (&sleeper->changed);
  while (!sleeper->may_go_on)
    g_cond_wait (&sleeper->changed, &sleeper->lock);
  g_mutex_unlock (&sleeper->lock);

  while (results->len < n)
    g_main_context_iteration (context, TRUE);
  sleeper->n_answers = results->len;
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_sleeping_context (void)
{
  g_autoptr (GenlmPotential) regex = make_regex ("a[bcd]*");
  g_autoptr (GenlmMultiprocess) workers = make_workers (regex, 1);
  g_autoptr (GenlmBatch) batch = make_batch (genlm_potential_get_vocab (regex), 200);
  Sleeper sleeper = { .workers = GENLM_POTENTIAL (workers), .batch = batch };
  GThread *thread = g_thread_new ("sleeper", sleep_after_asking, &sleeper);

  g_mutex_lock (&sleeper.lock);
  while (!sleeper.has_asked)
    g_cond_wait (&sleeper.changed, &sleeper.lock);
  g_mutex_unlock (&sleeper.lock);

  /* Neither a call that waits nor one that does not is held up. */
  check_sync (regex, GENLM_POTENTIAL (workers), batch);
  check_async (regex, GENLM_POTENTIAL (workers), batch);

  g_mutex_lock (&sleeper.lock);
  sleeper.may_go_on = TRUE;
  g_cond_broadcast (&sleeper.changed);
  g_mutex_unlock (&sleeper.lock);
  g_thread_join (thread);
  g_assert_cmpuint (sleeper.n_answers, ==, 200);
  g_mutex_clear (&sleeper.lock);
  g_cond_clear (&sleeper.changed);
}

static gpointer
ask_in_thread (gpointer data)
{
  Sleeper *sleeper = data;

  for (gsize i = 0; i < 20 * genlm_batch_get_size (sleeper->batch); i++)
    {
      GenlmContext *context = genlm_batch_get (sleeper->batch, i % genlm_batch_get_size (sleeper->batch));

      if (genlm_potential_prefix_sync (sleeper->workers, context, NULL, NULL) == 0)
        g_atomic_int_inc (&sleeper->n_answers);
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (GenlmPotential) regex = make_regex ("a[bcd]*");
  g_autoptr (GenlmMultiprocess) workers = make_workers (regex, 2);
  g_autoptr (GenlmBatch) batch = make_batch (genlm_potential_get_vocab (regex), 100);
  Sleeper sleeper = { .workers = GENLM_POTENTIAL (workers), .batch = batch };
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("asker", ask_in_thread, &sleeper);
  check_async (regex, GENLM_POTENTIAL (workers), batch);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (sleeper.n_answers, ==, 4 * 20 * 100);
}

/* -- giving up -------------------------------------------------------------- */

static void
test_cancel (void)
{
  g_autoptr (GenlmPotential) regex = make_regex ("a[bcd]*");
  g_autoptr (GenlmMultiprocess) workers = make_workers (regex, 1);
  g_autoptr (GenlmBatch) batch = make_batch (genlm_potential_get_vocab (regex), 100);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GPtrArray) cancelled = new_results ();
  g_autoptr (GPtrArray) others = new_results ();
  guint n_cancelled = 0;

  for (guint i = 0; i < 100; i++)
    {
      genlm_potential_prefix (GENLM_POTENTIAL (workers), genlm_batch_get (batch, i), cancellable, take_result, cancelled);
      genlm_potential_prefix (GENLM_POTENTIAL (workers), genlm_batch_get (batch, i), NULL, take_result, others);
    }
  g_cancellable_cancel (cancellable);
  wait_for (cancelled, 100);
  wait_for (others, 100);
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (GError) error = NULL;
      double score = genlm_potential_prefix_finish (GENLM_POTENTIAL (workers), g_ptr_array_index (others, i), &error);

      g_assert_no_error (error);
      g_assert_cmpfloat (score, ==, 0);
      genlm_potential_prefix_finish (GENLM_POTENTIAL (workers), g_ptr_array_index (cancelled, i), &error);
      n_cancelled += g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
  g_assert_cmpuint (n_cancelled, ==, 100);
  /* The way is free again. */
  check_sync (regex, GENLM_POTENTIAL (workers), batch);
}

static guint
count_closed (gpointer   workers,
              GPtrArray *results)
{
  guint n_closed = 0;

  for (guint i = 0; i < results->len; i++)
    {
      g_autoptr (GError) error = NULL;

      genlm_potential_prefix_finish (workers, g_ptr_array_index (results, i), &error);
      if (error != NULL)
        g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_CLOSED);
      n_closed += error != NULL;
    }
  return n_closed;
}

static void
test_close (void)
{
  Footprint before = take_footprint ();
  g_autoptr (GenlmPotential) regex = make_regex ("a[bcd]*");
  g_autoptr (GenlmMultiprocess) workers = make_workers (regex, 2);
  g_autoptr (GenlmBatch) batch = make_batch (genlm_potential_get_vocab (regex), 1000);
  g_autoptr (GArray) pids = get_pids (workers);
  g_autoptr (GPtrArray) results = new_results ();
  g_autoptr (GenlmScores) scores = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 1000; i++)
    genlm_potential_prefix (GENLM_POTENTIAL (workers), genlm_batch_get (batch, i), NULL, take_result, results);
  genlm_multiprocess_close (workers);
  wait_for (results, 1000);
  g_assert_cmpuint (count_closed (workers, results), >, 0);
  assert_gone (before, pids);

  genlm_multiprocess_close (workers);
  scores = genlm_potential_batch_prefix_sync (GENLM_POTENTIAL (workers), batch, NULL, &error);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_CLOSED);
  g_assert_null (scores);
  g_ptr_array_set_size (results, 0);
  genlm_potential_prefix (GENLM_POTENTIAL (workers), genlm_batch_get (batch, 0), NULL, take_result, results);
  wait_for (results, 1);
  g_assert_cmpuint (count_closed (workers, results), ==, 1);
}

/* The requests hold the element, and the last answer ends it. */
static void
count_result (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpfloat (genlm_potential_prefix_finish (GENLM_POTENTIAL (source), result, &error), ==, 0);
  g_assert_no_error (error);
  ++*(guint *) user_data;
}

static void
test_last_reference (void)
{
  Footprint before = take_footprint ();
  g_autoptr (GenlmPotential) regex = make_regex ("a[bcd]*");
  GenlmMultiprocess *workers = make_workers (regex, 2);
  g_autoptr (GenlmBatch) batch = make_batch (genlm_potential_get_vocab (regex), 1000);
  g_autoptr (GArray) pids = get_pids (workers);
  guint n = 0;

  for (guint i = 0; i < 1000; i++)
    genlm_potential_prefix (GENLM_POTENTIAL (workers), genlm_batch_get (batch, i), NULL, count_result, &n);
  g_object_unref (workers);
  while (n < 1000)
    g_main_context_iteration (NULL, TRUE);
  assert_gone (before, pids);
}

/* -- faults ----------------------------------------------------------------- */

static void
test_kill (void)
{
  g_autoptr (GenlmPotential) regex = make_regex ("a[bcd]*");
  g_autoptr (GenlmMultiprocess) workers = make_workers (regex, 2);
  g_autoptr (GenlmBatch) batch = make_batch (genlm_potential_get_vocab (regex), 1000);
  g_autoptr (GPtrArray) results = new_results ();

  g_object_set (workers, "max-retries", -1, NULL);
  for (guint round = 0; round < 10; round++)
    {
      g_autoptr (GArray) pids = get_pids (workers);
      int pid = g_array_index (pids, int, round % 2);

      g_ptr_array_set_size (results, 0);
      for (guint i = 0; i < 1000; i++)
        {
          genlm_potential_prefix (GENLM_POTENTIAL (workers), genlm_batch_get (batch, i), NULL, take_result, results);
          if (i == 500 && pid != 0)
            kill (pid, SIGKILL);
        }
      wait_for (results, 1000);
      g_assert_cmpuint (count_closed (workers, results), ==, 0);
    }
}

typedef struct
{
  guint  n_started;
  guint  n_died;
  char  *reason;
} News;

static void
take_started (GenlmMultiprocess *workers,
              guint              worker,
              int                pid,
              News              *news)
{
  news->n_started++;
}

static void
take_died (GenlmMultiprocess *workers,
           guint              worker,
           int                pid,
           const char        *reason,
           News              *news)
{
  g_free (news->reason);
  news->reason = g_strdup (reason);
  news->n_died++;
}

static void
test_signals (void)
{
  g_autoptr (GenlmPotential) regex = make_regex ("a[bcd]*");
  g_autoptr (GenlmMultiprocess) workers = make_workers (regex, 1);
  g_autoptr (GArray) pids = get_pids (workers);
  g_autoptr (GArray) new_pids = NULL;
  g_autoptr (GenlmContext) context = make_context (genlm_potential_get_vocab (regex), "ab");
  g_autoptr (GError) error = NULL;
  News news = { 0, 0, NULL };

  g_signal_connect (workers, "worker-started", G_CALLBACK (take_started), &news);
  g_signal_connect (workers, "worker-died", G_CALLBACK (take_died), &news);
  while (news.n_started < 1)
    g_main_context_iteration (NULL, TRUE);
  kill (g_array_index (pids, int, 0), SIGKILL);
  /* It is idle, and found dead all the same. */
  while (news.n_started < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (news.n_died, ==, 1);
  g_assert_nonnull (strstr (news.reason, "signal 9"));
  g_assert_cmpuint (get_counter (workers, "n-respawns"), ==, 1);
  new_pids = get_pids (workers);
  g_assert_cmpint (g_array_index (new_pids, int, 0), !=, g_array_index (pids, int, 0));
  g_assert_cmpfloat (genlm_potential_prefix_sync (GENLM_POTENTIAL (workers), context, NULL, &error), ==, 0);
  g_assert_no_error (error);
  g_free (news.reason);
}

/* One that gives trouble; see modules/faulty.c. */
static GenlmMultiprocess *
make_faulty (const char *fault,
             const char *property,
             GVariant   *value)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) recipe = NULL;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  GenlmMultiprocess *workers;

  recipe = g_variant_ref_sink (g_variant_new_parsed ("('test-faulty', {'fault': <%s>})", fault));
  g_variant_dict_insert_value (&dict, "recipe", g_variant_new_variant (recipe));
  g_variant_dict_insert (&dict, "workers", "u", 1);
  g_variant_dict_insert (&dict, "max-retries", "i", 0);
  if (property != NULL)
    g_variant_dict_insert_value (&dict, property, value);
  workers = genlm_element_make ("multiprocess", g_variant_dict_end (&dict), &error);
  g_assert_no_error (error);
  return workers;
}

static void
check_failure (GenlmMultiprocess *workers,
               const char        *wanted,
               const char        *also_wanted)
{
  g_autoptr (GenlmContext) context = make_context (genlm_vocab_bytes (), "ab");
  g_autoptr (GError) error = NULL;

  g_assert_true (isnan (genlm_potential_prefix_sync (GENLM_POTENTIAL (workers), context, NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, wanted));
  g_assert_nonnull (strstr (error->message, also_wanted));
}

static void
test_timeout (void)
{
  g_autoptr (GenlmMultiprocess) workers = make_faulty ("block", "timeout", g_variant_new_uint32 (100));

  check_failure (workers, "100 ms", "blocked");
  check_failure (workers, "100 ms", "blocked");
}

static void
test_memory_limit (void)
{
#ifdef __SANITIZE_ADDRESS__
  g_test_skip ("the sanitizer takes more memory than that");
#else
  g_autoptr (GenlmMultiprocess) workers = make_faulty ("hog", "memory-limit", g_variant_new_uint64 (256 << 20));

  check_failure (workers, "memory limit is 268435456 bytes, which is probably why", "failed to allocate");
#endif
}

static void
test_cpu_limit (void)
{
  g_autoptr (GenlmMultiprocess) workers = make_faulty ("spin", "cpu-limit", g_variant_new_uint32 (1));

  check_failure (workers, "limit of processor time is 1 s, which is why", "signal");
}

/* What a potential gives for a weight is its error, and none of its worker. */
static void
test_nan (void)
{
  g_autoptr (GenlmMultiprocess) workers = make_faulty ("nan", NULL, NULL);
  g_autoptr (GenlmContext) context = make_context (genlm_vocab_bytes (), "ab");
  g_autoptr (GenlmBatch) batch = make_batch (genlm_vocab_bytes (), 10);
  g_autoptr (GPtrArray) results = new_results ();

  for (guint round = 0; round < 100; round++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmWeights) weights = genlm_potential_logw_next_sync (GENLM_POTENTIAL (workers), context, NULL, &error);

      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT);
      g_assert_null (weights);
    }
  for (guint round = 0; round < 20; round++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmWeightsList) list = NULL;

      g_ptr_array_set_size (results, 0);
      genlm_potential_batch_logw_next (GENLM_POTENTIAL (workers), batch, NULL, take_result, results);
      wait_for (results, 1);
      list = genlm_potential_batch_logw_next_finish (GENLM_POTENTIAL (workers), g_ptr_array_index (results, 0), &error);
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT);
      g_assert_null (list);
    }
  g_assert_cmpuint (get_counter (workers, "n-respawns"), ==, 0);
}

/* -- giving up while a worker is at it -------------------------------------- */

static gpointer
cancel_soon (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancel_blocked (void)
{
  g_autoptr (GenlmMultiprocess) workers = make_faulty ("block", "timeout", g_variant_new_uint32 (0));
  g_autoptr (GenlmContext) context = make_context (genlm_vocab_bytes (), "ab");
  g_autoptr (GPtrArray) results = new_results ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) other = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread;

  genlm_potential_prefix (GENLM_POTENTIAL (workers), context, cancellable, take_result, results);
  g_cancellable_cancel (cancellable);
  wait_for (results, 1);
  genlm_potential_prefix_finish (GENLM_POTENTIAL (workers), g_ptr_array_index (results, 0), &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  thread = g_thread_new ("cancel", cancel_soon, other);
  genlm_potential_prefix_sync (GENLM_POTENTIAL (workers), context, other, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

/* The last reference goes in the callback that tells of the end of a request. */
static void
drop_reference (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  GenlmMultiprocess **workers = user_data;
  g_autoptr (GError) error = NULL;

  genlm_potential_prefix_finish (GENLM_POTENTIAL (source), result, &error);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_CLOSED);
  g_clear_object (workers);
}

static void
test_close_blocked (void)
{
  Footprint before = take_footprint ();
  GenlmMultiprocess *workers = make_faulty ("block", NULL, NULL);
  g_autoptr (GArray) pids = get_pids (workers);
  g_autoptr (GenlmContext) context = make_context (genlm_vocab_bytes (), "ab");

  genlm_potential_prefix (GENLM_POTENTIAL (workers), context, NULL, drop_reference, &workers);
  genlm_multiprocess_close (workers);
  assert_gone (before, pids);
  while (workers != NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* -- refusals --------------------------------------------------------------- */

static void
test_refusals (void)
{
  Footprint before = take_footprint ();
  g_autoptr (GArray) no_pids = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GenlmPotential) regex = make_regex ("a*");
  g_autoptr (GenlmMultiprocess) workers = NULL;
  g_autoptr (GenlmMultiprocess) good = NULL;
  g_autoptr (GenlmPotential) spawn = NULL;
  g_autoptr (GError) error = NULL;
  GenlmContext *empty = genlm_context_new ();

  workers = genlm_multiprocess_new_from_recipe (g_variant_new_parsed ("('regex', {'pattern': <'('>})"), 2, &error);
  g_assert_null (workers);
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "("));
  g_clear_error (&error);

  workers = genlm_multiprocess_new_from_recipe (g_variant_new_parsed ("('no-such-thing', @a{sv} {})"), 1, &error);
  g_assert_null (workers);
  g_assert_error (error, GENLM_REGISTRY_ERROR, GENLM_REGISTRY_ERROR_NOT_FOUND);
  g_clear_error (&error);

  workers = genlm_multiprocess_new_from_recipe (g_variant_new_parsed ("('', @a{sv} {})"), 1, &error);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
  g_clear_error (&error);

  workers = genlm_element_make_with ("multiprocess", &error, NULL);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
  g_clear_error (&error);
  assert_gone (before, no_pids);

  good = make_workers (regex, 1);
  spawn = genlm_potential_spawn (GENLM_POTENTIAL (good), &error);
  g_assert_null (spawn);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  genlm_context_unref (empty);
}

/* -- the sandbox ------------------------------------------------------------ */

static gboolean
can_sandbox (void)
{
  const char *argv[] = { "bwrap", "--unshare-all", "--ro-bind", "/", "/", "true", NULL };
  int status = -1;

  return g_spawn_sync (NULL, (char **) argv, NULL,
                       G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                       NULL, NULL, NULL, NULL, &status, NULL) && status == 0;
}

/* A namespace of its own, as /proc says. */
static void
assert_apart (int         pid,
              const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/ns/%s", pid, name);
  g_autofree char *own_path = g_strdup_printf ("/proc/self/ns/%s", name);
  g_autofree char *target = g_file_read_link (path, NULL);
  g_autofree char *own_target = g_file_read_link (own_path, NULL);

  g_assert_nonnull (target);
  g_assert_cmpstr (target, !=, own_target);
}

static void
test_sandbox (void)
{
  g_autoptr (GenlmPotential) regex = make_regex ("a[bcd]*");
  g_autoptr (GVariant) recipe = genlm_potential_to_recipe (regex, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmMultiprocess) workers =
    g_initable_new (GENLM_TYPE_MULTIPROCESS, NULL, &error, "recipe", recipe, "workers", 2, "sandbox", TRUE, NULL);
  g_autoptr (GArray) pids = NULL;
  g_autoptr (GenlmBatch) batch = NULL;

  if (!can_sandbox ())
    {
      g_assert_null (workers);
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
      return;
    }
  g_assert_no_error (error);
  batch = make_batch (genlm_potential_get_vocab (regex), 100);
  check_sync (regex, GENLM_POTENTIAL (workers), batch);
  check_batch_sync (regex, GENLM_POTENTIAL (workers), batch);

  /* All die: a question that is under way then may be with each in turn. */
  g_object_set (workers, "max-retries", -1, NULL);
  pids = get_pids (workers);
  for (guint i = 0; i < pids->len; i++)
    {
      int pid = g_array_index (pids, int, i);

      if (pid == 0)
        continue;
      assert_apart (pid, "net");
      assert_apart (pid, "pid");
      assert_apart (pid, "mnt");
      kill (pid, SIGKILL);
    }
  check_sync (regex, GENLM_POTENTIAL (workers), batch);
}

static void
test_no_sandbox (void)
{
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autoptr (GVariant) recipe = g_variant_ref_sink (g_variant_new_parsed ("('regex', {'pattern': <'a'>})"));
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmMultiprocess) workers = NULL;

  g_setenv ("PATH", "/nonexistent", TRUE);
  workers = g_initable_new (GENLM_TYPE_MULTIPROCESS, NULL, &error, "recipe", recipe, "sandbox", TRUE, NULL);
  g_setenv ("PATH", path, TRUE);
  g_assert_null (workers);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "bubblewrap"));
}

/* The errors of the potential are those of the potential. */
static void
test_errors (void)
{
  g_autoptr (GenlmPotential) regex = make_regex ("a*");
  g_autoptr (GenlmMultiprocess) workers = make_workers (regex, 2);
  g_autoptr (GenlmContext) context = make_context (genlm_potential_get_vocab (regex), "x");
  g_autoptr (GenlmWeights) wanted = NULL;
  g_autoptr (GenlmWeights) weights = NULL;
  g_autoptr (GError) wanted_error = NULL;
  g_autoptr (GError) error = NULL;

  wanted = genlm_potential_logw_next_sync (regex, context, NULL, &wanted_error);
  weights = genlm_potential_logw_next_sync (GENLM_POTENTIAL (workers), context, NULL, &error);
  g_assert_null (weights);
  g_assert_error (wanted_error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX);
  g_assert_error (error, wanted_error->domain, wanted_error->code);
  g_assert_cmpstr (error->message, ==, wanted_error->message);
  g_assert_cmpuint (get_counter (workers, "n-retries"), ==, 0);
}

/* GLib opens descriptors once and for all when it first starts processes. */
static void
warm_up (void)
{
  g_autoptr (GenlmPotential) regex = make_regex ("a");
  g_autoptr (GenlmMultiprocess) workers = make_workers (regex, 1);

  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

/* A pool in a pool in a pool works, and there it ends. */
static void
test_nested (void)
{
  g_autoptr (GenlmPotential) regex = make_regex ("a*");
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) recipe = genlm_potential_to_recipe (regex, &error);

  g_assert_no_error (error);
  for (guint depth = 1; depth <= 4; depth++)
    {
      g_autoptr (GenlmMultiprocess) workers = genlm_multiprocess_new_from_recipe (recipe, 1, &error);
      g_autoptr (GenlmContext) context = NULL;
      GVariant *properties;

      if (depth == 4)
        {
          g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
          g_assert_nonnull (strstr (error->message, "nested 3 deep"));
          return;
        }
      g_assert_no_error (error);
      context = make_context (genlm_potential_get_vocab (GENLM_POTENTIAL (workers)), "aa");
      g_assert_cmpfloat (genlm_potential_complete_sync (GENLM_POTENTIAL (workers), context, NULL, &error), ==, 0);
      g_assert_no_error (error);

      properties = g_variant_new_parsed ("{'recipe': <%@(sa{sv})>, 'workers': <uint32 1>}", recipe);
      g_variant_unref (recipe);
      recipe = g_variant_ref_sink (g_variant_new ("(s@a{sv})", "multiprocess", properties));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  warm_up ();
  g_test_add_func ("/multiprocess/regex", test_regex);
  g_test_add_func ("/multiprocess/ngram", test_ngram);
  g_test_add_func ("/multiprocess/traits", test_traits);
  g_test_add_func ("/multiprocess/many-weights", test_many_weights);
  g_test_add_func ("/multiprocess/weights-survive", test_weights_survive);
  g_test_add_func ("/multiprocess/coerced", test_coerced);
  g_test_add_func ("/multiprocess/recipe", test_recipe);
  g_test_add_func ("/multiprocess/autobatched", test_autobatched);
  g_test_add_func ("/multiprocess/nested-loops", test_nested_loops);
  g_test_add_func ("/multiprocess/sleeping-context", test_sleeping_context);
  g_test_add_func ("/multiprocess/threads", test_threads);
  g_test_add_func ("/multiprocess/cancel", test_cancel);
  g_test_add_func ("/multiprocess/close", test_close);
  g_test_add_func ("/multiprocess/last-reference", test_last_reference);
  g_test_add_func ("/multiprocess/kill", test_kill);
  g_test_add_func ("/multiprocess/signals", test_signals);
  g_test_add_func ("/multiprocess/timeout", test_timeout);
  g_test_add_func ("/multiprocess/memory-limit", test_memory_limit);
  g_test_add_func ("/multiprocess/cpu-limit", test_cpu_limit);
  g_test_add_func ("/multiprocess/nan", test_nan);
  g_test_add_func ("/multiprocess/cancel-blocked", test_cancel_blocked);
  g_test_add_func ("/multiprocess/close-blocked", test_close_blocked);
  g_test_add_func ("/multiprocess/sandbox", test_sandbox);
  g_test_add_func ("/multiprocess/no-sandbox", test_no_sandbox);
  g_test_add_func ("/multiprocess/refusals", test_refusals);
  g_test_add_func ("/multiprocess/errors", test_errors);
  g_test_add_func ("/multiprocess/nested", test_nested);
  return g_test_run ();
}
