#pragma once

/* A JSON number by its text: exact whatever its length, and without ever
 * writing out an exponent. The text is borrowed. */

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef struct
{
  const char *digits;     /* from the first digit that is not zero to the last; a point may be among them */
  gsize       length;     /* of that stretch */
  gint64      n_digits;   /* in it */
  gint        sign;       /* -1, 0, 1; nothing else counts if it is 0 */
  gint64      exponent;   /* the value is sign × the digits, read as an integer, × 10^exponent */
  /* If the exponent as written has too many digits for an integer, these are
   * they; the exponent above is then the largest or smallest there is. */
  const char *surplus;
  gsize       n_surplus;
  gint64      shift;      /* the true exponent is the one written + this */
} GenlmDecimal;

/* What an exponent of more digits than this counts as. */
#define GENLM_DECIMAL_MAX_EXPONENT_DIGITS (18u)
#define GENLM_DECIMAL_MAX_EXPONENT        (G_GINT64_CONSTANT (2000000000000000000))

GENLM_ENGINE_API gboolean genlm_decimal_init           (GenlmDecimal       *self,
                                                        const char         *text,
                                                        gsize               length);
GENLM_ENGINE_API int      genlm_decimal_compare        (const GenlmDecimal *a,
                                                        const GenlmDecimal *b);
GENLM_ENGINE_API gboolean genlm_decimal_is_integer     (const GenlmDecimal *self);
GENLM_ENGINE_API gboolean genlm_decimal_is_multiple_of (const GenlmDecimal *self,
                                                        const GenlmDecimal *divisor);
GENLM_ENGINE_API guint64  genlm_decimal_get_uint64     (const GenlmDecimal *self);
GENLM_ENGINE_API void     genlm_decimal_append_key     (const GenlmDecimal *self,
                                                        GString            *key);

G_END_DECLS
