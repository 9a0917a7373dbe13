/* `genlm launch`: makes the elements of a description, runs the last of them,
 * and shows what came out. */
#include <math.h>
#include <string.h>

#include "genlm-commands.h"
#include "genlm-interrupt.h"
#include "genlm-output.h"
#include "genlm-progress.h"

/* How much of a posterior people want to read; JSON has all of it. */
#define MAX_SHOWN 20

static gboolean opt_json;
static char *opt_seed;
static char **opt_arguments;

static const GOptionEntry entries[] = {
  { "json", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &opt_json, "Write one JSON object", NULL },
  { "seed", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &opt_seed, "Repeat the run of this seed", "N" },
  { G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &opt_arguments, NULL, "DESCRIPTION" },
  G_OPTION_ENTRY_NULL
};

typedef struct
{
  GMainLoop      *loop;
  GenlmSequences *sequences;
  GError         *error;
  guint           max_tokens;
  GenlmProgress   progress;
} Launch;

static const char *
finish_name (GenlmParticle *particle)
{
  switch (genlm_particle_get_finish (particle))
    {
    case GENLM_FINISH_COMPLETE:
      return "complete";
    case GENLM_FINISH_MAX_TOKENS:
      return "max-tokens";
    case GENLM_FINISH_DEAD:
    default:
      return "dead";
    }
}

/* What a particle wrote; of bytes that are no text the nearest text. */
static char *
dup_particle_text (GenlmParticle *particle)
{
  GBytes *bytes = genlm_particle_get_bytes (particle);
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  return g_utf8_make_valid (data != NULL ? data : "", length);
}

