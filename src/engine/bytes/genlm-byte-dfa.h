#pragma once

/* A deterministic automaton over bytes that is built as it is walked, shared
 * by any number of threads: known transitions are read without a lock. States
 * live as long as the automaton.
 *
 * A state is a list of labelled expressions, of which those that can match no
 * more have gone, and a goal. It is the dead state if and only if no item is
 * left or the goal can match no more; a goal of GENLM_BYTE_EXPR_ANYTHING is
 * none. A label is accepted by what its own items say, whatever the goal is. */

#include "genlm-byte-exprs.h"

G_BEGIN_DECLS

typedef struct _GenlmByteDfa   GenlmByteDfa;
typedef struct _GenlmByteState GenlmByteState;

typedef struct
{
  guint32       label;
  GenlmByteExpr expr;
} GenlmByteItem;

/*< private >*/
struct _GenlmByteState
{
  guint32              index;
  /* Whether any label is accepted. */
  gboolean             accepting;
  /* Labels that are accepted, sorted. */
  guint32              n_accepts;
  guint32              n_items;
  const guint32       *accepts;
  /* Sorted by label, each label once. */
  const GenlmByteItem *items;
  GenlmByteExpr        goal;
  /* A note of the trie walk's; 0 is none. */
  guint64              outside;
  /* What genlm_byte_dfa_clamp() found, for each depth that it knows. */
  GenlmByteState      *clamped[3];
  /* By class of byte; NULL is not known yet. */
  GenlmByteState      *next[];
};

struct _GenlmByteDfa
{
  /* Of an automaton for one pattern, otherwise NULL. */
  GenlmByteState *start;
  GenlmByteState *dead;
  guint           n_classes;
  guint8          classes[256];
};

GENLM_ENGINE_API GenlmByteDfa   *genlm_byte_dfa_new            (GenlmByteExprs  *exprs,
                                                                GError         **error);
GENLM_ENGINE_API GenlmByteDfa   *genlm_byte_dfa_ref            (GenlmByteDfa    *self);
GENLM_ENGINE_API void            genlm_byte_dfa_unref          (GenlmByteDfa    *self);
GENLM_ENGINE_API GenlmByteState *genlm_byte_dfa_intern         (GenlmByteDfa    *self,
                                                                const GenlmByteItem *items,
                                                                guint            n_items,
                                                                GenlmByteExpr    goal,
                                                                GError         **error);
GENLM_ENGINE_API GenlmByteExprs *genlm_byte_dfa_lock_exprs     (GenlmByteDfa    *self);
GENLM_ENGINE_API gboolean        genlm_byte_dfa_unlock_exprs   (GenlmByteDfa    *self,
                                                                GError         **error);
GENLM_ENGINE_API GenlmByteState *genlm_byte_dfa_add_transition (GenlmByteDfa    *self,
                                                                GenlmByteState  *state,
                                                                guint8           byte,
                                                                GError         **error);
GENLM_ENGINE_API GenlmByteState *genlm_byte_dfa_walk           (GenlmByteDfa    *self,
                                                                GenlmByteState  *state,
                                                                const guint8    *bytes,
                                                                gsize            n_bytes,
                                                                GError         **error);
GENLM_ENGINE_API GenlmByteState *genlm_byte_dfa_clamp          (GenlmByteDfa    *self,
                                                                GenlmByteState  *state,
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
