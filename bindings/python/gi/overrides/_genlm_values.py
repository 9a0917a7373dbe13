"""Values in the ways of Python: sequences, contexts from text, weights as buffers and
by token, comparison, repr."""

import ctypes
import functools
import itertools
import numbers

import gi
from gi.module import get_introspection_module
from gi.overrides._genlm_results import describe
from gi.repository import GLib

Genlm = get_introspection_module('Genlm')

_INF = float('inf')
# A look into the namespace takes as long as a call.
_Context = Genlm.Context
_TEXT = (str, bytes, bytearray, memoryview, GLib.Bytes)


class _Eos:
    """The end of a sequence, where a token is named by what it spells."""

    def __repr__(self):
        return 'Genlm.EOS'

    def __reduce__(self):
        # Copied or pickled, it is the same.
        return 'EOS'


EOS = _Eos()


# -- text ---------------------------------------------------------------------

def _to_bytes(value):
    if isinstance(value, str):
        value = value.encode()
    return GLib.Bytes.new(bytes(value)) if isinstance(value, (bytes, bytearray, memoryview)) else value


def _accept_bytes(cls, name, index):
    """Lets a method that takes GLib.Bytes take bytes and str, which is UTF-8."""
    method = getattr(cls, name)

    @functools.wraps(method)
    def accepting(*args):
        return method(*args[:index], *map(_to_bytes, args[index:]))
    setattr(cls, name, accepting if index else staticmethod(accepting))


_accept_bytes(Genlm.Context, 'new_from_bytes', 0)
_accept_bytes(Genlm.Context, 'append_bytes', 1)
_accept_bytes(Genlm.Vocab, 'encode', 1)
_accept_bytes(Genlm.Vocab, 'find', 1)
_accept_bytes(Genlm.Vocab, 'find_all', 1)


# -- contexts and batches -----------------------------------------------------

def _to_token(vocab, value):
    """The id of a token that is given as one, or as what it spells."""
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        if 0 <= value < 2**32:
            return int(value)
        raise ValueError(f'{value} is no token id')
    if value is EOS:
        return vocab.get_eos()
    if isinstance(value, _TEXT):
        is_found, token = vocab.find(value)
        if is_found:
            return token
        raise ValueError(f'no token of the vocabulary spells {value!r}')
    raise TypeError(f'a token is an id, what it spells, or Genlm.EOS, not {describe(value)}')


def to_context(potential, value):
    """What a potential takes for a context: one, or a text, or a list of tokens."""
    if isinstance(value, _Context):
        return value
    if isinstance(value, _TEXT):
        vocab = potential.get_vocab()
        # Without a vocabulary the question itself is refused.
        return _Context.new_from_bytes(value) if vocab is None else vocab.encode(value)
    if isinstance(value, (numbers.Number, dict, set, frozenset, type(None))):
        raise TypeError(f'a context is a Genlm.Context, a text, or a list of tokens, not {describe(value)}')
    vocab = potential.get_vocab()
    return _Context.new_for_tokens([_to_token(vocab, token) for token in value])


def to_batch(potential, value):
    """What a potential takes for a batch: one, or a list of what it takes for contexts."""
    if isinstance(value, Genlm.Batch):
        return value
    if isinstance(value, _TEXT + (_Context, numbers.Number, dict, set, frozenset, type(None))):
        raise TypeError(f'a batch is a Genlm.Batch or a list of contexts, not {describe(value)}')
    batch = Genlm.Batch.new()
    for context in value:
        batch.append(to_context(potential, context))
    return batch


# -- sequences ----------------------------------------------------------------

def _make_sequence(cls, get_size, get):
    def get_item(self, index):
        n = get_size(self)
        if isinstance(index, slice):
            return [get(self, i) for i in range(*index.indices(n))]
        if not -n <= index < n:
            raise IndexError(f'{cls.__name__} index {index} out of range, there are {n}')
        return get(self, index % n)
    cls.__len__ = get_size
    cls.__getitem__ = get_item


for _type in (Genlm.Batch, Genlm.Scores, Genlm.Weights, Genlm.WeightsList, Genlm.TokenSetList, Genlm.RandomList):
    _make_sequence(_type, _type.get_size, _type.get)
