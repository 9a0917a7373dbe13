#include "genlm-decimal.h"

#include <string.h>

/* Digits in a word of a large divisor. */
#define WORD_DIGITS (9)
#define WORD_BASE   (1000000000u)

static gsize
count_digits (const char *at,
              const char *end)
{
  const char *start = at;

  while (at < end && g_ascii_isdigit (*at))
    at++;
  return (gsize) (at - start);
}

/* Reads the exponent's text, without the letter, onto @self->shift. */
static gboolean
read_exponent (GenlmDecimal *self,
               const char   *at,
               const char   *end)
{
  gboolean negative = FALSE;
  gint64   exponent = 0;

  if (at < end && (*at == '+' || *at == '-'))
    negative = *at++ == '-';
  if (at == end || at + count_digits (at, end) != end)
    return FALSE;
  while (at < end && *at == '0')
    at++;
  if (end - at > GENLM_DECIMAL_MAX_EXPONENT_DIGITS)
    {
      self->surplus = at;
      self->n_surplus = (gsize) (end - at);
      self->exponent = negative ? -GENLM_DECIMAL_MAX_EXPONENT : GENLM_DECIMAL_MAX_EXPONENT;
      return TRUE;
    }
  while (at < end)
    exponent = exponent * 10 + (*at++ - '0');
  self->exponent = self->shift + (negative ? -exponent : exponent);
  return TRUE;
}

/* Finds the significant digits in the digits of @whole and @fraction, which
 * stand at @start with a point between them if there is a fraction. */
static void
find_digits (GenlmDecimal *self,
             const char   *start,
             gsize         whole,
             gsize         fraction)
{
  const char *end = start + whole + (fraction > 0 ? fraction + 1 : 0);
  const char *point = start + whole;
  const char *last;

  while (start < end && (*start == '0' || *start == '.'))
    start++;
  if (start == end)
    {
      self->sign = 0;
      return;
    }
  for (last = end - 1; *last == '0' || *last == '.'; last--)
    ;
  self->digits = start;
  self->length = (gsize) (last + 1 - start);
  self->n_digits = (gint64) self->length - (start < point && point < last);
  self->shift = last < point ? point - 1 - last : point - last;
}

/* Reads a JSON number. FALSE if it is none. */
gboolean
genlm_decimal_init (GenlmDecimal *self,
                    const char   *text,
                    gsize         length)
{
  const char *end = text + length;
  gsize       whole;
  gsize       fraction = 0;
  const char *at;

  *self = (GenlmDecimal) { .sign = 1 };
  if (text < end && *text == '-')
    {
      self->sign = -1;
      text++;
    }
  whole = count_digits (text, end);
  if (whole == 0 || (*text == '0' && whole > 1))
    return FALSE;
  at = text + whole;
  if (at < end && *at == '.')
    {
      fraction = count_digits (at + 1, end);
      if (fraction == 0)
        return FALSE;
      at += 1 + fraction;
    }
  find_digits (self, text, whole, fraction);
  self->exponent = self->shift;
  if (at == end)
    return TRUE;
  return (*at == 'e' || *at == 'E') && read_exponent (self, at + 1, end);
}

/* The digits one after another; 0 after the last. */
static int
next_digit (const GenlmDecimal *self,
            gsize              *at)
{
  if (*at < self->length && self->digits[*at] == '.')
    ++*at;
  return *at < self->length ? self->digits[(*at)++] - '0' : 0;
}

/* Appends |surplus ± shift|, the absolute of an exponent that has no room in
 * an integer: the shift, which is as small as the text is short, never turns
 * its sign. */
static void
append_surplus (const GenlmDecimal *self,
                gint64              shift,
                GString            *key)
{
  gsize  first = key->len;
  gint64 carry = self->exponent < 0 ? -shift : shift;

  g_string_append_c (key, '0');
  g_string_append_len (key, self->surplus, (gssize) self->n_surplus);
  for (gsize i = key->len; i > first && carry != 0; i--)
    {
      gint64 sum = key->str[i - 1] - '0' + carry;
      gint64 digit = ((sum % 10) + 10) % 10;

      key->str[i - 1] = (char) ('0' + digit);
      carry = (sum - digit) / 10;
    }
  while (key->str[first] == '0')
    g_string_erase (key, (gssize) first, 1);
}

