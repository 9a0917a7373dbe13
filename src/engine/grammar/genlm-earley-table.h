#pragma once

/* A hash table of things that know for themselves whether they are what is
 * looked for. Things cannot be taken out. */

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef gboolean (*GenlmEarleyEqual) (gconstpointer value,
                                      gconstpointer wanted);

typedef struct
{
  guint64  hash;
  gpointer value;
} GenlmEarleySlot;

typedef struct
{
  GenlmEarleySlot *slots;
  guint64          size; /* a power of two */
  guint64          n_values;
} GenlmEarleyTable;

void     genlm_earley_table_init   (GenlmEarleyTable  *self);
void     genlm_earley_table_clear  (GenlmEarleyTable  *self);
gpointer genlm_earley_table_lookup (const GenlmEarleyTable *self,
                                    guint64            hash,
                                    GenlmEarleyEqual   equal,
                                    gconstpointer      wanted);
void     genlm_earley_table_insert (GenlmEarleyTable  *self,
                                    guint64            hash,
                                    gpointer           value);

static inline guint64
genlm_earley_table_get_memory (const GenlmEarleyTable *self)
{
  return self->size * sizeof (GenlmEarleySlot);
}

static inline guint64
genlm_earley_hash_add (guint64 hash,
                       guint64 value)
{
  hash = (hash ^ value) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return hash ^ (hash >> 29);
}

G_END_DECLS
