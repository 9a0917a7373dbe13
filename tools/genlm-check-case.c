/* One constraint of a set and its instances: builds the constraint, walks every
 * instance through it byte by byte and token by token, and compares what came
 * out with what should. */
#include "genlm-check-case.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "genlm-check-vocab.h"

/* How many steps are made between looks at the clock. */
#define STEPS_PER_LOOK 64u

/* What is being done: the case, its potentials, and what goes into the result. */
typedef struct
{
  const GenlmCheckSetup *setup;
  GenlmCheckResult      *result;
  GVariant              *properties;
  GenlmPotential        *bytes;
  GenlmPotential        *tokens;   /* the same over the vocabulary */
  gint64                 deadline;
} Case;

/* One instance. */
typedef struct
{
  gboolean  valid;
  GString  *text;    /* NULL until it is known */
  GArray   *tokens;  /* guint32, or NULL */
} Instance;

/* Where a walk ended. */
typedef struct
{
  gboolean accepted;
  gsize    position;  /* bytes that were accepted as a prefix */
} Outcome;

static void
case_clear (Case *self)
{
  g_clear_object (&self->tokens);
  g_clear_object (&self->bytes);
  g_clear_pointer (&self->properties, g_variant_unref);
}

static void
instance_clear (Instance *self)
{
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  g_clear_pointer (&self->tokens, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Instance, instance_clear)

const char *
genlm_check_verdict_to_string (GenlmCheckVerdict verdict)
{
  static const char *const names[] = { "right", "too-lax", "too-strict", "refused", "limit" };

  return names[verdict];
}

/* The property that takes the constraint itself, as text or as the name of a
 * file; NULL if it cannot. */
const char *
genlm_check_source_property (const char *element,
                             gboolean    as_file)
{
  static const struct
  {
    const char *element;
    const char *text;
    const char *file;
  } sources[] = {
    { "json-schema", "schema", "file" },
    { "cfg", "grammar", "file" },
    { "wcfg", "grammar", "file" },
    { "regex", "pattern", NULL },
    { "wfsa", "text", "file" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sources); i++)
    if (strcmp (sources[i].element, element) == 0)
      return as_file ? sources[i].file : sources[i].text;
  return NULL;
}

/* The JSON Pointer that the message of a schema starts with, after the element's
 * label: “…: #/…: …”. NULL if there is none. */
char *
genlm_check_dup_pointer (const char *message)
{
  const char *start = strstr (message, ": ");
  const char *end = start != NULL ? strstr (start + 2, ": ") : NULL;
  g_autofree char *place = NULL;

  if (end == NULL)
    return NULL;
  place = g_strndup (start + 2, end - start - 2);
  return strchr (place, '#') != NULL ? g_steal_pointer (&place) : NULL;
}

static double
now_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static void
set_verdict (Case              *self,
             GenlmCheckVerdict  verdict,
             const char        *format,
             ...) G_GNUC_PRINTF (3, 4);

/* The first finding stays, except that what is too lax matters more than
 * anything. */
static void
set_verdict (Case              *self,
             GenlmCheckVerdict  verdict,
             const char        *format,
             ...)
{
  va_list arguments;

  if (self->result->verdict != GENLM_CHECK_RIGHT && verdict != GENLM_CHECK_TOO_LAX)
    return;
  if (self->result->verdict == GENLM_CHECK_TOO_LAX)
    return;
  self->result->verdict = verdict;
  g_free (self->result->reason);
  va_start (arguments, format);
  self->result->reason = g_strdup_vprintf (format, arguments);
  va_end (arguments);
}

/* Takes the error. */
static void
set_failed (Case   *self,
            GError *error)
{
  gboolean limit = g_error_matches (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT)
                   || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);

  self->result->pointer = genlm_check_dup_pointer (error->message);
  set_verdict (self, limit ? GENLM_CHECK_LIMIT : GENLM_CHECK_REFUSED, "%s", error->message);
  g_error_free (error);
}

static gboolean
look_at_clock (Case    *self,
               GError **error)
{
  if (g_cancellable_set_error_if_cancelled (self->setup->cancellable, error))
    return FALSE;
  if (g_get_monotonic_time () <= self->deadline)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
               "Building the constraint and walking its instances took longer than %g s",
               self->setup->max_seconds);
  return FALSE;
}

/* What plugins learn of a vocabulary they keep beside it; the first mask of all
 * does not count for the constraint that asks for it. */
