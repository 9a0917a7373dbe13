/* `genlm inspect`: what the registry knows, and the properties of an element
 * from introspection. */
#include <string.h>

#include "genlm-commands.h"
#include "genlm-output.h"

static gboolean opt_json;
static gboolean opt_failed;
static gboolean opt_rescan;
static char **opt_arguments;

static const GOptionEntry entries[] = {
  { "json", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &opt_json, "Write JSON", NULL },
  { "failed", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &opt_failed, "List what cannot be used, and why", NULL },
  { "rescan", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &opt_rescan, "Look at every plugin again first", NULL },
  { G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &opt_arguments, NULL, "[ELEMENT]" },
  G_OPTION_ENTRY_NULL
};

static void
json_file (JsonBuilder *builder,
           GenlmPlugin *plugin)
{
  g_autofree char *file = NULL;

  if (!genlm_plugin_is_built_in (plugin))
    file = g_filename_display_name (genlm_plugin_get_file (plugin));
  genlm_output_add_string (builder, "file", file);
}

static void
json_factory (JsonBuilder         *builder,
              GenlmElementFactory *factory)
{
  genlm_output_add_string (builder, "name", genlm_element_factory_get_name (factory));
  genlm_output_add_string (builder, "type", genlm_element_factory_get_type_name (factory));
  genlm_output_add_string (builder, "klass", genlm_element_factory_get_class_path (factory));
  genlm_output_add_string (builder, "description", genlm_element_factory_get_description (factory));
  genlm_output_add_int (builder, "rank", genlm_element_factory_get_rank (factory));
}

static int
list_json (GListModel *plugins,
           GListModel *factories)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "plugins");
  json_builder_begin_array (builder);
  for (guint i = 0; i < g_list_model_get_n_items (plugins); i++)
    {
      g_autoptr (GenlmPlugin) plugin = g_list_model_get_item (plugins, i);

      if (genlm_plugin_get_error (plugin) != NULL)
        continue;
      json_builder_begin_object (builder);
      genlm_output_add_string (builder, "name", genlm_plugin_get_name (plugin));
      json_file (builder, plugin);
      genlm_output_add_string (builder, "language", genlm_plugin_get_language (plugin));
      genlm_output_add_string (builder, "version", genlm_plugin_get_version (plugin));
      json_builder_set_member_name (builder, "elements");
      json_builder_begin_array (builder);
      for (guint j = 0; j < g_list_model_get_n_items (factories); j++)
        {
          g_autoptr (GenlmElementFactory) factory = g_list_model_get_item (factories, j);

          if (genlm_element_factory_get_plugin (factory) != plugin)
            continue;
          json_builder_begin_object (builder);
          json_factory (builder, factory);
          json_builder_end_object (builder);
        }
      json_builder_end_array (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return genlm_output_json (builder);
}

/* A script need not say of which version it is. */
static void
append_plugin (GString     *text,
               GenlmPlugin *plugin)
{
  const char *version = genlm_plugin_get_version (plugin);

  g_string_append_printf (text, "%s%s%s", genlm_plugin_get_name (plugin), *version != '\0' ? " " : "", version);
}

static int
list_text (GListModel *plugins,
           GListModel *factories)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint n_failed = 0;

  for (guint i = 0; i < g_list_model_get_n_items (plugins); i++)
    {
      g_autoptr (GenlmPlugin) plugin = g_list_model_get_item (plugins, i);

      if (genlm_plugin_get_error (plugin) != NULL)
        {
          n_failed++;
          continue;
        }
      append_plugin (text, plugin);
      g_string_append_printf (text, ": %s\n", genlm_plugin_get_description (plugin));
      for (guint j = 0; j < g_list_model_get_n_items (factories); j++)
        {
          g_autoptr (GenlmElementFactory) factory = g_list_model_get_item (factories, j);

          if (genlm_element_factory_get_plugin (factory) == plugin)
            g_string_append_printf (text, "  %-14s %s\n", genlm_element_factory_get_name (factory),
                                    genlm_element_factory_get_description (factory));
        }
    }
  g_string_append_printf (text, "\nElements: %u, plugins: %u. \"genlm inspect ELEMENT\" shows an element.\n",
                          g_list_model_get_n_items (factories), g_list_model_get_n_items (plugins) - n_failed);
  if (n_failed > 0)
    g_string_append_printf (text, "Plugins that cannot be used: %u. \"genlm inspect --failed\" says why.\n", n_failed);
  return genlm_output_finish (text);
}

/* A plugin that failed as a whole, or that offers less than it could. */
static char *
dup_failure (GenlmPlugin *plugin)
{
  const GError *error = genlm_plugin_get_error (plugin);
  const char *const *reasons = genlm_plugin_get_status_errors (plugin);

  if (error != NULL)
    return g_strdup (error->message);
  return reasons[0] != NULL ? g_strjoinv ("; ", (char **) reasons) : NULL;
}

