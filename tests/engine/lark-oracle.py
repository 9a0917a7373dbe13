"""Says what the Python package lark thinks of texts under grammars.

Each line of the input is a letter, a space and a text with C escapes: "G" for a
grammar, "T" for a text under the last one. The answer to a grammar is "ok" or
"refused" and why, to a text "1" or "0".
"""
import codecs
import sys

try:
    import lark
except ImportError:
    sys.exit(77)

parser = None
for line in sys.stdin.buffer:
    kind, text = line[:1], codecs.escape_decode(line[2:].rstrip(b"\n"))[0].decode("utf-8")
    if kind == b"G":
        try:
            parser = lark.Lark(text, parser="earley", lexer="dynamic_complete", ambiguity="forest")
            print("ok")
        except Exception as error:
            parser = None
            print("refused", type(error).__name__, str(error).replace("\n", " "))
    else:
        try:
            parser.parse(text)
            print("1")
        except lark.exceptions.UnexpectedInput:
            print("0")
    sys.stdout.flush()
