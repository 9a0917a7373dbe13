#pragma once

#include <genlm.h>

G_BEGIN_DECLS

typedef struct _GenlmFindings GenlmFindings;

GenlmFindings *genlm_findings_new            (GenlmPotential *potential,
                                              const char     *law,
                                              double          rtol,
                                              double          atol,
                                              guint           max_listed);
void           genlm_findings_free           (GenlmFindings  *self);
void           genlm_findings_differ         (double          want,
                                              double          have,
                                              double         *absolute,
                                              double         *relative);
gboolean       genlm_findings_compare        (GenlmFindings  *self,
                                              double          want,
                                              double          have);
gboolean       genlm_findings_compare_close  (GenlmFindings  *self,
                                              double          want,
                                              double          have);
gboolean       genlm_findings_expect         (GenlmFindings  *self,
                                              gboolean        is_so);
void           genlm_findings_add            (GenlmFindings  *self,
                                              const char     *format,
                                              ...) G_GNUC_PRINTF (2, 3);
void           genlm_findings_add_difference (GenlmFindings  *self,
                                              double          want,
                                              double          have,
                                              const char     *format,
                                              ...) G_GNUC_PRINTF (4, 5);
gboolean       genlm_findings_report         (GenlmFindings  *self,
                                              int             code,
                                              GError        **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmFindings, genlm_findings_free)

G_END_DECLS
