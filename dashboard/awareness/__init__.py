"""Awareness and where next: the page, its tables, its findings, and the facts that sectors are set beside."""
