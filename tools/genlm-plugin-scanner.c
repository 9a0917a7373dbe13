/* Looks at one plugin and describes it on standard output, for the registry
 * of the program that started it. The plugin's code runs here, so that a crash
 * or a hang ends this process and no other.
 *
 * The report is a serialised variant (version of the library, description). */
#include <errno.h>
#include <fcntl.h>
#include <genlm.h>
#include <stdio.h>
#include <unistd.h>

/* How much longer than the registry waits this process lives, should the
 * registry die before it can end it. */
#define GRACE_SECONDS 20
#define MAX_TIMEOUT 3600

static gboolean
write_all (int         fd,
           const char *data,
           gsize       length)
{
  while (length > 0)
    {
      gssize n = write (fd, data, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      data += n;
      length -= n;
    }
  return TRUE;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GenlmPlugin) plugin = NULL;
  g_autoptr (GVariant) description = NULL;
  g_autoptr (GVariant) report = NULL;
  guint64 timeout;
  int fd;

  if (argc != 3 || !g_ascii_string_to_unsigned (argv[2], 10, 1, MAX_TIMEOUT, &timeout, NULL))
    {
      g_printerr ("Usage: genlm-plugin-scanner FILE SECONDS\n"
                  "Describes a plugin for the registry; not for people, see \"genlm inspect\".\n");
      return 1;
    }

  alarm (timeout + GRACE_SECONDS);

  /* What the plugin prints must not get into the report. */
  fd = fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (fd < 0 || dup2 (STDERR_FILENO, STDOUT_FILENO) < 0)
    {
      perror ("genlm-plugin-scanner");
      return 1;
    }

  plugin = genlm_plugin_new_for_file (argv[1]);
  genlm_plugin_load (plugin, NULL);
  description = genlm_plugin_to_variant (plugin);
  report = g_variant_ref_sink (g_variant_new ("(sv)", GENLM_VERSION_S, description));
  if (!write_all (fd, g_variant_get_data (report), g_variant_get_size (report)))
    return 1;

  /* Whatever the plugin left to be done at exit is not our concern. */
  _exit (0);
}
