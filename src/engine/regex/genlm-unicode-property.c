#include "genlm-unicode-property.h"

#include <glib-object.h>
#include <string.h>

/* Beyond the first, and outside the second range, characters are unassigned or
 * for private use, and of no script. */
#define LAST_WITH_SCRIPT (0x3ffffu)
#define FIRST_TAG        (0xe0000u)
#define LAST_TAG         (0xe0fffu)

#define N_CATEGORIES (G_UNICODE_SPACE_SEPARATOR + 1)

#define CATEGORY(name) (1u << G_UNICODE_##name)

#define LETTER_MASK                                                                             \
  (CATEGORY (LOWERCASE_LETTER) | CATEGORY (UPPERCASE_LETTER) | CATEGORY (TITLECASE_LETTER)      \
   | CATEGORY (MODIFIER_LETTER) | CATEGORY (OTHER_LETTER))
#define CASED_MASK \
  (CATEGORY (LOWERCASE_LETTER) | CATEGORY (UPPERCASE_LETTER) | CATEGORY (TITLECASE_LETTER))
#define MARK_MASK \
  (CATEGORY (SPACING_MARK) | CATEGORY (ENCLOSING_MARK) | CATEGORY (NON_SPACING_MARK))
#define NUMBER_MASK \
  (CATEGORY (DECIMAL_NUMBER) | CATEGORY (LETTER_NUMBER) | CATEGORY (OTHER_NUMBER))
#define PUNCTUATION_MASK                                                                        \
  (CATEGORY (CONNECT_PUNCTUATION) | CATEGORY (DASH_PUNCTUATION)                                 \
   | CATEGORY (CLOSE_PUNCTUATION) | CATEGORY (FINAL_PUNCTUATION)                                \
   | CATEGORY (INITIAL_PUNCTUATION) | CATEGORY (OTHER_PUNCTUATION)                              \
   | CATEGORY (OPEN_PUNCTUATION))
#define SYMBOL_MASK                                                                             \
  (CATEGORY (CURRENCY_SYMBOL) | CATEGORY (MODIFIER_SYMBOL) | CATEGORY (MATH_SYMBOL)             \
   | CATEGORY (OTHER_SYMBOL))
#define SEPARATOR_MASK \
  (CATEGORY (LINE_SEPARATOR) | CATEGORY (PARAGRAPH_SEPARATOR) | CATEGORY (SPACE_SEPARATOR))
#define OTHER_MASK                                                                              \
  (CATEGORY (CONTROL) | CATEGORY (FORMAT) | CATEGORY (UNASSIGNED) | CATEGORY (PRIVATE_USE)      \
   | CATEGORY (SURROGATE))
#define ANY_MASK ((1u << N_CATEGORIES) - 1)

/* Names of sets of general categories. */
static const struct
{
  const char *names[4];
  guint32     mask;
} categories[] = {
  { { "L", "Letter" }, LETTER_MASK },
  { { "LC", "Cased_Letter" }, CASED_MASK },
  { { "Lu", "Uppercase_Letter" }, CATEGORY (UPPERCASE_LETTER) },
  { { "Ll", "Lowercase_Letter" }, CATEGORY (LOWERCASE_LETTER) },
  { { "Lt", "Titlecase_Letter" }, CATEGORY (TITLECASE_LETTER) },
  { { "Lm", "Modifier_Letter" }, CATEGORY (MODIFIER_LETTER) },
  { { "Lo", "Other_Letter" }, CATEGORY (OTHER_LETTER) },
  { { "M", "Mark", "Combining_Mark" }, MARK_MASK },
  { { "Mn", "Nonspacing_Mark" }, CATEGORY (NON_SPACING_MARK) },
  { { "Mc", "Spacing_Mark" }, CATEGORY (SPACING_MARK) },
  { { "Me", "Enclosing_Mark" }, CATEGORY (ENCLOSING_MARK) },
  { { "N", "Number" }, NUMBER_MASK },
  { { "Nd", "Decimal_Number", "digit" }, CATEGORY (DECIMAL_NUMBER) },
  { { "Nl", "Letter_Number" }, CATEGORY (LETTER_NUMBER) },
  { { "No", "Other_Number" }, CATEGORY (OTHER_NUMBER) },
  { { "P", "Punctuation", "punct" }, PUNCTUATION_MASK },
  { { "Pc", "Connector_Punctuation" }, CATEGORY (CONNECT_PUNCTUATION) },
  { { "Pd", "Dash_Punctuation" }, CATEGORY (DASH_PUNCTUATION) },
  { { "Ps", "Open_Punctuation" }, CATEGORY (OPEN_PUNCTUATION) },
  { { "Pe", "Close_Punctuation" }, CATEGORY (CLOSE_PUNCTUATION) },
  { { "Pi", "Initial_Punctuation" }, CATEGORY (INITIAL_PUNCTUATION) },
  { { "Pf", "Final_Punctuation" }, CATEGORY (FINAL_PUNCTUATION) },
  { { "Po", "Other_Punctuation" }, CATEGORY (OTHER_PUNCTUATION) },
  { { "S", "Symbol" }, SYMBOL_MASK },
  { { "Sm", "Math_Symbol" }, CATEGORY (MATH_SYMBOL) },
  { { "Sc", "Currency_Symbol" }, CATEGORY (CURRENCY_SYMBOL) },
  { { "Sk", "Modifier_Symbol" }, CATEGORY (MODIFIER_SYMBOL) },
  { { "So", "Other_Symbol" }, CATEGORY (OTHER_SYMBOL) },
  { { "Z", "Separator" }, SEPARATOR_MASK },
  { { "Zs", "Space_Separator" }, CATEGORY (SPACE_SEPARATOR) },
  { { "Zl", "Line_Separator" }, CATEGORY (LINE_SEPARATOR) },
  { { "Zp", "Paragraph_Separator" }, CATEGORY (PARAGRAPH_SEPARATOR) },
  { { "C", "Other" }, OTHER_MASK },
  { { "Cc", "Control", "cntrl" }, CATEGORY (CONTROL) },
  { { "Cf", "Format" }, CATEGORY (FORMAT) },
  { { "Cs", "Surrogate" }, CATEGORY (SURROGATE) },
  { { "Co", "Private_Use" }, CATEGORY (PRIVATE_USE) },
  { { "Cn", "Unassigned" }, CATEGORY (UNASSIGNED) },
};

