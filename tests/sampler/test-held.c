/* test-held.c: answers when the test lets it */

#include "test-held.h"

struct _TestHeld
{
  GenlmPotentialBase  parent_instance;

  GenlmPotential     *base;
  GPtrArray          *requests;
};

static void potential_iface_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestHeld, test_held, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, potential_iface_init))

static gboolean
test_held_weigh_prefix (GenlmPotential  *potential,
                        GenlmContext    *context,
                        double          *out,
                        GError         **error)
{
  *out = genlm_potential_prefix_sync (TEST_HELD (potential)->base, context, NULL, error);
  return TRUE;
}

static gboolean
test_held_weigh_complete (GenlmPotential  *potential,
                          GenlmContext    *context,
                          double          *out,
                          GError         **error)
{
  *out = genlm_potential_complete_sync (TEST_HELD (potential)->base, context, NULL, error);
  return TRUE;
}

static void
test_held_evaluate (GenlmPotential *potential,
                    GenlmRequest   *request)
{
  g_ptr_array_add (TEST_HELD (potential)->requests, g_object_ref (request));
}

static void
potential_iface_init (GenlmPotentialInterface *iface)
{
  iface->weigh_prefix = test_held_weigh_prefix;
  iface->weigh_complete = test_held_weigh_complete;
  iface->evaluate = test_held_evaluate;
}

static void
test_held_finalize (GObject *object)
{
  TestHeld *self = TEST_HELD (object);

  g_object_unref (self->base);
  g_ptr_array_unref (self->requests);

  G_OBJECT_CLASS (test_held_parent_class)->finalize (object);
}

static void
test_held_class_init (TestHeldClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_held_finalize;
}

static void
test_held_init (TestHeld *self)
{
  self->requests = g_ptr_array_new_with_free_func (g_object_unref);
}

GenlmPotential *
test_held_new (GenlmPotential *base)
{
  TestHeld *self = g_object_new (TEST_TYPE_HELD, NULL);

  self->base = g_object_ref (base);
  genlm_potential_base_set_vocab (GENLM_POTENTIAL_BASE (self), genlm_potential_get_vocab (base));
  return GENLM_POTENTIAL (self);
}

/* How many requests wait. */
guint
test_held_get_n (TestHeld *self)
{
  return self->requests->len;
}

/* Answers all that wait, from the base. */
void
test_held_answer (TestHeld *self)
{
  g_autoptr (GPtrArray) requests = g_steal_pointer (&self->requests);

  self->requests = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < requests->len; i++)
    genlm_potential_evaluate_sync (self->base, g_ptr_array_index (requests, i));
}

/* Forgets all that wait, without an answer. */
void
test_held_drop (TestHeld *self)
{
  g_ptr_array_set_size (self->requests, 0);
}
