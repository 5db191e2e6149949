"""A flat TOML file comes out key by key, each with its line, and one that is none says where it ends."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from pilotgraph.toml_file import BadFile, Key, read


def written(folder: Path, content: bytes) -> Path:
    path = folder / "site.toml"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("# port = 1\n\n", [], id="comments and empty lines"),
        pytest.param("a = 1\nb = 2.5", [("a", 1, 1), ("b", 2.5, 2)], id="no newline at the end"),
        pytest.param("\n\na = true # yes\n", [("a", True, 3)], id="a comment after a value"),
        pytest.param("a = 1\r\nb = 'x'\r\n", [("a", 1, 1), ("b", "x", 2)], id="lines that end as on Windows"),
        pytest.param("\ufeffa = 1\n", [("a", 1, 1)], id="a byte order mark"),
        pytest.param(
            '"a" = "\u2028="\nb = 1', [("a", "\u2028=", 1), ("b", 1, 2)], id="no end of line in TOML"
        ),
        pytest.param(
            'a = """\nb = 1\n"""\nc = [\n1,\n2]\nd = 3\n',
            [("a", "b = 1\n", 1), ("c", [1, 2], 4), ("d", 3, 7)],
            id="values of several lines",
        ),
        pytest.param("a = 1\na = 2", [("a", 1, 1), ("a", 2, 2)], id="the same key twice"),
        pytest.param(
            "[t]\na.b = 1", [("t", {}, 1), ("a", {"b": 1}, 2)], id="tables, for the caller to refuse"
        ),
    ],
)
def test_keys_have_their_lines(tmp_path: Path, content: str, keys: list[tuple[str, object, int]]) -> None:
    assert list(read(written(tmp_path, content.encode()))) == [Key(*key) for key in keys]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param(b"a = 1\nb\nc = ", 2, id="no value"),
        pytest.param(b"\n\nlog = hash\n", 3, id="text without quotes"),
        pytest.param(b"a = 1\nb = 10s\nc = 2", 2, id="a unit after a number"),
        pytest.param(b'\na = """\nb = 1\n', 2, id="quotes that stay open"),
        pytest.param(b"port = 08", 1, id="a number that begins with 0"),
    ],
)
def test_what_is_no_toml_is_named_with_its_line(tmp_path: Path, content: bytes, line: int) -> None:
    path = written(tmp_path, content)
    with pytest.raises(BadFile) as caught:
        list(read(path))
    # What stands between is the library's, and differs between versions of Python.
    start, end = f"{path}:{line}: ", '; write a setting a line, as in: name = 10, or: name = "text"'
    said = str(caught.value)
    assert said.startswith(start)
    assert said.endswith(end)
    assert len(said) > len(start) + len(end)
    assert "(at " not in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a = 1\nb = '\xff'\n", ":2: a file of settings is written in UTF-8"),
        (b"#" * 16_001, ": a file of settings has at most 16 kB"),
    ],
    ids=["not UTF-8", "too large"],
)
def test_what_is_no_text_of_settings(tmp_path: Path, content: bytes, said: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(BadFile) as caught:
        list(read(path))
    assert str(caught.value) == f"{path}{said}"


def test_what_stands_before_a_bad_line_is_read(tmp_path: Path) -> None:
    keys = read(written(tmp_path, b"a = 1\n?"))
    assert next(keys) == Key("a", 1, 1)
    with pytest.raises(BadFile, match=r"site\.toml:2: "):
        next(keys)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadFile) as caught:
        list(read(tmp_path / "none.toml"))
    assert str(caught.value) == f"{tmp_path / 'none.toml'}: No such file or directory"
    with pytest.raises(BadFile, match="Is a directory"):
        list(read(tmp_path))


@pytest.mark.parametrize(
    "content", [b"a = " + b"[" * 15_000, b"a = " + b"9" * 15_000], ids=["depth", "digits"]
)
def test_what_no_reader_can_hold_is_a_bad_file(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadFile, match=r"site\.toml:1: "):
        list(read(written(tmp_path, content)))


VALUES = st.one_of(
    st.integers(-(10**18), 10**18).map(str),
    st.booleans().map(lambda value: str(value).lower()),
    st.sampled_from(["'a'", '"# \\n"', '"""\n\n"""', "[1,\n2]", "1.5e3", "2020-01-01", "inf"]),
)


@effort(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[a-z_]{1,9}", fullmatch=True), VALUES, st.sampled_from(["", "\n", " # b = 1"])
        ),
        unique_by=lambda each: each[0],
    )
)
def test_the_values_are_those_of_the_standard_library(
    tmp_path_factory: pytest.TempPathFactory, statements: list[tuple[str, str, str]]
) -> None:
    text = "".join(f"{name} = {value}{end}\n" for name, value, end in statements)
    keys = list(read(written(tmp_path_factory.getbasetemp(), text.encode())))
    assert {key.name: key.value for key in keys} == tomllib.loads(text)
    lines = text.split("\n")
    assert all(lines[key.line - 1].startswith(f"{key.name} = ") for key in keys)
