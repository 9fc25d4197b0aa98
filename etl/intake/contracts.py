"""The contracts: what each kind of return holds, as described in data/contracts, one Table Schema a kind."""

import difflib
import json
import re
from dataclasses import dataclass
from functools import cache, cached_property

from etl.errors import Refusal
from etl.paths import DATA

# Every description in the folder is a kind of return, but the one of the facts about a whole return.
KINDS = tuple(sorted(path.stem for path in (DATA / "contracts").glob("*.json") if path.stem != "cover"))
# A header row that holds this share of a kind's required columns was meant to be that kind.
MEANT = 0.5


@dataclass(frozen=True)
class Field:
    """One column. `type` is string, date, integer or number; `codes` names its list in data/reference; `form` says
    the pattern in words."""

    name: str
    title: str
    description: str
    type: str
    codes: str | None
    required: bool
    column_required: bool
    pattern: str | None
    form: str | None
    minimum: int | None
    enum: tuple[str, ...]
    example: str
    invalid_example: str


@dataclass(frozen=True)
class Contract:
    """One kind of return. `key` names the columns that tell its rows apart; empty when equal rows add."""

    kind: str
    title: str
    description: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    @cached_property
    def must_have(self) -> tuple[str, ...]:
        """Columns without which a file is refused whole."""
        return tuple(field.name for field in self.fields if field.column_required)

    def __getitem__(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)


def kinds() -> tuple[str, ...]:
    return KINDS


@cache
def contract(kind: str) -> Contract:
    """The contract of a kind, or of `cover` (facts about the whole return); Refusal for any other name."""
    found = json.loads(schema(kind))
    fields = tuple(map(_field, found["fields"]))
    return Contract(kind, found["title"], found["description"], tuple(found.get("primaryKey", ())), fields)


def schema(kind: str) -> str:
    """The Table Schema of a kind of return, or of "cover", as JSON text; Refusal for any other name."""
    if kind not in (*KINDS, "cover"):
        raise Refusal(f"There is no such kind of return. Use one of: {', '.join(KINDS)}.")
    return (DATA / "contracts" / f"{kind}.json").read_text(encoding="utf-8")


def facts() -> tuple[str, ...]:
    """Names of the facts about a whole return; a file may carry them as columns."""
    return contract("cover").names


def folded(header: str) -> str:
    """A column name as people vary it: `Received on` and `received_on` are one name."""
    return re.sub(r"[^a-z0-9]+", "_", str(header).strip().lower()).strip("_")


def meant(header) -> str | None:
    """The kind whose columns this header row holds all or half of; None when it is no return of ours."""
    names = {folded(name) for name in header}
    shares = {kind: len(names.intersection(contract(kind).must_have)) / len(contract(kind).must_have) for kind in KINDS}
    complete = [kind for kind in KINDS if shares[kind] == 1]
    if complete:
        return max(complete, key=lambda kind: len(names.intersection(contract(kind).names)))
    best = max(KINDS, key=shares.get)
    return best if shares[best] >= MEANT else None


def recognise(header, kind: str | None = None) -> str:
    """The kind of return a header row belongs to. Refusal when a required column is missing or stands twice."""
    kind = kind or meant(header)
    if kind is None:
        shapes = "; ".join(f"{one}: {', '.join(contract(one).must_have)}" for one in KINDS)
        mend = (f"Put the header in row 1, with the columns of one kind. {shapes}. A blank return (uptake template) "
                "has them; what a body's own system exports needs a profile (uptake profile).")  # fmt: skip
        raise Refusal("The columns are those of no kind of return.", "unknown_kind", mend)
    _refuse_twice(header, kind)
    missing = [name for name in contract(kind).must_have if name not in map(folded, header)]
    if missing:
        words = " ".join(_missing(name, header, kind) for name in missing)
        mend = "Add the column, or rename the one that holds it, and send the file again. Nothing was loaded."
        raise Refusal(words, "missing_column", mend)
    return kind


def _refuse_twice(header, kind):
    names = [folded(name) for name in header]
    for name in (*contract(kind).names, *facts()):
        if names.count(name) > 1:
            raise Refusal(f"Column '{name}' stands more than once in the header.", "column_twice",
                          "Keep one. Nothing was loaded.")  # fmt: skip


def _missing(name, header, kind):
    """A sentence on a missing column, with the nearest header found if it is plainly a misspelling."""
    spare = [found for found in header if folded(found) not in (*contract(kind).names, *facts())]
    near = difflib.get_close_matches(name, [folded(found) for found in spare], 1, 0.6)
    hint = f" The nearest column found is '{near[0]}': rename it if that is what it holds." if near else ""
    return f"Column '{name}' ({contract(kind)[name].title.lower()}) is missing from the {kind} return.{hint}"


def _field(found: dict) -> Field:
    limits = found["constraints"]
    return Field(
        name=found["name"],
        title=found["title"],
        description=found["description"],
        type=found["type"],
        codes=found.get("codes"),
        required=limits["required"],
        column_required=limits["required"] or found.get("columnRequired", False),
        pattern=limits.get("pattern"),
        form=found.get("form"),
        minimum=limits.get("minimum"),
        enum=tuple(limits.get("enum", ())),
        example=found["example"],
        invalid_example=found["invalidExample"],
    )
