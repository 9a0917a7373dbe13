/* The usual parent of a potential: holds what every element has, a vocabulary,
 * a name, traits and a deadline.
 *
 * It does not implement the interface itself. A subclass says that it does,
 * and gets the defaults; a language that forgot could otherwise write its
 * functions into the vtable of everybody (PyGObject and gjs do that with
 * inherited interfaces). */

#define G_LOG_DOMAIN "Genlm-Potential"

#include "genlm-potential-base-private.h"
#include "genlm-element.h"
#include "genlm-enums.h"
#include "genlm-potential-private.h"

/**
 * GenlmPotentialBase:
 *
 * The usual parent of a potential: holds a vocabulary, a name, traits and a
 * deadline.
 *
 * The class does not implement [iface@Potential] itself: a subclass says that it
 * does and overrides `weigh_prefix` and `weigh_complete`; everything else has a
 * default. What the traits promise is set for the class or for the instance.
 *
 * Threads: a potential belongs to the main context that was thread-default when it
 * was made.
 *
 * Since: 0.1
 */
typedef struct
{
  GenlmVocab  *vocab;
  char        *name;
  GenlmTraits  traits;
  guint        timeout;
} GenlmPotentialBasePrivate;

enum
{
  PROP_0,
  PROP_NAME,
  PROP_VOCAB,
  PROP_TIMEOUT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (GenlmPotentialBase, genlm_potential_base, G_TYPE_OBJECT)

#define PRIVATE(self) ((GenlmPotentialBasePrivate *) genlm_potential_base_get_instance_private (GENLM_POTENTIAL_BASE (self)))

static void
genlm_potential_base_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  GenlmPotentialBasePrivate *priv = PRIVATE (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, priv->name);
      break;
    case PROP_VOCAB:
      g_value_set_boxed (value, priv->vocab);
      break;
    case PROP_TIMEOUT:
      g_value_set_uint (value, priv->timeout);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_potential_base_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  GenlmPotentialBase *self = GENLM_POTENTIAL_BASE (object);

