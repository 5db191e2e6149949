"""The parameters of a published question -> the fields of a form, filled in.

A thing is chosen by its name among those that are like the default; a number, a year or a day is typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import NamedNode
from rdflib import XSD

from pilotgraph.edition import Edition
from pilotgraph.parameters import Parameter
from pilotgraph.questions import Question

_INPUTS = {
    str(XSD.integer): ("number", "1"),
    str(XSD.decimal): ("number", "any"),
    str(XSD.gYear): ("number", "1"),
    str(XSD.date): ("date", ""),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a field offers, as it is sent, as it is read, and as a query has it."""

    value: str
    text: str
    language: str = ""
    term: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter. It is chosen if there are `choices`, and else typed; `type` is that of HTML's inputs.

    What is typed becomes a literal of a query in quotation marks, with `end` behind them.
    """

    name: str
    description: str
    value: str
    type: str = "text"
    step: str = ""
    choices: tuple[Choice, ...] = ()
    wrong: bool = False
    end: str = ""


def fields(edition: Edition, question: Question, given: Mapping[str, str], wrong: str = "") -> list[Field]:
    """Return the form of a question, with what was given or the defaults in it.

    :param wrong: the name of the parameter whose value was refused.
    """
    return [_field(edition, each, given.get(each.name), each.name == wrong) for each in question.parameters]


def _field(edition: Edition, parameter: Parameter, given: str | None, wrong: bool) -> Field:
    default = parameter.default
    if isinstance(default, NamedNode):
        value = edition.context.compact(default.value) if given is None else given
        choices = _alike(edition, default.value)
        if value not in {each.value for each in choices}:
            term = str(default) if given is None else ""
            choices = (Choice(value, value, term=term), *choices)
        return Field(parameter.name, parameter.description, value, choices=choices, wrong=wrong)
    value = default.value if given is None else given
    if default.datatype.value == str(XSD.boolean):
        truth = tuple(
            Choice(each, text, term=f'"{each}"^^{default.datatype}')
            for each, text in (("true", "yes"), ("false", "no"))
        )
        return Field(parameter.name, parameter.description, value, choices=truth, wrong=wrong)
    # A browser would not show what is no number in a field for numbers.
    kind, step = ("text", "") if wrong else _INPUTS.get(default.datatype.value, ("text", ""))
    end = f"@{default.language}" if default.language else f"^^{default.datatype}"
    return Field(parameter.name, parameter.description, value, kind, step, wrong=wrong, end=end)


@lru_cache(maxsize=256)
def _alike(edition: Edition, iri: str) -> tuple[Choice, ...]:
    """The things to choose from, by name; a release does not change."""
    things = edition.lookup.alike(iri)
    names = edition.lookup.names(things)
    found = ((each, edition.describer.value(NamedNode(each), names)) for each in things)
    choices = (
        Choice(
            edition.context.compact(each),
            f"{value.text} ({value.notation})" if value.notation else value.text,
            value.language,
            str(NamedNode(each)),
        )
        for each, value in found
    )
    return tuple(sorted(choices, key=lambda choice: (choice.text.casefold(), choice.value)))
