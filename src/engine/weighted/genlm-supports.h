#pragma once

/* In which states of a weighted automaton one may be at once, few of them: a
 * deterministic automaton without the weights, each transition of which is a
 * matrix that takes the weights over. Built as it is walked, by one thread at a
 * time, within a bound on memory. */

#include "genlm-pushed-wfsa.h"

G_BEGIN_DECLS

#define GENLM_SUPPORT_MAX_STATES (8u)
/* Rows of matrices are filled up with zeros to a multiple of it. */
#define GENLM_SUPPORT_LANES      (2u)

typedef struct _GenlmSupport    GenlmSupport;
typedef struct _GenlmSupportArc GenlmSupportArc;
typedef struct _GenlmSupports   GenlmSupports;

typedef enum
{
  GENLM_SUPPORT_UNKNOWN,
  GENLM_SUPPORT_NOWHERE,
  GENLM_SUPPORT_THERE,
  /* In too many states, or where there is no room for more supports. */
  GENLM_SUPPORT_TOO_MUCH
} GenlmSupportResult;

struct _GenlmSupportArc
{
  /* NULL for one state, which is enough to know. */
  const GenlmSupport *next;
  /* By state before and by state after. */
  const double       *matrix;
  /* The smallest number in it that is not zero. */
  double              least;
  /* The first of them. */
  guint32             state;
  guint16             n_states;
  guint16             result;
};

struct _GenlmSupport
{
  guint32          n_states;
  /* Sorted. */
  guint32          states[GENLM_SUPPORT_MAX_STATES];
  /* By class of byte. */
  GenlmSupportArc  arcs[];
};

GenlmSupports         *genlm_supports_new         (const GenlmPushedWfsa   *pushed,
                                                   guint64                  max_memory);
void                   genlm_supports_free        (GenlmSupports           *self);
gboolean               genlm_supports_is_full     (const GenlmSupports     *self);
guint64                genlm_supports_get_memory  (const GenlmSupports     *self);
const GenlmSupport    *genlm_supports_find        (GenlmSupports           *self,
                                                   const guint32           *states,
                                                   guint32                  n_states);
const GenlmSupport    *genlm_supports_find_single (GenlmSupports           *self,
                                                   guint32                  state);
void                   genlm_supports_make_arc    (GenlmSupports           *self,
                                                   const GenlmSupport      *support,
                                                   guint                    byte_class);

static inline guint32
genlm_support_count_lanes (guint32 n_states)
{
  return (n_states + GENLM_SUPPORT_LANES - 1) & ~(GENLM_SUPPORT_LANES - 1);
}

/* A transition that is known. */
static inline const GenlmSupportArc *
genlm_supports_find_arc (GenlmSupports      *self,
                         const GenlmSupport *support,
                         guint               byte_class)
{
  const GenlmSupportArc *arc = &support->arcs[byte_class];

  if (G_UNLIKELY (arc->result == GENLM_SUPPORT_UNKNOWN))
    genlm_supports_make_arc (self, support, byte_class);
  return arc;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmSupports, genlm_supports_free)

G_END_DECLS
