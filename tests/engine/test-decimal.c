/* Decimals against integers: numbers of few digits are written in many ways,
 * and what is said of them must be what integer arithmetic says. */

#include <genlm.h>
#include <string.h>

#include "genlm-decimal.h"

/* Values are held as integers in units of 10^-SCALE. */
#define SCALE    (9)
#define UNIT     (G_GINT64_CONSTANT (1000000000))
#define N_ROUNDS (200000)

static GenlmDecimal
read_decimal (const char *text)
{
  GenlmDecimal decimal;

  if (!genlm_decimal_init (&decimal, text, strlen (text)))
    g_error ("%s is no number", text);
  return decimal;
}

static gint64
random_units (GRand *rand)
{
  static const gint64 powers[] = { 1, 10, 1000, 1000000, 100000000, UNIT, UNIT * 10, UNIT * 1000 };
  gint64              units = g_rand_int_range (rand, -2000, 2000);

  units *= powers[g_rand_int_range (rand, 0, G_N_ELEMENTS (powers))];
  return g_rand_boolean (rand) ? units : units + g_rand_int_range (rand, -3, 4);
}

/* Writes units × 10^-SCALE in one of the many ways there are. */
static char *
write_number (GRand  *rand,
              gint64  units)
{
  g_autoptr (GString) digits = g_string_new (NULL);
  int point = SCALE;
  int shift = g_rand_int_range (rand, -12, 13);
  int n;

  g_string_printf (digits, "%" G_GINT64_FORMAT, ABS (units));
  for (n = g_rand_int_range (rand, 0, 4); n > 0; n--, point++)
    g_string_append_c (digits, '0');
  /* Now the value is digits × 10^-point; the point moves by shift, and the
   * exponent says so. */
  point += shift;
  while (point >= (int) digits->len)
    g_string_prepend_c (digits, '0');
  for (; point < 0; point++)
    g_string_append_c (digits, '0');
  if (point > 0)
    g_string_insert_c (digits, (gssize) digits->len - point, '.');
  while (digits->len > 1 && digits->str[0] == '0' && digits->str[1] != '.')
    g_string_erase (digits, 0, 1);
  if (units < 0 || (units == 0 && g_rand_boolean (rand)))
    g_string_prepend_c (digits, '-');
  if (shift != 0 || g_rand_boolean (rand))
    g_string_append_printf (digits, g_rand_boolean (rand) ? "e%+03d" : "E%d", shift);
  return g_strdup (digits->str);
}

static void
check_pair (const char *x_text,
            gint64      x,
            const char *y_text,
            gint64      y)
{
  GenlmDecimal        a = read_decimal (x_text);
  GenlmDecimal        b = read_decimal (y_text);
  g_autoptr (GString) a_key = g_string_new (NULL);
  g_autoptr (GString) b_key = g_string_new (NULL);
  int                 order = genlm_decimal_compare (&a, &b);

  genlm_decimal_append_key (&a, a_key);
  genlm_decimal_append_key (&b, b_key);
  if ((order > 0) - (order < 0) != (x > y) - (x < y) || (x == y) != g_string_equal (a_key, b_key) ||
      genlm_decimal_is_integer (&a) != (x % UNIT == 0) ||
      (y > 0 && genlm_decimal_is_multiple_of (&a, &b) != (x % y == 0)))
    g_error ("wrong about %s and %s", x_text, y_text);
  if (x >= 0 && x % UNIT == 0)
    g_assert_cmpuint (genlm_decimal_get_uint64 (&a), ==, (guint64) (x / UNIT));
  a = read_decimal (a_key->str);
  g_assert_cmpint (genlm_decimal_compare (&a, &b) == 0, ==, x == y);
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      gint64           x = random_units (rand);
      gint64           y = random_units (rand);
      g_autofree char *x_text = NULL;
      g_autofree char *y_text = NULL;

      if (g_rand_int_range (rand, 0, 4) == 0)
        y = x;
      else if (g_rand_int_range (rand, 0, 4) == 0)
        x = y * g_rand_int_range (rand, -5, 6);
      x_text = write_number (rand, x);
      y_text = write_number (rand, y);
      check_pair (x_text, x, y_text, y);
    }
}

