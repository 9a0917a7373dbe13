/* A context-free grammar as a Boolean potential: weight one for the texts that
 * it derives, and for what may still become one. The machine that reads them,
 * over bytes, is the engine's; this is its face. */

#include "genlm-cfg.h"

#include <string.h>

#include "genlm-byte-matcher.h"
#include "genlm-earley-machine.h"
#include "genlm-grammar-rules.h"
#include "genlm-lark-reader.h"

/* What "." and negated classes of terminals range over in the style of genlm,
 * if nothing else is said: the printable characters of ASCII, white space
 * among them. */
#define GENLM_STYLE_CHARSET \
  " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz" \
  "{|}~\t\n\v\f\r"

struct _GenlmCfg
{
  GenlmPotentialBase  parent_instance;

  char               *grammar;
  char               *file;
  char               *syntax;
  char               *start;
  char               *charset;
  char               *style;
  GenlmEngineLimits   limits;
  GenlmByteMatcher   *matcher;
};

enum
{
  PROP_0,
  PROP_GRAMMAR,
  PROP_FILE,
  PROP_SYNTAX,
  PROP_START,
  PROP_CHARSET,
  PROP_STYLE,
  PROP_MAX_STATES,
  PROP_MAX_MEMORY,
  PROP_DEADLINE,
  PROP_N_STATES,
  PROP_MEMORY,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void genlm_cfg_initable_iface_init  (GInitableIface          *iface);
static void genlm_cfg_potential_iface_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmCfg, genlm_cfg, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, genlm_cfg_initable_iface_init)
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL,
                                                      genlm_cfg_potential_iface_init))

static void
prefix_label (GenlmCfg  *self,
              GError    **error)
{
  g_autofree char *label = genlm_element_dup_label (G_OBJECT (self));

  g_prefix_error (error, "%s: ", label);
}

static gboolean
refuse_value (const char  *property,
              const char  *value,
              const char  *choices,
              GError     **error)
{
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
               "The property “%s” is “%s”; it is one of %s", property, value, choices);
  return FALSE;
}

static gboolean
is_syntax (GenlmCfg  *self,
           const char *name)
{
  return g_strcmp0 (self->syntax, name) == 0;
}

static gboolean
check_properties (GenlmCfg  *self,
                  GError    **error)
{
  if ((self->grammar == NULL) == (self->file == NULL))
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "%s of the properties “grammar” and “file” is set; set one of them, to the text of "
                   "the grammar or to where it is",
                   self->grammar == NULL ? "None" : "Each");
      return FALSE;
    }
  if (self->syntax != NULL && !is_syntax (self, "lark") && !is_syntax (self, "rules"))
    return refuse_value ("syntax", self->syntax, "“lark” and “rules”, or unset", error);
  if (strcmp (self->style, "standard") != 0 && strcmp (self->style, "genlm") != 0)
    return refuse_value ("style", self->style, "“standard” and “genlm”", error);
  return TRUE;
}

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

/* Their start symbol and their characters are given. */
static gboolean
check_rules (GenlmCfg  *self,
             GError    **error)
{
  if (self->start == NULL && self->charset == NULL)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
               "The property “%s” is set and the grammar is written as weighted rules, of which it "
               "says nothing: they start with S, and their terminals are plain texts",
               self->start != NULL ? "start" : "charset");
  return FALSE;
}

static GenlmGrammar *
read_text (GenlmCfg   *self,
           const char  *text,
           gsize        length,
           GError     **error)
{
  gboolean is_genlm = strcmp (self->style, "genlm") == 0;
  GenlmLarkOptions options = {
    .name = self->file,
    .start = self->start,
    .charset = self->charset == NULL && is_genlm ? GENLM_STYLE_CHARSET : self->charset,
    .ignore = is_genlm ? GENLM_GRAMMAR_IGNORE_SINGLE : GENLM_GRAMMAR_IGNORE_REPEATED,
  };

  if (is_syntax (self, "rules") || (self->syntax == NULL && looks_like_rules (text, length)))
    return check_rules (self, error)
             ? genlm_grammar_new_from_rules (text, length, self->file, error)
             : NULL;
  return genlm_grammar_new_from_lark (text, length, &options, error);
}

