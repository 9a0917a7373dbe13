#include "genlm-text-excerpt.h"

/* Up to @n_chars characters on either side of a place in what lies between
 * @start and @end, in a line of its own, and a caret under the place. */
char *
genlm_text_excerpt_draw (const char *start,
                         const char *end,
                         const char *place,
                         guint       n_chars)
{
  const char *p = place;
  g_autoptr (GString) text = g_string_new ("\n  ");
  guint before = 0;
  guint after = 0;

  for (; p > start && before < n_chars; before++)
    p = g_utf8_prev_char (p);
  for (; p < end && (p < place || after < n_chars); p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      after += p >= place;
      if (g_unichar_isprint (character))
        g_string_append_unichar (text, character);
      else
        g_string_append_c (text, ' ');
    }
  g_string_append_printf (text, "\n  %*s^", (int) before, "");
  return g_string_free (g_steal_pointer (&text), FALSE);
}
