/* Random workers are killed again and again while questions of all kinds are under
 * way: every answer comes, once, and is the one that the same potential gives in
 * this process. GENLM_TEST_KILLS says how many are killed. */

#include "test-pool.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_CONTEXTS 200
#define N_IN_FLIGHT 96
#define MAX_BATCH 24

typedef struct
{
  GenlmPotential    *reference;
  GenlmPotential    *pool;
  GenlmContext      *contexts[N_CONTEXTS];
  GenlmScores       *scores[2];         /* of prefix and complete */
  GenlmWeightsList  *weights;
  GenlmTokenSetList *masks;             /* if it is Boolean */
} Side;

typedef struct
{
  Side     sides[2];
  GRand   *random;
  guint    n_in_flight;
  guint    n_asked;
  guint    n_answered;          /* atomic */
  guint    n_wrong;
  guint    n_kills;
  guint    n_killed;            /* atomic */
  guint    n_sync;              /* of the thread that asks and waits */
} Load;

typedef struct
{
  Load        *load;
  Side        *side;
  GenlmMethod  method;
  gboolean     single;
  guint        n;
  guint        indices[MAX_BATCH];
  guint        n_answers;
} Question;

static guint
get_n_kills (void)
{
  const char *text = g_getenv ("GENLM_TEST_KILLS");

  if (text != NULL)
    return (guint) strtoul (text, NULL, 10);
  return g_getenv ("GENLM_UNDER_VALGRIND") != NULL ? 20 : TEST_DEFAULT_KILLS;
}

/* -- both sides ----------------------------------------------------------- */

static void
side_init (Side       *self,
           GRand      *random,
           const char *factory,
           const char *properties,
           const char *alphabet,
           gboolean    growing)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) recipe = g_variant_ref_sink (test_recipe (factory, properties));
  g_autoptr (GVariant) values = g_variant_get_child_value (recipe, 1);
  g_autoptr (GenlmBatch) batch = genlm_batch_new ();

  self->reference = genlm_element_make (factory, values, &error);
  g_assert_no_error (error);
  self->pool = test_pool_new (recipe, "workers", 2u, "max-retries", -1, "respawn-delay", 0u, NULL);
  for (guint i = 0; i < N_CONTEXTS; i++)
    {
      /* Some grow from others, as those of particles do. */
      guint from = i == 0 || g_rand_boolean (random) ? 0 : (guint) g_rand_int_range (random, 0, (gint32) i);
      GenlmContext *context = i == 0 ? genlm_context_new () : genlm_context_ref (self->contexts[from]);

      for (guint j = growing ? 1 + i % 5 : i % 2; i > 0 && j > 0; j--)
        {
          GenlmContext *longer = genlm_context_append (context, (guint8) alphabet[g_rand_int (random) % strlen (alphabet)]);

          genlm_context_unref (context);
          context = longer;
        }
      self->contexts[i] = context;
      genlm_batch_append (batch, context);
    }
  self->scores[0] = genlm_potential_batch_prefix_sync (self->reference, batch, NULL, &error);
  g_assert_no_error (error);
  self->scores[1] = genlm_potential_batch_complete_sync (self->reference, batch, NULL, &error);
  g_assert_no_error (error);
  self->weights = genlm_potential_batch_logw_next_sync (self->reference, batch, NULL, &error);
  g_assert_no_error (error);
  if ((genlm_potential_get_traits (self->reference) & GENLM_TRAITS_BOOLEAN) == 0)
    return;
  self->masks = genlm_potential_batch_mask_next_sync (self->reference, batch, NULL, &error);
  g_assert_no_error (error);
}

static void
side_clear (Side *self)
{
  test_pool_close (self->pool);
  for (guint i = 0; i < N_CONTEXTS; i++)
    genlm_context_unref (self->contexts[i]);
  genlm_scores_unref (self->scores[0]);
  genlm_scores_unref (self->scores[1]);
  genlm_weights_list_unref (self->weights);
  g_clear_pointer (&self->masks, genlm_token_set_list_unref);
  g_object_unref (self->reference);
}

/* -- answers -------------------------------------------------------------- */

static gboolean
is_score (Question *question,
          guint     index,
          double    score)
{
  double wanted = genlm_scores_get (question->side->scores[question->method == GENLM_METHOD_COMPLETE],
                                    question->indices[index]);

  return memcmp (&wanted, &score, sizeof score) == 0;
}

static gboolean
is_weights (Question     *question,
            guint         index,
            GenlmWeights *weights)
{
  GenlmWeights *wanted = genlm_weights_list_get (question->side->weights, question->indices[index]);
  gsize n = genlm_weights_get_size (wanted);

  return genlm_weights_get_size (weights) == n &&
         memcmp (genlm_weights_peek (wanted), genlm_weights_peek (weights), n * sizeof (double)) == 0;
}

static gboolean
is_mask (Question      *question,
         guint          index,
         GenlmTokenSet *mask)
{
  GenlmTokenSet *wanted = genlm_token_set_list_get (question->side->masks, question->indices[index]);

  return genlm_token_set_equal (wanted, mask);
}

