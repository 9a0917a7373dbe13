#include "genlm-json-number.h"

#include <string.h>

#include "genlm-json-number-list.h"

GenlmJsonNumberPlace
genlm_json_number_start (guint8 byte)
{
  if (byte == '-')
    return GENLM_JSON_NUMBER_MINUS;
  if (byte == '0')
    return GENLM_JSON_NUMBER_ZERO;
  return g_ascii_isdigit (byte) ? GENLM_JSON_NUMBER_WHOLE : GENLM_JSON_NUMBER_DEAD;
}

/* Of a plain number, where a bare step would lead elsewhere. */
static GenlmJsonNumberPlace
next_plain (GenlmJsonNumberForm  form,
            GenlmJsonNumberPlace place,
            GenlmJsonNumberPlace next)
{
  gboolean whole = form == GENLM_JSON_NUMBER_PLAIN_WHOLE;

  if (next == GENLM_JSON_NUMBER_E || (whole && next == GENLM_JSON_NUMBER_POINT))
    return GENLM_JSON_NUMBER_DEAD;
  if (place == GENLM_JSON_NUMBER_MINUS && next == GENLM_JSON_NUMBER_ZERO)
    return whole ? GENLM_JSON_NUMBER_DEAD : GENLM_JSON_NUMBER_NOUGHT;
  return next;
}

static GenlmJsonNumberPlace
next_place (GenlmJsonNumberPlace place,
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
    case GENLM_JSON_NUMBER_NOUGHT:
      return byte == '.' ? GENLM_JSON_NUMBER_NOUGHT_POINT : GENLM_JSON_NUMBER_DEAD;
    case GENLM_JSON_NUMBER_NOUGHT_POINT:
      if (byte == '0')
        return place;
      return digit ? GENLM_JSON_NUMBER_FRACTION : GENLM_JSON_NUMBER_DEAD;
    default:
      return GENLM_JSON_NUMBER_DEAD;
    }
}

GenlmJsonNumberPlace
genlm_json_number_next (GenlmJsonNumberForm  form,
                        GenlmJsonNumberPlace place,
                        guint8               byte)
{
  GenlmJsonNumberPlace next = next_place (place, byte);

  return form == GENLM_JSON_NUMBER_ANY ? next : next_plain (form, place, next);
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
  const GArray *numbers = body->numbers;
  GenlmDecimal value;
  guint i;

  genlm_decimal_init (&value, text, length);
  g_byte_array_set_size (book->atoms, body->atoms->len);
  for (i = 0; i < body->atoms->len; i++)
    {
      const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, i);

      book->atoms->data[i] = GENLM_JSON_NO;
      if (atom->kind == GENLM_JSON_ATOM_NUMBER)
        book->atoms->data[i] = number_part_holds (genlm_json_book_peek_node (book, atom->claim), &value,
                                                  !book->narrow || is_written_whole (text, length));
    }
  for (i = numbers != NULL ? genlm_json_number_list_find (numbers, &value) : 0; numbers != NULL && i < numbers->len; i++)
    {
      const GenlmJsonListedNumber *number = &g_array_index (numbers, GenlmJsonListedNumber, i);

      if (genlm_json_number_list_compare (&number->value, &value) != 0)
        break;
      if (genlm_decimal_compare (&number->value, &value) == 0)
        book->atoms->data[number->atom] = GENLM_JSON_YES;
    }
  genlm_json_body_judge (body, book->atoms->data, book->truths, claims);
}

static gboolean
value_is_whole (const GenlmJsonValue *value)
{
  GenlmDecimal decimal;

  return genlm_decimal_init (&decimal, value->text, value->n) && genlm_decimal_is_integer (&decimal);
}

/* Whether the check can hold of a number that is no integer. */
static gboolean
atom_may_be_broken (const GenlmJsonBook *book,
                    const GenlmJsonAtom *atom)
{
  const GPtrArray *values = atom->what;
  const GenlmSchemaNode *node;
  guint i;

  if (atom->kind == GENLM_JSON_ATOM_NUMBER)
    {
      node = genlm_json_book_peek_node (book, atom->claim);
      return (node->types & GENLM_SCHEMA_TYPE_NUMBER) != 0
             && (node->number == NULL || node->number->multiple_of == NULL
                 || !genlm_decimal_is_integer (node->number->multiple_of));
    }
  for (i = 0; i < values->len && value_is_whole (g_ptr_array_index (values, i)); i++)
    ;
  return i < values->len;
}

