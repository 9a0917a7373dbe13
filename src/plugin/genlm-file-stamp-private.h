#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What tells one version of a file from the next without reading it. */
typedef struct
{
  gboolean exists;
  guint64  size;
  gint64   seconds;
  guint32  nanoseconds;
} GenlmFileStamp;

#define GENLM_FILE_STAMP_VARIANT_TYPE "(btxu)"

void      genlm_file_stamp_read         (GenlmFileStamp       *self,
                                         const char           *file);
gboolean  genlm_file_stamp_equal        (const GenlmFileStamp *self,
                                         const GenlmFileStamp *other);
GVariant *genlm_file_stamp_to_variant   (const GenlmFileStamp *self);
void      genlm_file_stamp_from_variant (GenlmFileStamp       *self,
                                         GVariant             *variant);

G_END_DECLS
