#!/usr/bin/env python3
# Single calls that are made at the same time become one batch, which is asked about equal contexts once.
import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm, GLib


class Palindromes(Genlm.PotentialBase):
    def do_weigh_complete_batch(self, batch):
        print(f'a batch of {len(batch)}')
        texts = [bytes(context) for context in batch]
        return [0.0 if text == text[::-1] else float('-inf') for text in texts]


potential = Palindromes().to_autobatched()
words = ['level', 'batch', 'radar', 'token', 'level']
loop = GLib.MainLoop()
pending = set(range(len(words)))


def answered(source, result, i):
    print(f'{words[i]}: {source.complete_finish(result)}')
    pending.discard(i)
    if not pending:
        loop.quit()


for i, word in enumerate(words):
    potential.complete(word, None, answered, i)
loop.run()
