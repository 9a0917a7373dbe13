#pragma once

/* The numbers that a body knows, sorted by sign and digits, so that those that start
 * as a text does are next to each other. */

#include "genlm-decimal.h"
#include "genlm-json-body.h"

G_BEGIN_DECLS

typedef struct
{
  GenlmDecimal value;
  guint32      atom;
} GenlmJsonListedNumber;

GArray *genlm_json_number_list_new  (const GenlmJsonBody *body);
guint   genlm_json_number_list_find (const GArray        *self,
                                     const GenlmDecimal  *value);
int     genlm_json_number_list_compare (const GenlmDecimal *a,
                                        const GenlmDecimal *b);

G_END_DECLS
