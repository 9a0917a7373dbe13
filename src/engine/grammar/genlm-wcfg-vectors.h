#pragma once

/* The weights of whole vocabularies that a weighted grammar has made last, by
 * what a state reads. Within a bound on bytes, for any number of threads. */

#include "genlm-wcfg-machine.h"

G_BEGIN_DECLS

typedef struct _GenlmWcfgVectors GenlmWcfgVectors;

GenlmWcfgVectors *genlm_wcfg_vectors_new    (guint64                 max_memory);
void              genlm_wcfg_vectors_free   (GenlmWcfgVectors       *self);
GenlmWeights     *genlm_wcfg_vectors_lookup (GenlmWcfgVectors       *self,
                                             const GenlmWcfgReading *readings,
                                             guint                   n_readings);
void              genlm_wcfg_vectors_insert (GenlmWcfgVectors       *self,
                                             const GenlmWcfgReading *readings,
                                             guint                   n_readings,
                                             GenlmWeights           *weights);

G_END_DECLS
