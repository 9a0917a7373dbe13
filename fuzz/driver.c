/* Runs a fuzz target without a fuzzing engine: each seed as it is, then
 * mutated, always in the same way, so that it is a test like any other.
 *
 *   fuzz-x [ITERATIONS]      mutations of each seed, by default 2,000
 *   fuzz-x FILE...           inputs that were found elsewhere */
#include "fuzz.h"

#include <string.h>

#define DEFAULT_ITERATIONS 2000
#define MAX_MUTATIONS 8

static void
mutate_once (GByteArray *bytes,
             GRand      *random)
{
  guint place = bytes->len > 0 ? (guint) g_rand_int_range (random, 0, bytes->len) : 0;
  guint length = bytes->len > 0 ? 1 + (guint) g_rand_int_range (random, 0, MIN (16, bytes->len - place)) : 0;
  guint8 byte = (guint8) g_rand_int_range (random, 0, 256);
  g_autofree guint8 *part = NULL;

  switch (g_rand_int_range (random, 0, 6))
    {
    case 0:
      if (bytes->len > 0)
        bytes->data[place] = byte;
      break;
    case 1:
      if (bytes->len > 0)
        bytes->data[place] ^= 1u << (byte % 8);
      break;
    case 2:
      if (bytes->len > 0)
        g_byte_array_remove_range (bytes, place, length);
      break;
    case 3:
      if (bytes->len > 0)
        g_byte_array_set_size (bytes, place);
      break;
    case 4:
      g_byte_array_append (bytes, &byte, 1);
      break;
    default:
      /* A piece of the input once more, at its end. */
      if (bytes->len == 0)
        break;
      part = g_memdup2 (bytes->data + place, length);
      g_byte_array_append (bytes, part, length);
      break;
    }
}

/* A copy of exact size, so that a sanitizer sees a read beyond it. */
static void
run (const guint8 *data,
     gsize         size)
{
  g_autofree guint8 *exact = g_memdup2 (data, size);

  LLVMFuzzerTestOneInput (exact, size);
}

static void
run_seed (GBytes *seed,
          guint   index,
          guint64 n_iterations)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (index);
  gsize size;
  const guint8 *data = g_bytes_get_data (seed, &size);

  run (data, size);
  for (guint64 i = 0; i < n_iterations; i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      int n = g_rand_int_range (random, 1, MAX_MUTATIONS + 1);

      g_byte_array_append (bytes, data, size);
      while (n-- > 0)
        mutate_once (bytes, random);
      run (bytes->data, bytes->len);
    }
}

static int
run_file (const char *file)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  gsize length;

  if (!g_file_get_contents (file, &contents, &length, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  run ((const guint8 *) contents, length);
  return 0;
}

int
main (int    argc,
      char **argv)
{
  guint64 n_iterations = DEFAULT_ITERATIONS;
  GBytes *seed;
  guint n_seeds = 0;

  if (argc > 1 && !g_ascii_string_to_unsigned (argv[1], 10, 0, G_MAXUINT64, &n_iterations, NULL))
    {
      int status = 0;

      for (int i = 1; i < argc; i++)
        status |= run_file (argv[i]);
      return status;
    }

  while ((seed = fuzz_dup_seed (n_seeds)) != NULL)
    {
      run_seed (seed, n_seeds++, n_iterations);
      g_bytes_unref (seed);
    }
  g_print ("%u seeds, %" G_GUINT64_FORMAT " mutations of each\n", n_seeds, n_iterations);
  return 0;
}
