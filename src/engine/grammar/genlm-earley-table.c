#include "genlm-earley-table.h"

#define FIRST_SIZE (64u)

void
genlm_earley_table_init (GenlmEarleyTable *self)
{
  self->size = FIRST_SIZE;
  self->n_values = 0;
  self->slots = g_new0 (GenlmEarleySlot, self->size);
}

void
genlm_earley_table_clear (GenlmEarleyTable *self)
{
  g_clear_pointer (&self->slots, g_free);
}

gpointer
genlm_earley_table_lookup (const GenlmEarleyTable *self,
                           guint64                 hash,
                           GenlmEarleyEqual        equal,
                           gconstpointer           wanted)
{
  guint64 i;

  for (i = hash & (self->size - 1); self->slots[i].value != NULL; i = (i + 1) & (self->size - 1))
    if (self->slots[i].hash == hash && equal (self->slots[i].value, wanted))
      return self->slots[i].value;
  return NULL;
}

static void
place (GenlmEarleyTable *self,
       guint64           hash,
       gpointer          value)
{
  guint64 i = hash & (self->size - 1);

  while (self->slots[i].value != NULL)
    i = (i + 1) & (self->size - 1);
  self->slots[i].hash = hash;
  self->slots[i].value = value;
}

static void
grow (GenlmEarleyTable *self)
{
  g_autofree GenlmEarleySlot *old = self->slots;
  guint64 old_size = self->size;
  guint64 i;

  self->size *= 2;
  self->slots = g_new0 (GenlmEarleySlot, self->size);
  for (i = 0; i < old_size; i++)
    if (old[i].value != NULL)
      place (self, old[i].hash, old[i].value);
}

/* Of something that is not there. */
void
genlm_earley_table_insert (GenlmEarleyTable *self,
                           guint64           hash,
                           gpointer          value)
{
  if ((self->n_values + 1) * 2 > self->size)
    grow (self);
  place (self, hash, value);
  self->n_values++;
}
