/* Potentials in scripts, without running any: what their leading comments say,
 * what the registry makes of it, which language a recipe needs, and a host that is
 * written in C. */
#include <genlm.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "genlm-script-metadata-private.h"
#include "genlm-script-private.h"

#define GOOD                                    \
  "[genlm element]\n"                           \
  "name=word-length\n"                          \
  "type=WordLength\n"                           \
  "description=Words that are not too long\n"   \
  "long-name=Word length\n"                     \
  "author=Somebody\n"                           \
  "version=1.2\n"                               \
  "license=MIT\n"                               \
  "input=inner\n"                               \
  "\n"                                          \
  "[property max-length]\n"                     \
  "type=u\n"                                    \
  "default=12\n"                                \
  "description=Letters of a word\n"             \
  "[property list]\n"                           \
  "type=s\n"                                    \
  "file=true\n"                                 \
  "[property inner]\n"                          \
  "type=(sa{sv})\n"

#define LEAST "[genlm element]\nname=least\ntype=Least\n"

/* As a comment of the language, with a line of code after it. */
static char *
comment (const char *language,
         const char *block)
{
  const char *mark = genlm_script_get_comment_mark (language);
  g_auto (GStrv) lines = g_strsplit (block, "\n", -1);
  GString *text = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    g_string_append_printf (text, "%s%s%s\n", mark, *lines[i] != '\0' ? " " : "", lines[i]);
  g_string_append (text, "\ncode ();\n");
  return g_string_free (text, FALSE);
}

static GenlmScriptMetadata *
parse (const char *language,
       const char *text)
{
  g_autoptr (GError) error = NULL;
  GenlmScriptMetadata *metadata = NULL;

  g_assert_true (genlm_script_metadata_parse (language, text, strlen (text), TRUE, &metadata, &error));
  g_assert_no_error (error);
  return metadata;
}

static void
test_forms (void)
{
  static const char *const languages[] = { "python", "js" };

  for (guint i = 0; i < G_N_ELEMENTS (languages); i++)
    {
      g_autofree char *text = comment (languages[i], GOOD);
      g_autofree char *after = g_strdup_printf ("#!/usr/bin/env x\n\n%s A licence.\n%s\n\n%s",
                                                genlm_script_get_comment_mark (languages[i]),
                                                genlm_script_get_comment_mark (languages[i]), text);
      g_autoptr (GenlmScriptMetadata) metadata = parse (languages[i], text);
      g_autoptr (GenlmScriptMetadata) again = parse (languages[i], after);
      GenlmScriptProperty *property;

      g_assert_nonnull (again);
      g_assert_cmpstr (metadata->name, ==, "word-length");
      g_assert_cmpstr (metadata->class_name, ==, "WordLength");
      g_assert_cmpstr (metadata->description, ==, "Words that are not too long");
      g_assert_cmpstr (metadata->long_name, ==, "Word length");
      g_assert_cmpstr (metadata->author, ==, "Somebody");
      g_assert_cmpstr (metadata->version, ==, "1.2");
      g_assert_cmpstr (metadata->license, ==, "MIT");
      g_assert_cmpstr (metadata->class_path, ==, "Potential/Script");
      g_assert_cmpstr (metadata->input, ==, "inner");
      g_assert_cmpuint (metadata->properties->len, ==, 3);

      property = metadata->properties->pdata[0];
      g_assert_cmpstr (property->name, ==, "max-length");
      g_assert_cmpstr (property->type, ==, "u");
      g_assert_cmpstr (property->description, ==, "Letters of a word");
      g_assert_cmpuint (g_variant_get_uint32 (property->default_value), ==, 12);
      g_assert_false (property->is_file);
      property = metadata->properties->pdata[1];
      g_assert_true (property->is_file);
      g_assert_null (property->default_value);
    }
}

static void
test_least (void)
{
  g_autofree char *text = comment ("python", LEAST);
  g_autoptr (GenlmScriptMetadata) metadata = parse ("python", text);
  g_autoptr (GenlmScriptMetadata) tight = parse ("js", "//[genlm element]\r\n//name=least\r\n//type=Least");
  g_autoptr (GenlmScriptMetadata) wide = parse ("js", "\xef\xbb\xbf//\t [genlm element] \n//  name = least\n// type=Least\n");

  g_assert_cmpstr (metadata->long_name, ==, "least");
  g_assert_cmpstr (metadata->description, ==, "");
  g_assert_cmpuint (metadata->properties->len, ==, 0);
  g_assert_cmpstr (tight->name, ==, "least");
  g_assert_cmpstr (wide->name, ==, "least");
}

