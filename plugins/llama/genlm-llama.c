/* Element "llama": the next-token distribution of a GGUF model after a prompt.
 *
 * The vocabulary is all tokens of the model in the order of their ids, but
 * those that end a text; EOS has the sum of their probabilities. The prompt
 * conditions and has no weight of its own. */

#define G_LOG_DOMAIN "Genlm-Llama"

#include "genlm-llama.h"

#include "genlm-llama-question-private.h"

#define DEFAULT_CONTEXT_SIZE  4096
#define DEFAULT_MAX_SEQUENCES 128

struct _GenlmLlama
{
  GenlmPotentialBase parent_instance;

  char               *model;
  char               *prompt;
  double              temperature;
  GenlmLlamaSettings  settings;
  gboolean            allow_control;
  gboolean            parse_special;

  GenlmLlamaReader    reader;
};

enum
{
  PROP_0,
  PROP_MODEL,
  PROP_PROMPT,
  PROP_TEMPERATURE,
  PROP_THREADS,
  PROP_CONTEXT_SIZE,
  PROP_MAX_SEQUENCES,
  PROP_EXACT,
  PROP_ALLOW_CONTROL,
  PROP_PARSE_SPECIAL,
  PROP_N_DECODED,
  PROP_N_BATCHES,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void potential_iface_init (GenlmPotentialInterface *iface);
static void initable_iface_init (GInitableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmLlama, genlm_llama, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, potential_iface_init)
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_iface_init))

static gboolean
open_engine (GenlmLlama  *self,
             GError     **error)
{
  if (self->model == NULL)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "Failed to make a llama element: the property \"model\" is not set; give it the path of a GGUF file");
      return FALSE;
    }

  self->reader.engine = genlm_llama_engine_acquire (self->model, &self->settings, error);
  if (self->reader.engine == NULL)
    {
      g_prefix_error (error, "Failed to load the model \"%s\": ", self->model);
      return FALSE;
    }
  return TRUE;
}

/* A recipe names the vocabulary: another process must not take another model
 * for this one. */
static gboolean
check_vocab (GenlmLlama       *self,
             GenlmLlamaModel  *model,
             GError          **error)
{
  GenlmVocab *given = genlm_potential_get_vocab (GENLM_POTENTIAL (self));
  g_autofree char *given_text = NULL;
  g_autofree char *model_text = NULL;

  if (given == NULL || genlm_vocab_equal (given, model->vocab))
    return TRUE;

  given_text = genlm_vocab_to_string (given);
  model_text = genlm_vocab_to_string (model->vocab);
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH,
               "Failed to make a llama element of the model \"%s\": \"vocab\" was set to %s, and the model has %s; "
               "leave it unset, or see whether the file has changed",
               self->model, given_text, model_text);
  return FALSE;
}

static gboolean
genlm_llama_initable_init (GInitable     *initable,
                           GCancellable  *cancellable,
                           GError       **error)
{
  GenlmLlama *self = GENLM_LLAMA (initable);
  GenlmLlamaModel *model;

  if (self->reader.engine != NULL)
    return TRUE;

  if (!open_engine (self, error))
    return FALSE;

  model = genlm_llama_engine_get_model (self->reader.engine);
  if (!check_vocab (self, model, error))
    return FALSE;
  self->reader.prompt = genlm_llama_model_tokenize (model, self->prompt, self->parse_special,
                                                    &self->reader.n_prompt, error);
  if (self->reader.prompt == NULL)
    {
      g_prefix_error (error, "Failed to make a llama element: ");
      return FALSE;
    }

  if (g_str_has_suffix (self->prompt, " "))
    g_message ("The prompt of the language model ends with a space. Tokens of most models begin with theirs, "
               "so that it will hardly continue with a word.");

  self->reader.weight_map = self->allow_control ? model->open_map : model->closed_map;
  self->reader.temperature = self->temperature;
  self->reader.cache = genlm_llama_cache_new (genlm_vocab_get_size (model->vocab) + 1);
  genlm_potential_base_set_vocab (GENLM_POTENTIAL_BASE (self), model->vocab);
  return TRUE;
}

static void
initable_iface_init (GInitableIface *iface)
{
  iface->init = genlm_llama_initable_init;
}

static GenlmScores *
genlm_llama_weigh_prefix_batch (GenlmPotential  *potential,
                                GenlmBatch      *batch,
                                GError         **error)
{
  return genlm_llama_question_score_sync (potential, &GENLM_LLAMA (potential)->reader,
                                          GENLM_METHOD_PREFIX, batch, error);
}

static GenlmScores *
genlm_llama_weigh_complete_batch (GenlmPotential  *potential,
                                  GenlmBatch      *batch,
                                  GError         **error)
{
  return genlm_llama_question_score_sync (potential, &GENLM_LLAMA (potential)->reader,
                                          GENLM_METHOD_COMPLETE, batch, error);
}

static GenlmWeightsList *
genlm_llama_weigh_next_batch (GenlmPotential  *potential,
                              GenlmBatch      *batch,
                              GError         **error)
{
  return genlm_llama_question_next_sync (potential, &GENLM_LLAMA (potential)->reader, batch, error);
}

