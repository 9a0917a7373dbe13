#include <genlm.h>
#include <string.h>

#include "genlm-schema-uri.h"
#include "schema-oracle.h"

#define SYNTAX      GENLM_POTENTIAL_ERROR_INVALID_PROPERTY
#define UNSUPPORTED GENLM_POTENTIAL_ERROR_NOT_SUPPORTED
#define LIMIT       GENLM_POTENTIAL_ERROR_LIMIT

#define DRAFT_4 "\"$schema\": \"http://json-schema.org/draft-04/schema#\", "
#define DRAFT_6 "\"$schema\": \"http://json-schema.org/draft-06/schema#\", "
#define DRAFT_7 "\"$schema\": \"http://json-schema.org/draft-07/schema#\", "
#define DRAFT_2019 "\"$schema\": \"https://json-schema.org/draft/2019-09/schema\", "
#define DRAFT_2020 "\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", "

typedef struct
{
  const char *schema;
  int         code;
  const char *says; /* the message begins so if it begins with “#” */
} Refusal;

static const Refusal refusals[] = {
  /* What is no schema at all. */
  { "", SYNTAX, "Failed to read JSON: line 1, column 1" },
  { "{", SYNTAX, "expected a name" },
  { "[]", SYNTAX, "#: a schema must be an object, true or false, not array" },
  { "1", SYNTAX, "#: a schema must be" },
  { "null", SYNTAX, "#: a schema must be" },
  { "\"object\"", SYNTAX, "#: a schema must be" },
  { "{\"type\": \"string\", \"type\": \"number\"}", SYNTAX, "the name “type” occurs twice" },
  /* type, enum */
  { "{\"type\": \"float\"}", SYNTAX, "#/type: “type” must be “null”, “boolean”" },
  { "{\"type\": \"any\"}", SYNTAX, "#/type: “type” must be" },
  { "{\"type\": [\"string\", \"text\"]}", SYNTAX, "#/type/1: this must be “null”" },
  { "{\"type\": []}", SYNTAX, "#/type: “type” must be the name of a type or an array" },
  { "{\"type\": 1}", SYNTAX, "#/type: “type” must be" },
  { "{\"type\": {\"a\": 1}}", SYNTAX, "#/type: “type” must be" },
  { "{\"type\": [null]}", SYNTAX, "#/type/0: this must be" },
  { "{\"enum\": 1}", SYNTAX, "#/enum: “enum” must be an array, not 1" },
  { "{\"enum\": {}}", SYNTAX, "#/enum: “enum” must be an array" },
  { "{\"enum\": \"a\"}", SYNTAX, "#/enum: “enum” must be an array, not \"a\"" },
  /* numbers */
  { "{\"minimum\": \"1\"}", SYNTAX, "#/minimum: “minimum” must be a number, not \"1\"" },
  { "{\"maximum\": null}", SYNTAX, "#/maximum: “maximum” must be a number, not null" },
  { "{\"maximum\": [1]}", SYNTAX, "#/maximum: “maximum” must be a number, not an array of 1" },
  { "{" DRAFT_7 "\"exclusiveMinimum\": true}", SYNTAX, "#/exclusiveMinimum: “exclusiveMinimum” must be a number" },
  { "{" DRAFT_2020 "\"exclusiveMaximum\": true}", SYNTAX, "#/exclusiveMaximum: “exclusiveMaximum” must be a number" },
  { "{" DRAFT_4 "\"exclusiveMaximum\": 1}", SYNTAX, "#/exclusiveMaximum: “exclusiveMaximum” must be true or false" },
  { "{" DRAFT_4 "\"exclusiveMinimum\": \"true\"}", SYNTAX, "#/exclusiveMinimum: “exclusiveMinimum” must be true or" },
  { "{\"exclusiveMaximum\": \"5\"}", SYNTAX, "#/exclusiveMaximum: “exclusiveMaximum” must be a number" },
  { "{\"multipleOf\": 0}", SYNTAX, "#/multipleOf: “multipleOf” must be a number greater than zero, not 0" },
  { "{\"multipleOf\": -2}", SYNTAX, "#/multipleOf: “multipleOf” must be a number greater than zero" },
  { "{\"multipleOf\": 0.0e5}", SYNTAX, "#/multipleOf: “multipleOf” must be a number greater than zero" },
  { "{\"multipleOf\": true}", SYNTAX, "#/multipleOf: “multipleOf” must be a number, not true" },
  { "{\"multipleOf\": 1e-9999999999999999999}", UNSUPPORTED, "#/multipleOf: a divisor of more than 1000 digits" },
  /* strings */
  { "{\"minLength\": -1}", SYNTAX, "#/minLength: “minLength” must be an integer that is not negative, not -1" },
  { "{\"minLength\": 1.5}", SYNTAX, "#/minLength: “minLength” must be an integer" },
  { "{\"maxLength\": \"5\"}", SYNTAX, "#/maxLength: “maxLength” must be an integer" },
  { "{\"maxLength\": 1e-1}", SYNTAX, "#/maxLength: “maxLength” must be an integer" },
  { "{\"pattern\": 1}", SYNTAX, "#/pattern: “pattern” must be a regular expression, a string" },
  { "{\"pattern\": \"a(\"}", SYNTAX, "#/pattern: " },
  { "{\"pattern\": \"[b-a]\"}", SYNTAX, "#/pattern: " },
  { "{\"pattern\": \"*\"}", SYNTAX, "#/pattern: " },
  { "{\"pattern\": \"(a)\\\\1\"}", UNSUPPORTED, "#/pattern: " },
  { "{\"pattern\": \"x(?:a|(?<=x))\"}", UNSUPPORTED, "#/pattern: " },
  { "{\"pattern\": \"(?<n>a)\\\\k<n>\"}", UNSUPPORTED, "#/pattern: " },
  { "{\"pattern\": \"(?:a(?!b)){0,5000}\"}", UNSUPPORTED, "#/pattern: A group with a look-ahead or an anchor inside is repeated" },
  { "{\"pattern\": \"a{2147483648}\"}", UNSUPPORTED, "#/pattern: " },
  { "{\"format\": 1}", SYNTAX, "#/format: “format” must be the name of a format" },
  { "{\"format\": [\"date\"]}", SYNTAX, "#/format: “format” must be the name of a format" },
  /* arrays */
  { "{\"items\": 1}", SYNTAX, "#/items: “items” must be a schema: an object, true or false, not 1" },
  { "{\"items\": \"string\"}", SYNTAX, "#/items: “items” must be a schema" },
  { "{\"items\": [{}, 1]}", SYNTAX, "#/items/1: this must be a schema" },
  { "{" DRAFT_2020 "\"items\": [{}]}", SYNTAX, "#/items: “items” must be a schema (the one for the first items" },
  { "{\"prefixItems\": [{}], \"items\": [{}]}", SYNTAX, "#/items: “items” must be a schema (the one for the first" },
  { "{\"prefixItems\": {}}", SYNTAX, "#/prefixItems: “prefixItems” must be an array of schemas" },
  { "{\"prefixItems\": [1]}", SYNTAX, "#/prefixItems/0: this must be a schema" },
  { "{\"items\": [{}], \"additionalItems\": 0}", SYNTAX, "#/additionalItems: “additionalItems” must be a schema" },
  { "{\"contains\": []}", SYNTAX, "#/contains: “contains” must be a schema" },
  { "{\"contains\": {}, \"minContains\": -1}", SYNTAX, "#/minContains: “minContains” must be an integer" },
  { "{\"contains\": {}, \"maxContains\": {}}", SYNTAX, "#/maxContains: “maxContains” must be an integer" },
  { "{\"minItems\": null}", SYNTAX, "#/minItems: “minItems” must be an integer" },
  { "{\"maxItems\": 0.5}", SYNTAX, "#/maxItems: “maxItems” must be an integer" },
  { "{\"uniqueItems\": 1}", SYNTAX, "#/uniqueItems: “uniqueItems” must be true or false" },
  { "{\"uniqueItems\": \"true\"}", SYNTAX, "#/uniqueItems: “uniqueItems” must be true or false" },
  { "{\"unevaluatedItems\": 1}", SYNTAX, "#/unevaluatedItems: “unevaluatedItems” must be a schema" },
  /* objects */
  { "{\"properties\": []}", SYNTAX, "#/properties: “properties” must be an object whose members are schemas" },
  { "{\"properties\": {\"a/b\": 1}}", SYNTAX, "#/properties/a~1b: “a/b” must be a schema" },
  { "{\"properties\": {\"a\": {\"properties\": {\"b~\": null}}}}", SYNTAX, "#/properties/a/properties/b~0: “b~” must be" },
  { "{\"patternProperties\": [1]}", SYNTAX, "#/patternProperties: “patternProperties” must be an object" },
  { "{\"patternProperties\": {\"(\": {}}}", SYNTAX, "#/patternProperties/(: " },
  { "{\"patternProperties\": {\"a\": 1}}", SYNTAX, "#/patternProperties/a: “a” must be a schema" },
  { "{\"patternProperties\": {\"a(?:(?<!b)c)\": {}}}", UNSUPPORTED, "#/patternProperties/a(?:(?<!b)c): " },
  { "{\"additionalProperties\": \"no\"}", SYNTAX, "#/additionalProperties: “additionalProperties” must be a schema" },
  { "{\"propertyNames\": [\"a\"]}", SYNTAX, "#/propertyNames: “propertyNames” must be a schema" },
  { "{\"required\": true}", SYNTAX, "#/required: “required” must be an array of names (in the schema of" },
  { "{\"required\": \"a\"}", SYNTAX, "#/required: “required” must be an array of names" },
  { "{\"required\": [\"a\", 1]}", SYNTAX, "#/required/1: this must be a string, the name of a property" },
  { "{\"properties\": {\"a\": {\"required\": false}}}", SYNTAX, "#/properties/a/required: “required” must be an array" },
  { "{\"minProperties\": \"\"}", SYNTAX, "#/minProperties: “minProperties” must be an integer" },
  { "{\"maxProperties\": -0.5}", SYNTAX, "#/maxProperties: “maxProperties” must be an integer" },
  { "{\"dependentRequired\": []}", SYNTAX, "#/dependentRequired: “dependentRequired” must be an object whose" },
  { "{\"dependentRequired\": {\"a\": \"b\"}}", SYNTAX, "#/dependentRequired/a: “a” must be an array of names" },
  { "{\"dependentRequired\": {\"a\": {}}}", SYNTAX, "#/dependentRequired/a: “a” must be an array of names" },
  { "{\"dependentSchemas\": true}", SYNTAX, "#/dependentSchemas: “dependentSchemas” must be an object" },
  { "{\"dependentSchemas\": {\"a\": []}}", SYNTAX, "#/dependentSchemas/a: “a” must be a schema" },
  { "{\"dependencies\": []}", SYNTAX, "#/dependencies: “dependencies” must be an object whose members are schemas or" },
  { "{\"dependencies\": {\"a\": 1}}", SYNTAX, "#/dependencies/a: “a” must be a schema" },
  { "{\"dependencies\": {\"a\": [1]}}", SYNTAX, "#/dependencies/a/0: this must be a string" },
  { "{\"unevaluatedProperties\": null}", SYNTAX, "#/unevaluatedProperties: “unevaluatedProperties” must be a" },
  /* in place */
  { "{\"allOf\": {}}", SYNTAX, "#/allOf: “allOf” must be an array of schemas" },
  { "{\"allOf\": [1]}", SYNTAX, "#/allOf/0: this must be a schema" },
  { "{\"anyOf\": true}", SYNTAX, "#/anyOf: “anyOf” must be an array of schemas" },
  { "{\"anyOf\": [{}, []]}", SYNTAX, "#/anyOf/1: this must be a schema" },
  { "{\"oneOf\": \"\"}", SYNTAX, "#/oneOf: “oneOf” must be an array of schemas" },
  { "{\"not\": []}", SYNTAX, "#/not: “not” must be a schema" },
  { "{\"if\": 1}", SYNTAX, "#/if: “if” must be a schema" },
  { "{\"if\": {}, \"then\": 1}", SYNTAX, "#/then: “then” must be a schema" },
  { "{\"if\": {}, \"else\": []}", SYNTAX, "#/else: “else” must be a schema" },
  { "{\"allOf\": [{\"anyOf\": [{\"not\": {\"minLength\": -1}}]}]}", SYNTAX, "#/allOf/0/anyOf/0/not/minLength: " },
  { "{\"anyOf\": []}", SYNTAX, "#/anyOf: “anyOf” must be an array of at least one schema" },
  { "{\"items\": {\"oneOf\": []}}", SYNTAX, "#/items/oneOf: “oneOf” must be an array of at least one schema" },
  /* names */
  { "{\"$defs\": []}", SYNTAX, "#/$defs: “$defs” must be an object whose members are schemas" },
  { "{\"definitions\": true}", SYNTAX, "#/definitions: “definitions” must be an object whose members are schemas" },
  { "{\"$schema\": 7}", SYNTAX, "#/$schema: “$schema” must be the URI of a meta-schema, a string, not 7" },
  { "{\"$schema\": \"http://json-schema.org/draft-03/schema#\"}", UNSUPPORTED, "#/$schema: “http://json-schema.org/draft-03/" },
  { "{\"items\": {\"$id\": \"x\", \"$schema\": \"https://json-schema.org/draft-02/hyper-schema\"}}", UNSUPPORTED,
    "#/items/$schema: “https://json-schema.org/draft-02" },
  { "{\"items\": {\"$id\": {}}}", SYNTAX, "#/items/$id: “$id” must be a URI reference" },
  { "{" DRAFT_4 "\"id\": 1}", SYNTAX, "#/id: “id” must be a URI reference" },
  { "{\"$anchor\": true}", SYNTAX, "#/$anchor: “$anchor” must be a name" },
  { "{\"$dynamicAnchor\": null}", SYNTAX, "#/$dynamicAnchor: “$dynamicAnchor” must be a name" },
  { "{" DRAFT_2019 "\"$recursiveAnchor\": \"true\"}", SYNTAX, "#/$recursiveAnchor: “$recursiveAnchor” must be true or" },
  /* references */
  { "{\"$defs\": {\"a\": {}}, \"$ref\": \"#/$defs/a\\u0000b\"}", SYNTAX, "#/$ref: “$ref” must be a URI reference" },
  { "{\"$ref\": 1}", SYNTAX, "#/$ref: “$ref” must be a URI reference, a string" },
  { "{\"$ref\": \"#/a\"}", SYNTAX, "#/$ref: the reference “#/a” leads nowhere: the schema holds nothing at “#/a”" },
  { "{\"$ref\": \"#a\"}", SYNTAX, "#/$ref: the reference “#a” leads nowhere" },
  { "{\"items\": {\"$ref\": \"#/items/1\"}}", SYNTAX, "#/items/$ref: the reference “#/items/1” leads nowhere" },
  { "{\"$defs\": {\"a\": 1}, \"$ref\": \"#/$defs/a\"}", SYNTAX, "#/$ref: the reference “#/$defs/a” leads to a value of type number" },
  { "{\"allOf\": [true], \"items\": {\"$ref\": \"#/allOf/00\"}}", SYNTAX, "#/items/$ref: the reference “#/allOf/00”" },
  { "{\"$ref\": \"other.json\"}", SYNTAX, "#/$ref: the reference “other.json” leads nowhere: no document is known at "
                                         "“other.json”" },
  { "{\"$ref\": \"http://example.com/a#/b\"}", SYNTAX, "#/$ref: the reference “http://example.com/a#/b” leads nowhere: "
                                                      "no document is known at “http://example.com/a”" },
  { "{" DRAFT_7 "\"$ref\": 5, \"type\": 1}", SYNTAX, "#/$ref: “$ref” must be a URI reference" },
  { "{\"$dynamicRef\": \"#a\"}", SYNTAX, "#/$dynamicRef: the reference “#a” leads nowhere" },
  { "{" DRAFT_2019 "\"$recursiveRef\": true}", SYNTAX, "#/$recursiveRef: “$recursiveRef” must be a URI reference" },
  /* loops */
  { "{\"$ref\": \"#\"}", SYNTAX, "#: this schema is applied to a value in order to know whether" },
  { "{\"$ref\": \"#/$defs/a\", \"$defs\": {\"a\": {\"$ref\": \"#/$defs/b\"}, \"b\": {\"$ref\": \"#/$defs/a\"}}}", SYNTAX,
    "#/$defs/a: this schema is applied" },
  { "{\"items\": {\"anyOf\": [{\"type\": \"null\"}, {\"not\": {\"$ref\": \"#/items\"}}]}}", SYNTAX, "#/items: this schema is" },
  { "{\"dependentSchemas\": {\"a\": {\"$ref\": \"#\"}}}", SYNTAX, "#: this schema is applied" },
  { "{\"if\": true, \"then\": {\"allOf\": [{\"$ref\": \"#\"}]}}", SYNTAX, "#: this schema is applied" },
};

