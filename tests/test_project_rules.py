"""Rules for the repository itself: the subject stays out of the code, and nothing is idle or forgotten."""

import ast
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from rdflib import OWL, RDF, RDFS, VANN, Graph, Node, URIRef

from conftest import REPOSITORY, merged_ontology, n_triples, read

SOURCES = REPOSITORY / "src/pilotgraph"
MODULES = sorted(SOURCES.rglob("*.py"))
OTHERS = sorted(
    path for folder in ("templates", "static") for path in (SOURCES / folder).iterdir() if path.is_file()
)
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)

# Words of Python, RDF or HTTP, or plain English, that an ontology happens to coin too.
EXCUSED = {"Place", "about", "concerns", "counted", "outcome", "position", "unit", "value"}

SUBJECT = re.compile(
    r"\b(health|patient|hospital|clinic|medic|nhs|vanguard|pioneer|programme|lighthouse|keeper)",
    re.IGNORECASE,
)


def coined(root: Path) -> set[URIRef]:
    """The classes and properties of a project's own namespace."""
    graph = merged_ontology(root)
    (namespace,) = graph.objects(None, VANN.preferredNamespaceUri)
    terms = {term for kind in KINDS for term in graph.subjects(RDF.type, kind)}
    return {term for term in terms if isinstance(term, URIRef) and term.startswith(str(namespace))}


def local_names(root: Path) -> set[str]:
    return {re.split("[#/]", term)[-1] for term in coined(root)}


def words(module: Path) -> Iterator[str]:
    """Every identifier and every string of a module, docstrings too."""
    for node in ast.walk(ast.parse(module.read_text())):
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
                yield name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.keyword(arg=str(name)):
                yield name


@pytest.mark.parametrize("project", ["lighthouses", "real"])
def test_the_code_knows_no_term_of_an_ontology(project: str, request: pytest.FixtureRequest) -> None:
    names = local_names(request.getfixturevalue(project))
    assert len(names) >= 15
    found = {(module.name, word) for module in MODULES for word in words(module) if word in names - EXCUSED}
    assert found == set()


@pytest.mark.parametrize("project", ["lighthouses", "real"])
def test_no_file_of_the_package_names_a_term_of_two_words(
    project: str, request: pytest.FixtureRequest
) -> None:
    names = {name for name in local_names(request.getfixturevalue(project)) if re.search("[a-z][A-Z]", name)}
    assert len(names) >= 8
    for path in MODULES + OTHERS:
        assert set(re.findall(r"\w+", path.read_text())) & names == set(), path


def test_every_excuse_is_needed() -> None:
    used = {word for module in MODULES for word in words(module)}
    terms = local_names(REPOSITORY) | local_names(REPOSITORY / "tests/projects/lighthouses")
    assert used & terms == EXCUSED


@pytest.mark.parametrize("path", MODULES + OTHERS, ids=lambda path: path.name)
def test_a_file_of_the_package_knows_no_subject(path: Path) -> None:
    text = path.read_text()
    assert "w3id.org/pilotgraph" not in text
    assert "example.org/lights" not in text
    # Whether a server is well is asked at this path wherever there are servers.
    assert SUBJECT.findall(text.replace('"/health/', "")) == []


def test_the_package_was_read() -> None:
    assert len(MODULES) >= 15
    assert len(OTHERS) >= 2


def keys(root: Path) -> dict[str, str]:
    """The IRI of every key and class in a context, prefixes left out."""
    context = json.loads((root / "ontology/context.jsonld").read_text())["@context"]
    prefixes = {key: value for key, value in context.items() if isinstance(value, str) and value[-1] in "#/:"}
    found = {}
    for key, value in context.items():
        iri = str(value.get("@id") or value["@reverse"] if isinstance(value, dict) else value)
        if not key.startswith("@") and key not in prefixes and not iri.startswith("@"):
            prefix, _, local = iri.partition(":")
            found[key] = prefixes[prefix] + local if prefix in prefixes else iri
    return found