static gboolean
weigh_one (GenlmPotential  *potential,
           GenlmMethod      method,
           GenlmContext    *context,
           double          *out,
           GError         **error)
{
  g_autoptr (GenlmBatch) batch = genlm_batch_new ();
  g_autoptr (GenlmScores) scores = NULL;

  genlm_batch_append (batch, context);
  scores = genlm_llama_question_score_sync (potential, &GENLM_LLAMA (potential)->reader, method, batch, error);
  if (scores == NULL)
    return FALSE;

  *out = genlm_scores_get (scores, 0);
  return TRUE;
}

static gboolean
genlm_llama_weigh_prefix (GenlmPotential  *potential,
                          GenlmContext    *context,
                          double          *out,
                          GError         **error)
{
  return weigh_one (potential, GENLM_METHOD_PREFIX, context, out, error);
}

static gboolean
genlm_llama_weigh_complete (GenlmPotential  *potential,
                            GenlmContext    *context,
                            double          *out,
                            GError         **error)
{
  return weigh_one (potential, GENLM_METHOD_COMPLETE, context, out, error);
}

static GenlmWeights *
genlm_llama_weigh_next (GenlmPotential  *potential,
                        GenlmContext    *context,
                        GError         **error)
{
  g_autoptr (GenlmBatch) batch = genlm_batch_new ();
  g_autoptr (GenlmWeightsList) list = NULL;

  genlm_batch_append (batch, context);
  list = genlm_llama_question_next_sync (potential, &GENLM_LLAMA (potential)->reader, batch, error);
  return list != NULL ? genlm_weights_ref (genlm_weights_list_get (list, 0)) : NULL;
}

static void
genlm_llama_evaluate (GenlmPotential *potential,
                      GenlmRequest   *request)
{
  GenlmLlama *self = GENLM_LLAMA (potential);

  switch (genlm_request_get_method (request))
    {
    case GENLM_METHOD_PREFIX:
    case GENLM_METHOD_COMPLETE:
    case GENLM_METHOD_NEXT:
      genlm_llama_question_ask (potential, &self->reader, request);
      break;

    case GENLM_METHOD_MASK:
    case GENLM_METHOD_SAMPLE:
    default:
      {
        g_autofree char *label = genlm_potential_dup_label (potential);
        g_autoptr (GError) error = g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                                                "%s is not Boolean, so it has no mask; ask for logw_next", label);

        genlm_request_return_error (request, error);
      }
    }
}

/* Another one on the same engine. */
static GenlmPotential *
genlm_llama_make_spawn (GenlmPotential  *potential,
                        GError         **error)
{
  GenlmLlama *self = GENLM_LLAMA (potential);

  return g_initable_new (GENLM_TYPE_LLAMA, NULL, error,
                         "model", self->model,
                         "prompt", self->prompt,
                         "temperature", self->temperature,
                         "threads", self->settings.threads,
                         "context-size", self->settings.context_size,
                         "max-sequences", self->settings.max_sequences,
                         "exact", self->settings.exact,
                         "allow-control", self->allow_control,
                         "parse-special", self->parse_special,
                         NULL);
}

static void
potential_iface_init (GenlmPotentialInterface *iface)
{
  iface->weigh_prefix = genlm_llama_weigh_prefix;
  iface->weigh_complete = genlm_llama_weigh_complete;
  iface->weigh_next = genlm_llama_weigh_next;
  iface->weigh_prefix_batch = genlm_llama_weigh_prefix_batch;
  iface->weigh_complete_batch = genlm_llama_weigh_complete_batch;
  iface->weigh_next_batch = genlm_llama_weigh_next_batch;
  iface->evaluate = genlm_llama_evaluate;
  iface->make_spawn = genlm_llama_make_spawn;
}

