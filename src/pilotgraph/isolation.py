"""A program of ours -> the command that runs it in a process of its own, isolated.

Python ignores its variables, the user's site packages and whatever lies in the folder (`-I`); but packages
are looked for where this process looks for them, which may have them from elsewhere: a wheel is built in an
environment that Python alone does not know of, and PYTHONPATH may name one.
"""

import sys
from pathlib import Path


def isolated(module: str, *arguments: str | Path) -> list[str]:
    """The command that calls `main` of a module, with these as the arguments of the program."""
    start = f"import sys; sys.path[:] = {list(filter(None, sys.path))!a}; from {module} import main; main()"
    return [sys.executable, "-I", "-c", start, *map(str, arguments)]
