/* The element "multiprocess" under many threads at once: who asks, gives up, closes
 * and goes away while others do the same. */

#include <genlm.h>

#include <math.h>
#include <signal.h>
#include <string.h>

/* -- helpers -------------------------------------------------------------- */

static GenlmPotential *
make_potential (void)
{
  g_autoptr (GError) error = NULL;
  GenlmPotential *potential = genlm_element_make_with ("regex", &error, "pattern", "a[bcd]*", NULL);

  g_assert_no_error (error);
  return potential;
}

static GenlmPotential *
make_workers (guint n_workers)
{
  g_autoptr (GenlmPotential) potential = make_potential ();
  g_autoptr (GError) error = NULL;
  GenlmPotential *workers = genlm_potential_to_multiprocess (potential, n_workers, &error);

  g_assert_no_error (error);
  return workers;
}

static GenlmContext *
make_context (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return genlm_context_new_from_bytes (bytes);
}

static int
get_pid (GenlmPotential *workers,
         guint           index)
{
  g_autoptr (GVariant) pids = NULL;
  int pid;

  g_object_get (workers, "pids", &pids, NULL);
  g_variant_get_child (pids, index, "i", &pid);
  return pid;
}

static void
wait_for_requests (GenlmPotential *workers,
                   guint64         n)
{
  guint64 n_requests = 0;

  while (n_requests < n)
    {
      g_thread_yield ();
      g_object_get (workers, "n-requests", &n_requests, NULL);
    }
}

static guint
count_fds (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* GLib closes what it watched a process by a moment later. */
static void
assert_fds (guint n_max)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;

  while (count_fds () > n_max && g_get_monotonic_time () < deadline)
    g_thread_yield ();
  g_assert_cmpuint (count_fds (), <=, n_max);
}

static void
take_result (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_ptr_array_add (user_data, g_object_ref (result));
}

static void
wait_for (GPtrArray *results,
          guint      n)
{
  while (results->len < n)
    g_main_context_iteration (NULL, TRUE);
}

/* -- calls that wait -------------------------------------------------------- */

typedef struct
{
  GenlmPotential *workers;
  GCancellable   *cancellable;
  double          score;
  GError         *error;
} Call;

static gpointer
make_call (gpointer data)
{
  Call *call = data;
  g_autoptr (GenlmContext) context = make_context ("abc");

  call->score = genlm_potential_prefix_sync (call->workers, context, call->cancellable, &call->error);
  return NULL;
}

static void
assert_cancelled (Call *call)
{
  g_assert_error (call->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&call->error);
}

/* One that gives up while it stands in line does not take those behind it along. */
static void
test_leave_line (void)
{
  g_autoptr (GenlmPotential) workers = make_workers (1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GenlmContext) context = make_context ("ab");
  Call first = { workers, NULL, NAN, NULL };
  Call second = { workers, cancellable, NAN, NULL };
  int pid = get_pid (workers, 0);
  GThread *threads[2];

  g_object_set (workers, "max-in-flight", 1, "timeout", 0, NULL);
  kill (pid, SIGSTOP);
  threads[0] = g_thread_new ("first", make_call, &first);
  wait_for_requests (workers, 1);
  threads[1] = g_thread_new ("second", make_call, &second);
  wait_for_requests (workers, 2);
  genlm_potential_prefix (workers, context, NULL, take_result, results);

  g_cancellable_cancel (cancellable);
  g_thread_join (threads[1]);
  assert_cancelled (&second);
  kill (pid, SIGCONT);
  wait_for (results, 1);
  g_thread_join (threads[0]);
  g_assert_no_error (first.error);
  g_assert_cmpfloat (first.score, ==, 0);
}

