/* Values of element properties from what people write: words of a pipeline
 * description, and variants from bindings and recipes. Whatever does not fit
 * the property is an error that says what would. */
#define G_LOG_DOMAIN "Genlm-Plugin"

#include "genlm-element-value-private.h"

#include <errno.h>
#include <math.h>

#include "genlm-element.h"
#include "genlm-nearest-private.h"
#include "genlm-vocab.h"

#define MAX_SHOWN 60

/**
 * genlm_element_error_quark:
 *
 * Gets the domain of [error@ElementError].
 *
 * Returns: the quark of %GENLM_ELEMENT_ERROR
 *
 * Since: 0.1
 */
/* Text for an error message: one line, bounded, nothing a terminal obeys. */
static char *
dup_shown (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *shown = g_string_new (NULL);
  glong n = 0;

  for (const char *p = valid; *p != '\0' && n < MAX_SHOWN; p = g_utf8_next_char (p), n++)
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_iscntrl (c))
        g_string_append_printf (shown, "\\x%02x", c);
      else
        g_string_append_unichar (shown, c);
    }
  if (n == MAX_SHOWN)
    g_string_append (shown, "...");
  return g_string_free (shown, FALSE);
}

static char *
enum_nicks (GType type)
{
  g_autoptr (GString) nicks = g_string_new (NULL);
  gpointer klass = g_type_class_ref (type);

  if (G_IS_ENUM_CLASS (klass))
    for (guint i = 0; i < G_ENUM_CLASS (klass)->n_values; i++)
      g_string_append_printf (nicks, "%s%s", i > 0 ? ", " : "", G_ENUM_CLASS (klass)->values[i].value_nick);
  else
    for (guint i = 0; i < G_FLAGS_CLASS (klass)->n_values; i++)
      g_string_append_printf (nicks, "%s%s", i > 0 ? ", " : "", G_FLAGS_CLASS (klass)->values[i].value_nick);
  g_type_class_unref (klass);
  return g_string_free (g_steal_pointer (&nicks), FALSE);
}

