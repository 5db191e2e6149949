"""A release and its workers, together: all that answers its requests."""

import sys
from collections.abc import Iterator

import pytest

from asgi_client import Client, sparql
from pilotgraph.errors import ReleaseError
from pilotgraph.front import Front
from pilotgraph.metrics import Metrics
from pilotgraph.pool import Pool
from pilotgraph.release import Release
from pilotgraph.site import make_site
from pools import kept, on_loop, run, the_loop

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what the processes are")


@pytest.fixture(scope="module")
def pool(release: Release) -> Iterator[Pool]:
    with kept(release) as opened:
        yield opened


@pytest.fixture(scope="module")
def site(release: Release, pool: Pool) -> Iterator[Front]:
    made = make_site(release.path, pool, the_loop(), Metrics())
    yield made
    made.close()


@on_loop
async def test_pages_and_queries_are_answered_from_one_release(site: Front, release: Release) -> None:
    home = await Client("/", accept="text/html").ask(site)
    assert home.status == 200
    assert b"</html>" in home.body
    file = await Client(f"/releases/{release.version}/data.nq").ask(site)
    assert (file.status, file.body) == (200, release.read("data.nq"))
    answer = await Client(sparql("ASK { ?s ?p ?o }"), accept="text/csv").ask(site)
    assert (answer.status, answer.body) == (200, b"true")


@on_loop
async def test_a_page_of_results_is_made_from_the_same_answers(site: Front) -> None:
    text = "SELECT ('seen by nobody else' AS ?x) {}"
    page = await Client(sparql(text), accept="text/html").ask(site)
    assert page.status == 200
    assert b"seen by nobody else" in page.body
    before = site.state["cache_answers"]
    assert before > 0
    await Client(sparql(text), accept="application/sparql-results+json, text/turtle").ask(site)
    assert site.state["cache_answers"] == before


def test_tags_are_those_of_the_release(site: Front, pool: Pool, release: Release) -> None:
    """A server that starts again gives the same, so that what clients keep stays good."""
    again = make_site(release.path, pool, the_loop(), Metrics())
    first, second = (run(Client(sparql("ASK {}")).ask(each)) for each in (site, again))
    again.close()
    assert first.headers["ETag"] == second.headers["ETag"]


def test_where_there_is_no_release_there_is_no_site(pool: Pool, release: Release) -> None:
    with pytest.raises(ReleaseError):
        make_site(release.path.parent / "none", pool, the_loop(), Metrics())
