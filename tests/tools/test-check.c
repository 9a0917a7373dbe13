/* `genlm check`: what it says of one constraint and a text, and of a set. */
#include <glib/gstdio.h>
#include <string.h>

#include "test-command.h"

typedef struct
{
  char *folder;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = g_dir_make_tmp ("genlm-check-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
}

static char *
write_file (Fixture    *fixture,
            const char *name,
            const char *text)
{
  char *path = g_build_filename (fixture->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

/* All 256 bytes and some words, so that every text can be cut. */
static char *
write_vocab (Fixture *fixture)
{
  g_autoptr (GString) text = g_string_new (NULL);
  static const char *const words[] = { "ab", "aab", "bb", "\"a", "a\"" };

  for (guint i = 0; i < 256; i++)
    {
      guint8 byte = i;
      g_autofree char *line = g_base64_encode (&byte, 1);

      g_string_append_printf (text, "%s\n", line);
    }
  g_string_append_c (text, '\n');
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autofree char *line = g_base64_encode ((const guchar *) words[i], strlen (words[i]));

      g_string_append_printf (text, "%s\n", line);
    }
  return write_file (fixture, "vocab.b64", text->str);
}

static void
test_file (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *file = write_file (fixture, "pattern", "a(b|c)+\n");
  g_autoptr (Result) plain = run ("check", "regex", file, NULL);
  g_autoptr (Result) complete = run ("check", "regex", file, "--text", "abc", NULL);
  g_autoptr (Result) prefix = run ("check", "regex", file, "--text", "a", NULL);
  g_autoptr (Result) wrong = run ("check", "regex", file, "--text", "abcxb", NULL);
  g_autofree char *c = g_strnfill (199, 'c');
  g_autofree char *line = g_strconcat ("a", c, "x", NULL);
  g_autoptr (Result) far = run ("check", "regex", file, "--text", line, NULL);
  g_autoptr (Result) json = run ("check", "regex", file, "--json", "--text", "abx", NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonObject *text;

  assert_done (plain);
  g_assert_nonnull (strstr (plain->output, "valid\n"));
  g_assert_nonnull (strstr (plain->output, "n-states: "));
  g_assert_nonnull (strstr (plain->output, "memory: "));
  assert_done (complete);
  g_assert_nonnull (strstr (complete->output, "text: complete"));
  g_assert_cmpint (prefix->status, ==, 1);
  g_assert_nonnull (strstr (prefix->output, "text: a prefix, not complete"));
  g_assert_cmpint (wrong->status, ==, 1);
  g_assert_nonnull (strstr (wrong->output, "byte 4 on, line 1, column 4\n  abcxb\n     ^\n"));
  g_assert_cmpint (far->status, ==, 1);
  g_assert_nonnull (strstr (far->output, "byte 201 on, line 1, column 201\n  ccc"));
  g_assert_nonnull (strstr (far->output, "ccx\n  "));
  g_assert_cmpuint (strlen (far->output), <, 400);
  g_assert_cmpint (json->status, ==, 1);
  text = json_object_get_object_member (parse_json (json->output, &root), "text");
  g_assert_cmpstr (json_object_get_string_member (text, "status"), ==, "not-allowed");
  g_assert_cmpint (json_object_get_int_member (text, "position"), ==, 2);
}

static void
test_mistakes (Fixture       *fixture,
               gconstpointer  data)
{
  g_autofree char *bad = write_file (fixture, "bad", "a(b");
  g_autofree char *good = write_file (fixture, "good", "ab");
  g_autofree char *bytes = write_file (fixture, "bytes", "ab\xff");
  g_autoptr (Result) refused = run ("check", "regex", bad, NULL);
  g_autoptr (Result) binary = run ("check", "regex", bytes, NULL);
  g_autoptr (Result) missing = run ("check", "regex", "/nonexistent/pattern", NULL);
  g_autoptr (Result) none = run ("check", NULL);
  g_autoptr (Result) unknown = run ("check", "yaml", good, NULL);
  g_autoptr (Result) no_file = run ("check", "regex", NULL);
  g_autoptr (Result) both = run ("check", "regex", good, "--suite", good, NULL);
  g_autoptr (Result) draft = run ("check", "regex", good, "--draft", "7", NULL);
  g_autoptr (Result) limit = run ("check", "regex", good, "--limit", "0", NULL);
  g_autoptr (Result) endless = run ("check", "regex", good, "--limit", "inf", NULL);
  g_autoptr (Result) jobs = run ("check", "regex", "--suite", good, "--jobs", "2000000000", NULL);
  g_autoptr (Result) memory = run ("check", "regex", good, "--max-memory", "17592186044417", NULL);
  g_autoptr (Result) property = run ("check", "regex", good, "--set", "max-states", NULL);

  assert_failed (refused, "*bad*not closed*");
  assert_failed (binary, "*bytes*0xFF at byte 2*UTF-8*");
  assert_failed (missing, "*nonexistent*");
  assert_failed (none, "*missing*json-schema*");
  assert_failed (unknown, "*yaml*json-schema*");
  assert_failed (no_file, "*file*");
  assert_failed (both, "*--suite*");
  assert_failed (draft, "*draft*");
  assert_failed (limit, "*--limit*");
  assert_failed (endless, "*--limit is at most*");
  assert_failed (jobs, "*--jobs at most*");
  assert_failed (memory, "*--max-memory at most*");
  assert_failed (property, "*max-states*NAME=VALUE*");
}

/* The JSON object of one line of the output. */
static JsonObject *
parse_line (char       **lines,
            guint        number,
            JsonNode   **root)
{
  g_assert_cmpuint (number, <, g_strv_length (lines));
  return parse_json (lines[number], root);
}

static void
assert_verdict (char       **lines,
                guint        number,
                const char  *id,
                const char  *verdict)
{
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object = parse_line (lines, number, &root);

  assert_members (object, "id verdict pointer reason compile_us masks mask_us_avg mask_us_max");
  g_assert_cmpstr (json_object_get_string_member (object, "verdict"), ==, verdict);
  g_assert_true (g_str_has_suffix (json_object_get_string_member (object, "id"), id));
}

#define ABAB "ababababababababababababababababababababab"

static const char suite_lines[] =
  "{\"id\": \"right\", \"pattern\": \"a+b?\", \"tests\": [{\"valid\": true, \"text\": \"aaab\"}, {\"valid\": false, \"text\": \"aabb\"}]}\n"
  "\n"
  "{\"pattern\": \"a+b?\", \"tests\": [{\"valid\": true, \"text\": \"b\"}]}\n"
  "{\"pattern\": \"a+b?\", \"tests\": [{\"valid\": true, \"text\": \"b\"}, {\"valid\": false, \"text\": \"a\"}]}\n"
  "{\"pattern\": \"a(\"}\n"
  "{\"pattern\": \"ab\"}\n"
  "{\"pattern\": \"ab\", \"tests\": [{\"valid\": true}]}\n"
  "{\"pattern\": \"(ab){100}\", \"tests\": [{\"valid\": false, \"text\": \"" ABAB ABAB ABAB ABAB "\"}]}\n"
  "{nonsense\n"
  "{\"pattern\": \"[\\\"]\\u00e9\\\\\\\\u0001[\\\"]\", \"tests\": [{\"valid\": true, \"data\": \"\\u00e9\\u0001\"}]}\n"
  "{\"pattern\": \"[{][\\\"]a[\\\"]: .1.0, 1e400..\", \"tests\": [{\"valid\": true, \"data\":{\"a\":[1.0,1e400]}}]}\n"
  "{\"pattern\": \"aab\", \"tests\": [{\"valid\": true, \"tokens\": [97, 257]}, {\"valid\": false, \"text\": \"ab\", \"tokens\": [97, 98]}]}\n";

static const char *const verdicts[][2] = {
  { "right", "right" },   { ":3", "too-strict" }, { ":4", "too-lax" }, { ":5", "refused" }, { ":6", "right" },
  { ":7", "refused" },    { ":8", "limit" },      { ":9", "refused" }, { ":10", "right" },  { ":11", "right" },
  { ":12", "right" },
};

static void
assert_suite (Result *result)
{
  g_auto (GStrv) lines = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonObject *summary;

  assert_done (result);
  lines = g_strsplit (g_strchomp (result->output), "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, G_N_ELEMENTS (verdicts) + 1);
  for (guint i = 0; i < G_N_ELEMENTS (verdicts); i++)
    assert_verdict (lines, i, verdicts[i][0], verdicts[i][1]);
  summary = json_object_get_object_member (parse_line (lines, G_N_ELEMENTS (verdicts), &root), "summary");
  g_assert_cmpint (json_object_get_int_member (summary, "cases"), ==, G_N_ELEMENTS (verdicts));
  g_assert_cmpint (json_object_get_int_member (summary, "right"), ==, 5);
  g_assert_cmpint (json_object_get_int_member (summary, "too-lax"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (summary, "refused"), ==, 3);
}

static void
test_suite (Fixture       *fixture,
            gconstpointer  data)
{
  g_autofree char *vocab = write_vocab (fixture);
  g_autofree char *suite = write_file (fixture, "suite.jsonl", suite_lines);
  g_autoptr (Result) one = run ("check", "regex", "--suite", suite, "--vocab", vocab, "--jobs", "1", "--set", "max-states=100", NULL);
  g_autoptr (Result) many = run ("check", "regex", "--suite", suite, "--vocab", vocab, "--jobs", "4", "--set", "max-states=100", NULL);
  g_autoptr (Result) anew = run ("check", "regex", "--suite", suite, "--vocab", vocab, "--anew", "--set", "max-states=100", NULL);
  g_autoptr (Result) fail = run ("check", "regex", "--suite", suite, "--vocab", vocab, "--fail", NULL);

  assert_suite (one);
  assert_suite (many);
  assert_suite (anew);
  g_assert_cmpint (fail->status, ==, 2);
}

/* One array in place of lines, as the standard's own suite is. */
static void
test_array (Fixture       *fixture,
            gconstpointer  data)
{
  g_autofree char *suite =
    write_file (fixture, "suite.json",
                " [ {\"pattern\": \"a\", \"tests\": [ {\"valid\": true, \"text\": \"a\"} ]},\n{\"pattern\": \"[\"} ]\n");
  g_autofree char *broken = write_file (fixture, "broken.json", "[{\"pattern\": \"a\"}");
  g_autoptr (Result) result = run ("check", "regex", "--suite", suite, NULL);
  g_autoptr (Result) refused = run ("check", "regex", "--suite", broken, NULL);
  g_auto (GStrv) lines = NULL;

  assert_done (result);
  lines = g_strsplit (g_strchomp (result->output), "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  assert_verdict (lines, 0, "suite.json:1", "right");
  assert_verdict (lines, 1, "suite.json:2", "refused");
  assert_failed (refused, "*broken.json*ends too early*");
}

/* What a set holds in the wrong place is told, not read as something else. */
static void
test_malformed (Fixture       *fixture,
                gconstpointer  data)
{
  static const char cases[] =
    "{\"id\": 7, \"pattern\": \"a\"}\n"
    "{\"pattern\": \"a\", \"tests\": {\"valid\": true}}\n"
    "{\"pattern\": \"a\", \"tests\": [1]}\n"
    "{\"pattern\": \"a\", \"tests\": [{\"valid\": true, \"text\": 1}]}\n"
    "{\"pattern\": \"a\", \"tests\": [{\"valid\": true, \"tokens\": \"a\"}]}\n"
    "{\"pattern\": \"a\", \"tests\": [{\"valid\": true, \"tokens\": [97, 1000]}]}\n"
    "[]\n";
  g_autofree char *suite = write_file (fixture, "suite.jsonl", cases);
  g_autofree char *vocab = write_vocab (fixture);
  g_autoptr (Result) result = run ("check", "regex", "--suite", suite, "--vocab", vocab, NULL);
  g_auto (GStrv) lines = NULL;

  assert_done (result);
  lines = g_strsplit (g_strchomp (result->output), "\n", -1);
  assert_verdict (lines, 0, "7", "right");
  for (guint i = 1; i < 7; i++)
    assert_verdict (lines, i, "", "refused");
  g_assert_nonnull (strstr (lines[1], "no array"));
  g_assert_nonnull (strstr (lines[3], "no string"));
  g_assert_nonnull (strstr (lines[4], "no array of ids"));
}

/* The documents of remote references. */
static void
test_references (Fixture       *fixture,
                 gconstpointer  data)
{
  static const char *const wrong[] = { "42", "[1]", "\"a\"", "{" };
  g_autofree char *schema = write_file (fixture, "schema", "{\"$ref\": \"http://example.com/a\"}");
  g_autofree char *references = write_file (fixture, "refs", " {\"http://example.com/a\": {\"type\": \"null\"}}\n");
  g_autoptr (Result) missing = run ("check", "json-schema", schema, NULL);
  g_autoptr (Result) given = run ("check", "json-schema", schema, "--refs", references, "--text", "null", NULL);

  assert_failed (missing, "*#/$ref*no document is known*");
  assert_done (given);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *file = write_file (fixture, "wrong", wrong[i]);
      g_autoptr (Result) refused = run ("check", "json-schema", schema, "--refs", file, NULL);

      assert_failed (refused, "*wrong: It is no*");
    }
}

static void
test_vocab (Fixture       *fixture,
            gconstpointer  data)
{
  g_autofree char *suite = write_file (fixture, "suite.jsonl", "{\"pattern\": \"a\"}\n");
  g_autofree char *vocab = write_file (fixture, "vocab.b64", "YQ==\nno base64\n");
  g_autofree char *small = write_file (fixture, "small.b64", "YQ==\n");
  g_autofree char *text = write_file (fixture, "b.jsonl", "{\"pattern\": \"b\", \"tests\": [{\"valid\": true, \"text\": \"b\"}]}\n");
  g_autoptr (Result) broken = run ("check", "regex", "--suite", suite, "--vocab", vocab, NULL);
  g_autoptr (Result) missing = run ("check", "regex", "--suite", text, "--vocab", small, NULL);

  assert_failed (broken, "*vocab.b64:2*base64*");
  assert_done (missing);
  g_assert_nonnull (strstr (missing->output, "cannot be written in tokens"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add ("/tools/check/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("file", test_file);
  ADD ("mistakes", test_mistakes);
  ADD ("suite", test_suite);
  ADD ("array", test_array);
  ADD ("malformed", test_malformed);
  ADD ("references", test_references);
  ADD ("vocab", test_vocab);
#undef ADD

  return g_test_run ();
}
