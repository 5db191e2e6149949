"""What a curator can get wrong: every problem is said in full, at its place, and none is a traceback."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pilotgraph.errors import SourceError
from pilotgraph.project import Project
from pilotgraph.validation import validate

Edit = Callable[[Path], object]

KEEPER = "data/keepers/ida-sandpiper.yaml"
OTHER = "data/keepers/jonas-fulmar.yaml"
TOWER = "data/lighthouses/kestrel-point.yaml"
DATASET = "data/dataset.yaml"
CONTEXT = "ontology/context.jsonld"
SHAPES = "shapes/keeper.ttl"
QUERY = "data/queries/highest-lights.rq"


@pytest.fixture
def root(lighthouses: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the lighthouses in the current directory, about which there is nothing to say."""
    copy = tmp_path / "lighthouses"
    shutil.copytree(lighthouses, copy)
    change("data/lighthouses/gannet-stack.yaml", "focalHeight", "firstLit: 1850\nfocalHeight")(copy)
    monkeypatch.chdir(copy)
    return copy


def change(path: str, old: str, new: str) -> Edit:
    def edit(root: Path) -> None:
        text = (root / path).read_text()
        assert old in text
        (root / path).write_text(text.replace(old, new))

    return edit


def fill(path: str, content: bytes) -> Edit:
    return lambda root: (root / path).write_bytes(content)


def findings(root: Path) -> tuple[int, list[str]]:
    """The exit code of a validation, and what it prints."""
    try:
        report = validate(Project.read(root))
    except SourceError as error:
        return 2, list(map(str, error.problems))
    return report.exit_code, list(map(str, report.problems))


def test_the_copy_is_without_fault(root: Path) -> None:
    assert findings(root) == (0, [])


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        pytest.param(
            change(KEEPER, "label: Ida", "label: Ida:"),
            "3:11: error: this is not YAML: mapping values are not allowed in this context;"
            " a text that holds a colon and a space needs quotes",
            id="YAML that does not parse",
        ),
        pytest.param(
            change(KEEPER, "label:", "\tlabel:"),
            r"3:1: error: a tab; indent with spaces (inside a text in double quotes, write \t)",
            id="a tab",
        ),
        pytest.param(
            change(KEEPER, "callSign: IDA7", "callSign: IDA7\nlabel: Ida"),
            '5:1: error: the key "label" is on line 3 too; keep one',
            id="a key twice",
        ),
        pytest.param(
            change(KEEPER, "label: ", "label: &name "),
            "3:8: error: an anchor, &name; write the value without it",
            id="an anchor",
        ),
        pytest.param(
            change(KEEPER, "callSign: IDA7", "callSign: IDA7\n---\nid: keeper/second"),
            "5:1: error: a second document starts; write it to a file of its own",
            id="two documents",
        ),
        pytest.param(
            fill(KEEPER, b"id: keeper/ida-sandpiper\nlabel: " + b"[" * 200_000),
            "2:39: error: nested more than 32 deep; give the inner parts a file of their own",
            id="200,000 open brackets",
        ),
        pytest.param(
            fill(KEEPER, "id: keeper/ida-sandpiper\nlabel: Þóra\n".encode("latin-1")),
            "2:8: error: byte 33 (0xDE) is not UTF-8; save the file as UTF-8",
            id="a file that is not UTF-8",
        ),
        pytest.param(
            fill(KEEPER, b""),
            "1:1: error: the file is empty; write one `key: value` a line",
            id="an empty file",
        ),
        pytest.param(
            fill(KEEPER, b"#" * 50_000_000),
            "1:1: error: the file has 50000000 bytes, and may have 1048576; divide it",
            id="a file of 50 MB",
        ),
    ],
)
def test_a_file_that_cannot_be_read(root: Path, edit: Edit, problem: str) -> None:
    """Others refer to the keeper in it: that they lead nowhere now is not their fault, and not said."""
    edit(root)
    start = time.process_time()
    assert findings(root) == (2, [f"{KEEPER}:{problem}"])
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        pytest.param(
            change(KEEPER, "callSign", "calSign"),
            f'{KEEPER}:4:1: error: unknown key "calSign"; did you mean "callSign"?',
            id="an unknown key",
        ),
        pytest.param(
            change(TOWER, "2024-05-02\n", "2015-02-30\n"),
            f'{TOWER}:22:18: error: inspectedOn: "2015-02-30" is not a date;'
            " write year-month-day, of a day that exists, as in 2015-02-28",
            id="a day that does not exist",
        ),
        pytest.param(
            change(TOWER, "41.50", "1,200"),
            f'{TOWER}:11:14: error: focalHeight: "1,200" is not a decimal number;'
            " write digits and a point only, as in 1200 or 3.5",
            id="a number with a comma",
        ),
        pytest.param(
            change(KEEPER, "callSign: IDA7", "callSign:"),
            f'{KEEPER}:4:10: error: "callSign" has no value; write one, or leave it out',
            id="an empty value where one is required",
        ),
        pytest.param(
            change(KEEPER, "IDA7", "null"),
            f'{KEEPER}:4:11: error: "callSign" has no value; write one, or leave it out',
            id="null where a value is required",
        ),
        pytest.param(
            change(KEEPER, "callSign: IDA7", ""),
            f"{KEEPER}:1:5: violation: a keeper has one call sign of 3 to 6 capital letters and digits",
            id="a required key that is not there",
        ),
        pytest.param(
            change(KEEPER, "IDA7", "ida7"),
            f"{KEEPER}:4:11: violation: a keeper has one call sign of 3 to 6 capital letters and digits",
            id="a value that the shapes refuse",
        ),
        pytest.param(
            change(KEEPER, "IDA7", "[IDA7, IDA8]"),
            f"{KEEPER}:4:1: violation: a keeper has one call sign of 3 to 6 capital letters and digits",
            id="one value too many",
        ),
        pytest.param(
            change(TOWER, "keeper/ida-sandpiper", "keeper/ida-sandpipr"),
            f'{TOWER}:15:44: error: no record has the id "keeper/ida-sandpipr";'
            ' did you mean "keeper/ida-sandpiper"?',
            id="a reference that leads nowhere",
        ),
        pytest.param(
            fill(
                "data/keepers/ida.yaml",
                b"id: keeper/ida-sandpiper\ntype: Keeper\nlabel: Ida\ncallSign: IDA8\n",
            ),
            f'data/keepers/ida.yaml:1:5: error: the id "keeper/ida-sandpiper" is taken, at {KEEPER}:1;'
            " give each its own",
            id="two records with one id",
        ),
        pytest.param(
            change(KEEPER, "keeper/ida-sandpiper", "keeper/ida sandpiper"),
            f'{KEEPER}:1:5: error: id: "keeper/ida sandpiper" is not a legal IRI;'
            " one below https://example.org/lights/id/ is names with / between them",
            id="an id that is no part of a legal IRI",
        ),
    ],
)
def test_a_record_that_is_wrong(root: Path, edit: Edit, problem: str) -> None:
    edit(root)
    code, problems = findings(root)
    # That its file has another name is said as well.
    assert [each for each in problems if "the file's name is" not in each] == [problem]
    assert code == 1


