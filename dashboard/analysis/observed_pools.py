"""What was found in a live app: its pools and drivers, and what a run of it had by that."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

import msgspec
from msgspec import Meta, structs

from dashboard.marks.requests import Request
from modes import MYSQL_DRIVERS
from settings import Settings, SettingsError, TargetKind, read_settings
from target_app.probe.pools import NUMBERS_PER_POOL

from .effective_model import NO_DRIVER, EffectiveModel, is_drivers
from .quantiles import median

# Our names for the drivers that SQLAlchemy's dialects call otherwise.
DRIVERS = {"mysqldb": "mysqlclient"}
# Modules that wait in C, by the name of the driver.
MODULES = {"psycopg2": "psycopg2", "MySQLdb": "mysqlclient"}
UNLIMITED: dict[str, Any] = {"pool_class": "NullPool"}
POOL_FIELDS = ("pool_class", "pool_size", "max_overflow", "pool_timeout")
SHORTEST_SECONDS = 0.001  # of a service: what takes no time has no forecast
WITHOUT_WAITS = frozenset({"SingletonThreadPool", "StaticPool", "AssertionPool"})

Word = Annotated[str, Meta(max_length=200)]


@dataclass(frozen=True)
class ObservedPool:
    """One live pool: its class and limits, None where its class has none.

    ``asked`` is what the app itself asked for, where the run tried another pool instead.
    """

    index: int
    kind: Word
    size: int | None
    overflow: int | None
    timeout: float | None
    dialect: Word = ""
    driver: Word = ""
    asked: dict[Word, Word | float | None] | None = None

    @property
    def capacity(self) -> float:
        """Connections that it gives out at once."""
        if not self.size or self.overflow is None or self.overflow < 0:
            return float("inf")
        return self.size + self.overflow

    @property
    def words(self) -> str:
        """``QueuePool, pool_size 5 + max_overflow 10, pool_timeout 30 s, psycopg2``."""
        words = _limits(self.kind, self.size, self.overflow, self.timeout)
        words += f", {self.driver}" if self.driver else ""
        if self.kind in WITHOUT_WAITS:
            words += " (has no waits to show)"
        if self.asked:
            asked = self.asked
            own = _limits(*(asked.get(name) for name in ("class", "size", "overflow", "timeout")))
            words += f" (for this run only: the app's own is {own})"
        return words


def _limits(kind: Any, size: Any, overflow: Any, timeout: Any) -> str:
    if size is None:
        return f"{kind}"
    if is_drivers(str(kind)):
        return f"{kind}, max_size {size:g}" + (f", timeout {timeout:g} s" if timeout else "")
    return f"{kind}, pool_size {size:g} + max_overflow {overflow:g}, pool_timeout {timeout:g} s"


@dataclass(frozen=True)
class ObservedApp:
    """What one app was found to use."""

    pools: tuple[ObservedPool, ...] = ()
    drivers: tuple[str, ...] = ()  # modules
    green: bool = False  # psycopg2 hands its waiting over to gevent
    uses: tuple[str, ...] = field(default=())  # of sqlalchemy, flask_sqlalchemy, django
    tokens: int | None = None  # of anyio's threads in each worker; None where it is not used

    def as_json(self) -> dict[str, Any]:
        """For JSON; ``observed_from_json`` reads it back."""
        return asdict(self)


class PoolTold(msgspec.Struct):
    """A pool as a worker tells of it."""

    index: int
    kind: Word = msgspec.field(name="class")
    size: int | None
    overflow: int | None
    timeout: float | None
    dialect: Word
    driver: Word
    asked: dict[Word, Word | float | None] | None


class Told(msgspec.Struct):
    """What a worker tells of its app."""

    pools: list[PoolTold]
    drivers: tuple[str, ...]
    green: bool = False
    sqlalchemy: bool = False
    flask_sqlalchemy: bool = False
    django: bool = False
    tokens: int | None = None


def observed_from_notice(notice: Mapping[str, Any]) -> ObservedApp:
    """Parse a worker's notice; ValueError if it is malformed."""
    try:
        told = msgspec.convert(notice, Told)
    except msgspec.ValidationError as error:
        raise ValueError(f"not what a worker tells of its app: {error}") from error
    pools = tuple(
        ObservedPool(**structs.asdict(pool) | {"driver": DRIVERS.get(pool.driver, pool.driver)})
        for pool in told.pools
    )
    names = ("sqlalchemy", "flask_sqlalchemy", "django")
    uses = tuple(name for name in names if getattr(told, name))
    return ObservedApp(pools, told.drivers, told.green, uses, told.tokens)


def observed_from_json(given: Mapping[str, Any]) -> ObservedApp:
    """What ``ObservedApp.as_json`` wrote; ValueError for anything else."""
    return msgspec.convert(given, ObservedApp)


def merged(found: Iterable[ObservedApp]) -> ObservedApp | None:
    """Merge the notices of several workers; a pool used by only some of them counts."""
    told = list(found)
    if not told:
        return None
    most = max(told, key=lambda each: len(each.pools))
    drivers = sorted({name for each in told for name in each.drivers})
    uses = sorted({name for each in told for name in each.uses})
    green = any(each.green for each in told)
    return ObservedApp(most.pools, tuple(drivers), green, tuple(uses), most.tokens)