#define INTEGER_RANGE(Name, NAME, format, low, high)                            \
  if (G_IS_PARAM_SPEC_ ## NAME (pspec))                                         \
    {                                                                           \
      GParamSpec ## Name *spec = G_PARAM_SPEC_ ## NAME (pspec);                 \
                                                                                \
      if (spec->maximum < (high))                                               \
        return g_strdup_printf ("a whole number from %" format " to %" format,  \
                                spec->minimum, spec->maximum);                  \
      if ((low) == 0 || spec->minimum > (low))                                  \
        return g_strdup_printf ("a whole number from %" format " upwards",      \
                                spec->minimum);                                 \
      return g_strdup ("a whole number");                                       \
    }

static char *
float_range (double minimum,
             double maximum,
             double largest)
{
  if (minimum <= -largest && maximum >= largest)
    return g_strdup ("a number");
  if (maximum >= largest)
    return g_strdup_printf ("a number from %g upwards", minimum);
  if (minimum <= -largest)
    return g_strdup_printf ("a number up to %g", maximum);
  return g_strdup_printf ("a number from %g to %g", minimum, maximum);
}

/**
 * genlm_element_dup_property_range:
 * @pspec: a property of an element
 *
 * Says in words what a property takes, such as "a whole number from 1 to 64"
 * or "one of fast, exact".
 *
 * Returns: (transfer full): words that fit after "takes"
 *
 * Since: 0.1
 */
char *
genlm_element_dup_property_range (GParamSpec *pspec)
{
  GType type;
  g_autofree char *nicks = NULL;

  g_return_val_if_fail (G_IS_PARAM_SPEC (pspec), NULL);

  type = G_PARAM_SPEC_VALUE_TYPE (pspec);
  if (G_IS_PARAM_SPEC_BOOLEAN (pspec))
    return g_strdup ("true or false");
  INTEGER_RANGE (Int, INT, "d", G_MININT, G_MAXINT)
  INTEGER_RANGE (UInt, UINT, "u", 0, G_MAXUINT)
  INTEGER_RANGE (Long, LONG, "ld", G_MINLONG, G_MAXLONG)
  INTEGER_RANGE (ULong, ULONG, "lu", 0, G_MAXULONG)
  INTEGER_RANGE (Int64, INT64, G_GINT64_FORMAT, G_MININT64, G_MAXINT64)
  INTEGER_RANGE (UInt64, UINT64, G_GUINT64_FORMAT, 0, G_MAXUINT64)
  if (G_IS_PARAM_SPEC_DOUBLE (pspec))
    return float_range (G_PARAM_SPEC_DOUBLE (pspec)->minimum, G_PARAM_SPEC_DOUBLE (pspec)->maximum, G_MAXDOUBLE);
  if (G_IS_PARAM_SPEC_FLOAT (pspec))
    return float_range (G_PARAM_SPEC_FLOAT (pspec)->minimum, G_PARAM_SPEC_FLOAT (pspec)->maximum, G_MAXFLOAT);
  if (G_IS_PARAM_SPEC_STRING (pspec))
    return g_strdup ((pspec->flags & GENLM_PARAM_FILE) != 0 ? "a file name" : "text");
  if (g_type_is_a (type, G_TYPE_ENUM))
    {
      nicks = enum_nicks (type);
      return g_strdup_printf ("one of %s", nicks);
    }
  if (g_type_is_a (type, G_TYPE_FLAGS))
    {
      nicks = enum_nicks (type);
      return g_strdup_printf ("any of %s, joined by \"+\"", nicks);
    }
  if (g_type_is_a (type, G_TYPE_STRV))
    return g_strdup ("a list of texts such as ['a', 'b']");
  if (type == G_TYPE_BYTES)
    return g_strdup ("bytes");
  if (type == GENLM_TYPE_VOCAB)
    return g_strdup ("a vocabulary");
  if (G_IS_PARAM_SPEC_VARIANT (pspec))
    return g_strdup_printf ("a variant of type %.*s",
                            (int) g_variant_type_get_string_length (G_PARAM_SPEC_VARIANT (pspec)->type),
                            g_variant_type_peek_string (G_PARAM_SPEC_VARIANT (pspec)->type));
  return g_strdup_printf ("a %s", g_type_name (type));
}

static gboolean
set_error (GError     **error,
           int          code,
           GParamSpec  *pspec,
           const char  *element,
           const char  *shown)
{
  g_autofree char *range = genlm_element_dup_property_range (pspec);
  g_autofree char *clean = dup_shown (shown);

  g_set_error (error, GENLM_ELEMENT_ERROR, code,
               "Property \"%s\" of element \"%s\" cannot be \"%s\": it takes %s",
               pspec->name, element, clean, range);
  return FALSE;
}

/* Refuses what GObject would silently bend into the property's range. */
gboolean
genlm_element_value_check (GValue      *value,
                           GParamSpec  *pspec,
                           const char  *element,
                           GError     **error)
{
  g_autofree char *shown = NULL;
  gboolean not_a_number = (G_VALUE_HOLDS_DOUBLE (value) && isnan (g_value_get_double (value))) ||
                          (G_VALUE_HOLDS_FLOAT (value) && isnan (g_value_get_float (value)));

  if (!not_a_number && g_param_value_is_valid (pspec, value))
    return TRUE;

  if (G_VALUE_HOLDS_STRING (value))
    shown = g_value_dup_string (value);
  else if (G_VALUE_HOLDS_VARIANT (value) && g_value_get_variant (value) != NULL)
    shown = g_strdup_printf ("a value of type %s", g_variant_get_type_string (g_value_get_variant (value)));
  else
    shown = g_strdup_value_contents (value);
  return set_error (error, GENLM_ELEMENT_ERROR_OUT_OF_RANGE, pspec, element, shown != NULL ? shown : "");
}

GParamSpec *
genlm_element_value_find_property (GObjectClass  *klass,
                                   const char    *element,
                                   const char    *property,
                                   GError       **error)
{
  GParamSpec *pspec = g_object_class_find_property (klass, property);
  g_autofree GParamSpec **pspecs = NULL;
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *advice = NULL;
  g_autofree char *shown = NULL;
  guint n_pspecs;

  if (pspec != NULL)
    return pspec;

  pspecs = g_object_class_list_properties (klass, &n_pspecs);
  names = g_ptr_array_new ();
  for (guint i = 0; i < n_pspecs; i++)
    if ((pspecs[i]->flags & G_PARAM_WRITABLE) != 0)
      g_ptr_array_add (names, (gpointer) pspecs[i]->name);
  advice = genlm_nearest_advice (property, names);
  shown = dup_shown (property);
  g_set_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_UNKNOWN_PROPERTY,
               "Element \"%s\" has no property \"%s\"%s \"genlm inspect %s\" lists what it has",
               element, shown, *advice != '\0' ? advice : ";", element);
  return NULL;
}

