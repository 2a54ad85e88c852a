"""The pools that a run has asked: which there are, how each is set, and how it stands.

Import it in a worker only: what gunicorn's master imports has missed gevent's patching.
"""

import contextlib
import itertools
import weakref
from typing import Any, Callable, Dict, List, NamedTuple, Tuple

from ..heartbeat import PoolState
from ..marks import Phase
from ..trail import Trail

# Connections of one pool; a connection's number says which pool of its worker it is of.
NUMBERS_PER_POOL = 100_000
MOST_POOLS = 8  # that are told of: one datagram holds them


class Kind(NamedTuple):
    """How one library's pools are read.

    ``described`` tells class, size, overflow, timeout, dialect, driver and what was asked for;
    ``state`` how many connections are out, or AttributeError where a pool keeps no count.
    """

    described: Callable[[Any], Dict[str, Any]]
    state: Callable[[Any], PoolState]


class Watched:
    """A pool that a run has asked: which it is, and the numbers that its connections get."""

    def __init__(self, index: int, kind: Kind) -> None:
        self.index = index
        self.kind = kind
        self.numbers = itertools.count(index * NUMBERS_PER_POOL + 1)


_pools: "weakref.WeakKeyDictionary[Any, Watched]" = weakref.WeakKeyDictionary()
_kept: Dict[int, Tuple[Any, Watched]] = {}  # those that no weak reference can be made to, by id
_indexes = itertools.count()
_heard: List[Callable[[], None]] = []  # called when a run asks a pool for the first time


def on_new_pool(hear: Callable[[], None]) -> None:
    """Have ``hear`` called whenever a run asks a pool that no run has asked before."""
    _heard.append(hear)


def watched(pool: Any, kind: Kind) -> Watched:
    """The pool as we know it, from its first run on."""
    found = _kept[id(pool)][1] if id(pool) in _kept else None
    with contextlib.suppress(TypeError):
        found = found or _pools.get(pool)
    if found is None:
        found = Watched(next(_indexes), kind)
        try:
            _pools[pool] = found
        except TypeError:
            _kept[id(pool)] = (pool, found)
        for hear in _heard:
            hear()
    return found


def _all() -> List[Tuple[Any, Watched]]:
    return sorted([*_pools.items(), *_kept.values()], key=lambda pair: pair[1].index)


def pool_states() -> List[PoolState]:
    """How the pools stand that a run has asked; those that keep no count are left out."""
    states = []
    for pool, one in _all():
        with contextlib.suppress(AttributeError):  # NullPool keeps no count
            states.append(one.kind.state(pool))
    return states


def observed_pools() -> List[Dict[str, Any]]:
    """The settings of the pools that a run has asked, in the order in which it did."""
    return [{"index": one.index, **one.kind.described(pool)} for pool, one in _all()[:MOST_POOLS]]


class Numbers:
    """The numbers of one library's connections, given to each with its first use in a run."""

    def __init__(self) -> None:
        self._given: "weakref.WeakKeyDictionary[Any, int]" = weakref.WeakKeyDictionary()

    def of(self, connection: Any, pool: Watched) -> int:
        """The connection's number in ``pool``."""
        number = self._given.get(connection)
        if number is None:
            number = self._given[connection] = next(pool.numbers)
        return number

    def known(self, connection: Any) -> int:
        """The number that it has, 0 for a connection of no pool that a run has asked."""
        return self._given.get(connection, 0)


def asking(trail: Trail, pool: Any, kind: Kind) -> Watched:
    """Mark that the request asks ``pool`` for a connection, and waits from now."""
    trail.asking = watched(pool, kind)
    trail.enter(Phase.WAITING)
    return trail.asking  # type: ignore[no-any-return]
