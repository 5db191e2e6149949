"""What we take for an IRI or a literal is one for the store, which writes it as we do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Store, parse

from pilotgraph.lexical import LITERALS, XSD, BadValue, is_iri, is_relative, split, write_text

# What IRIs are made of, and what they are not.
pieces = st.sampled_from(
    [*"aé%/:?#@.-[]<> 2\ue000\U0001f600", "://", "%20", "..", "http", "urn:", "ex:", "https://e/"]
)


@given(st.lists(pieces, max_size=12).map("".join))
def test_what_we_take_for_an_iri_is_one_for_pyoxigraph(text: str) -> None:
    for iri in (text, f"https://example.org/{text}"):
        if is_iri(iri):
            assert list(parse(f"<{iri}> <{iri}> <{iri}> .", RdfFormat.N_TRIPLES))


@given(st.lists(pieces, max_size=12).map("".join))
def test_a_relative_reference_resolves_to_the_two_written_together(text: str) -> None:
    base = "https://example.org/id/"
    if is_relative(text):
        (triple,) = parse(f"<> <urn:p> <{text}> .", RdfFormat.TURTLE, base_iri=base)
        assert str(triple.object) == f"<{base}{text}>"


def stored(line: str) -> str:
    store = Store()
    store.load(line.encode(), RdfFormat.N_QUADS)
    (quad,) = store
    return f"{quad} ."


@given(
    st.sampled_from(sorted(LITERALS)),
    st.one_of(
        st.from_regex(r"[+-]?[0-9]{0,22}(\.[0-9]{0,20})?", fullmatch=True),
        st.from_regex(r"[0-9]{4}(-[0-9]{2}){0,2}", fullmatch=True),
        st.dates().map(str),
        st.from_regex(
            r"20[0-9]{2}-0[1-9]-[0-2][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\.[0-9]{1,20})?"
            r"(Z|[+-][01][0-9]:[0-5][0-9])?",
            fullmatch=True,
        ),
        st.sampled_from(["true", "false", "1", "0", "https://example.org/"]),
    ),
)
def test_what_is_taken_the_store_gives_back_unchanged(datatype: str, text: str) -> None:
    try:
        literal = LITERALS[datatype](text)
    except BadValue:
        return
    start = "<https://example.org/a> <https://example.org/b>"
    assert stored(f'{start} "{text}"^^<{datatype}> .') == f"{start} {literal} ."
    assert stored(f"{start} {literal} .") == f"{start} {literal} ."


def test_a_text_ends_as_it_is_told() -> None:
    assert write_text('"@en', 'a "b"\n') == '"a \\"b\\"\\n"@en'


def test_zeros_do_not_make_a_number_large() -> None:
    zeros = "0" * 5_000
    convert = LITERALS[XSD + "integer"]
    assert convert(zeros) == convert("0")
    assert convert(f"-{zeros}7") == convert("-7")
    assert convert(f"+{zeros}7") == convert("7")


@pytest.mark.parametrize(
    ("iri", "parts"),
    [
        ("https://example.org/id/a/b", ("https://example.org/id/a/", "b")),
        ("https://example.org/x#b", ("https://example.org/x#", "b")),
        ("urn:x", ("", "urn:x")),
    ],
)
def test_an_iri_is_split_after_its_last_slash_or_hash(iri: str, parts: tuple[str, str]) -> None:
    assert split(iri) == parts
