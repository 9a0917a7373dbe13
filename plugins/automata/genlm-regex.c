/* A regular expression as a Boolean potential: weight one for what the pattern
 * matches as a whole, and for what may still become that. The automaton, over
 * bytes, is the engine's; this is its face. */

#include "genlm-regex.h"

#include <string.h>

#include "genlm-dfa-machine.h"
#include "genlm-regex-dfa.h"

struct _GenlmRegex
{
  GenlmBytePotential parent_instance;
};

enum
{
  PROP_PATTERN = 1,
  PROP_CHARSET
};

static const GenlmByteOption options[] = {
  { "pattern", "Pattern", "The regular expression, which the whole text must match" },
  { "charset", "Character set",
    "The characters that “.” and negated classes range over, beside those that the pattern names; "
    "unset for all of Unicode" },
};

static const GenlmByteLimitBlurbs limits = {
  .max_states = "How many states the automaton may have before it fails",
  .max_memory = "How many bytes the automaton may take before it fails; as many again are used for "
                "masks at most",
  .deadline = "How many milliseconds building the automaton may take; 0 for any number",
  .n_states = "How many states the automaton has so far",
  .memory = "How many bytes the automaton takes so far",
};

G_DEFINE_FINAL_TYPE (GenlmRegex, genlm_regex, GENLM_TYPE_BYTE_POTENTIAL)

static GenlmByteMachine *
genlm_regex_compile (GenlmBytePotential  *self,
                     GCancellable        *cancellable,
                     GError             **error)
{
  const char *pattern = genlm_byte_potential_get_option (self, PROP_PATTERN);
  const GenlmEngineLimits *engine_limits = genlm_byte_potential_peek_limits (self);
  g_autoptr (GenlmByteDfa) dfa = NULL;

  if (pattern == NULL)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "The property “pattern” is not set; it is the regular expression");
      return NULL;
    }
  dfa = genlm_regex_dfa_new (pattern, strlen (pattern),
                             genlm_byte_potential_get_option (self, PROP_CHARSET), engine_limits, error);
  return dfa != NULL ? genlm_dfa_machine_new (dfa, dfa->start, engine_limits->max_memory) : NULL;
}

static void
genlm_regex_class_init (GenlmRegexClass *klass)
{
  GenlmPotentialBaseClass *base_class = GENLM_POTENTIAL_BASE_CLASS (klass);

  klass->parent_class.subject = "pattern";
  klass->parent_class.compile = genlm_regex_compile;
  genlm_byte_potential_class_install_options (&klass->parent_class, options, G_N_ELEMENTS (options));
  genlm_byte_potential_class_install_limits (&klass->parent_class, &limits);

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

GENLM_ELEMENT_REGISTER_DEFINE (regex, "regex", GENLM_RANK_PRIMARY, GENLM_TYPE_REGEX)
