#include "genlm-json-format-private.h"

#include "genlm-json-regex.h"

gboolean
genlm_json_format_check_regex (const char *text,
                               gsize       length)
{
  g_autoptr (GenlmJsonRegex) regex = genlm_json_regex_new_text (text, length);

  return genlm_json_regex_is_whole (regex);
}
