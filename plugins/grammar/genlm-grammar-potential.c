#include "genlm-grammar-potential.h"

#include <string.h>

#include "genlm-char-set.h"
#include "genlm-grammar-rules.h"
#include "genlm-lark-reader.h"

enum
{
  PROP_GRAMMAR = 1,
  PROP_FILE,
  PROP_SYNTAX,
  PROP_START,
  PROP_CHARSET,
  PROP_STYLE
};

enum
{
  SYNTAX_LARK,
  SYNTAX_RULES
};

enum
{
  STYLE_STANDARD,
  STYLE_GENLM
};

static const char *const syntaxes[] = { "lark", "rules", NULL };
static const char *const styles[] = { "standard", "genlm", NULL };

static const GenlmByteOption options[] = {
  { "grammar", "Grammar", "The text of the grammar; unset if there is a file" },
  { "file", "File", "The file that the text of the grammar is in", .flags = GENLM_PARAM_FILE },
  { "syntax", "Syntax",
    "How the grammar is written: “lark”, or “rules” for a line “weight: Head -> symbols” a rule; unset "
    "for rules if the text begins with a weight",
    .choices = syntaxes },
  { "start", "Start", "The rule that whole texts are; unset for “start”" },
  { "charset", "Character set",
    "The characters that “.” and negated classes of terminals range over, beside those that they name; "
    "unset for all of Unicode, or, in a weighted grammar and in the style “genlm”, for the 100 printable "
    "characters of ASCII, white space among them" },
  { "style", "Style",
    "Where ignored terminals may stand: “standard”, as often as they occur and at the end of the text, "
    "too, or “genlm”, one before each terminal",
    .initial = "standard", .choices = styles },
};

G_DEFINE_ABSTRACT_TYPE (GenlmGrammarPotential, genlm_grammar_potential, GENLM_TYPE_BYTE_POTENTIAL)

/* Rules begin with their weight, which is nothing that a grammar of Lark
 * begins with. */
static gboolean
looks_like_rules (const char *text,
                  gsize       length)
{
  gboolean comment = FALSE;
  gsize i;

  for (i = 0; i < length; i++)
    {
      if (text[i] == '\n')
        comment = FALSE;
      else if (text[i] == '#')
        comment = TRUE;
      else if (!comment && !g_ascii_isspace (text[i]))
        return g_ascii_isdigit (text[i]) || strchr (".+-", text[i]) != NULL;
    }
  return FALSE;
}

/* The start symbol and the characters of rules are given. */
static gboolean
check_rules (GenlmBytePotential  *self,
             GError             **error)
{
  gboolean has_start = genlm_byte_potential_get_option (self, PROP_START) != NULL;

  if (!has_start && genlm_byte_potential_get_option (self, PROP_CHARSET) == NULL)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
               "The property “%s” is set and the grammar is written as weighted rules, of which it "
               "says nothing: they start with S, and their terminals are plain texts",
               has_start ? "start" : "charset");
  return FALSE;
}

static gboolean
is_rules (GenlmBytePotential *self,
          const char         *text,
          gsize               length)
{
  if (genlm_byte_potential_get_option (self, PROP_SYNTAX) == NULL)
    return looks_like_rules (text, length);
  return genlm_byte_potential_get_choice (self, PROP_SYNTAX) == SYNTAX_RULES;
}

static GenlmGrammar *
read_lark (GenlmBytePotential  *self,
           const char          *text,
           gsize                length,
           GError             **error)
{
  gboolean is_genlm = genlm_byte_potential_get_choice (self, PROP_STYLE) == STYLE_GENLM;
  gboolean is_narrow = is_genlm || GENLM_GRAMMAR_POTENTIAL_GET_CLASS (self)->is_weighted;
  const char *charset = genlm_byte_potential_get_option (self, PROP_CHARSET);
  GenlmLarkOptions lark_options = {
    .name = genlm_byte_potential_get_option (self, PROP_FILE),
    .start = genlm_byte_potential_get_option (self, PROP_START),
    .charset = charset == NULL && is_narrow ? GENLM_CHAR_SET_PRINTABLE : charset,
    .ignore = is_genlm ? GENLM_GRAMMAR_IGNORE_SINGLE : GENLM_GRAMMAR_IGNORE_REPEATED,
  };

  return genlm_grammar_new_from_lark (text, length, &lark_options, error);
}

static GenlmGrammar *
read_grammar (GenlmBytePotential  *self,
              GCancellable        *cancellable,
              GError             **error)
{
  g_autoptr (GBytes) bytes = NULL;
  const char *text;
  gsize length;

  bytes = genlm_byte_potential_load_text (self, PROP_GRAMMAR, PROP_FILE, cancellable, error);
  if (bytes == NULL)
    return NULL;
  text = g_bytes_get_data (bytes, &length);
  if (!is_rules (self, text, length))
    return read_lark (self, text, length, error);
  if (!check_rules (self, error))
    return NULL;
  return genlm_grammar_new_from_rules (text, length, genlm_byte_potential_get_option (self, PROP_FILE),
                                       error);
}

static GenlmByteMachine *
genlm_grammar_potential_compile (GenlmBytePotential  *self,
                                 GCancellable        *cancellable,
                                 GError             **error)
{
  g_autoptr (GenlmGrammar) grammar = read_grammar (self, cancellable, error);

  if (grammar == NULL)
    return NULL;
  return GENLM_GRAMMAR_POTENTIAL_GET_CLASS (self)->make_machine (
    grammar, genlm_byte_potential_peek_limits (self), error);
}

static void
genlm_grammar_potential_class_init (GenlmGrammarPotentialClass *klass)
{
  klass->parent_class.subject = "grammar";
  klass->parent_class.compile = genlm_grammar_potential_compile;
  genlm_byte_potential_class_install_options (&klass->parent_class, options, G_N_ELEMENTS (options));
}

static void
genlm_grammar_potential_init (GenlmGrammarPotential *self)
{
}
