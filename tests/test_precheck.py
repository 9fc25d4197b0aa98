"""The pre-check settles hostile files from their bytes, holds what can be held by row, and lets good files pass."""

import json
import subprocess
import sys
from pathlib import Path

import hostile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.intake.finding import SEVERITIES
from etl.intake.header import check_header
from etl.intake.precheck import precheck

ROOT = Path(__file__).resolve().parent.parent

# Runs in a process of its own: one line a file, then the most memory it ever held, in kB. Linux tells that of this
# program alone; the figure of getrusage begins with what the process held before it became this program.
MEASURE = """
import json, pathlib, resource, sys
from etl.intake.precheck import precheck
import hostile
for path in sys.argv[1:]:
    checked = precheck(path, hostile.HEADER)
    print(json.dumps([checked.ok, [f.rule for f in checked.findings]]))
status = pathlib.Path("/proc/self/status")
text = status.read_text() if status.exists() else ""
held = [line.split()[1] for line in text.splitlines() if line.startswith("VmHWM")]
print(int(held[0]) if held else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return hostile.cases(tmp_path_factory.mktemp("hostile"))


def test_there_are_enough_hostile_files(made):
    assert len([case for case in made if case.severity != "later"]) >= 60
    assert len({case.name for case in made}) == len(made)


def test_every_hostile_file_is_refused_or_its_rows_held(made):
    wrong = []
    for case in made:
        checked = precheck(case.path, hostile.HEADER)
        checked.clear()
        blocking = [item for item in checked.findings if item.severity.startswith("blocks")]
        if case.severity == "later":
            fine = not blocking
        else:
            fine = any(
                case.rule in (None, item.rule) and item.severity == case.severity and case.row in (None, item.row)
                for item in blocking
            ) and (checked.ok == (case.severity == "blocks_row"))
        if not fine:
            wrong.append((case.name, case.rule, case.row, [(i.rule, i.severity, i.row) for i in checked.findings]))
    assert wrong == []


def test_every_finding_is_a_sentence_with_a_way_to_mend_it(made):
    for case in made:
        for item in precheck(case.path, hostile.HEADER).findings:
            assert item.severity in SEVERITIES
            assert item.message[0].isupper() and item.message.endswith(".") and len(item.message) < 160
            assert item.mend.endswith(".")
            assert case.path.name in item.sentence(case.path.name)


def test_hostile_files_take_little_memory(made, tmp_path):
    paths = [str(case.path) for case in made] + [str(hostile.long_line(tmp_path / "line.csv", 64_000_000))]
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, *paths], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": ""},
    )  # fmt: skip
    assert ran.stderr == ""
    *lines, memory = map(json.loads, ran.stdout.splitlines())
    assert len(lines) == len(paths)
    assert memory < 512 * 1024
    assert "csv.long_line" in lines[-1][1]


@pytest.mark.parametrize(("name", "body", "rule"), list(hostile.good_files()), ids=lambda value: str(value)[:30])
def test_good_files_pass_and_what_was_odd_is_said(tmp_path, name, body, rule):
    checked = precheck(hostile.written(tmp_path / name, body), hostile.HEADER)
    assert [item.rule for item in checked.findings] == ([rule] if rule else [])
    assert checked.ok and all(item.severity in ("note", "warning") for item in checked.findings)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "cp1252"])
def test_other_encodings_become_a_private_utf8_copy(tmp_path, encoding):
    text = hostile.table(*[hostile.row(purpose="café £5")] * 9000)
    checked = precheck(hostile.written(tmp_path / "in.csv", text.encode(encoding)), hostile.HEADER, into=tmp_path)
    assert checked.path.read_text(encoding="utf-8") == text
    assert checked.path.parent.stat().st_mode & 0o077 == 0
    checked.clear()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]


def test_a_refused_file_leaves_no_copy(tmp_path):
    body = hostile.table(hostile.row(purpose="café"), "\0").encode("utf-16")
    checked = precheck(hostile.written(tmp_path / "in.csv", body), hostile.HEADER, into=tmp_path)
    assert not checked.ok and checked.path == tmp_path / "in.csv"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]


def test_rows_are_counted_as_the_file_shows_them(tmp_path):
    rows = [hostile.row()] * 40_000
    for at in (0, 17_000, 39_999):
        rows[at] = hostile.row(purpose="\u202ex")
    checked = precheck(hostile.written(tmp_path / "in.csv", hostile.table(*rows)), hostile.HEADER)
    assert [item.row for item in checked.findings] == [2, 17_002, 40_001]


def test_without_a_contract_text_that_begins_like_a_formula_is_only_a_warning(tmp_path):
    path = hostile.written(tmp_path / "in.csv", "title,note\n" + "a,=1\n" * 3000)
    checked = precheck(path)
    assert checked.ok and {item.severity for item in checked.findings} == {"warning"}
    assert len(checked.findings) == 1000


def test_header_names_the_near_column_once():
    names = [*hostile.HEADER[:-1], "risk_of_not_shareing"]
    assert [(item.rule, item.column) for item in check_header(names, hostile.HEADER)] == [
        ("header.near", hostile.HEADER[-1])
    ]


def test_optional_columns_may_be_left_out():
    needed = {name: name != "gateway" for name in hostile.HEADER}
    assert check_header([name for name in hostile.HEADER if name != "gateway"], needed) == []


def test_the_registers_pass():
    real = ROOT.parent / "shared" / "real"
    if not real.is_dir():
        pytest.skip("the public registers are not beside the project")
    for path in [*real.glob("*.xlsx"), *real.glob("*.ods"), *real.glob("*.csv")]:
        assert precheck(path).findings == [], path.name


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"PAR1", b"\xff\xfe", b"request_ref,"]))
def test_any_bytes_are_settled_without_an_exception(tmp_path_factory, noise, start):
    path = hostile.written(tmp_path_factory.mktemp("noise") / "in.csv", start + noise)
    checked = precheck(path, hostile.HEADER)
    checked.clear()
    assert checked.findings


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2000), st.binary(min_size=1, max_size=8))
def test_any_damage_to_a_workbook_is_settled_without_an_exception(tmp_path_factory, at, noise):
    whole = bytearray(hostile.zipped(hostile.workbook()))
    at %= len(whole)
    whole[at : at + len(noise)] = noise
    precheck(hostile.written(tmp_path_factory.mktemp("damage") / "in.xlsx", bytes(whole)))
