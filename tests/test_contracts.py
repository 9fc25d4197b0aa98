"""The six contracts: complete, true to their own examples, and able to tell a header row from another."""

import pytest

from etl import reference, warehouse
from etl.errors import Refusal
from etl.intake import contracts
from etl.intake.contracts import contract, kinds, meant, recognise
from etl.intake.rules import rules, type_rules
from etl.intake.staging import good, stage

EVERY_FIELD = [(kind, field.name) for kind in (*kinds(), "cover") for field in contract(kind).fields]


@pytest.fixture(scope="module")
def con():
    with warehouse.scratch() as con:
        yield con


@pytest.mark.parametrize("kind", kinds())
def test_every_column_of_the_contract_is_kept(kind):
    kept = set(warehouse.columns(kind)) - {"return_id"}
    asked = {"request_key" if name == "request_ref" else name for name in contract(kind).names}
    assert kept == asked


@pytest.mark.parametrize("kind, name", EVERY_FIELD)
def test_a_field_is_described_and_its_code_list_exists(kind, name):
    field = contract(kind)[name]
    assert field.title and field.description.endswith(".")
    assert field.type in ("string", "date", "integer", "number")
    assert bool(field.pattern) == bool(field.form)
    if field.codes and field.codes != "answers":
        assert field.example in reference.codes(field.codes)
        assert field.invalid_example not in reference.codes(field.codes)


@pytest.mark.parametrize("kind", kinds())
def test_a_row_of_the_valid_examples_passes_and_each_invalid_example_is_found(con, kind):
    row = {field.name: field.example for field in contract(kind).fields}
    row |= {"outcome": "refused"} if kind == "requests" else {}
    facts = {
        "sender": "E08000025",
        "period_from": "2026-01-01",
        "period_to": "2026-03-31",
        "extracted_on": "2026-05-31",
    }
    rows = [row] + [{**row, field.name: field.invalid_example} for field in contract(kind).fields]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE lines AS SELECT " + ", ".join(f"NULL::VARCHAR AS {n}" for n in row) + " LIMIT 0"
    )
    con.executemany(f"INSERT INTO lines VALUES ({', '.join('?' * len(row))})", [list(one.values()) for one in rows])
    lines = "(SELECT rowid + 1 AS _line, 'sheet' AS _sheet, rowid + 2 AS _row, NULL AS _flaw, * FROM lines)"
    stage(con, kind, lines, list(row), facts, b"key")
    passed = [line for (line,) in con.execute(f"SELECT _line FROM staged WHERE {good()} ORDER BY _line").fetchall()]
    assert passed == [1]


@pytest.mark.parametrize("kind", kinds())
def test_a_mask_has_room_for_every_rule(kind):
    assert len(rules(kind)) <= 64 and len(type_rules(contract(kind))) <= 64
    assert len({rule.id for rule in rules(kind)}) == len(rules(kind))


@pytest.mark.parametrize("kind", kinds())
def test_a_kind_is_known_by_its_columns_in_any_order_and_spelling(kind):
    header = [name.replace("_", " ").title() for name in reversed(contract(kind).names)]
    assert recognise(header) == kind
    assert recognise([*header, "Our own notes"]) == kind


def test_a_missing_column_is_named_with_the_nearest_one_found():
    header = ["regoin" if name == "region" else name for name in contract("requests").names]
    with pytest.raises(Refusal, match=r"Column 'region'.*missing.*nearest column found is 'regoin'"):
        recognise(header)


def test_a_column_far_from_the_missing_one_is_not_repeated():
    header = ["Jane Example" if name == "region" else name for name in contract("requests").names]
    with pytest.raises(Refusal) as refusal:
        recognise(header)
    assert "jane" not in str(refusal.value).lower()


def test_a_column_that_stands_twice_is_refused():
    with pytest.raises(Refusal, match="'region' stands more than once"):
        recognise([*contract("requests").names, "Region"])


def test_a_header_of_something_else_belongs_to_no_kind():
    assert meant(["surname", "forename", "address"]) is None
    with pytest.raises(Refusal, match="no kind of return"):
        recognise(["surname", "forename", "address"])


def test_an_unknown_kind_is_refused_with_the_kinds_there_are():
    with pytest.raises(Refusal, match="refusals, request_counts, requests"):
        contract("complaints")


def test_facts_may_be_columns_of_every_return():
    assert set(contracts.facts()) == {
        "sender", "kind", "reported_by", "period_from", "period_to", "extracted_on", "synthetic",
    }  # fmt: skip
