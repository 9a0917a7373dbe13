#pragma once

/* The regular expression that a terminal stands for, as text, put together of
 * the literals of a Lark grammar. */

#include "genlm-lark-document.h"

G_BEGIN_DECLS

typedef enum
{
  GENLM_LARK_BINDING_ALTERNATIVES,
  GENLM_LARK_BINDING_SEQUENCE,
  GENLM_LARK_BINDING_ATOM,
} GenlmLarkBinding;

typedef struct
{
  char             *text;
  const char       *flags; /* "", "i", "s" or "is" */
  GenlmLarkBinding  binding;
} GenlmLarkPattern;

GenlmLarkPattern *genlm_lark_pattern_new          (const char       *text,
                                                   GenlmLarkBinding  binding);
GenlmLarkPattern *genlm_lark_pattern_ref          (GenlmLarkPattern         *self);
void              genlm_lark_pattern_unref        (GenlmLarkPattern         *self);
GenlmLarkPattern *genlm_lark_pattern_new_literal  (const GenlmLarkDocument  *document,
                                                   const GenlmLarkNode      *node,
                                                   GError                  **error);
GenlmLarkPattern *genlm_lark_pattern_new_joined   (GenlmLarkPattern **parts,
                                                   guint              n_parts,
                                                   GenlmLarkBinding   binding);
GenlmLarkPattern *genlm_lark_pattern_new_repeated (const GenlmLarkPattern *part,
                                                   guint32                 min,
                                                   guint32                 max);
char             *genlm_lark_pattern_to_string    (const GenlmLarkPattern   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmLarkPattern, genlm_lark_pattern_unref)

G_END_DECLS
