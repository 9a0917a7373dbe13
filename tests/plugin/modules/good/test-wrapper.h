#pragma once

#include <genlm.h>

G_BEGIN_DECLS

#define TEST_TYPE_WRAPPER (test_wrapper_get_type ())
G_DECLARE_FINAL_TYPE (TestWrapper, test_wrapper, TEST, WRAPPER, GObject)

G_END_DECLS
