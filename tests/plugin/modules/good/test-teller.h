#pragma once

#include <genlm.h>

G_BEGIN_DECLS

#define TEST_TYPE_TELLER (test_teller_get_type ())
G_DECLARE_FINAL_TYPE (TestTeller, test_teller, TEST, TELLER, GObject)

G_END_DECLS
