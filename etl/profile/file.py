"""One profile: a TOML file that says how the table a body already has becomes rows of a return.

The form, with everything that may be said (sheet names, header cells and codes' texts are folded: lower case, single
spaces, no line breaks; SQL is DuckDB's, over one source row, whose columns have the folded header cells as names):

    title = "..."                       who publishes what; shown with the figures as their source
    [facts]                             sender, reported_by, period_from, period_to, extracted_on,
                                        published, approximate, source: of the whole return
    [constants]                         contract column = value, in every take whose kind has the column
    [maps.sector]                       text = "code"; makes sector(text) a function of the SQL
    [patterns]
    sector = [["regular expression", "code"]]      tried in order when the map has no such text
    [defaults]
    sector = "not_stated"               without it, a text that has no code holds its row

    [[take]]
    kind = "request_counts"             the kind of return
    sheet = "20..-20.."                 regular expression; every sheet that fits is read
    header = ["rowid", "nic number"]    cells the header row must hold
    skip = [["condition", "reason"]]    rows that are not data (blank rows are skipped unasked)
    unpivot = { name = "body", value = "requests", keep = ["outcome"], drop = ["total"] }
    total = { column = "total", row = "condition" }     checked against what they sum, then skipped
    missing = ["-", "[x]"]              marks of a cell without a figure; such cells are read as blank
    header_rows = 2                     names of columns stand in so many rows, the last of which is `header`
    repeated = { "rowid" = "note" }     note, or hold, what occurs a second time
    notes = [["condition", "sentence"]] said with the number of rows
    once = { of = "reference", column = "counterparty_sector" }    counted under one value only
    optional = true                     the file may lack this sheet
    [take.facts]                        facts that differ from the profile's
    [take.constants]                    contract column = value
    [take.columns]                      contract column = SQL; other names are helpers for counts
    [take.counts]                       contract column = SQL aggregate over the rows that agree in the rest

`_row`, `_sheet` and `_filled` (cells that are not blank) are columns of every source row. A header cell that is blank
is called `column 1` by its place; a name met a second time gets ` (2)`.
"""

import difflib
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from etl.errors import Refusal
from etl.intake import contracts
from etl.paths import DATA

PROFILES = DATA / "profiles"
FACTS = ("sender", "reported_by", "period_from", "period_to", "extracted_on", "published", "approximate", "source")
TABLES = ("facts", "constants", "maps", "patterns", "defaults")
TOP = {"title": str, **dict.fromkeys(TABLES, dict), "take": list}
PAIRS = ("skip", "notes")
FANCY, SIMPLE = "–—‑’‘“”\xa0", "---''\"\" "
PLAIN = str.maketrans(FANCY, SIMPLE)


@dataclass(frozen=True)
class Take:
    """How one kind of return is made from the sheets that fit `sheet`; the fields are the keys of [[take]]."""

    kind: str
    sheet: str
    header: list
    columns: dict
    constants: dict = field(default_factory=dict)
    skip: list = field(default_factory=list)
    unpivot: dict = field(default_factory=dict)
    total: dict = field(default_factory=dict)
    repeated: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)
    once: dict = field(default_factory=dict)
    counts: dict = field(default_factory=dict)
    facts: dict = field(default_factory=dict)
    missing: list = field(default_factory=list)
    header_rows: int = 1
    optional: bool = False


@dataclass(frozen=True)
class Profile:
    """A profile as read: `maps` is {function: {folded text: code}}, `patterns` {function: [(regex, code)]}."""

    name: str
    title: str
    facts: dict
    constants: dict
    maps: dict
    patterns: dict
    defaults: dict
    takes: tuple

    @property
    def functions(self):
        """The names of the functions that turn a text into a code."""
        return sorted({*self.maps, *self.patterns})


def fold(value):
    """A header cell, sheet name or text as it is compared: lower case, single spaces, plain dashes and quotes."""
    words = str(value)
    return " ".join((words if words.isascii() else words.translate(PLAIN)).split()).lower()


def names(folder=None):
    """The names of the profiles there are, sorted."""
    return sorted(path.stem for path in Path(folder or PROFILES).glob("*.toml"))


