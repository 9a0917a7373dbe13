/* A JSON Schema as a Boolean potential: weight one for the JSON texts that it
 * holds of, and for what may still become one. The machine that judges it, over
 * bytes, is the engine's; this is its face. */

#include "genlm-json-schema.h"

#include <string.h>

#include "genlm-json-machine.h"

struct _GenlmJsonSchema
{
  GenlmBytePotential  parent_instance;

  gboolean            lenient;
  guint               max_white_space;
  GVariant           *references;
};

enum
{
  PROP_SCHEMA = 1,
  PROP_FILE,
  PROP_DRAFT,
  PROP_FORMAT,
  PROP_PROPERTY_ORDER,
  PROP_STYLE,
  PROP_SPELLING,
  PROP_LENIENT = GENLM_BYTE_POTENTIAL_OWN_PROPS,
  PROP_MAX_WHITE_SPACE,
  PROP_REFERENCES,
  PROP_ANNOTATIONS,
  PROP_DROPPED
};

enum
{
  SIGNAL_RESOLVE_REFERENCE,
  N_SIGNALS
};

/* In the order of the engine's constants. */
static const char *const drafts[] = { "auto", "4", "6", "7", "2019-09", "2020-12", NULL };
static const char *const formats[] = { "assert", "annotate", NULL };
static const char *const orders[] = { "any", "schema", "required-first", NULL };
static const char *const styles[] = { "standard", "genlm", NULL };
static const char *const spellings[] = { "any", "plain", NULL };

static const GenlmByteOption options[] = {
  { "schema", "Schema", "The text of the schema; unset if there is a file" },
  { "file", "File", "The file that the text of the schema is in", .flags = GENLM_PARAM_FILE },
  { "draft", "Draft",
    "The draft to read the schema by: auto (what “$schema” says, otherwise 2020-12), 4, 6, 7, 2019-09 "
    "or 2020-12",
    "auto", drafts },
  { "format", "Format",
    "What the keyword “format” does: assert that strings have the format, or annotate them only",
    "assert", formats },
  { "property-order", "Property order",
    "How the properties of objects may follow each other: any, schema (as the schemas have them, others "
    "last) or required-first",
    "any", orders },
  { "style", "Style",
    "How JSON is written: standard, or genlm for the narrow style of the reference: no properties beside "
    "those that a schema lists, unless it says more, 1.0 is no integer, spaces and single newlines only",
    "standard", styles },
  { "spelling", "Spelling",
    "How strings and numbers may be written: any, or plain: escapes only where JSON needs them, and the "
    "short ones where there are any; numbers without an exponent, without a sign before zero, and without "
    "a point where only integers may stand",
    "any", spellings },
};

static const GenlmByteLimitBlurbs limits = {
  .max_states = "How many states the machine, and each automaton in it, may have before it fails",
  .max_memory = "How many bytes the machine may take before it fails; as many again are used for masks "
                "at most",
  .deadline = "How many milliseconds building an automaton may take; 0 for any number",
  .n_states = "How many states the machine has so far",
  .memory = "How many bytes the machine takes so far",
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GenlmJsonSchema, genlm_json_schema, GENLM_TYPE_BYTE_POTENTIAL)

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

/* Of several handlers the first that knows the document has the word. */
static gboolean
take_document (GSignalInvocationHint *hint,
               GValue                *result,
               const GValue          *answer,
               gpointer               user_data)
{
  if (g_value_get_string (answer) == NULL)
    return TRUE;
  g_value_copy (answer, result);
  return FALSE;
}

static GenlmSchema *
load_schema (GenlmJsonSchema  *self,
             GCancellable     *cancellable,
             GError          **error)
{
  GenlmBytePotential *base = GENLM_BYTE_POTENTIAL (self);
  GenlmSchemaOptions schema_options = {
    .draft = GENLM_SCHEMA_DRAFT_ANY + genlm_byte_potential_get_choice (base, PROP_DRAFT),
    .lenient = self->lenient,
    .annotate_formats = genlm_byte_potential_get_choice (base, PROP_FORMAT) == 1,
    .resolver = resolve,
    .resolver_data = self,
    .limits = *genlm_byte_potential_peek_limits (base),
  };
  g_autoptr (GBytes) text = NULL;
  gsize length;
  const char *data;

  text = genlm_byte_potential_load_text (base, PROP_SCHEMA, PROP_FILE, cancellable, error);
  if (text == NULL)
    return NULL;
  data = g_bytes_get_data (text, &length);
  return genlm_schema_new (data, (gssize) length, &schema_options, error);
}

