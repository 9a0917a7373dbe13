/* The command `genlm`: finds the subcommand and hands over. */
#include <locale.h>
#include <string.h>

#include "genlm-commands.h"
#include "genlm-output.h"

typedef struct
{
  const char *name;
  int       (*main) (int argc, char **argv);
  const char *summary;  /* NULL if it is not for people */
} Command;

static const Command commands[] = {
  { "bench", genlm_bench_main, "Measure a potential in every way to use it" },
  { "check", genlm_check_main, "Check constraints, and texts against them" },
  { "inspect", genlm_inspect_main, "Show plugins, elements and their properties" },
  { "launch", genlm_launch_main, "Run a pipeline description and show what comes out" },
  { "worker", genlm_worker_main, NULL },
};

static GString *
help_text (void)
{
  GString *text = g_string_new ("Usage:\n"
                                "  genlm COMMAND [OPTION...] [ARGUMENT...]\n"
                                "  genlm --help | --version\n"
                                "\n"
                                "Commands:\n");

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (commands[i].summary != NULL)
      g_string_append_printf (text, "  %-12s %s\n", commands[i].name, commands[i].summary);
  g_string_append (text, "\n\"genlm COMMAND --help\" says more about each.\n");
  return text;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GString) text = NULL;

  /* Not for numbers, which are read and written with a point everywhere. */
  setlocale (LC_CTYPE, "");
  setlocale (LC_MESSAGES, "");
  g_set_prgname ("genlm");

  if (argc < 2)
    {
      text = help_text ();
      return genlm_output_fail ("A command is missing.\n\n%s", text->str);
    }
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0 || strcmp (argv[1], "help") == 0)
    {
      text = help_text ();
      return genlm_output_finish (text);
    }
  if (strcmp (argv[1], "--version") == 0)
    {
      text = g_string_new ("genlm " GENLM_VERSION_S "\n");
      return genlm_output_finish (text);
    }

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (argv[1], commands[i].name) == 0)
      {
        g_autofree char *name = g_strdup_printf ("genlm %s", commands[i].name);

        g_set_prgname (name);
        return commands[i].main (argc - 1, argv + 1);
      }

  return genlm_output_fail ("There is no command \"%s\"; \"genlm --help\" lists those there are", argv[1]);
}
