#pragma once

#include "genlm-byte-potential.h"

G_BEGIN_DECLS

#define GENLM_TYPE_JSON_SCHEMA (genlm_json_schema_get_type ())

G_DECLARE_FINAL_TYPE (GenlmJsonSchema, genlm_json_schema, GENLM, JSON_SCHEMA, GenlmBytePotential)

G_END_DECLS
