#pragma once

/* What building a column of a weighted grammar's chart needs; kept from one
 * column to the next. */

#include "genlm-wcfg-chart.h"

G_BEGIN_DECLS

/* A completed head: it was begun at the origin and ends at the column that is
 * built. */
typedef struct
{
  GenlmWcfgColumn *origin;
  guint32          head;
  guint32          next; /* the next one of the origin, or G_MAXUINT32 */
  GenlmWide        mass;
} GenlmWcfgEvent;

typedef struct
{
  GenlmWcfgColumn *column;
  guint32          events;
} GenlmWcfgOrigin;

/* What waits for a symbol in some column. */
typedef struct
{
  GenlmWcfgColumn *origin;
  guint32          head;
  guint32          rest;
  GenlmWide        mass;
  gboolean         predicted;
} GenlmWcfgFound;

/* A hash table of indices, plus one, into an array of something. */
typedef struct
{
  guint32 *slots;
  guint32  n_slots;
  guint32  n_used;
} GenlmWcfgIndex;

/* What building a column needs, kept for the next one. */
typedef struct
{
  const GenlmWeightedGrammar *grammar;

  GArray            *items;
  GenlmWcfgIndex     item_index;
  GArray            *origins;
  GenlmWcfgIndex     origin_index;
  GArray            *heap; /* of origins, the highest first */
  GArray            *events;
  GenlmWcfgIndex     event_index;
  GArray            *found;
  GenlmWide          accept;
  GenlmWide          more; /* what all items together are still to come */
  GArray            *waits;
  GArray            *predictions;
  GArray            *priors;
  GenlmWeightedSums *corners;
  GenlmWeightedSums *chains;
  /* By terminal; all zero between uses. */
  GenlmWide         *masses;
  /* By symbol; the numbers are zero between uses. */
  guint32           *n_waiting;
  guint32           *waiting; /* by nonterminal: the only wait, or a prediction */
  GArray            *waited;  /* the nonterminals that are waited for */
} GenlmWcfgScratch;

GenlmWcfgScratch *genlm_wcfg_scratch_new        (const GenlmWeightedGrammar *grammar);
void              genlm_wcfg_scratch_free       (GenlmWcfgScratch           *self);
void              genlm_wcfg_scratch_clear      (GenlmWcfgScratch           *self);
void              genlm_wcfg_scratch_add_item   (GenlmWcfgScratch           *self,
                                                 const GenlmWcfgItem        *item);
void              genlm_wcfg_scratch_add_event  (GenlmWcfgScratch           *self,
                                                 GenlmWcfgColumn            *column,
                                                 guint32                     head,
                                                 GenlmWide                   mass);
gboolean          genlm_wcfg_scratch_pop_origin (GenlmWcfgScratch           *self,
                                                 GenlmWcfgOrigin            *origin);

static inline guint
genlm_wcfg_mix (guint   hash,
                guint64 value)
{
  guint64 product = (hash ^ value) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  return (guint) (product ^ (product >> 32));
}

static inline guint
genlm_wcfg_mix_mass (guint     hash,
                     GenlmWide mass)
{
  guint64 bits;

  memcpy (&bits, &mass.fraction, sizeof bits);
  return genlm_wcfg_mix (genlm_wcfg_mix (hash, bits), (guint64) mass.exponent);
}

static inline gboolean
genlm_wcfg_equal_masses (GenlmWide a,
                         GenlmWide b)
{
  return a.fraction == b.fraction && a.exponent == b.exponent;
}

static inline guint
genlm_wcfg_item_hash (const GenlmWcfgItem *item)
{
  return genlm_wcfg_mix (genlm_wcfg_mix (item->head, item->suffix), (guint64) (gsize) item->origin);
}

G_END_DECLS