_make_sequence(Genlm.Vocab, Genlm.Vocab.get_size, lambda self, i: self.dup_token(i).get_data())
_make_sequence(Genlm.Draws, Genlm.Draws.get_size, lambda self, i: (self.get_token(i), self.get_log_weight(i)))
_make_sequence(Genlm.Sequences, Genlm.Sequences.get_size, Genlm.Sequences.get_particle)

Genlm.Context.__len__ = Genlm.Context.get_length
Genlm.Context.__iter__ = lambda self: iter(self.dup_tokens())
Genlm.Context.__getitem__ = lambda self, index: self.dup_tokens()[index]
Genlm.TokenSet.__len__ = Genlm.TokenSet.get_count
Genlm.TokenSet.__contains__ = Genlm.TokenSet.contains
Genlm.TokenSet.__iter__ = lambda self: iter(self.dup_tokens())


# -- weights as a buffer ------------------------------------------------------

# The symbols that PyGObject itself is linked with.
_glib = ctypes.PyDLL(gi._gi.__file__)
_glib.g_bytes_get_data.argtypes = (ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t))
_glib.g_bytes_get_data.restype = ctypes.c_void_p


class _BoxedHead(ctypes.Structure):
    """What pygobject.h says a PyGBoxed has behind the head that all objects have."""
    _fields_ = (('pointer', ctypes.c_void_p), ('type', ctypes.c_size_t))


def _peek_bytes(data):
    """The address of what GLib.Bytes hold, and how many bytes it is."""
    head = _BoxedHead.from_address(id(data) + object.__basicsize__)
    if head.type != hash(GLib.Bytes.__gtype__):
        raise NotImplementedError('this PyGObject keeps its boxed values in an unknown way')
    n_bytes = ctypes.c_size_t()
    return _glib.g_bytes_get_data(head.pointer, n_bytes), n_bytes.value


