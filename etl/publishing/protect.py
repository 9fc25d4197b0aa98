"""The one step between exact counts and the public file: noise, least counts, rules on bodies, marks and rounding.

Exact tables lie in memory (`exact_cells` and so on in `scratch`); from each, this step writes the public table and, in
the attached database `private`, the analysts' one. Nothing else turns a confidential count into a public number.
"""

from etl.publishing import withhold
from etl.publishing.cells import CELL, LISTED_WHEN_HIDDEN
from etl.publishing.stocks import STOCKS
from metrics.counts import COUNTS
from metrics.dimensions import SPEED_DAYS
from metrics.disclosure import (
    BODIES,
    COUNT_BASE,
    FINE,
    LARGEST_SHARE,
    MEDIAN_BASE,
    MEDIAN_DECIDED,
    NEARLY_ALL,
    P90_BASE,
    RATE_BASE,
    ROUNDED_TO,
    SHARE_STEPS,
    SMALL,
    SURVEY_BASE,
    UNDER,
)

KEYS = ", ".join(CELL)
OPEN = "part = 'published'"
# Only cells of enough bodies are shown, so noise never says fewer.
PUBLISHED_BODIES = f"CASE WHEN {OPEN} THEN counted(bodies) ELSE greatest(noisy(bodies, noise), {BODIES}) END"
BREAKDOWN_COUNTS = ("value", "counted", "base", "bodies", "largest")
# Counts that are only ever a base: nearly the whole of what they are a part of is no secret about anybody.
BASES = {base for count in COUNTS.values() for base in count.of} - {"received", "refused", "shared", "decided"}


def cells(con) -> None:
    """Tables `cells` and `private.cells` from `exact_cells`.

    The public one has a row for each cell that is shown, and one without numbers where a cell of up to two dimensions
    is hidden for its bodies. A cell of fewer than ten, or of none, is in neither way told apart from the other.
    """
    published = ", ".join(f"{_published(name)} AS {name}" for name in COUNTS)
    con.execute(
        f"""CREATE TABLE scratch.judged AS
            WITH published AS (
                SELECT {KEYS}, provisional, approximate, largest, counted(received) AS true_received,
                       counted(bodies) AS true_bodies,
                       {PUBLISHED_BODIES} AS bodies, {_published("bodies_sharing")} AS bodies_sharing, {published}
                FROM exact_cells, noise
            ),
            judged AS (
                SELECT *, {OPEN} OR (received >= {COUNT_BASE} AND true_bodies >= {BODIES}
                                     AND largest <= {LARGEST_SHARE} * true_received) AS shown
                FROM published
            )
            SELECT * REPLACE ({", ".join(f"{_marked(name)} AS {name}" for name in COUNTS)}), received AS base,
                   hash({KEYS}) AS row_key
            FROM judged"""
    )
    withhold.table(con)
    shown = "shown AND withheld IS DISTINCT FROM -1"
    kept = ", ".join(
        f"CASE WHEN {shown} AND coalesce(withheld, 0) & {1 << place} = 0 THEN {name} END AS {name}"
        for place, name in enumerate(COUNTS)
    )
    con.execute(
        f"""CREATE TABLE cells AS
            SELECT {KEYS}, {shown} AS shown, provisional, approximate,
                   CASE WHEN {shown} THEN bodies::INTEGER END AS bodies,
                   CASE WHEN {shown} THEN least(bodies, bodies_sharing)::INTEGER END AS bodies_sharing, {kept}
            FROM judged LEFT JOIN withheld USING (row_key)
            WHERE {shown} OR (base >= {COUNT_BASE} AND bit_count(combo) <= {LISTED_WHEN_HIDDEN})"""
    )
    exact = ", ".join(f"counted({name}) AS {name}" for name in COUNTS)
    con.execute(
        f"""CREATE TABLE private.cells AS
            SELECT {KEYS}, TRUE AS shown, NOT ({_may_be_shown("counted(received)", "counted(bodies)")}) AS small,
                   provisional, approximate, counted(bodies)::INTEGER AS bodies,
                   counted(bodies_sharing)::INTEGER AS bodies_sharing, {exact}
            FROM exact_cells"""
    )
    con.execute("DROP TABLE scratch.judged; DROP TABLE scratch.withheld; DROP TABLE scratch.exact_cells")


def _published(name: str) -> str:
    noise = f"CASE WHEN bit_count(combo) >= {FINE} THEN noisy({name}, fine) ELSE noisy({name}, noise) END"
    return f"CASE WHEN {OPEN} THEN counted({name}) ELSE {noise} END"


def _may_be_shown(base: str, bodies: str) -> str:
    return f"({OPEN} OR ({base} >= {COUNT_BASE} AND {bodies} >= {BODIES} AND largest <= {LARGEST_SHARE} * {base}))"


