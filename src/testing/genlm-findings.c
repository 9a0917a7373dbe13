/* What a check found: how many cases it looked at, and what is wrong with
 * which. Many failures make one message, of bounded length. */

#include "genlm-findings-private.h"
#include "genlm-harness.h"

#include <math.h>

struct _GenlmFindings
{
  char    *label;
  char    *law;
  double   rtol;
  double   atol;
  guint    max_listed;
  guint    n_cases;
  guint    n_failed;
  GString *list;
};

GenlmFindings *
genlm_findings_new (GenlmPotential *potential,
                    const char     *law,
                    double          rtol,
                    double          atol,
                    guint           max_listed)
{
  GenlmFindings *self = g_new0 (GenlmFindings, 1);

  self->label = genlm_potential_dup_label (potential);
  self->law = g_strdup (law);
  self->rtol = rtol;
  self->atol = atol;
  self->max_listed = max_listed;
  self->list = g_string_new (NULL);
  return self;
}

void
genlm_findings_free (GenlmFindings *self)
{
  g_string_free (self->list, TRUE);
  g_free (self->law);
  g_free (self->label);
  g_free (self);
}

/* Both differences of two log weights; NaN where one of them is. */
void
genlm_findings_differ (double  want,
                       double  have,
                       double *absolute,
                       double *relative)
{
  if (want == have)
    {
      *absolute = 0;
      *relative = 0;
      return;
    }
  *absolute = fabs (want - have);
  *relative = want != 0 && isfinite (want) ? *absolute / fabs (want) : INFINITY;
}

/* Whether both differences are small enough. NaN never is. */
gboolean
genlm_findings_compare (GenlmFindings *self,
                        double         want,
                        double         have)
{
  double absolute, relative;

  genlm_findings_differ (want, have, &absolute, &relative);
  return genlm_findings_expect (self, absolute <= self->atol && relative <= self->rtol);
}

/* The rule for two answers to the same question: the tolerances add up. */
gboolean
genlm_findings_compare_close (GenlmFindings *self,
                              double         want,
                              double         have)
{
  return genlm_findings_expect (self, want == have ||
                                (isfinite (want) && fabs (want - have) <= self->atol + self->rtol * fabs (want)));
}

/* Counts a case. Who gets FALSE adds what is wrong. */
gboolean
genlm_findings_expect (GenlmFindings *self,
                       gboolean       is_so)
{
  self->n_cases++;
  return is_so;
}

static gboolean
begin_failure (GenlmFindings *self)
{
  return self->n_failed++ < self->max_listed;
}

void
genlm_findings_add (GenlmFindings *self,
                    const char    *format,
                    ...)
{
  va_list args;

  if (!begin_failure (self))
    return;
  g_string_append (self->list, "\n  - ");
  va_start (args, format);
  g_string_append_vprintf (self->list, format, args);
  va_end (args);
}

void
genlm_findings_add_difference (GenlmFindings *self,
                               double         want,
                               double         have,
                               const char    *format,
                               ...)
{
  double absolute, relative;
  va_list args;

  if (!begin_failure (self))
    return;
  genlm_findings_differ (want, have, &absolute, &relative);
  g_string_append (self->list, "\n  - ");
  va_start (args, format);
  g_string_append_vprintf (self->list, format, args);
  va_end (args);
  g_string_append_printf (self->list, ": want %.10g, have %.10g, which differ by %.3g, relatively %.3g",
                          want, have, absolute, relative);
}

/* Whether nothing is wrong; else the error says what is. */
gboolean
genlm_findings_report (GenlmFindings  *self,
                       int             code,
                       GError        **error)
{
  if (self->n_failed == 0)
    return TRUE;
  if (self->n_failed > self->max_listed)
    g_string_append_printf (self->list, "\n  - and %u more", self->n_failed - self->max_listed);
  g_set_error (error, GENLM_HARNESS_ERROR, code,
               "%s breaks the law of %s in %u of %u cases (tolerance %g, relatively %g):%s",
               self->label, self->law, self->n_failed, self->n_cases, self->atol, self->rtol, self->list->str);
  return FALSE;
}
