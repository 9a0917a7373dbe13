#pragma once

/* A set of Unicode scalar values as sorted ranges. Surrogates are never
 * members: what is added of them is left out. */

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef struct _GenlmCharSet GenlmCharSet;

typedef struct
{
  gunichar first;
  gunichar last;
} GenlmCharRange;

#define GENLM_CHAR_LAST (0x10ffffu)

/* What "." and negated classes range over where weights are shared out evenly
 * and nothing else is said: the printable characters of ASCII, white space
 * among them. */
#define GENLM_CHAR_SET_PRINTABLE \
  " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz" \
  "{|}~\t\n\v\f\r"

GENLM_ENGINE_API GenlmCharSet         *genlm_char_set_new           (void);
GENLM_ENGINE_API GenlmCharSet         *genlm_char_set_new_full      (void);
GENLM_ENGINE_API GenlmCharSet         *genlm_char_set_copy          (const GenlmCharSet *self);
GENLM_ENGINE_API void                  genlm_char_set_free          (GenlmCharSet       *self);
GENLM_ENGINE_API void                  genlm_char_set_add_range     (GenlmCharSet       *self,
                                                                     gunichar            first,
                                                                     gunichar            last);
GENLM_ENGINE_API void                  genlm_char_set_add_set       (GenlmCharSet       *self,
                                                                     const GenlmCharSet *other);
GENLM_ENGINE_API void                  genlm_char_set_add_cases     (GenlmCharSet       *self);
GENLM_ENGINE_API void                  genlm_char_set_add_char      (GenlmCharSet       *self,
                                                                     gunichar            character,
                                                                     gboolean            with_cases);
GENLM_ENGINE_API GenlmCharSet         *genlm_char_set_subtract      (const GenlmCharSet *self,
                                                                     const GenlmCharSet *other);
GENLM_ENGINE_API gboolean              genlm_char_set_contains      (const GenlmCharSet *self,
                                                                     gunichar            character);
GENLM_ENGINE_API const GenlmCharRange *genlm_char_set_peek_ranges   (const GenlmCharSet *self,
                                                                     gsize              *n_ranges);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmCharSet, genlm_char_set_free)

G_END_DECLS