static gboolean
is_single_right (Question      *question,
                 GAsyncResult  *result,
                 GError       **error)
{
  GenlmPotential *pool = question->side->pool;

  switch (question->method)
    {
    case GENLM_METHOD_PREFIX:
      return is_score (question, 0, genlm_potential_prefix_finish (pool, result, error));
    case GENLM_METHOD_COMPLETE:
      return is_score (question, 0, genlm_potential_complete_finish (pool, result, error));
    case GENLM_METHOD_NEXT:
      {
        g_autoptr (GenlmWeights) weights = genlm_potential_logw_next_finish (pool, result, error);

        return weights != NULL && is_weights (question, 0, weights);
      }
    default:
      {
        g_autoptr (GenlmTokenSet) mask = genlm_potential_mask_next_finish (pool, result, error);

        return mask != NULL && is_mask (question, 0, mask);
      }
    }
}

static gboolean
are_scores_right (Question    *question,
                  GenlmScores *scores)
{
  gboolean right = scores != NULL && genlm_scores_get_size (scores) == question->n;

  for (guint i = 0; right && i < question->n; i++)
    right = is_score (question, i, genlm_scores_get (scores, i));
  return right;
}

static gboolean
are_weights_right (Question         *question,
                   GenlmWeightsList *list)
{
  gboolean right = list != NULL && genlm_weights_list_get_size (list) == question->n;

  for (guint i = 0; right && i < question->n; i++)
    {
      GenlmWeights *weights = genlm_weights_list_get (list, i);

      right = is_weights (question, i, weights);
    }
  return right;
}

static gboolean
are_masks_right (Question          *question,
                 GenlmTokenSetList *list)
{
  gboolean right = list != NULL && genlm_token_set_list_get_size (list) == question->n;

  for (guint i = 0; right && i < question->n; i++)
    {
      GenlmTokenSet *mask = genlm_token_set_list_get (list, i);

      right = is_mask (question, i, mask);
    }
  return right;
}

static gboolean
is_batch_right (Question      *question,
                GAsyncResult  *result,
                GError       **error)
{
  GenlmPotential *pool = question->side->pool;

  switch (question->method)
    {
    case GENLM_METHOD_PREFIX:
      {
        g_autoptr (GenlmScores) scores = genlm_potential_batch_prefix_finish (pool, result, error);

        return are_scores_right (question, scores);
      }
    case GENLM_METHOD_COMPLETE:
      {
        g_autoptr (GenlmScores) scores = genlm_potential_batch_complete_finish (pool, result, error);

        return are_scores_right (question, scores);
      }
    case GENLM_METHOD_NEXT:
      {
        g_autoptr (GenlmWeightsList) weights = genlm_potential_batch_logw_next_finish (pool, result, error);

        return are_weights_right (question, weights);
      }
    default:
      {
        g_autoptr (GenlmTokenSetList) masks = genlm_potential_batch_mask_next_finish (pool, result, error);

        return are_masks_right (question, masks);
      }
    }
}