/* Compares the exponents of the leading digits of two numbers both of which
 * have an exponent too large for an integer, with the same sign. */
static int
compare_surplus (const GenlmDecimal *a,
                 const GenlmDecimal *b)
{
  g_autoptr (GString) x = g_string_new (NULL);
  g_autoptr (GString) y = g_string_new (NULL);
  int order;

  append_surplus (a, a->shift + a->n_digits, x);
  append_surplus (b, b->shift + b->n_digits, y);
  order = x->len != y->len ? (x->len > y->len) - (x->len < y->len) : strcmp (x->str, y->str);
  return a->exponent < 0 ? -order : order;
}

static int
compare_magnitude (const GenlmDecimal *a,
                   const GenlmDecimal *b)
{
  gint64 x = a->exponent + a->n_digits;
  gint64 y = b->exponent + b->n_digits;
  int    order = (x > y) - (x < y);
  gsize  i = 0;
  gsize  j = 0;

  if (a->surplus != NULL && b->surplus != NULL && (a->exponent < 0) == (b->exponent < 0))
    order = compare_surplus (a, b);
  while (order == 0 && (i < a->length || j < b->length))
    order = next_digit (a, &i) - next_digit (b, &j);
  return order;
}

/* Negative, 0 or positive. */
int
genlm_decimal_compare (const GenlmDecimal *a,
                       const GenlmDecimal *b)
{
  if (a->sign != b->sign)
    return a->sign < b->sign ? -1 : 1;
  return a->sign == 0 ? 0 : a->sign * compare_magnitude (a, b);
}

gboolean
genlm_decimal_is_integer (const GenlmDecimal *self)
{
  return self->sign == 0 || self->exponent >= 0;
}

/* A natural number of any size: words of nine digits, the lowest first. */
typedef struct
{
  guint32 *words;
  gsize    n;
} Natural;

static void
natural_init (Natural            *self,
              const GenlmDecimal *decimal)
{
  gint64 left = decimal->n_digits;
  gsize  at = 0;

  self->n = (gsize) (left + WORD_DIGITS - 1) / WORD_DIGITS;
  self->words = g_new0 (guint32, self->n);
  for (; left > 0; left--)
    {
      guint32 *word = &self->words[(left - 1) / WORD_DIGITS];

      *word = *word * 10 + (guint32) next_digit (decimal, &at);
    }
}

/* Divides by a small number if that leaves no rest. */
static gboolean
natural_divide (Natural *self,
                guint32  divisor)
{
  guint64 rest = 0;

  /* The base is a multiple of 2 and 5: the lowest word decides. */
  if (self->words[0] % divisor != 0)
    return FALSE;
  for (gsize i = self->n; i > 0; i--)
    {
      guint64 word = rest * WORD_BASE + self->words[i - 1];

      self->words[i - 1] = (guint32) (word / divisor);
      rest = word % divisor;
    }
  return TRUE;
}

/* @rest, of one word more, becomes @rest × 10 + @digit mod @self. */
static void
natural_push_digit (const Natural *self,
                    guint32       *rest,
                    guint          digit)
{
  guint64 carry = digit;

  for (gsize i = 0; i <= self->n; i++)
    {
      carry += (guint64) rest[i] * 10;
      rest[i] = (guint32) (carry % WORD_BASE);
      carry /= WORD_BASE;
    }
  for (;;)
    {
      gsize  i = self->n;
      gint64 borrow = 0;

      if (rest[i] == 0)
        {
          while (i > 0 && rest[i - 1] == self->words[i - 1])
            i--;
          if (i > 0 && rest[i - 1] < self->words[i - 1])
            return;
        }
      for (i = 0; i <= self->n; i++)
        {
          gint64 word = (gint64) rest[i] - (i < self->n ? self->words[i] : 0) + borrow;

          borrow = word < 0 ? -1 : 0;
          rest[i] = (guint32) (word < 0 ? word + WORD_BASE : word);
        }
    }
}

