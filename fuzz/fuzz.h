#pragma once

#include <glib.h>

/* What a target defines. The first is the entry point that libFuzzer calls;
 * the second gives valid inputs to begin with, NULL after the last. */
int     LLVMFuzzerTestOneInput (const guint8 *data,
                                gsize         size);
GBytes *fuzz_dup_seed          (guint         index);
