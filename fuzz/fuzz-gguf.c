/* Any bytes are either a model file that libllama may be asked to load, or an
 * error that says what is wrong with it. */
#include "fuzz.h"

#include "genlm-llama-gguf-private.h"
#include "genlm-potential.h"

/* A file without tensors: a number, two tokens, an array of numbers. */
static const guint8 small[] =
  "GGUF" "\3\0\0\0" "\0\0\0\0\0\0\0\0" "\3\0\0\0\0\0\0\0"
  "\21\0\0\0\0\0\0\0" "general.alignment" "\4\0\0\0" "\40\0\0\0"
  "\25\0\0\0\0\0\0\0" "tokenizer.ggml.tokens" "\11\0\0\0" "\10\0\0\0" "\2\0\0\0\0\0\0\0"
  "\1\0\0\0\0\0\0\0" "a" "\1\0\0\0\0\0\0\0" "b"
  "\1\0\0\0\0\0\0\0" "x" "\11\0\0\0" "\6\0\0\0" "\2\0\0\0\0\0\0\0" "\0\0\0\0" "\0\0\200\77";

/* One tensor of two numbers, and nothing else. */
static const guint8 tensor[] =
  "GGUF" "\3\0\0\0" "\1\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0"
  "\1\0\0\0\0\0\0\0" "t" "\1\0\0\0" "\2\0\0\0\0\0\0\0" "\0\0\0\0" "\0\0\0\0\0\0\0\0"
  "\0\0\0\0\0\0\0" "\0\0\200\77" "\0\0\200\77";

GBytes *
fuzz_dup_seed (guint index)
{
  switch (index)
    {
    case 0:
      return g_bytes_new_static (small, sizeof small - 1);
    case 1:
      return g_bytes_new_static (tensor, sizeof tensor - 1);
    default:
      return NULL;
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (GError) error = NULL;

  if (!genlm_llama_gguf_check_bytes (data, size, &error))
    {
      g_assert (error->domain == GENLM_POTENTIAL_ERROR);
      g_assert (g_utf8_validate (error->message, -1, NULL));
    }
  return 0;
}
