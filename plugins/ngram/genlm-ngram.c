/**
 * GenlmNgram:
 *
 * A small language model that needs no download: it is counted from a text.
 *
 * It has the shape of a large one: a vocabulary of tokens of which some are
 * words with the space before them and 256 are the single bytes, a prompt that
 * conditions and does not weigh, a temperature. With [property@Ngram:unit]
 * `bytes` it is over the byte vocabulary instead.
 *
 * A sequence of the text is a paragraph, or a line; its end is what the end of
 * a sequence is counted from. Every token has a positive probability after
 * every context.
 *
 * Threads: any.
 *
 * Since: 0.1
 */

#include "genlm-ngram.h"
#include "genlm-ngram-cut-private.h"
#include "genlm-ngram-model-private.h"
#include "genlm-ngram-resources.h"

#include <math.h>

#define TEXT_RESOURCE "/org/genlm/ngram/ngram-text.txt"

/* More would not be counted at any order. */
#define MAX_TEXT (32u << 20)

struct _GenlmNgram
{
  GenlmPotentialBase  parent_instance;

  char               *file;
  guint               order;
  GenlmNgramUnit      unit;
  GenlmNgramSplit     split;
  char               *prompt;
  double              temperature;
  double              discount;

  GenlmNgramModel    *model;
  guint32             start;    /* the history after the prompt */
  guint64             key;      /* of our State on a context node */
};

/* What is known about a context. */
typedef struct
{
  double  log_probability;
  guint32 history;
} State;

enum
{
  PROP_0,
  PROP_FILE,
  PROP_ORDER,
  PROP_UNIT,
  PROP_SPLIT,
  PROP_PROMPT,
  PROP_TEMPERATURE,
  PROP_DISCOUNT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void genlm_ngram_initable_init  (GInitableIface          *iface);
static void genlm_ngram_potential_init (GenlmPotentialInterface *iface);

G_DEFINE_ENUM_TYPE (GenlmNgramUnit, genlm_ngram_unit,
                    G_DEFINE_ENUM_VALUE (GENLM_NGRAM_UNIT_BYTES, "bytes"),
                    G_DEFINE_ENUM_VALUE (GENLM_NGRAM_UNIT_WORDS, "words"))

G_DEFINE_ENUM_TYPE (GenlmNgramSplit, genlm_ngram_split,
                    G_DEFINE_ENUM_VALUE (GENLM_NGRAM_SPLIT_PARAGRAPHS, "paragraphs"),
                    G_DEFINE_ENUM_VALUE (GENLM_NGRAM_SPLIT_LINES, "lines"))

G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmNgram, genlm_ngram, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, genlm_ngram_initable_init)
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, genlm_ngram_potential_init))

/* -- weights -------------------------------------------------------------- */

static gsize
get_n_weights (GenlmNgram *self)
{
  return (gsize) genlm_vocab_get_size (genlm_ngram_model_get_vocab (self->model)) + 1;
}

static void
weigh_all (GenlmNgram *self,
           guint32     history,
           double     *out)
{
  gsize n = get_n_weights (self);
  double sum;

  genlm_ngram_model_weigh_all (self->model, history, out);
  if (self->temperature == 1)
    return;

  for (gsize i = 0; i < n; i++)
    out[i] /= self->temperature;
  sum = genlm_logsumexp (out, n);
  for (gsize i = 0; i < n; i++)
    out[i] -= sum;
}

static double
weigh (GenlmNgram *self,
       guint32     history,
       guint32     symbol)
{
  g_autofree double *all = NULL;

  if (self->temperature == 1)
    return genlm_ngram_model_weigh (self->model, history, symbol);

  all = g_new (double, get_n_weights (self));
  weigh_all (self, history, all);
  return all[symbol];
}

static State
extend (GenlmNgram  *self,
        const State *state,
        guint32      token)
{
  return (State) {
    .log_probability = state->log_probability + weigh (self, state->history, token),
    .history = genlm_ngram_model_advance (self->model, state->history, token),
  };
}

