/* `genlm bench`: measures a potential plain, autobatched and in worker
 * processes, one question at a time and many, and says what is worth it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "genlm-bench-contexts.h"
#include "genlm-bench-measure.h"
#include "genlm-commands.h"
#include "genlm-interrupt.h"
#include "genlm-output.h"
#include "genlm-progress.h"

/* What is this much faster is worth another element. */
#define WORTH_IT 1.15

/* Of the time, what the walks may take at most. */
#define WALK_SHARE 0.2

#define N_SHAPES 5
#define MAX_METHODS 4

/* How programs ask whom this is for: many particles at once. */
#define DECIDING_SHAPE 2

static const GenlmBenchShape shapes[N_SHAPES] = {
  { "one at a time", "single", 1, FALSE },
  { "8 at once", "concurrent", 8, FALSE },
  { "64 at once", "concurrent", 64, FALSE },
  { "batch of 8", "batch", 8, TRUE },
  { "batch of 64", "batch", 64, TRUE },
};

static gboolean opt_json;
static char *opt_element;
static char **opt_methods;
static double opt_seconds = 10.0;
static char *opt_seed;
static int opt_workers = -1;
static char **opt_arguments;

static const GOptionEntry entries[] = {
  { "json", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &opt_json, "Write one JSON object", NULL },
  { "element", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &opt_element,
    "Measure the element of this name instead of the last", "NAME" },
  { "method", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &opt_methods,
    "Measure prefix, complete, logw_next or mask_next; may be repeated", "METHOD" },
  { "seconds", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_DOUBLE, &opt_seconds, "How long it takes, about (10)", "S" },
  { "seed", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &opt_seed, "Choose other contexts (1)", "N" },
  { "workers", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &opt_workers,
    "Up to how many worker processes; 0 for none (as many as processors)", "N" },
  { G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &opt_arguments, NULL, "DESCRIPTION" },
  G_OPTION_ENTRY_NULL
};

/* One way to use the potential. */
typedef struct
{
  char             *name;
  char             *addition;   /* to the description, NULL where there is none */
  guint             n_workers;  /* 0 in this process */
  gboolean          is_autobatched;
  char             *problem;    /* why it was not measured, or NULL */
  GenlmBenchResult  results[MAX_METHODS][N_SHAPES];
} Setup;

typedef struct
{
  GenlmPotential     *potential;
  guint64             seed;
  guint               n_contexts;
  double              mean_length;
  GenlmMethod         methods[MAX_METHODS];
  guint               n_methods;
  GPtrArray          *setups;
  double              load;
  GCancellable       *cancellable;
  GenlmProgress       progress;
} Bench;

static void
setup_free (gpointer data)
{
  Setup *setup = data;

  g_free (setup->problem);
  g_free (setup->addition);
  g_free (setup->name);
  g_free (setup);
}

static void
bench_clear (Bench *bench)
{
  g_clear_pointer (&bench->setups, g_ptr_array_unref);
  g_clear_object (&bench->potential);
  g_clear_object (&bench->cancellable);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bench, bench_clear)

/* -- what is measured ------------------------------------------------------ */

static void
add_setup (Bench    *bench,
           guint     n_workers,
           gboolean  is_autobatched)
{
  Setup *setup = g_new0 (Setup, 1);

  setup->n_workers = n_workers;
  setup->is_autobatched = is_autobatched;
  if (is_autobatched && n_workers > 0)
    {
      setup->name = g_strdup_printf ("%u+autobatch", n_workers);
      setup->addition = g_strdup_printf ("! multiprocess workers=%u ! autobatch", n_workers);
    }
  else if (is_autobatched)
    {
      setup->name = g_strdup ("autobatch");
      setup->addition = g_strdup ("! autobatch");
    }
  else if (n_workers > 0)
    {
      setup->name = g_strdup_printf ("%u %s", n_workers, n_workers == 1 ? "worker" : "workers");
      setup->addition = g_strdup_printf ("! multiprocess workers=%u", n_workers);
    }
  else
    {
      setup->name = g_strdup ("plain");
    }
  for (guint i = 0; i < MAX_METHODS; i++)
    for (guint j = 0; j < N_SHAPES; j++)
      setup->results[i][j].seconds = NAN;
  g_ptr_array_add (bench->setups, setup);
}

