/* genlm-sequences.c: the result of a run
 *
 * Weighted sequences and what follows from the weights. All sums are made once,
 * at construction; nothing changes afterwards.
 */

#define G_LOG_DOMAIN "Genlm-Smc"

#include "genlm-config.h"

#include "genlm-sequences-private.h"

#include "genlm-context.h"
#include "genlm-particle-private.h"
#include "genlm-weights.h"

#include <math.h>

/**
 * GenlmSequences:
 *
 * The particles of a run of [class@Smc], and the posterior that they stand for.
 *
 * A list model of [class@Particle], in the order of the slots.
 *
 * Threads: any; nothing changes after construction.
 *
 * Source: `Sequences` of genlm-control.
 *
 * Since: 0.1
 */
struct _GenlmSequences
{
  GObject          parent_instance;

  GenlmVocab      *vocab;
  GPtrArray       *particles;
  GenlmRunSummary  summary;
  double           log_total;
  double           ess;
  GVariant        *posterior;
  GVariant        *token_posterior;
};

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmSequences, genlm_sequences, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

/* -- posteriors -- */

/* Particles that are one sequence, and their summed weight. */
typedef struct
{
  GenlmParticle *particle;  /* the first of them */
  double         weight;
} Entry;

static int
compare_entries (gconstpointer a,
                 gconstpointer b)
{
  const Entry *x = a;
  const Entry *y = b;

  return (x->weight < y->weight) - (x->weight > y->weight);
}

static guint
hash_tokens (gconstpointer particle)
{
  return genlm_context_hash (genlm_particle_get_context ((GenlmParticle *) particle));
}

static gboolean
equal_tokens (gconstpointer a,
              gconstpointer b)
{
  GenlmParticle *x = (GenlmParticle *) a;
  GenlmParticle *y = (GenlmParticle *) b;

  return genlm_particle_get_ended (x) == genlm_particle_get_ended (y) &&
         genlm_context_equal (genlm_particle_get_context (x), genlm_particle_get_context (y));
}

static guint
hash_text (gconstpointer particle)
{
  return g_str_hash (genlm_particle_get_text ((GenlmParticle *) particle));
}

static gboolean
equal_text (gconstpointer a,
            gconstpointer b)
{
  return g_str_equal (genlm_particle_get_text ((GenlmParticle *) a),
                      genlm_particle_get_text ((GenlmParticle *) b));
}

static gboolean
is_anything (GenlmParticle *particle)
{
  return TRUE;
}

static gboolean
is_text (GenlmParticle *particle)
{
  return genlm_particle_get_ended (particle) &&
         genlm_particle_get_text (particle) != NULL &&
         genlm_particle_get_log_weight (particle) > -INFINITY;
}

/* Gathers equal particles among those that @wanted takes. Their weights are
 * relative to all particles; the heaviest comes first, equal ones in order of
 * appearance. */
static GArray *
gather (GenlmSequences *self,
        gboolean      (*wanted) (GenlmParticle *),
        GHashFunc       hash,
        GEqualFunc      equal)
{
  g_autoptr (GHashTable) places = g_hash_table_new (hash, equal);
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (Entry));

  for (guint i = 0; i < self->particles->len; i++)
    {
      GenlmParticle *particle = g_ptr_array_index (self->particles, i);
      double weight = genlm_sequences_get_probability (self, i);
      gpointer place;

      if (!wanted (particle))
        continue;

      if (g_hash_table_lookup_extended (places, particle, NULL, &place))
        {
          g_array_index (entries, Entry, GPOINTER_TO_UINT (place)).weight += weight;
        }
      else
        {
          Entry entry = { particle, weight };

          g_hash_table_insert (places, particle, GUINT_TO_POINTER (entries->len));
          g_array_append_val (entries, entry);
        }
    }

  g_array_sort (entries, compare_entries);
  return entries;
}

