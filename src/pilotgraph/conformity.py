"""An answer and a line of the HTTP contract -> what is wrong with it, in sentences."""

import re
from collections.abc import Iterator, Mapping
from email.message import Message
from urllib.parse import urljoin

from pilotgraph.contract_lines import Expected
from pilotgraph.responses import ALWAYS, HTML


def faults(
    expected: Expected, root: str, names: Mapping[str, str], status: int, headers: Message
) -> list[str]:
    """Say what is wrong with an answer, in sentences; nothing, if it is as it should be.

    :param root: the URL of the site, without a final slash.
    :param names: what stands for the names in the location.
    """
    found = list(_always(headers))
    if expected.varies and "accept" not in _listed(headers, "Vary"):
        found.append("Vary does not name Accept: a cache would give one client what another takes")
    if status != expected.status:
        return [f"the status is {status}, not {expected.status}", *found]
    if expected.media_type:
        sent = headers.get_content_type() if "Content-Type" in headers else "missing"
        if sent != expected.media_type:
            found.append(f"Content-Type is {sent}, not {expected.media_type}")
        if sent == HTML.media_type:
            found += _page_faults(headers)
    if expected.location:
        wanted = root + expected.location.format_map(names)
        location = headers.get("Location", "")
        if urljoin(f"{root}/", location) != wanted:
            found.append(f"Location is {location or 'missing'}, not {wanted}")
    relations = {relation for _, relation in links(headers)}
    missing = [each for each in expected.links if each not in relations]
    if missing:
        found.append(f"Link has no rel={', '.join(missing)}")
    if expected.held and "ETag" not in headers:
        found.append("there is no ETag: a client cannot ask whether what it has still holds")
    if expected.cache and _listed(headers, "Cache-Control") != {*expected.cache.split(", ")}:
        found.append(f"Cache-Control is {headers.get('Cache-Control', 'missing')}, not {expected.cache}")
    if expected.allow and _listed(headers, "Allow") != {each.lower() for each in expected.allow}:
        found.append(f"Allow is {headers.get('Allow', 'missing')}, not {', '.join(expected.allow)}")
    return found


def _always(headers: Message) -> Iterator[str]:
    if headers.get("Access-Control-Allow-Origin") != ALWAYS["Access-Control-Allow-Origin"]:
        yield "Access-Control-Allow-Origin is not *: scripts of other sites cannot read this"
    if headers.get("X-Content-Type-Options", "").lower() != ALWAYS["X-Content-Type-Options"]:
        yield "X-Content-Type-Options is not nosniff: a browser may take data for a page"


def _page_faults(headers: Message) -> Iterator[str]:
    policy = headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "'unsafe-" in policy:
        yield "Content-Security-Policy is missing or weak: a page might run what stands in the data"
    if (headers.get_content_charset() or "") != "utf-8":
        yield "Content-Type does not say charset=utf-8"


def head_faults(got: Message, head: Message) -> list[str]:
    """Say where the answer to HEAD differs from that to GET, in the headers that tell of the content."""
    said = []
    for name in sorted({each.title() for each in (*got, *head)} - _OF_THE_WAY):
        with_get, with_head = got.get_all(name, []), head.get_all(name, [])
        if with_get != with_head:
            shown = (", ".join(map(str, each)) or "missing" for each in (with_head, with_get))
            said.append("{} is {} with HEAD and {} with GET".format(name, *shown))
    return said


# What may differ from one answer to the next, and says nothing of what it is.
_OF_THE_WAY = {
    *(
        "Age",
        "Alt-Svc",
        "Connection",
        "Date",
        "Expires",
        "Keep-Alive",
        "Set-Cookie",
        "Transfer-Encoding",
        "Via",
    ),
    *("Cf-Cache-Status", "Cf-Ray", "Nel", "Report-To", "Server-Timing", "X-Cache", "X-Request-Id"),
}
# Neither the standard library nor werkzeug reads this header (RFC 8288, section 3).
_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)')
_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"([^"]*)"|([^\s",;]+))')


def links(headers: Message) -> list[tuple[str, str]]:
    """Return the targets and the relations of the header Link."""
    return [
        (target, relation.lower())
        for value in headers.get_all("Link", [])
        for target, parameters in _LINK.findall(value)
        for name, quoted, bare in _PARAMETER.findall(parameters)
        if name.lower() == "rel"
        for relation in (quoted or bare).split()
    ]


def _listed(headers: Message, name: str) -> set[str]:
    values = ",".join(headers.get_all(name, [])).split(",")
    return {value.strip().lower() for value in values if value.strip()}
