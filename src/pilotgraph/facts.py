"""Files of `tests/coverage/` -> facts that the graph is to hold, with the triple patterns that ask for them.

A fact has a number, a sentence for people, and one of three:

* `ask`: triple patterns, in SPARQL's words, that match only if the graph holds the fact;
* `same`: the numbers of facts that it says again;
* `excluded`: why it has no place in the graph.

Patterns are plain: no FILTER, no OPTIONAL, no path.  So each names triples, and a fact is lost with any one
of them.  What is plain is what can stand on both sides of a CONSTRUCT, and the engine's own parser says so.
Relative IRIs are below the base, prefixes are the context's.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter

import pyoxigraph as ox

from pilotgraph.context import Context
from pilotgraph.document import Items, Map, Node, Text, quoted
from pilotgraph.errors import Position, Problem, Severity
from pilotgraph.queries import query_error

FOLDER = "tests/coverage"

_KEYS = ("fact", "ask", "same", "excluded")
_KINDS = _KEYS[1:]
_WANTED = f"a fact has one of {', '.join(_KINDS)}"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. Of `ask`, `same` and `excluded`, one is not empty."""

    number: str
    position: Position
    text: str = ""
    ask: str = ""
    same: tuple[str, ...] = ()
    excluded: str = ""


def read(content: Map, context: Context, problems: list[Problem]) -> list[Fact]:
    """The facts of one file, without those that cannot be used: what is wrong is added to `problems`."""
    found = []
    for key, node in content.entries:
        try:
            found.append(_fact(key, node, context))
        except _Refused as refused:
            problems.append(Problem(refused.position, Severity.ERROR, f"{key.text}: {refused}"))
    return found


def check(facts: Iterable[Fact]) -> Iterator[Problem]:
    """What is wrong between facts: numbers and asks that occur twice, and `same` without a fact."""
    facts = sorted(facts, key=attrgetter("position"))
    numbers: dict[str, Fact] = {}
    asked: dict[str, Fact] = {}
    for fact in facts:
        first = numbers.setdefault(fact.number, fact)
        if first is not fact:
            said = f"{fact.number} stands at {first.position.path}:{first.position.line} already"
            yield Problem(fact.position, Severity.ERROR, said)
        elif fact.ask:
            first = asked.setdefault(" ".join(fact.ask.split()), fact)
            if first is not fact:
                said = f"{fact.number} asks the same as {first.number}; say so, with `same`, or ask for more"
                yield Problem(fact.position, Severity.ERROR, said)
    for fact in facts:
        for number in fact.same:
            if number not in numbers or numbers[number].same:
                said = f"{fact.number} is the same as {number}, which is no fact with an ask or a reason"
                yield Problem(fact.position, Severity.ERROR, said)


def triples(store: ox.Store, fact: Fact, context: Context) -> list[ox.Triple]:
    """The triples that an ask matches; none if the graph does not hold the fact."""
    found = store.query(
        _construct(fact.ask, context), prefixes=context.prefixes, use_default_graph_as_union=True
    )
    if not isinstance(found, ox.QueryTriples):
        raise TypeError(fact.ask)
    return list(found)


def _construct(ask: str, context: Context) -> str:
    # Each ask begins a line, so that a slip in it is in the line that the curator sees, and one more.
    return f"BASE <{context.base}> CONSTRUCT {{\n{ask}\n}} WHERE {{\n{ask}\n}}"


class _Refused(Exception):
    def __init__(self, position: Position, message: str) -> None:
        self.position = position
        super().__init__(message)


def _fact(key: Text, node: Node, context: Context) -> Fact:
    if not isinstance(node, Map):
        raise _Refused(node.position, _WANTED)
    said = {each.text: value for each, value in node.entries}
    for each, _ in node.entries:
        if each.text not in _KEYS:
            raise _Refused(each.position, f"{quoted(each.text)} is none of {', '.join(_KEYS)}")
    if len(said.keys() & set(_KINDS)) != 1:
        raise _Refused(key.position, _WANTED)
    text = _text(said["fact"]) if "fact" in said else ""
    if "same" in said:
        return Fact(key.text, key.position, text, same=_numbers(said["same"]))
    if "excluded" in said:
        return Fact(key.text, key.position, text, excluded=_text(said["excluded"]))
    if not text:
        raise _Refused(key.position, "say in a sentence, under `fact`, what is asked for")
    ask = _text(said["ask"])
    if slip := query_error(_construct(ask, context), context.prefixes):
        said_so = f"an ask is plain triple patterns, and its line {max(slip[1] - 1, 1)} is not: {slip[0]}"
        raise _Refused(said["ask"].position, said_so)
    return Fact(key.text, key.position, text, ask)


def _text(node: Node) -> str:
    if not isinstance(node, Text) or not node.text.strip():
        raise _Refused(node.position, "a text is wanted here")
    return " ".join(node.text.split()) if node.plain else node.text


def _numbers(node: Node) -> tuple[str, ...]:
    nodes = node.nodes if isinstance(node, Items) else (node,)
    if not nodes:
        raise _Refused(node.position, "the numbers of facts are wanted here")
    return tuple(number for each in nodes for number in re.split(r"[,\s]+", _text(each).strip()))
