#pragma once

/* A bucket is a group of characters that constraints seldom tell apart; a set
 * of buckets is a 64-bit word. Single characters of ASCII that are no letters
 * and digits have a bucket each, as patterns name them one by one; all
 * characters of several bytes are one; a character that is cut at the end of a
 * text is one; and what is no UTF-8 is one. */

#include <glib.h>

G_BEGIN_DECLS

#define GENLM_BUCKET_DIGITS      (0u)
#define GENLM_BUCKET_UPPER       (1u)
#define GENLM_BUCKET_LOWER       (2u)
#define GENLM_BUCKET_CONTROLS    (3u)
#define GENLM_BUCKET_SINGLES     (4u)
#define GENLM_BUCKET_SEVERAL     (55u)
#define GENLM_BUCKET_CUT         (56u)
#define GENLM_BUCKET_BROKEN      (57u)
/* Of a byte that does not end its character; in no set. */
#define GENLM_BUCKET_NONE        (58u)

#define GENLM_BUCKET_BIT(bucket) (G_GUINT64_CONSTANT (1) << (bucket))
#define GENLM_BUCKET_ALL         (GENLM_BUCKET_BIT (GENLM_BUCKET_NONE) - 1)

#define GENLM_N_UTF8_PLACES      (9u)

/* Places in the UTF-8 of a character, by what must follow. */
typedef enum
{
  GENLM_UTF8_BOUNDARY,
  GENLM_UTF8_ONE,
  GENLM_UTF8_TWO,
  GENLM_UTF8_THREE,
  GENLM_UTF8_AFTER_E0,
  GENLM_UTF8_AFTER_ED,
  GENLM_UTF8_AFTER_F0,
  GENLM_UTF8_AFTER_F4,
  GENLM_UTF8_BROKEN,
} GenlmUtf8Place;

GenlmUtf8Place genlm_utf8_place_next   (GenlmUtf8Place place,
                                        guint8         byte);
guint          genlm_char_bucket_ascii (guint8         byte);
guint          genlm_char_bucket_find  (GenlmUtf8Place before,
                                        GenlmUtf8Place after,
                                        guint8         byte);

G_END_DECLS
