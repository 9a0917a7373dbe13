/* Memory for vectors, aligned to a cache line.
 *
 * Vectors of a model's vocabulary are made and dropped by the dozen at every
 * step. malloc() gives memory of that size back to the system at once, and the
 * system hands it out page by page: 120 us for 49,152 numbers, where to
 * compute them takes 75 us. So a bounded amount of it is kept for the next
 * vectors of the same size. */

#include "genlm-config.h"

#include "genlm-vec-place-private.h"
#include "genlm-vec-private.h"

#include <sys/mman.h>
#include <unistd.h>

#define ALIGNMENT 64

/* Below, malloc() keeps the memory itself. */
#define MIN_KEPT_SIZE (64u << 10)

/* AddressSanitizer finds no use after the end in memory that is kept. */
#ifdef __SANITIZE_ADDRESS__
# define MAX_KEPT 0u
#else
# define MAX_KEPT (32u << 20)
#endif

typedef struct _Block Block;

/* Stands before the vector, and takes up a cache line. */
struct _Block
{
  Block *next;
  gsize  size;
};

static GMutex mutex;
static Block *kept_blocks;
static gsize kept_size;

static Block *
take_kept_block (gsize size)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);

  for (Block **link = &kept_blocks; *link != NULL; link = &(*link)->next)
    {
      Block *block = *link;

      if (block->size == size)
        {
          *link = block->next;
          kept_size -= size;
          return block;
        }
    }
  return NULL;
}

/* The block that was kept first, of those that have another size; under the
 * lock. */
static Block *
take_other_block (gsize size)
{
  Block **found = NULL;
  Block *block;

  for (Block **link = &kept_blocks; *link != NULL; link = &(*link)->next)
    if ((*link)->size != size)
      found = link;
  if (found == NULL)
    return NULL;
  block = *found;
  *found = block->next;
  kept_size -= block->size;
  return block;
}

/* What is kept for a vocabulary of the past makes room. */
static gboolean
keep_block (Block *block)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);

  if (block->size > MAX_KEPT)
    return FALSE;
  while (kept_size + block->size > MAX_KEPT)
    {
      Block *other = take_other_block (block->size);

      if (other == NULL)
        return FALSE;
      g_aligned_free (other);
    }

  block->next = kept_blocks;
  kept_blocks = block;
  kept_size += block->size;
  return TRUE;
}

/* All of a vector is written: its pages are asked for at once, which takes a
 * fraction of the time. Systems that cannot do it do it page by page. */
static void
touch_block (Block *block)
{
#ifdef MADV_POPULATE_WRITE
  guintptr page_size = (guintptr) sysconf (_SC_PAGESIZE);
  guintptr first = ((guintptr) block + page_size - 1) & ~(page_size - 1);
  guintptr end = ((guintptr) block + ALIGNMENT + block->size) & ~(page_size - 1);

  if (first < end)
    madvise ((gpointer) first, end - first, MADV_POPULATE_WRITE);
#endif
}

static void
free_vector (gpointer memory)
{
  Block *block = (Block *) ((char *) memory - ALIGNMENT);

  if (block->size < MIN_KEPT_SIZE || !keep_block (block))
    g_aligned_free (block);
}

GBytes *
genlm_vec_alloc (gsize     size,
                 gpointer *memory)
{
  GBytes *bytes = genlm_vec_place_take (size, memory);
  Block *block;

  if (bytes != NULL)
    return bytes;
  block = size >= MIN_KEPT_SIZE ? take_kept_block (size) : NULL;
  if (block == NULL)
    {
      block = g_aligned_alloc (1, ALIGNMENT + size, ALIGNMENT);
      block->size = size;
      if (size >= MIN_KEPT_SIZE)
        touch_block (block);
    }

  *memory = (char *) block + ALIGNMENT;
  return g_bytes_new_with_free_func (*memory, size, free_vector, *memory);
}
