#include <string.h>

#include "genlm-decimal.h"
#include "genlm-json-machine.h"

/* Numbers while they are read, against all short texts of numbers there are. */

#define MAX_LENGTH (5)

static const char letters[] = "-01259.e+";

typedef struct
{
  const char *minimum;
  const char *maximum;
  const char *multiple_of;
  const char *constant;
  gboolean    excludes;
  gboolean    whole;
  gboolean    plain;
} Limits;

static gboolean
is_whole (const char *text)
{
  GenlmDecimal decimal;

  return text != NULL && genlm_decimal_init (&decimal, text, strlen (text))
         && genlm_decimal_is_integer (&decimal);
}

/* Whether the text of a number is plain: see the documentation. */
static gboolean
is_plain (const Limits *limits,
          const char   *text,
          gsize         length)
{
  gboolean whole = limits->whole || is_whole (limits->multiple_of) || is_whole (limits->constant);
  GenlmDecimal value;

  genlm_decimal_init (&value, text, length);
  return memchr (text, 'e', length) == NULL && (!whole || memchr (text, '.', length) == NULL)
         && (text[0] != '-' || value.sign != 0);
}

static gboolean
keeps_bound (const GenlmDecimal *value,
             const char         *bound,
             gint                sign,
             gboolean            excludes)
{
  GenlmDecimal decimal;
  gint order;

  if (bound == NULL)
    return TRUE;
  g_assert_true (genlm_decimal_init (&decimal, bound, strlen (bound)));
  order = genlm_decimal_compare (value, &decimal) * sign;
  return order > 0 || (order == 0 && !excludes);
}

static gboolean
fits (const Limits *limits,
      const char   *text,
      gsize         length)
{
  GenlmDecimal value;
  GenlmDecimal other;

  if (!genlm_decimal_init (&value, text, length))
    return FALSE;
  if (limits->multiple_of != NULL)
    {
      genlm_decimal_init (&other, limits->multiple_of, strlen (limits->multiple_of));
      if (!genlm_decimal_is_multiple_of (&value, &other))
        return FALSE;
    }
  return (!limits->whole || genlm_decimal_is_integer (&value))
         && (!limits->plain || is_plain (limits, text, length))
         && keeps_bound (&value, limits->minimum, 1, limits->excludes)
         && keeps_bound (&value, limits->maximum, -1, limits->excludes)
         && keeps_bound (&value, limits->constant, 1, FALSE)
         && keeps_bound (&value, limits->constant, -1, FALSE);
}

static void
add_member (GString    *schema,
            const char *name,
            const char *excluding,
            gboolean    excludes,
            const char *value)
{
  if (value != NULL)
    g_string_append_printf (schema, ",\"%s\":%s", excludes ? excluding : name, value);
}

static GenlmByteMachine *
build (const Limits *limits,
       GString      *schema)
{
  const GenlmJsonMachineOptions options = {
    .spelling = limits->plain ? GENLM_JSON_SPELLING_PLAIN : GENLM_JSON_SPELLING_ANY,
    .max_spaces = GENLM_JSON_MACHINE_DEFAULT_MAX_SPACES,
    .limits = { GENLM_ENGINE_DEFAULT_MAX_STATES, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 },
  };
  GenlmSchemaOptions schema_options = { 0 };
  g_autoptr (GenlmSchema) read = NULL;
  g_autoptr (GError) error = NULL;
  GenlmByteMachine *machine;

  g_string_printf (schema, "{\"type\":\"%s\"", limits->whole ? "integer" : "number");
  add_member (schema, "minimum", "exclusiveMinimum", limits->excludes, limits->minimum);
  add_member (schema, "maximum", "exclusiveMaximum", limits->excludes, limits->maximum);
  add_member (schema, "multipleOf", NULL, FALSE, limits->multiple_of);
  add_member (schema, "const", NULL, FALSE, limits->constant);
  g_string_append_c (schema, '}');
  read = genlm_schema_new (schema->str, -1, &schema_options, &error);
  g_assert_no_error (error);
  machine = genlm_json_machine_new (read, &options, &error);
  g_assert_no_error (error);
  return machine;
}

typedef struct
{
  GenlmByteMachine *machine;
  const Limits     *limits;
  const char       *schema;
  char              text[MAX_LENGTH];
  guint             n_alive;
  guint             n_loose; /* alive, and nothing as short comes of it */
} Search;

/* Whether some number that starts with the first @length letters fits. */
static gboolean
search (Search   *self,
        gsize     length,
        gpointer  state)
{
  gboolean whole = fits (self->limits, self->text, length);
  gboolean any = whole;
  g_autoptr (GError) error = NULL;
  double weights[2];
  guint i;

  g_assert_true (self->machine->klass->weigh (self->machine, state, &weights[0], &weights[1], &error));
  if ((weights[1] == 0.0) != whole)
    g_error ("%s: %.*s", self->schema, (int) length, self->text);
  for (i = 0; length < MAX_LENGTH && i < strlen (letters); i++)
    {
      gpointer next;

      self->text[length] = letters[i];
      next = self->machine->klass->advance (self->machine, state, (const guint8 *) &letters[i], 1, &error);
      g_assert_no_error (error);
      any = search (self, length + 1, next) || any;
      self->machine->klass->unref_state (next);
    }
  if (any && weights[0] != 0.0)
    g_error ("%s: %.*s is dead", self->schema, (int) length, self->text);
  self->n_alive += weights[0] == 0.0 && length > 0 && length < MAX_LENGTH - 2;
  self->n_loose += weights[0] == 0.0 && length > 0 && length < MAX_LENGTH - 2 && !any;
  return any;
}

