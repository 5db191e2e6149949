"""CKAN harvests the catalogue with no human: one dataset, whole, and the same one with the next release.

The portal is CKAN with its database (see tests/clients/ckan).  Its Python is that of the environment
variable CKAN_PYTHON, or else of .venv/ckan, with what tests/clients/ckan/requirements.txt names; PostgreSQL
is Debian's.  Without either the tests are skipped, except in CI.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from conftest import REPOSITORY, Serve
from pilotgraph.build import build
from pilotgraph.release import Release
from portals import replace, tell_all
from web import LIGHTS

PORTAL = REPOSITORY / "tests/clients/ckan/portal.py"
PYTHON = Path(os.environ.get("CKAN_PYTHON", REPOSITORY / ".venv/ckan/bin/python"))
REAL = "https://w3id.org/pilotgraph/"
FORMATS = (".ttl", ".rdf", ".jsonld")

Harvest = Callable[..., list[dict[str, Any]]]


def missing(what: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


def tool(name: str) -> str:
    """Debian keeps PostgreSQL's programs apart."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(places[-1]) if places else missing(f"PostgreSQL has no {name} here"))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The directory with the socket of a database server that ends with the tests."""
    if not PYTHON.is_file():
        missing(f"there is no {PYTHON}; make an environment of tests/clients/ckan/requirements.txt")
    # PostgreSQL does not run as root, and a socket's path is short.
    owner = {"user": "postgres", "extra_groups": ()} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="ckan-", ignore_cleanup_errors=True) as folder:
        if owner:
            shutil.chown(folder, "postgres")
        data = f"{folder}/data"

        def call(name: str, *arguments: str) -> None:
            subprocess.run(
                [tool(name), *arguments],
                check=True,
                stdout=subprocess.DEVNULL,
                timeout=60,
                cwd=folder,
                **owner,  # type: ignore[call-overload]
            )

        call("initdb", "-D", data, "-U", "ckan", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C")
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        call("pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield folder
        finally:
            call("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


@pytest.fixture(scope="module")
def harvest(server: str, tmp_path_factory: pytest.TempPathFactory) -> Harvest:
    """Harvest addresses one after the other, by a portal that is new; gives what it has after each."""

    def run(*urls: str | Path) -> list[dict[str, Any]]:
        for name, *arguments in (("dropdb", "--if-exists"), ("createdb",)):
            subprocess.run(
                [tool(name), *arguments, "-h", server, "-U", "ckan", "ckan"], check=True, timeout=60
            )
        done = subprocess.run(
            [PYTHON, PORTAL, server, tmp_path_factory.mktemp("portal"), *map(str, urls)],
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        assert len(found) == len(urls)
        return found

    return run


@pytest.fixture(scope="module")
def harvested(real_release: Release, harvest: Harvest) -> list[dict[str, Any]]:
    """The real dataset, as a portal has it that took in each format of the catalogue after the other."""
    return [
        the_dataset(each) for each in harvest(*(real_release.path / f"catalog{each}" for each in FORMATS))
    ]


def the_dataset(found: dict[str, Any]) -> dict[str, Any]:
    """What a portal has, if it went well: one dataset, with what CKAN calls extras among the rest."""
    assert (found["errors"], found["done"], found["deleted"]) == ([], [True], [])
    (dataset,) = found["datasets"]
    extras = {extra["key"]: extra["value"] for extra in dataset["extras"]}
    merged: dict[str, Any] = extras | dataset
    return merged


def resources(dataset: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["uri"]: each for each in dataset["resources"]}


def test_a_portal_takes_in_the_whole_of_the_real_catalogue(
    real_release: Release, harvested: list[dict[str, Any]]
) -> None:
    dataset = harvested[0]
    said = {
        key: dataset[key] for key in dataset if not key.startswith(("metadata_", "resources", "organization"))
    }
    assert (
        said.items()
        >= {
            "title": "England's integrated-care pilots",
            "license_id": "CC-BY-4.0",
            "version": "1.0.0",
            "url": REAL,
            "uri": REAL,
            "guid": REAL,
            "identifier": REAL,
            "publisher_name": "pilotgraph maintainers",
            "publisher_uri": f"{REAL}id/agent/maintainers",
            "creator_name": "pilotgraph maintainers",
            "contact_name": "pilotgraph maintainers",
            "contact_url": REAL,
            "temporal_start": "2009-04-01",
            "temporal_end": "2021-10-29",
            "spatial_uri": "https://sws.geonames.org/6269131/",
            "spatial_text": "England",
            "frequency": "irregular",
            "theme": '["http://publications.europa.eu/resource/authority/data-theme/HEAL"]',
            "language": '["http://publications.europa.eu/resource/authority/language/ENG"]',
            "access_rights": "http://publications.europa.eu/resource/authority/access-right/PUBLIC",
            "conforms_to": f'["{REAL}ontology/1.0.0"]',
        }.items()
    )
    assert json.loads(dataset["spatial_bbox"])["type"] == "Polygon"
    assert "integrated care" in {tag["name"] for tag in dataset["tags"]}
    offered = {path for path in real_release.files if path.startswith(("data.", "graphs/", "tables/"))}
    assert resources(dataset).keys() == {f"{REAL}#{path}" for path in offered}


def test_each_format_of_the_catalogue_says_the_same_to_a_portal(harvested: list[dict[str, Any]]) -> None:
    def lasting(dataset: dict[str, Any]) -> dict[str, dict[str, Any]]:
        changing = ("metadata_modified", "position")
        return {
            uri: {key: value for key, value in resource.items() if key not in changing}
            for uri, resource in resources(dataset).items()
        }

    turtle, *others = harvested
    for each in others:
        assert each["id"] == turtle["id"]
        assert lasting(each) == lasting(turtle)


def test_formats_and_media_types_are_names_that_people_know(
    real_release: Release, harvested: list[dict[str, Any]]
) -> None:
    dataset = harvested[0]
    kinds = Counter((each["format"], each["mimetype"]) for each in dataset["resources"])
    assert kinds.keys() == {
        ("CSV", "text/csv"),
        ("JSON", "application/csvm+json"),
        ("JSON-LD", "application/ld+json"),
        ("RDF", "application/rdf+xml"),
        ("RDF N-Quads", "application/n-quads"),
        ("RDF N-Triples", "application/n-triples"),
        ("RDF TriG", "application/trig"),
        ("RDF Turtle", "text/turtle"),
    }
    for uri, resource in resources(dataset).items():
        packed = {"compress_format": "application/gzip"} if uri.endswith(".gz") else {}
        path = uri.removeprefix(f"{REAL}#")
        assert resource.items() >= packed.items()
        assert resource["url"] == f"{REAL}releases/1.0.0/{path}"
        assert resource["hash_algorithm"] == "SHA-256"
        assert resource["hash"] == real_release.files[path].sha256
        assert int(resource["size"]) == real_release.files[path].size
        assert resource["license"] == "Creative Commons Attribution 4.0 International"


def test_the_next_release_updates_what_was_harvested_over_http(
    lighthouses: Path, tmp_path: Path, harvest: Harvest, serve: Serve
) -> None:
    project = tell_all(lighthouses, tmp_path / "lights")
    urls = []
    for number in ("0.3.0", "0.4.0"):
        replace(project / "data/dataset.yaml", "edition: 0.3.0", f"edition: {number}")
        release = build(project, project / "dist")
        urls.append(f"{serve('--release', release.path)}/catalog")
    before, after = map(the_dataset, harvest(*urls))
    assert (before["version"], after["version"]) == ("0.3.0", "0.4.0")
    assert before["id"] == after["id"]
    assert before["guid"] == after["guid"] == LIGHTS
    assert {each: resource["id"] for each, resource in resources(before).items()} == {
        each: resource["id"] for each, resource in resources(after).items()
    }
    for each, resource in resources(after).items():
        assert resource["url"] == resources(before)[each]["url"].replace("/0.3.0/", "/0.4.0/")
    assert len(after["resources"]) > 50
