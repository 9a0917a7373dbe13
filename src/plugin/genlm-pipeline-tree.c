/* Reads a pipeline description into a tree: elements, what is written for
 * their properties, and who stands before whom. It knows no element; whether
 * they exist and what their properties take is seen when it is built. */
#include "genlm-pipeline-tree-private.h"

#include <string.h>

#include "genlm-nearest-private.h"
#include "genlm-pipeline-place-private.h"

/* One word. A property's value begins after the first "=" that is not quoted. */
typedef struct
{
  GString *text;
  gsize    position;
  gssize   equals;
  gsize    value_position;
  gboolean quoted;
} Word;

/* What stands on a side of "!": an element, or the name of one that may come
 * only later. */
typedef struct
{
  GenlmPipelineNode *node;
  char              *name;
  gsize              position;
  gboolean           linked;
} Side;

typedef struct
{
  Side  *left;
  Side  *right;
  gsize  position;
} Link;

typedef struct
{
  GenlmPipelineTree *tree;
  const char        *p;
  Word               word;
  GPtrArray         *sides;
  GArray            *links;
  gboolean           linking;
  gsize              link_position;
} Parser;

static void
value_free (gpointer data)
{
  GenlmPipelineValue *value = data;

  g_free (value->name);
  g_free (value->text);
  g_free (value);
}

static void
node_free (gpointer data)
{
  GenlmPipelineNode *node = data;

  g_free (node->element);
  g_free (node->name);
  g_ptr_array_unref (node->values);
  g_free (node);
}

static void
side_free (gpointer data)
{
  Side *side = data;

  g_free (side->name);
  g_free (side);
}

static GenlmPipelineValue *
node_add_value (GenlmPipelineNode *node,
                gsize              position)
{
  GenlmPipelineValue *value = g_new0 (GenlmPipelineValue, 1);

  value->position = position;
  value->text_position = position;
  g_ptr_array_add (node->values, value);
  return value;
}

static gboolean
is_name (const char *text)
{
  if (!g_ascii_isalpha (*text) && *text != '_')
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '-' && *p != '_')
      return FALSE;
  return TRUE;
}

/* In double quotes \" and \\ are escapes and every other backslash stays, or
 * "\." would become ".", a looser pattern; in single quotes nothing is one. */
static gboolean
read_quoted (Parser  *parser,
             GError **error)
{
  char quote = *parser->p;
  gsize position = parser->p - parser->tree->description;

  for (parser->p++; *parser->p != quote; parser->p++)
    {
      if (*parser->p == '\0')
        {
          genlm_pipeline_place_set_error (error, GENLM_PIPELINE_ERROR_SYNTAX, parser->tree->description, position,
                                          "The quotation that begins here has no end; close it with %c", quote);
          return FALSE;
        }
      if (quote == '"' && parser->p[0] == '\\' && (parser->p[1] == '"' || parser->p[1] == '\\'))
        parser->p++;
      g_string_append_c (parser->word.text, *parser->p);
    }
  parser->p++;
  parser->word.quoted = TRUE;
  return TRUE;
}

/* Reads the next word; leaves *found FALSE at the end. */
static gboolean
read_word (Parser    *parser,
           gboolean  *found,
           GError   **error)
{
  Word *word = &parser->word;

  while (g_ascii_isspace (*parser->p))
    parser->p++;
  *found = *parser->p != '\0';

  g_string_truncate (word->text, 0);
  word->position = parser->p - parser->tree->description;
  word->equals = -1;
  word->quoted = FALSE;
  while (*parser->p != '\0' && !g_ascii_isspace (*parser->p))
    {
      if (*parser->p == '"' || *parser->p == '\'')
        {
          if (!read_quoted (parser, error))
            return FALSE;
          continue;
        }
      if (*parser->p == '=' && word->equals < 0)
        {
          word->equals = word->text->len;
          word->value_position = parser->p + 1 - parser->tree->description;
        }
      g_string_append_c (word->text, *parser->p++);
    }
  return TRUE;
}

static gboolean
fail (Parser      *parser,
      GError     **error,
      const char  *cause)
{
  genlm_pipeline_place_set_error (error, GENLM_PIPELINE_ERROR_SYNTAX, parser->tree->description,
                                  parser->word.position, "%s", cause);
  return FALSE;
}