/* Many digits: products of two numbers, and their neighbours. */
static char *
multiply (const char *x,
          const char *y)
{
  gsize               n = strlen (x);
  gsize               m = strlen (y);
  g_autofree guint32 *sums = g_new0 (guint32, n + m);
  g_autoptr (GString) text = g_string_new (NULL);
  gsize               first = 0;

  for (gsize i = n; i > 0; i--)
    for (gsize j = m; j > 0; j--)
      sums[i + j - 1] += (guint32) (x[i - 1] - '0') * (guint32) (y[j - 1] - '0');
  for (gsize k = n + m - 1; k > 0; k--)
    {
      sums[k - 1] += sums[k] / 10;
      sums[k] %= 10;
    }
  while (first < n + m - 1 && sums[first] == 0)
    first++;
  for (gsize k = first; k < n + m; k++)
    g_string_append_c (text, (char) ('0' + sums[k]));
  return g_strdup (text->str);
}

static char *
random_digits (GRand *rand,
               int    max_length)
{
  int      n = g_rand_int_range (rand, 1, max_length + 1);
  GString *text = g_string_new (NULL);

  g_string_append_c (text, (char) ('1' + g_rand_int_range (rand, 0, 9)));
  for (; n > 1; n--)
    g_string_append_c (text, (char) ('0' + g_rand_int_range (rand, 0, 10)));
  return g_string_free (text, FALSE);
}

static void
test_long (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *x = random_digits (rand, 60);
      g_autofree char *y = random_digits (rand, 60);
      g_autofree char *product = multiply (x, y);
      g_autofree char *other = multiply (x, y);
      GenlmDecimal     a = read_decimal (product);
      GenlmDecimal     b = read_decimal (y);
      gsize            last = strlen (other) - 1;

      g_assert_true (genlm_decimal_is_multiple_of (&a, &b));
      /* A number that is larger by less than the divisor is no multiple. */
      if (strlen (y) == 1 || other[last] == '9')
        continue;
      other[last]++;
      a = read_decimal (other);
      g_assert_false (genlm_decimal_is_multiple_of (&a, &b));
    }
}

