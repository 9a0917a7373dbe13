#pragma once

#include <genlm.h>

G_BEGIN_DECLS

/* Small potentials whose every weight a test can write down. */
#define TEST_TYPE_TABLE (test_table_get_type ())
G_DECLARE_FINAL_TYPE (TestTable, test_table, TEST, TABLE, GenlmPotentialBase)

GenlmVocab     *test_vocab_new            (const char         *characters);
GenlmPotential *test_weighted_set_new     (const char         *characters,
                                           const char *const  *strings,
                                           const double       *weights,
                                           gsize               n);
GenlmPotential *test_steady_new           (const char         *characters,
                                           const double       *next);
GenlmPotential *test_filter_new           (const char         *characters,
                                           const char         *accepted,
                                           gboolean            accept_eos);
GenlmPotential *test_no_c_new             (void);
void            test_table_set_traits     (TestTable          *self,
                                           GenlmTraits         traits);
void            test_table_set_bad_prefix (TestTable          *self,
                                           double              weight);
guint           test_table_get_n_batches  (TestTable          *self);
guint           test_table_get_n_asked    (TestTable          *self);
guint           test_table_get_n_masks    (TestTable          *self);
void            test_table_reset          (TestTable          *self);

G_END_DECLS