static GenlmGrammar *
read_grammar (GenlmCfg     *self,
              GCancellable  *cancellable,
              GError       **error)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (!check_properties (self, error))
    return NULL;
  if (self->grammar != NULL)
    return read_text (self, self->grammar, strlen (self->grammar), error);
  file = g_file_new_for_path (self->file);
  if (!g_file_load_contents (file, cancellable, &text, &length, NULL, error))
    return NULL;
  return read_text (self, text, length, error);
}

static GenlmByteMachine *
compile (GenlmCfg      *self,
         GCancellable  *cancellable,
         GError       **error)
{
  g_autoptr (GenlmGrammar) grammar = read_grammar (self, cancellable, error);

  return grammar != NULL ? genlm_earley_machine_new (grammar, &self->limits, FALSE, error) : NULL;
}

static gboolean
genlm_cfg_initable_real_init (GInitable     *initable,
                               GCancellable  *cancellable,
                               GError       **error)
{
  GenlmCfg *self = GENLM_CFG (initable);
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GenlmVocab) vocab = NULL;

  if (self->matcher != NULL)
    return TRUE;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  machine = compile (self, cancellable, error);
  if (machine == NULL)
    {
      prefix_label (self, error);
      return FALSE;
    }
  g_object_get (self, "vocab", &vocab, NULL);
  self->matcher = genlm_byte_matcher_new (machine, vocab != NULL ? vocab : genlm_vocab_bytes ());
  return TRUE;
}

/* There is none before the grammar is compiled, so that nothing can be asked
 * of an element that was not initialised. */
static GenlmVocab *
genlm_cfg_get_vocab (GenlmPotential *potential)
{
  GenlmCfg *self = GENLM_CFG (potential);

  return self->matcher != NULL ? genlm_byte_matcher_get_vocab (self->matcher) : NULL;
}

static gboolean
genlm_cfg_weigh_prefix (GenlmPotential  *potential,
                         GenlmContext    *context,
                         double          *out,
                         GError         **error)
{
  GenlmCfg *self = GENLM_CFG (potential);

  if (genlm_byte_matcher_weigh (self->matcher, context, out, NULL, error))
    return TRUE;
  prefix_label (self, error);
  return FALSE;
}

static gboolean
genlm_cfg_weigh_complete (GenlmPotential  *potential,
                           GenlmContext    *context,
                           double          *out,
                           GError         **error)
{
  GenlmCfg *self = GENLM_CFG (potential);

  if (genlm_byte_matcher_weigh (self->matcher, context, NULL, out, error))
    return TRUE;
  prefix_label (self, error);
  return FALSE;
}

static GenlmTokenSet *
genlm_cfg_weigh_mask (GenlmPotential  *potential,
                      GenlmContext    *context,
                      GError         **error)
{
  GenlmCfg *self = GENLM_CFG (potential);
  GenlmTokenSet *mask = genlm_byte_matcher_dup_mask (self->matcher, context, error);

  if (mask == NULL)
    prefix_label (self, error);
  return mask;
}

static GenlmWeights *
genlm_cfg_weigh_next (GenlmPotential  *potential,
                      GenlmContext    *context,
                      GError         **error)
{
  g_autoptr (GenlmTokenSet) mask = genlm_cfg_weigh_mask (potential, context, error);

  return mask != NULL ? genlm_token_set_to_weights (mask) : NULL;
}

/* Another face of the same machine. Takes the matcher. */
static GenlmPotential *
make_sibling (GenlmCfg        *self,
              GenlmByteMatcher *matcher)
{
  GenlmVocab *vocab = genlm_byte_matcher_get_vocab (matcher);
  gboolean is_bytes = genlm_vocab_get_kind (vocab) == GENLM_VOCAB_KIND_BYTES;
  GenlmCfg *sibling;

  sibling = g_object_new (GENLM_TYPE_CFG,
                          "name", genlm_potential_base_get_name (GENLM_POTENTIAL_BASE (self)),
                          "timeout", genlm_potential_base_get_timeout (GENLM_POTENTIAL_BASE (self)),
                          "vocab", is_bytes ? NULL : vocab,
                          "grammar", self->grammar,
                          "file", self->file,
                          "syntax", self->syntax,
                          "start", self->start,
                          "charset", self->charset,
                          "style", self->style,
                          "max-states", self->limits.max_states,
                          "max-memory", self->limits.max_memory,
                          "deadline", self->limits.deadline,
                          NULL);
  sibling->matcher = matcher;
  return GENLM_POTENTIAL (sibling);
}

