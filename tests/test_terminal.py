"""What is printed for people: problems, counts, tables, paths."""

import json
from pathlib import Path

import pytest

from pilotgraph import terminal
from pilotgraph.errors import Position, Problem, Severity


def problem(severity: Severity, rule: str = "urn:rule", path: str = "a.yaml") -> Problem:
    return Problem(Position(path, 1, 5), severity, "say so", rule)


WARNING, INFO = problem(Severity.WARNING), problem(Severity.INFO)


@pytest.mark.parametrize(
    ("problems", "printed"),
    [
        pytest.param([], "", id="nothing to say"),
        pytest.param([WARNING], "a.yaml:1:5: warning: say so\n", id="a warning is printed"),
        pytest.param(
            [INFO, WARNING, INFO],
            "a.yaml:1:5: warning: say so\n2 infos; run `pilotgraph validate` to see them\n",
            id="infos are counted",
        ),
        pytest.param([INFO], "1 info; run `pilotgraph validate` to see it\n", id="one is too"),
        pytest.param(
            [problem(Severity.INFO, "")],
            "a.yaml:1:5: info: say so\n",
            id="what validate does not know is printed",
        ),
    ],
)
def test_what_is_notable(problems: list[Problem], printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    terminal.print_notable(problems)
    assert capsys.readouterr() == ("", printed)


@pytest.mark.parametrize(
    ("problems", "text"),
    [
        pytest.param([], "no problems", id="none"),
        pytest.param([WARNING], "1 warning in 1 file", id="one"),
        pytest.param(
            [INFO, WARNING, problem(Severity.ERROR), problem(Severity.ERROR, path="b.yaml")],
            "2 errors, 1 warning, 1 info in 2 files",
            id="several, the worst first",
        ),
    ],
)
def test_how_many_problems(problems: list[Problem], text: str) -> None:
    assert terminal.count(problems) == text


@pytest.mark.parametrize(
    ("severity", "command"),
    [
        (Severity.ERROR, "error"),
        (Severity.VIOLATION, "error"),
        (Severity.WARNING, "warning"),
        (Severity.INFO, "notice"),
    ],
)
def test_an_annotation(severity: Severity, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    terminal.print_problems([problem(severity, path="a,b:c%.yaml")], "github")
    assert capsys.readouterr().out == (
        f"::{command} file=a%2Cb%3Ac%25.yaml,line=1,col=5,title={severity}::say so\n"
    )


def test_a_path_is_shown_as_one_would_type_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert terminal.shown(tmp_path / "a/b") == "a/b"
    assert terminal.shown(Path("a/b")) == "a/b"
    assert terminal.shown(tmp_path.parent) == str(tmp_path.parent)


def test_it_fails_with_a_line_and_an_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        terminal.fail("no such thing", code=2)
    assert (ended.value.code, capsys.readouterr()) == (2, ("", "Error: no such thing\n"))


def test_what_is_told_of_sources_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    told = Problem(Position("a\x1b[2J.yaml", 1, 5), Severity.ERROR, "say\r\x9b1m\u202eso", "urn:rule")
    terminal.print_problems([told])
    with pytest.raises(SystemExit):
        terminal.fail("first\nsecond\x1b[31m")
    assert capsys.readouterr() == (
        "a\ufffd[2J.yaml:1:5: error: say\ufffd\ufffd1m\ufffdso\n",
        "Error: first\nsecond\ufffd[31m\n",
    )


def test_a_triple_as_a_value_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    spo = {part: {"type": "uri", "value": f"urn:{part[0]}"} for part in ("subject", "predicate", "object")}
    rows = [{"a": {"type": "triple", "value": spo}}]
    terminal.print_result(json.dumps({"head": {"vars": ["a"]}, "results": {"bindings": rows}}).encode())
    assert "<< urn:s urn:p urn:o >>" in capsys.readouterr().out


def test_an_answer_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    cell = {"a": {"type": "literal", "value": "one\x1b]0;title\x07\ntwo"}}
    terminal.print_result(json.dumps({"head": {"vars": ["a"]}, "results": {"bindings": [cell]}}).encode())
    shown = capsys.readouterr().out
    assert "one\ufffd]0;title\ufffd " in shown
    assert "two" in shown
    assert all(line.isprintable() for line in shown.split("\n"))
