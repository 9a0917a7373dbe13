#pragma once

/* The terminals that "%import common.NAME" stands for. */

#include <glib.h>

G_BEGIN_DECLS

const char *genlm_lark_common_find (const char *name);

G_END_DECLS
