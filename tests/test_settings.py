"""The table of settings, what outdoes what, and every way to get one wrong."""

import json
import pickle
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from conftest import REPOSITORY
from pilotgraph.errors import PilotgraphError, SettingsError
from pilotgraph.option import Option
from pilotgraph.settings import (
    Origin,
    Settings,
    Source,
    as_markdown,
    as_text,
    options,
)

NAMES = [option.name for option in options()]
UNITS = {"_seconds": "seconds", "_ms": "milliseconds", "_mb": "MB", "_kb": "kB"}


def written(folder: Path, text: str) -> Path:
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, object] | None = None,
) -> list[str]:
    """What is said of settings that cannot be used."""
    with pytest.raises(SettingsError) as caught:
        Settings.read(file, environ or {}, flags or {})
    assert isinstance(caught.value, PilotgraphError)
    said = str(caught.value)
    return (said.replace(f"{file.parent}/", "") if file else said).splitlines()


def test_there_is_a_table() -> None:
    assert len(NAMES) >= 23
    assert [each.name for each in fields(Settings)] == [*NAMES, "origins"]


@pytest.mark.parametrize("option", options(), ids=NAMES)
def test_a_line_of_the_table_is_whole(option: Option) -> None:
    assert option.check(option.default) == option.default == getattr(Settings(), option.name)
    assert type(getattr(Settings(), option.name)) is type(option.default)
    assert re.fullmatch(r"[A-Z][^|\n]+[^.]\.", option.help), "a sentence, and fit for a table"
    assert option.part
    for end, unit in UNITS.items():
        assert (option.unit == unit) is option.name.endswith(end)
    if isinstance(option.default, str):
        assert not option.unit
    else:
        low, high = option.bounds
        assert 0 <= low <= option.default <= high
        assert option.check(low) == low
        assert option.check(high) == high
        assert option.unit or option.name == "port"


def test_a_part_stands_together() -> None:
    parts = [option.part for option in options()]
    assert [*dict.fromkeys(parts)] == [
        part for before, part in zip(["", *parts], parts, strict=False) if before != part
    ]


def test_a_later_source_outdoes_an_earlier_one(tmp_path: Path) -> None:
    file = written(tmp_path, "port = 1\nqueued = 2\n# more\ncache_mb = 3\n")
    environ = {"PILOTGRAPH_QUEUED": "4", "PILOTGRAPH_CACHE_MB": "5", "HOME": "/", "PORT": "9"}
    settings = Settings.read(file, environ, {"cache_mb": "6", "log": None})
    assert (settings.port, settings.queued, settings.cache_mb, settings.log) == (1, 4, 6, "hash")
    assert settings.origins == {
        "port": Origin(Source.FILE, f"{file}:1"),
        "queued": Origin(Source.ENVIRONMENT, "PILOTGRAPH_QUEUED"),
        "cache_mb": Origin(Source.FLAG, "--cache-mb"),
    }
    origins = {row.name: row.origin for row in settings.rows()}
    assert origins["port"] == f"file {file}:1"
    assert origins["queued"] == "environment PILOTGRAPH_QUEUED"
    assert origins["cache_mb"] == "flag --cache-mb"
    assert origins["log"] == "default"


