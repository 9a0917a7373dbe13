#include "genlm-json-names.h"

#include <string.h>

/* So many texts have a table. */
#define MIN_TABLE (32u)

/* About what an allocation takes beside its size. */
#define OVERHEAD (16u)

/* A chain of texts, the last one first. The one with number n has a table of the
 * last of them, as many as the lowest bit of n says, if those are many: so a look
 * takes some steps along the chain and then one table for each bit of n, and all
 * tables together take as much as the texts times the logarithm of their number.
 * Hashes are salted, so nobody can make them meet. */
struct _GenlmJsonNames
{
  gatomicrefcount  ref_count;
  guint32          n_slots; /* a power of two, or 0 */
  guint64          n;
  guint64          hash;
  guint64          memory;  /* of the chain */
  GenlmJsonNames  *before;
  GenlmJsonNames **slots;
  GenlmJsonNames  *skip;    /* the first one that is not in the table */
  gsize            length;
  char             text[];
};

static guint64
get_salt (void)
{
  static gsize salt;

  if (g_once_init_enter (&salt))
    g_once_init_leave (&salt, (gsize) g_random_int () << 1 | 1);
  return salt;
}

static guint64
hash_on (guint64     hash,
         const char *text,
         gsize       length)
{
  gsize i;

  for (i = 0; i < length; i++)
    hash = (hash ^ (guint8) text[i]) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return hash;
}

static guint64
finish_hash (guint64 hash)
{
  hash ^= hash >> 32;
  hash *= G_GUINT64_CONSTANT (0xd6e8feb86659fd93);
  return hash ^ (hash >> 32);
}

/* The text must live as long as the head. */
GenlmJsonNamesHead
genlm_json_names_make_head (const char *text,
                            gsize       length)
{
  return (GenlmJsonNamesHead) { hash_on (get_salt (), text, length), text, length };
}

static gboolean
is_text (const GenlmJsonNames     *node,
         guint64                   hash,
         const GenlmJsonNamesHead *head,
         const char               *text,
         gsize                     length)
{
  return node->hash == hash && node->length == head->length + length
         && memcmp (node->text, head->text, head->length) == 0
         && memcmp (node->text + head->length, text, length) == 0;
}

/* Whether the head with the text behind it is in the set, which is NULL if it is
 * empty. */
gboolean
genlm_json_names_contains_after (const GenlmJsonNames     *self,
                                 const GenlmJsonNamesHead *head,
                                 const char               *text,
                                 gsize                     length)
{
  guint64 hash;
  guint32 i;

  if (self == NULL)
    return FALSE;
  hash = finish_hash (hash_on (head->hash, text, length));
  while (self != NULL)
    {
      if (self->n_slots == 0)
        {
          if (is_text (self, hash, head, text, length))
            return TRUE;
          self = self->before;
          continue;
        }
      for (i = (guint32) hash & (self->n_slots - 1); self->slots[i] != NULL;
           i = (i + 1) & (self->n_slots - 1))
        if (is_text (self->slots[i], hash, head, text, length))
          return TRUE;
      self = self->skip;
    }
  return FALSE;
}

gboolean
genlm_json_names_contains (const GenlmJsonNames *self,
                           const char           *text,
                           gsize                 length)
{
  GenlmJsonNamesHead head = genlm_json_names_make_head ("", 0);

  return genlm_json_names_contains_after (self, &head, text, length);
}

/* Makes the table of the last @n texts. */
static void
make_table (GenlmJsonNames *self,
            guint32         n)
{
  GenlmJsonNames *node = self;

  self->n_slots = 2 * n;
  self->slots = g_new0 (GenlmJsonNames *, self->n_slots);
  self->memory += self->n_slots * sizeof *self->slots + OVERHEAD;
  for (; n > 0; n--, node = node->before)
    {
      guint32 i = (guint32) node->hash & (self->n_slots - 1);

      while (self->slots[i] != NULL)
        i = (i + 1) & (self->n_slots - 1);
      self->slots[i] = node;
    }
  self->skip = node;
}

/* A new set; @self, which may be NULL for the empty one, stays as it is. The
 * text is not in it. */
GenlmJsonNames *
genlm_json_names_add (GenlmJsonNames *self,
                      const char     *text,
                      gsize           length)
{
  GenlmJsonNames *node = g_malloc0 (sizeof *node + length);
  guint64 low;

  g_atomic_ref_count_init (&node->ref_count);
  node->n = self != NULL ? self->n + 1 : 1;
  node->hash = finish_hash (hash_on (get_salt (), text, length));
  node->memory = genlm_json_names_get_memory (self) + sizeof *node + length + OVERHEAD;
  node->before = self != NULL ? genlm_json_names_ref (self) : NULL;
  node->length = length;
  memcpy (node->text, text, length);
  low = node->n & -node->n;
  if (low >= MIN_TABLE && low < G_MAXUINT32 / 2)
    make_table (node, (guint32) low);
  return node;
}

/* About how many bytes the set takes. */
guint64
genlm_json_names_get_memory (const GenlmJsonNames *self)
{
  return self != NULL ? self->memory : 0;
}

GenlmJsonNames *
genlm_json_names_ref (GenlmJsonNames *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
genlm_json_names_unref (GenlmJsonNames *self)
{
  while (self != NULL && g_atomic_ref_count_dec (&self->ref_count))
    {
      GenlmJsonNames *before = self->before;

      g_free (self->slots);
      g_free (self);
      self = before;
    }
}
