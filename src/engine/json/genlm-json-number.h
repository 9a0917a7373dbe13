#pragma once

/* A number while it is read, and the claims about it: exactly at its end, and
 * before as far as what has been read rules values out. */

#include "genlm-json-body.h"

G_BEGIN_DECLS

/* More of a text than this says nothing that matters about what may come. */
#define GENLM_JSON_NUMBER_MAX_GUESS (256u)

/* How a number may be written. */
typedef enum
{
  GENLM_JSON_NUMBER_ANY,
  GENLM_JSON_NUMBER_PLAIN,     /* no exponent, and no zero with a sign */
  GENLM_JSON_NUMBER_PLAIN_WHOLE, /* and no point, where only integers may stand */
} GenlmJsonNumberForm;

/* Where in a number a reader is. */
typedef enum
{
  GENLM_JSON_NUMBER_DEAD,
  GENLM_JSON_NUMBER_MINUS,
  GENLM_JSON_NUMBER_ZERO,
  GENLM_JSON_NUMBER_WHOLE,
  GENLM_JSON_NUMBER_POINT,
  GENLM_JSON_NUMBER_FRACTION,
  GENLM_JSON_NUMBER_NOUGHT,       /* of a plain number that must not end as "-0" */
  GENLM_JSON_NUMBER_NOUGHT_POINT, /* and then a point, and any zeros */
  GENLM_JSON_NUMBER_E,
  GENLM_JSON_NUMBER_SIGN,
  GENLM_JSON_NUMBER_EXPONENT,
} GenlmJsonNumberPlace;

GenlmJsonNumberPlace genlm_json_number_start    (guint8                byte);
GenlmJsonNumberPlace genlm_json_number_next     (GenlmJsonNumberForm   form,
                                                 GenlmJsonNumberPlace  place,
                                                 guint8                byte);
GenlmJsonNumberForm  genlm_json_number_get_form (GenlmJsonBook        *book,
                                                 const GenlmJsonBody  *body,
                                                 const GenlmJsonGoal  *goal);
gboolean             genlm_json_number_is_whole (GenlmJsonNumberPlace  place);
gboolean             genlm_json_number_is_free  (const GenlmJsonBook  *book,
                                                 const GenlmJsonBody  *body);
gboolean             genlm_json_number_is_listed (const GenlmJsonBody *body,
                                                  const GenlmJsonGoal *goal);
gboolean             genlm_json_number_may_be_listed (const GenlmJsonBody *body,
                                                      GenlmJsonNumberForm  form,
                                                      const char          *text,
                                                      gsize                length);
void                 genlm_json_number_judge    (GenlmJsonBook        *book,
                                                 const GenlmJsonBody  *body,
                                                 const char           *text,
                                                 gsize                 length,
                                                 guint8               *claims);
void                 genlm_json_number_guess    (GenlmJsonBook        *book,
                                                 const GenlmJsonBody  *body,
                                                 GenlmJsonNumberForm   form,
                                                 const char           *text,
                                                 gsize                 length,
                                                 guint8               *claims);

G_END_DECLS
