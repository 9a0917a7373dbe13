#pragma once

/* What the files share that make a body. */

#include "genlm-json-body.h"

G_BEGIN_DECLS

/* A member or an item, as what evaluates it asks for it. */
typedef struct
{
  guint32         word;
  GenlmJsonResult tests;
  guint           index;
  const guint8   *contained; /* by atom */
} GenlmJsonPart;

gboolean genlm_json_value_is_kind (const GenlmJsonValue  *value,
                                   GenlmJsonKind          kind);
gboolean genlm_json_body_allows   (const GenlmJsonBody   *self,
                                   const GenlmSchemaNode *node);

/* Atoms */
guint32 genlm_json_body_add_atom        (GenlmJsonBody       *self,
                                         const GenlmJsonAtom *atom);
guint32 genlm_json_body_make_atom       (GenlmJsonBody       *self,
                                         GenlmJsonAtomKind    kind,
                                         GenlmJsonClaim       claim);
guint32 genlm_json_body_make_range_atom (GenlmJsonBody       *self,
                                         GenlmJsonAtomKind    kind,
                                         guint64              min,
                                         guint64              max);
guint32 genlm_json_body_make_thing_atom (GenlmJsonBody       *self,
                                         GenlmJsonAtomKind    kind,
                                         gconstpointer        what);

/* Names that the schemas know, and what is asked of others */
void                   genlm_json_body_start_words  (GenlmJsonBody         *self);
const GenlmSchemaName *genlm_json_body_name_member  (GenlmJsonBook         *book,
                                                     const GenlmJsonMember *member);
gboolean               genlm_json_body_are_words    (const GenlmJsonBook   *book,
                                                     const GenlmSchemaNode *names);
gboolean               genlm_json_body_are_variants (const GenlmJsonBody   *self,
                                                     const GenlmJsonValue  *enumeration);
guint32                genlm_json_body_make_has     (GenlmJsonBody         *self,
                                                     const GenlmSchemaName *name);
void                   genlm_json_body_enter_claim  (GenlmJsonBook         *book,
                                                     GenlmJsonBody         *self,
                                                     GenlmJsonClaim         claim);
void                   genlm_json_body_sort_words   (GenlmJsonBook         *book,
                                                     GenlmJsonBody         *self);
const GenlmJsonWord   *genlm_json_body_find_word    (const GenlmJsonBody   *self,
                                                     const GenlmSchemaName *name);

/* Formulas of claims */
void    genlm_json_body_add_claim (GenlmJsonBook      *book,
                                   GenlmJsonBody      *self,
                                   GenlmJsonClaim      claim);
guint32 genlm_json_body_find_node (GenlmJsonBook      *book,
                                   GenlmJsonBody      *self,
                                   GenlmJsonClaim      claim);
guint32 genlm_json_body_make_two  (GenlmJsonBody      *self,
                                   GenlmJsonFormulaOp  op,
                                   guint32             a,
                                   guint32             b);

/* What evaluates members and items */
const GenlmJsonProperty *genlm_json_body_find_property (GenlmJsonBody       *self,
                                                        guint32              word,
                                                        GenlmJsonClaim       owner);
gboolean                 genlm_json_body_peek_test     (GenlmJsonBook       *book,
                                                        GenlmJsonBody       *self,
                                                        GHashTable          *table,
                                                        gconstpointer        key,
                                                        GenlmJsonResult      tests);
guint32                  genlm_json_body_make_cover    (GenlmJsonBook       *book,
                                                        GenlmJsonBody       *self,
                                                        guint32              atom,
                                                        const GenlmJsonPart *part);

G_END_DECLS
