#pragma once

#include <genlm.h>

G_BEGIN_DECLS

/* A potential that keeps its requests until the test says so. */
#define TEST_TYPE_HELD (test_held_get_type ())
G_DECLARE_FINAL_TYPE (TestHeld, test_held, TEST, HELD, GenlmPotentialBase)

GenlmPotential *test_held_new         (GenlmPotential *base);
guint           test_held_get_n       (TestHeld       *self);
void            test_held_answer      (TestHeld       *self);
void            test_held_drop        (TestHeld       *self);

G_END_DECLS
