#pragma once

#include <genlm.h>

G_BEGIN_DECLS

/* What the tests of samplers have in common. */
GenlmRandomList *test_randoms_new     (guint64           seed,
                                       gsize             n,
                                       guint32           step);
GenlmContext    *test_context_new     (GenlmPotential   *potential,
                                       const char       *text);
GenlmBatch      *test_batch_new       (GenlmPotential   *potential,
                                       const char      **texts,
                                       gsize             n);
GenlmDraws      *test_draw_sync       (GenlmSampler     *sampler,
                                       GenlmBatch       *batch,
                                       GenlmRandomList  *randoms);
GenlmDraws      *test_draw_async      (GenlmSampler     *sampler,
                                       GenlmBatch       *batch,
                                       GenlmRandomList  *randoms);
void             test_on_result       (GObject          *source,
                                       GAsyncResult     *result,
                                       gpointer          user_data);
void             test_wait            (GAsyncResult    **result);
void             test_iterate         (void);

G_END_DECLS