static void
test_defaults (void)
{
  static const struct
  {
    const char *type;
    const char *text;
    const char *shown;
  } cases[] = {
    { "b", "true", "TRUE" }, { "b", NULL, "FALSE" }, { "i", "-3", "-3" }, { "u", "3", "3" }, { "x", "-4", "-4" },
    { "t", "18446744073709551615", "18446744073709551615" }, { "d", "-0.5", "-0.5" }, { "d", "1e3", "1000" },
    { "s", "'a b'", "a b" }, { "s", NULL, NULL }, { "as", NULL, NULL }, { "ay", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *given = cases[i].text != NULL ? g_strdup_printf ("default=%s\n", cases[i].text) : g_strdup ("");
      g_autofree char *block = g_strdup_printf (LEAST "[property p]\ntype=%s\n%s", cases[i].type, given);
      g_autofree char *text = comment ("python", block);
      g_autoptr (GenlmScriptMetadata) metadata = parse ("python", text);
      g_autoptr (GParamSpec) pspec = NULL;
      const GValue *value;

      g_assert_nonnull (metadata);
      pspec = g_param_spec_ref_sink (genlm_script_property_new_pspec (metadata->properties->pdata[0]));
      g_assert_cmpstr (pspec->name, ==, "p");
      value = g_param_spec_get_default_value (pspec);
      if (cases[i].shown == NULL)
        g_assert_null (g_value_peek_pointer (value));
      else
        {
          g_auto (GValue) shown = G_VALUE_INIT;

          g_value_init (&shown, G_TYPE_STRING);
          g_assert_true (g_value_transform (value, &shown));
          if (G_VALUE_HOLDS_DOUBLE (value))
            g_assert_cmpfloat (g_value_get_double (value), ==, g_ascii_strtod (cases[i].shown, NULL));
          else
            g_assert_cmpstr (g_value_get_string (&shown), ==, cases[i].shown);
        }
    }
}

static void
test_none (void)
{
  g_assert_null (parse ("python", ""));
  g_assert_null (parse ("python", "import os\n"));
  g_assert_null (parse ("python", "# About nothing.\n\nimport os\n"));
  g_assert_null (parse ("js", "# [genlm element]\n"));
  g_assert_null (parse ("python", "\"\"\"[genlm element]\"\"\"\n"));
}

static void
test_refused (void)
{
  static const struct
  {
    const char *block;
    const char *pattern;
  } cases[] = {
    { "[genlm element]\ntype=T\n", "*has no name*" },
    { "[genlm element]\nname=n\n", "*has no type*" },
    { "[genlm element]\nname=Name\ntype=T\n", "*“Name”*lower case*" },
    { "[genlm element]\nname=a:b\ntype=T\n", "*“a:b”*lower case*" },
    { "[genlm element]\nname=n\ntype=a.b\n", "*“a.b” is no name of a class*" },
    { LEAST "colour=red\n", "*“colour”, which means nothing; there are name, type,*" },
    { LEAST "name=least\n", "*name in*is given twice*" },
    { LEAST "name[de]=wenig\n", "*“name*means nothing*" },
    { LEAST "[genlm element]\n", "*[genlm element]*given twice*" },
    { LEAST "[property p]\ntype=u\n[property p]\n", "*[property p]*given twice*" },
    { LEAST "[property p]\ntype=u\n type = u\n", "*type in*given twice*" },
    { LEAST "[properties]\n", "*[properties]*means nothing*" },
    { LEAST "class=Sampler\n", "*“Sampler” does not begin with “Potential”*" },
    { LEAST "input=p\n", "*input is “p”*" },
    { LEAST "input=p\n[property p]\ntype=u\n", "*input is “p”*" },
    { LEAST "just text\n", "*metadata are wrong*" },
    { LEAST "[property p]\n", "*type of the property “p” is “”*" },
    { LEAST "[property p]\ntype=a{sv}\n", "*type of the property “p” is “a{sv}”*can be b, i, u*" },
    { LEAST "[property p]\ntype=?\n", "*type of the property “p” is “?”*" },
    { LEAST "[property P]\ntype=u\n", "*property “P”*lower case*" },
    { LEAST "[property ]\ntype=u\n", "*property “”*lower case*" },
    { LEAST "[property vocab]\ntype=u\n", "*“vocab” is taken*" },
    { LEAST "[property p]\ntype=u\nmaximum=3\n", "*“maximum”*means nothing*" },
    { LEAST "[property p]\ntype=u\ndefault=-1\n", "*default of the property “p”, “-1”, is no value of type “u”*" },
    { LEAST "[property p]\ntype=u\ndefault=\n", "*default of the property “p”, “”*" },
    { LEAST "[property p]\ntype=s\ndefault=abc\n", "*default of the property “p”, “abc”*'text'*" },
    { LEAST "[property p]\ntype=d\ndefault=nan\n", "*default of the property “p”*" },
    { LEAST "[property p]\ntype=d\ndefault=inf\n", "*default of the property “p”*not finite*" },
    { LEAST "[property p]\ntype=as\ndefault=['a']\n", "*“p” of type “as” cannot have a default*" },
    { LEAST "[property p]\ntype=(sa{sv})\ndefault=('x', {})\n", "*“p” of type “(sa{sv})” cannot have a default*" },
    { LEAST "[property p]\ntype=s\nfile=maybe\n", "*file of [property p] is neither true nor false*" },
    { LEAST "[property p]\ntype=u\nfile=true\n", "*“p” is a file, so its type must be “s”*" },
    { LEAST "description=\xff\n", "*UTF-8*" },
    { LEAST "description=\\q\\\n", "*description of [genlm element] has a backslash that means nothing*" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = comment ("python", cases[i].block);
      GenlmScriptMetadata *metadata = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_false (genlm_script_metadata_parse ("python", text, strlen (text), TRUE, &metadata, &error));
      g_assert_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_INVALID_METADATA);
      g_assert_null (metadata);
      if (!g_pattern_match_simple (cases[i].pattern, error->message))
        g_error ("\"%s\" is not \"%s\"", error->message, cases[i].pattern);
    }
}

static void
test_place (void)
{
  const char *late = "import os\n# [genlm element]\n# name=n\n# type=T\n";
  const char *open = "# [genlm element]\n# name=n\n";
  GenlmScriptMetadata *metadata = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) cut = NULL;
  static const char zero[] = "# [genlm element]\n# name=n\0ot\n# type=T\n";
  g_autoptr (GError) zeroed = NULL;

  g_assert_false (genlm_script_metadata_parse ("python", zero, sizeof zero - 1, TRUE, &metadata, &zeroed));
  g_assert_error (zeroed, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_INVALID_METADATA);
  g_assert_nonnull (strstr (zeroed->message, "line 2 has a zero byte"));
  g_assert_false (genlm_script_metadata_parse ("python", late, strlen (late), TRUE, &metadata, &error));
  g_assert_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_INVALID_METADATA);
  g_assert_nonnull (strstr (error->message, "line 2"));
  g_assert_false (genlm_script_metadata_parse ("python", open, strlen (open), FALSE, &metadata, &cut));
  g_assert_error (cut, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_INVALID_METADATA);
  g_assert_nonnull (strstr (cut->message, "65536"));
}

