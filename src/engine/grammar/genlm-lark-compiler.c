#include "genlm-lark-compiler.h"

#include <math.h>
#include <string.h>

#include "genlm-lark-counts.h"
#include "genlm-regex-parser.h"

/* A template as the argument of another, in place of a symbol. */
#define TEMPLATE    (1u << 30)
#define IS_TEMPLATE(symbol) (((symbol) & (TEMPLATE | GENLM_GRAMMAR_TERMINAL)) == TEMPLATE)

#define MAX_INSTANCES   (10000u)
#define MAX_NAME_LENGTH (100u)
/* How many nodes are visited and symbols copied in all. */
#define MAX_WORK        (1u << 26)

/* A rule, or a template with its arguments, whose productions are to be made. */
typedef struct
{
  const GenlmLarkDefinition *definition;
  guint32                    head;
  guint32                    first_argument;
} Job;

typedef struct
{
  GenlmLarkDefinitions *definitions;
  GenlmLarkTerminals   *terminals;
  const char           *charset;
  GenlmGrammar         *grammar;
  GHashTable           *terminal_by_pattern;
  GHashTable           *terminal_by_tree;
  GHashTable           *terminals_seen; /* by definition, or node of a literal */
  GHashTable           *rules;     /* nonterminals by definition */
  GHashTable           *instances; /* nonterminals by template and arguments */
  GArray               *arguments;
  GArray               *jobs;
  char                 *part_name; /* for what the present rule needs besides */
  guint32               work;
  GError              **error;
} Compiler;

#define fail_at(compiler, code, at, ...)                                                        \
  genlm_grammar_source_fail (&(compiler)->definitions->document->source, (code), (at),          \
                             (compiler)->error, __VA_ARGS__)

static gboolean
charge (Compiler *compiler,
        guint32   at,
        guint32   work)
{
  compiler->work += MIN (work, MAX_WORK);
  if (compiler->work <= MAX_WORK)
    return TRUE;
  return fail_at (compiler, GENLM_POTENTIAL_ERROR_LIMIT, at,
                  "the grammar is too large when its groups and templates are written out");
}

/* --- Symbols ------------------------------------------------------------ */

/* All that a tree says, whatever the text it was read from. */
static GBytes *
flatten_tree (const GenlmRegexTree *tree)
{
  g_autoptr (GByteArray) flat = g_byte_array_new ();
  guint32 i;

  for (i = 0; i < genlm_regex_tree_get_size (tree); i++)
    {
      GenlmRegexNode node = *genlm_regex_tree_peek_node (tree, i);
      const GenlmCharRange *ranges;
      gsize n_ranges;

      g_byte_array_append (flat, (const guint8 *) &node, sizeof node);
      if (node.kind == GENLM_REGEX_NODE_CONCAT || node.kind == GENLM_REGEX_NODE_ALTERNATE)
        g_byte_array_append (flat, (const guint8 *) genlm_regex_tree_peek_children (tree, &node),
                             (guint) (sizeof (guint32) * node.b));
      if (node.kind != GENLM_REGEX_NODE_CLASS)
        continue;
      ranges = genlm_char_set_peek_ranges (genlm_regex_tree_peek_class (tree, node.a), &n_ranges);
      g_byte_array_append (flat, (const guint8 *) ranges, (guint) (sizeof *ranges * n_ranges));
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&flat));
}

/* Takes the tree. */
static guint32
intern_tree (Compiler       *compiler,
             GenlmRegexTree *tree,
             const char     *name)
{
  g_autoptr (GBytes) flat = flatten_tree (tree);
  gpointer known;
  guint32 symbol;

  if (g_hash_table_lookup_extended (compiler->terminal_by_tree, flat, NULL, &known))
    {
      genlm_regex_tree_free (tree);
      return GPOINTER_TO_UINT (known);
    }
  symbol = genlm_grammar_add_terminal (compiler->grammar, name, tree);
  g_hash_table_insert (compiler->terminal_by_tree, g_steal_pointer (&flat),
                       GUINT_TO_POINTER (symbol));
  return symbol;
}

/* The terminal of a pattern; equal patterns are one terminal, whatever their
 * names, as what is ignored in one place is in all. */