def test_true_where_a_text_is_meant_stays_the_text(root: Path) -> None:
    change(KEEPER, "label: Ida Sandpiper", "label: true")(root)
    assert findings(root) == (0, [])
    (record,) = [each for each in Project.read(root).records if each.path == KEEPER]
    assert '"true"@en' in {value for _, _, value, _ in record.mapped.statements}


@pytest.mark.parametrize(
    ("link", "target"),
    [
        pytest.param("data/keepers/lost.yaml", "nowhere.yaml", id="a link to a record that is not there"),
        pytest.param("data/towers", "../nowhere", id="a link to a folder that is not there"),
        pytest.param(
            QUERY.replace("highest", "lost"), "nowhere.rq", id="a link to a query that is not there"
        ),
    ],
)
def test_a_broken_symlink(root: Path, link: str, target: str) -> None:
    (root / link).symlink_to(target)
    assert findings(root) == (2, [f'{link}:1:1: error: the link leads nowhere: "{target}"'])


def test_a_link_to_a_folder_is_not_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (root / "data/more").symlink_to(tmp_path / "more")
    assert findings(root) == (
        2,
        ["data/more:1:1: error: a link to a folder is not followed; put the folder itself here"],
    )


@pytest.mark.parametrize(
    ("edit", "problems"),
    [
        pytest.param(
            change(CONTEXT, '"id": "@id",', '"id": "@id", "@vocab": "https://example.org/",'),
            [f"{CONTEXT}:14:18: error: @vocab is outside our subset of JSON-LD; remove it"],
            id="a context with a keyword outside the subset",
        ),
        pytest.param(
            change(CONTEXT, '"@type": "xsd:gYear"}', '"@type": "xsd:gYear", "@protected": true}'),
            [f'{CONTEXT}:30:62: error: "@protected" is outside our subset of JSON-LD; remove it'],
            id="a context with a term outside the subset",
        ),
        pytest.param(
            fill(CONTEXT, b"{\n"),
            [
                f"{CONTEXT}:2:1: error: this is not YAML: did not find expected node content;"
                " a bracket or brace is not closed, or was never opened"
            ],
            id="a context that is not JSON",
        ),
        pytest.param(
            lambda root: (root / CONTEXT).unlink(),
            [f"{CONTEXT}:1:1: error: there is no such file"],
            id="no context",
        ),
        pytest.param(
            change(CONTEXT, '"thingsBelow": "void:uriSpace",', ""),
            [
                f"{CONTEXT}:1:1: error: no key stands for <http://rdfs.org/ns/void#uriSpace>,"
                f" which {DATASET} needs"
            ],
            id="a context without a key for the namespace",
        ),
        pytest.param(
            change(DATASET, "thingsBelow: https://example.org/lights/id/\n", ""),
            [f'{DATASET}:1:1: error: no "thingsBelow" here; write the IRI that our own IRIs begin with'],
            id="a dataset without a namespace",
        ),
        pytest.param(
            change(DATASET, "https://example.org/lights/id/", "https://example.org/lights#id/"),
            [f"{DATASET}:8:14: error: thingsBelow: one absolute IRI is wanted, and it ends in /"],
            id="a dataset whose namespace is none",
        ),
        pytest.param(
            change(DATASET, "id: https://example.org/lights/\n", ""),
            [f'{DATASET}:1:1: error: no "id" here; every record has one, and every part of it its own'],
            id="a dataset without an id",
        ),
        pytest.param(
            change("ontology/colours.ttl", "@prefix lt:", "@prefix lts:"),
            ["ontology/colours.ttl:5:1: error: this is not Turtle: The prefix lt: has not been declared"],
            id="an ontology that is not Turtle",
        ),
        pytest.param(
            fill("ontology/imports/adms.ttl", b"<urn:a> <urn:b> '\xff' .\n"),
            [
                "ontology/imports/adms.ttl:1:18: error: this is not Turtle: Invalid UTF-8:"
                " invalid utf-8 sequence of 1 bytes from index 0"
            ],
            id="an import that is not UTF-8",
        ),
        pytest.param(
            lambda root: shutil.rmtree(root / "shapes"),
            ["shapes:1:1: error: there is no file here that ends in .ttl"],
            id="no shapes",
        ),
    ],
)
def test_what_nothing_can_be_read_without(root: Path, edit: Edit, problems: list[str]) -> None:
    edit(root)
    assert findings(root) == (2, problems)