static gboolean
name_node (Parser             *parser,
           GenlmPipelineNode  *node,
           const char         *name,
           GError            **error)
{
  if (!is_name (name))
    {
      genlm_pipeline_place_set_error (error, GENLM_PIPELINE_ERROR_SYNTAX, parser->tree->description,
                                      parser->word.value_position,
                                      "A name is made of letters, digits, \"-\" and \"_\", "
                                      "and does not begin with a digit");
      return FALSE;
    }
  if (node->name != NULL || g_hash_table_contains (parser->tree->names, name))
    {
      genlm_pipeline_place_set_error (error, GENLM_PIPELINE_ERROR_DUPLICATE_NAME, parser->tree->description,
                                      parser->word.position,
                                      node->name != NULL ? "This element already has a name, \"%s\""
                                                         : "Another element is named \"%s\"; choose another name",
                                      node->name != NULL ? node->name : name);
      return FALSE;
    }
  node->name = g_strdup (name);
  g_hash_table_insert (parser->tree->names, node->name, node);
  return TRUE;
}

static Side *
last_side (Parser *parser)
{
  return parser->sides->len > 0 ? parser->sides->pdata[parser->sides->len - 1] : NULL;
}

static gboolean
take_property (Parser  *parser,
               GError **error)
{
  Word *word = &parser->word;
  Side *side = last_side (parser);
  g_autofree char *name = g_strndup (word->text->str, word->equals);
  const char *text = word->text->str + word->equals + 1;
  GenlmPipelineValue *value;

  if (side == NULL || side->node == NULL || parser->linking)
    return fail (parser, error, "A property follows the name of its element; no element stands before this one");
  if (!is_name (name))
    return fail (parser, error,
                 "The name of a property stands right before \"=\" and is made of letters, digits and \"-\"");

  if (strcmp (name, "name") == 0 && !name_node (parser, side->node, text, error))
    return FALSE;
  value = node_add_value (side->node, word->position);
  value->name = g_steal_pointer (&name);
  value->text = g_strdup (text);
  value->text_position = word->value_position;
  return TRUE;
}

static gboolean
take_link (Parser  *parser,
           GError **error)
{
  if (parser->linking)
    return fail (parser, error, "An element stands between two \"!\"; here is none");
  if (parser->sides->len == 0)
    return fail (parser, error, "An element, or a reference such as \"lm.\", stands before \"!\"");
  parser->linking = TRUE;
  parser->link_position = parser->word.position;
  return TRUE;
}

/* A reference that is on no side of a "!" says nothing. */
static gboolean
check_last_side (Parser  *parser,
                 GError **error)
{
  Side *side = last_side (parser);

  if (side == NULL || side->node != NULL || side->linked || parser->linking)
    return TRUE;
  genlm_pipeline_place_set_error (error, GENLM_PIPELINE_ERROR_SYNTAX, parser->tree->description, side->position,
                                  "The reference \"%s.\" stands alone; put \"!\" after it or before it", side->name);
  return FALSE;
}

static Side *
add_side (Parser *parser)
{
  Side *left = last_side (parser);
  Side *side = g_new0 (Side, 1);

  side->position = parser->word.position;
  if (parser->linking)
    {
      Link link = { left, side, parser->link_position };

      left->linked = side->linked = TRUE;
      g_array_append_val (parser->links, link);
      parser->linking = FALSE;
    }
  g_ptr_array_add (parser->sides, side);
  return side;
}

static gboolean
take_element (Parser  *parser,
              GError **error)
{
  const char *text = parser->word.text->str;
  gsize length = parser->word.text->len;
  GenlmPipelineNode *node;

  if (!check_last_side (parser, error))
    return FALSE;
  if (length > 1 && text[length - 1] == '.')
    {
      g_autofree char *name = g_strndup (text, length - 1);

      if (is_name (name))
        {
          add_side (parser)->name = g_steal_pointer (&name);
          return TRUE;
        }
    }
  if (strchr (text, '!') != NULL)
    return fail (parser, error,
                 "White space stands on both sides of \"!\"; a text with \"!\" goes into quotation marks");
  if (!is_name (text))
    return fail (parser, error, "This is neither the name of an element, nor property=value, nor \"!\"");

  node = g_new0 (GenlmPipelineNode, 1);
  node->element = g_strdup (text);
  node->position = parser->word.position;
  node->values = g_ptr_array_new_with_free_func (value_free);
  g_ptr_array_add (parser->tree->nodes, node);
  add_side (parser)->node = node;
  return TRUE;
}