static GVariant *
make_posterior (GenlmSequences *self)
{
  g_autoptr (GArray) entries = gather (self, is_text, hash_text, equal_text);
  GVariantBuilder builder;
  double total = 0.0;

  for (guint i = 0; i < entries->len; i++)
    total += g_array_index (entries, Entry, i).weight;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sd)"));
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = &g_array_index (entries, Entry, i);

      g_variant_builder_add (&builder, "(sd)", genlm_particle_get_text (entry->particle),
                             total > 0.0 ? entry->weight / total : 0.0);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static GVariant *
make_token_posterior (GenlmSequences *self)
{
  g_autoptr (GArray) entries = gather (self, is_anything, hash_tokens, equal_tokens);
  guint32 eos = genlm_vocab_get_eos (self->vocab);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(aud)"));
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = &g_array_index (entries, Entry, i);
      g_autofree guint32 *tokens = NULL;
      gsize n;

      tokens = genlm_context_dup_tokens (genlm_particle_get_context (entry->particle), &n);
      g_variant_builder_open (&builder, G_VARIANT_TYPE ("(aud)"));
      g_variant_builder_open (&builder, G_VARIANT_TYPE ("au"));
      for (gsize k = 0; k < n; k++)
        g_variant_builder_add (&builder, "u", tokens[k]);
      if (genlm_particle_get_ended (entry->particle))
        g_variant_builder_add (&builder, "u", eos);
      g_variant_builder_close (&builder);
      g_variant_builder_add (&builder, "d", entry->weight);
      g_variant_builder_close (&builder);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* -- the object -- */

static GType
genlm_sequences_get_item_type (GListModel *list)
{
  return GENLM_TYPE_PARTICLE;
}

static guint
genlm_sequences_get_n_items (GListModel *list)
{
  return GENLM_SEQUENCES (list)->particles->len;
}

static gpointer
genlm_sequences_get_item (GListModel *list,
                          guint       position)
{
  GenlmSequences *self = GENLM_SEQUENCES (list);

  if (position >= self->particles->len)
    return NULL;
  return g_object_ref (g_ptr_array_index (self->particles, position));
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = genlm_sequences_get_item_type;
  iface->get_n_items = genlm_sequences_get_n_items;
  iface->get_item = genlm_sequences_get_item;
}

static void
genlm_sequences_finalize (GObject *object)
{
  GenlmSequences *self = GENLM_SEQUENCES (object);

  g_clear_pointer (&self->token_posterior, g_variant_unref);
  g_clear_pointer (&self->posterior, g_variant_unref);
  g_clear_pointer (&self->particles, g_ptr_array_unref);
  g_clear_pointer (&self->vocab, genlm_vocab_unref);

  G_OBJECT_CLASS (genlm_sequences_parent_class)->finalize (object);
}

static void
genlm_sequences_class_init (GenlmSequencesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = genlm_sequences_finalize;
}

static void
genlm_sequences_init (GenlmSequences *self)
{
}

static void
sum_weights (GenlmSequences *self)
{
  gsize n = self->particles->len;
  g_autofree double *weights = g_new (double, n);
  double squares = 0.0;

  for (gsize i = 0; i < n; i++)
    weights[i] = genlm_particle_get_log_weight (g_ptr_array_index (self->particles, i));
  self->log_total = genlm_logsumexp (weights, n);

  for (guint i = 0; i < n; i++)
    {
      double p = genlm_sequences_get_probability (self, i);

      squares += p * p;
    }
  self->ess = squares > 0.0 ? MIN (1.0 / squares, (double) n) : 0.0;
}

GenlmSequences *
genlm_sequences_new (GenlmVocab            *vocab,
                     GPtrArray             *particles,
                     const GenlmRunSummary *summary)
{
  GenlmSequences *self = g_object_new (GENLM_TYPE_SEQUENCES, NULL);

  self->vocab = genlm_vocab_ref (vocab);
  self->particles = particles;
  self->summary = *summary;
  sum_weights (self);
  self->posterior = make_posterior (self);
  self->token_posterior = make_token_posterior (self);
  return self;
}

/**
 * genlm_sequences_get_size:
 * @self: a result
 *
 * Gets the number of particles.
 *
 * Returns: how many
 *
 * Since: 0.1
 */
guint
genlm_sequences_get_size (GenlmSequences *self)
{
  g_return_val_if_fail (GENLM_IS_SEQUENCES (self), 0);

  return self->particles->len;
}

/**
 * genlm_sequences_get_particle:
 * @self: a result
 * @index: below the size
 *
 * Gets one particle.
 *
 * Returns: (transfer none): the particle
 *
 * Since: 0.1
 */
GenlmParticle *
genlm_sequences_get_particle (GenlmSequences *self,
                              guint           index)
{
  g_return_val_if_fail (GENLM_IS_SEQUENCES (self), NULL);
  g_return_val_if_fail (index < self->particles->len, NULL);

  return g_ptr_array_index (self->particles, index);
}

/**
 * genlm_sequences_get_posterior:
 * @self: a result
 *
 * Gets the texts and their probabilities, the most probable first.
 *
 * Only sequences that end in the end marker, have a weight and are text count,
 * and their probabilities sum to one. If there are none, the list is empty.
 *
 * Returns: (transfer none): a variant of type `a(sd)`
 *
 * Since: 0.1
 */
GVariant *
genlm_sequences_get_posterior (GenlmSequences *self)
{
  g_return_val_if_fail (GENLM_IS_SEQUENCES (self), NULL);

  return self->posterior;
}

/**
 * genlm_sequences_get_token_posterior:
 * @self: a result
 *
 * Gets the sequences of token ids and their probabilities, the most probable
 * first.
 *
 * All particles count. A sequence that ended has the end marker's id at its end.
 * If all weights are zero, so are the probabilities.
 *
 * Returns: (transfer none): a variant of type `a(aud)`
 *
 * Since: 0.1
 */
GVariant *
genlm_sequences_get_token_posterior (GenlmSequences *self)
{
  g_return_val_if_fail (GENLM_IS_SEQUENCES (self), NULL);

  return self->token_posterior;
}

/**
 * genlm_sequences_get_log_evidence:
 * @self: a result
 *
 * Gets the estimate of the log marginal likelihood: of the total weight of all
 * sequences within the limit of length. Its exponential is right on average.
 *
 * Returns: the mean weight as a logarithm in nats; `-inf` if all are dead
 *
 * Since: 0.1
 */
double
genlm_sequences_get_log_evidence (GenlmSequences *self)
{
  g_return_val_if_fail (GENLM_IS_SEQUENCES (self), -INFINITY);

  if (self->particles->len == 0)
    return -INFINITY;
  return self->log_total - log (self->particles->len);
}

/**
 * genlm_sequences_get_log_total:
 * @self: a result
 *
 * Gets the sum of the weights.
 *
 * Returns: the sum as a logarithm in nats; `-inf` if all are dead
 *
 * Since: 0.1
 */
double
genlm_sequences_get_log_total (GenlmSequences *self)
{
  g_return_val_if_fail (GENLM_IS_SEQUENCES (self), -INFINITY);

  return self->log_total;
}

/**
 * genlm_sequences_get_ess:
 * @self: a result
 *
 * Gets the effective sample size: how many particles of equal weight would say
 * as much.
 *
 * Returns: between 1 and the size; 0 if all are dead
 *
 * Since: 0.1
 */
double
genlm_sequences_get_ess (GenlmSequences *self)
{
  g_return_val_if_fail (GENLM_IS_SEQUENCES (self), 0.0);

  return self->ess;
}

/**
 * genlm_sequences_get_probability:
 * @self: a result
 * @index: below the size
 *
 * Gets the normalised weight of one particle.
 *
 * Returns: the part of the total weight, 0 if all are dead
 *
 * Since: 0.1
 */
double
genlm_sequences_get_probability (GenlmSequences *self,
                                 guint           index)
{
  g_return_val_if_fail (GENLM_IS_SEQUENCES (self), 0.0);
  g_return_val_if_fail (index < self->particles->len, 0.0);

  if (self->log_total == -INFINITY)
    return 0.0;
  return exp (genlm_particle_get_log_weight (g_ptr_array_index (self->particles, index)) -
              self->log_total);
}

/**
 * genlm_sequences_get_seed:
 * @self: a result
 *
 * Gets the seed that repeats the run.
 *
 * Returns: the seed
 *
 * Since: 0.1
 */
guint64
genlm_sequences_get_seed (GenlmSequences *self)
{
  g_return_val_if_fail (GENLM_IS_SEQUENCES (self), 0);

  return self->summary.seed;
}

/**
 * genlm_sequences_get_n_steps:
 * @self: a result
 *
 * Gets how many steps the run took.
 *
 * Returns: the number of steps
 *
 * Since: 0.1
 */
guint
genlm_sequences_get_n_steps (GenlmSequences *self)
{
  g_return_val_if_fail (GENLM_IS_SEQUENCES (self), 0);

  return self->summary.n_steps;
}

/**
 * genlm_sequences_get_n_resamplings:
 * @self: a result
 *
 * Gets how often the particles were drawn anew.
 *
 * Returns: the number of resamplings
 *
 * Since: 0.1
 */
guint
genlm_sequences_get_n_resamplings (GenlmSequences *self)
{
  g_return_val_if_fail (GENLM_IS_SEQUENCES (self), 0);

  return self->summary.n_resamplings;
}

/**
 * genlm_sequences_get_n_deaths:
 * @self: a result
 *
 * Gets how many particles died during the run, those included that resampling
 * replaced.
 *
 * Returns: the number of deaths
 *
 * Since: 0.1
 */
guint64
genlm_sequences_get_n_deaths (GenlmSequences *self)
{
  g_return_val_if_fail (GENLM_IS_SEQUENCES (self), 0);

  return self->summary.n_deaths;
}

/**
 * genlm_sequences_get_n_tokens:
 * @self: a result
 *
 * Gets how many tokens were drawn by all particles together, end markers
 * included.
 *
 * Returns: the number of tokens
 *
 * Since: 0.1
 */
guint64
genlm_sequences_get_n_tokens (GenlmSequences *self)
{
  g_return_val_if_fail (GENLM_IS_SEQUENCES (self), 0);

  return self->summary.n_tokens;
}

/**
 * genlm_sequences_get_total_seconds:
 * @self: a result
 *
 * Gets how long the run took.
 *
 * Returns: wall-clock seconds
 *
 * Since: 0.1
 */
double
genlm_sequences_get_total_seconds (GenlmSequences *self)
{
  g_return_val_if_fail (GENLM_IS_SEQUENCES (self), 0.0);

  return self->summary.total_seconds;
}

/**
 * genlm_sequences_get_model_seconds:
 * @self: a result
 *
 * Gets how long the run waited for the model, from asking to being answered:
 * the potential and the proposal of its sampler.
 *
 * Two runs at once that share a sampler share its time.
 *
 * Returns: wall-clock seconds
 *
 * Since: 0.1
 */
double
genlm_sequences_get_model_seconds (GenlmSequences *self)
{
  g_return_val_if_fail (GENLM_IS_SEQUENCES (self), 0.0);

  return self->summary.model_seconds;
}

/**
 * genlm_sequences_get_constraint_seconds:
 * @self: a result
 *
 * Gets how long the run waited for the constraint: the condition of its sampler
 * and the critic.
 *
 * Returns: wall-clock seconds
 *
 * Since: 0.1
 */
double
genlm_sequences_get_constraint_seconds (GenlmSequences *self)
{
  g_return_val_if_fail (GENLM_IS_SEQUENCES (self), 0.0);

  return self->summary.constraint_seconds;
}
