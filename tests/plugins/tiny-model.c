/* Writes a GGUF model of random weights: two layers, 300 tokens, 200 KiB. It
 * says nothing of sense, but everything around it is as with a real one. */

#include "tiny-model.h"

#include <math.h>
#include <string.h>

#define N_LAYERS  2
#define N_EMBD    64
#define N_HEADS   2
#define N_FFN     128
#define N_CONTEXT 512
#define ALIGNMENT 32

enum
{
  GGUF_UINT32 = 4,
  GGUF_INT32 = 5,
  GGUF_FLOAT32 = 6,
  GGUF_STRING = 8,
  GGUF_ARRAY = 9,
};

enum
{
  TOKEN_NORMAL = 1,
  TOKEN_CONTROL = 3,
  TOKEN_USER_DEFINED = 4,
};

enum
{
  TENSOR_F32 = 0,
  TENSOR_Q8_0 = 8,
};

typedef struct
{
  GByteArray *header;
  GByteArray *tensors; /* the list of them */
  GByteArray *data;
  guint64     n_pairs;
  guint64     n_tensors;
  guint64     random;
} Writer;

static void
put (GByteArray    *bytes,
     gconstpointer  data,
     gsize          size)
{
  g_byte_array_append (bytes, data, size);
}

static void
put_uint32 (GByteArray *bytes,
            guint32     value)
{
  value = GUINT32_TO_LE (value);
  put (bytes, &value, sizeof value);
}

static void
put_uint64 (GByteArray *bytes,
            guint64     value)
{
  value = GUINT64_TO_LE (value);
  put (bytes, &value, sizeof value);
}

static void
put_float (GByteArray *bytes,
           float       value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  put_uint32 (bytes, bits);
}

static void
put_text (GByteArray *bytes,
          const char *text)
{
  put_uint64 (bytes, strlen (text));
  put (bytes, text, strlen (text));
}

static void
pad (GByteArray *bytes)
{
  while (bytes->len % ALIGNMENT != 0)
    put (bytes, "", 1);
}

static void
begin_pair (Writer     *writer,
            const char *key,
            guint32     type)
{
  put_text (writer->header, key);
  put_uint32 (writer->header, type);
  writer->n_pairs++;
}

static void
add_uint32 (Writer     *writer,
            const char *key,
            guint32     value)
{
  begin_pair (writer, key, GGUF_UINT32);
  put_uint32 (writer->header, value);
}

static void
add_text (Writer     *writer,
          const char *key,
          const char *text)
{
  begin_pair (writer, key, GGUF_STRING);
  put_text (writer->header, text);
}

static void
begin_array (Writer     *writer,
             const char *key,
             guint32     type,
             gsize       count)
{
  begin_pair (writer, key, GGUF_ARRAY);
  put_uint32 (writer->header, type);
  put_uint64 (writer->header, count);
}

/* How byte-level BPE writes a byte: as itself where that can be seen, else as
 * one of the characters from U+0100 on. */
static gunichar
byte_alphabet (guint byte)
{
  gunichar next = 256;

  for (guint b = 0; b < 256; b++)
    {
      gboolean visible = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;

      if (b == byte)
        return visible ? b : next;
      next += !visible;
    }
  g_assert_not_reached ();
}

static char *
dup_token (guint     id,
           TinyFlags flags)
{
  char text[8] = { 0 };

  switch (id)
    {
    case TINY_THE:
      return g_strdup ("\304\240the");
    case TINY_THE_AGAIN:
      return g_strdup (" the");
    case TINY_EMPTY:
      return g_strdup ("");
    case TINY_CONTROL:
      return g_strdup ("<|control|>");
    case TINY_END:
      return g_strdup ("<|end|>");
    case TINY_STOP:
      return g_strdup ("<|stop|>");
    default:
      if (id >= TINY_FIRST_WORD)
        return g_strdup_printf ("word%u", (flags & TINY_DUPLICATE) != 0 && id == TINY_N_TOKENS - 1
                                            ? 0 : id - TINY_FIRST_WORD);
      g_unichar_to_utf8 (byte_alphabet (id), text);
      return g_strdup (text);
    }
}

static guint32
token_type (guint id)
{
  switch (id)
    {
    case TINY_CONTROL:
    case TINY_END:
    case TINY_STOP:
      return TOKEN_CONTROL;
    case TINY_THE_AGAIN:
      return TOKEN_USER_DEFINED;
    default:
      return TOKEN_NORMAL;
    }
}

static void
add_vocab (Writer    *writer,
           TinyFlags  flags)
{
  add_text (writer, "tokenizer.ggml.model", "gpt2");
  add_text (writer, "tokenizer.ggml.pre", "gpt-2");

  begin_array (writer, "tokenizer.ggml.tokens", GGUF_STRING, TINY_N_TOKENS);
  for (guint i = 0; i < TINY_N_TOKENS; i++)
    {
      g_autofree char *text = dup_token (i, flags);

      put_text (writer->header, text);
    }

  begin_array (writer, "tokenizer.ggml.token_type", GGUF_INT32, TINY_N_TOKENS);
  for (guint i = 0; i < TINY_N_TOKENS; i++)
    put_uint32 (writer->header, token_type (i));

  begin_array (writer, "tokenizer.ggml.merges", GGUF_STRING, 1);
  put_text (writer->header, "w o");

  add_uint32 (writer, "tokenizer.ggml.eos_token_id", TINY_END);
  add_uint32 (writer, "tokenizer.ggml.eot_token_id", TINY_STOP);
}

