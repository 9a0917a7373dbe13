#include "genlm-json-regex.h"

#include <string.h>

#include "genlm-json-names.h"
#include "genlm-json-text.h"

/* Where in a pattern a character is read. */
typedef enum
{
  PLACE_BASE,
  PLACE_DEAD,
  PLACE_QUANTIFIED,     /* a “?” may follow */
  PLACE_MIN,            /* after “{” */
  PLACE_MAX,
  PLACE_GROUP,          /* after “(” */
  PLACE_GROUP_KIND,     /* after “(?” */
  PLACE_GROUP_BEHIND,   /* after “(?<” */
  PLACE_NAME,           /* of a group */
  PLACE_REFERENCE,      /* after “\k” */
  PLACE_REFERRED_NAME,
  PLACE_ESCAPE,         /* after “\” */
  PLACE_NUMBER,         /* of a group that is referred to */
  PLACE_ZERO,           /* after “\0” */
  PLACE_CONTROL,        /* after “\c” */
  PLACE_HEX,            /* digits of “\x” and “\u” */
  PLACE_UNICODE,        /* after “\u” */
  PLACE_BRACED,         /* after “\u{” */
  PLACE_PROPERTY,       /* after “\p” */
  PLACE_PROPERTY_NAME,
  PLACE_CLASS_START,    /* after “[” */
  PLACE_CLASS,
  PLACE_CLASS_DASH,     /* after one end of a range and “-” */
  PLACE_LEAD,           /* after half of a pair of surrogates, in a class */
  PLACE_LEAD_ESCAPE,
  PLACE_LEAD_UNICODE,
} Place;

/* An open group, and those around it. */
typedef struct _Group Group;

struct _Group
{
  gatomicrefcount  ref_count;
  gboolean         repeatable; /* once it is closed */
  Group           *around;
};

struct _GenlmJsonRegex
{
  gatomicrefcount  ref_count;
  guint8           place;
  guint8           n_digits;     /* of a character's number that were read */
  guint8           n_wanted;     /* how many it has */
  guint8           n_equals;     /* in a property */
  gboolean         in_class;
  gboolean         repeatable;   /* a quantifier may follow */
  gboolean         has_first;    /* a character that may begin a range, which: */
  gboolean         first_is_set;
  gboolean         in_range;
  gboolean         after_equals; /* in a property, or at its start */
  guint32          first;
  guint32          value;
  guint32          lead;
  guint64          min;
  guint64          number;
  guint64          n_groups;
  guint64          max_reference;
  guint64          n_unresolved; /* names that are referred to and no group has yet */
  Group           *groups;
  GenlmJsonNames  *names;
  GenlmJsonNames  *references;
  GenlmJsonText   *name;         /* that is being read */

  /* Of the characters of a JSON string: what an escape or bytes have come to. */
  guint8           n_bytes;      /* that are missing in a character */
  guint8           n_escaped;    /* 1: after a backslash; up to 6: within “\u” and digits */
  gunichar         character;
  gunichar         high;
};

static void
group_unref (Group *self)
{
  while (self != NULL && g_atomic_ref_count_dec (&self->ref_count))
    {
      Group *around = self->around;

      g_free (self);
      self = around;
    }
}

