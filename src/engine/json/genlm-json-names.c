#include "genlm-json-names.h"

#include <string.h>

/* A search tree by hashes, copied along the path of what is added. Hashes are
 * salted, so nobody can make it deep. */
struct _GenlmJsonNames
{
  gatomicrefcount  ref_count;
  guint64          hash;
  GRefString      *text;
  gsize            length;
  GenlmJsonNames  *children[2];
};

static guint64
hash_text (const char *text,
           gsize       length)
{
  static gsize salt;
  guint64 hash;
  gsize i;

  if (g_once_init_enter (&salt))
    g_once_init_leave (&salt, (gsize) g_random_int () << 1 | 1);
  hash = salt;
  for (i = 0; i < length; i++)
    hash = (hash ^ (guint8) text[i]) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  hash ^= hash >> 32;
  hash *= G_GUINT64_CONSTANT (0xd6e8feb86659fd93);
  return hash ^ (hash >> 32);
}

static int
compare (const GenlmJsonNames *node,
         guint64               hash,
         const char           *text,
         gsize                 length)
{
  if (node->hash != hash)
    return hash < node->hash ? -1 : 1;
  if (node->length != length)
    return length < node->length ? -1 : 1;
  return memcmp (text, node->text, length);
}

gboolean
genlm_json_names_contains (GenlmJsonNames *self,
                           const char     *text,
                           gsize           length)
{
  guint64 hash;

  if (self == NULL)
    return FALSE;
  hash = hash_text (text, length);
  while (self != NULL)
    {
      int order = compare (self, hash, text, length);

      if (order == 0)
        return TRUE;
      self = self->children[order > 0];
    }
  return FALSE;
}

static GenlmJsonNames *
copy_node (const GenlmJsonNames *node,
           int                   way)
{
  GenlmJsonNames *copy = g_new (GenlmJsonNames, 1);

  *copy = *node;
  g_atomic_ref_count_init (&copy->ref_count);
  g_ref_string_acquire (copy->text);
  if (copy->children[!way] != NULL)
    genlm_json_names_ref (copy->children[!way]);
  return copy;
}

/* A new set; @self, which may be NULL for the empty one, stays as it is. The
 * text is not in it. */
GenlmJsonNames *
genlm_json_names_add (GenlmJsonNames *self,
                      const char     *text,
                      gsize           length)
{
  guint64 hash = hash_text (text, length);
  GenlmJsonNames *result = NULL;
  GenlmJsonNames **place = &result;
  GenlmJsonNames *node;

  while (self != NULL)
    {
      int way = compare (self, hash, text, length) > 0;

      *place = copy_node (self, way);
      place = &(*place)->children[way];
      self = self->children[way];
    }
  node = g_new0 (GenlmJsonNames, 1);
  g_atomic_ref_count_init (&node->ref_count);
  node->hash = hash;
  node->text = g_ref_string_new_len (text, (gssize) length);
  node->length = length;
  *place = node;
  return result;
}

/* Appends the texts, which live as long as the set, and their lengths. */
void
genlm_json_names_list (GenlmJsonNames *self,
                       GPtrArray      *texts,
                       GArray         *lengths)
{
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();
  guint i;

  g_ptr_array_add (stack, self);
  while (stack->len > 0)
    {
      self = g_ptr_array_steal_index_fast (stack, stack->len - 1);
      g_ptr_array_add (texts, self->text);
      g_array_append_val (lengths, self->length);
      for (i = 0; i < 2; i++)
        if (self->children[i] != NULL)
          g_ptr_array_add (stack, self->children[i]);
    }
}

GenlmJsonNames *
genlm_json_names_ref (GenlmJsonNames *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/* The tree turns into a list of what is to be freed. */
void
genlm_json_names_unref (GenlmJsonNames *self)
{
  GenlmJsonNames *todo = NULL;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  todo = self;
  todo->hash = 0;
  while (todo != NULL)
    {
      GenlmJsonNames *node = todo;
      guint i;

      todo = (GenlmJsonNames *) (gsize) node->hash;
      for (i = 0; i < 2; i++)
        if (node->children[i] != NULL && g_atomic_ref_count_dec (&node->children[i]->ref_count))
          {
            node->children[i]->hash = (guint64) (gsize) todo;
            todo = node->children[i];
          }
      g_ref_string_release (node->text);
      g_free (node);
    }
}
