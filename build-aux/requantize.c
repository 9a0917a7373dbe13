/* Rewrites a GGUF model with other weight types, from one that is quantised already.
 * usage: requantize INPUT OUTPUT q8_0|q4_0
 *
 * Part of get-model.sh, not of the library. */

#include <llama.h>
#include <stdio.h>
#include <string.h>

int
main (int    argc,
      char **argv)
{
  llama_model_quantize_params params = llama_model_quantize_default_params ();

  if (argc != 4)
    {
      fprintf (stderr, "usage: %s INPUT OUTPUT q8_0|q4_0\n", argv[0]);
      return 2;
    }

  if (strcmp (argv[3], "q8_0") == 0)
    params.ftype = LLAMA_FTYPE_MOSTLY_Q8_0;
  else if (strcmp (argv[3], "q4_0") == 0)
    params.ftype = LLAMA_FTYPE_MOSTLY_Q4_0;
  else
    {
      fprintf (stderr, "%s: unknown type \"%s\"\n", argv[0], argv[3]);
      return 2;
    }

  params.allow_requantize = true;
  llama_backend_init ();

  return llama_model_quantize (argv[1], argv[2], &params) == 0 ? 0 : 1;
}
