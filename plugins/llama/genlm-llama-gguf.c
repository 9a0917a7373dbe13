/* A reader of GGUF files that only checks them.
 *
 * libllama ends the process where a model file is wrong in some ways (two
 * tokens of the same text) and says little in others (a file that was cut
 * off). So the file is read here first. It is not for reading a model, and no
 * defence against a file made to do harm: such a one belongs in a worker
 * process. */

#define G_LOG_DOMAIN "Genlm-Llama"

#include "genlm-llama-gguf-private.h"

#include <ggml.h>
#include <genlm.h>
#include <string.h>

#define TOKENS_KEY        "tokenizer.ggml.tokens"
#define ALIGNMENT_KEY     "general.alignment"
#define DEFAULT_ALIGNMENT 32

/* The types of a value in the file. */
enum
{
  VALUE_UINT8,
  VALUE_INT8,
  VALUE_UINT16,
  VALUE_INT16,
  VALUE_UINT32,
  VALUE_INT32,
  VALUE_FLOAT32,
  VALUE_BOOL,
  VALUE_STRING,
  VALUE_ARRAY,
  VALUE_UINT64,
  VALUE_INT64,
  VALUE_FLOAT64,
  N_VALUE_TYPES,
};

static const guint8 value_sizes[N_VALUE_TYPES] = { 1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8 };

typedef struct
{
  const guint8 *data;
  gsize         length;
  gsize         position;
} Reader;

/* A string in the file, which is not terminated there. */
typedef struct
{
  const guint8 *data;
  gsize         length;
} Text;

static gboolean
truncated (const Reader  *reader,
           const char    *what,
           GError       **error)
{
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
               "the file is truncated: it ends after %" G_GSIZE_FORMAT " bytes, inside %s; get it again",
               reader->length, what);
  return FALSE;
}

static gboolean
invalid (const char  *what,
         GError     **error)
{
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
               "the file is damaged: %s", what);
  return FALSE;
}

static gboolean
read_bytes (Reader      *reader,
            gpointer     out,
            gsize        size,
            const char  *what,
            GError     **error)
{
  if (reader->length - reader->position < size)
    return truncated (reader, what, error);

  memcpy (out, reader->data + reader->position, size);
  reader->position += size;
  return TRUE;
}

static gboolean
read_uint32 (Reader      *reader,
             guint32     *out,
             const char  *what,
             GError     **error)
{
  guint32 value;

  if (!read_bytes (reader, &value, sizeof value, what, error))
    return FALSE;

  *out = GUINT32_FROM_LE (value);
  return TRUE;
}

static gboolean
read_uint64 (Reader      *reader,
             guint64     *out,
             const char  *what,
             GError     **error)
{
  guint64 value;

  if (!read_bytes (reader, &value, sizeof value, what, error))
    return FALSE;

  *out = GUINT64_FROM_LE (value);
  return TRUE;
}

static gboolean
skip (Reader      *reader,
      guint64      count,
      gsize        size,
      const char  *what,
      GError     **error)
{
  if (count > (reader->length - reader->position) / size)
    return truncated (reader, what, error);

  reader->position += count * size;
  return TRUE;
}

static gboolean
read_text (Reader      *reader,
           Text        *text,
           const char  *what,
           GError     **error)
{
  guint64 length;

  if (!read_uint64 (reader, &length, what, error))
    return FALSE;

  text->data = reader->data + reader->position;
  text->length = length;
  return skip (reader, length, 1, what, error);
}

static gboolean
text_is (const Text *text,
         const char *string)
{
  return text->length == strlen (string) && memcmp (text->data, string, text->length) == 0;
}

static guint
text_hash (gconstpointer key)
{
  const Text *text = key;
  guint32 hash = 2166136261u;

  for (gsize i = 0; i < text->length; i++)
    hash = (hash ^ text->data[i]) * 16777619u;
  return hash;
}

static gboolean
text_equal (gconstpointer a,
            gconstpointer b)
{
  const Text *x = a, *y = b;

  return x->length == y->length && memcmp (x->data, y->data, x->length) == 0;
}

static gboolean
check_tokens (Reader   *reader,
              guint64   n_tokens,
              GError  **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (text_hash, text_equal);
  g_autofree Text *texts = NULL;

  /* Each has at least its length, so that this bounds the allocation. */
  if (n_tokens > (reader->length - reader->position) / sizeof (guint64) || n_tokens > G_MAXINT32)
    return truncated (reader, "the list of tokens", error);

  texts = g_new (Text, n_tokens + 1);
  for (gsize i = 0; i < n_tokens; i++)
    {
      gpointer first;

      if (!read_text (reader, &texts[i], "the list of tokens", error))
        return FALSE;

      if (g_hash_table_lookup_extended (seen, &texts[i], &first, NULL))
        {
          g_autofree char *text = g_strndup ((const char *) texts[i].data, texts[i].length);
          g_autofree char *escaped = g_strescape (text, NULL);

          g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                       "its tokens %" G_GSIZE_FORMAT " and %" G_GSIZE_FORMAT " have the same text \"%s\", "
                       "which libllama cannot load; the model must be converted again",
                       (gsize) ((Text *) first - texts), i, escaped);
          return FALSE;
        }
      g_hash_table_add (seen, &texts[i]);
    }

  return TRUE;
}

