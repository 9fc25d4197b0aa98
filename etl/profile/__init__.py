"""Reads a table of any shape by a profile, and proposes the profile of a table nobody has seen."""
