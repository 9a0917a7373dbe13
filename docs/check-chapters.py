#!/usr/bin/env python3
"""Checks that what the chapters show is true.

usage: check-chapters.py SOURCE-ROOT CHAPTER... [--pages PAGE...]

Every block of code with a language is preceded by a comment that says where it
comes from:

  <!-- from: examples/x.c -->   it is cut from this file of the tree, lines in
                                order; a line "…" stands for what is left out
  <!-- run -->                  it is run by sh, and succeeds
  <!-- run, fails -->           it is run by sh, and fails

A block after <!-- prints --> is what the last one that was run wrote; a line "…"
stands for any lines, and "…" within a line for anything. After <!-- prints like -->
numbers, texts in quotation marks, and how often a line repeats do not count.
Links between chapters lead somewhere, and no path of a build machine is named.

Pages are read where they lie, not in the reference: their blocks need no comment,
and their links name files."""

import argparse
import itertools
import pathlib
import re
import subprocess
import sys
import tempfile

FENCE = re.compile(r'(?:^<!-- (?P<tag>[^>]*?) -->\n)?^```(?P<language>[^\n]*)\n(?P<text>.*?)^```$',
                   re.MULTILINE | re.DOTALL)
LINK = re.compile(r'\]\((?P<target>[^)#:]+)(?:#[^)]*)?\)')
MACHINE_PATH = re.compile(r'(?<![\w.$}])/(?:work|root|home|tmp|build)/')
MADE = {'elements.html'}
ELLIPSIS = '…'


class Wrong(Exception):
    pass


def dedent(lines):
    """Lines without the indentation that they share."""
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[margin:].rstrip() for line in lines]


def find_piece(piece, lines, start):
    """Where a piece ends that stands in lines after start."""
    for i in range(start, len(lines) - len(piece) + 1):
        if dedent(lines[i:i + len(piece)]) == dedent(piece):
            return i + len(piece)
    raise Wrong('this is not in the file, or not in this order:\n' + '\n'.join(piece))


def check_excerpt(root, name, text):
    path = root / name
    if not path.is_file():
        raise Wrong(f'there is no file {name}')
    lines = path.read_text(encoding='utf-8').splitlines()
    position = 0
    for piece in re.split(rf'^\s*{ELLIPSIS}\n', text, flags=re.MULTILINE):
        if piece.strip():
            position = find_piece(piece.rstrip('\n').splitlines(), lines, position)


def run(root, text, fails):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(['sh', '-e', '-c', text], cwd=folder, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60, check=False)
    output = done.stdout.decode(errors='replace')
    if (done.returncode != 0) != fails:
        raise Wrong(f'the command ended with status {done.returncode}:\n{text}{output}')
    return output


def reduce_to_shape(text):
    """Lines without what differs from run to run."""
    text = re.sub(r'"[^"\n]*"', '""', text)
    text = re.sub(r'-?(?:\d[\d.]*|inf)', '0', text)
    lines = [' '.join(line.split()) for line in text.splitlines()]
    return [line for i, line in enumerate(lines) if i == 0 or line != lines[i - 1]]


def check_shape(text, output):
    if reduce_to_shape(text) != reduce_to_shape(output):
        raise Wrong(f'wanted something like:\n{text}\nprinted:\n{output}')


def check_output(text, output):
    pattern = re.escape(text)
    pattern = re.sub(rf'^[ ]*{ELLIPSIS}\\?\n', lambda match: r'(?:.*\n)*', pattern, flags=re.MULTILINE)
    pattern = pattern.replace(ELLIPSIS, '.*')
    if not re.fullmatch(pattern, output):
        raise Wrong(f'wanted:\n{text}\nprinted:\n{output}')


def check_block(root, tag, text, output):
    """Checks one block; returns what it printed."""
    if tag is None:
        return output
    if tag.startswith('from: '):
        check_excerpt(root, tag[len('from: '):], text)
    elif tag in ('run', 'run, fails'):
        return run(root, text, tag != 'run')
    elif tag == 'prints':
        check_output(text, output)
    elif tag == 'prints like':
        check_shape(text, output)
    else:
        raise Wrong(f'<!-- {tag} --> means nothing')
    return output


def check_blocks(root, text):
    output = ''
    for match in FENCE.finditer(text):
        try:
            output = check_block(root, match['tag'], match['text'], output)
        except (Wrong, subprocess.TimeoutExpired) as error:
            yield match.start('text'), str(error)


def check_chapter(text, chapters):
    """What holds for chapters of the reference alone."""
    if not text.startswith('Title: '):
        yield 0, 'a chapter begins with its title'
    for match in FENCE.finditer(text):
        if match['language'] and match['tag'] is None:
            yield match.start(), f'a block of {match["language"]} does not say where it comes from'
    for match in LINK.finditer(text):
        if match['target'] not in MADE and match['target'].replace('.html', '.md') not in chapters:
            yield match.start(), f'there is no chapter {match["target"]}'


def check_page(text, folder):
    for match in LINK.finditer(text):
        if not (folder / match['target']).exists():
            yield match.start(), f'there is no {match["target"]}'


def check_paths(text):
    for match in MACHINE_PATH.finditer(text):
        yield match.start(), f'this is a path of one machine: {match[0]}'


def find_mistakes(root, path, chapters):
    text = path.read_text(encoding='utf-8')
    own = check_chapter(text, chapters) if path.name in chapters else check_page(text, path.parent)
    for position, mistake in itertools.chain(own, check_blocks(root, text), check_paths(text)):
        yield f'{path.name}:{text.count(chr(10), 0, position) + 1}: {mistake}'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('root', type=pathlib.Path)
    parser.add_argument('chapters', nargs='+', type=pathlib.Path)
    parser.add_argument('--pages', nargs='*', type=pathlib.Path, default=[])
    options = parser.parse_args()
    known = {chapter.name for chapter in options.chapters}
    paths = options.chapters + options.pages
    failed = 0
    print(f'1..{len(paths)}')
    for number, path in enumerate(paths, 1):
        mistakes = list(find_mistakes(options.root.resolve(), path, known))
        failed += bool(mistakes)
        print(f'{"not ok" if mistakes else "ok"} {number} {path.name}')
        for line in '\n'.join(mistakes).splitlines():
            print(f'# {line}')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