/* One, two, four workers and so on, and as many as there may be; these also with
 * what makes batches of single questions, which workers answer one by one. */
static void
add_setups (Bench *bench)
{
  guint n_max = opt_workers >= 0 ? (guint) opt_workers : g_get_num_processors ();

  add_setup (bench, 0, FALSE);
  add_setup (bench, 0, TRUE);
  for (guint n = 1; n < n_max; n *= 2)
    add_setup (bench, n, FALSE);
  if (n_max > 0)
    {
      add_setup (bench, n_max, FALSE);
      add_setup (bench, n_max, TRUE);
    }
}

static gboolean
is_boolean (Bench *bench)
{
  return (genlm_potential_get_traits (bench->potential) & GENLM_TRAITS_BOOLEAN) != 0;
}

static gboolean
add_methods (Bench   *bench,
             GError **error)
{
  static const char *const usual[] = { "prefix", "logw_next", NULL };
  static const char *const usual_boolean[] = { "prefix", "logw_next", "mask_next", NULL };
  const char *const *names = opt_methods != NULL ? (const char *const *) opt_methods
                                                 : is_boolean (bench) ? usual_boolean : usual;

  for (guint i = 0; names[i] != NULL; i++)
    {
      GenlmMethod method;
      gboolean is_known = genlm_bench_find_method (names[i], &method);
      gboolean is_new = TRUE;

      if (!is_known || (method == GENLM_METHOD_MASK && !is_boolean (bench)))
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, is_known
                         ? "\"%s\" cannot be measured: the potential is not Boolean, so it has no masks"
                         : "There is no method \"%s\"; measure prefix, complete, logw_next or mask_next", names[i]);
          return FALSE;
        }
      for (guint j = 0; j < bench->n_methods; j++)
        is_new = is_new && bench->methods[j] != method;
      if (is_new)
        bench->methods[bench->n_methods++] = method;
    }
  return TRUE;
}

static gboolean
take_potential (Bench          *bench,
                GenlmPipeline  *pipeline,
                GError        **error)
{
  GObject *object = opt_element != NULL ? genlm_pipeline_get_element (pipeline, opt_element)
                                        : genlm_pipeline_get_last (pipeline);

  if (object == NULL)
    {
      g_set_error (error, GENLM_PIPELINE_ERROR, GENLM_PIPELINE_ERROR_UNKNOWN_REFERENCE,
                   "No element that was made has the name \"%s\"; give it with \"name=%s\"", opt_element, opt_element);
      return FALSE;
    }
  if (!GENLM_IS_POTENTIAL (object))
    {
      g_set_error (error, GENLM_PIPELINE_ERROR, GENLM_PIPELINE_ERROR_WRONG_TYPE,
                   "\"%s\" is no potential, so there is nothing to measure; name one, and choose it with --element",
                   genlm_element_type_get_factory_name (G_OBJECT_TYPE (object)));
      return FALSE;
    }
  bench->potential = g_object_ref (GENLM_POTENTIAL (object));
  return TRUE;
}

/* -- measuring ------------------------------------------------------------- */

static GenlmPotential *
make_setup (Bench   *bench,
            Setup   *setup,
            GError **error)
{
  g_autoptr (GenlmPotential) potential = g_object_ref (bench->potential);

  if (setup->n_workers > 0)
    {
      g_object_unref (potential);
      potential = genlm_potential_to_multiprocess (bench->potential, setup->n_workers, error);
    }
  if (potential != NULL && setup->is_autobatched)
    return genlm_potential_to_autobatched (potential);
  return g_steal_pointer (&potential);
}

/* Each way finds contexts of its own, so that it knows those of its walk, and
 * not what another has left in a cache that they share. */
