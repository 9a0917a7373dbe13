#pragma once

/* The machine of a JSON Schema: weight one for the texts of values that the
 * schema holds of, and for what may still become one. It judges the claims of
 * the schema while a value is read, so what it says of a whole text is exact.
 *
 * Before the end of a text what is known of the claims decides: a start is
 * refused as soon as nothing open can make the schema hold. */

#include "genlm-byte-machine.h"
#include "genlm-json-book.h"

G_BEGIN_DECLS

typedef struct _GenlmJsonMachine GenlmJsonMachine;

typedef struct
{
  GenlmJsonOrder    order;
  GenlmJsonSpelling spelling;
  gboolean          narrow;     /* the reference's style: see the book */
  guint             max_spaces; /* white space between tokens */
  gboolean          no_caches;  /* for tests: masks are made anew each time */
  GenlmEngineLimits limits;
} GenlmJsonMachineOptions;

#define GENLM_JSON_MACHINE_DEFAULT_MAX_SPACES (256u)
#define GENLM_JSON_MACHINE_MAX_SPACES         (32767u)

GENLM_ENGINE_API GenlmByteMachine *genlm_json_machine_new        (GenlmSchema                    *schema,
                                                                  const GenlmJsonMachineOptions  *options,
                                                                  GError                        **error);
GENLM_ENGINE_API GenlmSchema      *genlm_json_machine_get_schema (GenlmByteMachine               *machine);

G_END_DECLS
