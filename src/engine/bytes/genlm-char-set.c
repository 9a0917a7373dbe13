#include "genlm-char-set.h"

/* The last code point below which every character with a second case lies. */
#define LAST_CASED (0x1ffffu)

struct _GenlmCharSet
{
  /* Sorted, disjoint, not touching. */
  GArray *ranges;
};

/* A character and the least common form of its cases. */
typedef struct
{
  gunichar fold;
  gunichar character;
} Case;

static void
append_range (GArray   *ranges,
              gunichar  first,
              gunichar  last)
{
  GenlmCharRange range = { first, last };

  if (ranges->len > 0)
    {
      GenlmCharRange *before = &g_array_index (ranges, GenlmCharRange, ranges->len - 1);

      if (before->last + 1 >= first)
        {
          before->last = MAX (before->last, last);
          return;
        }
    }
  g_array_append_val (ranges, range);
}

static GArray *
unite (const GArray *a,
       const GArray *b)
{
  GArray *result = g_array_sized_new (FALSE, FALSE, sizeof (GenlmCharRange), a->len + b->len);
  guint i = 0;
  guint j = 0;

  while (i < a->len || j < b->len)
    {
      const GenlmCharRange *x = i < a->len ? &g_array_index (a, GenlmCharRange, i) : NULL;
      const GenlmCharRange *y = j < b->len ? &g_array_index (b, GenlmCharRange, j) : NULL;

      if (y == NULL || (x != NULL && x->first <= y->first))
        {
          append_range (result, x->first, x->last);
          i++;
        }
      else
        {
          append_range (result, y->first, y->last);
          j++;
        }
    }
  return result;
}

static void
add_ranges (GenlmCharSet *self,
            const GArray *ranges)
{
  GArray *united = unite (self->ranges, ranges);

  g_array_unref (self->ranges);
  self->ranges = united;
}

static void
add_valid_range (GenlmCharSet *self,
                 gunichar      first,
                 gunichar      last)
{
  g_autoptr (GArray) one = NULL;

  if (first > last)
    return;
  /* Ranges mostly arrive in order. */
  if (self->ranges->len == 0
      || g_array_index (self->ranges, GenlmCharRange, self->ranges->len - 1).first <= first)
    {
      append_range (self->ranges, first, last);
      return;
    }
  one = g_array_new (FALSE, FALSE, sizeof (GenlmCharRange));
  append_range (one, first, last);
  add_ranges (self, one);
}

/* The simple folding of one character. The two Turkish letters i are left
 * alone, as in Unicode's own default folding. */
static gunichar
fold_character (gunichar character)
{
  if (character == 0x130 || character == 0x131)
    return character;
  return g_unichar_tolower (g_unichar_toupper (character));
}

static int
compare_cases (gconstpointer a,
               gconstpointer b)
{
  const Case *x = a;
  const Case *y = b;

  if (x->fold != y->fold)
    return x->fold < y->fold ? -1 : 1;
  return x->character < y->character ? -1 : x->character > y->character;
}

/* All characters that share their folding with another one, grouped. */
static GArray *
build_cases (void)
{
  GArray *cases = g_array_new (FALSE, FALSE, sizeof (Case));
  g_autoptr (GHashTable) targets = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer key;
  gunichar character;

  for (character = 0; character <= LAST_CASED; character++)
    {
      Case one = { fold_character (character), character };

      if (one.fold == character)
        continue;
      g_array_append_val (cases, one);
      g_hash_table_add (targets, GUINT_TO_POINTER (one.fold));
    }
  g_hash_table_iter_init (&iter, targets);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      Case one = { GPOINTER_TO_UINT (key), GPOINTER_TO_UINT (key) };

      g_array_append_val (cases, one);
    }
  g_array_sort (cases, compare_cases);
  return cases;
}

static const GArray *
get_cases (void)
{
  static GArray *cases;

  if (g_once_init_enter (&cases))
    g_once_init_leave (&cases, build_cases ());
  return cases;
}

GenlmCharSet *
genlm_char_set_new (void)
{
  GenlmCharSet *self = g_new0 (GenlmCharSet, 1);

  self->ranges = g_array_new (FALSE, FALSE, sizeof (GenlmCharRange));
  return self;
}