static const char *
pick (GRand             *random,
      const char *const *list,
      guint              n)
{
  guint i = (guint) g_rand_int_range (random, 0, (gint32) (2 * n));

  return i < n ? list[i] : NULL;
}

static void
test_search (gconstpointer plain)
{
  static const char *const bounds[] = {
    "0", "1", "-1", "2", "9", "10", "12", "19", "20", "99", "100", "-5", "-21", "0.5", "-0.05", "1.5", "2.25", "1e3", "-1e9",
    "1e-3", "1e99999999999999999999", "-1e-99999999999999999999",
  };
  static const char *const units[] = { "1", "2", "5", "10", "0.5", "0.1", "3", "100" };
  g_autoptr (GRand) random = g_rand_new_with_seed (6);
  g_autoptr (GString) schema = g_string_new (NULL);
  guint n_alive = 0;
  guint n_loose = 0;
  guint i;

  for (i = 0; i < 40; i++)
    {
      Limits limits = { 0 };
      g_autoptr (GenlmByteMachine) machine = NULL;
      Search self = { 0 };
      gpointer start;

      limits.plain = GPOINTER_TO_INT (plain);
      limits.whole = g_rand_boolean (random);
      limits.excludes = g_rand_boolean (random);
      if (i % 5 == 0)
        limits.constant = bounds[g_rand_int_range (random, 0, G_N_ELEMENTS (bounds))];
      else
        {
          limits.minimum = pick (random, bounds, G_N_ELEMENTS (bounds));
          limits.maximum = pick (random, bounds, G_N_ELEMENTS (bounds));
          if (i % 3 == 0)
            limits.multiple_of = pick (random, units, G_N_ELEMENTS (units));
        }
      machine = build (&limits, schema);
      start = machine->klass->dup_start (machine);
      self.machine = machine;
      self.limits = &limits;
      self.schema = schema->str;
      search (&self, 0, start);
      machine->klass->unref_state (start);
      g_test_message ("%s: %u of %u are alive for longer ones only", schema->str, self.n_loose, self.n_alive);
      n_alive += self.n_alive;
      n_loose += self.n_loose;
    }
  g_test_message ("%u of %u", n_loose, n_alive);
}

/* "p": the start of a number that fits; "n": of none. */
typedef struct
{
  Limits      limits;
  const char *texts[12];
} Case;

static const Case cases[] = {
  { { .maximum = "2030" }, { "p2.0E", "p2.0E-5", "n2.0E5", "p2.0E3", "n2.0E30", "p-2E9999", "n2031e0", "p2031e", "n2031e+" } },
  { { .minimum = "0" }, { "p-", "p-0", "p-0.0", "n-1", "n-0.01", "p0.0e5" } },
  { { .minimum = "0", .excludes = TRUE }, { "n-", "p0", "p0.", "n0e", "n0.00e", "p0.001e-9" } },
  { { .whole = TRUE }, { "p1.5", "p1.5e", "n1.5e0 ", "p1.5e0", "n1.5e-", "p100e-", "p100e-2", "n100e-3", "n100e-20", "n12e-1" } },
  { { .whole = TRUE, .minimum = "17", .maximum = "23" }, { "p1", "n3", "p2", "p20", "n16", "n24", "p2.3", "n2.4", "p2.3e1", "n2.3e2", "p0.018" } },
  { { .whole = TRUE, .minimum = "1.2", .maximum = "1.8" }, { "n1", "n15" } },
  { { .constant = "120" }, { "p1", "p12", "p1.2", "p12e1", "n12e2", "n12e-", "p0.0120000e", "n121", "n0e", "p1200e-", "p1.20e02" } },
  { { .multiple_of = "0.5", .maximum = "100" }, { "p1.25", "p1.25e", "n1.25e-", "n1.2501e" } },
};

static void
test_cases (void)
{
  g_autoptr (GString) schema = g_string_new (NULL);
  guint i;
  guint j;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GenlmByteMachine) machine = build (&cases[i].limits, schema);

      for (j = 0; cases[i].texts[j] != NULL; j++)
        {
          const char *text = cases[i].texts[j];
          gpointer start = machine->klass->dup_start (machine);
          gpointer state;
          g_autoptr (GError) error = NULL;
          double prefix;

          state = machine->klass->advance (machine, start, (const guint8 *) text + 1, strlen (text + 1), &error);
          g_assert_no_error (error);
          g_assert_true (machine->klass->weigh (machine, state, &prefix, NULL, &error));
          g_test_message ("%s: %s", schema->str, text);
          g_assert_cmpint (prefix == 0.0, ==, text[0] == 'p');
          machine->klass->unref_state (state);
          machine->klass->unref_state (start);
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-number/cases", test_cases);
  g_test_add_data_func ("/json-number/search", GINT_TO_POINTER (FALSE), test_search);
  g_test_add_data_func ("/json-number/search/plain", GINT_TO_POINTER (TRUE), test_search);
  return g_test_run ();
}