def limiting_pool(found: ObservedApp, requests: Iterable[Request]) -> ObservedPool | None:
    """The pool that requests waited for most; the smallest where nobody waited; None of none."""
    if not found.pools:
        return None
    waited: Counter[int] = Counter()
    for request in requests:
        for before, after in zip(request.spans, request.spans[1:], strict=False):
            if before.phase == "waiting":
                numbers = (s.connection for s in request.spans if s.start >= after.start)
                number = next((n for n in numbers if n), 0)
                if number:
                    # Counted in whole microseconds.
                    waited[(number - 1) // NUMBERS_PER_POOL] += round(before.seconds * 1e6)
    by_index = {pool.index: pool for pool in found.pools}
    for index, microseconds in waited.most_common():
        if index in by_index and microseconds > 1000:
            return by_index[index]
    return min(found.pools, key=lambda pool: pool.capacity)


def service_seconds(requests: Iterable[Request]) -> float:
    """The median service of the requests that were answered; 0 of none."""
    return median(r.service.end - r.service.start for r in requests if r.done and r.service)


def effective_model(
    settings: Settings, kind: TargetKind, found: ObservedApp | None, requests: Sequence[Request]
) -> EffectiveModel:
    """What a run had: of an app its pool, its driver, and its median service."""
    if kind is not TargetKind.APP:
        return EffectiveModel.of(settings, kind)
    pool = limiting_pool(found, requests) if found is not None else None
    limits = dict(UNLIMITED)
    if pool is not None:
        limits = _limits_of(pool.size, pool.overflow, pool.timeout) | _class_of(pool)
    return _of_app(settings, found, pool, requests, limits, is_green=None)


def with_observed_pool(
    settings: Settings, found: ObservedApp | None, model: EffectiveModel
) -> Settings:
    """What the run chose, with the app's own pool in the fields that it left to the app."""
    if settings.pool_from != "app" or found is None or not found.pools:
        return settings
    pool = {name: getattr(model, name) for name in POOL_FIELDS}
    try:
        return read_settings(settings.as_dict() | pool)
    except SettingsError:  # a pool beyond what a run may try
        return settings


def expected_model(
    settings: Settings, found: ObservedApp | None, requests: Sequence[Request]
) -> EffectiveModel:
    """What a run of an app with ``settings`` would have, by what a run before has shown."""
    pool = limiting_pool(found, requests) if found is not None else None
    limits = dict(UNLIMITED)
    if pool is not None:
        limits = _limits_of(pool.size, pool.overflow, pool.timeout) | _class_of(pool)
    if pool is not None and pool.asked is not None:
        limits |= _limits_of(*(pool.asked.get(n) for n in ("size", "overflow", "timeout")))
    if pool is not None and settings.pool_from == "here" and not is_drivers(pool.kind):
        limits = {name: getattr(settings, name) for name in POOL_FIELDS}
    is_green = settings.worker == "gevent" and settings.postgres_driver == "psycopg2-green"
    return _of_app(settings, found, pool, requests, limits, is_green=is_green)


def _of_app(  # noqa: PLR0913
    settings: Settings,
    found: ObservedApp | None,
    pool: ObservedPool | None,
    requests: Sequence[Request],
    limits: dict[str, Any],
    *,
    is_green: bool | None,
) -> EffectiveModel:
    """An app's run; ``is_green`` None: as it was found."""
    green = is_green if is_green is not None else found is not None and found.green
    driver = _driver(found, pool, green=green)
    asked_tokens = settings.thread_tokens != Settings.thread_tokens
    if found is not None and found.tokens and not asked_tokens:
        limits["thread_tokens"] = found.tokens
    return EffectiveModel.of(
        settings,
        TargetKind.APP,
        driver=driver,
        database="mysql" if driver in MYSQL_DRIVERS else "postgres",
        sleep_seconds=max(SHORTEST_SECONDS, service_seconds(requests)),
        **limits,
    )


def _class_of(pool: ObservedPool) -> dict[str, Any]:
    return {"pool_class": pool.kind} if is_drivers(pool.kind) else {}


def _limits_of(size: Any, overflow: Any, timeout: Any) -> dict[str, Any]:
    if size is None or overflow is None:
        return dict(UNLIMITED)
    limits = {"pool_class": "QueuePool", "pool_size": int(size), "max_overflow": int(overflow)}
    return limits | ({} if timeout is None else {"pool_timeout": float(timeout)})


def _driver(found: ObservedApp | None, pool: ObservedPool | None, *, green: bool) -> str:
    """The driver's name as the rules know it, "none" where none was found."""
    if found is None:
        return NO_DRIVER
    name = pool.driver if pool is not None else ""
    if not name:
        name = next((MODULES[each] for each in found.drivers if each in MODULES), NO_DRIVER)
    return "psycopg2-green" if name == "psycopg2" and green else name


def words_of(found: ObservedApp | None) -> list[str]:
    """One line for each pool found, or why there is none."""
    if found is None:
        return []
    if found.pools:
        many = len(found.pools) > 1
        return [
            f"pool {place}: {pool.words}" if many else pool.words
            for place, pool in enumerate(found.pools, 1)
        ]
    if "sqlalchemy" in found.uses:
        return ["No request of the run asked a SQLAlchemy pool."]
    return ["No SQLAlchemy: times in the database count as time in Python."]
