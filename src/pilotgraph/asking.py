"""What someone typed after `query` -> the text of a query, whose values name things.

A name that is almost right, or the id of a thing that the release lacks, is told with the nearest ones.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from pyoxigraph import NamedNode

from pilotgraph.context import Context
from pilotgraph.errors import QueryError
from pilotgraph.lookup import Lookup
from pilotgraph.parameters import parameters, typed_iri
from pilotgraph.paths import Site
from pilotgraph.release import Release


def query_text(release: Release, query: str) -> str:
    """The text of a query that is named as a file, as - for standard input, or as a published question.

    :raises QueryError: if it is none of these, or not UTF-8.
    """
    if query == "-":
        content = sys.stdin.buffer.read()
    elif Path(query).is_file() or Path(query).is_fifo():
        content = Path(query).read_bytes()
    elif f"queries/{query}.rq" in release.files:
        content = release.read(f"queries/{query}.rq")
    else:
        names = [Path(path).stem for path in release.files if path.startswith("queries/")]
        near = get_close_matches(query, names)
        known = f"did you mean {', '.join(near)}?" if near else "--list shows those"
        raise QueryError(f"{query} is neither a file nor a published question; {known}")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise QueryError(f"the query is not UTF-8, at byte {error.start + 1}") from error


def check_things(lookup: Lookup, text: str, values: Mapping[str, str], context: Context, site: Site) -> None:
    """Refuse the id of a thing that the release does not have: the answer would be empty, and look right."""
    ours = site.dataset, site.things
    for parameter in parameters(text) if values else ():
        if parameter.name not in values or not isinstance(parameter.default, NamedNode):
            continue
        iri = typed_iri(values[parameter.name], context)
        if iri.startswith(ours) and not lookup.exists(iri):
            named = context.compact(iri)
            near = _near(named, [context.compact(each) for each in lookup.alike(parameter.default.value)])
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise QueryError(f"{parameter.name}: the release has no {named}{hint}")


def _near(named: str, possible: Sequence[str]) -> list[str]:
    """The possible values that were perhaps meant: those that end so, or else those that look alike."""
    ending = [each for each in possible if _last(each) == _last(named)]
    return sorted(ending)[:3] or get_close_matches(named, possible)


def _last(named: str) -> str:
    return re.split("[/:#]", named)[-1].casefold()
