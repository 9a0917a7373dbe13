#include "vocab.h"

#include "vocabs.h"

/* NULL, with a word about it, where it is not there. */
GenlmVocab *
bench_load_vocab (const char *name)
{
  GenlmVocab *vocab = load_vocab (name);

  if (vocab == NULL)
    g_printerr ("no vocabulary %s in ../shared/data, so what needs it is left out\n", name);
  return vocab;
}
