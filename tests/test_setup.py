"""A fresh clone sets itself up the same way everywhere, and nothing of one machine is committed."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
import tasks  # noqa: E402  (it lies in the root, not in a package)

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = [ROOT / name for name in tasks.LOCKS.values()]
# Written in two parts so that this file does not hold what it looks for.
REGISTRIES = re.compile("|".join(["files[.]python" + "hosted", "//pypi[.]" + "org", "registry[.]npm" + "js"]), re.I)
MACHINE = re.compile(r"(?<![\w.\-}])/(?:work|farm|root|Users|home/\w+|tmp/bash)" + r"/|[A-Z]:\\Users")
BINARY = {".png", ".ods", ".xlsx", ".parquet", ".ico", ".woff2", ".gz"}
# What is imported under another name than it is installed by.
IMPORT_NAMES = {"python-calamine": "python_calamine", "python-stdnum": "stdnum"}


def committed() -> list[Path]:
    """The files git knows; where there is no git, those that lie in the source folders."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    folders = ("metrics", "etl", "dashboard", "data", "tests")
    found = [path for name in folders for path in (ROOT / name).rglob("*") if path.is_file()]
    return [path for path in found if "__pycache__" not in path.parts and "work" not in path.parts]


# A minified library is kept as it came, to the byte.
TEXTS = [path for path in committed() if path.suffix not in BINARY and not path.name.endswith(".min.js")]


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_committed_file_names_a_registry_or_a_place_on_one_machine():
    found = [
        f"{names(path)}: {match.group()}"
        for path in TEXTS
        for pattern in (REGISTRIES, MACHINE)
        if (match := pattern.search(path.read_text(encoding="utf-8")))
    ]
    assert not found


def test_every_text_is_utf8_with_plain_line_ends():
    odd = []
    for path in TEXTS:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
        if b"\r" in raw or b"\0" in raw or raw.startswith(b"\xef\xbb\xbf") or (raw and not text.endswith("\n")):
            odd.append(names(path))
        if re.search(r"^(<{7}|>{7}) ", text, re.M):
            odd.append(f"{names(path)}: a merge was left unfinished")
    assert not odd


def test_no_home_and_no_environment_is_committed():
    inside = {Path(names(path)).parts[:2] for path in committed()}
    assert not [parts for parts in inside if parts[0] in (".venv", "uptake-work") or parts == ("data", "work")]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_every_file_and_holds_no_address(lock):
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text and "--find-links" not in text and "--index" not in text and " @ " not in text
    for pin in re.split(r"^(?=[a-z])", text, flags=re.M)[1:]:
        assert re.match(r"[a-z0-9.\-]+(\[[a-z,]+\])?==\S+", pin), pin.splitlines()[0]
        assert "--hash=sha256:" in pin, pin.splitlines()[0]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_is_as_new_as_the_list_it_was_made_from(lock):
    assert tasks.first_line(lock.name) == tasks.lock_header(), "run: python3 tasks.py lock"


def pins(lock: Path) -> set[str]:
    return set(re.findall(r"^([a-z0-9.\-]+==\S+)", lock.read_text(encoding="utf-8"), flags=re.M))


def test_the_test_set_holds_the_run_set_pin_for_pin():
    run, dev = (pins(lock) for lock in LOCKS)
    assert run < dev


def test_setuptools_is_locked_so_that_the_install_needs_nothing_else():
    assert any(pin.startswith("setuptools==") for pin in pins(LOCKS[0]))
    assert not [pin for lock in LOCKS for pin in pins(lock) if re.match("torch|nvidia", pin)]


def declared(lines) -> set[str]:
    """Import names of requirement lines."""
    found = {re.match(r"[A-Za-z0-9_.\-]+", line).group().lower() for line in lines}
    return {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in found}


def imported(*folders: str) -> set[str]:
    """First names of what the Python files of these folders import and neither Python nor this project has."""
    found = set()
    for path in (path for folder in folders for path in (ROOT / folder).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module.split(".")[0])
    ours = {"metrics", "etl", "dashboard", "tasks", "tests"} | {path.stem for path in (ROOT / "tests").iterdir()}
    return found - ours - set(sys.stdlib_module_names)


def test_everything_imported_is_declared():
    run = declared(PROJECT["project"]["dependencies"])
    dev = declared(line for group in PROJECT["dependency-groups"].values() for line in group)
    # Dash and Authlib stand on these and hand them out as their own interface.
    along = {"flask", "werkzeug", "itsdangerous", "joserfc"}
    # Only `demo --as` and the measuring in a browser ask for these, with the dev set; without it each says so.
    trial = {"oidc_provider_mock", "playwright"}
    assert imported("metrics", "etl", "dashboard") <= run | along | trial
    assert imported("tests") <= run | dev | along


