#include "genlm-char-bucket.h"

static GenlmUtf8Place
find_lead_place (guint8 byte)
{
  if (byte < 0x80)
    return GENLM_UTF8_BOUNDARY;
  if (byte < 0xc2 || byte > 0xf4)
    return GENLM_UTF8_BROKEN;
  if (byte < 0xe0)
    return GENLM_UTF8_ONE;
  if (byte < 0xf0)
    return byte == 0xe0 ? GENLM_UTF8_AFTER_E0 : byte == 0xed ? GENLM_UTF8_AFTER_ED : GENLM_UTF8_TWO;
  if (byte == 0xf0 || byte == 0xf4)
    return byte == 0xf0 ? GENLM_UTF8_AFTER_F0 : GENLM_UTF8_AFTER_F4;
  return GENLM_UTF8_THREE;
}

GenlmUtf8Place
genlm_utf8_place_next (GenlmUtf8Place place,
                       guint8         byte)
{
  static const guint8 first[] = { 0, 0x80, 0x80, 0x80, 0xa0, 0x80, 0x90, 0x80 };
  static const guint8 last[] = { 0, 0xbf, 0xbf, 0xbf, 0xbf, 0x9f, 0xbf, 0x8f };
  static const guint8 after[] = { GENLM_UTF8_BOUNDARY, GENLM_UTF8_BOUNDARY, GENLM_UTF8_ONE,
                                  GENLM_UTF8_TWO,      GENLM_UTF8_ONE,      GENLM_UTF8_ONE,
                                  GENLM_UTF8_TWO,      GENLM_UTF8_TWO };

  if (place == GENLM_UTF8_BOUNDARY)
    return find_lead_place (byte);
  if (place == GENLM_UTF8_BROKEN || byte < first[place] || byte > last[place])
    return GENLM_UTF8_BROKEN;
  return after[place];
}

guint
genlm_char_bucket_ascii (guint8 byte)
{
  if (g_ascii_isdigit ((char) byte))
    return GENLM_BUCKET_DIGITS;
  if (g_ascii_isupper ((char) byte))
    return GENLM_BUCKET_UPPER;
  if (g_ascii_islower ((char) byte))
    return GENLM_BUCKET_LOWER;
  switch (byte)
    {
    case '\t':
      return GENLM_BUCKET_SINGLES;
    case '\n':
      return GENLM_BUCKET_SINGLES + 1;
    case '\r':
      return GENLM_BUCKET_SINGLES + 2;
    default:
      break;
    }
  if (byte < ' ' || byte == 0x7f)
    return GENLM_BUCKET_CONTROLS;
  if (byte < '0')
    return GENLM_BUCKET_SINGLES + 3 + (byte - ' ');
  if (byte < 'A')
    return GENLM_BUCKET_SINGLES + 19 + (byte - ':');
  if (byte < 'a')
    return GENLM_BUCKET_SINGLES + 26 + (byte - '[');
  return GENLM_BUCKET_SINGLES + 32 + (byte - '{');
}

/* The bucket of the character that @byte ends. */
guint
genlm_char_bucket_find (GenlmUtf8Place before,
                        GenlmUtf8Place after,
                        guint8         byte)
{
  if (after == GENLM_UTF8_BROKEN)
    return GENLM_BUCKET_BROKEN;
  if (after != GENLM_UTF8_BOUNDARY)
    return GENLM_BUCKET_NONE;
  return before == GENLM_UTF8_BOUNDARY ? genlm_char_bucket_ascii (byte) : GENLM_BUCKET_SEVERAL;
}
