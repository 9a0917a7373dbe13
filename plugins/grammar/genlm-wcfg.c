/* A weighted context-free grammar as a potential: a text has the sum of the
 * weights of its derivations, an unfinished one that of all that it may become.
 * The machine that weighs it, over bytes, is the engine's; this is its face. */

#include "genlm-wcfg.h"

#include "genlm-wcfg-machine.h"

struct _GenlmWcfg
{
  GenlmGrammarPotential parent_instance;
};

static const GenlmByteLimitBlurbs limits = {
  .max_states = "How many states the automata of the terminals may have before the grammar fails, and "
                "how many rules may be open, or terminals meant, at once in a text",
  .max_memory = "How many bytes the tables of the grammar may take before it fails; as many again are "
                "used for what texts have in common, twice as many for the weights of next tokens of "
                "each vocabulary, and 16 times as many for what contexts hold, at most",
  .deadline = "How many milliseconds compiling the grammar may take, reading each 65,536 bytes of a text, "
              "and weighing what may follow it; 0 for any number",
  .n_states = "How many states the automata of the terminals have",
  .memory = "How many bytes the tables of the grammar take",
};

G_DEFINE_FINAL_TYPE (GenlmWcfg, genlm_wcfg, GENLM_TYPE_GRAMMAR_POTENTIAL)

static GenlmByteMachine *
make_machine (const GenlmGrammar       *grammar,
              const GenlmEngineLimits  *engine_limits,
              GError                  **error)
{
  g_autoptr (GenlmGrammar) expanded = genlm_grammar_expand_ignored (grammar, error);

  return expanded != NULL ? genlm_wcfg_machine_new (expanded, engine_limits, error) : NULL;
}

static void
genlm_wcfg_class_init (GenlmWcfgClass *klass)
{
  GenlmPotentialBaseClass *base_class = GENLM_POTENTIAL_BASE_CLASS (klass);

  klass->parent_class.is_weighted = TRUE;
  klass->parent_class.make_machine = make_machine;
  genlm_byte_potential_class_install_limits (GENLM_BYTE_POTENTIAL_CLASS (klass), &limits);

  genlm_potential_base_class_set_metadata (
    base_class, "Weighted context-free grammar", "Potential/Constraint",
    "Weighs texts by the derivations that a grammar has for them, and what may still become one", "genlm-glib");
  genlm_potential_base_class_set_traits (base_class, GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE);
}

static void
genlm_wcfg_init (GenlmWcfg *self)
{
}

GENLM_ELEMENT_REGISTER_DEFINE (wcfg, "wcfg", GENLM_RANK_PRIMARY, GENLM_TYPE_WCFG)
