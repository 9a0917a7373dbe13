#include <math.h>
#include <string.h>

#include "genlm-byte-matcher.h"
#include "vocabs.h"

/* A machine that allows all bytes but “x”, and whose states, which are counted,
 * know how many bytes were read. */
typedef struct
{
  GenlmByteMachine parent;
  guint            n_advances;
  gsize            n_bytes;
} Toy;

typedef struct
{
  gatomicrefcount ref_count;
  gsize           n_bytes;
  gboolean        dead;
} ToyState;

static guint n_states;
static guint n_views;
static guint n_machines;

static ToyState *
toy_state_new (gsize    n_bytes,
               gboolean dead)
{
  ToyState *self = g_new (ToyState, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->n_bytes = n_bytes;
  self->dead = dead;
  n_states++;
  return self;
}

static gpointer
toy_state_ref (gpointer state)
{
  g_atomic_ref_count_inc (&((ToyState *) state)->ref_count);
  return state;
}

static void
toy_state_unref (gpointer state)
{
  if (!g_atomic_ref_count_dec (&((ToyState *) state)->ref_count))
    return;
  n_states--;
  g_free (state);
}

static void
finalize (GenlmByteMachine *machine)
{
  n_machines--;
}

static gpointer
dup_start (GenlmByteMachine *machine)
{
  return toy_state_new (0, FALSE);
}

static gpointer
advance (GenlmByteMachine  *machine,
         gpointer           state,
         const guint8      *bytes,
         gsize              n_bytes,
         GError           **error)
{
  Toy *self = (Toy *) machine;
  ToyState *before = state;

  self->n_advances++;
  self->n_bytes += n_bytes;
  if (memchr (bytes, '!', n_bytes) != NULL)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT, "Too much");
      return NULL;
    }
  return toy_state_new (before->n_bytes + n_bytes,
                        before->dead || memchr (bytes, 'x', n_bytes) != NULL);
}

static gboolean
weigh (GenlmByteMachine  *machine,
       gpointer           state,
       double            *prefix,
       double            *complete,
       GError           **error)
{
  ToyState *self = state;

  if (prefix != NULL)
    *prefix = self->dead ? -INFINITY : -(double) self->n_bytes;
  if (complete != NULL)
    *complete = -INFINITY;
  return TRUE;
}

static gpointer
make_view (GenlmByteMachine *machine,
           GenlmTrieIndex   *index)
{
  n_views++;
  return &n_views;
}

static void
free_view (gpointer view)
{
  n_views--;
}

static GenlmTokenSet *
make_mask (GenlmByteMachine  *machine,
           gpointer           view,
           GenlmTrieIndex    *index,
           gpointer           state,
           GError           **error)
{
  const guint32 token = 1;

  g_assert_true (view == &n_views);
  g_assert_false (((ToyState *) state)->dead);
  return genlm_token_set_new_for_tokens (index->n_tokens + 1, &token, 1);
}

static const GenlmByteMachineClass toy_class = {
  .finalize = finalize,
  .ref_state = toy_state_ref,
  .unref_state = toy_state_unref,
  .dup_start = dup_start,
  .advance = advance,
  .weigh = weigh,
  .make_view = make_view,
  .free_view = free_view,
  .make_mask = make_mask,
};

static Toy *
toy_new (void)
{
  Toy *self = g_new0 (Toy, 1);

  genlm_byte_machine_init (&self->parent, &toy_class);
  n_machines++;
  return self;
}

static GenlmVocab *
make_words (void)
{
  static const char *const words[] = { "ab", "c", "", "xy", "!", "abc" };

  return make_vocab_for_texts (words, G_N_ELEMENTS (words));
}

static void
check_weight (GenlmByteMatcher *matcher,
              GenlmContext     *context,
              double            expected)
{
  g_autoptr (GError) error = NULL;
  double prefix;
  double complete;

  g_assert_true (genlm_byte_matcher_weigh (matcher, context, &prefix, &complete, &error));
  g_assert_no_error (error);
  g_assert_true (prefix == expected);
  g_assert_true (complete == -INFINITY);
}

static void
check_none_left (void)
{
  g_assert_cmpuint (n_states, ==, 0);
  g_assert_cmpuint (n_views, ==, 0);
  g_assert_cmpuint (n_machines, ==, 0);
}

/* What was read is not read again; the states go with contexts and matcher,
 * whichever stays longer. */