static void
learn_vocab (const GenlmCheckSetup *setup,
             GenlmPotential        *potential)
{
  static gsize learnt;
  g_autoptr (GenlmPotential) tokens = NULL;
  g_autoptr (GenlmContext) context = NULL;
  g_autoptr (GenlmWeights) weights = NULL;

  if (!g_once_init_enter (&learnt))
    return;
  tokens = genlm_potential_coerce (potential, setup->vocab, NULL);
  context = genlm_context_new ();
  if (tokens != NULL)
    weights = genlm_potential_logw_next_sync (tokens, context, NULL, NULL);
  g_once_init_leave (&learnt, 1);
}

/* Builds the constraint, and lets go of the one before. */
static gboolean
build (Case    *self,
       GError **error)
{
  double start = now_us ();
  g_autoptr (GenlmPotential) potential = NULL;

  g_clear_object (&self->tokens);
  g_clear_object (&self->bytes);
  potential = genlm_element_make (self->setup->element, self->properties, error);
  self->result->compile_us = now_us () - start;
  if (potential == NULL)
    return FALSE;
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (potential), "annotations") != NULL
      && self->result->annotations == NULL)
    g_object_get (potential, "annotations", &self->result->annotations, NULL);
  self->bytes = g_steal_pointer (&potential);
  if (self->setup->vocab == NULL)
    return TRUE;
  learn_vocab (self->setup, self->bytes);
  self->tokens = genlm_potential_coerce (self->bytes, self->setup->vocab, error);
  return self->tokens != NULL;
}

static gboolean
walk_bytes (Case          *self,
            const GString *text,
            Outcome       *outcome,
            GError       **error)
{
  g_autoptr (GenlmContext) context = genlm_context_new ();
  double weight = genlm_potential_prefix_sync (self->bytes, context, NULL, error);

  outcome->accepted = FALSE;
  for (outcome->position = 0; outcome->position < text->len; outcome->position++)
    {
      g_autoptr (GenlmContext) last = g_steal_pointer (&context);

      if (isnan (weight))
        return FALSE;
      if (weight == -INFINITY)
        return TRUE;
      if (outcome->position % STEPS_PER_LOOK == 0 && !look_at_clock (self, error))
        return FALSE;
      context = genlm_context_append (last, (guint8) text->str[outcome->position]);
      weight = genlm_potential_prefix_sync (self->bytes, context, NULL, error);
      if (weight == -INFINITY)
        return TRUE;
    }
  if (isnan (weight))
    return FALSE;
  weight = genlm_potential_complete_sync (self->bytes, context, NULL, error);
  outcome->accepted = weight > -INFINITY;
  return !isnan (weight);
}

/* Whether a token may follow; measures the mask. */
static gboolean
ask_mask (Case          *self,
          GenlmContext  *context,
          guint32        token,
          gboolean      *allowed,
          GError       **error)
{
  gboolean boolean = (genlm_potential_get_traits (self->tokens) & GENLM_TRAITS_BOOLEAN) != 0;
  double start = now_us ();
  g_autoptr (GenlmTokenSet) mask = NULL;
  g_autoptr (GenlmWeights) weights = NULL;
  float duration;

  if (boolean)
    mask = genlm_potential_mask_next_sync (self->tokens, context, NULL, error);
  else
    weights = genlm_potential_logw_next_sync (self->tokens, context, NULL, error);
  duration = now_us () - start;
  g_array_append_val (self->result->mask_us, duration);
  if (mask != NULL)
    *allowed = genlm_token_set_contains (mask, token);
  else if (weights != NULL)
    *allowed = genlm_weights_get (weights, token) > -INFINITY;
  return mask != NULL || weights != NULL;
}

static gboolean
walk_tokens (Case         *self,
             const GArray *tokens,
             Outcome      *outcome,
             GError      **error)
{
  g_autoptr (GenlmContext) context = genlm_context_new ();
  double weight = genlm_potential_prefix_sync (self->tokens, context, NULL, error);
  gboolean allowed = weight > -INFINITY;
  guint i;

  outcome->accepted = FALSE;
  outcome->position = 0;
  if (isnan (weight))
    return FALSE;
  for (i = 0; allowed && i <= tokens->len; i++)
    {
      g_autoptr (GenlmContext) last = g_steal_pointer (&context);
      guint32 token = i < tokens->len ? g_array_index (tokens, guint32, i)
                                      : genlm_vocab_get_eos (self->setup->vocab);
      gsize length = 0;

      if (i % STEPS_PER_LOOK == 0 && !look_at_clock (self, error))
        return FALSE;
      if (!ask_mask (self, last, token, &allowed, error))
        return FALSE;
      if (!allowed || i == tokens->len)
        break;
      context = genlm_context_append (last, token);
      genlm_vocab_peek_token (self->setup->vocab, token, &length);
      outcome->position += length;
    }
  outcome->accepted = allowed;
  return TRUE;
}

