"""The rooms stay apart: imports point down, metrics is pure, data is data, the web process is light."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = {"metrics": 0, "etl": 1, "dashboard": 2}
MODULES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
EFFECTS = {"duckdb", "dash", "plotly", "flask", "pathlib", "os", "io", "sys", "time", "random", "subprocess"}
CLOCK = {"now", "today", "utcnow"}


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def imported(path: Path) -> set[str]:
    """The first names of everything a module imports, also inside its functions."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module.split(".")[0] if not node.level else room(path))
    return names


def called(path: Path) -> set[str]:
    """The last name of everything a module calls: `open` in open(x), `today` in date.today()."""
    calls = (node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    return {getattr(call, "id", getattr(call, "attr", "")) for call in calls}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path):
    above = {name for name, height in ROOMS.items() if height > ROOMS[room(path)]}
    assert not imported(path) & (above | {"tests", "tasks"})


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) == "metrics"], ids=lambda path: path.name)
def test_metrics_has_no_files_no_database_and_no_clock(path):
    assert not imported(path) & EFFECTS
    assert not called(path) & (CLOCK | {"open", "print", "input", "getenv"})


def test_data_holds_no_python():
    assert not list((ROOT / "data").rglob("*.py"))


def test_every_folder_of_code_rides_in_the_wheel():
    """The wheel packs exactly the folders that are named, so one that is not would be left out of it."""
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    assert {".".join(path.parent.relative_to(ROOT).parts) for path in MODULES} == set(named) - {"uptake_data"}


# Making the application asks every page for once, so whatever a page needs is loaded.
SERVED = """
import pathlib, sys
from dashboard.app import create_app
from dashboard.source import Door
from etl.home import Home
create_app(Door(Home(pathlib.Path(sys.argv[1]))))
print([name for name in ("scipy", "statsmodels", "pandas") if name in sys.modules])
"""


def test_the_web_process_loads_no_statistics_library(tmp_path):
    said = subprocess.run(
        [sys.executable, "-c", SERVED, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert said.returncode == 0, said.stderr
    assert said.stdout.strip() == "[]"