/* How numbers are written where @goal is asked of them. */
GenlmJsonNumberForm
genlm_json_number_get_form (GenlmJsonBook       *book,
                            const GenlmJsonBody *body,
                            const GenlmJsonGoal *goal)
{
  g_autofree guint8 *claims = NULL;
  guint i;

  if (book->spelling == GENLM_JSON_SPELLING_ANY)
    return GENLM_JSON_NUMBER_ANY;
  g_byte_array_set_size (book->atoms, body->atoms->len);
  for (i = 0; i < body->atoms->len; i++)
    book->atoms->data[i] = atom_may_be_broken (book, genlm_json_body_peek_atom (body, i))
                             ? GENLM_JSON_OPEN
                             : GENLM_JSON_NO;
  claims = g_new (guint8, MAX (body->n_claims, 1));
  genlm_json_body_judge (body, book->atoms->data, book->truths, claims);
  return genlm_json_goal_allows (goal, claims) ? GENLM_JSON_NUMBER_PLAIN
                                               : GENLM_JSON_NUMBER_PLAIN_WHOLE;
}

/* More digits than this say nothing that matters about what may come. */
#define MAX_DIGITS   (96)

/* Larger exponents count as any that are larger. */
#define MAX_EXPONENT (G_GINT64_CONSTANT (100000000000000000))

/* Above and below all powers of ten. */
#define ALL_POWERS   (G_GINT64_CONSTANT (4000000000000000000))

/* What has been read of a number: its sign and its first digits that count,
 * with any power of ten behind them, and what is known of that power. */
typedef struct
{
  gboolean negative;
  gboolean plain;      /* there will be no exponent, and zero has no sign */
  gboolean has_digits;
  gboolean has_point;
  gboolean exact;      /* there will be no more digits before the exponent */
  guint    n_digits;
  guint    n_zeros;    /* at the end of them */
  gint64   scale;      /* if exact: the value is the digits × 10^(scale + exponent) */
  gint     sign;       /* of the exponent; 0 while it is not known */
  gint64   exponent;   /* its first digits */
  char     digits[MAX_DIGITS];
} Start;

static void
read_exponent (Start      *start,
               const char *text,
               gsize       length)
{
  gsize i = 0;

  if (length == 0)
    return;
  start->sign = text[0] == '-' ? -1 : 1;
  if (text[0] == '-' || text[0] == '+')
    i++;
  for (; i < length && start->exponent < MAX_EXPONENT; i++)
    start->exponent = start->exponent * 10 + (text[i] - '0');
}

static void
read_start (Start      *start,
            gboolean    plain,
            const char *text,
            gsize       length)
{
  gsize i;

  memset (start, 0, G_STRUCT_OFFSET (Start, digits));
  start->plain = plain && length <= MAX_DIGITS;
  start->negative = length > 0 && text[0] == '-';
  length = MIN (length, GENLM_JSON_NUMBER_MAX_GUESS);
  for (i = start->negative; i < length && (text[i] | 0x20) != 'e'; i++)
    {
      if (text[i] == '.')
        {
          start->has_point = TRUE;
          continue;
        }
      start->has_digits = TRUE;
      start->scale -= start->has_point;
      if (text[i] == '0' && start->n_digits == 0)
        continue;
      if (start->n_digits == MAX_DIGITS)
        return;
      start->digits[start->n_digits++] = text[i];
      start->n_zeros = text[i] == '0' ? start->n_zeros + 1 : 0;
    }
  start->exact = i < length;
  if (start->exact)
    read_exponent (start, text + i + 1, length - i - 1);
}

/* Whether an exponent that starts as the one read may bring the digits to one of
 * the powers of ten from @low to @high. */
static gboolean
may_have_power (const Start *start,
                gint64       low,
                gint64       high)
{
  gint64 first = start->exponent;
  gint64 last = start->exponent;
  gint64 least = low - start->scale;
  gint64 most = high - start->scale;

  if (low > high)
    return FALSE;
  if (start->sign == 0)
    return TRUE;
  if (start->sign < 0)
    {
      least = start->scale - high;
      most = start->scale - low;
    }
  if (first == 0)
    return most >= 0;
  /* With each digit more: those from 10 × first to 10 × last + 9. */
  for (; first <= most; first *= 10, last = last * 10 + 9)
    if (last >= least || first >= MAX_EXPONENT)
      return TRUE;
  return FALSE;
}

/* The place of the first digit that counts; one has place 0. */
static gint64
get_decade (const GenlmDecimal *value)
{
  return value->exponent + (gint64) value->n_digits - 1;
}

