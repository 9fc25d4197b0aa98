"""Makes the two files of other people's work in dashboard/assets again: `python -m dashboard.vendor` (needs npm).

GOV.UK Frontend's style sheet is open; its font, crest and logo are not ours to use. So the font faces and every rule
that names a picture are cut, and the font named is Arial. Plotly's cartesian bundle must be of the version that the
plotly package carries: a test compares the two. What was made, from what, is written to assets/README.md.
"""

import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

from dashboard import ASSETS

FONT = "GDS Transport,arial,sans-serif"


class Vendored(NamedTuple):
    """One file of an npm package, and the name it has here."""

    package: str
    version: str
    inside: str
    name: str
    licence: str


VENDORED = (
    Vendored("govuk-frontend", "6.6.0", "package/dist/govuk/govuk-frontend.min.css", "govuk-frontend.min.css",
             "MIT, Crown copyright (Government Digital Service)"),
    Vendored("plotly.js-cartesian-dist-min", "4.1.1", "package/plotly-cartesian.min.js", "plotly-cartesian.min.js",
             "MIT, Plotly Technologies Inc."),
)  # fmt: skip


def without_fonts_and_pictures(css: str) -> str:
    """GOV.UK Frontend's style sheet without font faces, without rules that need a picture, set in Arial."""
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = re.sub(r"[^{}]*\{[^{}]*url\([^{}]*\}", "", css)
    css = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", css)
    return css.replace(FONT, "Arial,Helvetica,sans-serif")


def fetch(item: Vendored, folder: Path) -> str:
    """The text of the file as npm holds it."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("Making the assets again needs npm, which comes with Node.js.")
    name = subprocess.check_output(
        [npm, "pack", "--silent", f"{item.package}@{item.version}"], cwd=folder, text=True
    ).split()[-1]
    with tarfile.open(folder / name) as archive:
        return archive.extractfile(item.inside).read().decode("utf-8")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def readme() -> str:
    """What assets/README.md says: every vendored file with its source, licence and hash."""
    rows = [
        f"| `{item.name}` | {item.package} {item.version} | {item.licence} | `{digest(ASSETS / item.name)}` |"
        for item in VENDORED
    ]
    return "\n".join([
        "# Assets", "",
        "Two files are other people's work. They are made again with `python -m dashboard.vendor`, which fetches",
        "the named npm packages with `npm pack` and writes this page. The licences lie beside them.", "",
        "| file | npm package | licence | SHA-256 |", "|---|---|---|---|", *rows, "",
        "From GOV.UK Frontend the font faces and every rule that names a picture were cut, and the font is Arial:",
        "the font, the crest and the logo may be used on GOV.UK only. Plotly's file is untouched; its version is the",
        "one that the installed plotly package carries.", "",
        "`uptake.css` and `uptake.js` are ours.", "",
    ])  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for item in VENDORED:
            text = fetch(item, Path(folder))
            if item.name.endswith(".css"):
                text = without_fonts_and_pictures(text)
            (ASSETS / item.name).write_text(text, encoding="utf-8", newline="\n")
    (ASSETS / "README.md").write_text(readme(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
