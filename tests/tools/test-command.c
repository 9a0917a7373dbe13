#include "test-command.h"

#include <string.h>

#define MAX_ARGUMENTS 12

void
result_free (Result *result)
{
  g_free (result->output);
  g_free (result->errors);
  g_free (result);
}

Result *
run (const char *first,
     ...)
{
  const char *arguments[MAX_ARGUMENTS] = { "genlm", first };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;
  Result *result = g_new0 (Result, 1);
  va_list more;

  va_start (more, first);
  for (guint i = 2; first != NULL && (arguments[i] = va_arg (more, const char *)) != NULL; i++)
    g_assert_cmpuint (i, <, MAX_ARGUMENTS - 1);
  va_end (more);
  process = g_subprocess_newv (arguments, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &result->output, &result->errors, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  result->status = g_subprocess_get_exit_status (process);
  return result;
}

void
assert_done (Result *result)
{
  if (result->status != 0)
    g_test_message ("%s", result->errors);
  g_assert_cmpint (result->status, ==, 0);
  g_assert_cmpstr (result->errors, ==, "");
}

void
assert_failed (Result     *result,
               const char *pattern)
{
  g_test_message ("%s", result->errors);
  g_assert_cmpint (result->status, ==, 1);
  g_assert_cmpstr (result->output, ==, "");
  g_assert_true (g_str_has_prefix (result->errors, "genlm: "));
  g_assert_true (g_pattern_match_simple (pattern, result->errors));
}

JsonObject *
parse_json (const char *text,
            JsonNode  **root)
{
  g_autoptr (GError) error = NULL;

  *root = json_from_string (text, &error);
  g_assert_no_error (error);
  return json_node_get_object (*root);
}

void
assert_members (JsonObject *object,
                const char *names)
{
  g_autoptr (GString) found = g_string_new (NULL);
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *l = members; l != NULL; l = l->next)
    g_string_append_printf (found, "%s%s", found->len > 0 ? " " : "", (const char *) l->data);
  g_assert_cmpstr (found->str, ==, names);
}