/* Whether a number that starts so, and that no exponent will move, may have its
 * first digit that counts at the place of that of @value. */
static gboolean
may_have_decade (const Start        *start,
                 const GenlmDecimal *value)
{
  gint64 decade = get_decade (value);
  gint64 first = start->scale + start->n_digits - 1;

  if (!start->has_digits || value->surplus != NULL)
    return TRUE;
  if (start->n_digits == 0)
    return decade <= first;
  return start->has_point ? decade == first : decade >= first;
}

/* Whether the digits read, without any power of ten, may become those of @value. */
static gboolean
may_have_digits (const Start        *start,
                 const GenlmDecimal *value)
{
  gsize n = 0;
  gsize i;

  for (i = 0; i < value->length && n < start->n_digits; i++)
    if (value->digits[i] != '.' && value->digits[i] != start->digits[n++])
      return FALSE;
  return n == start->n_digits || start->n_zeros >= start->n_digits - n;
}

/* Whether some number that starts so may equal @value. */
static gboolean
may_equal (const Start        *start,
           const GenlmDecimal *value)
{
  gint64 power;

  if (value->sign == 0)
    return start->n_digits == 0 && !(start->plain && start->negative);
  if ((value->sign < 0) != start->negative || (start->plain && !may_have_decade (start, value)))
    return FALSE;
  if (start->n_digits == 0)
    return !start->exact;
  if (!may_have_digits (start, value))
    return FALSE;
  if (!start->exact)
    return TRUE;
  power = value->exponent - start->n_zeros;
  return value->n_digits == start->n_digits - start->n_zeros
         && (value->surplus != NULL || may_have_power (start, power, power));
}

/* Marks the atoms of the listed numbers that a number which starts so may equal, or
 * with NULL looks for one. Returns whether there are any. */
static gboolean
find_numbers (const GArray *numbers,
              const Start  *start,
              guint8       *atoms)
{
  const GenlmDecimal zero = { .sign = 0 };
  const GenlmDecimal first = { .sign = start->negative ? -1 : 1, .digits = start->digits,
                               .length = start->n_digits - start->n_zeros };
  gboolean found = FALSE;
  guint pass;

  /* Those that start so are next to each other, after those that have no more
   * digits but for zeros. */
  for (pass = 0; pass < 2; pass++)
    {
      guint i = genlm_json_number_list_find (numbers, pass == 0 ? &zero : &first);

      for (; i < numbers->len && !(found && atoms == NULL); i++)
        {
          const GenlmJsonListedNumber *number = &g_array_index (numbers, GenlmJsonListedNumber, i);

          if (number->value.sign != (pass == 0 ? 0 : first.sign)
              || (pass > 0 && !may_have_digits (start, &number->value)))
            break;
          if (!may_equal (start, &number->value))
            continue;
          found = TRUE;
          if (atoms != NULL)
            atoms[number->atom] = GENLM_JSON_OPEN;
        }
    }
  return found;
}

/* What numbers must lie between, their sign left out, and the power of ten of
 * which they must be a multiple. */
typedef struct
{
  GenlmDecimal low;
  GenlmDecimal high;
  gboolean     has_low;
  gboolean     has_high;
  gboolean     excludes_low;
  gboolean     excludes_high;
  gboolean     has_unit;
  gint64       unit;
} Range;

static gboolean
is_above_low (const Range        *range,
              const GenlmDecimal *value)
{
  return !range->has_low
         || genlm_decimal_compare (value, &range->low) >= range->excludes_low;
}

static gboolean
is_below_high (const Range        *range,
               const GenlmDecimal *value)
{
  return !range->has_high
         || genlm_decimal_compare (value, &range->high) <= -range->excludes_high;
}

/* The digits with @n_nines nines behind them, × 10^power. @text is room for it. */
static GenlmDecimal
make_value (const Start *start,
            guint        n_nines,
            gint64       power,
            char        *text,
            gsize        size)
{
  GenlmDecimal value;
  guint n = start->n_digits;

  memcpy (text, start->digits, n);
  memset (text + n, '9', n_nines);
  n += n_nines;
  g_snprintf (text + n, size - n, "e%" G_GINT64_FORMAT, power);
  genlm_decimal_init (&value, text, strlen (text));
  return value;
}