static GenlmBenchContexts *
find_contexts (Bench           *bench,
               GenlmPotential  *potential,
               guint            number,
               GError         **error)
{
  GenlmBenchContexts *contexts;

  genlm_progress_show (&bench->progress, "%s: looking for contexts",
                       ((Setup *) g_ptr_array_index (bench->setups, number))->name);
  contexts = genlm_bench_contexts_new (potential, bench->seed, number,
                                       opt_seconds * WALK_SHARE / bench->setups->len, bench->cancellable, error);
  if (contexts != NULL && number == 0)
    {
      bench->n_contexts = genlm_bench_contexts_get_n (contexts);
      bench->mean_length = genlm_bench_contexts_get_mean_length (contexts);
    }
  return contexts;
}

static gboolean
measure_setup (Bench   *bench,
               guint    number,
               double   seconds,
               GError **error)
{
  Setup *setup = g_ptr_array_index (bench->setups, number);
  g_autoptr (GenlmBenchContexts) contexts = NULL;
  g_autoptr (GenlmPotential) potential = NULL;

  genlm_progress_show (&bench->progress, "%s: starting", setup->name);
  potential = make_setup (bench, setup, error);
  if (potential != NULL)
    contexts = find_contexts (bench, potential, number, error);
  if (contexts == NULL)
    return FALSE;

  for (guint i = 0; i < bench->n_methods; i++)
    for (guint j = 0; j < N_SHAPES; j++)
      {
        genlm_progress_show (&bench->progress, "%s: %s, %s", setup->name,
                             genlm_bench_name_method (bench->methods[i]), shapes[j].name);
        if (!genlm_bench_measure (potential, bench->methods[i], &shapes[j], contexts, seconds,
                                  bench->cancellable, &setup->results[i][j], error))
          return FALSE;
      }
  return TRUE;
}

/* A way that does not work is no mistake, unless it is the plain one. */
static gboolean
measure (Bench   *bench,
         GError **error)
{
  double seconds;

  add_setups (bench);
  seconds = opt_seconds * (1 - WALK_SHARE) / (bench->setups->len * bench->n_methods * N_SHAPES);
  for (guint i = 0; i < bench->setups->len; i++)
    {
      Setup *setup = g_ptr_array_index (bench->setups, i);
      g_autoptr (GError) problem = NULL;

      if (measure_setup (bench, i, seconds, &problem))
        continue;
      if (i == 0 || g_cancellable_is_cancelled (bench->cancellable))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
      setup->problem = g_strdup (problem->message);
    }
  return TRUE;
}

/* -- what is worth it ------------------------------------------------------ */

static Setup *
get_setup (Bench *bench,
           guint  index)
{
  return g_ptr_array_index (bench->setups, index);
}

static double
get_seconds (Bench *bench,
             guint  setup,
             guint  method,
             guint  shape)
{
  return get_setup (bench, setup)->problem != NULL ? NAN
                                                   : get_setup (bench, setup)->results[method][shape].seconds;
}

/* One item of each method, asked as the deciding shape does. */
static double
sum_methods (Bench *bench,
             guint  setup)
{
  double sum = 0;

  for (guint i = 0; i < bench->n_methods; i++)
    sum += get_seconds (bench, setup, i, DECIDING_SHAPE);
  return sum;
}

/* The simplest that is not much slower than the fastest. */
static guint
choose (Bench *bench)
{
  double best = INFINITY;
  guint chosen = 0;

  for (guint i = 0; i < bench->setups->len; i++)
    if (sum_methods (bench, i) < best)
      best = sum_methods (bench, i);
  while (!(sum_methods (bench, chosen) <= WORTH_IT * best))
    chosen++;
  return chosen;
}

static guint
find_fastest (Bench *bench,
              guint  method,
              guint  shape)
{
  guint fastest = 0;

  for (guint i = 1; i < bench->setups->len; i++)
    if (get_seconds (bench, i, method, shape) < get_seconds (bench, fastest, method, shape))
      fastest = i;
  return fastest;
}

