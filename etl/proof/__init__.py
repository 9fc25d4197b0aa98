"""Proves the statistics on data whose truth is known."""
