"""A class or a property -> a query that shows how it is used, for a reader to run and to change."""

import re
from collections.abc import Iterable, Mapping

from pyoxigraph import NamedNode
from rdflib import RDFS

from pilotgraph.constraints import Constraint
from pilotgraph.lexical import split
from pilotgraph.triples import LABELS

# How many properties of a class are shown beside its things, and how many rows.
_COLUMNS, _ROWS = 3, 20
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_SUB = NamedNode(RDFS.subClassOf)


def short(term: NamedNode, prefixes: Mapping[str, str]) -> tuple[str, str]:
    """A term as SPARQL takes it, and the prefix that it needs; or its IRI in brackets, and none."""
    found = [(len(space), name) for name, space in prefixes.items() if term.value.startswith(space)]
    length, name = max(found, default=(0, ""))
    local = term.value[length:]
    return (f"{name}:{local}", name) if name and _LOCAL.fullmatch(local) else (str(term), "")


def query_of_property(term: NamedNode, prefixes: Mapping[str, str]) -> str:
    """Things that have a property, and its values."""
    return _write(["thing", "value"], [f"?thing {short(term, prefixes)[0]} ?value"], [term], prefixes)


def query_of_class(
    term: NamedNode, asked: Iterable[Constraint], prefixes: Mapping[str, str], *, below: bool = False
) -> str:
    """Things of a class, with what each of them has: a label first, if they must have one.

    :param asked: what the shapes ask of the class.
    :param below: whether there are classes below it, whose things are meant too.
    """
    needed = [each.predicate for each in asked if each.least and not each.inverse]
    needed.sort(key=lambda each: each not in LABELS)
    columns: dict[str, NamedNode] = {}
    for each in needed:
        variable = re.sub("[^A-Za-z0-9_]", "", split(each.value)[1])
        if variable and variable != "thing":
            columns.setdefault(variable, each)
    shown = dict(list(columns.items())[:_COLUMNS])
    path = f"a/{short(_SUB, prefixes)[0]}*" if below else "a"
    patterns = [f"?thing {path} {short(term, prefixes)[0]}"]
    patterns += [f"{short(each, prefixes)[0]} ?{variable}" for variable, each in shown.items()]
    return _write(["thing", *shown], patterns, [term, *shown.values(), *([_SUB] if below else [])], prefixes)


def _write(
    variables: Iterable[str], patterns: Iterable[str], used: Iterable[NamedNode], prefixes: Mapping[str, str]
) -> str:
    names = sorted({name for each in used if (name := short(each, prefixes)[1])})
    head = [f"PREFIX {name}: <{prefixes[name]}>" for name in names]
    select = f"SELECT {' '.join(f'?{variable}' for variable in variables)} WHERE {{"
    return "\n".join([*head, select, "  " + " ;\n    ".join(patterns) + " .", "}", f"LIMIT {_ROWS}"])
