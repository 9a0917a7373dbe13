#pragma once

#include "genlm-plugin-private.h"

G_BEGIN_DECLS

/* Set in the scanner process, whose registry must not scan in turn. */
#define GENLM_SCANNING_VARIABLE "GENLM_SCANNING"

GPtrArray *genlm_plugin_scan             (GPtrArray  *files);
char      *genlm_plugin_scan_dup_program (void);

G_END_DECLS
