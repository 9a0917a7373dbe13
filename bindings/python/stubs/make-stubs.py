#!/usr/bin/env python3
"""Writes the type stubs of the library: what the GIR says, in the forms of
PyGObject, with what the override changes from a file written by hand.

usage: make-stubs.py GIR HAND-WRITTEN OUTPUT

In the hand-written file a class adds its members to those of the GIR, and
replaces the ones of the same names; its bases, if it names some, replace those
of the GIR. Everything else in it is taken over."""

import ast
import pathlib
import sys
import textwrap
import xml.etree.ElementTree as ET

CORE = '{http://www.gtk.org/introspection/core/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'

SIMPLE = {
    'gboolean': 'bool', 'gdouble': 'float', 'gfloat': 'float', 'utf8': 'str', 'filename': 'str', 'none': 'None',
    'gpointer': 'Any', 'GType': 'GObject.GType', 'GLib.Quark': 'int', 'GLib.DestroyNotify': 'Callable[..., None]',
    'Gio.AsyncReadyCallback': 'Callable[..., None]', 'CoerceFunc': 'Callable[..., Any]',
}
SIMPLE.update({name: 'int' for name in (
    'gint', 'guint', 'gint8', 'guint8', 'gint32', 'guint32', 'gint64', 'guint64', 'gsize', 'gssize', 'gulong')})
# What the override takes in place of a type, in asynchronous methods and their synchronous forms.
TAKEN = {'Context': 'ContextLike', 'Batch': 'Batch | Iterable[ContextLike]'}
KINDS = {'method', 'function', 'constructor', 'virtual-method', 'field', 'property'}


def kind_of(element):
    return element.tag.rpartition('}')[2]


def is_bindable(element):
    return element.get('introspectable', '1') == '1' and element.get('shadowed-by') is None


def python_type(element, is_taken=False):
    """The type of what has a type or an array in it."""
    array = element.find(CORE + 'array')
    if array is not None:
        item = python_type(array)
        if item == 'int' and array.find(CORE + 'type').get('name') == 'guint8':
            return '_Bytes'
        return f'Iterable[{item}]' if is_taken else f'list[{item}]'
    name = element.find(CORE + 'type').get('name')
    return SIMPLE.get(name, name)


def is_nullable(element):
    return element.get('nullable') == '1' or element.get('allow-none') == '1'


class Signature:
    """The arguments and results of a callable, as PyGObject has them."""

    def __init__(self, element, is_trio=False):
        parameters = element.find(CORE + 'parameters')
        every = [] if parameters is None else parameters.findall(CORE + 'parameter')
        hidden = set()
        for holder in every + [element.find(CORE + 'return-value')]:
            array = holder.find(CORE + 'array')
            if array is not None and array.get('length') is not None:
                hidden.add(int(array.get('length')))
            hidden.update(int(holder.get(key)) for key in ('closure', 'destroy')
                          if holder.get(key) is not None and every[int(holder.get(key))] is not holder)

        self.has_user_data = False
        self.arguments, self.results = [], []
        returned = element.find(CORE + 'return-value')
        result = python_type(returned)
        if result != 'None':
            self.results.append(result + (' | None' if is_nullable(returned) else ''))
        for i, parameter in enumerate(every):
            name = parameter.get('name')
            if i in hidden:
                self.has_user_data = self.has_user_data or name == 'user_data'
            elif parameter.get('direction') == 'out':
                self.results.append(python_type(parameter))
            else:
                type_ = python_type(parameter, is_taken=True)
                if is_trio:
                    type_ = TAKEN.get(type_, type_)
                self.arguments.append((name, type_, is_nullable(parameter)))

    def format_result(self):
        if len(self.results) > 1:
            return f'tuple[{", ".join(self.results)}]'
        return self.results[0] if self.results else 'None'

    def format_arguments(self, first):
        parts = list(first)
        are_optional = [all(argument[2] for argument in self.arguments[i:]) for i in range(len(self.arguments))]
        for (name, type_, nullable), is_optional in zip(self.arguments, are_optional):
            parts.append(f'{name}: {type_}' + (' | None' if nullable else '') + (' = None' if is_optional else ''))
        if self.has_user_data:
            parts.append('*user_data: Any')
        return ', '.join(parts)


def format_function(element, is_trio=False, decorator='', first=()):
    signature = Signature(element, is_trio)
    return (decorator + f'def {element.get("name")}({signature.format_arguments(first)}) '
            f'-> {signature.format_result()}: ...')


def format_async(begin, finish):
    """With a callback the result is for its finish function, without it can be awaited."""
    signature = Signature(begin, is_trio=True)
    own = ''.join(f', {name}: {type_}' for name, type_, _ in signature.arguments
                  if name not in ('cancellable', 'callback'))
    name = begin.get('name')
    return textwrap.dedent(f'''\
        @overload
        def {name}(self{own}, cancellable: Gio.Cancellable | None = None, callback: None = None) -> asyncio.Future[{Signature(finish).format_result()}]: ...
        @overload
        def {name}(self{own}, cancellable: Gio.Cancellable | None, callback: Callable[..., None], *user_data: Any) -> None: ...''')


