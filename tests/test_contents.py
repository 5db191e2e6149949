"""The files of a release fit one another."""

import json
import shutil
from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from conftest import read
from pilotgraph.comparison.names import Names
from pilotgraph.comparison.snapshot import Snapshot
from pilotgraph.contents import RECORD, contents
from pilotgraph.description import DCAT
from pilotgraph.edition import Edition
from pilotgraph.graphs import NamedGraphs
from pilotgraph.project import Project
from pilotgraph.provenance import Origin
from pilotgraph.release import write
from pilotgraph.search_entries import Source
from pilotgraph.settings import Settings
from pilotgraph.store import LocalStore
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


def test_a_dataset_with_two_titles_has_one_name(lighthouses: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(lighthouses, tmp_path / "lights"))
    keys = [
        f'"{key}": {{"@id": "dcterms:{term}", "@language": "de"}},\n'
        for key, term in (("deutsch", "title"), ("deutschErzaehlt", "description"))
    ]
    context, dataset = root / "ontology/context.jsonld", root / "data/dataset.yaml"
    context.write_text(context.read_text().replace('    "name":', f'{"".join(keys)}    "name":', 1))
    dataset.write_text(dataset.read_text() + "deutsch: Alte Feuer\ndeutschErzaehlt: Alles erfunden.\n")
    project = read(root)
    report = validate(project)
    made = contents(project, report, NamedGraphs(project, report.links), Origin(), ())
    release = write(tmp_path, "0.3.0", made)
    edition, snapshot = Edition(release, LocalStore(release), Settings()), Snapshot.of(release)
    assert "Alte Feuer" in made["description.ttl"].decode()
    name = "Lighthouses of a made-up coast"
    tables = json.loads(made["tables/csv-metadata.json"])
    assert (tables["dc:title"], tables["@context"][1]) == (name, {"@language": "en"})
    assert (edition.title, edition.language) == (name, "en")
    assert edition.intro.startswith("An invented example.")
    assert Source(release).language == "en"
    assert (snapshot.language, Names.of(snapshot).label(LIGHTS)) == ("en", name)
    assert name in made["record.md"].decode().partition("\n")[0]


def test_what_people_read_of_the_record_is_there_beside_what_programs_do(files: dict[str, bytes]) -> None:
    assert [files[name][:1] for name in RECORD] == [b"#", b"@"]