static void
test_many_properties (void)
{
  g_autoptr (GString) block = g_string_new (LEAST);
  g_autofree char *text = NULL;
  GenlmScriptMetadata *metadata = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 65; i++)
    g_string_append_printf (block, "[property p%u]\ntype=b\n", i);
  text = comment ("python", block->str);
  g_assert_false (genlm_script_metadata_parse ("python", text, strlen (text), TRUE, &metadata, &error));
  g_assert_nonnull (strstr (error->message, "more than 64 properties"));
}

/* -- the registry --------------------------------------------------------- */

typedef struct
{
  char *folder;
  char *cache;
} Fixture;

static char *
fixture_write (Fixture    *fixture,
               const char *name,
               const char *block)
{
  char *path = g_build_filename (fixture->folder, name, NULL);
  g_autofree char *text = comment (genlm_script_get_file_language (name), block);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  return path;
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("genlm-script-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->cache = g_build_filename (fixture->folder, "cache", NULL);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->cache);
}

static GenlmRegistry *
fixture_registry (Fixture *fixture)
{
  const char *folders[] = { fixture->folder, NULL };

  return genlm_registry_new (folders, fixture->cache);
}

static void
test_listed (Fixture       *fixture,
             gconstpointer  data)
{
  g_autofree char *python = fixture_write (fixture, "word-length.py", GOOD);
  g_autofree char *js = fixture_write (fixture, "least.js", LEAST);
  g_autofree char *plain = fixture_write (fixture, "helper.py", "Helps.\n");

  /* Once from the files, once from the cache. */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GenlmRegistry) registry = fixture_registry (fixture);
      g_autoptr (GListModel) plugins = genlm_registry_get_plugins (registry);
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmElementFactory) factory = genlm_registry_find_factory (registry, "word-length", &error);
      g_autoptr (GenlmElementFactory) by_type = genlm_registry_find_factory (registry, "Least", NULL);
      GenlmPlugin *plugin;

      g_assert_no_error (error);
      g_assert_cmpuint (g_list_model_get_n_items (plugins), ==, 3);
      g_assert_cmpstr (genlm_element_factory_get_type_name (factory), ==, "WordLength");
      g_assert_cmpstr (genlm_element_factory_get_description (factory), ==, "Words that are not too long");
      g_assert_cmpstr (genlm_element_factory_get_input (factory), ==, "inner");
      plugin = genlm_element_factory_get_plugin (factory);
      g_assert_cmpstr (genlm_plugin_get_name (plugin), ==, "word-length.py");
      g_assert_cmpstr (genlm_plugin_get_file (plugin), ==, python);
      g_assert_cmpstr (genlm_plugin_get_language (plugin), ==, "python");
      g_assert_cmpstr (genlm_plugin_get_version (plugin), ==, "1.2");
      g_assert_false (genlm_plugin_is_loaded (plugin));
      g_assert_cmpstr (genlm_plugin_get_language (genlm_element_factory_get_plugin (by_type)), ==, "js");
    }
}

