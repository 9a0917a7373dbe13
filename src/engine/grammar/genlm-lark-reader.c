#include "genlm-lark-reader.h"

#include "genlm-lark-compiler.h"
#include "genlm-lark-parser.h"

/* @options may be NULL. */
GenlmGrammar *
genlm_grammar_new_from_lark (const char              *text,
                             gsize                    length,
                             const GenlmLarkOptions  *options,
                             GError                 **error)
{
  static const GenlmLarkOptions defaults = { 0 };
  GenlmGrammarSource source = { "the grammar", text, length };
  g_autoptr (GenlmLarkDocument) document = NULL;
  g_autoptr (GenlmLarkDefinitions) definitions = NULL;
  g_autoptr (GenlmLarkTerminals) terminals = NULL;
  g_autoptr (GenlmGrammar) grammar = NULL;

  if (options == NULL)
    options = &defaults;
  if (options->name != NULL)
    source.name = options->name;
  document = genlm_lark_parse (&source, error);
  if (document == NULL)
    return NULL;
  definitions = genlm_lark_definitions_new (document, error);
  if (definitions == NULL)
    return NULL;
  terminals = genlm_lark_terminals_new (definitions, error);
  if (terminals == NULL)
    return NULL;
  grammar = genlm_grammar_new ();
  genlm_grammar_set_ignore_style (grammar, options->ignore);
  if (!genlm_lark_compile (definitions, terminals,
                           options->start != NULL ? options->start : "start", options->charset,
                           grammar, error)
      || !genlm_grammar_finish (grammar, error))
    return NULL;
  return g_steal_pointer (&grammar);
}