/* Three digits. */
static char *
dup_time (double seconds)
{
  double us = seconds * 1e6;

  if (isnan (us))
    return g_strdup ("-");
  return g_strdup_printf ("%.*f", us < 1 ? 3 : us < 10 ? 2 : us < 100 ? 1 : 0, us);
}

/* Within a twentieth there is no difference worth a word. */
static void
append_ratio (GString *text,
              double   plain,
              double   other)
{
  if (MAX (plain, other) < 1.05 * MIN (plain, other))
    g_string_append (text, "as fast as");
  else if (plain > other)
    g_string_append_printf (text, "%.1f times as fast as", plain / other);
  else
    g_string_append_printf (text, "%.1f times as slow as", other / plain);
}

/* One sentence for each method, with its numbers. */
static void
append_reasons (GString *text,
                Bench   *bench,
                guint    chosen)
{
  const char *what = shapes[DECIDING_SHAPE].name;
  guint other = chosen;

  /* Beside the plain way, the fastest of the others is of interest. */
  if (chosen == 0)
    {
      double best = INFINITY;

      for (guint i = 1; i < bench->setups->len; i++)
        if (sum_methods (bench, i) < best)
          {
            best = sum_methods (bench, i);
            other = i;
          }
    }
  if (other == 0)
    return;

  for (guint i = 0; i < bench->n_methods; i++)
    {
      double plain_together = get_seconds (bench, 0, i, DECIDING_SHAPE);
      double together = get_seconds (bench, other, i, DECIDING_SHAPE);
      double plain_alone = get_seconds (bench, 0, i, 0);
      double alone = get_seconds (bench, other, i, 0);
      g_autofree char *plain_time = dup_time (plain_together);
      g_autofree char *time = dup_time (together);
      g_autofree char *plain_alone_time = dup_time (plain_alone);
      g_autofree char *alone_time = dup_time (alone);

      g_string_append_printf (text, "  %s: %s, %s is ", genlm_bench_name_method (bench->methods[i]), what,
                              get_setup (bench, other)->name);
      append_ratio (text, plain_together, together);
      g_string_append_printf (text, " plain (%s µs each, plain %s);\n    one at a time ", time, plain_time);
      append_ratio (text, plain_alone, alone);
      g_string_append_printf (text, " plain (%s µs, plain %s)\n", alone_time, plain_alone_time);
    }
}

static void
append_recommendation (GString *text,
                       Bench   *bench)
{
  guint chosen = choose (bench);
  Setup *setup = get_setup (bench, chosen);

  if (setup->addition != NULL)
    g_string_append_printf (text, "Recommended: %s, that is, add \"%s\"\n", setup->name, setup->addition);
  else
    g_string_append (text, "Recommended: plain, without autobatch and multiprocess\n");
  append_reasons (text, bench, chosen);
}

/* -- showing --------------------------------------------------------------- */

static char *
dup_traits (Bench *bench)
{
  g_autoptr (GFlagsClass) klass = g_type_class_ref (GENLM_TYPE_TRAITS);
  GenlmTraits traits = genlm_potential_get_traits (bench->potential);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < klass->n_values; i++)
    if (klass->values[i].value != 0 && (traits & klass->values[i].value) != 0)
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", klass->values[i].value_nick);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
append_header (GString *text,
               Bench   *bench)
{
  g_autofree char *label = genlm_potential_dup_label (bench->potential);
  g_autofree char *vocab = genlm_vocab_to_string (genlm_potential_get_vocab (bench->potential));
  g_autofree char *traits = dup_traits (bench);

  g_string_append_printf (text, "%s over %s%s%s\n", label, vocab, *traits != '\0' ? ": " : "", traits);
  g_string_append_printf (text, "%u contexts, %.1f tokens long on average, seed %" G_GUINT64_FORMAT
                          "; %u processors, load %.2f\n",
                          bench->n_contexts, bench->mean_length, bench->seed,
                          g_get_num_processors (), bench->load);
}

