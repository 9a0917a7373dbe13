#pragma once

#include "genlm-trial-private.h"

G_BEGIN_DECLS

/* Walks through every way in which the random choices of a draw can fall, each
 * with its exact probability: the draw is run again and again, and each time the
 * last choice that has another option takes it. */
typedef struct
{
  GArray *choices;      /* of the current run */
  guint   depth;
  double  probability;  /* of the current run so far */
  double  negligible;   /* runs less probable than this are cut off */
  double  max_repeats;  /* all above count as this many */
} TestOracle;

extern const GenlmTrialChoices test_oracle_choices;

void     test_oracle_init  (TestOracle *self);
void     test_oracle_clear (TestOracle *self);
void     test_oracle_begin (TestOracle *self);
gboolean test_oracle_next  (TestOracle *self);

G_END_DECLS
