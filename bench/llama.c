/* Steps of B particles over a shared prompt through the element "llama",
 * beside a plain loop over libllama's own batch decode with the same type of
 * keys and values, flash attention and threads. One step asks for the weights
 * of what follows each of B contexts, which all grew by one token; the plain
 * loop reads the logits and makes nothing of them. */

#include "genlm-llama.h"
#include "line.h"

#include <llama.h>
#include <stdio.h>
#include <string.h>

#define CONTEXT_SIZE 4096
#define PROMPT "In the beginning there was nothing, and then somebody wrote a program that answered questions. " \
               "Nobody knew what it was for, but it was fast, and so people asked it more and more. One day it said:"
#define MAX_BATCH 64
#define SKIPPED_BY_MESON 77

typedef struct
{
  const char           *path;
  struct llama_context *context;
  llama_token          *prompt;
  guint                 n_prompt;
  guint                 n_particles;
  guint                 n_steps;
  double                sink;
} Bench;

static llama_token
pick_token (guint particle,
            guint step)
{
  return 1000 + (particle + 101 * step) % 40000;
}

static GenlmPotential *
make_element (const char *path)
{
  g_autoptr (GError) error = NULL;
  GenlmPotential *potential = g_initable_new (GENLM_TYPE_LLAMA, NULL, &error, "model", path, "prompt", PROMPT,
                                              "context-size", CONTEXT_SIZE, NULL);

  if (potential == NULL)
    g_error ("%s", error->message);
  return potential;
}

/* With a new element, so that the cache is empty as that of the plain loop is. */
static void
run_element (Bench  *self,
             double *times)
{
  g_autoptr (GenlmPotential) potential = make_element (self->path);
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  g_autoptr (GTimer) timer = g_timer_new ();
  GenlmContext *contexts[MAX_BATCH];

  for (guint i = 0; i < self->n_particles; i++)
    contexts[i] = genlm_context_ref (empty);
  genlm_weights_unref (genlm_potential_logw_next_sync (potential, empty, NULL, NULL));

  for (guint step = 0; step < self->n_steps; step++)
    {
      g_autoptr (GenlmBatch) batch = NULL;
      g_autoptr (GenlmWeightsList) list = NULL;

      g_timer_start (timer);
      batch = genlm_batch_new_sized (self->n_particles);
      for (guint i = 0; i < self->n_particles; i++)
        {
          GenlmContext *longer = genlm_context_append (contexts[i], pick_token (i, step));

          genlm_context_unref (contexts[i]);
          contexts[i] = longer;
          genlm_batch_append (batch, longer);
        }
      list = genlm_potential_batch_logw_next_sync (potential, batch, NULL, NULL);
      for (guint i = 0; i < self->n_particles; i++)
        self->sink += genlm_weights_get (genlm_weights_list_get (list, i), 100);
      times[step] = 1e3 * g_timer_elapsed (timer, NULL);
    }

  for (guint i = 0; i < self->n_particles; i++)
    genlm_context_unref (contexts[i]);
}

static void
run_plain (Bench  *self,
           double *times)
{
  llama_memory_t memory = llama_get_memory (self->context);
  g_autoptr (GTimer) timer = g_timer_new ();
  llama_token tokens[MAX_BATCH];
  llama_pos positions[MAX_BATCH];
  llama_seq_id sequences[MAX_BATCH], *lists[MAX_BATCH];
  gint32 ones[MAX_BATCH];
  gint8 outputs[MAX_BATCH];
  struct llama_batch batch = { self->n_particles, tokens, NULL, positions, ones, lists, outputs };

  llama_memory_clear (memory, false);
  llama_decode (self->context, llama_batch_get_one (self->prompt, self->n_prompt));
  for (guint i = 0; i < self->n_particles; i++)
    {
      if (i > 0)
        llama_memory_seq_cp (memory, 0, i, -1, -1);
      sequences[i] = i;
      lists[i] = &sequences[i];
      ones[i] = outputs[i] = 1;
    }

  for (guint step = 0; step < self->n_steps; step++)
    {
      g_timer_start (timer);
      for (guint i = 0; i < self->n_particles; i++)
        {
          tokens[i] = pick_token (i, step);
          positions[i] = self->n_prompt + step;
        }
      if (llama_decode (self->context, batch) != 0)
        g_error ("the plain loop failed");
      for (guint i = 0; i < self->n_particles; i++)
        self->sink += llama_get_logits_ith (self->context, i)[100];
      times[step] = 1e3 * g_timer_elapsed (timer, NULL);
    }
}

static void
report (Bench *self,
        guint  n_runs)
{
  guint n = n_runs * self->n_steps;
  g_autofree double *ours = g_new (double, n);
  g_autofree double *plain = g_new (double, n);
  BenchTiming timing;
  double base;

  /* In turn: the machine is not the same from one second to the next. */
  for (guint i = 0; i < n_runs; i++)
    {
      run_plain (self, plain + i * self->n_steps);
      run_element (self, ours + i * self->n_steps);
    }

  timing = bench_summarize (ours, n);
  base = bench_summarize (plain, n).median;
  bench_line_begin ("llama", NULL);
  bench_line_count ("batch", self->n_particles);
  bench_line_count ("prompt", self->n_prompt);
  bench_line_timing (&timing, "ms/step");
  bench_line_text ("baseline", "plain loop over llama_decode");
  bench_line_number ("baseline_median", base);
  bench_line_number ("ratio", base / timing.median);
  bench_line_number ("tokens_per_s", 1e3 * self->n_particles / timing.median);
  bench_line_text ("libllama", llama_version ());
  bench_line_end ();
}

static struct llama_context *
open_plain (struct llama_model *model)
{
  struct llama_context_params params = llama_context_default_params ();

  params.n_ctx = CONTEXT_SIZE;
  params.n_batch = params.n_ubatch = 512;
  params.n_seq_max = params.n_outputs_max = MAX_BATCH;
  params.n_threads = params.n_threads_batch = MIN (g_get_num_processors (), 8);
  params.kv_unified = true;
  params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_ENABLED;
  params.type_k = params.type_v = GGML_TYPE_Q8_0;
  return llama_init_from_model (model, params);
}

static void
be_quiet (enum ggml_log_level  level,
          const char          *text,
          void                *user_data)
{
}

int
main (int    argc,
      char **argv)
{
  static const guint sizes[] = { 1, 4, 16, 64 };
  const gboolean full = argc > 1 && strcmp (argv[1], "--full") == 0;
  const char *path = g_getenv ("GENLM_TEST_MODEL");
  struct llama_model *model;
  Bench self = { .n_steps = full ? 12 : 3 };

  if (path == NULL || path[0] == '\0')
    {
      fprintf (stderr, "set GENLM_TEST_MODEL to the path of a GGUF model\n");
      return SKIPPED_BY_MESON;
    }

  llama_log_set (be_quiet, NULL);
  self.path = path;
  model = llama_model_load_from_file (path, llama_model_default_params ());
  self.context = open_plain (model);
  self.prompt = g_new (llama_token, 256);
  self.n_prompt = llama_tokenize (llama_model_get_vocab (model), PROMPT, strlen (PROMPT), self.prompt, 256,
                                  true, false);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      self.n_particles = sizes[i];
      report (&self, full ? 5 : 1);
    }

  g_free (self.prompt);
  llama_free (self.context);
  llama_model_free (model);
  return 0;
}