  switch (prop_id)
    {
    case PROP_NAME:
      genlm_potential_base_set_name (self, g_value_get_string (value));
      break;
    case PROP_VOCAB:
      if (g_value_get_boxed (value) != NULL)
        genlm_potential_base_set_vocab (self, g_value_get_boxed (value));
      break;
    case PROP_TIMEOUT:
      genlm_potential_base_set_timeout (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_potential_base_constructed (GObject *object)
{
  G_OBJECT_CLASS (genlm_potential_base_parent_class)->constructed (object);

  if (GENLM_IS_POTENTIAL (object))
    genlm_potential_claim (GENLM_POTENTIAL (object));
}

static void
genlm_potential_base_finalize (GObject *object)
{
  GenlmPotentialBasePrivate *priv = PRIVATE (object);

  g_free (priv->name);
  g_clear_pointer (&priv->vocab, genlm_vocab_unref);

  G_OBJECT_CLASS (genlm_potential_base_parent_class)->finalize (object);
}

static void
genlm_potential_base_class_init (GenlmPotentialBaseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = genlm_potential_base_get_property;
  object_class->set_property = genlm_potential_base_set_property;
  object_class->constructed = genlm_potential_base_constructed;
  object_class->finalize = genlm_potential_base_finalize;

  /**
   * GenlmPotentialBase:name:
   *
   * A name for messages, and for references in pipeline descriptions.
   *
   * Since: 0.1
   */
  properties[PROP_NAME] =
    g_param_spec_string ("name", "Name", "A name for messages and for references in descriptions", NULL,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  /**
   * GenlmPotentialBase:vocab:
   *
   * The vocabulary. It can be set once.
   *
   * A potential that is made without one, and is not a [iface@Gio.Initable],
   * is over the byte vocabulary.
   *
   * Since: 0.1
   */
  properties[PROP_VOCAB] =
    g_param_spec_boxed ("vocab", "Vocabulary", "The tokens that contexts are made of; bytes if unset",
                        GENLM_TYPE_VOCAB,
                        G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
  /**
   * GenlmPotentialBase:timeout:
   *
   * How many milliseconds an asynchronous request may take before it fails
   * with %GENLM_POTENTIAL_ERROR_TIMED_OUT; 0 for ever.
   *
   * Since: 0.1
   */
  properties[PROP_TIMEOUT] =
    g_param_spec_uint ("timeout", "Timeout", "Milliseconds that an asynchronous request may take; 0 for ever",
                       0, G_MAXUINT, 0,
                       G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
genlm_potential_base_init (GenlmPotentialBase *self)
{
}

GenlmVocab *
genlm_potential_base_peek_vocab (GenlmPotentialBase *self)
{
  GenlmPotentialBasePrivate *priv = PRIVATE (self);

  if (priv->vocab == NULL && !G_IS_INITABLE (self))
    return genlm_vocab_bytes ();
  return priv->vocab;
}

GenlmTraits
genlm_potential_base_peek_traits (GenlmPotentialBase *self)
{
  return GENLM_POTENTIAL_BASE_GET_CLASS (self)->traits | PRIVATE (self)->traits;
}

guint
genlm_potential_base_peek_timeout (GenlmPotentialBase *self)
{
  return PRIVATE (self)->timeout;
}

/**
 * genlm_potential_base_class_set_metadata:
 * @klass: the class
 * @long_name: a name for people, such as `Regular expression`
 * @class_path: what it is, from the general to the special: `Potential/Constraint`
 * @description: one sentence
 * @author: who wrote it
 *
 * Says what the tools show of an element. Called in `class_init`.
 *
 * Since: 0.1
 */
void
genlm_potential_base_class_set_metadata (GenlmPotentialBaseClass *klass,
                                         const char              *long_name,
                                         const char              *class_path,
                                         const char              *description,
                                         const char              *author)
{
  genlm_element_class_set_metadata (G_OBJECT_CLASS (klass), long_name, class_path, description, author);
}

/**
 * genlm_potential_base_class_set_traits:
 * @klass: the class
 * @traits: what every instance promises
 *
 * Says what the potentials of a class promise. Called in `class_init`; the
 * alternative is to override [vfunc@Potential.get_traits].
 *
 * Since: 0.1
 */
void
genlm_potential_base_class_set_traits (GenlmPotentialBaseClass *klass,
                                       GenlmTraits              traits)
{
  g_return_if_fail (GENLM_IS_POTENTIAL_BASE_CLASS (klass));

  klass->traits = traits;
}

/**
 * genlm_potential_base_set_vocab:
 * @self: a potential
 * @vocab: its vocabulary
 *
 * Sets the vocabulary, once, before the potential is first asked.
 *
 * Since: 0.1
 */
void
genlm_potential_base_set_vocab (GenlmPotentialBase *self,
                                GenlmVocab         *vocab)
{
  GenlmPotentialBasePrivate *priv = PRIVATE (self);

  g_return_if_fail (GENLM_IS_POTENTIAL_BASE (self));
  g_return_if_fail (vocab != NULL);
  g_return_if_fail (priv->vocab == NULL || genlm_vocab_equal (priv->vocab, vocab));

  if (priv->vocab != NULL)
    return;
  priv->vocab = genlm_vocab_ref (vocab);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VOCAB]);
}

/**
 * genlm_potential_base_set_traits:
 * @self: a potential
 * @traits: what this instance promises beyond its class
 *
 * Says what a potential promises.
 *
 * Threads: before anybody asks the potential.
 *
 * Since: 0.1
 */
void
genlm_potential_base_set_traits (GenlmPotentialBase *self,
                                 GenlmTraits         traits)
{
  g_return_if_fail (GENLM_IS_POTENTIAL_BASE (self));

  PRIVATE (self)->traits = traits;
}

/**
 * genlm_potential_base_get_name: (get-property name)
 * @self: a potential
 *
 * Gets the name.
 *
 * Returns: (nullable): the name
 * Since: 0.1
 */
const char *
genlm_potential_base_get_name (GenlmPotentialBase *self)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL_BASE (self), NULL);

  return PRIVATE (self)->name;
}

/**
 * genlm_potential_base_set_name: (set-property name)
 * @self: a potential
 * @name: (nullable): a name for messages
 *
 * Sets the name.
 *
 * Threads: before others ask the potential.
 *
 * Since: 0.1
 */
void
genlm_potential_base_set_name (GenlmPotentialBase *self,
                               const char         *name)
{
  GenlmPotentialBasePrivate *priv = PRIVATE (self);

  g_return_if_fail (GENLM_IS_POTENTIAL_BASE (self));

  if (g_strcmp0 (priv->name, name) == 0)
    return;
  g_free (priv->name);
  priv->name = g_strdup (name);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

/**
 * genlm_potential_base_get_timeout: (get-property timeout)
 * @self: a potential
 *
 * Gets how long an asynchronous request may take.
 *
 * Returns: milliseconds, 0 for ever
 * Since: 0.1
 */
guint
genlm_potential_base_get_timeout (GenlmPotentialBase *self)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL_BASE (self), 0);

  return PRIVATE (self)->timeout;
}

/**
 * genlm_potential_base_set_timeout: (set-property timeout)
 * @self: a potential
 * @milliseconds: how long an asynchronous request may take, 0 for ever
 *
 * Sets how long an asynchronous request may take. It counts for requests that
 * are made from now on.
 *
 * Since: 0.1
 */
void
genlm_potential_base_set_timeout (GenlmPotentialBase *self,
                                  guint               milliseconds)
{
  GenlmPotentialBasePrivate *priv = PRIVATE (self);

  g_return_if_fail (GENLM_IS_POTENTIAL_BASE (self));

  if (priv->timeout == milliseconds)
    return;
  priv->timeout = milliseconds;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TIMEOUT]);
}
