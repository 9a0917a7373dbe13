#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-element.h"
#include "genlm-types.h"

G_BEGIN_DECLS

/**
 * GENLM_PLUGIN_ERROR:
 *
 * Error domain of [class@Plugin].
 *
 * Since: 0.1
 */
#define GENLM_PLUGIN_ERROR (genlm_plugin_error_quark ())

/**
 * GenlmPluginError:
 * @GENLM_PLUGIN_ERROR_FAILED: the plugin could not be loaded for another reason
 * @GENLM_PLUGIN_ERROR_MISSING: the file is gone or cannot be read
 * @GENLM_PLUGIN_ERROR_NOT_A_LIBRARY: the file is not a shared library for this machine
 * @GENLM_PLUGIN_ERROR_UNRESOLVED: the library needs another library or symbol that is not there
 * @GENLM_PLUGIN_ERROR_NO_SYMBOL: the library has no plugin descriptor
 * @GENLM_PLUGIN_ERROR_NAME_MISMATCH: the name of the plugin is not the name of its file
 * @GENLM_PLUGIN_ERROR_ABI_MISMATCH: the plugin was built for another version of the interface
 * @GENLM_PLUGIN_ERROR_NO_ELEMENTS: the plugin registered no element and did not say why
 * @GENLM_PLUGIN_ERROR_UNAVAILABLE: the plugin registered no element, since something it needs is missing
 * @GENLM_PLUGIN_ERROR_CRASHED: loading the plugin ended the scanner process
 * @GENLM_PLUGIN_ERROR_TIMED_OUT: loading the plugin took too long
 * @GENLM_PLUGIN_ERROR_NO_SCANNER: the scanner program is missing or cannot be run
 * @GENLM_PLUGIN_ERROR_INVALID_OUTPUT: the scanner's report cannot be read
 * @GENLM_PLUGIN_ERROR_CHANGED: the file changed after it was scanned
 * @GENLM_PLUGIN_ERROR_INVALID_METADATA: what a script says about itself is wrong
 * @GENLM_PLUGIN_ERROR_SCRIPT: a script cannot be run, or has no such class
 *
 * Errors of [class@Plugin].
 *
 * Since: 0.1
 */
typedef enum
{
  GENLM_PLUGIN_ERROR_FAILED,
  GENLM_PLUGIN_ERROR_MISSING,
  GENLM_PLUGIN_ERROR_NOT_A_LIBRARY,
  GENLM_PLUGIN_ERROR_UNRESOLVED,
  GENLM_PLUGIN_ERROR_NO_SYMBOL,
  GENLM_PLUGIN_ERROR_NAME_MISMATCH,
  GENLM_PLUGIN_ERROR_ABI_MISMATCH,
  GENLM_PLUGIN_ERROR_NO_ELEMENTS,
  GENLM_PLUGIN_ERROR_UNAVAILABLE,
  GENLM_PLUGIN_ERROR_CRASHED,
  GENLM_PLUGIN_ERROR_TIMED_OUT,
  GENLM_PLUGIN_ERROR_NO_SCANNER,
  GENLM_PLUGIN_ERROR_INVALID_OUTPUT,
  GENLM_PLUGIN_ERROR_CHANGED,
  GENLM_PLUGIN_ERROR_INVALID_METADATA,
  GENLM_PLUGIN_ERROR_SCRIPT,
} GenlmPluginError;

/**
 * GenlmRank:
 * @GENLM_RANK_NONE: never chosen where there is another
 * @GENLM_RANK_MARGINAL: a last resort
 * @GENLM_RANK_SECONDARY: good, but another is usually better
 * @GENLM_RANK_PRIMARY: the usual choice
 *
 * Which element is taken where two plugins register one name: the higher
 * rank, and of equal ranks the one that comes first in the search path.
 *
 * Since: 0.1
 */
typedef enum
{
  GENLM_RANK_NONE      = 0,
  GENLM_RANK_MARGINAL  = 64,
  GENLM_RANK_SECONDARY = 128,
  GENLM_RANK_PRIMARY   = 256,
} GenlmRank;

#define GENLM_TYPE_PLUGIN (genlm_plugin_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (GenlmPlugin, genlm_plugin, GENLM, PLUGIN, GObject)

/**
 * GenlmPluginInitFunc:
 * @plugin: the plugin
 *
 * Registers the elements of a plugin.
 *
 * Where something that an element needs is missing, the function registers
 * nothing for it and says so with [method@Plugin.add_status_error].
 *
 * Since: 0.1
 */
typedef void (*GenlmPluginInitFunc) (GenlmPlugin *plugin);

/**
 * GenlmPluginDesc: (skip)
 * @magic: %GENLM_PLUGIN_MAGIC
 * @abi: the %GENLM_PLUGIN_ABI that the plugin was built with
 * @name: the plugin's name
 * @description: what it offers, in one line
 * @init: registers the elements
 * @version: the plugin's version
 * @license: its licence, as SPDX names it
 * @origin: where it comes from
 *
 * What a plugin library exports; made by GENLM_PLUGIN_DEFINE().
 *
 * @magic and @abi come first and never move, so that a library of another
 * interface is refused before anything else of it is read.
 *
 * Since: 0.1
 */
typedef struct
{
  guint32              magic;
  guint32              abi;
  const char          *name;
  const char          *description;
  GenlmPluginInitFunc  init;
  const char          *version;
  const char          *license;
  const char          *origin;

  /*< private >*/
  gpointer padding[4];
} GenlmPluginDesc;

/**
 * GENLM_PLUGIN_MAGIC: (skip)
 *
 * The number that a plugin descriptor starts with.
 *
 * Since: 0.1
 */
#define GENLM_PLUGIN_MAGIC (0x474c4d50u)

