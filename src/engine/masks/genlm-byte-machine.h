#pragma once

/* What reads bytes and weighs what it read: a byte automaton, a grammar's
 * parser, a JSON Schema's. A machine is compiled once, immutable to its users,
 * and shared by any number of contexts, vocabularies and threads; what it
 * learns it keeps for all of them, within bounds.
 *
 * A state stands for the bytes read so far. It never changes, so a copy is a
 * reference. Contexts hold states, and may outlive the machine: to unref one
 * must not need it. A view is what a machine keeps for one vocabulary: masks above
 * all. */

#include "genlm-trie-index.h"

G_BEGIN_DECLS

typedef struct _GenlmByteMachine      GenlmByteMachine;
typedef struct _GenlmByteMachineClass GenlmByteMachineClass;

/* What a machine has made so far: states of its automata, and the bytes of
 * everything that is kept for all contexts. */
typedef struct
{
  guint   n_states;
  guint64 memory;
} GenlmByteMachineSize;

/* Frees what belongs to the machine's kind; the machine itself is freed by
 * who calls it. */
struct _GenlmByteMachineClass
{
  void          (*finalize)     (GenlmByteMachine  *self);

  /* Both NULL where states live as long as the machine. */
  gpointer      (*ref_state)    (gpointer           state);
  GDestroyNotify  unref_state;

  /* The state before the first byte. Never fails: what could not be built was
   * an error of the machine's maker. */
  gpointer      (*dup_start)    (GenlmByteMachine  *self);
  /* The state after more bytes, which may be the dead one; NULL with an error
   * when a limit is passed. */
  gpointer      (*advance)      (GenlmByteMachine  *self,
                                 gpointer           state,
                                 const guint8      *bytes,
                                 gsize              n_bytes,
                                 GError           **error);
  /* Log weights of what was read as unfinished and as finished; either place
   * may be NULL. FALSE with an error when a limit is passed. */
  gboolean      (*weigh)        (GenlmByteMachine  *self,
                                 gpointer           state,
                                 double            *prefix,
                                 double            *complete,
                                 GError           **error);

  /* Both NULL where a machine keeps nothing for a vocabulary. */
  gpointer      (*make_view)    (GenlmByteMachine  *self,
                                 GenlmTrieIndex    *index);
  GDestroyNotify  free_view;

  /* The tokens that may follow, EOS among them, in a state that is not dead.
   * A machine of weights has no masks and the other way round; the other
   * place is NULL. */
  GenlmTokenSet *(*make_mask)   (GenlmByteMachine  *self,
                                 gpointer           view,
                                 GenlmTrieIndex    *index,
                                 gpointer           state,
                                 GError           **error);
  GenlmWeights  *(*make_weights) (GenlmByteMachine *self,
                                  gpointer          view,
                                  GenlmTrieIndex   *index,
                                  gpointer          state,
                                  GError          **error);

  GenlmByteMachineSize (*get_size) (GenlmByteMachine *self);
};

/* The first part of every kind of machine. */
struct _GenlmByteMachine
{
  const GenlmByteMachineClass *klass;
  gatomicrefcount              ref_count;
};

GENLM_ENGINE_API void              genlm_byte_machine_init  (GenlmByteMachine            *self,
                                                             const GenlmByteMachineClass *klass);
GENLM_ENGINE_API GenlmByteMachine *genlm_byte_machine_ref   (GenlmByteMachine            *self);
GENLM_ENGINE_API void              genlm_byte_machine_unref (GenlmByteMachine            *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmByteMachine, genlm_byte_machine_unref)

G_END_DECLS
