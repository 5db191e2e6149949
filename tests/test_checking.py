"""The command `check`: what it prints, and how it ends."""

import socket

import pytest
from click.testing import CliRunner

from deployed import proxy, without
from pilotgraph import contract
from pilotgraph.cli import main
from pilotgraph.deployment import Site


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["check", *arguments], catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


def test_the_command_prints_a_line_for_each_check(lights: Site, leading: str) -> None:
    code, out, err = run(f"{lights.root}/")
    printed = out.splitlines()
    left_out = [line for line in printed if not line.startswith("✓ ")]
    assert left_out, (code, out[-500:], err[-500:])
    assert all(line.endswith("the site names no withdrawn to ask for") for line in left_out)
    assert f"✓ GET {leading}id/lighthouse/kestrel-point  Accept: text/turtle" in printed
    said = f"{len(printed)} checks: 0 found something wrong, {len(left_out)} left out\n"
    assert (code, err) == (0, said)


def test_the_command_ends_with_1_if_something_is_wrong(lights: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    some = [kind for kind in contract.EVERY if kind.path in ("/robots.txt", "/void.ttl")]
    monkeypatch.setattr(contract, "EVERY", some)
    with proxy(
        lights.root, without("X-Content-Type-Options", lambda seen: seen.path == "/robots.txt")
    ) as url:
        code, out, err = run("--host-only", "--quiet", url)
    assert out, (code, err)
    assert out.splitlines()[0] == (
        "✗ GET /robots.txt: X-Content-Type-Options is not nosniff: a browser may take data for a page"
    )
    assert code == 1
    assert err.endswith("found something wrong\n")


def test_the_command_ends_with_2_if_there_is_no_site(redirector: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        code, out, err = run(url)
    assert (code, out) == (2, "")
    assert err.startswith(f"Error: {url}/ does not answer: ")
    code, out, err = run(redirector)
    assert (code, out) == (2, "")
    assert err == f"Error: {redirector}/ describes 0 datasets with an endpoint; one is wanted\n"


def test_the_command_refuses_what_contradicts_itself() -> None:
    code, _, err = run("--host-only", "--iri", "https://example.org/x", "http://127.0.0.1:9/")
    assert code == 2
    assert "give --iri or --host-only, not both" in err
