#include "genlm-char-exprs.h"

#include <string.h>

#include "genlm-utf8-ranges.h"

/* More than there are different rests behind the first symbols of a set. */
#define MAX_BRANCHES (256u)

typedef struct
{
  GenlmByteExprs *exprs;
  /* Sorted, and each is one product of ranges of symbols: of bytes, or of
   * hexadecimal digits by their values. */
  GArray         *sequences;
  gboolean        digits;
} Builder;

/* A range of high units, and what follows each of them. */
typedef struct
{
  GenlmByteExpr low;
  gunichar      first;
  gunichar      last;
} Pair;

static void
add_symbols (const Builder *builder,
             GenlmByteSet  *set,
             guint8         first,
             guint8         last)
{
  guint digit;

  if (!builder->digits)
    {
      genlm_byte_set_add_range (set, first, last);
      return;
    }
  for (digit = first; digit <= last; digit++)
    {
      guint8 lower = (guint8) "0123456789abcdef"[digit];
      guint8 upper = (guint8) "0123456789ABCDEF"[digit];

      genlm_byte_set_add_range (set, lower, lower);
      genlm_byte_set_add_range (set, upper, upper);
    }
}

/* The sequences from @start to before @end from their symbol @at on, as a tree
 * whose branches share their ends. At most four deep. */
static GenlmByteExpr
build_tree (Builder *builder,
            guint    start,
            guint    end,
            guint    at)
{
  const GenlmUtf8Sequence *sequences = (const GenlmUtf8Sequence *) builder->sequences->data;
  GenlmByteExpr rests[MAX_BRANCHES];
  GenlmByteSet sets[MAX_BRANCHES];
  guint n_branches = 0;
  guint i;
  guint j;

  for (i = start; i < end; i = j)
    {
      const GenlmUtf8Sequence *one = &sequences[i];
      GenlmByteExpr rest = GENLM_BYTE_EXPR_EPSILON;
      guint k;

      for (j = i + 1; j < end && sequences[j].first[at] == one->first[at]; j++)
        ;
      if (at + 1 < one->length)
        rest = build_tree (builder, i, j, at + 1);
      for (k = n_branches; k > 0 && rests[k - 1] != rest; k--)
        ;
      if (k == 0)
        {
          rests[n_branches] = rest;
          sets[n_branches] = (GenlmByteSet) { { 0 } };
          k = ++n_branches;
        }
      add_symbols (builder, &sets[k - 1], one->first[at], one->last[at]);
    }
  for (i = 0; i < n_branches; i++)
    rests[i] = genlm_byte_exprs_make_concat (
      builder->exprs, genlm_byte_exprs_make_set (builder->exprs, &sets[i]), rests[i]);
  return genlm_byte_exprs_make_union (builder->exprs, rests, n_branches);
}

/* What was gathered, which is forgotten. */
static GenlmByteExpr
take_tree (Builder *builder)
{
  GenlmByteExpr tree = build_tree (builder, 0, builder->sequences->len, 0);

  g_array_set_size (builder->sequences, 0);
  return tree;
}

static void
add_sequence (const GenlmUtf8Sequence *sequence,
              gpointer                 user_data)
{
  g_array_append_vals (((Builder *) user_data)->sequences, sequence, 1);
}

/* The characters of the range that lie between two bounds. */
static void
add_utf8 (Builder              *builder,
          const GenlmCharRange *range,
          gunichar              first,
          gunichar              last)
{
  first = MAX (first, range->first);
  last = MIN (last, range->last);
  if (first <= last)
    genlm_utf8_ranges_foreach (first, last, add_sequence, builder);
}

/* Units of 16 bits as four digits. */
static void
add_units (Builder  *builder,
           gunichar  first,
           gunichar  last)
{
  while (first <= last)
    {
      GenlmUtf8Sequence sequence = { .length = 4 };
      gunichar end = last;
      guint shift;
      guint i;

      /* All digits below the first that differs must run over their whole
       * range. */
      for (shift = 12; shift > 0; shift -= 4)
        {
          gunichar mask = (1u << shift) - 1;

          if ((first & ~mask) == (end & ~mask))
            continue;
          if ((first & mask) != 0)
            end = first | mask;
          else if ((end & mask) != mask)
            end = (end & ~mask) - 1;
        }
      for (i = 0; i < 4; i++)
        {
          sequence.first[i] = (first >> (12 - 4 * i)) & 0xf;
          sequence.last[i] = (end >> (12 - 4 * i)) & 0xf;
        }
      add_sequence (&sequence, builder);
      first = end + 1;
    }
}

static GenlmByteExpr
make_byte (GenlmByteExprs *exprs,
           guint8          byte)
{
  GenlmByteSet set = { { 0 } };

  genlm_byte_set_add_range (&set, byte, byte);
  return genlm_byte_exprs_make_set (exprs, &set);
}

static GenlmByteExpr
make_backslash_u (GenlmByteExprs *exprs,
                  GenlmByteExpr   tail)
{
  tail = genlm_byte_exprs_make_concat (exprs, make_byte (exprs, 'u'), tail);
  return genlm_byte_exprs_make_concat (exprs, make_byte (exprs, '\\'), tail);
}