/* Looks at one element with a registry of its own. */
static char *
dup_description (Fixture    *fixture,
                 const char *name)
{
  g_autoptr (GenlmRegistry) registry = fixture_registry (fixture);
  g_autoptr (GenlmElementFactory) factory = genlm_registry_find_factory (registry, name, NULL);

  return factory != NULL ? g_strdup (genlm_element_factory_get_description (factory)) : NULL;
}

static void
test_changed (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *path = fixture_write (fixture, "least.js", LEAST "description=First\n");
  g_autofree char *first = dup_description (fixture, "least");
  g_autofree char *second = NULL;
  g_autofree char *gone = NULL;

  g_assert_cmpstr (first, ==, "First");
  g_free (fixture_write (fixture, "least.js", LEAST "description=The second\n"));
  second = dup_description (fixture, "least");
  g_assert_cmpstr (second, ==, "The second");
  g_free (fixture_write (fixture, "least.js", "Nothing any more.\n"));
  gone = dup_description (fixture, "least");
  g_assert_null (gone);
}

static void
test_broken (Fixture       *fixture,
             gconstpointer  data)
{
  g_autofree char *path = fixture_write (fixture, "broken.py", LEAST "colour=red\n");

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GenlmRegistry) registry = fixture_registry (fixture);
      g_autoptr (GenlmPlugin) plugin = genlm_registry_find_plugin (registry, "broken.py");
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmElementFactory) factory = genlm_registry_find_factory (registry, "least", &error);

      g_assert_error (genlm_plugin_get_error (plugin), GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_INVALID_METADATA);
      g_assert_nonnull (strstr (genlm_plugin_get_error (plugin)->message, path));
      g_assert_null (factory);
      g_assert_error (error, GENLM_REGISTRY_ERROR, GENLM_REGISTRY_ERROR_NOT_FOUND);
      g_assert_nonnull (strstr (error->message, "colour"));
    }

  g_free (fixture_write (fixture, "broken.py", LEAST));
  {
    g_autofree char *description = dup_description (fixture, "least");

    g_assert_cmpstr (description, ==, "");
  }
}

/* A pipe with the name of a script would never end. */
static void
test_pipe (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "pipe.py", NULL);
  g_autoptr (GenlmRegistry) registry = fixture_registry (fixture);
  g_autoptr (GenlmPlugin) plugin = NULL;

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  plugin = genlm_registry_find_plugin (registry, "pipe.py");
  g_assert_error (genlm_plugin_get_error (plugin), GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_MISSING);
}

static void
test_file (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *good = fixture_write (fixture, "good.js", LEAST);
  g_autofree char *plain = fixture_write (fixture, "plain.js", "Helps.\n");
  g_autoptr (GenlmPlugin) plugin = genlm_plugin_new_for_file (good);
  g_autoptr (GenlmPlugin) none = genlm_plugin_new_for_file (plain);
  g_autoptr (GError) error = NULL;

  g_assert_true (genlm_plugin_load (plugin, &error));
  g_assert_no_error (error);
  g_assert_false (genlm_plugin_load (none, &error));
  g_assert_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_INVALID_METADATA);
}

/* -- stand-ins ------------------------------------------------------------ */

