/* A weighted automaton as a potential: a text has the sum of the weights of
 * its paths, an unfinished one that of all that it may become. The automaton is
 * given as text, or made from a regular expression with even weights. */

#include "genlm-wfsa.h"

#include <string.h>

#include "genlm-char-set.h"
#include "genlm-regex-parser.h"
#include "genlm-wfsa-machine.h"
#include "genlm-wfsa-reader.h"

struct _GenlmWfsaPotential
{
  GenlmBytePotential parent_instance;
};

enum
{
  PROP_PATTERN = 1,
  PROP_TEXT,
  PROP_FILE,
  PROP_CHARSET
};

static const GenlmByteOption options[] = {
  { "pattern", "Pattern",
    "A regular expression: each character that may come next, and the end, has the same weight" },
  { "text", "Text",
    "The automaton itself: lines “source target label weight” and, for final states, “state weight”" },
  { "file", "File", "The file that the text of the automaton is in", .flags = GENLM_PARAM_FILE },
  { "charset", "Character set",
    "The characters that “.” and negated classes of the pattern range over, beside those that it "
    "names; unset for the 100 printable characters of ASCII, white space among them" },
};

static const GenlmByteLimitBlurbs limits = {
  .max_states = "How many states the automaton may have before it fails; one that is given is made "
                "deterministic with as many at most, and read state by state then",
  .max_memory = "How many bytes the automaton may take before it fails; as many again are used for "
                "the weights of next tokens at most",
  .deadline = "How many milliseconds building the automaton may take; 0 for any number",
  .n_states = "How many states the automaton has so far",
  .memory = "How many bytes the automaton takes so far",
};

G_DEFINE_FINAL_TYPE (GenlmWfsaPotential, genlm_wfsa_potential, GENLM_TYPE_BYTE_POTENTIAL)

static GenlmWeightedDfa *
compile_pattern (GenlmBytePotential  *self,
                 const char          *pattern,
                 GError             **error)
{
  const char *charset = genlm_byte_potential_get_option (self, PROP_CHARSET);
  g_autoptr (GenlmRegexTree) tree = NULL;

  tree = genlm_regex_parse (pattern, strlen (pattern),
                            charset != NULL ? charset : GENLM_CHAR_SET_PRINTABLE, error);
  return tree != NULL
           ? genlm_weighted_dfa_new_for_tree (tree, genlm_byte_potential_peek_limits (self), error)
           : NULL;
}

static GenlmWeightedDfa *
compile_text (GenlmBytePotential  *self,
              GCancellable        *cancellable,
              GError             **error)
{
  const GenlmEngineLimits *engine_limits = genlm_byte_potential_peek_limits (self);
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GenlmWfsa) wfsa = NULL;

  text = genlm_byte_potential_load_text (self, PROP_TEXT, PROP_FILE, cancellable, error);
  if (text == NULL)
    return NULL;
  wfsa = genlm_wfsa_read (g_bytes_get_data (text, NULL), g_bytes_get_size (text), engine_limits, error);
  return wfsa != NULL ? genlm_weighted_dfa_new_for_wfsa (wfsa, engine_limits, error) : NULL;
}

static GenlmWeightedDfa *
make_dfa (GenlmBytePotential  *self,
          GCancellable        *cancellable,
          GError             **error)
{
  const char *pattern = genlm_byte_potential_get_option (self, PROP_PATTERN);
  gboolean has_text = genlm_byte_potential_get_option (self, PROP_TEXT) != NULL;
  gboolean has_file = genlm_byte_potential_get_option (self, PROP_FILE) != NULL;
  guint n_set = (pattern != NULL) + has_text + has_file;

  if (n_set != 1)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "%s of the properties “pattern”, “text” and “file” %s set; exactly one says "
                   "what the automaton is",
                   n_set == 0 ? "None" : "Several", n_set == 0 ? "is" : "are");
      return NULL;
    }
  if (pattern == NULL && genlm_byte_potential_get_option (self, PROP_CHARSET) != NULL)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "The property “charset” is set without “pattern”; it says nothing for an "
                   "automaton that is given");
      return NULL;
    }
  return pattern != NULL ? compile_pattern (self, pattern, error)
                         : compile_text (self, cancellable, error);
}

static GenlmByteMachine *
genlm_wfsa_potential_compile (GenlmBytePotential  *self,
                              GCancellable        *cancellable,
                              GError             **error)
{
  g_autoptr (GenlmWeightedDfa) dfa = make_dfa (self, cancellable, error);

  return dfa != NULL
           ? genlm_wfsa_machine_new (dfa, genlm_byte_potential_peek_limits (self)->max_memory)
           : NULL;
}

static void
genlm_wfsa_potential_class_init (GenlmWfsaPotentialClass *klass)
{
  GenlmPotentialBaseClass *base_class = GENLM_POTENTIAL_BASE_CLASS (klass);

  klass->parent_class.subject = "automaton";
  klass->parent_class.compile = genlm_wfsa_potential_compile;
  genlm_byte_potential_class_install_options (&klass->parent_class, options, G_N_ELEMENTS (options));
  genlm_byte_potential_class_install_limits (&klass->parent_class, &limits);

  genlm_potential_base_class_set_metadata (
    base_class, "Weighted automaton", "Potential/Constraint",
    "Weighs texts by a weighted finite-state automaton", "genlm-glib");
  genlm_potential_base_class_set_traits (base_class, GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE);
}

static void
genlm_wfsa_potential_init (GenlmWfsaPotential *self)
{
}

GENLM_ELEMENT_REGISTER_DEFINE (wfsa, "wfsa", GENLM_RANK_PRIMARY, GENLM_TYPE_WFSA_POTENTIAL)
