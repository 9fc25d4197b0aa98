"""What the intruder does not see, from the analysts' file of the same version; and what senders have published."""

import numpy as np

from dashboard.attack.intruder import COUNTS, MEASURES
from dashboard.attack.lattice import Lattice
from etl.door.principal import PUBLIC, Principal
from etl.door.principal import opened as file_of
from etl.publishing.cells import LISTED_WHEN_HIDDEN, combo_number
from metrics.disclosure import BODIES
from metrics.periods import label

UNKNOWN = -1  # the analysts' file leaves out a small cell of three dimensions


def lattice_of(home) -> Lattice:
    """The lattice of a published home: its months, and the values that the lists know."""
    with opened(home, "public") as con:
        return Lattice(*con.execute("SELECT first_month, last_month FROM about").fetchone())


def published(home, lattice: Lattice) -> dict[str, np.ndarray]:
    """{count: (places,)} the exact part of each cell that its senders have published."""
    with opened(home, "public") as con:
        return _read(con, lattice, "published", tuple(MEASURES), nothing=0)


def truth(home, lattice: Lattice) -> dict[str, np.ndarray]:
    """{count: (places,)} the true confidential counts, and `bodies`; UNKNOWN where that file does not say."""
    with opened(home, "private") as con:
        found = _read(con, lattice, "returns", (*COUNTS, "bodies"), nothing=UNKNOWN)
    for block in lattice.blocks.values():
        if len(block.names) <= LISTED_WHEN_HIDDEN:
            places = block.places().ravel()
            for numbers in found.values():
                numbers[places] = np.maximum(numbers[places], 0)
    return found


def own_figures(truth: dict, said: dict) -> int:
    """Cells that are shown although they come from fewer bodies than may be."""
    shown = said["received"] >= 0
    return int((shown & (truth["bodies"] > 0) & (truth["bodies"] < BODIES)).sum())


def shown_in_file(home) -> int:
    """How many confidential counts of requests the public file holds for holders."""
    with opened(home, "public") as con:
        return con.execute("SELECT count(received) FROM cells WHERE part = 'returns' AND reported_by = 'holder' "
                           "AND received >= 0").fetchone()[0]  # fmt: skip


def opened(home, audience: str):
    """A cursor on one file of the version that is shown, with the server's own settings."""
    return file_of(Principal("analyst") if audience == "private" else PUBLIC, home)[1]


def _read(con, lattice: Lattice, part: str, columns, nothing: int) -> dict[str, np.ndarray]:
    found = {name: np.full(lattice.size, nothing, dtype=np.int64) for name in columns}
    for (names, level), block in lattice.blocks.items():
        rows = con.execute(
            f"""SELECT period, {"".join(f"{name}, " for name in names)} {", ".join(columns)} FROM cells
                WHERE combo = ? AND level = ? AND part = ? AND reported_by = 'holder'""",
            [combo_number(names), level, part],
        ).fetchall()
        at = {one: place for place, one in enumerate(lattice.periods[level])}
        for period, *rest in rows:
            values, counts = rest[: len(names)], rest[len(names) :]
            places = (lattice.at[name].get(value) for name, value in zip(names, values, strict=True))
            index = (at.get(label(level, period) or ""), *places)
            if None not in index:
                place = block.start + int(np.ravel_multi_index(index, block.shape))
                for name, number in zip(columns, counts, strict=True):
                    found[name][place] = nothing if number is None else number
    return found
