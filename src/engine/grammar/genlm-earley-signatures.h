#pragma once

/* Numbers for what can be seen of a configuration when one looks only so deep:
 * at what may be read next after its nodes with 1, at what may be read after
 * the nodes that the rules of these terminals return to with 2, and so on. Two
 * configurations with one number look the same, and so whatever was found
 * without looking deeper holds for both. Called under the parser's lock; a
 * reader may peek. */

#include "genlm-earley-parser.h"

G_BEGIN_DECLS

/* Deeper looks have no number. */
#define GENLM_EARLEY_MAX_DEPTH (31u)

GenlmEarleySignatures *genlm_earley_signatures_new       (GenlmEarleyNodes      *nodes,
                                                          GenlmByteDfa          *dfa,
                                                          GenlmEarleyClock      *clock,
                                                          guint64                max_memory);
void                   genlm_earley_signatures_free      (GenlmEarleySignatures *self);
void                   genlm_earley_signatures_reach     (GenlmEarleySignatures *self,
                                                          guint                  n_bytes);
guint32                genlm_earley_signatures_get_epoch (GenlmEarleySignatures *self);
guint32                genlm_earley_signatures_find      (GenlmEarleySignatures *self,
                                                          GenlmEarleyConfig     *config,
                                                          guint                  depth);
void                   genlm_earley_signatures_trim      (GenlmEarleySignatures *self);

G_END_DECLS
