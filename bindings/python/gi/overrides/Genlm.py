"""What Python adds to the Genlm namespace: potentials and samplers in Python are
checked before their results cross into C (_genlm_classes), calls can be awaited
(_genlm_awaitables, _genlm_asyncio), values have the ways of Python
(_genlm_values), and files of potentials are loaded (_genlm_script)."""

from gi.module import get_introspection_module
from gi.overrides import _genlm_awaitables, _genlm_classes  # noqa: F401
from gi.overrides._genlm_results import describe
from gi.overrides._genlm_values import EOS
from gi.repository import GLib, GObject

Genlm = get_introspection_module('Genlm')

__all__ = ['EOS', 'element_make']


def _to_variant(value):
    if isinstance(value, GLib.Variant):
        return value
    if isinstance(value, Genlm.Vocab):
        return value.to_variant()
    for python_type, format_string in ((bool, 'b'), (int, 'x'), (float, 'd'), (str, 's'), (bytes, 'ay'), (list, 'as'),
                                       (dict, 'a{ss}')):
        if isinstance(value, python_type):
            return GLib.Variant(format_string, value)
    raise TypeError(f'{describe(value)} is no value of a property')


def element_make(name, properties=None, /, **values):
    """Makes an element by name: element_make('regex', pattern='a+'), element_make('autobatch', potential=p).

    Underscores in names stand for hyphens.
    """
    if not values:
        return Genlm.element_make(name, properties)
    if properties is not None:
        raise TypeError('properties are given as one variant or by name, not both')
    values = {key.replace('_', '-'): value for key, value in values.items()}
    objects = {key: value for key, value in values.items() if isinstance(value, GObject.Object)}
    properties = GLib.Variant('a{sv}', {
        key: _to_variant(value) for key, value in values.items() if key not in objects})
    return Genlm.element_make_with_objects(name, properties, list(objects), list(objects.values()))
