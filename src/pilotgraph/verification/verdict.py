"""What a check has found: values that pass from one process to another as JSON."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, Self

from pilotgraph.controls import printable

# Of a release in which everything is wrong, people want to know that, and not each of a million lines.
MOST_FAULTS = 200
_MOST_CHARACTERS = 500


class Fault(NamedTuple):
    """Something that is not as it should be. `where` is a path in the release, or an IRI."""

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check. `said` is what was looked at, and `left_out` why it could not be, or nothing.

    Whatever it was told, its texts fit on a terminal and cannot steer one.
    """

    check: str
    said: str = ""
    faults: tuple[Fault, ...] = ()
    left_out: str = ""

    def __post_init__(self) -> None:
        faults = tuple(Fault(plain(each.where), plain(each.message)) for each in self.faults)
        object.__setattr__(self, "faults", faults)
        for name in ("check", "said", "left_out"):
            object.__setattr__(self, name, plain(getattr(self, name)))

    @classmethod
    def of(cls, check: str, said: str, faults: Iterable[Fault]) -> Self:
        """Collect the faults, as many as anybody will read."""
        rest = iter(faults)
        found = list(islice(rest, MOST_FAULTS))
        if next(rest, None):
            found.append(Fault("", f"and more: the first {MOST_FAULTS} are told"))
        return cls(check, said, tuple(found))

    @property
    def status(self) -> str:
        if self.left_out:
            return "left out"
        return "failed" if self.faults else "ok"

    def as_json(self) -> dict[str, Any]:
        faults = [fault._asdict() for fault in self.faults]
        return {
            "check": self.check,
            "status": self.status,
            "said": self.left_out or self.said,
            "faults": faults,
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Self:
        faults = tuple(Fault(each["where"], each["message"]) for each in row["faults"])
        if row["status"] == "left out":
            return cls(row["check"], left_out=row["said"])
        return cls(row["check"], row["said"], faults)


def plain(text: str) -> str:
    """A text that fits on a terminal and cannot steer one."""
    shown = printable(text[:_MOST_CHARACTERS])
    return shown if len(text) <= _MOST_CHARACTERS else f"{shown}…"
