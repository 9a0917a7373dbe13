/* An element that gives wrong answers, or its process trouble. Without a fault the
 * prefix weighs minus its length, and the complete sequence one less. */
#include <genlm.h>

#include <math.h>
#include <string.h>
#include <time.h>

#define TEST_TYPE_FAULTY (test_faulty_get_type ())
G_DECLARE_FINAL_TYPE (TestFaulty, test_faulty, TEST, FAULTY, GenlmPotentialBase)

struct _TestFaulty
{
  GenlmPotentialBase parent_instance;

  char         *fault;
  GenlmWeights *kept;
};

enum
{
  PROP_FAULT = 1,
};

static void iface_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestFaulty, test_faulty, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, iface_init))

/* Another answers asynchronously, and only so. */
#define TEST_TYPE_LATE (test_late_get_type ())
G_DECLARE_FINAL_TYPE (TestLate, test_late, TEST, LATE, GenlmPotentialBase)

struct _TestLate
{
  GenlmPotentialBase parent_instance;
};

static void late_iface_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestLate, test_late, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, late_iface_init))

static gboolean
is (GenlmPotential *potential,
    const char     *fault)
{
  return strcmp (TEST_FAULTY (potential)->fault, fault) == 0;
}

/* -- faulty --------------------------------------------------------------- */

static void
block (void)
{
  g_printerr ("blocked\n");
  for (;;)
    g_usleep (G_USEC_PER_SEC);
}

static void
spin (void)
{
  for (volatile guint i = 0;; i++)
    continue;
}

/* For 0.7 seconds of processor time. */
static void
work (void)
{
  clock_t end = clock () + CLOCKS_PER_SEC * 7 / 10;

  while (clock () < end)
    continue;
}

/* Piece by piece, far more than any limit. */
static void
hog (void)
{
  for (guint i = 0; i < 4096; i++)
    {
      char *piece = g_malloc (1 << 20);

      memset (piece, 1, 1 << 20);
    }
}

static gboolean
test_faulty_weigh_prefix (GenlmPotential  *potential,
                          GenlmContext    *context,
                          double          *out,
                          GError         **error)
{
  if (is (potential, "block"))
    block ();
  if (is (potential, "spin"))
    spin ();
  if (is (potential, "work"))
    work ();
  if (is (potential, "hog"))
    hog ();
  if (is (potential, "print"))
    g_print ("a line on standard output\n");
  if (is (potential, "error"))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "an error of its own: \xff");
  *out = is (potential, "nan") ? NAN : is (potential, "infinity") ? INFINITY
                                     : -(double) genlm_context_get_length (context);
  return !is (potential, "silent");
}

static gboolean
test_faulty_weigh_complete (GenlmPotential  *potential,
                            GenlmContext    *context,
                            double          *out,
                            GError         **error)
{
  gboolean done = test_faulty_weigh_prefix (potential, context, out, error);

  *out -= 1;
  return done;
}

/* The first that it made: returned again, or only what it is worth. */
static GenlmWeights *
weigh_by_kept (TestFaulty *self,
               double      difference)
{
  double *values;
  GenlmWeights *weights;

  if (self->kept == NULL)
    {
      self->kept = genlm_weights_new_uninit (257, &values);
      for (gsize i = 0; i < 257; i++)
        values[i] = -(double) i;
    }
  if (difference == 0)
    return genlm_weights_ref (self->kept);
  weights = genlm_weights_new_uninit (257, &values);
  for (gsize i = 0; i < 257; i++)
    values[i] = genlm_weights_get (self->kept, i) - difference;
  return weights;
}

static GenlmWeights *
test_faulty_weigh_next (GenlmPotential  *potential,
                        GenlmContext    *context,
                        GError         **error)
{
  gsize n = is (potential, "short") ? 256 : 257;
  double *values;
  GenlmWeights *weights;

  if (is (potential, "keep"))
    return weigh_by_kept (TEST_FAULTY (potential), 0);
  if (is (potential, "keep-other"))
    return weigh_by_kept (TEST_FAULTY (potential), 1);
  weights = genlm_weights_new_uninit (n, &values);
  for (gsize i = 0; i < n; i++)
    values[i] = -1;
  if (is (potential, "nan"))
    values[100] = NAN;
  return weights;
}

static GenlmWeightsList *
test_faulty_weigh_next_batch (GenlmPotential  *potential,
                              GenlmBatch      *batch,
                              GError         **error)
{
  GenlmWeightsList *list = genlm_weights_list_new ();

  for (gsize i = is (potential, "few") ? 1 : 0; i < genlm_batch_get_size (batch); i++)
    {
      g_autoptr (GenlmWeights) weights = test_faulty_weigh_next (potential, genlm_batch_get (batch, i), error);

      genlm_weights_list_append (list, weights);
    }
  return list;
}

