#pragma once

/* How a text of characters is written as bytes. Surrogates are no characters,
 * and so no encoding ever writes one alone. */

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef enum
{
  /* One way to write each text. */
  GENLM_BYTE_ENCODING_UTF8,
  /* What stands between the quotes of a JSON string: UTF-8, or escapes of
   * either kind for any character, in every way that JSON reads as the text. */
  GENLM_BYTE_ENCODING_JSON,
  /* The same, but one way to write each text: as it is, except for what JSON
   * cannot have like that, which is a short escape where there is one. */
  GENLM_BYTE_ENCODING_JSON_PLAIN,
} GenlmByteEncoding;

G_END_DECLS
