/* A potential that costs a known amount: steps of a loop for each weight, and
 * for next weights either a cheap loop or the softmax that a model ends with. */

#include "bench-work.h"

#include "spin.h"

#include <string.h>

struct _BenchWork
{
  GenlmPotentialBase parent_instance;

  guint64  n_steps;
  guint32  n_tokens;
  gboolean softmax;
  float   *logits;
};

enum
{
  PROP_STEPS = 1,
  PROP_TOKENS,
  PROP_SOFTMAX,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void potential_iface_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BenchWork, bench_work, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, potential_iface_init))

static gboolean
bench_work_weigh (GenlmPotential  *potential,
                  GenlmContext    *context,
                  double          *out,
                  GError         **error)
{
  BenchWork *self = BENCH_WORK (potential);

  /* Never 1, but nobody else knows. */
  *out = self->n_steps > 0 && bench_spin (self->n_steps) == 1 ? -1.0 : 0.0;
  return TRUE;
}

static GenlmWeights *
bench_work_weigh_next (GenlmPotential  *potential,
                       GenlmContext    *context,
                       GError         **error)
{
  BenchWork *self = BENCH_WORK (potential);
  double start = (double) genlm_context_get_length (context);
  double *values;
  GenlmWeights *weights;

  if (self->softmax)
    return genlm_weights_new_from_logits (self->logits, self->n_tokens + 1, 1.0, NULL, self->n_tokens,
                                          &self->n_tokens, 1, error);
  weights = genlm_weights_new_uninit (self->n_tokens + 1, &values);
  for (guint32 i = 0; i <= self->n_tokens; i++)
    values[i] = start - (double) (int) (i & 0xffffu);
  return weights;
}

static void
potential_iface_init (GenlmPotentialInterface *iface)
{
  iface->weigh_prefix = bench_work_weigh;
  iface->weigh_complete = bench_work_weigh;
  iface->weigh_next = bench_work_weigh_next;
}

/* Tokens "t0 ", "t1 ", ... */
static GenlmVocab *
make_vocab (guint n_tokens)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree guint32 *offsets = g_new (guint32, n_tokens + 1);
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < n_tokens; i++)
    {
      offsets[i] = (guint32) text->len;
      g_string_append_printf (text, "t%u ", i);
    }
  offsets[n_tokens] = (guint32) text->len;
  bytes = g_bytes_new (text->str, text->len);
  return genlm_vocab_new_flat (bytes, offsets, n_tokens + 1, NULL, NULL);
}

static void
bench_work_constructed (GObject *object)
{
  BenchWork *self = BENCH_WORK (object);

  G_OBJECT_CLASS (bench_work_parent_class)->constructed (object);

  if (self->n_tokens > 0)
    {
      g_autoptr (GenlmVocab) vocab = make_vocab (self->n_tokens);

      genlm_potential_base_set_vocab (GENLM_POTENTIAL_BASE (self), vocab);
    }
  if (self->softmax)
    {
      self->logits = g_new (float, (gsize) self->n_tokens + 1);
      for (guint i = 0; i <= self->n_tokens; i++)
        self->logits[i] = (float) (i % 97) / 8;
    }
}

static void
bench_work_finalize (GObject *object)
{
  g_free (BENCH_WORK (object)->logits);

  G_OBJECT_CLASS (bench_work_parent_class)->finalize (object);
}

static void
bench_work_get_property (GObject    *object,
                         guint       property_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  BenchWork *self = BENCH_WORK (object);

  switch (property_id)
    {
    case PROP_STEPS:
      g_value_set_uint64 (value, self->n_steps);
      break;
    case PROP_TOKENS:
      g_value_set_uint (value, self->n_tokens);
      break;
    case PROP_SOFTMAX:
      g_value_set_boolean (value, self->softmax);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
bench_work_set_property (GObject      *object,
                         guint         property_id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  BenchWork *self = BENCH_WORK (object);

  switch (property_id)
    {
    case PROP_STEPS:
      self->n_steps = g_value_get_uint64 (value);
      break;
    case PROP_TOKENS:
      self->n_tokens = g_value_get_uint (value);
      break;
    case PROP_SOFTMAX:
      self->softmax = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
bench_work_class_init (BenchWorkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = bench_work_constructed;
  object_class->finalize = bench_work_finalize;
  object_class->get_property = bench_work_get_property;
  object_class->set_property = bench_work_set_property;

  properties[PROP_STEPS] =
    g_param_spec_uint64 ("steps", NULL, "Steps of a loop for each weight", 0, G_MAXUINT64, 0, flags);
  properties[PROP_TOKENS] =
    g_param_spec_uint ("tokens", NULL, "Tokens of the vocabulary; 0 for bytes", 0, 1000000, 0, flags);
  properties[PROP_SOFTMAX] =
    g_param_spec_boolean ("softmax", NULL, "Whether next weights are normalised", FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  genlm_potential_base_class_set_traits (GENLM_POTENTIAL_BASE_CLASS (klass),
                                         GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE);
  genlm_potential_base_class_set_metadata (GENLM_POTENTIAL_BASE_CLASS (klass), "Work", "Potential/Benchmark",
                                           "Costs a known amount", "The benchmarks");
}

static void
bench_work_init (BenchWork *self)
{
}

GENLM_ELEMENT_REGISTER_DEFINE (bench_work, "bench-work", GENLM_RANK_PRIMARY, BENCH_TYPE_WORK)