def test_tasks_needs_only_the_standard_library_and_reads_on_old_pythons():
    source = (ROOT / "tasks.py").read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 7))
    modules = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert modules <= set(sys.stdlib_module_names)


def test_an_old_python_gets_one_clear_sentence(monkeypatch):
    monkeypatch.setattr(tasks.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(tasks, "newer_python", lambda: None)
    with pytest.raises(tasks.Trouble, match=r"needs Python 3\.11 or later; this is Python 3\.9\."):
        tasks.main(["setup"])


def test_an_old_python_hands_over_to_a_newer_one(monkeypatch):
    ran = []
    monkeypatch.setattr(tasks.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(tasks, "newer_python", lambda: "python3.12")
    monkeypatch.setattr(tasks, "run", lambda *words: ran.append(words) or 0)
    assert tasks.main(["test", "-x"]) == 0
    assert ran == [("python3.12", tasks.__file__, "test", "-x")]


@pytest.fixture
def fake_venv(monkeypatch, tmp_path):
    """tasks.py with a `.venv` in a temporary folder and commands that are written down, not run."""
    ran = []
    monkeypatch.setattr(tasks, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(tasks, "STAMP", tmp_path / ".venv" / "stamp.json")
    monkeypatch.setattr(tasks, "works", lambda python: True)
    monkeypatch.setattr(tasks.shutil, "which", lambda name: "uv" if name == "uv" else None)

    def must(*words):
        ran.append([str(word) for word in words])
        (tmp_path / ".venv").mkdir(exist_ok=True)

    monkeypatch.setattr(tasks, "must", must)
    return ran


def test_the_second_run_installs_nothing(fake_venv):
    tasks.environment("run")
    assert [words[1] for words in fake_venv] == ["venv", "pip", "pip"]
    fake_venv.clear()
    tasks.environment("run")
    assert fake_venv == []


def test_the_test_set_serves_to_run_too(fake_venv):
    tasks.environment("dev")
    fake_venv.clear()
    tasks.environment("run")
    assert fake_venv == []


def test_without_uv_an_environment_that_uv_made_is_made_again(fake_venv, monkeypatch):
    tasks.environment("run")
    fake_venv.clear()
    monkeypatch.setattr(tasks, "digest", lambda *files: "another")
    monkeypatch.setattr(tasks.shutil, "which", lambda name: None)
    monkeypatch.setattr(tasks, "run", lambda *words: fake_venv.append(words) or (tasks.VENV.mkdir() and 0))
    monkeypatch.setattr(tasks, "counted", lambda words, pins: fake_venv.append(words))
    tasks.environment("run")
    assert [words[2] for words in fake_venv] == ["venv", "pip", "pip"]


def test_a_new_lock_is_installed_into_the_same_environment(fake_venv, monkeypatch):
    tasks.environment("run")
    fake_venv.clear()
    monkeypatch.setattr(tasks, "digest", lambda *files: "another")
    tasks.environment("run")
    assert [words[2] for words in fake_venv] == ["sync", "install"]


def test_a_stopped_install_is_done_again(fake_venv, monkeypatch):
    tasks.environment("run")
    monkeypatch.setattr(tasks, "digest", lambda *files: "another")
    recorded = tasks.must

    def stopped(*words):
        raise tasks.Trouble("stopped")

    monkeypatch.setattr(tasks, "must", stopped)
    with pytest.raises(tasks.Trouble):
        tasks.environment("run")
    monkeypatch.setattr(tasks, "must", recorded)
    fake_venv.clear()
    tasks.environment("run")
    assert [words[2] for words in fake_venv if words[1] == "pip"] == ["sync", "install"]


def test_the_makefile_has_one_line_for_each_verb():
    lines = re.findall(r"^(\w+):\s*; @\$\(PYTHON\) tasks\.py (\w+)", (ROOT / "Makefile").read_text(), flags=re.M)
    assert {verb for verb, _ in lines} == {*tasks.VERBS, "help"}
    assert all(target == verb for target, verb in lines)


def test_ci_runs_the_readmes_test_command():
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith("\nmake test")
    assert os.name == "nt" or os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_licence_is_in_the_project():
    assert PROJECT["project"]["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


def test_ruff_finds_nothing():
    found = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "."], cwd=ROOT, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout
