/* The element "llama" on a tiny model of random weights and, where the
 * environment variable GENLM_TEST_MODEL names one, on a real model. */

#include "asking.h"
#include "genlm-llama-crew-private.h"
#include "genlm-llama-gguf-private.h"
#include "genlm-llama-model-private.h"
#include "genlm-llama-prefix-tree-private.h"
#include "genlm-llama.h"
#include "tiny-model.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#define TOLERANCE 1e-9

static char *folder;
static char *tiny;

static GenlmPotential *
make (const char *model,
      const char *prompt)
{
  g_autoptr (GError) error = NULL;
  GenlmPotential *potential = g_initable_new (GENLM_TYPE_LLAMA, NULL, &error, "model", model, "prompt", prompt,
                                              "threads", 1, NULL);

  g_assert_no_error (error);
  return potential;
}

static guint64
get_counter (GenlmPotential *potential,
             const char     *name)
{
  guint64 value;

  g_object_get (potential, name, &value, NULL);
  return value;
}

/* A context of random tokens that have a weight. */
static GenlmContext *
random_context (GRand *random,
                gsize  length)
{
  g_autoptr (GenlmContext) context = genlm_context_new ();

  for (gsize i = 0; i < length; i++)
    {
      GenlmContext *longer = genlm_context_append (context, g_rand_int_range (random, 32, 257));

      genlm_context_unref (context);
      context = longer;
    }
  return g_steal_pointer (&context);
}

static void
assert_same_bits (GenlmWeights *a,
                  GenlmWeights *b)
{
  gsize n = genlm_weights_get_size (a);

  g_assert_cmpuint (n, ==, genlm_weights_get_size (b));
  g_assert_cmpmem (genlm_weights_peek (a), n * sizeof (double), genlm_weights_peek (b), n * sizeof (double));
}

static GenlmWeightsList *
next_batch (GenlmPotential *potential,
            GenlmBatch     *batch)
{
  g_autoptr (GError) error = NULL;
  GenlmWeightsList *list = genlm_potential_batch_logw_next_sync (potential, batch, NULL, &error);

  g_assert_no_error (error);
  return list;
}

static void
assert_load_fails (const char *path,
                   GQuark      domain,
                   int         code,
                   const char *text)
{
  g_autoptr (GError) error = NULL;
  GenlmPotential *potential = g_initable_new (GENLM_TYPE_LLAMA, NULL, &error, "model", path, NULL);

  g_assert_null (potential);
  g_assert_error (error, domain, code);
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_missing (void)
{
  g_autofree char *path = g_build_filename (folder, "nothing.gguf", NULL);

  assert_load_fails (path, G_FILE_ERROR, G_FILE_ERROR_NOENT, "nothing.gguf");
  assert_load_fails (NULL, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "\"model\" is not set");
}

/* A recipe of another model is not for this file. */
static void
test_other_vocab (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) potential = g_initable_new (GENLM_TYPE_LLAMA, NULL, &error, "model", tiny, "prompt", "a",
                                                         "vocab", genlm_vocab_bytes (), NULL);

  g_assert_null (potential);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH);
  g_assert_nonnull (strstr (error->message, "whether the file has changed"));
}

/* A pipe that nobody writes to is not waited for. */
static void
test_not_regular (void)
{
  g_autofree char *path = g_build_filename (folder, "pipe.gguf", NULL);

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  assert_load_fails (path, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "not a regular file");
  assert_load_fails (folder, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "not a regular file");
  g_unlink (path);
}

static void
test_not_gguf (void)
{
  g_autofree char *path = g_build_filename (folder, "text.gguf", NULL);

  g_assert_true (g_file_set_contents (path, "Once upon a time", -1, NULL));
  assert_load_fails (path, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "not a GGUF file");
}

static void
test_truncated (void)
{
  g_autofree char *path = g_build_filename (folder, "truncated.gguf", NULL);
  g_autoptr (GByteArray) file = tiny_model_build (TINY_PLAIN);

  g_assert_true (g_file_set_contents (path, (const char *) file->data, file->len - 5000, NULL));
  assert_load_fails (path, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "truncated");
}

static void
test_duplicate (void)
{
  g_autofree char *path = tiny_model_write (folder, "duplicate.gguf", TINY_DUPLICATE);

  assert_load_fails (path, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "the same text \"word0\"");
}

/* Whatever the length and whatever the byte, the checks end with a verdict. */
static void
test_damaged (void)
{
  g_autoptr (GByteArray) file = tiny_model_build (TINY_PLAIN);
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  g_assert_true (genlm_llama_gguf_check_bytes (file->data, file->len, NULL));
  for (gsize length = 0; length < file->len; length += length < 12000 ? 1 : 997)
    {
      g_autofree guint8 *copy = g_memdup2 (file->data, length);
      g_autoptr (GError) error = NULL;

      g_assert_false (genlm_llama_gguf_check_bytes (copy, length, &error));
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
    }

  for (guint i = 0; i < 20000; i++)
    {
      gsize place = g_rand_int_range (random, 0, 12000);
      guint8 kept = file->data[place];
      g_autoptr (GError) error = NULL;

      file->data[place] = g_rand_int (random);
      if (!genlm_llama_gguf_check_bytes (file->data, file->len, &error))
        g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
      file->data[place] = kept;
    }
}

static void
test_version (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (genlm_llama_check_version ("0.5.0", "0.5.0", &error));
  g_assert_true (genlm_llama_check_version ("0.5.0", "0.5.0-dev", &error));
  g_assert_no_error (error);
  g_assert_false (genlm_llama_check_version ("0.5.0", "0.7.0", &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "0.7.0"));
  g_assert_false (genlm_llama_check_version ("0.5.0", "0.5.01", NULL));
}

static void
test_tree (void)
{
  static const guint32 tokens[] = { 5, 6, 7, 8 };
  g_autoptr (GenlmLlamaPrefixTree) tree = genlm_llama_prefix_tree_new ();
  GenlmLlamaPrefixNode *root = genlm_llama_prefix_tree_get_root (tree), *node, *fork;

  g_assert_true (genlm_llama_prefix_tree_find (tree, tokens, 4) == root);
  g_assert_cmpint (genlm_llama_prefix_node_get_cover (root), ==, -1);

  node = genlm_llama_prefix_tree_extend (tree, root, tokens, 3, 0);
  g_assert_cmpuint (node->length, ==, 3);
  g_assert_true (genlm_llama_prefix_tree_find (tree, tokens, 4) == node);
  g_assert_cmpuint (genlm_llama_prefix_tree_find (tree, tokens, 2)->length, ==, 2);

  /* A fork after two, and the first sequence goes on. */
  fork = genlm_llama_prefix_tree_extend (tree, node->parent, tokens, 1, 1);
  node = genlm_llama_prefix_tree_extend (tree, node, tokens + 3, 1, 0);
  g_assert_cmpuint (genlm_llama_prefix_tree_get_size (tree), ==, 5);
  g_assert_cmpint (genlm_llama_prefix_node_get_cover (node->parent), ==, 0);

  genlm_llama_prefix_tree_release (tree, node);
  g_assert_cmpuint (genlm_llama_prefix_tree_get_size (tree), ==, 3);
  g_assert_cmpint (genlm_llama_prefix_node_get_cover (fork->parent->parent), ==, 1);
  genlm_llama_prefix_tree_release (tree, fork);
  g_assert_cmpuint (genlm_llama_prefix_tree_get_size (tree), ==, 0);
  g_assert_true (genlm_llama_prefix_tree_find (tree, tokens, 4) == root);
}

/* One thread while others have the processors, twice as long each time. */
static void
test_crew (void)
{
  GenlmLlamaCrew crew;

  genlm_llama_crew_init (&crew, 3);
  g_assert_true (crew.is_fixed);
  g_assert_cmpuint (crew.max_threads, ==, 3);

  genlm_llama_crew_init (&crew, 0);
  g_assert_false (crew.is_fixed);
  crew.max_threads = 2;
  crew.n_alone = 0;

  genlm_llama_crew_record (&crew, 10000, 19000);
  genlm_llama_crew_record (&crew, 1000, 500);
  g_assert_cmpuint (crew.n_alone, ==, 0);

  genlm_llama_crew_record (&crew, 10000, 11000);
  g_assert_cmpuint (crew.n_alone, ==, 16);
  for (guint i = 0; i < 16; i++)
    genlm_llama_crew_record (&crew, 10000, 10000);
  g_assert_cmpuint (crew.n_alone, ==, 0);

  genlm_llama_crew_record (&crew, 10000, 11000);
  g_assert_cmpuint (crew.n_alone, ==, 32);
}

static void
test_vocab (void)
{
  g_autoptr (GenlmPotential) potential = make (tiny, "a");
  GenlmVocab *vocab = genlm_potential_get_vocab (potential);
  g_autoptr (GBytes) the = g_bytes_new_static (" the", 4);
  g_autofree guint32 *found = NULL;
  gsize n;

  /* All but the two that end. */
  g_assert_cmpuint (genlm_vocab_get_size (vocab), ==, TINY_N_TOKENS - 2);
  g_assert_cmpint (genlm_vocab_get_kind (vocab), ==, GENLM_VOCAB_KIND_TOKENS);
  g_assert_cmpstr (genlm_vocab_get_eos_name (vocab), ==, "<|end|>");
  g_assert_cmpint (genlm_potential_get_traits (potential), ==, GENLM_TRAITS_THREAD_SAFE);

  for (guint i = 0; i < 256; i++)
    {
      guint8 byte = i;
      gsize length;
      const guint8 *token = genlm_vocab_peek_token (vocab, i, &length);

      g_assert_cmpmem (token, length, &byte, 1);
    }

  found = genlm_vocab_find_all (vocab, the, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (found[0], ==, TINY_THE);
  g_assert_cmpuint (found[1], ==, TINY_THE_AGAIN);

  genlm_vocab_peek_token (vocab, TINY_EMPTY, &n);
  g_assert_cmpuint (n, ==, 0);
}

/* logw_next against prefix and complete, along a random text. */
static void
check_laws (GenlmPotential *potential)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_autoptr (GenlmContext) context = genlm_context_new ();
  double eos, weight = 0.0;

  g_assert_cmpfloat (ask_prefix (potential, context), ==, 0.0);

  for (guint i = 0; i < 6; i++)
    {
      g_autoptr (GenlmWeights) weights = ask_next (potential, context);
      guint32 token = g_rand_int_range (random, 32, 256);
      GenlmContext *longer;
      g_autoptr (GenlmContext) fresh = NULL;
      g_autofree guint32 *tokens = NULL;
      gsize n;

      eos = genlm_weights_get (weights, genlm_weights_get_size (weights) - 1);
      g_assert_cmpfloat_with_epsilon (ask_complete (potential, context), weight + eos, TOLERANCE);

      longer = genlm_context_append (context, token);
      weight += genlm_weights_get (weights, token);
      g_assert_cmpfloat_with_epsilon (ask_prefix (potential, longer), weight, TOLERANCE);
      genlm_context_unref (context);
      context = longer;

      /* The same, with nothing kept on the nodes. */
      tokens = genlm_context_dup_tokens (context, &n);
      fresh = genlm_context_new_for_tokens (tokens, n);
      g_assert_cmpfloat_with_epsilon (ask_prefix (potential, fresh), weight, TOLERANCE);
    }
}

static void
test_laws (void)
{
  g_autoptr (GenlmPotential) potential = make (tiny, "Some prompt");
  g_autoptr (GenlmPotential) bare = make (tiny, "Another");
  g_autoptr (GRand) random = g_rand_new_with_seed (2);
  g_autoptr (GenlmContext) context = random_context (random, 7);

  check_laws (potential);

  /* Without anything that was asked before. */
  g_assert_true (isfinite (ask_complete (bare, context)));
  g_assert_cmpfloat (ask_complete (bare, context), <, ask_prefix (bare, context));
}

static void
test_mass (void)
{
  g_autoptr (GenlmPotential) potential = g_initable_new (GENLM_TYPE_LLAMA, NULL, NULL, "model", tiny, "prompt", "x",
                                                         "allow-control", TRUE, "threads", 1, NULL);
  g_autoptr (GenlmPotential) closed = make (tiny, "x");
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GenlmContext) control = genlm_context_append (context, TINY_CONTROL);
  g_autoptr (GenlmWeights) weights = ask_next (potential, context);
  g_autoptr (GenlmWeights) rest = ask_next (closed, context);
  g_autoptr (GError) error = NULL;
  GenlmWeights *refused;

  /* Only the token without bytes is missing. */
  g_assert_cmpfloat (genlm_weights_logsumexp (weights), <, 0.0);
  g_assert_cmpfloat (genlm_weights_logsumexp (weights), >, -0.1);
  g_assert_cmpfloat (genlm_weights_get (weights, TINY_EMPTY), ==, -INFINITY);

  g_assert_true (isfinite (genlm_weights_get (weights, TINY_CONTROL)));
  g_assert_cmpfloat (genlm_weights_get (rest, TINY_CONTROL), ==, -INFINITY);
  g_assert_cmpfloat (genlm_weights_get (rest, 'a'), ==, genlm_weights_get (weights, 'a'));

  g_assert_cmpfloat (ask_prefix (closed, control), ==, -INFINITY);
  g_assert_cmpfloat (ask_complete (closed, control), ==, -INFINITY);
  g_assert_true (isfinite (ask_prefix (potential, control)));
  refused = genlm_potential_logw_next_sync (closed, control, NULL, &error);
  g_assert_null (refused);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX);
  g_assert_nonnull (strstr (error->message, "allow-control"));
}