/* The property that takes the recipe of what @pspec would take, if there is one. */
GParamSpec *
genlm_element_value_find_recipe (GObjectClass *klass,
                                 GParamSpec   *pspec)
{
  const char *recipe = genlm_element_type_get_input_recipe (G_OBJECT_CLASS_TYPE (klass));

  if (recipe == NULL || g_strcmp0 (genlm_element_type_get_input (G_OBJECT_CLASS_TYPE (klass)), pspec->name) != 0)
    return NULL;
  return g_object_class_find_property (klass, recipe);
}

static gboolean
find_enum (GType       type,
           const char *nick,
           int        *number)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (type);
  GEnumValue *value = g_enum_get_value_by_nick (G_ENUM_CLASS (klass), nick);

  if (value != NULL)
    *number = value->value;
  return value != NULL;
}

static gboolean
find_flags (GType       type,
            const char *text,
            guint      *number)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (type);
  g_auto (GStrv) nicks = g_strsplit (text, "+", -1);

  *number = 0;
  for (guint i = 0; nicks[i] != NULL; i++)
    {
      GFlagsValue *value = g_flags_get_value_by_nick (G_FLAGS_CLASS (klass), g_strstrip (nicks[i]));

      if (value == NULL)
        return FALSE;
      *number |= value->value;
    }
  return TRUE;
}

/* A whole number, signed or not, put where the property's type can hold it;
 * FALSE where it cannot. */