static gboolean
natural_divides (const Natural      *self,
                 const GenlmDecimal *decimal)
{
  g_autofree guint32 *rest = g_new0 (guint32, self->n + 1);
  gsize at = 0;

  for (gint64 i = 0; i < decimal->n_digits; i++)
    natural_push_digit (self, rest, (guint) next_digit (decimal, &at));
  for (gsize i = 0; i <= self->n; i++)
    if (rest[i] != 0)
      return FALSE;
  return TRUE;
}

static gboolean
small_divides (guint64             divisor,
               const GenlmDecimal *decimal)
{
  unsigned __int128 rest = 0;
  gsize at = 0;

  for (gint64 i = 0; i < decimal->n_digits; i++)
    rest = (rest * 10 + (guint) next_digit (decimal, &at)) % divisor;
  return rest == 0;
}

/* Whether self = n × divisor for an integer n. The divisor must not be zero,
 * and its exponent must fit an integer. Takes time in the product of their
 * lengths. */
gboolean
genlm_decimal_is_multiple_of (const GenlmDecimal *self,
                              const GenlmDecimal *divisor)
{
  Natural  natural;
  gint64   surplus = self->exponent - divisor->exponent;
  gboolean result;

  g_return_val_if_fail (divisor->sign != 0 && divisor->surplus == NULL, FALSE);

  if (self->sign == 0)
    return TRUE;
  /* The digits end with no zero, so no power of ten divides them. */
  if (surplus < 0)
    return FALSE;

  /* Digits × 10^surplus: the power takes factors of the divisor away, of
   * which it has either twos or fives, as it ends with no zero either. */
  natural_init (&natural, divisor);
  for (guint32 prime = 2; prime <= 5; prime += 3)
    for (gint64 i = 0; i < surplus; i++)
      if (!natural_divide (&natural, prime))
        break;
  if (natural.n <= 2)
    result = small_divides (natural.words[0] + (natural.n == 2 ? (guint64) natural.words[1] * WORD_BASE : 0), self);
  else
    result = natural_divides (&natural, self);
  g_free (natural.words);
  return result;
}

/* The value of a number that is an integer and not negative, or the largest
 * integer there is. */
guint64
genlm_decimal_get_uint64 (const GenlmDecimal *self)
{
  guint64 value = 0;
  gsize   at = 0;

  g_return_val_if_fail (self->sign >= 0 && genlm_decimal_is_integer (self), 0);

  if (self->sign == 0)
    return 0;
  if (self->n_digits + self->exponent > 20)
    return G_MAXUINT64;
  for (gint64 i = 0; i < self->n_digits + self->exponent; i++)
    if (!g_uint64_checked_mul (&value, value, 10) ||
        !g_uint64_checked_add (&value, value, (guint64) next_digit (self, &at)))
      return G_MAXUINT64;
  return value;
}

/* Appends what only numbers of the same value have in common. It is a JSON
 * number of that value. */
void
genlm_decimal_append_key (const GenlmDecimal *self,
                          GString            *key)
{
  gsize at = 0;

  if (self->sign == 0)
    {
      g_string_append_c (key, '0');
      return;
    }
  if (self->sign < 0)
    g_string_append_c (key, '-');
  for (gint64 i = 0; i < self->n_digits; i++)
    g_string_append_c (key, (char) ('0' + next_digit (self, &at)));
  if (self->surplus != NULL)
    {
      g_string_append (key, self->exponent < 0 ? "e-" : "e");
      append_surplus (self, self->shift, key);
    }
  else if (self->exponent != 0)
    g_string_append_printf (key, "e%" G_GINT64_FORMAT, self->exponent);
}