/* The pairs for a range of characters beyond U+FFFF, counted from there. */
static void
add_pairs (GArray         *pairs,
           Builder        *builder,
           gunichar        first,
           gunichar        last)
{
  while (first <= last)
    {
      gunichar end = last;
      Pair pair;

      if ((first >> 10) != (last >> 10))
        {
          if ((first & 0x3ff) != 0)
            end = first | 0x3ff;
          else if ((last & 0x3ff) != 0x3ff)
            end = (last & ~(gunichar) 0x3ff) - 1;
        }
      add_units (builder, 0xdc00 | (first & 0x3ff), 0xdc00 | (end & 0x3ff));
      pair = (Pair) { take_tree (builder), 0xd800 + (first >> 10), 0xd800 + (end >> 10) };
      g_array_append_val (pairs, pair);
      first = end + 1;
    }
}

static int
compare_pairs (gconstpointer a,
               gconstpointer b)
{
  const Pair *x = a;
  const Pair *y = b;

  if (x->low != y->low)
    return x->low < y->low ? -1 : 1;
  return x->first < y->first ? -1 : x->first > y->first;
}

static int
compare_starts (gconstpointer a,
                gconstpointer b)
{
  const Pair *x = a;
  const Pair *y = b;

  return x->first < y->first ? -1 : x->first > y->first;
}

/* High units with several ranges of low units have one expression for them
 * all, so that no two pairs share a high unit. */
static void
unite_low_units (GenlmByteExprs *exprs,
                 GArray         *pairs)
{
  guint n_kept = 0;
  guint i;

  g_array_sort (pairs, compare_starts);
  for (i = 0; i < pairs->len; i++)
    {
      Pair pair = g_array_index (pairs, Pair, i);
      Pair *before = &g_array_index (pairs, Pair, MAX (n_kept, 1) - 1);

      if (n_kept > 0 && before->first == pair.first)
        {
          GenlmByteExpr both[2] = { before->low, pair.low };

          before->low = genlm_byte_exprs_make_union (exprs, both, 2);
        }
      else
        g_array_index (pairs, Pair, n_kept++) = pair;
    }
  g_array_set_size (pairs, n_kept);
}

/* The digits of all pairs of units, with "\u" between them. */
static GenlmByteExpr
make_pairs (Builder              *builder,
            const GenlmCharRange *ranges,
            gsize                 n_ranges)
{
  g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (GenlmByteExpr));
  gsize i;

  for (i = 0; i < n_ranges; i++)
    if (ranges[i].last >= 0x10000)
      add_pairs (pairs, builder, MAX (ranges[i].first, 0x10000) - 0x10000,
                 ranges[i].last - 0x10000);
  unite_low_units (builder->exprs, pairs);
  g_array_sort (pairs, compare_pairs);
  for (i = 0; i < pairs->len;)
    {
      GenlmByteExpr low = g_array_index (pairs, Pair, i).low;
      GenlmByteExpr member;

      for (; i < pairs->len && g_array_index (pairs, Pair, i).low == low; i++)
        add_units (builder, g_array_index (pairs, Pair, i).first,
                   g_array_index (pairs, Pair, i).last);
      member = genlm_byte_exprs_make_concat (builder->exprs, take_tree (builder),
                                             make_backslash_u (builder->exprs, low));
      g_array_append_val (members, member);
    }
  return genlm_byte_exprs_make_union (builder->exprs, (const GenlmByteExpr *) members->data,
                                      members->len);
}

static gboolean
contains (const GenlmCharRange *ranges,
          gsize                 n_ranges,
          gunichar              character)
{
  gsize i;

  for (i = 0; i < n_ranges && ranges[i].last < character; i++)
    ;
  return i < n_ranges && ranges[i].first <= character;
}

/* "\" and what may follow it. */
static GenlmByteExpr
make_escapes (Builder              *builder,
              const GenlmCharRange *ranges,
              gsize                 n_ranges)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";
  GenlmByteSet set = { { 0 } };
  GenlmByteExpr members[2];
  gsize i;

  builder->digits = TRUE;
  members[1] = make_pairs (builder, ranges, n_ranges);
  for (i = 0; i < n_ranges && ranges[i].first < 0x10000; i++)
    {
      add_units (builder, ranges[i].first, MIN (ranges[i].last, 0xd7ff));
      add_units (builder, MAX (ranges[i].first, 0xe000), MIN (ranges[i].last, 0xffff));
    }
  members[0] = take_tree (builder);
  builder->digits = FALSE;
  members[1] = genlm_byte_exprs_make_concat (
    builder->exprs, make_byte (builder->exprs, 'u'),
    genlm_byte_exprs_make_union (builder->exprs, members, 2));
  for (i = 0; values[i] != '\0'; i++)
    if (contains (ranges, n_ranges, (guchar) values[i]))
      genlm_byte_set_add_range (&set, (guint8) letters[i], (guint8) letters[i]);
  members[0] = genlm_byte_exprs_make_set (builder->exprs, &set);
  return genlm_byte_exprs_make_concat (
    builder->exprs, make_byte (builder->exprs, '\\'),
    genlm_byte_exprs_make_union (builder->exprs, members, 2));
}

