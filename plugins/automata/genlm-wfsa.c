/* A weighted automaton as a potential: a text has the sum of the weights of
 * its paths, an unfinished one that of all that it may become. The automaton is
 * given as text, or made from a regular expression with even weights. */

#include "genlm-wfsa.h"

#include <math.h>
#include <string.h>

#include "genlm-byte-matcher.h"
#include "genlm-regex-parser.h"
#include "genlm-wfsa-machine.h"
#include "genlm-wfsa-reader.h"

/* What "." and negated classes range over if nothing else is said: the
 * printable characters of ASCII, white space among them. */
#define DEFAULT_CHARSET \
  " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz" \
  "{|}~\t\n\v\f\r"

/* The largest file that is read, in bytes. */
#define MAX_TEXT (1u << 30)

struct _GenlmWfsaPotential
{
  GenlmPotentialBase  parent_instance;

  char               *pattern;
  char               *text;
  char               *file;
  char               *charset;
  GenlmEngineLimits   limits;
  GenlmByteMatcher   *matcher;
};

enum
{
  PROP_0,
  PROP_PATTERN,
  PROP_TEXT,
  PROP_FILE,
  PROP_CHARSET,
  PROP_MAX_STATES,
  PROP_MAX_MEMORY,
  PROP_DEADLINE,
  PROP_N_STATES,
  PROP_MEMORY,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void genlm_wfsa_potential_initable_iface_init  (GInitableIface          *iface);
static void genlm_wfsa_potential_potential_iface_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmWfsaPotential, genlm_wfsa_potential, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE,
                                                      genlm_wfsa_potential_initable_iface_init)
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL,
                                                      genlm_wfsa_potential_potential_iface_init))

static void
prefix_label (GenlmWfsaPotential  *self,
              GError             **error)
{
  g_autofree char *label = genlm_element_dup_label (G_OBJECT (self));

  g_prefix_error (error, "%s: ", label);
}

/* -- making one ------------------------------------------------------------ */

static GenlmWeightedDfa *
compile_pattern (GenlmWfsaPotential  *self,
                 GError             **error)
{
  g_autoptr (GenlmRegexTree) tree = NULL;

  tree = genlm_regex_parse (self->pattern, strlen (self->pattern),
                            self->charset != NULL ? self->charset : DEFAULT_CHARSET, error);
  return tree != NULL ? genlm_weighted_dfa_new_for_tree (tree, &self->limits, error) : NULL;
}

static GenlmWeightedDfa *
compile_text (GenlmWfsaPotential  *self,
              const char          *text,
              gsize                length,
              GError             **error)
{
  g_autoptr (GenlmWfsa) wfsa = genlm_wfsa_read (text, length, &self->limits, error);

  return wfsa != NULL ? genlm_weighted_dfa_new_for_wfsa (wfsa, &self->limits, error) : NULL;
}

static gboolean
check_file (GFile         *file,
            GCancellable  *cancellable,
            GError       **error)
{
  g_autoptr (GFileInfo) info = NULL;

  info = g_file_query_info (file,
                            G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE,
                            G_FILE_QUERY_INFO_NONE, cancellable, error);
  if (info == NULL)
    return FALSE;
  if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "it is not a regular file");
      return FALSE;
    }
  if (g_file_info_get_size (info) <= MAX_TEXT)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
               "it has %" G_GOFFSET_FORMAT " bytes, more than %u", g_file_info_get_size (info),
               MAX_TEXT);
  return FALSE;
}

static GenlmWeightedDfa *
compile_file (GenlmWfsaPotential  *self,
              GCancellable        *cancellable,
              GError             **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (self->file);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const char *text;
  gsize length;

  if (check_file (file, cancellable, &local_error))
    bytes = g_file_load_bytes (file, cancellable, NULL, &local_error);
  if (bytes == NULL)
    {
      if (local_error->domain == G_IO_ERROR && local_error->code != G_IO_ERROR_CANCELLED)
        g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                     "Failed to read the file “%s”: %s", self->file, local_error->message);
      else
        g_propagate_prefixed_error (error, g_steal_pointer (&local_error),
                                    "Failed to read the file “%s”: ", self->file);
      return NULL;
    }
  text = g_bytes_get_data (bytes, &length);
  return compile_text (self, text, length, error);
}

