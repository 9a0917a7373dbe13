#pragma once

/* A deterministic automaton over bytes that is built as it is walked, shared
 * by any number of threads: known transitions are read without a lock. States
 * live as long as the automaton. A state from which nothing can be accepted is
 * always the dead state. */

#include "genlm-byte-exprs.h"

G_BEGIN_DECLS

typedef struct _GenlmByteDfa   GenlmByteDfa;
typedef struct _GenlmByteState GenlmByteState;

/*< private >*/
struct _GenlmByteState
{
  GenlmByteExpr   expr;
  guint32         index;
  gboolean        accepting;
  /* A note of the trie walk's; 0 is none. */
  guint64         outside;
  /* By class of byte; NULL is not known yet. */
  GenlmByteState *next[];
};

struct _GenlmByteDfa
{
  GenlmByteState *start;
  GenlmByteState *dead;
  guint           n_classes;
  guint8          classes[256];
};

GENLM_ENGINE_API GenlmByteDfa   *genlm_byte_dfa_new            (GenlmByteExprs  *exprs,
                                                                GenlmByteExpr    root,
                                                                GError         **error);
GENLM_ENGINE_API GenlmByteDfa   *genlm_byte_dfa_new_for_regex  (const char      *pattern,
                                                                gsize            length,
                                                                const char      *charset,
                                                                const GenlmEngineLimits *limits,
                                                                GError         **error);
GENLM_ENGINE_API GenlmByteDfa   *genlm_byte_dfa_ref            (GenlmByteDfa    *self);
GENLM_ENGINE_API void            genlm_byte_dfa_unref          (GenlmByteDfa    *self);
GENLM_ENGINE_API GenlmByteState *genlm_byte_dfa_add_transition (GenlmByteDfa    *self,
                                                                GenlmByteState  *state,
                                                                guint8           byte,
                                                                GError         **error);
GENLM_ENGINE_API GenlmByteState *genlm_byte_dfa_walk           (GenlmByteDfa    *self,
                                                                GenlmByteState  *state,
                                                                const guint8    *bytes,
                                                                gsize            n_bytes,
                                                                GError         **error);
GENLM_ENGINE_API guint           genlm_byte_dfa_get_n_states   (GenlmByteDfa    *self);
GENLM_ENGINE_API guint64         genlm_byte_dfa_get_memory     (GenlmByteDfa    *self);

/* The transition if it is known, otherwise NULL. */
static inline GenlmByteState *
genlm_byte_dfa_peek_next (const GenlmByteDfa *self,
                          GenlmByteState     *state,
                          guint8              byte)
{
  return __atomic_load_n (&state->next[self->classes[byte]], __ATOMIC_ACQUIRE);
}

/* The state after @byte, or NULL with an error when a limit is passed. */
static inline GenlmByteState *
genlm_byte_dfa_step (GenlmByteDfa    *self,
                     GenlmByteState  *state,
                     guint8           byte,
                     GError         **error)
{
  GenlmByteState *next = genlm_byte_dfa_peek_next (self, state, byte);

  if (G_LIKELY (next != NULL))
    return next;
  return genlm_byte_dfa_add_transition (self, state, byte, error);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmByteDfa, genlm_byte_dfa_unref)

G_END_DECLS