/* A few characters around a position, to find it by. */
static char *
dup_surroundings (const GString *text,
                  gsize          position)
{
  gsize start = position > 24 ? position - 24 : 0;
  g_autofree char *before = g_strndup (text->str + start, position - start);
  g_autofree char *after = g_strndup (text->str + position, MIN (text->len - position, 16));
  g_autofree char *valid_before = g_utf8_make_valid (before, -1);
  g_autofree char *valid_after = g_utf8_make_valid (after, -1);

  return g_strdup_printf ("%s⟨here⟩%s", valid_before, valid_after);
}

static void
compare (Case           *self,
         const Instance *instance,
         guint           number,
         const char     *how,
         Outcome         outcome)
{
  g_autofree char *around = NULL;

  if (outcome.accepted == instance->valid)
    return;
  if (!instance->valid)
    {
      set_verdict (self, GENLM_CHECK_TOO_LAX, "Test %u is not valid and was accepted by its %s", number, how);
      return;
    }
  around = dup_surroundings (instance->text, MIN (outcome.position, instance->text->len));
  set_verdict (self, GENLM_CHECK_TOO_STRICT, "Test %u is valid and was rejected by its %s at byte %" G_GSIZE_FORMAT ": %s",
               number, how, outcome.position + 1, around);
}

static gboolean
run_instance (Case      *self,
              Instance  *instance,
              guint      number,
              GError   **error)
{
  Outcome outcome;

  if (!walk_bytes (self, instance->text, &outcome, error))
    return FALSE;
  compare (self, instance, number, "bytes", outcome);
  if (self->tokens == NULL)
    return TRUE;
  if (instance->tokens == NULL)
    instance->tokens = genlm_check_vocab_tokenise (self->setup->vocab, instance->text->str, instance->text->len);
  if (instance->tokens == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "Test %u cannot be written in tokens of the vocabulary", number);
      return FALSE;
    }
  if (!walk_tokens (self, instance->tokens, &outcome, error))
    return FALSE;
  compare (self, instance, number, "masks", outcome);
  return TRUE;
}

static gboolean
read_tokens (Case           *self,
             Instance       *instance,
             GenlmJsonText   array,
             GError        **error)
{
  GenlmJsonText element;

  if (genlm_json_text_peek_kind (array) != '[')
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "The “tokens” of a test are no array of ids");
      return FALSE;
    }
  instance->tokens = g_array_new (FALSE, FALSE, sizeof (guint32));
  while (genlm_json_text_next (&array, NULL, &element))
    {
      g_autofree char *text = NULL;
      guint64 token;
      guint32 id;

      text = genlm_json_text_dup_text (element);
      if (!g_ascii_string_to_unsigned (text, 10, 0, genlm_vocab_get_size (self->setup->vocab) - 1, &token, error))
        return FALSE;
      id = token;
      g_array_append_val (instance->tokens, id);
    }
  return TRUE;
}

/* What the tokens say, where a test has nothing else. */
static GString *
decode_tokens (GenlmVocab   *vocab,
               const GArray *tokens)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < tokens->len; i++)
    {
      gsize length;
      const guint8 *bytes = genlm_vocab_peek_token (vocab, g_array_index (tokens, guint32, i), &length);

      g_string_append_len (text, (const char *) bytes, length);
    }
  return text;
}

static gboolean
read_instance (Case           *self,
               GenlmJsonText   test,
               Instance       *instance,
               GError        **error)
{
  GenlmJsonText value;

  if (!genlm_json_text_find (test, "valid", &value)
      || strchr ("tf", genlm_json_text_peek_kind (value)) == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "A test does not say whether it is “valid”");
      return FALSE;
    }
  instance->valid = genlm_json_text_peek_kind (value) == 't';
  if (self->setup->vocab != NULL && genlm_json_text_find (test, "tokens", &value)
      && !read_tokens (self, instance, value, error))
    return FALSE;
  if (genlm_json_text_find (test, "text", &value))
    {
      if (genlm_json_text_peek_kind (value) != '"')
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "The “text” of a test is no string");
          return FALSE;
        }
      instance->text = genlm_json_text_decode (value);
    }
  else if (genlm_json_text_find (test, "data", &value))
    {
      instance->text = g_string_new (NULL);
      genlm_json_text_dump (value, instance->text);
    }
  else if (instance->tokens != NULL)
    {
      instance->text = decode_tokens (self->setup->vocab, instance->tokens);
    }
  if (instance->text != NULL)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "A test has neither “data” nor “text”%s", self->setup->vocab == NULL ? ", and “tokens” need --vocab" : "");
  return FALSE;
}