static void
take_answer (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Question *question = user_data;
  Load *load = question->load;
  g_autoptr (GError) error = NULL;
  gboolean right = question->single ? is_single_right (question, result, &error)
                                    : is_batch_right (question, result, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (++question->n_answers, ==, 1);
  if (!right)
    {
      g_test_message ("wrong: method %d, %u contexts from %u on", question->method, question->n, question->indices[0]);
      load->n_wrong++;
    }
  load->n_in_flight--;
  g_atomic_int_inc (&load->n_answered);
}

/* -- questions ------------------------------------------------------------ */

static void
ask_single (Question *question)
{
  GenlmPotential *pool = question->side->pool;
  GenlmContext *context = question->side->contexts[question->indices[0]];

  switch (question->method)
    {
    case GENLM_METHOD_PREFIX:
      genlm_potential_prefix (pool, context, NULL, take_answer, question);
      break;
    case GENLM_METHOD_COMPLETE:
      genlm_potential_complete (pool, context, NULL, take_answer, question);
      break;
    case GENLM_METHOD_NEXT:
      genlm_potential_logw_next (pool, context, NULL, take_answer, question);
      break;
    default:
      genlm_potential_mask_next (pool, context, NULL, take_answer, question);
      break;
    }
}

static void
ask_batch (Question *question)
{
  GenlmPotential *pool = question->side->pool;
  g_autoptr (GenlmBatch) batch = genlm_batch_new ();

  for (guint i = 0; i < question->n; i++)
    genlm_batch_append (batch, question->side->contexts[question->indices[i]]);
  switch (question->method)
    {
    case GENLM_METHOD_PREFIX:
      genlm_potential_batch_prefix (pool, batch, NULL, take_answer, question);
      break;
    case GENLM_METHOD_COMPLETE:
      genlm_potential_batch_complete (pool, batch, NULL, take_answer, question);
      break;
    case GENLM_METHOD_NEXT:
      genlm_potential_batch_logw_next (pool, batch, NULL, take_answer, question);
      break;
    default:
      genlm_potential_batch_mask_next (pool, batch, NULL, take_answer, question);
      break;
    }
}

static Question *
load_ask (Load *self)
{
  Question *question = g_new0 (Question, 1);

  question->load = self;
  question->side = &self->sides[g_rand_boolean (self->random)];
  question->method = (GenlmMethod) g_rand_int_range (self->random, 0, question->side->masks != NULL ? 4 : 3);
  question->single = g_rand_int_range (self->random, 0, 4) != 0;
  question->n = question->single ? 1 : (guint) g_rand_int_range (self->random, 1, MAX_BATCH + 1);
  for (guint i = 0; i < question->n; i++)
    question->indices[i] = (guint) g_rand_int_range (self->random, 0, N_CONTEXTS);
  self->n_asked++;
  self->n_in_flight++;
  if (question->single)
    ask_single (question);
  else
    ask_batch (question);
  return question;
}

/* Beside them, questions of a thread that waits for each. */
static gpointer
ask_and_wait (gpointer data)
{
  Load *load = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (2);

  for (; (guint) g_atomic_int_get (&load->n_killed) < load->n_kills; load->n_sync++)
    {
      Question question = { .side = &load->sides[g_rand_boolean (random)],
                            .method = (GenlmMethod) g_rand_int_range (random, 0, 3),
                            .indices = { (guint) g_rand_int_range (random, 0, N_CONTEXTS) } };
      GenlmPotential *pool = question.side->pool;
      GenlmContext *context = question.side->contexts[question.indices[0]];
      g_autoptr (GenlmWeights) weights = NULL;
      g_autoptr (GError) error = NULL;
      double score = 0;

      if (question.method == GENLM_METHOD_NEXT)
        weights = genlm_potential_logw_next_sync (pool, context, NULL, &error);
      else if (question.method == GENLM_METHOD_COMPLETE)
        score = genlm_potential_complete_sync (pool, context, NULL, &error);
      else
        score = genlm_potential_prefix_sync (pool, context, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (weights != NULL ? is_weights (&question, 0, weights) : is_score (&question, 0, score));
    }
  return NULL;
}

/* In a thread of its own, so that nothing here has a say in when it happens. */
static gpointer
kill_workers (gpointer data)
{
  Load *load = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  guint n = 0;

  while (n < load->n_kills)
    {
      g_autoptr (GArray) children = test_list_children (getpid ());
      guint wanted = (guint) g_atomic_int_get (&load->n_answered) + (guint) g_rand_int_range (random, 0, 64);

      if (children->len > 0)
        {
          int pid = g_array_index (children, int, (guint) g_rand_int (random) % children->len);

          /* It may have ended and been replaced since it was listed, by a process
           * that is none of ours. */
          if (test_process_lives (pid) && kill (pid, SIGKILL) == 0)
            g_atomic_int_set (&load->n_killed, ++n);
        }
      while ((guint) g_atomic_int_get (&load->n_answered) < wanted)
        g_usleep (50);
    }
  return NULL;
}

static void
test_kill (void)
{
  Load load = { .random = g_rand_new_with_seed (0), .n_kills = get_n_kills () };
  g_autoptr (GPtrArray) questions = g_ptr_array_new_with_free_func (g_free);
  TestTraces before = test_traces_take ();
  GThread *killer, *waiter;
  gint64 start;

  test_watchdog (120);
  side_init (&load.sides[0], load.random, "ngram", "{'unit': <'bytes'>}", "the quick, brown fox", TRUE);
  side_init (&load.sides[1], load.random, "regex", "{'pattern': <'[a-z ]*'>}", "the quick brown fox", TRUE);
  start = g_get_monotonic_time ();
  killer = g_thread_new ("killer", kill_workers, &load);
  waiter = g_thread_new ("waiter", ask_and_wait, &load);
  while ((guint) g_atomic_int_get (&load.n_killed) < load.n_kills || load.n_in_flight > 0)
    {
      while (load.n_in_flight < N_IN_FLIGHT && (guint) g_atomic_int_get (&load.n_killed) < load.n_kills)
        g_ptr_array_add (questions, load_ask (&load));
      g_main_context_iteration (NULL, TRUE);
    }
  g_thread_join (killer);
  g_thread_join (waiter);
  g_test_message ("%u killed, %u asked, and %u one by one, in %.1f s", load.n_killed, load.n_asked, load.n_sync,
                  (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);

  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (load.n_killed, ==, load.n_kills);
  g_assert_cmpuint (load.n_answered, ==, load.n_asked);
  g_assert_cmpuint (load.n_wrong, ==, 0);
  for (guint i = 0; i < questions->len; i++)
    g_assert_cmpuint (((Question *) g_ptr_array_index (questions, i))->n_answers, ==, 1);
  side_clear (&load.sides[0]);
  side_clear (&load.sides[1]);
  test_traces_assert_gone (&before);
  g_rand_free (load.random);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kill/random", test_kill);
  return g_test_run ();
}