static void
test_properties (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autofree char *path = fixture_write (fixture, "word-length.js", GOOD);
  g_autoptr (GenlmRegistry) registry = fixture_registry (fixture);
  g_autoptr (GenlmElementFactory) factory = genlm_registry_find_factory (registry, "word-length", NULL);
  g_autoptr (GError) error = NULL;
  GType type = genlm_element_factory_load_type (factory, &error);
  g_autoptr (GTypeClass) klass = NULL;
  g_autofree char *range = NULL;
  GParamSpec *pspec;

  g_assert_no_error (error);
  g_assert_true (g_type_is_a (type, GENLM_TYPE_POTENTIAL));
  g_assert_cmpstr (genlm_element_type_get_factory_name (type), ==, "word-length");
  klass = g_type_class_ref (type);
  pspec = g_object_class_find_property (G_OBJECT_CLASS (klass), "max-length");
  g_assert_cmpuint (g_value_get_uint (g_param_spec_get_default_value (pspec)), ==, 12);
  g_assert_cmpstr (g_param_spec_get_blurb (pspec), ==, "Letters of a word");
  pspec = g_object_class_find_property (G_OBJECT_CLASS (klass), "list");
  range = genlm_element_dup_property_range (pspec);
  g_assert_cmpstr (range, ==, "a file name");

  /* What is wrong is known before anything is started. */
  g_assert_null (genlm_element_factory_make_with_properties (factory,
    g_variant_new_parsed ("{'max-length': <'x'>}"), &error));
  g_assert_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_INVALID_VALUE);
  g_clear_error (&error);
  g_assert_null (genlm_element_factory_make_with_properties (factory,
    g_variant_new_parsed ("{'max-lenght': <3>}"), &error));
  g_assert_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_UNKNOWN_PROPERTY);
  g_assert_nonnull (strstr (error->message, "max-length"));

  /* Two registries may know one name. */
  {
    g_autoptr (GenlmRegistry) other = fixture_registry (fixture);
    g_autoptr (GenlmElementFactory) same = genlm_registry_find_factory (other, "word-length", NULL);
    GType other_type = genlm_element_factory_load_type (same, NULL);

    g_assert_cmpuint (other_type, !=, G_TYPE_INVALID);
    g_assert_cmpuint (other_type, !=, type);
  }
}

static void
test_names (void)
{
  g_autofree char *file = NULL;
  g_autofree char *class_name = NULL;
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *expected = g_build_filename (here, "a:b.py", NULL);
  static const char *const others[] = {
    "", ":", "python", "python:", "python::", "python:a.py", "python:a.py:", "python::C", "perl:a.pl:C", "word-length",
    "python:\xff.py:C",
  };

  g_assert_cmpstr (genlm_script_parse_name ("python:a:b.py:Class", &file, &class_name), ==, "python");
  g_assert_cmpstr (file, ==, expected);
  g_assert_cmpstr (class_name, ==, "Class");
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_null (genlm_script_parse_name (others[i], &file, &class_name));
}

/* -- worker processes ----------------------------------------------------- */

static const char *
find_language (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) recipe = g_variant_parse (G_VARIANT_TYPE ("(sa{sv})"), text, NULL, NULL, &error);

  g_assert_no_error (error);
  return genlm_script_find_language (recipe);
}

static void
test_language (void)
{
  GVariant *deep = g_variant_new_parsed ("('js:/x.js:C', @a{sv} {})");

  g_assert_null (find_language ("('autobatch', {'potential': <('no-such', @a{sv} {})>})"));
  g_assert_cmpstr (find_language ("('python:/x.py:C', @a{sv} {})"), ==, "python");
  g_assert_cmpstr (find_language ("('autobatch', {'potential': <('js:/x.js:C', @a{sv} {})>})"), ==, "js");
  g_assert_cmpstr (find_language ("('product', {'left': <('regex', {'pattern': <'a'>})>, "
                                  "'right': <('python:/x.py:C', {'inner': <('js:/x.js:C', @a{sv} {})>})>})"),
                   ==, "python");
  g_assert_cmpstr (find_language ("('multiprocess', {'recipe': <<('js:/x.js:C', @a{sv} {})>>})"), ==, "js");
  g_assert_cmpstr (find_language ("('default-registry', @a{sv} {})"), ==, "js");

  for (guint i = 0; i < 100; i++)
    deep = g_variant_new_variant (deep);
  deep = g_variant_ref_sink (g_variant_new ("(s@a{sv})", "autobatch",
                                            g_variant_new_parsed ("{'potential': %v}", deep)));
  g_assert_null (genlm_script_find_language (deep));
  g_variant_unref (deep);
}

