"""A class, a property and a thing -> the address of the list of those that name the thing by the property.

What a page has no room for is there.  No HTTP here, and no store.
"""

from pyoxigraph import NamedNode

from pilotgraph.catalogue import Catalogue, Column
from pilotgraph.paths import Site
from pilotgraph.selection import Selection


class ListLinks:
    """Where a site lists things."""

    def __init__(self, site: Site, catalogue: Catalogue) -> None:
        self.site, self.catalogue = site, catalogue
        self._columns: dict[NamedNode, dict[NamedNode, Column]] = {}

    def of_class(self, of_class: NamedNode) -> str:
        """Return the path of the list of a class; empty if there is none."""
        path = self.catalogue.path(of_class.value)
        return path and self.site.prefix + path

    def naming(self, of_class: NamedNode, predicate: NamedNode, thing: NamedNode) -> str:
        """Return the path of the list of those of a class that name a thing; empty if there is none."""
        kind = self.catalogue.kind(of_class)
        if kind is None:
            return ""
        if of_class not in self._columns:
            columns = self.catalogue.columns(kind)
            self._columns[of_class] = {each.predicate: each for each in columns if each.links}
        column = self._columns[of_class].get(predicate)
        if column is None:
            return ""
        wanted = [(column, thing)]
        if kind.members != (of_class,):
            # The list has things of the classes below as well, which a page counts apart.
            wanted.append((self.catalogue.classes(kind), of_class))
        return f"{self.of_class(of_class)}?{Selection(kind, tuple(wanted)).text(self.catalogue)}"
