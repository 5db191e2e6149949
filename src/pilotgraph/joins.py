"""The tokens of a query, one by one -> what its planner will have to join, or a refusal.

pyoxigraph 0.5 puts what is joined in a group in order in a time that grows with the fourth power of its
number: 0.1 s for 50 triple patterns that share a variable, 1.5 s for 100, over 12 s for 200, on an empty
store as well.  At each step it goes through all that is within each part again, so that groups in groups
cost more than side by side.  And two things double its time with each one more: the steps of a path that
has brackets (1 s for 25), and an aggregating sub-select in another (4 s for 20).

So a triple pattern is counted where its object is, a step of a path as one, and the cost of each group is
reckoned from how many parts it joins and how much is in them.  The formula was fitted to some 30 forms of
query and 50,000 random ones: of those that it lets pass, the worst was planned in 0.9 s.

This is no parser: in what is malformed it may count something else, and `<< >>` and `{| |}` are reckoned
generously.  What is in FILTER, BIND or SELECT is not counted, since it costs next to nothing.
"""

from dataclasses import dataclass

from pilotgraph.errors import MalformedQuery

MAX_JOINED = 72
MAX_STEPS = 12
MAX_SELECTS = 6

# Where in a query a token can stand.
_OUTSIDE = "outside"  # of all patterns: in an expression, a SELECT clause, the template of CONSTRUCT
_START = "start"  # of a triple pattern, or of whatever else a group may have
_KEYWORD = "keyword"  # after FILTER, GRAPH and their like
_VERB = "verb"  # where a predicate or a path is awaited, or goes on
_PATH = "path"  # after a predicate, where a path may go on or an object come
_OBJECT = "object"
_DONE = "done"  # after an object
_MEMBER = "member"  # of a list, where each stands for two triple patterns
_DATATYPE = "datatype"  # after ^^ in a list

# By place and token: the next place, and how many triple patterns more there are.
_STEPS: dict[str, dict[str, tuple[str, int]]] = {
    _OUTSIDE: {},
    _START: {"term": (_VERB, 0), "<": (_START, 1)},
    _KEYWORD: {},
    _VERB: {"term": (_PATH, 0), ".": (_START, 0), "<": (_VERB, 1)},
    _PATH: {"term": (_DONE, 1), "/": (_VERB, 1), "|": (_VERB, 0), "<": (_PATH, 1)},
    _OBJECT: {"term": (_DONE, 1), "<": (_OBJECT, 1)},
    _DONE: {".": (_START, 0), ";": (_VERB, 0), ",": (_OBJECT, 0), "~": (_DONE, 1), "<": (_DONE, 1)},
    _MEMBER: {"term": (_MEMBER, 2), "^": (_DATATYPE, 0), "<": (_MEMBER, 1)},
    _DATATYPE: {"term": (_MEMBER, 0)},
}
# By bracket and place: the place after it closes, how many triple patterns more, and the place within.
_WITHIN: dict[str, dict[str, tuple[str, int, str]]] = {
    "[": {
        _START: (_VERB, 0, _VERB),
        _PATH: (_DONE, 1, _VERB),
        _OBJECT: (_DONE, 1, _VERB),
        _MEMBER: (_MEMBER, 2, _VERB),
    },
    "(": {
        _START: (_VERB, 0, _MEMBER),
        _KEYWORD: (_START, 0, _OUTSIDE),
        _VERB: (_PATH, 0, _VERB),
        _PATH: (_DONE, 1, _MEMBER),
        _OBJECT: (_DONE, 1, _MEMBER),
        _MEMBER: (_MEMBER, 2, _MEMBER),
    },
    "{|": {_DONE: (_DONE, 2, _VERB)},
    "{": {},
}
# What a group is to the one around it, by the keyword before it; without one, both are joined.
_JOINED, _PART, _BRANCH, _ASIDE, _UNRELATED = "joined", "part", "branch", "aside", "unrelated"
_RELATIONS = {"EXISTS": _UNRELATED, "MINUS": _ASIDE, "OPTIONAL": _PART, "UNION": _BRANCH}


@dataclass(slots=True)
class _Group:
    """What a group has so far; `relation` is that to the group around it."""

    relation: str = _UNRELATED
    parts: int = 0  # that are put in order
    patterns: int = (
        0  # in them, however deep, three times those of a sub-select, and one for each alternative
    )
    values: int = 0  # of VALUES, however deep
    members: int = 0  # of IN

    def cost(self) -> int:
        """The time to plan it without the groups in it that are planned apart, in units of about 20 ns."""
        # For each pair of parts the planner goes through pairs of patterns, and through all values.  Few
        # parts that are nested deep cost more than their number.
        parts = min(self.parts + 16, 5 * self.parts)
        order = (parts * self.patterns) ** 2 + 2 * self.parts**2 * self.values
        # It copies a filter to where it can, down to each pattern.
        return order + 100 * self.patterns * self.members

    def join(self, other: "_Group") -> None:
        self.parts += other.parts
        self.patterns += other.patterns
        self.values += other.values
        self.members += other.members


