/* A cache file of any content is read as entries that can be looked at, or as
 * none. */
#include "fuzz.h"

#include <glib/gstdio.h>

#include "genlm-registry-cache-private.h"

static const GenlmFileStamp stamp = { TRUE, 12345, 1700000000, 42 };

static GVariant *
new_entry (const char *dependencies)
{
  g_autofree char *text = g_strdup_printf (
    "(b'/x/libgenlmx.so', ('x', '1', 'What x offers', 'MIT', 'here'), ['a reason'], @aay %s,"
    " [('element', 'XElement', 'A/B', 'An element', 'Does things', 'Somebody', 'input', 256)], (-1, ''))", dependencies);
  g_autoptr (GVariant) description = NULL;
  g_autoptr (GenlmPlugin) plugin = NULL;

  description = g_variant_ref_sink (g_variant_parse (G_VARIANT_TYPE (GENLM_PLUGIN_VARIANT_TYPE), text, NULL, NULL, NULL));
  plugin = genlm_plugin_new_from_variant (description);
  return genlm_registry_cache_entry_new (plugin, &stamp);
}

GBytes *
fuzz_dup_seed (guint index)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autofree char *folder = NULL;
  g_autofree char *file = NULL;
  g_autoptr (GError) error = NULL;
  char *contents;
  gsize length;

  if (index > 2)
    return NULL;
  for (guint i = 0; i < index; i++)
    g_ptr_array_add (entries, new_entry (i == 0 ? "[]" : "[b'/nonexistent/file']"));

  folder = g_dir_make_tmp ("genlm-fuzz-XXXXXX", &error);
  g_assert_no_error (error);
  file = g_build_filename (folder, "cache", NULL);
  genlm_registry_cache_write (file, entries, &error);
  g_assert_no_error (error);
  g_file_get_contents (file, &contents, &length, &error);
  g_assert_no_error (error);
  g_remove (file);
  g_rmdir (folder);
  return g_bytes_new_take (contents, length);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GHashTable) entries = genlm_registry_cache_parse (bytes);
  GHashTableIter iter;
  gpointer file, entry;

  g_hash_table_iter_init (&iter, entries);
  while (g_hash_table_iter_next (&iter, &file, &entry))
    {
      g_autoptr (GenlmPlugin) plugin = genlm_registry_cache_entry_revive (entry, &stamp);

      if (plugin == NULL)
        continue;
      g_assert_cmpstr (genlm_plugin_get_file (plugin), ==, file);
      for (guint i = 0; i < genlm_plugin_get_n_elements (plugin); i++)
        g_assert_nonnull (genlm_plugin_get_element (plugin, i)->name);
    }
  return 0;
}