static void
test_temperature (void)
{
  g_autoptr (GenlmPotential) plain = g_initable_new (GENLM_TYPE_LLAMA, NULL, NULL, "model", tiny, "prompt", "x",
                                                     "allow-control", TRUE, "threads", 1, NULL);
  g_autoptr (GenlmPotential) cold = g_initable_new (GENLM_TYPE_LLAMA, NULL, NULL, "model", tiny, "prompt", "x",
                                                    "allow-control", TRUE, "threads", 1, "temperature", 0.5, NULL);
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GenlmWeights) a = ask_next (plain, context);
  g_autoptr (GenlmWeights) b = ask_next (cold, context);

  /* Ratios between tokens are squared. */
  g_assert_cmpfloat_with_epsilon (genlm_weights_get (b, 'a') - genlm_weights_get (b, 'b'),
                                  2.0 * (genlm_weights_get (a, 'a') - genlm_weights_get (a, 'b')), 1e-6);
  g_assert_cmpfloat (genlm_weights_logsumexp (b), <=, TOLERANCE);
}

static void
test_nan (void)
{
  g_autofree char *path = tiny_model_write (folder, "nan.gguf", TINY_NAN);
  g_autoptr (GenlmPotential) potential = make (path, "x");
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_potential_logw_next_sync (potential, context, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void
test_mask (void)
{
  g_autoptr (GenlmPotential) potential = make (tiny, "x");
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_potential_mask_next_sync (potential, context, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
}

/* Each context alone, in an engine of its own, and all of them in batches of
 * every size, give the same bits. */
static void
check_exact (const char *model)
{
  g_autoptr (GenlmPotential) batched = make (model, "It was a dark and stormy night");
  g_autoptr (GRand) random = g_rand_new_with_seed (4);
  g_autoptr (GPtrArray) contexts = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_context_unref);
  g_autoptr (GPtrArray) alone = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_weights_unref);

  for (guint i = 0; i < 12; i++)
    g_ptr_array_add (contexts, random_context (random, i));

  for (guint i = 0; i < contexts->len; i++)
    {
      g_autoptr (GenlmPotential) single = g_initable_new (GENLM_TYPE_LLAMA, NULL, NULL, "model", model,
                                                          "prompt", "It was a dark and stormy night",
                                                          "threads", i == 3 ? 2 : 1,
                                                          "context-size", 256 + 256 * (i % 2), NULL);

      g_ptr_array_add (alone, ask_next (single, g_ptr_array_index (contexts, i)));
    }

  for (guint size = 1; size <= contexts->len; size++)
    {
      g_autoptr (GenlmPotential) fresh = genlm_potential_spawn (batched, NULL);

      for (guint start = 0; start < contexts->len; start += size)
        {
          g_autoptr (GenlmBatch) batch = genlm_batch_new ();
          g_autoptr (GenlmWeightsList) list = NULL;

          for (guint i = start; i < MIN (start + size, contexts->len); i++)
            genlm_batch_append (batch, g_ptr_array_index (contexts, i));
          list = next_batch (fresh, batch);
          for (guint i = 0; i < genlm_batch_get_size (batch); i++)
            assert_same_bits (genlm_weights_list_get (list, i), g_ptr_array_index (alone, start + i));
        }
    }
}

static void
test_exact (void)
{
  check_exact (tiny);
}

/* A cache that is much too small for all contexts, and few sequences: the same
 * bits, again and again. */
static void
test_full (void)
{
  g_autoptr (GenlmPotential) large = make (tiny, "prompt");
  g_autoptr (GenlmPotential) small = g_initable_new (GENLM_TYPE_LLAMA, NULL, NULL, "model", tiny, "prompt", "prompt",
                                                     "threads", 1, "context-size", 256, "max-sequences", 3, NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  g_autoptr (GenlmContext) shared = random_context (random, 40);

  for (guint round = 0; round < 3; round++)
    {
      g_autoptr (GenlmBatch) batch = genlm_batch_new ();
      g_autoptr (GenlmWeightsList) expected = NULL, list = NULL;

      for (guint i = 0; i < 20; i++)
        {
          g_autoptr (GenlmContext) own = random_context (random, 30 + 7 * i);
          g_autofree guint32 *tokens = NULL;
          g_autoptr (GenlmContext) context = NULL;
          gsize n;

          tokens = genlm_context_dup_tokens (own, &n);
          context = genlm_context_append_tokens (shared, tokens, n);
          genlm_batch_append (batch, context);
        }

      expected = next_batch (large, batch);
      list = next_batch (small, batch);
      for (guint i = 0; i < 20; i++)
        assert_same_bits (genlm_weights_list_get (list, i), genlm_weights_list_get (expected, i));
    }
}

static void
test_too_long (void)
{
  g_autoptr (GenlmPotential) potential = g_initable_new (GENLM_TYPE_LLAMA, NULL, NULL, "model", tiny, "prompt", "x",
                                                         "threads", 1, "context-size", 256, NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (6);
  g_autoptr (GenlmContext) too_long = random_context (random, 256);
  g_autoptr (GenlmContext) longest = random_context (random, 255);
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_potential_logw_next_sync (potential, too_long, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "context-size"));

  g_assert_true (isfinite (ask_complete (potential, longest)));
}

/* The prompt and every new token is computed once, whoever asks. */
static void
test_sharing (void)
{
  g_autofree char *path = tiny_model_write (folder, "sharing.gguf", TINY_PLAIN);
  g_autoptr (GenlmPotential) first = make (path, "prompt");
  g_autoptr (GenlmPotential) second = genlm_potential_spawn (first, NULL);
  g_autoptr (GenlmPotential) other = make (path, "prom");
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  g_autoptr (GenlmBatch) batch = genlm_batch_new (), again = genlm_batch_new ();
  g_autoptr (GenlmWeightsList) list = NULL, list_again = NULL;
  g_autoptr (GenlmWeights) weights = NULL, weights_again = NULL;

  for (guint i = 0; i < 8; i++)
    {
      g_autoptr (GenlmContext) context = genlm_context_append (empty, 'a' + i);
      g_autoptr (GenlmContext) longer = genlm_context_append (context, 'z');

      genlm_batch_append (batch, context);
      genlm_batch_append (batch, context);
      genlm_batch_append (again, longer);
    }

  list = next_batch (first, batch);
  g_assert_cmpuint (get_counter (first, "n-decoded"), ==, 6 + 8);
  g_assert_cmpuint (get_counter (first, "n-batches"), ==, 2);

  /* One token each, in one call, for another element. */
  list_again = next_batch (second, again);
  g_assert_cmpuint (get_counter (first, "n-decoded"), ==, 6 + 8 + 8);
  g_assert_cmpuint (get_counter (first, "n-batches"), ==, 3);

  /* What was just asked is known. */
  weights = ask_next (first, genlm_batch_get (batch, 0));
  ask_prefix (first, genlm_batch_get (batch, 0));
  ask_complete (first, genlm_batch_get (batch, 0));
  g_assert_cmpuint (get_counter (first, "n-decoded"), ==, 6 + 8 + 8 + 1);

  /* A shorter prompt: only its last token, whose logits are gone. */
  weights_again = ask_next (other, empty);
  g_assert_cmpuint (get_counter (first, "n-decoded"), ==, 6 + 8 + 8 + 1 + 1);
}

static void
test_empty_prompt (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) special = NULL;
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  GenlmPotential *potential = g_initable_new (GENLM_TYPE_LLAMA, NULL, &error, "model", tiny, NULL);

  /* The tiny model has no token that begins a text. */
  g_assert_null (potential);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
  g_assert_nonnull (strstr (error->message, "give it a prompt"));

  special = g_initable_new (GENLM_TYPE_LLAMA, NULL, NULL, "model", tiny, "prompt", "<|control|>",
                            "threads", 1, "parse-special", TRUE, "context-size", 1024, NULL);
  ask_complete (special, empty);
  g_assert_cmpuint (get_counter (special, "n-decoded"), ==, 1);
}

typedef struct
{
  guint n_pending;
  guint n_good;
  guint n_cancelled;
} Outcome;

static void
next_done (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Outcome *outcome = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmWeights) weights = genlm_potential_logw_next_finish (GENLM_POTENTIAL (source), result, &error);

  outcome->n_pending--;
  if (weights != NULL)
    outcome->n_good++;
  else
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      outcome->n_cancelled++;
    }
}