def test_the_environment_may_name_the_file_and_a_flag_another(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text("port = 2", encoding="utf-8")
    environ = {"PILOTGRAPH_SETTINGS": str(written(tmp_path, "port = 1"))}
    assert Settings.read(None, environ, {}).port == 1
    assert Settings.read(other, environ, {}).port == 2
    assert Settings.read(None, {}, {}) == Settings()


@pytest.mark.parametrize("option", options(), ids=NAMES)
def test_each_setting_can_be_set_in_each_way(tmp_path: Path, option: Option) -> None:
    values: dict[str, Any] = {
        "host": "::1",
        "public_url": "https://example.org/a",
        "log": "text",
        "answer_mb": 31.0,
        "slow_per_client": 1,
    }
    value = values.get(option.name, option.default)
    if value == option.default:
        value = option.check(type(option.default)(float(option.default) + 1))
    file = written(tmp_path, f"{option.name} = {value!r}")
    for settings in (
        Settings.read(file, {}, {}),
        Settings.read(None, {option.variable: str(value)}, {}),
        Settings.read(None, {}, {option.name: str(value)}),
        Settings.read(None, {}, {option.name: value}),
    ):
        assert settings == replace(Settings(), **{option.name: value})
        assert settings != Settings()
        assert list(settings.origins) == [option.name]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "\ndeadline_second = 5",
            ['site.toml:2: there is no setting "deadline_second"; did you mean deadline_seconds?'],
            id="a slip in a name",
        ),
        pytest.param(
            "colour = 5",
            ['site.toml:1: there is no setting "colour"; --show-settings lists all'],
            id="no such name",
        ),
        pytest.param(
            "[server]\nport = 1",
            ['site.toml:1: there is no setting "server"; settings stand one a line, in no table'],
            id="a table",
        ),
        pytest.param(
            "port = '80'",
            ['site.toml:1: port cannot be "80": write a whole number from 0 to 65_535'],
            id="a number in quotes",
        ),
        pytest.param(
            "port = 80.0",
            ["site.toml:1: port cannot be 80.0: write a whole number from 0 to 65_535"],
            id="a number for a whole number",
        ),
        pytest.param(
            "workers = true",
            ["site.toml:1: workers cannot be true: write a whole number from 1 to 64"],
            id="true for a number",
        ),
        pytest.param(
            "drain_seconds = inf\nbody_seconds = nan",
            [
                "site.toml:1: drain_seconds cannot be Infinity: write a number from 0 to 3600",
                "site.toml:2: body_seconds cannot be NaN: write a number from 0.1 to 3600",
            ],
            id="infinite, and not a number",
        ),
        pytest.param(
            "deadline_seconds = -1",
            ["site.toml:1: deadline_seconds cannot be -1: write a number from 0.01 to 3600"],
            id="out of bounds",
        ),
        pytest.param(
            "log = 2020-01-01",
            ['site.toml:1: log cannot be "2020-01-01": write one of "none", "hash", "text"'],
            id="a date",
        ),
        pytest.param(
            "queued = 5\nport = 1\nqueued = 5",
            ["site.toml:3: queued stands in site.toml:1 too: keep one of them"],
            id="given twice",
        ),
        pytest.param(
            "workers = 0\nport = [",
            [
                "site.toml:1: workers cannot be 0: write a whole number from 1 to 64",
                'site.toml:2: Invalid value; write a setting a line, as in: name = 10, or: name = "text"',
            ],
            id="a bad value before a bad line",
        ),
        pytest.param(
            "slow_workers = 1\nslow_per_client = 2",
            [
                "site.toml:2: slow_per_client = 2 (file site.toml:2) is over"
                " slow_workers = 1 (file site.toml:1): lower the one or raise the other"
            ],
            id="two that contradict each other",
        ),
        pytest.param(
            "in_flight_mb = 20",
            [
                "site.toml:1: answer_mb = 32.0 (default) is over in_flight_mb = 20 (file site.toml:1):"
                " lower the one or raise the other"
            ],
            id="one that contradicts a default",
        ),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_line(tmp_path: Path, text: str, said: list[str]) -> None:
    assert refused(written(tmp_path, text)) == said


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        (
            {"PILOTGRAPH_DEADLINE": "5"},
            'PILOTGRAPH_DEADLINE: there is no setting "deadline"; did you mean PILOTGRAPH_DEADLINE_SECONDS?',
        ),
        (
            {"PILOTGRAPH_PORT": "tcp://10.0.0.1:80"},
            'PILOTGRAPH_PORT: port cannot be "tcp://10.0.0.1:80": write a whole number from 0 to 65_535',
        ),
        (
            {"PILOTGRAPH_PORT": ""},
            'PILOTGRAPH_PORT: port cannot be "": write a whole number from 0 to 65_535',
        ),
        (
            {"PILOTGRAPH_CACHE_MB": "1.5"},
            'PILOTGRAPH_CACHE_MB: cache_mb cannot be "1.5": write a whole number from 0 to 1_000_000',
        ),
        (
            {"PILOTGRAPH_DRAIN_SECONDS": "nan"},
            "PILOTGRAPH_DRAIN_SECONDS: drain_seconds cannot be NaN: write a number from 0 to 3600",
        ),
        (
            {"PILOTGRAPH_LOG": "text", "PILOTGRAPH_log": "hash"},
            "PILOTGRAPH_log: log stands in PILOTGRAPH_LOG too: keep one of them",
        ),
        ({"PILOTGRAPH_SETTINGS": "/none/a.toml"}, "/none/a.toml: No such file or directory"),
    ],
)
def test_what_is_wrong_in_the_environment(environ: dict[str, str], said: str) -> None:
    assert refused(environ=environ) == [said]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"queued": "many"}, '--queued: queued cannot be "many": write a whole number from 0 to 100_000'),
        ({"workers": True}, "--workers: workers cannot be true: write a whole number from 1 to 64"),
        ({"worker": 1}, '--worker: there is no setting "worker"; did you mean --workers?'),
    ],
)
def test_what_is_wrong_in_a_flag(flags: dict[str, object], said: str) -> None:
    assert refused(flags=flags) == [said]


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    file = written(tmp_path, "port = -1\nlog = 'all'\n")
    assert len(refused(file, {"PILOTGRAPH_QUEUED": "x", "PILOTGRAPH_HOST": ""}, {"workers": 0})) == 5


