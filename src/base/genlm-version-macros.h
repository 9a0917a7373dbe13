#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include <glib.h>
#include "genlm-version.h"

/* The library is built with hidden visibility; what carries one of these
 * macros is API. */
#ifndef _GENLM_EXTERN
# define _GENLM_EXTERN __attribute__ ((visibility ("default"))) extern
#endif

#define GENLM_AVAILABLE_IN_ALL _GENLM_EXTERN