static gboolean
check_array (Reader      *reader,
             const Text  *key,
             GError     **error)
{
  guint32 type;
  guint64 count;

  if (!read_uint32 (reader, &type, "an array", error) || !read_uint64 (reader, &count, "an array", error))
    return FALSE;

  if (type >= N_VALUE_TYPES || type == VALUE_ARRAY)
    return invalid ("an array in its header has elements of an unknown type", error);

  if (type != VALUE_STRING)
    return skip (reader, count, value_sizes[type], "an array", error);

  if (text_is (key, TOKENS_KEY))
    return check_tokens (reader, count, error);

  for (guint64 i = 0; i < count; i++)
    {
      Text text;

      if (!read_text (reader, &text, "an array of strings", error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_pair (Reader   *reader,
            guint64  *alignment,
            GError  **error)
{
  Text key, text;
  guint32 type, value;

  if (!read_text (reader, &key, "its header", error) || !read_uint32 (reader, &type, "its header", error))
    return FALSE;

  if (type >= N_VALUE_TYPES)
    return invalid ("a value in its header is of an unknown type", error);

  if (type == VALUE_STRING)
    return read_text (reader, &text, "its header", error);

  if (type == VALUE_ARRAY)
    return check_array (reader, &key, error);

  if (type != VALUE_UINT32 || !text_is (&key, ALIGNMENT_KEY))
    return skip (reader, 1, value_sizes[type], "its header", error);

  if (!read_uint32 (reader, &value, "its header", error))
    return FALSE;
  if (value == 0 || (value & (value - 1)) != 0)
    return invalid ("its alignment is no power of two", error);

  *alignment = value;
  return TRUE;
}

/* Reads where a tensor stands, and how far it reaches from the start of the data. */
static gboolean
check_tensor (Reader   *reader,
              guint64  *end,
              GError  **error)
{
  Text name;
  guint32 n_dims, type;
  guint64 offset, size, row = 1, n_rows = 1;

  if (!read_text (reader, &name, "the list of tensors", error) ||
      !read_uint32 (reader, &n_dims, "the list of tensors", error))
    return FALSE;

  if (n_dims > GGML_MAX_DIMS)
    return invalid ("a tensor has too many dimensions", error);

  for (guint32 i = 0; i < n_dims; i++)
    {
      guint64 length;

      if (!read_uint64 (reader, &length, "the list of tensors", error))
        return FALSE;
      if (length > G_MAXINT64 || (i > 0 && !g_uint64_checked_mul (&n_rows, n_rows, length)))
        return invalid ("a tensor is too large", error);
      if (i == 0)
        row = length;
    }

  if (!read_uint32 (reader, &type, "the list of tensors", error) ||
      !read_uint64 (reader, &offset, "the list of tensors", error))
    return FALSE;

  /* A type that was removed has no size. */
  if (type >= GGML_TYPE_COUNT || ggml_blck_size (type) == 0)
    return invalid ("a tensor is of a type that this libllama does not know", error);
  if (row % ggml_blck_size (type) != 0)
    return invalid ("a tensor does not consist of whole blocks", error);

  if (!g_uint64_checked_mul (&size, row / ggml_blck_size (type), ggml_type_size (type)) ||
      !g_uint64_checked_mul (&size, size, n_rows) ||
      !g_uint64_checked_add (end, offset, size))
    return invalid ("a tensor is too large", error);
  return TRUE;
}

gboolean
genlm_llama_gguf_check_bytes (const guint8  *data,
                              gsize          length,
                              GError       **error)
{
  Reader reader = { data, length, 0 };
  guint64 n_tensors, n_pairs, needed = 0, alignment = DEFAULT_ALIGNMENT;
  guint32 version;
  char magic[4];

  if (length < sizeof magic || memcmp (data, "GGUF", sizeof magic) != 0)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "it is not a GGUF file: it does not start with \"GGUF\"");
      return FALSE;
    }

  if (!read_bytes (&reader, magic, sizeof magic, "its header", error) ||
      !read_uint32 (&reader, &version, "its header", error) ||
      !read_uint64 (&reader, &n_tensors, "its header", error) ||
      !read_uint64 (&reader, &n_pairs, "its header", error))
    return FALSE;

  if (version < 2 || version > 3)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "it is a GGUF file of version %u; versions 2 and 3 can be read", version);
      return FALSE;
    }

  for (guint64 i = 0; i < n_pairs; i++)
    if (!check_pair (&reader, &alignment, error))
      return FALSE;

  for (guint64 i = 0; i < n_tensors; i++)
    {
      guint64 end;

      if (!check_tensor (&reader, &end, error))
        return FALSE;
      needed = MAX (needed, end);
    }

  if (n_tensors > 0)
    {
      guint64 start = (reader.position + alignment - 1) & ~(alignment - 1);

      if (start > length || needed > length - start)
        return truncated (&reader, "the tensors", error);
    }
  return TRUE;
}

/* Checks a model file as far as libllama needs it to be right. */
gboolean
genlm_llama_gguf_check (const char  *path,
                        GError     **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, error);

  if (file == NULL)
    return FALSE;

  return genlm_llama_gguf_check_bytes ((const guint8 *) g_mapped_file_get_contents (file),
                                       g_mapped_file_get_length (file), error);
}
