"""What a term means changes with a new major version of the ontology only; how it is spoken of may change."""

import shutil
from pathlib import Path

import pytest

from pilotgraph.project import Project
from pilotgraph.released.terms import Meant
from retired import edit

ONTOLOGY = "ontology/lighthouses.ttl"
MAJOR = (
    ('owl:versionInfo "0.3.0"', 'owl:versionInfo "1.0.0"'),
    ("lights/ontology/0.3.0>", "lights/ontology/1.0.0>"),
)
LINE_OF_IRI = "    owl:versionIRI <https://example.org/lights/ontology/0.3.0> ;\n"
UNIT = ('skos:scopeNote "In metres."@en', 'skos:scopeNote "In feet."@en')


@pytest.fixture
def project(lighthouses: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the second project whose terms are released as they are."""
    copy = tmp_path / "lights"
    shutil.copytree(lighthouses, copy)
    monkeypatch.chdir(copy)
    (copy / "data/terms.nt").write_bytes(Meant(Project.read(copy)).content())
    return copy


def problems(project: Path) -> list[str]:
    return list(map(str, Meant(Project.read(project)).problems()))


def test_terms_mean_what_they_meant(project: Path) -> None:
    assert problems(project) == []
    assert Meant(Project.read(project)).is_kept


def test_before_the_first_release_terms_may_mean_anything(project: Path) -> None:
    (project / "data/terms.nt").unlink()
    edit(project / ONTOLOGY, *UNIT)
    assert problems(project) == []


def test_it_says_which_term_what_of_it_and_what_to_write(project: Path) -> None:
    edit(project / ONTOLOGY, *UNIT)
    assert problems(project) == [
        f"{ONTOLOGY}:82:1: error: focalHeight was released with another skos:scopeNote, in ontology version"
        " 0.3.0; what a term means changes with a new major version only: write 1.0.0 as owl:versionInfo and"
        " in owl:versionIRI, or leave this term as it was, deprecate it, and make another; if this term is as"
        " it was, take data/terms.nt as it was at the last release"
    ]


SIGHT = "lt:inSightOf a owl:ObjectProperty"


@pytest.mark.parametrize(
    ("term", "what", "old", "new"),
    [
        ("Keeper", "skos:definition", "person or body that keeps", "person who keeps"),
        ("firstLit", "rdfs:range", "range xsd:gYear ", "range xsd:gYearMonth "),
        ("callSign", "rdfs:domain", "domain lt:Keeper", "domain lt:Inspection"),
        ("inSightOf", "rdf:type", " , owl:SymmetricProperty", ""),
        ("TidalLighthouse", "rdfs:subClassOf", "subClassOf lt:Lighthouse", "subClassOf lt:Keeper"),
        ("Lighthouse", "rdfs:subClassOf", "owl:allValuesFrom", "owl:someValuesFrom"),
        ("lt:inspects", "owl:inverseOf", SIGHT, f"lt:inspects owl:inverseOf lt:callSign .\n{SIGHT}"),
    ],
)
def test_what_changes_a_meaning(project: Path, term: str, what: str, old: str, new: str) -> None:
    edit(project / ONTOLOGY, old, new)
    (said,) = problems(project)
    assert f" error: {term} was released with another {what}, in" in said
    assert said.startswith(f"{ONTOLOGY}:")
    for change in MAJOR:
        edit(project / ONTOLOGY, *change)
    assert problems(project) == []


def number(project: Path, version: str, of_iri: str = "") -> None:
    """Give the ontology another version, and its version IRI too."""
    edit(project / ONTOLOGY, 'owl:versionInfo "0.3.0"', f'owl:versionInfo "{version}"')
    edit(project / ONTOLOGY, "lights/ontology/0.3.0>", f"lights/ontology/{of_iri or version}>")


@pytest.mark.parametrize("version", ["0.3.1", "0.4.0", "0.3.0"])
def test_a_smaller_step_does_not_do(project: Path, version: str) -> None:
    edit(project / ONTOLOGY, *UNIT)
    number(project, version)
    assert len(problems(project)) == 1


@pytest.mark.parametrize("version", ["0.2.9", "0.2", "0", "next"])
def test_the_version_does_not_go_down(project: Path, version: str) -> None:
    """Or else it could go up again, to one that was released and means something else."""
    number(project, version)
    assert problems(project) == [
        f"{ONTOLOGY}:18:5: error: ontology version 0.3.0 was released already; write it, or one after it"
    ]


def test_the_version_of_an_older_ontology_is_no_new_one(project: Path) -> None:
    edit(project / ONTOLOGY, *UNIT)
    number(project, "0.2.9")
    assert len(problems(project)) == 2


def test_each_version_has_an_iri_of_its_own(project: Path) -> None:
    edit(project / ONTOLOGY, *UNIT)
    number(project, "1.0.0", "0.3.0")
    assert problems(project) == [
        f'{ONTOLOGY}:17:5: error: the version IRI ends in "0.3.0", and owl:versionInfo is "1.0.0"; each'
        " version has an IRI of its own: make them equal"
    ]
    (project / "data/terms.nt").unlink()
    assert len(problems(project)) == 1


@pytest.mark.parametrize("line", ['    owl:versionInfo "0.3.0" ;\n', LINE_OF_IRI])
def test_an_ontology_may_say_one_of_them_only(project: Path, line: str) -> None:
    edit(project / ONTOLOGY, line, "")
    assert problems(project) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('rdfs:label "keeper"@en', 'rdfs:label "lamp keeper"@en', id="label"),
        pytest.param("lt:Keeper a", 'lt:Keeper rdfs:comment "Mostly alone."@en .\nlt:Keeper a', id="comment"),
        pytest.param("lt:Keeper a", 'lt:Keeper skos:example "Ida."@en .\nlt:Keeper a', id="example"),
        pytest.param("lt:Keeper a", "lt:Keeper owl:deprecated true .\nlt:Keeper a", id="deprecated"),
        pytest.param(
            "lt:Keeper a", "lt:Keeper a owl:DeprecatedClass .\nlt:Keeper a", id="deprecated in OWL's way"
        ),
        pytest.param("lt:Keeper a", "lt:Buoy a owl:Class .\nlt:Keeper a", id="another term"),
    ],
)
def test_what_leaves_a_meaning_as_it_was(project: Path, old: str, new: str) -> None:
    edit(project / ONTOLOGY, old, new)
    assert problems(project) == []


def test_a_structure_that_is_added_changes_no_term_but_its_own(project: Path) -> None:
    """Blank nodes have other names with each that is added."""
    edit(project / ONTOLOGY, "lt:Keeper a", "lt:Inspection rdfs:subClassOf [ a owl:Class ] .\nlt:Keeper a")
    (said,) = problems(project)
    assert " error: Inspection was released with another rdfs:subClassOf, in" in said


def test_a_term_that_is_renamed_means_what_it_meant_to_others(project: Path) -> None:
    """The restriction of lighthouses names the property by its new name."""
    text = (project / ONTOLOGY).read_text(encoding="utf-8").replace("lt:tendedBy", "lt:keptBy")
    start = text.index("\nlt:keptBy a")
    old = text[start:].replace("lt:keptBy a", "lt:tendedBy a").rstrip().removesuffix(".")
    text += f"{old}; owl:deprecated true ; <http://purl.org/dc/terms/isReplacedBy> lt:keptBy .\n"
    (project / ONTOLOGY).write_text(text, encoding="utf-8")
    assert problems(project) == []


REPLACED = "<http://purl.org/dc/terms/isReplacedBy>"
CAM = """
lt:cam a owl:DatatypeProperty ;
    rdfs:label "camera"@en ;
    skos:definition "picture of a tower as it is now"@en .
"""


@pytest.mark.parametrize(
    ("other", "more"), [pytest.param("lt:cam", CAM, id="new"), pytest.param("lt:callSign", "", id="existing")]
)
def test_a_term_that_stays_as_it_was_may_be_replaced_by_one_that_means_something_else(
    project: Path, other: str, more: str
) -> None:
    with (project / ONTOLOGY).open("a", encoding="utf-8") as file:
        file.write(f"\nlt:liveView owl:deprecated true ; {REPLACED} {other} .\n{more}")
    assert problems(project) == []


def test_what_is_replaced_means_what_it_meant_even_if_the_other_does_too(project: Path) -> None:
    text = (project / ONTOLOGY).read_text(encoding="utf-8")
    start = text.index("\nlt:liveView a")
    term = text[start : text.index(" .\n", start)]
    edit(project / ONTOLOGY, term, term.replace('definition "', 'definition "big '))
    with (project / ONTOLOGY).open("a", encoding="utf-8") as file:
        file.write(f"{term.replace('lt:liveView', 'lt:cam')} .\n")
        file.write(f"lt:liveView owl:deprecated true ; {REPLACED} lt:cam .\n")
    (said,) = problems(project)
    assert " error: liveView was released with another skos:definition, in" in said


def test_less_may_be_said_of_a_term_that_has_another_name(project: Path) -> None:
    text = (project / ONTOLOGY).read_text(encoding="utf-8").replace("lt:tendedBy", "lt:keptBy")
    mark = f"\nlt:tendedBy a owl:ObjectProperty ; owl:deprecated true ; {REPLACED} lt:keptBy .\n"
    (project / ONTOLOGY).write_text(text + mark, encoding="utf-8")
    assert problems(project) == []
    same = "lt:tendedBy owl:equivalentProperty lt:keptBy ; rdfs:subPropertyOf lt:keptBy .\n"
    (project / ONTOLOGY).write_text(text + mark + same, encoding="utf-8")
    assert problems(project) == []
    more = 'lt:tendedBy skos:scopeNote "by night only"@en .\n'
    (project / ONTOLOGY).write_text(text + mark + more, encoding="utf-8")
    (said,) = problems(project)
    assert " error: tendedBy was released with another " in said


@pytest.mark.parametrize("other", ["lt:keptBy", "lt:inSightOf"])
def test_what_speaks_of_a_replacement_that_means_something_else_is_changed(project: Path, other: str) -> None:
    """The restriction of lighthouses names another property."""
    edit(project / ONTOLOGY, "owl:onProperty lt:tendedBy", f"owl:onProperty {other}")
    text = (project / ONTOLOGY).read_text(encoding="utf-8")
    start = text.index("\nlt:tendedBy a")
    term = text[start : text.index(" .\n", start)].replace("lt:tendedBy", "lt:keptBy")
    with (project / ONTOLOGY).open("a", encoding="utf-8") as file:
        file.write(f"lt:tendedBy owl:deprecated true ; {REPLACED} {other} .\n")
        if other == "lt:keptBy":
            file.write(term.replace('definition "', 'definition "nearly ') + " .\n")
    (said,) = problems(project)
    assert " error: Lighthouse was released with another rdfs:subClassOf, in" in said


def test_a_file_that_was_spoiled_is_told_at_its_line(project: Path) -> None:
    file = project / "data/terms.nt"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}<https://example.org/lights/ontology#Keeper> .\n", encoding="utf-8")
    (said,) = problems(project)
    line = len(text.splitlines()) + 1
    assert said.startswith(f"data/terms.nt:{line}:")
    assert said.endswith("; take the file as it was at the last release")
    file.write_text(f"<<<<<<< HEAD\n{text}", encoding="utf-8")
    assert problems(project)[0].startswith("data/terms.nt:1:1: error: a merge left its marks here")


KEEPER, LAMP = (f"https://example.org/lights/ontology#{name}" for name in ("Keeper", "redLight"))
LISTED = "data/iris.txt:2:1: error: data/terms.nt does not say what Keeper"
TAKE = "meant; take the file as it was at the last release"


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        pytest.param([KEEPER], "", id="one term"),
        pytest.param([KEEPER, LAMP], " and 1 more", id="two"),
    ],
)
def test_the_file_tells_of_every_term_on_the_list(project: Path, lost: list[str], said: str) -> None:
    (project / "data/iris.txt").write_text(f"# Ours.\n{KEEPER}\n{LAMP}\n", encoding="utf-8")
    assert problems(project) == []
    file = project / "data/terms.nt"
    kept = [
        line for line in file.read_text(encoding="utf-8").splitlines() if line[1:].split(">")[0] not in lost
    ]
    file.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
    assert problems(project) == [f"{LISTED}{said} {TAKE}"]


def test_once_there_was_a_release_the_file_is_missed(project: Path) -> None:
    (project / "data/terms.nt").unlink()
    (project / "data/iris.txt").write_text(f"# Ours.\n{KEEPER}\n", encoding="utf-8")
    assert problems(project) == []
    with (project / "data/iris.txt").open("a", encoding="utf-8") as file:
        file.write("https://example.org/lights/releases/0.3.0\n")
    assert problems(project) == [f"{LISTED} {TAKE}"]


def test_line_ends_of_windows_are_no_change(project: Path) -> None:
    file = project / "data/terms.nt"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert problems(project) == []
    assert Meant(Project.read(project)).is_kept
