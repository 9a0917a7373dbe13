/* Asynchronous calls that are made together, in a main context of their own,
 * and how each was answered. */

#include "genlm-round-private.h"

#include <math.h>

/* What is looked at after the last answer, for a second one to come. */
#define N_AFTER 16

struct _GenlmRound
{
  GenlmPotential *potential;
  GMainContext   *context;
  GThread        *thread;
  GPtrArray      *calls;        /* each held by its callback, too */
  guint           n_pending;
  gboolean        is_sending;
};

static void
call_unref (gpointer data)
{
  GenlmRoundCall *call = data;

  if (!g_atomic_ref_count_dec (&call->refs))
    return;
  g_clear_error (&call->error);
  g_clear_pointer (&call->mask, genlm_token_set_unref);
  g_clear_pointer (&call->weights, genlm_weights_unref);
  g_clear_object (&call->cancellable);
  genlm_context_unref (call->context);
  g_free (call);
}

GenlmRound *
genlm_round_new (GenlmPotential *potential)
{
  GenlmRound *self = g_new0 (GenlmRound, 1);

  self->potential = g_object_ref (potential);
  self->context = g_main_context_new ();
  self->thread = g_thread_self ();
  self->calls = g_ptr_array_new_with_free_func (call_unref);
  return self;
}

/* A call that is not answered yet stays, and finds no round there. */
void
genlm_round_free (GenlmRound *self)
{
  for (guint i = 0; i < self->calls->len; i++)
    genlm_round_get_call (self, i)->round = NULL;
  g_ptr_array_unref (self->calls);
  g_main_context_unref (self->context);
  g_object_unref (self->potential);
  g_free (self);
}

static void
take_answer (GenlmRoundCall *call,
             GenlmPotential *potential,
             GAsyncResult   *result)
{
  switch (call->method)
    {
    case GENLM_METHOD_PREFIX:
      call->score = genlm_potential_prefix_finish (potential, result, &call->error);
      break;
    case GENLM_METHOD_COMPLETE:
      call->score = genlm_potential_complete_finish (potential, result, &call->error);
      break;
    case GENLM_METHOD_NEXT:
      call->weights = genlm_potential_logw_next_finish (potential, result, &call->error);
      break;
    case GENLM_METHOD_MASK:
      call->mask = genlm_potential_mask_next_finish (potential, result, &call->error);
      break;
    case GENLM_METHOD_SAMPLE:
    default:
      g_assert_not_reached ();
    }
}

static void
on_answer (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GenlmRoundCall *call = user_data;
  GenlmRound *round = call->round;

  if (call->n_answers++ > 0)
    return;
  if (round != NULL)
    {
      call->is_early = round->is_sending;
      call->is_elsewhere = g_thread_self () != round->thread;
      take_answer (call, GENLM_POTENTIAL (source), result);
      round->n_pending--;
    }
  call_unref (call);
}

/* Calls one of prefix, complete, logw_next and mask_next. */
void
genlm_round_send (GenlmRound   *self,
                  GenlmMethod   method,
                  GenlmContext *context,
                  GCancellable *cancellable)
{
  static void (*const calls[]) (GenlmPotential *, GenlmContext *, GCancellable *, GAsyncReadyCallback, gpointer) = {
    [GENLM_METHOD_PREFIX] = genlm_potential_prefix,
    [GENLM_METHOD_COMPLETE] = genlm_potential_complete,
    [GENLM_METHOD_NEXT] = genlm_potential_logw_next,
    [GENLM_METHOD_MASK] = genlm_potential_mask_next,
  };
  GenlmRoundCall *call = g_new0 (GenlmRoundCall, 1);

  g_atomic_ref_count_init (&call->refs);
  call->round = self;
  call->method = method;
  call->context = genlm_context_ref (context);
  call->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  call->score = NAN;
  g_ptr_array_add (self->calls, call);
  self->n_pending++;

  g_main_context_push_thread_default (self->context);
  self->is_sending = TRUE;
  g_atomic_ref_count_inc (&call->refs);
  calls[method] (self->potential, context, cancellable, on_answer, call);
  self->is_sending = FALSE;
  g_main_context_pop_thread_default (self->context);
}

/* Lets what is ready run once. */
void
genlm_round_step (GenlmRound *self)
{
  g_main_context_push_thread_default (self->context);
  g_main_context_iteration (self->context, FALSE);
  g_main_context_pop_thread_default (self->context);
}

static gboolean
set_flag (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Waits until all calls are answered, or for so long. */
void
genlm_round_wait (GenlmRound *self,
                  guint       milliseconds)
{
  g_autoptr (GSource) timer = g_timeout_source_new (milliseconds);
  gboolean is_late = FALSE;

  g_source_set_static_name (timer, "[genlm] end of patience");
  g_source_set_callback (timer, set_flag, &is_late, NULL);
  g_source_attach (timer, self->context);

  g_main_context_push_thread_default (self->context);
  while (self->n_pending > 0 && !is_late)
    g_main_context_iteration (self->context, TRUE);
  for (guint i = 0; i < N_AFTER; i++)
    g_main_context_iteration (self->context, FALSE);
  g_main_context_pop_thread_default (self->context);

  g_source_destroy (timer);
}

guint
genlm_round_get_size (GenlmRound *self)
{
  return self->calls->len;
}

GenlmRoundCall *
genlm_round_get_call (GenlmRound *self,
                      guint       index)
{
  return g_ptr_array_index (self->calls, index);
}
