/* A regular expression as a Boolean potential: weight one for what the pattern
 * matches as a whole, and for what may still become that. The automaton, over
 * bytes, is the engine's; this is its face. */

#include "genlm-regex.h"

#include <string.h>

#include "genlm-byte-matcher.h"
#include "genlm-dfa-machine.h"
#include "genlm-regex-dfa.h"

struct _GenlmRegex
{
  GenlmPotentialBase  parent_instance;

  char               *pattern;
  char               *charset;
  GenlmEngineLimits   limits;
  GenlmByteMatcher   *matcher;
};

enum
{
  PROP_0,
  PROP_PATTERN,
  PROP_CHARSET,
  PROP_MAX_STATES,
  PROP_MAX_MEMORY,
  PROP_DEADLINE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void genlm_regex_initable_iface_init  (GInitableIface          *iface);
static void genlm_regex_potential_iface_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmRegex, genlm_regex, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE,
                                                      genlm_regex_initable_iface_init)
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL,
                                                      genlm_regex_potential_iface_init))

static void
prefix_label (GenlmRegex  *self,
              GError     **error)
{
  g_autofree char *label = genlm_element_dup_label (G_OBJECT (self));

  g_prefix_error (error, "%s: ", label);
}

static GenlmByteMachine *
compile (GenlmRegex  *self,
         GError     **error)
{
  g_autoptr (GenlmByteDfa) dfa = NULL;

  dfa = genlm_regex_dfa_new (self->pattern, strlen (self->pattern), self->charset,
                             &self->limits, error);
  return dfa != NULL ? genlm_dfa_machine_new (dfa, dfa->start, self->limits.max_memory) : NULL;
}

static gboolean
genlm_regex_initable_real_init (GInitable     *initable,
                                GCancellable  *cancellable,
                                GError       **error)
{
  GenlmRegex *self = GENLM_REGEX (initable);
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GenlmVocab) vocab = NULL;

  if (self->matcher != NULL)
    return TRUE;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (self->pattern == NULL)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "The property “pattern” is not set; it is the regular expression");
      prefix_label (self, error);
      return FALSE;
    }
  machine = compile (self, error);
  if (machine == NULL)
    {
      prefix_label (self, error);
      return FALSE;
    }
  g_object_get (self, "vocab", &vocab, NULL);
  self->matcher = genlm_byte_matcher_new (machine, vocab != NULL ? vocab : genlm_vocab_bytes ());
  return TRUE;
}

/* There is none before the pattern is compiled, so that nothing can be asked
 * of an element that was not initialised. */
static GenlmVocab *
genlm_regex_get_vocab (GenlmPotential *potential)
{
  GenlmRegex *self = GENLM_REGEX (potential);

  return self->matcher != NULL ? genlm_byte_matcher_get_vocab (self->matcher) : NULL;
}

static gboolean
genlm_regex_weigh_prefix (GenlmPotential  *potential,
                          GenlmContext    *context,
                          double          *out,
                          GError         **error)
{
  GenlmRegex *self = GENLM_REGEX (potential);

  if (genlm_byte_matcher_weigh (self->matcher, context, out, NULL, error))
    return TRUE;
  prefix_label (self, error);
  return FALSE;
}

static gboolean
genlm_regex_weigh_complete (GenlmPotential  *potential,
                            GenlmContext    *context,
                            double          *out,
                            GError         **error)
{
  GenlmRegex *self = GENLM_REGEX (potential);

  if (genlm_byte_matcher_weigh (self->matcher, context, NULL, out, error))
    return TRUE;
  prefix_label (self, error);
  return FALSE;
}

static GenlmTokenSet *
genlm_regex_weigh_mask (GenlmPotential  *potential,
                        GenlmContext    *context,
                        GError         **error)
{
  GenlmRegex *self = GENLM_REGEX (potential);
  GenlmTokenSet *mask = genlm_byte_matcher_dup_mask (self->matcher, context, error);

  if (mask == NULL)
    prefix_label (self, error);
  return mask;
}

static GenlmWeights *
genlm_regex_weigh_next (GenlmPotential  *potential,
                        GenlmContext    *context,
                        GError         **error)
{
  GenlmRegex *self = GENLM_REGEX (potential);
  GenlmWeights *weights = genlm_byte_matcher_dup_weights (self->matcher, context, error);

  if (weights == NULL)
    prefix_label (self, error);
  return weights;
}

/* Another face of the same automaton. Takes the matcher. */
static GenlmPotential *
make_sibling (GenlmRegex       *self,
              GenlmByteMatcher *matcher)
{
  GenlmVocab *vocab = genlm_byte_matcher_get_vocab (matcher);
  gboolean is_bytes = genlm_vocab_get_kind (vocab) == GENLM_VOCAB_KIND_BYTES;
  GenlmRegex *sibling;

  sibling = g_object_new (GENLM_TYPE_REGEX,
                          "name", genlm_potential_base_get_name (GENLM_POTENTIAL_BASE (self)),
                          "timeout", genlm_potential_base_get_timeout (GENLM_POTENTIAL_BASE (self)),
                          "vocab", is_bytes ? NULL : vocab,
                          "pattern", self->pattern,
                          "charset", self->charset,
                          "max-states", self->limits.max_states,
                          "max-memory", self->limits.max_memory,
                          "deadline", self->limits.deadline,
                          NULL);
  sibling->matcher = matcher;
  return GENLM_POTENTIAL (sibling);
}

