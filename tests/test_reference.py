"""The reference lists hang together: unique codes, no dangling code, no cycle, a source on every row."""

import csv
import re
import tomllib
from collections import Counter
from datetime import date

import pytest

from dashboard.data_page import KINDS
from etl import reference
from etl.paths import DATA
from metrics.indicators import INDICATORS

LISTS = sorted(path.stem for path in (DATA / "reference").glob("*.csv"))
HEADERS = {
    "sectors": "code,label,tier,ico_sector,notes",
    "regions": "code,label,short,nation,tile_row,tile_col",
    "bodies": "code,name,type,sector,tier,region,start,end,successor",
    "purposes": "code,label",
    "subject_groups": "code,label",
    "urgencies": "code,label",
    "roles": "code,label",
    "decided_by": "code,label",
    "tools": "code,label",
    "outcomes": "code,label,kind",
    "reasons": "code,label,class,position,basis",
    "laws": "code,label,start,end",
    "gateways": "code,label,law,start,end",
    "questions": "code,label,family",
    "answers": "question,code,label,counts_as",
    "directions": "code,label",
    "yes_no": "code,label",
    "reconsidered": "code,label",
    "groups": "dimension,group,label,member",
    "events": "code,title,date,end,kind,sectors,regions,reach,note",
    "aliases": "name,code",
    "changes": "date,kind,what,effect,measures",
}
UNKEYED = {"answers", "groups", "aliases", "changes"}
TIERS = {"national", "local", "community", "private", "other"}
# Which list a grouped dimension takes its values from.
GROUPED = {"sector": "sectors", "requester_sector": "sectors", "region": "regions", "direction": "directions"}
GROUPED |= {"purpose": "purposes"}


def test_every_list_is_known():
    assert set(LISTS) == set(HEADERS)


@pytest.mark.parametrize("name", LISTS)
def test_columns_are_those_agreed_and_every_row_has_source_and_status(name):
    first = reference.rows(name)[0]
    assert ",".join(first) == HEADERS[name] + ",source,status"
    for row in reference.rows(name):
        assert row["source"].strip(), row
        assert row["status"] in {"verified", "to_check"}, row
        assert all(cell is not None and cell == cell.strip() for cell in row.values()), row


@pytest.mark.parametrize("name", [name for name in LISTS if name not in UNKEYED])
def test_codes_are_unique_and_well_formed(name):
    found = [row["code"] for row in reference.rows(name)]
    assert len(found) == len(set(found))
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{2,60}", code) for code in found)
    assert len(reference.codes(name)) == len(found)


@pytest.mark.parametrize(
    "name", ["sectors", "purposes", "subject_groups", "urgencies", "roles", "decided_by", "tools", "directions", "laws"]
)
def test_lists_of_optional_codes_hold_not_stated(name):
    assert "not_stated" in reference.codes(name)


def test_regions_are_the_twelve_and_three_wider_codes():
    regions = reference.codes("regions")
    assert len(regions) == 15
    placed = [(row["tile_row"], row["tile_col"]) for row in regions.values() if row["tile_row"]]
    assert len(placed) == len(set(placed)) == 12
    assert {"E92000001", "K02000001", "not_stated"} < set(regions)


def test_sectors_and_bodies_have_a_known_tier():
    assert {row["tier"] for row in reference.rows("sectors")} <= TIERS
    assert {body.tier for body in reference.bodies().values()} <= TIERS


def test_reasons_carry_class_and_position():
    reasons = reference.codes("reasons")
    assert {"R01", "R20", "R60", "R97", "R98", "R99"} <= set(reasons)
    classes = {"legal", "cultural", "technical", "organisational", "financial", "not_recorded"}
    positions = {"supports", "depends", "does_not", "practical", "not_recorded"}
    assert {row["class"] for row in reasons.values()} == classes
    assert {row["position"] for row in reasons.values()} == positions
    assert reasons["R20"]["position"] == "does_not"


def test_outcomes_have_a_kind():
    kinds = {code: row["kind"] for code, row in reference.codes("outcomes").items()}
    assert set(kinds.values()) == {"shared", "refused", "ended", "open"}
    assert kinds["pending"] == kinds["no_response"] == "open"


def test_gateways_name_a_law_and_dates_run_forward():
    for row in reference.rows("gateways"):
        assert row["law"] in reference.codes("laws"), row
    for row in (*reference.rows("gateways"), *reference.rows("laws")):
        start, end = (date.fromisoformat(row[key]) if row[key] else None for key in ("start", "end"))
        assert not (start and end) or start <= end, row
    assert reference.codes("gateways")["copi_notice"]["end"] == "2022-06-30"