/* What nobody waits for any more is read all the same, and the way is free. */
static void
test_unread (void)
{
  g_autoptr (GenlmPotential) workers = make_workers (1);
  int pid = get_pid (workers, 0);

  g_object_set (workers, "max-in-flight", 1, "timeout", 0, NULL);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Call call = { workers, cancellable, NAN, NULL };
      Call next = { workers, NULL, NAN, NULL };
      GThread *thread;

      kill (pid, SIGSTOP);
      thread = g_thread_new ("call", make_call, &call);
      wait_for_requests (workers, 2 * i + 1);
      g_cancellable_cancel (cancellable);
      g_thread_join (thread);
      assert_cancelled (&call);
      kill (pid, SIGCONT);
      make_call (&next);
      g_assert_no_error (next.error);
      g_assert_cmpfloat (next.score, ==, 0);
    }
}

/* -- closing ---------------------------------------------------------------- */

typedef struct
{
  GPtrArray *results;
  guint      n;
  guint      n_before;
} Closer;

static void
close_and_wait (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  Closer *closer = user_data;

  g_ptr_array_add (closer->results, g_object_ref (result));
  if (closer->results->len != closer->n_before)
    return;
  genlm_multiprocess_close (GENLM_MULTIPROCESS (source));
  wait_for (closer->results, closer->n);
}

/* Answers that stand behind the one whose callback closes still arrive in it. */
static void
test_close_in_callback (void)
{
  for (guint n_before = 1; n_before < 100; n_before += 7)
    {
      g_autoptr (GenlmPotential) workers = make_workers (1);
      g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func (g_object_unref);
      g_autoptr (GenlmContext) context = make_context ("ab");
      Closer closer = { results, 100, n_before };

      for (guint i = 0; i < closer.n; i++)
        genlm_potential_prefix (workers, context, NULL, close_and_wait, &closer);
      wait_for (results, closer.n);
    }
}

/* A thread that comes, asks, and takes its main context with it. */
static gpointer
visit (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  {
    g_autoptr (GenlmPotential) workers = make_workers (1);
    Call call = { workers, NULL, NAN, NULL };

    make_call (&call);
    g_assert_no_error (call.error);
  }
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* News of workers that nobody has heard do not keep a main context. */
static void
test_visits (void)
{
  guint n_fds;

  g_thread_join (g_thread_new ("visit", visit, NULL));
  n_fds = count_fds ();
  for (guint i = 0; i < 10; i++)
    g_thread_join (g_thread_new ("visit", visit, NULL));
  assert_fds (n_fds);
}

/* -- contexts ---------------------------------------------------------------- */

/* Branches off from any that is there, after some of its tokens. */
static GenlmContext *
make_branch (GRand     *random,
             GPtrArray *contexts)
{
  GenlmContext *origin = g_ptr_array_index (contexts, g_rand_int_range (random, 0, (int) contexts->len));
  GenlmContext *context;
  int n_cut = g_rand_int_range (random, 0, 40);
  int n = g_rand_int_range (random, 0, 40);

  while (n_cut-- > 0 && genlm_context_get_length (origin) > 1)
    origin = genlm_context_get_parent (origin);
  context = genlm_context_ref (origin);
  while (n-- > 0)
    {
      GenlmContext *longer = genlm_context_append (context, (guint32) "bcd!"[g_rand_int_range (random, 0, n % 7 == 0 ? 4 : 3)]);

      genlm_context_unref (context);
      context = longer;
    }
  return context;
}

/* However they branch off from each other, each worker knows them by some of the others. */
static void
test_branches (void)
{
  g_autoptr (GenlmPotential) potential = make_potential ();
  g_autoptr (GenlmPotential) workers = make_workers (2);
  g_autoptr (GPtrArray) contexts = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_context_unref);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_autoptr (GString) text = g_string_new ("a");

  for (guint i = 0; i < 1000; i++)
    g_string_append_c (text, "bcd"[i % 3]);
  g_ptr_array_add (contexts, make_context (text->str));
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GenlmBatch) batch = genlm_batch_new ();
      g_autoptr (GenlmScores) wanted = NULL;
      g_autoptr (GenlmScores) scores = NULL;
      g_autoptr (GError) error = NULL;
      gsize size;

      for (guint k = 0; k < 500; k++)
        {
          g_ptr_array_add (contexts, make_branch (random, contexts));
          genlm_batch_append (batch, g_ptr_array_index (contexts, contexts->len - 1));
        }
      wanted = genlm_potential_batch_complete_sync (potential, batch, NULL, NULL);
      scores = genlm_potential_batch_complete_sync (workers, batch, NULL, &error);
      g_assert_no_error (error);
      size = genlm_scores_get_size (wanted) * sizeof (double);
      g_assert_cmpmem (genlm_scores_peek (scores), size, genlm_scores_peek (wanted), size);
      /* Some go, and their numbers are given again. */
      g_ptr_array_remove_range (contexts, 1, contexts->len / 2);
    }
}

