"""The files of a release fit one another."""

from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from pilotgraph.contents import RECORD, contents
from pilotgraph.description import DCAT
from pilotgraph.graphs import NamedGraphs
from pilotgraph.project import Project
from pilotgraph.provenance import Origin
from pilotgraph.validation import validate
from web import LIGHTS


@pytest.fixture(scope="module")
def files(lighthouses: Path) -> dict[str, bytes]:
    project = Project.read(lighthouses)
    report = validate(project)
    return contents(project, report, NamedGraphs(project, report.links), Origin(), ())


def test_each_file_that_is_described_is_there_and_as_large_as_it_is_said_to_be(
    files: dict[str, bytes],
) -> None:
    description = Graph().parse(data=files["description.ttl"], format="turtle")
    place = f"{LIGHTS}releases/{description.value(URIRef(LIGHTS), DCAT.version)}/"
    said = {
        str(description.value(each, DCAT.downloadURL)).removeprefix(place): int(
            str(description.value(each, DCAT.byteSize))
        )
        for each in description.objects(URIRef(LIGHTS), DCAT.distribution)
    }
    assert len(said) > 40
    assert said == {path: len(files[path]) for path in said}
    dumped = {path for path in files if path.startswith(("data.", "graphs/", "tables/"))}
    assert dumped == set(said)


def test_the_description_and_the_catalogue_name_the_same_files(files: dict[str, bytes]) -> None:
    described, portal = (
        set(Graph().parse(data=files[name], format="turtle").objects(None, DCAT.downloadURL))
        for name in ("description.ttl", "catalog.ttl")
    )
    assert described == portal


def test_what_people_read_of_the_record_is_there_beside_what_programs_do(files: dict[str, bytes]) -> None:
    assert [files[name][:1] for name in RECORD] == [b"#", b"@"]
