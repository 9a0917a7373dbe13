#pragma once

/* What the files of the store of expressions share. */

#include <genlm.h>
#include <string.h>

#include "genlm-byte-exprs.h"
#include "genlm-word-list.h"

G_BEGIN_DECLS

typedef enum
{
  GENLM_EXPR_NOTHING,
  GENLM_EXPR_EPSILON,
  GENLM_EXPR_ANYTHING,
  GENLM_EXPR_SET,
  GENLM_EXPR_CONCAT,
  GENLM_EXPR_REPEAT,
  GENLM_EXPR_UNION,
  GENLM_EXPR_INTERSECTION,
  GENLM_EXPR_COMPLEMENT,
  GENLM_EXPR_LOOP,
  GENLM_EXPR_WORDS,
  GENLM_EXPR_LITERALS,
} GenlmExprKind;

#define GENLM_EXPRS_N_ENCODINGS   (GENLM_BYTE_ENCODING_JSON_PLAIN + 1)
#define GENLM_EXPRS_ALL_ENCODINGS ((1u << GENLM_EXPRS_N_ENCODINGS) - 1)

typedef enum
{
  GENLM_EXPRS_LIMIT_NONE,
  GENLM_EXPRS_LIMIT_STATES,
  GENLM_EXPRS_LIMIT_MEMORY,
  GENLM_EXPRS_LIMIT_DEADLINE,
  GENLM_EXPRS_LIMIT_SEARCH,
} GenlmExprsLimit;

/* SET: a is the index of the set. CONCAT: a and then b, a never a CONCAT
 * itself. REPEAT: a, from min to max times. UNION, INTERSECTION: a is where the
 * sorted members start in the lists, b how many. COMPLEMENT: of a. LOOP: a or b,
 * where b, filled in later, was made with the loop itself. WORDS: a is the index
 * of the list; b, min and max are a cursor: low, high, and depth and phase.
 * LITERALS: the same where nobody asks which word it was. */
typedef struct
{
  guint8  kind;
  /* The byte to follow to get to a match, if it has_way. */
  guint8  toward;
  guint8  nullable : 1;
  /* Holds no intersection, complement or loop, so it is live unless it is
   * NOTHING. */
  guint8  positive : 1;
  guint8  live : 2;
  guint8  has_way : 1;
  /* Bits of the encodings in which every string is a whole text. */
  guint8  text : 3;
  /* How many parts it has up to any text, with which it ends, or which a byte
   * ends; 0 if it does not, or has many. */
  guint8  open : 3;
  guint32 a;
  guint32 b;
  guint32 min;
  guint32 max;
  /* The largest count of a repeat in it that can be seen from outside. */
  guint32 count;
  /* No string is shorter or longer, in bytes. Of the longer ones
   * GENLM_BYTE_EXPR_UNBOUNDED says nothing. */
  guint32 least;
  guint32 most;
  /* Some string is no longer than this, in bytes; GENLM_BYTE_EXPR_UNBOUNDED if
   * none is known. */
  guint32 near;
  /* The number of its row of derivatives plus one; 0 if it has none yet. */
  guint32 row;
} GenlmExprNode;

/* An open-addressed table of what was derived while a loop is: (expression,
 * class) → result. */
typedef struct
{
  guint64 key;
  guint32 value;
} GenlmExprsMemo;

/* Of the table of all expressions. */
typedef struct
{
  guint32       hash;
  GenlmByteExpr expr;
} GenlmExprsSlot;

/* A repeat among the members of a union: body{min,max} and then tail. */
typedef struct
{
  GenlmByteExpr body;
  GenlmByteExpr tail;
  guint32       min;
  guint32       max;
} GenlmExprsCounted;

struct _GenlmByteExprs
{
  GenlmEngineLimits limits;
  GenlmExprsLimit   exceeded;
  gint64            deadline;
  guint64           memory;
  guint64           n_states;
  guint64           n_visits;
  guint             n_steps;

  GArray           *nodes;
  GArray           *lists;
  GArray           *sets;
  /* Lists of words, and by list its number. */
  GPtrArray        *word_lists;
  GHashTable       *number_by_list;
  GHashTable       *chars;
  /* By encoding: any one character, and any text. NOTHING until it is made. */
  GenlmByteExpr     any_char[GENLM_EXPRS_N_ENCODINGS];
  GenlmByteExpr     any_text[GENLM_EXPRS_N_ENCODINGS];
  GenlmExprsSlot   *table;
  guint             table_mask;

  /* Derivatives by class, GENLM_EXPRS_NO_ENTRY where none was made yet. Rows
   * lie in blocks, one behind the other: that many in all. */
  GPtrArray        *row_blocks;
  guint32           n_rows;
  guint32           rows_per_block;
  GenlmExprsMemo   *memo;
  guint64           memo_mask;
  guint64           memo_used;

  guint8            classes[256];
  guint8            representatives[256];
  guint             n_classes;

  /* Members that are being gathered; used as a stack. */
  GArray           *stack;
  GArray           *counted;
  /* Loops whose derivative is being made. */
  GArray           *open_loops;

  /* What genlm_byte_exprs_clamp() found out: by depth, and then by expression,
   * what it was clamped to; and by expression how far a match can be, see
   * there. */
  GHashTable       *clamped;
  GHashTable       *reaches;
  guint             n_lost;

  /* What genlm_exprs_unbind() found out; NULL as long as nobody asks. */
  GHashTable       *unbound_numbers;
  GArray           *unbound;
};

#define GENLM_EXPRS_NO_ENTRY (G_MAXUINT32)