/* The way to a worker is as long as what is new, not as what is shared. */
static void
test_siblings (void)
{
  g_autoptr (GenlmPotential) workers = make_workers (1);
  g_autoptr (GString) text = g_string_new ("a");
  g_autoptr (GenlmContext) parent = NULL;
  g_autoptr (GenlmBatch) batch = genlm_batch_new ();
  g_autoptr (GenlmScores) scores = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 20000; i++)
    g_string_append_c (text, 'b');
  parent = make_context (text->str);
  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (GenlmContext) context = genlm_context_append (parent, (guint32) "bcde"[i % 4]);

      genlm_batch_append (batch, context);
    }
  /* Whole, they would be 1.6 GB here and 20 GB there. */
  scores = genlm_potential_batch_prefix_sync (workers, batch, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 20000; i++)
    g_assert_true (genlm_scores_peek (scores)[i] == (i % 4 == 3 ? -INFINITY : 0));
}

/* -- all at once ------------------------------------------------------------ */

#define N_TEXTS 40
#define N_HELD 70

/* What is asked, and what the potential itself says. */
typedef struct
{
  GenlmPotential *workers;
  gboolean        may_close;
  char           *texts[N_TEXTS];
  double          prefixes[N_TEXTS];
  double          completes[N_TEXTS];
  GenlmWeights   *weights[N_TEXTS];
  GenlmTokenSet  *masks[N_TEXTS];
  GAsyncQueue    *dropped;      /* weights, to be freed by another thread */
  guint           n_rounds;
  int             n_running;    /* atomic */
} Storm;

typedef enum
{
  ASK_PREFIX,
  ASK_COMPLETE,
  ASK_NEXT,
  ASK_MASK,
  ASK_BATCH_PREFIX,
  ASK_BATCH_NEXT,
  N_ASKS
} Ask;

typedef struct
{
  Storm         *storm;
  GRand         *random;
  GMainContext  *context;
  GQueue         held;          /* weights */
  guint          n_open;
  guint          n_cancelled;
} Asker;

typedef struct
{
  Asker         *asker;
  Ask            ask;
  guint          text;
  guint          n;
  GCancellable  *cancellable;
} Question;

static void
storm_init (Storm *storm,
            guint  n_rounds)
{
  g_autoptr (GenlmPotential) potential = make_potential ();

  storm->workers = make_workers (2);
  g_object_set (storm->workers, "max-retries", -1, "respawn-delay", 0, NULL);
  storm->dropped = g_async_queue_new_full ((GDestroyNotify) genlm_weights_unref);
  storm->n_rounds = n_rounds;
  for (guint i = 0; i < N_TEXTS; i++)
    {
      g_autoptr (GString) text = g_string_new ("a");
      g_autoptr (GenlmContext) context = NULL;

      for (guint rest = i; rest > 0; rest /= 3)
        g_string_append_c (text, "bcd"[rest % 3]);
      context = make_context (text->str);
      storm->texts[i] = g_strdup (text->str);
      storm->prefixes[i] = genlm_potential_prefix_sync (potential, context, NULL, NULL);
      storm->completes[i] = genlm_potential_complete_sync (potential, context, NULL, NULL);
      storm->weights[i] = genlm_potential_logw_next_sync (potential, context, NULL, NULL);
      storm->masks[i] = genlm_potential_mask_next_sync (potential, context, NULL, NULL);
    }
}

