"""From return files to published cells: read, check, load, count, protect, publish, answer."""
