"""The rooms stay apart: imports point down, metrics is pure, data is data, the web process is light."""

import ast
import subprocess
import sys
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


def test_only_one_room_is_looked_for_in_each_folder():
    """Rooms are flat: the wheel packs exactly these folders, so a subfolder would be left out of it."""
    assert not [path for path in MODULES if len(path.relative_to(ROOT).parts) > 2]


def test_the_web_process_loads_no_statistics_library():
    code = "import dashboard.app, sys; print([n for n in ('scipy', 'statsmodels') if n in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert said.returncode == 0, said.stderr
    assert said.stdout.strip() == "[]"
