#include "genlm-idna.h"

#include "genlm-idna-tables.h"

#include <string.h>

#define MAX_LABEL (63)
#define MAX_NAME  (253)

#define ZERO_WIDTH_NON_JOINER (0x200cu)
#define ZERO_WIDTH_JOINER     (0x200du)

/* --- Punycode, RFC 3492 ------------------------------------------------ */

#define BASE         (36u)
#define T_MIN        (1u)
#define T_MAX        (26u)
#define SKEW         (38u)
#define DAMP         (700u)
#define INITIAL_BIAS (72u)
#define INITIAL_N    (0x80u)

static guint32
adapt (guint32  delta,
       guint32  n_points,
       gboolean first)
{
  guint32 k = 0;

  delta = first ? delta / DAMP : delta / 2;
  delta += delta / n_points;
  for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
    delta /= BASE - T_MIN;
  return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static guint32
threshold (guint32 k,
           guint32 bias)
{
  return k <= bias ? T_MIN : MIN (k - bias, T_MAX);
}

static void
append_number (GString *text,
               guint32  number,
               guint32  bias)
{
  for (guint32 k = BASE;; k += BASE)
    {
      guint32 t = threshold (k, bias);
      guint32 digit = number < t ? number : t + (number - t) % (BASE - t);

      g_string_append_c (text, (char) (digit < 26 ? 'a' + digit : '0' + digit - 26));
      if (number < t)
        return;
      number = (number - t) / (BASE - t);
    }
}

/* Appends what comes after "xn--". A label is no longer than a name. */
static void
punycode_encode (const gunichar *label,
                 gsize           length,
                 GString        *text)
{
  guint32 n = INITIAL_N;
  guint32 delta = 0;
  guint32 bias = INITIAL_BIAS;
  guint32 n_basic = 0;
  guint32 done;

  for (gsize i = 0; i < length; i++)
    if (label[i] < INITIAL_N)
      {
        g_string_append_c (text, (char) label[i]);
        n_basic++;
      }
  if (n_basic > 0)
    g_string_append_c (text, '-');
  for (done = n_basic; done < length; n++, delta++)
    {
      guint32 next = G_MAXUINT32;

      for (gsize i = 0; i < length; i++)
        if (label[i] >= n && label[i] < next)
          next = label[i];
      delta += (next - n) * (done + 1);
      n = next;
      for (gsize i = 0; i < length; i++)
        if (label[i] < n)
          delta++;
        else if (label[i] == n)
          {
            append_number (text, delta, bias);
            bias = adapt (delta, done + 1, done == n_basic);
            delta = 0;
            done++;
          }
    }
}

static gboolean
read_number (const char **at,
             const char  *end,
             guint32      bias,
             guint32     *number)
{
  guint64 weight = 1;
  guint64 value = 0;

  for (guint32 k = BASE;; k += BASE)
    {
      guint32 t = threshold (k, bias);
      guint32 digit;

      if (*at >= end)
        return FALSE;
      digit = g_ascii_isdigit (**at) ? (guint32) (**at - '0' + 26) : (guint32) (g_ascii_tolower (**at) - 'a');
      ++*at;
      if (digit >= BASE)
        return FALSE;
      value += digit * weight;
      if (value > G_MAXINT32)
        return FALSE;
      if (digit < t)
        break;
      weight *= BASE - t;
      if (weight > G_MAXINT32)
        return FALSE;
    }
  *number = (guint32) value;
  return TRUE;
}

/* Reads what comes after "xn--". */
static gboolean
punycode_decode (const char *at,
                 const char *end,
                 GArray     *label)
{
  const char *hyphen = g_strrstr_len (at, end - at, "-");
  guint64     n = INITIAL_N;
  guint64     i = 0;
  guint32     bias = INITIAL_BIAS;
  gboolean    first = TRUE;

  for (; hyphen != NULL && at < hyphen; at++)
    {
      gunichar basic = (gunichar) g_ascii_tolower (*at);

      g_array_append_val (label, basic);
    }
  if (hyphen != NULL)
    at++;
  while (at < end)
    {
      guint32  length = label->len + 1;
      guint32  delta;
      gunichar character;

      if (!read_number (&at, end, bias, &delta))
        return FALSE;
      bias = adapt (delta, length, first);
      first = FALSE;
      i += delta;
      n += i / length;
      i %= length;
      if (n > 0x10ffff)
        return FALSE;
      character = (gunichar) n;
      g_array_insert_val (label, (guint) i, character);
      i++;
    }
  return TRUE;
}

/* --- Characters, RFC 5892 ---------------------------------------------- */

static guint32
find_value (const GenlmIdnaRange *ranges,
            gsize                 n_ranges,
            gunichar              character,
            guint32               otherwise)
{
  gsize low = 0;
  gsize high = n_ranges;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (character > ranges[middle].last)
        low = middle + 1;
      else if (character < ranges[middle].first)
        high = middle;
      else
        return ranges[middle].value;
    }
  return otherwise;
}

