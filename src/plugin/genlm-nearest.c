/* What somebody who mistyped a name may have meant: edit distance with
 * transpositions, over short ASCII names. */
#include "genlm-nearest-private.h"

#include <string.h>

#define MAX_LENGTH 48
#define MAX_NAMES 3

static guint
edit_distance (const char *a,
               const char *b)
{
  guint rows[3][MAX_LENGTH + 1];
  gsize la = strlen (a), lb = strlen (b);
  guint *before = rows[0], *above = rows[1], *row = rows[2];

  for (gsize j = 0; j <= lb; j++)
    above[j] = j;

  for (gsize i = 1; i <= la; i++)
    {
      guint *spare = before;

      row[0] = i;
      for (gsize j = 1; j <= lb; j++)
        {
          guint best = above[j - 1] + (g_ascii_tolower (a[i - 1]) != g_ascii_tolower (b[j - 1]));

          best = MIN (best, above[j] + 1);
          best = MIN (best, row[j - 1] + 1);
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            best = MIN (best, before[j - 2] + 1);
          row[j] = best;
        }
      before = above;
      above = row;
      row = spare;
    }
  return above[lb];
}

/* The candidates that are near, nearest first, quoted and separated by commas;
 * NULL if none is. */
char *
genlm_nearest_names (const char *name,
                     GPtrArray  *candidates)
{
  GString *text = NULL;
  gsize length = strlen (name);
  guint limit = MAX (1, (guint) length / 3);
  guint n_names = 0;

  if (length == 0 || length > MAX_LENGTH)
    return NULL;

  for (guint distance = 0; distance <= limit; distance++)
    for (guint i = 0; i < candidates->len && n_names < MAX_NAMES; i++)
      {
        const char *candidate = candidates->pdata[i];

        if (strlen (candidate) > MAX_LENGTH || edit_distance (name, candidate) != distance)
          continue;
        if (text == NULL)
          text = g_string_new (NULL);
        g_string_append_printf (text, "%s\"%s\"", n_names > 0 ? ", " : "", candidate);
        n_names++;
      }
  return text != NULL ? g_string_free (text, FALSE) : NULL;
}

/* "; did you mean ...?" or nothing, to stand in an error message. */
char *
genlm_nearest_advice (const char *name,
                      GPtrArray  *candidates)
{
  g_autofree char *names = genlm_nearest_names (name, candidates);

  return names != NULL ? g_strdup_printf ("; did you mean %s?", names) : g_strdup ("");
}