/* Properties that are not categories, as ranges that end with 0, 0 behind
 * their first. */
static const struct
{
  const char    *names[2];
  GenlmCharRange ranges[12];
} fixed[] = {
  { { "Any" }, { { 0, GENLM_CHAR_LAST } } },
  { { "ASCII" }, { { 0, 0x7f } } },
  { { "ASCII_Hex_Digit", "AHex" }, { { '0', '9' }, { 'A', 'F' }, { 'a', 'f' } } },
  { { "Hex_Digit", "Hex" },
    { { '0', '9' }, { 'A', 'F' }, { 'a', 'f' }, { 0xff10, 0xff19 }, { 0xff21, 0xff26 },
      { 0xff41, 0xff46 } } },
  { { "White_Space", "space" },
    { { '\t', '\r' }, { ' ', ' ' }, { 0x85, 0x85 }, { 0xa0, 0xa0 }, { 0x1680, 0x1680 },
      { 0x2000, 0x200a }, { 0x2028, 0x2029 }, { 0x202f, 0x202f }, { 0x205f, 0x205f },
      { 0x3000, 0x3000 } } },
};

/* Sets that were asked for, by name, and what they are made from. They live as
 * long as the process. */
static GMutex mutex;
static GHashTable *set_by_name;
static GenlmCharSet *set_by_category[N_CATEGORIES];
static GHashTable *set_by_script;

static void
scan_categories (void)
{
  gunichar first = 0;
  gunichar character;
  guint i;

  if (set_by_category[0] != NULL)
    return;
  for (i = 0; i < N_CATEGORIES; i++)
    set_by_category[i] = genlm_char_set_new ();
  while (first <= GENLM_CHAR_LAST)
    {
      GUnicodeType type = g_unichar_type (first);

      for (character = first + 1;
           character <= GENLM_CHAR_LAST && g_unichar_type (character) == type; character++)
        ;
      genlm_char_set_add_range (set_by_category[type], first, character - 1);
      first = character;
    }
}

static void
scan_scripts_between (gunichar first,
                      gunichar last)
{
  gunichar character;

  while (first <= last)
    {
      gpointer script = GINT_TO_POINTER (g_unichar_get_script (first));
      GenlmCharSet *set = g_hash_table_lookup (set_by_script, script);

      if (set == NULL)
        {
          set = genlm_char_set_new ();
          g_hash_table_insert (set_by_script, script, set);
        }
      for (character = first + 1;
           character <= last && GINT_TO_POINTER (g_unichar_get_script (character)) == script;
           character++)
        ;
      genlm_char_set_add_range (set, first, character - 1);
      first = character;
    }
}

static void
scan_scripts (void)
{
  if (set_by_script != NULL)
    return;
  set_by_script = g_hash_table_new (NULL, NULL);
  scan_scripts_between (0, LAST_WITH_SCRIPT);
  scan_scripts_between (FIRST_TAG, LAST_TAG);
}

static GenlmCharSet *
make_categories (guint32 mask)
{
  GenlmCharSet *set = genlm_char_set_new ();
  guint i;

  scan_categories ();
  for (i = 0; i < N_CATEGORIES; i++)
    if (mask & (1u << i))
      genlm_char_set_add_set (set, set_by_category[i]);
  return set;
}

static GenlmCharSet *
make_category (const char *name)
{
  guint i;
  guint j;

  for (i = 0; i < G_N_ELEMENTS (categories); i++)
    for (j = 0; j < 4 && categories[i].names[j] != NULL; j++)
      if (strcmp (categories[i].names[j], name) == 0)
        return make_categories (categories[i].mask);
  return NULL;
}