static gboolean
intern_terminal (Compiler               *compiler,
                 const GenlmLarkPattern *pattern,
                 const char             *name,
                 guint32                 at,
                 guint32                *symbol)
{
  g_autofree char *text = genlm_lark_pattern_to_string (pattern);
  GenlmRegexTree *tree;
  gpointer known;

  if (g_hash_table_lookup_extended (compiler->terminal_by_pattern, text, NULL, &known))
    {
      *symbol = GPOINTER_TO_UINT (known);
      return TRUE;
    }
  tree = genlm_regex_parse (text, strlen (text), compiler->charset, compiler->error);
  if (tree == NULL)
    {
      genlm_grammar_source_prefix (&compiler->definitions->document->source, at, "the terminal",
                                   compiler->error);
      return FALSE;
    }
  *symbol = intern_tree (compiler, tree, name);
  g_hash_table_insert (compiler->terminal_by_pattern, g_steal_pointer (&text),
                       GUINT_TO_POINTER (*symbol));
  return TRUE;
}

/* A place that is read again, of a template say, takes no time again. */
static gboolean
find_seen (Compiler      *compiler,
           gconstpointer  origin,
           guint32       *symbol)
{
  gpointer known;

  if (!g_hash_table_lookup_extended (compiler->terminals_seen, origin, NULL, &known))
    return FALSE;
  *symbol = GPOINTER_TO_UINT (known);
  return TRUE;
}

static void
add_seen (Compiler      *compiler,
          gconstpointer  origin,
          guint32        symbol)
{
  g_hash_table_insert (compiler->terminals_seen, (gpointer) origin, GUINT_TO_POINTER (symbol));
}

static gboolean
intern_definition (Compiler                  *compiler,
                   const GenlmLarkDefinition *definition,
                   guint32                   *symbol)
{
  if (find_seen (compiler, definition, symbol))
    return TRUE;
  if (!intern_terminal (compiler, genlm_lark_terminals_peek (compiler->terminals, definition),
                        definition->name, definition->at, symbol))
    return FALSE;
  add_seen (compiler, definition, *symbol);
  return TRUE;
}

static gboolean
intern_literal (Compiler            *compiler,
                const GenlmLarkNode *node,
                guint32             *symbol)
{
  GenlmLarkDocument *document = compiler->definitions->document;
  g_autoptr (GenlmLarkPattern) pattern = NULL;
  g_autofree char *name = NULL;

  if (find_seen (compiler, node, symbol))
    return TRUE;
  pattern = genlm_lark_pattern_new_literal (document, node, compiler->error);
  if (pattern == NULL)
    return FALSE;
  name = genlm_lark_document_dup_text (document, node->at, node->length);
  if (!intern_terminal (compiler, pattern, name, node->at, symbol))
    return FALSE;
  add_seen (compiler, node, *symbol);
  return TRUE;
}

static void
add_job (Compiler                  *compiler,
         const GenlmLarkDefinition *definition,
         guint32                    head,
         guint32                    first_argument)
{
  Job job = { definition, head, first_argument };

  g_array_append_val (compiler->jobs, job);
}

static guint32
intern_rule (Compiler                  *compiler,
             const GenlmLarkDefinition *definition)
{
  guint32 head;
  gpointer known;

  if (g_hash_table_lookup_extended (compiler->rules, definition, NULL, &known))
    return GPOINTER_TO_UINT (known);
  head = genlm_grammar_add_nonterminal (compiler->grammar, definition->name);
  g_hash_table_insert (compiler->rules, (gpointer) definition, GUINT_TO_POINTER (head));
  add_job (compiler, definition, head, 0);
  return head;
}

static char *
name_instance (Compiler                  *compiler,
               const GenlmLarkDefinition *definition,
               const guint32             *arguments)
{
  g_autoptr (GString) name = g_string_new (definition->name);
  guint i;

  for (i = 0; i < definition->n_params; i++)
    {
      g_string_append_c (name, i == 0 ? '{' : ',');
      if (IS_TEMPLATE (arguments[i]))
        g_string_append (name, ((const GenlmLarkDefinition *) g_ptr_array_index (
                                  compiler->definitions->list, arguments[i] & ~TEMPLATE))
                                 ->name);
      else
        g_string_append (name, genlm_grammar_peek_name (compiler->grammar, arguments[i]));
      if (name->len > MAX_NAME_LENGTH)
        return g_strdup_printf ("%s{…}", definition->name);
    }
  g_string_append_c (name, '}');
  return g_string_free (g_steal_pointer (&name), FALSE);
}

