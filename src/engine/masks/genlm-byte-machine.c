#include "genlm-byte-machine.h"

void
genlm_byte_machine_init (GenlmByteMachine            *self,
                         const GenlmByteMachineClass *klass)
{
  self->klass = klass;
  g_atomic_ref_count_init (&self->ref_count);
}

GenlmByteMachine *
genlm_byte_machine_ref (GenlmByteMachine *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
genlm_byte_machine_unref (GenlmByteMachine *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  self->klass->finalize (self);
  g_free (self);
}
