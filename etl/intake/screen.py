"""Screening for personal data. What passes is called screened, never anonymised.

Closed code lists keep free text out, so two places are left: names somebody typed (headings, sheet names, file
names, notes) and the reference column. A finding says where and what kind, and never repeats the value.
"""

import re
from itertools import pairwise

from etl.intake.finding import finding
from etl.intake.given_names import FAMILY, GIVEN
from etl.intake.identifiers import COMPILED, PATTERNS, TITLES, is_nhs_number, is_upn, is_utr, nhs_sql, upn_sql, utr_sql

MEND = "Remove it; use a reference of your own that says nothing about a person."
# A number with a check digit is judged by its column: chance alone passes one in eleven, of tax references that
# begin with 1 or 2 two in eleven.
SHARE, ENOUGH = {"nhs_number": 0.20, "utr": 0.40, "upn": 0.20, "packed_date": 0.20}, 50
MAX_ROWS = 1000
NAMED = ("email", "nino", "postcode", "phone", "birth_date", "titled_name")


def kinds_in(text):
    """The kinds of identifier one short text holds, in no order that matters; for notes and names."""
    found = [kind for kind in NAMED if COMPILED[kind].search(text)]
    for match in COMPILED["ten_digits"].finditer(text):
        digits = re.sub(r"\D", "", match[1])
        found += ["nhs_number"] * is_nhs_number(digits) + ["utr"] * is_utr(digits)
    found += ["upn" for match in COMPILED["pupil_shape"].finditer(text) if is_upn(match[1])]
    return list(dict.fromkeys(found))


def has_name(text):
    """Whether a given name stands before or after what is, or looks like, a family name."""
    words = re.findall(r"[A-Za-z'’]+", text)
    for first, second in pairwise(words):
        for given, family in ((first, second), (second, first)):
            if given.lower() in GIVEN and family.lower() in FAMILY:
                return True
        if first.lower() in GIVEN and first[0].isupper() and re.fullmatch(r"[A-Z][a-z'’]{2,}", second):
            return True
    return False


def screen_names(texts, place="heading", names=True, sheet=None):
    """Findings for short texts somebody typed: headings, sheet names, a file name, notes.

    texts: the texts; place: what one of them is called in the sentence; names: also look for common names
    (switch it off where an author's name is expected, as in a file's properties).
    """
    found = []
    for number, text in enumerate(texts, 1):
        text = spaced(str(text or ""))
        kinds = kinds_in(text)
        if names and "titled_name" not in kinds and has_name(text):
            kinds.append("name")
        found += [
            finding(
                f"personal.{kind}",
                "blocks_file",
                f"The {place} holds what looks like {TITLES[kind]}.",
                f"Rename or remove the {place} and send the file again.",
                sheet=sheet,
                column=f"{place} {number}" if len(texts) > 1 else None,
            )
            for kind in kinds
        ]
    return found


def spaced(text):
    """File and sheet names join words with underscores, which would hide where an identifier begins."""
    return text.replace("_", " ")


def _quoted(text):
    return "'" + text.replace("'", "''") + "'"


def _matches(kind, column):
    return f"regexp_matches({column}, {_quoted(PATTERNS[kind])}, 'i')"


def _listed(words):
    return "[" + ", ".join(_quoted(word.upper()) for word in sorted(words)) + "]"


def _one_of(words):
    return rf"(?:^|[^A-Za-z])(?:{'|'.join(sorted(words))})(?:[^A-Za-z]|$)"


def _name(column):
    """A given name with another name beside it, or in a reference that has no digit at all."""
    words = f"string_split_regex(upper({column}), '[^A-Z]+')"
    digits = f"regexp_matches({column}, '[0-9]')"
    given = f"regexp_matches({column}, {_quoted(_one_of(GIVEN))}, 'i')"
    beside = f"(NOT {digits} OR len(list_intersect({words}, {_listed(GIVEN | FAMILY)})) > 1)"
    # CASE, because DuckDB would split the words of every value for an AND.
    return f"CASE WHEN {given} THEN {beside} WHEN {_matches('titled_name', column)} THEN NOT {digits} ELSE false END"


def _ten(column):
    ten = f"regexp_extract({column}, {_quoted(PATTERNS['ten_digits'])}, 1, 'i')"
    return f"TRY_CAST(regexp_replace({ten}, '[ -]', '', 'g') AS BIGINT)"


def _pupil(column):
    return f"upper(regexp_extract({column}, {_quoted(PATTERNS['pupil_shape'])}, 1, 'i'))"


