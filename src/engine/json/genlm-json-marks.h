#pragma once

/* The tokens of a mask while it is made: bits, and which groups of them are in
 * use, so that a mask of few tokens costs no look at all the others. */

#include "genlm-walk-memo.h"

G_BEGIN_DECLS

/* So many bits are a group. */
#define GENLM_JSON_MARKS_GROUP (512u)

typedef struct
{
  gsize    n_words;
  guint64 *words;
  guint64 *groups; /* a bit for each */
} GenlmJsonMarks;

void genlm_json_marks_init     (GenlmJsonMarks       *self,
                                gsize                 size);
void genlm_json_marks_clear    (GenlmJsonMarks       *self);
void genlm_json_marks_reset    (GenlmJsonMarks       *self);
void genlm_json_marks_add_walk (GenlmJsonMarks       *self,
                                const GenlmWalk      *walk);
void genlm_json_marks_unite    (GenlmJsonMarks       *self,
                                const GenlmJsonMarks *other);
void genlm_json_marks_list     (const GenlmJsonMarks *self,
                                guint32              *tokens);

static inline void
genlm_json_marks_set (GenlmJsonMarks *self,
                      guint32         token)
{
  guint32 group = token / GENLM_JSON_MARKS_GROUP;

  self->words[token / 64] |= G_GUINT64_CONSTANT (1) << (token % 64);
  self->groups[group / 64] |= G_GUINT64_CONSTANT (1) << (group % 64);
}

G_END_DECLS