static void
begin_tensor (Writer     *writer,
              const char *name,
              guint       n_dims,
              guint64     columns,
              guint64     rows,
              guint32     type)
{
  pad (writer->data);
  put_text (writer->tensors, name);
  put_uint32 (writer->tensors, n_dims);
  put_uint64 (writer->tensors, columns);
  if (n_dims > 1)
    put_uint64 (writer->tensors, rows);
  put_uint32 (writer->tensors, type);
  put_uint64 (writer->tensors, writer->data->len);
  writer->n_tensors++;
}

static void
add_norm (Writer     *writer,
          const char *name,
          float       value)
{
  begin_tensor (writer, name, 1, N_EMBD, 1, TENSOR_F32);
  for (guint i = 0; i < N_EMBD; i++)
    put_float (writer->data, value);
}

static gint8
random_weight (Writer *writer)
{
  writer->random = writer->random * 6364136223846793005u + 1442695040888963407u;
  return (gint8) (writer->random >> 56);
}

/* Blocks of 32 values of 8 bits with a scale of half precision, here 1/256. */
static void
add_matrix (Writer     *writer,
            const char *name,
            guint64     columns,
            guint64     rows)
{
  begin_tensor (writer, name, 2, columns, rows, TENSOR_Q8_0);
  for (guint64 block = 0; block < columns * rows / 32; block++)
    {
      static const guint8 scale[] = { 0x00, 0x1c };

      put (writer->data, scale, sizeof scale);
      for (guint i = 0; i < 32; i++)
        {
          gint8 value = random_weight (writer);

          put (writer->data, &value, 1);
        }
    }
}

static void
add_layer_matrix (Writer     *writer,
                  guint       layer,
                  const char *name,
                  guint64     columns,
                  guint64     rows)
{
  g_autofree char *full = g_strdup_printf ("blk.%u.%s.weight", layer, name);

  add_matrix (writer, full, columns, rows);
}

static void
add_layer (Writer *writer,
           guint   layer)
{
  g_autofree char *attention_norm = g_strdup_printf ("blk.%u.attn_norm.weight", layer);
  g_autofree char *ffn_norm = g_strdup_printf ("blk.%u.ffn_norm.weight", layer);

  add_norm (writer, attention_norm, 1.0f);
  add_layer_matrix (writer, layer, "attn_q", N_EMBD, N_EMBD);
  add_layer_matrix (writer, layer, "attn_k", N_EMBD, N_EMBD / N_HEADS);
  add_layer_matrix (writer, layer, "attn_v", N_EMBD, N_EMBD / N_HEADS);
  add_layer_matrix (writer, layer, "attn_output", N_EMBD, N_EMBD);
  add_norm (writer, ffn_norm, 1.0f);
  add_layer_matrix (writer, layer, "ffn_gate", N_EMBD, N_FFN);
  add_layer_matrix (writer, layer, "ffn_up", N_EMBD, N_FFN);
  add_layer_matrix (writer, layer, "ffn_down", N_FFN, N_EMBD);
}

GByteArray *
tiny_model_build (TinyFlags flags)
{
  Writer writer = { g_byte_array_new (), g_byte_array_new (), g_byte_array_new (), 0, 0, 7 };
  GByteArray *file = g_byte_array_new ();

  add_text (&writer, "general.architecture", "llama");
  add_uint32 (&writer, "general.file_type", 7);
  add_uint32 (&writer, "llama.block_count", (flags & TINY_ABORT) != 0 ? 0 : N_LAYERS);
  add_uint32 (&writer, "llama.context_length", N_CONTEXT);
  add_uint32 (&writer, "llama.embedding_length", N_EMBD);
  add_uint32 (&writer, "llama.feed_forward_length", N_FFN);
  add_uint32 (&writer, "llama.attention.head_count", N_HEADS);
  add_uint32 (&writer, "llama.attention.head_count_kv", 1);
  add_uint32 (&writer, "llama.rope.dimension_count", N_EMBD / N_HEADS);
  begin_pair (&writer, "llama.attention.layer_norm_rms_epsilon", GGUF_FLOAT32);
  put_float (writer.header, 1e-5f);
  add_vocab (&writer, flags);

  add_matrix (&writer, "token_embd.weight", N_EMBD, TINY_N_TOKENS);
  add_norm (&writer, "output_norm.weight", (flags & TINY_NAN) != 0 ? NAN : 1.0f);
  for (guint i = 0; i < N_LAYERS; i++)
    add_layer (&writer, i);
  pad (writer.data);

  put (file, "GGUF", 4);
  put_uint32 (file, 3);
  put_uint64 (file, writer.n_tensors);
  put_uint64 (file, writer.n_pairs);
  put (file, writer.header->data, writer.header->len);
  put (file, writer.tensors->data, writer.tensors->len);
  pad (file);
  put (file, writer.data->data, writer.data->len);

  g_byte_array_unref (writer.header);
  g_byte_array_unref (writer.tensors);
  g_byte_array_unref (writer.data);
  return file;
}

/* Returns the path of the file. */
char *
tiny_model_write (const char *folder,
                  const char *name,
                  TinyFlags   flags)
{
  g_autoptr (GByteArray) file = tiny_model_build (flags);
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, name, NULL);

  g_file_set_contents (path, (const char *) file->data, file->len, &error);
  g_assert_no_error (error);
  return path;
}
