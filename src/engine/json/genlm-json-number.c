#include "genlm-json-number.h"

#include <string.h>

GenlmJsonNumberPlace
genlm_json_number_start (guint8 byte)
{
  if (byte == '-')
    return GENLM_JSON_NUMBER_MINUS;
  if (byte == '0')
    return GENLM_JSON_NUMBER_ZERO;
  return g_ascii_isdigit (byte) ? GENLM_JSON_NUMBER_WHOLE : GENLM_JSON_NUMBER_DEAD;
}

GenlmJsonNumberPlace
genlm_json_number_next (GenlmJsonNumberPlace place,
                        guint8               byte)
{
  gboolean digit = byte >= '0' && byte <= '9';

  switch (place)
    {
    case GENLM_JSON_NUMBER_MINUS:
      return digit ? genlm_json_number_start (byte) : GENLM_JSON_NUMBER_DEAD;
    case GENLM_JSON_NUMBER_WHOLE:
      if (digit)
        return place;
      G_GNUC_FALLTHROUGH;
    case GENLM_JSON_NUMBER_ZERO:
      if (byte == '.')
        return GENLM_JSON_NUMBER_POINT;
      return (byte | 0x20) == 'e' ? GENLM_JSON_NUMBER_E : GENLM_JSON_NUMBER_DEAD;
    case GENLM_JSON_NUMBER_POINT:
      return digit ? GENLM_JSON_NUMBER_FRACTION : GENLM_JSON_NUMBER_DEAD;
    case GENLM_JSON_NUMBER_FRACTION:
      if (digit)
        return place;
      return (byte | 0x20) == 'e' ? GENLM_JSON_NUMBER_E : GENLM_JSON_NUMBER_DEAD;
    case GENLM_JSON_NUMBER_E:
      if (byte == '+' || byte == '-')
        return GENLM_JSON_NUMBER_SIGN;
      G_GNUC_FALLTHROUGH;
    case GENLM_JSON_NUMBER_SIGN:
    case GENLM_JSON_NUMBER_EXPONENT:
      return digit ? GENLM_JSON_NUMBER_EXPONENT : GENLM_JSON_NUMBER_DEAD;
    default:
      return GENLM_JSON_NUMBER_DEAD;
    }
}

/* Whether a number may end here. */
gboolean
genlm_json_number_is_whole (GenlmJsonNumberPlace place)
{
  return place == GENLM_JSON_NUMBER_ZERO || place == GENLM_JSON_NUMBER_WHOLE
         || place == GENLM_JSON_NUMBER_FRACTION || place == GENLM_JSON_NUMBER_EXPONENT;
}