static GenlmTokenSet *
test_faulty_weigh_mask (GenlmPotential  *potential,
                        GenlmContext    *context,
                        GError         **error)
{
  guint64 *words;

  return genlm_token_set_new_zeroed (is (potential, "short") ? 5 : 257, &words);
}

static void
iface_init (GenlmPotentialInterface *iface)
{
  iface->weigh_prefix = test_faulty_weigh_prefix;
  iface->weigh_complete = test_faulty_weigh_complete;
  iface->weigh_next = test_faulty_weigh_next;
  iface->weigh_next_batch = test_faulty_weigh_next_batch;
  iface->weigh_mask = test_faulty_weigh_mask;
}

static void
test_faulty_finalize (GObject *object)
{
  g_clear_pointer (&TEST_FAULTY (object)->kept, genlm_weights_unref);
  g_free (TEST_FAULTY (object)->fault);
  G_OBJECT_CLASS (test_faulty_parent_class)->finalize (object);
}

static void
test_faulty_get_property (GObject    *object,
                          guint       property_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  g_value_set_string (value, TEST_FAULTY (object)->fault);
}

static void
test_faulty_set_property (GObject      *object,
                          guint         property_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  TestFaulty *self = TEST_FAULTY (object);

  g_free (self->fault);
  self->fault = g_value_dup_string (value);
}

static void
test_faulty_class_init (TestFaultyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = test_faulty_finalize;
  object_class->get_property = test_faulty_get_property;
  object_class->set_property = test_faulty_set_property;
  g_object_class_install_property (object_class, PROP_FAULT,
    g_param_spec_string ("fault", NULL, "What goes wrong", "",
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  genlm_potential_base_class_set_traits (GENLM_POTENTIAL_BASE_CLASS (klass), GENLM_TRAITS_THREAD_SAFE);
  genlm_potential_base_class_set_metadata (GENLM_POTENTIAL_BASE_CLASS (klass), "Test faulty", "Potential/Test",
                                           "Gives wrong answers", "The tests");
}

static void
test_faulty_init (TestFaulty *self)
{
}

GENLM_ELEMENT_REGISTER_DEFINE (test_faulty, "test-faulty", GENLM_RANK_PRIMARY, TEST_TYPE_FAULTY)

/* -- late ----------------------------------------------------------------- */

/* What is left to do after an answer. */
static gboolean
tidy_up (gpointer user_data)
{
  g_printerr ("tidied up\n");
  return G_SOURCE_REMOVE;
}

static gboolean
answer_late (gpointer user_data)
{
  GenlmRequest *request = user_data;
  gsize n = genlm_request_get_size (request);
  double *values;
  g_autoptr (GenlmScores) scores = genlm_scores_new_uninit (n, &values);

  for (gsize i = 0; i < n; i++)
    values[i] = -1 - (double) i;
  genlm_request_return_scores (request, scores);
  g_idle_add_full (G_PRIORITY_LOW, tidy_up, NULL, NULL);
  return G_SOURCE_REMOVE;
}

/* Forgets the empty context. */
static void
test_late_evaluate (GenlmPotential *potential,
                    GenlmRequest   *request)
{
  if (genlm_context_get_length (genlm_batch_get (genlm_request_get_batch (request), 0)) > 0)
    g_idle_add_full (G_PRIORITY_DEFAULT, answer_late, g_object_ref (request), g_object_unref);
}

static void
late_iface_init (GenlmPotentialInterface *iface)
{
  iface->evaluate = test_late_evaluate;
}

static void
test_late_class_init (TestLateClass *klass)
{
  genlm_potential_base_class_set_metadata (GENLM_POTENTIAL_BASE_CLASS (klass), "Test late", "Potential/Test",
                                           "Answers asynchronously", "The tests");
}

static void
test_late_init (TestLate *self)
{
}

GENLM_ELEMENT_REGISTER_DEFINE (test_late, "test-late", GENLM_RANK_PRIMARY, TEST_TYPE_LATE)

static void
plugin_init (GenlmPlugin *plugin)
{
  GENLM_ELEMENT_REGISTER (test_faulty, plugin);
  GENLM_ELEMENT_REGISTER (test_late, plugin);
}

GENLM_PLUGIN_DEFINE (faulty, "Elements for tests of workers", plugin_init, "1.0", "MIT", "the tests")