static GenlmWeightedDfa *
compile (GenlmWfsaPotential  *self,
         GCancellable        *cancellable,
         GError             **error)
{
  guint n_set = (self->pattern != NULL) + (self->text != NULL) + (self->file != NULL);

  if (n_set != 1)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "%s of the properties “pattern”, “text” and “file” %s set; exactly one says "
                   "what the automaton is",
                   n_set == 0 ? "None" : "Several", n_set == 0 ? "is" : "are");
      return NULL;
    }
  if (self->pattern == NULL && self->charset != NULL)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "The property “charset” is set without “pattern”; it says nothing for an "
                   "automaton that is given");
      return NULL;
    }
  if (self->pattern != NULL)
    return compile_pattern (self, error);
  if (self->text != NULL)
    return compile_text (self, self->text, strlen (self->text), error);
  return compile_file (self, cancellable, error);
}

static gboolean
genlm_wfsa_potential_initable_real_init (GInitable     *initable,
                                         GCancellable  *cancellable,
                                         GError       **error)
{
  GenlmWfsaPotential *self = GENLM_WFSA_POTENTIAL (initable);
  g_autoptr (GenlmWeightedDfa) dfa = NULL;
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GenlmVocab) vocab = NULL;

  if (self->matcher != NULL)
    return TRUE;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  dfa = compile (self, cancellable, error);
  if (dfa == NULL)
    {
      prefix_label (self, error);
      return FALSE;
    }
  machine = genlm_wfsa_machine_new (dfa, self->limits.max_memory);
  g_object_get (self, "vocab", &vocab, NULL);
  self->matcher = genlm_byte_matcher_new (machine, vocab != NULL ? vocab : genlm_vocab_bytes ());
  return TRUE;
}

/* -- being asked ----------------------------------------------------------- */

/* There is none before the automaton is compiled, so that nothing can be asked
 * of an element that was not initialised. */
static GenlmVocab *
genlm_wfsa_potential_get_vocab (GenlmPotential *potential)
{
  GenlmWfsaPotential *self = GENLM_WFSA_POTENTIAL (potential);

  return self->matcher != NULL ? genlm_byte_matcher_get_vocab (self->matcher) : NULL;
}

static gboolean
genlm_wfsa_potential_weigh_prefix (GenlmPotential  *potential,
                                   GenlmContext    *context,
                                   double          *out,
                                   GError         **error)
{
  GenlmWfsaPotential *self = GENLM_WFSA_POTENTIAL (potential);

  if (genlm_byte_matcher_weigh (self->matcher, context, out, NULL, error))
    return TRUE;
  prefix_label (self, error);
  return FALSE;
}

static gboolean
genlm_wfsa_potential_weigh_complete (GenlmPotential  *potential,
                                     GenlmContext    *context,
                                     double          *out,
                                     GError         **error)
{
  GenlmWfsaPotential *self = GENLM_WFSA_POTENTIAL (potential);

  if (genlm_byte_matcher_weigh (self->matcher, context, NULL, out, error))
    return TRUE;
  prefix_label (self, error);
  return FALSE;
}

static GenlmWeights *
genlm_wfsa_potential_weigh_next (GenlmPotential  *potential,
                                 GenlmContext    *context,
                                 GError         **error)
{
  GenlmWfsaPotential *self = GENLM_WFSA_POTENTIAL (potential);
  GenlmWeights *weights = genlm_byte_matcher_dup_weights (self->matcher, context, error);

  if (weights == NULL)
    prefix_label (self, error);
  return weights;
}

/* -- siblings -------------------------------------------------------------- */

