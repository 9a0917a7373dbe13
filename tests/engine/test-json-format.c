#include <genlm.h>
#include <string.h>

#include "genlm-byte-dfa.h"
#include "genlm-json-format.h"
#include "genlm-regex-compiler.h"

static GenlmByteDfa *
build (const GenlmJsonFormat *format)
{
  GenlmEngineLimits          limits = { 100000, G_GUINT64_CONSTANT (1) << 28, 0 };
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (&limits);
  g_autoptr (GError)         error = NULL;
  GenlmByteItem              item = { 0 };
  GenlmByteDfa              *dfa;

  g_assert_nonnull (genlm_json_format_peek_tree (format));
  genlm_regex_compile (genlm_json_format_peek_tree (format), exprs, GENLM_BYTE_ENCODING_UTF8, &item.expr, &error);
  g_assert_no_error (error);
  dfa = genlm_byte_dfa_new (g_steal_pointer (&exprs), &error);
  g_assert_no_error (error);
  dfa->start = genlm_byte_dfa_intern (dfa, &item, 1, GENLM_BYTE_EXPR_ANYTHING, &error);
  g_assert_no_error (error);
  return dfa;
}

static gboolean
holds (const GenlmJsonFormat *format,
       GenlmByteDfa          *dfa,
       const char            *text)
{
  gsize           length = strlen (text);
  GenlmByteState *state = genlm_byte_dfa_walk (dfa, dfa->start, (const guint8 *) text, length, NULL);

  return state->accepting && g_utf8_strlen (text, -1) <= format->max_length &&
         (format->check == NULL || format->check (text, length));
}

static const GenlmJsonFormat *
find (const char *name)
{
  const GenlmJsonFormat *format = genlm_json_format_find (name, strlen (name));

  g_assert_nonnull (format);
  g_assert_cmpstr (format->name, ==, name);
  return format;
}