/* The name that Unicode writes "Old_Italic" is "old-italic" in GLib. */
static gboolean
is_script_name (const char *nick,
                const char *name)
{
  gboolean start = TRUE;

  if (strcmp (name, "SignWriting") == 0)
    return strcmp (nick, "signwriting") == 0;
  for (; *nick != '\0' && *name != '\0'; nick++, name++)
    {
      char expected = *nick == '-' ? '_' : start ? g_ascii_toupper (*nick) : *nick;

      if (*name != expected)
        return FALSE;
      start = *nick == '-';
    }
  return *nick == *name;
}

static GUnicodeScript
find_script (const char *name)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (G_TYPE_UNICODE_SCRIPT);
  guint i;

  if (strcmp (name, "Qaai") == 0)
    return G_UNICODE_SCRIPT_INHERITED;
  if (strcmp (name, "Qaac") == 0)
    return G_UNICODE_SCRIPT_COPTIC;
  for (i = 0; i < klass->n_values; i++)
    if (is_script_name (klass->values[i].value_nick, name))
      return (GUnicodeScript) klass->values[i].value;
  if (strlen (name) == 4 && g_ascii_isupper (name[0]))
    return g_unicode_script_from_iso15924 (((guint32) (guchar) name[0] << 24)
                                           | ((guint32) (guchar) name[1] << 16)
                                           | ((guint32) (guchar) name[2] << 8)
                                           | (guint32) (guchar) name[3]);
  return G_UNICODE_SCRIPT_INVALID_CODE;
}

/* Those of no script are what is left of all characters. */
static GenlmCharSet *
make_unknown_script (void)
{
  g_autoptr (GenlmCharSet) known = genlm_char_set_new ();
  g_autoptr (GenlmCharSet) all = genlm_char_set_new_full ();
  GHashTableIter iter;
  gpointer script;
  gpointer set;

  g_hash_table_iter_init (&iter, set_by_script);
  while (g_hash_table_iter_next (&iter, &script, &set))
    if (GPOINTER_TO_INT (script) != G_UNICODE_SCRIPT_UNKNOWN)
      genlm_char_set_add_set (known, set);
  return genlm_char_set_subtract (all, known);
}

static GenlmCharSet *
make_script (const char *name)
{
  GUnicodeScript script = find_script (name);
  const GenlmCharSet *set;

  if (script == G_UNICODE_SCRIPT_INVALID_CODE)
    return NULL;
  scan_scripts ();
  if (script == G_UNICODE_SCRIPT_UNKNOWN)
    return strcmp (name, "Unknown") == 0 || strcmp (name, "Zzzz") == 0 ? make_unknown_script ()
                                                                       : NULL;
  set = g_hash_table_lookup (set_by_script, GINT_TO_POINTER (script));
  return set != NULL ? genlm_char_set_copy (set) : genlm_char_set_new ();
}

static GenlmCharSet *
make_fixed (const char *name)
{
  guint i;
  guint j;

  for (i = 0; i < G_N_ELEMENTS (fixed); i++)
    if (strcmp (fixed[i].names[0], name) == 0 || g_strcmp0 (fixed[i].names[1], name) == 0)
      {
        GenlmCharSet *set = genlm_char_set_new ();

        for (j = 0; j < G_N_ELEMENTS (fixed[i].ranges) && fixed[i].ranges[j].last != 0; j++)
          genlm_char_set_add_range (set, fixed[i].ranges[j].first, fixed[i].ranges[j].last);
        return set;
      }
  if (strcmp (name, "Assigned") == 0)
    return make_categories (ANY_MASK & ~CATEGORY (UNASSIGNED));
  return NULL;
}

static GenlmCharSet *
make_property (const char *name)
{
  GenlmCharSet *set;

  if (g_str_has_prefix (name, "General_Category=") || g_str_has_prefix (name, "gc="))
    return make_category (strchr (name, '=') + 1);
  if (g_str_has_prefix (name, "Script=") || g_str_has_prefix (name, "sc="))
    return make_script (strchr (name, '=') + 1);
  set = make_category (name);
  return set != NULL ? set : make_fixed (name);
}

/* Of what stands in the braces of "\p{…}": a general category, a script, or
 * one of the properties that are plain lists, spelled as ECMA-262 asks for.
 * NULL if it is none of these. The set lives as long as the process. */
const GenlmCharSet *
genlm_unicode_property_find (const char *name,
                             gsize       length)
{
  g_autofree char *key = g_strndup (name, length);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);
  GenlmCharSet *set;

  if (set_by_name == NULL)
    set_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  set = g_hash_table_lookup (set_by_name, key);
  if (set == NULL)
    {
      set = make_property (key);
      if (set != NULL)
        g_hash_table_insert (set_by_name, g_steal_pointer (&key), set);
    }
  return set;
}
