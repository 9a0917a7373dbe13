#pragma once

/* The text of a pattern and how far it has been read, and errors that show the
 * place. */

#include <genlm.h>

#include "genlm-regex-parser.h"

G_BEGIN_DECLS

typedef struct
{
  GenlmRegexDialect  dialect;
  const char        *text;
  gsize              length;
  gsize              at;
  GError           **error;
  /* The first thing that is right but cannot be done. It is told when all is
   * read and nothing is wrong. */
  GError            *deferred;
} GenlmRegexCursor;

/* For what is no pattern, and for what is one that cannot be done. */
#define genlm_regex_fail_syntax(cursor, at, ...) \
  genlm_regex_cursor_fail ((cursor), GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, (at), __VA_ARGS__)
#define genlm_regex_fail_unsupported(cursor, at, ...) \
  genlm_regex_cursor_fail ((cursor), GENLM_POTENTIAL_ERROR_NOT_SUPPORTED, (at), __VA_ARGS__)

gboolean genlm_regex_check_text      (const char              *what,
                                      const char              *text,
                                      gsize                    length,
                                      GError                 **error);
gboolean genlm_regex_cursor_fail     (GenlmRegexCursor        *self,
                                      GenlmPotentialError      code,
                                      gsize                    at,
                                      const char              *format,
                                      ...) G_GNUC_PRINTF (4, 5);
gboolean genlm_regex_cursor_defer    (GenlmRegexCursor        *self,
                                      gsize                    at,
                                      const char              *what);
char    *genlm_regex_cursor_describe (const GenlmRegexCursor  *self,
                                      gsize                    at);
gunichar genlm_regex_cursor_take     (GenlmRegexCursor        *self);

static inline gboolean
genlm_regex_cursor_is_ecma (const GenlmRegexCursor *self)
{
  return self->dialect == GENLM_REGEX_DIALECT_ECMA;
}

static inline gboolean
genlm_regex_cursor_at_end (const GenlmRegexCursor *self)
{
  return self->at >= self->length;
}

/* The next byte, or 0 at the end. */
static inline char
genlm_regex_cursor_peek (const GenlmRegexCursor *self)
{
  return genlm_regex_cursor_at_end (self) ? '\0' : self->text[self->at];
}

static inline char
genlm_regex_cursor_peek_after (const GenlmRegexCursor *self)
{
  return self->at + 1 >= self->length ? '\0' : self->text[self->at + 1];
}

static inline gboolean
genlm_regex_cursor_accept (GenlmRegexCursor *self,
                           char              byte)
{
  if (genlm_regex_cursor_peek (self) != byte)
    return FALSE;
  self->at++;
  return TRUE;
}

G_END_DECLS
