/* A JSON Schema as a Boolean potential: weight one for the JSON texts that it
 * holds of, and for what may still become one. The machine that judges it, over
 * bytes, is the engine's; this is its face. */

#include "genlm-json-schema.h"

#include <math.h>
#include <string.h>

#include "genlm-byte-matcher.h"
#include "genlm-json-machine.h"

struct _GenlmJsonSchema
{
  GenlmPotentialBase  parent_instance;

  char               *text;
  char               *file;
  char               *draft;
  char               *format;
  char               *property_order;
  char               *style;
  GVariant           *references;
  gboolean            lenient;
  guint               max_white_space;
  GenlmEngineLimits   limits;
  GenlmSchema        *schema;
  GenlmByteMatcher   *matcher;
};

enum
{
  PROP_0,
  PROP_SCHEMA,
  PROP_FILE,
  PROP_DRAFT,
  PROP_FORMAT,
  PROP_LENIENT,
  PROP_PROPERTY_ORDER,
  PROP_STYLE,
  PROP_MAX_WHITE_SPACE,
  PROP_REFERENCES,
  PROP_MAX_STATES,
  PROP_MAX_MEMORY,
  PROP_DEADLINE,
  PROP_ANNOTATIONS,
  PROP_DROPPED,
  PROP_N_STATES,
  PROP_MEMORY,
  N_PROPS
};

enum
{
  SIGNAL_RESOLVE_REFERENCE,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void genlm_json_schema_initable_iface_init  (GInitableIface          *iface);
static void genlm_json_schema_potential_iface_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmJsonSchema, genlm_json_schema, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE,
                                                      genlm_json_schema_initable_iface_init)
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL,
                                                      genlm_json_schema_potential_iface_init))

static void
prefix_label (GenlmJsonSchema  *self,
              GError          **error)
{
  g_autofree char *label = genlm_element_dup_label (G_OBJECT (self));

  g_prefix_error (error, "%s: ", label);
}

/* One of the words a property may be, by its place in the list. */
static gboolean
read_choice (const char         *property,
             const char         *value,
             const char *const  *choices,
             guint              *choice,
             GError            **error)
{
  g_autofree char *list = NULL;

  for (*choice = 0; choices[*choice] != NULL; (*choice)++)
    if (g_strcmp0 (value, choices[*choice]) == 0)
      return TRUE;
  list = g_strjoinv (", ", (char **) choices);
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
               "The property “%s” is “%s”; it is one of %s", property, value, list);
  return FALSE;
}

/* A document that a reference names: one of the property, or what a handler
 * of the signal gives. */
static GBytes *
resolve (const char  *uri,
         gpointer     user_data,
         GError     **error)
{
  GenlmJsonSchema *self = user_data;
  g_autofree char *text = NULL;

  if (self->references == NULL || !g_variant_lookup (self->references, uri, "s", &text))
    g_signal_emit (self, signals[SIGNAL_RESOLVE_REFERENCE], 0, uri, &text);
  if (text == NULL)
    return NULL;
  return g_bytes_new (text, strlen (text));
}

static gboolean
read_schema_options (GenlmJsonSchema     *self,
                     GenlmSchemaOptions  *options,
                     GError             **error)
{
  static const char *const drafts[] = { "auto", "4", "6", "7", "2019-09", "2020-12", NULL };
  static const char *const formats[] = { "assert", "annotate", NULL };
  guint draft;
  guint format;

  if (!read_choice ("draft", self->draft, drafts, &draft, error)
      || !read_choice ("format", self->format, formats, &format, error))
    return FALSE;
  *options = (GenlmSchemaOptions) {
    .draft = GENLM_SCHEMA_DRAFT_ANY + draft,
    .lenient = self->lenient,
    .annotate_formats = format == 1,
    .resolver = resolve,
    .resolver_data = self,
    .limits = self->limits,
  };
  return TRUE;
}

static gboolean
read_machine_options (GenlmJsonSchema          *self,
                      GenlmJsonMachineOptions  *options,
                      GError                  **error)
{
  static const char *const orders[] = { "any", "schema", "required-first", NULL };
  static const char *const styles[] = { "standard", "genlm", NULL };
  guint order;
  guint style;

  if (!read_choice ("property-order", self->property_order, orders, &order, error)
      || !read_choice ("style", self->style, styles, &style, error))
    return FALSE;
  *options = (GenlmJsonMachineOptions) {
    .order = GENLM_JSON_ORDER_ANY + order,
    .narrow = style == 1,
    .max_spaces = self->max_white_space,
    .limits = self->limits,
  };
  return TRUE;
}

