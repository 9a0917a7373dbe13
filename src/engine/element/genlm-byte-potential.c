#include "genlm-byte-potential.h"

#include <string.h>

#include "genlm-text-file.h"

typedef struct
{
  char              **options; /* from 1 on, as their ids are */
  GenlmEngineLimits   limits;
  GenlmByteMatcher   *matcher; /* NULL until it is initialised */
} GenlmBytePotentialPrivate;

/* Beyond the options and what a class has of its own. */
enum
{
  PROP_MAX_STATES = 2 * GENLM_BYTE_POTENTIAL_OWN_PROPS,
  PROP_MAX_MEMORY,
  PROP_DEADLINE,
  PROP_N_STATES,
  PROP_MEMORY
};

static void genlm_byte_potential_initable_iface_init  (GInitableIface          *iface);
static void genlm_byte_potential_potential_iface_init (GenlmPotentialInterface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GenlmBytePotential, genlm_byte_potential, GENLM_TYPE_POTENTIAL_BASE,
                                  G_ADD_PRIVATE (GenlmBytePotential)
                                  G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE,
                                                         genlm_byte_potential_initable_iface_init)
                                  G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL,
                                                         genlm_byte_potential_potential_iface_init))

#define PRIVATE(self) \
  ((GenlmBytePotentialPrivate *) genlm_byte_potential_get_instance_private (GENLM_BYTE_POTENTIAL (self)))

/* What an interface does for masks if nobody says otherwise. */
static GenlmTokenSet *(*default_weigh_mask) (GenlmPotential  *potential,
                                             GenlmContext    *context,
                                             GError         **error);

static void
prefix_label (gpointer   self,
              GError   **error)
{
  g_autofree char *label = genlm_element_dup_label (self);

  g_prefix_error (error, "%s: ", label);
}

/* -- making one ------------------------------------------------------------ */

static gboolean
check_choice (GenlmBytePotential  *self,
              guint                id,
              GError             **error)
{
  const GenlmByteOption *option = &GENLM_BYTE_POTENTIAL_GET_CLASS (self)->options[id - 1];
  const char *value = genlm_byte_potential_get_option (self, id);
  g_autofree char *list = NULL;

  if (option->choices == NULL || value == NULL || g_strv_contains (option->choices, value))
    return TRUE;
  list = g_strjoinv ("”, “", (char **) option->choices);
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
               "The property “%s” is “%s”; it is one of “%s”", option->name, value, list);
  return FALSE;
}

static GenlmByteMachine *
compile (GenlmBytePotential  *self,
         GCancellable        *cancellable,
         GError             **error)
{
  GenlmBytePotentialClass *klass = GENLM_BYTE_POTENTIAL_GET_CLASS (self);
  guint id;

  for (id = 1; id <= klass->n_options; id++)
    if (!check_choice (self, id, error))
      return NULL;
  return klass->compile (self, cancellable, error);
}

static gboolean
genlm_byte_potential_initable_real_init (GInitable     *initable,
                                         GCancellable  *cancellable,
                                         GError       **error)
{
  GenlmBytePotential *self = GENLM_BYTE_POTENTIAL (initable);
  GenlmBytePotentialPrivate *priv = PRIVATE (self);
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GenlmVocab) vocab = NULL;

  if (priv->matcher != NULL)
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
  priv->matcher = genlm_byte_matcher_new (machine, vocab != NULL ? vocab : genlm_vocab_bytes ());
  return TRUE;
}

/* -- being asked ----------------------------------------------------------- */

/* There is none before the machine is, so that nothing can be asked of an
 * element that was not initialised. */
static GenlmVocab *
genlm_byte_potential_get_vocab (GenlmPotential *potential)
{
  GenlmByteMatcher *matcher = PRIVATE (potential)->matcher;

  return matcher != NULL ? genlm_byte_matcher_get_vocab (matcher) : NULL;
}

static gboolean
genlm_byte_potential_weigh_prefix (GenlmPotential  *potential,
                                   GenlmContext    *context,
                                   double          *out,
                                   GError         **error)
{
  if (genlm_byte_matcher_weigh (PRIVATE (potential)->matcher, context, out, NULL, error))
    return TRUE;
  prefix_label (potential, error);
  return FALSE;
}

