#!/usr/bin/env python3
"""Checks a built GIR for what scripts cannot use.

usage: gir-lint.py FILE.gir

The scanner drops annotations of virtual functions without a word when their
documentation stands in the wrong place; this looks at what came out.
"""

import sys
import xml.etree.ElementTree as ElementTree

CORE = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'

FLOATS = ('gdouble', 'gfloat', 'double', 'float')
CALLABLES = ('function', 'method', 'constructor', 'virtual-method', 'callback')
ERRORS = ('Element', 'Pipeline', 'Plugin', 'Potential', 'Registry', 'Sampler', 'Smc', 'Vocab')
FLAGS = {'Traits': ('none', 'inline', 'thread_safe', 'boolean', 'masks')}
VIRTUAL_FUNCTIONS = {
    'Potential': {'get_vocab', 'get_traits', 'weigh_prefix', 'weigh_complete', 'weigh_next', 'weigh_mask',
                  'weigh_prefix_batch', 'weigh_complete_batch', 'weigh_next_batch', 'weigh_mask_batch',
                  'evaluate', 'make_spawn', 'make_coerced', 'dup_recipe'},
    'Sampler': {'get_target', 'draw', 'draw_now'},
}
# What returns a result and an error must not be told apart by a script from what cannot fail.
CANNOT_FAIL = {'get_vocab', 'get_traits', 'evaluate', 'get_target', 'draw', 'draw_now'}


def type_name(element):
    found = element.find(CORE + 'type')
    return found.get('name') if found is not None else None


def parameters(function):
    return function.findall(f'{CORE}parameters/{CORE}parameter')


def check_virtual_function(owner, function, callbacks):
    name = f"{owner}.{function.get('name')}"
    result = function.find(CORE + 'return-value')
    if type_name(result) in FLOATS:
        yield f'{name} returns a floating-point number, which gjs gets wrong'
    if result.find(CORE + 'array') is not None:
        yield f'{name} returns a C array'
    for parameter in parameters(function):
        what = f"{name}, parameter {parameter.get('name')}"
        pointer = parameter.find(CORE + 'type')
        if parameter.find(CORE + 'array') is not None:
            yield f'{what} is a C array'
            continue
        if type_name(parameter) in callbacks or type_name(parameter) in ('Gio.AsyncReadyCallback', 'GLib.DestroyNotify'):
            yield f'{what} is a callback, for which gjs refuses the class'
        if pointer is not None and type_name(parameter) in FLOATS and '*' in pointer.get(C + 'type', '') \
                and parameter.get('direction') != 'out':
            yield f'{what} is a pointer to a number, and not (out)'
    if (function.get('throws') == '1') == (function.get('name') in CANNOT_FAIL):
        yield f'{name} {"has an" if function.get("throws") else "lacks a"} GError argument'


def check_callable(owner, function):
    name = function.get(C + 'identifier') or f"{owner}.{function.get('name')}"
    if function.get('introspectable') == '0':
        return
    for value in [function.find(CORE + 'return-value'), *parameters(function)]:
        if value is None:
            continue
        what = value.get('name', 'the result')
        if value.get('transfer-ownership') is None:
            yield f'{name}: {what} lacks (transfer)'
        if value.find(CORE + 'doc') is None and type_name(value) != 'none' and function.tag == CORE + 'method':
            yield f'{name}: {what} has no documentation'
        if type_name(value) == 'gpointer' and value.get('closure') is None \
                and what not in ('user_data', 'data', 'source'):
            yield f'{name}: {what} is an untyped pointer'
    if function.tag in (CORE + 'function', CORE + 'method', CORE + 'constructor') and function.find(CORE + 'doc') is None:
        if not name.endswith(('_ref', '_unref', '_quark', '_get_type')):
            yield f'{name} has no documentation'


def check(namespace):
    callbacks = {callback.get('name') for callback in namespace.findall(CORE + 'callback')}
    virtual_functions = {}
    for owner in namespace:
        for function in owner.iter():
            if function.tag.replace(CORE, '') in CALLABLES:
                yield from check_callable(owner.get('name'), function)
        for function in owner.findall(CORE + 'virtual-method'):
            virtual_functions.setdefault(owner.get('name'), set()).add(function.get('name'))
            yield from check_virtual_function(owner.get('name'), function, callbacks)
    for owner, names in VIRTUAL_FUNCTIONS.items():
        for name in names ^ virtual_functions.get(owner, set()):
            yield f'{owner}.{name} is not in both the GIR and this list; the tests in each language implement it'

    domains = {e.get('name') for e in namespace.findall(CORE + 'enumeration') if e.get(GLIB + 'error-domain')}
    for error in {f'{name}Error' for name in ERRORS} - domains:
        yield f'{error} is not an error domain'
    flags = {e.get('name'): [m.get('name') for m in e.findall(CORE + 'member')]
             for e in namespace.findall(CORE + 'bitfield')}
    for name, members in FLAGS.items():
        if flags.get(name) != list(members):
            yield f'{name} must be flags with the members {", ".join(members)}, and has {flags.get(name)}'


def main(path):
    namespace = ElementTree.parse(path).getroot().find(CORE + 'namespace')
    problems = list(check(namespace))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
