#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A property that a script says it has. */
typedef struct
{
  char     *name;
  char     *type;           /* of a variant; one that a property can have */
  GVariant *default_value;  /* NULL for nothing */
  char     *description;
  gboolean  is_file;
} GenlmScriptProperty;

/* What the leading comment of a script says, which is known without running it.
 * Texts that are not given are empty. */
typedef struct
{
  char      *name;
  char      *class_name;
  char      *class_path;
  char      *long_name;
  char      *description;
  char      *author;
  char      *input;
  char      *version;
  char      *license;
  GPtrArray *properties;    /* of GenlmScriptProperty */
} GenlmScriptMetadata;

/* So much of a file is looked at. */
#define GENLM_SCRIPT_METADATA_MAX_SIZE 65536

/* Both return FALSE with an error for metadata that are wrong; @metadata is NULL
 * for a file that has none. */
gboolean    genlm_script_metadata_parse     (const char           *language,
                                             const char           *text,
                                             gsize                 length,
                                             gboolean              is_whole,
                                             GenlmScriptMetadata **metadata,
                                             GError              **error);
gboolean    genlm_script_metadata_read      (const char           *file,
                                             GenlmScriptMetadata **metadata,
                                             GError              **error);
void        genlm_script_metadata_free      (GenlmScriptMetadata  *self);

GParamSpec *genlm_script_property_new_pspec (GenlmScriptProperty  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmScriptMetadata, genlm_script_metadata_free)

G_END_DECLS
