#include "genlm-earley-machine.h"

#include <math.h>

#include "genlm-earley-parser.h"
#include "genlm-earley-view.h"
#include "genlm-grammar-regular.h"

typedef struct
{
  GenlmByteMachine   parent;
  GenlmEarleyParser *parser;
  guint64            max_memory;
  gboolean           without_caches;
} EarleyMachine;

static void
finalize (GenlmByteMachine *machine)
{
  genlm_earley_parser_unref (((EarleyMachine *) machine)->parser);
}

static gpointer
ref_state (gpointer state)
{
  return genlm_earley_handle_ref (state);
}

static void
unref_state (gpointer state)
{
  genlm_earley_handle_unref (state);
}

static gpointer
dup_start (GenlmByteMachine *machine)
{
  return genlm_earley_parser_dup_start (((EarleyMachine *) machine)->parser);
}

static gpointer
advance (GenlmByteMachine  *machine,
         gpointer           state,
         const guint8      *bytes,
         gsize              n_bytes,
         GError           **error)
{
  return genlm_earley_parser_advance (((EarleyMachine *) machine)->parser, state, bytes, n_bytes,
                                      error);
}

static gboolean
weigh (GenlmByteMachine  *machine,
       gpointer           state,
       double            *prefix,
       double            *complete,
       GError           **error)
{
  GenlmEarleyParser *parser = ((EarleyMachine *) machine)->parser;
  gboolean final;

  if (prefix != NULL)
    *prefix = genlm_earley_handle_is_dead (state) ? -INFINITY : 0.0;
  if (complete == NULL)
    return TRUE;
  if (!genlm_earley_parser_find_final (parser, state, &final, error))
    return FALSE;
  *complete = final ? 0.0 : -INFINITY;
  return TRUE;
}

static gpointer
make_view (GenlmByteMachine *machine,
           GenlmTrieIndex   *index)
{
  EarleyMachine *self = (EarleyMachine *) machine;

  return genlm_earley_view_new (self->parser, index, self->max_memory, self->without_caches);
}

static void
free_view (gpointer view)
{
  genlm_earley_view_free (view);
}

static GenlmTokenSet *
make_mask (GenlmByteMachine  *machine,
           gpointer           view,
           GenlmTrieIndex    *index,
           gpointer           state,
           GError           **error)
{
  return genlm_earley_view_dup_mask (view, state, error);
}

/* The automaton of the terminals, and what the contexts in use have read. */
static GenlmByteMachineSize
get_size (GenlmByteMachine *machine)
{
  GenlmEarleyParser *parser = ((EarleyMachine *) machine)->parser;
  GenlmByteDfa *dfa = genlm_earley_parser_get_rules (parser)->dfa;

  return (GenlmByteMachineSize) {
    .n_states = genlm_byte_dfa_get_n_states (dfa),
    .memory = genlm_byte_dfa_get_memory (dfa) + genlm_earley_parser_get_memory (parser),
  };
}

static const GenlmByteMachineClass earley_machine_class = {
  .finalize = finalize,
  .ref_state = ref_state,
  .unref_state = unref_state,
  .dup_start = dup_start,
  .advance = advance,
  .weigh = weigh,
  .make_view = make_view,
  .free_view = free_view,
  .make_mask = make_mask,
  .get_size = get_size,
};

GenlmByteMachine *
genlm_earley_machine_new (const GenlmGrammar       *grammar,
                          const GenlmEngineLimits  *limits,
                          gboolean                  without_caches,
                          GError                  **error)
{
  g_autoptr (GenlmGrammar) expanded = NULL;
  g_autoptr (GenlmGrammar) joined = NULL;
  g_autoptr (GError) local_error = NULL;
  GenlmEarleyRules *rules;
  GenlmEarleyParser *parser;
  EarleyMachine *self;

  if (genlm_grammar_get_n_ignored (grammar) > 0
      && genlm_grammar_get_ignore_style (grammar) == GENLM_GRAMMAR_IGNORE_SINGLE)
    {
      expanded = genlm_grammar_expand_ignored (grammar, error);
      if (expanded == NULL)
        return NULL;
      grammar = expanded;
    }
  if (!without_caches)
    joined = genlm_grammar_join_regular (grammar, limits, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  rules = genlm_earley_rules_new (joined != NULL ? joined : grammar, limits, error);
  if (rules == NULL)
    return NULL;
  parser = genlm_earley_parser_new (rules, limits, error);
  if (parser == NULL)
    return NULL;
  self = g_new0 (EarleyMachine, 1);
  genlm_byte_machine_init (&self->parent, &earley_machine_class);
  self->parser = parser;
  self->max_memory = limits->max_memory;
  self->without_caches = without_caches;
  return &self->parent;
}