static int
failed_json (GListModel *plugins)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "failed");
  json_builder_begin_array (builder);
  for (guint i = 0; i < g_list_model_get_n_items (plugins); i++)
    {
      g_autoptr (GenlmPlugin) plugin = g_list_model_get_item (plugins, i);
      g_autofree char *reason = dup_failure (plugin);

      if (reason == NULL)
        continue;
      json_builder_begin_object (builder);
      genlm_output_add_string (builder, "name", genlm_plugin_get_name (plugin));
      json_file (builder, plugin);
      genlm_output_add_string (builder, "reason", reason);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return genlm_output_json (builder);
}

static int
failed_text (GListModel *plugins)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (plugins); i++)
    {
      g_autoptr (GenlmPlugin) plugin = g_list_model_get_item (plugins, i);
      g_autofree char *reason = dup_failure (plugin);

      if (reason != NULL)
        g_string_append_printf (text, "%s: %s\n", genlm_plugin_get_name (plugin), reason);
    }
  if (text->len == 0)
    g_string_append (text, "Every plugin that was found can be used.\n");
  return genlm_output_finish (text);
}

/* The properties of an element, its own before those of its ancestors. */
static GPtrArray *
list_properties (GObjectClass *klass)
{
  guint n_pspecs;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (klass, &n_pspecs);
  GPtrArray *sorted = g_ptr_array_new ();

  for (guint inherited = 0; inherited <= 1; inherited++)
    for (guint i = 0; i < n_pspecs; i++)
      if ((pspecs[i]->owner_type == G_OBJECT_CLASS_TYPE (klass)) == !inherited)
        g_ptr_array_add (sorted, pspecs[i]);
  return sorted;
}

static char *
dup_flags (GParamSpec *pspec)
{
  GString *text = g_string_new (NULL);
  static const struct
  {
    guint       flag;
    const char *name;
  } flags[] = {
    { G_PARAM_READABLE, "readable" },
    { G_PARAM_WRITABLE, "writable" },
    { G_PARAM_CONSTRUCT, "construct" },
    { G_PARAM_CONSTRUCT_ONLY, "construct-only" },
    { GENLM_PARAM_FILE, "file" },
    { G_PARAM_DEPRECATED, "deprecated" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    if ((pspec->flags & flags[i].flag) != 0)
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", flags[i].name);
  return g_string_free (text, FALSE);
}

/* The default as it would be written in a description; NULL if there is none. */
static char *
dup_default (GParamSpec *pspec)
{
  const GValue *value = g_param_spec_get_default_value (pspec);

  if (G_VALUE_HOLDS_STRING (value))
    return g_value_dup_string (value);
  if (G_VALUE_HOLDS_BOOLEAN (value))
    return g_strdup (g_value_get_boolean (value) ? "true" : "false");
  if (G_VALUE_HOLDS_DOUBLE (value))
    return g_strdup_printf ("%g", g_value_get_double (value));
  if (G_VALUE_HOLDS_FLOAT (value))
    return g_strdup_printf ("%g", g_value_get_float (value));
  if (G_VALUE_HOLDS_ENUM (value))
    {
      g_autoptr (GTypeClass) klass = g_type_class_ref (G_VALUE_TYPE (value));
      GEnumValue *member = g_enum_get_value (G_ENUM_CLASS (klass), g_value_get_enum (value));

      return member != NULL ? g_strdup (member->value_nick) : NULL;
    }
  if (g_value_type_transformable (G_VALUE_TYPE (value), G_TYPE_STRING) &&
      !G_VALUE_HOLDS_BOXED (value) && !G_VALUE_HOLDS_OBJECT (value) && !G_VALUE_HOLDS_VARIANT (value))
    {
      g_auto (GValue) text = G_VALUE_INIT;

      g_value_init (&text, G_TYPE_STRING);
      g_value_transform (value, &text);
      return g_value_dup_string (&text);
    }
  return NULL;
}

static int
element_json (GenlmElementFactory *factory,
              GObjectClass        *klass)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GPtrArray) pspecs = list_properties (klass);

  json_builder_begin_object (builder);
  json_factory (builder, factory);
  genlm_output_add_string (builder, "plugin", genlm_plugin_get_name (genlm_element_factory_get_plugin (factory)));
  json_file (builder, genlm_element_factory_get_plugin (factory));
  genlm_output_add_string (builder, "language", genlm_plugin_get_language (genlm_element_factory_get_plugin (factory)));
  genlm_output_add_string (builder, "input", genlm_element_factory_get_input (factory));
  json_builder_set_member_name (builder, "properties");
  json_builder_begin_array (builder);
  for (guint i = 0; i < pspecs->len; i++)
    {
      GParamSpec *pspec = pspecs->pdata[i];
      g_autofree char *range = genlm_element_dup_property_range (pspec);
      g_autofree char *flags = dup_flags (pspec);
      g_autofree char *value = dup_default (pspec);

      json_builder_begin_object (builder);
      genlm_output_add_string (builder, "name", pspec->name);
      genlm_output_add_string (builder, "type", g_type_name (G_PARAM_SPEC_VALUE_TYPE (pspec)));
      genlm_output_add_string (builder, "range", range);
      genlm_output_add_string (builder, "default", value);
      genlm_output_add_string (builder, "blurb", g_param_spec_get_blurb (pspec));
      genlm_output_add_string (builder, "flags", flags);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return genlm_output_json (builder);
}

static void
append_script (GString     *text,
               GenlmPlugin *plugin)
{
  g_autofree char *file = NULL;

  if (genlm_plugin_get_language (plugin) == NULL)
    return;
  file = g_filename_display_name (genlm_plugin_get_file (plugin));
  g_string_append_printf (text, "  script  %s (%s)\n", file, genlm_plugin_get_language (plugin));
}

static int
element_text (GenlmElementFactory *factory,
              GObjectClass        *klass)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GenlmPlugin *plugin = genlm_element_factory_get_plugin (factory);
  const char *input = genlm_element_factory_get_input (factory);
  g_autoptr (GPtrArray) pspecs = list_properties (klass);

  g_string_append_printf (text, "%s: %s\n%s\n\n",
                          genlm_element_factory_get_name (factory), genlm_element_factory_get_long_name (factory),
                          genlm_element_factory_get_description (factory));
  g_string_append_printf (text, "  type    %s\n  class   %s\n  rank    %u\n  author  %s\n  plugin  ",
                          genlm_element_factory_get_type_name (factory), genlm_element_factory_get_class_path (factory),
                          genlm_element_factory_get_rank (factory), genlm_element_factory_get_author (factory));
  append_plugin (text, plugin);
  g_string_append_c (text, '\n');
  append_script (text, plugin);
  if (input != NULL)
    g_string_append_printf (text, "  input   %s (what stands before \"!\")\n", input);

  g_string_append (text, "\nProperties:\n");
  for (guint i = 0; i < pspecs->len; i++)
    {
      GParamSpec *pspec = pspecs->pdata[i];
      g_autofree char *range = genlm_element_dup_property_range (pspec);
      g_autofree char *flags = dup_flags (pspec);
      g_autofree char *value = dup_default (pspec);
      const char *blurb = g_param_spec_get_blurb (pspec);

      g_string_append_printf (text, "  %s: %s\n    %s, takes %s; default %s; %s\n",
                              pspec->name, blurb != NULL ? blurb : "",
                              g_type_name (G_PARAM_SPEC_VALUE_TYPE (pspec)), range,
                              value != NULL ? (*value != '\0' ? value : "empty") : "none", flags);
    }
  return genlm_output_finish (text);
}

