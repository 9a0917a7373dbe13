#pragma once

/* Arrays or objects of which a value must be one, when they are many: while it is
 * read, those that it may still become are kept, as a set of their numbers. */

#include "genlm-json-book.h"

G_BEGIN_DECLS

typedef struct _GenlmJsonVariants GenlmJsonVariants;

/* That the variant of a number has a value at some place. */
typedef struct
{
  guint32        variant;
  GenlmJsonClaim claim;
} GenlmJsonVariantPart;

struct _GenlmJsonVariants
{
  /* Of const GenlmJsonValue, by how many members or items they have. */
  GPtrArray            *values;
  /* The set of all. Sets are sorted lists after their length. */
  guint32              *all;
  /* What they have for each word, or as each item: place i from first[i] on. */
  guint32               n_places;
  guint32              *first;
  GenlmJsonVariantPart *parts;
  const GenlmJsonValue **part_values;
  /* OBJECT: the words of each variant, by first_word. */
  guint32              *first_word;
  guint32              *words;
};

/* So few are judged one by one. */
#define GENLM_JSON_VARIANTS_MIN (9u)

GenlmJsonVariants *genlm_json_variants_new    (GPtrArray            *values);
void               genlm_json_variants_free   (GenlmJsonVariants    *self);
void               genlm_json_variants_place  (GenlmJsonVariants    *self,
                                               const GArray         *words,
                                               guint32               n_items);
guint64            genlm_json_variants_get_memory (const GenlmJsonVariants *self);
const GenlmJsonVariantPart *
                   genlm_json_variants_list   (GenlmJsonBook        *book,
                                               GenlmJsonVariants    *self,
                                               guint32               place,
                                               guint32              *n_parts);

/* How many members or items the shortest and the longest variant of a set have. */
static inline guint32
genlm_json_variants_get_least (const GenlmJsonVariants *self,
                               const guint32           *set)
{
  return ((const GenlmJsonValue *) g_ptr_array_index (self->values, set[1]))->n;
}

static inline guint32
genlm_json_variants_get_most (const GenlmJsonVariants *self,
                              const guint32           *set)
{
  return ((const GenlmJsonValue *) g_ptr_array_index (self->values, set[set[0]]))->n;
}

G_END_DECLS
