#pragma once

#include <glib.h>

G_BEGIN_DECLS

GBytes *genlm_vec_alloc               (gsize          size,
                                       gpointer      *memory);
GBytes *genlm_vec_align               (GBytes        *bytes);
double  genlm_vec_exp                 (double         x);
double  genlm_vec_max                 (const double  *x,
                                       gsize          n);
double  genlm_vec_sum_exp             (const double  *x,
                                       gsize          n,
                                       double         shift);
void    genlm_vec_exp_shift           (double        *out,
                                       const double  *x,
                                       double         shift,
                                       gsize          n);
double  genlm_vec_sum_exp_masked      (const double  *x,
                                       const guint64 *words,
                                       gsize          n,
                                       double         shift);
gsize   genlm_vec_count_invalid       (const double  *x,
                                       gsize          n);
void    genlm_vec_add                 (double        *out,
                                       const double  *a,
                                       const double  *b,
                                       gsize          n);
void    genlm_vec_shift               (double        *out,
                                       const double  *x,
                                       double         shift,
                                       gsize          n);
void    genlm_vec_mask                (double        *out,
                                       const double  *x,
                                       const guint64 *words,
                                       gsize          n);
void    genlm_vec_expand              (double        *out,
                                       const guint64 *words,
                                       gsize          n);
void    genlm_vec_and                 (guint64       *out,
                                       const guint64 *a,
                                       const guint64 *b,
                                       gsize          n_words);
gsize   genlm_vec_popcount            (const guint64 *words,
                                       gsize          n_words);
float   genlm_vec_max_float           (const float   *x,
                                       gsize          n);
gsize   genlm_vec_count_invalid_float (const float   *x,
                                       gsize          n);
double  genlm_vec_sum_exp_float       (const float   *x,
                                       gsize          n,
                                       float          shift,
                                       double         scale);
void    genlm_vec_gather              (double        *out,
                                       const float   *x,
                                       gsize          n,
                                       const guint32 *map,
                                       gsize          n_map,
                                       float          shift,
                                       double         scale,
                                       double         offset);

G_END_DECLS
