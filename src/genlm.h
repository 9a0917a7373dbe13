#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define GENLM_INSIDE
#include "genlm-types.h"
#include "genlm-version.h"
#include "genlm-version-macros.h"
#include "genlm-enums.h"

#include "genlm-batch.h"
#include "genlm-context.h"
#include "genlm-draws.h"
#include "genlm-element.h"
#include "genlm-potential-error.h"
#include "genlm-random.h"
#include "genlm-random-list.h"
#include "genlm-request.h"
#include "genlm-scores.h"
#include "genlm-token-set.h"
#include "genlm-token-set-list.h"
#include "genlm-trie.h"
#include "genlm-vocab.h"
#include "genlm-weights.h"
#include "genlm-weights-list.h"

#include "genlm-coerced.h"
#include "genlm-potential.h"
#include "genlm-potential-base.h"
#include "genlm-product.h"

#include "genlm-autobatch.h"

#include "genlm-multiprocess.h"
#include "genlm-worker.h"

#include "genlm-element-factory.h"
#include "genlm-element-make.h"
#include "genlm-pipeline.h"
#include "genlm-plugin.h"
#include "genlm-registry.h"
#include "genlm-script-host.h"
#include "genlm-script-values.h"

#include "genlm-awrs.h"
#include "genlm-direct.h"
#include "genlm-sampler.h"

#include "genlm-particle.h"
#include "genlm-resampling.h"
#include "genlm-sequences.h"
#include "genlm-smc.h"

#include "genlm-init.h"
#undef GENLM_INSIDE

G_END_DECLS
