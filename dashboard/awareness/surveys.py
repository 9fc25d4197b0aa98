"""Rows of survey waves: which belong together, and which are the latest."""


def own(rows) -> list[dict]:
    """The rows of the surveys, without polls that others have published where there are surveys: another population."""
    kept = [row for row in rows if "published" not in row["flags"]]
    return kept or list(rows)


def apart(rows) -> list[dict]:
    """What `own` leaves out."""
    kept = own(rows)
    return [row for row in rows if row not in kept]


def latest(rows) -> list[dict]:
    """The rows of the latest wave; rows come in order of fieldwork."""
    return [row for row in rows if row["wave"] == rows[-1]["wave"]]
