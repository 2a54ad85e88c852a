"""The waterfall of a run as rectangles and texts: what the SVG and the PNG both draw. Pure."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from dashboard.analysis.batches import Batch
from dashboard.marks.requests import Request, service_order
from dashboard.runs.record import Record
from settings import Settings
from target_app.probe.marks import Phase

WIDTH = 1200
LEFT, RIGHT = 56, 170
TOP = 92  # title, settings, legend, axis
MOST_HEIGHT = 600
ROW = 9  # pixels of a row while there is room
STEPS = 90
GAP = 26
SMALLEST_LABEL = 13
MOST_EVENTS = 5  # that are drawn, each with its words

THIN = frozenset(
    {
        *(Phase.QUEUED.value, Phase.WAITING.value, Phase.UNKNOWN.value),
        *(Phase.RESPONDING.value, Phase.THREAD_QUEUED.value),
    }
)
COLOURS = {
    Phase.QUEUED.value: "queued",
    Phase.WAITING.value: "waiting",
    Phase.UNKNOWN.value: "unknown",
    Phase.RESPONDING.value: "queued",
    Phase.THREAD_QUEUED.value: "queued",
}
LEGEND = (
    ("queued", "queued", True),
    ("waiting", "waiting for pool", True),
    ("executing", "executing or in Python", False),
    ("failed", "failed", False),
)


Axis = Callable[[float], float]


class Rect(NamedTuple):
    """A filled rectangle; ``colour`` is a token's name."""

    x: float
    y: float
    width: float
    height: float
    colour: str


class Text(NamedTuple):
    """A line of text with its baseline at ``y``; ``anchor`` is start, middle or end."""

    x: float
    y: float
    text: str
    colour: str = "muted"
    size: int = 12
    anchor: str = "start"
    bold: bool = False


class Scene(NamedTuple):
    """What is drawn, back to front, on ``page``."""

    width: int
    height: int
    title: str
    shapes: list[Rect | Text]


def scene(record: Record) -> Scene:
    """The picture of one run: rows in order of service, batches, completions."""
    ordered = service_order(record.requests)
    step = max(1, math.ceil(len(ordered) / MOST_HEIGHT))
    drawn = ordered[::step]
    row = min(ROW, MOST_HEIGHT / len(drawn)) if drawn else ROW
    bottom = TOP + max(ROW, row * len(drawn))
    end = max(record.total_seconds * 1.015, 0.001)
    left, right = LEFT, WIDTH - RIGHT

    def x(at: float) -> float:
        return left + (right - left) * min(max(at, 0.0), end) / end

    shapes: list[Rect | Text] = [*_heading(record, step)]
    for tick in ticks(end):
        shapes.append(Text(x(tick), TOP - 8, f"{tick:g} s", anchor="middle"))
        shapes.append(Rect(x(tick), TOP, 1, bottom + GAP + STEPS - TOP, "grid"))
    for event in record.events:
        lasting = x(event.at + event.seconds) - x(event.at)
        shapes.append(Rect(x(event.at), TOP, max(1, lasting), bottom - TOP, "grid"))
    for position, request in enumerate(drawn):
        shapes += _bars(request, TOP + position * row, row, x)
    for event in record.events[:MOST_EVENTS]:
        shapes.append(Rect(x(event.at), TOP - 6, 2, bottom - TOP + 6, "failed"))
        shapes.append(Text(x(event.at) + 5, TOP + 10, _short(event.words, 60), "failed"))
    place = {request.seq: TOP + at / step * row for at, request in enumerate(ordered)}
    shapes += _brackets(record.batches, place, row / step, right, end)
    shapes += _completions(record, bottom + GAP, x, right)
    height = math.ceil(bottom + GAP + STEPS + 20)
    return Scene(WIDTH, height, record.sentence, shapes)


def ticks(end: float) -> list[float]:
    """About eight round times from 0 to ``end``."""
    raw = end / 8
    power = 10.0 ** math.floor(math.log10(raw))
    size = next(power * step for step in (1, 2, 5, 10) if power * step >= raw)
    return [round(size * k, 9) for k in range(int(end / size) + 1)]


