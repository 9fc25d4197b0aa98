"""One wheel carries the code and the lists, and works where it is installed, with no checkout in sight."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"metrics": "metrics", "etl": "etl", "dashboard": "dashboard", "data": "uptake_data"}
# A home that may lie in the checkout, and the pictures of the README.
LEFT_OUT = {("data", "work"), ("data", "pictures")}
BUILD = "from setuptools.build_meta import build_wheel; print(build_wheel('dist'))"

pytestmark = pytest.mark.xdist_group("wheel")


def packed(folder: str) -> list[Path]:
    """The files of a source folder that must be in the wheel."""
    found = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    inside = [path.relative_to(ROOT) for path in found]
    return [path for path in inside if "__pycache__" not in path.parts and path.parts[:2] not in LEFT_OUT]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from a copy so that the checkout keeps no traces."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    for folder in PACKAGES:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("work", "__pycache__"))
    built = subprocess.run([sys.executable, "-c", BUILD], cwd=copy, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return copy / "dist" / built.stdout.split()[-1]


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The wheel laid out as an installer lays it out: nothing in it is compiled, so unpacking is installing."""
    place = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    return place


COMMAND = "from dashboard.cli import main; main()"
PLACES = "import etl.paths as paths, etl.home as homes; print(paths.DATA, paths.IN_CHECKOUT, homes.home().path)"


def uptake(installed: Path, where: Path, *words: str, code: int = 0, text: str = COMMAND) -> str:
    """Run the installed `uptake` in another folder, with the installed packages first and the checkout nowhere."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("UPTAKE_", "PYTHON"))}
    secrets = {"UPTAKE_REFERENCE_KEY": "a key for the test of the wheel", "UPTAKE_NOISE_SEED": "another for its noise"}
    env |= {"PYTHONPATH": str(installed), **secrets}
    said = subprocess.run(
        [sys.executable, "-P", "-c", text, *words], cwd=where, env=env, capture_output=True, text=True, encoding="utf-8"
    )
    assert said.returncode == code, said.stdout + said.stderr
    return said.stdout


def test_the_wheel_holds_every_file_of_the_rooms_and_nothing_else(wheel):
    wanted = {f"{package}/{path.relative_to(folder).as_posix()}" for folder, package in PACKAGES.items()
              for path in packed(folder)}  # fmt: skip
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        entry = archive.read(next(name for name in archive.namelist() if name.endswith("entry_points.txt"))).decode()
    assert names == wanted
    assert "uptake = dashboard.cli:main" in entry


def test_the_wheel_works_where_it_is_installed(installed, tmp_path):
    said = uptake(installed, tmp_path, text=PLACES)
    assert said.split() == [str(installed / "uptake_data"), "False", str(tmp_path / "uptake-work")]
    assert "figure" in uptake(installed, tmp_path, "--help")


def test_returns_go_through_the_installed_command(installed, tmp_path):
    uptake(installed, tmp_path, "synthesise", "null", "example", "--bodies", "120", "--requests", "4000")
    shutil.copytree(tmp_path / "example", tmp_path / "uptake-work")
    files = [str(path) for path in sorted((tmp_path / "example").glob("requests-*-2021-*"))]
    uptake(installed, tmp_path, "load", *files)
    found = json.loads(uptake(installed, tmp_path, "figure", "refusal_rate", "--format", "json"))
    assert found["indicator"] == "refusal_rate"
    assert found["rows"][0]["status"] == "ok"
    assert "synthetic" in found["rows"][0]["flags"]
    assert 0 < found["rows"][0]["lower"] < found["rows"][0]["value"] < found["rows"][0]["upper"] < 1
