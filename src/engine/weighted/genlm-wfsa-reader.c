#include "genlm-wfsa-reader.h"

#include <errno.h>
#include <genlm.h>
#include <string.h>

/* How many fields a line may have. */
#define MAX_FIELDS (5u)

/* How much of a field an error shows. */
#define EXCERPT_CHARS (32)

/* A larger logarithm is taken for a mistake; sums of them stay exact enough. */
#define MAX_LOG (1e9)

typedef enum
{
  WEIGHTS_LINEAR,
  WEIGHTS_LOG,
  WEIGHTS_NEGATIVE_LOG,
} WeightsKind;

static const char *const weights_names[] = { "linear", "log", "negative-log" };

/* A piece of the text. */
typedef struct
{
  const char *start;
  gsize       length;
} Field;

/* What an arc reads: several bytes if it is a character that has them. */
typedef struct
{
  gboolean is_epsilon;
  guint    n_bytes;
  guint8   bytes[6];
} Label;

typedef struct
{
  const GenlmEngineLimits *limits;
  GenlmWfsa               *wfsa;
  GHashTable              *states;
  WeightsKind              weights;
  gboolean                 has_initial;
  guint                    line;
  Field                    fields[MAX_FIELDS];
  guint                    n_fields;
  GError                 **error;
} Reader;

static gboolean fail (Reader              *reader,
                      GenlmPotentialError  code,
                      const char          *format,
                      ...) G_GNUC_PRINTF (3, 4);

static gboolean
fail (Reader              *reader,
      GenlmPotentialError  code,
      const char          *format,
      ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (reader->error, GENLM_POTENTIAL_ERROR, code,
               "Failed to read the automaton at line %u: %s", reader->line, message);
  return FALSE;
}

#define fail_syntax(reader, ...) \
  fail ((reader), GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, __VA_ARGS__)

/* A field in quotes, cut if it is long. */
static char *
quote (const Field *field)
{
  g_autofree char *text = g_strndup (field->start, field->length);
  g_autofree char *shown = NULL;

  if (g_utf8_strlen (text, -1) <= EXCERPT_CHARS)
    return g_strdup_printf ("\"%s\"", text);
  shown = g_utf8_substring (text, 0, EXCERPT_CHARS);
  return g_strdup_printf ("\"%s…\"", shown);
}

static gboolean
is_field (const Field *field,
          const char  *text)
{
  return field->length == strlen (text) && memcmp (field->start, text, field->length) == 0;
}

/* -- labels ---------------------------------------------------------------- */

static gboolean
read_hex (const char *digits,
          gsize       n_digits,
          gunichar   *value)
{
  gsize i;

  *value = 0;
  for (i = 0; i < n_digits; i++)
    {
      if (!g_ascii_isxdigit (digits[i]))
        return FALSE;
      *value = *value * 16 + (gunichar) g_ascii_xdigit_value (digits[i]);
    }
  return n_digits > 0 && n_digits <= 6;
}

static gboolean
set_character (Label    *label,
               gunichar  character)
{
  if (character > 0x10ffff || (character >= 0xd800 && character <= 0xdfff))
    return FALSE;
  label->n_bytes = (guint) g_unichar_to_utf8 (character, (char *) label->bytes);
  return TRUE;
}

/* The text after a backslash. */
static gboolean
read_escape (const char *text,
             gsize       length,
             Label      *label)
{
  static const char letters[] = "nrtvfs\\";
  static const char values[] = "\n\r\t\v\f \\";
  const char *letter = length == 1 ? strchr (letters, text[0]) : NULL;
  gunichar value;

  if (letter != NULL)
    return set_character (label, (guint8) values[letter - letters]);
  if (length == 3 && text[0] == 'x' && read_hex (text + 1, 2, &value))
    {
      label->n_bytes = 1;
      label->bytes[0] = (guint8) value;
      return TRUE;
    }
  if (length == 5 && text[0] == 'u' && read_hex (text + 1, 4, &value))
    return set_character (label, value);
  if (length > 3 && text[0] == 'u' && text[1] == '{' && text[length - 1] == '}'
      && read_hex (text + 2, length - 3, &value))
    return set_character (label, value);
  return FALSE;
}

static gboolean
read_label (Reader      *reader,
            const Field *field,
            Label       *label)
{
  g_autofree char *shown = NULL;

  *label = (Label) { FALSE };
  label->is_epsilon = is_field (field, "<eps>") || is_field (field, "<epsilon>");
  if (label->is_epsilon)
    return TRUE;
  if (field->start[0] == '\\')
    {
      if (read_escape (field->start + 1, field->length - 1, label))
        return TRUE;
      shown = quote (field);
      return fail_syntax (reader,
                          "the label %s is no escape that is known; known are \\n \\r \\t \\v \\f "
                          "\\s (a space) \\\\ \\xHH (a byte) \\uHHHH and \\u{H…} (a character)",
                          shown);
    }
  if (field->length
      == (gsize) (g_utf8_next_char (field->start) - field->start))
    return set_character (label, g_utf8_get_char (field->start));
  shown = quote (field);
  return fail_syntax (reader,
                      "the label %s has several characters; a label is one character, an escape "
                      "such as \\x61, or <eps>",
                      shown);
}

