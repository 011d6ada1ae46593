"""Import runs of every importer, and the roster importer."""