def _heading(record: Record, step: int) -> Iterator[Rect | Text]:
    label = f"{record.name}: " if record.number or record.label else ""
    yield Text(LEFT, 24, _short(label + record.sentence, 120), "ink", 17, bold=True)
    every = f"  (every {step}th request is drawn)" if step > 1 else ""
    yield Text(LEFT, 43, _short(settings_words(record.settings) + every, 170))
    place = float(LEFT)
    for colour, words, is_thin in LEGEND:
        height = 2 if is_thin else 9
        yield Rect(place, 58 - height / 2, 22, height, colour)
        yield Text(place + 28, 62, words)
        place += 52 + 7 * len(words)


def settings_words(settings: Settings) -> str:
    """``mode gevent-green, endpoint postgres, ...``: and those that are not default."""
    default = Settings()
    always = {"mode", "endpoint", "requests", "sleep_seconds", "pool_size", "max_overflow"}
    return ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in settings.as_dict().items()
        if name in always or value != getattr(default, name)
    )


def _bars(request: Request, top: float, row: float, x: Axis) -> Iterator[Rect | Text]:
    space = 1 if row >= 4 else 0
    for span in request.spans:
        start, end = x(span.start), x(span.end)
        height = min(2.0, max(0.5, row / 4)) if span.phase in THIN else row - space
        colour = COLOURS.get(span.phase, "executing")
        width = max(end - start, 0.4)
        yield Rect(start, top + (row - space - height) / 2, width, height, colour)
    if request.failed and request.end:
        yield Rect(x(request.end.at) - 1.5, top, 3, max(1.5, row - space), "failed")


def _brackets(
    batches: Sequence[Batch], place: dict[int, float], row: float, right: float, end: float
) -> Iterator[Rect | Text]:
    last = -math.inf
    for number, batch in enumerate(batches, 1):
        rows = [place[seq] for seq in batch.seqs if seq in place]
        if not rows:
            continue
        top, bottom = min(rows), max(rows) + row
        if bottom - top >= 3:
            yield Rect(right + 10, top + 1, 1, bottom - top - 2, "muted")
            yield Rect(right + 7, top + 1, 4, 1, "muted")
            yield Rect(right + 7, bottom - 2, 4, 1, "muted")
        middle = (top + bottom) / 2 + 4
        if middle - last < SMALLEST_LABEL:
            continue
        last = middle
        digits = 1 if end >= 20 else 2 if end >= 1 else 3
        yield Text(right + 18, middle, f"batch {number}")
        yield Text(right + 96, middle, str(batch.count), "ink", anchor="end", bold=True)
        yield Text(right + 104, middle, f"{batch.at:.{digits}f} s")


def _completions(record: Record, top: float, x: Axis, right: float) -> Iterator[Rect | Text]:
    """The steps of the requests that are done, as horizontal and vertical strokes."""
    ends = sorted(request.end.at for request in record.requests if request.end and request.done)
    most = max(1, record.settings.requests)
    yield Rect(LEFT, top + STEPS, right - LEFT, 1, "grid")
    yield Text(LEFT - 8, top + 9, str(most), anchor="end")
    yield Text(LEFT - 8, top + STEPS, "0", anchor="end")
    yield Text(LEFT - 8, top + STEPS / 2 + 4, "done", anchor="end")
    risers: list[tuple[float, int]] = []
    for done, at in enumerate(ends, 1):
        # Completions within a fraction of a pixel make one riser.
        if risers and x(at) - risers[-1][0] < 0.3:
            risers[-1] = risers[-1][0], done
        else:
            risers.append((x(at), done))
    at_x, at_y = float(LEFT), top + STEPS
    for to_x, done in risers:
        to_y = top + STEPS * (1 - done / most)
        yield Rect(at_x, at_y - 1, to_x - at_x + 1, 2, "ink")
        yield Rect(to_x, to_y - 1, 2, at_y - to_y + 2, "ink")
        at_x, at_y = to_x, to_y


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
