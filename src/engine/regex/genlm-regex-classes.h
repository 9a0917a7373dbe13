#pragma once

/* The classes of characters of a pattern. Those that are complements wait until
 * all of it is read: with a charset, they range over its characters and all
 * that the pattern names. */

#include "genlm-char-set.h"
#include "genlm-regex-tree.h"

G_BEGIN_DECLS

typedef struct
{
  GenlmRegexTree *tree;
  GArray         *open;
  GenlmCharSet   *charset; /* or NULL, and then so is the other */
  GenlmCharSet   *named;
} GenlmRegexClasses;

void    genlm_regex_classes_init        (GenlmRegexClasses *self,
                                         GenlmRegexTree    *tree,
                                         const char        *charset);
guint32 genlm_regex_classes_add         (GenlmRegexClasses *self,
                                         GenlmCharSet      *set,
                                         GenlmCharSet      *excluded,
                                         gboolean           negated);
guint32 genlm_regex_classes_add_literal (GenlmRegexClasses *self,
                                         gunichar           character,
                                         gboolean           any_case);
void    genlm_regex_classes_finish      (GenlmRegexClasses *self);
void    genlm_regex_classes_clear       (GenlmRegexClasses *self);

G_END_DECLS
