"""What ships beside the pages: other people's files as they were checked, and nothing that is not ours to use."""

import re

from plotly.offline import get_plotlyjs_version

from dashboard import ASSETS, vendor

FILES = [path for path in ASSETS.rglob("*") if path.is_file()]


def test_the_chart_library_is_the_version_that_plotly_carries():
    cartesian = next(item for item in vendor.VENDORED if item.package.startswith("plotly"))
    assert cartesian.version == get_plotlyjs_version()
    assert f"v{cartesian.version}" in (ASSETS / cartesian.name).read_text(encoding="utf-8")[:300]


def test_the_vendored_files_are_the_ones_that_were_recorded():
    assert (ASSETS / "README.md").read_text(encoding="utf-8") == vendor.readme()


def test_each_vendored_file_has_its_licence_beside_it():
    for name in ("LICENCE-govuk-frontend.txt", "LICENCE-plotly.txt"):
        assert "Permission is hereby granted" in (ASSETS / name).read_text(encoding="utf-8")


def test_no_font_crest_or_logo_ships():
    assert {path.suffix for path in FILES} <= {".css", ".js", ".md", ".txt"}
    styles = (ASSETS / "govuk-frontend.min.css").read_text(encoding="utf-8")
    assert not re.search(r"@font-face|GDS Transport|url\(|sourceMappingURL", styles)
    assert "font-family:Arial" in styles


def test_what_is_cut_from_the_style_sheet_is_only_fonts_and_pictures():
    css = ('@font-face{font-family:x;src:url(/a.woff2)}.a{color:red}.b:before{background:url(/crest.svg)}'
           '@media print{.c{font-family:GDS Transport,arial,sans-serif}}/*# sourceMappingURL=x.map */')  # fmt: skip
    kept = vendor.without_fonts_and_pictures(css)
    assert kept == ".a{color:red}@media print{.c{font-family:Arial,Helvetica,sans-serif}}"


def test_our_own_files_name_no_other_host():
    for name in ("uptake.css", "uptake.js", "picture.js"):
        assert "//" not in re.sub(r"/\*.*?\*/", "", (ASSETS / name).read_text(encoding="utf-8"), flags=re.S)


def test_our_script_is_short():
    assert len((ASSETS / "uptake.js").read_text(encoding="utf-8").splitlines()) <= 70
