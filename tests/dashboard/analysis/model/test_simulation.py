"""What holds for every simulation, whatever the server: nobody is lost, nothing overfull."""

from collections import defaultdict
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.analysis.model.chance import Chance
from dashboard.analysis.model.costs import Costs
from dashboard.analysis.model.demand import (
    Checkin,
    Checkout,
    Compute,
    Demand,
    Execute,
    Sleep,
    Step,
)
from dashboard.analysis.model.outcome import Outcome
from dashboard.analysis.model.server import Pool, Server
from dashboard.analysis.model.simulation import simulate
from dashboard.marks.requests import Request
from target_app.probe.marks import WITH_CONNECTION, Phase

COSTS = Costs()
# Nothing takes time but what requests sleep for, and nothing hangs on chance.
FREE = replace(
    COSTS.scaled(0.0, 0.0),
    trip=0.0,
    jitter=0.0,
    database_jitter=0.0,
    lateness=0.0,
    answer=0.0,
    drivers={
        name: replace(driver, late=0.0) for name, driver in COSTS.scaled(0.0, 0.0).drivers.items()
    },
)

short = st.floats(0.0, 0.05)
pools = st.builds(
    Pool,
    size=st.one_of(st.none(), st.integers(0, 4)),
    overflow=st.integers(-1, 4),
    timeout=st.floats(0.05, 1.0),
    usable=st.one_of(st.none(), st.integers(1, 8)),
)
servers = st.builds(
    Server,
    worker_class=st.sampled_from(["sync", "gthread", "gevent"]),
    workers=st.integers(1, 4),
    threads=st.integers(1, 6),
    worker_connections=st.integers(1, 30),
    backlog=st.integers(1, 40),
    pools=st.tuples(pools, pools),
    holds_loop=st.booleans(),
    cores=st.integers(1, 4),
)


@st.composite
def demands(draw: st.DrawFn) -> Demand:
    """A few stretches, in one of which a second connection may be taken while one is held."""
    steps: list[Step] = [Compute(draw(short))]
    for _ in range(draw(st.integers(0, 2))):
        pool = draw(st.integers(0, 1))
        steps += [Checkout(pool), Execute(draw(short), pool)]
        if draw(st.booleans()):
            steps += [Checkout(1 - pool), Execute(draw(short), 1 - pool), Checkin(1 - pool)]
        steps += [Compute(draw(short) / 10), Sleep(draw(short)), Checkin(pool)]
    steps.append(Sleep(draw(short)))
    return Demand(tuple(steps))


chances = st.builds(
    Chance,
    seed=st.integers(0, 50),
    speed=st.floats(0.5, 2),
    database=st.floats(0.5, 2),
    skew=st.floats(0, 1),
    lump=st.sampled_from([0.0, 0.002]),
)


def requests_of(outcome: Outcome) -> list[Request]:
    by_seq = defaultdict(list)
    for mark in outcome.marks("r"):
        by_seq[mark.seq].append(mark)
    return [Request.of(seq, marks) for seq, marks in sorted(by_seq.items())]


@settings(max_examples=150, deadline=None)
@given(servers, st.lists(demands(), min_size=1, max_size=3), st.integers(1, 60), chances)
def test_every_request_ends_once_and_its_marks_are_in_order(
    server: Server, kinds: list[Demand], count: int, chance: Chance
) -> None:
    each = [kinds[seq % len(kinds)] for seq in range(count)]
    drivers = ["psycopg2-green", "pymysql"]
    outcome = simulate(server, each, drivers, COSTS, chance=chance, deadline=60.0)
    requests = requests_of(outcome)
    assert [request.seq for request in requests] == list(range(1, count + 1))
    assert sum(request.done for request in requests) + outcome.failed == count
    for request in requests:
        instants = [mark.at for mark in outcome.marks("r") if mark.seq == request.seq]
        assert instants == sorted(instants)
        ends = [mark for mark in request.marks if mark.phase in {Phase.DONE, Phase.FAILED}]
        assert len(ends) == 1
        assert ends[0] is request.marks[-1]
        assert request.marks[0].phase is Phase.QUEUED


@settings(max_examples=100, deadline=None)
@given(servers, demands(), st.integers(1, 60), chances)
def test_no_station_ever_holds_more_than_it_has_places(
    server: Server, demand: Demand, count: int, chance: Chance
) -> None:
    drivers = ["psycopg2-green", "pymysql"]
    outcome = simulate(server, [demand] * count, drivers, COSTS, chance=chance, deadline=1e6)
    inside: dict[int, set[int]] = defaultdict(set)  # requests of each worker
    out: dict[tuple[int, int], set[int]] = defaultdict(set)  # connections of each pool
    for mark in outcome.marks("r"):
        if mark.worker and mark.phase is not Phase.RESPONDING:
            inside[mark.worker].add(mark.seq)
        else:
            for here in inside.values():
                here.discard(mark.seq)
        assert all(len(here) <= server.at_once for here in inside.values())
        if mark.phase in WITH_CONNECTION and mark.connection:
            out[mark.worker, mark.connection // 100_000].add(mark.connection)
    for (_, index), connections in out.items():
        capacity = server.pools[index].capacity
        # One that was closed is followed by another number: only without overflow all are kept.
        if capacity is not None and server.pools[index].overflow == 0:
            assert len(connections) <= capacity


def total(server: Server, demand: Demand, count: int) -> float:
    outcome = simulate(server, [demand] * count, ["pymysql"], FREE, chance=Chance(skew=0.0))
    assert not outcome.failed
    return outcome.total_seconds


@settings(max_examples=100, deadline=None)
@given(
    worker_class=st.sampled_from(["gthread", "gevent"]),
    places=st.integers(1, 20),
    size=st.integers(1, 20),
    more=st.integers(0, 10),
    count=st.integers(1, 60),
)
def test_more_places_never_hurt_where_no_computing_and_no_overflow_is_involved(
    worker_class: str, places: int, size: int, more: int, count: int
) -> None:
    demand = Demand((Checkout(), Execute(0.1), Checkin()))

    def served(places: int, size: int) -> float:
        server = Server(
            worker_class=worker_class,
            threads=places,
            worker_connections=places,
            pools=(Pool(size, 0, timeout=1e6),),
        )
        return total(server, demand, count)

    at_first = served(places, size)
    assert served(places + more, size) <= at_first + 1e-6
    assert served(places, size + more) <= at_first + 1e-6


def test_more_connections_than_the_database_gives_are_refused_and_no_others() -> None:
    demand = Demand((Checkout(), Execute(1.0), Checkin()))
    server = Server(pools=(Pool(size=None, usable=30),))
    outcome = simulate(server, [demand] * 50, ["psycopg2-green"], COSTS)
    assert outcome.failures == {"too-many-connections": 20}


def test_requests_that_take_a_second_connection_while_holding_one_lock_each_other_out() -> None:
    demand = Demand((Checkout(), Checkout(), Execute(0.1), Checkin(), Checkin()))
    server = Server(pools=(Pool(5, 0, timeout=1.0),))
    outcome = simulate(server, [demand] * 20, ["psycopg2-green"], COSTS)
    # Measured with FastAPI and asyncio: 2 answered, 18 failed after pool_timeout.
    assert outcome.failures.keys() == {"pool-timeout"}
    assert 10 <= outcome.failed <= 19
    assert outcome.total_seconds > 1.0
