#pragma once

/* A set of byte values as 256 bits. A plain value: copy it, compare it, hash
 * its words. */

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 words[4];
} GenlmByteSet;

static inline void
genlm_byte_set_add_range (GenlmByteSet *self,
                          guint8        first,
                          guint8        last)
{
  guint byte;

  for (byte = first; byte <= last; byte++)
    self->words[byte >> 6] |= G_GUINT64_CONSTANT (1) << (byte & 63);
}

static inline gboolean
genlm_byte_set_contains (const GenlmByteSet *self,
                         guint8              byte)
{
  return (self->words[byte >> 6] >> (byte & 63)) & 1;
}

static inline gboolean
genlm_byte_set_is_empty (const GenlmByteSet *self)
{
  return (self->words[0] | self->words[1] | self->words[2] | self->words[3]) == 0;
}

static inline gboolean
genlm_byte_set_is_full (const GenlmByteSet *self)
{
  return (self->words[0] & self->words[1] & self->words[2] & self->words[3]) == G_MAXUINT64;
}

static inline gboolean
genlm_byte_set_equal (const GenlmByteSet *self,
                      const GenlmByteSet *other)
{
  return memcmp (self, other, sizeof *self) == 0;
}

static inline gboolean
genlm_byte_set_is_subset (const GenlmByteSet *self,
                          const GenlmByteSet *other)
{
  guint i;

  for (i = 0; i < 4; i++)
    if (self->words[i] & ~other->words[i])
      return FALSE;
  return TRUE;
}

static inline gboolean
genlm_byte_set_meets (const GenlmByteSet *self,
                      const GenlmByteSet *other)
{
  return ((self->words[0] & other->words[0]) | (self->words[1] & other->words[1])
          | (self->words[2] & other->words[2]) | (self->words[3] & other->words[3]))
         != 0;
}

/* Writes the members to @bytes, or all others if those are fewer, and returns
 * how many there are. */
static inline guint
genlm_byte_set_list_fewer (const GenlmByteSet *self,
                           guint8             *bytes)
{
  guint n_bytes = 0;
  guint64 flip = 0;
  guint64 bits;
  guint i;

  for (i = 0; i < 4; i++)
    n_bytes += (guint) __builtin_popcountll (self->words[i]);
  if (n_bytes > 128)
    flip = G_MAXUINT64;
  for (i = 0, n_bytes = 0; i < 4; i++)
    for (bits = self->words[i] ^ flip; bits != 0; bits &= bits - 1)
      bytes[n_bytes++] = (guint8) (i * 64 + (guint) __builtin_ctzll (bits));
  return n_bytes;
}

static inline void
genlm_byte_set_unite (GenlmByteSet       *self,
                      const GenlmByteSet *other)
{
  guint i;

  for (i = 0; i < 4; i++)
    self->words[i] |= other->words[i];
}

static inline void
genlm_byte_set_intersect (GenlmByteSet       *self,
                          const GenlmByteSet *other)
{
  guint i;

  for (i = 0; i < 4; i++)
    self->words[i] &= other->words[i];
}

G_END_DECLS
