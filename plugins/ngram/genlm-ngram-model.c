/* The counts of a text, and the probabilities made of them. Immutable, so that
 * any thread may ask and spawns share it.
 *
 * A history is the last tokens before a place in the text, at most order - 1
 * of them; the start of a sequence counts as one. Histories that occur are
 * numbered; 0 is the empty one, and each knows the history that is one token
 * shorter (its suffix).
 *
 * Probabilities are interpolated with absolute discounting (Ney, Essen and
 * Kneser 1994, with plain counts for the shorter histories):
 *
 *     P(w | h) = max (c (h w) - d, 0) / c (h) + d T (h) / c (h) · P (w | suffix of h)
 *
 * where T (h) is the number of different symbols that follow h. What follows
 * the end of that chain is uniform over the vocabulary and the end of the
 * sequence. Each level sums to one if the next does. */

#include "genlm-ngram-model-private.h"

#include <math.h>

/* Text positions times order: what bounds the memory, 12 bytes each. */
#define MAX_WORK (1u << 25)

#define NO_HISTORY G_MAXUINT32

typedef struct
{
  guint32 symbol;
  guint32 count;
  guint32 longer;       /* the history that this symbol makes of its own, or NO_HISTORY */
} Follower;

typedef struct
{
  guint32 begin;        /* its followers, in the order of their symbols */
  guint32 end;
  guint32 total;
  guint32 suffix;
} History;

struct _GenlmNgramModel
{
  gatomicrefcount  refs;
  GenlmVocab      *vocab;
  guint32          n_symbols;   /* the tokens and EOS */
  double           discount;
  guint32          start;       /* the history at the start of a sequence */
  GArray          *histories;   /* of History */
  GArray          *followers;   /* of Follower */
  double          *unigram;
  double          *log_unigram;
};

/* -- counting ------------------------------------------------------------- */

/* A symbol of the text after a history of the length that is being counted. */
typedef struct
{
  guint32 history;
  guint32 symbol;
  guint32 position;
} Event;

static int
compare_events (gconstpointer a,
                gconstpointer b)
{
  const Event *x = a;
  const Event *y = b;

  if (x->history != y->history)
    return x->history < y->history ? -1 : 1;
  if (x->symbol != y->symbol)
    return x->symbol < y->symbol ? -1 : 1;
  return x->position < y->position ? -1 : x->position > y->position;
}

static History *
get_history (GenlmNgramModel *self,
             guint32          history)
{
  return &g_array_index (self->histories, History, history);
}

static guint32
add_history (GenlmNgramModel *self,
             guint32          suffix)
{
  History history = { .suffix = suffix };

  g_array_append_val (self->histories, history);
  return self->histories->len - 1;
}

