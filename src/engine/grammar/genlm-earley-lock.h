#pragma once

/* A lock for many readers that hardly know of each other: each thread takes one
 * of several parts, and who writes takes them all. */

#include <glib.h>

G_BEGIN_DECLS

#define GENLM_EARLEY_LOCK_PARTS (8u)

/* Parts lie in different lines of the cache. */
typedef union
{
  GMutex mutex;
  guint8 line[64];
} GenlmEarleyLockPart;

typedef struct
{
  GenlmEarleyLockPart parts[GENLM_EARLEY_LOCK_PARTS];
} GenlmEarleyLock;

void    genlm_earley_lock_init    (GenlmEarleyLock *self);
void    genlm_earley_lock_clear   (GenlmEarleyLock *self);
GMutex *genlm_earley_lock_read    (GenlmEarleyLock *self);
void    genlm_earley_lock_write   (GenlmEarleyLock *self);
void    genlm_earley_lock_written (GenlmEarleyLock *self);

G_END_DECLS