def test_a_later_source_does_not_hide_what_is_wrong_in_an_earlier_one(tmp_path: Path) -> None:
    (said,) = refused(written(tmp_path, "port = -1"), flags={"port": "1"})
    assert said.startswith("site.toml:1: port cannot be -1")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"workers": 0, "log": "x"}, ["workers cannot be 0: ", "log cannot be "]),
        ({"slow_workers": 1}, ["slow_per_client = 2 (default) is over slow_workers = 1 (default): "]),
        ({"memory_mb": 10}, ["answer_mb = 32.0 (default) is over memory_mb = 10 (default): "]),
    ],
)
def test_settings_made_in_code_are_held_to_the_same(values: dict[str, Any], said: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        replace(Settings(), **values)
    lines = str(caught.value).splitlines()
    assert [line.startswith(start) for line, start in zip(lines, said, strict=True)] == [True] * len(said)


def test_settings_can_be_compared_and_handed_to_another_process() -> None:
    settings = Settings.read(None, {"PILOTGRAPH_PORT": "1"}, {})
    assert settings == Settings(port=1)
    assert hash(settings) == hash(Settings(port=1))
    copied = pickle.loads(pickle.dumps(settings))
    assert (copied, copied.origins) == (settings, settings.origins)


def test_another_process_can_be_given_all_values_as_json() -> None:
    settings = Settings(public_url="https://example.org", deadline_seconds=2.5)
    assert Settings(**json.loads(json.dumps(settings.values()))) == settings
    assert list(settings.values()) == NAMES


def test_a_form_of_the_longest_query_is_no_larger_than_a_body() -> None:
    settings = Settings(query_kb=7)
    form = urlencode({"query": '\u20ac"' * 1_750}).encode()
    assert len(form) <= 3 * 7_000 + len("query=")
    assert settings.body_bytes == 3 * 7_000 + 10_000


def test_they_are_shown_in_columns() -> None:
    shown = as_text(Settings.read(None, {}, {"host": "::", "queries_per_worker": 20_000}))
    head, *lines = shown.splitlines()
    assert head.split() == ["setting", "value", "unit", "from", "what", "it", "does"]
    assert [line.split()[0] for line in lines] == NAMES
    for option, line in zip(options(), lines, strict=True):
        assert line.index(option.help) == head.index("what it does")
    assert lines[NAMES.index("host")].split()[:4] == ["host", '"::"', "flag", "--host"]
    assert lines[NAMES.index("queries_per_worker")].split()[:3] == ["queries_per_worker", "20_000", "queries"]


def test_the_readme_holds_the_table() -> None:
    assert f"\n\n{as_markdown()}\n" in (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_the_table_for_the_readme_names_every_setting() -> None:
    assert re.findall(r"^\| `(\w+)` \| `[^|]+` \| [^|]+ \| [^|]+ \|$", as_markdown(), re.MULTILINE) == NAMES


TEXTS = st.one_of(st.text(max_size=20), st.integers().map(str), st.floats().map(str))


@effort(deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=3))
def test_any_text_is_a_setting_or_a_settings_error(given_: dict[str, str]) -> None:
    try:
        settings = Settings.read(
            None, {f"PILOTGRAPH_{name.upper()}": text for name, text in given_.items()}, {}
        )
    except SettingsError as error:
        assert str(error)
    else:
        assert all(option.check(getattr(settings, option.name)) is not None for option in options())
        shown = {row.name: tomllib.loads(f"a = {row.value}")["a"] for row in settings.rows()}
        assert shown == {name: getattr(settings, name) for name in NAMES}


@effort(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([*NAMES, "", "[a]", "#"]), st.sampled_from(["", "=", ".x="]), TEXTS),
        max_size=4,
    )
)
def test_any_file_is_settings_or_a_settings_error(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[str, str, str]]
) -> None:
    text = "\n".join(map("".join, lines))
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_text(text, encoding="utf-8", errors="replace")
    try:
        Settings.read(file, {}, {})
    except SettingsError as error:
        assert all(line.startswith(f"{file}:") for line in str(error).splitlines())
