"""Keyed counts: one number that carries a count of requests and the sum of their record keys.

A count is published with noise that depends on which requests it counts (metrics/cell_key.py): on the sum of their
record keys, 0 to 255 each. Both add up over rows, so both go through every sum as one number, count x 2^shift + keys,
and the keys cost nothing. A request's key is the first byte of SHA-256 over the secret seed and the number that stands
for its reference: the same for ever, and nobody without the seed can tell it.
"""

from metrics.cell_key import KEYS, REPEAT, ROWS, make_table
from metrics.disclosure import FINE, ROUNDED_TO

# DOUBLE adds whole numbers exactly up to 2^53 in half the memory of the 128-bit integers that sums default to: room
# for this many requests, whatever their keys. Beyond, sums are the slower 128-bit ones.
SHIFT, MOST_IN_DOUBLE = 30, 1 << 22
WIDE_SHIFT = 36


def prepare(con, seed: bytes) -> None:
    """Make in `scratch` the macros that keyed counts are written with, and the one row of the table `noise`: its
    columns `noise`, and `fine` for cells of FINE filters.

    record_key(what)   the key, 0 to 255, of whatever the text or number stands for
    keyed(n, key)      n requests whose keys add up to `key`
    added(x)           the aggregate: keyed counts added up
    counted(x)         the true count
    noisy(x, noise)    the count as it is published, with the column `noise` of the table of that name
    rounded(n)         a count whose units have no keys, as it is published
    """
    requests = "SELECT (SELECT count(*) FROM w.requests) + (SELECT coalesce(sum(requests), 0) FROM w.request_counts)"
    small = con.execute(requests).fetchone()[0] < MOST_IN_DOUBLE
    shift, kind = (SHIFT, "DOUBLE") if small else (WIDE_SHIFT, "BIGINT")
    row = f"CASE WHEN counted(x) <= {ROWS} THEN counted(x) - 1 ELSE (counted(x) - 1) % {REPEAT} + {ROWS - REPEAT} END"
    macros = {
        "record_key(what)": f"""CAST('0x' || left(sha256('{seed.hex()}' || CAST(what AS VARCHAR)), 2) AS UTINYINT)""",
        "keyed(n, key)": f"CAST(CAST(n AS BIGINT) * {1 << shift} + key AS {kind})",
        "added(x)": f"CAST(sum(x) AS {kind})",
        "counted(x)": f"(CAST(x AS BIGINT) >> {shift})",
        "noisy(x, noise)": f"""CASE WHEN counted(x) = 0 THEN 0
            ELSE counted(x) + noise[({row}) * {KEYS} + (CAST(x AS BIGINT) & {KEYS - 1}) + 1] END""",
        "rounded(n)": f"CAST({ROUNDED_TO} * floor(n / {ROUNDED_TO} + 0.5) AS BIGINT)",
    }
    for name, body in macros.items():
        con.execute(f"CREATE MACRO scratch.{name} AS {body}")
    tables = [make_table(b"table" + seed, filters).ravel().tolist() for filters in (0, FINE)]
    con.execute("CREATE TABLE scratch.noise AS SELECT ?::TINYINT[] AS noise, ?::TINYINT[] AS fine", tables)
