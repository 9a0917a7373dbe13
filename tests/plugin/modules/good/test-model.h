#pragma once

#include <genlm.h>

G_BEGIN_DECLS

#define TEST_TYPE_MODEL (test_model_get_type ())
G_DECLARE_FINAL_TYPE (TestModel, test_model, TEST, MODEL, GenlmPotentialBase)

G_END_DECLS
