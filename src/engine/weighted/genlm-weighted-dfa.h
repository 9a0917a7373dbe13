#pragma once

/* A deterministic automaton over bytes with a weight on every transition,
 * pushed: what leaves a state, its end among it, sums to one, so that the
 * weight of everything that starts with a text is the product of what it met,
 * times the total. Built as it is walked; known transitions are read without
 * a lock, by any number of threads. States live as long as the automaton. */

#include "genlm-regex-tree.h"
#include "genlm-wfsa.h"

G_BEGIN_DECLS

typedef struct _GenlmWeightedDfa      GenlmWeightedDfa;
typedef struct _GenlmWeightedDfaClass GenlmWeightedDfaClass;
typedef struct _GenlmWeightedState    GenlmWeightedState;

/* The weight may be read when there is a state. */
typedef struct
{
  GenlmWeightedState *next;
  double              log_weight;
} GenlmWeightedArc;

/*< private >*/
struct _GenlmWeightedState
{
  /* Of ending here; NaN is not known yet. */
  double           log_final;
  /* What the kind of automaton knows of it. */
  gconstpointer    data;
  guint32          n_data;
  guint32          n_more;
  /* By class of byte; no state is not known yet. */
  GenlmWeightedArc arcs[];
};

/* All are called under the lock. */
struct _GenlmWeightedDfaClass
{
  void     (*finalize)     (GenlmWeightedDfa    *self);
  /* Fills in at least the transition by the class of byte, or the final
   * weight; FALSE with an error when a limit is passed. */
  gboolean (*expand)       (GenlmWeightedDfa    *self,
                            GenlmWeightedState  *state,
                            guint                byte_class,
                            GError             **error);
  /* The bytes that are taken beside the states. */
  guint64  (*measure_more) (GenlmWeightedDfa    *self);
};

struct _GenlmWeightedDfa
{
  /* The dead state if nothing is accepted at all. */
  GenlmWeightedState *start;
  GenlmWeightedState *dead;
  /* In the place of states that are not made, for want of room; NULL where
   * there are none. No arc leads to it. */
  GenlmWeightedState *beyond;
  double              log_total;
  guint               n_classes;
  guint8              classes[256];

  const GenlmWeightedDfaClass *klass;
  gatomicrefcount     ref_count;
  GMutex              mutex;
  GenlmEngineLimits   limits;
  GPtrArray          *blocks;
  gsize               block_used;
  guint64             memory;
  guint               n_states;
};

GENLM_ENGINE_API GenlmWeightedDfa   *genlm_weighted_dfa_new_for_tree   (const GenlmRegexTree        *tree,
                                                                        const GenlmEngineLimits     *limits,
                                                                        GError                     **error);
GENLM_ENGINE_API GenlmWeightedDfa   *genlm_weighted_dfa_new_for_wfsa   (const GenlmWfsa             *wfsa,
                                                                        const GenlmEngineLimits     *limits,
                                                                        GError                     **error);
GENLM_ENGINE_API GenlmWeightedDfa   *genlm_weighted_dfa_ref            (GenlmWeightedDfa            *self);
GENLM_ENGINE_API void                genlm_weighted_dfa_unref          (GenlmWeightedDfa            *self);
GENLM_ENGINE_API GenlmWeightedState *genlm_weighted_dfa_add_transition (GenlmWeightedDfa            *self,
                                                                        GenlmWeightedState          *state,
                                                                        guint8                       byte,
                                                                        GError                     **error);
GENLM_ENGINE_API gboolean            genlm_weighted_dfa_weigh_final    (GenlmWeightedDfa            *self,
                                                                        GenlmWeightedState          *state,
                                                                        double                      *log_weight,
                                                                        GError                     **error);
GENLM_ENGINE_API guint               genlm_weighted_dfa_get_n_states   (GenlmWeightedDfa            *self);
GENLM_ENGINE_API guint64             genlm_weighted_dfa_get_memory     (GenlmWeightedDfa            *self);

/* For the kinds of automaton. */
void                genlm_weighted_dfa_init     (GenlmWeightedDfa            *self,
                                                 const GenlmWeightedDfaClass *klass,
                                                 guint                        n_classes,
                                                 const guint8                *classes,
                                                 const GenlmEngineLimits     *limits);
GenlmWeightedState *genlm_weighted_dfa_allocate (GenlmWeightedDfa            *self,
                                                 gsize                        n_more);
gsize               genlm_weighted_dfa_measure  (const GenlmWeightedDfa      *self,
                                                 gsize                        n_more);

/* The transition if it is known, otherwise NULL; never the state beyond. */
static inline GenlmWeightedState *
genlm_weighted_dfa_peek_next (const GenlmWeightedDfa *self,
                              GenlmWeightedState     *state,
                              guint8                  byte)
{
  return __atomic_load_n (&state->arcs[self->classes[byte]].next, __ATOMIC_ACQUIRE);
}

/* The state after @byte, and the weight of getting there unless it is the one
 * beyond; NULL with an error when a limit is passed. */
static inline GenlmWeightedState *
genlm_weighted_dfa_step (GenlmWeightedDfa    *self,
                         GenlmWeightedState  *state,
                         guint8               byte,
                         double              *log_weight,
                         GError             **error)
{
  GenlmWeightedState *next = genlm_weighted_dfa_peek_next (self, state, byte);

  if (G_UNLIKELY (next == NULL))
    {
      next = genlm_weighted_dfa_add_transition (self, state, byte, error);
      if (next == NULL || next == self->beyond)
        {
          *log_weight = -INFINITY;
          return next;
        }
    }
  *log_weight = state->arcs[self->classes[byte]].log_weight;
  return next;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWeightedDfa, genlm_weighted_dfa_unref)

G_END_DECLS
