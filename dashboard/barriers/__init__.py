"""Barriers: the page, its tables and its findings."""
