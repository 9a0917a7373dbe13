/* A context-free grammar as a Boolean potential: weight one for the texts that
 * it derives, and for what may still become one. The machine that reads them,
 * over bytes, is the engine's; this is its face. */

#include "genlm-cfg.h"

#include "genlm-earley-machine.h"

struct _GenlmCfg
{
  GenlmGrammarPotential parent_instance;
};

static const GenlmByteLimitBlurbs limits = {
  .max_states = "How many states the automaton of the terminals may have before it fails",
  .max_memory = "How many bytes the automaton of the terminals may take before it fails, and how many "
                "what the contexts in use have read; as many again are used for the masks of each "
                "vocabulary at most",
  .deadline = "How many milliseconds building the automaton may take, reading each 4,096 bytes of a text, "
              "and a mask; 0 for any number",
  .n_states = "How many states the automaton of the terminals has so far",
  .memory = "How many bytes the automaton and what the contexts in use have read take",
};

G_DEFINE_FINAL_TYPE (GenlmCfg, genlm_cfg, GENLM_TYPE_GRAMMAR_POTENTIAL)

static GenlmByteMachine *
make_machine (const GenlmGrammar       *grammar,
              const GenlmEngineLimits  *engine_limits,
              GError                  **error)
{
  return genlm_earley_machine_new (grammar, engine_limits, FALSE, error);
}

static void
genlm_cfg_class_init (GenlmCfgClass *klass)
{
  GenlmPotentialBaseClass *base_class = GENLM_POTENTIAL_BASE_CLASS (klass);

  klass->parent_class.make_machine = make_machine;
  genlm_byte_potential_class_install_limits (GENLM_BYTE_POTENTIAL_CLASS (klass), &limits);

  genlm_potential_base_class_set_metadata (
    base_class, "Context-free grammar", "Potential/Constraint",
    "Allows the texts that a grammar derives, and what may still become one of them", "genlm-glib");
  genlm_potential_base_class_set_traits (base_class, GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE
                                                       | GENLM_TRAITS_BOOLEAN | GENLM_TRAITS_MASKS);
}

static void
genlm_cfg_init (GenlmCfg *self)
{
}

GENLM_ELEMENT_REGISTER_DEFINE (cfg, "cfg", GENLM_RANK_PRIMARY, GENLM_TYPE_CFG)