static void
storm_clear (Storm *storm)
{
  for (guint i = 0; i < N_TEXTS; i++)
    {
      g_free (storm->texts[i]);
      genlm_weights_unref (storm->weights[i]);
      genlm_token_set_unref (storm->masks[i]);
    }
  g_async_queue_unref (storm->dropped);
  g_object_unref (storm->workers);
}

/* As many as there are slots, and then some go elsewhere. */
static void
hold (Asker        *self,
      GenlmWeights *weights)
{
  GenlmWeights *other = g_async_queue_try_pop (self->storm->dropped);

  g_clear_pointer (&other, genlm_weights_unref);
  g_queue_push_tail (&self->held, weights);
  if (self->held.length > N_HELD)
    g_async_queue_push (self->storm->dropped, g_queue_pop_head (&self->held));
}

static void
check_weights (Asker        *self,
               guint         text,
               GenlmWeights *weights)
{
  GenlmWeights *wanted = self->storm->weights[text % N_TEXTS];

  g_assert_cmpmem (genlm_weights_peek (weights), genlm_weights_get_size (weights) * sizeof (double),
                   genlm_weights_peek (wanted), genlm_weights_get_size (wanted) * sizeof (double));
}

static GenlmBatch *
make_batch (Asker *self,
            guint  text,
            guint  n)
{
  GenlmBatch *batch = genlm_batch_new ();

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GenlmContext) context = make_context (self->storm->texts[(text + i) % N_TEXTS]);

      genlm_batch_append (batch, context);
    }
  return batch;
}

