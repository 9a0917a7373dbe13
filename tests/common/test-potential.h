#pragma once

#include <genlm.h>

G_BEGIN_DECLS

/* A potential whose every fault can be chosen. Its weights are
 * prefix = -length/4 and complete = -length/2 - 1, and it counts what it is
 * asked; contexts that hold the byte 'x' weigh zero. */
typedef enum
{
  TEST_FAULT_NONE,
  TEST_FAULT_SILENT,            /* FALSE or NULL without an error */
  TEST_FAULT_ERROR,             /* a GError of its own */
  TEST_FAULT_BOTH,              /* a result and a GError */
  TEST_FAULT_NAN,
  TEST_FAULT_INFINITY,
  TEST_FAULT_SHORT,             /* too few results */
  TEST_FAULT_DROP,              /* evaluate: forgets the request */
  TEST_FAULT_TWICE,             /* evaluate: answers again */
  TEST_FAULT_NEVER,             /* evaluate: keeps the request */
} TestFault;

#define TEST_TYPE_POTENTIAL (test_potential_get_type ())
G_DECLARE_FINAL_TYPE (TestPotential, test_potential, TEST, POTENTIAL, GenlmPotentialBase)

struct _TestPotential
{
  GenlmPotentialBase  parent_instance;

  GenlmTraits         traits;
  TestFault           fault;
  gboolean            own_evaluate;     /* else the default one */
  guint               n_calls;          /* atomic: batch calls */
  guint               n_contexts;       /* atomic: contexts in them */
  GPtrArray          *kept;             /* requests under TEST_FAULT_NEVER */
  GenlmPotential     *coerced;          /* borrowed: what make_coerced() returns */
  const char         *recipe;           /* what dup_recipe() returns, as text */
  GThread            *thread;           /* of the last weigh_prefix() or weigh_complete() */
  gpointer            cancellable;      /* the current one of the last weigh_prefix(), not to be used */
  void              (*on_get_vocab) (gpointer data);    /* called once if set */
  gpointer            on_get_vocab_data;
};

TestPotential *test_potential_new        (GenlmTraits  traits);
/* A kept request holds the potential. */
void           test_potential_forget     (TestPotential *self);
GenlmContext  *test_context              (const char  *text);
GenlmBatch    *test_batch                (const char  *first,
                                          ...) G_GNUC_NULL_TERMINATED;
GenlmVocab    *test_vocab                (const char  *first,
                                          ...) G_GNUC_NULL_TERMINATED;
/* Runs the thread-default context until *done is not zero. */
void           test_wait                 (guint       *done,
                                          guint        wanted);
/* A callback that keeps a reference to the result where the data points, and who
 * waits for it. */
void           test_take_result          (GObject      *source,
                                          GAsyncResult *result,
                                          gpointer      user_data);
GAsyncResult  *test_wait_for_result      (GAsyncResult **result);

G_END_DECLS