/* Another face of the same automaton. Takes the matcher. */
static GenlmPotential *
make_sibling (GenlmWfsaPotential *self,
              GenlmByteMatcher   *matcher)
{
  GenlmPotentialBase *base = GENLM_POTENTIAL_BASE (self);
  GenlmVocab *vocab = genlm_byte_matcher_get_vocab (matcher);
  gboolean is_bytes = genlm_vocab_get_kind (vocab) == GENLM_VOCAB_KIND_BYTES;
  GenlmWfsaPotential *sibling;

  sibling = g_object_new (GENLM_TYPE_WFSA_POTENTIAL,
                          "name", genlm_potential_base_get_name (base),
                          "timeout", genlm_potential_base_get_timeout (base),
                          "vocab", is_bytes ? NULL : vocab,
                          "pattern", self->pattern,
                          "text", self->text,
                          "file", self->file,
                          "charset", self->charset,
                          "max-states", self->limits.max_states,
                          "max-memory", self->limits.max_memory,
                          "deadline", self->limits.deadline,
                          NULL);
  sibling->matcher = matcher;
  return GENLM_POTENTIAL (sibling);
}

static gboolean
check_ready (GenlmWfsaPotential  *self,
             const char          *what,
             GError             **error)
{
  if (self->matcher != NULL)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY,
               "Failed to %s: the automaton was not compiled; initialise the element first", what);
  prefix_label (self, error);
  return FALSE;
}

static GenlmPotential *
genlm_wfsa_potential_make_spawn (GenlmPotential  *potential,
                                 GError         **error)
{
  GenlmWfsaPotential *self = GENLM_WFSA_POTENTIAL (potential);

  if (!check_ready (self, "spawn", error))
    return NULL;
  return make_sibling (self, genlm_byte_matcher_ref (self->matcher));
}

static GenlmPotential *
genlm_wfsa_potential_make_coerced (GenlmPotential  *potential,
                                   GenlmVocab      *target,
                                   GError         **error)
{
  GenlmWfsaPotential *self = GENLM_WFSA_POTENTIAL (potential);

  if (!check_ready (self, "coerce", error))
    return NULL;
  return make_sibling (self, genlm_byte_matcher_coerce (self->matcher, target));
}

/* -- the type -------------------------------------------------------------- */

