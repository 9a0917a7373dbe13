#include <string.h>

#include "genlm-char-set.h"
#include "genlm-utf8-ranges.h"

static void
test_ranges (void)
{
  g_autoptr (GenlmCharSet) set = genlm_char_set_new ();
  const GenlmCharRange *ranges;
  gsize n_ranges;

  genlm_char_set_add_range (set, 'm', 'p');
  genlm_char_set_add_range (set, 'a', 'c');
  genlm_char_set_add_range (set, 'd', 'e');
  genlm_char_set_add_range (set, 'o', 'q');
  ranges = genlm_char_set_peek_ranges (set, &n_ranges);
  g_assert_cmpuint (n_ranges, ==, 2);
  g_assert_cmpuint (ranges[0].first, ==, 'a');
  g_assert_cmpuint (ranges[0].last, ==, 'e');
  g_assert_cmpuint (ranges[1].first, ==, 'm');
  g_assert_cmpuint (ranges[1].last, ==, 'q');
  g_assert_true (genlm_char_set_contains (set, 'q'));
  g_assert_false (genlm_char_set_contains (set, 'f'));
}

static void
test_subtract (void)
{
  guint seed;

  for (seed = 0; seed < 500; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GenlmCharSet) a = genlm_char_set_new ();
      g_autoptr (GenlmCharSet) b = genlm_char_set_new ();
      g_autoptr (GenlmCharSet) rest = NULL;
      gunichar c;
      guint i;

      for (i = 0; i < 6; i++)
        {
          gunichar x = (gunichar) g_rand_int_range (rand, 0, 60);
          gunichar y = (gunichar) g_rand_int_range (rand, 0, 60);

          genlm_char_set_add_range (a, x, x + (gunichar) g_rand_int_range (rand, 0, 8));
          genlm_char_set_add_range (b, y, y + (gunichar) g_rand_int_range (rand, 0, 8));
        }
      rest = genlm_char_set_subtract (a, b);
      for (c = 0; c < 80; c++)
        g_assert_cmpint (genlm_char_set_contains (rest, c), ==,
                         genlm_char_set_contains (a, c) && !genlm_char_set_contains (b, c));
    }
}

static void
test_surrogates (void)
{
  g_autoptr (GenlmCharSet) set = genlm_char_set_new_full ();
  gsize n_ranges;

  genlm_char_set_add_range (set, 0xd000, 0xe100);
  genlm_char_set_peek_ranges (set, &n_ranges);
  g_assert_cmpuint (n_ranges, ==, 2);
  g_assert_true (genlm_char_set_contains (set, 0xd7ff));
  g_assert_false (genlm_char_set_contains (set, 0xd800));
  g_assert_false (genlm_char_set_contains (set, 0xdfff));
  g_assert_true (genlm_char_set_contains (set, 0xe000));
}

static void
check_cases (gunichar        character,
             const gunichar *others,
             gsize           n_others)
{
  g_autoptr (GenlmCharSet) one = genlm_char_set_new ();
  g_autoptr (GenlmCharSet) set = genlm_char_set_new ();
  const GenlmCharRange *ranges;
  gsize n_ranges;
  gsize n = 0;
  gsize i;

  genlm_char_set_add_char (one, character, TRUE);
  genlm_char_set_add_range (set, character, character);
  genlm_char_set_add_cases (set);
  for (i = 0; i < n_others; i++)
    {
      g_assert_true (genlm_char_set_contains (one, others[i]));
      g_assert_true (genlm_char_set_contains (set, others[i]));
    }
  ranges = genlm_char_set_peek_ranges (set, &n_ranges);
  for (i = 0; i < n_ranges; i++)
    n += ranges[i].last - ranges[i].first + 1;
  g_assert_cmpuint (n, ==, n_others + 1);
}

static void
test_cases (void)
{
  check_cases ('a', (const gunichar[]) { 'A' }, 1);
  check_cases ('K', (const gunichar[]) { 'k', 0x212a }, 2);
  check_cases (0x17f, (const gunichar[]) { 's', 'S' }, 2);
  check_cases (0x3c3, (const gunichar[]) { 0x3c2, 0x3a3 }, 2);
  check_cases (0x1c5, (const gunichar[]) { 0x1c4, 0x1c6 }, 2);
  check_cases ('i', (const gunichar[]) { 'I' }, 1);
  /* No one-character pair "SS". */
  check_cases (0xdf, (const gunichar[]) { 0x1e9e }, 1);
  check_cases (0x130, NULL, 0);
  check_cases (0x131, NULL, 0);
  check_cases ('1', NULL, 0);
  check_cases (0x4e00, NULL, 0);
}

typedef struct
{
  gunichar first;
  gunichar last;
  guint    n_matches;
  guint8   bytes[6];
  guint    length;
} Probe;

static void
count_match (const GenlmUtf8Sequence *sequence,
             gpointer                 user_data)
{
  Probe *probe = user_data;
  guint i;

  g_assert_cmpuint (sequence->length, <=, 4);
  if (sequence->length != probe->length)
    return;
  for (i = 0; i < probe->length; i++)
    if (probe->bytes[i] < sequence->first[i] || probe->bytes[i] > sequence->last[i])
      return;
  probe->n_matches++;
}

/* Every character near an edge lies in exactly one sequence if it is in the
 * range, and in none if it is not. */
static void
test_utf8 (void)
{
  static const gunichar edges[] = { 0,      1,      0x3f,   0x40,   0x7f,    0x80,    0xbf,
                                    0xc0,   0x7ff,  0x800,  0xfff,  0x1000,  0xd7ff,  0xe000,
                                    0xffff, 0x10000, 0x3ffff, 0x40000, 0xfffff, 0x100000, 0x10ffff };
  gsize i;
  gsize j;
  gsize k;
  int delta;

  for (i = 0; i < G_N_ELEMENTS (edges); i++)
    for (j = i; j < G_N_ELEMENTS (edges); j++)
      for (k = 0; k < G_N_ELEMENTS (edges); k++)
        for (delta = -1; delta <= 1; delta++)
          {
            gunichar c = edges[k] + (gunichar) delta;
            Probe probe = { edges[i], edges[j], 0, { 0 }, 0 };

            if (!g_unichar_validate (c))
              continue;
            probe.length = (guint) g_unichar_to_utf8 (c, (char *) probe.bytes);
            genlm_utf8_ranges_foreach (edges[i], edges[j], count_match, &probe);
            g_assert_cmpuint (probe.n_matches, ==, c >= edges[i] && c <= edges[j]);
          }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/char-set/ranges", test_ranges);
  g_test_add_func ("/engine/char-set/subtract", test_subtract);
  g_test_add_func ("/engine/char-set/surrogates", test_surrogates);
  g_test_add_func ("/engine/char-set/cases", test_cases);
  g_test_add_func ("/engine/char-set/utf8", test_utf8);
  return g_test_run ();
}
