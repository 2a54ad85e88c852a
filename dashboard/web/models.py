"""What the API takes and answers beside runs: queries, bodies, lists, refusals."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from dashboard.exports import FORMATS
from dashboard.matrix import Cell
from dashboard.reading import text
from dashboard.runs.answers import ForecastDict, RunSettings
from dashboard.runs.comparison import FEWEST, MOST
from fields import Field
from settings import TargetKind

Status = Literal["running", "done", "cancelled", "failed", "broken-off"]
# A number of a kept run, #7 as well, or the name of a live one.
RunName = Annotated[str, Meta(max_length=20, pattern=r"^#?[A-Za-z0-9-]+$")]


class Change(Struct, forbid_unknown_fields=True):
    """What to change of a kept run."""

    label: Annotated[str, text(100), Meta(description="Name of the run.")] | UnsetType = UNSET
    pinned: (
        Annotated[bool, Meta(description="Whether it is kept however many runs follow.")]
        | UnsetType
    ) = UNSET


class Launch(Struct):
    """How to launch a run."""

    compare: Annotated[str, text(200), Meta(description="The run to compare this one with.")] = ""
    label: Annotated[str, text(100), Meta(description="Name of the run.")] = ""
    keep: Annotated[
        Literal["yes", "no"], Meta(description="Whether to save the run in the history.")
    ] = "yes"


class Export(Struct):
    """How to write a file."""

    format: Annotated[Literal[tuple(FORMATS)], Meta(description="Which kind of file.")] = "jsonl"  # type: ignore[valid-type]


class Compared(Struct):
    """Which runs to compare."""

    runs: Annotated[
        list[RunName],
        Meta(
            min_length=FEWEST,
            max_length=MOST,
            description="Runs, as in 7,6: numbers of kept runs, or names of live ones.",
            extra_json_schema={"uniqueItems": True},
        ),
    ]


class Mode(Struct):
    """A preset over worker class and drivers; ``reason`` says why it cannot be had."""

    name: str
    title: str
    reason: str
    worker_class: str
    drivers: dict[str, str]


class Endpoint(Struct):
    """Where requests go; ``reason`` says why it cannot be had."""

    name: str
    path: str
    available: bool
    reason: str


class FormField(Struct):
    """A field of the form."""

    name: str
    label: str
    type: Literal["integer", "number", "choice"]
    default: float | str
    group: str
    help: str
    minimum: float
    maximum: float
    choices: tuple[str, ...]
    unit: str

    @classmethod
    def of(cls, given: Field) -> "FormField":
        """The field as the form has it."""
        values = given._asdict()
        return cls(type=values.pop("kind"), **values)


class Options(Struct):
    """Everything that a form of the settings needs."""

    version: str
    kind: TargetKind
    asks: str
    phases: list[str]
    modes: list[Mode]
    endpoints: list[Endpoint]
    fields: list[FormField]
    app: dict[str, Any] | None


class Promise(Struct):
    """Settings, and what they promise."""

    settings: RunSettings
    forecast: ForecastDict


class Launched(Struct):
    """The run that was launched or cancelled."""

    run: str


class LiveRun(Struct):
    """A run of this dashboard, in short."""

    run: str
    history_id: int | None
    label: str
    status: str
    settings: RunSettings
    sentence: str
    total_seconds: float


class Matrix(Struct):
    """The matrix of worker classes and drivers, as far as it is measured; rows of both names."""

    going: bool
    cells: list[Cell]
    rows: list[tuple[str, str]]
    worker_classes: tuple[str, ...]
    combinations: int


class KeptRun(Struct):
    """A kept run as the history lists it; ``pool`` is its capacity, null without a limit."""

    number: int
    name: str
    status: Status
    label: str
    pinned: bool
    started_at: Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
    mode: str
    endpoint: str
    requests: int
    pool: int | None
    total_seconds: float
    batches: int
    done: int
    failed: int
    limit: str
    sentence: str
    waterfall: Annotated[
        list[tuple[int, int, int]],
        Meta(description="Bars [start, end, failed], in thousandths of the total."),
    ]
    settings: RunSettings


class History(Struct):
    """One page of the kept runs, and how many there are on all pages."""

    runs: list[KeptRun]
    total: int
    page: int
    size: int


class Changed(Struct, omit_defaults=True):
    """The number of the run, and what was changed."""

    number: int
    label: str | UnsetType = UNSET
    pinned: bool | UnsetType = UNSET


class Deleted(Struct):
    """The number of the run, and where a POST brings it back."""

    number: int
    undo: str


class Document(Struct):
    """This description: OpenAPI 3.1."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
    components: dict[str, Any]
    servers: list[dict[str, str]] = field(default_factory=lambda: [{"url": "/"}])


class FieldProblem(Struct):
    """A field or parameter that cannot be used."""

    field: str
    message: str


class Problem(Struct, omit_defaults=True):
    """A refusal (RFC 9457)."""

    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | UnsetType = UNSET
    run: str | UnsetType = UNSET