GenlmCharSet *
genlm_char_set_new_full (void)
{
  GenlmCharSet *self = genlm_char_set_new ();

  genlm_char_set_add_range (self, 0, GENLM_CHAR_LAST);
  return self;
}

GenlmCharSet *
genlm_char_set_copy (const GenlmCharSet *self)
{
  GenlmCharSet *copy = g_new0 (GenlmCharSet, 1);

  copy->ranges = g_array_copy (self->ranges);
  return copy;
}

void
genlm_char_set_free (GenlmCharSet *self)
{
  g_array_unref (self->ranges);
  g_free (self);
}

void
genlm_char_set_add_range (GenlmCharSet *self,
                          gunichar      first,
                          gunichar      last)
{
  add_valid_range (self, first, MIN (last, 0xd7ffu));
  add_valid_range (self, MAX (first, 0xe000u), MIN (last, GENLM_CHAR_LAST));
}

void
genlm_char_set_add_set (GenlmCharSet       *self,
                        const GenlmCharSet *other)
{
  add_ranges (self, other->ranges);
}

/* Adds the other cases of every member: simple folding, one character for
 * one. Letters whose other case is a string keep their own case only. */
void
genlm_char_set_add_cases (GenlmCharSet *self)
{
  const GArray *cases = get_cases ();
  g_autoptr (GenlmCharSet) added = genlm_char_set_new ();
  guint start = 0;

  while (start < cases->len)
    {
      gunichar fold = g_array_index (cases, Case, start).fold;
      gboolean member = FALSE;
      guint end = start;

      for (; end < cases->len && g_array_index (cases, Case, end).fold == fold; end++)
        member |= genlm_char_set_contains (self, g_array_index (cases, Case, end).character);
      for (; member && start < end; start++)
        {
          gunichar character = g_array_index (cases, Case, start).character;

          genlm_char_set_add_range (added, character, character);
        }
      start = end;
    }
  genlm_char_set_add_set (self, added);
}

void
genlm_char_set_add_char (GenlmCharSet *self,
                         gunichar      character,
                         gboolean      with_cases)
{
  const GArray *cases;
  gunichar fold;
  guint low = 0;
  guint high;

  genlm_char_set_add_range (self, character, character);
  if (!with_cases)
    return;
  cases = get_cases ();
  fold = fold_character (character);
  high = cases->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (cases, Case, middle).fold < fold)
        low = middle + 1;
      else
        high = middle;
    }
  for (; low < cases->len && g_array_index (cases, Case, low).fold == fold; low++)
    {
      gunichar other = g_array_index (cases, Case, low).character;

      genlm_char_set_add_range (self, other, other);
    }
}

GenlmCharSet *
genlm_char_set_subtract (const GenlmCharSet *self,
                         const GenlmCharSet *other)
{
  GenlmCharSet *result = genlm_char_set_new ();
  guint i;
  guint j = 0;

  for (i = 0; i < self->ranges->len; i++)
    {
      GenlmCharRange range = g_array_index (self->ranges, GenlmCharRange, i);
      gunichar next = range.first;

      while (j < other->ranges->len
             && g_array_index (other->ranges, GenlmCharRange, j).last < range.first)
        j++;
      for (; j < other->ranges->len; j++)
        {
          const GenlmCharRange *hole = &g_array_index (other->ranges, GenlmCharRange, j);

          if (hole->first > range.last)
            break;
          if (hole->first > next)
            append_range (result->ranges, next, hole->first - 1);
          next = hole->last + 1;
          if (hole->last >= range.last)
            break;
        }
      if (next <= range.last)
        append_range (result->ranges, next, range.last);
    }
  return result;
}

gboolean
genlm_char_set_contains (const GenlmCharSet *self,
                         gunichar            character)
{
  guint low = 0;
  guint high = self->ranges->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const GenlmCharRange *range = &g_array_index (self->ranges, GenlmCharRange, middle);

      if (character < range->first)
        high = middle;
      else if (character > range->last)
        low = middle + 1;
      else
        return TRUE;
    }
  return FALSE;
}

const GenlmCharRange *
genlm_char_set_peek_ranges (const GenlmCharSet *self,
                            gsize              *n_ranges)
{
  *n_ranges = self->ranges->len;
  return (const GenlmCharRange *) self->ranges->data;
}