static gboolean
equal_labels (const Label *a,
              const Label *b)
{
  return a->is_epsilon == b->is_epsilon && a->n_bytes == b->n_bytes
         && memcmp (a->bytes, b->bytes, a->n_bytes) == 0;
}

/* -- weights --------------------------------------------------------------- */

static gboolean
read_number (const Field *field,
             double      *value,
             gboolean    *in_range)
{
  g_autofree char *text = g_strndup (field->start, field->length);
  char *end;

  errno = 0;
  *value = g_ascii_strtod (text, &end);
  *in_range = errno != ERANGE;
  return *end == '\0' && end != text;
}

static gboolean
read_linear (Reader      *reader,
             const Field *field,
             double       value,
             gboolean     in_range,
             GenlmWide   *weight)
{
  g_autofree char *shown = quote (field);

  if (!in_range)
    return fail_syntax (reader,
                        "the weight %s is out of the range of numbers; write logarithms, after a "
                        "line \"%%weights log\"",
                        shown);
  if (!(value >= 0.0) || !isfinite (value))
    return fail_syntax (reader,
                        "the weight %s is not a finite number that is not negative%s", shown,
                        value < 0.0 ? "; logarithms need a line \"%weights log\" before them" : "");
  *weight = genlm_wide_from_double (value);
  return TRUE;
}

static gboolean
read_weight (Reader      *reader,
             const Field *field,
             GenlmWide   *weight)
{
  double value;
  gboolean in_range;
  g_autofree char *shown = NULL;

  if (!read_number (field, &value, &in_range))
    {
      shown = quote (field);
      return fail_syntax (reader, "found %s, expected a weight, which is a number", shown);
    }
  if (reader->weights == WEIGHTS_LINEAR)
    return read_linear (reader, field, value, in_range, weight);
  if (reader->weights == WEIGHTS_NEGATIVE_LOG)
    value = -value;
  if (!(value <= MAX_LOG) || (value < -MAX_LOG && value != -INFINITY))
    {
      shown = quote (field);
      return fail_syntax (reader,
                          "the weight %s is not a logarithm of a weight; one is at most 1e9 on "
                          "either side of zero, or infinite for the weight zero",
                          shown);
    }
  *weight = genlm_wide_from_log (value);
  return TRUE;
}

/* -- lines ----------------------------------------------------------------- */

static gboolean
read_state (Reader      *reader,
            const Field *field,
            guint32     *state)
{
  g_autofree char *name = g_strndup (field->start, field->length);
  gpointer found;

  if (g_hash_table_lookup_extended (reader->states, name, NULL, &found))
    {
      *state = GPOINTER_TO_UINT (found);
      return TRUE;
    }
  if (g_hash_table_size (reader->states) >= reader->limits->max_states)
    return fail (reader, GENLM_POTENTIAL_ERROR_LIMIT,
                 "the automaton has more than max-states=%u states; make it smaller or raise "
                 "max-states",
                 reader->limits->max_states);
  *state = genlm_wfsa_add_state (reader->wfsa, name);
  g_hash_table_insert (reader->states, g_steal_pointer (&name), GUINT_TO_POINTER (*state));
  return TRUE;
}

static gboolean
read_weights_kind (Reader *reader)
{
  g_autofree char *shown = NULL;
  guint i;

  if (reader->n_fields != 2)
    return fail_syntax (reader, "expected one of linear, log, negative-log after %%weights");
  if (genlm_wfsa_get_n_states (reader->wfsa) > 0)
    return fail_syntax (reader, "%%weights must come before the first state");
  for (i = 0; i < G_N_ELEMENTS (weights_names); i++)
    if (is_field (&reader->fields[1], weights_names[i]))
      {
        reader->weights = (WeightsKind) i;
        return TRUE;
      }
  shown = quote (&reader->fields[1]);
  return fail_syntax (reader, "found %s, expected one of linear, log, negative-log", shown);
}

static gboolean
read_initial (Reader *reader)
{
  GenlmWide weight = GENLM_WIDE_ONE;
  guint32 state;

  if (reader->n_fields != 2 && reader->n_fields != 3)
    return fail_syntax (reader, "expected a state, and a weight if it is not one, after %%initial");
  if (!read_state (reader, &reader->fields[1], &state)
      || (reader->n_fields == 3 && !read_weight (reader, &reader->fields[2], &weight)))
    return FALSE;
  genlm_wfsa_add_initial (reader->wfsa, state, weight);
  reader->has_initial = TRUE;
  return TRUE;
}

static gboolean
read_option (Reader *reader)
{
  g_autofree char *shown = NULL;

  if (is_field (&reader->fields[0], "%weights"))
    return read_weights_kind (reader);
  if (is_field (&reader->fields[0], "%initial"))
    return read_initial (reader);
  shown = quote (&reader->fields[0]);
  return fail_syntax (reader, "found %s, expected %%weights or %%initial", shown);
}

