"""The `uptake` command, from outside: what it prints, its exit codes, and that no traceback reaches a person."""

import csv
import io
import json
import re
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard import cli, demo, terminal
from etl import snapshot
from etl.errors import Refusal
from etl.home import Home
from etl.synthetic.scenarios import DEMO
from metrics.question import QuestionError

ROOT = Path(__file__).resolve().parent.parent
CORE = ["demo", "check", "load", "publish", "release", "serve", "status", "figure", "synthesise"]
COMMANDS = [command.callback.__name__ for command in cli.app.registered_commands]
SMALL = replace(DEMO, requests=3000, first_year=2021, last_year=2022)

pytestmark = pytest.mark.xdist_group("cli")


def silent(step, done=0, total=None):
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> Home:
    """A small demonstration: made up, loaded, published and released."""
    home = Home(tmp_path_factory.mktemp("demo") / "home")
    demo.prepare(home, silent, SMALL)
    return home


@pytest.fixture
def uptake(monkeypatch, capsys):
    """Run the command in this process and give its exit code, output and complaints."""

    def run(*words, home=None):
        if home:
            monkeypatch.setenv("UPTAKE_HOME", str(home.path if isinstance(home, Home) else home))
        monkeypatch.setattr(sys, "argv", ["uptake", *map(str, words)])
        try:
            cli.main()
            code = 0
        except SystemExit as left:
            code = left.code or 0
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.out, said.err

    return run


# --- help and errors ----------------------------------------------------------------------------------------------


def test_help_names_every_command(uptake):
    code, out, _ = uptake("--help")
    assert code == 0
    assert re.findall(r"^  (\w+)  +[A-Z]", out.split("Commands:")[1], flags=re.M) == COMMANDS
    assert {*CORE} <= {*COMMANDS}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does(uptake, command):
    code, out, _ = uptake(command, "--help")
    assert code == 0 and f"uptake {command}" in out


def test_help_loads_nothing_heavy():
    code = "import dashboard.cli, sys; print([n for n in ('duckdb', 'pandas', 'dash', 'plotly') if n in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert said.stdout.strip() == "[]", said.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["figure"],
        ["figure", "no_such_indicator"],
        ["figure", "refusal_rate", "--by", "weather"],
        ["figure", "refusal_rate", "--where", "region"],
        ["figure", "refusal_rate", "--format", "pdf"],
        ["load", "no-such-file.csv"],
        ["load"],
        ["check", __file__, "--period-from", "yesterday"],
        ["no-such-command"],
    ],
    ids=" ".join,
)
def test_wrong_use_gives_a_sentence_and_2(uptake, tmp_path, words):
    code, out, err = uptake(*words, home=tmp_path / "empty")
    assert code == 2 and err.strip() and not out


REFUSED = [["figure", "refusal_rate"], ["publish"], ["release", "2020-01-01-abc"]]


@pytest.mark.parametrize("words", REFUSED, ids=" ".join)
def test_a_refusal_gives_its_sentence_and_1(uptake, tmp_path, words):
    code, out, err = uptake(*words, home=tmp_path / "empty")
    assert code == 1 and err.strip() and not out


def test_a_fault_gives_a_sentence_and_3_and_its_log_quotes_no_row(uptake, tmp_path, monkeypatch):
    def broken(*_):
        raise ValueError("could not convert 'Mrs Example' to a date") from KeyError("Mrs Example")

    monkeypatch.setattr(cli, "_publish", broken)
    code, out, err = uptake("publish", home=tmp_path)
    log = (tmp_path / "errors.log").read_text(encoding="utf-8")
    assert code == 3
    assert "ValueError" in err and "errors.log" in err
    assert "test_cli.py" in log and "KeyError" in log
    assert "Example" not in out + err + log


def test_a_fault_of_the_disk_is_named(tmp_path):
    said = terminal.fault(OSError(28, "No space left on device"), Home(tmp_path))
    assert "No space left on device" in said


def test_an_empty_home_has_a_status(uptake, tmp_path):
    code, out, _ = uptake("status", home=tmp_path / "empty")
    assert code == 0 and "nothing has been released yet" in out
    assert not (tmp_path / "empty").exists()


# --- figures ------------------------------------------------------------------------------------------------------


