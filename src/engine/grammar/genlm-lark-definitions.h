#pragma once

/* What each name of a Lark grammar stands for, after its imports, overrides
 * and extensions; every name that is used is looked up here once. */

#include "genlm-lark-document.h"

G_BEGIN_DECLS

typedef struct
{
  char       *name;
  gboolean    terminal;
  const char *common;      /* the regular expression of an imported terminal */
  gboolean    has_text;    /* neither only declared nor imported */
  guint32     at;          /* where it is defined */
  guint32     first_param; /* of a template */
  guint32     n_params;
  GArray     *statements;  /* the definition and its extensions */
} GenlmLarkDefinition;

typedef struct
{
  GenlmLarkDocument *document;
  GPtrArray         *list;    /* in the order in which they are defined */
  GHashTable        *by_name;
  GArray            *ignored; /* statements */
} GenlmLarkDefinitions;

GenlmLarkDefinitions *genlm_lark_definitions_new        (GenlmLarkDocument  *document,
                                                         GError            **error);
void                  genlm_lark_definitions_free       (GenlmLarkDefinitions       *self);
GenlmLarkDefinition  *genlm_lark_definitions_find       (const GenlmLarkDefinitions *self,
                                                         guint32                     at,
                                                         guint32                     length);
guint                 genlm_lark_definitions_find_param (const GenlmLarkDefinitions *self,
                                                         const GenlmLarkDefinition  *definition,
                                                         const GenlmLarkNode        *node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmLarkDefinitions, genlm_lark_definitions_free)

G_END_DECLS
