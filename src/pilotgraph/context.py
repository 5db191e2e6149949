"""JSON-LD context bytes -> `Context`: what each key of a record means.

The project's `context.jsonld` is the one place that gives YAML keys a meaning.  Any JSON-LD 1.1
processor can read it; here it is held to a strict subset, so that a table can do the mapping and a
stock processor, given every scalar as a string, still gets the same graph:

* `@version` 1.1;
* a prefix: a name for an absolute IRI with ://, that ends in #, / or :
* `@id` and `@type` under another name, each exactly once: `"id": "@id"`;
* a class: a name with a capital, for an IRI or CURIE: `"Person": "foaf:Person"`;
* a property: any other name, for an IRI or CURIE, or for a map with `@id` (or `@reverse`) and, if
  wanted, `@type` (`@id` or one of LITERALS), `@language`, `"@container": "@set"`.

Anything else is refused with its place, `@base` and `@vocab` too: a document's base is the `base` that
the caller gives (the `base` option of the JSON-LD API), and a key that is not defined is an error.
See <https://www.w3.org/TR/json-ld11/#the-context>.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Self

from pilotgraph.document import Map, Node, Text, quoted, read
from pilotgraph.errors import ContextError, Position, Problem, Severity
from pilotgraph.lexical import LITERALS, XSD, BadValue, is_iri, is_relative

# A colon after one of these is not that of a CURIE whose prefix was forgotten.
SCHEMES = frozenset(("doi", "ftp", "http", "https", "info", "mailto", "tag", "tel", "urn"))

_WHOLE = 'a context file is {"@context": {…}}, a map, and no more'

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Term:
    """What a name in the context stands for: a class, or else a property.

    `type` is "@id", the IRI of a datatype, or None for a text (with a language, if `language` is set).
    With `reverse`, the value has the property and the record is its object.
    """

    name: str
    iri: str
    position: Position
    is_class: bool = False
    type: str | None = None
    language: str | None = None
    reverse: bool = False


@dataclass(frozen=True, eq=False)
class Context:
    """The meaning of the keys. `id_key` and `type_key` are the names for `@id` and `@type`."""

    terms: dict[str, Term]
    prefixes: dict[str, str]
    base: str
    id_key: str
    type_key: str

    @cached_property
    def _names(self) -> dict[str, str]:
        """IRIs of terms to names, the first of several."""
        return {term.iri: term.name for term in reversed(self.terms.values()) if not term.reverse}

    @classmethod
    def read(cls, content: bytes, path: str, base: str) -> Self:
        """Read a context file.

        :param base: the IRI that relative references are below; ends in "/".
        :raises DocumentError: if it cannot be read at all.
        :raises ContextError: with all that is outside the subset.
        """
        reader = _Reader()
        reader.read(read(content, path))
        try:
            # YAML takes comments and a last comma; who else reads this file may not.
            json.loads(content)
        except json.JSONDecodeError as error:
            reader.refuse(Position(path, error.lineno, error.colno), f"this is not JSON: {error.msg}")
        if reader.problems:
            raise ContextError(sorted(reader.problems))
        context = cls(reader.terms, reader.prefixes, "", reader.aliases["@id"], reader.aliases["@type"])
        return context.with_base(base)

    def with_base(self, base: str) -> Self:
        """The same context for records whose relative references are below `base`.

        :raises ValueError: if `base` is not an absolute IRI that ends in "/".
        """
        if not is_iri(base) or not base.endswith("/") or "?" in base or "#" in base:
            raise ValueError(f"{quoted(base)} is not an absolute IRI that ends in /")
        return replace(self, base=base)

    def expand(self, text: str) -> str:
        """The IRI that a text stands for: a CURIE, an absolute IRI, or a reference below `base`.

        :raises BadValue: if it stands for none.
        """
        head, colon, _ = text.partition(":")
        if not colon or "/" in head:
            if not is_relative(text):
                raise BadValue(
                    f"{quoted(text)} is not a legal IRI; one below {self.base} is names with / between them"
                )
            return self.base + text
        return _absolute(text, self.prefixes)

    def compact(self, iri: str) -> str:
        """The shortest way to write an IRI: below the base, as a term, as a CURIE, or as it is."""
        if iri.startswith(self.base) and is_relative(below := iri[len(self.base) :]):
            return below
        if iri in self._names:
            return self._names[iri]
        return self.curie(iri) or iri

    def name(self, iri: str) -> str:
        """What an IRI is called in messages: as `compact` has it, and between < and > if it stays whole."""
        short = self.compact(iri)
        return short if short != iri else f"<{iri}>"

    def curie(self, iri: str) -> str:
        """The shortest CURIE for an IRI; empty if there is none."""
        found = [(len(space), name) for name, space in self.prefixes.items() if iri.startswith(space)]
        length, name = max(found, default=(0, ""))
        # What follows the colon of a CURIE never starts with //: that would be a scheme's colon.
        return (
            f"{name}:{iri[length:]}"
            if name and len(iri) > length and not iri.startswith("//", length)
            else ""
        )

    def key(self, iri: str) -> str | None:
        """The first key for a property, if the context has one."""
        terms = self.terms.values()
        return next((t.name for t in terms if t.iri == iri and not t.reverse and not t.is_class), None)


def _absolute(text: str, prefixes: dict[str, str]) -> str:
    """A CURIE's IRI, or an absolute IRI as it is; `text` holds a colon."""
    head, _, tail = text.partition(":")
    if head in prefixes and not tail.startswith("//"):
        if not tail:
            raise BadValue(f"{quoted(text)} has nothing after its colon; write the name")
        iri = prefixes[head] + tail
    elif head in SCHEMES:
        iri = text
    else:
        raise BadValue(f"unknown prefix {quoted(head)}{suggestion(head, prefixes)}")
    if not is_iri(iri):
        raise BadValue(
            f"{quoted(text)} is not a legal IRI; a space is %20, and a bracket or quote too has a code"
        )
    return iri