def test_figure_prints_json_with_the_promised_keys(uptake, shown):
    code, out, err = uptake("figure", "refusal_rate", "--by", "sector,year", "--format", "json", home=shown)
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert list(found) == ["data_version", "as_at", "indicator", "rows"]
    assert found["indicator"] == "refusal_rate" and found["data_version"] == snapshot.current(shown)
    for row in found["rows"]:
        assert {"sector", "year", "numerator", "denominator", "value", "lower", "upper", "status", "flags"} <= set(row)
        assert re.fullmatch(r"\d{4}", row["year"]) and {"synthetic", "published"} & {*row["flags"]}
    assert any(row["status"] == "ok" for row in found["rows"])


def test_figure_prints_the_same_rows_as_csv(uptake, shown):
    words = ["figure", "refusal_rate", "--by", "quarter", "--where", "sector=health,police", "--from", "2021-Q1"]
    listed = json.loads(uptake(*words, "--format", "json", home=shown)[1])["rows"]
    table = list(csv.DictReader(io.StringIO(uptake(*words, "--format", "csv", home=shown)[1])))
    assert len(table) == len(listed) > 0
    for text, row in zip(table, listed, strict=True):
        assert (text["quarter"], text["status"]) == (row["quarter"], row["status"])
        assert text["value"] == ("" if row["value"] is None else repr(row["value"]))
        assert text["flags"].split(";") == row["flags"]
        assert text["data_version"] == snapshot.current(shown)


def test_figure_prints_a_table_that_says_it_is_synthetic(uptake, shown):
    code, out, _ = uptake("figure", "median_days_to_decision", "--by", "sector", home=shown)
    assert code == 0 and "SYNTHETIC" in out and re.search(r"\d+ days", out)


def test_the_received_requests_are_those_the_truth_counts(uptake, shown):
    truth = json.loads((shown.path / "returns" / "truth.json").read_text(encoding="utf-8"))
    rows = json.loads(uptake("figure", "requests_received", "--format", "json", home=shown)[1])["rows"]
    assert len(rows) == 1 and rows[0]["status"] == "ok"
    written = {"requests": 0, "request_counts": 0}
    for file in truth["files"]:
        if file["reported_by"] == "holder" and file["kind"] == "requests":
            written["requests"] += file["rows"]
    assert rows[0]["value"] > 0.9 * written["requests"] > 0


# --- load, publish, release -----------------------------------------------------------------------------------------


@pytest.fixture
def empty(tmp_path, shown) -> Home:
    """A home with keys and senders, and nothing loaded."""
    from etl.home import make_secrets

    home = Home(tmp_path / "home")
    home.settle("synthetic")
    make_secrets(home)
    home.senders.write_bytes(shown.senders.read_bytes())
    return home


def files_of(home: Home, pattern: str) -> list[Path]:
    return sorted((home.path / "returns").glob(pattern))


def test_loads_are_shown_at_once_until_a_version_is_signed_off(uptake, shown, empty):
    uptake("load", *files_of(shown, "requests-*-2021-*"), home=empty)
    first = snapshot.current(empty)
    code, out, _ = uptake("load", *files_of(shown, "agreements-*"), home=empty)
    second = snapshot.current(empty)
    assert code == 0 and f"Version {second} is published and shown." in out and second != first

    uptake("release", first, home=empty)
    code, out, _ = uptake("load", *files_of(shown, "requests-*-2022-*"), home=empty)
    waiting = re.search(r"uptake release (\S+)", out).group(1)
    assert code == 0 and snapshot.current(empty) == first != waiting

    code, out, _ = uptake("release", waiting, "--who", "The duty officer", home=empty)
    assert code == 0 and snapshot.current(empty) == waiting
    assert snapshot.released(empty)["released_by"] == "The duty officer"

    uptake("release", first, home=empty)
    code, out, _ = uptake("publish", "--release", home=empty)
    assert code == 0 and snapshot.current(empty) == waiting, "the same returns give the same version"


def loaded(uptake, home: Home) -> list[dict]:
    """What the ledger says of the returns in a home."""
    return json.loads(uptake("status", "--json", home=home)[1])["returns"]


def test_the_same_file_again_changes_nothing(uptake, shown, empty):
    files = files_of(shown, "requests-*-2021-*")
    uptake("load", "--no-publish", *files, home=empty)
    before = loaded(uptake, empty)
    code, out, _ = uptake("load", *files, home=empty)
    assert code == 0 and "duplicate" in out
    assert loaded(uptake, empty) == before and before[0]["rows_loaded"] > 0
    assert snapshot.versions(empty) == [], "nothing new, so nothing to publish"


