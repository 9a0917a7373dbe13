#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A piece of JSON text that is not copied, so that numbers stay what they were
 * written as. */
typedef struct
{
  const char *start;
  const char *end;
} GenlmJsonText;

gboolean  genlm_json_text_check       (GenlmJsonText   text,
                                       GError        **error);
char      genlm_json_text_peek_kind   (GenlmJsonText   text);
gboolean  genlm_json_text_find        (GenlmJsonText   object,
                                       const char     *name,
                                       GenlmJsonText  *value);
gboolean  genlm_json_text_next        (GenlmJsonText  *container,
                                       char          **name,
                                       GenlmJsonText  *value);
GString  *genlm_json_text_decode      (GenlmJsonText   text);
char     *genlm_json_text_dup_string  (GenlmJsonText   text);
char     *genlm_json_text_dup_text    (GenlmJsonText   text);
void      genlm_json_text_dump        (GenlmJsonText   text,
                                       GString        *result);
void      genlm_json_text_quote       (const char     *string,
                                       GString        *result);

G_END_DECLS
