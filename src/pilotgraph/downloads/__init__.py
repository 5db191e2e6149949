"""What was released, for people and for harvesters: pages of releases, and their files over HTTP.

    history.ttl --> records --> archive --> files     a file, whole or in part, packed or not
                                  |
                                  +-------> pages     all releases; one release with its files

Files are asked for with conditions and in parts (`conditions`, without IO), and are read from disk a piece at
a time as the client takes them.
"""
