#include "genlm-schema-metas.h"

#include "genlm-schema-metas-resources.h"

#include <string.h>

#define FOLDER "/genlm/json/metas/"

/* The places after the scheme, and the names of our files. A name that ends
 * with a dash goes on with what follows the place. */
static const struct
{
  const char *place;
  const char *file;
} metas[] = {
  { "json-schema.org/draft-04/schema", "draft-04" },
  { "json-schema.org/draft-06/schema", "draft-06" },
  { "json-schema.org/draft-07/schema", "draft-07" },
  { "json-schema.org/draft/2019-09/schema", "2019-09-schema" },
  { "json-schema.org/draft/2020-12/schema", "2020-12-schema" },
  { "json-schema.org/draft/2019-09/meta/", "2019-09-" },
  { "json-schema.org/draft/2020-12/meta/", "2020-12-" },
};

static GBytes *
load (const char *file,
      const char *rest)
{
  static gsize     registered = 0;
  g_autofree char *path = g_strconcat (FOLDER, file, rest, ".json", NULL);

  if (g_once_init_enter (&registered))
    {
      genlm_schema_metas_register_resource ();
      g_once_init_leave (&registered, 1);
    }
  return g_resource_lookup_data (genlm_schema_metas_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
}

/* The text of the meta-schema at an absolute URI without fragment, or NULL. */
GBytes *
genlm_schema_metas_find (const char *uri)
{
  const char *place = NULL;

  if (g_str_has_prefix (uri, "http://"))
    place = uri + strlen ("http://");
  else if (g_str_has_prefix (uri, "https://"))
    place = uri + strlen ("https://");
  for (gsize i = 0; place != NULL && i < G_N_ELEMENTS (metas); i++)
    if (g_str_has_prefix (place, metas[i].place))
      {
        const char *rest = place + strlen (metas[i].place);

        if ((*rest == '\0') != g_str_has_suffix (metas[i].file, "-") && strchr (rest, '/') == NULL)
          return load (metas[i].file, rest);
      }
  return NULL;
}
