#include "genlm-wcfg-vectors.h"

#include "genlm-wcfg-scratch.h"

/* States that mean more than this at once are not kept as a whole. */
#define MAX_KEY (16u)

/* A whole vector, by what its state reads. */
typedef struct
{
  guint             hash;
  guint             n_readings;
  GenlmWcfgReading *readings;
  GenlmWeights     *weights;
} Vector;

struct _GenlmWcfgVectors
{
  guint64     max_memory;

  GMutex      mutex;
  GHashTable *vectors;
  guint64     memory;
};

static guint
hash_readings (const GenlmWcfgReading *readings,
               guint                   n_readings)
{
  guint hash = n_readings;
  guint i;

  for (i = 0; i < n_readings; i++)
    {
      hash = genlm_wcfg_mix (hash, (guint64) (gsize) readings[i].column);
      hash = genlm_wcfg_mix (hash, ((guint64) readings[i].terminal << 32) | readings[i].state);
      hash = genlm_wcfg_mix_mass (hash, readings[i].mass);
    }
  return hash;
}

/* Of readings that are another's. */
static Vector
make_key (const GenlmWcfgReading *readings,
          guint                   n_readings)
{
  return (Vector) { .hash = hash_readings (readings, n_readings),
                    .n_readings = n_readings,
                    .readings = (GenlmWcfgReading *) readings };
}

static guint
hash_vector (gconstpointer key)
{
  return ((const Vector *) key)->hash;
}

static gboolean
equal_vectors (gconstpointer a,
               gconstpointer b)
{
  const Vector *x = a;
  const Vector *y = b;
  guint i;

  if (x->n_readings != y->n_readings)
    return FALSE;
  for (i = 0; i < x->n_readings; i++)
    if (x->readings[i].column != y->readings[i].column
        || x->readings[i].terminal != y->readings[i].terminal
        || x->readings[i].state != y->readings[i].state
        || !genlm_wcfg_equal_masses (x->readings[i].mass, y->readings[i].mass))
      return FALSE;
  return TRUE;
}

static void
vector_free (gpointer data)
{
  Vector *vector = data;
  guint i;

  for (i = 0; i < vector->n_readings; i++)
    genlm_wcfg_column_unref (vector->readings[i].column);
  g_free (vector->readings);
  genlm_weights_unref (vector->weights);
  g_free (vector);
}

static GHashTable *
make_vectors (void)
{
  return g_hash_table_new_full (hash_vector, equal_vectors, vector_free, NULL);
}

GenlmWcfgVectors *
genlm_wcfg_vectors_new (guint64 max_memory)
{
  GenlmWcfgVectors *self = g_new0 (GenlmWcfgVectors, 1);

  self->max_memory = max_memory;
  g_mutex_init (&self->mutex);
  self->vectors = make_vectors ();
  return self;
}

void
genlm_wcfg_vectors_free (GenlmWcfgVectors *self)
{
  g_hash_table_unref (self->vectors);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* NULL where there is none, and for what means too much at once to be kept. */
GenlmWeights *
genlm_wcfg_vectors_lookup (GenlmWcfgVectors       *self,
                           const GenlmWcfgReading *readings,
                           guint                   n_readings)
{
  Vector key = make_key (readings, n_readings);
  GenlmWeights *weights = NULL;
  Vector *vector;

  if (n_readings > MAX_KEY)
    return NULL;
  g_mutex_lock (&self->mutex);
  vector = g_hash_table_lookup (self->vectors, &key);
  if (vector != NULL)
    weights = genlm_weights_ref (vector->weights);
  g_mutex_unlock (&self->mutex);
  return weights;
}

/* When the bound is passed, all vectors go; they hold columns, and those take
 * a lock of their own when they are freed. */
void
genlm_wcfg_vectors_insert (GenlmWcfgVectors       *self,
                           const GenlmWcfgReading *readings,
                           guint                   n_readings,
                           GenlmWeights           *weights)
{
  Vector key = make_key (readings, n_readings);
  Vector *vector;
  guint64 size = genlm_weights_get_size (weights) * sizeof (double) + sizeof key + 64
                 + n_readings * sizeof (GenlmWcfgReading);
  GHashTable *old = NULL;
  gboolean added = FALSE;
  guint i;

  if (n_readings > MAX_KEY)
    return;
  vector = g_memdup2 (&key, sizeof key);
  vector->readings = g_memdup2 (readings, n_readings * sizeof (GenlmWcfgReading));
  for (i = 0; i < n_readings; i++)
    genlm_wcfg_column_ref (readings[i].column);
  vector->weights = genlm_weights_ref (weights);
  g_mutex_lock (&self->mutex);
  if (self->memory + size > self->max_memory)
    {
      old = self->vectors;
      self->vectors = make_vectors ();
      self->memory = 0;
    }
  if (size <= self->max_memory && !g_hash_table_contains (self->vectors, vector))
    {
      added = g_hash_table_add (self->vectors, vector);
      self->memory += size;
    }
  g_mutex_unlock (&self->mutex);
  if (!added)
    vector_free (vector);
  if (old != NULL)
    g_hash_table_unref (old);
}
