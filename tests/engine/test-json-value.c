#include <genlm.h>
#include <string.h>

#include "genlm-json-reader.h"

static GenlmJsonDocument *
read_text (const char *text)
{
  g_autoptr (GError) error = NULL;
  GenlmJsonDocument *document = genlm_json_document_new (text, -1, &error);

  g_assert_no_error (error);
  return document;
}

static void
test_scalars (void)
{
  g_autoptr (GenlmJsonDocument) document = read_text (
    " [ null , true,false, -1.50E+3, \"a\\u0062\\n\\\"\\/\\\\\\b\\f\\r\\t\\ud83d\\ude00\xc3\xa9\\u0000z\", \"\" ] \n");
  const GenlmJsonValue *root = genlm_json_document_peek_root (document);

  g_assert_cmpint (root->type, ==, GENLM_JSON_ARRAY);
  g_assert_cmpuint (root->n, ==, 6);
  g_assert_cmpint (root->items[0].type, ==, GENLM_JSON_NULL);
  g_assert_cmpint (root->items[1].type, ==, GENLM_JSON_BOOLEAN);
  g_assert_cmpuint (root->items[1].n, ==, 1);
  g_assert_cmpuint (root->items[2].n, ==, 0);
  g_assert_cmpint (root->items[3].type, ==, GENLM_JSON_NUMBER);
  g_assert_cmpstr (root->items[3].text, ==, "-1.50E+3");
  g_assert_cmpmem (root->items[4].text, root->items[4].n, "ab\n\"/\\\b\f\r\t\xf0\x9f\x98\x80\xc3\xa9\0z", 18);
  g_assert_cmpuint (root->items[5].n, ==, 0);
  g_assert_null (root->parent);
  g_assert_true (root->items[4].parent == root);
}

/* Few names are searched one by one, many by their order. */
static void
test_members (void)
{
  for (guint n = 0; n < 40; n++)
    {
      g_autoptr (GString)           text = g_string_new ("{");
      g_autoptr (GenlmJsonDocument) document = NULL;
      const GenlmJsonValue         *root;

      for (guint i = 0; i < n; i++)
        g_string_append_printf (text, "%s\"%u\": [%u]", i > 0 ? ", " : "", i * 7919 % 1000, i);
      g_string_append_c (text, '}');
      document = read_text (text->str);
      root = genlm_json_document_peek_root (document);
      g_assert_cmpuint (root->n, ==, n);
      for (guint i = 0; i < n; i++)
        {
          g_autofree char        *name = g_strdup_printf ("%u", i * 7919 % 1000);
          g_autofree char        *pointer = g_strdup_printf ("#/%s/0", name);
          g_autofree char        *place = NULL;
          const GenlmJsonValue   *value = genlm_json_value_peek (root, name, -1);
          const GenlmJsonMember  *member = genlm_json_value_get_member (value);

          g_assert_true (value == &root->members[i].value);
          g_assert_true (member == &root->members[i]);
          g_assert_true (value->parent == root);
          g_assert_true (value->items[0].parent == value);
          place = genlm_json_value_dup_pointer (&value->items[0]);
          g_assert_cmpstr (place, ==, pointer);
        }
      g_assert_null (genlm_json_value_peek (root, "1001", -1));
      g_assert_null (genlm_json_value_peek (root, "", -1));
    }
}

static void
test_pointers (void)
{
  g_autoptr (GenlmJsonDocument) document = read_text ("{\"a/b\": [0, {\"m~n\": {\"\": 1}}]}");
  const GenlmJsonValue *root = genlm_json_document_peek_root (document);
  const GenlmJsonValue *item = &genlm_json_value_peek (root, "a/b", -1)->items[1];
  const GenlmJsonValue *value = genlm_json_value_peek (genlm_json_value_peek (item, "m~n", -1), "", -1);
  g_autofree char *pointer = genlm_json_value_dup_pointer (value);
  g_autofree char *root_pointer = genlm_json_value_dup_pointer (root);

  g_assert_cmpstr (pointer, ==, "#/a~1b/1/m~0n/");
  g_assert_cmpstr (root_pointer, ==, "#");
  g_assert_null (genlm_json_value_get_member (item));
}

