"""Proposed profiles: for two real registers, for shapes nobody has tried, and for whatever a table may hold."""

import datetime as dt
import tomllib
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_profiles import NHS, PHE, assert_whole, book, needs_real

from etl.errors import Refusal
from etl.profile import bodies as profile_bodies
from etl.profile import file as profile_file
from etl.profile import profiles, propose, propose_hints


def edited(text, changes):
    """A proposal with some lines changed: {start of the line: the line as it should be}."""
    lines = text.splitlines()
    for start, new in changes.items():
        (at,) = [number for number, line in enumerate(lines) if line.startswith(start)]
        lines[at] = new
    return "\n".join(lines) + "\n"


def taken(path, text, tmp_path):
    toml = tmp_path / "proposed.toml"
    toml.write_text(text, encoding="utf-8")
    result = profiles.take(path, toml)
    assert_whole(result)
    return result


def figures(result):
    counted = Counter()
    for one in result.returns:
        for row in one.rows:
            keys = ("period_start", "period_end", "counterparty_sector", "requester_sector", "outcome")
            values = tuple(str(row.get(key)) for key in keys)
            counted[one.kind, *values] += row.get("active") or row.get("requests") or 0
    return counted


NEAR, NOT = "# near: ", "# not guessed: "
NHS_CHANGES = {
    f'{NEAR}"non-specialist acute trusts': '"non-specialist acute trusts in england" = "health"',
    f'{NEAR}"royal free': '"royal free & university college medical school" = "higher_education"',
    f'{NEAR}"st james university': '"st james university hospital nhs trust" = "health"',
    f'{NEAR}"western general': '"western general hospital" = "health"',
    f'{NOT}"regional drug': '"regional drug & therapeutic centre" = "health"',
    f'{NOT}"wolfson institute': '"wolfson institute of preventive medicine" = "higher_education"',
    f'{NEAR}"court order"': '"court order" = "justice"',
    f'{NEAR}"hm coroner"': '"hm coroner" = "justice"',
    '"skipton fund"': '"skipton fund" = "other_public"',
    f"{NOT}published": "published = true",
}
PHE_CHANGES = {
    f'{NEAR}"government agency': '"government agency (health and adult social care)" = "health"',
    f'{NOT}"independent sector': '"independent sector organisation" = "voluntary"',
    f'{NOT}"government"': '"government" = "central_government"',
    f'{NOT}"other"': '"other" = "not_stated"',
    f'{NEAR}"other health': '"other health and social care system public body" = "health"',
    f'{NOT}"cqc approved': '"cqc approved national contractor" = "private"',
    f"{NOT}published": "published = true",
}


@needs_real
@pytest.mark.parametrize(
    ("path", "name", "changes"),
    [(NHS, "nhs_digital_register_2017", NHS_CHANGES), (PHE, "phe_release_register_2014", PHE_CHANGES)],
)
def test_a_real_register_loads_from_its_proposal_with_ten_changed_lines_or_fewer(path, name, changes, tmp_path):
    assert len(changes) <= 10
    result = taken(path, edited(propose.propose(path), changes), tmp_path)
    assert result.held == []
    assert figures(result) == figures(profiles.take(path, name))


@needs_real
def test_what_is_near_is_never_taken_unasked(tmp_path):
    result = taken(PHE, propose.propose(PHE), tmp_path)
    assert {column for _, _, column, _, _ in result.held} == {"counterparty_sector"}
    # Government agencies 26, independent sector 21, government 4, other 3, other health body 2, contractor 1.
    assert sum(held for _, _, _, held, _, _ in result.sheets) == 57


def proposal(path):
    text = propose.propose(path)
    return text, tomllib.loads(text)


def test_totals_with_outcomes_across_and_bodies_down(tmp_path):
    rows = [
        ["Table 1: outcome of requests"],
        [],
        ["Council", "Received", "Granted in full", "Partly withheld", "Fully withheld", "Total"],
        ["Leeds City Council", 10, 5, 2, 3, 10],
        ["Birmingham City Council", 6, 4, "[x]", 2, 6],
        ["Total", 16, 9, 2, 5, 16],
        ["Source: the councils"],
    ]
    cover = [["Requests to share data, July to September 2021"]]
    path = book(tmp_path / "sharing.xlsx", {"Cover": cover, "Table 1": rows})
    text, told = proposal(path)
    assert told["facts"] == {"period_from": dt.date(2021, 7, 1), "period_to": dt.date(2021, 9, 30)}
    assert "# not guessed: sender" in text and "'received'" in text
    result = taken(path, text, tmp_path)
    assert {(r["holder_body"], r["outcome"]): r["requests"] for r in result.returns[0].rows} == {
        ("E08000035", "shared_full"): 5,
        ("E08000035", "shared_part"): 2,
        ("E08000035", "refused"): 3,
        ("E08000025", "shared_full"): 4,
        ("E08000025", "refused"): 2,
    }
    assert "total_differs" not in {rule for _, rule, _, _ in result.notes}