static void
test_command (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) plain = genlm_script_dup_worker_argv (NULL, &error);
  g_autofree char *script = g_build_filename (fixture->folder, "genlm-worker.js", NULL);
  g_autofree char *folders = g_strdup_printf ("/nonexistent:%s", fixture->folder);
  g_autofree char *saved = g_strdup (g_getenv ("GENLM_WORKER_SCRIPTS"));
  g_auto (GStrv) js = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (plain), ==, 2);
  g_assert_cmpstr (plain[1], ==, "worker");

  g_setenv ("GENLM_WORKER_SCRIPTS", folders, TRUE);
  g_setenv ("GENLM_GJS", "/opt/gjs", TRUE);
  g_assert_null (genlm_script_dup_worker_argv ("js", &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "genlm-worker.js"));
  g_assert_nonnull (strstr (error->message, fixture->folder));
  g_clear_error (&error);
  g_file_set_contents (script, "", -1, &error);
  g_assert_no_error (error);
  js = genlm_script_dup_worker_argv ("js", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (js[0], ==, "/opt/gjs");
  g_assert_cmpstr (js[1], ==, "-m");
  g_assert_cmpstr (js[2], ==, script);
  g_unsetenv ("GENLM_GJS");
  g_setenv ("GENLM_WORKER_SCRIPTS", saved, TRUE);
}

/* -- a host --------------------------------------------------------------- */

#define TEST_TYPE_WORDS (test_words_get_type ())
G_DECLARE_FINAL_TYPE (TestWords, test_words, TEST, WORDS, GenlmPotentialBase)

struct _TestWords
{
  GenlmPotentialBase parent_instance;

  guint max_length;
};

static void
test_words_potential_init (GenlmPotentialInterface *iface)
{
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestWords, test_words, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, test_words_potential_init))

static void
test_words_get_property (GObject    *object,
                         guint       property_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  g_value_set_uint (value, TEST_WORDS (object)->max_length);
}

static void
test_words_set_property (GObject      *object,
                         guint         property_id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  TEST_WORDS (object)->max_length = g_value_get_uint (value);
}

static void
test_words_class_init (TestWordsClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = test_words_get_property;
  G_OBJECT_CLASS (klass)->set_property = test_words_set_property;
  g_object_class_install_property (G_OBJECT_CLASS (klass), 1,
    g_param_spec_uint ("max-length", NULL, NULL, 0, 99, 12, G_PARAM_READWRITE));
}

static void
test_words_init (TestWords *self)
{
  self->max_length = 12;
}

#define TEST_TYPE_HOST (test_host_get_type ())
G_DECLARE_FINAL_TYPE (TestHost, test_host, TEST, HOST, GenlmScriptHost)

struct _TestHost
{
  GenlmScriptHost parent_instance;
};

G_DEFINE_FINAL_TYPE (TestHost, test_host, GENLM_TYPE_SCRIPT_HOST)

/* What a "script" does is in the name of its class. */
static GType
test_host_load_class (GenlmScriptHost  *host,
                      const char       *file,
                      const char       *class_name,
                      GError          **error)
{
  g_assert_true (g_path_is_absolute (file));
  if (strcmp (class_name, "Words") == 0)
    return TEST_TYPE_WORDS;
  if (strcmp (class_name, "NoPotential") == 0)
    return TEST_TYPE_HOST;
  if (strcmp (class_name, "Abstract") == 0)
    return GENLM_TYPE_POTENTIAL_BASE;
  if (strcmp (class_name, "Starts") == 0)
    g_assert_false (genlm_script_may_start_workers (error));
  else if (strcmp (class_name, "Raises") == 0)
    g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_SCRIPT, "NameError: no words");
  return G_TYPE_INVALID;
}

static GObject *
test_host_make_object (GenlmScriptHost    *host,
                       const char         *file,
                       const char         *class_name,
                       GenlmScriptValues  *values,
                       GError            **error)
{
  TestWords *words;

  g_assert_cmpstr (class_name, ==, "Words");
  if (genlm_script_values_get_size (values) == 0)
    return g_object_new (TEST_TYPE_WORDS, NULL);

  g_assert_cmpuint (genlm_script_values_get_size (values), ==, 1);
  g_assert_cmpstr (genlm_script_values_get_name (values, 0), ==, "max-length");
  if (g_value_get_uint (genlm_script_values_get_value (values, 0)) == 98)
    return NULL;
  if (g_value_get_uint (genlm_script_values_get_value (values, 0)) == 99)
    {
      g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_SCRIPT, "ValueError: too much");
      return NULL;
    }
  words = g_object_new (TEST_TYPE_WORDS, NULL);
  g_object_set_property (G_OBJECT (words), "max-length", genlm_script_values_get_value (values, 0));
  return G_OBJECT (words);
}

