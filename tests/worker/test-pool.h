#pragma once

#include <genlm.h>

G_BEGIN_DECLS

/* What tests of worker processes share. */

/* What a process has that a pool must not leave behind. */
typedef struct
{
  guint n_fds;
  guint n_mappings;     /* of memory that is shared with workers */
  guint n_children;
} TestTraces;

/* Answers to questions to the fake worker, each compared with what it must be. */
typedef struct
{
  guint      n_asked;
  guint      n_answered;
  guint      n_right;
  GPtrArray *errors;
} TestAnswers;

/* No test of faults may wait for ever: the process dies after so many seconds. */
void            test_watchdog             (guint              seconds);

GVariant       *test_recipe               (const char        *factory,
                                           const char        *properties);
GenlmPotential *test_pool_new             (GVariant          *recipe,
                                           const char        *first_property,
                                           ...) G_GNUC_NULL_TERMINATED;
GenlmPotential *test_pool_try_new         (GError           **error,
                                           GVariant          *recipe,
                                           const char        *first_property,
                                           ...) G_GNUC_NULL_TERMINATED;
void            test_pool_close           (GenlmPotential    *pool);

void            test_answers_init         (TestAnswers       *self);
void            test_answers_clear        (TestAnswers       *self);
void            test_answers_ask          (TestAnswers       *self,
                                           GenlmPotential    *pool,
                                           GenlmMethod        method,
                                           const char        *text,
                                           GCancellable      *cancellable);
void            test_answers_wait         (TestAnswers       *self);
void            test_assert_fake_answer   (GenlmPotential    *pool,
                                           const char        *text);

TestTraces      test_traces_take          (void);
/* Waits until nothing more than before is there. */
void            test_traces_assert_gone   (const TestTraces  *before);
GArray         *test_list_children        (int                pid);
gboolean        test_process_lives        (int                pid);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TestAnswers, test_answers_clear)

G_END_DECLS
