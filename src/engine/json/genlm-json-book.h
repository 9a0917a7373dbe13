#pragma once

/* What a schema machine has learnt so far: everything below is made on demand,
 * kept once by its content, and lives until the last state that stands on it
 * has gone. When a book is full the machine begins another one; what was read
 * on the old one stays on it.
 *
 * Makers are called with the book locked and never fail. When a limit is
 * passed the book says so once and for all, in genlm_json_book_check(). */

#include "genlm-byte-dfa.h"
#include "genlm-json-arena.h"
#include "genlm-schema.h"

G_BEGIN_DECLS

typedef struct _GenlmJsonBook  GenlmJsonBook;
typedef struct _GenlmJsonPlan  GenlmJsonPlan;
typedef struct _GenlmJsonBody  GenlmJsonBody;
typedef struct _GenlmJsonAsk   GenlmJsonAsk;
typedef struct _GenlmJsonFrame GenlmJsonFrame;
typedef struct _GenlmJsonClass GenlmJsonClass;
typedef struct _GenlmJsonSlot  GenlmJsonSlot;

/* The kinds of values that are judged in ways of their own. */
typedef enum
{
  GENLM_JSON_KIND_NULL,
  GENLM_JSON_KIND_FALSE,
  GENLM_JSON_KIND_TRUE,
  GENLM_JSON_KIND_NUMBER,
  GENLM_JSON_KIND_STRING,
  GENLM_JSON_KIND_ARRAY,
  GENLM_JSON_KIND_OBJECT,
  GENLM_JSON_N_KINDS,
} GenlmJsonKind;

typedef enum
{
  GENLM_JSON_ORDER_ANY,
  GENLM_JSON_ORDER_SCHEMA,
  GENLM_JSON_ORDER_REQUIRED_FIRST,
} GenlmJsonOrder;

/* How strings, names and numbers may be written. */
typedef enum
{
  GENLM_JSON_SPELLING_ANY,
  /* Strings in one way, numbers without exponents: see the documentation. */
  GENLM_JSON_SPELLING_PLAIN,
} GenlmJsonSpelling;

/* A claim is a node of the schema, or that the value equals a constant. */
typedef guint32 GenlmJsonClaim;

#define GENLM_JSON_CLAIM_CONSTANT ((GenlmJsonClaim) 1u << 31)

/* Which claims hold: for up to 31 the bits themselves, otherwise the number of
 * a list of the book's. */
typedef guint32 GenlmJsonResult;

struct _GenlmJsonBook
{
  gatomicrefcount  ref_count;
  GMutex           lock;
  GenlmSchema     *schema;
  GenlmJsonOrder   order;
  GenlmJsonSpelling spelling;
  /* The style of the reference: objects whose schemas name properties have no
   * others, 1.0 is no integer, white space is of spaces and single newlines. */
  gboolean         narrow;
  GenlmEngineLimits limits;

  GenlmJsonArena   arena;
  guint64          memory;     /* beside the arena */
  guint            n_frames;
  guint            n_outlooks;
  guint64          id;         /* of no other book */
  GError          *error;
  GHashTable      *interned;   /* content → object */
  GPtrArray       *constants;  /* of const GenlmJsonValue, by claim */
  GHashTable      *constant_claims;
  /* Lists of bytes, one for each claim: they are read without the lock, so
   * they are in blocks that never move, of which each has twice the room of the
   * one before. */
  const guint8   **results[32];
  guint32          n_results;
  GPtrArray       *sets;       /* of lists of covers, each after its length */
  GPtrArray       *bodies;
  GenlmJsonAsk    *root;
  /* Of any string at all, after its opening quote. */
  GenlmByteDfa    *plain_dfa;
  GenlmByteState  *plain;

  /* Room for whoever holds the lock. */
  GByteArray      *key;
  GByteArray      *atoms;
  GByteArray      *truths;
  GByteArray      *needed;
};

GenlmJsonBook        *genlm_json_book_new           (GenlmSchema              *schema,
                                                     GenlmJsonOrder            order,
                                                     GenlmJsonSpelling         spelling,
                                                     gboolean                  narrow,
                                                     const GenlmEngineLimits  *limits);
GenlmJsonBook        *genlm_json_book_ref           (GenlmJsonBook            *self);
void                  genlm_json_book_unref         (GenlmJsonBook            *self);
gpointer              genlm_json_book_alloc         (GenlmJsonBook            *self,
                                                     gsize                     size);
gpointer              genlm_json_book_find          (GenlmJsonBook            *self,
                                                     gconstpointer             key,
                                                     gsize                     size);
void                  genlm_json_book_add           (GenlmJsonBook            *self,
                                                     gconstpointer             key,
                                                     gsize                     size,
                                                     gpointer                  object);
GenlmJsonClaim        genlm_json_book_claim_constant (GenlmJsonBook           *self,
                                                      const GenlmJsonValue    *value);
GenlmJsonClaim        genlm_json_book_simplify_claim (GenlmJsonBook           *self,
                                                      GenlmJsonClaim           claim);
GenlmJsonResult       genlm_json_book_make_result   (GenlmJsonBook            *self,
                                                     const guint8             *truths,
                                                     guint                     n_claims);
guint32               genlm_json_book_make_set      (GenlmJsonBook            *self,
                                                     const guint32            *set);
gboolean              genlm_json_book_check         (GenlmJsonBook            *self,
                                                     GError                  **error);
void                  genlm_json_book_fail          (GenlmJsonBook            *self,
                                                     GError                   *error);
guint64               genlm_json_book_get_memory    (GenlmJsonBook            *self);
gboolean              genlm_json_book_is_half_full  (GenlmJsonBook            *self);

static inline GenlmByteEncoding
genlm_json_book_get_encoding (const GenlmJsonBook *self)
{
  return self->spelling == GENLM_JSON_SPELLING_PLAIN ? GENLM_BYTE_ENCODING_JSON_PLAIN
                                                     : GENLM_BYTE_ENCODING_JSON;
}

/* Where the list of a result is: block n begins with number 2ⁿ - 1. */
static inline guint
genlm_json_book_find_block (GenlmJsonResult  result,
                            guint32         *place)
{
  guint block = 31 - (guint) __builtin_clz (result + 1);

  *place = result + 1 - (1u << block);
  return block;
}

/* Whether @claim holds in a result over @n_claims. */
static inline gboolean
genlm_json_book_peek_result (const GenlmJsonBook *self,
                             GenlmJsonResult      result,
                             guint                n_claims,
                             guint                claim)
{
  guint32 place;
  guint block;

  if (n_claims <= 31)
    return (result >> claim) & 1;
  block = genlm_json_book_find_block (result, &place);
  return self->results[block][place][claim];
}

static inline const GenlmJsonValue *
genlm_json_book_peek_constant (const GenlmJsonBook *self,
                               GenlmJsonClaim       claim)
{
  return g_ptr_array_index (self->constants, claim & ~GENLM_JSON_CLAIM_CONSTANT);
}

/* The node of a claim that is no constant. */
static inline const GenlmSchemaNode *
genlm_json_book_peek_node (const GenlmJsonBook *self,
                           GenlmJsonClaim       claim)
{
  return genlm_schema_peek_node (self->schema, claim);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmJsonBook, genlm_json_book_unref)

G_END_DECLS