/* The text of the schema, wherever it is. */
static char *
load_text (GenlmJsonSchema  *self,
           GCancellable     *cancellable,
           gsize            *length,
           GError          **error)
{
  g_autoptr (GFile) file = NULL;
  char *text;

  if ((self->text == NULL) == (self->file == NULL))
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "%s of the properties “schema” and “file” is set; set one of them, to the text of "
                   "the schema or to where it is",
                   self->text == NULL ? "None" : "Each");
      return NULL;
    }
  if (self->text != NULL)
    {
      *length = strlen (self->text);
      return g_strdup (self->text);
    }
  file = g_file_new_for_path (self->file);
  return g_file_load_contents (file, cancellable, &text, length, NULL, error) ? text : NULL;
}

static GenlmByteMachine *
compile (GenlmJsonSchema  *self,
         GCancellable     *cancellable,
         GError          **error)
{
  GenlmSchemaOptions schema_options;
  GenlmJsonMachineOptions machine_options;
  g_autofree char *text = NULL;
  gsize length;

  if (!read_schema_options (self, &schema_options, error)
      || !read_machine_options (self, &machine_options, error))
    return NULL;
  text = load_text (self, cancellable, &length, error);
  if (text == NULL)
    return NULL;
  self->schema = genlm_schema_new (text, (gssize) length, &schema_options, error);
  return self->schema != NULL ? genlm_json_machine_new (self->schema, &machine_options, error) : NULL;
}

static gboolean
genlm_json_schema_initable_real_init (GInitable     *initable,
                                      GCancellable  *cancellable,
                                      GError       **error)
{
  GenlmJsonSchema *self = GENLM_JSON_SCHEMA (initable);
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GenlmVocab) vocab = NULL;

  if (self->matcher != NULL)
    return TRUE;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  machine = compile (self, cancellable, error);
  if (machine == NULL)
    {
      prefix_label (self, error);
      return FALSE;
    }
  g_object_get (self, "vocab", &vocab, NULL);
  self->matcher = genlm_byte_matcher_new (machine, vocab != NULL ? vocab : genlm_vocab_bytes ());
  return TRUE;
}

/* There is none before the schema is compiled, so that nothing can be asked of
 * an element that was not initialised. */
static GenlmVocab *
genlm_json_schema_get_vocab (GenlmPotential *potential)
{
  GenlmJsonSchema *self = GENLM_JSON_SCHEMA (potential);

  return self->matcher != NULL ? genlm_byte_matcher_get_vocab (self->matcher) : NULL;
}

static gboolean
genlm_json_schema_weigh_prefix (GenlmPotential  *potential,
                                GenlmContext    *context,
                                double          *out,
                                GError         **error)
{
  GenlmJsonSchema *self = GENLM_JSON_SCHEMA (potential);

  if (genlm_byte_matcher_weigh (self->matcher, context, out, NULL, error))
    return TRUE;
  prefix_label (self, error);
  return FALSE;
}

static gboolean
genlm_json_schema_weigh_complete (GenlmPotential  *potential,
                                  GenlmContext    *context,
                                  double          *out,
                                  GError         **error)
{
  GenlmJsonSchema *self = GENLM_JSON_SCHEMA (potential);

  if (genlm_byte_matcher_weigh (self->matcher, context, NULL, out, error))
    return TRUE;
  prefix_label (self, error);
  return FALSE;
}

static GenlmTokenSet *
genlm_json_schema_weigh_mask (GenlmPotential  *potential,
                              GenlmContext    *context,
                              GError         **error)
{
  GenlmJsonSchema *self = GENLM_JSON_SCHEMA (potential);
  GenlmTokenSet *mask = genlm_byte_matcher_dup_mask (self->matcher, context, error);

  if (mask == NULL)
    prefix_label (self, error);
  return mask;
}

static GenlmWeights *
genlm_json_schema_weigh_next (GenlmPotential  *potential,
                              GenlmContext    *context,
                              GError         **error)
{
  GenlmJsonSchema *self = GENLM_JSON_SCHEMA (potential);
  GenlmWeights *weights = genlm_byte_matcher_dup_weights (self->matcher, context, error);

  if (weights == NULL)
    prefix_label (self, error);
  return weights;
}