static gboolean
intern_instance (Compiler                  *compiler,
                 const GenlmLarkDefinition *definition,
                 const guint32             *arguments,
                 guint32                    at,
                 guint32                   *head)
{
  g_autoptr (GString) key = g_string_new (definition->name);
  g_autofree char *name = NULL;
  gpointer known;
  guint i;

  for (i = 0; i < definition->n_params; i++)
    g_string_append_printf (key, ",%x", arguments[i]);
  if (g_hash_table_lookup_extended (compiler->instances, key->str, NULL, &known))
    {
      *head = GPOINTER_TO_UINT (known);
      return TRUE;
    }
  if (g_hash_table_size (compiler->instances) >= MAX_INSTANCES)
    return fail_at (compiler, GENLM_POTENTIAL_ERROR_LIMIT, at,
                    "templates are used with more than %u different arguments; does one use "
                    "itself with ever longer ones?",
                    MAX_INSTANCES);
  name = name_instance (compiler, definition, arguments);
  *head = genlm_grammar_add_nonterminal (compiler->grammar, name);
  g_hash_table_insert (compiler->instances, g_strdup (key->str), GUINT_TO_POINTER (*head));
  add_job (compiler, definition, *head, compiler->arguments->len);
  g_array_append_vals (compiler->arguments, arguments, definition->n_params);
  return TRUE;
}

/* --- Choices ------------------------------------------------------------ */

static void
add_productions (Compiler              *compiler,
                 guint32                head,
                 const GenlmLarkChoice *choice)
{
  guint i;

  for (i = 0; i < choice->alternatives->len; i++)
    {
      const GenlmLarkAlternative *alternative = genlm_lark_choice_peek_alternative (choice, i);

      genlm_grammar_add_production (compiler->grammar, head,
                                    genlm_lark_choice_peek_symbols (choice, alternative),
                                    alternative->n_symbols,
                                    genlm_lark_choice_get_share (choice, alternative));
    }
}

/* A symbol that stands for the choice. */
static guint32
make_symbol (Compiler              *compiler,
             const GenlmLarkChoice *choice)
{
  const GenlmLarkAlternative *first = genlm_lark_choice_peek_alternative (choice, 0);
  guint32 head;

  if (choice->alternatives->len == 1 && first->n_symbols == 1 && !choice->weighted)
    return *genlm_lark_choice_peek_symbols (choice, first);
  head = genlm_grammar_add_nonterminal (compiler->grammar, compiler->part_name);
  add_productions (compiler, head, choice);
  return head;
}

static GenlmLarkChoice *
make_unweighted (Compiler        *compiler,
                 GenlmLarkChoice *choice)
{
  GenlmLarkChoice *unweighted;

  if (!choice->weighted)
    return choice;
  unweighted = genlm_lark_choice_new_symbol (make_symbol (compiler, choice), 1);
  genlm_lark_choice_free (choice);
  return unweighted;
}

/* The alternatives of all choices; the largest one takes the others in. */
static GenlmLarkChoice *
join_unweighted (Compiler         *compiler,
                 GenlmLarkChoice **choices,
                 guint             n_choices,
                 guint32           at)
{
  g_autoptr (GenlmLarkChoice) joined = NULL;
  double count = 0;
  guint largest = 0;
  guint i;

  for (i = 1; i < n_choices; i++)
    if (choices[i]->symbols->len + choices[i]->alternatives->len
        > choices[largest]->symbols->len + choices[largest]->alternatives->len)
      largest = i;
  joined = g_steal_pointer (&choices[largest]);
  count = joined->count;
  for (i = 0; i < n_choices; i++)
    {
      if (choices[i] == NULL)
        continue;
      if (!charge (compiler, at, choices[i]->symbols->len + choices[i]->alternatives->len))
        return NULL;
      genlm_lark_choice_add_choice (joined, choices[i], 1);
      count += choices[i]->count;
    }
  genlm_lark_choice_set_count (joined, count);
  return g_steal_pointer (&joined);
}

