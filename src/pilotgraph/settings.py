"""Defaults, a TOML file, the environment and flags -> `Settings`, checked, with the origin of each.

The fields of `Settings` are the table of all settings: what the server does by default, what an operator
may change, and how far.  Flags, environment variables (`PILOTGRAPH_…`), `--show-settings` and the table in
README are made from it.

A name that is none, a value of another type or out of its bounds, two settings that contradict each other:
nothing is passed over, and all that is wrong is said at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

from pilotgraph import toml_file
from pilotgraph.errors import SettingsError
from pilotgraph.option import PREFIX, Option, shown, toml

V = TypeVar("V", int, float, str)

FILE_VARIABLE = f"{PREFIX}SETTINGS"
# Names a release, for every command and in Python; what is served is no setting.
RELEASE_VARIABLE = f"{PREFIX}RELEASE"


class Source(StrEnum):
    """Where a value is from; a later source outdoes an earlier one."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    FLAG = "flag"


class Origin(NamedTuple):
    """Where a value is from: the source, and there the line, the variable or the flag."""

    source: Source
    place: str = ""

    def __str__(self) -> str:
        return f"{self.source} {self.place}".rstrip()


class Row(NamedTuple):
    """A setting as `--show-settings` tells it; the value is written as in TOML."""

    name: str
    value: str
    unit: str
    origin: str
    help: str