static GenlmSchema *
load (const char               *text,
      const GenlmSchemaOptions *options)
{
  g_autoptr (GError) error = NULL;
  GenlmSchema *schema = genlm_schema_new (text, -1, options, &error);

  if (error != NULL)
    g_error ("%s: %s", text, error->message);
  return schema;
}

static void
test_refusals (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      const Refusal          *refusal = &refusals[i];
      g_autoptr (GError)      error = NULL;
      g_autoptr (GenlmSchema) schema = genlm_schema_new (refusal->schema, -1, NULL, &error);

      if (schema != NULL)
        g_error ("%s is taken", refusal->schema);
      if (error->domain != GENLM_POTENTIAL_ERROR || error->code != refusal->code ||
          (*refusal->says == '#' ? !g_str_has_prefix (error->message, refusal->says)
                                 : strstr (error->message, refusal->says) == NULL))
        g_error ("%s: %s", refusal->schema, error->message);
    }
}

/* What is dropped then holds of everything. */
static void
test_lenient (void)
{
  GenlmSchemaOptions options = { .lenient = TRUE };

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      const Refusal          *refusal = &refusals[i];
      g_autoptr (GError)      error = NULL;
      g_autoptr (GenlmSchema) schema = genlm_schema_new (refusal->schema, -1, &options, &error);
      const GenlmSchemaNote  *notes;
      const char             *colon;
      gsize                   n;

      if (schema == NULL)
        {
          g_assert_true (strstr (refusal->says, "JSON") != NULL || strstr (refusal->says, "expected") != NULL ||
                         strstr (refusal->says, "twice") != NULL || strstr (refusal->says, "#: ") != NULL ||
                         strstr (refusal->says, "this schema") != NULL || strstr (refusal->says, "draft-0") != NULL);
          continue;
        }
      notes = genlm_schema_peek_dropped (schema, &n);
      g_assert_cmpuint (n, ==, 1);
      colon = strstr (refusal->says, ": ");
      g_assert_nonnull (colon);
      g_assert_cmpuint (strlen (notes[0].pointer), ==, (gsize) (colon - refusal->says));
      g_assert_true (g_str_has_prefix (refusal->says, notes[0].pointer));
    }
}

