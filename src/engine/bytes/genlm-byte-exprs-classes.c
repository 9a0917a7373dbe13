/* Which bytes can be told apart. */

#include "genlm-byte-exprs-private.h"

/* The sizes of the classes that are being settled. Of a set, how many members
 * each class has and the class that those become are 0 between sets. */
typedef struct
{
  guint16 sizes[256];
  guint16 counts[256];
  guint8  parts[256];
} Partition;

/* Parts the classes by a set: the members of each class that it does not hold
 * as a whole become a class of their own. */
static void
split_classes (GenlmByteExprs     *self,
               Partition          *partition,
               const GenlmByteSet *set)
{
  guint8 members[256];
  guint8 touched[256];
  guint n_members = genlm_byte_set_list_fewer (set, members);
  guint n_touched = 0;
  guint i;

  for (i = 0; i < n_members; i++)
    if (partition->counts[self->classes[members[i]]]++ == 0)
      touched[n_touched++] = self->classes[members[i]];
  for (i = 0; i < n_touched; i++)
    if (partition->counts[touched[i]] < partition->sizes[touched[i]])
      {
        partition->parts[touched[i]] = (guint8) self->n_classes;
        partition->sizes[touched[i]] -= partition->counts[touched[i]];
        partition->sizes[self->n_classes++] = partition->counts[touched[i]];
      }
  for (i = 0; i < n_members; i++)
    if (partition->parts[self->classes[members[i]]] != 0)
      self->classes[members[i]] = partition->parts[self->classes[members[i]]];
  for (i = 0; i < n_touched; i++)
    partition->counts[touched[i]] = partition->parts[touched[i]] = 0;
}

/* Settles which bytes can be told apart. What was derived by classes of before
 * is forgotten. */
void
genlm_exprs_find_classes (GenlmByteExprs *self)
{
  Partition partition = { .sizes = { 256 } };
  GenlmByteSet apart = { { 0 } };
  guint byte;
  guint i;

  g_ptr_array_set_size (self->row_blocks, 0);
  self->n_rows = 0;
  for (i = 0; i < self->nodes->len; i++)
    g_array_index (self->nodes, GenlmExprNode, i).row = 0;
  memset (self->classes, 0, sizeof self->classes);
  self->n_classes = 1;
  for (i = 0; i < self->word_lists->len; i++)
    genlm_word_list_add_bytes (g_ptr_array_index (self->word_lists, i), &apart);
  for (byte = 0; byte < 256; byte++)
    if (genlm_byte_set_contains (&apart, (guint8) byte))
      {
        GenlmByteSet one = { { 0 } };

        genlm_byte_set_add_range (&one, (guint8) byte, (guint8) byte);
        split_classes (self, &partition, &one);
      }
  for (i = 0; i < self->sets->len && self->n_classes < 256; i++)
    split_classes (self, &partition, &g_array_index (self->sets, GenlmByteSet, i));
  self->rows_per_block = GENLM_EXPRS_ROW_BLOCK / self->n_classes;
  for (byte = 256; byte > 0; byte--)
    self->representatives[self->classes[byte - 1]] = (guint8) (byte - 1);
}

/* Two bytes are of one class if no set and no word tells them apart. Fills the
 * class of every byte and returns how many there are. To be called when the
 * expressions are built and before any is derived: sets made later are unions
 * and intersections of those that are there. */
guint
genlm_byte_exprs_seal (GenlmByteExprs *self,
                       guint8         *classes)
{
  genlm_exprs_find_classes (self);
  memcpy (classes, self->classes, sizeof self->classes);
  return self->n_classes;
}