static void
json_posterior (JsonBuilder *builder,
                GVariant    *posterior)
{
  GVariantIter iter;
  const char *text;
  double probability;

  json_builder_set_member_name (builder, "posterior");
  json_builder_begin_array (builder);
  g_variant_iter_init (&iter, posterior);
  while (g_variant_iter_next (&iter, "(&sd)", &text, &probability))
    {
      if (probability <= 0.0)
        continue;
      json_builder_begin_object (builder);
      genlm_output_add_string (builder, "text", text);
      genlm_output_add_number (builder, "probability", probability);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
json_particles (JsonBuilder    *builder,
                GenlmSequences *sequences)
{
  json_builder_set_member_name (builder, "particles");
  json_builder_begin_array (builder);
  for (guint i = 0; i < genlm_sequences_get_size (sequences); i++)
    {
      GenlmParticle *particle = genlm_sequences_get_particle (sequences, i);
      g_autofree char *text = dup_particle_text (particle);
      g_autofree guint32 *tokens = NULL;
      gsize n_tokens;

      tokens = genlm_context_dup_tokens (genlm_particle_get_context (particle), &n_tokens);
      json_builder_begin_object (builder);
      genlm_output_add_string (builder, "text", text);
      json_builder_set_member_name (builder, "tokens");
      json_builder_begin_array (builder);
      for (gsize j = 0; j < n_tokens; j++)
        json_builder_add_int_value (builder, tokens[j]);
      json_builder_end_array (builder);
      genlm_output_add_number (builder, "log_weight", genlm_particle_get_log_weight (particle));
      genlm_output_add_string (builder, "finish", finish_name (particle));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static double
tokens_per_second (GenlmSequences *sequences)
{
  return genlm_sequences_get_n_tokens (sequences) / genlm_sequences_get_total_seconds (sequences);
}

static int
show_json (GenlmSequences *sequences)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  GVariant *posterior = genlm_sequences_get_posterior (sequences);

  json_builder_begin_object (builder);
  json_posterior (builder, posterior);
  json_particles (builder, sequences);
  genlm_output_add_number (builder, "log_evidence", genlm_sequences_get_log_evidence (sequences));
  genlm_output_add_number (builder, "ess", genlm_sequences_get_ess (sequences));
  genlm_output_add_uint64 (builder, "seed", genlm_sequences_get_seed (sequences));
  json_builder_set_member_name (builder, "times");
  json_builder_begin_object (builder);
  genlm_output_add_number (builder, "total_s", genlm_sequences_get_total_seconds (sequences));
  genlm_output_add_number (builder, "model_s", genlm_sequences_get_model_seconds (sequences));
  genlm_output_add_number (builder, "constraint_s", genlm_sequences_get_constraint_seconds (sequences));
  genlm_output_add_number (builder, "tokens_per_s", tokens_per_second (sequences));
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  return genlm_output_json (builder);
}

/* Text on one line, with nothing in it that a terminal obeys. */
static void
append_quoted (GString    *output,
               const char *text)
{
  g_string_append_c (output, '"');
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '\n')
        g_string_append (output, "\\n");
      else if (c == '\t')
        g_string_append (output, "\\t");
      else if (c == '"' || c == '\\')
        g_string_append_printf (output, "\\%c", (char) c);
      else if (g_unichar_iscntrl (c))
        g_string_append_printf (output, "\\u%04x", c);
      else
        g_string_append_unichar (output, c);
    }
  g_string_append_c (output, '"');
}

static void
append_posterior (GString  *output,
                  GVariant *posterior)
{
  GVariantIter iter;
  const char *text;
  double probability;
  guint n_shown = 0, n_hidden = 0;

  g_string_append (output, "Posterior:\n");
  g_variant_iter_init (&iter, posterior);
  while (g_variant_iter_next (&iter, "(&sd)", &text, &probability))
    {
      if (probability <= 0.0)
        continue;
      if (n_shown == MAX_SHOWN)
        {
          n_hidden++;
          continue;
        }
      g_string_append_printf (output, "  %8.6f  ", probability);
      append_quoted (output, text);
      g_string_append_c (output, '\n');
      n_shown++;
    }
  if (n_shown == 0)
    g_string_append (output, "  none: no particle has a weight above zero and a text\n");
  if (n_hidden > 0)
    g_string_append_printf (output, "  and %u more; --json shows all\n", n_hidden);
}

static void
append_particles (GString        *output,
                  GenlmSequences *sequences)
{
  g_string_append (output, "Particles:\n");
  for (guint i = 0; i < genlm_sequences_get_size (sequences); i++)
    {
      GenlmParticle *particle = genlm_sequences_get_particle (sequences, i);
      g_autofree char *text = dup_particle_text (particle);
      const char *cause = genlm_particle_get_cause (particle);

      g_string_append_printf (output, "  %-10s  %10.4f  ", finish_name (particle),
                              genlm_particle_get_log_weight (particle));
      append_quoted (output, text);
      if (cause != NULL)
        g_string_append_printf (output, "  %s", cause);
      g_string_append_c (output, '\n');
    }
}

static int
show_text (GenlmSequences *sequences)
{
  g_autoptr (GString) output = g_string_new (NULL);
  GVariant *posterior = genlm_sequences_get_posterior (sequences);

  append_posterior (output, posterior);
  append_particles (output, sequences);
  g_string_append_printf (output, "Log evidence %.6f, ESS %.2f of %u, seed %" G_GUINT64_FORMAT "\n",
                          genlm_sequences_get_log_evidence (sequences), genlm_sequences_get_ess (sequences),
                          genlm_sequences_get_size (sequences), genlm_sequences_get_seed (sequences));
  g_string_append_printf (output, "Time %.3f s: model %.3f s, constraint %.3f s; "
                                  "%" G_GUINT64_FORMAT " tokens, %.1f tokens/s\n",
                          genlm_sequences_get_total_seconds (sequences), genlm_sequences_get_model_seconds (sequences),
                          genlm_sequences_get_constraint_seconds (sequences),
                          genlm_sequences_get_n_tokens (sequences), tokens_per_second (sequences));
  return genlm_output_finish (output);
}

static void
on_step (GenlmSmc *smc,
         guint     step,
         Launch   *launch)
{
  genlm_progress_show (&launch->progress, "step %u of at most %u: %u live, %u dead, ESS %.1f, log evidence %.3f",
                       step, launch->max_tokens, genlm_smc_get_n_live (smc), genlm_smc_get_n_dead (smc),
                       genlm_smc_get_ess (smc), genlm_smc_get_log_evidence (smc));
}

static void
on_done (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Launch *launch = user_data;

  launch->sequences = genlm_smc_run_finish (GENLM_SMC (source), result, &launch->error);
  g_main_loop_quit (launch->loop);
}

static void
run (Launch       *launch,
     GenlmSmc     *smc,
     GCancellable *cancellable)
{
  launch->loop = g_main_loop_new (NULL, FALSE);
  g_object_get (smc, "max-tokens", &launch->max_tokens, NULL);
  g_signal_connect (smc, "step", G_CALLBACK (on_step), launch);
  genlm_smc_run (smc, cancellable, on_done, launch);
  g_main_loop_run (launch->loop);
  genlm_progress_show (&launch->progress, "%s", "");
  g_main_loop_unref (launch->loop);
}

/* A constraint that is made and then left out would be missed by nobody. */
static gboolean
check_ends (GenlmPipeline  *pipeline,
            GError        **error)
{
  GListModel *ends = genlm_pipeline_get_ends (pipeline);
  GObject *last = genlm_pipeline_get_last (pipeline);

  if (!GENLM_IS_SMC (last))
    {
      g_set_error (error, GENLM_PIPELINE_ERROR, GENLM_PIPELINE_ERROR_WRONG_TYPE,
                   "The description ends with \"%s\", which cannot be run; end it with \"smc\", as in \"... ! smc\"",
                   genlm_element_type_get_factory_name (G_OBJECT_TYPE (last)));
      return FALSE;
    }
  for (guint i = 0; i < g_list_model_get_n_items (ends); i++)
    {
      g_autoptr (GObject) end = g_list_model_get_item (ends, i);

      if (end == last)
        continue;
      g_set_error (error, GENLM_PIPELINE_ERROR, GENLM_PIPELINE_ERROR_UNUSED,
                   "Nothing takes the element \"%s\"; refer to it by its name, or leave it out",
                   genlm_element_type_get_factory_name (G_OBJECT_TYPE (end)));
      return FALSE;
    }
  return TRUE;
}

static gboolean
set_seed (GenlmSmc  *smc,
          GError   **error)
{
  guint64 seed;

  if (opt_seed == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (opt_seed, 10, 1, G_MAXUINT64, &seed, error))
    {
      g_prefix_error (error, "The value of --seed is not a seed: ");
      return FALSE;
    }
  g_object_set (smc, "seed", seed, NULL);
  return TRUE;
}

static int
launch_description (const char *description)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GenlmPipeline) pipeline = NULL;
  g_autoptr (GError) error = NULL;
  Launch launch = { NULL };
  int status;

  genlm_interrupt_catch (cancellable);
  genlm_progress_show (&launch.progress, "making the elements");
  pipeline = genlm_pipeline_parse (description, &error);
  genlm_progress_show (&launch.progress, "%s", "");
  if (pipeline == NULL || !check_ends (pipeline, &error) || !set_seed (genlm_pipeline_get_last (pipeline), &error))
    return genlm_output_fail ("%s", error->message);

  run (&launch, genlm_pipeline_get_last (pipeline), cancellable);
  if (genlm_interrupt_caught ())
    status = GENLM_EXIT_CANCELLED;
  else if (launch.sequences != NULL)
    status = opt_json ? show_json (launch.sequences) : show_text (launch.sequences);
  else
    status = genlm_output_fail ("%s", launch.error->message);
  g_clear_object (&launch.sequences);
  g_clear_error (&launch.error);
  return status;
}

int
genlm_launch_main (int    argc,
                   char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- run a pipeline");
  g_auto (GStrv) arguments = NULL;
  g_autofree char *seed = NULL;
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context,
    "DESCRIPTION names elements, their properties and how they are put together:\n"
    "  'ngram name=lm regex pattern=\"[a-z]+\\.\" name=re\n"
    "   awrs potential=lm. condition=re. ! smc particles=8'\n"
    "\"genlm inspect\" lists the elements. Write it as one argument, in quotation marks.");
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return genlm_output_fail ("%s; see \"genlm launch --help\"", error->message);
  arguments = g_steal_pointer (&opt_arguments);
  seed = opt_seed;
  if (arguments == NULL)
    return genlm_output_fail ("A description is missing; see \"genlm launch --help\"");
  if (arguments[1] != NULL)
    return genlm_output_fail ("The description must be one argument, in quotation marks; \"%s\" is a second",
                              arguments[1]);
  return launch_description (arguments[0]);
}
