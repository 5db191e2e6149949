"""Two releases -> what changed between them, and that in words, JSON, Markdown and RDF.

* `snapshot`: what a release, or a build in memory, says: `Snapshot.of(release)`, `Snapshot.read(files)`.
* `changes`: the values of this package, `Change` and `Comparison`; IRIs and terms, no words.
* `comparing`: `compare(old, new)` finds the changes, with the help of `terms`, `questions` and `about`.
* `names`: what IRIs are called for people, by one snapshot or several.
* `text`, `markdown`, `as_json`, `as_rdf`: a comparison, written; `as_rdf.Told` reads it again.

Nothing here writes a file, knows the clock or knows one term of the subject.
"""