/**
 * GENLM_PLUGIN_DEFINE: (skip)
 * @plugin_name: the name, a C identifier; the library is `libgenlm<name>.so`
 * @plugin_description: what the plugin offers, in one line
 * @init_func: a #GenlmPluginInitFunc
 * @plugin_version: its version
 * @plugin_license: its licence, as SPDX names it
 * @plugin_origin: where it comes from
 *
 * Makes a library a plugin.
 *
 * To be used once, at the end of `plugin.c`, without a semicolon.
 *
 * Since: 0.1
 */
#define GENLM_PLUGIN_DEFINE(plugin_name, plugin_description, init_func, plugin_version, plugin_license, plugin_origin) \
G_BEGIN_DECLS                                                                   \
extern __attribute__ ((visibility ("default")))                                 \
const GenlmPluginDesc genlm_plugin_ ## plugin_name ## _desc;                    \
const GenlmPluginDesc genlm_plugin_ ## plugin_name ## _desc = {                 \
  GENLM_PLUGIN_MAGIC,                                                           \
  GENLM_PLUGIN_ABI,                                                             \
  #plugin_name,                                                                 \
  plugin_description,                                                           \
  init_func,                                                                    \
  plugin_version,                                                               \
  plugin_license,                                                               \
  plugin_origin,                                                                \
  { NULL, NULL, NULL, NULL },                                                   \
};                                                                              \
G_END_DECLS

/**
 * GENLM_ELEMENT_REGISTER_DECLARE: (skip)
 * @element: the C name of the element
 *
 * Declares what GENLM_ELEMENT_REGISTER_DEFINE() defines in another file.
 *
 * Since: 0.1
 */
#define GENLM_ELEMENT_REGISTER_DECLARE(element)                                 \
  gboolean genlm_element_register_ ## element (GenlmPlugin *plugin);

/**
 * GENLM_ELEMENT_REGISTER_DEFINE: (skip)
 * @element: the C name of the element
 * @element_name: the name by which it is made, such as `"json-schema"`
 * @element_rank: its rank, usually %GENLM_RANK_PRIMARY
 * @element_type: its #GType
 *
 * Defines the function that registers an element; stands at the end of the
 * element's file, without a semicolon.
 *
 * Since: 0.1
 */
#define GENLM_ELEMENT_REGISTER_DEFINE(element, element_name, element_rank, element_type) \
GENLM_ELEMENT_REGISTER_DECLARE (element)                                        \
gboolean                                                                        \
genlm_element_register_ ## element (GenlmPlugin *plugin)                        \
{                                                                               \
  return genlm_plugin_register_element (plugin, element_name, element_rank, element_type); \
}

/**
 * GENLM_ELEMENT_REGISTER: (skip)
 * @element: the C name of the element
 * @plugin: the plugin
 *
 * Registers an element that was defined with GENLM_ELEMENT_REGISTER_DEFINE();
 * to be called in the init function of a plugin.
 *
 * Returns: whether the element was accepted
 *
 * Since: 0.1
 */
#define GENLM_ELEMENT_REGISTER(element, plugin) (genlm_element_register_ ## element (plugin))

GENLM_AVAILABLE_IN_ALL
GQuark              genlm_plugin_error_quark       (void);

GENLM_AVAILABLE_IN_ALL
GenlmPlugin        *genlm_plugin_new_for_file      (const char   *file);
GENLM_AVAILABLE_IN_ALL
gboolean            genlm_plugin_load              (GenlmPlugin  *self,
                                                    GError      **error);
GENLM_AVAILABLE_IN_ALL
gboolean            genlm_plugin_register_element  (GenlmPlugin  *self,
                                                    const char   *name,
                                                    guint         rank,
                                                    GType         type);
GENLM_AVAILABLE_IN_ALL
void                genlm_plugin_add_status_error  (GenlmPlugin  *self,
                                                    const char   *reason);
GENLM_AVAILABLE_IN_ALL
void                genlm_plugin_add_dependency    (GenlmPlugin  *self,
                                                    const char   *file);
GENLM_AVAILABLE_IN_ALL
const char         *genlm_plugin_get_name          (GenlmPlugin  *self);
GENLM_AVAILABLE_IN_ALL
const char         *genlm_plugin_get_file          (GenlmPlugin  *self);
GENLM_AVAILABLE_IN_ALL
const char         *genlm_plugin_get_language      (GenlmPlugin  *self);
GENLM_AVAILABLE_IN_ALL
const char         *genlm_plugin_get_version       (GenlmPlugin  *self);
GENLM_AVAILABLE_IN_ALL
const char         *genlm_plugin_get_description   (GenlmPlugin  *self);
GENLM_AVAILABLE_IN_ALL
const char         *genlm_plugin_get_license       (GenlmPlugin  *self);
GENLM_AVAILABLE_IN_ALL
const char         *genlm_plugin_get_origin        (GenlmPlugin  *self);
GENLM_AVAILABLE_IN_ALL
gboolean            genlm_plugin_is_built_in       (GenlmPlugin  *self);
GENLM_AVAILABLE_IN_ALL
gboolean            genlm_plugin_is_loaded         (GenlmPlugin  *self);
GENLM_AVAILABLE_IN_ALL
const GError       *genlm_plugin_get_error         (GenlmPlugin  *self);
GENLM_AVAILABLE_IN_ALL
const char * const *genlm_plugin_get_status_errors (GenlmPlugin  *self);
GENLM_AVAILABLE_IN_ALL
const char * const *genlm_plugin_get_dependencies  (GenlmPlugin  *self);
GENLM_AVAILABLE_IN_ALL
GVariant           *genlm_plugin_to_variant        (GenlmPlugin  *self);

G_END_DECLS
