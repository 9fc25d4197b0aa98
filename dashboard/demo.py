"""The demonstration: synthetic returns with a known truth, taken through the same load and publish as real ones."""

import hashlib
import json
import secrets
import shutil
import socket
from pathlib import Path

from etl.errors import Refusal
from etl.home import Home, make_secrets, replace_whole
from etl.paths import DATA, ROOT

SCENARIO = "demo"
# What it writes in its home, all of which is removed before it is made anew; only in a home with its mark.
FOLDERS = ("published", "received", "returns", "secrets")
FILES = ("home.json", "warehouse.duckdb", "warehouse.duckdb.wal", "senders.csv")
FIRST_PORT, PORTS = 8050, 50
# Whatever the published figures depend on: when any of it changes, the demonstration is made anew.
ROOMS = ("metrics", "etl")
LISTS = ("reference", "contracts", "profiles", "evidence")


def recipe(scenario=SCENARIO) -> str:
    """A digest of the scenario, the code and the lists that make the demonstration."""
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in (".py", ".sql")]
    files += [path for folder in LISTS for path in (DATA / folder).rglob("*") if path.is_file()]
    digest = hashlib.sha256(repr(scenario).encode())
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def prepare(home: Home, progress, scenario=SCENARIO) -> dict:
    """Make a home hold the demonstration, published and released; return its `version` and number of `requests`.

    A home that holds it already is left as it is. Raises Refusal when the home holds anything else.
    `scenario` is a name or a Scenario; `progress(step, done, total)` is told of each step.
    """
    from etl import snapshot

    mark = home.path / "demo.json"
    made = _read(mark)
    if not made and any((home.path / name).exists() for name in (*FOLDERS, *FILES)):
        raise Refusal(
            f"The home {home.path} holds other returns, and the demonstration would mix with them. "
            "Set UPTAKE_HOME to another folder for the demonstration."
        )
    wanted = recipe(scenario)
    if made.get("recipe") == wanted and made.get("version") and made["version"] == snapshot.current(home):
        return made
    _clear(home)
    replace_whole(mark, json.dumps({"recipe": wanted}) + "\n")
    made = {"recipe": wanted, **_make(home, progress, scenario)}
    replace_whole(mark, json.dumps(made) + "\n")
    return made


def _make(home: Home, progress, scenario) -> dict:
    from etl import snapshot
    from etl.intake.load import load
    from etl.publishing.publish import publish
    from etl.synthetic.synthesise import synthesise

    returns = home.path / "returns"
    home.settle("synthetic")
    make_secrets(home)
    synthesise(scenario, returns, progress=progress)
    shutil.copyfile(returns / "senders.csv", home.senders)
    receipts = load([*sorted(returns.glob("*-synthetic.*")), *evidence()], home, progress=progress)
    version = publish(home, progress)
    snapshot.release(home, version, "the demonstration", by_hand=False)
    arrived = [one for receipt in receipts for one in receipt.returns if one["kind"] == "requests"]
    return {"version": version, "requests": sum(one["rows_loaded"] for one in arrived)}


def as_council(home: Home, body: str, port: int) -> None:
    """Serve the demonstration to councils on this machine alone, with a provider of its own to sign in at.

    Nobody is signed in without the provider, here as anywhere. Raises Refusal for a real home, for a body that is not
    in the demonstration, and where the provider, a part of the development set, is not installed.
    """
    from dashboard.serving import serve
    from dashboard.sign_in_settings import Settings
    from etl import snapshot

    if home.kind != "synthetic":
        raise Refusal("Signing in without a provider of your own is for synthetic returns only.")
    if not (home.bodies / f"{body}-{snapshot.current(home)}.parquet").is_file():
        known = sorted(path.name.split("-")[0] for path in home.bodies.glob(f"*-{snapshot.current(home)}.parquet"))
        raise Refusal(f"The demonstration has no figures of {body!r}. Try one of: {', '.join(known[:8])}.")
    try:
        import oidc_provider_mock as provider
    except ImportError:
        raise Refusal("The provider to sign in at is not installed. Run: python3 tasks.py demo --as " + body) from None
    officer = provider.User(sub=f"officer of {body}", claims={"uptake_role": "council", "uptake_body": body})
    with provider.run_server_in_thread(user_claims=[officer]) as running:
        settings = Settings(
            f"http://localhost:{port}", f"http://localhost:{running.server_port}", "uptake-demo", "not a secret",
            secrets.token_hex(32),
        )  # fmt: skip
        serve(home, "127.0.0.1", port, "council", settings)


def evidence() -> list[Path]:
    """The folder of figures that documents have published, where there is one."""
    return [DATA / "evidence"] if (DATA / "evidence").is_dir() else []


def _clear(home: Home) -> None:
    """Remove an older or unfinished demonstration: what the demonstration itself wrote, by name."""
    for name in FOLDERS:
        shutil.rmtree(home.path / name, ignore_errors=True)
    for name in FILES:
        (home.path / name).unlink(missing_ok=True)


def _read(mark: Path) -> dict:
    try:
        found = json.loads(mark.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def free_port(host: str, first: int = FIRST_PORT) -> int:
    """The first free port from `first` on."""
    for port in range(first, min(first + PORTS, 65536)):
        with socket.socket() as probe:
            # Without this, a port that was used a moment ago looks taken on Linux; on Windows it would mean
            # that a port in use looks free.
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise Refusal(f"Ports {first} to {first + PORTS - 1} are all in use. Give another with --port.")