static const Follower *
find_follower (GenlmNgramModel *self,
               guint32          history,
               guint32          symbol)
{
  guint32 low = get_history (self, history)->begin;
  guint32 high = get_history (self, history)->end;

  while (low < high)
    {
      guint32 middle = low + (high - low) / 2;
      const Follower *follower = &g_array_index (self->followers, Follower, middle);

      if (follower->symbol == symbol)
        return follower;
      if (follower->symbol < symbol)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

/* The suffix of the history that @symbol makes of @history. Whatever occurs
 * occurs without its first token too. */
static guint32
find_suffix (GenlmNgramModel *self,
             guint32          history,
             guint32          symbol)
{
  if (history == 0)
    return 0;
  return find_follower (self, get_history (self, history)->suffix, symbol)->longer;
}

/* Puts the events of one level among the followers, and tells each position
 * which history of the next level is before it. */
static void
take_events (GenlmNgramModel *self,
             GArray          *events,
             guint32         *before,
             gboolean         is_last_level)
{
  guint32 eos = genlm_vocab_get_eos (self->vocab);

  for (guint i = 0; i < events->len;)
    {
      const Event *first = &g_array_index (events, Event, i);
      Follower follower = { .symbol = first->symbol, .longer = NO_HISTORY };
      History *history;
      guint end = i;

      while (end < events->len &&
             g_array_index (events, Event, end).history == first->history &&
             g_array_index (events, Event, end).symbol == first->symbol)
        end++;
      follower.count = end - i;
      if (!is_last_level && first->symbol != eos)
        follower.longer = add_history (self, find_suffix (self, first->history, first->symbol));

      history = get_history (self, first->history);
      if (history->total == 0)
        history->begin = self->followers->len;
      history->total += follower.count;
      history->end = self->followers->len + 1;
      g_array_append_val (self->followers, follower);

      if (follower.longer != NO_HISTORY)
        {
          for (guint j = i; j < end; j++)
            before[g_array_index (events, Event, j).position + 1] = follower.longer;
        }
      i = end;
    }
}

/* Counts what follows all histories of one length. Before is what precedes
 * each position, and becomes what does at the next length. */
static void
count_level (GenlmNgramModel *self,
             const guint32   *symbols,
             guint            n,
             guint32         *before,
             gboolean         is_last_level)
{
  g_autoptr (GArray) events = g_array_sized_new (FALSE, FALSE, sizeof (Event), n);

  for (guint i = 0; i < n; i++)
    {
      Event event = { before[i], symbols[i], i };

      if (before[i] != NO_HISTORY)
        g_array_append_val (events, event);
      before[i] = NO_HISTORY;
    }
  g_array_sort (events, compare_events);
  take_events (self, events, before, is_last_level);
}

static void
count (GenlmNgramModel *self,
       GArray          *symbols,
       guint            order)
{
  const guint32 *values = (const guint32 *) symbols->data;
  guint32 eos = genlm_vocab_get_eos (self->vocab);
  g_autofree guint32 *before = g_new0 (guint32, symbols->len);

  add_history (self, 0);
  for (guint level = 0; level < order; level++)
    {
      count_level (self, values, symbols->len, before, level + 1 == order);
      if (level > 0 || order == 1)
        continue;

      self->start = add_history (self, 0);
      for (guint i = 0; i < symbols->len; i++)
        {
          if (i == 0 || values[i - 1] == eos)
            before[i] = self->start;
        }
    }
}

/* -- probabilities -------------------------------------------------------- */

/* What a history leaves to the shorter ones. */
static double
get_rest (GenlmNgramModel *self,
          const History   *history)
{
  return self->discount * (history->end - history->begin) / history->total;
}

static double
get_share (GenlmNgramModel *self,
           const History   *history,
           const Follower  *follower)
{
  return (follower->count - self->discount) / history->total;
}

static void
compute_unigram (GenlmNgramModel *self)
{
  const History *empty = get_history (self, 0);

  self->unigram = g_new (double, self->n_symbols);
  self->log_unigram = g_new (double, self->n_symbols);
  for (guint32 i = 0; i < self->n_symbols; i++)
    self->unigram[i] = get_rest (self, empty) / self->n_symbols;
  for (guint32 i = empty->begin; i < empty->end; i++)
    {
      const Follower *follower = &g_array_index (self->followers, Follower, i);

      self->unigram[follower->symbol] += get_share (self, empty, follower);
    }
  for (guint32 i = 0; i < self->n_symbols; i++)
    self->log_unigram[i] = log (self->unigram[i]);
}

/* The histories behind one, shortest first, without the empty one. */
static guint
list_chain (GenlmNgramModel *self,
            guint32          history,
            const History   *chain[GENLM_NGRAM_MAX_ORDER])
{
  guint n = 0;

  for (guint32 h = history; h != 0; h = get_history (self, h)->suffix)
    chain[n++] = get_history (self, h);
  for (guint i = 0; i < n / 2; i++)
    {
      const History *other = chain[i];

      chain[i] = chain[n - 1 - i];
      chain[n - 1 - i] = other;
    }
  return n;
}

/* Counts a text. @symbols are its tokens, each sequence closed by EOS. */
GenlmNgramModel *
genlm_ngram_model_new (GenlmVocab  *vocab,
                       GArray      *symbols,
                       guint        order,
                       double       discount,
                       GError     **error)
{
  GenlmNgramModel *self;

  if (symbols->len == 0)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "it is empty, so there is nothing to count");
      return NULL;
    }
  if (symbols->len > MAX_WORK / order)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "it has %u tokens, and at order %u at most %u can be counted; take a smaller text or order",
                   symbols->len, order, MAX_WORK / order);
      return NULL;
    }

  self = g_new0 (GenlmNgramModel, 1);
  g_atomic_ref_count_init (&self->refs);
  self->vocab = genlm_vocab_ref (vocab);
  self->n_symbols = genlm_vocab_get_size (vocab) + 1;
  self->discount = discount;
  self->histories = g_array_new (FALSE, FALSE, sizeof (History));
  self->followers = g_array_new (FALSE, FALSE, sizeof (Follower));
  count (self, symbols, order);
  compute_unigram (self);
  return self;
}

