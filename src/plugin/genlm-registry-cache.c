/* The file in which the registry remembers what plugins offer. It is a
 * convenience only: what cannot be read is forgotten, and what is not current
 * is looked at again. */
#define G_LOG_DOMAIN "Genlm-Registry"

#include "genlm-registry-cache-private.h"

#include <errno.h>
#include <string.h>

#include "genlm-version.h"

#define MAGIC "genlm registry 1"
#define BYTE_ORDER_MARK 0x01020304u
#define MAX_SIZE (16 << 20)

/* stamp of the file, stamps of its dependencies, when it was scanned in
 * seconds since 1970, the plugin */
#define ENTRY_TYPE "(" GENLM_FILE_STAMP_VARIANT_TYPE "a" GENLM_FILE_STAMP_VARIANT_TYPE "x" GENLM_PLUGIN_VARIANT_TYPE ")"
#define CACHE_TYPE "(susa" ENTRY_TYPE ")"

/* Entries by file name; empty for whatever is not a cache of this version. */
GHashTable *
genlm_registry_cache_parse (GBytes *bytes)
{
  GHashTable *entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  g_autoptr (GVariant) cache = NULL;
  g_autoptr (GVariant) list = NULL;
  const char *magic, *version;
  guint32 mark;

  cache = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (CACHE_TYPE), bytes, FALSE));
  if (!g_variant_is_normal_form (cache))
    return entries;
  g_variant_get (cache, "(&su&s@a" ENTRY_TYPE ")", &magic, &mark, &version, &list);
  if (strcmp (magic, MAGIC) != 0 || mark != BYTE_ORDER_MARK || strcmp (version, GENLM_VERSION_S) != 0)
    return entries;

  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      GVariant *entry = g_variant_get_child_value (list, i);
      g_autoptr (GVariant) plugin = g_variant_get_child_value (entry, 3);
      char *file = NULL;

      g_variant_get_child (plugin, 0, "^ay", &file);
      g_hash_table_replace (entries, file, entry);
    }
  return entries;
}

GHashTable *
genlm_registry_cache_read (const char *file)
{
  g_autoptr (GBytes) bytes = NULL;
  GenlmFileStamp stamp;
  GHashTable *entries;
  char *data = NULL;
  gsize length = 0;

  genlm_file_stamp_read (&stamp, file);
  if (!stamp.exists || stamp.size > MAX_SIZE || !g_file_get_contents (file, &data, &length, NULL))
    return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);

  bytes = g_bytes_new_take (data, length);
  entries = genlm_registry_cache_parse (bytes);
  g_debug ("read %u plugins from the cache %s", g_hash_table_size (entries), file);
  return entries;
}

/* Writes a new file beside the old one and puts it in its place. */
gboolean
genlm_registry_cache_write (const char  *file,
                            GPtrArray   *entries,
                            GError     **error)
{
  g_autofree char *folder = g_path_get_dirname (file);
  g_autoptr (GVariant) cache = NULL;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a" ENTRY_TYPE));
  for (guint i = 0; i < entries->len; i++)
    g_variant_builder_add_value (&builder, entries->pdata[i]);
  cache = g_variant_ref_sink (g_variant_new ("(susa" ENTRY_TYPE ")", MAGIC, BYTE_ORDER_MARK,
                                             GENLM_VERSION_S, &builder));

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                   "Failed to make the folder %s: %s", folder, g_strerror (errno));
      return FALSE;
    }
  return g_file_set_contents_full (file, g_variant_get_data (cache), g_variant_get_size (cache),
                                   G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

/* A new reference to an entry, or NULL for a plugin whose state may change
 * without its file and which is cheap to look at again: one that could not be
 * scanned, or that misses a library that may be installed any time. */
GVariant *
genlm_registry_cache_entry_new (GenlmPlugin          *plugin,
                                const GenlmFileStamp *stamp)
{
  const GError *failure = genlm_plugin_get_error (plugin);
  const char *const *dependencies = genlm_plugin_get_dependencies (plugin);
  g_autoptr (GVariant) description = NULL;
  GVariantBuilder stamps;

  if (failure != NULL &&
      (failure->code == GENLM_PLUGIN_ERROR_NO_SCANNER || failure->code == GENLM_PLUGIN_ERROR_INVALID_OUTPUT ||
       failure->code == GENLM_PLUGIN_ERROR_UNRESOLVED || failure->code == GENLM_PLUGIN_ERROR_MISSING))
    return NULL;

  g_variant_builder_init (&stamps, G_VARIANT_TYPE ("a" GENLM_FILE_STAMP_VARIANT_TYPE));
  for (guint i = 0; dependencies[i] != NULL; i++)
    {
      GenlmFileStamp dependency;

      genlm_file_stamp_read (&dependency, dependencies[i]);
      g_variant_builder_add_value (&stamps, genlm_file_stamp_to_variant (&dependency));
    }
  description = genlm_plugin_to_variant (plugin);
  return g_variant_ref_sink (
    g_variant_new ("(@" GENLM_FILE_STAMP_VARIANT_TYPE "a" GENLM_FILE_STAMP_VARIANT_TYPE "x@"
                   GENLM_PLUGIN_VARIANT_TYPE ")",
                   genlm_file_stamp_to_variant (stamp), &stamps,
                   g_get_real_time () / G_USEC_PER_SEC, description));
}

static gboolean
dependencies_unchanged (GenlmPlugin *plugin,
                        GVariant    *stamps)
{
  const char *const *dependencies = genlm_plugin_get_dependencies (plugin);

  if (g_strv_length ((char **) dependencies) != g_variant_n_children (stamps))
    return FALSE;

  for (guint i = 0; dependencies[i] != NULL; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (stamps, i);
      GenlmFileStamp then, now;

      genlm_file_stamp_from_variant (&then, child);
      genlm_file_stamp_read (&now, dependencies[i]);
      if (!genlm_file_stamp_equal (&then, &now))
        return FALSE;
    }
  return TRUE;
}

/* The plugin of an entry that is still true of the file, or NULL. */
GenlmPlugin *
genlm_registry_cache_entry_revive (GVariant             *entry,
                                   const GenlmFileStamp *stamp)
{
  g_autoptr (GenlmPlugin) plugin = NULL;
  g_autoptr (GVariant) own = NULL;
  g_autoptr (GVariant) stamps = NULL;
  g_autoptr (GVariant) description = NULL;
  GenlmFileStamp then;

  g_variant_get (entry, "(@" GENLM_FILE_STAMP_VARIANT_TYPE "@a" GENLM_FILE_STAMP_VARIANT_TYPE "x@"
                 GENLM_PLUGIN_VARIANT_TYPE ")", &own, &stamps, NULL, &description);
  genlm_file_stamp_from_variant (&then, own);
  if (!genlm_file_stamp_equal (&then, stamp))
    return NULL;

  plugin = genlm_plugin_new_from_variant (description);
  if (!dependencies_unchanged (plugin, stamps))
    return NULL;
  return g_steal_pointer (&plugin);
}
