/* A script of any content has metadata that every property of a stand-in can be
 * made from, has none, or has ones that are wrong. */
#include "fuzz.h"

#include <string.h>

#include "genlm-script-metadata-private.h"

static const char *const seeds[] = {
  "#!/usr/bin/env python3\n"
  "# [genlm element]\n# name=word-length\n# type=WordLength\n# description=Words that are not too long\n"
  "# long-name=Word length\n# author=Somebody\n# class=Potential/Constraint\n# input=inner\n"
  "#\n# [property max-length]\n# type=u\n# default=12\n# description=Letters of a word\n"
  "# [property words]\n# type=s\n# default='a\\'b'\n# file=true\n# [property inner]\n# type=(sa{sv})\n"
  "\nimport gi\n",
  "// [genlm element]\n// name=x\n// type=X\n//\n// [property a]\n// type=d\n// default=-1.5e3\n"
  "// [property b]\n// type=b\n// default=true\n// [property c]\n// type=as\n// [property d]\n// type=ay\n"
  "// [property e]\n// type=x\n// default=-3\n// [property f]\n// type=t\n// [property g]\n// type=i\n",
  "import gi\n# [genlm element]\n",
};

GBytes *
fuzz_dup_seed (guint index)
{
  return index < G_N_ELEMENTS (seeds) ? g_bytes_new_static (seeds[index], strlen (seeds[index])) : NULL;
}

static void
check (const char   *language,
       const guint8 *data,
       gsize         size,
       gboolean      is_whole)
{
  g_autoptr (GenlmScriptMetadata) metadata = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_right = genlm_script_metadata_parse (language, (const char *) data, size, is_whole, &metadata, &error);

  g_assert_true (is_right == (error == NULL));
  g_assert_true (is_right || metadata == NULL);
  if (error != NULL)
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
  if (metadata == NULL)
    return;

  g_assert_true (*metadata->name != '\0' && *metadata->class_name != '\0' && *metadata->long_name != '\0');
  g_assert_true (g_utf8_validate (metadata->description, -1, NULL));
  for (guint i = 0; i < metadata->properties->len; i++)
    {
      g_autoptr (GParamSpec) pspec = g_param_spec_ref_sink (genlm_script_property_new_pspec (metadata->properties->pdata[i]));

      g_assert_nonnull (g_param_spec_get_default_value (pspec));
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  if (size > GENLM_SCRIPT_METADATA_MAX_SIZE)
    return 0;
  check ("python", data, size, TRUE);
  check ("js", data, size, FALSE);
  check ("js", data, size, TRUE);
  return 0;
}