/* Takes the answer, in either way. */
static void
check_answer (Asker         *self,
              Question      *question,
              double         score,
              gpointer       result,
              const GError  *error)
{
  Storm *storm = self->storm;

  if (error != NULL)
    {
      g_assert_null (result);
      if (storm->may_close && g_error_matches (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_CLOSED))
        return;
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_nonnull (question->cancellable);
      self->n_cancelled++;
      return;
    }
  switch (question->ask)
    {
    case ASK_PREFIX:
      g_assert_cmpfloat (score, ==, storm->prefixes[question->text]);
      break;
    case ASK_COMPLETE:
      g_assert_cmpfloat (score, ==, storm->completes[question->text]);
      break;
    case ASK_NEXT:
      check_weights (self, question->text, result);
      hold (self, result);
      break;
    case ASK_MASK:
      g_assert_true (genlm_token_set_equal (result, storm->masks[question->text]));
      genlm_token_set_unref (result);
      break;
    case ASK_BATCH_PREFIX:
      g_assert_cmpuint (genlm_scores_get_size (result), ==, question->n);
      for (guint i = 0; i < question->n; i++)
        g_assert_cmpfloat (genlm_scores_peek (result)[i], ==, storm->prefixes[(question->text + i) % N_TEXTS]);
      genlm_scores_unref (result);
      break;
    case ASK_BATCH_NEXT:
      g_assert_cmpuint (genlm_weights_list_get_size (result), ==, question->n);
      for (guint i = 0; i < question->n; i++)
        {
          check_weights (self, question->text + i, genlm_weights_list_get (result, i));
          hold (self, genlm_weights_ref (genlm_weights_list_get (result, i)));
        }
      genlm_weights_list_unref (result);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
pick (Asker    *self,
      Question *question)
{
  *question = (Question) { .asker = self };
  question->ask = (Ask) g_rand_int_range (self->random, 0, N_ASKS);
  question->text = (guint) g_rand_int_range (self->random, 0, N_TEXTS);
  question->n = 1 + (guint) g_rand_int_range (self->random, 0, question->ask == ASK_BATCH_NEXT ? 100 : 1000);
  if (g_rand_int_range (self->random, 0, 3) == 0)
    question->cancellable = g_cancellable_new ();
}

/* -- asynchronous askers -- */

static void take_answer (GObject *source, GAsyncResult *result, gpointer user_data);

static void
ask (Asker *self)
{
  Question *question = g_new (Question, 1);
  GenlmPotential *workers = self->storm->workers;
  g_autoptr (GenlmContext) context = NULL;
  g_autoptr (GenlmBatch) batch = NULL;

  pick (self, question);
  context = make_context (self->storm->texts[question->text]);
  self->n_open++;
  switch (question->ask)
    {
    case ASK_PREFIX:
      genlm_potential_prefix (workers, context, question->cancellable, take_answer, question);
      break;
    case ASK_COMPLETE:
      genlm_potential_complete (workers, context, question->cancellable, take_answer, question);
      break;
    case ASK_NEXT:
      genlm_potential_logw_next (workers, context, question->cancellable, take_answer, question);
      break;
    case ASK_MASK:
      genlm_potential_mask_next (workers, context, question->cancellable, take_answer, question);
      break;
    case ASK_BATCH_PREFIX:
      batch = make_batch (self, question->text, question->n);
      genlm_potential_batch_prefix (workers, batch, question->cancellable, take_answer, question);
      break;
    case ASK_BATCH_NEXT:
      batch = make_batch (self, question->text, question->n);
      genlm_potential_batch_logw_next (workers, batch, question->cancellable, take_answer, question);
      break;
    default:
      g_assert_not_reached ();
    }
  /* Some are cancelled at once, the others maybe when something else is answered. */
  if (question->cancellable != NULL && g_rand_boolean (self->random))
    g_cancellable_cancel (question->cancellable);
}

static void
take_answer (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Question *question = user_data;
  Asker *self = question->asker;
  GenlmPotential *workers = GENLM_POTENTIAL (source);
  g_autoptr (GError) error = NULL;
  gpointer answer = NULL;
  double score = NAN;

  self->n_open--;
  switch (question->ask)
    {
    case ASK_PREFIX:
      score = genlm_potential_prefix_finish (workers, result, &error);
      break;
    case ASK_COMPLETE:
      score = genlm_potential_complete_finish (workers, result, &error);
      break;
    case ASK_NEXT:
      answer = genlm_potential_logw_next_finish (workers, result, &error);
      break;
    case ASK_MASK:
      answer = genlm_potential_mask_next_finish (workers, result, &error);
      break;
    case ASK_BATCH_PREFIX:
      answer = genlm_potential_batch_prefix_finish (workers, result, &error);
      break;
    case ASK_BATCH_NEXT:
      answer = genlm_potential_batch_logw_next_finish (workers, result, &error);
      break;
    default:
      g_assert_not_reached ();
    }
  check_answer (self, question, score, answer, error);
  g_clear_object (&question->cancellable);
  g_free (question);
}

/* Asks some, waits for them, now and then in another main context. */
static gpointer
run_async (gpointer data)
{
  Asker *self = data;

  for (guint i = 0; i < self->storm->n_rounds; i++)
    {
      guint n = 1 + (guint) g_rand_int_range (self->random, 0, 20);

      if (i % 8 == 0)
        {
          g_clear_pointer (&self->context, g_main_context_unref);
          self->context = g_main_context_new ();
        }
      g_main_context_push_thread_default (self->context);
      for (guint k = 0; k < n; k++)
        ask (self);
      while (self->n_open > 0)
        g_main_context_iteration (self->context, TRUE);
      g_main_context_pop_thread_default (self->context);
    }
  g_clear_pointer (&self->context, g_main_context_unref);
  g_atomic_int_add (&self->storm->n_running, -1);
  return NULL;
}

/* -- askers that wait -- */

static void
ask_sync (Asker *self)
{
  GenlmPotential *workers = self->storm->workers;
  g_autoptr (GenlmContext) context = NULL;
  g_autoptr (GenlmBatch) batch = NULL;
  g_autoptr (GError) error = NULL;
  Question question;
  gpointer answer = NULL;
  double score = NAN;

  pick (self, &question);
  context = make_context (self->storm->texts[question.text]);
  switch (question.ask)
    {
    case ASK_PREFIX:
      score = genlm_potential_prefix_sync (workers, context, question.cancellable, &error);
      break;
    case ASK_COMPLETE:
      score = genlm_potential_complete_sync (workers, context, question.cancellable, &error);
      break;
    case ASK_NEXT:
      answer = genlm_potential_logw_next_sync (workers, context, question.cancellable, &error);
      break;
    case ASK_MASK:
      answer = genlm_potential_mask_next_sync (workers, context, question.cancellable, &error);
      break;
    case ASK_BATCH_PREFIX:
      batch = make_batch (self, question.text, question.n);
      answer = genlm_potential_batch_prefix_sync (workers, batch, question.cancellable, &error);
      break;
    case ASK_BATCH_NEXT:
      batch = make_batch (self, question.text, question.n);
      answer = genlm_potential_batch_logw_next_sync (workers, batch, question.cancellable, &error);
      break;
    default:
      g_assert_not_reached ();
    }
  check_answer (self, &question, score, answer, error);
  g_clear_object (&question.cancellable);
}

static gpointer
run_sync (gpointer data)
{
  Asker *self = data;

  for (guint i = 0; i < self->storm->n_rounds * 8; i++)
    ask_sync (self);
  g_atomic_int_add (&self->storm->n_running, -1);
  return NULL;
}

/* Cancels what others wait for: each has a cancellable of its own for that. */
typedef struct
{
  Storm        *storm;
  GMutex        lock;
  GCancellable *current;
  guint         n_rounds;
  GRand        *random;
} Victim;

static gpointer
run_victim (gpointer data)
{
  Victim *victim = data;

  for (guint i = 0; i < victim->n_rounds; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GenlmContext) context = make_context (victim->storm->texts[i % N_TEXTS]);
      g_autoptr (GError) error = NULL;
      double score;

      g_mutex_lock (&victim->lock);
      g_set_object (&victim->current, cancellable);
      g_mutex_unlock (&victim->lock);
      score = genlm_potential_prefix_sync (victim->storm->workers, context, cancellable, &error);
      if (error != NULL)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      else
        g_assert_cmpfloat (score, ==, victim->storm->prefixes[i % N_TEXTS]);
    }
  g_atomic_int_add (&victim->storm->n_running, -1);
  return NULL;
}

static void
cancel_victim (Victim *victim)
{
  g_autoptr (GCancellable) cancellable = NULL;

  g_mutex_lock (&victim->lock);
  if (victim->current != NULL)
    cancellable = g_object_ref (victim->current);
  g_mutex_unlock (&victim->lock);
  g_cancellable_cancel (cancellable);
}

/* Sees the workers through another vocabulary, and forgets about it. */
static gpointer
run_coercer (gpointer data)
{
  Storm *storm = data;

  for (guint i = 0; i < storm->n_rounds; i++)
    {
      g_autoptr (GenlmVocab) vocab = NULL;
      g_autoptr (GenlmPotential) coerced = NULL;
      g_autoptr (GenlmContext) context = genlm_context_new_for_tokens ((guint32[]) { 0, 1 }, 2);
      g_autoptr (GError) error = NULL;

      vocab = genlm_vocab_new (g_variant_new_parsed ("[[byte 97, 98], [99, 100, 98]]"), NULL, &error);
      g_assert_no_error (error);
      coerced = genlm_potential_coerce (storm->workers, vocab, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (genlm_potential_prefix_sync (coerced, context, NULL, &error), ==, 0);
      g_assert_no_error (error);
    }
  g_atomic_int_add (&storm->n_running, -1);
  return NULL;
}

/* Kills, stops and lets go on. */
static void
kill_some (Storm *storm,
           GRand *random)
{
  int pid = get_pid (storm->workers, (guint) g_rand_int_range (random, 0, 2));

  if (pid == 0)
    return;
  if (g_rand_int_range (random, 0, 4) != 0)
    {
      kill (pid, SIGSTOP);
      g_thread_yield ();
      kill (pid, SIGCONT);
    }
  else
    {
      kill (pid, SIGKILL);
    }
}

static gboolean
disturb (gpointer data)
{
  Victim *victim = data;

  cancel_victim (victim);
  if (g_rand_int_range (victim->random, 0, 5) == 0)
    kill_some (victim->storm, victim->random);
  return G_SOURCE_CONTINUE;
}

#define N_ASYNC 3
#define N_SYNC 3

static void
test_storm (void)
{
  Storm storm = { 0 };
  Asker askers[N_ASYNC + N_SYNC];
  Victim victim = { .storm = &storm, .n_rounds = g_test_quick () ? 200 : 5000 };
  GThread *threads[N_ASYNC + N_SYNC + 2];
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  guint disturb_id;

  victim.random = random;
  storm_init (&storm, g_test_quick () ? 20 : 1000);
  storm.n_running = G_N_ELEMENTS (threads);
  g_mutex_init (&victim.lock);
  for (guint i = 0; i < G_N_ELEMENTS (askers); i++)
    {
      askers[i] = (Asker) { .storm = &storm, .random = g_rand_new_with_seed (2 + i), .held = G_QUEUE_INIT };
      threads[i] = g_thread_new ("asker", i < N_ASYNC ? run_async : run_sync, &askers[i]);
    }
  threads[N_ASYNC + N_SYNC] = g_thread_new ("victim", run_victim, &victim);
  threads[N_ASYNC + N_SYNC + 1] = g_thread_new ("coercer", run_coercer, &storm);

  disturb_id = g_timeout_add (2, disturb, &victim);
  while (g_atomic_int_get (&storm.n_running) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (disturb_id);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < G_N_ELEMENTS (askers); i++)
    {
      g_assert_cmpuint (askers[i].n_open, ==, 0);
      g_queue_clear_full (&askers[i].held, (GDestroyNotify) genlm_weights_unref);
      g_rand_free (askers[i].random);
    }
  g_clear_object (&victim.current);
  g_mutex_clear (&victim.lock);
  storm_clear (&storm);
}

static gpointer
run_closer (gpointer data)
{
  genlm_multiprocess_close (GENLM_MULTIPROCESS (data));
  return NULL;
}

/* Two close at some moment what others ask, each of whom gets each answer, or is told. */
static void
test_closing (void)
{
  guint n_fds = 0;

  for (guint round = 0; round < 20; round++)
    {
      Storm storm = { 0 };
      Asker askers[3];
      GThread *threads[G_N_ELEMENTS (askers)];
      GThread *closers[2];

      storm_init (&storm, 10);
      storm.may_close = TRUE;
      storm.n_running = G_N_ELEMENTS (threads);
      for (guint i = 0; i < G_N_ELEMENTS (askers); i++)
        {
          askers[i] = (Asker) { .storm = &storm, .random = g_rand_new_with_seed (round + i), .held = G_QUEUE_INIT };
          threads[i] = g_thread_new ("asker", i < 2 ? run_async : run_sync, &askers[i]);
        }
      wait_for_requests (storm.workers, round * 5 + 1);
      for (guint i = 0; i < G_N_ELEMENTS (closers); i++)
        closers[i] = g_thread_new ("closer", run_closer, storm.workers);
      for (guint i = 0; i < G_N_ELEMENTS (closers); i++)
        g_thread_join (closers[i]);
      for (guint i = 0; i < G_N_ELEMENTS (askers); i++)
        {
          g_thread_join (threads[i]);
          g_assert_cmpuint (askers[i].n_open, ==, 0);
          g_queue_clear_full (&askers[i].held, (GDestroyNotify) genlm_weights_unref);
          g_rand_free (askers[i].random);
        }
      storm_clear (&storm);
      if (round == 0)
        n_fds = count_fds ();
    }
  assert_fds (n_fds);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stress/leave-line", test_leave_line);
  g_test_add_func ("/stress/unread", test_unread);
  g_test_add_func ("/stress/close-in-callback", test_close_in_callback);
  g_test_add_func ("/stress/visits", test_visits);
  g_test_add_func ("/stress/branches", test_branches);
  g_test_add_func ("/stress/siblings", test_siblings);
  g_test_add_func ("/stress/storm", test_storm);
  g_test_add_func ("/stress/closing", test_closing);
  return g_test_run ();
}