static gboolean
read_final (Reader *reader)
{
  GenlmWide weight = GENLM_WIDE_ONE;
  guint32 state;

  if (!read_state (reader, &reader->fields[0], &state)
      || (reader->n_fields == 2 && !read_weight (reader, &reader->fields[1], &weight)))
    return FALSE;
  genlm_wfsa_add_final (reader->wfsa, state, weight);
  return TRUE;
}

static gboolean
read_arc (Reader *reader)
{
  const Field *fields = reader->fields;
  GenlmWide weight = GENLM_WIDE_ONE;
  guint32 from;
  guint32 to;
  Label label;
  Label output;

  if (!read_state (reader, &fields[0], &from) || !read_state (reader, &fields[1], &to)
      || !read_label (reader, &fields[2], &label))
    return FALSE;
  if (reader->n_fields == 5 && !read_label (reader, &fields[3], &output))
    return FALSE;
  if (reader->n_fields == 5 && !equal_labels (&label, &output))
    return fail_syntax (reader, "the two labels differ; a transducer is no automaton");
  if (reader->n_fields > 3 && !read_weight (reader, &fields[reader->n_fields - 1], &weight))
    return FALSE;
  if (genlm_wide_is_zero (weight))
    return TRUE;
  if (label.is_epsilon)
    genlm_wfsa_add_arc (reader->wfsa, from, to, GENLM_WFSA_EPSILON, weight);
  else
    genlm_wfsa_add_chain (reader->wfsa, from, to, label.bytes, label.n_bytes, weight);
  if ((guint64) genlm_wfsa_get_n_arcs (reader->wfsa) * sizeof (GenlmWfsaArc)
      > reader->limits->max_memory)
    return fail (reader, GENLM_POTENTIAL_ERROR_LIMIT,
                 "the arcs of the automaton take more than max-memory=%" G_GUINT64_FORMAT
                 " bytes; make it smaller or raise max-memory",
                 reader->limits->max_memory);
  return TRUE;
}

static gboolean
is_blank (char byte)
{
  return byte == ' ' || byte == '\t' || byte == '\r';
}

/* FALSE if there are too many fields. */
static gboolean
split_line (Reader     *reader,
            const char *line,
            const char *end)
{
  reader->n_fields = 0;
  while (TRUE)
    {
      const char *start;

      while (line < end && is_blank (*line))
        line++;
      if (line == end)
        return TRUE;
      start = line;
      while (line < end && !is_blank (*line))
        line++;
      if (reader->n_fields == MAX_FIELDS)
        return FALSE;
      reader->fields[reader->n_fields++] = (Field) { start, (gsize) (line - start) };
    }
}

static gboolean
read_line (Reader     *reader,
           const char *line,
           const char *end)
{
  if (line < end && *line == '#')
    return TRUE;
  if (!split_line (reader, line, end))
    return fail_syntax (reader,
                        "found more than %u fields, expected \"source target label [label] "
                        "weight\", \"state weight\" or \"state\"",
                        MAX_FIELDS);
  if (reader->n_fields == 0)
    return TRUE;
  if (reader->fields[0].start[0] == '%')
    return read_option (reader);
  return reader->n_fields <= 2 ? read_final (reader) : read_arc (reader);
}

static gboolean
read_all (Reader     *reader,
          const char *text,
          gsize       length)
{
  const char *end = text + length;

  while (text < end)
    {
      const char *newline = memchr (text, '\n', (gsize) (end - text));
      const char *line_end = newline != NULL ? newline : end;

      reader->line++;
      if (!read_line (reader, text, line_end))
        return FALSE;
      text = newline != NULL ? newline + 1 : end;
    }
  /* States are numbered in the order in which they are met. */
  if (!reader->has_initial && genlm_wfsa_get_n_states (reader->wfsa) > 0)
    genlm_wfsa_add_initial (reader->wfsa, 0, GENLM_WIDE_ONE);
  return TRUE;
}

static gboolean
check_text (Reader     *reader,
            const char *text,
            gsize       length)
{
  const char *invalid;
  const char *p;

  if (g_utf8_validate_len (text, length, &invalid))
    return TRUE;
  reader->line = 1;
  for (p = text; p < invalid; p++)
    reader->line += *p == '\n';
  return fail_syntax (reader,
                      "found the byte 0x%02X, which is not valid UTF-8 there; write \\x%02X",
                      (guint8) *invalid, (guint8) *invalid);
}

/* Errors: GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, GENLM_POTENTIAL_ERROR_LIMIT. */
GenlmWfsa *
genlm_wfsa_read (const char               *text,
                 gsize                     length,
                 const GenlmEngineLimits  *limits,
                 GError                  **error)
{
  g_autoptr (GHashTable) states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GenlmWfsa) wfsa = genlm_wfsa_new ();
  Reader reader = { .limits = limits, .wfsa = wfsa, .states = states, .error = error };

  if (!check_text (&reader, text, length) || !read_all (&reader, text, length))
    return NULL;
  return g_steal_pointer (&wfsa);
}