GenlmNgramModel *
genlm_ngram_model_ref (GenlmNgramModel *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
genlm_ngram_model_unref (GenlmNgramModel *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->log_unigram);
  g_free (self->unigram);
  g_array_unref (self->followers);
  g_array_unref (self->histories);
  genlm_vocab_unref (self->vocab);
  g_free (self);
}

GenlmVocab *
genlm_ngram_model_get_vocab (GenlmNgramModel *self)
{
  return self->vocab;
}

/* The history at the start of a sequence. */
guint32
genlm_ngram_model_get_start (GenlmNgramModel *self)
{
  return self->start;
}

/* The longest history that occurs and ends in @history and @token. */
guint32
genlm_ngram_model_advance (GenlmNgramModel *self,
                           guint32          history,
                           guint32          token)
{
  for (;;)
    {
      const Follower *follower = find_follower (self, history, token);

      if (follower != NULL && follower->longer != NO_HISTORY)
        return follower->longer;
      if (history == 0)
        return 0;
      history = get_history (self, history)->suffix;
    }
}

/* The log probability of one symbol, a token or EOS. */
double
genlm_ngram_model_weigh (GenlmNgramModel *self,
                         guint32          history,
                         guint32          symbol)
{
  const History *chain[GENLM_NGRAM_MAX_ORDER];
  guint n = list_chain (self, history, chain);
  double p = self->unigram[symbol];

  for (guint i = 0; i < n; i++)
    {
      const Follower *follower = find_follower (self, (guint32) (chain[i] - get_history (self, 0)), symbol);

      p *= get_rest (self, chain[i]);
      if (follower != NULL)
        p += get_share (self, chain[i], follower);
    }
  return log (p);
}

/* The log probabilities of all symbols: those that never follow the last token
 * are a shift of the unigram's; the others are the followers of the shortest
 * history, since what follows a history follows its suffix too. */
void
genlm_ngram_model_weigh_all (GenlmNgramModel *self,
                             guint32          history,
                             double          *out)
{
  const History *chain[GENLM_NGRAM_MAX_ORDER];
  double rest[GENLM_NGRAM_MAX_ORDER];
  guint32 next[GENLM_NGRAM_MAX_ORDER];
  guint n = list_chain (self, history, chain);
  double shift = 0;

  for (guint i = 0; i < n; i++)
    {
      rest[i] = get_rest (self, chain[i]);
      next[i] = chain[i]->begin;
      shift += log (rest[i]);
    }
  for (guint32 i = 0; i < self->n_symbols; i++)
    out[i] = self->log_unigram[i] + shift;

  for (guint32 at = n > 0 ? chain[0]->begin : 0; n > 0 && at < chain[0]->end; at++)
    {
      guint32 symbol = g_array_index (self->followers, Follower, at).symbol;
      double p = self->unigram[symbol];

      for (guint i = 0; i < n; i++)
        {
          const Follower *follower = &g_array_index (self->followers, Follower, next[i]);

          p *= rest[i];
          if (next[i] < chain[i]->end && follower->symbol == symbol)
            {
              p += get_share (self, chain[i], follower);
              next[i]++;
            }
        }
      out[symbol] = log (p);
    }
}