/* Whether folding the case or the width of a character changes it. */
static gboolean
is_unstable (gunichar character)
{
  char             text[7] = { 0 };
  g_autofree char *normal = NULL;
  g_autofree char *folded = NULL;
  g_autofree char *again = NULL;

  g_unichar_to_utf8 (character, text);
  normal = g_utf8_normalize (text, -1, G_NORMALIZE_NFKC);
  if (normal == NULL)
    return TRUE;
  folded = g_utf8_casefold (normal, -1);
  again = g_utf8_normalize (folded, -1, G_NORMALIZE_NFKC);
  return g_strcmp0 (text, again) != 0;
}

/* Letters and marks that stand for nothing that can be seen, and those of
 * blocks that are left out. */
static gboolean
is_ignorable (gunichar character)
{
  static const GenlmIdnaRange ranges[] = {
    { 0x34f, 0x34f, 1 }, { 0x1100, 0x11ff, 1 }, { 0x17b4, 0x17b5, 1 }, { 0x180b, 0x180f, 1 }, { 0x20d0, 0x20ff, 1 },
    { 0x3164, 0x3164, 1 }, { 0xa960, 0xa97c, 1 }, { 0xd7b0, 0xd7fb, 1 }, { 0xfe00, 0xfe0f, 1 }, { 0xffa0, 0xffa0, 1 },
    { 0x1d100, 0x1d24f, 1 }, { 0xe0100, 0xe01ef, 1 },
  };

  return find_value (ranges, G_N_ELEMENTS (ranges), character, 0);
}

static gboolean
is_letter_digit (gunichar character)
{
  switch (g_unichar_type (character))
    {
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_UPPERCASE_LETTER:
    case G_UNICODE_OTHER_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_SPACING_MARK:
      return TRUE;
    default:
      return FALSE;
    }
}

/* Whether a character is allowed anywhere. */
static gboolean
is_valid_char (gunichar character)
{
  if (character < 0x80)
    return g_ascii_islower ((char) character) || g_ascii_isdigit ((char) character) || character == '-';
  switch (character)
    {
    case 0xdf: case 0x3c2: case 0x6fd: case 0x6fe: case 0xf0b: case 0x3007:
      return TRUE;
    case 0x640: case 0x7fa: case 0x302e: case 0x302f: case 0x3031: case 0x3032: case 0x3033: case 0x3034: case 0x3035:
    case 0x303b:
      return FALSE;
    default:
      return is_letter_digit (character) && !is_ignorable (character) && !is_unstable (character);
    }
}

static gboolean
is_transparent (gunichar character)
{
  GUnicodeType type = g_unichar_type (character);

  return type == G_UNICODE_NON_SPACING_MARK || type == G_UNICODE_ENCLOSING_MARK;
}

static guint32
get_joining (gunichar character)
{
  return find_value (joining_ranges, G_N_ELEMENTS (joining_ranges), character, JOINING_NONE);
}

/* Whether the letters around the non-joiner at @at would join without it. */
static gboolean
splits_letters (const GArray *label,
                guint         at)
{
  guint   before = at;
  guint   after = at + 1;
  guint32 joining;

  while (before > 0 && is_transparent (g_array_index (label, gunichar, before - 1)))
    before--;
  while (after < label->len && is_transparent (g_array_index (label, gunichar, after)))
    after++;
  if (before == 0 || after == label->len)
    return FALSE;
  joining = get_joining (g_array_index (label, gunichar, before - 1));
  if (joining != JOINING_LEFT && joining != JOINING_DUAL)
    return FALSE;
  joining = get_joining (g_array_index (label, gunichar, after));
  return joining == JOINING_RIGHT || joining == JOINING_DUAL;
}

static gboolean
follows_virama (const GArray *label,
                guint         at)
{
  return at > 0 && g_unichar_combining_class (g_array_index (label, gunichar, at - 1)) == 9;
}

