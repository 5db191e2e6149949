"""Published questions -> groups of them, by the classes that they rest on.

The head of a question names its terms.  It stands in the group of the class that it names first; one that
names properties only, in that of the class which the first of them is about, if the ontology says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode
from rdflib import OWL, RDFS

from pilotgraph.context import Context
from pilotgraph.questions import Question
from pilotgraph.triples import TYPE
from pilotgraph.vocabulary import Vocabulary

_CLASSES = frozenset((NamedNode(OWL.Class), NamedNode(RDFS.Class)))
_DOMAIN = NamedNode(RDFS.domain)


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Questions that rest on one class first; on none, if there is no `of_class`."""

    of_class: NamedNode | None
    questions: tuple[Question, ...]


def rests_on(question: Question, context: Context) -> list[NamedNode]:
    """The terms that the head of a question names."""
    return [NamedNode(context.expand(term)) for term, _ in question.terms]


def classes_of(question: Question, context: Context, vocabulary: Vocabulary) -> list[NamedNode]:
    """The classes that a question rests on, in the order of its head; or what its properties are about."""
    terms, ontology = rests_on(question, context), vocabulary.ontology
    named = [each for each in terms if not _CLASSES.isdisjoint(ontology.nodes(each, TYPE))]
    domains = [each for term in terms for each in ontology.nodes(term, _DOMAIN)]
    return list(dict.fromkeys(named or domains))


def group(
    questions: Iterable[Question], context: Context, vocabulary: Vocabulary
) -> tuple[list[QuestionGroup], dict[NamedNode, int]]:
    """Group questions, largest group first and what rests on no class last.

    :returns: the groups; and in how many questions each class occurs at all, by the name of the class.
    """
    found: dict[NamedNode | None, list[Question]] = {}
    totals: dict[NamedNode, int] = {}
    for question in questions:
        classes = classes_of(question, context, vocabulary)
        found.setdefault(classes[0] if classes else None, []).append(question)
        for each in classes:
            totals[each] = totals.get(each, 0) + 1
    groups = [QuestionGroup(of_class, tuple(members)) for of_class, members in found.items()]
    groups.sort(
        key=lambda each: (
            each.of_class is None,
            -len(each.questions),
            vocabulary.name(each.of_class) if each.of_class else "",
        )
    )
    return groups, dict(sorted(totals.items(), key=lambda pair: vocabulary.name(pair[0])))
