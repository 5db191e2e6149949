"""What was released before, as the sources keep it: for ever.

* `iris`: every IRI that was ever released, `data/iris.txt`.
* `terms`: what the terms of the ontology meant when they were last released, `data/terms.nt`.
* `records`: the releases themselves, each with its changes, `data/releases/<version>.ttl`.

`checks` holds a project against all three, `recording` writes them when a release is published, and `history`
and `feed` tell of them in every release from then on.
"""