static gboolean
has_script (const GArray   *label,
            gint            at,
            GUnicodeScript  script)
{
  return at >= 0 && (guint) at < label->len &&
         g_unichar_get_script (g_array_index (label, gunichar, at)) == script;
}

static gboolean
has_char (const GArray *label,
          gint          at,
          gunichar      character)
{
  return at >= 0 && (guint) at < label->len && g_array_index (label, gunichar, at) == character;
}

static gboolean
has_char_between (const GArray *label,
                  gunichar      first,
                  gunichar      last)
{
  for (guint i = 0; i < label->len; i++)
    if (g_array_index (label, gunichar, i) >= first && g_array_index (label, gunichar, i) <= last)
      return TRUE;
  return FALSE;
}

static gboolean
has_kana_or_han (const GArray *label)
{
  for (gint i = 0; i < (gint) label->len; i++)
    if (has_script (label, i, G_UNICODE_SCRIPT_HIRAGANA) || has_script (label, i, G_UNICODE_SCRIPT_KATAKANA) ||
        has_script (label, i, G_UNICODE_SCRIPT_HAN))
      return TRUE;
  return FALSE;
}

/* Whether a character is allowed where it stands. */
static gboolean
check_char (const GArray *label,
            gint          at)
{
  gunichar character = g_array_index (label, gunichar, at);

  if (character >= 0x660 && character <= 0x669)
    return !has_char_between (label, 0x6f0, 0x6f9);
  if (character >= 0x6f0 && character <= 0x6f9)
    return !has_char_between (label, 0x660, 0x669);
  switch (character)
    {
    case ZERO_WIDTH_NON_JOINER:
      return follows_virama (label, (guint) at) || splits_letters (label, (guint) at);
    case ZERO_WIDTH_JOINER:
      return follows_virama (label, (guint) at);
    case 0xb7:
      return has_char (label, at - 1, 'l') && has_char (label, at + 1, 'l');
    case 0x375:
      return has_script (label, at + 1, G_UNICODE_SCRIPT_GREEK);
    case 0x5f3:
    case 0x5f4:
      return has_script (label, at - 1, G_UNICODE_SCRIPT_HEBREW);
    case 0x30fb:
      return has_kana_or_han (label);
    default:
      return is_valid_char (character);
    }
}

/* --- Direction, RFC 5893 ----------------------------------------------- */

static guint32
get_bidi (gunichar character)
{
  if (is_transparent (character))
    return BIDI_MARK;
  return find_value (bidi_ranges, G_N_ELEMENTS (bidi_ranges), character, BIDI_LEFT_TO_RIGHT);
}

static gboolean
is_right_to_left (const GArray *label)
{
  for (guint i = 0; i < label->len; i++)
    {
      guint32 bidi = get_bidi (g_array_index (label, gunichar, i));

      if (bidi == BIDI_RIGHT_TO_LEFT || bidi == BIDI_ARABIC_DIGIT)
        return TRUE;
    }
  return FALSE;
}

/* The rule for every label of a name in which something runs to the left. */
static gboolean
check_direction (const GArray *label)
{
  guint   seen = 0;
  guint32 first = get_bidi (g_array_index (label, gunichar, 0));
  guint32 last = BIDI_MARK;

  for (guint i = 0; i < label->len; i++)
    {
      guint32 bidi = get_bidi (g_array_index (label, gunichar, i));

      seen |= 1u << bidi;
      if (bidi != BIDI_MARK)
        last = bidi;
    }
  if (first == BIDI_RIGHT_TO_LEFT)
    return !(seen & 1u << BIDI_LEFT_TO_RIGHT) && last != BIDI_NEUTRAL && last != BIDI_MARK &&
           !(seen & 1u << BIDI_DIGIT && seen & 1u << BIDI_ARABIC_DIGIT);
  return first == BIDI_LEFT_TO_RIGHT && !(seen & (1u << BIDI_RIGHT_TO_LEFT | 1u << BIDI_ARABIC_DIGIT)) &&
         (last == BIDI_LEFT_TO_RIGHT || last == BIDI_DIGIT);
}

/* --- Labels and names, RFC 5891 ---------------------------------------- */

static gboolean
is_ascii (const GArray *label)
{
  return !has_char_between (label, 0x80, G_MAXUINT32);
}