/* Finds what is known about the nearest ancestor, and goes on from there. */
static State
get_state (GenlmNgram   *self,
           GenlmContext *context)
{
  g_autoptr (GPtrArray) unknown = g_ptr_array_new ();
  State state = { .history = self->start };

  for (GenlmContext *node = context; genlm_context_get_length (node) > 0; node = genlm_context_get_parent (node))
    {
      const State *known = genlm_context_get_state (node, self->key);

      if (known != NULL)
        {
          state = *known;
          break;
        }
      g_ptr_array_add (unknown, node);
    }

  for (guint i = unknown->len; i > 0; i--)
    {
      GenlmContext *node = g_ptr_array_index (unknown, i - 1);

      state = extend (self, &state, genlm_context_get_last (node));
      genlm_context_put_state (node, self->key, g_memdup2 (&state, sizeof state), g_free);
    }
  return state;
}

static gboolean
genlm_ngram_weigh_prefix (GenlmPotential  *potential,
                          GenlmContext    *context,
                          double          *out,
                          GError         **error)
{
  *out = get_state (GENLM_NGRAM (potential), context).log_probability;
  return TRUE;
}

static gboolean
genlm_ngram_weigh_complete (GenlmPotential  *potential,
                            GenlmContext    *context,
                            double          *out,
                            GError         **error)
{
  GenlmNgram *self = GENLM_NGRAM (potential);
  State state = get_state (self, context);

  *out = state.log_probability + weigh (self, state.history, (guint32) get_n_weights (self) - 1);
  return TRUE;
}

static GenlmWeights *
genlm_ngram_weigh_next (GenlmPotential  *potential,
                        GenlmContext    *context,
                        GError         **error)
{
  GenlmNgram *self = GENLM_NGRAM (potential);
  double *values;
  GenlmWeights *weights = genlm_weights_new_uninit (get_n_weights (self), &values);

  weigh_all (self, get_state (self, context).history, values);
  return weights;
}

/* -- making one ----------------------------------------------------------- */

static GBytes *
load_own_text (GError **error)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      genlm_ngram_register_resource ();
      g_once_init_leave (&once, 1);
    }
  return g_resource_lookup_data (genlm_ngram_get_resource (), TEXT_RESOURCE, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
}

static GBytes *
load_file (const char    *path,
           GCancellable  *cancellable,
           GError       **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE,
                                                  G_FILE_QUERY_INFO_NONE, cancellable, &local_error);
  GBytes *text = NULL;

  if (info != NULL && g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "it is not a regular file");
      return NULL;
    }
  if (info != NULL && g_file_info_get_size (info) > MAX_TEXT)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "it has %" G_GOFFSET_FORMAT " bytes, and at most %u can be counted; take a smaller text",
                   g_file_info_get_size (info), MAX_TEXT);
      return NULL;
    }
  if (info != NULL)
    text = g_file_load_bytes (file, cancellable, NULL, &local_error);
  if (text != NULL)
    return text;

  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    g_set_error_literal (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, local_error->message);
  return NULL;
}

static GenlmNgramModel *
count_text (GenlmNgram  *self,
            GBytes      *text,
            GError     **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (text, &length);
  g_autoptr (GArray) spans = genlm_ngram_cut_sequences (data, length, self->split == GENLM_NGRAM_SPLIT_LINES);
  g_autoptr (GArray) symbols = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GenlmVocab) vocab = NULL;
  guint32 eos;

  vocab = self->unit == GENLM_NGRAM_UNIT_BYTES ? genlm_vocab_ref (genlm_vocab_bytes ())
                                               : genlm_ngram_cut_make_vocab (spans, error);
  if (vocab == NULL)
    return NULL;

  eos = genlm_vocab_get_eos (vocab);
  for (guint i = 0; i < spans->len; i++)
    {
      genlm_ngram_cut_append (vocab, g_array_index (spans, GenlmNgramSpan, i), symbols);
      g_array_append_val (symbols, eos);
    }
  return genlm_ngram_model_new (vocab, symbols, self->order, self->discount, error);
}

static gboolean
ensure_model (GenlmNgram    *self,
              GCancellable  *cancellable,
              GError       **error)
{
  g_autoptr (GBytes) text = NULL;

  /* A spawn comes with its model. */
  if (self->model != NULL)
    return TRUE;

  text = self->file != NULL ? load_file (self->file, cancellable, error) : load_own_text (error);
  if (text != NULL)
    self->model = count_text (self, text, error);
  if (self->model != NULL)
    return TRUE;

  g_prefix_error (error, "Failed to make an ngram of the text “%s”: ", self->file != NULL ? self->file : "its own");
  return FALSE;
}

