"""A demand as the operations that the simulation carries out, with their costs filled in."""

from typing import NamedTuple

from target_app.probe.marks import Phase

from ..costs import Costs, Driver
from ..demand import Checkin, Checkout, Compute, Demand, Execute, Note, Sleep

# What an operation does after its computing. Plain numbers: they are compared very often.
WAIT, CHECKOUT, CHECKIN, MARK, END = range(5)


class Op(NamedTuple):
    """Compute ``before`` seconds, then act.

    A WAIT takes ``seconds``, after ``work`` seconds of the database's computing; it is marked
    ``phase`` when it begins and ``after`` when it is over, and keeps the whole worker from going
    on where it ``blocks``.
    """

    before: float
    action: int
    seconds: float = 0.0
    phase: Phase | None = None
    after: Phase | None = None
    pool: int = 0
    note: str = ""
    blocks: bool = False
    work: float = 0.0


Program = tuple[Op, ...]


def compile_demand(
    demand: Demand, costs: Costs, driver: Driver, all_blocks: bool, database_blocks: bool
) -> Program:
    """The operations of ``demand`` from the request's first byte to the answer's last.

    ``all_blocks`` is a worker that serves one request at a time; ``database_blocks`` a driver
    that holds the loop.
    """
    blocks = all_blocks or database_blocks
    ops: list[Op] = []
    before = 0.0
    begun: set[int] = set()
    for step in demand.steps:
        match step:
            case Compute(seconds):
                before += seconds
                continue
            case Note(text):
                ops.append(Op(before, MARK, note=text))
            case Sleep(seconds):
                ops.append(Op(before, WAIT, seconds, blocks=all_blocks))
            case Checkout(pool):
                ops.append(Op(before, CHECKOUT, pool=pool, blocks=blocks))
                begun.discard(pool)
            case Execute(seconds, pool):
                before += driver.send
                phase: Phase | None = Phase.EXECUTING
                if driver.begins and pool not in begun:
                    ops.append(_trip(before, costs, phase, pool, blocks))
                    before, phase = driver.send / 4, None
                begun.add(pool)
                seconds += costs.trip
                after = Phase.HOLDING
                wait = Op(before, WAIT, seconds, phase, after, pool, "", blocks, costs.query)
                ops.append(wait)
            case Checkin(pool):
                if pool in begun:
                    ops.append(_trip(before, costs, None, pool, blocks))
                    before = 0.0
                ops.append(Op(before + driver.give_back, CHECKIN, pool=pool))
        before = 0.0
    ops.append(Op(before, END))
    return tuple(ops)


def _trip(before: float, costs: Costs, phase: Phase | None, pool: int, blocks: bool) -> Op:
    """A round trip of nothing but a word, such as BEGIN and ROLLBACK."""
    return Op(before, WAIT, costs.trip, phase, None, pool, "", blocks, costs.word)
