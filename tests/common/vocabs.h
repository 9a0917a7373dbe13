#pragma once

#include <genlm.h>

GenlmVocab *make_vocab            (GPtrArray         *tokens);
GenlmVocab *make_vocab_for_texts  (const char *const *texts,
                                   gsize              n_texts);
GenlmVocab *make_vocab_with_bytes (guint              n_bytes,
                                   const char *const *texts,
                                   gsize              n_texts);
GenlmVocab *make_random_vocab     (GRand             *rand,
                                   const guint8      *letters,
                                   guint              n_letters);
GenlmVocab *load_vocab            (const char        *name);
