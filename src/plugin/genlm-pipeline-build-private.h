#pragma once

#include "genlm-pipeline-tree-private.h"

G_BEGIN_DECLS

/* The objects of a tree, in the order of its elements, NULL where only the recipe
 * of one was needed; ends are those that no other takes. */
typedef struct
{
  GPtrArray *objects;
  GPtrArray *ends;
} GenlmPipelineParts;

GenlmPipelineParts *genlm_pipeline_build      (GenlmPipelineTree   *tree,
                                               GError             **error);
void                genlm_pipeline_parts_free (GenlmPipelineParts  *self);

G_END_DECLS
