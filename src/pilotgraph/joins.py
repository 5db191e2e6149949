"""The tokens of a query, one by one -> what its planner will have to join, or a refusal.

pyoxigraph 0.5 puts what is joined in a group in order in a time that grows with the fourth power of its
number: 0.1 s for 50 triple patterns that share a variable, 1.5 s for 100, over 12 s for 200, on an empty
store as well.  At each step it goes through all that is within each part again, so that groups in groups
cost more than side by side.  And two things double its time with each one more: the steps of a path that
has brackets (1 s for 25), and an aggregating sub-select in another (4 s for 20).

A triple pattern is counted where its object is, and a step of a path counts as one.  This is no parser: in
what is malformed it may count something else, and `<< >>` and `{| |}` are reckoned generously.  What is in
FILTER, BIND or SELECT, and the rows of VALUES, are not counted: they cost next to nothing.
"""

from typing import NamedTuple

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
    _VERB: {"term": (_PATH, 0), ".": (_START, 0)},
    _PATH: {"term": (_DONE, 1), "/": (_VERB, 1), "|": (_VERB, 0), "<": (_PATH, 1)},
    _OBJECT: {"term": (_DONE, 1), "<": (_OBJECT, 1)},
    _DONE: {".": (_START, 0), ";": (_VERB, 0), ",": (_OBJECT, 0), "~": (_DONE, 1)},
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
_FIXED = 16  # what a group costs besides the parts that are joined, in parts
_JOINED, _PART, _BRANCH, _ASIDE, _UNRELATED = "joined", "part", "branch", "aside", "unrelated"
_RELATIONS = {"EXISTS": _UNRELATED, "MINUS": _ASIDE, "OPTIONAL": _PART, "UNION": _BRANCH}


class _Around(NamedTuple):
    """The group around one that is open: what that one is to it, and its own figures so far."""

    relation: str
    parts: int
    patterns: int


class Joins:
    """Counts what is joined in each group, and adds up what planning that will cost.

    A group in braces, or in GRAPH, is joined with all it has to the group around it.  What is optional, a
    UNION or a sub-select is one part there, and planned apart.
    """

    def __init__(self) -> None:
        self.place = _OUTSIDE
        self.parts = 0  # that are joined in the group which is open
        self.patterns = 0  # in it and its groups; those of a sub-select count twice
        self.closed: tuple[int, int] | None = None  # both, of a group that ends here: UNION may follow
        self.cost = 0
        self.steps = 0  # of the path that is being read
        self.branches = False  # that path has brackets or alternatives
        self.selects = 0  # sub-selects that are open
        self.keyword = ""  # the last one, which a group may follow
        self.brackets: list[tuple[str, _Around | None]] = []  # the place after each that is open

    def term(self) -> None:
        """Take a variable, an IRI, a literal: what can be part of a triple pattern."""
        step = _STEPS[self.place].get("term")
        if step:
            if self.closed:
                self._settle()
            if self.place == _PATH:
                self.steps, self.branches = 0, False
            self._go(*step)

    def sign(self, sign: str) -> None:
        """Take anything else that is no word and no bracket."""
        step = _STEPS[self.place].get(sign)
        if step:
            self._go(*step)
            self.steps += sign == "/"
            self.branches |= sign == "|"
            self._check_path()

    def word(self, word: str) -> None:
        """Take a keyword or the name of a function, in capitals."""
        self.keyword = word
        if self.place == _OUTSIDE:
            return
        if word == "UNION" and self.closed:
            _, patterns = self.closed
            self._plan(*self.closed)
            self.closed = 1, patterns
        self._settle()
        self.place = _KEYWORD
        if word == "VALUES":
            self._count(1)
        elif word.startswith("SELECT"):
            self.place = _OUTSIDE
            self.selects += 1
            if self.selects > MAX_SELECTS:
                raise MalformedQuery(f"sub-selects may be nested {MAX_SELECTS} deep; these are deeper")

    def open(self, bracket: str) -> None:
        """Take an opening bracket; `{|` is one."""
        self._settle()
        if bracket == "{" and (self.place != _OUTSIDE or self.keyword != "CONSTRUCT"):
            self._open_group()
            return
        after, patterns, within = _WITHIN[bracket].get(self.place, (self.place, 0, _OUTSIDE))
        if self.place == _VERB:
            self.branches = True
            self._check_path()
        elif self.place == _PATH:
            self.steps, self.branches = 0, False
        self.brackets.append((after, None))
        self._go(within, patterns)
        self.keyword = ""

    def open_rows(self) -> None:
        """Take the brace before the rows of VALUES."""
        self.brackets.append((self._after_group(), None))
        self.place = _OUTSIDE

    def close(self) -> None:
        self._settle()
        selected = self.place == _OUTSIDE
        self.place, around = self.brackets.pop()
        if around:
            self._close_group(around, selected)

    def _open_group(self) -> None:
        relation = _RELATIONS.get(self.keyword, _JOINED)
        if self.place == _OUTSIDE and not self.selects:
            relation = _UNRELATED
        self.brackets.append((self._after_group(), _Around(relation, self.parts, self.patterns)))
        self.place, self.parts, self.patterns, self.keyword = _START, 0, 0, ""

    def _close_group(self, around: _Around, selected: bool) -> None:
        parts, patterns = self.parts, self.patterns
        relation, self.parts, self.patterns = around
        if selected or relation != _JOINED:
            self._plan(parts, patterns)
        if selected:
            self.selects -= 1
            parts, patterns = 1, 2 * patterns
        match relation:
            case "joined":
                self.closed = parts, patterns
            case "part":
                self.parts += 1
                self.patterns += patterns
            case "branch":
                self.patterns += patterns
            case "aside":
                self.parts += 1

    def _after_group(self) -> str:
        return _OUTSIDE if self.place == _OUTSIDE else _START

    def _go(self, place: str, patterns: int) -> None:
        self.place = place
        if patterns:
            self._count(patterns)

    def _count(self, patterns: int) -> None:
        self.parts += patterns
        self.patterns += patterns

    def _settle(self) -> None:
        """Join the group that ended last to the one around it: no UNION follows."""
        if self.closed:
            parts, patterns = self.closed
            self.parts += parts
            self.patterns += patterns
            self.closed = None

    def _plan(self, parts: int, patterns: int) -> None:
        self.cost += _cost(parts, patterns)
        if self.cost > _cost(MAX_JOINED, MAX_JOINED):
            raise MalformedQuery(
                f"a query may have as much to join as {MAX_JOINED} triple patterns in a group; this one has more"
            )

    def _check_path(self) -> None:
        if self.branches and self.steps > MAX_STEPS:
            raise MalformedQuery(f"a path with brackets or | may have {MAX_STEPS} steps; this one has more")


def _cost(parts: int, patterns: int) -> int:
    return ((parts + _FIXED) * patterns) ** 2
