#pragma once

/* A frame while it is being made, and what it may still come to. */

#include "genlm-json-frame.h"

G_BEGIN_DECLS

typedef struct
{
  guint64  n;
  guint64  room;
  guint32  order;
  guint8  *known;
  guint32 *cells;
  guint64 *seen;
  guint32 **sets;  /* by atom, in place of its cell: the variants that are left; or NULL */
  guint8  *unsure; /* by atom: it may have counted once more than its cell says */
  guint32  denied; /* an atom that is taken to fail, or NONE */
  guint    n_atoms;
  guint64  places; /* more members or items than these are taken not to come */
} GenlmJsonFrameDraft;

void     genlm_json_frame_draft_init          (GenlmJsonFrameDraft       *draft,
                                               const GenlmJsonBody       *body);
void     genlm_json_frame_draft_init_copy     (GenlmJsonFrameDraft       *draft,
                                               const GenlmJsonFrame      *frame);
void     genlm_json_frame_draft_clear         (GenlmJsonFrameDraft       *draft);
void     genlm_json_frame_draft_judge         (GenlmJsonBook             *book,
                                               const GenlmJsonBody       *body,
                                               const GenlmJsonFrameDraft *draft,
                                               gboolean                   final,
                                               guint8                    *claims);
gboolean genlm_json_frame_draft_needs         (GenlmJsonBook             *book,
                                               GenlmJsonAsk              *ask,
                                               const GenlmJsonBody       *body,
                                               GenlmJsonFrameDraft       *draft,
                                               guint                      index);
gboolean genlm_json_frame_draft_is_too_little (GenlmJsonBook             *book,
                                               GenlmJsonAsk              *ask,
                                               const GenlmJsonBody       *body,
                                               GenlmJsonFrameDraft       *draft,
                                               guint64                    places,
                                               guint8                    *claims);
gboolean genlm_json_frame_draft_is_alive      (GenlmJsonBook             *book,
                                               GenlmJsonAsk              *ask,
                                               const GenlmJsonBody       *body,
                                               GenlmJsonFrameDraft       *draft,
                                               guint8                    *claims);

/* How many numbers of 64 bits have a bit for each word. */
static inline guint
genlm_json_frame_n_seen_words (const GenlmJsonBody *body)
{
  return body->words != NULL ? (body->words->len + 63) / 64 : 0;
}

/* Whether @n is from @min to @max, and stays so as it grows, unless @final. */
static inline GenlmJsonTruth
genlm_json_count_truth (guint64  n,
                        guint64  min,
                        guint64  max,
                        gboolean final)
{
  if (final)
    return n >= min && n <= max;
  if (n > max)
    return GENLM_JSON_NO;
  return n >= min && max == GENLM_SCHEMA_UNBOUNDED ? GENLM_JSON_YES : GENLM_JSON_OPEN;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GenlmJsonFrameDraft, genlm_json_frame_draft_clear)

G_END_DECLS
