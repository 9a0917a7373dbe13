#pragma once

/* Reads a whole JSON text. Names that occur twice in an object, halves of
 * surrogate pairs and whatever RFC 8259 does not allow are errors that name
 * line and column. Depth costs memory and no stack. */

#include "genlm-json-value.h"

G_BEGIN_DECLS

typedef struct _GenlmJsonDocument GenlmJsonDocument;

GENLM_ENGINE_API GenlmJsonDocument    *genlm_json_document_new       (const char               *text,
                                                                      gssize                    length,
                                                                      GError                  **error);
GENLM_ENGINE_API GenlmJsonDocument    *genlm_json_document_ref       (GenlmJsonDocument        *self);
GENLM_ENGINE_API void                  genlm_json_document_unref     (GenlmJsonDocument        *self);
GENLM_ENGINE_API const GenlmJsonValue *genlm_json_document_peek_root (const GenlmJsonDocument  *self);
GENLM_ENGINE_API guint64               genlm_json_document_get_size  (const GenlmJsonDocument  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmJsonDocument, genlm_json_document_unref)

G_END_DECLS