static void
wait_for (Outcome *outcome)
{
  while (outcome->n_pending > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* Many at once, every third cancelled: its neighbours get what they asked for. */
static void
test_cancel (void)
{
  g_autoptr (GenlmPotential) potential = make (tiny, "cancelled");
  g_autoptr (GRand) random = g_rand_new_with_seed (8);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GenlmContext) context = random_context (random, 200);
  Outcome outcome = { 0 };

  for (guint i = 0; i < 30; i++)
    {
      g_autoptr (GenlmContext) own = random_context (random, 20);

      genlm_potential_logw_next (potential, own, i % 3 == 0 ? cancellable : NULL, next_done, &outcome);
      outcome.n_pending++;
      if (i == 15)
        g_cancellable_cancel (cancellable);
    }
  wait_for (&outcome);
  g_assert_cmpuint (outcome.n_cancelled, >=, 5);
  g_assert_cmpuint (outcome.n_cancelled, <=, 10);
  g_assert_cmpuint (outcome.n_good, ==, 30 - outcome.n_cancelled);

  /* Nobody waits any more: the engine stops, and can be asked again. */
  g_cancellable_reset (cancellable);
  genlm_potential_logw_next (potential, context, cancellable, next_done, &outcome);
  outcome.n_pending++;
  g_cancellable_cancel (cancellable);
  wait_for (&outcome);

  g_assert_true (isfinite (ask_complete (potential, context)));
}

/* The last reference goes while the engine is at work. */
static void
test_drop (void)
{
  Outcome outcome = { 0 };

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GenlmPotential) potential = g_initable_new (GENLM_TYPE_LLAMA, NULL, NULL, "model", tiny,
                                                             "prompt", "dropped", "threads", 1,
                                                             "context-size", 512, NULL);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GenlmContext) empty = genlm_context_new ();
      g_autoptr (GenlmContext) context = genlm_context_append (empty, i);

      genlm_potential_logw_next (potential, context, i % 2 == 0 ? cancellable : NULL, next_done, &outcome);
      outcome.n_pending++;
      g_cancellable_cancel (cancellable);
    }
  wait_for (&outcome);
  g_assert_cmpuint (outcome.n_good, >=, 2);
}