def test_answers_belong_to_questions_and_each_question_can_be_counted():
    assert {row["question"] for row in reference.rows("answers")} == set(reference.codes("questions"))
    for code, question in reference.questions().items():
        counts = Counter(answer["counts_as"] for answer in question["answers"].values())
        assert set(counts) <= {"yes", "no", "other"}
        assert counts["yes"] and counts["no"], code
        assert question["answers"]["dont_know"]["counts_as"] == "other"
        pairs = [row["code"] for row in reference.rows("answers") if row["question"] == code]
        assert len(pairs) == len(set(pairs))


def test_groups_hold_known_codes_and_never_share_a_name_with_one():
    assert {row["dimension"] for row in reference.rows("groups")} == set(GROUPED)
    for dimension, list_name in GROUPED.items():
        known = reference.codes(list_name)
        for group in reference.groups(dimension).values():
            assert group.code not in known
            assert set(group.members) <= set(known)
            assert len(group.members) == len(set(group.members))


def test_tier_groups_hold_exactly_the_sectors_of_the_tier():
    for dimension in ("sector", "requester_sector"):
        for code, group in reference.groups(dimension).items():
            tier = code.removeprefix("tier_")
            assert set(group.members) == {row["code"] for row in reference.rows("sectors") if row["tier"] == tier}


def test_england_is_the_nine_regions_and_england_wide():
    members = reference.groups("region")["nation_england"].members
    assert len(members) == 10
    assert {reference.codes("regions")[code]["nation"] for code in members} == {"england"}


def test_events_run_forward_and_name_known_sectors_and_regions():
    kinds = {"law", "code", "guidance", "tool", "campaign", "parliament", "emergency"}
    for event in reference.events():
        assert event.kind in kinds
        assert event.end is None or event.date <= event.end
        assert set(event.sectors) <= set(reference.codes("sectors")), event.code
        assert set(event.regions) <= set(reference.codes("regions")), event.code
    dates = [event.date for event in reference.events()]
    assert dates == sorted(dates)


def test_the_law_enforcement_toolkit_came_with_the_code():
    event = {event.code: event for event in reference.events()}
    assert event["code_published"].date == event["law_enforcement_toolkit"].date == date(2020, 12, 17)
    assert event["law_enforcement_toolkit"].sectors == ("police",)
    assert event["code_in_force"].date == date(2021, 10, 5)
    assert event["copi"].end == date(2022, 6, 30)


def test_bodies_name_known_sectors_regions_and_successors():
    bodies = reference.bodies()
    for body in bodies.values():
        assert re.fullmatch(r"[A-Z0-9-]{3,20}", body.code)
        assert body.sector in reference.codes("sectors"), body
        assert body.region in reference.codes("regions"), body
        assert set(body.successor) <= set(bodies), body
        assert not (body.start and body.end) or body.start <= body.end, body
        assert not body.successor or body.end, body


def test_no_body_succeeds_itself_by_any_road():
    bodies = reference.bodies()

    def heirs(code, path=()):
        assert code not in path, (*path, code)
        for following in bodies[code].successor:
            heirs(following, (*path, code))

    for code in bodies:
        heirs(code)


def test_the_register_holds_every_current_authority_and_force():
    current = [body for body in reference.bodies().values() if body.end is None]
    types = Counter(body.type for body in current)
    councils = ("district", "unitary", "metropolitan", "london_borough", "scottish", "welsh", "ni")
    assert sum(types[kind] for kind in councils) == 361
    assert types["county"] == 21
    assert [types[kind] for kind in ("scottish", "welsh", "ni")] == [32, 22, 11]
    nation = reference.codes("regions")
    forces = [body for body in current if body.type == "police_force"]
    assert sum(nation[body.region]["nation"] in {"england", "wales"} for body in forces) == 43
    assert len(reference.bodies()) >= 1100


def test_forty_two_integrated_care_boards_began_together():
    boards = [body for body in reference.bodies().values() if body.type == "icb"]
    assert sum(body.start == date(2022, 7, 1) for body in boards) == 42


def test_standing_bodies_have_different_names():
    names = Counter(reference.fold(body.name) for body in reference.bodies().values() if body.end is None)
    assert not [name for name, times in names.items() if times > 1]


