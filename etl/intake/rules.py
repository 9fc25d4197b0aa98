"""What a row must satisfy, beyond the type of each column: one bit of a mask a rule.

Conditions are SQL over a row's typed columns and the facts of its return (period_from, period_to, extracted_on);
true means broken, and NULL counts as kept, because blanks have rules of their own. Sentences never hold a value.
"""

from functools import cache

from etl import reference
from etl.intake.contracts import Contract, Field, contract
from etl.intake.rowlogic import CROSS, Rule

EARLIEST = "DATE '1990-01-01'"


@cache
def rules(kind: str) -> tuple[Rule, ...]:
    """Every check of a typed row of this kind, in the order of the mask's bits from the lowest."""
    one = contract(kind)
    blanks = [_blank(field) for field in one.fields if field.required]
    limits = [rule for field in one.fields for rule in _limits(field)]
    facts = [_blank(field) for field in contract("cover").fields if field.name in ("sender", "reported_by")]
    facts += [_blank(field) for field in contract("cover").fields if field.type == "date"]
    return (*blanks, *limits, *facts, *FACTS, *map(_filled, CROSS.get(kind, ())))


FACTS = (
    Rule(
        "return_ends_before_start",
        "period_to",
        f"period_to < period_from OR period_from < {EARLIEST}",
        "The period of the return ends before it starts, or is too long ago.",
        "Check period_from and period_to.",
    ),
    Rule(
        "kind_differs",
        "kind",
        "said_kind <> recognised_kind",
        "The row says it belongs to another kind of return than its columns do.",
        "Send each kind of return as a file or sheet of its own.",
    ),
)


def mask_sql(kind: str, known: frozenset[str] = frozenset()) -> str:
    """SQL of the mask of a row. Rules whose ids are `known` to hold for the whole file are left out."""
    bits = [
        f"CASE WHEN {rule.condition} THEN {1 << place}::UBIGINT ELSE 0::UBIGINT END"
        for place, rule in enumerate(rules(kind))
        if rule.id not in known
    ]
    return " | ".join(f"({bit})" for bit in bits)


def type_rules(one: Contract) -> tuple[Rule, ...]:
    """A rule a column for a cell that is not of its type: `raw_<column>` is filled and `<column>` is NULL."""
    return tuple(_type(field) for field in (*one.fields, *contract("cover").fields))


def _blank(field: Field) -> Rule:
    mend = f"Give {expected(field)}." + (" Write not_stated if it is not known." if _may_be_unknown(field) else "")
    return Rule(f"blank_{field.name}", field.name, f"{field.name} IS NULL", f"{field.title} is blank.", mend)


def _limits(field: Field):
    if field.pattern:
        yield Rule(
            f"pattern_{field.name}",
            field.name,
            f"NOT regexp_full_match({field.name}, '{field.pattern.strip('^$')}')",
            f"{field.title} is not in the form asked for.",
            f"Give {expected(field)}.",
        )
    if field.minimum is not None:
        yield Rule(
            f"too_small_{field.name}",
            field.name,
            f"{field.name} < {field.minimum}",
            f"{field.title} is below {field.minimum}.",
            "Check the count.",
        )


def _type(field: Field) -> Rule:
    broken = f"raw_{field.name} IS NOT NULL AND {field.name} IS NULL"
    return Rule(f"type_{field.name}", field.name, broken, _type_sentence(field), f"Expected {expected(field)}.")


def _type_sentence(field: Field) -> str:
    if field.codes:
        return f"{field.title} is not a code of the list {field.codes}."
    if field.enum:
        return f"{field.title} is none of {', '.join(field.enum)}."
    shapes = {"date": "a date as YYYY-MM-DD", "integer": "a whole number", "number": "a number"}
    return f"{field.title} is not {shapes.get(field.type, 'in the form asked for')}."


def expected(field: Field) -> str:
    """What to write in a column, in words, with an example."""
    if field.codes:
        return f"a code of the list {field.codes} (in the sheet Codes of the blank return), for example {field.example}"
    shapes = {"date": "a date as YYYY-MM-DD", "integer": "a whole number", "number": "a number with a point"}
    return f"{shapes.get(field.type, field.form or 'a value')}, for example {field.example}"


def _may_be_unknown(field: Field) -> bool:
    return bool(field.codes) and field.codes != "bodies" and "not_stated" in reference.codes(field.codes)


def _filled(rule: Rule) -> Rule:
    """The rule with the pairs of question and answer written into it."""
    if "<pairs>" not in rule.condition:
        return rule
    pairs = [f"'{name}/{answer}'" for name, row in reference.questions().items() for answer in row["answers"]]
    return Rule(rule.id, rule.column, rule.condition.replace("<pairs>", ", ".join(pairs)), rule.sentence, rule.mend)
