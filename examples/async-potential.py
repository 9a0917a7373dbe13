#!/usr/bin/env python3
# A potential whose answers come from elsewhere: here from another program.
import asyncio
from asyncio.subprocess import PIPE

import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm


class Sorted(Genlm.PotentialBase):
    async def do_weigh_prefix(self, context):
        letters = b''.join(b'%d\n' % byte for byte in context)
        program = await asyncio.create_subprocess_exec('sort', '-n', stdin=PIPE, stdout=PIPE)
        answer, _ = await program.communicate(letters)
        return 0.0 if answer == letters else float('-inf')

    do_weigh_complete = do_weigh_prefix


async def main():
    potential = Sorted()
    words = ['almost', 'batch', 'chintz', 'token']
    for word, weight in zip(words, await asyncio.gather(*(potential.complete(word) for word in words))):
        print(f'{word}: {weight}')


if __name__ == '__main__':
    asyncio.run(main())
