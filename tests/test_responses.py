"""What every answer has: a form for errors that the client takes, and headers for scripts elsewhere."""

import json

import pytest
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from pilotgraph.release import Release
from web import BROWSER, get, serving


@pytest.fixture(scope="module")
def client(release: Release) -> FlaskClient:
    return serving(release).test_client()


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        pytest.param(None, "application/problem+json", id="a program"),
        pytest.param("text/turtle", "application/problem+json", id="one that takes no kind of error"),
        pytest.param(BROWSER, "text/html", id="a browser"),
    ],
)
def test_an_error_has_the_form_that_the_client_takes(
    client: FlaskClient, accept: str | None, media_type: str
) -> None:
    response = get(client, "/nothing", accept)
    assert (response.status_code, response.mimetype) == (404, media_type)
    assert "There is nothing at this address." in response.text


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        pytest.param("GET", "/nothing", 404, "There is nothing at this address.", id="no such address"),
        pytest.param(
            "DELETE",
            "/ontology",
            405,
            "This address does not take that method; Allow says which it takes.",
            id="no such method",
        ),
    ],
)
@pytest.mark.parametrize("accept", [None, "", "*/*", "application/json", "text/turtle", "image/png"])
def test_what_a_program_did_wrong_is_told_as_a_problem(
    client: FlaskClient, method: str, path: str, status: int, detail: str, accept: str | None
) -> None:
    headers = {"Accept": accept} if accept is not None else {}
    response = client.open(path, method=method, headers=headers)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert json.loads(response.data)["detail"] == detail


@pytest.mark.parametrize("host", ["", 'a"><script>', "a b", "x/y", "x:99999", "exämple"])
@pytest.mark.parametrize("accept", ["text/turtle", BROWSER])
def test_a_request_whose_host_is_none_is_refused(client: FlaskClient, host: str, accept: str) -> None:
    for path in ("/", "/robots.txt", "/sparql"):
        sent = {"HTTP_HOST": host.encode().decode("latin-1"), "HTTP_ACCEPT": accept}
        response = client.get(path, environ_overrides=sent)
        assert response.status_code == 400
        assert "The header Host names no host." in response.text
        assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_a_request_without_host_is_told_the_address_of_the_server(release: Release) -> None:
    environ = EnvironBuilder("/robots.txt").get_environ()
    del environ["HTTP_HOST"]  # HTTP/1.0 has none
    environ |= {"SERVER_NAME": "10.0.0.1", "SERVER_PORT": "8000"}
    content, status, _ = run_wsgi_app(serving(release), environ, buffered=True)
    assert status == "200 OK"
    assert b"http://10.0.0.1:8000/sitemap.xml" in b"".join(content)


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        pytest.param("/sparql", "QUERY", {"GET", "HEAD", "OPTIONS", "POST", "QUERY"}, id="the endpoint"),
        pytest.param("/doc/keeper/ida-sandpiper.ttl", "GET", {"GET", "HEAD", "OPTIONS"}, id="a document"),
    ],
)
def test_a_browser_may_ask_first_what_a_script_of_elsewhere_may_send(
    client: FlaskClient, path: str, method: str, allowed: set[str]
) -> None:
    asked = {
        "Origin": "https://example.net",
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type",
    }
    response = client.options(path, headers=asked)
    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert set(response.headers["Access-Control-Allow-Methods"].split(", ")) == allowed
    assert response.headers["Access-Control-Allow-Headers"] == "*"


@pytest.mark.parametrize(
    ("path", "runs"),
    [
        ("/sparql", True),
        ("/sparql?query=ASK%20%7B%7D", True),
        ("/sparql?query=nonsense", True),
        ("/", False),
        ("/doc/keeper/ida-sandpiper.html", False),
        ("/queries/highest-lights", False),
        ("/views/heights", False),
        ("/nothing", False),
    ],
)
def test_only_the_page_to_ask_from_runs_scripts_and_they_are_the_sites(
    client: FlaskClient, path: str, runs: bool
) -> None:
    response = get(client, path, BROWSER)
    rules = dict(each.split(maxsplit=1) for each in response.headers["Content-Security-Policy"].split("; "))
    assert rules["default-src"] == "'none'"
    for directive in ("script-src", "connect-src"):
        assert rules.get(directive) == ("'self'" if runs else None)
    assert ("<script defer" in response.text) == runs


@pytest.mark.parametrize(
    "path", ["/", "/doc/keeper/ida-sandpiper.ttl", "/queries/highest-lights.csv", "/sitemap.xml"]
)
def test_a_tag_stays_true_of_what_a_proxy_has_compressed(client: FlaskClient, path: str) -> None:
    tag = client.get(path).headers["ETag"]
    assert tag.startswith('W/"')
    for held in (tag, tag.removeprefix("W/")):
        assert client.get(path, headers={"If-None-Match": held}).status_code == 304


NO_DATE = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"


@pytest.mark.parametrize("header", ["If-Modified-Since", "If-Unmodified-Since", "If-Range"])
@pytest.mark.parametrize("date", [NO_DATE, NO_DATE.replace("9" * 20, "2026").replace("GMT", "+" + "9" * 20)])
@pytest.mark.parametrize(
    "path", ["/static/style.css", "/releases/0.3.0/data.nt", "/catalog.ttl", "/feed.atom"]
)
def test_a_condition_with_a_date_that_cannot_be_is_passed_over(
    client: FlaskClient, path: str, date: str, header: str
) -> None:
    whole = client.get(path)
    response = client.get(path, headers={header: date})
    assert (response.status_code, response.data) == (200, whole.data)
    part = client.get(path, headers={header: date, "Range": "bytes=0-0"})
    # What it has a part of is not known (RFC 9110, section 13.1.5): only then is no part sent.
    if header == "If-Range":
        assert (part.status_code, part.data) == (200, whole.data)
    else:
        assert part.data in (whole.data, whole.data[:1])
