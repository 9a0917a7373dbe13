#pragma once

/* Runs the real command, as a user would. */

#include <gio/gio.h>
#include <json-glib/json-glib.h>

typedef struct
{
  char *output;
  char *errors;
  int   status;
} Result;

void        result_free    (Result      *result);
Result     *run            (const char  *first,
                            ...) G_GNUC_NULL_TERMINATED;
void        assert_done    (Result      *result);
void        assert_failed  (Result      *result,
                            const char  *pattern);
JsonObject *parse_json     (const char  *text,
                            JsonNode   **root);
void        assert_members (JsonObject  *object,
                            const char  *names);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Result, result_free)
