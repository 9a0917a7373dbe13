#pragma once

/* Memory for many small things that live and die together: the values of a
 * document, the nodes of a schema. */

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef struct
{
  gpointer chunk;    /* the newest; each begins with a pointer to the one before */
  gsize    used;
  gsize    size;
  guint64  total;    /* bytes of all chunks */
} GenlmJsonArena;

gpointer genlm_json_arena_alloc (GenlmJsonArena *self,
                                 gsize           size);
gpointer genlm_json_arena_dup   (GenlmJsonArena *self,
                                 gconstpointer   data,
                                 gsize           size);
void     genlm_json_arena_clear (GenlmJsonArena *self);

G_END_DECLS