static GenlmLarkChoice *
join_weighted (Compiler             *compiler,
               const GenlmLarkNode  *node,
               GenlmLarkChoice     **choices)
{
  GenlmLarkDocument *document = compiler->definitions->document;
  const guint32 *children = genlm_lark_document_peek_children (document, node);
  g_autoptr (GenlmLarkChoice) joined = genlm_lark_choice_new ();
  guint32 i;

  joined->weighted = TRUE;
  genlm_lark_choice_set_count (joined, 1);
  for (i = 0; i < node->n_children; i++)
    {
      double weight = genlm_lark_document_peek_node (document, children[i])->weight;

      if (!charge (compiler, node->at, choices[i]->symbols->len + choices[i]->alternatives->len))
        return NULL;
      genlm_lark_choice_add_choice (joined, choices[i], weight / choices[i]->count);
    }
  return g_steal_pointer (&joined);
}

static GenlmLarkChoice *
join_alternatives (Compiler             *compiler,
                   const GenlmLarkNode  *node,
                   GenlmLarkChoice     **choices)
{
  GenlmLarkDocument *document = compiler->definitions->document;
  guint32 first = *genlm_lark_document_peek_children (document, node);

  if (isnan (genlm_lark_document_peek_node (document, first)->weight))
    return join_unweighted (compiler, choices, node->n_children, node->at);
  return join_weighted (compiler, node, choices);
}

/* A template alone is an argument, not a symbol. */
static gboolean
check_symbol (Compiler              *compiler,
              const GenlmLarkNode   *node,
              const GenlmLarkChoice *choice)
{
  if (choice->symbols->len != 1
      || !IS_TEMPLATE (g_array_index (choice->symbols, guint32, 0)))
    return TRUE;
  return fail_at (compiler, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, node->at,
                  "a template is used here without its arguments");
}

static gboolean
append_choice (Compiler              *compiler,
               guint32                at,
               const GenlmLarkChoice *choice,
               GArray                *symbols)
{
  if (!charge (compiler, at, choice->symbols->len))
    return FALSE;
  if (choice->alternatives->len == 1 && !choice->weighted)
    g_array_append_vals (symbols, choice->symbols->data, choice->symbols->len);
  else
    {
      guint32 symbol = make_symbol (compiler, choice);

      g_array_append_val (symbols, symbol);
    }
  return TRUE;
}

static GenlmLarkChoice *
join_sequence (Compiler             *compiler,
               const GenlmLarkNode  *node,
               GenlmLarkChoice     **choices)
{
  g_autoptr (GenlmLarkChoice) joined = NULL;
  g_autoptr (GArray) symbols = NULL;
  double count = 1;
  guint32 i;

  for (i = 0; i < node->n_children; i++)
    if (!check_symbol (compiler, node, choices[i]))
      return NULL;
  if (node->n_children == 1)
    return make_unweighted (compiler, g_steal_pointer (&choices[0]));
  joined = genlm_lark_choice_new ();
  symbols = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (i = 0; i < node->n_children; i++)
    {
      if (!append_choice (compiler, node->at, choices[i], symbols))
        return NULL;
      count = MIN (count * choices[i]->count, 0x1p500);
    }
  genlm_lark_choice_add (joined, (const guint32 *) (gpointer) symbols->data, symbols->len, count);
  genlm_lark_choice_set_count (joined, count);
  return g_steal_pointer (&joined);
}

/* --- Repeats ------------------------------------------------------------ */

static GenlmLarkChoice *
make_optional (Compiler        *compiler,
               GenlmLarkChoice *choice)
{
  choice = make_unweighted (compiler, choice);
  genlm_lark_choice_add (choice, NULL, 0, 1);
  genlm_lark_choice_set_count (choice, choice->count + 1);
  return choice;
}

/* Once more or no more, one half each; without any first one a list counts as
 * two alternatives, some and none. */