static gboolean
is_normal (const GArray *label)
{
  g_autofree char *text = g_ucs4_to_utf8 ((const gunichar *) label->data, label->len, NULL, NULL, NULL);
  g_autofree char *normal = text != NULL ? g_utf8_normalize (text, -1, G_NORMALIZE_NFC) : NULL;

  return text != NULL && g_strcmp0 (text, normal) == 0;
}

static gboolean
has_bad_hyphens (const GArray *label)
{
  return has_char (label, 0, '-') || has_char (label, (gint) label->len - 1, '-') ||
         (has_char (label, 2, '-') && has_char (label, 3, '-'));
}

/* A label with other characters than those of ASCII. */
static gboolean
check_unicode_label (const GArray *label)
{
  if (has_bad_hyphens (label) || g_unichar_ismark (g_array_index (label, gunichar, 0)))
    return FALSE;
  for (guint i = 0; i < label->len; i++)
    if (!check_char (label, (gint) i))
      return FALSE;
  return is_normal (label);
}

/* Reads "xn--" and what follows into @label. */
static gboolean
read_encoded_label (const char *start,
                    const char *end,
                    GArray     *label)
{
  g_autoptr (GString) again = g_string_new ("xn--");
  gsize length = (gsize) (end - start);

  if (!punycode_decode (start + 4, end, label) || label->len == 0 || is_ascii (label))
    return FALSE;
  punycode_encode ((const gunichar *) label->data, label->len, again);
  return again->len == length && g_ascii_strncasecmp (again->str, start, length) == 0 && check_unicode_label (label);
}

static gboolean
read_unicode_label (const char *start,
                    const char *end,
                    GArray     *label,
                    gsize      *n_octets)
{
  g_autoptr (GString) encoded = g_string_new ("xn--");

  for (; start < end; start = g_utf8_next_char (start))
    {
      gunichar character = g_utf8_get_char (start);

      g_array_append_val (label, character);
    }
  if (is_ascii (label))
    {
      *n_octets = label->len;
      return !has_bad_hyphens (label);
    }
  if (label->len > MAX_LABEL || !check_unicode_label (label))
    return FALSE;
  punycode_encode ((const gunichar *) label->data, label->len, encoded);
  *n_octets = encoded->len;
  return TRUE;
}

/* Where a label ends: at a dot, of which Unicode names have four. */
static const char *
find_dot (const char *at,
          const char *end,
          gboolean    unicode)
{
  for (; at < end; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      if (character == '.' || (unicode && (character == 0x3002 || character == 0xff0e || character == 0xff61)))
        break;
    }
  return at;
}

/* Reads a label; @n_octets is how long it is in ASCII. */
static gboolean
read_label (const char *start,
            const char *end,
            gboolean    unicode,
            GArray     *label,
            gsize      *n_octets)
{
  *n_octets = (gsize) (end - start);
  if (start == end)
    return FALSE;
  if (*n_octets > 4 && g_ascii_strncasecmp (start, "xn--", 4) == 0)
    return read_encoded_label (start, end, label);
  if (unicode)
    return read_unicode_label (start, end, label, n_octets);
  for (; start < end; start++)
    {
      gunichar character = (gunichar) g_ascii_tolower (*start);

      g_array_append_val (label, character);
    }
  return TRUE;
}

static void
unref_label (gpointer data)
{
  g_array_unref (data);
}

/* Whether a name is one of a host. @unicode: it may be written in the
 * characters of Unicode; otherwise it is of letters, digits, hyphens and
 * dots, and only what stands behind "xn--" is looked at. */
gboolean
genlm_idna_check (const char *name,
                  gsize       length,
                  gboolean    unicode)
{
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (unref_label);
  const char *end = name + length;
  gboolean    right_to_left = FALSE;
  gsize       total = 0;

  for (;;)
    {
      const char *dot = find_dot (name, end, unicode);
      GArray     *label = g_array_new (FALSE, FALSE, sizeof (gunichar));
      gsize       n_octets;

      g_ptr_array_add (labels, label);
      if (!read_label (name, dot, unicode, label, &n_octets) || n_octets > MAX_LABEL)
        return FALSE;
      right_to_left = right_to_left || is_right_to_left (label);
      total += n_octets + (labels->len > 1);
      if (total > MAX_NAME)
        return FALSE;
      if (dot == end)
        break;
      name = g_utf8_next_char (dot);
    }

  for (guint i = 0; right_to_left && i < labels->len; i++)
    if (!check_direction (g_ptr_array_index (labels, i)))
      return FALSE;
  return TRUE;
}
