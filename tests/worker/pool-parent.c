/* A program with a pool, for tests that do something to the program. It says
 * "ready", and what it is asked to do afterwards.
 *
 * usage: pool-parent idle | block FILE | interrupt | sandbox */

#include <genlm.h>

#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static GenlmContext *
make_context (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return genlm_context_new_from_bytes (bytes);
}

static void
say (const char *text)
{
  g_print ("%s\n", text);
}

static void
say_answer (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  double score = genlm_potential_prefix_finish (GENLM_POTENTIAL (source), result, &error);

  if (error != NULL)
    say (error->message);
  else
    g_print ("%g\n", score);
}

static gboolean
on_interrupt (gpointer data)
{
  g_autoptr (GenlmContext) context = make_context ("exists");

  genlm_potential_prefix (data, context, NULL, say_answer, NULL);
  return G_SOURCE_CONTINUE;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) recipe = g_variant_ref_sink (g_variant_new_parsed ("('test-probe', @a{sv} {})"));
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GenlmMultiprocess) pool = g_initable_new (GENLM_TYPE_MULTIPROCESS, NULL, &error,
                                                       "recipe", recipe,
                                                       "workers", 3,
                                                       "sandbox", strcmp (argv[1], "sandbox") == 0,
                                                       NULL);

  if (pool == NULL)
    {
      say (error->message);
      return EXIT_FAILURE;
    }
  if (strcmp (argv[1], "interrupt") == 0)
    {
      g_unix_signal_add (SIGINT, on_interrupt, pool);
    }
  else if (strcmp (argv[1], "block") == 0)
    {
      g_autofree char *text = g_strconcat ("block ", argv[2], NULL);
      g_autoptr (GenlmContext) context = make_context (text);

      genlm_potential_prefix (GENLM_POTENTIAL (pool), context, NULL, say_answer, NULL);
    }
  say ("ready");
  g_main_loop_run (loop);
  return EXIT_SUCCESS;
}