static GBytes *
resolve (const char *uri,
         gpointer    user_data,
         GError    **error)
{
  static const char *const documents[][2] = {
    { "http://example.com/a", "{\"$defs\": {\"n\": {\"type\": \"integer\"}}, \"type\": \"string\"}" },
    { "http://example.com/sub/b", "{\"$ref\": \"../a\", \"maxLength\": 3}" },
    { "http://example.com/bad", "{\"type\":" },
    { "http://example.com/wrong", "{\"items\": {\"type\": 5}}" },
    { "http://example.com/old", "{" DRAFT_4 "\"maximum\": 5, \"exclusiveMaximum\": true}" },
    { "http://example.com/oldest", "{\"$schema\": \"http://json-schema.org/draft-03/schema#\", \"disallow\": \"null\"}" },
    { "http://example.com/holds-oldest", "{\"$id\": \"http://example.com/it\", \"items\": {\"$id\": \"in\"}, \"not\": {\"$id\": \"x\", "
                                         "\"$schema\": \"http://json-schema.org/draft-03/schema#\"}}" },
    { "names.json", "{\"enum\": [\"x\"]}" },
    { "http://example.com/list", "{\"$id\": \"http://example.com/list\", \"$dynamicAnchor\": \"item\", "
                                 "\"items\": {\"$dynamicRef\": \"#item\"}}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (documents); i++)
    if (g_str_equal (documents[i][0], uri))
      return g_bytes_new_static (documents[i][1], strlen (documents[i][1]));
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "not on the list");
  return NULL;
}

/* Schemas with values they hold of and others. */
static const struct
{
  const char *schema;
  const char *valid[4];
  const char *invalid[4];
} judgements[] = {
  { "true", { "1", "{}" }, { NULL } },
  { "false", { NULL }, { "1", "null" } },
  { "{}", { "[]" }, { NULL } },
  { "{\"type\": [\"integer\", \"null\"]}", { "1", "1.0", "10e-1", "null" }, { "1.5", "true", "\"1\"" } },
  { "{\"type\": \"number\"}", { "1", "1.5" }, { "\"1\"" } },
  { "{\"enum\": []}", { NULL }, { "1", "null" } },
  { "{\"enum\": [1, [2], {\"a\": 3}]}", { "1.0", "[2.0]", "{\"a\": 3}" }, { "2", "[2, 2]", "{\"a\": 3, \"b\": 3}" } },
  { "{\"const\": null}", { "null" }, { "0", "false" } },
  { "{\"minLength\": 2.0, \"maxLength\": 3e0}", { "\"ab\"", "\"\xc3\xa9\xf0\x9f\x98\x80\"", "5" }, { "\"a\"", "\"abcd\"" } },
  { "{\"minLength\": 1e400}", { "1" }, { "\"abc\"" } },
  { "{\"maxLength\": 1e400}", { "\"abc\"" }, { NULL } },
  { "{\"pattern\": \"b\"}", { "\"abc\"", "1" }, { "\"ac\"" } },
  { "{\"contains\": {\"type\": \"null\"}, \"minContains\": 0}", { "[]", "[1]" }, { NULL } },
  { "{\"minContains\": 2}", { "[]" }, { NULL } },
  { "{\"then\": false, \"else\": false}", { "1" }, { NULL } },
  { "{\"if\": {\"type\": \"string\"}, \"then\": {\"minLength\": 1}}", { "\"a\"", "1" }, { "\"\"" } },
  { "{\"required\": [\"a\", \"a\"]}", { "{\"a\": 1}" }, { "{}" } },
  { "{\"additionalItems\": false}", { "[1]" }, { NULL } },
  { "{\"items\": {}, \"additionalItems\": false}", { "[1]" }, { NULL } },
  /* Without a draft the older spellings are read. */
  { "{\"items\": [{\"type\": \"null\"}], \"additionalItems\": false}", { "[]", "[null]" }, { "[1]", "[null, null]" } },
  { "{\"dependencies\": {\"a\": [\"b\"], \"c\": {\"minProperties\": 2}}}", { "{\"a\": 1, \"b\": 1}", "{\"b\": 1}" },
    { "{\"a\": 1}", "{\"c\": 1}" } },
  { "{\"maximum\": 5, \"exclusiveMaximum\": true}", { "4" }, { "5", "6" } },
  { "{\"maximum\": 5, \"exclusiveMaximum\": false}", { "5" }, { "6" } },
  { "{\"exclusiveMaximum\": true}", { "5" }, { NULL } },
  { "{\"$ref\": \"#/definitions/a\", \"definitions\": {\"a\": {\"type\": \"null\"}}}", { "null" }, { "1" } },
  /* Each draft in its own way. */
  { "{" DRAFT_4 "\"minimum\": 5, \"exclusiveMinimum\": true}", { "6" }, { "5" } },
  { "{" DRAFT_4 "\"id\": \"http://x/y\", \"items\": {\"$ref\": \"y#/definitions/a\"}, \"definitions\": {\"a\": {\"type\": "
    "\"null\"}}}", { "[null]" }, { "[1]" } },
  { "{" DRAFT_4 "\"const\": 1, \"additionalProperties\": false}", { "1" }, { "2", "{\"a\": 1}" } },
  { "{" DRAFT_6 "\"exclusiveMinimum\": 5, \"contains\": {\"type\": \"null\"}}", { "6", "[null]" }, { "5", "[]" } },
  { "{" DRAFT_7 "\"$ref\": \"#/definitions/a\", \"type\": \"string\", \"definitions\": {\"a\": {\"type\": \"null\"}}}",
    { "null" }, { "\"\"" } },
  { "{" DRAFT_7 "\"items\": {\"$ref\": \"#x\"}, \"definitions\": {\"a\": {\"$id\": \"#x\", \"type\": \"null\"}}}",
    { "[null]" }, { "[1]" } },
  { "{" DRAFT_7 "\"dependentRequired\": {\"a\": [\"b\"]}, \"prefixItems\": [false], \"unevaluatedProperties\": false}",
    { "{\"a\": 1}", "[1]" }, { NULL } },
  { "{" DRAFT_2019 "\"items\": [{\"type\": \"null\"}], \"unevaluatedItems\": false}", { "[null]" }, { "[1]", "[null, 1]" } },
  { "{" DRAFT_2019 "\"$recursiveAnchor\": true, \"properties\": {\"a\": {\"$recursiveRef\": \"#\"}}, "
    "\"additionalProperties\": false}", { "{\"a\": {\"a\": {}}}" }, { "{\"a\": {\"b\": 1}}" } },
  { "{" DRAFT_2020 "\"items\": {\"type\": \"null\"}, \"additionalItems\": false}", { "[null]" }, { "[1]" } },
  { "{" DRAFT_2020 "\"prefixItems\": [{\"type\": \"null\"}], \"items\": false}", { "[null]" }, { "[1]", "[null, 1]" } },
  { "{" DRAFT_2020 "\"id\": \"x\", \"$recursiveRef\": 1, \"exclusiveMaximum\": 3}", { "2" }, { "3" } },
  { "{\"$schema\": \"http://example.com/unknown\", \"items\": [false]}", { "[]" }, { "[1]" } },
  /* References. */
  { "{\"$id\": \"http://example.com/x/\", \"items\": {\"$ref\": \"y#z\"}, \"$defs\": {\"a\": {\"$id\": \"y\", \"$defs\": {\"b\": "
    "{\"$anchor\": \"z\", \"type\": \"null\"}}}}}", { "[null]" }, { "[1]" } },
  { "{\"$id\": \"urn:example:x\", \"items\": {\"$ref\": \"#/$defs/a%25b~1c\"}, \"$defs\": {\"a%b/c\": {\"type\": \"null\"}}}",
    { "[null]" }, { "[1]" } },
  { "{\"items\": {\"$ref\": \"http://example.com/a#/$defs/n\"}}", { "[1]" }, { "[\"\"]" } },
  { "{\"items\": {\"$ref\": \"http://example.com/sub/b\"}}", { "[\"abc\"]" }, { "[\"abcd\"]", "[1]" } },
  { "{\"$ref\": \"http://example.com/old\"}", { "4" }, { "5" } },
  { "{\"$ref\": \"names.json\"}", { "\"x\"" }, { "\"y\"" } },
  { "{\"$ref\": \"http://json-schema.org/draft-07/schema#/definitions/nonNegativeInteger\"}", { "1" }, { "-1" } },
  { "{\"$ref\": \"https://json-schema.org/draft/2020-12/schema\"}", { "{\"items\": {\"type\": \"null\"}}", "true" },
    { "{\"items\": {\"type\": 1}}", "{\"$defs\": {\"a\": 1}}", "1" } },
  { "{\"$ref\": \"https://json-schema.org/draft/2019-09/schema\"}", { "{\"items\": [{}]}" }, { "{\"items\": [1]}" } },
  /* The scope is only seen to count when the other document is there. */
  { "{\"$id\": \"http://example.com/strings\", \"$ref\": \"list\", \"$defs\": {\"a\": {\"$dynamicAnchor\": \"item\", \"type\": "
    "[\"array\", \"string\"], \"$ref\": \"list\"}}}", { "[\"a\"]", "[[\"a\"]]" }, { "[1]", "[[1]]" } },
  { "{\"$ref\": \"http://example.com/list\"}", { "[1]" }, { NULL } },
  /* What cannot be reached is not read. */
  { "{\"$defs\": {\"a\": {\"type\": 1, \"$ref\": \"nowhere\"}}, \"then\": 5}", { "1" }, { NULL } },
  { "{" DRAFT_7 "\"$ref\": \"#/definitions/a\", \"type\": 5, \"definitions\": {\"a\": true}}", { "1" }, { NULL } },
  { "{\"default\": {\"$ref\": \"#/x\"}, \"title\": 1, \"examples\": 5, \"x-y\": [], \"extends\": {\"type\": 5}}", { "1" }, { NULL } },
};

static void
test_judgements (void)
{
  GenlmSchemaOptions options = { .resolver = resolve };

  for (gsize i = 0; i < G_N_ELEMENTS (judgements); i++)
    {
      g_autoptr (GenlmSchema)  schema = load (judgements[i].schema, &options);
      g_autoptr (SchemaOracle) oracle = schema_oracle_new (schema);

      for (gsize j = 0; j < 2 * G_N_ELEMENTS (judgements[i].valid); j++)
        {
          gboolean    valid = j < G_N_ELEMENTS (judgements[i].valid);
          const char *text = valid ? judgements[i].valid[j] : judgements[i].invalid[j - G_N_ELEMENTS (judgements[i].valid)];
          g_autoptr (GenlmJsonDocument) document = NULL;

          if (text == NULL)
            continue;
          document = genlm_json_document_new (text, -1, NULL);
          g_assert_nonnull (document);
          if (schema_oracle_check (oracle, genlm_json_document_peek_root (document)) != valid)
            g_error ("%s: wrong about %s", judgements[i].schema, text);
        }
    }
}

static void
test_draft_overrides (void)
{
  static const char schema[] = "{" DRAFT_2020 "\"id\": \"#x\", \"maximum\": 5, \"exclusiveMaximum\": true}";
  GenlmSchemaOptions      options = { .draft = GENLM_SCHEMA_DRAFT_4 };
  g_autoptr (GenlmSchema) loaded = load (schema, &options);
  g_autoptr (GError)      error = NULL;

  g_assert_nonnull (genlm_schema_peek_node (loaded, 0)->number->exclusive_maximum);
  g_assert_null (genlm_schema_new (schema, -1, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, SYNTAX);
}

/* What stands in another document is named with its URI. */
static void
test_other_documents (void)
{
  GenlmSchemaOptions options = { .resolver = resolve };
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_schema_new ("{\"$ref\": \"http://example.com/wrong\"}", -1, &options, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, SYNTAX);
  g_assert_true (g_str_has_prefix (error->message, "http://example.com/wrong#/items/type: “type” must be"));
  g_clear_error (&error);
  g_assert_null (genlm_schema_new ("{\"$ref\": \"http://example.com/bad\"}", -1, &options, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, SYNTAX);
  g_assert_nonnull (strstr (error->message, "“http://example.com/bad”: Failed to read JSON: line 1, column 9"));
  g_clear_error (&error);
  g_assert_null (genlm_schema_new ("{\"$ref\": \"http://example.com/none\"}", -1, &options, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, SYNTAX);
  g_assert_nonnull (strstr (error->message, "not on the list"));
}

/* Each reference to a document that is refused is dropped. */
static void
test_refused_documents (void)
{
  static const char *const schemas[] = {
    "{\"items\": {\"$ref\": \"http://example.com/oldest\"}, \"contains\": {\"$ref\": \"http://example.com/oldest\"}}",
    "{\"items\": {\"$ref\": \"http://example.com/holds-oldest\"}, \"contains\": {\"$ref\": \"http://example.com/holds-oldest\"}}",
  };
  GenlmSchemaOptions options = { .resolver = resolve, .lenient = TRUE };

  for (gsize i = 0; i < G_N_ELEMENTS (schemas); i++)
    {
      g_autoptr (GenlmSchema)  schema = load (schemas[i], &options);
      const GenlmSchemaNote   *notes;
      gsize                    n;

      notes = genlm_schema_peek_dropped (schema, &n);
      g_assert_cmpuint (n, ==, 2);
      for (gsize j = 0; j < n; j++)
        {
          g_assert_cmpstr (notes[j].keyword, ==, "$ref");
          g_assert_nonnull (strstr (notes[j].reason, "older than draft 4"));
        }
      genlm_schema_peek_annotations (schema, &n);
      g_assert_cmpuint (n, ==, 0);
    }
}

static void
test_annotations (void)
{
  g_autoptr (GenlmSchema) schema = load ("{\"x-a\": 1, \"properties\": {\"p\": {\"format\": \"color\", \"id\": \"x\", "
                                         "\"title\": \"\"}, \"q\": {\"format\": \"date\"}}, \"$defs\": {\"a\": {\"y\": 1}}, "
                                         "\"allOf\": [{\"$ref\": \"#/properties/p\"}]}", NULL);
  static const char *const pointers[] = { "#/x-a", "#/properties/p/format", "#/properties/p/id" };
  const GenlmSchemaNote *notes;
  guint seen = 0;
  gsize n;

  notes = genlm_schema_peek_annotations (schema, &n);
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (pointers));
  for (gsize i = 0; i < n; i++)
    for (guint j = 0; j < G_N_ELEMENTS (pointers); j++)
      if (g_str_equal (notes[i].pointer, pointers[j]))
        {
          seen |= 1u << j;
          g_assert_true (g_str_has_suffix (notes[i].pointer, notes[i].keyword));
        }
  g_assert_cmpuint (seen, ==, 7);
  genlm_schema_peek_dropped (schema, &n);
  g_assert_cmpuint (n, ==, 0);
}

/* What is said from outside holds for schemas inside, too. */
static void
test_draft (void)
{
  static const char text[] = "{\"$schema\": \"http://json-schema.org/draft-03/schema#\", \"items\": {\"$id\": \"x\", "
                             "\"$schema\": \"http://json-schema.org/draft-02/schema#\", \"maxContains\": false}}";
  const GenlmSchemaOptions options = { .draft = GENLM_SCHEMA_DRAFT_7 };
  g_autoptr (GenlmSchema) schema = load (text, &options);
  const GenlmSchemaNote *notes;
  gsize n;

  notes = genlm_schema_peek_annotations (schema, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpstr (notes[0].pointer, ==, "#/items/maxContains");
}

/* Up to draft 7 they mean nothing, which is told; then they mean what they say. */
static void
test_beside_reference (void)
{
  static const char text[] = "{\"properties\": {\"p\": {\"$ref\": \"#/definitions/s\", \"pattern\": \"^x\","
                             " \"description\": \"\", \"definitions\": {}}}, \"definitions\": {\"s\": {}}}";
  const GenlmSchemaOptions old = { .draft = GENLM_SCHEMA_DRAFT_7 };
  const GenlmSchemaOptions recent = { .draft = GENLM_SCHEMA_DRAFT_2020_12 };
  g_autoptr (GenlmSchema) ignored = load (text, &old);
  g_autoptr (GenlmSchema) counted = load (text, &recent);
  const GenlmSchemaNote *notes;
  gsize n;

  notes = genlm_schema_peek_annotations (ignored, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpstr (notes[0].pointer, ==, "#/properties/p/pattern");
  g_assert_nonnull (strstr (notes[0].reason, "beside “$ref”"));
  genlm_schema_peek_annotations (counted, &n);
  g_assert_cmpuint (n, ==, 0);
}

static void
test_formats_as_annotations (void)
{
  static const char schema[] = "{\"format\": \"date\"}";
  GenlmSchemaOptions      options = { .annotate_formats = TRUE };
  g_autoptr (GenlmSchema) annotated = load (schema, &options);
  g_autoptr (GenlmSchema) asserted = load (schema, NULL);

  g_assert_null (genlm_schema_peek_node (annotated, 0)->string);
  g_assert_cmpstr (genlm_schema_peek_node (asserted, 0)->string->format->name, ==, "date");
}

static void
test_limits (void)
{
  GenlmSchemaOptions states = { .limits = { 3, 1 << 20, 0 } };
  GenlmSchemaOptions memory = { .limits = { 1000, 1000, 0 } };
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_schema_new ("{\"allOf\": [{}, {}, {}]}", -1, &states, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, LIMIT);
  g_assert_nonnull (strstr (error->message, "max-states, 3"));
  g_clear_error (&error);
  g_assert_null (genlm_schema_new ("{\"allOf\": [{}, {}, {}]}", -1, &memory, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, LIMIT);
  g_assert_nonnull (strstr (error->message, "max-memory, 1000"));
}

/* Deep schemas need memory and no stack, also where every level has a word
 * that nobody knows. */
static void
test_depth (void)
{
  const guint depth = 100000;

  for (guint round = 0; round < 3; round++)
    {
      static const char *const opens[] = { "{\"not\":", "{\"items\":", "{\"unknown word\":1,\"properties\":{\"a\":" };
      static const char *const closes[] = { "}", "}", "}}" };
      GenlmSchemaOptions       options = { .limits = { 0, G_GUINT64_CONSTANT (1) << 30, 0 } };
      g_autoptr (GString)      text = g_string_new (NULL);
      g_autoptr (GenlmSchema)  schema = NULL;

      for (guint i = 0; i < depth; i++)
        g_string_append (text, opens[round]);
      g_string_append (text, "true");
      for (guint i = 0; i < depth; i++)
        g_string_append (text, closes[round]);
      schema = load (text->str, &options);
      g_assert_cmpuint (genlm_schema_get_n_nodes (schema), ==, depth + 1);
    }
}

/* Every resource binds one anchor more, on many ways. */
static void
test_many_scopes (void)
{
  GenlmSchemaOptions      options = { .limits = { 20000, 1 << 26, 0 } };
  g_autoptr (GString)     text = g_string_new ("{\"$id\": \"http://x/\", \"$dynamicRef\": \"#a0\", \"$defs\": {");
  g_autoptr (GError)      error = NULL;
  g_autoptr (GenlmSchema) schema = NULL;

  for (guint i = 0; i < 24; i++)
    {
      g_string_append_printf (text, "%s\"%u\": {\"$id\": \"r%u\", \"$dynamicAnchor\": \"a%u\", \"properties\": {", i > 0 ? ", " : "",
                              i, i, i);
      for (guint j = 0; j < 24; j++)
        g_string_append_printf (text, "%s\"%u\": {\"$ref\": \"r%u\"}", j > 0 ? ", " : "", j, j);
      g_string_append (text, "}}");
    }
  g_string_append (text, "}, \"$ref\": \"r0\"}");
  /* The anchor is not one of the outermost schema itself. */
  g_assert_null (genlm_schema_new (text->str, -1, &options, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, SYNTAX);
  g_clear_error (&error);
  g_string_replace (text, "\"$dynamicRef\": \"#a0\"", "\"items\": {\"$dynamicRef\": \"r0#a0\"}", 1);
  g_assert_null (genlm_schema_new (text->str, -1, &options, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, LIMIT);
}

static void
test_locations (void)
{
  g_autoptr (GenlmSchema) schema = load ("{\"items\": {\"minLength\": 1}}", NULL);
  guint32          items = genlm_schema_peek_node (schema, 0)->array->items;
  g_autofree char *node = genlm_schema_dup_location (schema, items, NULL);
  g_autofree char *keyword = genlm_schema_dup_location (schema, items, "minLength");
  g_autofree char *root = genlm_schema_dup_location (schema, genlm_schema_get_root (schema), "maxLength");

  g_assert_cmpstr (node, ==, "#/items");
  g_assert_cmpstr (keyword, ==, "#/items/minLength");
  g_assert_cmpstr (root, ==, "#");
}

static void
test_uris (void)
{
  /* The examples of RFC 3986, 5.4, and bases of other kinds. */
  static const char        base[] = "http://a/b/c/d;p?q";
  static const char *const examples[][2] = {
    { "g:h", "g:h" }, { "g", "http://a/b/c/g" }, { "./g", "http://a/b/c/g" }, { "g/", "http://a/b/c/g/" },
    { "/g", "http://a/g" }, { "//g", "http://g" }, { "?y", "http://a/b/c/d;p?y" }, { "g?y", "http://a/b/c/g?y" },
    { ";x", "http://a/b/c/;x" }, { "g;x?y#s", "http://a/b/c/g;x?y" }, { "", "http://a/b/c/d;p?q" }, { "#s", "http://a/b/c/d;p?q" },
    { ".", "http://a/b/c/" }, { "./", "http://a/b/c/" }, { "..", "http://a/b/" }, { "../", "http://a/b/" },
    { "../g", "http://a/b/g" }, { "../..", "http://a/" }, { "../../", "http://a/" }, { "../../g", "http://a/g" },
    { "../../../g", "http://a/g" }, { "/./g", "http://a/g" }, { "/../g", "http://a/g" }, { "g.", "http://a/b/c/g." },
    { ".g", "http://a/b/c/.g" }, { "g..", "http://a/b/c/g.." }, { "..g", "http://a/b/c/..g" }, { "./../g", "http://a/b/g" },
    { "./g/.", "http://a/b/c/g/" }, { "g/./h", "http://a/b/c/g/h" }, { "g/../h", "http://a/b/c/h" },
    { "g;x=1/../y", "http://a/b/c/y" }, { "g?y/../x", "http://a/b/c/g?y/../x" }, { "http:g", "http:g" },
    { "a b\\<>", "http://a/b/c/a b\\<>" },
  };
  static const char *const others[][3] = {
    { "http://a", "g", "http://a/g" }, { "http://a", "../g", "http://a/g" }, { "urn:x:y", "", "urn:x:y" },
    { "urn:x:y", "z", "urn:z" }, { "urn:x:y", "urn:z:w?+a#b", "urn:z:w?+a" }, { "schema:///", "a.json", "schema:///a.json" },
    { "schema:///", "../a", "schema:///a" }, { "schema:///a/b", "c", "schema:///a/c" }, { "file:///a/b", "../../c", "file:///c" },
    { "no uri", "x/..", "/" }, { "", "..", "" }, { "", "a/b", "a/b" }, { "tag:a", "//h/..", "tag://h/" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      g_autofree char *uri = genlm_schema_uri_resolve (base, examples[i][0]);

      g_assert_cmpstr (uri, ==, examples[i][1]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *uri = genlm_schema_uri_resolve (others[i][0], others[i][1]);

      g_assert_cmpstr (uri, ==, others[i][2]);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/json-schema/refusals", test_refusals);
  g_test_add_func ("/engine/json-schema/lenient", test_lenient);
  g_test_add_func ("/engine/json-schema/judgements", test_judgements);
  g_test_add_func ("/engine/json-schema/draft-overrides", test_draft_overrides);
  g_test_add_func ("/engine/json-schema/other-documents", test_other_documents);
  g_test_add_func ("/engine/json-schema/refused-documents", test_refused_documents);
  g_test_add_func ("/engine/json-schema/annotations", test_annotations);
  g_test_add_func ("/engine/json-schema/draft", test_draft);
  g_test_add_func ("/engine/json-schema/beside-reference", test_beside_reference);
  g_test_add_func ("/engine/json-schema/formats-as-annotations", test_formats_as_annotations);
  g_test_add_func ("/engine/json-schema/limits", test_limits);
  g_test_add_func ("/engine/json-schema/depth", test_depth);
  g_test_add_func ("/engine/json-schema/many-scopes", test_many_scopes);
  g_test_add_func ("/engine/json-schema/locations", test_locations);
  g_test_add_func ("/engine/json-schema/uris", test_uris);
  return g_test_run ();
}