static void
test_host_class_init (TestHostClass *klass)
{
  GENLM_SCRIPT_HOST_CLASS (klass)->load_class = test_host_load_class;
  GENLM_SCRIPT_HOST_CLASS (klass)->make_object = test_host_make_object;
}

static void
test_host_init (TestHost *self)
{
}

static GenlmScriptHost *
install_host (void)
{
  static GenlmScriptHost *host;
  g_autoptr (GError) error = NULL;

  if (host != NULL)
    return host;
  host = g_object_new (TEST_TYPE_HOST, "language", "python", "program", "/opt/python", NULL);
  g_assert_true (genlm_script_host_install (host, &error));
  g_assert_no_error (error);
  return host;
}

static void
assert_fails (const char *name,
              const char *properties,
              int         code,
              const char *pattern)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) variants = g_variant_ref_sink (g_variant_new_parsed (properties));

  g_assert_null (genlm_element_make (name, variants, &error));
  if (code >= 0)
    g_assert_error (error, GENLM_PLUGIN_ERROR, code);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("\"%s\" is not \"%s\"", error->message, pattern);
}

static void
test_host_makes (void)
{
  GenlmScriptHost *host = install_host ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) made = genlm_element_make ("python:words.py:Words", NULL, &error);
  g_autoptr (GObject) set = NULL;
  g_autoptr (GVariant) recipe = NULL;
  g_autoptr (GVariant) named = NULL;
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GObject) again = NULL;
  const char *name;

  g_assert_no_error (error);
  g_assert_true (TEST_IS_WORDS (made));
  set = genlm_element_make ("python:words.py:Words", g_variant_new_parsed ("{'max-length': <int64 7>}"), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (TEST_WORDS (set)->max_length, ==, 7);

  recipe = genlm_potential_to_recipe (GENLM_POTENTIAL (set), &error);
  g_assert_no_error (error);
  g_variant_get (recipe, "(&s@a{sv})", &name, &properties);
  g_assert_true (g_pattern_match_simple ("python:/*/words.py:Words", name));
  again = genlm_element_from_recipe (recipe, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (TEST_WORDS (again)->max_length, ==, 7);
  named = genlm_script_host_make_recipe (host, set, "other", &error);
  g_assert_no_error (error);
  g_variant_get_child (named, 0, "&s", &name);
  g_assert_cmpstr (name, ==, "other");
}

static void
test_host_fails (void)
{
  install_host ();
  assert_fails ("python:x.py:Raises", "@a{sv} {}", GENLM_PLUGIN_ERROR_SCRIPT, "*x.py*NameError: no words*");
  assert_fails ("python:x.py:Nothing", "@a{sv} {}", GENLM_PLUGIN_ERROR_SCRIPT, "*“Nothing”*no class, and no reason*");
  assert_fails ("python:x.py:NoPotential", "@a{sv} {}", GENLM_PLUGIN_ERROR_SCRIPT, "*“NoPotential”*no potential*");
  assert_fails ("python:x.py:Abstract", "@a{sv} {}", GENLM_PLUGIN_ERROR_SCRIPT, "*“Abstract”*");
  assert_fails ("python:x.py:Words", "{'max-length': <uint32 98>}", GENLM_PLUGIN_ERROR_SCRIPT, "*no object of its class*");
  assert_fails ("python:x.py:Words", "{'max-length': <uint32 99>}", GENLM_PLUGIN_ERROR_SCRIPT, "*ValueError: too much*");
  assert_fails ("python:x.py:Words", "{'max-length': <uint32 100>}", -1, "*from 0 to 99*");
}

static void
test_host_loading (void)
{
  g_autoptr (GError) error = NULL;

  install_host ();
  assert_fails ("python:guard.py:Starts", "@a{sv} {}", -1, "*while */guard.py is being loaded*__main__*");
  g_assert_true (genlm_script_may_start_workers (&error));
  g_assert_no_error (error);
}

static void
test_host_program (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autofree char *saved = g_strdup (g_getenv ("GENLM_WORKER_SCRIPTS"));
  g_autofree char *script = g_build_filename (fixture->folder, "genlm-worker.py", NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) argv = NULL;
  g_auto (GStrv) named = NULL;

  install_host ();
  g_unsetenv ("GENLM_PYTHON");
  g_file_set_contents (script, "", -1, &error);
  g_assert_no_error (error);
  g_setenv ("GENLM_WORKER_SCRIPTS", fixture->folder, TRUE);
  argv = genlm_script_dup_worker_argv ("python", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (argv), ==, 2);
  g_assert_cmpstr (argv[0], ==, "/opt/python");
  g_assert_cmpstr (argv[1], ==, script);
  g_setenv ("GENLM_PYTHON", "/opt/other", TRUE);
  named = genlm_script_dup_worker_argv ("python", &error);
  g_assert_cmpstr (named[0], ==, "/opt/other");
  g_unsetenv ("GENLM_PYTHON");
  g_setenv ("GENLM_WORKER_SCRIPTS", saved, TRUE);
}

/* What the metadata promise, the class has. */
static void
test_host_promises (Fixture       *fixture,
                    gconstpointer  data)
{
  static const struct
  {
    const char *block;
    const char *pattern;
  } cases[] = {
    { "[genlm element]\nname=w\ntype=Words\n[property max-length]\ntype=u\ndefault=12\n", NULL },
    { "[genlm element]\nname=w\ntype=Words\n[property min-length]\ntype=u\n", "*no property “min-length”*" },
    { "[genlm element]\nname=w\ntype=Words\n[property max-length]\ntype=u\ndefault=11\n", "*“max-length” is 11 by default*" },
    { "[genlm element]\nname=w\ntype=Words\n[property max-length]\ntype=s\ndefault='x'\n", "*“max-length” is 'x' by default*" },
  };

  install_host ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = fixture_write (fixture, "words.py", cases[i].block);
      g_autoptr (GenlmRegistry) registry = fixture_registry (fixture);
      g_autoptr (GenlmElementFactory) factory = NULL;
      g_autoptr (GError) error = NULL;
      GType type;

      genlm_registry_rescan (registry);
      factory = genlm_registry_find_factory (registry, "w", &error);
      g_assert_no_error (error);
      type = genlm_element_factory_load_type (factory, &error);
      if (cases[i].pattern == NULL)
        {
          g_assert_no_error (error);
          g_assert_cmpuint (type, ==, TEST_TYPE_WORDS);
          continue;
        }
      g_assert_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_INVALID_METADATA);
      if (!g_pattern_match_simple (cases[i].pattern, error->message))
        g_error ("\"%s\" is not \"%s\"", error->message, cases[i].pattern);
    }
}

