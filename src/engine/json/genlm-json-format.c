#include "genlm-json-format.h"

#include <string.h>

static const GenlmJsonFormat formats[] = {
  { "uuid", "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}", NULL, 0x31 },
};

/* NULL if no draft knows it. */
const GenlmJsonFormat *
genlm_json_format_find (const char *name,
                        gsize       length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (strlen (formats[i].name) == length && memcmp (formats[i].name, name, length) == 0)
      return &formats[i];
  return NULL;
}
