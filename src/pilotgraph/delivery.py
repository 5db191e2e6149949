"""A URL -> whether a site hands out the files of its release as harvesters need it.

Whole, in parts, packed, and not again: what the table of the contract cannot say of one request, because it
is about several that belong together, or about the bytes that are sent.
"""

import gzip
import hashlib
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus

from pilotgraph.deployment import Site
from pilotgraph.probe import NoAnswer, Reply, ask

# Not the first bytes, which a proxy that passes Range over would send too.
_FROM, _TO = 10, 29
_OTHER = '"another"'


def delivered(site: Site) -> Iterator[tuple[str, Sequence[str]]]:
    """Ask for a file of the release in every way; give what was asked, and what is wrong with the answers.

    :raises NoAnswer: if nothing answers.
    """
    url = f"{site.root}/releases/{site.names['dump']}"
    whole = ask(url, headers={"Accept-Encoding": "identity"})
    if whole.status != HTTPStatus.OK:
        yield f"GET {url}", [f"the status is {whole.status}, not 200"]
        return
    for headers, judge in _CASES:
        sent = {name: value(whole) for name, value in headers.items()}
        asked = "".join(f"  {name}: {value}" for name, value in sent.items())
        try:
            reply = ask(url, headers={"Accept-Encoding": "identity", **sent})
        except NoAnswer as error:
            yield f"GET {url}{asked}", [str(error)]
        else:
            yield f"GET {url}{asked}", judge(whole, reply)


def _whole(whole: Reply, reply: Reply) -> list[str]:
    """The file as it is, with all that tells what it is."""
    said = _differences(reply, HTTPStatus.OK, {"Accept-Ranges": "bytes"})
    digest = b64encode(hashlib.sha256(reply.content).digest()).decode()
    if f"sha-256=:{digest}:" not in reply.headers.get("Repr-Digest", ""):
        said.append(f"Repr-Digest is {_shown(reply, 'Repr-Digest')}, not the SHA-256 of what was sent")
    if reply.headers.get("ETag", "W/").startswith("W/"):
        said.append(f"ETag is {_shown(reply, 'ETag')}, which is not strong: a part fits to no other part")
    if "Last-Modified" not in reply.headers:
        said.append("there is no Last-Modified: a harvester that keeps dates takes all again")
    if "Content-Length" not in reply.headers:
        said.append("there is no Content-Length: a client cannot tell whether it has all")
    if reply.content != whole.content:
        said.append("the content is another than before")
    return said


def _part(whole: Reply, reply: Reply) -> list[str]:
    size = len(whole.content)
    said = _differences(
        reply,
        HTTPStatus.PARTIAL_CONTENT,
        {"Content-Range": f"bytes {_FROM}-{_TO}/{size}", "ETag": whole.headers.get("ETag")},
    )
    if not said and reply.content != whole.content[_FROM : _TO + 1]:
        said.append("these are other bytes than those of the whole file")
    return said


def _beyond(whole: Reply, reply: Reply) -> list[str]:
    wanted = {"Content-Range": f"bytes */{len(whole.content)}"}
    return _differences(reply, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, wanted)


def _again(whole: Reply, reply: Reply) -> list[str]:
    said = _differences(reply, HTTPStatus.NOT_MODIFIED, {"ETag": whole.headers.get("ETag")})
    return said + (["304 has a content"] if reply.content else [])


def _failed(_: Reply, reply: Reply) -> list[str]:
    return _differences(reply, HTTPStatus.PRECONDITION_FAILED, {})


def _packed(whole: Reply, reply: Reply) -> list[str]:
    """Packed or not, it is the same; a cache must not take the one for the other."""
    said = _differences(reply, HTTPStatus.OK, {})
    if "accept-encoding" not in reply.headers.get("Vary", "").lower():
        said.append("Vary does not name Accept-Encoding: a cache would give one client what another takes")
    if reply.headers.get("Content-Encoding", "identity") == "identity":
        return said + (["the content is another than before"] if reply.content != whole.content else [])
    if reply.headers.get("ETag") == whole.headers.get("ETag"):
        said.append("ETag is that of the file as it is: parts of both would be put together")
    try:
        same = gzip.decompress(reply.content) == whole.content
    except (OSError, EOFError, zlib.error) as error:
        return [*said, f"what was sent cannot be unpacked: {error}"]
    return said + ([] if same else ["unpacked it is another file"])


def _differences(reply: Reply, status: HTTPStatus, headers: Mapping[str, str | None]) -> list[str]:
    if reply.status != status:
        return [f"the status is {reply.status}, not {int(status)}"]
    wanted = ((name, value) for name, value in headers.items() if reply.headers.get(name) != value)
    return [f"{name} is {_shown(reply, name)}, not {value or 'missing'}" for name, value in wanted]


def _shown(reply: Reply, name: str) -> str:
    return str(reply.headers.get(name, "missing"))


def _tag(whole: Reply) -> str:
    return str(whole.headers.get("ETag", _OTHER))


def _date(whole: Reply) -> str:
    return str(whole.headers.get("Last-Modified", "Thu, 01 Jan 1970 00:00:00 GMT"))


def _said(text: str) -> Callable[[Reply], str]:
    return lambda _: text


_RANGE = _said(f"bytes={_FROM}-{_TO}")
_CASES: tuple[tuple[Mapping[str, Callable[[Reply], str]], Callable[[Reply, Reply], list[str]]], ...] = (
    ({}, _whole),
    ({"Range": _RANGE}, _part),
    ({"Range": _RANGE, "If-Range": _tag}, _part),
    ({"Range": _RANGE, "If-Range": _said(_OTHER)}, _whole),
    ({"Range": lambda whole: f"bytes={len(whole.content)}-"}, _beyond),
    ({"Accept-Encoding": _said("gzip")}, _packed),
    ({"If-None-Match": _tag}, _again),
    ({"If-Modified-Since": _date}, _again),
    ({"If-Match": _said(_OTHER)}, _failed),
)
