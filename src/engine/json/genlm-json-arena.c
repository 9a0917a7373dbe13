#include "genlm-json-arena.h"

#include <string.h>

#define ALIGNMENT   (sizeof (gpointer))
#define FIRST_CHUNK (2048)
#define LAST_CHUNK  (256 * 1024)

static void
add_chunk (GenlmJsonArena *self,
           gsize           size)
{
  gsize    wanted = MIN (MAX (FIRST_CHUNK, self->total), LAST_CHUNK);
  gpointer chunk;

  wanted = MAX (wanted, size + ALIGNMENT);
  chunk = g_malloc (wanted);
  *(gpointer *) chunk = self->chunk;
  self->chunk = chunk;
  self->used = ALIGNMENT;
  self->size = wanted;
  self->total += wanted;
}

/* The memory is not cleared. */
gpointer
genlm_json_arena_alloc (GenlmJsonArena *self,
                        gsize           size)
{
  gpointer result;

  size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
  if (self->chunk == NULL || self->size - self->used < size)
    add_chunk (self, size);
  result = (guint8 *) self->chunk + self->used;
  self->used += size;
  return result;
}

gpointer
genlm_json_arena_dup (GenlmJsonArena *self,
                      gconstpointer   data,
                      gsize           size)
{
  gpointer result = genlm_json_arena_alloc (self, size);

  if (size > 0)
    memcpy (result, data, size);
  return result;
}

void
genlm_json_arena_clear (GenlmJsonArena *self)
{
  while (self->chunk != NULL)
    {
      gpointer before = *(gpointer *) self->chunk;

      g_free (self->chunk);
      self->chunk = before;
    }
  self->used = 0;
  self->size = 0;
  self->total = 0;
}