static void
genlm_wfsa_potential_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  GenlmWfsaPotential *self = GENLM_WFSA_POTENTIAL (object);

  switch (prop_id)
    {
    case PROP_PATTERN:
      self->pattern = g_value_dup_string (value);
      break;
    case PROP_TEXT:
      self->text = g_value_dup_string (value);
      break;
    case PROP_FILE:
      self->file = g_value_dup_string (value);
      break;
    case PROP_CHARSET:
      self->charset = g_value_dup_string (value);
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

/* NULL before it is compiled. */
static GenlmWeightedDfa *
get_dfa (GenlmWfsaPotential *self)
{
  return self->matcher != NULL
           ? genlm_wfsa_machine_get_dfa (genlm_byte_matcher_get_machine (self->matcher))
           : NULL;
}

static void
genlm_wfsa_potential_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  GenlmWfsaPotential *self = GENLM_WFSA_POTENTIAL (object);
  GenlmWeightedDfa *dfa = get_dfa (self);

  switch (prop_id)
    {
    case PROP_PATTERN:
      g_value_set_string (value, self->pattern);
      break;
    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;
    case PROP_FILE:
      g_value_set_string (value, self->file);
      break;
    case PROP_CHARSET:
      g_value_set_string (value, self->charset);
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
    case PROP_N_STATES:
      g_value_set_uint (value, dfa != NULL ? genlm_weighted_dfa_get_n_states (dfa) : 0);
      break;
    case PROP_MEMORY:
      g_value_set_uint64 (value, dfa != NULL ? genlm_weighted_dfa_get_memory (dfa) : 0);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_wfsa_potential_finalize (GObject *object)
{
  GenlmWfsaPotential *self = GENLM_WFSA_POTENTIAL (object);

  g_clear_pointer (&self->matcher, genlm_byte_matcher_unref);
  g_free (self->charset);
  g_free (self->file);
  g_free (self->text);
  g_free (self->pattern);

  G_OBJECT_CLASS (genlm_wfsa_potential_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  properties[PROP_PATTERN] =
    g_param_spec_string ("pattern", "Pattern",
                         "A regular expression: each character that may come next, and the end, "
                         "has the same weight",
                         NULL, flags);
  properties[PROP_TEXT] =
    g_param_spec_string ("text", "Text",
                         "The automaton itself: lines “source target label weight” and, for final "
                         "states, “state weight”",
                         NULL, flags);
  properties[PROP_FILE] =
    g_param_spec_string ("file", "File", "The file that the text of the automaton is in", NULL,
                         flags | GENLM_PARAM_FILE);
  properties[PROP_CHARSET] =
    g_param_spec_string ("charset", "Character set",
                         "The characters that “.” and negated classes of the pattern range over, "
                         "beside those that it names; unset for the 100 printable characters of "
                         "ASCII, white space among them",
                         NULL, flags);
  properties[PROP_MAX_STATES] =
    g_param_spec_uint ("max-states", "Maximum of states",
                       "How many states the automaton may have before it fails; one that is given "
                       "is made deterministic with as many at most, and read state by state then",
                       1, G_MAXUINT, GENLM_ENGINE_DEFAULT_MAX_STATES, flags);
  properties[PROP_MAX_MEMORY] =
    g_param_spec_uint64 ("max-memory", "Maximum of memory",
                         "How many bytes the automaton may take before it fails; as many again are "
                         "used for the weights of next tokens at most",
                         1, G_MAXUINT64, GENLM_ENGINE_DEFAULT_MAX_MEMORY, flags);
  properties[PROP_DEADLINE] =
    g_param_spec_uint ("deadline", "Deadline",
                       "How many milliseconds building the automaton may take; 0 for any number", 0,
                       G_MAXUINT, GENLM_ENGINE_DEFAULT_DEADLINE, flags);
  properties[PROP_N_STATES] =
    g_param_spec_uint ("n-states", "Number of states", "How many states the automaton has so far", 0,
                       G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_MEMORY] =
    g_param_spec_uint64 ("memory", "Memory", "How many bytes the automaton takes so far", 0,
                         G_MAXUINT64, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
genlm_wfsa_potential_class_init (GenlmWfsaPotentialClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GenlmPotentialBaseClass *base_class = GENLM_POTENTIAL_BASE_CLASS (klass);

  object_class->set_property = genlm_wfsa_potential_set_property;
  object_class->get_property = genlm_wfsa_potential_get_property;
  object_class->finalize = genlm_wfsa_potential_finalize;

  install_properties (object_class);
  genlm_potential_base_class_set_metadata (
    base_class, "Weighted automaton", "Potential/Constraint",
    "Weighs texts by a weighted finite-state automaton", "genlm-glib");
  genlm_potential_base_class_set_traits (base_class, GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE);
}

static void
genlm_wfsa_potential_init (GenlmWfsaPotential *self)
{
}

static void
genlm_wfsa_potential_initable_iface_init (GInitableIface *iface)
{
  iface->init = genlm_wfsa_potential_initable_real_init;
}

static void
genlm_wfsa_potential_potential_iface_init (GenlmPotentialInterface *iface)
{
  iface->get_vocab = genlm_wfsa_potential_get_vocab;
  iface->weigh_prefix = genlm_wfsa_potential_weigh_prefix;
  iface->weigh_complete = genlm_wfsa_potential_weigh_complete;
  iface->weigh_next = genlm_wfsa_potential_weigh_next;
  iface->make_spawn = genlm_wfsa_potential_make_spawn;
  iface->make_coerced = genlm_wfsa_potential_make_coerced;
}

GENLM_ELEMENT_REGISTER_DEFINE (wfsa, "wfsa", GENLM_RANK_PRIMARY, GENLM_TYPE_WFSA_POTENTIAL)
