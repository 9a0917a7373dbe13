/* genlm-particle.c: one sequence of a result
 *
 * What SMC leaves when it is done; while it runs, particles are entries of
 * plain arrays.
 */

#define G_LOG_DOMAIN "Genlm-Smc"

#include "genlm-config.h"

#include "genlm-particle-private.h"

#include "genlm-context.h"

#include <math.h>

/**
 * GenlmParticle:
 *
 * A sequence that [class@Smc] drew, with its weight and how it ended.
 *
 * Threads: any; nothing changes after construction.
 *
 * Since: 0.1
 */
struct _GenlmParticle
{
  GObject       parent_instance;

  GenlmVocab   *vocab;
  GenlmContext *context;
  GBytes       *bytes;
  char         *text;
  double        log_weight;
  gboolean      ended;
  GenlmFinish   finish;
  guint         step;
  char         *cause;
};

G_DEFINE_FINAL_TYPE (GenlmParticle, genlm_particle, G_TYPE_OBJECT)

static void
genlm_particle_finalize (GObject *object)
{
  GenlmParticle *self = GENLM_PARTICLE (object);

  g_clear_pointer (&self->cause, g_free);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->context, genlm_context_unref);
  g_clear_pointer (&self->vocab, genlm_vocab_unref);

  G_OBJECT_CLASS (genlm_particle_parent_class)->finalize (object);
}

static void
genlm_particle_class_init (GenlmParticleClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = genlm_particle_finalize;
}

static void
genlm_particle_init (GenlmParticle *self)
{
}

GenlmParticle *
genlm_particle_new (GenlmVocab               *vocab,
                    const GenlmParticleState *state)
{
  GenlmParticle *self = g_object_new (GENLM_TYPE_PARTICLE, NULL);
  const char *data;
  gsize size;

  self->vocab = genlm_vocab_ref (vocab);
  self->context = genlm_context_ref (state->context);
  self->bytes = genlm_vocab_decode (vocab, state->context);
  data = g_bytes_get_data (self->bytes, &size);
  if (size == 0)
    self->text = g_strdup ("");
  else if (g_utf8_validate (data, (gssize) size, NULL))
    self->text = g_strndup (data, size);
  self->log_weight = isnan (state->log_weight) ? -INFINITY : state->log_weight;
  self->ended = state->ended;
  self->finish = state->finish;
  self->step = state->step;
  self->cause = g_strdup (state->cause);
  return self;
}

/**
 * genlm_particle_get_context:
 * @self: a particle
 *
 * Gets the tokens, without the end marker.
 *
 * Returns: (transfer none): the context
 *
 * Since: 0.1
 */
GenlmContext *
genlm_particle_get_context (GenlmParticle *self)
{
  g_return_val_if_fail (GENLM_IS_PARTICLE (self), NULL);

  return self->context;
}

/**
 * genlm_particle_dup_tokens:
 * @self: a particle
 *
 * Gets the bytes of each token, without the end marker.
 *
 * Returns: (transfer full): a variant of type `aay`
 *
 * Since: 0.1
 */
GVariant *
genlm_particle_dup_tokens (GenlmParticle *self)
{
  GVariantBuilder builder;
  g_autofree guint32 *tokens = NULL;
  gsize n;

  g_return_val_if_fail (GENLM_IS_PARTICLE (self), NULL);

  tokens = genlm_context_dup_tokens (self->context, &n);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aay"));
  for (gsize i = 0; i < n; i++)
    {
      gsize length;
      const guint8 *data = genlm_vocab_peek_token (self->vocab, tokens[i], &length);

      g_variant_builder_add_value (&builder,
                                   g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, data, length, 1));
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/**
 * genlm_particle_get_bytes:
 * @self: a particle
 *
 * Gets the bytes of all tokens, one after the other.
 *
 * Returns: (transfer none): the bytes
 *
 * Since: 0.1
 */
GBytes *
genlm_particle_get_bytes (GenlmParticle *self)
{
  g_return_val_if_fail (GENLM_IS_PARTICLE (self), NULL);

  return self->bytes;
}

/**
 * genlm_particle_get_text:
 * @self: a particle
 *
 * Gets the sequence as text.
 *
 * Returns: (transfer none) (nullable): the text, %NULL if the bytes are not
 *   valid UTF-8 or hold a zero
 *
 * Since: 0.1
 */
const char *
genlm_particle_get_text (GenlmParticle *self)
{
  g_return_val_if_fail (GENLM_IS_PARTICLE (self), NULL);

  return self->text;
}

/**
 * genlm_particle_get_ended:
 * @self: a particle
 *
 * Gets whether the sequence ends in the end marker. Every one of positive weight
 * does.
 *
 * Returns: whether it ended
 *
 * Since: 0.1
 */
gboolean
genlm_particle_get_ended (GenlmParticle *self)
{
  g_return_val_if_fail (GENLM_IS_PARTICLE (self), FALSE);

  return self->ended;
}

/**
 * genlm_particle_get_log_weight:
 * @self: a particle
 *
 * Gets the importance weight.
 *
 * Returns: the weight in nats, `-inf` if the particle is dead
 *
 * Since: 0.1
 */
double
genlm_particle_get_log_weight (GenlmParticle *self)
{
  g_return_val_if_fail (GENLM_IS_PARTICLE (self), -INFINITY);

  return self->log_weight;
}

/**
 * genlm_particle_get_finish:
 * @self: a particle
 *
 * Gets why the particle stopped.
 *
 * Returns: the reason
 *
 * Since: 0.1
 */
GenlmFinish
genlm_particle_get_finish (GenlmParticle *self)
{
  g_return_val_if_fail (GENLM_IS_PARTICLE (self), GENLM_FINISH_DEAD);

  return self->finish;
}

/**
 * genlm_particle_get_step:
 * @self: a particle
 *
 * Gets the step at which the particle stopped.
 *
 * Returns: the step, from 1
 *
 * Since: 0.1
 */
guint
genlm_particle_get_step (GenlmParticle *self)
{
  g_return_val_if_fail (GENLM_IS_PARTICLE (self), 0);

  return self->step;
}

/**
 * genlm_particle_get_cause:
 * @self: a particle
 *
 * Gets what killed the particle: which potential, and at which step.
 *
 * Returns: (transfer none) (nullable): the cause, %NULL if the particle is not dead
 *
 * Since: 0.1
 */
const char *
genlm_particle_get_cause (GenlmParticle *self)
{
  g_return_val_if_fail (GENLM_IS_PARTICLE (self), NULL);

  return self->cause;
}
