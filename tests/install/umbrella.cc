/* The headers are C++ too. */

#include <genlm.h>

int
main ()
{
  GenlmContext *context = genlm_context_new ();
  gsize length = genlm_context_get_length (context);

  genlm_context_unref (context);
  return static_cast<int> (length);
}
