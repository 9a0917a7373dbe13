#pragma once

#include "genlm-pool-types-private.h"
#include "genlm-potential.h"

G_BEGIN_DECLS

#define GENLM_POOL_N_METHODS (GENLM_METHOD_MASK + 1)

/* A potential as the workers have it: the recipe, seen through vocabularies. */
struct _GenlmPoolInstance
{
  gatomicrefcount  refs;
  guint32          id;
  GVariant        *recipe;
  GPtrArray       *targets;                     /* vocabularies */
  /* Under the lock. */
  GenlmVocab      *vocab;                       /* atomic; NULL until it is known */
  GenlmTraits      traits;
  gboolean         is_built;
  GError          *error;                       /* why it could not be built, ever */
  double           costs[GENLM_POOL_N_METHODS]; /* µs for an item; 0 while that is not known */
};

GenlmPoolInstance *genlm_pool_instance_new   (guint32              id,
                                              GVariant            *recipe,
                                              GPtrArray           *targets);
GenlmPoolInstance *genlm_pool_instance_ref   (GenlmPoolInstance   *self);
void               genlm_pool_instance_unref (GenlmPoolInstance   *self);
GenlmVocab        *genlm_pool_instance_peek_vocab (GenlmPoolInstance *self);
GVariant          *genlm_pool_instance_tell  (GenlmPoolInstance   *self);
gboolean           genlm_pool_instance_learn (GenlmPoolInstance   *self,
                                              GVariant            *ready,
                                              GenlmTraits         *traits,
                                              GenlmVocab         **vocab,
                                              GError             **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmPoolInstance, genlm_pool_instance_unref)

G_END_DECLS