static void
test_states (void)
{
  static const guint32 tokens[] = { 0, 1, 5, 1 };
  g_autoptr (GenlmVocab) vocab = make_words ();
  Toy *toy = toy_new ();
  GenlmByteMatcher *matcher = genlm_byte_matcher_new (&toy->parent, vocab);
  GenlmContext *context = genlm_context_new_for_tokens (tokens, G_N_ELEMENTS (tokens));
  GenlmContext *sibling = genlm_context_append (genlm_context_get_parent (context), 0);
  GenlmContext *empty_token = genlm_context_append (context, 2);

  check_weight (matcher, context, -7);
  /* One call for all tokens before the last one, and one for it. */
  g_assert_cmpuint (toy->n_advances, ==, 2);
  check_weight (matcher, context, -7);
  g_assert_cmpuint (toy->n_advances, ==, 2);
  check_weight (matcher, sibling, -8);
  g_assert_cmpuint (toy->n_advances, ==, 3);
  check_weight (matcher, empty_token, -7);
  g_assert_cmpuint (toy->n_bytes, ==, 9);
  genlm_byte_machine_unref (&toy->parent);
  genlm_context_unref (sibling);
  genlm_byte_matcher_unref (matcher);
  g_assert_cmpuint (n_machines, ==, 0);
  g_assert_cmpuint (n_states, >, 0);
  genlm_context_unref (empty_token);
  genlm_context_unref (context);
  check_none_left ();
}

static void
test_long (void)
{
  g_autofree guint32 *tokens = g_new0 (guint32, 100000);
  g_autoptr (GenlmVocab) vocab = make_words ();
  Toy *toy = toy_new ();
  GenlmByteMatcher *matcher = genlm_byte_matcher_new (&toy->parent, vocab);
  GenlmContext *context = genlm_context_new_for_tokens (tokens, 100000);

  check_weight (matcher, context, -200000);
  g_assert_cmpuint (toy->n_advances, <, 100);
  genlm_context_unref (context);
  genlm_byte_matcher_unref (matcher);
  genlm_byte_machine_unref (&toy->parent);
  check_none_left ();
}

static void
test_answers (void)
{
  static const guint32 dead_tokens[] = { 0, 3, 0 };
  g_autoptr (GenlmVocab) vocab = make_words ();
  Toy *toy = toy_new ();
  GenlmByteMatcher *matcher = genlm_byte_matcher_new (&toy->parent, vocab);
  GenlmContext *context = genlm_context_new ();
  GenlmContext *dead = genlm_context_new_for_tokens (dead_tokens, G_N_ELEMENTS (dead_tokens));
  GenlmContext *limit = genlm_context_append (context, 4);
  g_autoptr (GenlmTokenSet) mask = NULL;
  g_autoptr (GenlmWeights) weights = NULL;
  g_autoptr (GError) error = NULL;

  mask = genlm_byte_matcher_dup_mask (matcher, context, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (genlm_token_set_get_count (mask), ==, 1);
  weights = genlm_byte_matcher_dup_weights (matcher, context, &error);
  g_assert_no_error (error);
  g_assert_true (genlm_weights_get (weights, 1) == 0.0);
  g_assert_true (genlm_weights_get (weights, 0) == -INFINITY);
  check_weight (matcher, dead, -INFINITY);
  g_assert_null (genlm_byte_matcher_dup_mask (matcher, dead, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX);
  g_assert_nonnull (strstr (error->message, "abxyab"));
  g_clear_error (&error);
  g_assert_null (genlm_byte_matcher_dup_weights (matcher, limit, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  genlm_context_unref (limit);
  genlm_context_unref (dead);
  genlm_context_unref (context);
  genlm_byte_matcher_unref (matcher);
  genlm_byte_machine_unref (&toy->parent);
  check_none_left ();
}

/* There is one matcher for each vocabulary, and one view. */
static void
test_family (void)
{
  g_autoptr (GenlmVocab) vocab = make_words ();
  g_autoptr (GenlmVocab) same = make_words ();
  Toy *toy = toy_new ();
  GenlmByteMatcher *bytes = genlm_byte_matcher_new (&toy->parent, genlm_vocab_bytes ());
  GenlmByteMatcher *words = genlm_byte_matcher_coerce (bytes, vocab);
  GenlmByteMatcher *again = genlm_byte_matcher_coerce (words, same);
  GenlmByteMatcher *back = genlm_byte_matcher_coerce (again, genlm_vocab_bytes ());
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GenlmTokenSet) first = genlm_byte_matcher_dup_mask (words, context, NULL);
  g_autoptr (GenlmTokenSet) second = genlm_byte_matcher_dup_mask (again, context, NULL);

  g_assert_true (words == again);
  g_assert_true (bytes == back);
  g_assert_true (genlm_byte_matcher_get_machine (back) == &toy->parent);
  g_assert_true (genlm_byte_matcher_get_vocab (words) == vocab);
  g_assert_cmpuint (n_views, ==, 1);
  genlm_byte_machine_unref (&toy->parent);
  genlm_byte_matcher_unref (back);
  genlm_byte_matcher_unref (bytes);
  genlm_byte_matcher_unref (again);
  g_assert_cmpuint (n_machines, ==, 1);
  genlm_byte_matcher_unref (words);
  check_none_left ();
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/byte-matcher/states", test_states);
  g_test_add_func ("/engine/byte-matcher/long", test_long);
  g_test_add_func ("/engine/byte-matcher/answers", test_answers);
  g_test_add_func ("/engine/byte-matcher/family", test_family);
  return g_test_run ();
}
