#include "genlm-json-variants.h"

#include <string.h>

#include "genlm-json-body.h"

static int
compare_sizes (gconstpointer a,
               gconstpointer b)
{
  const GenlmJsonValue *x = *(const GenlmJsonValue *const *) a;
  const GenlmJsonValue *y = *(const GenlmJsonValue *const *) b;

  return x->n < y->n ? -1 : x->n > y->n;
}

/* Takes @values: all arrays or all objects, at least one. */
GenlmJsonVariants *
genlm_json_variants_new (GPtrArray *values)
{
  GenlmJsonVariants *self = g_new0 (GenlmJsonVariants, 1);
  guint i;

  g_ptr_array_sort (values, compare_sizes);
  self->values = values;
  self->all = g_new (guint32, values->len + 1);
  self->all[0] = values->len;
  for (i = 0; i < values->len; i++)
    self->all[i + 1] = i;
  return self;
}

void
genlm_json_variants_free (GenlmJsonVariants *self)
{
  g_ptr_array_unref (self->values);
  g_free (self->all);
  g_free (self->first);
  g_free (self->parts);
  g_free (self->part_values);
  g_free (self->first_word);
  g_free (self->words);
  g_free (self);
}

/* In bytes. */
guint64
genlm_json_variants_get_memory (const GenlmJsonVariants *self)
{
  guint64 n_parts = self->first[self->n_places];

  return sizeof *self
         + self->values->len * (sizeof (gpointer) + sizeof *self->all)
         + (self->n_places + 1) * sizeof *self->first
         + n_parts * (sizeof *self->parts + sizeof *self->part_values)
         + (self->words != NULL ? n_parts + self->values->len + 1 : 0) * sizeof *self->words;
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  const GenlmSchemaName *x = a;
  const GenlmSchemaName *y = &((const GenlmJsonWord *) b)->name;

  return genlm_json_name_compare (x->text, x->length, y->text, y->length);
}

/* Every member's name is among the words. */
static void
find_words (GenlmJsonVariants *self,
            const GArray      *words,
            guint32            n_parts)
{
  guint32 n = 0;
  guint i;
  guint j;

  self->first_word = g_new (guint32, self->values->len + 1);
  self->words = g_new (guint32, MAX (n_parts, 1));
  for (i = 0; i < self->values->len; i++)
    {
      const GenlmJsonValue *value = g_ptr_array_index (self->values, i);

      self->first_word[i] = n;
      for (j = 0; j < value->n; j++)
        {
          GenlmSchemaName name = { value->members[j].name, value->members[j].length };
          const GenlmJsonWord *word = bsearch (&name, words->data, words->len, sizeof *word, compare_names);

          self->words[n++] = (guint32) (word - (const GenlmJsonWord *) words->data);
        }
    }
  self->first_word[i] = n;
}

/* Once the words of the object, which are sorted, are known; NULL: arrays of up
 * to @n_items. */
void
genlm_json_variants_place (GenlmJsonVariants *self,
                           const GArray      *words,
                           guint32            n_items)
{
  guint32 n_parts = 0;
  guint i;
  guint j;

  for (i = 0; i < self->values->len; i++)
    n_parts += ((const GenlmJsonValue *) g_ptr_array_index (self->values, i))->n;
  if (words != NULL)
    find_words (self, words, n_parts);
  self->n_places = words != NULL ? words->len : n_items;
  self->first = g_new0 (guint32, self->n_places + 2);
  self->parts = g_new (GenlmJsonVariantPart, MAX (n_parts, 1));
  self->part_values = g_new (const GenlmJsonValue *, MAX (n_parts, 1));
  for (i = 0; i < self->values->len; i++)
    for (j = 0; j < ((const GenlmJsonValue *) g_ptr_array_index (self->values, i))->n; j++)
      self->first[(words != NULL ? self->words[self->first_word[i] + j] : j) + 2]++;
  for (i = 0; i < self->n_places; i++)
    self->first[i + 2] += self->first[i + 1];
  /* Each place's start moves to its end, which is the start of the next one. */
  for (i = 0; i < self->values->len; i++)
    {
      const GenlmJsonValue *value = g_ptr_array_index (self->values, i);

      for (j = 0; j < value->n; j++)
        {
          guint32 place = words != NULL ? self->words[self->first_word[i] + j] : j;
          guint32 part = self->first[place + 1]++;

          self->parts[part] = (GenlmJsonVariantPart) { i, GENLM_JSON_NONE };
          self->part_values[part] = words != NULL ? &value->members[j].value : &value->items[j];
        }
    }
}

/* What the variants have at a place, sorted by variant. */
const GenlmJsonVariantPart *
genlm_json_variants_list (GenlmJsonBook     *book,
                          GenlmJsonVariants *self,
                          guint32            place,
                          guint32           *n_parts)
{
  guint32 i;

  *n_parts = 0;
  if (place >= self->n_places)
    return NULL;
  for (i = self->first[place]; i < self->first[place + 1]; i++)
    if (self->parts[i].claim == GENLM_JSON_NONE)
      self->parts[i].claim = genlm_json_book_claim_constant (book, self->part_values[i]);
  *n_parts = self->first[place + 1] - self->first[place];
  return self->parts + self->first[place];
}
