#pragma once

#include "genlm-types.h"

G_BEGIN_DECLS

/* For the headers of the parts of a pool; see genlm-pool-private.h. */

typedef struct _GenlmPool         GenlmPool;
typedef struct _GenlmPoolInstance GenlmPoolInstance;
typedef struct _GenlmPoolJob      GenlmPoolJob;
typedef struct _GenlmPoolPiece    GenlmPoolPiece;
typedef struct _GenlmPoolPort     GenlmPoolPort;
typedef struct _GenlmPoolSeat     GenlmPoolSeat;

G_END_DECLS