class Joins:
    """Counts what is joined in each group, and adds up what planning that will cost.

    A group in braces, or in GRAPH, is joined with all it has to the group around it.  What is optional, a
    UNION or a sub-select is one part there, and planned apart.
    """

    def __init__(self) -> None:
        self.place = _OUTSIDE
        self.group = _Group()  # the one that is open; at first, what is around all
        self.around: list[_Group] = []  # those around it, outermost first
        self.closed: _Group | None = None  # one that ends here, and that UNION may follow
        self.brackets: list[tuple[str, bool]] = []  # the place after each that is open; is it a group's
        self.cost = 0
        self.steps = 1  # of the path that is being read
        self.branches = False  # that path has brackets or alternatives
        self.selects = 0  # sub-selects that are open
        self.keyword = ""  # the last one, which a group may follow

    def term(self) -> None:
        """Take a variable, an IRI, a literal: what can be part of a triple pattern."""
        step = _STEPS[self.place].get("term")
        if step:
            if self.closed:
                self._settle()
            self.place, patterns = step
            if patterns:
                self.steps, self.branches = 1, False
                self._count(patterns)

    def sign(self, sign: str) -> None:
        """Take anything else that is no word and no bracket."""
        step = _STEPS[self.place].get(sign)
        if step:
            self.place, patterns = step
            if patterns:
                self._count(patterns)
            if sign in "/|":
                self.steps += sign == "/"
                self.branches |= sign == "|"
                self._check_path()

    def word(self, word: str) -> None:
        """Take a keyword or the name of a function, in capitals."""
        self.keyword = word
        if self.place == _OUTSIDE:
            return
        if word == "UNION" and self.closed:
            self._plan(self.closed)
            self.closed.parts, self.closed.members = 1, 0
            self.closed.patterns += 1
        self._settle()
        self.place = _KEYWORD
        if word in ("GRAPH", "VALUES"):
            self._count(1)
        elif word.startswith("SELECT"):
            self.place = _OUTSIDE
            self.selects += 1
            if self.selects > MAX_SELECTS:
                raise MalformedQuery(f"sub-selects may be nested {MAX_SELECTS} deep; these are deeper")

    def open(self, bracket: str) -> None:
        """Take an opening bracket; `{|` is one."""
        if self.closed:
            self._settle()
        if bracket == "{" and (self.place != _OUTSIDE or self.keyword != "CONSTRUCT"):
            self._open_group()
            return
        after, patterns, within = _WITHIN[bracket].get(self.place, (self.place, 0, _OUTSIDE))
        if self.place == _VERB:
            self.branches = True
            self._check_path()
        elif self.place == _PATH:
            self.steps, self.branches = 1, False
        self.brackets.append((after, False))
        self._count(patterns)
        self.place, self.keyword = within, ""

    def open_values(self) -> None:
        """Take the brace before the rows of VALUES."""
        self.brackets.append((self._after_group(), False))
        self.place = _OUTSIDE

    def close(self) -> None:
        self._settle()
        selected = self.place == _OUTSIDE
        self.place, is_group = self.brackets.pop()
        if is_group:
            self._close_group(selected)

    def data(self, values: int = 0, members: int = 0) -> None:
        """Take what was read in the rows of VALUES or the brackets of IN."""
        self.group.values += values
        self.group.members += members

    def _open_group(self) -> None:
        relation = _RELATIONS.get(self.keyword, _JOINED)
        if self.place == _OUTSIDE and not self.selects:
            relation = _UNRELATED
        self.brackets.append((self._after_group(), True))
        self.around.append(self.group)
        self.group = _Group(relation)
        self.place, self.keyword = _START, ""

    def _close_group(self, selected: bool) -> None:
        group, self.group = self.group, self.around.pop()
        if selected or group.relation != _JOINED:
            self._plan(group)
            group.members = 0
        if selected:
            self.selects -= 1
            group.parts, group.patterns = 1, 3 * group.patterns
        match group.relation:
            case "joined":
                self.closed = group
            case "part":
                group.parts = 1
                self.group.join(group)
            case "branch":
                group.parts = 0
                group.patterns += 1
                self.group.join(group)
            case "aside":
                self.group.parts += 1

    def _after_group(self) -> str:
        return _OUTSIDE if self.place == _OUTSIDE else _START

    def _count(self, patterns: int) -> None:
        group = self.group
        group.parts += patterns
        group.patterns += patterns
        if group.parts > MAX_JOINED and group.patterns > MAX_JOINED:
            self._plan(group)

    def _settle(self) -> None:
        """Join the group that ended last to the one around it: no UNION follows."""
        if self.closed:
            self.group.join(self.closed)
            self.closed = None

    def _plan(self, group: _Group) -> None:
        self.cost += group.cost()
        if self.cost > _MAX_COST:
            limit = f"as much to join as {MAX_JOINED} triple patterns in one group have"
            raise MalformedQuery(f"a query may have {limit}; this one has more")

    def _check_path(self) -> None:
        if self.branches and self.steps > MAX_STEPS:
            raise MalformedQuery(f"a path with brackets or | may have {MAX_STEPS} steps; this one has more")


_MAX_COST = _Group(parts=MAX_JOINED, patterns=MAX_JOINED).cost()