static void
read_prompt (GenlmNgram *self)
{
  GenlmNgramSpan span = { (const guint8 *) self->prompt, strlen (self->prompt) };
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (guint32));

  genlm_ngram_cut_append (genlm_ngram_model_get_vocab (self->model), span, tokens);
  self->start = genlm_ngram_model_get_start (self->model);
  for (guint i = 0; i < tokens->len; i++)
    self->start = genlm_ngram_model_advance (self->model, self->start, g_array_index (tokens, guint32, i));
}

static gboolean
genlm_ngram_initable_real_init (GInitable     *initable,
                                GCancellable  *cancellable,
                                GError       **error)
{
  GenlmNgram *self = GENLM_NGRAM (initable);
  GenlmVocab *given = genlm_potential_get_vocab (GENLM_POTENTIAL (self));
  GenlmVocab *counted;

  if (!ensure_model (self, cancellable, error))
    return FALSE;

  counted = genlm_ngram_model_get_vocab (self->model);
  if (given != NULL && !genlm_vocab_equal (given, counted))
    {
      g_autofree char *given_text = genlm_vocab_to_string (given);
      g_autofree char *counted_text = genlm_vocab_to_string (counted);

      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH,
                   "Failed to make an ngram of the text “%s”: “vocab” was set to %s, and the text has %s; "
                   "leave it unset, or see whether the file has changed",
                   self->file != NULL ? self->file : "its own", given_text, counted_text);
      return FALSE;
    }
  genlm_potential_base_set_vocab (GENLM_POTENTIAL_BASE (self), counted);
  read_prompt (self);
  return TRUE;
}

static GenlmPotential *
genlm_ngram_make_spawn (GenlmPotential  *potential,
                        GError         **error)
{
  GenlmNgram *self = GENLM_NGRAM (potential);
  g_autoptr (GenlmNgram) spawn = NULL;

  if (self->model == NULL)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY,
                   "Failed to spawn an ngram: it was not initialised, so it has counted nothing yet");
      return NULL;
    }

  spawn = g_object_new (GENLM_TYPE_NGRAM,
                        "name", genlm_potential_base_get_name (GENLM_POTENTIAL_BASE (self)),
                        "timeout", genlm_potential_base_get_timeout (GENLM_POTENTIAL_BASE (self)),
                        "file", self->file,
                        "order", self->order,
                        "unit", self->unit,
                        "split", self->split,
                        "prompt", self->prompt,
                        "temperature", self->temperature,
                        "discount", self->discount,
                        NULL);
  spawn->model = genlm_ngram_model_ref (self->model);
  if (!g_initable_init (G_INITABLE (spawn), NULL, error))
    return NULL;
  return GENLM_POTENTIAL (g_steal_pointer (&spawn));
}

/* -- the class ------------------------------------------------------------ */

