#pragma once

#include <genlm.h>

G_BEGIN_DECLS

#define TEST_TYPE_LISTENER (test_listener_get_type ())
G_DECLARE_FINAL_TYPE (TestListener, test_listener, TEST, LISTENER, GObject)

G_END_DECLS