@pytest.mark.parametrize(
    ("edit", "problems"),
    [
        pytest.param(
            change(SHAPES, 'sh:pattern "^[A-Z0-9]{3,6}$"', 'sh:minLength "three"'),
            [f'{SHAPES}:19:1: error: sh:minLength cannot be "three"'],
            id="a parameter of the wrong type",
        ),
        pytest.param(
            change(SHAPES, "sh:path lt:callSign ;", ""),
            [f"{SHAPES}:19:1: error: sh:path is missing"],
            id="a property shape without a path",
        ),
        pytest.param(
            change(SHAPES, "sh:datatype xsd:string", "sh:datatype xsd:string, xsd:date"),
            [f"{SHAPES}:19:1: error: sh:datatype is there more than once"],
            id="two datatypes",
        ),
        pytest.param(
            change(SHAPES, "sh:datatype xsd:string", "sh:in xsd:string"),
            [f"{SHAPES}:19:1: error: sh:in cannot be xsd:string"],
            id="a value where a list is wanted",
        ),
        pytest.param(
            change(SHAPES, "sh:minCount", "sh:minCuont"),
            [f"{SHAPES}:{line}:1: error: SHACL has no term sh:minCuont" for line in (11, 19)],
            id="a parameter that SHACL does not have, which it would ignore",
        ),
        pytest.param(
            change(SHAPES, "^[A-Z0-9]", "^[A-Z0-9"),
            [
                f'{SHAPES}:19:1: error: "^[A-Z0-9{{3,6}}$" is not a regular expression:'
                " unterminated character set"
            ],
            id="a pattern that is no regular expression",
        ),
        pytest.param(
            change(SHAPES, "sh:targetClass", "sh:sparql [ sh:select 'SELECT $this {' ] ; sh:targetClass"),
            [f"{SHAPES}:7:1: error: in line 1 of the query: {{ is not closed"],
            id="a constraint whose query does not parse",
        ),
        pytest.param(
            change(SHAPES, "sh:targetClass", "sh:ignoredProperties ( lt:callSign ) ; sh:targetClass"),
            [
                "shapes:1:1: error: ClosedConstraintComponent: You can only use sh:ignoredProperties"
                " on a Closed Shape (sh:closed)."
            ],
            id="a parameter that makes sense only with another",
        ),
        pytest.param(
            change(SHAPES, "sh:pattern", "sh:node [ sh:property [ sh:minCount 1 ] ] ; sh:pattern"),
            [f"{SHAPES}:19:1: error: sh:path is missing"],
            id="a slip in a nameless shape, which is told at the shape around it",
        ),
    ],
)
def test_shapes_that_are_not_well_formed(root: Path, edit: Edit, problems: list[str]) -> None:
    edit(root)
    assert findings(root) == (2, problems)


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        pytest.param(
            change(QUERY, "SELECT", "SELCT"),
            "5:10: error: this is not SPARQL from here on",
            id="a query that does not parse",
        ),
        pytest.param(
            change(QUERY, "PREFIX rdfs:", "PREFIX rdf:"),
            "6:40: error: the prefix rdfs: is not declared",
            id="a query with a prefix that it does not declare",
        ),
        pytest.param(
            change(QUERY, "# question:", "#"),
            "1:1: error: the first line of a query says what it asks: # question: …?",
            id="a query that does not say what it asks",
        ),
        pytest.param(
            fill(QUERY, b"# question: \xff\nASK {}\n"),
            "1:1: error: byte 13 is not UTF-8; save the file as UTF-8",
            id="a query that is not UTF-8",
        ),
    ],
)
def test_a_query_that_is_wrong(root: Path, edit: Edit, problem: str) -> None:
    edit(root)
    assert findings(root) == (1, [f"{QUERY}:{problem}"])


