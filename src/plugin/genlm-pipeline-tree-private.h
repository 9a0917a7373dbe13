#pragma once

#include "genlm-pipeline.h"

G_BEGIN_DECLS

typedef struct _GenlmPipelineNode GenlmPipelineNode;

/* One value of an element: text as it is written, or the element on the left
 * of "!" for its input, whose name only its class knows. */
typedef struct
{
  char              *name;
  char              *text;
  GenlmPipelineNode *source;
  gsize              position;
  gsize              text_position;
} GenlmPipelineValue;

struct _GenlmPipelineNode
{
  char      *element;
  char      *name;
  GPtrArray *values;
  gsize      position;
};

/* What a description says, before any element is looked for. */
typedef struct
{
  char              *description;
  GPtrArray         *nodes;
  GHashTable        *names;
  GenlmPipelineNode *last;
} GenlmPipelineTree;

GenlmPipelineTree *genlm_pipeline_tree_parse    (const char         *description,
                                                 GError            **error);
GenlmPipelineNode *genlm_pipeline_tree_find     (GenlmPipelineTree  *self,
                                                 const char         *name,
                                                 gsize               position,
                                                 GError            **error);
void               genlm_pipeline_tree_free     (GenlmPipelineTree  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmPipelineTree, genlm_pipeline_tree_free)

G_END_DECLS