static gpointer
ask_much (gpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (9);

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GenlmContext) context = random_context (random, i);

      g_assert_true (isfinite (ask_complete (data, context)));
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (GenlmPotential) potential = make (tiny, "threads");
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("asker", ask_much, potential);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static const char *
get_real_model (void)
{
  const char *path = g_getenv ("GENLM_TEST_MODEL");

  if (path == NULL || path[0] == '\0')
    {
      g_test_skip ("GENLM_TEST_MODEL names no model file; ./check gets one");
      return NULL;
    }
  return path;
}

static void
test_real (void)
{
  const char *path = get_real_model ();
  g_autoptr (GenlmPotential) potential = NULL;
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GenlmWeights) weights = NULL;
  g_autoptr (GBytes) paris = g_bytes_new_static (" Paris", 6);
  g_autofree guint32 *best = NULL;
  guint32 expected;
  gsize n;

  if (path == NULL)
    return;

  potential = make (path, "The capital of France is");
  g_assert_true (genlm_vocab_find (genlm_potential_get_vocab (potential), paris, &expected));
  weights = ask_next (potential, context);
  best = genlm_weights_top_k (weights, 1, &n);
  g_assert_cmpuint (best[0], ==, expected);
  check_laws (potential);
}

static void
test_real_exact (void)
{
  const char *path = get_real_model ();

  if (path != NULL)
    check_exact (path);
}

