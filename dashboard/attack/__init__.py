"""A motivated intruder with nothing but public addresses: `make attack`, and a short form in the tests.

It downloads every published count of requests and of refusals as anybody can, and tries several ways to work out counts
of 1 to 9 that are hidden or given as a range. Its guesses are then scored against the truth, which it never sees
(`score.py`, `truth.py`). The modules: `lattice` (the closed list as one row of numbers, and which add up to which),
`intruder` (what is asked for), `kinds`, `fit` (least squares over everything), `bounds` (what is known for certain),
`fixed_panel`, and `run`, which serves a home and prints the table.
Source of the kinds and of the limit: the motivated-intruder test of the ICO's guidance on anonymisation.
"""