static void
genlm_ngram_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  GenlmNgram *self = GENLM_NGRAM (object);

  switch (prop_id)
    {
    case PROP_FILE:
      g_value_set_string (value, self->file);
      break;
    case PROP_ORDER:
      g_value_set_uint (value, self->order);
      break;
    case PROP_UNIT:
      g_value_set_enum (value, self->unit);
      break;
    case PROP_SPLIT:
      g_value_set_enum (value, self->split);
      break;
    case PROP_PROMPT:
      g_value_set_string (value, self->prompt);
      break;
    case PROP_TEMPERATURE:
      g_value_set_double (value, self->temperature);
      break;
    case PROP_DISCOUNT:
      g_value_set_double (value, self->discount);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_ngram_set_property (GObject      *object,
                          guint         prop_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  GenlmNgram *self = GENLM_NGRAM (object);

  switch (prop_id)
    {
    case PROP_FILE:
      self->file = g_value_dup_string (value);
      break;
    case PROP_ORDER:
      self->order = g_value_get_uint (value);
      break;
    case PROP_UNIT:
      self->unit = g_value_get_enum (value);
      break;
    case PROP_SPLIT:
      self->split = g_value_get_enum (value);
      break;
    case PROP_PROMPT:
      self->prompt = g_strdup (g_value_get_string (value) != NULL ? g_value_get_string (value) : "");
      break;
    case PROP_TEMPERATURE:
      self->temperature = g_value_get_double (value);
      break;
    case PROP_DISCOUNT:
      self->discount = g_value_get_double (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_ngram_finalize (GObject *object)
{
  GenlmNgram *self = GENLM_NGRAM (object);

  g_clear_pointer (&self->model, genlm_ngram_model_unref);
  g_free (self->prompt);
  g_free (self->file);

  G_OBJECT_CLASS (genlm_ngram_parent_class)->finalize (object);
}

static void
genlm_ngram_initable_init (GInitableIface *iface)
{
  iface->init = genlm_ngram_initable_real_init;
}

static void
genlm_ngram_potential_init (GenlmPotentialInterface *iface)
{
  iface->weigh_prefix = genlm_ngram_weigh_prefix;
  iface->weigh_complete = genlm_ngram_weigh_complete;
  iface->weigh_next = genlm_ngram_weigh_next;
  iface->make_spawn = genlm_ngram_make_spawn;
}

static void
genlm_ngram_class_init (GenlmNgramClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GenlmPotentialBaseClass *base_class = GENLM_POTENTIAL_BASE_CLASS (klass);

  object_class->get_property = genlm_ngram_get_property;
  object_class->set_property = genlm_ngram_set_property;
  object_class->finalize = genlm_ngram_finalize;

  genlm_potential_base_class_set_metadata (base_class, "N-gram model", "Potential/Language model",
                                           "A small language model, counted from a text",
                                           "The genlm-glib developers");
  genlm_potential_base_class_set_traits (base_class, GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE);

  /**
   * GenlmNgram:file:
   *
   * The text to count, at most 32 MiB; %NULL for the one that comes with the element.
   *
   * Since: 0.1
   */
  properties[PROP_FILE] =
    g_param_spec_string ("file", "File", "The text to count; unset for the one that comes with the element",
                         NULL, flags | GENLM_PARAM_FILE);
  /**
   * GenlmNgram:order:
   *
   * How many tokens are counted together: the next one depends on the `order - 1` before it.
   *
   * Since: 0.1
   */
  properties[PROP_ORDER] =
    g_param_spec_uint ("order", "Order", "How many tokens are counted together",
                       1, GENLM_NGRAM_MAX_ORDER, 3, flags);
  /**
   * GenlmNgram:unit:
   *
   * What is counted.
   *
   * Since: 0.1
   */
  properties[PROP_UNIT] =
    g_param_spec_enum ("unit", "Unit", "What is counted: bytes, or words with the space before them",
                       GENLM_TYPE_NGRAM_UNIT, GENLM_NGRAM_UNIT_WORDS, flags);
  /**
   * GenlmNgram:split:
   *
   * What is one sequence of the text. Its end is where the end of a sequence is counted.
   *
   * Since: 0.1
   */
  properties[PROP_SPLIT] =
    g_param_spec_enum ("split", "Split", "What is one sequence of the text: a paragraph, between blank lines, or a line",
                       GENLM_TYPE_NGRAM_SPLIT, GENLM_NGRAM_SPLIT_PARAGRAPHS, flags);
  /**
   * GenlmNgram:prompt:
   *
   * What comes before every context. It conditions and does not weigh: the
   * empty context has prefix weight one. Words take the space before them, so
   * it should not end in one.
   *
   * Since: 0.1
   */
  properties[PROP_PROMPT] =
    g_param_spec_string ("prompt", "Prompt", "What comes before every context, best without a space at its end",
                         "", flags);
  /**
   * GenlmNgram:temperature:
   *
   * What log probabilities are divided by before they are normalised again.
   *
   * Since: 0.1
   */
  properties[PROP_TEMPERATURE] =
    g_param_spec_double ("temperature", "Temperature", "What log probabilities are divided by",
                         0.001, 1000, 1, flags);
  /**
   * GenlmNgram:discount:
   *
   * How much of each count goes to what was not seen: the smoothing.
   *
   * Since: 0.1
   */
  properties[PROP_DISCOUNT] =
    g_param_spec_double ("discount", "Discount", "How much of each count goes to what was not seen",
                         0.0001, 0.9999, 0.3, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
genlm_ngram_init (GenlmNgram *self)
{
  self->key = genlm_context_new_key ();
}

GENLM_ELEMENT_REGISTER_DEFINE (ngram, "ngram", GENLM_RANK_PRIMARY, GENLM_TYPE_NGRAM)