static const struct
{
  const char *name;
  const char *valid[12];
  const char *invalid[16];
} golden[] = {
  { "date", { "2024-02-29", "0000-02-29", "9999-12-31" }, { "2023-02-29", "1900-02-29", "2024-2-29", "2024-13-01", "" } },
  { "time", { "00:00:00Z", "23:59:60z", "12:00:00.5+23:59", "12:00:00-00:00", "00:59:60+01:00", "22:59:60.9-01:00" },
    { "24:00:00Z", "12:00:60Z", "23:59:61Z", "12:00:00", "12:00:00.Z", "12:00Z", "00:59:60+01:01", "12:00:00+24:00" } },
  { "date-time", { "2024-02-29T23:59:60Z", "2024-02-29t00:00:00.000z" },
    { "2024-02-29 00:00:00Z", "2024-02-30T00:00:00Z", "2024-02-29T00:00:00", "2024-02-29T22:59:60Z" } },
  { "duration", { "P1Y2M3DT4H5M6S", "PT0S", "P3W", "P1YT1S" }, { "P", "P1YT", "P1W2D", "PT1.5S", "p1y", "P1Y3D" } },
  { "email", { "a@b", "a.b+c@d-e.f", "\"a b\\\"\"@c", "a@[1.2.3.4]", "a@[IPv6:::1]" },
    { "a", "@b", "a@", "a.@b", "a@b_c", "a@-b", "a@@b", "a b@c", "\"a@b", "a@[1.2.3]", "a@b.",
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b" } },
  { "idn-email", { "a@b", "\xc3\xa9@\xc3\xa9.fr" }, { "\xc3\xa9", "@\xc3\xa9", "a@", "a@-b", "a@b_c" } },
  { "hostname", { "a", "A-1.b", "1.2.3.4", "xn--bcher-kva.de", "x--y" }, { "", "-a", "a-", "a..b", ".a", "a.", "a_b", "xn--a", "\xc3\xa9" } },
  { "idn-hostname", { "a", "b\xc3\xbc" "cher.de", "xn--bcher-kva", "\xd7\x90", "\xe3\x81\x82\xe3\x80\x82jp" },
    { "", "-a", "ab--c", "xn--b\xc3\xbc", "B\xc3\xbc" "cher", "\xd7\x90" "a", "a\xcc\x81", "xn--bcher-kva1" } },
  { "ipv4", { "0.0.0.0", "255.255.255.255", "1.22.199.249" }, { "256.0.0.0", "1.2.3", "01.2.3.4", "1.2.3.4.5", "1.2.3.4 " } },
  { "ipv6", { "::", "1::", "::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "::1.2.3.4", "1:2:3:4:5:6:1.2.3.4" },
    { ":", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", ":::", "1:2:3:4:5:6:7:1.2.3.4", "::g", "::1%1" } },
  { "uri", { "a:", "http://x", "http://[::1]:80/?q#f", "urn:a:b", "a:/b//c", "http://u:p@h:/%20" },
    { "", "a", "//x", "http://x y", "http://[::1", "http://x/%2", "1a:", "a:[", "http://\xc3\xa9" } },
  { "uri-reference", { "", "a", "//x", "?q", "#f", "../a:b", "a:b" }, { "%", "a b", "##", ":a", "\xc3\xa9" } },
  { "iri", { "http://\xc3\xa9/\xc3\xa9?\xee\x80\x80" }, { "\xc3\xa9", "http://x/\xee\x80\x80", "http://\xc3\xa9 " } },
  { "iri-reference", { "", "\xc3\xa9", "//\xc3\xa9#\xc3\xa9" }, { "\\", "\xc3\xa9 " } },
  { "uri-template", { "", "a{b}", "{+a,b:3,c*}", "{/x.y}{?z%20}" }, { "{", "}", "{}", "{a:0}", "{a b}", "{a,}", "%", "<" } },
  { "json-pointer", { "", "/", "/a~0~1/b" }, { "a", "#/a", "/~", "/~2" } },
  { "relative-json-pointer", { "0", "1/a", "12#", "0/" }, { "", "01", "-1", "#", "1#a", "/a" } },
  { "uuid", { "00000000-0000-0000-0000-00000000000A" }, { "00000000000000000000000000000000", "g0000000-0000-0000-0000-000000000000" } },
  { "regex",
    { "", "a|b", "[^\\]a-z-]*?", "(?<n>x)\\k<n>", "(?=a)(?<!b)\\1()", "\\u{1f600}\\cA\\x41\\0", "\\p{L}\\P{Script=Greek}" },
    { "(", ")", "a**", "*", "[b-a]", "a{2,1}", "\\", "\\a", "(?i)a", "(?<n>)(?<n>)", "\\k<n>", "\\1", "^*", "[\\d-a]", "a{2,}{" } },
};

static void
test_golden (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (golden); i++)
    {
      const GenlmJsonFormat    *format = find (golden[i].name);
      g_autoptr (GenlmByteDfa)  dfa = build (format);

      for (gsize j = 0; j < G_N_ELEMENTS (golden[i].valid) && golden[i].valid[j] != NULL; j++)
        if (!holds (format, dfa, golden[i].valid[j]))
          g_error ("%s: “%s” is refused", golden[i].name, golden[i].valid[j]);
      for (gsize j = 0; j < G_N_ELEMENTS (golden[i].invalid) && golden[i].invalid[j] != NULL; j++)
        if (holds (format, dfa, golden[i].invalid[j]))
          g_error ("%s: “%s” is taken", golden[i].name, golden[i].invalid[j]);
    }
}

static void
test_all_are_golden (void)
{
  gsize                  n;
  const GenlmJsonFormat *formats = genlm_json_format_list (&n);

  g_assert_cmpuint (n, ==, G_N_ELEMENTS (golden));
  for (gsize i = 0; i < n; i++)
    g_assert_true (find (formats[i].name) == &formats[i]);
  g_assert_null (genlm_json_format_find ("color", 5));
  g_assert_null (genlm_json_format_find ("dates", 5));
  g_assert_null (genlm_json_format_find ("dat", 3));
  g_assert_null (genlm_json_format_find ("", 0));
}

static void
test_dates (void)
{
  const GenlmJsonFormat    *format = find ("date");
  g_autoptr (GenlmByteDfa)  dfa = build (format);

  for (guint year = 1; year < 10000; year += year < 1880 ? 47 : year < 2120 ? 1 : 23)
    for (guint month = 0; month <= 13; month++)
      for (guint day = 0; day <= 32; day++)
        {
          g_autofree char *text = g_strdup_printf ("%04u-%02u-%02u", year, month, day);
          gboolean         valid = month >= 1 && month <= 12 && day >= 1 &&
                           day <= g_date_get_days_in_month ((GDateMonth) month, (GDateYear) year);

          if (holds (format, dfa, text) != valid)
            g_error ("wrong about %s", text);
        }
}

/* A leap second under every offset, and the minutes around it. */
static void
test_leap_seconds (void)
{
  const GenlmJsonFormat    *format = find ("time");
  g_autoptr (GenlmByteDfa)  dfa = build (format);
  const int                 day = 24 * 60;

  for (int offset = 1 - day; offset < day; offset++)
    for (int shift = -1; shift <= 1; shift++)
      {
        int              local = ((day - 1 + offset + shift) % day + day) % day;
        g_autofree char *text = g_strdup_printf ("%02d:%02d:60%c%02d:%02d", local / 60, local % 60, offset < 0 ? '-' : '+',
                                                 ABS (offset) / 60, ABS (offset) % 60);

        if (holds (format, dfa, text) != (shift == 0))
          g_error ("wrong about %s", text);
      }
}

/* What a label looks like in ASCII is known for these. */
static void
test_idna (void)
{
  static const char *const labels[][2] = {
    { "b\xc3\xbc" "cher", "xn--bcher-kva" },
    { "\xe4\xbb\x96\xe4\xbb\xac\xe4\xb8\xba\xe4\xbb\x80\xe4\xb9\x88\xe4\xb8\x8d\xe8\xaf\xb4\xe4\xb8\xad\xe6\x96\x87", "xn--ihqwcrb4cv8a8dqg056pqjye" },
    { "pro\xc4\x8dprost\xc4\x9bnemluv\xc3\xad\xc4\x8d" "esky", "xn--proprostnemluvesky-uyb24dma41a" },
    { "fa\xc3\x9f", "xn--fa-hia" },
    { "\xf0\x90\x90\xa8", "xn--hj8c" },
  };
  const GenlmJsonFormat    *unicode = find ("idn-hostname");
  const GenlmJsonFormat    *ascii = find ("hostname");
  g_autoptr (GenlmByteDfa)  unicode_dfa = build (unicode);
  g_autoptr (GenlmByteDfa)  ascii_dfa = build (ascii);

  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      g_autofree char *upper = g_ascii_strup (labels[i][1], -1);

      g_assert_true (holds (unicode, unicode_dfa, labels[i][0]));
      g_assert_true (holds (unicode, unicode_dfa, labels[i][1]));
      g_assert_true (holds (ascii, ascii_dfa, labels[i][1]));
      g_assert_true (holds (ascii, ascii_dfa, upper));
      g_assert_false (holds (ascii, ascii_dfa, labels[i][0]));
    }
}

/* Cuts and repeats of valid texts: the checks must take all that the patterns
 * let through. */
static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (gsize i = 0; i < G_N_ELEMENTS (golden); i++)
    {
      const GenlmJsonFormat    *format = find (golden[i].name);
      g_autoptr (GenlmByteDfa)  dfa = build (format);

      for (guint round = 0; round < 3000; round++)
        {
          guint               n_valid = 0;
          g_autoptr (GString) text = g_string_new (NULL);

          while (n_valid < G_N_ELEMENTS (golden[i].valid) && golden[i].valid[n_valid] != NULL)
            n_valid++;
          for (int parts = g_rand_int_range (rand, 1, 5); parts > 0; parts--)
            {
              const char *part = golden[i].valid[g_rand_int_range (rand, 0, (int) n_valid)];
              glong       length = g_utf8_strlen (part, -1);
              glong       from = length > 0 ? g_rand_int_range (rand, 0, (int) length) : 0;
              const char *start = g_utf8_offset_to_pointer (part, from);
              const char *end = g_utf8_offset_to_pointer (start, g_rand_int_range (rand, 0, (int) (length - from) + 1));

              g_string_append_len (text, start, end - start);
            }
          holds (format, dfa, text->str);
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/json-format/golden", test_golden);
  g_test_add_func ("/engine/json-format/all-are-golden", test_all_are_golden);
  g_test_add_func ("/engine/json-format/dates", test_dates);
  g_test_add_func ("/engine/json-format/leap-seconds", test_leap_seconds);
  g_test_add_func ("/engine/json-format/idna", test_idna);
  g_test_add_func ("/engine/json-format/random", test_random);
  return g_test_run ();
}
