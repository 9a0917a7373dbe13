#include "genlm-regex-classes.h"

/* A class that can be made only when all characters of the pattern are known:
 * the members are @set and, where there is one, everything but @excluded; and
 * then the complement of that if it is negated. */
typedef struct
{
  guint32       index;
  GenlmCharSet *set;
  GenlmCharSet *excluded;
  gboolean      negated;
} OpenClass;

static void
open_class_clear (gpointer data)
{
  OpenClass *self = data;

  g_clear_pointer (&self->set, genlm_char_set_free);
  g_clear_pointer (&self->excluded, genlm_char_set_free);
}

static GenlmCharSet *
read_charset (const char *charset)
{
  GenlmCharSet *set = genlm_char_set_new ();
  const char *p;

  for (p = charset; *p != '\0'; p = g_utf8_next_char (p))
    genlm_char_set_add_range (set, g_utf8_get_char (p), g_utf8_get_char (p));
  return set;
}

void
genlm_regex_classes_init (GenlmRegexClasses *self,
                          GenlmRegexTree    *tree,
                          const char        *charset)
{
  self->tree = tree;
  self->open = g_array_new (FALSE, FALSE, sizeof (OpenClass));
  g_array_set_clear_func (self->open, open_class_clear);
  self->charset = charset != NULL ? read_charset (charset) : NULL;
  self->named = charset != NULL ? genlm_char_set_new () : NULL;
}

void
genlm_regex_classes_clear (GenlmRegexClasses *self)
{
  g_clear_pointer (&self->named, genlm_char_set_free);
  g_clear_pointer (&self->charset, genlm_char_set_free);
  g_array_unref (self->open);
}

static void
name_set (GenlmRegexClasses  *self,
          const GenlmCharSet *set)
{
  if (self->named != NULL)
    genlm_char_set_add_set (self->named, set);
}

/* The node of a class whose complement waits for the universe. Takes the sets. */
guint32
genlm_regex_classes_add (GenlmRegexClasses *self,
                         GenlmCharSet      *set,
                         GenlmCharSet      *excluded,
                         gboolean           negated)
{
  guint32 node = genlm_regex_tree_add_class (self->tree, genlm_char_set_new ());
  OpenClass open = { genlm_regex_tree_peek_node (self->tree, node)->a, set, excluded, negated };

  name_set (self, set);
  if (excluded != NULL)
    name_set (self, excluded);
  g_array_append_val (self->open, open);
  return node;
}

guint32
genlm_regex_classes_add_literal (GenlmRegexClasses *self,
                                 gunichar           character,
                                 gboolean           any_case)
{
  g_autoptr (GenlmCharSet) set = NULL;
  const GenlmCharRange *ranges;
  gsize n_ranges;

  if (self->named == NULL && !any_case)
    return genlm_regex_tree_add_range (self->tree, character, character);
  set = genlm_char_set_new ();
  genlm_char_set_add_char (set, character, any_case);
  if (self->named != NULL
      && (any_case || !genlm_char_set_contains (self->named, character)))
    name_set (self, set);
  ranges = genlm_char_set_peek_ranges (set, &n_ranges);
  if (n_ranges == 1)
    return genlm_regex_tree_add_range (self->tree, ranges[0].first, ranges[0].last);
  return genlm_regex_tree_add_class (self->tree, g_steal_pointer (&set));
}

/* Now that the universe is known, makes the classes that need it. */
void
genlm_regex_classes_finish (GenlmRegexClasses *self)
{
  g_autoptr (GenlmCharSet) universe = NULL;
  guint i;

  if (self->charset != NULL)
    {
      universe = genlm_char_set_copy (self->charset);
      genlm_char_set_add_set (universe, self->named);
    }
  else
    universe = genlm_char_set_new_full ();
  for (i = 0; i < self->open->len; i++)
    {
      OpenClass *open = &g_array_index (self->open, OpenClass, i);
      g_autoptr (GenlmCharSet) set = g_steal_pointer (&open->set);

      if (open->excluded != NULL)
        {
          g_autoptr (GenlmCharSet) rest = genlm_char_set_subtract (universe, open->excluded);

          genlm_char_set_add_set (set, rest);
        }
      if (open->negated)
        genlm_regex_tree_set_class (self->tree, open->index,
                                    genlm_char_set_subtract (universe, set));
      else
        genlm_regex_tree_set_class (self->tree, open->index, g_steal_pointer (&set));
    }
}