static gboolean
check_ready (GenlmRegex  *self,
             const char  *what,
             GError     **error)
{
  if (self->matcher != NULL)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY,
               "Failed to %s: the pattern was not compiled; initialise the element first", what);
  prefix_label (self, error);
  return FALSE;
}

static GenlmPotential *
genlm_regex_make_spawn (GenlmPotential  *potential,
                        GError         **error)
{
  GenlmRegex *self = GENLM_REGEX (potential);

  if (!check_ready (self, "spawn", error))
    return NULL;
  return make_sibling (self, genlm_byte_matcher_ref (self->matcher));
}

static GenlmPotential *
genlm_regex_make_coerced (GenlmPotential  *potential,
                          GenlmVocab      *target,
                          GError         **error)
{
  GenlmRegex *self = GENLM_REGEX (potential);

  if (!check_ready (self, "coerce", error))
    return NULL;
  return make_sibling (self, genlm_byte_matcher_coerce (self->matcher, target));
}

static void
genlm_regex_set_property (GObject      *object,
                          guint         prop_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  GenlmRegex *self = GENLM_REGEX (object);

  switch (prop_id)
    {
    case PROP_PATTERN:
      self->pattern = g_value_dup_string (value);
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

static void
genlm_regex_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  GenlmRegex *self = GENLM_REGEX (object);

  switch (prop_id)
    {
    case PROP_PATTERN:
      g_value_set_string (value, self->pattern);
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
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_regex_finalize (GObject *object)
{
  GenlmRegex *self = GENLM_REGEX (object);

  g_clear_pointer (&self->matcher, genlm_byte_matcher_unref);
  g_free (self->charset);
  g_free (self->pattern);

  G_OBJECT_CLASS (genlm_regex_parent_class)->finalize (object);
}

static void
genlm_regex_class_init (GenlmRegexClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GenlmPotentialBaseClass *base_class = GENLM_POTENTIAL_BASE_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->set_property = genlm_regex_set_property;
  object_class->get_property = genlm_regex_get_property;
  object_class->finalize = genlm_regex_finalize;

  properties[PROP_PATTERN] =
    g_param_spec_string ("pattern", "Pattern",
                         "The regular expression, which the whole text must match", NULL, flags);
  properties[PROP_CHARSET] =
    g_param_spec_string ("charset", "Character set",
                         "The characters that “.” and negated classes range over, beside those that "
                         "the pattern names; unset for all of Unicode",
                         NULL, flags);
  properties[PROP_MAX_STATES] =
    g_param_spec_uint ("max-states", "Maximum of states",
                       "How many states the automaton may have before it fails", 1, G_MAXUINT,
                       GENLM_ENGINE_DEFAULT_MAX_STATES, flags);
  properties[PROP_MAX_MEMORY] =
    g_param_spec_uint64 ("max-memory", "Maximum of memory",
                         "How many bytes the automaton may take before it fails; as many again are "
                         "used for masks at most",
                         1, G_MAXUINT64, GENLM_ENGINE_DEFAULT_MAX_MEMORY, flags);
  properties[PROP_DEADLINE] =
    g_param_spec_uint ("deadline", "Deadline",
                       "How many milliseconds building the automaton may take; 0 for any number", 0,
                       G_MAXUINT, GENLM_ENGINE_DEFAULT_DEADLINE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  genlm_potential_base_class_set_metadata (
    base_class, "Regular expression", "Potential/Constraint",
    "Allows the texts that a regular expression matches, and what may still become one of them",
    "genlm-glib");
  genlm_potential_base_class_set_traits (base_class, GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE
                                                       | GENLM_TRAITS_BOOLEAN | GENLM_TRAITS_MASKS);
}

static void
genlm_regex_init (GenlmRegex *self)
{
}

static void
genlm_regex_initable_iface_init (GInitableIface *iface)
{
  iface->init = genlm_regex_initable_real_init;
}

static void
genlm_regex_potential_iface_init (GenlmPotentialInterface *iface)
{
  iface->get_vocab = genlm_regex_get_vocab;
  iface->weigh_prefix = genlm_regex_weigh_prefix;
  iface->weigh_complete = genlm_regex_weigh_complete;
  iface->weigh_next = genlm_regex_weigh_next;
  iface->weigh_mask = genlm_regex_weigh_mask;
  iface->make_spawn = genlm_regex_make_spawn;
  iface->make_coerced = genlm_regex_make_coerced;
}

GENLM_ELEMENT_REGISTER_DEFINE (regex, "regex", GENLM_RANK_PRIMARY, GENLM_TYPE_REGEX)
