#include "genlm-json-number-list.h"

/* The digit at a place, the next one's place; -1 after the last. */
static int
next_digit (const GenlmDecimal *value,
            gsize              *at)
{
  if (*at < value->length && value->digits[*at] == '.')
    ++*at;
  return *at < value->length ? value->digits[(*at)++] : -1;
}

/* By sign and then by digits, whatever power of ten is behind them. */
int
genlm_json_number_list_compare (const GenlmDecimal *a,
                                const GenlmDecimal *b)
{
  gsize i = 0;
  gsize j = 0;
  int x;
  int y;

  if (a->sign != b->sign || a->sign == 0)
    return a->sign - b->sign;
  do
    {
      x = next_digit (a, &i);
      y = next_digit (b, &j);
    }
  while (x == y && x >= 0);
  return x - y;
}

static int
compare_numbers (gconstpointer a,
                 gconstpointer b)
{
  const GenlmJsonListedNumber *x = a;
  const GenlmJsonListedNumber *y = b;

  return genlm_json_number_list_compare (&x->value, &y->value);
}

/* NULL if there are none. */
GArray *
genlm_json_number_list_new (const GenlmJsonBody *body)
{
  g_autoptr (GArray) self = g_array_new (FALSE, FALSE, sizeof (GenlmJsonListedNumber));
  guint i;
  guint j;

  for (i = 0; i < body->atoms->len; i++)
    {
      const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, i);
      GPtrArray *values = atom->what;

      for (j = 0; atom->kind == GENLM_JSON_ATOM_NUMBERS && j < values->len; j++)
        {
          const GenlmJsonValue *value = g_ptr_array_index (values, j);
          GenlmJsonListedNumber number = { .atom = i };

          if (genlm_decimal_init (&number.value, value->text, value->n))
            g_array_append_val (self, number);
        }
    }
  g_array_sort (self, compare_numbers);
  return self->len > 0 ? g_steal_pointer (&self) : NULL;
}

/* The first number that does not come before @value. */
guint
genlm_json_number_list_find (const GArray       *self,
                             const GenlmDecimal *value)
{
  guint low = 0;
  guint high = self->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (genlm_json_number_list_compare (&g_array_index (self, GenlmJsonListedNumber, middle).value, value) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}
