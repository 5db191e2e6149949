"""What is asked, and where -> how to ask it from a shell, from Python and from R.

Each is a text that runs as it stands, with what comes with the language and nothing else.  Whatever a query
holds, it is one string there: quotation marks, backslashes and lines cannot end it.
"""

import json
import shlex
from typing import NamedTuple

# Beyond this an address is no way to send a query: servers and proxies cut it off or refuse it.
ADDRESS_BYTES = 60_000

_PYTHON_TABLE = '    rows = list(csv.DictReader(io.StringIO(answer.read().decode(), newline="")))'
_PYTHON_GRAPH = "    graph = answer.read().decode()"


class Snippet(NamedTuple):
    """A few lines of a language."""

    language: str
    text: str


def of_address(address: str, *, graph: bool) -> list[Snippet]:
    """How to get an answer that has an address of its own.

    :param graph: there is a graph at the address; else a table as CSV.
    """
    read = "readLines" if graph else "read.csv"
    return [
        Snippet("curl", f"curl -L {shlex.quote(address)}"),
        Snippet(
            "Python",
            ("" if graph else "import csv\nimport io\n") + "from urllib.request import urlopen\n\n"
            f"with urlopen({_string(address)}) as answer:\n{_PYTHON_GRAPH if graph else _PYTHON_TABLE}",
        ),
        Snippet("R", f"answer <- {read}({_string(address)})"),
    ]


def of_query(endpoint: str, query: str, encoded_bytes: int, *, graph: bool) -> list[Snippet]:
    """How to send a query to an endpoint.

    :param encoded_bytes: how long the query is within an address; base R has no other way to send it.
    :param graph: the answer is a graph, asked for as Turtle; else a table, asked for as CSV.
    """
    query = query.replace("\r\n", "\n").strip("\n")
    media_type, name = ("text/turtle", "turtle") if graph else ("text/csv", "csv")
    end = "SPARQL"
    while end in query.split("\n"):
        end += "_"
    found = [
        Snippet(
            "curl",
            f"curl -H 'Accept: {media_type}' {shlex.quote(endpoint)} --data-urlencode query@- <<'{end}'\n"
            f"{query}\n{end}",
        ),
        Snippet(
            "Python",
            ("" if graph else "import csv\nimport io\n")
            + "from urllib.parse import urlencode\nfrom urllib.request import Request, urlopen\n\n"
            f"query = {_python_lines(query)}\n"
            f'asked = urlencode({{"query": query}}).encode()\n'
            f'request = Request({_string(endpoint)}, asked, {{"Accept": "{media_type}"}})\n'
            f"with urlopen(request) as answer:\n{_PYTHON_GRAPH if graph else _PYTHON_TABLE}",
        ),
    ]
    if encoded_bytes <= ADDRESS_BYTES:
        start = f"{endpoint}{'&' if '?' in endpoint else '?'}format={name}&query="
        address = f"paste0({_string(start)}, URLencode(query, reserved = TRUE))"
        read = "readLines" if graph else "read.csv"
        found.append(Snippet("R", f"query <- {_r_lines(query)}\nanswer <- {read}({address})"))
    return found


def _string(text: str) -> str:
    """A text as a literal of one line, which Python and R read alike."""
    return json.dumps(text, ensure_ascii=False)


def _python_lines(text: str) -> str:
    # Python reads a lone carriage return as the end of a line.
    plain = '"""' not in text and "\r" not in text
    return f'r"""\n{text}\n"""' if plain else _string(text)


def _r_lines(text: str) -> str:
    """A raw string of R 4; as many dashes as it takes."""
    if "\r" in text:
        return _string(text)
    dashes = ""
    while f'){dashes}"' in text:
        dashes += "-"
    return f'r"{dashes}({text}){dashes}"'
