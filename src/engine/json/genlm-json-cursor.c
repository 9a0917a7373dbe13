#include "genlm-json-cursor.h"

void
genlm_json_level_unref (GenlmJsonLevel *self)
{
  while (self != NULL && g_atomic_ref_count_dec (&self->ref_count))
    {
      GenlmJsonLevel *below = self->below;

      g_clear_pointer (&self->names, genlm_json_names_unref);
      g_free (self);
      self = below;
    }
}

/* Before the first byte. */
void
genlm_json_cursor_init (GenlmJsonCursor *self,
                        GenlmJsonBook   *book)
{
  *self = (GenlmJsonCursor) { .mode = GENLM_JSON_MODE_VALUE, .ask = book->root };
}
