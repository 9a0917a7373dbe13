#pragma once

/* What a piece of a Lark rule may become: sequences of symbols, each with its
 * share of the whole. Groups and optional parts are kept as such choices as
 * long as possible, so that they need no nonterminals of their own where they
 * are an alternative by themselves.
 *
 * Without weights of the user's a choice counts the alternatives that it has
 * when all groups and optional parts are multiplied out, and each of these has
 * the same share; a choice of weights counts as one. */

#include "genlm-grammar.h"

G_BEGIN_DECLS

typedef struct
{
  guint32 first;
  guint32 n_symbols;
  double  mass;
} GenlmLarkAlternative;

typedef struct
{
  GArray  *symbols;
  GArray  *alternatives;
  double   count;    /* the share of an alternative is its mass by this */
  gboolean weighted; /* by the user */
} GenlmLarkChoice;

GenlmLarkChoice            *genlm_lark_choice_new              (void);
GenlmLarkChoice            *genlm_lark_choice_new_symbol       (guint32 symbol,
                                                                double  count);
void                        genlm_lark_choice_free             (GenlmLarkChoice            *self);
void                        genlm_lark_choice_add              (GenlmLarkChoice *self,
                                                                const guint32   *symbols,
                                                                guint32          n_symbols,
                                                                double           mass);
void                        genlm_lark_choice_add_choice       (GenlmLarkChoice       *self,
                                                                const GenlmLarkChoice *other,
                                                                double                 factor);
void                        genlm_lark_choice_set_count        (GenlmLarkChoice *self,
                                                                double           count);
const GenlmLarkAlternative *genlm_lark_choice_peek_alternative (const GenlmLarkChoice *self,
                                                                guint                  index);
const guint32              *genlm_lark_choice_peek_symbols     (const GenlmLarkChoice      *self,
                                                                const GenlmLarkAlternative *alternative);
double                      genlm_lark_choice_get_share        (const GenlmLarkChoice      *self,
                                                                const GenlmLarkAlternative *alternative);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmLarkChoice, genlm_lark_choice_free)

G_END_DECLS