/* Another face of the same machine. Takes the matcher. */
static GenlmPotential *
make_sibling (GenlmJsonSchema  *self,
              GenlmByteMatcher *matcher)
{
  GenlmVocab *vocab = genlm_byte_matcher_get_vocab (matcher);
  gboolean is_bytes = genlm_vocab_get_kind (vocab) == GENLM_VOCAB_KIND_BYTES;
  GenlmJsonSchema *sibling;

  sibling = g_object_new (GENLM_TYPE_JSON_SCHEMA,
                          "name", genlm_potential_base_get_name (GENLM_POTENTIAL_BASE (self)),
                          "timeout", genlm_potential_base_get_timeout (GENLM_POTENTIAL_BASE (self)),
                          "vocab", is_bytes ? NULL : vocab,
                          "schema", self->text,
                          "file", self->file,
                          "draft", self->draft,
                          "format", self->format,
                          "lenient", self->lenient,
                          "property-order", self->property_order,
                          "style", self->style,
                          "max-white-space", self->max_white_space,
                          "references", self->references,
                          "max-states", self->limits.max_states,
                          "max-memory", self->limits.max_memory,
                          "deadline", self->limits.deadline,
                          NULL);
  sibling->schema = genlm_schema_ref (self->schema);
  sibling->matcher = matcher;
  return GENLM_POTENTIAL (sibling);
}

static gboolean
check_ready (GenlmJsonSchema  *self,
             const char       *what,
             GError          **error)
{
  if (self->matcher != NULL)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY,
               "Failed to %s: the schema was not compiled; initialise the element first", what);
  prefix_label (self, error);
  return FALSE;
}

static GenlmPotential *
genlm_json_schema_make_spawn (GenlmPotential  *potential,
                              GError         **error)
{
  GenlmJsonSchema *self = GENLM_JSON_SCHEMA (potential);

  if (!check_ready (self, "spawn", error))
    return NULL;
  return make_sibling (self, genlm_byte_matcher_ref (self->matcher));
}

static GenlmPotential *
genlm_json_schema_make_coerced (GenlmPotential  *potential,
                                GenlmVocab      *target,
                                GError         **error)
{
  GenlmJsonSchema *self = GENLM_JSON_SCHEMA (potential);

  if (!check_ready (self, "coerce", error))
    return NULL;
  return make_sibling (self, genlm_byte_matcher_coerce (self->matcher, target));
}