/* A cursor's depth and phase in one number. */
#define GENLM_EXPRS_PHASE_BITS (4u)

/* Rows of derivatives are cut from blocks of so many numbers. */
#define GENLM_EXPRS_ROW_BLOCK (16384u)

/* How many expressions all searches together may look at, for each state that
 * the automaton may have. */
#define GENLM_EXPRS_MAX_VISITS (64u)

GenlmByteExpr genlm_exprs_intern          (GenlmByteExprs       *self,
                                           const GenlmExprNode  *node);
void          genlm_exprs_find_classes    (GenlmByteExprs       *self);
int           genlm_exprs_compare         (gconstpointer         a,
                                           gconstpointer         b);
void          genlm_exprs_sort_stack      (GenlmByteExprs       *self,
                                           guint                 base);
void          genlm_exprs_push_flat       (GenlmByteExprs       *self,
                                           GenlmExprKind         kind,
                                           GenlmByteExpr         expr);
GenlmByteExpr genlm_exprs_intern_stack    (GenlmByteExprs       *self,
                                           GenlmExprKind         kind,
                                           guint                 base);
gboolean      genlm_exprs_is_included     (const GenlmByteExprs *self,
                                           GenlmByteExpr         x,
                                           GenlmByteExpr         y);
GenlmByteExpr genlm_exprs_unite_stack     (GenlmByteExprs       *self,
                                           guint                 base);
GenlmByteExpr genlm_exprs_intersect_stack (GenlmByteExprs       *self,
                                           guint                 base);
GenlmByteExpr genlm_exprs_derive_words    (GenlmByteExprs       *self,
                                           const GenlmExprNode  *node,
                                           guint8                byte);
GenlmByteExpr genlm_exprs_unbind          (GenlmByteExprs       *self,
                                           GenlmByteExpr         expr,
                                           guint32              *least);
guint32       genlm_exprs_measure_way     (GenlmByteExprs       *self,
                                           GenlmByteExpr         expr);
int           genlm_exprs_find_way        (GenlmByteExprs       *self,
                                           GenlmByteExpr         expr);
guint         genlm_exprs_list_ways       (GenlmByteExprs       *self,
                                           GenlmByteExpr         expr,
                                           guint8               *bytes,
                                           guint                 max_bytes);
guint32       genlm_exprs_guess_distance  (const GenlmByteExprs *self,
                                           GenlmByteExpr         expr);

static inline const GenlmExprNode *
get (const GenlmByteExprs *self,
     GenlmByteExpr         expr)
{
  return &g_array_index (self->nodes, GenlmExprNode, expr);
}

static inline guint32
get_member (const GenlmByteExprs *self,
            const GenlmExprNode  *node,
            guint32               i)
{
  return g_array_index (self->lists, guint32, node->a + i);
}

static inline const GenlmByteSet *
get_set (const GenlmByteExprs *self,
         const GenlmExprNode  *node)
{
  return &g_array_index (self->sets, GenlmByteSet, node->a);
}

static inline void
exceed (GenlmByteExprs *self,
        GenlmExprsLimit limit)
{
  if (self->exceeded == GENLM_EXPRS_LIMIT_NONE)
    self->exceeded = limit;
}

static inline void
charge_memory (GenlmByteExprs *self,
               guint64         n_bytes)
{
  self->memory += n_bytes;
  if (self->memory > self->limits.max_memory)
    exceed (self, GENLM_EXPRS_LIMIT_MEMORY);
}

/* Counts a piece of work; looks at the clock now and then. */
static inline gboolean
may_go_on (GenlmByteExprs *self)
{
  if ((++self->n_steps & 1023) == 0 && self->deadline != 0
      && g_get_monotonic_time () > self->deadline)
    exceed (self, GENLM_EXPRS_LIMIT_DEADLINE);
  return self->exceeded == GENLM_EXPRS_LIMIT_NONE;
}

static inline guint64
mix (guint64 hash,
     guint64 value)
{
  hash = (hash ^ value) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return hash ^ (hash >> 29);
}

static inline gboolean
has_list (const GenlmExprNode *node)
{
  return node->kind == GENLM_EXPR_UNION || node->kind == GENLM_EXPR_INTERSECTION;
}

/* Lengths are at most GENLM_BYTE_EXPR_UNBOUNDED. */
static inline guint32
add_lengths (guint32 x,
             guint32 y)
{
  return x > GENLM_BYTE_EXPR_UNBOUNDED - y ? GENLM_BYTE_EXPR_UNBOUNDED : x + y;
}

static inline guint32
repeat_length (guint32 length,
               guint32 count)
{
  guint64 product = (guint64) length * count;

  if (length == 0 || count == 0)
    return 0;
  if (length == GENLM_BYTE_EXPR_UNBOUNDED || count == GENLM_BYTE_EXPR_UNBOUNDED)
    return GENLM_BYTE_EXPR_UNBOUNDED;
  return (guint32) MIN (product, GENLM_BYTE_EXPR_UNBOUNDED);
}

static inline void
push (GenlmByteExprs *self,
      GenlmByteExpr   expr)
{
  g_array_append_val (self->stack, expr);
}

static inline GenlmWordList *
get_word_list (const GenlmByteExprs *self,
               const GenlmExprNode  *node)
{
  return g_ptr_array_index (self->word_lists, node->a);
}

static inline GenlmWordCursor
get_cursor (const GenlmExprNode *node)
{
  return (GenlmWordCursor) { node->b, node->min, node->max >> GENLM_EXPRS_PHASE_BITS,
                             node->max & ((1u << GENLM_EXPRS_PHASE_BITS) - 1) };
}

G_END_DECLS
