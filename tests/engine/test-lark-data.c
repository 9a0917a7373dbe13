/* Real grammars, each with a long text, read and parsed. */
#include <genlm.h>
#include <math.h>
#include <string.h>

#include "genlm-earley-machine.h"
#include "genlm-json-reader.h"
#include "genlm-lark-reader.h"

#define DATA "../shared/data/grammars.jsonl"

static void
weigh (GenlmByteMachine *machine,
       const char       *text,
       gsize             length,
       double           *prefix,
       double           *complete)
{
  const GenlmByteMachineClass *klass = machine->klass;
  g_autoptr (GError) error = NULL;
  gpointer start = klass->dup_start (machine);
  gpointer end = klass->advance (machine, start, (const guint8 *) text, length, &error);

  g_assert_no_error (error);
  g_assert_true (klass->weigh (machine, end, prefix, complete, &error));
  g_assert_no_error (error);
  if (klass->unref_state != NULL)
    {
      klass->unref_state (end);
      klass->unref_state (start);
    }
}

static void
check_line (const char *line)
{
  const GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES,
                                     GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmJsonDocument) document = genlm_json_document_new (line, -1, &error);
  const GenlmJsonValue *root = genlm_json_document_peek_root (document);
  const GenlmJsonValue *grammar_text = genlm_json_value_peek (root, "grammar", -1);
  const GenlmJsonValue *tests = genlm_json_value_peek (root, "tests", -1);
  const GenlmJsonValue *text = genlm_json_value_peek (&tests->items[0], "text", -1);
  g_autofree char *wrong = g_strndup (text->text, text->n);
  g_autoptr (GenlmGrammar) grammar = NULL;
  g_autoptr (GenlmByteMachine) machine = NULL;
  double prefix;
  double complete;

  g_assert_no_error (error);
  grammar =
    genlm_grammar_new_from_lark (grammar_text->text, grammar_text->n, NULL, &error);
  g_assert_no_error (error);
  g_test_message ("%s: %u nonterminals, %u terminals, %u productions",
                  genlm_json_value_peek (root, "id", -1)->text,
                  genlm_grammar_get_n_nonterminals (grammar),
                  genlm_grammar_get_n_terminals (grammar),
                  genlm_grammar_get_n_productions (grammar));
  machine = genlm_earley_machine_new (grammar, &limits, FALSE, &error);
  g_assert_no_error (error);
  weigh (machine, text->text, text->n, &prefix, &complete);
  g_assert_cmpfloat (prefix, ==, 0);
  g_assert_cmpfloat (complete, ==, 0);
  weigh (machine, text->text, text->n - 1, &prefix, &complete);
  g_assert_cmpfloat (prefix, ==, 0);
  wrong[text->n / 2] = '\x01';
  weigh (machine, wrong, text->n, &prefix, &complete);
  g_assert_cmpfloat (prefix, ==, -INFINITY);
  g_assert_cmpfloat (complete, ==, -INFINITY);
}

static void
test_data (void)
{
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;
  guint i;

  if (!g_file_get_contents (DATA, &contents, NULL, NULL))
    {
      g_test_skip (DATA " is missing");
      return;
    }
  lines = g_strsplit (g_strchomp (contents), "\n", -1);
  for (i = 0; lines[i] != NULL; i++)
    check_line (lines[i]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/lark-data/grammars", test_data);
  return g_test_run ();
}