static void
genlm_llama_set_property (GObject      *object,
                          guint         prop_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  GenlmLlama *self = GENLM_LLAMA (object);

  switch (prop_id)
    {
    case PROP_MODEL:
      self->model = g_value_dup_string (value);
      break;
    case PROP_PROMPT:
      self->prompt = g_value_get_string (value) != NULL ? g_value_dup_string (value) : g_strdup ("");
      break;
    case PROP_TEMPERATURE:
      self->temperature = g_value_get_double (value);
      break;
    case PROP_THREADS:
      self->settings.threads = g_value_get_uint (value);
      break;
    case PROP_CONTEXT_SIZE:
      self->settings.context_size = g_value_get_uint (value);
      break;
    case PROP_MAX_SEQUENCES:
      self->settings.max_sequences = g_value_get_uint (value);
      break;
    case PROP_EXACT:
      self->settings.exact = g_value_get_boolean (value);
      break;
    case PROP_ALLOW_CONTROL:
      self->allow_control = g_value_get_boolean (value);
      break;
    case PROP_PARSE_SPECIAL:
      self->parse_special = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_llama_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  GenlmLlama *self = GENLM_LLAMA (object);

  switch (prop_id)
    {
    case PROP_MODEL:
      g_value_set_string (value, self->model);
      break;
    case PROP_PROMPT:
      g_value_set_string (value, self->prompt);
      break;
    case PROP_TEMPERATURE:
      g_value_set_double (value, self->temperature);
      break;
    case PROP_THREADS:
      g_value_set_uint (value, self->settings.threads);
      break;
    case PROP_CONTEXT_SIZE:
      g_value_set_uint (value, self->settings.context_size);
      break;
    case PROP_MAX_SEQUENCES:
      g_value_set_uint (value, self->settings.max_sequences);
      break;
    case PROP_EXACT:
      g_value_set_boolean (value, self->settings.exact);
      break;
    case PROP_ALLOW_CONTROL:
      g_value_set_boolean (value, self->allow_control);
      break;
    case PROP_PARSE_SPECIAL:
      g_value_set_boolean (value, self->parse_special);
      break;
    case PROP_N_DECODED:
      g_value_set_uint64 (value, self->reader.engine != NULL
                                   ? genlm_llama_engine_get_n_decoded (self->reader.engine) : 0);
      break;
    case PROP_N_BATCHES:
      g_value_set_uint64 (value, self->reader.engine != NULL
                                   ? genlm_llama_engine_get_n_batches (self->reader.engine) : 0);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_llama_finalize (GObject *object)
{
  GenlmLlama *self = GENLM_LLAMA (object);

  genlm_llama_reader_clear (&self->reader);
  g_free (self->prompt);
  g_free (self->model);

  G_OBJECT_CLASS (genlm_llama_parent_class)->finalize (object);
}

static void
genlm_llama_class_init (GenlmLlamaClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags counter_flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->set_property = genlm_llama_set_property;
  object_class->get_property = genlm_llama_get_property;
  object_class->finalize = genlm_llama_finalize;

  properties[PROP_MODEL] =
    g_param_spec_string ("model", "Model", "The GGUF file of the model", NULL, flags | GENLM_PARAM_FILE);
  properties[PROP_PROMPT] =
    g_param_spec_string ("prompt", "Prompt", "Text that the model reads before each context; it has no weight",
                         "", flags);
  properties[PROP_TEMPERATURE] =
    g_param_spec_double ("temperature", "Temperature", "What log probabilities are divided by before they are "
                         "normalised again; 1 leaves the model as it is", 1e-6, 1e6, 1.0, flags);
  properties[PROP_THREADS] =
    g_param_spec_uint ("threads", "Threads", "Threads that compute; 0 is one for each processor, at most 8, and "
                       "a single one while other programs keep the processors busy", 0, 512, 0, flags);
  properties[PROP_CONTEXT_SIZE] =
    g_param_spec_uint ("context-size", "Context size", "Tokens that the cache of keys and values holds, of all "
                       "contexts together; a prefix that contexts share counts once", 256, 1 << 24,
                       DEFAULT_CONTEXT_SIZE, flags);
  properties[PROP_MAX_SEQUENCES] =
    g_param_spec_uint ("max-sequences", "Max sequences", "Contexts that may be kept in the cache at once; "
                       "with fewer than there are particles much is computed again and again", 1, 255,
                       DEFAULT_MAX_SEQUENCES, flags);
  properties[PROP_EXACT] =
    g_param_spec_boolean ("exact", "Exact", "Give the same bits whatever else is in a batch: flash attention over "
                          "keys and values of 8 bits. Needs quantised weights", TRUE, flags);
  properties[PROP_ALLOW_CONTROL] =
    g_param_spec_boolean ("allow-control", "Allow control", "Leave control tokens that do not end a text their "
                          "probability; otherwise their weight is zero", FALSE, flags);
  properties[PROP_PARSE_SPECIAL] =
    g_param_spec_boolean ("parse-special", "Parse special", "Read the names of control tokens in the prompt as "
                          "these tokens; not for text from others", FALSE, flags);
  properties[PROP_N_DECODED] =
    g_param_spec_uint64 ("n-decoded", "Number decoded", "Tokens that the engine computed so far, for all elements "
                         "that share it", 0, G_MAXUINT64, 0, counter_flags);
  properties[PROP_N_BATCHES] =
    g_param_spec_uint64 ("n-batches", "Number of batches", "Calls in which the engine computed them", 0,
                         G_MAXUINT64, 0, counter_flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  genlm_potential_base_class_set_metadata (GENLM_POTENTIAL_BASE_CLASS (klass), "Language model",
                                           "Potential/Language model",
                                           "Next-token probabilities of a GGUF model, computed by libllama",
                                           "The genlm-glib developers");
  genlm_potential_base_class_set_traits (GENLM_POTENTIAL_BASE_CLASS (klass), GENLM_TRAITS_THREAD_SAFE);
}

static void
genlm_llama_init (GenlmLlama *self)
{
  self->reader.key = genlm_context_new_key ();
}

GENLM_ELEMENT_REGISTER_DEFINE (llama, "llama", GENLM_RANK_PRIMARY, GENLM_TYPE_LLAMA)