static GenlmLarkChoice *
make_list (Compiler              *compiler,
           const GenlmLarkChoice *choice,
           gboolean               may_be_empty)
{
  guint32 head = genlm_grammar_add_nonterminal (compiler->grammar, compiler->part_name);
  g_autoptr (GArray) body = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint i;

  if (may_be_empty)
    genlm_grammar_add_production (compiler->grammar, head, NULL, 0, 0.5);
  for (i = 0; i < choice->alternatives->len; i++)
    {
      const GenlmLarkAlternative *alternative = genlm_lark_choice_peek_alternative (choice, i);
      const guint32 *symbols = genlm_lark_choice_peek_symbols (choice, alternative);
      double weight = genlm_lark_choice_get_share (choice, alternative) / 2;

      g_array_set_size (body, 0);
      g_array_append_val (body, head);
      if (alternative->n_symbols > 0)
        g_array_append_vals (body, symbols, alternative->n_symbols);
      genlm_grammar_add_production (compiler->grammar, head,
                                    (const guint32 *) (gpointer) body->data, body->len, weight);
      if (!may_be_empty)
        genlm_grammar_add_production (compiler->grammar, head, symbols, alternative->n_symbols,
                                      weight);
    }
  return genlm_lark_choice_new_symbol (head, may_be_empty ? 2 : 1);
}

static GenlmLarkChoice *
make_repeat (Compiler             *compiler,
             const GenlmLarkNode  *node,
             GenlmLarkChoice     **choices)
{
  GenlmLarkChoice *choice = choices[0];

  if (!check_symbol (compiler, node, choice)
      || !charge (compiler, node->at, 2 * choice->symbols->len))
    return NULL;
  if (node->max == GENLM_LARK_REPEAT_UNBOUNDED)
    return make_list (compiler, choice, node->min == 0);
  if (node->min == 0 && node->max == 1)
    return make_optional (compiler, g_steal_pointer (&choices[0]));
  return genlm_lark_count (compiler->grammar, compiler->part_name, make_symbol (compiler, choice),
                           choice->count, node->min, node->max);
}

/* --- Names -------------------------------------------------------------- */

static const GenlmLarkDefinition *
peek_template (const Compiler *compiler,
               guint32         symbol)
{
  return g_ptr_array_index (compiler->definitions->list, symbol & ~TEMPLATE);
}

static guint32
number_template (const Compiler            *compiler,
                 const GenlmLarkDefinition *definition)
{
  guint index = 0;

  g_ptr_array_find (compiler->definitions->list, definition, &index);
  return TEMPLATE | index;
}

/* What a rule's name stands for: an argument, a template, a rule. */
static guint32
resolve_rule (Compiler            *compiler,
              const Job           *job,
              const GenlmLarkNode *node)
{
  guint param =
    genlm_lark_definitions_find_param (compiler->definitions, job->definition, node);
  const GenlmLarkDefinition *definition;

  if (param < job->definition->n_params)
    return g_array_index (compiler->arguments, guint32, job->first_argument + param);
  definition = genlm_lark_definitions_find (compiler->definitions, node->at, node->length);
  if (definition->n_params > 0)
    return number_template (compiler, definition);
  return intern_rule (compiler, definition);
}

static gboolean
resolve_template (Compiler                   *compiler,
                  const Job                  *job,
                  const GenlmLarkNode        *node,
                  const GenlmLarkDefinition **definition)
{
  guint param =
    genlm_lark_definitions_find_param (compiler->definitions, job->definition, node);
  guint32 argument;

  if (param == job->definition->n_params)
    {
      *definition = genlm_lark_definitions_find (compiler->definitions, node->at, node->length);
      return TRUE;
    }
  argument = g_array_index (compiler->arguments, guint32, job->first_argument + param);
  if (!IS_TEMPLATE (argument))
    return fail_at (compiler, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, node->at,
                    "the argument that stands here is no template");
  *definition = peek_template (compiler, argument);
  if ((*definition)->n_params != node->n_children)
    return fail_at (compiler, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, node->at,
                    "the argument that stands here is the template \"%s\", which takes %u "
                    "arguments, not %u",
                    (*definition)->name, (*definition)->n_params, node->n_children);
  return TRUE;
}

static gboolean
use_template (Compiler             *compiler,
              const Job            *job,
              const GenlmLarkNode  *node,
              GenlmLarkChoice     **choices,
              guint32              *symbol)
{
  g_autofree guint32 *arguments = g_new (guint32, node->n_children);
  const GenlmLarkDefinition *definition = NULL;
  guint32 i;

  if (!resolve_template (compiler, job, node, &definition))
    return FALSE;
  for (i = 0; i < node->n_children; i++)
    arguments[i] = g_array_index (choices[i]->symbols, guint32, 0);
  return intern_instance (compiler, definition, arguments, node->at, symbol);
}

/* --- Rules -------------------------------------------------------------- */

