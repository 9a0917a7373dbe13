/* The properties that an element in a script is made with, in a form that
 * every binding can read: arrays of values do not reach all of them. */

#define G_LOG_DOMAIN "Genlm-Plugin"

#include "genlm-script-values-private.h"

/**
 * GenlmScriptValues:
 *
 * The properties that an element is made with, by name.
 *
 * What [vfunc@ScriptHost.make_object] is given. Only the properties that
 * somebody set are here. Immutable.
 *
 * Since: 0.1
 */
struct _GenlmScriptValues
{
  gatomicrefcount   ref_count;
  guint             n_values;
  char            **names;
  GArray           *values;
};

G_DEFINE_BOXED_TYPE (GenlmScriptValues, genlm_script_values, genlm_script_values_ref, genlm_script_values_unref)

/* Copies the names and the values. */
GenlmScriptValues *
genlm_script_values_new (guint          n_values,
                         const char   **names,
                         const GValue  *values)
{
  GenlmScriptValues *self = g_new0 (GenlmScriptValues, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->n_values = n_values;
  self->names = g_new0 (char *, n_values + 1);
  self->values = g_array_sized_new (FALSE, TRUE, sizeof (GValue), n_values);
  g_array_set_clear_func (self->values, (GDestroyNotify) g_value_unset);
  g_array_set_size (self->values, n_values);
  for (guint i = 0; i < n_values; i++)
    {
      GValue *value = &g_array_index (self->values, GValue, i);

      self->names[i] = g_strdup (names[i]);
      g_value_init (value, G_VALUE_TYPE (&values[i]));
      g_value_copy (&values[i], value);
    }
  return self;
}

/**
 * genlm_script_values_ref:
 * @self: values
 *
 * Takes a reference.
 *
 * Returns: (transfer full): the values
 *
 * Since: 0.1
 */
GenlmScriptValues *
genlm_script_values_ref (GenlmScriptValues *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * genlm_script_values_unref:
 * @self: (transfer full): values
 *
 * Drops a reference.
 *
 * Since: 0.1
 */
void
genlm_script_values_unref (GenlmScriptValues *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_array_unref (self->values);
  g_strfreev (self->names);
  g_free (self);
}

/**
 * genlm_script_values_get_size:
 * @self: values
 *
 * Gets how many there are.
 *
 * Returns: the number of values
 *
 * Since: 0.1
 */
guint
genlm_script_values_get_size (GenlmScriptValues *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_values;
}

/**
 * genlm_script_values_get_name:
 * @self: values
 * @index: which one
 *
 * Gets the name of a property, with hyphens between words.
 *
 * Returns: (transfer none): the name
 *
 * Since: 0.1
 */
const char *
genlm_script_values_get_name (GenlmScriptValues *self,
                              guint              index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->n_values, NULL);

  return self->names[index];
}

/**
 * genlm_script_values_get_value:
 * @self: values
 * @index: which one
 *
 * Gets the value of a property, of the property's type.
 *
 * Returns: (transfer none): the value
 *
 * Since: 0.1
 */
const GValue *
genlm_script_values_get_value (GenlmScriptValues *self,
                               guint              index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->n_values, NULL);

  return &g_array_index (self->values, GValue, index);
}
