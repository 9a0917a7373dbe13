#include "genlm-json-plan.h"

#include "genlm-json-body.h"

GenlmJsonPlan *
genlm_json_plan_intern (GenlmJsonBook        *book,
                        const GenlmJsonClaim *claims,
                        guint                 n_claims)
{
  GenlmJsonPlan *self;

  g_byte_array_set_size (book->key, 0);
  g_byte_array_append (book->key, (const guint8 *) "p", 1);
  g_byte_array_append (book->key, (const guint8 *) claims, n_claims * sizeof *claims);
  self = genlm_json_book_find (book, book->key->data, book->key->len);
  if (self == NULL)
    {
      self = genlm_json_book_alloc (book, sizeof *self);
      self->n_claims = n_claims;
      self->claims = genlm_json_arena_dup (&book->arena, claims, n_claims * sizeof *claims);
      genlm_json_book_add (book, book->key->data, book->key->len, self);
    }
  return self;
}

GenlmJsonBody *
genlm_json_plan_get_body (GenlmJsonBook *book,
                          GenlmJsonPlan *self,
                          GenlmJsonKind  kind)
{
  if (self->bodies[kind] == NULL)
    self->bodies[kind] = genlm_json_body_new (book, self->claims, self->n_claims, kind);
  return self->bodies[kind];
}
