"""Published evidence: figures from documents, each described in a manifest.toml beside the files."""

import tomllib
from pathlib import Path
from typing import NamedTuple

MANIFEST = "manifest.toml"


class Evidence(NamedTuple):
    """What the manifest says of one file: facts of the return, and how it may be shown."""

    facts: dict
    extras: dict


def is_left_out(path: Path) -> bool:
    """Whether the file lies in a folder of evidence whose manifest does not name it as a return."""
    entries = _manifest(path.parent)
    return bool(entries) and path.name not in {entry.get("path") for entry in entries}


def _manifest(folder: Path) -> list[dict]:
    try:
        return tomllib.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("file", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return []


def evidence(path: Path) -> Evidence:
    """The manifest's words on a file; empty when there is no manifest beside it or it says nothing of the file."""
    one = next((entry for entry in _manifest(path.parent) if entry.get("path") == path.name), {})
    facts = {name: str(one[name]) for name in ("kind", "sender") if name in one}
    extras = {name: bool(one[name]) for name in ("published", "approximate") if name in one}
    return Evidence(facts, {**extras, **({"source": one["document"]} if "document" in one else {})})
