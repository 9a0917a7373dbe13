#include "genlm-json-value.h"

#include "genlm-decimal.h"

#include <string.h>

/* How much of a value an error shows. */
#define EXCERPT_CHARS (60)

const char *
genlm_json_type_to_string (GenlmJsonType type)
{
  static const char *const names[] = { "null", "boolean", "number", "string", "array", "object" };

  return names[type];
}

int
genlm_json_name_compare (const char *a,
                         gsize       a_length,
                         const char *b,
                         gsize       b_length)
{
  int order = memcmp (a, b, MIN (a_length, b_length));

  return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

/* The value of that name, or NULL. A @length of -1 means up to the NUL. */
const GenlmJsonValue *
genlm_json_value_peek (const GenlmJsonValue *self,
                       const char           *name,
                       gssize                length)
{
  gsize          size = length < 0 ? strlen (name) : (gsize) length;
  const guint32 *order;
  gsize          low = 0;
  gsize          high;

  if (self->type != GENLM_JSON_OBJECT)
    return NULL;
  if (self->n <= GENLM_JSON_VALUE_MAX_UNSORTED)
    {
      for (guint32 i = 0; i < self->n; i++)
        if (self->members[i].length == size && memcmp (self->members[i].name, name, size) == 0)
          return &self->members[i].value;
      return NULL;
    }

  order = (const guint32 *) (self->members + self->n);
  high = self->n;
  while (low < high)
    {
      gsize                  middle = low + (high - low) / 2;
      const GenlmJsonMember *member = &self->members[order[middle]];
      int                    side = genlm_json_name_compare (member->name, member->length, name, size);

      if (side == 0)
        return &member->value;
      if (side < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

static gboolean
numbers_equal (const GenlmJsonValue *a,
               const GenlmJsonValue *b)
{
  GenlmDecimal x;
  GenlmDecimal y;

  genlm_decimal_init (&x, a->text, a->n);
  genlm_decimal_init (&y, b->text, b->n);
  return genlm_decimal_compare (&x, &y) == 0;
}

/* Whether they are equal in themselves; what they hold is not looked at. */
static gboolean
shallow_equal (const GenlmJsonValue *a,
               const GenlmJsonValue *b)
{
  if (a->type != b->type)
    return FALSE;
  switch (a->type)
    {
    case GENLM_JSON_NUMBER:
      return numbers_equal (a, b);
    case GENLM_JSON_STRING:
      return a->n == b->n && memcmp (a->text, b->text, a->n) == 0;
    case GENLM_JSON_NULL:
    case GENLM_JSON_BOOLEAN:
    case GENLM_JSON_ARRAY:
    case GENLM_JSON_OBJECT:
    default:
      return a->n == b->n;
    }
}

typedef struct
{
  const GenlmJsonValue *a;
  const GenlmJsonValue *b;
} Pair;

/* Appends the pairs of values that must be equal if @a and @b are. */
static gboolean
add_pairs (GArray               *pairs,
           const GenlmJsonValue *a,
           const GenlmJsonValue *b)
{
  for (guint32 i = 0; i < a->n; i++)
    {
      Pair pair;

      if (a->type == GENLM_JSON_ARRAY)
        pair = (Pair) { &a->items[i], &b->items[i] };
      else
        pair = (Pair) { &a->members[i].value,
                        genlm_json_value_peek (b, a->members[i].name, (gssize) a->members[i].length) };
      if (pair.b == NULL)
        return FALSE;
      g_array_append_val (pairs, pair);
    }
  return TRUE;
}

/* Equality as JSON Schema has it: numbers by value, members in any order. */
gboolean
genlm_json_value_equal (const GenlmJsonValue *a,
                        const GenlmJsonValue *b)
{
  g_autoptr (GArray) pairs = NULL;
  Pair pair = { a, b };

  if (!shallow_equal (a, b))
    return FALSE;
  if (a->type < GENLM_JSON_ARRAY)
    return TRUE;

  pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  g_array_append_val (pairs, pair);
  while (pairs->len > 0)
    {
      pair = g_array_index (pairs, Pair, pairs->len - 1);
      g_array_set_size (pairs, pairs->len - 1);
      if (!shallow_equal (pair.a, pair.b))
        return FALSE;
      if (pair.a->type >= GENLM_JSON_ARRAY && !add_pairs (pairs, pair.a, pair.b))
        return FALSE;
    }
  return TRUE;
}

/* The member that a value of an object is the value of. */
const GenlmJsonMember *
genlm_json_value_get_member (const GenlmJsonValue *self)
{
  if (self->parent == NULL || self->parent->type != GENLM_JSON_OBJECT)
    return NULL;
  return (const GenlmJsonMember *) ((const char *) self - G_STRUCT_OFFSET (GenlmJsonMember, value));
}

static void
append_token (GString    *pointer,
              const char *name,
              gsize       length)
{
  for (gsize i = 0; i < length; i++)
    switch (name[i])
      {
      case '~':
        g_string_append (pointer, "~0");
        break;
      case '/':
        g_string_append (pointer, "~1");
        break;
      case '\0':
        g_string_append (pointer, "\xe2\x90\x80");
        break;
      default:
        g_string_append_c (pointer, name[i]);
        break;
      }
}

/* Where a value stands, as “#/a/0”. The signs are not percent-encoded: it is
 * for people. */
char *
genlm_json_value_dup_pointer (const GenlmJsonValue *self)
{
  g_autoptr (GPtrArray) path = g_ptr_array_new ();
  GString              *pointer = g_string_new ("#");

  for (; self->parent != NULL; self = self->parent)
    g_ptr_array_add (path, (gpointer) self);
  for (guint i = path->len; i > 0; i--)
    {
      const GenlmJsonValue  *value = g_ptr_array_index (path, i - 1);
      const GenlmJsonMember *member = genlm_json_value_get_member (value);

      g_string_append_c (pointer, '/');
      if (member != NULL)
        append_token (pointer, member->name, member->length);
      else
        g_string_append_printf (pointer, "%" G_GSIZE_FORMAT, (gsize) (value - value->parent->items));
    }
  return g_string_free (pointer, FALSE);
}

/* The value for an error message: short, on one line. */
char *
genlm_json_value_dup_excerpt (const GenlmJsonValue *self)
{
  g_autofree char *start = NULL;
  const char      *end;

  switch (self->type)
    {
    case GENLM_JSON_NULL:
      return g_strdup ("null");
    case GENLM_JSON_BOOLEAN:
      return g_strdup (self->n ? "true" : "false");
    case GENLM_JSON_ARRAY:
      return g_strdup_printf ("an array of %u", self->n);
    case GENLM_JSON_OBJECT:
      return g_strdup_printf ("an object of %u members", self->n);
    case GENLM_JSON_NUMBER:
    case GENLM_JSON_STRING:
    default:
      break;
    }

  end = self->text;
  for (guint i = 0; i < EXCERPT_CHARS && *end != '\0'; i++)
    end = g_utf8_next_char (end);
  start = g_strdelimit (g_strndup (self->text, (gsize) (end - self->text)), "\b\f\n\r\t", ' ');
  if (self->type == GENLM_JSON_NUMBER)
    return g_strconcat (start, *end != '\0' ? "…" : "", NULL);
  return g_strconcat ("\"", start, *end != '\0' ? "…" : "", "\"", NULL);
}