# Conditions in SQL on the column named `c`. A row that meets one of HELD is held whatever the column looks like.
HELD = {kind: _matches(kind, "c") for kind in ("email", "nino", "postcode", "phone", "whole_date")} | {
    "name": _name("c")
}
TEN = _matches("ten_digits", "c")
# Shape of a number with a check digit, the text to test, and the test.
CHECKED = {
    "nhs_number": (TEN, nhs_sql("ten")),
    "utr": (TEN, utr_sql("ten")),
    "upn": (_matches("pupil_shape", "c"), upn_sql("pupil")),
    "packed_date": (r"regexp_matches(c, '^[A-Z]{0,3}-?\d{8}$', 'i')", _matches("packed_date", "c")),
}
# One pass that lets through only what must be looked at closely; of a clean column, nothing.
SUSPECT = "|".join(
    [PATTERNS[kind] for kind in ("email", "nino", "postcode", "phone", "ten_digits", "pupil_shape", "whole_date")]
    + [r"^[A-Z]{0,3}-?\d{8}$", _one_of(GIVEN), PATTERNS["titled_name"]]
)
SQL = HELD | {kind: f"({shape} AND {test})" for kind, (shape, test) in CHECKED.items()}


def screen_column(con, relation, column, *, row=None, sheet=None, name=None):
    """Findings for a column already in DuckDB, in one pass when it is clean (0.1 s a million values).

    relation: a table or view as SQL. column: its column, unquoted; name: what to call it in the finding, a name of
    our contract (by default the column's own). row: a column with the row number; without it a finding
    that would hold rows holds the file, since it cannot say which.
    """
    at = {"sheet": sheet, "column": name or column}
    # Ten bare digits can be nothing but a number, and whole columns are: they are spared the other patterns.
    unless = "CASE WHEN plain THEN {} ELSE {} END".format
    tests = {
        kind: f"{unless(shape == TEN, shape)} AS {kind}_shape, {test} AS {kind}"
        for kind, (shape, test) in CHECKED.items()
    }
    held = ", ".join(f"{unless('false', test)} AS {kind}" for kind, test in HELD.items())
    quoted = '"' + column.replace('"', '""') + '"'
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE _suspects AS
        WITH picked AS (SELECT {row or "NULL"} AS "row", CAST({quoted} AS VARCHAR) AS c FROM {relation}
                      WHERE regexp_matches(CAST({quoted} AS VARCHAR), {_quoted(SUSPECT)}, 'i')),
             parts AS MATERIALIZED (SELECT *, {unless("CAST(c AS BIGINT)", _ten("c"))} AS ten,
                                           {unless("''", _pupil("c"))} AS pupil
                                    FROM (SELECT *, regexp_full_match(c, '[0-9]{{10}}') AS plain FROM picked))
        SELECT "row", {", ".join(tests.values())}, {held} FROM parts""")
    try:
        found = [item for kind in HELD for item in held_rows(con, kind, row, at)]
        if con.execute("SELECT count(*) FROM _suspects").fetchone()[0]:
            size = con.execute(f"SELECT count({quoted}) FROM {relation}").fetchone()[0]
            found += [item for kind in CHECKED for item in by_share(con, kind, size, row, at)]
    finally:
        con.execute("DROP TABLE _suspects")
    return found


def held_rows(con, kind, row, at, condition=None):
    """A finding a row for each row that shows an identifier; one for the file when they are many."""
    rule, what = f"personal.{kind}", TITLES[kind]
    where = condition or kind
    count = con.execute(f"SELECT count(*) FROM _suspects WHERE {where}").fetchone()[0]
    if not count:
        return []
    if row is None or count > MAX_ROWS:
        return [finding(rule, "blocks_file", f"{count:,} values look like {what}.", MEND, **at)]
    rows = con.execute(f'SELECT "row" FROM _suspects WHERE {where} ORDER BY "row"').fetchall()
    return [finding(rule, "blocks_row", f"The value looks like {what}.", MEND, row=number, **at) for (number,) in rows]


def by_share(con, kind, size, row, at):
    """Judges a number with a check digit by how many of its shape pass, for chance passes some."""
    shaped, passed = con.execute(
        f"SELECT count(*) FILTER ({kind}_shape), count(*) FILTER ({kind}_shape AND {kind}) FROM _suspects"
    ).fetchone()
    if not passed:
        return []
    what = TITLES[kind]
    if too_many(shaped, passed, SHARE[kind]):
        message = f"{passed:,} of {shaped:,} values of that shape pass as {what}, far more than chance would."
        return [finding(f"personal.{kind}", "blocks_file", message, MEND, **at)]
    # A few such numbers among references of other shapes are strangers there: those that pass are held.
    if shaped < ENOUGH and shaped < size and shaped <= max(2, size // 4):
        return held_rows(con, kind, row, at, f"{kind}_shape AND {kind}")
    return [
        finding(
            f"personal.{kind}",
            "warning",
            f"{passed:,} of {shaped:,} values of that shape pass as {what}, no more than chance can explain.",
            "Make sure that the references are your own and not a person's.",
            **at,
        )
    ]


def too_many(shaped, passed, share):
    """Whether more pass than chance explains: of fifty or more a share, of fewer nearly all."""
    if shaped >= ENOUGH:
        return passed > share * shaped
    return passed == shaped >= 3 or (passed > 3 and passed * 3 > shaped * 2)
