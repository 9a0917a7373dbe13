#pragma once

#include <genlm.h>

GenlmVocab *bench_load_vocab (const char *name);
