"""The home: the one folder that holds what was received and what was made of it, for real or synthetic returns."""

import hashlib
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from etl.errors import Refusal
from etl.paths import IN_CHECKOUT, ROOT

SHORTEST_KEY = 16  # bytes
KEY_HELP = (
    'Make one with `python -c "import secrets; print(secrets.token_hex(32))"`, keep a copy in a safe place '
    "(without it the same request can never be recognised again), and put it in UPTAKE_REFERENCE_KEY or in a "
    "file named by UPTAKE_REFERENCE_KEY_FILE."
)

SEED_HELP = (
    'Make one with `python -c "import secrets; print(secrets.token_hex(32))"`, keep a copy in a safe place '
    "(with another one all noise is drawn again, and two draws can be averaged), and put it in UPTAKE_NOISE_SEED or in "
    "a file named by UPTAKE_NOISE_SEED_FILE."
)
# What a seed may not hold or lack: examples in documents and lines of one letter are no secrets.
DEFAULTS = (b"changeme", b"change-me", b"default", b"example", b"secret", b"password")
FEWEST_SIGNS = 6


@dataclass(frozen=True)
class Home:
    """Where things lie under one folder. Nothing is made until it is written to."""

    path: Path

    @property
    def kind(self) -> str | None:
        """'real', 'synthetic', or None while the home is empty."""
        try:
            return json.loads(self.marked.read_text(encoding="utf-8"))["kind"]
        except FileNotFoundError:
            return None

    @cached_property
    def marked(self) -> Path:
        return self.path / "home.json"

    def settle(self, kind: str, first: bool = False) -> None:
        """Make the home real or synthetic, once and for all."""
        self.must_hold(kind, first)
        replace_whole(self.marked, json.dumps({"kind": kind}) + "\n")

    def must_hold(self, kind: str, first: bool = False) -> None:
        """Refusal unless a return of this kind may be in the home.

        first: it holds no return yet that is either. A mark that a killed load left on it then counts for nothing,
        but a demonstration's does.
        """
        if self.kind not in (None, kind) and not (first and not (self.path / "demo.json").exists()):
            raise Refusal(
                f"This home holds {self.kind} returns and the file holds {kind} ones; they are never mixed. "
                "Set UPTAKE_HOME to another folder for them."
            )

    @cached_property
    def warehouse(self) -> Path:
        return self.path / "warehouse.duckdb"

    @cached_property
    def received(self) -> Path:
        return self.path / "received"

    @cached_property
    def published(self) -> Path:
        return self.path / "published"

    @cached_property
    def bodies(self) -> Path:
        return self.published / "bodies"

    @cached_property
    def senders(self) -> Path:
        return self.path / "senders.csv"

    @cached_property
    def peers(self) -> Path:
        return self.path / "peers.csv"

    @cached_property
    def secrets(self) -> Path:
        return self.path / "secrets"


def home() -> Home:
    """The home named by UPTAKE_HOME, else data/work in a checkout, else ./uptake-work."""
    named = os.environ.get("UPTAKE_HOME")
    default = ROOT / "data" / "work" if IN_CHECKOUT else Path.cwd() / "uptake-work"
    return Home(Path(named).expanduser().resolve() if named else default)


def reference_key(home: Home) -> bytes:
    """The 16-byte key that turns request references into numbers nobody can turn back; Refusal when there is none.

    It is the start of the secret's SHA-256, so that key, sender and reference mostly fit one block of the hash.
    """
    key = _secret(home, "reference key", "UPTAKE_REFERENCE_KEY", "reference.key", KEY_HELP)
    if not key:
        raise Refusal(f"There is no reference key, so references of requests cannot be made unreadable. {KEY_HELP}")
    if len(key) < SHORTEST_KEY:
        raise Refusal(f"The reference key is shorter than {SHORTEST_KEY} characters. {KEY_HELP}")
    return hashlib.sha256(key).digest()[:16]


def noise_seed(home: Home) -> bytes:
    """The 16 bytes that the noise of published counts is drawn from; Refusal when there is none or it is no secret.

    It must stay the same for ever: with another one all noise is drawn again, and two draws can be averaged.
    """
    seed = _secret(home, "noise seed", "UPTAKE_NOISE_SEED", "noise.seed", SEED_HELP)
    if not seed:
        raise Refusal(f"There is no noise seed, so confidential counts cannot be protected and published. {SEED_HELP}")
    if len(seed) < SHORTEST_KEY or len(set(seed)) < FEWEST_SIGNS or any(word in seed.lower() for word in DEFAULTS):
        raise Refusal(f"The noise seed is too short or is a word that anybody would try. {SEED_HELP}")
    return hashlib.sha256(b"noise" + seed).digest()[:16]


def _secret(home: Home, called: str, variable: str, made_as: str, help: str) -> bytes:
    """A secret from the environment, else a file that it names, else what a demonstration made; b"" for none."""
    found = os.environ.get(variable, "").strip().encode()
    named = os.environ.get(f"{variable}_FILE")
    if not found and named:
        found = _read(Path(named), f"The {called}", f"the file named by {variable}_FILE", help)
    made = home.secrets / made_as
    if not found and made.is_file():
        if home.kind == "real":
            raise Refusal(f"A real home takes its {called} from outside the home, not from secrets. {help}")
        found = _read(made, f"The {called}", f"secrets/{made_as}", help)
    return found


def make_secrets(home: Home) -> None:
    """Write the secrets of a synthetic home, unless it has them: only the demo does this."""
    home.secrets.mkdir(parents=True, exist_ok=True)
    for name in ("reference.key", "noise.seed"):
        if not (home.secrets / name).exists():
            replace_whole(home.secrets / name, secrets.token_hex(32) + "\n")
            (home.secrets / name).chmod(0o600)


def replace_whole(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old text or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def sweep_parts(path: Path) -> None:
    """Remove what a killed `replace_whole` left half written. Only whoever alone may write `path` calls it."""
    for part in path.parent.glob(f".{path.name}-*"):
        part.unlink(missing_ok=True)


def _read(path: Path, secret: str, called: str, help: str) -> bytes:
    try:
        return path.read_bytes().strip()
    except OSError:
        raise Refusal(f"{secret} cannot be read from {called}. {help}") from None