@pytest.mark.parametrize("project", ["lighthouses", "real"])
def test_every_key_of_the_context_is_declared(project: str, request: pytest.FixtureRequest) -> None:
    root: Path = request.getfixturevalue(project)
    declared = {str(term) for term in merged_ontology(root).subjects(RDF.type)}
    found = keys(root)
    assert len(found) >= 30
    # rdfs:label and owl:deprecated and their like are declared by RDFS and OWL themselves.
    known = (str(RDFS), str(OWL))
    idle = {key: iri for key, iri in found.items() if iri not in declared and not iri.startswith(known)}
    assert idle == {}


@pytest.mark.parametrize("project", ["lighthouses", "real"])
def test_every_property_of_an_ontology_has_a_key(project: str, request: pytest.FixtureRequest) -> None:
    root: Path = request.getfixturevalue(project)
    classes = set(merged_ontology(root).subjects(RDF.type, OWL.Class))
    properties = {str(term) for term in coined(root) - classes}
    assert len(properties) >= 10
    assert properties - set(keys(root).values()) == set()


@pytest.mark.parametrize("project", ["lighthouses", "real"])
def test_every_term_is_used_by_the_data_or_a_question(project: str, request: pytest.FixtureRequest) -> None:
    """A class is used as well if a subclass has members."""
    root: Path = request.getfixturevalue(project)
    sources = read(root)
    data = Graph().parse(data=n_triples(sources.records), format="nt")
    ontology = merged_ontology(root)
    used: set[Node | None] = set(data.predicates())
    for _, of_class in data.subject_objects(RDF.type):
        used |= set(ontology.transitive_objects(of_class, RDFS.subClassOf))
    terms = coined(root)
    assert len(terms) >= 15
    questions = "".join(question.text for question in sources.questions)
    assert questions
    asked = {term for term in terms if re.search(rf"\w:{re.split('[#/]', term)[-1]}\b", questions)}
    assert terms - used - asked == set()


# The repository.


def tracked() -> list[Path]:
    """Every file that is in git, or would be with the next `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # git is where PATH says
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [REPOSITORY / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_file_names_a_place_on_one_machine() -> None:
    machine = re.compile(r"(?<![\w.:/~-])/(?:home|root|Users|work|mnt)/\w")
    files = tracked()
    assert len(files) >= 60
    texts = [path for path in files if b"\0" not in path.read_bytes()]
    assert [str(path) for path in texts if machine.search(path.read_text(errors="replace"))] == []


@pytest.mark.parametrize("module", sorted({path.relative_to(SOURCES).parts[0] for path in MODULES}))
def test_a_module_has_a_file_of_tests(module: str) -> None:
    name = module.removesuffix(".py")
    if name.startswith("_"):
        return
    # A package has one file for all of it, or some for its modules.
    found = list((REPOSITORY / "tests").glob(f"test_{name}{'' if module.endswith('.py') else '*'}.py"))
    assert found


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "CHANGELOG.md",
        "CITATION.cff",
        "CONTRIBUTING.md",
        "LICENSE",
        "LICENSE-DATA",
        "Makefile",
        "constraints.txt",
        ".ci/run",
    ],
)
def test_the_repository_has(name: str) -> None:
    assert (REPOSITORY / name).stat().st_size > 0


def test_citation_names_the_version_of_the_data_and_its_day() -> None:
    cited, data = (
        yaml.load((REPOSITORY / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        for name in ("CITATION.cff", "data/dataset.yaml")
    )
    assert (cited["version"], cited["date-released"]) == (data["version"], data["modified"])


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    named = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *(name for group in project["dependency-groups"].values() for name in group if isinstance(name, str)),
    ]
    wanted = {_normal(re.split(r"[\[<>=~]", name)[0]) for name in named}
    pins = [line for line in (REPOSITORY / "constraints.txt").read_text().splitlines() if line[0] != "#"]
    assert len(wanted) >= 15
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins)
    assert wanted - {_normal(pin.partition("==")[0]) for pin in pins} == set()


def _normal(name: str) -> str:
    """The name of a package as packaging compares it."""
    return re.sub("[-_.]+", "-", name).lower()
