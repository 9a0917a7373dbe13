/* test-no-c.c: a condition over bytes that refuses the letter c */

#include "test-table.h"

#include <math.h>

#define TEST_TYPE_NO_C (test_no_c_get_type ())
G_DECLARE_FINAL_TYPE (TestNoC, test_no_c, TEST, NO_C, GenlmPotentialBase)

struct _TestNoC
{
  GenlmPotentialBase parent_instance;
};

static gboolean
test_no_c_weigh (GenlmPotential  *potential,
                 GenlmContext    *context,
                 double          *out,
                 GError         **error)
{
  g_autofree guint32 *tokens = NULL;
  gsize n;

  tokens = genlm_context_dup_tokens (context, &n);
  *out = 0.0;
  for (gsize i = 0; i < n; i++)
    if (tokens[i] == 'c')
      *out = -INFINITY;
  return TRUE;
}

static void
potential_iface_init (GenlmPotentialInterface *iface)
{
  iface->weigh_prefix = test_no_c_weigh;
  iface->weigh_complete = test_no_c_weigh;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestNoC, test_no_c, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, potential_iface_init))

static void
test_no_c_class_init (TestNoCClass *klass)
{
}

static void
test_no_c_init (TestNoC *self)
{
  genlm_potential_base_set_vocab (GENLM_POTENTIAL_BASE (self), genlm_vocab_bytes ());
  genlm_potential_base_set_traits (GENLM_POTENTIAL_BASE (self),
                                   GENLM_TRAITS_INLINE | GENLM_TRAITS_BOOLEAN);
}

GenlmPotential *
test_no_c_new (void)
{
  return g_object_new (TEST_TYPE_NO_C, NULL);
}
