#include "genlm-json-canonical.h"

#include "genlm-decimal.h"
#include "genlm-json-reader.h"

/* An array or object that is being written. */
typedef struct
{
  const GenlmJsonValue *value;
  guint32              *order; /* of the members of an object */
  guint32               next;
} Open;

static void
clear_open (gpointer data)
{
  g_free (((Open *) data)->order);
}

static int
compare_members (gconstpointer a,
                 gconstpointer b,
                 gpointer      data)
{
  const GenlmJsonMember *members = data;
  const GenlmJsonMember *x = &members[*(const guint32 *) a];
  const GenlmJsonMember *y = &members[*(const guint32 *) b];

  return genlm_json_name_compare (x->name, x->length, y->name, y->length);
}

static void
append_text (GString    *key,
             const char *text,
             gsize       length)
{
  g_string_append_printf (key, "\"%" G_GSIZE_FORMAT ":", length);
  g_string_append_len (key, text, (gssize) length);
}

static void
append_scalar (GString              *key,
               const GenlmJsonValue *value)
{
  GenlmDecimal decimal;

  switch (value->type)
    {
    case GENLM_JSON_NULL:
      g_string_append_c (key, 'n');
      break;
    case GENLM_JSON_BOOLEAN:
      g_string_append_c (key, value->n ? 't' : 'f');
      break;
    case GENLM_JSON_STRING:
      append_text (key, value->text, value->n);
      break;
    default:
      genlm_decimal_init (&decimal, value->text, value->n);
      genlm_decimal_append_key (&decimal, key);
      g_string_append_c (key, ';');
    }
}

static void
open_value (GArray               *stack,
            const GenlmJsonValue *value)
{
  Open open = { value, NULL, 0 };
  guint32 i;

  if (value->type == GENLM_JSON_OBJECT)
    {
      open.order = g_new (guint32, value->n);
      for (i = 0; i < value->n; i++)
        open.order[i] = i;
      g_qsort_with_data (open.order, (int) value->n, sizeof *open.order, compare_members,
                         (gpointer) value->members);
    }
  g_array_append_val (stack, open);
}

/* The text is that of one value. The key of a string is its text after a quote;
 * no other key starts so. */
GString *
genlm_json_canonical_key (const char *text,
                          gsize       length)
{
  GString *key = g_string_new (NULL);
  g_autoptr (GenlmJsonDocument) document = genlm_json_document_new (text, (gssize) length, NULL);
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Open));
  const GenlmJsonValue *value;

  /* It has been read before, so it can be read. */
  g_return_val_if_fail (document != NULL, key);
  g_array_set_clear_func (stack, clear_open);
  value = genlm_json_document_peek_root (document);
  if (value->type == GENLM_JSON_STRING)
    {
      g_string_append_c (key, '"');
      g_string_append_len (key, value->text, (gssize) value->n);
      return key;
    }
  while (value != NULL)
    {
      if (value->type == GENLM_JSON_ARRAY || value->type == GENLM_JSON_OBJECT)
        {
          g_string_append_c (key, value->type == GENLM_JSON_ARRAY ? '[' : '{');
          open_value (stack, value);
        }
      else
        append_scalar (key, value);
      value = NULL;
      while (stack->len > 0 && value == NULL)
        {
          Open *open = &g_array_index (stack, Open, stack->len - 1);

          if (open->next == open->value->n)
            {
              g_string_append_c (key, ']');
              g_array_set_size (stack, stack->len - 1);
            }
          else if (open->order == NULL)
            value = &open->value->items[open->next++];
          else
            {
              const GenlmJsonMember *member = &open->value->members[open->order[open->next++]];

              append_text (key, member->name, member->length);
              value = &member->value;
            }
        }
    }
  return key;
}