static gboolean
genlm_byte_potential_weigh_complete (GenlmPotential  *potential,
                                     GenlmContext    *context,
                                     double          *out,
                                     GError         **error)
{
  if (genlm_byte_matcher_weigh (PRIVATE (potential)->matcher, context, NULL, out, error))
    return TRUE;
  prefix_label (potential, error);
  return FALSE;
}

static GenlmWeights *
genlm_byte_potential_weigh_next (GenlmPotential  *potential,
                                 GenlmContext    *context,
                                 GError         **error)
{
  GenlmWeights *weights = genlm_byte_matcher_dup_weights (PRIVATE (potential)->matcher, context, error);

  if (weights == NULL)
    prefix_label (potential, error);
  return weights;
}

static GenlmTokenSet *
genlm_byte_potential_weigh_mask (GenlmPotential  *potential,
                                 GenlmContext    *context,
                                 GError         **error)
{
  GenlmByteMatcher *matcher = PRIVATE (potential)->matcher;
  GenlmTokenSet *mask;

  if (genlm_byte_matcher_get_machine (matcher)->klass->make_mask == NULL)
    return default_weigh_mask (potential, context, error);
  mask = genlm_byte_matcher_dup_mask (matcher, context, error);
  if (mask == NULL)
    prefix_label (potential, error);
  return mask;
}

/* -- siblings -------------------------------------------------------------- */

/* Whether a sibling has the property from the one that it is made of. */
static gboolean
is_shared (const GParamSpec *pspec)
{
  return (pspec->flags & G_PARAM_READWRITE) == G_PARAM_READWRITE && strcmp (pspec->name, "vocab") != 0;
}

/* Another face of the same machine. Takes the matcher. */
static GenlmPotential *
make_sibling (GenlmBytePotential *self,
              GenlmByteMatcher   *matcher)
{
  GenlmVocab *vocab = genlm_byte_matcher_get_vocab (matcher);
  guint n_pspecs;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (self), &n_pspecs);
  g_autofree const char **names = g_new (const char *, n_pspecs + 1);
  g_autofree GValue *values = g_new0 (GValue, n_pspecs + 1);
  GObject *sibling;
  guint n = 0;
  guint i;

  for (i = 0; i < n_pspecs; i++)
    if (is_shared (pspecs[i]))
      {
        names[n] = pspecs[i]->name;
        g_object_get_property (G_OBJECT (self), names[n], &values[n]);
        n++;
      }
  if (genlm_vocab_get_kind (vocab) != GENLM_VOCAB_KIND_BYTES)
    {
      names[n] = "vocab";
      g_value_init (&values[n], GENLM_TYPE_VOCAB);
      g_value_set_boxed (&values[n], vocab);
      n++;
    }
  sibling = g_object_new_with_properties (G_OBJECT_TYPE (self), n, names, values);
  for (i = 0; i < n; i++)
    g_value_unset (&values[i]);
  PRIVATE (sibling)->matcher = matcher;
  return GENLM_POTENTIAL (sibling);
}

static gboolean
check_ready (GenlmBytePotential  *self,
             const char          *what,
             GError             **error)
{
  if (PRIVATE (self)->matcher != NULL)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY,
               "Failed to %s: the %s was not compiled; initialise the element first", what,
               GENLM_BYTE_POTENTIAL_GET_CLASS (self)->subject);
  prefix_label (self, error);
  return FALSE;
}

static GenlmPotential *
genlm_byte_potential_make_spawn (GenlmPotential  *potential,
                                 GError         **error)
{
  GenlmBytePotential *self = GENLM_BYTE_POTENTIAL (potential);

  if (!check_ready (self, "spawn", error))
    return NULL;
  return make_sibling (self, genlm_byte_matcher_ref (PRIVATE (self)->matcher));
}

static GenlmPotential *
genlm_byte_potential_make_coerced (GenlmPotential  *potential,
                                   GenlmVocab      *target,
                                   GError         **error)
{
  GenlmBytePotential *self = GENLM_BYTE_POTENTIAL (potential);

  if (!check_ready (self, "coerce", error))
    return NULL;
  return make_sibling (self, genlm_byte_matcher_coerce (PRIVATE (self)->matcher, target));
}

/* -- the type -------------------------------------------------------------- */

