#include "genlm-bits.h"

#include "genlm-config.h"

#ifdef GENLM_HAVE_TARGET_CLONES
# define CLONES __attribute__ ((target_clones ("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
# define CLONES
#endif

/* How many bits are set. */
CLONES gsize
genlm_bits_count (const guint64 *words,
                  gsize          n_words)
{
  gsize count = 0;
  gsize i;

  for (i = 0; i < n_words; i++)
    count += (gsize) __builtin_popcountll (words[i]);
  return count;
}