/* Microseconds for one item in each way, and how many items the fastest does. */
static void
append_table (GString *text,
              Bench   *bench,
              guint    method)
{
  g_string_append_printf (text, "\n%-16s", genlm_bench_name_method (bench->methods[method]));
  for (guint i = 0; i < bench->setups->len; i++)
    if (get_setup (bench, i)->problem == NULL)
      g_string_append_printf (text, "%13s", get_setup (bench, i)->name);
  g_string_append_printf (text, "%14s\n", "items/s");

  for (guint shape = 0; shape < N_SHAPES; shape++)
    {
      guint fastest = find_fastest (bench, method, shape);

      g_string_append_printf (text, "  %-14s", shapes[shape].name);
      for (guint i = 0; i < bench->setups->len; i++)
        {
          g_autofree char *time = dup_time (get_seconds (bench, i, method, shape));

          if (get_setup (bench, i)->problem == NULL)
            g_string_append_printf (text, "%13s", time);
        }
      g_string_append_printf (text, "%14.0f  %s\n", 1 / get_seconds (bench, fastest, method, shape),
                              get_setup (bench, fastest)->name);
    }
}

static int
show_text (Bench *bench)
{
  g_autoptr (GString) text = g_string_new (NULL);

  append_header (text, bench);
  g_string_append (text, "Microseconds for one item, and the items that the fastest does in a second:\n");
  for (guint i = 0; i < bench->n_methods; i++)
    append_table (text, bench, i);
  g_string_append_c (text, '\n');
  for (guint i = 0; i < bench->setups->len; i++)
    if (get_setup (bench, i)->problem != NULL)
      g_string_append_printf (text, "Not measured: %s. %s\n", get_setup (bench, i)->name,
                              get_setup (bench, i)->problem);
  append_recommendation (text, bench);
  return genlm_output_finish (text);
}

static void
json_result (JsonBuilder            *builder,
             Bench                  *bench,
             guint                   method,
             Setup                  *setup,
             guint                   shape)
{
  GenlmBenchResult *result = &setup->results[method][shape];

  json_builder_begin_object (builder);
  genlm_output_add_string (builder, "method", genlm_bench_name_method (bench->methods[method]));
  genlm_output_add_string (builder, "setup", setup->name);
  genlm_output_add_int (builder, "workers", setup->n_workers);
  json_builder_set_member_name (builder, "autobatch");
  json_builder_add_boolean_value (builder, setup->is_autobatched);
  genlm_output_add_string (builder, "kind", shapes[shape].kind);
  genlm_output_add_int (builder, "size", shapes[shape].size);
  genlm_output_add_number (builder, "us_per_item", result->seconds * 1e6);
  genlm_output_add_number (builder, "items_per_s", 1 / result->seconds);
  genlm_output_add_int (builder, "rounds", result->n_rounds);
  json_builder_end_object (builder);
}