def _view(self):
    """The weights as a read-only buffer of doubles, in place. It keeps its memory."""
    data = self.get_bytes()
    address, n_bytes = _peek_bytes(data)
    values = (ctypes.c_double * (n_bytes // 8)).from_address(address)
    values.owner = data
    return memoryview(values).cast('B').cast('d').toreadonly()


def _to_numpy(self, dtype=None, copy=None):
    import numpy
    values = numpy.frombuffer(self.view(), dtype=float)
    if copy or (dtype is not None and values.dtype != dtype):
        if copy is False:
            raise ValueError(f'weights are doubles; as {dtype} they must be copied')
        return values.astype(dtype or float)
    return values


Genlm.Weights.view = _view
Genlm.Weights.__buffer__ = lambda self, flags: self.view()
Genlm.Weights.__array__ = _to_numpy
Genlm.Weights.__iter__ = lambda self: iter(self.view())
Genlm.Weights.tolist = lambda self: self.view().tolist()


# -- weights by token ---------------------------------------------------------

Genlm.Weights.vocab = None
Genlm.WeightsList.vocab = None


def _find_vocab(weights, vocab):
    vocab = vocab or weights.vocab
    if vocab is None:
        raise TypeError('these weights do not know their vocabulary; give it, or ask by token id')
    if vocab.get_size() + 1 != weights.get_size():
        raise ValueError(f'{weights.get_size()} weights are not those of a vocabulary of {vocab.get_size()} tokens')
    return vocab


def _get_by_token(self, token, vocab=None):
    """The weight of a token: by its id, by what it spells, or of Genlm.EOS. That of
    several tokens which spell the same is their sum."""
    if isinstance(token, numbers.Integral):
        return _get_by_index(self, token)
    vocab = _find_vocab(self, vocab)
    if token is EOS:
        return self.get(vocab.get_eos())
    if not isinstance(token, _TEXT):
        raise TypeError(f'a token is an id, what it spells, or Genlm.EOS, not {describe(token)}')
    tokens = vocab.find_all(token)
    if not tokens:
        raise KeyError(token)
    return functools.reduce(Genlm.logaddexp, map(self.get, tokens))


def _as_dict(self, vocab=None):
    """What each token spells, and its weight, of those whose weight is not zero."""
    vocab = _find_vocab(self, vocab)
    result = {}
    for token, weight in enumerate(self.view()):
        if weight > -_INF:
            key = EOS if token == vocab.get_eos() else vocab[token]
            result[key] = Genlm.logaddexp(result[key], weight) if key in result else weight
    return result


def _remember_vocab(name):
    """Lets the weights that a method of potentials returns know their vocabulary."""
    method = getattr(Genlm.Potential, name)

    @functools.wraps(method)
    def remembering(self, *args, **kwargs):
        weights = method(self, *args, **kwargs)
        weights.vocab = self.get_vocab()
        return weights
    setattr(Genlm.Potential, name, remembering)


def _get_weights(self, index):
    item = _get_list_item(self, index)
    for weights in item if isinstance(item, list) else [item]:
        weights.vocab = self.vocab
    return item


_get_by_index = Genlm.Weights.__getitem__
_get_list_item = Genlm.WeightsList.__getitem__
Genlm.Weights.__getitem__ = lambda self, index: (
    _get_by_index(self, index) if isinstance(index, (int, slice)) else _get_by_token(self, index))
Genlm.WeightsList.__getitem__ = _get_weights
Genlm.Weights.as_dict = _as_dict
for _name in ('logw_next_finish', 'logw_next_sync', 'batch_logw_next_finish', 'batch_logw_next_sync'):
    _remember_vocab(_name)


# -- comparison, copies, repr -------------------------------------------------

def _make_comparable(cls, get_hash):
    cls.__eq__ = lambda self, other: self.equal(other) if isinstance(other, cls) else NotImplemented
    cls.__hash__ = get_hash


_make_comparable(Genlm.Context, Genlm.Context.hash)
_make_comparable(Genlm.Vocab, Genlm.Vocab.get_hash)
_make_comparable(Genlm.TokenSet, lambda self: hash((self.get_size(), self.get_count())))


def _refuse_pickling(self, protocol):
    raise TypeError(f'Genlm.{type(self).__name__} cannot be pickled; keep what it is made of: the tokens of a context, '
                    'Vocab.to_variant(), Potential.to_recipe()')


def _shorten(values, n):
    """The first few of n values, as a list is shown."""
    shown = ', '.join(f'{value!r}' for value in itertools.islice(values, 6))
    return f'[{shown}, …]' if n > 6 else f'[{shown}]'


def _show_list(self):
    return f'Genlm.{type(self).__name__}({_shorten(self, len(self))})'


def _show_context(self):
    tokens = self.dup_tokens()
    if len(tokens) > 6:
        return f'Genlm.Context({len(tokens)} tokens: […, {", ".join(map(str, tokens[-6:]))}])'
    return f'Genlm.Context({tokens})'


def _show_potential(self):
    cls = type(self)
    kind = cls.__name__
    if cls.__module__ in ('__gi__', 'gi.repository.Genlm'):
        kind = 'Genlm.' + kind.removeprefix('Genlm')
    name = self.get_name() if isinstance(self, Genlm.PotentialBase) else None
    vocab = self.get_vocab()
    return (f'<{kind}{f" {name!r}" if name else ""} '
            f'{"without a vocabulary" if vocab is None else f"over {vocab.to_string()}"}>')


for _type in (Genlm.Context, Genlm.Vocab, Genlm.Batch, Genlm.Scores, Genlm.Weights, Genlm.WeightsList, Genlm.TokenSet,
              Genlm.TokenSetList, Genlm.Draws, Genlm.Random, Genlm.RandomList, Genlm.Potential, Genlm.Sampler):
    _type.__reduce_ex__ = _refuse_pickling
for _type in (Genlm.Context, Genlm.Vocab, Genlm.Scores, Genlm.Weights, Genlm.TokenSet):
    # They do not change.
    _type.__copy__ = lambda self: self
    _type.__deepcopy__ = lambda self, memo: self
for _type in (Genlm.Batch, Genlm.Scores, Genlm.Weights, Genlm.WeightsList, Genlm.TokenSetList, Genlm.Draws):
    _type.__repr__ = _show_list
Genlm.Context.__repr__ = _show_context
Genlm.Vocab.__repr__ = lambda self: f'<Genlm.Vocab {self.to_string()}>'
Genlm.TokenSet.__repr__ = lambda self: (
    f'Genlm.TokenSet({_shorten(self, len(self))} of {self.get_size()})')
# Before that of GObject, which stands between classes and their interfaces.
Genlm.Potential.__repr__ = Genlm.PotentialBase.__repr__ = _show_potential
Genlm.Potential.__mul__ = lambda self, other: (
    self.multiply(other) if isinstance(other, Genlm.Potential) else NotImplemented)
