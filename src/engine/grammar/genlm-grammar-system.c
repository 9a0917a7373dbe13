#include "genlm-grammar-system.h"

/* The part of no text at all. */
#define NOTHING (GENLM_GRAMMAR_PART_NONE - 1)

/* A row of factors and the rest for each language. */
struct _GenlmGrammarSystem
{
  GenlmGrammarParts *parts;
  guint              size;
  gboolean           before;
  GenlmGrammarPart  *rows;
};

/* Of @size languages. With @before they stand before the factors. */
GenlmGrammarSystem *
genlm_grammar_system_new (GenlmGrammarParts *parts,
                          guint              size,
                          gboolean           before)
{
  GenlmGrammarSystem *self = g_new0 (GenlmGrammarSystem, 1);
  guint i;

  self->parts = parts;
  self->size = size;
  self->before = before;
  self->rows = g_new (GenlmGrammarPart, (gsize) size * (size + 1));
  for (i = 0; i < size * (size + 1); i++)
    self->rows[i] = NOTHING;
  return self;
}

void
genlm_grammar_system_free (GenlmGrammarSystem *self)
{
  g_free (self->rows);
  g_free (self);
}

static void
unite (GenlmGrammarParts *parts,
       GenlmGrammarPart  *to,
       GenlmGrammarPart   part)
{
  const GenlmGrammarPart both[] = { *to, part };

  if (*to == NOTHING)
    *to = part;
  else if (part != NOTHING)
    *to = genlm_grammar_parts_make_union (parts, both, 2);
}

void
genlm_grammar_system_add_factor (GenlmGrammarSystem *self,
                                 guint               of,
                                 guint               other,
                                 GenlmGrammarPart    factor)
{
  unite (self->parts, &self->rows[of * (self->size + 1) + other], factor);
}

void
genlm_grammar_system_add_rest (GenlmGrammarSystem *self,
                               guint               of,
                               GenlmGrammarPart    rest)
{
  unite (self->parts, &self->rows[of * (self->size + 1) + self->size], rest);
}

/* A factor and what it is one of. */
static GenlmGrammarPart
join (const GenlmGrammarSystem *self,
      GenlmGrammarPart          factor,
      GenlmGrammarPart          part)
{
  const GenlmGrammarPart both[] = { self->before ? part : factor, self->before ? factor : part };

  if (factor == NOTHING || part == NOTHING)
    return NOTHING;
  return genlm_grammar_parts_make_sequence (self->parts, both, 2);
}

static GenlmGrammarPart
repeat (const GenlmGrammarSystem *self,
        GenlmGrammarPart          part)
{
  return part == NOTHING ? GENLM_GRAMMAR_PART_EMPTY : genlm_grammar_parts_make_repeat (self->parts, part);
}

/* Puts what a language is in its place in all others. */
static void
eliminate (const GenlmGrammarSystem *self,
           GenlmGrammarPart         *rows,
           guint                     gone)
{
  guint width = self->size + 1;
  const GenlmGrammarPart *row = &rows[gone * width];
  GenlmGrammarPart repeated = repeat (self, row[gone]);
  guint i;
  guint j;

  for (i = 0; i < self->size; i++)
    {
      GenlmGrammarPart factor = join (self, rows[i * width + gone], repeated);

      if (i == gone || factor == NOTHING)
        continue;
      rows[i * width + gone] = NOTHING;
      for (j = 0; j < width; j++)
        if (j != gone)
          unite (self->parts, &rows[i * width + j], join (self, factor, row[j]));
    }
}

/* What one of the languages is; NONE if that is too large, or nothing at all. */
GenlmGrammarPart
genlm_grammar_system_solve (const GenlmGrammarSystem *self,
                            guint                     wanted)
{
  guint width = self->size + 1;
  g_autofree GenlmGrammarPart *rows = NULL;
  GenlmGrammarPart part;
  guint i;

  rows = g_memdup2 (self->rows, (gsize) self->size * width * sizeof *rows);
  for (i = 0; i < self->size; i++)
    if (i != wanted)
      eliminate (self, rows, i);
  part = join (self, repeat (self, rows[wanted * width + wanted]), rows[wanted * width + self->size]);
  return part == NOTHING ? GENLM_GRAMMAR_PART_NONE : part;
}