static void
genlm_byte_potential_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  GenlmBytePotentialClass *klass = GENLM_BYTE_POTENTIAL_GET_CLASS (object);
  GenlmBytePotentialPrivate *priv = PRIVATE (object);

  if (prop_id <= klass->n_options)
    {
      if (priv->options == NULL)
        priv->options = g_new0 (char *, klass->n_options + 1);
      priv->options[prop_id] = g_strdup (g_value_get_string (value) != NULL
                                           ? g_value_get_string (value)
                                           : klass->options[prop_id - 1].initial);
      return;
    }
  switch (prop_id)
    {
    case PROP_MAX_STATES:
      priv->limits.max_states = g_value_get_uint (value);
      break;
    case PROP_MAX_MEMORY:
      priv->limits.max_memory = g_value_get_uint64 (value);
      break;
    case PROP_DEADLINE:
      priv->limits.deadline = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* Of an element that is not initialised nothing has a size. */
static GenlmByteMachineSize
get_size (GenlmBytePotential *self)
{
  GenlmByteMachine *machine = genlm_byte_potential_get_machine (self);

  return machine != NULL ? machine->klass->get_size (machine) : (GenlmByteMachineSize) { 0 };
}

static void
genlm_byte_potential_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  GenlmBytePotential *self = GENLM_BYTE_POTENTIAL (object);
  GenlmBytePotentialPrivate *priv = PRIVATE (self);

  if (prop_id <= GENLM_BYTE_POTENTIAL_GET_CLASS (self)->n_options)
    {
      g_value_set_string (value, genlm_byte_potential_get_option (self, prop_id));
      return;
    }
  switch (prop_id)
    {
    case PROP_MAX_STATES:
      g_value_set_uint (value, priv->limits.max_states);
      break;
    case PROP_MAX_MEMORY:
      g_value_set_uint64 (value, priv->limits.max_memory);
      break;
    case PROP_DEADLINE:
      g_value_set_uint (value, priv->limits.deadline);
      break;
    case PROP_N_STATES:
      g_value_set_uint (value, get_size (self).n_states);
      break;
    case PROP_MEMORY:
      g_value_set_uint64 (value, get_size (self).memory);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_byte_potential_finalize (GObject *object)
{
  GenlmBytePotentialPrivate *priv = PRIVATE (object);
  guint id;

  for (id = 1; priv->options != NULL && id <= GENLM_BYTE_POTENTIAL_GET_CLASS (object)->n_options; id++)
    g_free (priv->options[id]);
  g_free (priv->options);
  g_clear_pointer (&priv->matcher, genlm_byte_matcher_unref);

  G_OBJECT_CLASS (genlm_byte_potential_parent_class)->finalize (object);
}

static void
genlm_byte_potential_class_init (GenlmBytePotentialClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = genlm_byte_potential_set_property;
  object_class->get_property = genlm_byte_potential_get_property;
  object_class->finalize = genlm_byte_potential_finalize;
}

static void
genlm_byte_potential_init (GenlmBytePotential *self)
{
}

static void
genlm_byte_potential_initable_iface_init (GInitableIface *iface)
{
  iface->init = genlm_byte_potential_initable_real_init;
}

static void
genlm_byte_potential_potential_iface_init (GenlmPotentialInterface *iface)
{
  default_weigh_mask = iface->weigh_mask;

  iface->get_vocab = genlm_byte_potential_get_vocab;
  iface->weigh_prefix = genlm_byte_potential_weigh_prefix;
  iface->weigh_complete = genlm_byte_potential_weigh_complete;
  iface->weigh_next = genlm_byte_potential_weigh_next;
  iface->weigh_mask = genlm_byte_potential_weigh_mask;
  iface->make_spawn = genlm_byte_potential_make_spawn;
  iface->make_coerced = genlm_byte_potential_make_coerced;
}

/* -- what classes are made with -------------------------------------------- */

/* GObject has no class inherit them. */
static void
inherit_accessors (GObjectClass *object_class)
{
  if (object_class->set_property == NULL)
    object_class->set_property = genlm_byte_potential_set_property;
  if (object_class->get_property == NULL)
    object_class->get_property = genlm_byte_potential_get_property;
}

/* The options of a class, which are kept. */
void
genlm_byte_potential_class_install_options (GenlmBytePotentialClass *klass,
                                            const GenlmByteOption   *options,
                                            guint                    n_options)
{
  guint id;

  g_return_if_fail (n_options < GENLM_BYTE_POTENTIAL_OWN_PROPS);

  inherit_accessors (G_OBJECT_CLASS (klass));
  klass->options = options;
  klass->n_options = n_options;
  for (id = 1; id <= n_options; id++)
    {
      const GenlmByteOption *option = &options[id - 1];

      g_object_class_install_property (
        G_OBJECT_CLASS (klass), id,
        g_param_spec_string (option->name, option->nick, option->blurb, option->initial,
                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS
                               | option->flags));
    }
}

/* The limits of a class, and how large an instance says that it is. */
void
genlm_byte_potential_class_install_limits (GenlmBytePotentialClass    *klass,
                                           const GenlmByteLimitBlurbs *blurbs)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags set = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  GParamFlags told = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  inherit_accessors (object_class);
  g_object_class_install_property (object_class, PROP_MAX_STATES,
                                   g_param_spec_uint ("max-states", "Maximum of states",
                                                      blurbs->max_states, 1, G_MAXUINT,
                                                      GENLM_ENGINE_DEFAULT_MAX_STATES, set));
  g_object_class_install_property (object_class, PROP_MAX_MEMORY,
                                   g_param_spec_uint64 ("max-memory", "Maximum of memory",
                                                        blurbs->max_memory, 1, G_MAXUINT64,
                                                        GENLM_ENGINE_DEFAULT_MAX_MEMORY, set));
  g_object_class_install_property (object_class, PROP_DEADLINE,
                                   g_param_spec_uint ("deadline", "Deadline", blurbs->deadline, 0,
                                                      G_MAXUINT, GENLM_ENGINE_DEFAULT_DEADLINE, set));
  g_object_class_install_property (object_class, PROP_N_STATES,
                                   g_param_spec_uint ("n-states", "Number of states", blurbs->n_states,
                                                      0, G_MAXUINT, 0, told));
  g_object_class_install_property (object_class, PROP_MEMORY,
                                   g_param_spec_uint64 ("memory", "Memory", blurbs->memory, 0,
                                                        G_MAXUINT64, 0, told));
}

/* -- what they are compiled of --------------------------------------------- */

/* NULL if it is unset. */
const char *
genlm_byte_potential_get_option (GenlmBytePotential *self,
                                 guint               id)
{
  GenlmBytePotentialPrivate *priv = PRIVATE (self);

  return priv->options != NULL ? priv->options[id] : NULL;
}

/* The place of an option's value among its choices, when compiling. */
guint
genlm_byte_potential_get_choice (GenlmBytePotential *self,
                                 guint               id)
{
  const char *const *choices = GENLM_BYTE_POTENTIAL_GET_CLASS (self)->options[id - 1].choices;
  guint choice = 0;

  while (strcmp (choices[choice], genlm_byte_potential_get_option (self, id)) != 0)
    choice++;
  return choice;
}

const GenlmEngineLimits *
genlm_byte_potential_peek_limits (GenlmBytePotential *self)
{
  return &PRIVATE (self)->limits;
}

/* NULL if it is not initialised. */
GenlmByteMachine *
genlm_byte_potential_get_machine (GenlmBytePotential *self)
{
  GenlmByteMatcher *matcher = PRIVATE (self)->matcher;

  return matcher != NULL ? genlm_byte_matcher_get_machine (matcher) : NULL;
}

/* What is given as a text or in a file, by the ids of the two options. */
GBytes *
genlm_byte_potential_load_text (GenlmBytePotential  *self,
                                guint                text,
                                guint                file,
                                GCancellable        *cancellable,
                                GError             **error)
{
  GenlmBytePotentialClass *klass = GENLM_BYTE_POTENTIAL_GET_CLASS (self);
  const char *content = genlm_byte_potential_get_option (self, text);
  const char *path = genlm_byte_potential_get_option (self, file);
  g_autoptr (GBytes) bytes = NULL;

  if ((content == NULL) == (path == NULL))
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "%s of the properties “%s” and “%s” is set; set one of them, to the text of the %s "
                   "or to where it is",
                   content == NULL ? "None" : "Each", klass->options[text - 1].name,
                   klass->options[file - 1].name, klass->subject);
      return NULL;
    }
  if (content != NULL)
    {
      bytes = g_bytes_new (content, strlen (content));
      return genlm_text_file_skip_mark (bytes);
    }
  return genlm_text_file_load (path, cancellable, error);
}