static gboolean
run_instances (Case           *self,
               GenlmJsonText   tests,
               GError        **error)
{
  guint number = 0;
  GenlmJsonText test;

  while (genlm_json_text_next (&tests, NULL, &test))
    {
      g_auto (Instance) instance = { FALSE, NULL, NULL };

      if (!read_instance (self, test, &instance, error))
        return FALSE;
      if (self->setup->anew && number > 0 && !build (self, error))
        return FALSE;
      if (!run_instance (self, &instance, ++number, error))
        return FALSE;
    }
  return TRUE;
}

/* The draft that a file of the standard's own suite is about, from the folder
 * it lies in; what the schema itself says comes first. */
static char *
dup_draft (GenlmJsonText text,
           GenlmJsonText schema)
{
  GenlmJsonText value;
  g_autofree char *file = NULL;
  const char *slash;

  if (genlm_json_text_find (schema, "$schema", &value))
    return NULL;
  if (!genlm_json_text_find (text, "file", &value) || genlm_json_text_peek_kind (value) != '"')
    return NULL;
  file = genlm_json_text_dup_string (value);
  slash = strchr (file, '/');
  if (slash == NULL || !g_str_has_prefix (file, "draft"))
    return NULL;
  return g_strndup (file + strlen ("draft"), slash - file - strlen ("draft"));
}

/* The properties of the run, with the source of this case. */
static gboolean
read_source (Case           *self,
             GenlmJsonText   text,
             GError        **error)
{
  const char *property = genlm_check_source_property (self->setup->element, FALSE);
  gboolean is_schema = strcmp (property, "schema") == 0;
  GVariantDict dict;
  GenlmJsonText value;
  char *source;

  if (!genlm_json_text_find (text, property, &value)
      || (!is_schema && genlm_json_text_peek_kind (value) != '"'))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "It has no “%s”", property);
      return FALSE;
    }
  g_variant_dict_init (&dict, self->setup->properties);
  source = is_schema ? genlm_json_text_dup_text (value) : genlm_json_text_dup_string (value);
  g_variant_dict_insert_value (&dict, property, g_variant_new_take_string (source));
  if (is_schema)
    {
      g_autofree char *draft = self->setup->draft != NULL ? g_strdup (self->setup->draft)
                                                                    : dup_draft (text, value);

      if (draft != NULL)
        g_variant_dict_insert (&dict, "draft", "s", draft);
    }
  self->properties = g_variant_ref_sink (g_variant_dict_end (&dict));
  return TRUE;
}

static gboolean
run (Case           *self,
     GenlmJsonText   text,
     GError        **error)
{
  GenlmJsonText tests;

  if (!genlm_json_text_check (text, error) || !read_source (self, text, error) || !build (self, error))
    return FALSE;
  if (!genlm_json_text_find (text, "tests", &tests))
    return TRUE;
  if (genlm_json_text_peek_kind (tests) != '[')
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "Its “tests” are no array");
      return FALSE;
    }
  return run_instances (self, tests, error);
}

/* The string, or a number as it is written. */
static char *
dup_id (GenlmJsonText  text,
        const char    *default_id)
{
  GenlmJsonText id;

  if (!genlm_json_text_check (text, NULL) || !genlm_json_text_find (text, "id", &id))
    return g_strdup (default_id);
  if (genlm_json_text_peek_kind (id) == '"')
    return genlm_json_text_dup_string (id);
  if (genlm_json_text_peek_kind (id) == '-' || g_ascii_isdigit (genlm_json_text_peek_kind (id)))
    return genlm_json_text_dup_text (id);
  return g_strdup (default_id);
}

/* Judges one case: a JSON object. Never fails: what goes wrong is its result. */
GenlmCheckResult *
genlm_check_case_run (const GenlmCheckSetup *setup,
                      GenlmJsonText          text,
                      const char            *default_id)
{
  GenlmCheckResult *result = g_new0 (GenlmCheckResult, 1);
  g_auto (Case) self = { setup, result, NULL, NULL, NULL, 0 };
  GError *error = NULL;

  self.deadline = g_get_monotonic_time () + (gint64) (setup->max_seconds * G_USEC_PER_SEC);
  result->mask_us = g_array_new (FALSE, FALSE, sizeof (float));
  if (!run (&self, text, &error))
    set_failed (&self, error);
  result->id = dup_id (text, default_id);
  return result;
}

void
genlm_check_result_free (GenlmCheckResult *self)
{
  g_strfreev (self->annotations);
  g_array_unref (self->mask_us);
  g_free (self->reason);
  g_free (self->pointer);
  g_free (self->id);
  g_free (self);
}
