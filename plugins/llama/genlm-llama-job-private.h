#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GenlmLlamaItem GenlmLlamaItem;
typedef struct _GenlmLlamaJob GenlmLlamaJob;

/**
 * GenlmLlamaItem:
 * @tokens: what the model reads, prompt included
 * @rows: the places in @tokens, ascending, after which the logits are wanted; at least one
 *
 * One sequence of tokens to evaluate.
 */
struct _GenlmLlamaItem
{
  guint32 *tokens;
  gsize    n_tokens;
  guint32 *rows;
  gsize    n_rows;
};

/**
 * GenlmLlamaJobFuncs:
 * @row: takes the logits of one of the rows of an item, which are gone afterwards;
 *   called in several threads at once, for different rows
 * @done: called once, at the end, and with the error if there was one; the job is its own again
 * @is_abandoned: whether nobody waits for the job any more
 *
 * What an engine calls, but for @row in its own thread.
 */
typedef struct
{
  void     (*row)          (GenlmLlamaJob *job,
                            gsize          item,
                            gsize          row,
                            const float   *logits);
  void     (*done)         (GenlmLlamaJob *job,
                            const GError  *error);
  gboolean (*is_abandoned) (GenlmLlamaJob *job);
} GenlmLlamaJobFuncs;

/**
 * GenlmLlamaJob:
 * @n_left: for the engine: items without an answer
 * @error: for the engine: the first error
 *
 * A number of items that are asked and answered together.
 */
struct _GenlmLlamaJob
{
  const GenlmLlamaJobFuncs *funcs;
  GenlmLlamaItem           *items;
  gsize                     n_items;

  /*< private >*/
  gsize                     n_left;
  GError                   *error;
};

G_END_DECLS
