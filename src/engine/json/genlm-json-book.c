#include "genlm-json-book.h"

#include <genlm.h>
#include <string.h>

#include "genlm-decimal.h"
#include "genlm-json-ask.h"
#include "genlm-json-body.h"
#include "genlm-json-plan.h"

/* The content of something that is kept once. */
typedef struct
{
  const guint8 *data;
  guint32       size;
  guint32       hash;
} Content;

static guint32
hash_bytes (const guint8 *data,
            gsize         size)
{
  guint64 hash = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) ^ size;
  guint64 word;

  for (; size >= 8; data += 8, size -= 8)
    {
      memcpy (&word, data, 8);
      hash = (hash ^ word) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
      hash ^= hash >> 32;
    }
  word = 0;
  memcpy (&word, data, size);
  hash = (hash ^ word) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
  return hash ^ (hash >> 32);
}

static guint
content_hash (gconstpointer content)
{
  return ((const Content *) content)->hash;
}

static gboolean
content_equal (gconstpointer a,
               gconstpointer b)
{
  const Content *x = a;
  const Content *y = b;

  return x->hash == y->hash && x->size == y->size && memcmp (x->data, y->data, x->size) == 0;
}

/* Scalars are the same by what they are, all others by where they stand. */

static guint
constant_hash (gconstpointer data)
{
  const GenlmJsonValue *value = data;
  GenlmDecimal decimal;
  guint hash = 0;
  gsize i;

  switch (value->type)
    {
    case GENLM_JSON_STRING:
      return hash_bytes ((const guint8 *) value->text, value->n);
    case GENLM_JSON_NUMBER:
      genlm_decimal_init (&decimal, value->text, value->n);
      for (i = 0; decimal.sign != 0 && i < decimal.length; i++)
        if (decimal.digits[i] != '.')
          hash = hash * 33 + (guint) decimal.digits[i];
      return hash;
    case GENLM_JSON_NULL:
    case GENLM_JSON_BOOLEAN:
      return value->n;
    case GENLM_JSON_ARRAY:
    case GENLM_JSON_OBJECT:
    default:
      return g_direct_hash (value);
    }
}

static gboolean
constant_equal (gconstpointer a,
                gconstpointer b)
{
  const GenlmJsonValue *x = a;

  return a == b || (x->type < GENLM_JSON_ARRAY && genlm_json_value_equal (a, b));
}

static gssize n_books;

GenlmJsonBook *
genlm_json_book_new (GenlmSchema             *schema,
                     GenlmJsonOrder           order,
                     GenlmJsonSpelling        spelling,
                     gboolean                 narrow,
                     const GenlmEngineLimits *limits)
{
  GenlmJsonBook *self = g_new0 (GenlmJsonBook, 1);
  guint8 wanted[] = { GENLM_JSON_YES };
  GenlmJsonClaim claim;

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->schema = genlm_schema_ref (schema);
  self->order = order;
  self->spelling = spelling;
  self->narrow = narrow;
  self->id = g_atomic_pointer_add (&n_books, 1) + 1;
  self->limits = *limits;
  self->interned = g_hash_table_new (content_hash, content_equal);
  self->constants = g_ptr_array_new ();
  self->constant_claims = g_hash_table_new (constant_hash, constant_equal);
  self->sets = g_ptr_array_new ();
  self->bodies = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_json_body_free);
  self->key = g_byte_array_new ();
  self->atoms = g_byte_array_new ();
  self->truths = g_byte_array_new ();
  self->needed = g_byte_array_new ();

  self->plain_dfa = genlm_json_strings_use_plain (self, spelling, &self->plain);
  claim = genlm_json_book_simplify_claim (self, genlm_schema_get_root (schema));
  self->root = genlm_json_ask_intern (self, genlm_json_plan_intern (self, &claim, 1),
                                      genlm_json_ask_make_goal (self, 1, 2, wanted, NULL, 0));
  return self;
}

