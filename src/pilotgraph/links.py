"""Identifiers in the data -> links to the data of others, derived by queries and never typed twice.

In: a project.  Each `data/links/<name>.rq` is a SELECT over its records and its ontology, as one graph; its
variables are slots of SSSOM (`sssom`), a row is a link, and its head says where the links lead:

    # title:  Lights in the register of made-up beacons
    # target: https://example.net/beacons
    # space:  https://example.net/beacons/

Out: the links as triples, and the files `links/<name>.nt` and `links/<name>.sssom.tsv` of each.  A table
writes IRIs with the prefixes that its query declares.

A link is refused where it is plainly wrong: if it is not about a thing of the records, leads out of the space
of its target, uses a property that nothing declares, or is said a second time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox
from rdflib import DCTERMS, OWL, RDF, RDFS

from pilotgraph import sssom
from pilotgraph.context import suggestion
from pilotgraph.counts import Triple
from pilotgraph.description import DCAT, Linkset, linkset_iri
from pilotgraph.errors import Position, Problem, Severity
from pilotgraph.formats import N_TRIPLES
from pilotgraph.mapping import lines
from pilotgraph.project import Project
from pilotgraph.questions import LinkQuery
from pilotgraph.sssom import SLOTS, Kind

# SSSOM asks for these, but for the label, which is what a person reads in a table.
_REQUIRED = ("subject_id", "subject_label", "predicate_id", "object_id", "mapping_justification")
# The dataset and the head of a query say these.
_NO_VARIABLES = ("subject_source", "subject_source_version", "object_source")

# Their terms are known to everyone, so that nothing need declare them.
_CORE = (str(OWL), str(RDF), str(RDFS))


@dataclass(frozen=True, slots=True)
class Links:
    """What a project links to. `files` are to be released, by path; `problems` say what is wrong."""

    linksets: list[Linkset] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def triples(self) -> set[Triple]:
        return {triple for linkset in self.linksets for triple in linkset.triples}


def derive(project: Project, *, sound: bool = True) -> Links:
    """Ask the queries of a project for its links.

    :param sound: whether the records are, as far as the caller knows.  If they are not, no query is asked, so
        that a mistake is reported once.
    """
    links = Links()
    sound &= not any(problem.stops_a_release for problem in project.problems)
    if not (project.links and sound):
        return links
    data = _Data(project)
    if not data.license:
        message = f"no <{DCTERMS.license}> here; a table of links names its licence"
        links.problems.append(Problem(project.subjects[project.iri], Severity.ERROR, message))
    for query in project.links:
        rows = _Rows(query, data)
        rows.ask()
        links.problems.extend(rows.problems())
        if rows.triples and not rows.wrong:
            linkset = Linkset(query.name, query.title, query.target, query.space, rows.triples)
            dump, table = linkset.files
            links.linksets.append(linkset)
            links.files[dump] = "".join(lines(rows.triples)).encode()
            links.files[table] = rows.write()
    links.problems.sort()
    return links


class _Data:
    """Records and ontology as one graph, where each triple is said, and what is said of the dataset."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.places: dict[Triple, Position] = {}
        for record in project.records:
            for subject, predicate, value, position in record.mapped.statements:
                self.places.setdefault((subject, predicate, value), position)
        content = "".join(f"{s} {p} {o} .\n" for s, p, o in self.places)
        self.store = ox.Store()
        self.store.bulk_load(content.encode(), N_TRIPLES.codec)
        self.store.bulk_extend(quad for file in (*project.ontology, *project.imports) for quad in file.quads)
        self.license, self.version = project.said(DCTERMS.license), project.said(DCAT.version)