def test_totals_with_months_across(tmp_path):
    rows = [["Outcome", "January 2021", "February 2021"], ["Approved", 5, 6], ["Refused", 1, 0], ["Total", 6, 6]]
    path = book(tmp_path / "E08000035.ods", {"S": rows})
    text, told = proposal(path)
    assert told["facts"]["sender"] == "E08000035"
    made = taken(path, text, tmp_path).returns[0].rows
    assert {(r["outcome"], r["period_end"].isoformat()): r["requests"] for r in made} == {
        ("shared_full", "2021-01-31"): 5,
        ("shared_full", "2021-02-28"): 6,
        ("refused", "2021-01-31"): 1,
        ("refused", "2021-02-28"): 0,
    }


def test_one_row_a_total_by_quarter(tmp_path):
    head = ["Quarter", "Requesting body type", "Outcome", "Number of requests"]
    rows = [
        head,
        ["2021 Q1", "Police", "Shared", 912],
        ["2021 Q2", "School", "Refusd", 100],
        ["2021 Q2", "NHS", "Refused", 344],
    ]
    path = book(tmp_path / "PHE totals.xlsx", {"data": rows})
    text, told = proposal(path)
    assert '# near: "refusd" = "refused"' in text and "refusd" not in told["maps"]["outcome"]
    result = taken(path, text, tmp_path)
    assert [(r["requester_sector"], r["requests"], str(r["period_start"])) for r in result.returns[0].rows] == [
        ("police", 912, "2021-01-01"),
        ("health", 344, "2021-04-01"),
    ]
    assert [row for _, row, _, _, _ in result.held] == [3]


def requests(tmp_path, days):
    lines = ["Case ref;Date received;Organisation type;Decision;Decision date;Reason for refusal"]
    lines += [f"LC/{at:03d};{day};Police;Declined;{day};fear" for at, day in enumerate(days)]
    path = tmp_path / "E08000035 cases.csv"
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    return path


def test_one_row_a_request_with_british_dates(tmp_path):
    path = requests(tmp_path, ["03/04/2021", "25/06/2021"])
    text, told = proposal(path)
    assert told["take"][0]["kind"] == "requests"
    assert "reasons for refusal in 'reason for refusal'" in text
    made = taken(path, text, tmp_path).returns[0].rows
    assert [(row["request_ref"], str(row["received_on"]), row["outcome"]) for row in made] == [
        ("LC-000", "2021-04-03", "refused"),
        ("LC-001", "2021-06-25", "refused"),
    ]


def test_days_that_may_be_months_are_not_guessed(tmp_path):
    path = requests(tmp_path, ["03/04/2021", "05/06/2021"])
    text, told = proposal(path)
    assert "# not guessed: received_on" in text and "received_on" not in told["take"][0]["columns"]
    with pytest.raises(Refusal, match="requires received_on"):
        taken(path, text, tmp_path)


def test_a_list_of_agreements_counts_those_signed(tmp_path):
    rows = [["Agreement no", "Partner organisation", "Start date"]]
    rows += [[f"ISA-{at:03d}", "West Yorkshire Police", dt.date(2020, 1 + at % 6, 5)] for at in range(12)]
    path = book(tmp_path / "E08000035.xlsx", {"DSA list": rows})
    text, told = proposal(path)
    assert [one["counts"] for one in told["take"]] == [{"signed": "count(DISTINCT reference)"}] * 2
    made = taken(path, text, tmp_path).returns[0].rows
    assert [(str(r["period_start"]), str(r["period_end"]), r["signed"]) for r in made] == [
        ("2020-01-01", "2020-03-31", 6),
        ("2020-04-01", "2020-06-30", 6),
        ("2020-01-01", "2020-06-30", 12),
    ]