def test_a_held_row_is_named_without_its_value_and_gives_1(uptake, shown, empty, tmp_path):
    source = files_of(shown, "requests-*-2021-*")[0]
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[3]["holder_sector"] = "wizardry"
    bad = tmp_path / "bad-synthetic.csv"
    with bad.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)

    for command in (["check"], ["load", "--no-publish"]):
        code, out, err = uptake(*command, bad, home=empty)
        assert code == 1
        assert "row 5" in out and "holder_sector" in out  # the header is row 1
        assert "wizardry" not in out + err
    assert sum(one["rows_loaded"] for one in loaded(uptake, empty)) == len(rows) - 1


def test_check_stores_nothing(uptake, shown, empty):
    before = sorted(path.name for path in empty.path.rglob("*"))
    code, out, _ = uptake("check", *files_of(shown, "requests-*-2021-*"), home=empty)
    assert code == 0 and "rows read" in out
    assert sorted(path.name for path in empty.path.rglob("*")) == before


def test_status_reconciles_every_sheet(uptake, shown):
    found = json.loads(uptake("status", "--json", home=shown)[1])
    assert found["kind"] == "synthetic" and found["shown"]["version"] == snapshot.current(shown)
    sheets = [sheet for file in found["files"] for sheet in file["sheets"]]
    assert sheets
    for sheet in sheets:
        assert sheet["rows_read"] == sheet["rows_used"] + sheet["rows_held"] + sheet["rows_skipped"]
        assert sheet["rows_skipped"] == sum(skip["rows"] for skip in sheet["skipped"])
    assert found["missing"] and found["late"], "bodies that never report are expected and absent"
    assert {row["kind"] for row in found["returns"]} >= {"requests", "refusals", "agreements", "awareness"}


def test_status_is_readable(uptake, shown):
    code, out, _ = uptake("status", home=shown)
    assert code == 0 and "synthetic" in out and "Expected and not received" in out


# --- the demonstration ----------------------------------------------------------------------------------------------


def test_a_second_demonstration_is_the_first(shown, monkeypatch):
    made = json.loads((shown.path / "demo.json").read_text(encoding="utf-8"))
    monkeypatch.setattr(demo, "recipe", lambda scenario: made["recipe"])
    monkeypatch.setattr(demo, "_make", lambda *_: pytest.fail("made again"))
    assert demo.prepare(shown, silent, SMALL) == made
    assert made["version"] == snapshot.current(shown) and made["requests"] > 2000


def test_a_changed_recipe_makes_it_again(shown, monkeypatch):
    made = []
    monkeypatch.setattr(demo, "_make", lambda *_: made.append(1) or {})
    monkeypatch.setattr(demo, "_clear", lambda home: made.append(0))
    before = (shown.path / "demo.json").read_bytes()
    demo.prepare(shown, silent, replace(SMALL, requests=7000))
    (shown.path / "demo.json").write_bytes(before)
    assert made == [0, 1]


@pytest.mark.parametrize("name", ["home.json", "warehouse.duckdb", "returns/mine.csv", "secrets/my.key"])
def test_a_demonstration_never_touches_a_home_that_is_not_its_own(tmp_path, name):
    kept = tmp_path / name
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text('{"kind": "synthetic"}', encoding="utf-8")
    with pytest.raises(Refusal, match="UPTAKE_HOME"):
        demo.prepare(Home(tmp_path), silent, SMALL)
    assert kept.read_text(encoding="utf-8") == '{"kind": "synthetic"}'


def test_an_unfinished_demonstration_is_made_again(tmp_path, monkeypatch):
    home = Home(tmp_path)

    def stopped(home, progress, scenario):
        home.settle("synthetic")
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "_make", stopped)
    with pytest.raises(KeyboardInterrupt):
        demo.prepare(home, silent, SMALL)
    monkeypatch.setattr(demo, "_make", lambda *_: {"version": "made"})
    assert demo.prepare(home, silent, SMALL)["version"] == "made"


def test_a_port_in_use_is_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert demo.free_port("127.0.0.1", first=port) > port


def test_a_filter_with_several_values_asks_for_several_series():
    assert cli._pairs(["region=E12000007, E12000008"]) == [("region", ["E12000007", "E12000008"])]
    with pytest.raises(QuestionError):
        cli._pairs(["region="])


def test_progress_says_each_step_once(capsys):
    with terminal.progress() as progress:
        for done in range(3):
            progress("Counting [sheep]", done, 3)
    assert capsys.readouterr().err == "Counting [sheep] ...\n"


def test_output_is_utf8_whatever_the_console(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="cp1252"))
    terminal.plain_output()
    terminal.say("Ynys Môn → 5")
    sys.stdout.flush()
    assert raw.getvalue().decode("utf-8").strip() == "Ynys Môn → 5"