GenlmJsonRegex *
genlm_json_regex_ref (GenlmJsonRegex *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
clear (GenlmJsonRegex *self)
{
  g_clear_pointer (&self->groups, group_unref);
  g_clear_pointer (&self->names, genlm_json_names_unref);
  g_clear_pointer (&self->references, genlm_json_names_unref);
  g_clear_pointer (&self->name, genlm_json_text_unref);
}

void
genlm_json_regex_unref (GenlmJsonRegex *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  clear (self);
  g_free (self);
}

static GenlmJsonRegex *
dup_place (const GenlmJsonRegex *self)
{
  GenlmJsonRegex *copy = g_new0 (GenlmJsonRegex, 1);

  if (self != NULL)
    *copy = *self;
  g_atomic_ref_count_init (&copy->ref_count);
  if (copy->groups != NULL)
    g_atomic_ref_count_inc (&copy->groups->ref_count);
  if (copy->names != NULL)
    genlm_json_names_ref (copy->names);
  if (copy->references != NULL)
    genlm_json_names_ref (copy->references);
  if (copy->name != NULL)
    genlm_json_text_ref (copy->name);
  return copy;
}

/* Characters and classes */

/* A character, or with @is_set a set of them, was read. */
static void
end_character (GenlmJsonRegex *self,
               guint32         value,
               gboolean        is_set)
{
  self->place = PLACE_BASE;
  self->repeatable = TRUE;
  if (!self->in_class)
    return;
  self->place = PLACE_CLASS;
  if (self->in_range)
    {
      if (is_set || self->first_is_set || self->first > value)
        self->place = PLACE_DEAD;
      self->in_range = FALSE;
      self->has_first = FALSE;
      return;
    }
  self->has_first = TRUE;
  self->first = value;
  self->first_is_set = is_set;
}

static void
end_class (GenlmJsonRegex *self)
{
  self->in_class = FALSE;
  self->repeatable = TRUE;
  self->place = PLACE_BASE;
}

static void
read_class (GenlmJsonRegex *self,
            gunichar        character)
{
  if (character == ']')
    end_class (self);
  else if (character == '\\')
    self->place = PLACE_ESCAPE;
  else if (character == '-' && self->has_first && !self->in_range)
    self->place = PLACE_CLASS_DASH;
  else
    end_character (self, character, FALSE);
}

static void
start_digits (GenlmJsonRegex *self,
              guint8          n_wanted,
              Place           place)
{
  self->place = (guint8) place;
  self->n_digits = 0;
  self->n_wanted = n_wanted;
  self->value = 0;
}

/* Whether the character was a digit. */
static gboolean
add_digit (GenlmJsonRegex *self,
           gunichar        character)
{
  if (character >= 0x80 || !g_ascii_isxdigit ((char) character))
    {
      self->place = PLACE_DEAD;
      return FALSE;
    }
  self->value = self->value << 4 | (guint32) g_ascii_xdigit_value ((char) character);
  self->n_digits++;
  return TRUE;
}

/* “\u” and four digits: in a class what comes next may be the other half. */
static void
end_unit (GenlmJsonRegex *self)
{
  if (self->in_class && self->n_wanted == 4 && (self->value & 0xfffffc00) == 0xd800)
    {
      self->lead = self->value;
      self->place = PLACE_LEAD;
    }
  else
    end_character (self, self->value, FALSE);
}

static void
read_hex (GenlmJsonRegex *self,
          gunichar        character)
{
  if (add_digit (self, character) && self->n_digits == self->n_wanted)
    end_unit (self);
}

static void
read_braced (GenlmJsonRegex *self,
             gunichar        character)
{
  if (character == '}' && self->n_digits > 0)
    {
      end_character (self, self->value, FALSE);
      return;
    }
  self->n_digits = 0;
  if (add_digit (self, character) && self->value > 0x10ffff)
    self->place = PLACE_DEAD;
}

/* Half of a pair was read, and “\u”. */
static void
read_lead_unicode (GenlmJsonRegex *self,
                   gunichar        character)
{
  if (character == '{' && self->n_digits == 0)
    {
      end_character (self, self->lead, FALSE);
      if (self->place != PLACE_DEAD)
        start_digits (self, 0, PLACE_BRACED);
      return;
    }
  if (!add_digit (self, character) || self->n_digits < 4)
    return;
  if ((self->value & 0xfffffc00) == 0xdc00)
    {
      end_character (self, 0x10000 + ((self->lead - 0xd800) << 10) + (self->value - 0xdc00), FALSE);
      return;
    }
  end_character (self, self->lead, FALSE);
  if (self->place != PLACE_DEAD)
    end_unit (self);
}

/* The name of a property is not looked up. */
static void
read_property_name (GenlmJsonRegex *self,
                    gunichar        character)
{
  if (character == '}' && !self->after_equals)
    end_character (self, 0, TRUE);
  else if (character == '=' && !self->after_equals && self->n_equals == 0)
    {
      self->n_equals++;
      self->after_equals = TRUE;
    }
  else if (character < 0x80 && (g_ascii_isalnum ((char) character) || character == '_'))
    self->after_equals = FALSE;
  else
    self->place = PLACE_DEAD;
}

static void
read_zero (GenlmJsonRegex *self,
           gunichar        character)
{
  if (character >= '0' && character <= '9')
    self->place = PLACE_DEAD;
  else
    end_character (self, 0, FALSE);
}

/* Numbers */

/* What is too large for the type counts as the largest. */
static void
add_decimal (GenlmJsonRegex *self,
             gunichar        character)
{
  if (!g_uint64_checked_mul (&self->number, self->number, 10)
      || !g_uint64_checked_add (&self->number, self->number, (guint64) (character - '0')))
    self->number = G_MAXUINT64;
  self->n_digits = 1;
}

static gboolean
is_decimal (gunichar character)
{
  return character >= '0' && character <= '9';
}

static void
read_quantifier (GenlmJsonRegex *self,
                 gunichar        character)
{
  if (!self->repeatable)
    {
      self->place = PLACE_DEAD;
      return;
    }
  self->repeatable = FALSE;
  self->place = character == '{' ? PLACE_MIN : PLACE_QUANTIFIED;
  self->number = 0;
  self->n_digits = 0;
}

static void
read_count (GenlmJsonRegex *self,
            gunichar        character)
{
  gboolean is_max = self->place == PLACE_MAX;

  if (is_decimal (character))
    add_decimal (self, character);
  else if (character == '}' && (is_max ? self->n_digits == 0 || self->number >= self->min : self->n_digits > 0))
    self->place = PLACE_QUANTIFIED;
  else if (character == ',' && !is_max && self->n_digits > 0)
    {
      self->min = self->number;
      self->number = 0;
      self->n_digits = 0;
      self->place = PLACE_MAX;
    }
  else
    self->place = PLACE_DEAD;
}

/* Groups */

static void
open_group (GenlmJsonRegex *self,
            gboolean        repeatable)
{
  Group *group = g_new (Group, 1);

  g_atomic_ref_count_init (&group->ref_count);
  group->repeatable = repeatable;
  group->around = self->groups;
  self->groups = group;
  self->repeatable = FALSE;
  self->place = PLACE_BASE;
}

static void
close_group (GenlmJsonRegex *self)
{
  Group *group = self->groups;

  if (group == NULL)
    {
      self->place = PLACE_DEAD;
      return;
    }
  self->repeatable = group->repeatable;
  self->groups = group->around;
  if (self->groups != NULL)
    g_atomic_ref_count_inc (&self->groups->ref_count);
  group_unref (group);
}

static gboolean
may_be_in_name (gunichar character,
                gboolean first)
{
  if (g_unichar_isalpha (character) || character == '_' || character == '$')
    return TRUE;
  return !first
         && (g_unichar_isalnum (character) || g_unichar_ismark (character) || character == 0x200c
             || character == 0x200d);
}

static void
add_name (GenlmJsonNames **names,
          const GString   *name)
{
  GenlmJsonNames *added = genlm_json_names_add (*names, name->str, name->len);

  g_clear_pointer (names, genlm_json_names_unref);
  *names = added;
}

static void
end_name (GenlmJsonRegex *self)
{
  g_autoptr (GString) name = g_string_new (NULL);
  gboolean is_named;
  gboolean is_referred;

  genlm_json_text_append (self->name, 0, name);
  g_clear_pointer (&self->name, genlm_json_text_unref);
  is_named = genlm_json_names_contains (self->names, name->str, name->len);
  is_referred = genlm_json_names_contains (self->references, name->str, name->len);
  if (self->place == PLACE_REFERRED_NAME)
    {
      if (!is_referred)
        add_name (&self->references, name);
      self->n_unresolved += !is_referred && !is_named;
      end_character (self, 0, TRUE);
      return;
    }
  if (is_named)
    {
      self->place = PLACE_DEAD;
      return;
    }
  add_name (&self->names, name);
  self->n_unresolved -= is_referred;
  self->n_groups++;
  open_group (self, TRUE);
}

static void
read_name (GenlmJsonRegex *self,
           gunichar        character)
{
  char bytes[6];

  if (character == '>' && self->name != NULL)
    end_name (self);
  else if (may_be_in_name (character, self->name == NULL))
    self->name = genlm_json_text_new (self->name, (const guint8 *) bytes, (gsize) g_unichar_to_utf8 (character, bytes));
  else
    self->place = PLACE_DEAD;
}

static void
read_group_kind (GenlmJsonRegex *self,
                 gunichar        character)
{
  gboolean behind = self->place == PLACE_GROUP_BEHIND;

  if (character == '=' || character == '!')
    open_group (self, FALSE);
  else if (character == ':' && !behind)
    open_group (self, TRUE);
  else if (character == '<' && !behind)
    self->place = PLACE_GROUP_BEHIND;
  else if (behind)
    {
      self->place = PLACE_NAME;
      read_name (self, character);
    }
  else
    self->place = PLACE_DEAD;
}

/* Escapes */

/* Those that stand for themselves after a backslash, and letters for others. */
static gboolean
read_simple_escape (GenlmJsonRegex *self,
                    gunichar        character)
{
  static const char letters[] = "fnrtv";
  static const char values[] = "\f\n\r\t\v";
  const char *found;

  if (character == 0 || character >= 0x80)
    return FALSE;
  found = strchr (letters, (int) character);
  if (found != NULL)
    end_character (self, (guint32) values[found - letters], FALSE);
  else if (strchr ("^$\\.*+?()[]{}|/", (int) character) != NULL || (character == '-' && self->in_class))
    end_character (self, character, FALSE);
  else if (strchr ("dDsSwW", (int) character) != NULL)
    end_character (self, 0, TRUE);
  else
    return FALSE;
  return TRUE;
}

static void
read_escape (GenlmJsonRegex *self,
             gunichar        character)
{
  if (read_simple_escape (self, character))
    return;
  self->place = PLACE_DEAD;
  if (character == 'b' && self->in_class)
    end_character (self, '\b', FALSE);
  else if (character == 'p' || character == 'P')
    self->place = PLACE_PROPERTY;
  else if (character == 'c')
    self->place = PLACE_CONTROL;
  else if (character == '0')
    self->place = PLACE_ZERO;
  else if (character == 'x')
    start_digits (self, 2, PLACE_HEX);
  else if (character == 'u')
    start_digits (self, 4, PLACE_UNICODE);
  else if (self->in_class)
    return;
  else if (character == 'b' || character == 'B')
    {
      self->repeatable = FALSE;
      self->place = PLACE_BASE;
    }
  else if (character == 'k')
    self->place = PLACE_REFERENCE;
  else if (is_decimal (character))
    {
      self->number = 0;
      add_decimal (self, character);
      self->max_reference = MAX (self->max_reference, self->number);
      self->place = PLACE_NUMBER;
    }
}

static void
read_base (GenlmJsonRegex *self,
           gunichar        character)
{
  self->place = PLACE_BASE;
  switch (character)
    {
    case '\\':
      self->place = PLACE_ESCAPE;
      break;
    case '[':
      self->in_class = TRUE;
      self->has_first = FALSE;
      self->place = PLACE_CLASS_START;
      break;
    case '(':
      self->place = PLACE_GROUP;
      break;
    case ')':
      close_group (self);
      break;
    case '*':
    case '+':
    case '?':
    case '{':
      read_quantifier (self, character);
      break;
    case ']':
    case '}':
      self->place = PLACE_DEAD;
      break;
    default:
      self->repeatable = character != '|' && character != '^' && character != '$';
    }
}

/* At a place that says only with the next character what was read. Returns whether
 * that is still to be read. */
static gboolean
look_ahead (GenlmJsonRegex *self,
            gunichar        character)
{
  switch (self->place)
    {
    case PLACE_QUANTIFIED:
      self->place = PLACE_BASE;
      return character != '?';
    case PLACE_GROUP:
      self->place = PLACE_GROUP_KIND;
      if (character == '?')
        return FALSE;
      self->n_groups++;
      open_group (self, TRUE);
      return TRUE;
    case PLACE_NUMBER:
      if (is_decimal (character))
        {
          add_decimal (self, character);
          self->max_reference = MAX (self->max_reference, self->number);
          return FALSE;
        }
      end_character (self, 0, TRUE);
      return TRUE;
    case PLACE_ZERO:
      read_zero (self, character);
      return TRUE;
    case PLACE_UNICODE:
      self->place = character == '{' ? PLACE_BRACED : PLACE_HEX;
      return character != '{';
    case PLACE_CLASS_START:
      self->place = PLACE_CLASS;
      return character != '^';
    case PLACE_CLASS_DASH:
      self->place = PLACE_CLASS;
      self->in_range = character != ']';
      return TRUE;
    case PLACE_LEAD:
      self->place = PLACE_LEAD_ESCAPE;
      if (character == '\\')
        return FALSE;
      end_character (self, self->lead, FALSE);
      return TRUE;
    case PLACE_LEAD_ESCAPE:
      if (character == 'u')
        {
          start_digits (self, 4, PLACE_LEAD_UNICODE);
          return FALSE;
        }
      end_character (self, self->lead, FALSE);
      if (self->place != PLACE_DEAD)
        self->place = PLACE_ESCAPE;
      return TRUE;
    default:
      return TRUE;
    }
}

static void
read_character (GenlmJsonRegex *self,
                gunichar        character)
{
  if (!look_ahead (self, character))
    return;
  switch (self->place)
    {
    case PLACE_BASE:
      read_base (self, character);
      break;
    case PLACE_MIN:
    case PLACE_MAX:
      read_count (self, character);
      break;
    case PLACE_GROUP_KIND:
    case PLACE_GROUP_BEHIND:
      read_group_kind (self, character);
      break;
    case PLACE_NAME:
    case PLACE_REFERRED_NAME:
      read_name (self, character);
      break;
    case PLACE_REFERENCE:
      self->place = character == '<' ? PLACE_REFERRED_NAME : PLACE_DEAD;
      break;
    case PLACE_ESCAPE:
      read_escape (self, character);
      break;
    case PLACE_CONTROL:
      if (character < 0x80 && g_ascii_isalpha ((char) character))
        end_character (self, character % 32, FALSE);
      else
        self->place = PLACE_DEAD;
      break;
    case PLACE_HEX:
      read_hex (self, character);
      break;
    case PLACE_BRACED:
      read_braced (self, character);
      break;
    case PLACE_PROPERTY:
      self->place = character == '{' ? PLACE_PROPERTY_NAME : PLACE_DEAD;
      self->n_equals = 0;
      self->after_equals = TRUE;
      break;
    case PLACE_PROPERTY_NAME:
      read_property_name (self, character);
      break;
    case PLACE_CLASS:
      read_class (self, character);
      break;
    case PLACE_LEAD_UNICODE:
      read_lead_unicode (self, character);
      break;
    default:
      break;
    }
}

/* JSON */

/* The digits of “\u” are over. */
static void
end_escape (GenlmJsonRegex *self)
{
  self->n_escaped = 0;
  if (self->character >= 0xd800 && self->character < 0xdc00)
    {
      self->high = self->character;
      return;
    }
  if (self->high != 0)
    self->character = 0x10000 + ((self->high - 0xd800) << 10) + (self->character - 0xdc00);
  self->high = 0;
  read_character (self, self->character);
}

static void
read_escaped_byte (GenlmJsonRegex *self,
                   guint8          byte)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";

  if (self->n_escaped == 1 && byte != 'u')
    {
      self->n_escaped = 0;
      read_character (self, (gunichar) values[strchr (letters, byte) - letters]);
      return;
    }
  if (self->n_escaped++ == 1)
    {
      self->character = 0;
      return;
    }
  self->character = self->character << 4 | (gunichar) g_ascii_xdigit_value ((char) byte);
  if (self->n_escaped == 6)
    end_escape (self);
}