def suggestion(name: str, names: Iterable[str]) -> str:
    """The end of a message: the nearest name, if one is near."""
    nearest = get_close_matches(name, names, 1)
    return f"; did you mean {quoted(nearest[0])}?" if nearest else ""


class _Reader:
    """Collects what a context file defines, and what is wrong with it."""

    def __init__(self) -> None:
        self.terms: dict[str, Term] = {}
        self.prefixes: dict[str, str] = {}
        self.aliases: dict[str, str] = {}
        self.problems: list[Problem] = []

    def refuse(self, position: Position, message: str) -> None:
        self.problems.append(Problem(position, Severity.ERROR, message))

    def read(self, document: Map) -> None:
        definitions: list[tuple[Text, Node]] = []
        for key, node in document.entries:
            if key.text == "@context" and isinstance(node, Map):
                definitions += node.entries
            else:
                self.refuse(key.position, _WHOLE)
        if not document.entries:
            self.refuse(document.position, _WHOLE)
        terms = [(key, node) for key, node in definitions if not self.define(key, node)]
        for key, node in terms:
            self.define_term(key, node)
        for keyword in ("@id", "@type"):
            if keyword not in self.aliases and document.entries:
                self.refuse(document.position, f'no name for {keyword}; add "{keyword[1:]}": "{keyword}"')

    def define(self, key: Text, node: Node) -> bool:
        """Take in what needs no prefix; False if it is a term."""
        name = key.text
        text = node.text if isinstance(node, Text) else ""
        if name == "@version":
            if not (isinstance(node, Text) and node.plain and text == "1.1"):
                self.refuse(node.position, "@version is the number 1.1")
        elif name.startswith("@"):
            self.refuse(key.position, f"{name} is outside our subset of JSON-LD; remove it")
        elif not _NAME.fullmatch(name):
            self.refuse(
                key.position, f"{quoted(name)} is not a name: letters, digits, _ and -, a letter first"
            )
        elif text in ("@id", "@type"):
            if text in self.aliases:
                self.refuse(key.position, f"{text} is {quoted(self.aliases[text])} already; keep one name")
            self.aliases.setdefault(text, name)
        elif text.endswith(("#", "/", ":")):
            # Without //, a stock processor would look for a prefix in it.
            if not (is_iri(text) and "://" in text):
                self.refuse(
                    node.position, f"a prefix stands for an IRI such as https://…/, not {quoted(text)}"
                )
            self.prefixes[name] = text
        else:
            return False
        return True

    def define_term(self, key: Text, node: Node) -> None:
        name, position = key.text, key.position
        if isinstance(node, Text):
            iri = self.expand(node)
            self.terms[name] = Term(name, iri, position, is_class=name[0].isupper())
            return
        if not isinstance(node, Map):
            self.refuse(node.position, f"{quoted(name)} stands for an IRI, or for a map with @id")
            return
        parts: dict[str, Text] = {}
        for part, value in node.entries:
            if part.text not in ("@id", "@reverse", "@type", "@language", "@container"):
                self.refuse(part.position, f"{quoted(part.text)} is outside our subset of JSON-LD; remove it")
            elif isinstance(value, Text) and not value.plain:
                parts[part.text] = value
            else:
                self.refuse(value.position, f"{part.text} takes a string")
        if ("@id" in parts) == ("@reverse" in parts):
            self.refuse(position, f"{quoted(name)} needs @id or @reverse, and not both")
            return
        reverse = "@reverse" in parts
        iri = self.expand(parts["@reverse" if reverse else "@id"])
        kind, language = self.kind(parts), self.language(parts)
        if reverse and kind != "@id":
            self.refuse(
                position, f'{quoted(name)} is a @reverse, so its values are things: add "@type": "@id"'
            )
        container = parts.get("@container")
        if container and container.text != "@set":
            self.refuse(container.position, f"@container is @set or absent, not {quoted(container.text)}")
        self.terms[name] = Term(name, iri, position, type=kind, language=language, reverse=reverse)

    def expand(self, node: Text) -> str:
        if ":" not in node.text:
            self.refuse(node.position, f"{quoted(node.text)} is neither a CURIE nor an absolute IRI")
            return ""
        try:
            return _absolute(node.text, self.prefixes)
        except BadValue as error:
            self.refuse(node.position, str(error))
            return ""

    def kind(self, parts: dict[str, Text]) -> str | None:
        node = parts.get("@type")
        if node is None or node.text == "@id":
            return node and node.text
        iri = self.expand(node)
        if iri and iri not in LITERALS:
            names = ", ".join(sorted(datatype.removeprefix(XSD) for datatype in LITERALS))
            self.refuse(node.position, f"@type is @id or one of these of XML Schema: {names}")
        return iri

    def language(self, parts: dict[str, Text]) -> str | None:
        node = parts.get("@language")
        if node is None:
            return None
        if "@type" in parts:
            self.refuse(node.position, "a value has a @type or a @language, not both")
        if not _LANGUAGE.fullmatch(node.text):
            self.refuse(node.position, f"{quoted(node.text)} is not a language tag, such as en or en-GB")
        return node.text.lower()
