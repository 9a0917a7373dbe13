/* Random walks over what a potential allows, by its weights: what it is asked
 * about in real use.
 *
 * Each context that is drawn is a new node, one token longer than one of the
 * walk, as the particles of a sampler are: what the potential keeps for the
 * walk is there, and nothing for what is drawn. None is drawn twice before all
 * have been, since a model may remember its answers. */
#include "genlm-bench-contexts.h"

#include "genlm-bench-measure.h"

#define MAX_PLACES 64
#define MAX_LENGTH 64
#define N_TOKENS 32

/* A context of the walk, and a token that may follow it. */
typedef struct
{
  GenlmContext *context;
  guint32       token;
} Step;

struct _GenlmBenchContexts
{
  GPtrArray   *places;  /* of the walk */
  GArray      *steps;   /* in the order in which they are drawn */
  guint        next;
  GenlmRandom *random;
  guint32      n_numbers;
};

static double
draw_number (GenlmBenchContexts *self)
{
  return genlm_random_uniform (self->random, 0, self->n_numbers++);
}

static void
shuffle (GenlmBenchContexts *self)
{
  for (guint i = self->steps->len; i > 1; i--)
    {
      guint other = MIN ((guint) (draw_number (self) * i), i - 1);
      Step step = g_array_index (self->steps, Step, i - 1);

      g_array_index (self->steps, Step, i - 1) = g_array_index (self->steps, Step, other);
      g_array_index (self->steps, Step, other) = step;
    }
  self->next = 0;
}

/* Returns the token that goes on, which may be the end. */
static guint32
add_place (GenlmBenchContexts *self,
           GenlmContext       *context,
           GenlmWeights       *weights)
{
  guint32 eos = (guint32) genlm_weights_get_size (weights) - 1;
  guint32 token = eos, first = eos;
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  g_ptr_array_add (self->places, genlm_context_ref (context));
  for (guint i = 0; i < N_TOKENS; i++)
    {
      Step step = { context };

      if (!genlm_weights_sample (weights, draw_number (self), &token, NULL))
        break;
      if (i == 0)
        first = token;
      step.token = token;
      if (token != eos && g_hash_table_add (seen, GUINT_TO_POINTER (token + 1)))
        g_array_append_val (self->steps, step);
    }
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

/* The same seed and number give the same contexts, as far as the time suffices. */
GenlmBenchContexts *
genlm_bench_contexts_new (GenlmPotential  *potential,
                          guint64          seed,
                          guint            number,
                          double           seconds,
                          GCancellable    *cancellable,
                          GError         **error)
{
  g_autoptr (GenlmBenchContexts) self = g_new0 (GenlmBenchContexts, 1);

  self->places = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_context_unref);
  self->steps = g_array_new (FALSE, FALSE, sizeof (Step));
  self->random = genlm_random_new (seed, number, 0);
  if (!walk (self, potential, seconds, cancellable, error))
    return NULL;
  shuffle (self);
  return g_steal_pointer (&self);
}

void
genlm_bench_contexts_free (GenlmBenchContexts *self)
{
  genlm_random_unref (self->random);
  g_array_unref (self->steps);
  g_ptr_array_unref (self->places);
  g_free (self);
}

/* (transfer full) */
GenlmContext *
genlm_bench_contexts_draw (GenlmBenchContexts *self)
{
  Step *step;

  /* Where only the end may follow there is nothing longer. */
  if (self->steps->len == 0)
    return genlm_context_new ();
  if (self->next == self->steps->len)
    shuffle (self);
  step = &g_array_index (self->steps, Step, self->next++);
  return genlm_context_append (step->context, step->token);
}

/* How many there are that differ. */
guint
genlm_bench_contexts_get_n (GenlmBenchContexts *self)
{
  return MAX (self->steps->len, 1);
}

double
genlm_bench_contexts_get_mean_length (GenlmBenchContexts *self)
{
  double sum = 0;

  for (guint i = 0; i < self->steps->len; i++)
    sum += genlm_context_get_length (g_array_index (self->steps, Step, i).context) + 1;
  return self->steps->len > 0 ? sum / self->steps->len : 0;
}
