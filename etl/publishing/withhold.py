"""What is withheld of cells that may be shown, because others beside them, or around them, would tell it."""

from etl import reference
from etl.publishing.cells import CELL, combo_number, grouped_dimensions
from metrics.counts import COUNTS
from metrics.dimensions import DIMENSIONS, LEVELS
from metrics.disclosure import LARGEST_NOISE, SMALL

# A group of this many members or fewer could be subtracted from: all its members must be shown beside it.
FEW_MEMBERS = 3
FAR = 2 * LARGEST_NOISE  # from the sum of its members: noise alone takes one group in a thousand so far
MOST_FILTERS = max(level.dimensions for level in LEVELS.values())


def table(con) -> None:
    """Table `withheld` in `scratch` from `judged`: by row_key, a bit for each count to be withheld; -1 for them all."""
    con.execute("CREATE TABLE scratch.withheld_for (row_key UBIGINT, withheld BIGINT)")
    _in_small_groups(con)
    _nearly_all(con)
    # A count may be withheld for several reasons.
    con.execute(
        """CREATE TABLE scratch.withheld AS
           SELECT row_key, bit_or(withheld)::BIGINT AS withheld FROM withheld_for GROUP BY row_key;
           DROP TABLE scratch.withheld_for"""
    )


def _in_small_groups(con) -> None:
    """For a cell of a small group, each count that one of its members may not show: the group less the other members
    would give it. All of them where a member is hidden. And each that noise has moved so far from its members' sum that
    only the largest noise on all of them could have done it: they would be known for certain."""
    sums = ", ".join(f"sum(m.{name}) AS {name}_added" for name in COUNTS)
    far = " | ".join(f"(CASE WHEN {name} >= 0 AND abs({name} - {name}_added) > {FAR} THEN {1 << place} ELSE 0 END)"
                     for place, name in enumerate(COUNTS))  # fmt: skip
    bits = " | ".join(f"(CASE WHEN {name} < 0 THEN {1 << place} ELSE 0 END)" for place, name in enumerate(COUNTS))
    for dimension in grouped_dimensions():
        small = [
            (member, group)
            for group, row in reference.groups(dimension).items()
            if len(row.members) <= FEW_MEMBERS
            for member in row.members
        ]
        if not small:
            continue
        listed = ", ".join(f"('{member}', '{group}')" for member, group in small)
        of_group = ", ".join("g.of_group" if name == dimension else f"m.{name}" for name in CELL)
        members = f"""judged AS m JOIN (VALUES {listed}) AS g(member, of_group) ON g.member = m.{dimension}
            AND m.part <> 'published' AND m.combo & {combo_number((dimension,))} > 0"""
        con.execute(
            f"""INSERT INTO scratch.withheld_for
                SELECT hash({of_group}) AS row_key, bit_or(CASE WHEN shown THEN {bits} ELSE -1 END)::BIGINT
                FROM {members} GROUP BY ALL HAVING bit_or(CASE WHEN shown THEN {bits} ELSE -1 END) <> 0"""
        )
        con.execute(
            f"""INSERT INTO scratch.withheld_for
                SELECT row_key, {far} AS withheld
                FROM judged JOIN (SELECT hash({of_group}) AS row_key, {sums} FROM {members} GROUP BY 1) AS added
                USING (row_key) WHERE withheld <> 0"""
        )


def _nearly_all(con) -> None:
    """Each count that leaves under ten of a wider cell's, and so would tell them.

    Wider are the cell without one of its filters, and a group that is not small (there the group gives way, as its
    member says the same). A cell that leaves under ten of a wider one's requests is withheld whole. Two counts that are
    published as the same number stay: most count the same requests, and nothing is left between them.
    """
    con.execute(
        f"""CREATE TABLE scratch.wider AS SELECT * FROM judged
            WHERE shown AND part <> 'published' AND bit_count(combo) < {MOST_FILTERS}"""
    )
    for place, dimension in enumerate(DIMENSIONS):
        of_wider = _instead(combo=f"(n.combo - {1 << place})::SMALLINT", **{dimension: "NULL::VARCHAR"})
        _beside(con, "wider", of_wider, f"n.combo & {1 << place} > 0")
    for dimension in grouped_dimensions():
        for code, group in reference.groups(dimension).items():
            if len(group.members) > FEW_MEMBERS:
                members = ", ".join(f"'{member}'" for member in group.members)
                of_wider = _instead(**{dimension: f"'{code}'"})
                _beside(con, "judged", of_wider, f"n.{dimension} IN ({members})", wider_gives_way=True)
    con.execute("DROP TABLE scratch.wider")


def _instead(**changed: str) -> str:
    return ", ".join(changed.get(name, f"n.{name}") for name in CELL)


def _beside(con, wider: str, of_wider: str, narrower: str, wider_gives_way: bool = False) -> None:
    """Add to `withheld_for` what a narrower cell `n` has nearly all of, its wider cell having the key `of_wider`."""
    near = "w.{0} >= 0 AND n.{0} >= 0 AND w.{0} <> n.{0} AND w.{0} - n.{0} < " + str(SMALL)
    bits = " | ".join(f"(CASE WHEN {near.format(name)} THEN {1 << place} ELSE 0 END)"
                      for place, name in enumerate(COUNTS))  # fmt: skip
    of_cell = f"CASE WHEN {near.format('received')} THEN -1 ELSE {bits} END"
    con.execute(
        f"""INSERT INTO withheld_for
            SELECT {"w" if wider_gives_way else "n"}.row_key, ({of_cell})::BIGINT AS withheld
            FROM judged AS n JOIN {wider} AS w ON w.row_key = hash({of_wider})
            WHERE n.shown AND w.shown AND n.part <> 'published' AND {narrower} AND withheld <> 0"""
    )