/* The contexts of @batch with a random token more each, and what that weighs. */
static GenlmBatch *
grow (GenlmBatch       *batch,
      GenlmWeightsList *list,
      GRand            *random,
      double           *expected)
{
  GenlmBatch *longer = genlm_batch_new ();

  for (gsize i = 0; i < genlm_batch_get_size (batch); i++)
    {
      guint32 token = g_rand_int_range (random, 1000, 40000);
      g_autoptr (GenlmContext) context = genlm_context_append (genlm_batch_get (batch, i), token);

      genlm_batch_append (longer, context);
      expected[i] += genlm_weights_get (genlm_weights_list_get (list, i), token);
    }
  return longer;
}

/* Asks for the weights of @n sequences that grow token by token: those of the
 * whole are known in the end, also where much that was asked on the way is
 * forgotten. */
static void
check_grown (const char *path,
             guint       n,
             guint       length)
{
  g_autoptr (GenlmPotential) potential = make (path, "The capital of France is");
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  g_autoptr (GenlmBatch) batch = genlm_batch_new ();
  g_autoptr (GenlmWeightsList) list = NULL;
  g_autofree double *expected = g_new0 (double, n);
  guint64 before;

  for (guint i = 0; i < n; i++)
    genlm_batch_append (batch, empty);
  list = next_batch (potential, batch);
  for (guint k = 0; k < length; k++)
    {
      g_autoptr (GenlmBatch) longer = grow (batch, list, random, expected);

      genlm_weights_list_unref (list);
      list = next_batch (potential, longer);
      genlm_batch_unref (batch);
      batch = g_steal_pointer (&longer);
    }

  before = get_counter (potential, "n-decoded");
  for (guint i = 0; i < n; i++)
    {
      GenlmWeights *weights = genlm_weights_list_get (list, i);
      double end = genlm_weights_get (weights, genlm_weights_get_size (weights) - 1);

      g_assert_cmpfloat (ask_prefix (potential, genlm_batch_get (batch, i)), ==, expected[i]);
      g_assert_cmpfloat (ask_complete (potential, genlm_batch_get (batch, i)), ==, expected[i] + end);
    }
  g_assert_cmpuint (get_counter (potential, "n-decoded"), ==, before);
}

static void
test_real_grown (void)
{
  const char *path = get_real_model ();

  if (path == NULL)
    return;

  check_grown (path, 1, 50);
  check_grown (path, 60, 3);
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("genlm-llama-XXXXXX", NULL);
  g_assert_nonnull (folder);
  tiny = tiny_model_write (folder, "tiny.gguf", TINY_PLAIN);

  g_test_add_func ("/llama/file/missing", test_missing);
  g_test_add_func ("/llama/file/other-vocab", test_other_vocab);
  g_test_add_func ("/llama/file/not-regular", test_not_regular);
  g_test_add_func ("/llama/file/not-gguf", test_not_gguf);
  g_test_add_func ("/llama/file/truncated", test_truncated);
  g_test_add_func ("/llama/file/duplicate", test_duplicate);
  g_test_add_func ("/llama/file/damaged", test_damaged);
  g_test_add_func ("/llama/version", test_version);
  g_test_add_func ("/llama/tree", test_tree);
  g_test_add_func ("/llama/crew", test_crew);
  g_test_add_func ("/llama/vocab", test_vocab);
  g_test_add_func ("/llama/laws", test_laws);
  g_test_add_func ("/llama/mass", test_mass);
  g_test_add_func ("/llama/temperature", test_temperature);
  g_test_add_func ("/llama/nan", test_nan);
  g_test_add_func ("/llama/mask", test_mask);
  g_test_add_func ("/llama/exact", test_exact);
  g_test_add_func ("/llama/full", test_full);
  g_test_add_func ("/llama/too-long", test_too_long);
  g_test_add_func ("/llama/sharing", test_sharing);
  g_test_add_func ("/llama/empty-prompt", test_empty_prompt);
  g_test_add_func ("/llama/cancel", test_cancel);
  g_test_add_func ("/llama/drop", test_drop);
  g_test_add_func ("/llama/threads", test_threads);
  g_test_add_func ("/llama/real", test_real);
  g_test_add_func ("/llama/real/exact", test_real_exact);
  g_test_add_func ("/llama/real/grown", test_real_grown);
  status = g_test_run ();

  for (const char *const *name = (const char *const[]) { "text.gguf", "truncated.gguf", "duplicate.gguf", "nan.gguf",
                                                         "sharing.gguf", "tiny.gguf", NULL }; *name != NULL; name++)
    {
      g_autofree char *path = g_build_filename (folder, *name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (tiny);
  g_free (folder);
  return status;
}