static gboolean
take_word (Parser  *parser,
           GError **error)
{
  Word *word = &parser->word;

  if (!word->quoted && strcmp (word->text->str, "!") == 0)
    return take_link (parser, error);
  if (word->equals >= 0)
    return take_property (parser, error);
  return take_element (parser, error);
}

static GenlmPipelineNode *
resolve_side (Parser  *parser,
              Side    *side,
              GError **error)
{
  if (side->node == NULL)
    side->node = genlm_pipeline_tree_find (parser->tree, side->name, side->position, error);
  return side->node;
}

/* Every name is known now. */
static gboolean
resolve_links (Parser  *parser,
               GError **error)
{
  for (guint i = 0; i < parser->links->len; i++)
    {
      Link *link = &g_array_index (parser->links, Link, i);
      GenlmPipelineNode *left = resolve_side (parser, link->left, error);
      GenlmPipelineNode *right = left != NULL ? resolve_side (parser, link->right, error) : NULL;

      if (right == NULL)
        return FALSE;
      node_add_value (right, link->position)->source = left;
    }
  parser->tree->last = last_side (parser)->node;
  return TRUE;
}

static gboolean
parse (Parser  *parser,
       GError **error)
{
  GenlmPipelineTree *tree = parser->tree;
  gboolean found;

  for (;;)
    {
      if (!read_word (parser, &found, error))
        return FALSE;
      if (!found)
        break;
      if (!take_word (parser, error))
        return FALSE;
    }

  if (tree->nodes->len == 0)
    {
      genlm_pipeline_place_set_error (error, GENLM_PIPELINE_ERROR_EMPTY, tree->description, 0,
                                      "The description has no element; \"genlm inspect\" lists those there are");
      return FALSE;
    }
  if (parser->linking)
    {
      genlm_pipeline_place_set_error (error, GENLM_PIPELINE_ERROR_SYNTAX, tree->description, parser->link_position,
                                      "An element stands after \"!\"; here is none");
      return FALSE;
    }
  return check_last_side (parser, error) && resolve_links (parser, error);
}

/* Reads a description; the errors show their place in it. */
GenlmPipelineTree *
genlm_pipeline_tree_parse (const char  *description,
                           GError     **error)
{
  g_autoptr (GenlmPipelineTree) tree = g_new0 (GenlmPipelineTree, 1);
  Parser parser = { tree };
  const char *invalid;
  gboolean done;

  tree->nodes = g_ptr_array_new_with_free_func (node_free);
  tree->names = g_hash_table_new (g_str_hash, g_str_equal);
  if (!g_utf8_validate (description, -1, &invalid))
    {
      tree->description = g_strndup (description, invalid - description);
      genlm_pipeline_place_set_error (error, GENLM_PIPELINE_ERROR_SYNTAX, tree->description,
                                      invalid - description, "The description is not valid UTF-8 from here on");
      return NULL;
    }

  tree->description = g_strdup (description);
  parser.p = tree->description;
  parser.word.text = g_string_new (NULL);
  parser.sides = g_ptr_array_new_with_free_func (side_free);
  parser.links = g_array_new (FALSE, FALSE, sizeof (Link));
  done = parse (&parser, error);
  g_array_unref (parser.links);
  g_ptr_array_unref (parser.sides);
  g_string_free (parser.word.text, TRUE);
  return done ? g_steal_pointer (&tree) : NULL;
}

/* The element of a name; the error says where it was asked for. */
GenlmPipelineNode *
genlm_pipeline_tree_find (GenlmPipelineTree  *self,
                          const char         *name,
                          gsize               position,
                          GError            **error)
{
  GenlmPipelineNode *node = g_hash_table_lookup (self->names, name);
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *advice = NULL;

  if (node != NULL)
    return node;

  names = g_ptr_array_new ();
  for (guint i = 0; i < self->nodes->len; i++)
    {
      GenlmPipelineNode *other = self->nodes->pdata[i];

      if (other->name != NULL)
        g_ptr_array_add (names, other->name);
    }
  advice = genlm_nearest_advice (name, names);
  genlm_pipeline_place_set_error (error, GENLM_PIPELINE_ERROR_UNKNOWN_REFERENCE, self->description, position,
                                  "No element is named \"%s\"%s \"name=%s\" names one",
                                  name, *advice != '\0' ? advice : ";", name);
  return NULL;
}

void
genlm_pipeline_tree_free (GenlmPipelineTree *self)
{
  g_hash_table_unref (self->names);
  g_ptr_array_unref (self->nodes);
  g_free (self->description);
  g_free (self);
}