def get_own_properties(element):
    """Of a class: name, type, whether it can be set."""
    result = {}
    for item in element.findall(CORE + 'property'):
        type_ = python_type(item)
        can_be_none = type_ not in ('int', 'float', 'bool')
        result[item.get('name').replace('-', '_')] = (
            type_ + (' | None' if can_be_none else ''), item.get('writable') == '1')
    return result


def get_properties(name, classes):
    """Those of a class and its ancestors."""
    if name not in classes:
        return {}
    return {**get_properties(classes[name].get('parent'), classes), **get_own_properties(classes[name])}


def format_class(element, classes):
    kind, name = kind_of(element), element.get('name')
    bases = [element.get('parent')] if element.get('parent') else []
    bases += [item.get('name') for item in element.findall(CORE + 'implements')]
    if kind == 'interface':
        bases = ['GObject.GInterface']
    elif kind == 'record':
        bases = ['GObject.GBoxed'] if element.get(GLIB + 'get-type') else []
    lines = []

    if kind == 'class':
        parent = element.get('parent')
        own = get_own_properties(element)
        lines.append(f'class Props({parent}.Props):\n'
                     + '\n'.join([f'    {key}: {type_}' for key, (type_, _) in own.items()] or ['    ...']))
        lines.append('@property\ndef props(self) -> Props: ...')
        settable = ''.join(f', {key}: {type_} = ...' for key, (type_, can_set) in get_properties(name, classes).items()
                           if can_set)
        lines.append(f'def __init__(self{", *" if settable else ""}{settable}) -> None: ...')

    members = [item for item in element if kind_of(item) in KINDS and is_bindable(item)]
    names = {item.get('name') for item in members}
    by_name = {item.get('name'): item for item in members}
    for item in members:
        member, member_kind = item.get('name'), kind_of(item)
        trio = member.removesuffix('_sync').removesuffix('_finish')
        is_trio = {trio + '_finish', trio + '_sync'} <= names
        if member_kind == 'field':
            if item.get('private') != '1' and item.find(CORE + 'callback') is None:
                lines.append(f'{member}: {python_type(item)}')
        elif member_kind == 'method':
            if is_trio and member == trio:
                lines.append(format_async(item, by_name[trio + '_finish']))
            else:
                lines.append(format_function(item, is_trio and member == trio + '_sync', first=['self']))
        elif member_kind == 'constructor':
            lines.append(format_function(item, decorator='@classmethod\n', first=['cls']))
        elif member_kind == 'function':
            lines.append(format_function(item, decorator='@staticmethod\n'))
    body = textwrap.indent('\n'.join(lines) or '...', '    ')
    return f'class {name}{"(" + ", ".join(bases) + ")" if bases else ""}:\n{body}'


def format_enumeration(element):
    base = 'GObject.GFlags' if kind_of(element) == 'bitfield' else 'GObject.GEnum'
    members = [member.get('name').upper() for member in element.findall(CORE + 'member')]
    name = element.get('name')
    lines = [f'{member}: ClassVar[{name}]' for member in members]
    lines += [format_function(item, decorator='@staticmethod\n')
              for item in element.findall(CORE + 'function') if is_bindable(item)]
    return f'class {name}({base}):\n' + textwrap.indent('\n'.join(lines), '    ')


def format_namespace(namespace):
    classes = {item.get('name'): item for item in namespace.findall(CORE + 'class')}
    parts = []
    for element in namespace:
        kind = kind_of(element)
        if not is_bindable(element) or element.get(GLIB + 'is-gtype-struct-for'):
            continue
        if kind in ('class', 'interface', 'record'):
            parts.append(format_class(element, classes))
        elif kind in ('enumeration', 'bitfield'):
            parts.append(format_enumeration(element))
        elif kind == 'constant':
            parts.append(f'{element.get("name")}: {python_type(element)}')
        elif kind == 'function':
            parts.append(format_function(element))
    return '\n'.join(parts)


def get_name(node):
    if isinstance(node, ast.AnnAssign):
        return node.target.id
    if isinstance(node, ast.Assign):
        return node.targets[0].id
    return getattr(node, 'name', None)


def merge(generated, written):
    """The statements of one body, replaced and followed by those of another."""
    replaced = {get_name(node) for node in written} - {None}
    classes = {node.name: node for node in generated if isinstance(node, ast.ClassDef)}
    result = [node for node in generated
              if get_name(node) not in replaced or isinstance(node, ast.ClassDef)]
    for node in written:
        if isinstance(node, ast.ClassDef) and node.name in classes:
            target = classes[node.name]
            target.body = merge(target.body, node.body)
            target.bases = node.bases or target.bases
        else:
            result.append(node)
    return result


def main():
    gir, hand_written, output = sys.argv[1:]
    generated = ast.parse(format_namespace(ET.parse(gir).getroot().find(CORE + 'namespace')))
    written = ast.parse(pathlib.Path(hand_written).read_text(encoding='utf-8'))
    is_head = [isinstance(node, (ast.Import, ast.ImportFrom)) for node in written.body]
    head = [node for node, head in zip(written.body, is_head) if head]
    body = merge(generated.body, [node for node, head in zip(written.body, is_head) if not head])
    text = ast.unparse(ast.Module(head + body, []))
    pathlib.Path(output).write_text('# Made by make-stubs.py; do not edit.\n' + text + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