GenlmJsonBook *
genlm_json_book_ref (GenlmJsonBook *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
genlm_json_book_unref (GenlmJsonBook *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_ptr_array_unref (self->bodies);
  g_hash_table_unref (self->interned);
  g_ptr_array_unref (self->constants);
  g_hash_table_unref (self->constant_claims);
  g_ptr_array_unref (self->sets);
  g_byte_array_unref (self->key);
  g_byte_array_unref (self->atoms);
  g_byte_array_unref (self->truths);
  g_byte_array_unref (self->needed);
  g_clear_error (&self->error);
  genlm_json_arena_clear (&self->arena);
  genlm_json_strings_leave_plain (self->spelling);
  genlm_schema_unref (self->schema);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Cleared memory that lives as long as the book. */
gpointer
genlm_json_book_alloc (GenlmJsonBook *self,
                       gsize          size)
{
  gpointer memory = genlm_json_arena_alloc (&self->arena, size);

  return size > 0 ? memset (memory, 0, size) : memory;
}

gpointer
genlm_json_book_find (GenlmJsonBook *self,
                      gconstpointer  key,
                      gsize          size)
{
  Content content = { key, size, hash_bytes (key, size) };

  return g_hash_table_lookup (self->interned, &content);
}

void
genlm_json_book_add (GenlmJsonBook *self,
                     gconstpointer  key,
                     gsize          size,
                     gpointer       object)
{
  Content *content = genlm_json_book_alloc (self, sizeof *content);

  content->data = genlm_json_arena_dup (&self->arena, key, size);
  content->size = size;
  content->hash = hash_bytes (key, size);
  self->memory += 4 * sizeof (gpointer);
  g_hash_table_insert (self->interned, content, object);
}

/* The claim that a value equals @value, which lives as long as the schema. */
GenlmJsonClaim
genlm_json_book_claim_constant (GenlmJsonBook        *self,
                                const GenlmJsonValue *value)
{
  gpointer found = g_hash_table_lookup (self->constant_claims, value);

  if (found == NULL)
    {
      g_ptr_array_add (self->constants, (gpointer) value);
      found = GUINT_TO_POINTER (self->constants->len);
      g_hash_table_insert (self->constant_claims, (gpointer) value, found);
    }
  return (GPOINTER_TO_UINT (found) - 1) | GENLM_JSON_CLAIM_CONSTANT;
}

/* The node that says the same with fewer steps. */
GenlmJsonClaim
genlm_json_book_simplify_claim (GenlmJsonBook  *self,
                                GenlmJsonClaim  claim)
{
  for (;;)
    {
      const GenlmSchemaNode *node;
      const GenlmSchemaInPlacePart *part;

      if (claim & GENLM_JSON_CLAIM_CONSTANT)
        return claim;
      node = genlm_json_book_peek_node (self, claim);
      part = node->in_place;
      if (part == NULL || node->types != GENLM_SCHEMA_TYPE_ALL || node->constant != NULL
          || node->enumeration != NULL || node->number != NULL || node->string != NULL
          || node->array != NULL || node->object != NULL || part->references.n + part->all_of.n != 1
          || part->any_of.n > 0 || part->one_of.n > 0 || part->negated != GENLM_SCHEMA_NONE
          || part->condition != GENLM_SCHEMA_NONE)
        return claim;
      claim = part->references.n == 1 ? part->references.nodes[0] : part->all_of.nodes[0];
    }
}

/* The number of a new list. */
static GenlmJsonResult
add_result (GenlmJsonBook *self,
            const guint8  *truths,
            guint          n_claims)
{
  GenlmJsonResult result = self->n_results++;
  guint32 place;
  guint block = genlm_json_book_find_block (result, &place);

  if (self->results[block] == NULL)
    self->results[block] = genlm_json_book_alloc (self, sizeof (guint8 *) << block);
  self->results[block][place] = genlm_json_arena_dup (&self->arena, truths, n_claims);
  return result;
}

GenlmJsonResult
genlm_json_book_make_result (GenlmJsonBook *self,
                             const guint8  *truths,
                             guint          n_claims)
{
  GenlmJsonResult result = 0;
  gpointer found;
  guint i;

  if (n_claims <= 31)
    {
      for (i = 0; i < n_claims; i++)
        result |= (GenlmJsonResult) (truths[i] == GENLM_JSON_YES) << i;
      return result;
    }
  g_byte_array_set_size (self->key, 0);
  g_byte_array_append (self->key, (const guint8 *) "r", 1);
  g_byte_array_append (self->key, truths, n_claims);
  found = genlm_json_book_find (self, self->key->data, self->key->len);
  if (found == NULL)
    {
      found = GUINT_TO_POINTER (add_result (self, truths, n_claims) + 1);
      genlm_json_book_add (self, self->key->data, self->key->len, found);
    }
  return GPOINTER_TO_UINT (found) - 1;
}

/* The number of a set of numbers, whose length comes first; 0 is none's. */
guint32
genlm_json_book_make_set (GenlmJsonBook *self,
                          const guint32 *set)
{
  gsize size = (set[0] + 1) * sizeof *set;
  gpointer found;

  g_byte_array_set_size (self->key, 0);
  g_byte_array_append (self->key, (const guint8 *) "s", 1);
  g_byte_array_append (self->key, (const guint8 *) set, (guint) size);
  found = genlm_json_book_find (self, self->key->data, self->key->len);
  if (found == NULL)
    {
      g_ptr_array_add (self->sets, genlm_json_arena_dup (&self->arena, set, size));
      found = GUINT_TO_POINTER (self->sets->len);
      genlm_json_book_add (self, self->key->data, self->key->len, found);
    }
  return GPOINTER_TO_UINT (found);
}

/* Takes the error. Only the first one counts. */
void
genlm_json_book_fail (GenlmJsonBook *self,
                      GError        *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
}

guint64
genlm_json_book_get_memory (GenlmJsonBook *self)
{
  return self->arena.total + self->memory;
}

/* Whether half of what a limit allows is used up, by the book or by one of its
 * automata. */
gboolean
genlm_json_book_is_half_full (GenlmJsonBook *self)
{
  guint i;

  if (self->error != NULL || self->n_frames > self->limits.max_states / 2
      || genlm_json_book_get_memory (self) > self->limits.max_memory / 2)
    return TRUE;
  for (i = 0; i < self->bodies->len; i++)
    {
      const GenlmJsonBody *body = g_ptr_array_index (self->bodies, i);
      GenlmByteDfa *dfa = body->strings != NULL ? body->strings->dfa : NULL;

      if (dfa != NULL && dfa != self->plain_dfa
          && (genlm_byte_dfa_get_memory (dfa) > self->limits.max_memory / 2
              || genlm_byte_dfa_get_n_states (dfa) > self->limits.max_states / 2))
        return TRUE;
    }
  return FALSE;
}

gboolean
genlm_json_book_check (GenlmJsonBook  *self,
                       GError        **error)
{
  if (self->error == NULL && self->n_frames > self->limits.max_states)
    self->error = g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                               "The schema's machine has more than %u states; raise “max-states” or "
                               "simplify the schema",
                               self->limits.max_states);
  if (self->error == NULL && genlm_json_book_get_memory (self) > self->limits.max_memory)
    self->error = g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                               "The schema's machine takes more than %" G_GUINT64_FORMAT
                               " bytes; raise “max-memory” or simplify the schema",
                               self->limits.max_memory);
  if (self->error == NULL)
    return TRUE;
  if (error != NULL)
    *error = g_error_copy (self->error);
  return FALSE;
}
