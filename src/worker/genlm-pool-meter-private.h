#pragma once

#include "genlm-types.h"

G_BEGIN_DECLS

#define GENLM_POOL_N_BUCKETS 128

/* How long frames take: a histogram of four steps for each power of two. */
typedef struct
{
  guint64 buckets[GENLM_POOL_N_BUCKETS];
  guint64 n;
} GenlmPoolMeter;

void   genlm_pool_meter_add            (GenlmPoolMeter *self,
                                        gint64          microseconds);
double genlm_pool_meter_get_percentile (GenlmPoolMeter *self,
                                        double          fraction);

G_END_DECLS
