/* Tells whether a file is still the one that was looked at: existence, size
 * and time of change to the nanosecond. Not a checksum: the registry looks at
 * every plugin of every start, and reading them would cost what it saves. */
#include "genlm-file-stamp-private.h"

#include <sys/stat.h>

void
genlm_file_stamp_read (GenlmFileStamp *self,
                       const char     *file)
{
  struct stat st;

  *self = (GenlmFileStamp) { FALSE, 0, 0, 0 };

  if (stat (file, &st) != 0)
    return;

  self->exists = TRUE;
  self->size = (guint64) st.st_size;
  self->seconds = (gint64) st.st_mtim.tv_sec;
  self->nanoseconds = (guint32) st.st_mtim.tv_nsec;
}

gboolean
genlm_file_stamp_equal (const GenlmFileStamp *self,
                        const GenlmFileStamp *other)
{
  return self->exists == other->exists &&
         self->size == other->size &&
         self->seconds == other->seconds &&
         self->nanoseconds == other->nanoseconds;
}

GVariant *
genlm_file_stamp_to_variant (const GenlmFileStamp *self)
{
  return g_variant_new (GENLM_FILE_STAMP_VARIANT_TYPE,
                        self->exists, self->size, self->seconds, self->nanoseconds);
}

void
genlm_file_stamp_from_variant (GenlmFileStamp *self,
                               GVariant       *variant)
{
  g_variant_get (variant, GENLM_FILE_STAMP_VARIANT_TYPE,
                 &self->exists, &self->size, &self->seconds, &self->nanoseconds);
}