def _marked(name: str) -> str:
    """A published count as it is stored (see metrics.disclosure.mark)."""
    nearly = "".join(f" WHEN {base} - {name} < {SMALL} THEN {NEARLY_ALL}" for base in COUNTS[name].of)
    exact, small = OPEN, f"WHEN {name} < {SMALL} THEN {UNDER}{nearly}"
    if name in BASES:
        small = f"WHEN {name} < {SMALL} THEN {UNDER}"
    return f"CASE WHEN {exact} THEN {name} {small} ELSE {name} END"


def speed(con) -> None:
    """Tables `speed` and `private.speed` from `exact_speed`.

    A share undecided is published as a whole number of requests, with the noise of the requests that are known to be
    undecided, over the published base; its range is worked out from the two when it is looked at.
    """
    published = ", ".join(
        f"""CASE WHEN {OPEN} THEN counted(undecided_{day})
            ELSE least(greatest(round(share_{day} * counted(received))::BIGINT
                                + noisy(undecided_{day}, fine) - counted(undecided_{day}), 0), noisy(received, noise))
            END AS undecided_{day}"""
        for day in SPEED_DAYS
    )
    con.execute(
        f"""CREATE TABLE speed AS
            WITH published AS (
                SELECT * REPLACE ({_published("received")} AS received, {_published("settled")} AS settled, {published})
                FROM exact_speed, noise
            )
            SELECT {KEYS}, received, least(settled, received) AS settled, followed,
                   {", ".join(_public_day(day) for day in SPEED_DAYS)},
                   {_public_quantile("p50", MEDIAN_BASE)}, {_public_quantile("p90", P90_BASE)}
            FROM published
            WHERE {OPEN} OR (received >= {RATE_BASE}
                             AND hash({KEYS}) IN (SELECT hash({KEYS}) FROM cells WHERE shown))"""
    )
    exact = ", ".join(f"counted(undecided_{day}) AS undecided_{day}" for day in SPEED_DAYS)
    con.execute(
        f"""CREATE TABLE private.speed AS
            SELECT * REPLACE (counted(received) AS received, counted(settled) AS settled, {exact}),
                   NOT ({OPEN} OR counted(received) >= {RATE_BASE}) AS small FROM exact_speed"""
    )
    con.execute("DROP TABLE scratch.exact_speed")


def _public_day(day: int) -> str:
    counted, exact = f"undecided_{day}", f"{OPEN} OR share_{day} IS NULL"
    share = f"CASE WHEN {OPEN} THEN share_{day} WHEN {counted} >= {SMALL} AND received - {counted} >= {SMALL} THEN"
    limits = ", ".join(f"CASE WHEN {OPEN} THEN {side}_{day} END AS {side}_{day}" for side in ("lower", "upper"))
    return f"""
        CASE WHEN {exact} THEN {counted} WHEN {counted} < {SMALL} THEN {UNDER}
             WHEN received - {counted} < {SMALL} THEN {NEARLY_ALL} ELSE {counted} END AS {counted},
        {share} CASE WHEN share_{day} IS NOT NULL THEN {counted} / received END END AS share_{day}, {limits},
        round(effect_{day}, 1) AS effect_{day}"""


def _public_quantile(name: str, base: int) -> str:
    enough = f"{OPEN} OR (received >= {base} AND settled >= {MEDIAN_DECIDED})"
    return ", ".join(f"CASE WHEN {enough} THEN {one} END AS {one}" for one in (name, f"{name}_lower", f"{name}_upper"))


def breakdowns(con) -> None:
    """Tables `breakdowns` and `private.breakdowns` from `exact_breakdowns`.

    Every value that occurs anywhere stands at every base that is shown, so that a count of none looks like a small one.
    """
    keys = ", ".join(name for name in _columns(con, "exact_breakdowns") if name not in BREAKDOWN_COUNTS)
    con.execute(
        f"""CREATE TEMP TABLE noised AS
            SELECT {keys}, value, counted(bodies) AS true_bodies,
                   {PUBLISHED_BODIES} AS bodies, largest, counted(base) AS true_base, {_published("base")} AS base,
                   CASE WHEN {OPEN} THEN counted(counted) ELSE noisy(counted, fine) END AS counted,
                   hash({keys}, value) AS row_key
            FROM exact_breakdowns, noise"""
    )
    con.execute(
        f"""CREATE TABLE breakdowns AS
            WITH shown AS (
                SELECT DISTINCT {keys}, base, bodies, {OPEN} OR (true_bodies >= {BODIES}
                                                        AND largest <= {LARGEST_SHARE} * true_base) AS shown
                FROM noised WHERE {OPEN} OR base >= {COUNT_BASE}
            ),
            every AS (
                SELECT s.*, v.value, hash({keys.replace("kind", "s.kind").replace("part", "s.part")}, value) AS row_key
                FROM shown AS s JOIN (SELECT DISTINCT kind, value, part FROM noised) AS v
                  ON v.kind = s.kind AND v.part = s.part
            )
            SELECT e.* EXCLUDE (base, bodies, row_key), CASE WHEN e.shown THEN e.bodies::INTEGER END AS bodies,
                   CASE WHEN e.part = 'published' THEN n.counted WHEN NOT e.shown THEN NULL
                        WHEN coalesce(n.counted, 0) < {SMALL} THEN {UNDER}
                        WHEN e.base - n.counted < {SMALL} THEN {NEARLY_ALL} ELSE n.counted END AS counted,
                   CASE WHEN e.shown THEN e.base END AS base
            FROM every AS e LEFT JOIN noised AS n USING (row_key)
            WHERE e.part <> 'published' OR n.counted IS NOT NULL
            ORDER BY ALL"""
    )
    con.execute(
        f"""CREATE TABLE private.breakdowns AS
            SELECT kind, value, {keys.removeprefix("kind, ")}, TRUE AS shown,
                   NOT {_may_be_shown("counted(base)", "counted(bodies)")} AS small,
                   counted(bodies)::INTEGER AS bodies, counted(counted) AS counted, counted(base) AS base
            FROM exact_breakdowns ORDER BY ALL"""
    )