/* What all numbers that start with the digits are below. */
static GenlmDecimal
make_next_value (const Start *start,
                 gint64       power,
                 char        *text,
                 gsize        size)
{
  GenlmDecimal value;
  guint n = start->n_digits;
  guint i;

  text[0] = '0';
  memcpy (text + 1, start->digits, n);
  for (i = n; text[i] == '9'; i--)
    text[i] = '0';
  text[i]++;
  g_snprintf (text + n + 1, size - n - 1, "e%" G_GINT64_FORMAT, power);
  text += i > 0;
  genlm_decimal_init (&value, text, strlen (text));
  return value;
}

/* The largest number that starts so is looked at up to so many digits more. */
#define MAX_NINES (8)

/* Whether some number whose digits that count start so, the first of them at a
 * place that @power says, lies in the range. */
static gboolean
may_lie_at (const Start *start,
            const Range *range,
            gint64       power)
{
  char text[MAX_DIGITS + MAX_NINES + 32];
  GenlmDecimal value = make_value (start, 0, power, text, sizeof text);
  gint64 n_nines = range->has_unit ? MAX (power - range->unit, 0) : MAX_NINES + 1;

  if (!is_below_high (range, &value))
    return FALSE;
  if (is_above_low (range, &value))
    return TRUE;
  if (n_nines > MAX_NINES)
    {
      value = make_next_value (start, power, text, sizeof text);
      return genlm_decimal_compare (&value, &range->low) > 0;
    }
  value = make_value (start, (guint) n_nines, power - n_nines, text, sizeof text);
  return is_above_low (range, &value);
}

/* The same if all digits that are to come have a place below those read, as
 * they do in a plain number after a zero or a point. */
static gboolean
may_lie_below_point (const Start *start,
                     const Range *range)
{
  if (range->has_unit && start->scale < range->unit - start->n_zeros + (start->n_digits == 0))
    return FALSE;
  if (start->n_digits > 0)
    return may_lie_at (start, range, start->scale);
  return !range->has_low || get_decade (&range->low) < start->scale;
}

static gboolean
may_lie_open (const Start *start,
              const Range *range)
{
  gint64 n = start->n_digits;
  gint64 power = -ALL_POWERS;
  gint64 last;

  if (start->plain && start->has_digits && (n == 0 || start->has_point))
    return may_lie_below_point (start, range);
  if (!range->has_high)
    return TRUE;
  if (n == 0)
    return !range->has_unit || get_decade (&range->high) >= range->unit;
  last = get_decade (&range->high) - n + 1;
  if (range->has_low)
    power = get_decade (&range->low) - n;
  if (range->has_unit)
    power = MAX (power, range->unit - start->n_zeros);
  if (start->plain)
    power = MAX (power, 0);
  /* A whole decade lies between the bounds. */
  if (power < last - 3)
    return TRUE;
  for (; power <= last; power++)
    if (may_lie_at (start, range, power))
      return TRUE;
  return FALSE;
}

/* The same for digits to which only an exponent may be added. */
static gboolean
may_lie_exact (const Start *start,
               const Range *range)
{
  char text[MAX_DIGITS + 32];
  GenlmDecimal value;
  gint64 n = start->n_digits;
  gint64 least = -ALL_POWERS;
  gint64 most = ALL_POWERS;

  if (range->has_low)
    {
      least = get_decade (&range->low) - n + 1;
      value = make_value (start, 0, least, text, sizeof text);
      least += !is_above_low (range, &value);
    }
  if (range->has_high)
    {
      most = get_decade (&range->high) - n + 1;
      value = make_value (start, 0, most, text, sizeof text);
      most -= !is_below_high (range, &value);
    }
  if (range->has_unit)
    least = MAX (least, range->unit - start->n_zeros);
  return may_have_power (start, least, most);
}

static void
raise_low (Range              *range,
           const GenlmDecimal *bound,
           gboolean            excluded)
{
  int order;

  if (bound == NULL)
    return;
  order = range->has_low ? genlm_decimal_compare (bound, &range->low) : 1;
  if (order > 0)
    range->low = *bound;
  if (order >= 0)
    range->excludes_low = excluded;
  range->has_low = TRUE;
}

static void
lower_high (Range              *range,
            const GenlmDecimal *bound,
            gboolean            excluded)
{
  int order;

  if (bound == NULL)
    return;
  order = range->has_high ? genlm_decimal_compare (bound, &range->high) : -1;
  if (order < 0)
    range->high = *bound;
  if (order <= 0)
    range->excludes_high = excluded;
  range->has_high = TRUE;
}

