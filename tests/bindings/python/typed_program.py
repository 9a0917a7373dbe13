"""A program for the type checker. It is never run; what must be found wrong is marked."""

import asyncio

from gi.repository import Genlm, Gio, GLib


class Lipogram(Genlm.PotentialBase):
    def do_weigh_prefix(self, context: Genlm.Context) -> float:
        return float('-inf') if ord('e') in context else 0.0

    do_weigh_complete = do_weigh_prefix

    def do_weigh_mask(self, context: Genlm.Context) -> set[int]:
        return {token for token in range(256) if token != ord('e')}


class Remote(Genlm.PotentialBase):
    async def do_weigh_prefix(self, context: Genlm.Context) -> float:
        await asyncio.sleep(0.1)
        return 0.0

    async def do_weigh_complete_batch(self, batch: Genlm.Batch) -> list[float]:
        return [float(len(context)) for context in batch]


class Wrong(Genlm.PotentialBase):
    def do_weigh_prefix(self, context: Genlm.Context) -> str:  # wrong
        return ''

    def do_weigh_complete(self, context: bytes) -> float:  # wrong
        return 0.0


async def ask(p: Genlm.Potential) -> None:
    weight: float = await p.prefix('abc')
    weight = p.complete_sync([97, b'b', 'c', Genlm.EOS])
    weights = await p.logw_next(b'ab')
    weight = weights[b'a'] + weights[Genlm.EOS] + weights[3] + max(weights[:3])
    tokens: list[int] = list(await p.mask_next('ab', Gio.Cancellable()))
    scores: Genlm.Scores = await p.batch_prefix(['ab', b'ab', [97], Genlm.Context.new()])
    first, *_ = await asyncio.gather(*[p.complete(text) for text in ('ab', 'ba')])
    weight += first + scores[0] + tokens[0]
    p.prefix('abc', None, lambda source, result: None)
    both: Genlm.Product = p * Lipogram()
    batched: Genlm.Autobatch = both.to_autobatched()
    pool: Genlm.Multiprocess = batched.to_multiprocess(2)
    print(batched.props.n_requests, pool.props.workers)
    pool.close()
    sampler = Genlm.Awrs(potential=batched, condition=Lipogram(), max_accepts=2)
    smc = Genlm.Smc(sampler=sampler, particles=16, seed=7)
    sequences = await smc.run()
    for particle in sequences:
        print(particle.get_text(), particle.get_log_weight(), smc.props.particles, weights.as_dict())
    try:
        draws = await sampler.sample('ab', Genlm.Random.new(1, 0, 0))
        token, log_weight = draws[0]
    except GLib.Error:
        pass

    await p.prefix(3)  # wrong
    await p.prefix({'a'}, 7)  # wrong
    await p.batch_prefix('ab')[0]  # wrong
    await p.prefix_sync('abc')  # wrong
    await p.prefix('abc', None, print)  # wrong
    p.suffix('abc')  # wrong
    Genlm.Smc(sampler=sampler, particle=16)  # wrong
    Genlm.Smc(sampler=sampler, particles='16')  # wrong
    name: int = both.props.name  # wrong
    Lipogram() * 3  # wrong