def test_a_query_that_does_not_read_is_no_update(root: Path) -> None:
    fill(QUERY, b"# question: What if?\nDELETE WHERE { ?s ?p ?o }\n")(root)
    assert findings(root) == (
        1,
        [f"{QUERY}:1:1: error: Only queries are answered here: updates are not taken."],
    )


def test_all_problems_of_a_run_are_reported_in_order(root: Path) -> None:
    fill("data/keepers/empty.yaml", b"")(root)
    change(KEEPER, "label:", "lable:")(root)
    change(OTHER, 'callSign: "0410"', "callSign: x")(root)
    change(TOWER, "41.50", "41,5")(root)
    change(TOWER, "lighthouse/north-teal", "lighthouse/north-tael")(root)
    change(QUERY, "# question:", "#")(root)
    (root / "data/keepers/ghost.yaml").symlink_to("ghost")
    assert findings(root) == (
        2,
        [
            "data/keepers/empty.yaml:1:1: error: the file is empty; write one `key: value` a line",
            'data/keepers/ghost.yaml:1:1: error: the link leads nowhere: "ghost"',
            f'{KEEPER}:3:1: error: unknown key "lable"; did you mean "label"?',
            f"{OTHER}:4:11: violation: a keeper has one call sign of 3 to 6 capital letters and digits",
            f'{TOWER}:11:14: error: focalHeight: "41,5" is not a decimal number;'
            " write digits and a point only, as in 1200 or 3.5",
            f'{TOWER}:16:39: error: no record has the id "lighthouse/north-tael";'
            ' did you mean "lighthouse/north-teal", "lighthouse/south-teal"?',
            f"{QUERY}:1:1: error: the first line of a query says what it asks: # question: …?",
        ],
    )


def test_what_stops_the_reading_is_reported_with_all_else(root: Path) -> None:
    fill(KEEPER, b"")(root)
    fill(CONTEXT, b"{}")(root)
    change("ontology/colours.ttl", "@prefix lt:", "@prefix lts:")(root)
    change(QUERY, "# question:", "#")(root)
    assert findings(root) == (
        2,
        [
            f"{KEEPER}:1:1: error: the file is empty; write one `key: value` a line",
            f"{QUERY}:1:1: error: the first line of a query says what it asks: # question: …?",
            "ontology/colours.ttl:5:1: error: this is not Turtle: The prefix lt: has not been declared",
            f'{CONTEXT}:1:1: error: a context file is {{"@context": {{…}}}}, a map, and no more',
        ],
    )


def test_shapes_that_are_not_well_formed_are_reported_with_all_else(root: Path) -> None:
    change(KEEPER, "callSign", "calSign")(root)
    change(TOWER, "keeper/ida-sandpiper", "keeper/nobody")(root)
    change(SHAPES, 'sh:pattern "^[A-Z0-9]{3,6}$"', 'sh:minLength "three"')(root)
    assert findings(root) == (
        2,
        [
            f'{KEEPER}:4:1: error: unknown key "calSign"; did you mean "callSign"?',
            f'{TOWER}:15:44: error: no record has the id "keeper/nobody"',
            f'{SHAPES}:19:1: error: sh:minLength cannot be "three"',
        ],
    )