def agreements(con) -> None:
    """Tables `agreements` and `private.agreements` from `exact_agreements`: rounded, as agreements have no keys."""
    facts = "combo, level, period, period_from, period_to, part, approximate, sector, region, requester_sector, bodies"

    def columns(counted: str, shown) -> str:
        return ", ".join(
            f"CASE WHEN {shown(one)} THEN {counted.format(one)} END AS {one}, "
            f"CASE WHEN {one}_bodies > 0 THEN {shown(one)} END AS {one}_shown"
            for one in STOCKS
        )

    def public(one: str) -> str:
        enough = f"rounded({one}) >= {COUNT_BASE} AND {one}_bodies >= {BODIES}"
        return f"({OPEN} OR ({enough} AND {one}_largest <= {LARGEST_SHARE} * {one}))"

    rounded = f"CASE WHEN {OPEN} THEN {{0}} ELSE rounded({{0}}) END"
    made = {"agreements": columns(rounded, public), "private.agreements": columns("{0}", lambda one: "TRUE")}
    for table, made_of in made.items():
        con.execute(f"CREATE TABLE {table} AS SELECT {facts}, {made_of} FROM exact_agreements ORDER BY ALL")


def answers(con) -> None:
    """Tables `answers` and `private.answers` from `exact_answers`: rounded, as respondents have no keys.

    The number of respondents and the share are rounded, and how many said yes is made from the two: rounded apart, the
    three would often fit one count alone.
    """
    facts = "part, wave, question, dimension, value, approximate"
    share, shown = _to_step("share", "respondents"), f"({OPEN} OR rounded(respondents) >= {SURVEY_BASE})"
    made = f"rounded({share} * rounded(respondents))"
    few = f"({made} < {SMALL} OR yes < {ROUNDED_TO})"
    nearly = f"(rounded(respondents) - {made} < {SMALL} OR respondents - yes < {ROUNDED_TO})"
    con.execute(
        f"""CREATE TABLE answers AS
            SELECT {facts}, {shown} AS shown,
                   CASE WHEN {OPEN} THEN yes WHEN NOT {shown} THEN NULL WHEN {few} THEN {UNDER}
                        WHEN {nearly} THEN {NEARLY_ALL} ELSE {made} END AS yes,
                   CASE WHEN {OPEN} THEN respondents WHEN {shown} THEN rounded(respondents) END AS respondents,
                   CASE WHEN {OPEN} THEN round(share, 6)
                        WHEN {shown} AND NOT {few} AND NOT {nearly} THEN {share} END AS share,
                   CASE WHEN {OPEN} THEN round(effective, 2) WHEN {shown} THEN rounded(effective) END AS effective
            FROM exact_answers ORDER BY ALL"""
    )
    con.execute(
        f"""CREATE TABLE private.answers AS
            SELECT {facts}, TRUE AS shown, NOT {shown} AS small, yes, respondents, round(share, 6) AS share,
                   round(effective, 2) AS effective
            FROM exact_answers ORDER BY ALL"""
    )


def _to_step(share: str, base: str) -> str:
    """A share to the step that its base asks for (metrics.disclosure.share_step)."""
    steps = " ".join(f"WHEN {step} * {base} >= {ROUNDED_TO} THEN {step}" for step in SHARE_STEPS)
    step = f"CASE {steps} ELSE {SHARE_STEPS[-1]} END"
    return f"round(round({share} / ({step})) * ({step}), 3)"


def _columns(con, table: str) -> list[str]:
    return [name for (name,) in con.execute(f"SELECT column_name FROM (DESCRIBE {table})").fetchall()]
