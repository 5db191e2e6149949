"""Data -> a table for each class: CSV, with CSVW metadata, for people without RDF.

In: the data, what the ontology and the shapes say of it, and the context's keys.  Out: `Tables`: for each
class that has things a file of RFC 4180 <https://www.rfc-editor.org/rfc/rfc4180>, its description as "Tabular
Data on the Web" <https://www.w3.org/TR/tabular-metadata/>, and one description of them all, in which
columns that name things of another table are foreign keys.

Whoever turns a table into RDF by its description <https://www.w3.org/TR/csv2rdf/> gets statements of the data
and nothing else.  Two things cannot be had in this way, and are columns for reading only: labels beside the
IRIs of things, and cells with several IRIs, since CSVW has one value URL a cell.  Characters beyond ASCII are
written in IRIs as %XX by RFC 6570, which CSVW follows.

A text is written as it is, also where it begins with = or @: a spreadsheet that takes such a text for a
formula is to be told to import the column as text.
"""

from collections.abc import Iterable
from dataclasses import replace

import pyoxigraph as ox

from pilotgraph.context import Context
from pilotgraph.dumps import file_names
from pilotgraph.tables.columns import Reader, Sheet
from pilotgraph.tables.metadata import About, describe, describe_all
from pilotgraph.tables.table import Table, Tables, choose_separator, write_parts
from pilotgraph.triples import TYPE, Triples

__all__ = ["About", "Table", "Tables", "tables"]


def tables(
    data: Iterable[ox.Triple],
    ontology: Iterable[ox.Triple],
    shapes: Iterable[ox.Triple],
    context: Context,
    about: About,
) -> Tables:
    """Write a table for each class that has things, by the names of their files."""
    said = Triples(data)
    reader = Reader(said, Triples(ontology), Triples(shapes), context, about.language)
    members: dict[ox.NamedNode, list[ox.NamedNode]] = {}
    for thing in said:
        if isinstance(thing, ox.NamedNode):
            for of_class in said.nodes(thing, TYPE):
                members.setdefault(of_class, []).append(thing)
    whole = {kind: reader.read(kind, sorted(things, key=str)) for kind, things in members.items()}
    separator = choose_separator(whole.values())
    stems = file_names(kind.value for kind in whole)
    sheets: dict[str, Sheet] = {}
    contents: dict[str, bytes] = {}
    for kind, sheet in sorted(whole.items(), key=lambda item: stems[item[0].value]):
        parts = list(write_parts(sheet, separator, about.most_bytes))
        for number, (part, content) in enumerate(parts, 1):
            several = len(parts) > 1
            url = f"{stems[kind.value]}-{number}.csv" if several else f"{stems[kind.value]}.csv"
            title = f"{sheet.title} ({number} of {len(parts)})" if several else sheet.title
            sheets[url], contents[url] = replace(part, title=title), content
    described = [
        Table(
            url,
            sheet.of_class.value,
            sheet.title,
            len(sheet.things),
            contents[url],
            describe(sheet, url, separator, about),
        )
        for url, sheet in sheets.items()
    ]
    return Tables(described, describe_all(sheets, separator, about))
