"""What was measured -> a table in Markdown, with medians."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from load import Load

OURS = "ours"
_NONE = "-"


@dataclass(frozen=True, slots=True)
class Cell:
    """A class of query at one number of connections.

    :param engine_ms: what the engine in this process uses of the processor for an answer, HTTP left out.
    :param rounds: by server, in order; `notes` say why one has none.
    """

    query: str
    mode: str
    connections: int
    engine_ms: float
    rounds: dict[str, list[Load]]
    notes: dict[str, str]


def table(cells: Iterable[Cell], names: Sequence[str]) -> Iterator[str]:
    """The lines: requests/s (ms: median, 99th percentile, processor), and ours as a ratio to each other."""
    others = [name for name in names if name != OURS]
    yield "| class | at once | engine | ours | " + " | ".join(f"{name} | ratio" for name in others) + " |"
    yield "|---|--:|--:|--:|" + "--:|--:|" * len(others)
    for cell in cells:
        row = [cell.query, str(cell.connections), _shown([cell.engine_ms]), _figures(cell, OURS)]
        for name in others:
            row += [_figures(cell, name), _ratio(cell, name)]
        yield "| " + " | ".join(row) + " |"


def _figures(cell: Cell, name: str) -> str:
    loads = cell.rounds[name]
    if not loads:
        return cell.notes.get(name, _NONE)
    rate = _shown([load.per_second for load in loads])
    failures = {
        "not 200": sum(load.not_200 for load in loads),
        "lost": sum(load.lost for load in loads),
    }
    failed = ", ".join(f"{number} {kind}" for kind, number in failures.items() if number)
    if failed:
        return f"{rate} ({failed})"
    times = [(load.p50_ms, load.p99_ms, load.processor_ms) for load in loads]
    known = [[each for each in column if each is not None] for column in zip(*times, strict=True)]
    if not all(known):
        return "none in time"
    return f"{rate} ({', '.join(map(_shown, known))})"


def _ratio(cell: Cell, name: str) -> str:
    """Ours to another, round by round; nothing where either failed."""
    pairs = list(zip(cell.rounds[OURS], cell.rounds[name], strict=False))
    if not pairs or any(load.p50_ms is None for pair in pairs for load in pair):
        return _NONE
    return f"{median(ours.per_second / other.per_second for ours, other in pairs):.2f}"


def _shown(values: Sequence[float]) -> str:
    middle = median(values)
    return f"{middle:,.0f}" if middle >= 100 else f"{middle:.2g}" if middle < 10 else f"{middle:.3g}"
