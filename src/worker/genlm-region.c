/* The memory that a process shares with one worker. See the header. */

#define _GNU_SOURCE /* memfd_create(), mremap(), seals */
#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-region-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

G_STATIC_ASSERT (GENLM_REGION_N_SLOTS == 64); /* the bits of a word */

#define HEAD_SIZE (64u << 10)
#define REGION_SIZE (HEAD_SIZE + (gsize) GENLM_REGION_N_SLOTS * GENLM_REGION_SLOT_SIZE)
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW)

/* The beginning of the region. Both sides access it atomically, and neither
 * believes what it says beyond what harms its writer. */
typedef struct
{
  guint64 current;                              /* the first item of what the worker is at */
  guint64 padding[7];
  guint32 unwanted[GENLM_REGION_N_ITEMS / 32];  /* a bit for each item, by its serial */
} Head;

G_STATIC_ASSERT (sizeof (Head) <= HEAD_SIZE);

struct _GenlmRegion
{
  gatomicrefcount  refs;
  int              fd;
  guint8          *memory;
  guint8          *slots[GENLM_REGION_N_SLOTS]; /* where they are mapped */
  gboolean         has_moved;   /* some slot has, and does not follow the one before it */
  guint64          free_slots;  /* atomic, a bit each; of the parent alone */
};

static Head *
get_head (GenlmRegion *self)
{
  return (Head *) self->memory;
}

/* Takes the descriptor, also when it fails. */
static GenlmRegion *
region_new_take (int      fd,
                 GError **error)
{
  GenlmRegion *self;
  void *memory = mmap (NULL, REGION_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  int saved_errno = errno;

  if (memory == MAP_FAILED)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
                   "Failed to map %" G_GSIZE_FORMAT " bytes to share with a worker: %s",
                   REGION_SIZE, g_strerror (saved_errno));
      close (fd);
      return NULL;
    }
  self = g_new0 (GenlmRegion, 1);
  g_atomic_ref_count_init (&self->refs);
  self->fd = fd;
  self->memory = memory;
  for (guint i = 0; i < GENLM_REGION_N_SLOTS; i++)
    self->slots[i] = self->memory + HEAD_SIZE + (gsize) i * GENLM_REGION_SLOT_SIZE;
  self->free_slots = G_MAXUINT64;
  return self;
}

GenlmRegion *
genlm_region_new (GError **error)
{
  int fd = memfd_create ("genlm-worker", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  if (fd < 0 || ftruncate (fd, REGION_SIZE) != 0 || fcntl (fd, F_ADD_SEALS, SEALS) != 0)
    {
      int saved_errno = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
                   "Failed to make memory to share with a worker: %s", g_strerror (saved_errno));
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  return region_new_take (fd, error);
}

/* Takes the descriptor, also when it fails. */
GenlmRegion *
genlm_region_open (int      fd,
                   GError **error)
{
  struct stat status;
  int seals = fcntl (fd, F_GET_SEALS);

  if (seals < 0 || (seals & SEALS) != SEALS || fstat (fd, &status) != 0 || status.st_size != (goffset) REGION_SIZE)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "Descriptor %d is not the shared memory of a worker of this version", fd);
      close (fd);
      return NULL;
    }
  return region_new_take (fd, error);
}

