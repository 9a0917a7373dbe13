#pragma once

/* Raw text of a document that has still to be looked at as a whole: a list of
 * pieces, the last one first, shared by all states that go on from it; and
 * how JSON writes strings. */

#include "genlm-engine.h"
#include "genlm-json-regex.h"

G_BEGIN_DECLS

typedef struct _GenlmJsonText GenlmJsonText;

struct _GenlmJsonText
{
  gatomicrefcount ref_count;
  guint32         length;
  guint64         total;  /* with the pieces before */
  GenlmJsonText  *before; /* nullable */
  /* If it ends in a string that is to be a pattern: where in it; or NULL. */
  GenlmJsonRegex *regex;
  char            bytes[];
};

GenlmJsonText *genlm_json_text_new    (GenlmJsonText *before,
                                       const guint8  *bytes,
                                       gsize          length);
GenlmJsonText *genlm_json_text_ref    (GenlmJsonText *self);
void           genlm_json_text_unref  (GenlmJsonText *self);
void           genlm_json_text_append (GenlmJsonText *self,
                                       guint64        from,
                                       GString       *to);
gsize          genlm_json_text_find_escape (const char *raw,
                                            gsize       length);
GString       *genlm_json_text_decode (const char    *raw,
                                       gsize          length);
GString       *genlm_json_text_encode (const char    *text,
                                       gsize          length);

G_END_DECLS