static void
test_multiples (void)
{
  static const struct
  {
    const char *value;
    const char *divisor;
    gboolean    result;
  } cases[] = {
    { "0", "7", TRUE },
    { "0e5", "0.01", TRUE },
    { "4.5", "1.5", TRUE },
    { "0.0075", "0.0001", TRUE },
    { "0.00751", "0.0001", FALSE },
    { "1e308", "0.123456789", FALSE },
    { "1e308", "0.5", TRUE },
    { "1e400000", "3", FALSE },
    { "3e400000", "3", TRUE },
    { "1e400000", "1024", TRUE },
    { "1e9", "1024", FALSE },
    { "1e10", "1024", TRUE },
    { "1e99999999999999999999", "16", TRUE },
    { "1e-99999999999999999999", "1", FALSE },
    { "12391239123", "1e-8", TRUE },
    { "-9", "3", TRUE },
    { "123456789012345678901234567890", "10", TRUE },
    { "123456789012345678901234567891", "10", FALSE },
    { "340282366920938463463374607431768211456", "18446744073709551616", TRUE },
    { "340282366920938463463374607431768211457", "18446744073709551616", FALSE },
    { "1e39", "340282366920938463463374607431768211456", FALSE },
    { "1e128", "340282366920938463463374607431768211456", TRUE },
    { "1e127", "340282366920938463463374607431768211456", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GenlmDecimal value = read_decimal (cases[i].value);
      GenlmDecimal divisor = read_decimal (cases[i].divisor);

      if (genlm_decimal_is_multiple_of (&value, &divisor) != cases[i].result)
        g_error ("wrong about %s over %s", cases[i].value, cases[i].divisor);
    }
}

/* In falling order. */
static void
test_huge (void)
{
  static const char *const values[] = {
    "1e100000000000000000000000000000",
    "9.99999e99999999999999999999999999999",
    "9e99999999999999999999999999999",
    "123e1000000000000000000",
    "1e1000000000000000000",
    "9e999999999999999999",
    "1e400000",
    "1.0000000000000000000000000000000001",
    "1",
    "1e-400000",
    "1e-999999999999999999",
    "123e-1000000000000000000",
    "1e-1000000000000000000",
    "1e-99999999999999999999999999999",
    "0e99999999999999999999999999999",
    "-1e-99999999999999999999999999999",
    "-1",
    "-1e99999999999999999999999999999",
  };
  static const char *const equal[] = {
    "1000e99999999999999999999",
    "1e100000000000000000002",
    "0.001e+0100000000000000000005",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (values); j++)
      {
        GenlmDecimal a = read_decimal (values[i]);
        GenlmDecimal b = read_decimal (values[j]);
        int          order = genlm_decimal_compare (&a, &b);

        if ((order > 0) - (order < 0) != (j > i) - (j < i))
          g_error ("wrong about %s and %s", values[i], values[j]);
      }
  for (gsize i = 0; i < G_N_ELEMENTS (equal); i++)
    {
      GenlmDecimal        a = read_decimal (equal[0]);
      GenlmDecimal        b = read_decimal (equal[i]);
      g_autoptr (GString) key = g_string_new (NULL);

      genlm_decimal_append_key (&b, key);
      g_assert_cmpint (genlm_decimal_compare (&a, &b), ==, 0);
      g_assert_cmpstr (key->str, ==, "1e100000000000000000002");
      g_assert_true (genlm_decimal_is_integer (&b));
      g_assert_cmpuint (genlm_decimal_get_uint64 (&b), ==, G_MAXUINT64);
    }
}

static void
test_refusals (void)
{
  static const char *const texts[] = {
    "", "-", "+1", "01", "-01", "1.", ".5", "-.5", "1.e5", "1e", "1e+", "1e5.", "e5", "1x", "0x10", "1 ", " 1", "--1",
    "Infinity", "NaN", "1e5x", "1..5", "1.5.5",
  };
  GenlmDecimal decimal;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_false (genlm_decimal_init (&decimal, texts[i], strlen (texts[i])));
  /* The length counts, not a NUL. */
  g_assert_true (genlm_decimal_init (&decimal, "12x", 2));
}

static void
test_uint64 (void)
{
  static const struct
  {
    const char *text;
    guint64     value;
  } cases[] = {
    { "18446744073709551615", G_MAXUINT64 },
    { "18446744073709551614", G_MAXUINT64 - 1 },
    { "18446744073709551616", G_MAXUINT64 },
    { "99999999999999999999", G_MAXUINT64 },
    { "1e19", G_GUINT64_CONSTANT (10000000000000000000) },
    { "1e20", G_MAXUINT64 },
    { "1e400000", G_MAXUINT64 },
    { "2.0", 2 },
    { "-0.0", 0 },
    { "200e-2", 2 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GenlmDecimal decimal = read_decimal (cases[i].text);

      g_assert_cmpuint (genlm_decimal_get_uint64 (&decimal), ==, cases[i].value);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/decimal/random", test_random);
  g_test_add_func ("/engine/decimal/long", test_long);
  g_test_add_func ("/engine/decimal/multiples", test_multiples);
  g_test_add_func ("/engine/decimal/huge", test_huge);
  g_test_add_func ("/engine/decimal/refusals", test_refusals);
  g_test_add_func ("/engine/decimal/uint64", test_uint64);
  return g_test_run ();
}