static void
test_equal (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    gboolean    equal;
  } cases[] = {
    { "1", "1.0", TRUE },
    { "1", "10e-1", TRUE },
    { "0", "-0.0", TRUE },
    { "1", "true", FALSE },
    { "0", "false", FALSE },
    { "1", "\"1\"", FALSE },
    { "null", "false", FALSE },
    { "[]", "{}", FALSE },
    { "[1, [2, {\"a\": 3}]]", "[1.0, [2e0, {\"a\": 3.0}]]", TRUE },
    { "[1, 2]", "[2, 1]", FALSE },
    { "{\"a\": 1, \"b\": 2}", "{\"b\": 2, \"a\": 1}", TRUE },
    { "{\"a\": 1}", "{\"b\": 1}", FALSE },
    { "{\"a\": [1, {\"x\": null}]}", "{\"a\": [1, {\"x\": 0}]}", FALSE },
    { "\"\\u0061\"", "\"a\"", TRUE },
    { "12345678901234567890123456789", "12345678901234567890123456788", FALSE },
    { "1e400", "10e399", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GenlmJsonDocument) a = read_text (cases[i].a);
      g_autoptr (GenlmJsonDocument) b = read_text (cases[i].b);

      g_assert_cmpint (genlm_json_value_equal (genlm_json_document_peek_root (a), genlm_json_document_peek_root (b)),
                       ==, cases[i].equal);
      g_assert_cmpint (genlm_json_value_equal (genlm_json_document_peek_root (b), genlm_json_document_peek_root (a)),
                       ==, cases[i].equal);
    }
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *text;
    const char *says;
  } cases[] = {
    { "", "line 1, column 1: expected a value, found the end of the text" },
    { "  ", "column 3: expected a value" },
    { "[1,]", "column 4: expected a value, found “]”" },
    { "[1 2]", "column 4: expected “,” or “]”, found “2”" },
    { "[1}", "expected “,” or “]”" },
    { "{\"a\" 1}", "column 6: expected “:”" },
    { "{\"a\": 1,}", "column 9: expected a name in quotes" },
    { "{a: 1}", "column 2: expected a name in quotes, found “a”" },
    { "{\"a\": 1\n \"b\": 2}", "line 2, column 2: expected “,” or “}”" },
    { "{\"a\": 1, \"b\": {\"a\": 1}, \"a\": 2}", "the name “a” occurs twice" },
    { "{\"a\": 1, \"\\u0061\": 2}", "the name “a” occurs twice" },
    { "{\"1\":0,\"2\":0,\"3\":0,\"4\":0,\"5\":0,\"6\":0,\"7\":0,\"8\":0,\"9\":0,\"4\":0}", "the name “4” occurs twice" },
    { "01", "must not begin with a zero" },
    { "-", "expected a digit" },
    { "1.", "expected a digit after the point" },
    { "1e+", "expected a digit of the exponent" },
    { ".5", "expected a value, found “.”" },
    { "+1", "expected a value, found “+”" },
    { "NaN", "expected a value" },
    { "tru", "expected a value" },
    { "nul", "expected a value" },
    { "1 1", "column 3: expected the end of the text" },
    { "\"abc", "column 1: the string is not closed" },
    { "\"a\\", "a backslash without an escape after it" },
    { "\"a\\x41\"", "column 3: a backslash without an escape after it" },
    { "\"\\u12g4\"", "four hexadecimal digits" },
    { "\"a\nb\"", "the control character U+000A must be escaped" },
    { "\"\\ud83d\"", "“\\ud83d” is half of a surrogate pair" },
    { "\"\\ud83dx\"", "half of a surrogate pair" },
    { "\"\\ude00\\ud83d\"", "half of a surrogate pair" },
    { "\"\\ud83d\\u0041\"", "half of a surrogate pair" },
    { "\"\xc3\"", "not valid UTF-8" },
    { "\"\xed\xa0\x80\"", "not valid UTF-8" },
    { "\xef\xbb\xbf[]", "expected a value" },
    { "[\x01]", "found the control character U+0001" },
    { "/* */ 1", "expected a value, found “/”" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError)            error = NULL;
      g_autoptr (GenlmJsonDocument) document = genlm_json_document_new (cases[i].text, -1, &error);

      g_assert_null (document);
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
      if (strstr (error->message, cases[i].says) == NULL)
        g_error ("%s: %s", cases[i].text, error->message);
    }
}

