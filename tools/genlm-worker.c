/* `genlm worker`: a worker process of a program that uses them. */
#include "genlm-commands.h"
#include "genlm-output.h"

#define SOCKET_FD 3
#define REGION_FD 4

#define EXIT_BROKEN 3

int
genlm_worker_main (int    argc,
                   char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc > 1)
    return genlm_output_fail ("\"genlm worker\" takes no arguments, and is not for people: "
                              "programs start it for the element \"multiprocess\"");
  if (genlm_worker_run (SOCKET_FD, REGION_FD, &error))
    return 0;
  if (error->domain != GENLM_POTENTIAL_ERROR)
    return genlm_output_fail ("\"genlm worker\" is not for people: programs start it for the element "
                              "\"multiprocess\", with what it needs to speak with them. %s", error->message);
  genlm_output_fail ("%s", error->message);
  return EXIT_BROKEN;
}
