"""Where the reference data lie: beside the code in a checkout, in the package `uptake_data` in a wheel."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IN_CHECKOUT = (ROOT / "pyproject.toml").is_file()
# importlib.resources.files fails on an editable install whose folder has another name, so plain paths.
DATA = ROOT / "data" if IN_CHECKOUT else ROOT / "uptake_data"
