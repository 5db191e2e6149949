"""The brackets of a query -> how much its parser makes of its expressions, or a refusal.

pyoxigraph 0.5 reads the arguments of REGEX, REPLACE, SUBSTR and GROUP_CONCAT again for each form that the
function has, and makes of `left IN (a, b)` as many copies of `left` as there are members.  Nested, that
multiplies: 16 REGEX in one another take 0.4 s, 28 would take an hour, and 24 IN of two members all memory.
"""

from pilotgraph.errors import MalformedQuery

MAX_COPIES = 100_000
_TWICE = ("REGEX", "REPLACE", "SUBSTR", "GROUP_CONCAT")  # how the name of such a call ends


class Copies:
    """Counts the tokens that are copied or read again.

    Each method takes how many tokens there were before its own.
    """

    def __init__(self) -> None:
        self.copies = 0
        self.operand = 0  # how many tokens and copies there were before the operand that is being read
        # By open bracket: before the operand that it is in, before it, and how often what it has is copied.
        self.brackets: list[tuple[int, int, int]] = []

    def separate(self, tokens: int) -> None:
        """Take a sign that may end an operand of IN: a comma, or half of `&&` or `||`."""
        self.operand = tokens + self.copies + 1

    def open(self, tokens: int, last: str) -> None:
        """Take an opening bracket; `last` is the token before it, in capitals."""
        here = tokens + self.copies
        times = int(last.endswith(_TWICE))
        if last == "IN":
            left = here - self.operand - 1
            times = max(left, left**2 // 32)  # a long chain of operators takes its square
        self.brackets.append((self.operand, here, times))
        self.operand = here + 1

    def close(self, tokens: int) -> None:
        self.operand, before, times = self.brackets.pop()
        self.copies += times * (tokens + self.copies - before)
        if self.copies > MAX_COPIES:
            limit = f"nested IN, REGEX, REPLACE, SUBSTR and GROUP_CONCAT may have {MAX_COPIES:,} parts copied"
            raise MalformedQuery(f"{limit}; these have more")