/* Whether what has been read of a number rules nothing out before its end. */
gboolean
genlm_json_number_is_free (const GenlmJsonBook *book,
                           const GenlmJsonBody *body)
{
  guint i;

  for (i = 0; i < body->atoms->len; i++)
    {
      const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, i);

      if (atom->kind == GENLM_JSON_ATOM_NUMBERS || book->narrow
          || genlm_json_book_peek_node (book, atom->claim)->number != NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
value_equals (const GenlmJsonValue *value,
              const GenlmDecimal   *decimal)
{
  GenlmDecimal other;

  return genlm_decimal_init (&other, value->text, value->n)
         && genlm_decimal_compare (&other, decimal) == 0;
}

/* In the narrow style what is written as an integer: without a point and a
 * sign of the exponent. */
static gboolean
is_written_whole (const char *text,
                  gsize       length)
{
  gsize i;

  for (i = 1; i < length; i++)
    if (text[i] == '.' || text[i] == '-' || text[i] == '+')
      return FALSE;
  return TRUE;
}

static gboolean
number_part_holds (const GenlmSchemaNode *node,
                   const GenlmDecimal    *value,
                   gboolean               may_be_whole)
{
  const GenlmSchemaNumberPart *part = node->number;
  guint8 both = GENLM_SCHEMA_TYPE_INTEGER | GENLM_SCHEMA_TYPE_NUMBER;
  guint8 type = GENLM_SCHEMA_TYPE_INTEGER;

  if ((node->types & both) != both && (!may_be_whole || !genlm_decimal_is_integer (value)))
    type = GENLM_SCHEMA_TYPE_NUMBER;
  if ((node->types & both) != both && (node->types & type) == 0)
    return FALSE;
  return part == NULL
         || ((part->minimum == NULL || genlm_decimal_compare (value, part->minimum) >= 0)
             && (part->maximum == NULL || genlm_decimal_compare (value, part->maximum) <= 0)
             && (part->exclusive_minimum == NULL
                 || genlm_decimal_compare (value, part->exclusive_minimum) > 0)
             && (part->exclusive_maximum == NULL
                 || genlm_decimal_compare (value, part->exclusive_maximum) < 0)
             && (part->multiple_of == NULL
                 || genlm_decimal_is_multiple_of (value, part->multiple_of)));
}

void
genlm_json_number_judge (GenlmJsonBook       *book,
                         const GenlmJsonBody *body,
                         const char          *text,
                         gsize                length,
                         guint8              *claims)
{
  GenlmDecimal value;
  guint i;
  guint j;

  genlm_decimal_init (&value, text, length);
  g_byte_array_set_size (book->atoms, body->atoms->len);
  for (i = 0; i < body->atoms->len; i++)
    {
      const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, i);
      GPtrArray *values = atom->what;

      if (atom->kind == GENLM_JSON_ATOM_NUMBER)
        {
          book->atoms->data[i] = number_part_holds (genlm_json_book_peek_node (book, atom->claim),
                                                    &value,
                                                    !book->narrow || is_written_whole (text, length));
          continue;
        }
      book->atoms->data[i] = GENLM_JSON_NO;
      for (j = 0; j < values->len; j++)
        if (value_equals (g_ptr_array_index (values, j), &value))
          book->atoms->data[i] = GENLM_JSON_YES;
    }
  genlm_json_body_judge (body, book->atoms->data, book->truths, claims);
}

/* More digits than this say nothing that matters about what may come. */
#define MAX_DIGITS (40)

/* What has been read of a number: its sign and its first digits that count,
 * with any power of ten behind them. */
typedef struct
{
  gboolean negative;
  gboolean exact;      /* there will be no more digits */
  guint    n_digits;
  guint    n_zeros;    /* at the end of them */
  char     digits[MAX_DIGITS];
} Start;

static void
read_start (Start                *start,
            GenlmJsonNumberPlace  place,
            const char           *text,
            gsize                 length)
{
  gsize i;

  start->negative = length > 0 && text[0] == '-';
  start->exact = place >= GENLM_JSON_NUMBER_E;
  start->n_digits = 0;
  start->n_zeros = 0;
  for (i = start->negative; i < length && (text[i] | 0x20) != 'e'; i++)
    {
      if (text[i] == '.' || (text[i] == '0' && start->n_digits == 0))
        continue;
      if (start->n_digits == MAX_DIGITS)
        {
          start->exact = FALSE;
          return;
        }
      start->digits[start->n_digits++] = text[i];
      start->n_zeros = text[i] == '0' ? start->n_zeros + 1 : 0;
    }
}

/* Whether some number that starts so may equal @value. */
static gboolean
may_equal (const Start          *start,
           const GenlmJsonValue *value)
{
  GenlmDecimal decimal;
  gsize n = 0;
  gsize i;

  if (!genlm_decimal_init (&decimal, value->text, value->n))
    return FALSE;
  if (decimal.sign == 0)
    return start->n_digits == 0;
  if ((decimal.sign < 0) != start->negative)
    return FALSE;
  if (start->n_digits == 0)
    return !start->exact;
  for (i = 0; i < decimal.length && n < start->n_digits; i++)
    if (decimal.digits[i] != '.' && decimal.digits[i] != start->digits[n++])
      return FALSE;
  if (n < start->n_digits)
    return start->n_zeros >= start->n_digits - n;
  return !start->exact || decimal.n_digits == start->n_digits;
}

/* The place of the first digit that counts; one has place 0. */
static gint64
get_decade (const GenlmDecimal *value)
{
  return value->exponent + (gint64) value->n_digits - 1;
}

static int
compare_scaled (const Start        *start,
                gboolean            above,
                gint64              power,
                const GenlmDecimal *bound)
{
  char text[MAX_DIGITS + 32];
  GenlmDecimal value;
  guint n = start->n_digits;
  guint i;

  text[0] = '0';
  memcpy (text + 1, start->digits, n);
  if (above)
    {
      for (i = n; text[i] == '9'; i--)
        text[i] = '0';
      text[i]++;
    }
  i = text[0] == '0';
  g_snprintf (text + n + 1, sizeof text - n - 1, "e%" G_GINT64_FORMAT, power);
  genlm_decimal_init (&value, text + i, strlen (text + i));
  return genlm_decimal_compare (&value, bound);
}

/* Whether some number that starts so, its sign left out, may lie from @low to
 * @high, both positive; each may be missing. */
static gboolean
may_lie (const Start        *start,
         const GenlmDecimal *low,
         const GenlmDecimal *high,
         gboolean            whole)
{
  gint64 n = start->n_digits;
  gint64 power;
  gint64 last;

  if (high == NULL || (low == NULL && !whole))
    return TRUE;
  last = get_decade (high) - n + 1;
  power = low != NULL ? get_decade (low) - n : -(gint64) start->n_zeros;
  if (whole)
    power = MAX (power, -(gint64) start->n_zeros);
  /* A whole decade lies between the bounds. */
  if (power < last - 3)
    return TRUE;
  for (; power <= last; power++)
    if (compare_scaled (start, FALSE, power, high) <= 0
        && (low == NULL || compare_scaled (start, TRUE, power, low) > 0))
      return TRUE;
  return FALSE;
}

static const GenlmDecimal *
tighter (const GenlmDecimal *a,
         const GenlmDecimal *b,
         int                 sign)
{
  if (a == NULL || b == NULL)
    return a != NULL ? a : b;
  return genlm_decimal_compare (a, b) * sign > 0 ? a : b;
}

static GenlmJsonTruth
guess_number_part (const GenlmSchemaNode *node,
                   const Start           *start)
{
  const GenlmSchemaNumberPart *part = node->number;
  gboolean whole = (node->types & GENLM_SCHEMA_TYPE_NUMBER) == 0;
  const GenlmDecimal *low;
  const GenlmDecimal *high;
  GenlmDecimal least;
  GenlmDecimal most;

  if (part == NULL)
    return GENLM_JSON_OPEN;
  low = tighter (part->minimum, part->exclusive_minimum, 1);
  high = tighter (part->maximum, part->exclusive_maximum, -1);
  if (start->negative)
    {
      const GenlmDecimal *swap = low;

      if (high != NULL)
        {
          least = *high;
          least.sign = -least.sign;
        }
      if (swap != NULL)
        {
          most = *swap;
          most.sign = -most.sign;
        }
      low = high != NULL ? &least : NULL;
      high = swap != NULL ? &most : NULL;
    }
  /* The sign is out of the way. Only zero itself is not above zero. */
  if (high != NULL && high->sign < 0)
    return GENLM_JSON_NO;
  if (start->n_digits == 0)
    {
      if (start->exact && low != NULL && low->sign > 0)
        return GENLM_JSON_NO;
      return GENLM_JSON_OPEN;
    }
  if (high != NULL && high->sign == 0)
    return GENLM_JSON_NO;
  if (low != NULL && low->sign <= 0)
    low = NULL;
  return may_lie (start, low, high, whole) ? GENLM_JSON_OPEN : GENLM_JSON_NO;
}

/* What may still become of the claims after the start of a number. */
void
genlm_json_number_guess (GenlmJsonBook        *book,
                         const GenlmJsonBody  *body,
                         GenlmJsonNumberPlace  place,
                         const char           *text,
                         gsize                 length,
                         guint8               *claims)
{
  Start start;
  guint i;
  guint j;

  read_start (&start, place, text, length);
  g_byte_array_set_size (book->atoms, body->atoms->len);
  for (i = 0; i < body->atoms->len; i++)
    {
      const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, i);
      GPtrArray *values = atom->what;

      if (atom->kind == GENLM_JSON_ATOM_NUMBER)
        {
          const GenlmSchemaNode *node = genlm_json_book_peek_node (book, atom->claim);

          book->atoms->data[i] = guess_number_part (node, &start);
          if (book->narrow && (node->types & GENLM_SCHEMA_TYPE_NUMBER) == 0
              && !is_written_whole (text, length))
            book->atoms->data[i] = GENLM_JSON_NO;
          continue;
        }
      book->atoms->data[i] = GENLM_JSON_NO;
      for (j = 0; j < values->len; j++)
        if (may_equal (&start, g_ptr_array_index (values, j)))
          book->atoms->data[i] = GENLM_JSON_OPEN;
    }
  genlm_json_body_judge (body, book->atoms->data, book->truths, claims);
}