class _Rows:
    """The links that one query finds, by the slots of SSSOM."""

    def __init__(self, query: LinkQuery, data: _Data) -> None:
        self.query, self.data = query, data
        self.rows: list[dict[str, str]] = []
        self.triples: list[Triple] = []
        # Messages by what they are about, a variable in a way; one is enough of those that are alike.
        self.wrong: dict[tuple[str, str], list[str]] = {}

    def refuse(self, variable: str, way: str, message: str) -> None:
        self.wrong.setdefault((variable, way), []).append(message)

    def problems(self) -> Iterator[Problem]:
        for (variable, _), messages in self.wrong.items():
            more = f"; and so in {len(messages) - 1} more" if len(messages) > 1 else ""
            # The engine gives its rows in no certain order.
            yield Problem(self.query.place(variable), Severity.ERROR, min(messages) + more)
        if not self.rows and not self.wrong:
            yield Problem(self.query.place(""), Severity.WARNING, "this finds no link")

    def ask(self) -> None:
        found = self.data.store.query(self.query.text)
        if not isinstance(found, ox.QuerySolutions):
            self.refuse("", "form", "links are rows; write SELECT, and a variable for each slot of SSSOM")
            return
        names = [variable.value for variable in found.variables]
        for name in names:
            if name not in SLOTS:
                self.refuse(name, "slot", f"?{name} is no slot of a link in SSSOM{suggestion(name, SLOTS)}")
            elif name in _NO_VARIABLES:
                self.refuse(name, "slot", f"the head and the dataset say ?{name}; leave it out here")
        for name in _REQUIRED:
            if name not in names:
                self.refuse("", name, f"no ?{name} here; a link has {', '.join(_REQUIRED)}")
        for iri in (self.data.project.iri, self.query.target):
            self.has_prefix("", iri)
        if not self.wrong:
            triples = {triple for row in found if (triple := self.add(names, row))}
            self.data.places |= dict.fromkeys(triples, self.query.place("subject_id"))
            self.triples = sorted(triples)

    def add(self, names: list[str], row: ox.QuerySolution) -> Triple | None:
        """Take a row, and give its triple; None if something is wrong with it."""
        subject = row["subject_id"]
        about = f"in the row of {subject}"
        values = {}
        for name in names:
            term = row[name]
            if term is None and name in _REQUIRED:
                self.refuse(name, "none", f"?{name} has no value {about}")
                return None
            if term is None:
                continue
            wanted = ox.Literal if SLOTS[name].kind is Kind.TEXT else ox.NamedNode
            if not isinstance(term, wanted):
                kind = "text" if wanted is ox.Literal else "an IRI"
                self.refuse(name, "kind", f"?{name} is {term} {about}, and has to be {kind}")
                return None
            if SLOTS[name].kind is Kind.NAME and not self.has_prefix(name, term.value):
                return None
            values[name] = term.value
        triple = str(subject), str(row["predicate_id"]), str(row["object_id"])
        if self.is_wrong(triple):
            return None
        self.rows.append(values)
        return triple

    def has_prefix(self, variable: str, iri: str) -> bool:
        if sssom.curie(iri, self.query.prefixes):
            return True
        self.refuse(variable, "prefix", f"no PREFIX here begins <{iri}>, so that the table cannot name it")
        return False

    def is_wrong(self, triple: Triple) -> bool:
        """Whether a link must not be made; then it is noted why."""
        project, space = self.data.project, self.query.space
        subject, predicate, value = (term[1:-1] for term in triple)
        if subject not in project.subjects:
            self.refuse("subject_id", "thing", f"?subject_id is {triple[0]}, which no record defines")
        elif predicate not in project.terms and not predicate.startswith(_CORE):
            message = f"?predicate_id is {triple[1]}, which nothing declares; do so in ontology/imports/"
            self.refuse("predicate_id", predicate, message)
        elif not value.startswith(space):
            message = f"?object_id is {triple[2]}, and does not begin with the space of the target, <{space}>"
            self.refuse("object_id", "space", message)
        elif triple in self.data.places:
            place = self.data.places[triple]
            link = " ".join(map(project.context.compact, (subject, predicate, value)))
            message = f"{place.path}:{place.line} says it already: {link}; let one of the two say it"
            self.refuse("subject_id", place.path, message)
        else:
            return False
        return True

    def write(self) -> bytes:
        """The links as a table."""
        dataset = self.data.project.iri
        about = {
            "mapping_set_id": linkset_iri(dataset, self.query.name),
            "mapping_set_version": self.data.version,
            "mapping_set_title": self.query.title,
            "license": self.data.license,
            "subject_source": dataset,
            "subject_source_version": self.data.version,
            "object_source": self.query.target,
        }
        return sssom.write(about, self.rows, self.query.prefixes)
