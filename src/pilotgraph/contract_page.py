"""The lines of the HTTP contract -> what the page /contract shows: said once, what is the same for many.

Kinds of address of one sense stand together.  What every address does alike, whatever it is (HEAD, OPTIONS,
304, 405, 406 and how Accept is read), the page says in words; here are the answers to GET, and to methods
that send something.  No HTTP here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pilotgraph.contract_lines import BROWSER, NOTHING_OF_OURS, READ, Expected, Kind, lines

_ALIKE = (None, "*/*", BROWSER, NOTHING_OF_OURS)


@dataclass(frozen=True, slots=True)
class Row:
    """Requests whose answers are alike. `besides` are headers that not all answers of the group have."""

    path: str
    method: str
    accepted: Sequence[str]
    expected: Expected
    besides: Sequence[str]


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds of address of one sense.

    `paths` are their addresses, each with one of this site as an example, or nothing; `headers` what all
    their answers have; `methods` are empty if they are those that every address takes.
    """

    name: str
    sense: str
    paths: Mapping[str, str]
    methods: Sequence[str]
    headers: Sequence[str]
    rows: Sequence[Row]


def groups(kinds: Iterable[Kind], prefix: str, names: Mapping[str, str]) -> list[Group]:
    """Put kinds of address in groups, in the order in which they come.

    :param prefix: the path of the site.
    :param names: what stands for the names in paths, where the site has something of the kind.
    """
    alike: dict[str, list[Kind]] = {}
    for kind in kinds:
        alike.setdefault(kind.sense, []).append(kind)
    return [_group(sense, members, prefix, names) for sense, members in alike.items()]


def _group(sense: str, kinds: Sequence[Kind], prefix: str, names: Mapping[str, str]) -> Group:
    answers = [(kind, *answer) for kind in kinds for answer in _answers(kind)]
    headers = [_headers(expected) for _, _, _, expected in answers]
    common = [each for each in headers[0] if all(each in others for others in headers)]
    return Group(
        _name([kind.name for kind in kinds]),
        sense,
        {
            kind.path: prefix + kind.path.format_map(names) if kind.names <= set(names) else ""
            for kind in kinds
        },
        () if tuple(kinds[0].methods) == READ else kinds[0].methods,
        _joined(common),
        [
            Row(
                kind.path,
                method,
                accepted,
                expected,
                _joined([each for each in _headers(expected) if each not in common]),
            )
            for kind, method, accepted, expected in answers
        ],
    )


def _name(names: Sequence[str]) -> str:
    stems = list(dict.fromkeys(name.partition(", ")[0] for name in names))
    if len(names) == 1:
        return names[0]
    return f"{stems[0]}, by suffix" if len(stems) == 1 else ", ".join(stems)


def _answers(kind: Kind) -> Iterator[tuple[str, Sequence[str], Expected]]:
    """Methods, with what is taken, and the answers; with nothing taken if that decides nothing."""
    known = {each for _, each in kind.answers}
    told = {*_ALIKE, *(accept for accept, _ in kind.cases)}
    found: dict[tuple[str, Expected], list[str]] = {}
    for line in lines([kind]):
        if line.method == "GET" and not line.held and line.expected in known:
            accepted = found.setdefault((line.method, line.expected), [])
            accepted += [line.accept] if line.accept and line.accept not in told else []
        elif line.body:
            found[line.method, line.expected] = [line.body[1]]
    for (method, expected), accepted in found.items():
        yield method, accepted, expected


def _headers(expected: Expected) -> list[tuple[str, str]]:
    """The headers of an answer besides those that every answer has, with their values or one of them."""
    found = [("Link", each) for each in expected.links]
    found += [("Vary", "Accept")] if expected.varies else []
    found += [("ETag", "")] if expected.held else []
    return found + ([("Cache-Control", expected.cache)] if expected.cache else [])


def _joined(headers: Iterable[tuple[str, str]]) -> list[str]:
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name, []).extend([value] if value else [])
    return [f"{name}: {', '.join(each)}" if each else name for name, each in values.items()]
