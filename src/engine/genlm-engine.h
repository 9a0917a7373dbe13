#pragma once

/* The private library beside the constraint plugins: byte automata and walks
 * of the token trie. It has one GType, the abstract parent of their elements,
 * and no installed headers; what carries GENLM_ENGINE_API is linked by the
 * plugins of this tree and by nobody else. */

#include <gio/gio.h>

#define GENLM_ENGINE_API __attribute__ ((visibility ("default"))) extern

G_BEGIN_DECLS

/* How much an automaton may take before it gives up with an error. A deadline
 * of zero means none, and it holds for building only. */
typedef struct
{
  guint   max_states;
  guint64 max_memory;
  guint   deadline;
} GenlmEngineLimits;

#define GENLM_ENGINE_DEFAULT_MAX_STATES (250000u)
#define GENLM_ENGINE_DEFAULT_MAX_MEMORY (G_GUINT64_CONSTANT (64) << 20)
#define GENLM_ENGINE_DEFAULT_DEADLINE   (10000u)

G_END_DECLS
