"""JSON-LD contexts: what the subset holds, what is refused and where, and IRIs from and to text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotgraph.context import Context, Term, suggestion
from pilotgraph.errors import ContextError, DocumentError, Position
from pilotgraph.lexical import XSD, BadValue, is_iri

BASE = "https://example.org/id/"
SMALL = """{"@context": {
  "@version": 1.1,
  "ex": "https://example.org/terms#",
  "dct": "http://purl.org/dc/terms/",
  "short": "https://example.org/",
  "xsd": "http://www.w3.org/2001/XMLSchema#",
  "id": "@id", "kind": "@type",
  "Boat": "ex:Boat",
  "note": "https://example.org/terms#note",
  "name": {"@id": "ex:name", "@language": "en-GB"},
  "length": {"@id": "ex:length", "@type": "xsd:decimal"},
  "owner": {"@id": "dct:publisher", "@type": "@id", "@container": "@set"},
  "crew": {"@reverse": "ex:sailsOn", "@type": "@id"},
  "CallSign": {"@id": "ex:callSign"}
}}"""


def small() -> Context:
    return Context.read(SMALL.encode(), "c.jsonld", BASE)


def problems(content: str) -> list[str]:
    with pytest.raises(ContextError) as caught:
        Context.read(content.encode(), "c.jsonld", BASE)
    return [str(problem) for problem in caught.value.problems]


def test_a_context_is_a_table() -> None:
    context = small()
    assert context.id_key == "id"
    assert context.type_key == "kind"
    assert context.base == BASE
    assert context.prefixes == {
        "ex": "https://example.org/terms#",
        "dct": "http://purl.org/dc/terms/",
        "short": "https://example.org/",
        "xsd": XSD,
    }
    ex = "https://example.org/terms#"

    def place(line: int) -> Position:
        return Position("c.jsonld", line, 3)

    assert list(context.terms.values()) == [
        Term("Boat", ex + "Boat", place(8), is_class=True),
        Term("note", ex + "note", place(9)),
        Term("name", ex + "name", place(10), language="en-gb"),
        Term("length", ex + "length", place(11), type=XSD + "decimal"),
        Term("owner", "http://purl.org/dc/terms/publisher", place(12), type="@id"),
        Term("crew", ex + "sailsOn", place(13), type="@id", reverse=True),
        Term("CallSign", ex + "callSign", place(14)),
    ]


def test_prefixes_may_follow_their_use() -> None:
    content = '{"@context": {"a": "ex:a", "id": "@id", "type": "@type", "ex": "https://example.org/"}}'
    assert Context.read(content.encode(), "c.jsonld", BASE).terms["a"].iri == "https://example.org/a"


@pytest.mark.parametrize(
    ("definitions", "expected"),
    [
        pytest.param(
            '"@vocab": "https://example.org/"',
            "2:1: error: @vocab is outside our subset of JSON-LD; remove it",
            id="@vocab",
        ),
        pytest.param(
            '"@base": "https://example.org/"',
            "2:1: error: @base is outside our subset of JSON-LD; remove it",
            id="@base",
        ),
        pytest.param(
            '"@language": "en"',
            "2:1: error: @language is outside our subset of JSON-LD; remove it",
            id="a default",
        ),
        pytest.param(
            '"@version": "1.1"', "2:13: error: @version is the number 1.1", id="a version that is a text"
        ),
        pytest.param('"@version": 1.0', "2:13: error: @version is the number 1.1", id="another version"),
        pytest.param(
            '"ex:a": "ex:a"',
            '2:1: error: "ex:a" is not a name: letters, digits, _ and -, a letter first',
            id="a CURIE as a name",
        ),
        pytest.param(
            '"": "ex:a"',
            '2:1: error: "" is not a name: letters, digits, _ and -, a letter first',
            id="an empty name",
        ),
        pytest.param(
            '"uri": "@id"', '2:1: error: @id is "id" already; keep one name', id="two names for @id"
        ),
        pytest.param(
            '"p": "terms/"',
            '2:6: error: a prefix stands for an IRI such as https://…/, not "terms/"',
            id="a prefix that is relative",
        ),
        pytest.param(
            '"p": "ex:terms#"',
            '2:6: error: a prefix stands for an IRI such as https://…/, not "ex:terms#"',
            id="a prefix made with a prefix",
        ),
        pytest.param(
            '"a": "name"',
            '2:6: error: "name" is neither a CURIE nor an absolute IRI',
            id="a term for a term",
        ),
        pytest.param(
            '"a": "exx:a"', '2:6: error: unknown prefix "exx"; did you mean "ex"?', id="a prefix misspelt"
        ),
        pytest.param('"a": "_:b"', '2:6: error: unknown prefix "_"', id="a blank node"),
        pytest.param(
            '"a": "ex:a b"',
            '2:6: error: "ex:a b" is not a legal IRI; a space is %20, and a bracket or quote too has a code',
            id="an IRI with a space",
        ),
        pytest.param(
            '"a": null', '2:6: error: "null" is neither a CURIE nor an absolute IRI', id="a term switched off"
        ),
        pytest.param(
            '"a": ["ex:a"]', '2:6: error: "a" stands for an IRI, or for a map with @id', id="a list"
        ),
        pytest.param(
            '"a": {}', '2:1: error: "a" needs @id or @reverse, and not both', id="a map without an IRI"
        ),
        pytest.param(
            '"a": {"@id": "ex:a", "@reverse": "ex:a", "@type": "@id"}',
            '2:1: error: "a" needs @id or @reverse, and not both',
            id="a map with two IRIs",
        ),
        pytest.param(
            '"a": {"@id": ["ex:a"]}',
            '2:1: error: "a" needs @id or @reverse, and not both\nc.jsonld:2:14: error: @id takes a string',
            id="a list of IRIs",
        ),
        pytest.param(
            '"a": {"@id": "ex:a", "@type": "@vocab"}',
            '2:31: error: "@vocab" is neither a CURIE nor an absolute IRI',
            id="@type @vocab",
        ),
        pytest.param(
            '"a": {"@id": "ex:a", "@type": "xsd:float"}',
            "2:31: error: @type is @id or one of these of XML Schema: "
            "anyURI, boolean, date, dateTime, decimal, gYear, gYearMonth, integer, string",
            id="a datatype without a canonical form here",
        ),
        pytest.param(
            '"a": {"@id": "ex:a", "@type": "@id", "@language": "en"}',
            "2:51: error: a value has a @type or a @language, not both",
            id="a type and a language",
        ),
        pytest.param(
            '"a": {"@id": "ex:a", "@language": "in English"}',
            '2:35: error: "in English" is not a language tag, such as en or en-GB',
            id="a language that is no tag",
        ),
        pytest.param(
            '"a": {"@id": "ex:a", "@language": null}',
            "2:35: error: @language takes a string",
            id="a language switched off",
        ),
        pytest.param(
            '"a": {"@id": "ex:a", "@container": "@list"}',
            '2:36: error: @container is @set or absent, not "@list"',
            id="an ordered list",
        ),
        pytest.param(
            '"a": {"@id": "ex:a", "@context": {}, "@nest": "b"}',
            '2:22: error: "@context" is outside our subset of JSON-LD; remove it\n'
            'c.jsonld:2:38: error: "@nest" is outside our subset of JSON-LD; remove it',
            id="all that is outside the subset",
        ),
        pytest.param(
            '"a": {"@reverse": "ex:a"}',
            '2:1: error: "a" is a @reverse, so its values are things: add "@type": "@id"',
            id="a reverse of texts",
        ),
    ],
)
def test_what_is_outside_the_subset(definitions: str, expected: str) -> None:
    start = (
        '{"@context": {"id": "@id", "type": "@type", "ex": "https://example.org/", "xsd": "' + XSD + '",\n'
    )
    assert "\n".join(problems(f"{start}{definitions}}}}}")) == f"c.jsonld:{expected}"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "{}", ['1:1: error: a context file is {"@context": {…}}, a map, and no more'], id="nothing"
        ),
        pytest.param(
            '{"@context": "https://example.org/c"}',
            [
                '1:1: error: no name for @id; add "id": "@id"',
                '1:1: error: no name for @type; add "type": "@type"',
                '1:2: error: a context file is {"@context": {…}}, a map, and no more',
            ],
            id="a context elsewhere",
        ),
        pytest.param(
            '{"@context": {"id": "@id", "type": "@type"}, "@graph": []}',
            ['1:46: error: a context file is {"@context": {…}}, a map, and no more'],
            id="data beside the context",
        ),
        pytest.param(
            '{"@context": {"id": "@id", "type": "@type",\n}} # the end',
            ["2:1: error: this is not JSON: Expecting property name enclosed in double quotes"],
            id="YAML that is not JSON",
        ),
    ],
)
def test_what_is_not_a_context(content: str, expected: list[str]) -> None:
    assert problems(content) == [f"c.jsonld:{problem}" for problem in expected]


def test_a_context_that_cannot_be_read_is_a_document_error() -> None:
    with pytest.raises(DocumentError) as caught:
        Context.read(b'{"@context": {"a": "b"}', "c.jsonld", BASE)
    assert str(caught.value) == (
        "c.jsonld:2:1: error: this is not YAML: did not find expected ',' or '}'; "
        "a map in braces needs commas and a closing brace"
    )


@pytest.mark.parametrize(
    "base", ["", "id/", "https://example.org/id", "https://example.org/?/", "https://example.org/#/"]
)
def test_a_base_ends_in_a_slash(base: str) -> None:
    with pytest.raises(ValueError, match=r" is not an absolute IRI that ends in /$"):
        small().with_base(base)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("boat/anna", BASE + "boat/anna", id="below the base"),
        pytest.param("bátur/þórdís", BASE + "bátur/þórdís", id="in other letters"),
        pytest.param("a%20b", BASE + "a%20b", id="with a code"),
        pytest.param("ex:Boat", "https://example.org/terms#Boat", id="a CURIE"),
        pytest.param("short:a/b", "https://example.org/a/b", id="a CURIE with a slash"),
        pytest.param("https://example.org/x?y#z", "https://example.org/x?y#z", id="an absolute IRI"),
        pytest.param("http://example.org:80/", "http://example.org:80/", id="with a port"),
        pytest.param("urn:isbn:1", "urn:isbn:1", id="a URN"),
        pytest.param("mailto:a@example.org", "mailto:a@example.org", id="an address"),
        pytest.param("doi:10.1000/182", "doi:10.1000/182", id="a DOI"),
    ],
)
def test_expand(text: str, expected: str) -> None:
    assert small().expand(text) == expected


BELOW = f"is not a legal IRI; one below {BASE} is names with / between them"
ILLEGAL = "is not a legal IRI; a space is %20, and a bracket or quote too has a code"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", f'"" {BELOW}', id="nothing"),
        pytest.param("/boat", f'"/boat" {BELOW}', id="a leading slash"),
        pytest.param("boat/", f'"boat/" {BELOW}', id="a trailing slash"),
        pytest.param("boat//anna", f'"boat//anna" {BELOW}', id="an empty segment"),
        pytest.param("../boat", f'"../boat" {BELOW}', id="upwards"),
        pytest.param("boat/../anna", f'"boat/../anna" {BELOW}', id="upwards in the middle"),
        pytest.param("./boat", f'"./boat" {BELOW}', id="here"),
        pytest.param("boat?x", f'"boat?x" {BELOW}', id="a query"),
        pytest.param("boat#x", f'"boat#x" {BELOW}', id="a fragment"),
        pytest.param("boat/a:b", f'"boat/a:b" {BELOW}', id="a colon after a slash"),
        pytest.param("@id", f'"@id" {BELOW}', id="a keyword"),
        pytest.param("South Teal", f'"South Teal" {BELOW}', id="a name with a space"),
        pytest.param("a%2", f'"a%2" {BELOW}', id="half a code"),
        pytest.param("ex:", '"ex:" has nothing after its colon; write the name', id="a prefix alone"),
        pytest.param("exx:Boat", 'unknown prefix "exx"; did you mean "ex"?', id="a prefix misspelt"),
        pytest.param("HTTP://example.org/", 'unknown prefix "HTTP"', id="a scheme in capitals"),
        pytest.param("_:b0", 'unknown prefix "_"', id="a blank node"),
        pytest.param(":a", 'unknown prefix ""', id="an empty prefix"),
        pytest.param("ex:a b", f'"ex:a b" {ILLEGAL}', id="a CURIE with a space"),
        pytest.param("https://example.org/<a>", f'"https://example.org/<a>" {ILLEGAL}', id="angle brackets"),
        pytest.param('https://example.org/"', f'"https://example.org/"" {ILLEGAL}', id="a quote"),
        pytest.param("https://example.org/\\", f'"https://example.org/\\" {ILLEGAL}', id="a backslash"),
        pytest.param(
            "https://example.org/{a}|^`", f'"https://example.org/{{a}}|^`" {ILLEGAL}', id="a template"
        ),
        pytest.param("https://example.org/#a#b", f'"https://example.org/#a#b" {ILLEGAL}', id="two fragments"),
        pytest.param("https:example.org", f'"https:example.org" {ILLEGAL}', id="no host"),
        pytest.param("https:///a", f'"https:///a" {ILLEGAL}', id="an empty host"),
        pytest.param("https://a:b/", f'"https://a:b/" {ILLEGAL}', id="a port that is no number"),
    ],
)
def test_what_stands_for_no_iri(text: str, expected: str) -> None:
    with pytest.raises(BadValue) as caught:
        small().expand(text)
    assert str(caught.value) == expected


# What IRIs are made of, and what they are not.
pieces = st.sampled_from(
    [*"aé%/:?#@.-[]<> 2\ue000\U0001f600", "://", "%20", "..", "http", "urn:", "ex:", "https://e/"]
)


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        pytest.param(BASE + "boat/anna", "boat/anna", id="below the base"),
        pytest.param(BASE, "short:id/", id="the base itself is not below it"),
        pytest.param(BASE + "a?b", "short:id/a?b", id="what would not resolve to itself is not relative"),
        pytest.param("https://example.org/terms#Boat", "Boat", id="a class"),
        pytest.param("https://example.org/terms#note", "note", id="a property"),
        pytest.param(
            "https://example.org/terms#sailsOn", "ex:sailsOn", id="a reverse key is not the property"
        ),
        pytest.param("https://example.org/terms#other", "ex:other", id="the longest prefix"),
        pytest.param("https://example.org/", "https://example.org/", id="a prefix alone is no CURIE"),
        pytest.param(
            "https://example.org///a", "https://example.org///a", id="a CURIE never looks like a scheme"
        ),
        pytest.param("https://elsewhere.org/", "https://elsewhere.org/", id="anything else"),
    ],
)
def test_compact(iri: str, expected: str) -> None:
    assert small().compact(iri) == expected


@given(
    st.lists(pieces, max_size=8).map("".join),
    st.sampled_from([BASE, "https://example.org/", "https://example.org/terms#"]),
)
def test_what_is_compacted_expands_to_itself(text: str, space: str) -> None:
    context = small()
    iri = space + text
    if is_iri(iri) and context.compact(iri) not in context.terms:
        assert context.expand(context.compact(iri)) == iri


def test_a_term_has_a_curie_too() -> None:
    assert small().curie("https://example.org/terms#Boat") == "ex:Boat"
    assert small().curie("https://example.org/terms#") == ""


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        pytest.param("https://example.org/terms#name", "name", id="a property"),
        pytest.param("https://example.org/terms#sailsOn", None, id="not a reverse one"),
        pytest.param("https://example.org/terms#Boat", None, id="not a class"),
    ],
)
def test_key(iri: str, expected: str | None) -> None:
    assert small().key(iri) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [pytest.param("nmae", '; did you mean "name"?', id="near"), pytest.param("zzz", "", id="far")],
)
def test_suggestion(name: str, expected: str) -> None:
    assert suggestion(name, ["name", "length"]) == expected