def _set(part: str, default: V, text: str, unit: str = "", allowed: tuple[V, ...] = ()) -> V:
    """A field of the table; what is allowed are the two bounds of a number or the choices of a text."""
    textual = isinstance(default, str)
    about = {"bounds": (0, 0) if textual else allowed, "choices": allowed if textual else ()}
    return field(
        default=default, metadata=about | {"default": default, "part": part, "help": text, "unit": unit}
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the server does; no instance holds a value that its option may not have.

    `origins` says where each value was given that was not left at its default.
    """

    # In two lines each, they can be read as a table.
    # fmt: off
    host: str = _set("address", "127.0.0.1",
        "Address to listen on; 0.0.0.0 is for everyone who can reach this machine.")
    port: int = _set("address", 8_000,
        "Port to listen on; 0 takes any that is free.", allowed=(0, 65_535))
    public_url: str = _set("address", "",
        "Where readers find the site, if a proxy shows it elsewhere; empty for the host that they ask for.")
    proxies: int = _set("address", 0,
        "Reverse proxies before the server, whose X-Forwarded-For is believed.", "proxies", (0, 16))
    workers: int = _set("queries", 2,
        "Processes that answer queries; each query begins in one.", "processes", (1, 64))
    slow_workers: int = _set("queries", 4,
        "Further processes that slow queries may hold, at low priority.", "processes", (1, 64))
    slow_per_client: int = _set("queries", 2,
        "How many of these the queries from one address may hold.", "processes", (1, 64))
    slow_after_ms: int = _set("queries", 50,
        "Processor time after which a query is slow; less where many wait.", "milliseconds", (1, 60_000))
    queued: int = _set("queries", 256,
        "Queries that may wait; the next is refused at once, with 503.", "queries", (0, 100_000))
    slow_queued: int = _set("queries", 128,
        "Slow queries that may wait; the next is refused at once, with 503.", "queries", (1, 100_000))
    deadline_seconds: float = _set("queries", 10.0,
        "A query that runs longer is ended; timeout= in a request may lower it.", "seconds", (0.01, 3_600))
    memory_mb: int = _set("queries", 500,
        "What a query may take beside the data; one that needs more is ended.", "MB", (1, 1_000_000))
    answer_mb: float = _set("queries", 32.0,
        "The largest answer; of a larger one nothing is sent.", "MB", (0.001, 10_000))
    query_kb: int = _set("queries", 200,
        "The longest text of a query.", "kB", (1, 10_000))
    queries_per_worker: int = _set("queries", 10_000,
        "A process that has answered so many is replaced.", "queries", (1, 1_000_000_000))
    cache_mb: int = _set("answers", 64,
        "Answers that are kept to be given again; 0 keeps none.", "MB", (0, 1_000_000))
    in_flight_mb: int = _set("answers", 256,
        "Large answers and bodies under way; one more is refused, with 503.", "MB", (1, 1_000_000))
    header_seconds: float = _set("requests", 10.0,
        "How long the head of a request may take to arrive.", "seconds", (0.1, 3_600))
    body_seconds: float = _set("requests", 10.0,
        "How long the body of a request may take to arrive.", "seconds", (0.1, 3_600))
    connections: int = _set("requests", 1_000,
        "Connections that may be open at once.", "connections", (1, 1_000_000))
    page_threads: int = _set("requests", 8,
        "Threads that make pages and descriptions.", "threads", (1, 256))
    drain_seconds: float = _set("running", 10.0,
        "How long SIGTERM waits for answers that are under way.", "seconds", (0, 3_600))
    log: str = _set("running", "hash",
        "What the log tells of a query: nothing, its hash, or its text.", allowed=("none", "hash", "text"))
    # fmt: on

    origins: Mapping[str, Origin] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        problems = []
        for option in options():
            try:
                object.__setattr__(self, option.name, option.check(getattr(self, option.name)))
            except ValueError as error:
                problems.append(str(error))
        _refuse(problems or list(self._contradictions()))

    @classmethod
    def read(cls, file: Path | None, environ: Mapping[str, str], flags: Mapping[str, object]) -> Self:
        """The settings that hold, of defaults, a file, the environment and flags.

        :param file: in TOML; None for the one that PILOTGRAPH_SETTINGS names, if any.
        :param environ: as `os.environ`; what does not begin with PILOTGRAPH_ is not looked at.
        :param flags: values, or texts of them, by the name of the setting; None is no value.
        :raises SettingsError: if anything is wrong, with all that is.
        """
        known = {option.name: option for option in options()}
        values: dict[str, Any] = {}
        origins: dict[str, Origin] = {}
        problems: list[str] = []
        for name, value, origin in _given(file, environ, flags, problems):
            option, before = known.get(name), origins.get(name)
            if option is None:
                problems.append(f"{origin.place}: {_unknown(name, value, origin.source)}")
                continue
            if before and before.source is origin.source:
                problems.append(f"{origin.place}: {name} stands in {before.place} too: keep one of them")
            textual = isinstance(value, str) and origin.source is not Source.FILE
            try:
                values[name] = option.read(str(value)) if textual else option.check(value)
            except ValueError as error:
                problems.append(f"{origin.place}: {error}")
            origins[name] = origin
        _refuse(problems)
        return cls(**values, origins=origins)

    @property
    def body_bytes(self) -> int:
        """The largest body of a request: a form may write three bytes for one."""
        return 3 * self.query_kb * 1_000 + 10_000

    def values(self) -> dict[str, int | float | str]:
        """The settings by name, for another process."""
        return {each.name: getattr(self, each.name) for each in options()}

    def rows(self) -> list[Row]:
        """What holds, for each setting, in the order of the table."""
        return [
            Row(each.name, toml(getattr(self, each.name)), each.unit, str(self._origin(each.name)), each.help)
            for each in options()
        ]

    def _origin(self, name: str) -> Origin:
        return self.origins.get(name, Origin(Source.DEFAULT))

    def _contradictions(self) -> Iterator[str]:
        for small, large in _ORDERED:
            if getattr(self, small) > getattr(self, large):
                place = self._origin(small).place or self._origin(large).place
                low, high = (f"{name} = {toml(getattr(self, name))}" for name in (small, large))
                said = f"{low} ({self._origin(small)}) is over {high} ({self._origin(large)})"
                yield (f"{place}: " if place else "") + f"{said}: lower the one or raise the other"


_OPTIONS = tuple(Option(name=each.name, **each.metadata) for each in fields(Settings) if each.metadata)
# With a first one over its second, what it allows could not be reached, or never sent.
_ORDERED = (("slow_per_client", "slow_workers"), ("answer_mb", "memory_mb"), ("answer_mb", "in_flight_mb"))


def options() -> tuple[Option, ...]:
    """All settings in their order, each with what the command line needs: flag, name, metavar, help."""
    return _OPTIONS


def as_text(settings: Settings) -> str:
    """The settings that hold, one a line, in aligned columns under a head."""
    rows = [Row("setting", "value", "unit", "from", "what it does"), *settings.rows()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "".join(f"{line}\n" for line in lines)


def as_markdown() -> str:
    """The table of all settings, as README shows it."""
    lines = ["| setting | default | may be | what it is |", "|---|---|---|---|"]
    part = ""
    for each in options():
        if each.part != part:
            part = each.part
            lines.append(f"| *{part}* | | | |")
        bounds = f"{toml(each.bounds[0])} to {toml(each.bounds[1])} {each.unit}".rstrip()
        allowed = each.wanted if isinstance(each.default, str) else bounds
        lines.append(f"| `{each.name}` | `{toml(each.default)}` | {allowed} | {each.help} |")
    return "\n".join(lines) + "\n"


def _given(
    file: Path | None, environ: Mapping[str, str], flags: Mapping[str, object], problems: list[str]
) -> Iterator[tuple[str, object, Origin]]:
    """Names and values with their origin, the later source last; `problems` gets what ends the file."""
    if file is None and FILE_VARIABLE in environ:
        file = Path(environ[FILE_VARIABLE])
    try:
        for key in toml_file.read(file) if file is not None else ():
            yield key.name, key.value, Origin(Source.FILE, f"{file}:{key.line}")
    except toml_file.BadFile as error:
        problems.append(str(error))
    for variable, text in sorted(environ.items()):
        if variable.startswith(PREFIX) and variable not in (FILE_VARIABLE, RELEASE_VARIABLE):
            yield variable.removeprefix(PREFIX).lower(), text, Origin(Source.ENVIRONMENT, variable)
    for name, value in flags.items():
        if value is not None:
            yield name, value, Origin(Source.FLAG, "--" + name.replace("_", "-"))


def _unknown(name: str, value: object, source: Source) -> str:
    """What to say of a name that no setting has; another is named as the source writes it."""
    said = f"there is no setting {shown(name)}"
    if isinstance(value, dict):
        return f"{said}; settings stand one a line, in no table"
    known = {option.name: option for option in options()}
    for near in get_close_matches(name, known, 1):
        option = known[near]
        written = {Source.ENVIRONMENT: option.variable, Source.FLAG: option.flag}.get(source, option.name)
        return f"{said}; did you mean {written}?"
    return f"{said}; --show-settings lists all"


def _refuse(problems: Sequence[str]) -> None:
    if problems:
        raise SettingsError("\n".join(problems))