static void
read_byte (GenlmJsonRegex *self,
           guint8          byte)
{
  if (self->n_escaped > 0)
    read_escaped_byte (self, byte);
  else if (self->n_bytes > 0)
    {
      self->character = self->character << 6 | (byte & 0x3f);
      if (--self->n_bytes == 0)
        read_character (self, self->character);
    }
  else if (byte == '\\')
    self->n_escaped = 1;
  else if (byte < 0x80)
    read_character (self, byte);
  else
    {
      self->n_bytes = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      self->character = byte & (0x3fu >> self->n_bytes);
    }
}

/* The place after more of the raw contents of a valid JSON string; NULL is the place
 * before the first. */
GenlmJsonRegex *
genlm_json_regex_read (GenlmJsonRegex *self,
                       const char     *raw,
                       gsize           length)
{
  GenlmJsonRegex *next = dup_place (self);
  gsize i;

  for (i = 0; i < length && next->place != PLACE_DEAD; i++)
    read_byte (next, (guint8) raw[i]);
  if (next->place == PLACE_DEAD)
    clear (next);
  return next;
}

/* The place after a text that stands in no string. */
GenlmJsonRegex *
genlm_json_regex_new_text (const char *text,
                           gsize       length)
{
  GenlmJsonRegex *self = dup_place (NULL);
  const char *at;

  for (at = text; at < text + length && self->place != PLACE_DEAD; at = g_utf8_next_char (at))
    read_character (self, g_utf8_get_char (at));
  return self;
}

/* Whether what was read is a pattern. */
gboolean
genlm_json_regex_is_whole (const GenlmJsonRegex *self)
{
  return (self->place == PLACE_BASE || self->place == PLACE_QUANTIFIED || self->place == PLACE_NUMBER
          || (self->place == PLACE_ZERO && !self->in_class))
         && self->groups == NULL && self->max_reference <= self->n_groups && self->n_unresolved == 0;
}