static gboolean
check_ready (GenlmCfg   *self,
             const char  *what,
             GError     **error)
{
  if (self->matcher != NULL)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY,
               "Failed to %s: the grammar was not compiled; initialise the element first", what);
  prefix_label (self, error);
  return FALSE;
}

static GenlmPotential *
genlm_cfg_make_spawn (GenlmPotential  *potential,
                       GError         **error)
{
  GenlmCfg *self = GENLM_CFG (potential);

  if (!check_ready (self, "spawn", error))
    return NULL;
  return make_sibling (self, genlm_byte_matcher_ref (self->matcher));
}

static GenlmPotential *
genlm_cfg_make_coerced (GenlmPotential  *potential,
                         GenlmVocab      *target,
                         GError         **error)
{
  GenlmCfg *self = GENLM_CFG (potential);

  if (!check_ready (self, "coerce", error))
    return NULL;
  return make_sibling (self, genlm_byte_matcher_coerce (self->matcher, target));
}

static void
genlm_cfg_set_property (GObject      *object,
                         guint         prop_id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  GenlmCfg *self = GENLM_CFG (object);

  switch (prop_id)
    {
    case PROP_GRAMMAR:
      self->grammar = g_value_dup_string (value);
      break;
    case PROP_FILE:
      self->file = g_value_dup_string (value);
      break;
    case PROP_SYNTAX:
      self->syntax = g_value_dup_string (value);
      break;
    case PROP_START:
      self->start = g_value_dup_string (value);
      break;
    case PROP_CHARSET:
      self->charset = g_value_dup_string (value);
      break;
    case PROP_STYLE:
      self->style = g_strdup (g_value_get_string (value) != NULL ? g_value_get_string (value)
                                                                 : "standard");
      break;
    case PROP_MAX_STATES:
      self->limits.max_states = g_value_get_uint (value);
      break;
    case PROP_MAX_MEMORY:
      self->limits.max_memory = g_value_get_uint64 (value);
      break;
    case PROP_DEADLINE:
      self->limits.deadline = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* Of an element that is not initialised both are 0. */
static void
get_size (GenlmCfg *self,
          guint    *n_states,
          guint64  *memory)
{
  *n_states = 0;
  *memory = 0;
  if (self->matcher != NULL)
    genlm_earley_machine_get_size (genlm_byte_matcher_get_machine (self->matcher), n_states, memory);
}

static void
genlm_cfg_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  GenlmCfg *self = GENLM_CFG (object);
  guint n_states;
  guint64 memory;

  switch (prop_id)
    {
    case PROP_GRAMMAR:
      g_value_set_string (value, self->grammar);
      break;
    case PROP_FILE:
      g_value_set_string (value, self->file);
      break;
    case PROP_SYNTAX:
      g_value_set_string (value, self->syntax);
      break;
    case PROP_START:
      g_value_set_string (value, self->start);
      break;
    case PROP_CHARSET:
      g_value_set_string (value, self->charset);
      break;
    case PROP_STYLE:
      g_value_set_string (value, self->style);
      break;
    case PROP_MAX_STATES:
      g_value_set_uint (value, self->limits.max_states);
      break;
    case PROP_MAX_MEMORY:
      g_value_set_uint64 (value, self->limits.max_memory);
      break;
    case PROP_DEADLINE:
      g_value_set_uint (value, self->limits.deadline);
      break;
    case PROP_N_STATES:
      get_size (self, &n_states, &memory);
      g_value_set_uint (value, n_states);
      break;
    case PROP_MEMORY:
      get_size (self, &n_states, &memory);
      g_value_set_uint64 (value, memory);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_cfg_finalize (GObject *object)
{
  GenlmCfg *self = GENLM_CFG (object);

  g_clear_pointer (&self->matcher, genlm_byte_matcher_unref);
  g_free (self->style);
  g_free (self->charset);
  g_free (self->start);
  g_free (self->syntax);
  g_free (self->file);
  g_free (self->grammar);

  G_OBJECT_CLASS (genlm_cfg_parent_class)->finalize (object);
}

static void
install_limits (GParamFlags flags)
{
  properties[PROP_MAX_STATES] =
    g_param_spec_uint ("max-states", "Maximum of states",
                       "How many states the automaton of the terminals may have before it fails", 1,
                       G_MAXUINT, GENLM_ENGINE_DEFAULT_MAX_STATES, flags);
  properties[PROP_MAX_MEMORY] =
    g_param_spec_uint64 ("max-memory", "Maximum of memory",
                         "How many bytes the automaton of the terminals may take before it fails, and "
                         "how many what the contexts in use have read; as many again are used for the "
                         "masks of each vocabulary at most",
                         1, G_MAXUINT64, GENLM_ENGINE_DEFAULT_MAX_MEMORY, flags);
  properties[PROP_DEADLINE] =
    g_param_spec_uint ("deadline", "Deadline",
                       "How many milliseconds building the automaton may take; 0 for any number", 0,
                       G_MAXUINT, GENLM_ENGINE_DEFAULT_DEADLINE, flags);
}

static void
genlm_cfg_class_init (GenlmCfgClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GenlmPotentialBaseClass *base_class = GENLM_POTENTIAL_BASE_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->set_property = genlm_cfg_set_property;
  object_class->get_property = genlm_cfg_get_property;
  object_class->finalize = genlm_cfg_finalize;

  properties[PROP_GRAMMAR] =
    g_param_spec_string ("grammar", "Grammar", "The text of the grammar; unset if there is a file",
                         NULL, flags);
  properties[PROP_FILE] =
    g_param_spec_string ("file", "File", "The file that the text of the grammar is in", NULL,
                         flags | GENLM_PARAM_FILE);
  properties[PROP_SYNTAX] =
    g_param_spec_string ("syntax", "Syntax",
                         "How the grammar is written: “lark”, or “rules” for a line “weight: Head -> "
                         "symbols” a rule; unset for rules if the text begins with a weight",
                         NULL, flags);
  properties[PROP_START] =
    g_param_spec_string ("start", "Start",
                         "The rule that whole texts are; unset for “start”", NULL, flags);
  properties[PROP_CHARSET] =
    g_param_spec_string ("charset", "Character set",
                         "The characters that “.” and negated classes of terminals range over, beside "
                         "those that they name; unset for all of Unicode, or in the style “genlm” for "
                         "the 100 printable characters of ASCII, white space among them",
                         NULL, flags);
  properties[PROP_STYLE] =
    g_param_spec_string ("style", "Style",
                         "Where ignored terminals may stand: “standard”, as often as they occur and at "
                         "the end of the text, too, or “genlm”, one before each terminal",
                         "standard", flags);
  install_limits (flags);
  properties[PROP_N_STATES] =
    g_param_spec_uint ("n-states", "Number of states",
                       "How many states the automaton of the terminals has so far", 0, G_MAXUINT, 0,
                       G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_MEMORY] =
    g_param_spec_uint64 ("memory", "Memory",
                         "How many bytes the automaton and what the contexts in use have read take", 0,
                         G_MAXUINT64, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  genlm_potential_base_class_set_metadata (
    base_class, "Context-free grammar", "Potential/Constraint",
    "Allows the texts that a grammar derives, and what may still become one of them", "genlm-glib");
  genlm_potential_base_class_set_traits (base_class, GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE
                                                       | GENLM_TRAITS_BOOLEAN | GENLM_TRAITS_MASKS);
}

static void
genlm_cfg_init (GenlmCfg *self)
{
}

static void
genlm_cfg_initable_iface_init (GInitableIface *iface)
{
  iface->init = genlm_cfg_initable_real_init;
}

static void
genlm_cfg_potential_iface_init (GenlmPotentialInterface *iface)
{
  iface->get_vocab = genlm_cfg_get_vocab;
  iface->weigh_prefix = genlm_cfg_weigh_prefix;
  iface->weigh_complete = genlm_cfg_weigh_complete;
  iface->weigh_next = genlm_cfg_weigh_next;
  iface->weigh_mask = genlm_cfg_weigh_mask;
  iface->make_spawn = genlm_cfg_make_spawn;
  iface->make_coerced = genlm_cfg_make_coerced;
}

GENLM_ELEMENT_REGISTER_DEFINE (cfg, "cfg", GENLM_RANK_PRIMARY, GENLM_TYPE_CFG)
