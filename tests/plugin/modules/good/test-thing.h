#pragma once

#include <genlm.h>

G_BEGIN_DECLS

#define TEST_TYPE_THING (test_thing_get_type ())
G_DECLARE_FINAL_TYPE (TestThing, test_thing, TEST, THING, GObject)

G_END_DECLS