static gboolean
set_integer (GValue   *value,
             gboolean  negative,
             gint64    number,
             guint64   magnitude)
{
  gint64 low = negative ? number : (magnitude > G_MAXINT64 ? G_MAXINT64 : (gint64) magnitude);
  gboolean too_big = !negative && magnitude > G_MAXINT64;

  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value)))
    {
    case G_TYPE_INT:
      if (too_big || low < G_MININT || low > G_MAXINT)
        return FALSE;
      g_value_set_int (value, (int) low);
      return TRUE;
    case G_TYPE_LONG:
      if (too_big || low < G_MINLONG || low > G_MAXLONG)
        return FALSE;
      g_value_set_long (value, (glong) low);
      return TRUE;
    case G_TYPE_INT64:
      if (too_big)
        return FALSE;
      g_value_set_int64 (value, low);
      return TRUE;
    case G_TYPE_UINT:
      if (negative || magnitude > G_MAXUINT)
        return FALSE;
      g_value_set_uint (value, (guint) magnitude);
      return TRUE;
    case G_TYPE_ULONG:
      if (negative || magnitude > G_MAXULONG)
        return FALSE;
      g_value_set_ulong (value, (gulong) magnitude);
      return TRUE;
    case G_TYPE_UINT64:
      if (negative)
        return FALSE;
      g_value_set_uint64 (value, magnitude);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
is_integer_type (GType type)
{
  switch (G_TYPE_FUNDAMENTAL (type))
    {
    case G_TYPE_INT:
    case G_TYPE_LONG:
    case G_TYPE_INT64:
    case G_TYPE_UINT:
    case G_TYPE_ULONG:
    case G_TYPE_UINT64:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
set_boolean_text (GValue     *value,
                  const char *text)
{
  static const char *const yes[] = { "true", "yes", "on", "1", NULL };
  static const char *const no[] = { "false", "no", "off", "0", NULL };
  g_autofree char *lower = g_ascii_strdown (text, -1);

  if (!g_strv_contains (yes, lower) && !g_strv_contains (no, lower))
    return FALSE;
  g_value_set_boolean (value, g_strv_contains (yes, lower));
  return TRUE;
}

static gboolean
set_integer_text (GValue      *value,
                  GParamSpec  *pspec,
                  const char  *element,
                  const char  *text,
                  GError     **error)
{
  gint64 number = 0;
  guint64 magnitude = 0;
  gboolean negative = *text == '-';
  g_autoptr (GError) local_error = NULL;

  if (negative)
    g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &number, &local_error);
  else
    g_ascii_string_to_unsigned (*text == '+' ? text + 1 : text, 10, 0, G_MAXUINT64, &magnitude, &local_error);
  if (g_error_matches (local_error, G_NUMBER_PARSER_ERROR, G_NUMBER_PARSER_ERROR_INVALID))
    return set_error (error, GENLM_ELEMENT_ERROR_INVALID_VALUE, pspec, element, text);
  if (local_error != NULL || !set_integer (value, negative, number, magnitude))
    return set_error (error, GENLM_ELEMENT_ERROR_OUT_OF_RANGE, pspec, element, text);
  return TRUE;
}

static void
set_float (GValue *value,
           double  number)
{
  if (G_VALUE_HOLDS_FLOAT (value))
    g_value_set_float (value, (float) number);
  else
    g_value_set_double (value, number);
}

static gboolean
set_float_text (GValue     *value,
                const char *text)
{
  char *end;
  double number = g_ascii_strtod (text, &end);

  /* strtod skips white space and takes an empty text for nothing. */
  if (end == text || *end != '\0' || g_ascii_isspace (*text))
    return FALSE;
  set_float (value, number);
  return TRUE;
}

static gboolean
set_enum_text (GValue      *value,
               GParamSpec  *pspec,
               const char  *element,
               const char  *text,
               GError     **error)
{
  GType type = G_VALUE_TYPE (value);
  int number = 0;
  guint flags = 0;

  if (G_VALUE_HOLDS_ENUM (value) ? !find_enum (type, text, &number) : !find_flags (type, text, &flags))
    return set_error (error, GENLM_ELEMENT_ERROR_INVALID_VALUE, pspec, element, text);
  if (G_VALUE_HOLDS_ENUM (value))
    g_value_set_enum (value, number);
  else
    g_value_set_flags (value, flags);
  return TRUE;
}

static void
set_string (GValue     *value,
            GParamSpec *pspec,
            const char *text)
{
  if ((pspec->flags & GENLM_PARAM_FILE) != 0 && *text != '\0')
    g_value_take_string (value, g_canonicalize_filename (text, NULL));
  else
    g_value_set_string (value, text);
}

static gboolean
set_variant_text (GValue      *value,
                  GParamSpec  *pspec,
                  const char  *element,
                  const char  *text,
                  GError     **error)
{
  const GVariantType *type = G_VALUE_HOLDS_VARIANT (value) ? G_PARAM_SPEC_VARIANT (pspec)->type
                                                           : G_VARIANT_TYPE_STRING_ARRAY;
  g_autoptr (GVariant) variant = NULL;

  if (type != NULL && !g_variant_type_is_definite (type))
    type = NULL;
  variant = g_variant_parse (type, text, NULL, NULL, NULL);
  if (variant == NULL)
    return set_error (error, GENLM_ELEMENT_ERROR_INVALID_VALUE, pspec, element, text);
  if (G_VALUE_HOLDS_VARIANT (value))
    g_value_set_variant (value, variant);
  else
    g_value_take_boxed (value, g_variant_dup_strv (variant, NULL));
  return TRUE;
}

/* Sets a value, initialised to the type of the property, from a word. */
gboolean
genlm_element_value_from_text (GValue      *value,
                               GParamSpec  *pspec,
                               const char  *element,
                               const char  *text,
                               GError     **error)
{
  GType type = G_VALUE_TYPE (value);
  gboolean done = TRUE;

  if (G_VALUE_HOLDS_STRING (value))
    set_string (value, pspec, text);
  else if (G_VALUE_HOLDS_BOOLEAN (value))
    done = set_boolean_text (value, text);
  else if (G_VALUE_HOLDS_DOUBLE (value) || G_VALUE_HOLDS_FLOAT (value))
    done = set_float_text (value, text);
  else if (type == G_TYPE_BYTES)
    g_value_take_boxed (value, g_bytes_new (text, strlen (text)));
  else if (is_integer_type (type))
    {
      if (!set_integer_text (value, pspec, element, text, error))
        return FALSE;
    }
  else if (G_VALUE_HOLDS_ENUM (value) || G_VALUE_HOLDS_FLAGS (value))
    {
      if (!set_enum_text (value, pspec, element, text, error))
        return FALSE;
    }
  else if (G_VALUE_HOLDS_VARIANT (value) || type == G_TYPE_STRV)
    {
      if (!set_variant_text (value, pspec, element, text, error))
        return FALSE;
    }
  else
    done = FALSE;

  if (!done)
    return set_error (error, GENLM_ELEMENT_ERROR_INVALID_VALUE, pspec, element, text);
  return genlm_element_value_check (value, pspec, element, error);
}

/* A whole number of any width in a variant. */
static gboolean
read_integer (GVariant *variant,
              gboolean *negative,
              gint64   *number,
              guint64  *magnitude)
{
  switch (g_variant_classify (variant))
    {
    case G_VARIANT_CLASS_BYTE:
      *magnitude = g_variant_get_byte (variant);
      break;
    case G_VARIANT_CLASS_UINT16:
      *magnitude = g_variant_get_uint16 (variant);
      break;
    case G_VARIANT_CLASS_UINT32:
      *magnitude = g_variant_get_uint32 (variant);
      break;
    case G_VARIANT_CLASS_UINT64:
      *magnitude = g_variant_get_uint64 (variant);
      break;
    case G_VARIANT_CLASS_INT16:
      *number = g_variant_get_int16 (variant);
      break;
    case G_VARIANT_CLASS_INT32:
      *number = g_variant_get_int32 (variant);
      break;
    case G_VARIANT_CLASS_INT64:
      *number = g_variant_get_int64 (variant);
      break;
    default:
      return FALSE;
    }
  *negative = *number < 0;
  if (*number > 0)
    *magnitude = (guint64) *number;
  return TRUE;
}

/* What became of a variant. */
typedef enum
{
  FITS,
  WRONG_TYPE,
  OUT_OF_RANGE,
  FAILED, /* with an error of its own */
} Fit;

static Fit
set_integer_variant (GValue   *value,
                     GVariant *variant)
{
  gboolean negative = FALSE;
  gint64 number = 0;
  guint64 magnitude = 0;

  if (!read_integer (variant, &negative, &number, &magnitude))
    return WRONG_TYPE;
  return set_integer (value, negative, number, magnitude) ? FITS : OUT_OF_RANGE;
}

static Fit
set_float_variant (GValue   *value,
                   GVariant *variant)
{
  gboolean negative = FALSE;
  gint64 number = 0;
  guint64 magnitude = 0;

  if (g_variant_is_of_type (variant, G_VARIANT_TYPE_DOUBLE))
    set_float (value, g_variant_get_double (variant));
  else if (read_integer (variant, &negative, &number, &magnitude))
    set_float (value, negative ? (double) number : (double) magnitude);
  else
    return WRONG_TYPE;
  return FITS;
}

static Fit
set_enum_variant (GValue   *value,
                  GVariant *variant)
{
  gboolean negative = FALSE;
  gint64 number = 0;
  guint64 magnitude = 0;

  if (!read_integer (variant, &negative, &number, &magnitude))
    return WRONG_TYPE;
  if (G_VALUE_HOLDS_ENUM (value) && number >= G_MININT && number <= G_MAXINT && magnitude <= G_MAXINT)
    g_value_set_enum (value, negative ? (int) number : (int) magnitude);
  else if (G_VALUE_HOLDS_FLAGS (value) && !negative && magnitude <= G_MAXUINT)
    g_value_set_flags (value, (guint) magnitude);
  else
    return OUT_OF_RANGE;
  return FITS;
}

static Fit
set_string_variant (GValue     *value,
                    GParamSpec *pspec,
                    GVariant   *variant)
{
  gboolean is_file = (pspec->flags & GENLM_PARAM_FILE) != 0;

  if (g_variant_is_of_type (variant, G_VARIANT_TYPE_STRING))
    set_string (value, pspec, g_variant_get_string (variant, NULL));
  else if (is_file && g_variant_is_of_type (variant, G_VARIANT_TYPE_BYTESTRING))
    set_string (value, pspec, g_variant_get_bytestring (variant));
  else
    return WRONG_TYPE;
  return FITS;
}

static Fit
set_vocab_variant (GValue    *value,
                   GVariant  *variant,
                   GError   **error)
{
  g_value_take_boxed (value, genlm_vocab_new_from_variant (variant, error));
  return g_value_get_boxed (value) != NULL ? FITS : FAILED;
}

static Fit
set_boxed_variant (GValue    *value,
                   GVariant  *variant,
                   GError   **error)
{
  GType type = G_VALUE_TYPE (value);

  if (type == GENLM_TYPE_VOCAB)
    return set_vocab_variant (value, variant, error);
  if (type == G_TYPE_BYTES && g_variant_is_of_type (variant, G_VARIANT_TYPE_BYTESTRING))
    g_value_take_boxed (value, g_variant_get_data_as_bytes (variant));
  else if (type == G_TYPE_STRV && g_variant_is_of_type (variant, G_VARIANT_TYPE_STRING_ARRAY))
    g_value_take_boxed (value, g_variant_dup_strv (variant, NULL));
  else
    return WRONG_TYPE;
  return FITS;
}

/* An element inside another, from its recipe. */
static Fit
set_object_variant (GValue    *value,
                    GVariant  *variant,
                    GError   **error)
{
  g_autoptr (GObject) object = NULL;

  if (!g_variant_is_of_type (variant, G_VARIANT_TYPE ("(sa{sv})")))
    return WRONG_TYPE;
  object = genlm_element_from_recipe (variant, error);
  if (object == NULL)
    return FAILED;
  if (!g_type_is_a (G_OBJECT_TYPE (object), G_VALUE_TYPE (value)))
    return WRONG_TYPE;
  g_value_take_object (value, g_steal_pointer (&object));
  return FITS;
}

static Fit
set_variant (GValue      *value,
             GParamSpec  *pspec,
             GVariant    *variant,
             GError     **error)
{
  g_autoptr (GVariant) inner = NULL;

  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value)))
    {
    case G_TYPE_BOOLEAN:
      if (!g_variant_is_of_type (variant, G_VARIANT_TYPE_BOOLEAN))
        return WRONG_TYPE;
      g_value_set_boolean (value, g_variant_get_boolean (variant));
      return FITS;
    case G_TYPE_INT:
    case G_TYPE_UINT:
    case G_TYPE_LONG:
    case G_TYPE_ULONG:
    case G_TYPE_INT64:
    case G_TYPE_UINT64:
      return set_integer_variant (value, variant);
    case G_TYPE_FLOAT:
    case G_TYPE_DOUBLE:
      return set_float_variant (value, variant);
    case G_TYPE_ENUM:
    case G_TYPE_FLAGS:
      return set_enum_variant (value, variant);
    case G_TYPE_STRING:
      return set_string_variant (value, pspec, variant);
    case G_TYPE_VARIANT:
      if (g_variant_is_of_type (variant, G_VARIANT_TYPE_VARIANT))
        inner = g_variant_get_variant (variant);
      g_value_set_variant (value, inner != NULL ? inner : variant);
      return FITS;
    case G_TYPE_BOXED:
      return set_boxed_variant (value, variant, error);
    case G_TYPE_OBJECT:
    case G_TYPE_INTERFACE:
      return set_object_variant (value, variant, error);
    default:
      return WRONG_TYPE;
    }
}