def read(name_or_path):
    """Read the profile of that name in data/profiles, or the file at that path. Raises Refusal saying what to mend."""
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = PROFILES / f"{name_or_path}.toml"
    if not path.is_file():
        raise Refusal(f"There is no profile {path.stem!r}; there are: {', '.join(names()) or 'none'}.")
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refusal(f"Profile {path.name}: not readable as TOML: {error}.") from None
    _check(told, TOP, path.name)
    if not told.get("take"):
        raise Refusal(f"Profile {path.name}: no [[take]]; expected one for each kind of return the file holds.")
    return Profile(
        name=path.stem,
        title=told.get("title", path.stem),
        facts=_facts(told.get("facts", {}), f"{path.name}, [facts]"),
        constants=told.get("constants", {}),
        maps=_maps(told.get("maps", {}), path.name),
        patterns=_patterns(told.get("patterns", {}), path.name),
        defaults=told.get("defaults", {}),
        takes=tuple(_take(one, f"{path.name}, take {at}") for at, one in enumerate(told["take"], 1)),
    )


def _check(told, allowed, where):
    for key, value in told.items():
        if key not in allowed:
            near = difflib.get_close_matches(key, allowed, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"expected some of {', '.join(allowed)}."
            raise Refusal(f"Profile {where}: {key!r} is not known; {hint}")
        if not isinstance(value, allowed[key]):
            raise Refusal(f"Profile {where}: {key!r} should be a {allowed[key].__name__}.")


def _facts(told, where):
    for key in told:
        if key not in FACTS:
            raise Refusal(f"Profile {where}: {key!r} is not a fact of a return; expected {', '.join(FACTS)}.")
    return told


def _maps(told, where):
    for name, pairs in told.items():
        _function(name, where)
        if not isinstance(pairs, dict) or not all(isinstance(code, str) for code in pairs.values()):
            raise Refusal(f'Profile {where}, [maps.{name}]: expected lines of "text" = "code".')
    return {name: {fold(text): code for text, code in pairs.items()} for name, pairs in told.items()}


def _patterns(told, where):
    for name, pairs in told.items():
        _function(name, where)
        _pairs(pairs, f"{where}, [patterns] {name}")
        for pattern, _ in pairs:
            _regex(pattern, f"{where}, [patterns] {name}")
    return told


def _function(name, where):
    if not re.fullmatch("[a-z][a-z_]*", name):
        raise Refusal(f"Profile {where}: a map is named in small letters and underscores, not {name!r}.")


def _pairs(value, where):
    if not all(isinstance(pair, list) and len(pair) == 2 and all(isinstance(x, str) for x in pair) for pair in value):
        raise Refusal(f'Profile {where}: expected a list of ["what", "words"] pairs.')


def _regex(pattern, where):
    try:
        re.compile(pattern)
    except re.error as error:
        raise Refusal(f"Profile {where}: {pattern!r} is not a regular expression ({error}).") from None


def _take(told, where):
    _check(told, Take.__annotations__, where)
    missing = [name for name in ("kind", "sheet", "header", "columns") if not told.get(name)]
    if missing:
        raise Refusal(f"Profile {where}: {', '.join(missing)} missing; expected in every [[take]].")
    if told["kind"] not in contracts.KINDS:
        raise Refusal(f"Profile {where}: no such kind of return; expected one of {', '.join(contracts.KINDS)}.")
    for key in PAIRS:
        _pairs(told.get(key, []), f"{where}, {key}")
    _regex(told["sheet"], f"{where}, sheet")
    _facts(told.get("facts", {}), f"{where}, facts")
    for key, wanted in (("unpivot", ("name", "value", "keep")), ("once", ("of", "column"))):
        if told.get(key) and set(wanted) - set(told[key]):
            raise Refusal(f"Profile {where}, {key}: expected {', '.join(wanted)}.")
    if set(told.get("repeated", {}).values()) - {"note", "hold"}:
        raise Refusal(f"Profile {where}, repeated: expected note or hold.")
    return Take(**{**told, "header": [fold(cell) for cell in told["header"]]})
