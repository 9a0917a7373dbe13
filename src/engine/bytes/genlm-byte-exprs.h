#pragma once

/* Regular expressions over bytes, each kept once and named by a number, with
 * union, intersection, complement and counted repeats, and their derivatives:
 * the derivative by a byte is what may follow that byte. A number is a state
 * of an automaton that is never built as a whole.
 *
 * Makers never fail. When a limit is passed the store says so once and for
 * all, in genlm_byte_exprs_check(): whoever asks for expressions asks this
 * afterwards and throws the answers away if it fails. Not thread-safe. */

#include "genlm-byte-encoding.h"
#include "genlm-byte-set.h"
#include "genlm-char-set.h"

G_BEGIN_DECLS

typedef struct _GenlmByteExprs GenlmByteExprs;

typedef guint32 GenlmByteExpr;

#define GENLM_BYTE_EXPR_NOTHING  ((GenlmByteExpr) 0)
#define GENLM_BYTE_EXPR_EPSILON  ((GenlmByteExpr) 1)
#define GENLM_BYTE_EXPR_ANYTHING ((GenlmByteExpr) 2)

#define GENLM_BYTE_EXPR_UNBOUNDED (G_MAXUINT32)

GENLM_ENGINE_API GenlmByteExprs *genlm_byte_exprs_new               (const GenlmEngineLimits *limits);
GENLM_ENGINE_API void            genlm_byte_exprs_free              (GenlmByteExprs          *self);
GENLM_ENGINE_API GenlmByteExpr   genlm_byte_exprs_make_set          (GenlmByteExprs          *self,
                                                                     const GenlmByteSet      *set);
GENLM_ENGINE_API GenlmByteExpr   genlm_byte_exprs_make_words        (GenlmByteExprs          *self,
                                                                     GenlmByteEncoding        encoding,
                                                                     const char *const       *words,
                                                                     const gsize             *lengths,
                                                                     guint                    n_words);
GENLM_ENGINE_API GenlmByteExpr   genlm_byte_exprs_make_literals     (GenlmByteExprs          *self,
                                                                     GenlmByteEncoding        encoding,
                                                                     const char *const       *words,
                                                                     const gsize             *lengths,
                                                                     guint                    n_words);
GENLM_ENGINE_API GenlmByteExpr   genlm_byte_exprs_make_concat       (GenlmByteExprs          *self,
                                                                     GenlmByteExpr            head,
                                                                     GenlmByteExpr            tail);
GENLM_ENGINE_API GenlmByteExpr   genlm_byte_exprs_make_union        (GenlmByteExprs          *self,
                                                                     const GenlmByteExpr     *members,
                                                                     guint                    n_members);
GENLM_ENGINE_API GenlmByteExpr   genlm_byte_exprs_make_intersection (GenlmByteExprs          *self,
                                                                     const GenlmByteExpr     *members,
                                                                     guint                    n_members);
GENLM_ENGINE_API GenlmByteExpr   genlm_byte_exprs_make_complement   (GenlmByteExprs          *self,
                                                                     GenlmByteExpr            expr);
GENLM_ENGINE_API GenlmByteExpr   genlm_byte_exprs_make_repeat       (GenlmByteExprs          *self,
                                                                     GenlmByteExpr            expr,
                                                                     guint32                  min,
                                                                     guint32                  max);
GENLM_ENGINE_API GenlmByteExpr   genlm_byte_exprs_begin_loop        (GenlmByteExprs          *self,
                                                                     GenlmByteExpr            exit);
GENLM_ENGINE_API void            genlm_byte_exprs_end_loop          (GenlmByteExprs          *self,
                                                                     GenlmByteExpr            loop,
                                                                     GenlmByteExpr            round);
GENLM_ENGINE_API gboolean        genlm_byte_exprs_is_nullable       (const GenlmByteExprs    *self,
                                                                     GenlmByteExpr            expr);
GENLM_ENGINE_API gboolean        genlm_byte_exprs_get_word          (const GenlmByteExprs    *self,
                                                                     GenlmByteExpr            expr,
                                                                     guint                   *index);
GENLM_ENGINE_API gboolean        genlm_byte_exprs_is_live           (GenlmByteExprs          *self,
                                                                     GenlmByteExpr            expr);
GENLM_ENGINE_API gboolean        genlm_byte_exprs_is_live_after     (GenlmByteExprs          *self,
                                                                     GenlmByteExpr            expr,
                                                                     GenlmByteExpr            from);
GENLM_ENGINE_API GenlmByteExpr   genlm_byte_exprs_derive            (GenlmByteExprs          *self,
                                                                     GenlmByteExpr            expr,
                                                                     guint8                   byte);
GENLM_ENGINE_API GenlmByteExpr   genlm_byte_exprs_clamp             (GenlmByteExprs          *self,
                                                                     GenlmByteExpr            expr,
                                                                     guint32                  depth);
GENLM_ENGINE_API gboolean        genlm_byte_exprs_lookup_chars      (GenlmByteExprs          *self,
                                                                     GenlmByteEncoding        encoding,
                                                                     const GenlmCharRange    *ranges,
                                                                     gsize                    n_ranges,
                                                                     GenlmByteExpr           *expr);
GENLM_ENGINE_API void            genlm_byte_exprs_keep_chars        (GenlmByteExprs          *self,
                                                                     GenlmByteEncoding        encoding,
                                                                     const GenlmCharRange    *ranges,
                                                                     gsize                    n_ranges,
                                                                     GenlmByteExpr            expr);
GENLM_ENGINE_API guint           genlm_byte_exprs_seal              (GenlmByteExprs          *self,
                                                                     guint8                  *classes);
GENLM_ENGINE_API void            genlm_byte_exprs_begin_building    (GenlmByteExprs          *self);
GENLM_ENGINE_API void            genlm_byte_exprs_end_building      (GenlmByteExprs          *self);
GENLM_ENGINE_API gboolean        genlm_byte_exprs_charge            (GenlmByteExprs          *self,
                                                                     gsize                    n_states,
                                                                     gsize                    n_bytes);
GENLM_ENGINE_API guint64         genlm_byte_exprs_get_memory        (const GenlmByteExprs    *self);
GENLM_ENGINE_API gboolean        genlm_byte_exprs_check             (const GenlmByteExprs    *self,
                                                                     GError                 **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmByteExprs, genlm_byte_exprs_free)

G_END_DECLS
