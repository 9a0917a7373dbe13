#pragma once

#include <genlm.h>

#include "genlm-json-text.h"

G_BEGIN_DECLS

typedef enum
{
  GENLM_CHECK_RIGHT,
  GENLM_CHECK_TOO_LAX,
  GENLM_CHECK_TOO_STRICT,
  GENLM_CHECK_REFUSED,
  GENLM_CHECK_LIMIT,
  GENLM_CHECK_N_VERDICTS,
} GenlmCheckVerdict;

/* What all cases of a run have in common. */
typedef struct
{
  const char   *element;      /* the factory's name */
  GVariant     *properties;   /* a{sv}, beside the source */
  const char   *draft;        /* NULL if the case says it */
  GenlmVocab   *vocab;        /* NULL to walk bytes only */
  gboolean      anew;         /* build once more for every instance */
  double        max_seconds;  /* for each case */
  GCancellable *cancellable;
} GenlmCheckSetup;

typedef struct
{
  char              *id;
  GenlmCheckVerdict  verdict;
  char              *pointer;     /* where in a schema, if the error says so */
  char              *reason;      /* NULL if all is right */
  double             compile_us;
  GArray            *mask_us;     /* of float, one for each mask asked for */
  char             **annotations; /* what has no effect, NULL if it is not known */
} GenlmCheckResult;

const char       *genlm_check_verdict_to_string (GenlmCheckVerdict       verdict);
const char       *genlm_check_source_property   (const char             *element,
                                                 gboolean                as_file);
char             *genlm_check_dup_pointer       (const char             *message);
GenlmCheckResult *genlm_check_case_run          (const GenlmCheckSetup  *setup,
                                                 GenlmJsonText           text,
                                                 const char             *default_id);
void              genlm_check_result_free       (GenlmCheckResult       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmCheckResult, genlm_check_result_free)

G_END_DECLS
