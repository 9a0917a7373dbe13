#include "genlm-lark-choice.h"

/* Counts end here: far from where doubles do, even multiplied. */
#define MAX_COUNT (0x1p500)

GenlmLarkChoice *
genlm_lark_choice_new (void)
{
  GenlmLarkChoice *self = g_new0 (GenlmLarkChoice, 1);

  /* With memory from the start: an empty part of it has an address, too. */
  self->symbols = g_array_sized_new (FALSE, FALSE, sizeof (guint32), 4);
  self->alternatives = g_array_new (FALSE, FALSE, sizeof (GenlmLarkAlternative));
  return self;
}

/* One symbol, which counts as so many alternatives. */
GenlmLarkChoice *
genlm_lark_choice_new_symbol (guint32 symbol,
                              double  count)
{
  GenlmLarkChoice *self = genlm_lark_choice_new ();

  genlm_lark_choice_add (self, &symbol, 1, count);
  genlm_lark_choice_set_count (self, count);
  return self;
}

void
genlm_lark_choice_free (GenlmLarkChoice *self)
{
  g_array_unref (self->alternatives);
  g_array_unref (self->symbols);
  g_free (self);
}

/* Adds an alternative; who adds the last one sets the count. */
void
genlm_lark_choice_add (GenlmLarkChoice *self,
                       const guint32   *symbols,
                       guint32          n_symbols,
                       double           mass)
{
  GenlmLarkAlternative alternative = { self->symbols->len, n_symbols, mass };

  if (n_symbols > 0)
    g_array_append_vals (self->symbols, symbols, n_symbols);
  g_array_append_val (self->alternatives, alternative);
}

/* Adds all alternatives of another choice, their masses multiplied. */
void
genlm_lark_choice_add_choice (GenlmLarkChoice       *self,
                              const GenlmLarkChoice *other,
                              double                 factor)
{
  guint i;

  for (i = 0; i < other->alternatives->len; i++)
    {
      const GenlmLarkAlternative *alternative = genlm_lark_choice_peek_alternative (other, i);

      genlm_lark_choice_add (self, genlm_lark_choice_peek_symbols (other, alternative),
                             alternative->n_symbols, alternative->mass * factor);
    }
}

/* A count too large for a number is lowered, and all masses with it, so that
 * the shares stay. */
void
genlm_lark_choice_set_count (GenlmLarkChoice *self,
                             double           count)
{
  guint i;

  self->count = count;
  if (count <= MAX_COUNT)
    return;
  for (i = 0; i < self->alternatives->len; i++)
    g_array_index (self->alternatives, GenlmLarkAlternative, i).mass *= MAX_COUNT / count;
  self->count = MAX_COUNT;
}

const GenlmLarkAlternative *
genlm_lark_choice_peek_alternative (const GenlmLarkChoice *self,
                                    guint                  index)
{
  return &g_array_index (self->alternatives, GenlmLarkAlternative, index);
}

const guint32 *
genlm_lark_choice_peek_symbols (const GenlmLarkChoice      *self,
                                const GenlmLarkAlternative *alternative)
{
  return (const guint32 *) (gpointer) self->symbols->data + alternative->first;
}

double
genlm_lark_choice_get_share (const GenlmLarkChoice      *self,
                             const GenlmLarkAlternative *alternative)
{
  return alternative->mass / self->count;
}