@pytest.mark.parametrize(
    ("code", "when", "expected"),
    [
        ("E10000006", date(2023, 3, 31), ("E10000006",)),
        ("E10000006", date(2023, 4, 1), ("E06000063", "E06000064")),
        ("E07000190", date(2020, 1, 1), ("E07000246",)),
        ("E07000190", date(2024, 1, 1), ("E06000066",)),
        ("DCLG", date(2025, 1, 1), ("MHCLG",)),
        ("NHSX", date(2021, 4, 13), ("NHSX",)),
        ("PHE", date(2022, 1, 1), ("UKHSA", "OHID")),
        ("E08000010", date(1900, 1, 1), ("E08000010",)),
    ],
)
def test_who_answers_for_a_body_follows_the_register(code, when, expected):
    assert reference.body_at(code, when) == expected


def test_a_body_stood_between_its_first_and_last_day():
    assert reference.stood("E06000063", date(2023, 4, 1))
    assert not reference.stood("E06000063", date(2023, 3, 31))
    assert reference.stood("E10000006", date(2023, 3, 31))
    assert not reference.stood("E10000006", date(2023, 4, 1))


@pytest.mark.parametrize(
    ("body", "sector", "tier"),
    [
        ("NHS-ENGLAND", "health", "national"),
        ("NCA", "police", "national"),
        ("", "health", "local"),
        (None, "voluntary", "community"),
        ("E08000010", "central_government", "local"),
        ("NOT-A-BODY", "not_a_sector", "other"),
    ],
)
def test_a_body_has_its_own_tier_before_its_sectors(body, sector, tier):
    assert reference.tier_of(body, sector) == tier


@pytest.mark.parametrize(
    ("value", "list_name", "expected"),
    [
        ("refussed", "outcomes", "refused"),
        ("Yorkshire & the Humber", "regions", "E12000003"),
        ("volentary", "sectors", "voluntary"),
        ("Kirklees Counsil", "bodies", "E08000034"),
        ("E0800034", "bodies", "E08000034"),
        ("Wakefield Borough Council", "bodies", "E08000036"),
        ("Wakefeild", "bodies", "E08000036"),
        ("zzzzzzzz", "sectors", None),
    ],
)
def test_a_mistyped_value_is_met_with_the_nearest_code(value, list_name, expected):
    assert reference.nearest(value, list_name) == expected


def test_aliases_lead_to_bodies_and_hide_no_official_name():
    for row in reference.rows("aliases"):
        assert row["code"] in reference.bodies(), row
        assert reference.body_named(row["name"]) == row["code"]
    for body in reference.bodies().values():
        if body.end is None:
            assert reference.body_named(body.name) == body.code


def test_a_register_spelling_finds_its_body():
    assert reference.body_named("DEPARTMENT OF HEALTH (DH)") == "DOH"
    assert reference.body_named("WIGAN METROPOLITAN BOROUGH COUNCIL") == "E08000010"
    assert reference.body_named("Office that never was") is None


def evidence(name):
    with (DATA / "evidence" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_manifest_names_every_evidence_return():
    manifest = tomllib.loads((DATA / "evidence" / "manifest.toml").read_text(encoding="utf-8"))["file"]
    returns = {path.name for path in (DATA / "evidence").glob("*.csv")} - {"figures.csv"}
    assert {entry["path"] for entry in manifest} == returns
    for entry in manifest:
        assert entry["published"] and entry["approximate"] and entry["release"] == "public"
        assert entry["document"] and entry["questions"] and entry["note"]
        assert {row["kind"] for row in evidence(entry["path"])} == {entry["kind"]}
        assert {row["sender"] for row in evidence(entry["path"])} == {entry["sender"]} <= set(reference.bodies())


def test_the_poll_gives_eight_in_forty_of_two_hundred():
    answers = {row["answer"]: int(row["respondents"]) for row in evidence("navca-2021-01-awareness.csv")}
    frame = evidence("navca-2021-01-survey-frame.csv")[0]
    assert answers == {"yes": 8, "no": 32}
    assert int(frame["responded"]) == sum(answers.values()) == 0.2 * int(frame["population"])
    for row in evidence("navca-2021-01-awareness.csv"):
        assert row["respondents"] == row["weight_sum"] == row["weight_sum_squares"]
        assert row["answer"] in reference.questions()[row["question"]]["answers"]
        assert row["role"] in reference.codes("roles")


def test_figures_are_numbers_with_a_place_in_a_document():
    rows = evidence("figures.csv")
    assert len({row["figure"] for row in rows}) == len(rows)
    for row in rows:
        assert float(row["value"]) >= 0
        assert row["approximate"] in {"yes", "no"}
        assert row["title"] and row["unit"] and row["document"] and row["place"]


def test_changes_are_dated_say_what_they_do_and_name_measures_that_exist():
    found = reference.changes()
    assert [one.date for one in found] == sorted((one.date for one in found), reverse=True)
    assert all(one.kind in KINDS and one.what and one.effect and set(one.measures) <= set(INDICATORS) for one in found)
