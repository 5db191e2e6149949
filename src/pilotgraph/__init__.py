"""Publishes a curated knowledge graph as linked data: YAML in, a versioned release out, and its server."""