static int
inspect_element (GenlmRegistry *registry,
                 const char    *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmElementFactory) factory = genlm_registry_find_factory (registry, name, &error);
  g_autoptr (GTypeClass) klass = NULL;
  GType type;

  if (factory == NULL)
    return genlm_output_fail ("%s", error->message);
  type = genlm_element_factory_load_type (factory, &error);
  if (type == G_TYPE_INVALID)
    return genlm_output_fail ("%s", error->message);

  klass = g_type_class_ref (type);
  return opt_json ? element_json (factory, G_OBJECT_CLASS (klass)) : element_text (factory, G_OBJECT_CLASS (klass));
}

int
genlm_inspect_main (int    argc,
                    char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- show plugins and elements");
  g_autoptr (GListModel) plugins = NULL;
  g_autoptr (GListModel) factories = NULL;
  g_auto (GStrv) arguments = NULL;
  g_autoptr (GError) error = NULL;
  GenlmRegistry *registry;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context,
    "Without ELEMENT, lists the plugins and their elements; with it, shows its properties.");
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return genlm_output_fail ("%s; see \"genlm inspect --help\"", error->message);
  arguments = g_steal_pointer (&opt_arguments);
  if (arguments != NULL && arguments[1] != NULL)
    return genlm_output_fail ("Only one element can be shown, and \"%s\" is a second; see \"genlm inspect --help\"",
                              arguments[1]);

  registry = genlm_registry_get_default ();
  if (opt_rescan)
    genlm_registry_rescan (registry);
  if (arguments != NULL && !opt_failed)
    return inspect_element (registry, arguments[0]);

  plugins = genlm_registry_get_plugins (registry);
  factories = genlm_registry_get_factories (registry);
  if (opt_failed)
    return opt_json ? failed_json (plugins) : failed_text (plugins);
  return opt_json ? list_json (plugins, factories) : list_text (plugins, factories);
}
