"""What is told of runs, as JSON: the page's, the API's and the command line's answers.

The functions that build them are checked against these types, and the API's description is made
of them. Times are in seconds since release.
"""

from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta


def _as(name: str) -> Meta:
    """An object that is described under ``name`` elsewhere in the API's description."""
    return Meta(extra_json_schema={"$ref": f"#/components/schemas/{name}"})


RunSettings = Annotated[dict[str, Any], _as("RunSettings")]


class BatchTold(TypedDict):
    """How many requests were served together, and when the last of them was done."""

    count: int
    at: float
    seqs: NotRequired[list[int]]


class ForecastTold(TypedDict):
    """What settings promise; ``certain`` where nothing in it hangs on chance."""

    batches: list[BatchTold]
    total_seconds: float
    low_seconds: float
    high_seconds: float
    limit: str
    failed: int
    reason: str
    sentence: str
    doubts: list[str]
    certain: bool


class SuggestionTold(TypedDict):
    """A change that lifts the limit, and the time that it would take."""

    title: str
    settings: RunSettings
    forecast_seconds: float | None
    next_limit: str


class DiagnosisTold(TypedDict):
    """The limit's machine word, one sentence, its evidence, and what lifts it."""

    limit: str
    sentence: str
    evidence: str
    suggestions: list[SuggestionTold]


class PathTold(TypedDict):
    """What the requests of one path did; no times where none of them ended."""

    name: str
    count: int
    errors: int
    statuses: dict[str, int]
    median: float | None
    p95: float | None
    longest: float | None
    pool_wait_share: float
    queue_wait_share: float
    metrics: dict[str, float]


ForecastDict = Annotated[dict[str, Any], _as(ForecastTold.__name__)]
DiagnosisDict = Annotated[dict[str, Any], _as(DiagnosisTold.__name__)]
PathDict = Annotated[dict[str, Any], _as(PathTold.__name__)]
BatchDict = Annotated[dict[str, Any], _as(BatchTold.__name__)]
REFERRED = (BatchTold, ForecastTold, DiagnosisTold, PathTold)


class FailureTold(TypedDict):
    """One kind of failure: how often, why, what helps, and an example."""

    word: str
    count: int
    cause: str
    cure: str
    example: str


class AppCard(TypedDict):
    """What is said of a user app beside the run."""

    module: str
    on: str
    server: str
    given: str
    used: str
    pools: list[str]
    pool: dict[str, Any]
    paste: list[dict[str, str]]
    paste_title: str


class AskTold(TypedDict):
    """What is asked for, and how often beside the others."""

    name: str
    weight: int


class TargetTold(TypedDict):
    """The processes that serve the run; a kept run has no master."""

    kind: str
    pids: list[int]
    master: int | None
    state: str
    mode: NotRequired[str]
    worker_class: NotRequired[str]


class State(TypedDict):
    """How far a run is, and what it is a run of."""

    run: str
    history_id: int | None
    label: str
    pinned: bool
    started_at: Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
    versions: dict[str, str]
    status: str
    step: str
    step_seconds: float
    settings: RunSettings
    forecast: ForecastDict
    asks: list[AskTold]
    elapsed: float | None
    target: TargetTold
    error: dict[str, str] | None  # cause, cure and stderr of a run that could not start
    marks_lost: int
    compared_with: str | None
    notes: list[str]


class Frame(TypedDict):
    """Marks as columns; what only some of them tell, by their offset."""

    run: str
    index: int
    seq: list[int]
    phase: list[int]
    at: list[float]
    worker: list[int]
    lane: list[int]
    connection: list[int]
    status: dict[str, int]
    failure: dict[str, str]
    message: dict[str, str]
    note: dict[str, str]
    timing: dict[str, str]


class Gauges(TypedDict):
    """Samples, each as [at, name, worker, values]."""

    run: str
    index: int
    samples: list[Annotated[list[Any], Meta(min_length=4, max_length=4)]]


class Summary(TypedDict):
    """A run in words and numbers."""

    run: str
    sentence: str
    counts: dict[str, int]
    requests: int
    done: int
    failed: int
    total_seconds: float
    batches: list[BatchDict]
    picture: str
    paths: list[PathDict]
    failures: list[FailureTold]
    diagnosis: DiagnosisDict | None
    app: AppCard | None


class Page(TypedDict):
    """Everything of one run at once."""

    state: State
    frame: Frame
    gauges: Gauges
    summary: Summary


class Report(TypedDict):
    """A run as ``poolscope run --json`` prints it."""

    settings: RunSettings
    requests: int
    done: int
    failed: int
    failures: dict[str, int]
    total_seconds: float
    batches: list[BatchTold]
    forecast: ForecastDict
    diagnosis: DiagnosisDict | None
    status: str
    paths: list[PathDict]
    picture: str
    app: AppCard | None
    run: str
    history_id: int | None
    error: dict[str, str] | None  # cause, cure and stderr of a run that could not start
    step: NotRequired[str]


class ComparedRun(TypedDict):
    """One of the runs that are compared."""

    letter: str
    number: int | None
    label: str
    status: str
    sentence: str
    total_seconds: float


class ComparedSetting(TypedDict):
    """A setting in which they differ, and its value in each."""

    name: str
    label: str
    unit: str
    values: list[Any]


class ComparedFigure(TypedDict):
    """A figure of each; ratios are to that of the first, null where there is none."""

    name: str
    label: str
    unit: str
    values: list[float | str]
    ratios: list[float | None]


class Comparison(TypedDict):
    """Two to four runs beside each other."""

    runs: list[ComparedRun]
    settings: list[ComparedSetting]
    figures: list[ComparedFigure]
    sentence: str