/* Every text that is cut off somewhere, or followed by a NUL, is refused. */
static void
test_cuts (void)
{
  static const char text[] = "{\"a\": [1.5e-3, {\"\\u00e9\\ud83d\\ude00\": null}, \"\xc3\xa9\"], \"b\": {}}";

  for (gsize i = 0; i < strlen (text); i++)
    {
      g_autoptr (GError)            error = NULL;
      g_autofree char              *copy = g_strndup (text, i);
      g_autoptr (GenlmJsonDocument) document = genlm_json_document_new (copy, (gssize) i, &error);

      g_assert_null (document);
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
  for (gsize i = 0; i <= strlen (text); i++)
    {
      g_autoptr (GError)            error = NULL;
      g_autoptr (GString)           copy = g_string_new (text);
      g_autoptr (GenlmJsonDocument) document = NULL;

      if (i < strlen (text) && (guchar) text[i] >= 0x80 && (guchar) text[i] < 0xc0)
        continue;
      g_string_insert_len (copy, (gssize) i, "\0", 1);
      document = genlm_json_document_new (copy->str, (gssize) copy->len, &error);
      g_assert_null (document);
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
    }
}

static void
test_depth (void)
{
  const gsize                   depth = 1000000;
  g_autoptr (GString)           text = g_string_sized_new (depth * 8);
  g_autoptr (GenlmJsonDocument) document = NULL;
  g_autoptr (GenlmJsonDocument) other = NULL;
  const GenlmJsonValue         *value;
  gsize                         n;

  for (gsize i = 0; i < depth; i++)
    g_string_append (text, i % 2 == 0 ? "[" : "{\"a\":");
  g_string_append (text, "1");
  for (gsize i = depth; i > 0; i--)
    g_string_append_c (text, i % 2 == 1 ? ']' : '}');
  document = read_text (text->str);
  other = read_text (text->str);
  value = genlm_json_document_peek_root (document);
  for (n = 0; value->type >= GENLM_JSON_ARRAY; n++)
    value = value->type == GENLM_JSON_ARRAY ? &value->items[0] : &value->members[0].value;
  g_assert_cmpuint (n, ==, depth);
  g_assert_true (genlm_json_value_equal (genlm_json_document_peek_root (document),
                                         genlm_json_document_peek_root (other)));
}

static void
test_excerpts (void)
{
  static const char *const texts[][2] = {
    { "null", "null" },
    { "true", "true" },
    { "-1.5e3", "-1.5e3" },
    { "\"short\"", "\"short\"" },
    { "\"a\\nb\"", "\"a b\"" },
    { "[1, 2]", "an array of 2" },
    { "{\"a\": 1}", "an object of 1 members" },
    { "\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 a text of more than sixty characters, "
      "which is cut\"",
      "\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 a text of more than sixty characters, "
      "which is cu…\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GenlmJsonDocument) document = read_text (texts[i][0]);
      g_autofree char *excerpt = genlm_json_value_dup_excerpt (genlm_json_document_peek_root (document));

      g_assert_cmpstr (excerpt, ==, texts[i][1]);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/json-value/scalars", test_scalars);
  g_test_add_func ("/engine/json-value/members", test_members);
  g_test_add_func ("/engine/json-value/pointers", test_pointers);
  g_test_add_func ("/engine/json-value/equal", test_equal);
  g_test_add_func ("/engine/json-value/refusals", test_refusals);
  g_test_add_func ("/engine/json-value/cuts", test_cuts);
  g_test_add_func ("/engine/json-value/depth", test_depth);
  g_test_add_func ("/engine/json-value/excerpts", test_excerpts);
  return g_test_run ();
}