static void
genlm_json_schema_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  GenlmJsonSchema *self = GENLM_JSON_SCHEMA (object);

  switch (prop_id)
    {
    case PROP_SCHEMA:
      self->text = g_value_dup_string (value);
      break;
    case PROP_FILE:
      self->file = g_value_dup_string (value);
      break;
    case PROP_DRAFT:
      self->draft = g_value_dup_string (value);
      break;
    case PROP_FORMAT:
      self->format = g_value_dup_string (value);
      break;
    case PROP_LENIENT:
      self->lenient = g_value_get_boolean (value);
      break;
    case PROP_PROPERTY_ORDER:
      self->property_order = g_value_dup_string (value);
      break;
    case PROP_STYLE:
      self->style = g_value_dup_string (value);
      break;
    case PROP_MAX_WHITE_SPACE:
      self->max_white_space = g_value_get_uint (value);
      break;
    case PROP_REFERENCES:
      self->references = g_value_dup_variant (value);
      break;
    case PROP_MAX_STATES:
      self->limits.max_states = g_value_get_uint (value);
      break;
    case PROP_MAX_MEMORY:
      self->limits.max_memory = g_value_get_uint64 (value);
      break;
    case PROP_DEADLINE:
      self->limits.deadline = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* The notes as "#/pointer: reason". */
static char **
dup_notes (const GenlmSchemaNote *notes,
           gsize                  n_notes)
{
  char **list = g_new0 (char *, n_notes + 1);
  gsize i;

  for (i = 0; i < n_notes; i++)
    list[i] = g_strdup_printf ("%s: %s", notes[i].pointer, notes[i].reason);
  return list;
}

static char **
dup_annotations (GenlmJsonSchema *self)
{
  gsize n;
  const GenlmSchemaNote *notes;

  if (self->schema == NULL)
    return NULL;
  notes = genlm_schema_peek_annotations (self->schema, &n);
  return dup_notes (notes, n);
}

static char **
dup_dropped (GenlmJsonSchema *self)
{
  gsize n;
  const GenlmSchemaNote *notes;

  if (self->schema == NULL)
    return NULL;
  notes = genlm_schema_peek_dropped (self->schema, &n);
  return dup_notes (notes, n);
}

static void
genlm_json_schema_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  GenlmJsonSchema *self = GENLM_JSON_SCHEMA (object);
  GenlmByteMachine *machine = NULL;

  if (self->matcher != NULL)
    machine = genlm_byte_matcher_get_machine (self->matcher);
  switch (prop_id)
    {
    case PROP_SCHEMA:
      g_value_set_string (value, self->text);
      break;
    case PROP_FILE:
      g_value_set_string (value, self->file);
      break;
    case PROP_DRAFT:
      g_value_set_string (value, self->draft);
      break;
    case PROP_FORMAT:
      g_value_set_string (value, self->format);
      break;
    case PROP_LENIENT:
      g_value_set_boolean (value, self->lenient);
      break;
    case PROP_PROPERTY_ORDER:
      g_value_set_string (value, self->property_order);
      break;
    case PROP_STYLE:
      g_value_set_string (value, self->style);
      break;
    case PROP_MAX_WHITE_SPACE:
      g_value_set_uint (value, self->max_white_space);
      break;
    case PROP_REFERENCES:
      g_value_set_variant (value, self->references);
      break;
    case PROP_MAX_STATES:
      g_value_set_uint (value, self->limits.max_states);
      break;
    case PROP_MAX_MEMORY:
      g_value_set_uint64 (value, self->limits.max_memory);
      break;
    case PROP_DEADLINE:
      g_value_set_uint (value, self->limits.deadline);
      break;
    case PROP_ANNOTATIONS:
      g_value_take_boxed (value, dup_annotations (self));
      break;
    case PROP_DROPPED:
      g_value_take_boxed (value, dup_dropped (self));
      break;
    case PROP_N_STATES:
      g_value_set_uint (value, machine != NULL ? genlm_json_machine_get_n_states (machine) : 0);
      break;
    case PROP_MEMORY:
      g_value_set_uint64 (value, machine != NULL ? genlm_json_machine_get_memory (machine) : 0);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_json_schema_finalize (GObject *object)
{
  GenlmJsonSchema *self = GENLM_JSON_SCHEMA (object);

  g_clear_pointer (&self->matcher, genlm_byte_matcher_unref);
  g_clear_pointer (&self->schema, genlm_schema_unref);
  g_clear_pointer (&self->references, g_variant_unref);
  g_free (self->style);
  g_free (self->property_order);
  g_free (self->format);
  g_free (self->draft);
  g_free (self->file);
  g_free (self->text);

  G_OBJECT_CLASS (genlm_json_schema_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  GParamFlags told = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  properties[PROP_SCHEMA] =
    g_param_spec_string ("schema", "Schema", "The text of the schema; unset if there is a file", NULL,
                         flags);
  properties[PROP_FILE] =
    g_param_spec_string ("file", "File", "The file that the text of the schema is in", NULL,
                         flags | GENLM_PARAM_FILE);
  properties[PROP_DRAFT] =
    g_param_spec_string ("draft", "Draft",
                         "The draft to read the schema by: auto (what “$schema” says, otherwise "
                         "2020-12), 4, 6, 7, 2019-09 or 2020-12",
                         "auto", flags);
  properties[PROP_FORMAT] =
    g_param_spec_string ("format", "Format",
                         "What the keyword “format” does: assert that strings have the format, or "
                         "annotate them only",
                         "assert", flags);
  properties[PROP_LENIENT] =
    g_param_spec_boolean ("lenient", "Lenient",
                          "Whether keywords that cannot be enforced are dropped and listed, rather "
                          "than refused",
                          FALSE, flags);
  properties[PROP_PROPERTY_ORDER] =
    g_param_spec_string ("property-order", "Property order",
                         "How the properties of objects may follow each other: any, schema (as the "
                         "schemas have them, others last) or required-first",
                         "any", flags);
  properties[PROP_STYLE] =
    g_param_spec_string ("style", "Style",
                         "How JSON is written: standard, or genlm for the narrow style of the "
                         "reference: no properties beside those that a schema lists, unless it says "
                         "more, 1.0 is no integer, spaces and single newlines only",
                         "standard", flags);
  properties[PROP_MAX_WHITE_SPACE] =
    g_param_spec_uint ("max-white-space", "Maximum of white space",
                       "How many characters of white space may stand between two tokens of JSON", 0,
                       GENLM_JSON_MACHINE_MAX_SPACES, GENLM_JSON_MACHINE_DEFAULT_MAX_SPACES, flags);
  properties[PROP_REFERENCES] =
    g_param_spec_variant ("references", "References",
                          "The documents that remote references name, by their URI",
                          G_VARIANT_TYPE ("a{ss}"), NULL, flags);
  properties[PROP_MAX_STATES] =
    g_param_spec_uint ("max-states", "Maximum of states",
                       "How many states the machine, and each automaton in it, may have before it "
                       "fails",
                       1, G_MAXUINT, GENLM_ENGINE_DEFAULT_MAX_STATES, flags);
  properties[PROP_MAX_MEMORY] =
    g_param_spec_uint64 ("max-memory", "Maximum of memory",
                         "How many bytes the machine may take before it fails; as many again are "
                         "used for masks at most",
                         1, G_MAXUINT64, GENLM_ENGINE_DEFAULT_MAX_MEMORY, flags);
  properties[PROP_DEADLINE] =
    g_param_spec_uint ("deadline", "Deadline",
                       "How many milliseconds building an automaton may take; 0 for any number", 0,
                       G_MAXUINT, GENLM_ENGINE_DEFAULT_DEADLINE, flags);
  properties[PROP_ANNOTATIONS] =
    g_param_spec_boxed ("annotations", "Annotations",
                        "Keywords and formats that no draft knows, which mean nothing: where they "
                        "stand, and why",
                        G_TYPE_STRV, told);
  properties[PROP_DROPPED] =
    g_param_spec_boxed ("dropped", "Dropped",
                        "Keywords that were dropped, being lenient: where they stand, and why",
                        G_TYPE_STRV, told);
  properties[PROP_N_STATES] =
    g_param_spec_uint ("n-states", "Number of states", "How many states the machine has so far", 0,
                       G_MAXUINT, 0, told);
  properties[PROP_MEMORY] =
    g_param_spec_uint64 ("memory", "Memory", "How many bytes the machine takes so far", 0,
                         G_MAXUINT64, 0, told);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
genlm_json_schema_class_init (GenlmJsonSchemaClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GenlmPotentialBaseClass *base_class = GENLM_POTENTIAL_BASE_CLASS (klass);

  object_class->set_property = genlm_json_schema_set_property;
  object_class->get_property = genlm_json_schema_get_property;
  object_class->finalize = genlm_json_schema_finalize;

  install_properties (object_class);

  /* Asked for the text of a document that a reference names by its URI and
   * that is not among the references; the first answer that is not NULL
   * counts. Emitted while the element is initialised, on the same thread. */
  signals[SIGNAL_RESOLVE_REFERENCE] =
    g_signal_new ("resolve-reference", GENLM_TYPE_JSON_SCHEMA, G_SIGNAL_RUN_LAST, 0,
                  g_signal_accumulator_first_wins, NULL, NULL, G_TYPE_STRING, 1, G_TYPE_STRING);

  genlm_potential_base_class_set_metadata (
    base_class, "JSON Schema", "Potential/Constraint",
    "Allows the JSON texts that a JSON Schema holds of, and what may still become one of them",
    "genlm-glib");
  genlm_potential_base_class_set_traits (base_class, GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE
                                                       | GENLM_TRAITS_BOOLEAN | GENLM_TRAITS_MASKS);
}

static void
genlm_json_schema_init (GenlmJsonSchema *self)
{
}

static void
genlm_json_schema_initable_iface_init (GInitableIface *iface)
{
  iface->init = genlm_json_schema_initable_real_init;
}

static void
genlm_json_schema_potential_iface_init (GenlmPotentialInterface *iface)
{
  iface->get_vocab = genlm_json_schema_get_vocab;
  iface->weigh_prefix = genlm_json_schema_weigh_prefix;
  iface->weigh_complete = genlm_json_schema_weigh_complete;
  iface->weigh_next = genlm_json_schema_weigh_next;
  iface->weigh_mask = genlm_json_schema_weigh_mask;
  iface->make_spawn = genlm_json_schema_make_spawn;
  iface->make_coerced = genlm_json_schema_make_coerced;
}

GENLM_ELEMENT_REGISTER_DEFINE (json_schema, "json-schema", GENLM_RANK_PRIMARY, GENLM_TYPE_JSON_SCHEMA)
