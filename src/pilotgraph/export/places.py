"""Addresses of a site <-> files of its export, and relative links between these.

An address is a path below the root of the site, with its query string where it has one.  Its file has the
same path with the suffix of what it holds, and what is asked for becomes the end of the path:

    /                          index.html
    /browse/Tree               browse/Tree.html
    /browse/Tree?page=2        browse/Tree/page=2.html
    /browse/Tree.csv           browse/Tree.csv
    /id/tree/oak               id/tree/oak/index.html, which leads on

No HTTP here, and no files: text in, text out.
"""

import posixpath
from collections.abc import Mapping
from urllib.parse import quote, unquote, urljoin, urlsplit

from pilotgraph.errors import ExportError

INDEX = "index.html"
_HTML = ".html"
_HOST = "http://site.invalid"
# Pages that read in the browser what is asked for: there it stands after #, which no host is sent.
IN_THE_BROWSER = frozenset(("/search", "/sparql"))
STATIC = "/static/"


def read(link: str, address: str, prefix: str = "") -> tuple[str, str] | None:
    """Say where a link leads to: the address, and the fragment; None if that is another site.

    :param address: of the page that holds the link.
    :param prefix: the path below which links of the site begin.
    """
    if link.startswith("#"):
        return address, link[1:]
    found = urlsplit(urljoin(f"{_HOST}{prefix}{address}", link))
    if f"{found.scheme}://{found.netloc}" != _HOST or not found.path.startswith(f"{prefix}/"):
        return None
    path = found.path.removeprefix(prefix)
    if path in IN_THE_BROWSER:
        return path, found.query or found.fragment
    # A page asks for its style by a hash, which files do not need: an export is replaced as a whole.
    asked = "" if path.startswith(STATIC) else found.query
    return path + (f"?{asked}" if asked else ""), found.fragment


def file_of(address: str, *, page: bool) -> str:
    """Return the file of an address that has a document, a page or another.

    :raises ExportError: if no file can be called so.
    """
    path, _, query = address.partition("?")
    path = unquote(path).removeprefix("/")
    stem, suffix = posixpath.splitext(path)
    if not page and query:
        path = f"{stem}/{query}{suffix}"
    elif query:
        path = f"{path}/{query}{_HTML}"
    elif page and (not path or path.endswith("/")):
        path += INDEX
    elif page and suffix != _HTML:
        path += _HTML
    return _checked(path, address)


def index_of(address: str) -> str:
    """Return the file that hosts give for an address without a suffix, taken for a directory."""
    path = unquote(address).strip("/")
    return _checked(f"{path}/{INDEX}", address)


def link_to(file: str, source: str, fragment: str = "") -> str:
    """Write a link from one file to another."""
    relative = posixpath.relpath(file, posixpath.dirname(source) or ".")
    return _written(relative, fragment)


def link_from_root(file: str, prefix: str, fragment: str = "") -> str:
    """Write a link from anywhere on the host, for a page that is shown at any address."""
    path = quote(posixpath.dirname(file) + "/" if posixpath.basename(file) == INDEX else file, safe=_SAFE)
    return f"{prefix}/{path.removeprefix('/')}" + (f"#{fragment}" if fragment else "")


# A colon in the first part of a relative link would end the name of a scheme.
_SAFE = "/!$&'()*,=@~"


def _written(relative: str, fragment: str) -> str:
    return quote(relative, safe=_SAFE) + (f"#{fragment}" if fragment else "")


def _checked(path: str, address: str) -> str:
    segments = path.split("/")
    if any(each in ("", ".", "..") for each in segments) or "\0" in path:
        raise ExportError(f"no file can have the address {address}")
    return path


def by_file(files: Mapping[str, str]) -> dict[str, str]:
    """Turn addresses with their files round.

    :raises ExportError: if two addresses have one file.
    """
    found: dict[str, str] = {}
    for address, file in sorted(files.items()):
        if file in found:
            raise ExportError(f"{found[file]} and {address} would both be the file {file}")
        found[file] = address
    return found