static GenlmLarkChoice *
compile_leaf (Compiler             *compiler,
              const Job            *job,
              const GenlmLarkNode  *node,
              GenlmLarkChoice     **choices)
{
  guint32 symbol = 0;
  gboolean ok = TRUE;

  switch (node->kind)
    {
    case GENLM_LARK_NODE_RULE:
      symbol = resolve_rule (compiler, job, node);
      break;
    case GENLM_LARK_NODE_TERMINAL:
      ok = intern_definition (
        compiler, genlm_lark_definitions_find (compiler->definitions, node->at, node->length),
        &symbol);
      break;
    case GENLM_LARK_NODE_TEMPLATE:
      ok = use_template (compiler, job, node, choices, &symbol);
      break;
    default:
      ok = intern_literal (compiler, node, &symbol);
      break;
    }
  return ok ? genlm_lark_choice_new_symbol (symbol, 1) : NULL;
}

/* @choices are those of the children. */
static GenlmLarkChoice *
compile_node (Compiler             *compiler,
              const Job            *job,
              const GenlmLarkNode  *node,
              GenlmLarkChoice     **choices)
{
  if (!charge (compiler, node->at, 1))
    return NULL;
  switch (node->kind)
    {
    case GENLM_LARK_NODE_ALTERNATIVES:
      return join_alternatives (compiler, node, choices);
    case GENLM_LARK_NODE_SEQUENCE:
      return join_sequence (compiler, node, choices);
    case GENLM_LARK_NODE_REPEAT:
      return make_repeat (compiler, node, choices);
    default:
      return compile_leaf (compiler, job, node, choices);
    }
}

static void
choice_clear (gpointer data)
{
  g_clear_pointer ((GenlmLarkChoice **) data, genlm_lark_choice_free);
}

/* In the order in which nodes were made those of the children are the last
 * ones that nobody has taken. */
static GenlmLarkChoice *
compile_statement (Compiler  *compiler,
                   const Job *job,
                   guint      index)
{
  GenlmLarkDocument *document = compiler->definitions->document;
  const GenlmLarkStatement *statement = genlm_lark_document_peek_statement (document, index);
  g_autoptr (GArray) open = g_array_sized_new (FALSE, FALSE, sizeof (GenlmLarkChoice *), 16);
  guint32 i;

  g_array_set_clear_func (open, choice_clear);
  for (i = statement->first_node; i <= statement->root; i++)
    {
      const GenlmLarkNode *node = genlm_lark_document_peek_node (document, i);
      guint first = open->len - node->n_children;
      GenlmLarkChoice *choice;

      choice =
        compile_node (compiler, job, node, &g_array_index (open, GenlmLarkChoice *, first));
      if (choice == NULL)
        return NULL;
      g_array_set_size (open, first);
      g_array_append_val (open, choice);
    }
  return g_steal_pointer (&g_array_index (open, GenlmLarkChoice *, 0));
}

/* A rule and its extensions are one list of alternatives. */
static gboolean
add_statement (Compiler         *compiler,
               const Job        *job,
               GenlmLarkChoice **whole,
               GenlmLarkChoice  *choice,
               guint32           at)
{
  GenlmLarkChoice *both[] = { *whole, choice };

  if ((*whole)->weighted != choice->weighted)
    {
      genlm_lark_choice_free (choice);
      return fail_at (compiler, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, at,
                      "the alternatives of \"%s\" have weights in one place and none in another; "
                      "give all of them one, or none",
                      job->definition->name);
    }
  if (choice->weighted)
    {
      genlm_lark_choice_add_choice (*whole, choice, 1);
      genlm_lark_choice_free (choice);
      return TRUE;
    }
  *whole = join_unweighted (compiler, both, 2, at);
  choice_clear (&both[0]);
  choice_clear (&both[1]);
  return *whole != NULL;
}

static gboolean
compile_job (Compiler  *compiler,
             const Job *job)
{
  const GArray *statements = job->definition->statements;
  g_autoptr (GenlmLarkChoice) whole = NULL;
  guint i;

  g_free (compiler->part_name);
  compiler->part_name = g_strdup_printf ("part of %s", job->definition->name);
  for (i = 0; i < statements->len; i++)
    {
      guint index = g_array_index (statements, guint, i);
      GenlmLarkChoice *choice = compile_statement (compiler, job, index);

      if (choice == NULL)
        return FALSE;
      if (whole == NULL)
        whole = choice;
      else if (!add_statement (compiler, job, &whole, choice,
                               genlm_lark_document_peek_statement (
                                 compiler->definitions->document, index)
                                 ->at))
        return FALSE;
    }
  add_productions (compiler, job->head, whole);
  return TRUE;
}

