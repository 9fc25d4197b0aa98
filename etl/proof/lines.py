"""The lines of the proof: what is drawn, what is asked of it, and what must come out. One registry, LINES.

A line has one function of a random generator, which gives the outcomes of one replication by name, and for each
name the range its mean must lie in. Ranges are the targets; how far chance may carry a mean is worked out apart.
"""

from etl.proof import bodies, reached, recorded, series, shown
from etl.proof.kinds import Line

LINES: dict[str, Line] = {**series.LINES, **reached.LINES, **bodies.LINES, **recorded.LINES, **shown.LINES}