static void
json_results (JsonBuilder *builder,
              Bench       *bench)
{
  json_builder_set_member_name (builder, "results");
  json_builder_begin_array (builder);
  for (guint method = 0; method < bench->n_methods; method++)
    for (guint i = 0; i < bench->setups->len; i++)
      for (guint shape = 0; shape < N_SHAPES && get_setup (bench, i)->problem == NULL; shape++)
        json_result (builder, bench, method, get_setup (bench, i), shape);
  json_builder_end_array (builder);

  json_builder_set_member_name (builder, "not_measured");
  json_builder_begin_array (builder);
  for (guint i = 0; i < bench->setups->len; i++)
    {
      if (get_setup (bench, i)->problem == NULL)
        continue;
      json_builder_begin_object (builder);
      genlm_output_add_string (builder, "setup", get_setup (bench, i)->name);
      genlm_output_add_string (builder, "reason", get_setup (bench, i)->problem);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static int
show_json (Bench *bench)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *label = genlm_potential_dup_label (bench->potential);
  g_autofree char *traits = dup_traits (bench);
  guint chosen = choose (bench);

  json_builder_begin_object (builder);
  genlm_output_add_string (builder, "potential", label);
  genlm_output_add_int (builder, "tokens", genlm_vocab_get_size (genlm_potential_get_vocab (bench->potential)));
  genlm_output_add_string (builder, "traits", traits);
  genlm_output_add_int (builder, "contexts", bench->n_contexts);
  genlm_output_add_number (builder, "mean_length", bench->mean_length);
  genlm_output_add_uint64 (builder, "seed", bench->seed);
  genlm_output_add_int (builder, "processors", g_get_num_processors ());
  genlm_output_add_number (builder, "load", bench->load);
  json_results (builder, bench);
  json_builder_set_member_name (builder, "recommended");
  json_builder_begin_object (builder);
  genlm_output_add_string (builder, "setup", get_setup (bench, chosen)->name);
  genlm_output_add_string (builder, "add", get_setup (bench, chosen)->addition);
  genlm_output_add_number (builder, "times_plain", sum_methods (bench, 0) / sum_methods (bench, chosen));
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  return genlm_output_json (builder);
}

/* -- the command ----------------------------------------------------------- */

static int
bench_description (const char *description,
                   guint64     seed)
{
  g_auto (Bench) bench = { .seed = seed };
  g_autoptr (GenlmPipeline) pipeline = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_done;

  bench.cancellable = g_cancellable_new ();
  bench.setups = g_ptr_array_new_with_free_func (setup_free);
  if (getloadavg (&bench.load, 1) != 1)
    bench.load = 0;

  genlm_interrupt_catch (bench.cancellable);
  genlm_progress_show (&bench.progress, "making the elements");
  pipeline = genlm_pipeline_parse (description, &error);
  is_done = pipeline != NULL && take_potential (&bench, pipeline, &error) && add_methods (&bench, &error) &&
            measure (&bench, &error);
  genlm_progress_show (&bench.progress, "%s", "");
  if (genlm_interrupt_caught ())
    return GENLM_EXIT_CANCELLED;
  if (!is_done)
    return genlm_output_fail ("%s", error->message);
  return opt_json ? show_json (&bench) : show_text (&bench);
}

static gboolean
check_options (guint64  *seed,
               GError  **error)
{
  *seed = 1;
  if (opt_seed != NULL && !g_ascii_string_to_unsigned (opt_seed, 10, 1, G_MAXUINT64, seed, error))
    {
      g_prefix_error (error, "The value of --seed is not a seed: ");
      return FALSE;
    }
  if (!(opt_seconds > 0 && opt_seconds <= 86400))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "The value of --seconds must be above 0 and at most a day");
      return FALSE;
    }
  if (opt_workers < -1 || opt_workers > 1024)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "The value of --workers must be from 0 to 1024");
      return FALSE;
    }
  return TRUE;
}

int
genlm_bench_main (int    argc,
                  char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- measure a potential in every way to use it");
  g_auto (GStrv) arguments = NULL;
  g_auto (GStrv) methods = NULL;
  g_autofree char *element = NULL;
  g_autofree char *seed_text = NULL;
  g_autoptr (GError) error = NULL;
  guint64 seed;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context,
    "Measures the potential with which DESCRIPTION ends plain, autobatched, and in one and\n"
    "more worker processes, and recommends one of these:\n"
    "  genlm bench 'regex pattern=\"[a-z]+\\.\"'");
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return genlm_output_fail ("%s; see \"genlm bench --help\"", error->message);
  arguments = g_steal_pointer (&opt_arguments);
  methods = opt_methods;
  element = opt_element;
  seed_text = opt_seed;
  if (arguments == NULL)
    return genlm_output_fail ("A description is missing; see \"genlm bench --help\"");
  if (arguments[1] != NULL)
    return genlm_output_fail ("The description must be one argument, in quotation marks; \"%s\" is a second",
                              arguments[1]);
  if (!check_options (&seed, &error))
    return genlm_output_fail ("%s", error->message);
  return bench_description (arguments[0], seed);
}