def test_what_looks_like_a_person_is_not_written_down(tmp_path):
    rows = [["Decision", "Requests", "Applicant"], ["Refused", 2, "Jane Smith"], ["Refused", 1, "J Roe, 07700 900123"]]
    text, told = proposal(book(tmp_path / "file.xlsx", {"totals": [*rows, ["Shared", 3, "Police"]]}))
    assert told["maps"]["requester_sector"] == {"police": "police"}
    assert "mith" not in text and "900123" not in text
    assert "# not written: 2 texts" in text


def test_of_two_like_tables_only_the_larger_is_taken(tmp_path):
    rows = [["Reference", "Organisation"], *([f"A-{at}", "NHS England"] for at in range(5))]
    path = book(tmp_path / "two.xlsx", {"small": rows[:4], "large": rows})
    text, told = proposal(path)
    assert [one["sheet"] for one in told["take"]] == ["large"]
    assert "'small' (4 rows): it looks like agreements too; taking both would count twice." in text


def test_a_return_of_ours_and_a_table_like_none_are_said(tmp_path):
    ours = ["body", "sector", "region", "period_start", "period_end", "counterparty_sector", "active"]
    sheets = {"mine": [ours, ["x"] * 7], "other": [["Name", "Colour"], ["a", "red"]]}
    text, told = proposal(book(tmp_path / "file.xlsx", sheets))
    assert "take" not in told
    assert "it has the columns of agreements already" in text and "like no kind of return" in text


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Q3 2020", ("2020-07-01", "2020-09-30")),
        ("April 2019 – March 2020", ("2019-04-01", "2020-03-31")),
        ("register-2017-09-to-11", ("2017-09-01", "2017-11-30")),
        ("requests 2019-11-to-2020-02", ("2019-11-01", "2020-02-29")),
        ("March to January 2020", None),
        ("2014-to-2018", None),
    ],
)
def test_months_are_read_from_words(text, span):
    found = propose_hints.months(text)
    assert (found and tuple(map(str, found))) == span


def test_a_name_that_two_bodies_share_means_neither(monkeypatch):
    lists = {
        "bodies": [{"code": "AAA", "name": "The Borough of A & B"}, {"code": "CCC", "name": "C Council (CC)"}],
        "aliases": [{"code": "AAA", "name": "Twin"}, {"code": "CCC", "name": "twin"}, {"code": "ZZZ", "name": "gone"}],
    }
    monkeypatch.setattr(profile_bodies, "_rows", lists.get)
    profile_bodies.known.cache_clear()
    profile_bodies.find.cache_clear()
    try:
        told = {name: profile_bodies.find(name) for name in ("borough of A and B", "c  council", "ccc", "Twin", "gone")}
    finally:
        profile_bodies.known.cache_clear()
        profile_bodies.find.cache_clear()
    assert {name: row and row["code"] for name, row in told.items()} == {
        "borough of A and B": "AAA",
        "c  council": "CCC",
        "ccc": "CCC",
        "Twin": None,
        "gone": None,
    }


cells = st.one_of(
    st.sampled_from(
        ["", "Refused", "Granted", "Police", "Total", "2021 Q1", "-", "O'Neil's", 'say "x"', "A-12", "31/01/2021"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.integers(-5, 10**6),
    st.dates(dt.date(1999, 1, 1), dt.date(2030, 1, 1)),
)
names = st.one_of(
    st.sampled_from(
        ["Outcome", "Received", "Reference", "Organisation", "Requests", "Granted", "Refused", "Year", "Date", ""]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.integers(2, 6).flatmap(
        lambda n: st.tuples(
            st.lists(names, min_size=n, max_size=n),
            st.lists(st.lists(cells, min_size=n, max_size=n), min_size=1, max_size=8),
        )
    )
)
def test_any_table_gives_a_proposal_that_can_be_read_back(monkeypatch, tmp_path, table):
    from etl.intake.sheets import Sheet

    sheets = {"It's 1": Sheet([table[0], *table[1]])}
    monkeypatch.setattr(propose, "read_sheets", lambda path: sheets)
    text = propose.propose(tmp_path / "any.xlsx")
    told = tomllib.loads(text)
    if "take" in told:
        toml = tmp_path / "any.toml"
        toml.write_text(text, encoding="utf-8")
        profile_file.read(toml)
        try:
            assert_whole(profiles.take("any.xlsx", toml, sheets))
        except Refusal as refusal:
            assert "requires" in str(refusal) or "second header" in str(refusal)