static gboolean
find_start (Compiler                   *compiler,
            const char                 *name,
            const GenlmLarkDefinition **definition)
{
  const char *source = compiler->definitions->document->source.name;

  *definition = g_hash_table_lookup (compiler->definitions->by_name, name);
  if (*definition != NULL && !(*definition)->terminal && (*definition)->has_text
      && (*definition)->n_params == 0)
    return TRUE;
  g_set_error (compiler->error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
               *definition == NULL ? "Failed to read %s: it has no rule \"%s\" to start with"
                                   : "Failed to read %s: \"%s\" is no rule to start with",
               source, name);
  return FALSE;
}

/* Terminals that have names give them to literals of the same pattern. */
static gboolean
intern_definitions (Compiler *compiler)
{
  guint32 symbol;
  guint i;

  for (i = 0; i < compiler->definitions->list->len; i++)
    {
      const GenlmLarkDefinition *definition = g_ptr_array_index (compiler->definitions->list, i);

      if (definition->terminal && genlm_lark_terminals_peek (compiler->terminals, definition) != NULL
          && !intern_definition (compiler, definition, &symbol))
        return FALSE;
    }
  return TRUE;
}

static gboolean
ignore_terminals (Compiler *compiler)
{
  GenlmLarkDocument *document = compiler->definitions->document;
  guint i;

  for (i = 0; i < compiler->definitions->ignored->len; i++)
    {
      const GenlmLarkStatement *statement = genlm_lark_document_peek_statement (
        document, g_array_index (compiler->definitions->ignored, guint, i));
      g_autofree char *name = genlm_lark_document_dup_text (document, statement->at,
                                                            statement->length);
      guint32 symbol;

      if (!intern_terminal (compiler,
                            genlm_lark_terminals_peek_ignored (compiler->terminals, i), name,
                            statement->at, &symbol))
        return FALSE;
      genlm_grammar_ignore (compiler->grammar, symbol);
    }
  return TRUE;
}

static gboolean
compile (Compiler   *compiler,
         const char *start)
{
  const GenlmLarkDefinition *definition = NULL;
  guint i;

  if (!find_start (compiler, start, &definition) || !intern_definitions (compiler)
      || !ignore_terminals (compiler))
    return FALSE;
  genlm_grammar_set_start (compiler->grammar, intern_rule (compiler, definition));
  for (i = 0; i < compiler->jobs->len; i++)
    {
      Job job = g_array_index (compiler->jobs, Job, i);

      if (!compile_job (compiler, &job))
        return FALSE;
    }
  return TRUE;
}

/* Adds the rules that @start needs, and what is ignored, to a grammar that is
 * empty and stays unfinished. */
gboolean
genlm_lark_compile (GenlmLarkDefinitions  *definitions,
                    GenlmLarkTerminals    *terminals,
                    const char            *start,
                    const char            *charset,
                    GenlmGrammar          *grammar,
                    GError               **error)
{
  Compiler compiler = { definitions, terminals, charset, grammar, .error = error };
  gboolean ok;

  compiler.terminal_by_pattern = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  compiler.terminal_by_tree = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
                                                     (GDestroyNotify) g_bytes_unref, NULL);
  compiler.terminals_seen = g_hash_table_new (NULL, NULL);
  compiler.rules = g_hash_table_new (NULL, NULL);
  compiler.instances = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  compiler.arguments = g_array_new (FALSE, FALSE, sizeof (guint32));
  compiler.jobs = g_array_new (FALSE, FALSE, sizeof (Job));
  ok = compile (&compiler, start);
  g_free (compiler.part_name);
  g_array_unref (compiler.jobs);
  g_array_unref (compiler.arguments);
  g_hash_table_unref (compiler.instances);
  g_hash_table_unref (compiler.rules);
  g_hash_table_unref (compiler.terminals_seen);
  g_hash_table_unref (compiler.terminal_by_tree);
  g_hash_table_unref (compiler.terminal_by_pattern);
  return ok;
}
