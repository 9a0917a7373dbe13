/* Random walks over what a potential allows, by its weights: what it is asked
 * about in real use.
 *
 * Each context that is drawn is a new node, one token longer than one of the
 * walk, as the particles of a sampler are: what the potential keeps for the
 * walk is there, and nothing for what is drawn. */
#include "genlm-bench-contexts.h"

#include "genlm-bench-measure.h"

#define MAX_PLACES 64
#define MAX_LENGTH 64
#define N_TOKENS 32

/* A context of the walk, and tokens that may follow it. */
typedef struct
{
  GenlmContext *context;
  guint32       tokens[N_TOKENS];
  guint         n_tokens;
} Place;

struct _GenlmBenchContexts
{
  GArray      *places;
  GenlmRandom *random;
  guint32      n_drawn;
};

static void
place_clear (gpointer data)
{
  genlm_context_unref (((Place *) data)->context);
}

static double
draw_number (GenlmBenchContexts *self)
{
  return genlm_random_uniform (self->random, 0, self->n_drawn++);
}

static guint
draw_index (GenlmBenchContexts *self,
            guint               n)
{
  return MIN ((guint) (draw_number (self) * n), n - 1);
}

/* Returns the token that goes on, which may be the end. */
static guint32
add_place (GenlmBenchContexts *self,
           GenlmContext       *context,
           GenlmWeights       *weights)
{
  guint32 eos = (guint32) genlm_weights_get_size (weights) - 1;
  guint32 token = eos, first = eos;
  Place place = { .context = genlm_context_ref (context) };

  for (guint i = 0; i < N_TOKENS; i++)
    {
      if (!genlm_weights_sample (weights, draw_number (self), &token, NULL))
        break;
      if (i == 0)
        first = token;
      if (token != eos)
        place.tokens[place.n_tokens++] = token;
    }
  g_array_append_val (self->places, place);
  return first;
}

/* Goes on until there are enough places, or for so long. */
static gboolean
walk (GenlmBenchContexts  *self,
      GenlmPotential      *potential,
      double               seconds,
      GCancellable        *cancellable,
      GError             **error)
{
  gint64 end = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
  g_autoptr (GenlmContext) context = genlm_context_new ();

  do
    {
      g_autoptr (GenlmWeights) weights = genlm_bench_ask_next (potential, context, cancellable, error);
      GenlmContext *next;
      guint32 token;

      if (weights == NULL)
        {
          g_prefix_error (error, "Failed to find contexts to measure with: ");
          return FALSE;
        }
      token = add_place (self, context, weights);
      next = token == genlm_weights_get_size (weights) - 1 || genlm_context_get_length (context) == MAX_LENGTH
               ? genlm_context_new () : genlm_context_append (context, token);
      genlm_context_unref (context);
      context = next;
    }
  while (self->places->len < MAX_PLACES && g_get_monotonic_time () < end);
  return TRUE;
}

GenlmBenchContexts *
genlm_bench_contexts_new (GenlmPotential  *potential,
                          guint64          seed,
                          double           seconds,
                          GCancellable    *cancellable,
                          GError         **error)
{
  g_autoptr (GenlmBenchContexts) self = g_new0 (GenlmBenchContexts, 1);

  self->places = g_array_new (FALSE, FALSE, sizeof (Place));
  g_array_set_clear_func (self->places, place_clear);
  self->random = genlm_random_new (seed, 0, 0);
  return walk (self, potential, seconds, cancellable, error) ? g_steal_pointer (&self) : NULL;
}

void
genlm_bench_contexts_free (GenlmBenchContexts *self)
{
  genlm_random_unref (self->random);
  g_array_unref (self->places);
  g_free (self);
}

/* (transfer full) */
GenlmContext *
genlm_bench_contexts_draw (GenlmBenchContexts *self)
{
  Place *place = &g_array_index (self->places, Place, draw_index (self, self->places->len));

  /* Where only the end may follow there is nothing longer. */
  if (place->n_tokens == 0)
    return genlm_context_ref (place->context);
  return genlm_context_append (place->context, place->tokens[draw_index (self, place->n_tokens)]);
}

guint
genlm_bench_contexts_get_n (GenlmBenchContexts *self)
{
  return self->places->len;
}

double
genlm_bench_contexts_get_mean_length (GenlmBenchContexts *self)
{
  double sum = 0;

  for (guint i = 0; i < self->places->len; i++)
    sum += genlm_context_get_length (g_array_index (self->places, Place, i).context);
  return sum / self->places->len;
}
