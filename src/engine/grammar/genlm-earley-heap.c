#include "genlm-earley-heap.h"

#define FIRST_BLOCK_SIZE ((gsize) 8 << 10)
#define LAST_BLOCK_SIZE  ((gsize) 512 << 10)

void
genlm_earley_heap_init (GenlmEarleyHeap *self)
{
  self->blocks = g_ptr_array_new_with_free_func (g_free);
  self->block = NULL;
  self->block_size = FIRST_BLOCK_SIZE / 2;
  self->block_used = 0;
  self->memory = 0;
}

void
genlm_earley_heap_clear (GenlmEarleyHeap *self)
{
  g_clear_pointer (&self->blocks, g_ptr_array_unref);
}

static gpointer
add_block (GenlmEarleyHeap *self,
           gsize            size)
{
  gpointer block = g_malloc (size);

  g_ptr_array_add (self->blocks, block);
  self->memory += size;
  return block;
}

/* What is large in comparison has a block of its own. */
gpointer
genlm_earley_heap_alloc (GenlmEarleyHeap *self,
                         gsize            size)
{
  gpointer memory;

  size = (size + 7) & ~(gsize) 7;
  if (size > LAST_BLOCK_SIZE / 8)
    return add_block (self, size);
  if (self->block == NULL || self->block_used + size > self->block_size)
    {
      do
        self->block_size = MIN (self->block_size * 2, LAST_BLOCK_SIZE);
      while (self->block_size < size);
      self->block = add_block (self, self->block_size);
      self->block_used = 0;
    }
  memory = self->block + self->block_used;
  self->block_used += size;
  return memory;
}
