#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include <gio/gio.h>

#include "genlm-version-macros.h"

G_BEGIN_DECLS

typedef struct _GenlmBatch           GenlmBatch;
typedef struct _GenlmContext         GenlmContext;
typedef struct _GenlmDraws           GenlmDraws;
typedef struct _GenlmRandom          GenlmRandom;
typedef struct _GenlmRandomList      GenlmRandomList;
typedef struct _GenlmRequest         GenlmRequest;
typedef struct _GenlmScores          GenlmScores;
typedef struct _GenlmTokenSet        GenlmTokenSet;
typedef struct _GenlmTokenSetList    GenlmTokenSetList;
typedef struct _GenlmTrie            GenlmTrie;
typedef struct _GenlmVocab           GenlmVocab;
typedef struct _GenlmWeights         GenlmWeights;
typedef struct _GenlmWeightsList     GenlmWeightsList;

typedef struct _GenlmPotential       GenlmPotential;
typedef struct _GenlmSampler         GenlmSampler;

G_END_DECLS
