#pragma once

#include <glib.h>

/* What the fake worker answers, for it and for those who check: functions of the
 * tokens that tell contexts apart and have nothing to do with a language. */

static inline guint32
fake_hash (const guint8 *tokens,
           gsize         n_tokens)
{
  guint32 hash = 2166136261u;

  for (gsize i = 0; i < n_tokens; i++)
    hash = (hash ^ tokens[i]) * 16777619u;
  return hash;
}

static inline double
fake_prefix (const guint8 *tokens,
             gsize         n_tokens)
{
  return -(double) (fake_hash (tokens, n_tokens) % 65536) / 8;
}

static inline double
fake_complete (const guint8 *tokens,
               gsize         n_tokens)
{
  return fake_prefix (tokens, n_tokens) - 1 - (double) n_tokens;
}

static inline double
fake_next (const guint8 *tokens,
           gsize         n_tokens,
           guint32       token)
{
  return -(double) ((fake_hash (tokens, n_tokens) ^ token * 2654435761u) % 8192) / 16;
}

static inline gboolean
fake_mask (const guint8 *tokens,
           gsize         n_tokens,
           guint32       token)
{
  return (fake_hash (tokens, n_tokens) + token) % 3 == 0;
}