static void
test_host_refused (void)
{
  g_autoptr (GenlmScriptHost) second = g_object_new (TEST_TYPE_HOST, "language", "python", NULL);
  g_autoptr (GenlmScriptHost) unknown = g_object_new (TEST_TYPE_HOST, "language", "perl", NULL);
  g_autoptr (GError) error = NULL;

  install_host ();
  g_assert_false (genlm_script_host_install (second, &error));
  g_assert_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_false (genlm_script_host_install (unknown, &error));
  g_assert_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "perl"));
}

int
main (int    argc,
      char **argv)
{
  Fixture shared;
  int status;

  g_test_init (&argc, &argv, NULL);

  fixture_set_up (&shared, NULL);
  g_free (fixture_write (&shared, "default.js", "[genlm element]\nname=default-registry\ntype=Default\n"));
  g_setenv ("GENLM_PLUGIN_PATH", shared.folder, TRUE);
  g_setenv ("GENLM_REGISTRY", shared.cache, TRUE);

  g_test_add_func ("/script/metadata/forms", test_forms);
  g_test_add_func ("/script/metadata/least", test_least);
  g_test_add_func ("/script/metadata/defaults", test_defaults);
  g_test_add_func ("/script/metadata/none", test_none);
  g_test_add_func ("/script/metadata/refused", test_refused);
  g_test_add_func ("/script/metadata/place", test_place);
  g_test_add_func ("/script/metadata/many-properties", test_many_properties);
#define ADD(path, test) g_test_add (path, Fixture, NULL, fixture_set_up, test, fixture_tear_down)
  ADD ("/script/registry/listed", test_listed);
  ADD ("/script/registry/changed", test_changed);
  ADD ("/script/registry/broken", test_broken);
  ADD ("/script/registry/pipe", test_pipe);
  ADD ("/script/registry/file", test_file);
  ADD ("/script/stand-in/properties", test_properties);
  g_test_add_func ("/script/names", test_names);
  g_test_add_func ("/script/worker/language", test_language);
  ADD ("/script/worker/command", test_command);
  g_test_add_func ("/script/host/makes", test_host_makes);
  g_test_add_func ("/script/host/fails", test_host_fails);
  g_test_add_func ("/script/host/loading", test_host_loading);
  ADD ("/script/host/program", test_host_program);
  ADD ("/script/host/promises", test_host_promises);
  g_test_add_func ("/script/host/refused", test_host_refused);

  status = g_test_run ();
  fixture_tear_down (&shared, NULL);
  return status;
}
