#include "genlm-utf8-ranges.h"

static guint
encode (gunichar  character,
        guint8   *bytes)
{
  return (guint) g_unichar_to_utf8 (character, (char *) bytes);
}

/* The last character at or before @last whose encoding, together with that of
 * @first, spans exactly one product of byte ranges. */
static gunichar
find_end (gunichar first,
          gunichar last)
{
  static const gunichar ends[] = { 0x7f, 0x7ff, 0xffff, 0x10ffff };
  guint shift;
  guint i;

  for (i = 0; first > ends[i]; i++)
    ;
  last = MIN (last, ends[i]);
  /* All continuation bytes below the first that differs must run over their
   * whole range. */
  for (shift = 6 * i; shift > 0; shift -= 6)
    {
      gunichar mask = (1u << shift) - 1;

      if ((first & ~mask) == (last & ~mask))
        continue;
      if ((first & mask) != 0)
        last = first | mask;
      else if ((last & mask) != mask)
        last = (last & ~mask) - 1;
    }
  return last;
}

static void
split (gunichar             first,
       gunichar             last,
       GenlmUtf8RangesFunc  func,
       gpointer             user_data)
{
  while (first <= last)
    {
      GenlmUtf8Sequence sequence;
      gunichar end = find_end (first, last);

      sequence.length = encode (first, sequence.first);
      encode (end, sequence.last);
      func (&sequence, user_data);
      first = end + 1;
    }
}

/* Surrogates, which have no UTF-8, are left out. */
void
genlm_utf8_ranges_foreach (gunichar             first,
                           gunichar             last,
                           GenlmUtf8RangesFunc  func,
                           gpointer             user_data)
{
  split (first, MIN (last, 0xd7ffu), func, user_data);
  split (MAX (first, 0xe000u), MIN (last, 0x10ffffu), func, user_data);
}