/* A variant for an error message: what it holds if that is short, else its type. */
static char *
dup_shown_variant (GVariant *variant)
{
  if (g_variant_is_of_type (variant, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (variant, NULL);
  if (g_variant_type_is_basic (g_variant_get_type (variant)))
    return g_variant_print (variant, FALSE);
  return g_strdup_printf ("a value of type %s", g_variant_get_type_string (variant));
}

/* Sets a value, initialised to the type of the property, from a variant. */
gboolean
genlm_element_value_from_variant (GValue      *value,
                                  GParamSpec  *pspec,
                                  const char  *element,
                                  GVariant    *variant,
                                  GError     **error)
{
  g_autofree char *shown = NULL;
  Fit fit;

  /* Enumerations are named as in descriptions. */
  if ((G_VALUE_HOLDS_ENUM (value) || G_VALUE_HOLDS_FLAGS (value)) &&
      g_variant_is_of_type (variant, G_VARIANT_TYPE_STRING))
    return genlm_element_value_from_text (value, pspec, element, g_variant_get_string (variant, NULL), error);

  fit = set_variant (value, pspec, variant, error);
  if (fit == FITS)
    return genlm_element_value_check (value, pspec, element, error);
  if (fit == FAILED)
    {
      g_prefix_error (error, "Property \"%s\" of element \"%s\": ", pspec->name, element);
      return FALSE;
    }
  shown = dup_shown_variant (variant);
  return set_error (error, fit == WRONG_TYPE ? GENLM_ELEMENT_ERROR_INVALID_VALUE : GENLM_ELEMENT_ERROR_OUT_OF_RANGE,
                    pspec, element, shown);
}