GenlmRegion *
genlm_region_ref (GenlmRegion *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
unmap_parts (GenlmRegion *self)
{
  for (guint i = 0; i < GENLM_REGION_N_SLOTS; i++)
    munmap (self->slots[i], GENLM_REGION_SLOT_SIZE);
  munmap (self->memory, HEAD_SIZE);
}

void
genlm_region_unref (GenlmRegion *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  if (self->has_moved)
    unmap_parts (self);
  else
    munmap (self->memory, REGION_SIZE);
  close (self->fd);
  g_free (self);
}

int
genlm_region_get_fd (GenlmRegion *self)
{
  return self->fd;
}

/* -- slots ---------------------------------------------------------------- */

/* The lowest free slot, whose pages are most likely there, or -1. Threads: any. */
int
genlm_region_take_slot (GenlmRegion *self)
{
  guint64 slots = __atomic_load_n (&self->free_slots, __ATOMIC_ACQUIRE);

  while (slots != 0)
    {
      if (__atomic_compare_exchange_n (&self->free_slots, &slots, slots & (slots - 1), FALSE,
                                       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return __builtin_ctzll (slots);
    }
  return -1;
}

void
genlm_region_return_slot (GenlmRegion *self,
                          guint        slot)
{
  guint64 before = __atomic_fetch_or (&self->free_slots, G_GUINT64_CONSTANT (1) << slot, __ATOMIC_ACQ_REL);

  g_assert ((before >> slot & 1) == 0);
}

guint
genlm_region_count_free (GenlmRegion *self)
{
  return (guint) __builtin_popcountll (__atomic_load_n (&self->free_slots, __ATOMIC_ACQUIRE));
}

double *
genlm_region_peek_slot (GenlmRegion *self,
                        guint        slot)
{
  g_assert (slot < GENLM_REGION_N_SLOTS);

  return (double *) self->slots[slot];
}

/* Maps the slot elsewhere in this process. What is where it was is a copy from then on,
 * of the first @n_bytes and no longer shared, which is the caller's to unmap. */
gboolean
genlm_region_move_slot (GenlmRegion  *self,
                        guint         slot,
                        gsize         n_bytes,
                        GError      **error)
{
  guint8 *old = self->slots[slot];
  void *copy = mmap (NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  /* Of size 0: once more, at another address. */
  void *again = copy != MAP_FAILED ? mremap (old, 0, GENLM_REGION_SLOT_SIZE, MREMAP_MAYMOVE) : MAP_FAILED;

  if (copy != MAP_FAILED)
    memcpy (copy, old, n_bytes);
  if (again == MAP_FAILED || mremap (copy, n_bytes, n_bytes, MREMAP_MAYMOVE | MREMAP_FIXED, old) == MAP_FAILED)
    {
      int saved_errno = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
                   "Failed to map memory that a worker shares with its parent once more: %s", g_strerror (saved_errno));
      if (copy != MAP_FAILED)
        munmap (copy, n_bytes);
      if (again != MAP_FAILED)
        munmap (again, GENLM_REGION_SLOT_SIZE);
      return FALSE;
    }
  self->slots[slot] = again;
  self->has_moved = TRUE;
  return TRUE;
}

typedef struct
{
  GenlmRegion *region;
  guint        slot;
} Lease;

static void
end_lease (gpointer data)
{
  Lease *lease = data;

  genlm_region_return_slot (lease->region, lease->slot);
  genlm_region_unref (lease->region);
  g_free (lease);
}

/* The weights in a slot, in place. The slot goes back with their last reference,
 * or at once if they are not weights. */
GenlmWeights *
genlm_region_wrap_slot (GenlmRegion  *self,
                        guint         slot,
                        gsize         n_weights,
                        GError      **error)
{
  Lease *lease = g_new (Lease, 1);
  g_autoptr (GBytes) bytes = NULL;

  lease->region = genlm_region_ref (self);
  lease->slot = slot;
  bytes = g_bytes_new_with_free_func (genlm_region_peek_slot (self, slot), n_weights * sizeof (double),
                                      end_lease, lease);
  return genlm_weights_new_from_bytes (bytes, error);
}

/* -- items ---------------------------------------------------------------- */

void
genlm_region_set_current (GenlmRegion *self,
                          guint64      item)
{
  __atomic_store_n (&get_head (self)->current, item, __ATOMIC_RELEASE);
}

guint64
genlm_region_get_current (GenlmRegion *self)
{
  return __atomic_load_n (&get_head (self)->current, __ATOMIC_ACQUIRE);
}

/* What is not wanted need not be begun. Each item is wanted when it is sent. */
void
genlm_region_set_wanted (GenlmRegion *self,
                         guint64      item,
                         gboolean     wanted)
{
  guint32 *word = &get_head (self)->unwanted[item % GENLM_REGION_N_ITEMS / 32];
  guint32 bit = 1u << item % 32;

  if (wanted)
    __atomic_fetch_and (word, ~bit, __ATOMIC_RELEASE);
  else
    __atomic_fetch_or (word, bit, __ATOMIC_RELEASE);
}

gboolean
genlm_region_is_wanted (GenlmRegion *self,
                        guint64      item)
{
  guint32 word = __atomic_load_n (&get_head (self)->unwanted[item % GENLM_REGION_N_ITEMS / 32], __ATOMIC_ACQUIRE);

  return (word >> item % 32 & 1) == 0;
}
