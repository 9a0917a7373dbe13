#pragma once

/* What a list of claims comes to for values of one kind: a formula for each
 * over atoms, which are the checks of single keywords. What applies other
 * schemas to the same value has gone into the formulas. */

#include "genlm-json-book.h"
#include "genlm-json-formula.h"
#include "genlm-json-goal.h"
#include "genlm-json-strings.h"
#include "genlm-json-variants.h"
#include "genlm-word-list.h"

G_BEGIN_DECLS

typedef enum
{
  GENLM_JSON_ATOM_HAS,         /* a member is there */
  GENLM_JSON_ATOM_COUNT,       /* members or items from min to max */
  GENLM_JSON_ATOM_MEMBERS,     /* the names and the values of members */
  GENLM_JSON_ATOM_ITEMS,       /* the items */
  GENLM_JSON_ATOM_CONTAINS,    /* as many items satisfy a schema as min to max */
  GENLM_JSON_ATOM_UNIQUE,      /* no two items are equal */
  GENLM_JSON_ATOM_VARIANTS,    /* one of many arrays or objects */
  GENLM_JSON_ATOM_UNEVALUATED, /* items or members that nothing else has evaluated */
  GENLM_JSON_ATOM_NUMBER,      /* the keywords of numbers of one schema */
  GENLM_JSON_ATOM_NUMBERS,     /* equal to one of some numbers */
  GENLM_JSON_ATOM_PATTERN,
  GENLM_JSON_ATOM_LENGTH,
  GENLM_JSON_ATOM_FORMAT,
  GENLM_JSON_ATOM_WORDS,       /* one of some strings */
} GenlmJsonAtomKind;

typedef struct
{
  guint8         kind;
  guint32        node;  /* of the formula */
  GenlmJsonClaim claim; /* whose keyword it is */
  guint32        word;  /* HAS */
  guint64        min;
  guint64        max;
  /* PATTERN, FORMAT: it. NUMBERS, WORDS: a GPtrArray of values. VARIANTS: they. */
  gpointer       what;
} GenlmJsonAtom;

/* A name that the schemas know. */
typedef struct
{
  GenlmSchemaName  name;
  guint32          order;
  guint32          id;    /* in the order they were found */
  guint32          atom;  /* HAS, or NONE */
  guint32          first; /* where its properties start */
  GenlmJsonClass  *klass;
} GenlmJsonWord;

/* That @owner has a schema for the members of a name. */
typedef struct
{
  guint32        word;
  GenlmJsonClaim owner;
  GenlmJsonClaim child;
} GenlmJsonProperty;

typedef enum
{
  GENLM_JSON_EFFECT_ALL,         /* the atom fails if the claim does not hold */
  GENLM_JSON_EFFECT_CONTAINS,    /* the atom counts where it holds */
  GENLM_JSON_EFFECT_VARIANTS,    /* it leaves those variants that have the value there */
  GENLM_JSON_EFFECT_UNEVALUATED, /* if it does not hold, the cover must in the end */
} GenlmJsonEffectKind;

/* What a member or an item does to an atom. */
typedef struct
{
  guint8         kind;
  guint32        atom;
  GenlmJsonClaim claim; /* of the member's value; NONE: one that never holds, or for CONTAINS always.
                        * VARIANTS: none */
  guint32        cover;
} GenlmJsonEffect;

#define GENLM_JSON_NONE (G_MAXUINT32)

/* Members or items that are treated alike. */
struct _GenlmJsonClass
{
  guint32          word;    /* or NONE */
  guint32          index;   /* of an item */
  GenlmJsonResult  tests;   /* which tests of names hold of it */
  gboolean         special; /* a value that satisfies everything may still do harm */
  guint32          n_effects;
  GenlmJsonEffect *effects;
};

struct _GenlmJsonBody
{
  GenlmJsonKind     kind;
  guint             n_claims;
  GenlmJsonFormula  formula;
  guint32          *roots;   /* of the claims */
  GHashTable       *nodes;   /* claim → node of the formula + 1 */
  GArray           *atoms;   /* of GenlmJsonAtom */
  GArray           *moving;  /* those that members or items move */
  guint             n_unevaluated;
  guint             n_variants;
  gboolean          limited; /* that there are more may do harm */
  gboolean          requiring; /* some member may have to be there */

  /* OBJECT */
  GArray           *words;      /* of GenlmJsonWord, sorted by name */
  GHashTable       *word_ids;   /* GenlmSchemaName → id + 1, while it is made */
  GArray           *properties; /* of GenlmJsonProperty, sorted by word */
  GHashTable       *pattern_tests; /* pattern → test + 1 */
  GHashTable       *name_tests;    /* claim → test + 1 */
  GenlmJsonBody    *tests;      /* what is asked of names, or NULL; kind STRING */
  guint64           listed_tests; /* those of the first that hold of words only */
  GenlmWordList    *list;       /* of the words, or NULL if there are none */
  gboolean          negative;   /* that a member is there may do harm */

  /* ARRAY */
  guint             max_prefix;

  GHashTable       *classes;    /* tests or index → GenlmJsonClass */
  GHashTable       *covers;

  /* STRING */
  GenlmJsonStrings *strings;

  /* NUMBER */
  GArray           *numbers;    /* of GenlmJsonListedNumber, sorted, or NULL if there are none */
};

GenlmJsonBody  *genlm_json_body_new           (GenlmJsonBook        *book,
                                               const GenlmJsonClaim *claims,
                                               guint                 n_claims,
                                               GenlmJsonKind         kind);
void            genlm_json_body_free          (GenlmJsonBody        *self);
GenlmJsonClass *genlm_json_body_get_word_class (GenlmJsonBook       *book,
                                                GenlmJsonBody       *self,
                                                guint                word);
GenlmJsonClass *genlm_json_body_get_name_class (GenlmJsonBook       *book,
                                                GenlmJsonBody       *self,
                                                GenlmJsonResult      tests);
GenlmJsonClass *genlm_json_body_get_item_class (GenlmJsonBook       *book,
                                                GenlmJsonBody       *self,
                                                guint                index);
guint32         genlm_json_body_make_item_cover (GenlmJsonBook      *book,
                                                 GenlmJsonBody      *self,
                                                 guint32             atom,
                                                 guint               index,
                                                 const guint8       *contained);
void            genlm_json_body_judge         (const GenlmJsonBody  *self,
                                               const guint8         *atoms,
                                               GByteArray           *truths,
                                               guint8               *claims);

static inline const GenlmJsonAtom *
genlm_json_body_peek_atom (const GenlmJsonBody *self,
                           guint                atom)
{
  return &g_array_index (self->atoms, GenlmJsonAtom, atom);
}

static inline const GenlmJsonWord *
genlm_json_body_peek_word (const GenlmJsonBody *self,
                           guint                word)
{
  return &g_array_index (self->words, GenlmJsonWord, word);
}

G_END_DECLS
