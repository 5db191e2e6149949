"""A release -> a directory that any file host serves as the same site: `exporter.export` makes it."""
