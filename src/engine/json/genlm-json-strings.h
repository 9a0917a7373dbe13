#pragma once

/* Claims about strings as one automaton over what stands between the quotes,
 * the closing quote included. Each claim is an expression; what no expression
 * can say is asked of the text at its end. */

#include "genlm-byte-dfa.h"
#include "genlm-json-book.h"
#include "genlm-json-goal.h"
#include "genlm-json-regex.h"

G_BEGIN_DECLS

typedef struct
{
  GenlmByteDfa  *dfa;
  /* Where texts are to be asked at their end: labels are atoms then, otherwise
   * claims. */
  gboolean       checked;
  gboolean       checks_text;  /* as a whole, and not only whether it is a pattern */
  gboolean       checks_regex;
  /* Only lengths count, and some are large: characters are counted beside the
   * automaton, which is used near a bound only. */
  gboolean       counts;
  /* One character and the closing quote, and how many characters were read before. */
  GenlmByteExpr  character;
  GenlmByteExpr  quote;
  guint64        n_chars;
  /* What a claim's strings are among, and what is certainly among them. */
  GenlmByteExpr *upper;
  GenlmByteExpr *lower;
  GenlmByteExpr  all;
  GenlmByteItem *items;
  guint          n_items;
  GenlmByteState *start; /* whatever the goal */
  /* Those after so many characters that the automaton has not read, by number. */
  GHashTable     *later;
  /* If results are quick to tell: the claims that hold of all strings. */
  gboolean        quick;
  guint32         always;
} GenlmJsonStrings;

/* Where no result needs more than a look at the state. */
#define GENLM_JSON_STRINGS_MAX_QUICK (31u)

/* Lengths from here on are large. */
#define GENLM_JSON_STRINGS_LARGE (16384u)

/* The label of any string. */
#define GENLM_JSON_STRINGS_ANY (G_MAXUINT32)

void              genlm_json_strings_free       (GenlmJsonStrings     *self);
GenlmJsonStrings *genlm_json_strings_get        (GenlmJsonBook        *book,
                                                 GenlmJsonBody        *body);
GenlmByteDfa     *genlm_json_strings_use_plain  (GenlmJsonBook        *book,
                                                 GenlmJsonSpelling     spelling,
                                                 GenlmByteState      **start);
void              genlm_json_strings_leave_plain (GenlmJsonSpelling    spelling);
GenlmByteState   *genlm_json_strings_start      (GenlmJsonBook        *book,
                                                 GenlmJsonBody        *body,
                                                 const GenlmJsonGoal  *goal);
GenlmByteState   *genlm_json_strings_start_later (GenlmJsonBook       *book,
                                                  GenlmJsonBody       *body,
                                                  const GenlmJsonGoal *goal,
                                                  guint64              n_chars,
                                                  GenlmByteDfa       **dfa);
gboolean          genlm_json_strings_is_near    (const GenlmJsonBody  *body,
                                                 guint64               n_chars);
GenlmJsonResult   genlm_json_strings_judge_length (GenlmJsonBook       *book,
                                                   GenlmJsonBody       *body,
                                                   guint64              n_chars);
GenlmJsonResult   genlm_json_strings_judge      (GenlmJsonBook        *book,
                                                 GenlmJsonBody        *body,
                                                 const GenlmByteState *state,
                                                 const char           *text,
                                                 gsize                 length,
                                                 const GenlmJsonRegex *regex);
GenlmJsonResult   genlm_json_strings_judge_text (GenlmJsonBook        *book,
                                                 GenlmJsonBody        *body,
                                                 const char           *text,
                                                 gsize                 length);

/* The result of a string whose closing quote led to @state, if it is quick to
 * tell. */
static inline gboolean
genlm_json_strings_peek_result (const GenlmJsonStrings *self,
                                const GenlmByteState   *state,
                                GenlmJsonResult        *result)
{
  guint i;

  *result = self->always;
  for (i = 0; i < state->n_accepts && self->quick; i++)
    if (state->accepts[i] != GENLM_JSON_STRINGS_ANY)
      *result |= 1u << state->accepts[i];
  return self->quick;
}

G_END_DECLS
