"""A project's records -> as many more of the same shape, for measuring.

In: a project that has no problem, and about how many triples are wanted.  Out: the contents of YAML
files, with the project's own keys, texts and nesting.  Each copy of a record gets ids of its own, and
its references lead to things of the same copy.  Nothing here knows what the records are about.
"""

import argparse
import re
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

from pilotgraph.document import read
from pilotgraph.mapping import map_record
from pilotgraph.project import Project

# A value as YAML writes it when it needs no quotes: an id, or a word of a text.
_TOKEN = re.compile(r"[^\s\[\]{},\"']+")


def generate(project: Project, triples: int) -> Iterator[tuple[str, bytes]]:
    """Paths below `data/` and contents of records that together say at least so many triples."""
    data = project.root / "data"
    files = [path for path in sorted(data.rglob("*.yaml")) if path != data / "dataset.yaml"]
    texts = {path.relative_to(data): path.read_text(encoding="utf-8") for path in files}
    sizes = {path: _count(text, project) for path, text in texts.items()}
    ids = {iri.removeprefix(project.base) for iri in project.subjects}
    # Of a project that is larger, every nth record: all classes in their proportions.
    chosen = list(sizes)[:: max(1, sum(sizes.values()) // triples)]
    said = 0
    for copy in count():
        for path in chosen:
            if said >= triples:
                return
            renamed = _TOKEN.sub(partial(_rename, ids, copy), texts[path])
            yield f"{path.with_suffix('')}-{copy}.yaml", renamed.encode()
            said += sizes[path]


def _rename(ids: set[str], copy: int, token: re.Match[str]) -> str:
    return f"{token[0]}-{copy}" if token[0] in ids else token[0]


def _count(text: str, project: Project) -> int:
    return len(map_record(read(text.encode(), ""), project.context).statements)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write records in the shape of a project's own.")
    parser.add_argument("out", type=Path, help="a directory for them")
    parser.add_argument(
        "--project", type=Path, default=Path(), help="where the shape is from (default: here)"
    )
    parser.add_argument("--triples", type=int, default=10_000, help="about how many (default: 10000)")
    arguments = parser.parse_args()
    written = 0
    for path, content in generate(Project.read(arguments.project), arguments.triples):
        target = arguments.out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        written += 1
    print(f"{written} records in {arguments.out}")


if __name__ == "__main__":
    main()