static GenlmByteMachine *
genlm_json_schema_compile (GenlmBytePotential  *base,
                           GCancellable        *cancellable,
                           GError             **error)
{
  GenlmJsonSchema *self = GENLM_JSON_SCHEMA (base);
  GenlmJsonMachineOptions machine_options = {
    .order = GENLM_JSON_ORDER_ANY + genlm_byte_potential_get_choice (base, PROP_PROPERTY_ORDER),
    .spelling = GENLM_JSON_SPELLING_ANY + genlm_byte_potential_get_choice (base, PROP_SPELLING),
    .narrow = genlm_byte_potential_get_choice (base, PROP_STYLE) == 1,
    .max_spaces = self->max_white_space,
    .limits = *genlm_byte_potential_peek_limits (base),
  };
  g_autoptr (GenlmSchema) schema = load_schema (self, cancellable, error);

  return schema != NULL ? genlm_json_machine_new (schema, &machine_options, error) : NULL;
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
    case PROP_LENIENT:
      self->lenient = g_value_get_boolean (value);
      break;
    case PROP_MAX_WHITE_SPACE:
      self->max_white_space = g_value_get_uint (value);
      break;
    case PROP_REFERENCES:
      self->references = g_value_dup_variant (value);
      break;
    default:
      G_OBJECT_CLASS (genlm_json_schema_parent_class)->set_property (object, prop_id, value, pspec);
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

/* NULL before the schema is compiled. */
static char **
dup_told (GenlmJsonSchema       *self,
          const GenlmSchemaNote *(*peek) (const GenlmSchema *schema,
                                          gsize             *n_notes))
{
  GenlmByteMachine *machine = genlm_byte_potential_get_machine (GENLM_BYTE_POTENTIAL (self));
  const GenlmSchemaNote *notes;
  gsize n;

  if (machine == NULL)
    return NULL;
  notes = peek (genlm_json_machine_get_schema (machine), &n);
  return dup_notes (notes, n);
}

static void
genlm_json_schema_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  GenlmJsonSchema *self = GENLM_JSON_SCHEMA (object);

  switch (prop_id)
    {
    case PROP_LENIENT:
      g_value_set_boolean (value, self->lenient);
      break;
    case PROP_MAX_WHITE_SPACE:
      g_value_set_uint (value, self->max_white_space);
      break;
    case PROP_REFERENCES:
      g_value_set_variant (value, self->references);
      break;
    case PROP_ANNOTATIONS:
      g_value_take_boxed (value, dup_told (self, genlm_schema_peek_annotations));
      break;
    case PROP_DROPPED:
      g_value_take_boxed (value, dup_told (self, genlm_schema_peek_dropped));
      break;
    default:
      G_OBJECT_CLASS (genlm_json_schema_parent_class)->get_property (object, prop_id, value, pspec);
    }
}

static void
genlm_json_schema_finalize (GObject *object)
{
  GenlmJsonSchema *self = GENLM_JSON_SCHEMA (object);

  g_clear_pointer (&self->references, g_variant_unref);

  G_OBJECT_CLASS (genlm_json_schema_parent_class)->finalize (object);
}

static void
install_own_properties (GObjectClass *object_class)
{
  GParamFlags set = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  GParamFlags told = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  g_object_class_install_property (
    object_class, PROP_LENIENT,
    g_param_spec_boolean ("lenient", "Lenient",
                          "Whether keywords that cannot be enforced are dropped and listed, rather "
                          "than refused",
                          FALSE, set));
  g_object_class_install_property (
    object_class, PROP_MAX_WHITE_SPACE,
    g_param_spec_uint ("max-white-space", "Maximum of white space",
                       "How many characters of white space may stand between two tokens of JSON", 0,
                       GENLM_JSON_MACHINE_MAX_SPACES, GENLM_JSON_MACHINE_DEFAULT_MAX_SPACES, set));
  g_object_class_install_property (
    object_class, PROP_REFERENCES,
    g_param_spec_variant ("references", "References",
                          "The documents that remote references name, by their URI",
                          G_VARIANT_TYPE ("a{ss}"), NULL, set));
  g_object_class_install_property (
    object_class, PROP_ANNOTATIONS,
    g_param_spec_boxed ("annotations", "Annotations",
                        "Keywords and formats that no draft knows, which mean nothing: where they "
                        "stand, and why",
                        G_TYPE_STRV, told));
  g_object_class_install_property (
    object_class, PROP_DROPPED,
    g_param_spec_boxed ("dropped", "Dropped",
                        "Keywords that were dropped, being lenient: where they stand, and why",
                        G_TYPE_STRV, told));
}

static void
genlm_json_schema_class_init (GenlmJsonSchemaClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GenlmPotentialBaseClass *base_class = GENLM_POTENTIAL_BASE_CLASS (klass);

  object_class->set_property = genlm_json_schema_set_property;
  object_class->get_property = genlm_json_schema_get_property;
  object_class->finalize = genlm_json_schema_finalize;

  klass->parent_class.subject = "schema";
  klass->parent_class.compile = genlm_json_schema_compile;
  genlm_byte_potential_class_install_options (&klass->parent_class, options, G_N_ELEMENTS (options));
  genlm_byte_potential_class_install_limits (&klass->parent_class, &limits);
  install_own_properties (object_class);

  /* Asked for the text of a document that a reference names by its URI and
   * that is not among the references; the first answer that is not NULL
   * counts. Emitted while the element is initialised, on the same thread. */
  signals[SIGNAL_RESOLVE_REFERENCE] =
    g_signal_new ("resolve-reference", GENLM_TYPE_JSON_SCHEMA, G_SIGNAL_RUN_LAST, 0,
                  take_document, NULL, NULL, G_TYPE_STRING, 1, G_TYPE_STRING);

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

GENLM_ELEMENT_REGISTER_DEFINE (json_schema, "json-schema", GENLM_RANK_PRIMARY, GENLM_TYPE_JSON_SCHEMA)