static void
range_init (Range                 *range,
            const GenlmSchemaNode *node)
{
  const GenlmSchemaNumberPart *part = node->number;

  *range = (Range) { .has_unit = (node->types & GENLM_SCHEMA_TYPE_NUMBER) == 0 };
  if (part == NULL)
    return;
  raise_low (range, part->minimum, FALSE);
  raise_low (range, part->exclusive_minimum, TRUE);
  lower_high (range, part->maximum, FALSE);
  lower_high (range, part->exclusive_maximum, TRUE);
  if (part->multiple_of == NULL)
    return;
  /* Digits that end with no zero × a power, of which all multiples are ones. */
  range->unit = range->has_unit ? MAX (part->multiple_of->exponent, 0) : part->multiple_of->exponent;
  range->has_unit = TRUE;
}

static void
range_negate (Range *range)
{
  Range other = *range;

  range->low = other.high;
  range->low.sign = -range->low.sign;
  range->has_low = other.has_high;
  range->excludes_low = other.excludes_high;
  range->high = other.low;
  range->high.sign = -range->high.sign;
  range->has_high = other.has_low;
  range->excludes_high = other.excludes_low;
}

static GenlmJsonTruth
guess_number_part (const GenlmSchemaNode *node,
                   const Start           *start)
{
  const GenlmDecimal zero = { .sign = 0 };
  gboolean may_lie;
  Range range;

  range_init (&range, node);
  if (start->negative)
    range_negate (&range);
  if (start->n_digits == 0 && is_above_low (&range, &zero) && is_below_high (&range, &zero)
      && !(start->plain && start->negative))
    return GENLM_JSON_OPEN;
  /* What is left is above zero. */
  if ((start->n_digits == 0 && start->exact) || (range.has_high && range.high.sign <= 0))
    return GENLM_JSON_NO;
  range.has_low = range.has_low && range.low.sign > 0 && range.low.surplus == NULL;
  range.has_high = range.has_high && range.high.surplus == NULL;
  may_lie = start->exact ? may_lie_exact (start, &range) : may_lie_open (start, &range);
  return may_lie ? GENLM_JSON_OPEN : GENLM_JSON_NO;
}

/* Whether the goal is that a number is one of those that the body lists, whichever. */
gboolean
genlm_json_number_is_listed (const GenlmJsonBody *body,
                             const GenlmJsonGoal *goal)
{
  guint i;

  if (genlm_json_goal_is_exact (goal) || goal->n_any < goal->n_claims)
    return FALSE;
  for (i = 0; i < goal->n_claims; i++)
    {
      const GenlmJsonFormulaNode *node = genlm_json_formula_peek (&body->formula, body->roots[i]);

      if (goal->wanted[i] != GENLM_JSON_OPEN || node->op != GENLM_JSON_FORMULA_ATOM
          || genlm_json_body_peek_atom (body, node->a)->kind != GENLM_JSON_ATOM_NUMBERS)
        return FALSE;
    }
  return TRUE;
}

/* Whether a number that starts so may be one of those listed. */
gboolean
genlm_json_number_may_be_listed (const GenlmJsonBody *body,
                                 GenlmJsonNumberForm  form,
                                 const char          *text,
                                 gsize                length)
{
  Start start;

  read_start (&start, form != GENLM_JSON_NUMBER_ANY, text, length);
  return find_numbers (body->numbers, &start, NULL);
}

/* What may still become of the claims after the start of a number. */
void
genlm_json_number_guess (GenlmJsonBook       *book,
                         const GenlmJsonBody *body,
                         GenlmJsonNumberForm  form,
                         const char          *text,
                         gsize                length,
                         guint8              *claims)
{
  Start start;
  guint i;

  read_start (&start, form != GENLM_JSON_NUMBER_ANY, text, length);
  g_byte_array_set_size (book->atoms, body->atoms->len);
  for (i = 0; i < body->atoms->len; i++)
    {
      const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, i);

      book->atoms->data[i] = GENLM_JSON_NO;
      if (atom->kind == GENLM_JSON_ATOM_NUMBER)
        {
          const GenlmSchemaNode *node = genlm_json_book_peek_node (book, atom->claim);

          book->atoms->data[i] = guess_number_part (node, &start);
          if (book->narrow && (node->types & GENLM_SCHEMA_TYPE_NUMBER) == 0
              && !is_written_whole (text, length))
            book->atoms->data[i] = GENLM_JSON_NO;
        }
    }
  if (body->numbers != NULL)
    find_numbers (body->numbers, &start, book->atoms->data);
  genlm_json_body_judge (body, book->atoms->data, book->truths, claims);
}