/* What may stand for itself. */
static GenlmByteExpr
make_unescaped (Builder              *builder,
                const GenlmCharRange *ranges,
                gsize                 n_ranges)
{
  gsize i;

  for (i = 0; i < n_ranges; i++)
    {
      add_utf8 (builder, &ranges[i], ' ', '!');
      add_utf8 (builder, &ranges[i], '#', '[');
      add_utf8 (builder, &ranges[i], ']', GENLM_CHAR_LAST);
    }
  return take_tree (builder);
}

static GenlmByteExpr
make_json (Builder              *builder,
           const GenlmCharRange *ranges,
           gsize                 n_ranges)
{
  GenlmByteExpr members[2];

  members[0] = make_unescaped (builder, ranges, n_ranges);
  members[1] = make_escapes (builder, ranges, n_ranges);
  return genlm_byte_exprs_make_union (builder->exprs, members, 2);
}

/* "u00" and two digits, for control characters of which @first is the first
 * digit of those two. */
static GenlmByteExpr
make_plain_units (Builder              *builder,
                  const GenlmCharRange *ranges,
                  gsize                 n_ranges,
                  guint                 first)
{
  GenlmByteSet set = { { 0 } };
  GenlmByteExpr expr;
  const char *p;
  guint i;

  for (i = 0; i < 16; i++)
    if (contains (ranges, n_ranges, first * 16 + i)
        && memchr ("\b\f\n\r\t", (int) (first * 16 + i), 5) == NULL)
      genlm_byte_set_add_range (&set, (guint8) "0123456789abcdef"[i],
                                (guint8) "0123456789abcdef"[i]);
  expr = genlm_byte_exprs_make_set (builder->exprs, &set);
  for (p = first == 0 ? "000u" : "100u"; *p != '\0'; p++)
    expr = genlm_byte_exprs_make_concat (builder->exprs, make_byte (builder->exprs, (guint8) *p),
                                         expr);
  return expr;
}

static GenlmByteExpr
make_json_plain (Builder              *builder,
                 const GenlmCharRange *ranges,
                 gsize                 n_ranges)
{
  static const char letters[] = "\"\\bfnrt";
  static const char values[] = "\"\\\b\f\n\r\t";
  GenlmByteSet set = { { 0 } };
  GenlmByteExpr members[3];
  gsize i;

  for (i = 0; values[i] != '\0'; i++)
    if (contains (ranges, n_ranges, (guchar) values[i]))
      genlm_byte_set_add_range (&set, (guint8) letters[i], (guint8) letters[i]);
  members[0] = genlm_byte_exprs_make_set (builder->exprs, &set);
  members[1] = make_plain_units (builder, ranges, n_ranges, 0);
  members[2] = make_plain_units (builder, ranges, n_ranges, 1);
  members[1] = genlm_byte_exprs_make_concat (
    builder->exprs, make_byte (builder->exprs, '\\'),
    genlm_byte_exprs_make_union (builder->exprs, members, 3));
  members[0] = make_unescaped (builder, ranges, n_ranges);
  return genlm_byte_exprs_make_union (builder->exprs, members, 2);
}

/* The ranges are sorted and do not touch, as those of a GenlmCharSet. */
GenlmByteExpr
genlm_char_exprs_make_set (GenlmByteExprs       *exprs,
                           GenlmByteEncoding     encoding,
                           const GenlmCharRange *ranges,
                           gsize                 n_ranges)
{
  Builder builder = { .exprs = exprs };
  GenlmByteExpr result;
  gsize i;

  if (genlm_byte_exprs_lookup_chars (exprs, encoding, ranges, n_ranges, &result))
    return result;
  builder.sequences = g_array_new (FALSE, FALSE, sizeof (GenlmUtf8Sequence));
  if (encoding == GENLM_BYTE_ENCODING_JSON)
    result = make_json (&builder, ranges, n_ranges);
  else if (encoding == GENLM_BYTE_ENCODING_JSON_PLAIN)
    result = make_json_plain (&builder, ranges, n_ranges);
  else
    {
      for (i = 0; i < n_ranges; i++)
        add_utf8 (&builder, &ranges[i], 0, GENLM_CHAR_LAST);
      result = take_tree (&builder);
    }
  g_array_unref (builder.sequences);
  genlm_byte_exprs_keep_chars (exprs, encoding, ranges, n_ranges, result);
  return result;
}

/* Any one character. */
GenlmByteExpr
genlm_char_exprs_make_any (GenlmByteExprs    *exprs,
                           GenlmByteEncoding  encoding)
{
  static const GenlmCharRange all[] = { { 0, 0xd7ff }, { 0xe000, GENLM_CHAR_LAST } };

  return genlm_char_exprs_make_set (exprs, encoding, all, G_N_ELEMENTS (all));
}
