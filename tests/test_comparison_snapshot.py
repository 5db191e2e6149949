"""What a comparison reads of a release, and what it says if that is not there."""

import pytest

from pilotgraph.comparison.snapshot import Snapshot
from pilotgraph.errors import ReleaseError
from pilotgraph.release import Release
from snapshots import files, snapshot, things


def test_a_snapshot_of_a_release_holds_all_of_it(release: Release) -> None:
    found = Snapshot.of(release)
    lines = release.read("data.nq").decode().splitlines()
    assert sum(len(values) for facts in found.things.values() for values in facts.values()) == len(lines)
    assert (found.version.version, found.version.triples) == ("0.3.0", len(lines))
    assert found.language == "en"
    assert {iri.rpartition("/")[2] for iri in found.homes.values()} == {"inspections", "lights", "others"}
    assert found.nested == {"https://example.org/lights/ontology#inspects"}
    assert found == Snapshot.read({name: release.read(name) for name in release.files})


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ('dcterms:issued "2026-11-01"', "2026-11-01"),
        ('dcterms:issued "2026-11-01" ; dcterms:modified "2026-11-20"', "2026-11-20"),
        ('dcterms:modified "2026-11-20T08:00:00Z"', "2026-11-20"),
        ("", ""),
    ],
)
def test_a_version_is_of_the_day_that_its_record_keeps(said: str, day: str) -> None:
    assert snapshot(description=f"d: {said} ." if said else "").version.issued == day


def test_portions_are_read_together() -> None:
    whole = files(things(":oak a t:Tree . :elm a t:Tree ."))
    lines = whole["data.nq"].splitlines(keepends=True)
    split = whole | {f"data-{number}.nq": line for number, line in enumerate(lines, 1)}
    del split["data.nq"]
    assert len(lines) == 2
    assert Snapshot.read(split) == Snapshot.read(whole)


_TRIPLE = b"<x:s> <x:p> <<( <x:a> <x:b> <x:c> )>> .\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("data.nq", None, "what was built has no data.nq, which a comparison needs"),
        ("ontology.ttl", None, "what was built has no ontology.ttl, which a comparison needs"),
        ("ontology.ttl", b"\n:", "what was built: ontology.ttl, line 2: "),
        ("description.ttl", b"", "what was built: description.ttl describes no dataset with an endpoint"),
        ("data.nq", b"_:b <x:p> <x:o> .\n", "has a blank node; data that can be compared have none"),
        ("data.nq", _TRIPLE, "what was built: data.nq holds a triple as a value, which is not compared"),
        ("ontology.ttl", _TRIPLE, "what was built: ontology.ttl holds a triple as a value"),
    ],
)
def test_what_cannot_be_compared(name: str, content: bytes | None, message: str) -> None:
    there = files(things(":oak a t:Tree ."))
    if content is None:
        del there[name]
    else:
        there[name] = content
    with pytest.raises(ReleaseError) as raised:
        Snapshot.read(there)
    assert message in str(raised.value)


@pytest.mark.parametrize("name", ["triples", "entities"])
def test_a_number_that_is_none_cannot_be_compared(name: str) -> None:
    with pytest.raises(ReleaseError) as raised:
        snapshot(description=f'd: void:{name} "many" .')
    assert str(raised.value) == f"what was built: description.ttl has a void:{name} that is no number"


def test_old_releases_have_no_shapes_and_no_context() -> None:
    there = files(things(":oak a t:Tree ."))
    found = Snapshot.read({name: there[name] for name in ("data.nq", "description.ttl", "ontology.ttl")})
    assert (found.context, found.nested, found.in_full) == (None, frozenset(), frozenset())
