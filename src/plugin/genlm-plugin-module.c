/* Opens the library of a plugin and checks, from the outside in, that it is
 * one: file, name, descriptor, interface. */
#define _GNU_SOURCE /* memmem () */

#include "genlm-plugin-module-private.h"

#include <elf.h>
#include <gmodule.h>
#include <string.h>

#include "genlm-version.h"

/* The plugin's name that a file name promises, or NULL: the folder also holds
 * libraries that plugins share, which are none themselves. */
char *
genlm_plugin_module_name_of_file (const char *file)
{
  g_autofree char *base = g_path_get_basename (file);
  gsize length = strlen (base);
  char *name;

  if (!g_str_has_prefix (base, "libgenlm") || !g_str_has_suffix (base, ".so") ||
      length <= strlen ("libgenlm.so"))
    return NULL;

  name = g_strndup (base + strlen ("libgenlm"), length - strlen ("libgenlm.so"));
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '_')
      {
        g_free (name);
        return NULL;
      }
  return name;
}

static gboolean
check_is_library (const char  *file,
                  GError     **error)
{
  g_autoptr (GMappedFile) mapped = NULL;
  g_autoptr (GError) local_error = NULL;
  const char *data;

  if (!g_file_test (file, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_MISSING,
                   "there is no such file; install the plugin again, or take its folder out of GENLM_PLUGIN_PATH");
      return FALSE;
    }

  mapped = g_mapped_file_new (file, FALSE, &local_error);
  if (mapped == NULL)
    {
      g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_MISSING,
                   "it cannot be read: %s", local_error->message);
      return FALSE;
    }

  data = g_mapped_file_get_contents (mapped);
  if (g_mapped_file_get_length (mapped) < sizeof (Elf32_Ehdr) ||
      memcmp (data, ELFMAG, SELFMAG) != 0)
    {
      g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_NOT_A_LIBRARY,
                   "it is not a shared library; remove the file, or build the plugin again");
      return FALSE;
    }
  return TRUE;
}

static GModule *
open_module (const char  *file,
             GError     **error)
{
  g_autoptr (GError) local_error = NULL;
  GModule *module = NULL;
  int code = GENLM_PLUGIN_ERROR_NOT_A_LIBRARY;

  if (!check_is_library (file, error))
    return NULL;

  /* Bound now: a symbol that is missing is an error here, not an abort later. */
  module = g_module_open_full (file, G_MODULE_BIND_LOCAL, &local_error);
  if (module != NULL)
    {
      g_module_make_resident (module);
      return module;
    }

  if (strstr (local_error->message, "undefined symbol") != NULL ||
      strstr (local_error->message, "cannot open shared object file") != NULL ||
      strstr (local_error->message, "not found") != NULL)
    code = GENLM_PLUGIN_ERROR_UNRESOLVED;
  g_set_error (error, GENLM_PLUGIN_ERROR, code, "%s; %s", local_error->message,
               code == GENLM_PLUGIN_ERROR_UNRESOLVED
                 ? "install what is missing, or build the plugin against what is installed"
                 : "build the plugin again for this machine");
  return NULL;
}

/* Looks in the file for the descriptor of another name, for the message only. */
static char *
find_other_descriptor (const char *file,
                       GModule    *module)
{
  static const char start[] = "genlm_plugin_";
  static const char end[] = "_desc";
  g_autoptr (GMappedFile) mapped = g_mapped_file_new (file, FALSE, NULL);
  const char *p, *limit;

  if (mapped == NULL)
    return NULL;
  p = g_mapped_file_get_contents (mapped);
  limit = p + g_mapped_file_get_length (mapped);

  while (p != NULL && (p = memmem (p, limit - p, start, strlen (start))) != NULL)
    {
      const char *stop = memchr (p, '\0', limit - p);
      gpointer symbol;

      if (stop == NULL)
        return NULL;
      if (stop - p > (gssize) (strlen (start) + strlen (end)) &&
          memcmp (stop - strlen (end), end, strlen (end)) == 0 &&
          g_module_symbol (module, p, &symbol))
        return g_strndup (p + strlen (start), stop - p - strlen (start) - strlen (end));
      p = stop;
    }
  return NULL;
}

static const GenlmPluginDesc *
find_descriptor (GModule     *module,
                 const char  *file,
                 const char  *name,
                 GError     **error)
{
  g_autofree char *symbol_name = g_strdup_printf ("genlm_plugin_%s_desc", name);
  g_autofree char *other = NULL;
  const GenlmPluginDesc *desc = NULL;
  gpointer symbol = NULL;

  if (!g_module_symbol (module, symbol_name, &symbol) || symbol == NULL)
    {
      other = find_other_descriptor (file, module);
      if (other != NULL)
        g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_NAME_MISMATCH,
                     "GENLM_PLUGIN_DEFINE names the plugin \"%s\", but its file \"%s\"; "
                     "call the file libgenlm%s.so", other, name, other);
      else
        g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_NO_SYMBOL,
                     "it does not export %s; end its plugin.c with GENLM_PLUGIN_DEFINE (%s, ...)",
                     symbol_name, name);
      return NULL;
    }

  desc = symbol;
  if (desc->magic != GENLM_PLUGIN_MAGIC)
    {
      g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_NO_SYMBOL,
                   "%s is not a plugin descriptor; make it with GENLM_PLUGIN_DEFINE", symbol_name);
      return NULL;
    }
  if (desc->abi != GENLM_PLUGIN_ABI)
    {
      g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_ABI_MISMATCH,
                   "it was built for plugin interface %u, and this library (%s) has %u; "
                   "build the plugin again", desc->abi, GENLM_VERSION_S, (guint) GENLM_PLUGIN_ABI);
      return NULL;
    }
  if (g_strcmp0 (desc->name, name) != 0)
    {
      g_autofree char *text = g_utf8_make_valid (desc->name != NULL ? desc->name : "", -1);

      g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_NAME_MISMATCH,
                   "the descriptor %s names the plugin \"%s\"; make it with GENLM_PLUGIN_DEFINE",
                   symbol_name, text);
      return NULL;
    }
  if (desc->init == NULL)
    {
      g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_NO_ELEMENTS,
                   "its descriptor has no init function, so that no element is registered");
      return NULL;
    }
  return desc;
}

/* Loads a library, for good, and returns its descriptor once everything about
 * it is right; nothing of the plugin's own code has run but what the library
 * does by itself when it is loaded. */
const GenlmPluginDesc *
genlm_plugin_module_open (const char  *file,
                          GError     **error)
{
  g_autofree char *name = genlm_plugin_module_name_of_file (file);
  GModule *module;

  if (name == NULL)
    {
      g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_NAME_MISMATCH,
                   "a plugin's file is called libgenlm<name>.so, with the name of its GENLM_PLUGIN_DEFINE");
      return NULL;
    }

  module = open_module (file, error);
  return module != NULL ? find_descriptor (module, file, name, error) : NULL;
}
