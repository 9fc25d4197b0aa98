"""Every task of this checkout, with Python alone: `python3 tasks.py VERB` (on Windows `py tasks.py VERB`).

The first run makes `.venv` and installs the pinned packages into it, with uv when there is one and pip otherwise;
later runs see that nothing has changed and go straight to the verb. Nothing needs activating.
The Makefile has one line a verb and calls this file. Words after the verb go on to what it runs:
`python3 tasks.py test -k wilson`, `python3 tasks.py demo --port 9000`.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "uptake-stamp.json"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
OLDEST = (3, 11)
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}


class Trouble(Exception):
    """A sentence for the person at the keyboard: what is wrong and what to do."""


def say(sentence):
    print(sentence, file=sys.stderr, flush=True)


def run(*words, **options):
    """Run a command in the checkout and return its exit code. The words are never passed through a shell."""
    return subprocess.call([str(word) for word in words], cwd=str(ROOT), **options)


def must(*words, **options):
    if run(*words, **options):
        said = " ".join(str(word) for word in words)
        raise Trouble(f"This step failed: {said}\nThe lines above say why.")


# --- The environment -------------------------------------------------------------------------------------------


def dotted(version):
    """(3, 11, 7) as "3.11"."""
    return f"{version[0]}.{version[1]}"


def newer_python():
    """Return another Python on the PATH that is new enough, or None. A name may exist and still not run."""
    for minor in range(20, OLDEST[1] - 1, -1):
        path = shutil.which(f"python3.{minor}")
        if path and not subprocess.call([path, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            return path
    return None


def digest(*names):
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in names)).hexdigest()


def wanted_stamp(kind):
    """What `.venv` must have been made from for nothing to need doing. The dev set holds the run set whole."""
    return {"kind": kind, "lock": digest(LOCKS[kind]), "project": digest("pyproject.toml"), "root": str(ROOT)}


def present_stamp():
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) and works(PYTHON) else {}


def works(python):
    """Whether this interpreter starts and is new enough: its base may have been upgraded or removed since."""
    test = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    try:
        return subprocess.call([str(python), "-c", test], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def environment(kind):
    """Make `.venv` hold the `run` or the `dev` set, doing nothing when it already does."""
    have = present_stamp()
    kind = "dev" if "dev" in (kind, have.get("kind")) else "run"
    want = wanted_stamp(kind)
    if all(have.get(key) == value for key, value in want.items()):
        return
    started = time.monotonic()
    uv = shutil.which("uv")
    if have and (uv or have.get("tool") == "pip"):  # uv makes environments that have no pip
        STAMP.unlink()  # removed first and written last, so that a stopped install is done again
    else:
        have = {}
        make_venv(uv)
    if (have.get("kind"), have.get("lock")) != (kind, want["lock"]):
        install(uv, LOCKS[kind])
    must(*installer(uv, "install"), "--quiet", "--no-deps", "--no-build-isolation", "-e", ".")
    STAMP.write_text(json.dumps({**want, "tool": "uv" if uv else "pip"}), encoding="utf-8")
    say(f"Set up in {time.monotonic() - started:.0f} s.")


def make_venv(uv):
    say(f"Making .venv with Python {dotted(sys.version_info)}.")
    if VENV.exists():
        shutil.rmtree(str(VENV))
    if uv:
        must(uv, "venv", "--quiet", "--python", sys.executable, VENV)
    elif run(sys.executable, "-m", "venv", VENV):
        raise Trouble(
            "This Python cannot make a virtual environment. On Debian and Ubuntu: sudo apt-get install python3-venv"
        )


def installer(uv, verb):
    if uv:
        return [uv, "pip", verb, "--python", PYTHON]
    return [PYTHON, "-m", "pip", verb, "--disable-pip-version-check"]


def install(uv, lock):
    """Install exactly what the lock names, each file checked against its hash."""
    pins = sum(line[:1].isalnum() for line in (ROOT / lock).read_text(encoding="utf-8").splitlines())
    say(f"Installing up to {pins} packages from {lock} with {'uv' if uv else 'pip'}.")
    if uv:
        must(*installer(uv, "sync"), "--quiet", "--require-hashes", lock)
    else:
        # Compiling every module ahead takes pip as long again as all the rest; Python does it as it needs them.
        options = ["--progress-bar=off", "--no-compile", "--require-hashes", "-r", lock]
        counted(installer(uv, "install") + options, pins)


def counted(words, pins):
    """Run pip and show a count in place of its several hundred lines, which are shown only if it fails."""
    lines, found, terminal = [], 0, sys.stderr.isatty()
    with subprocess.Popen(
        [str(word) for word in words],
        cwd=str(ROOT),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        for line in pip.stdout:
            lines.append(line)
            if line.startswith(("Collecting ", "Processing ")):
                found += 1
                if terminal or found % 10 == 0:
                    end = "\r" if terminal else "\n"
                    print(f"  found {found} of at most {pins}", file=sys.stderr, flush=True, end=end)
            elif line.startswith("Installing collected"):
                say(f"  found {found}; unpacking                 ")
    if pip.returncode:
        raise Trouble("".join(lines[-30:]) + "pip could not install the packages.")


# --- The verbs -------------------------------------------------------------------------------------------------


def setup(words):
    """make the environment that runs Uptake: then `.venv/bin/uptake` works (`.venv\\Scripts\\uptake`)"""
    environment("run")
    say(f"Ready: {(BIN / 'uptake').relative_to(ROOT)}")
    return 0


def demo(words):
    """make synthetic returns, load and publish them, and serve the dashboard at an address it prints"""
    environment("dev" if "--as" in words else "run")  # the provider to sign in at is in the dev set
    return run(PYTHON, "-m", "dashboard.cli", "demo", *words)


def test(words):
    """run every test; the browser tests need Chromium and say so when there is none"""
    environment("dev")
    return run(PYTHON, "-m", "pytest", *(words or ["-rs", "-n", "auto", "--dist", "loadgroup"]))


def check(words):
    """look for what is wrong without running it: ruff, and locks older than pyproject.toml"""
    environment("dev")
    stale = [name for name in LOCKS.values() if first_line(name) != lock_header()]
    for name in stale:
        say(f"{name} does not match pyproject.toml. Run: python3 tasks.py lock")
    return run(PYTHON, "-m", "ruff", "check", ".", *words) or int(bool(stale))


def bench(words):
    """load ten million synthetic requests and compare with a bare read (minutes); ARGS="books" checks workbooks"""
    environment("run")
    return run(PYTHON, "-m", "etl.bench", *words)


def truth(words):
    """prove the statistics on data whose truth is known, and write data/truth/ (minutes; ARGS="--replications 20")"""
    environment("run")
    return run(PYTHON, "-m", "etl.proof.truth", *words)


def trials(words):
    """kill it, starve it, race it and lie to it (minutes; ARGS="kills --points 1000", "all"; NAME from --help)"""
    environment("dev")
    return run(PYTHON, "-m", "trials", *words, env={**os.environ, "PYTHONPATH": str(ROOT / "tests")})


def catalogue(words):
    """write metrics/INDICATORS.md again from the list of indicators"""
    environment("run")
    code = (
        "from pathlib import Path; from metrics.catalogue import page; "
        "Path('metrics/INDICATORS.md').write_text(page(), encoding='utf-8', newline='\\n')"
    )
    return run(PYTHON, "-c", code)


def attack(words):
    """attack the published figures of a million synthetic requests as an intruder would, and print what was learnt"""
    environment("run")
    return run(PYTHON, "-m", "dashboard.attack", *words)


def accuracy(words):
    """measure what protection costs: published refusal rates beside the exact ones of a million synthetic requests"""
    environment("run")
    return run(PYTHON, "-m", "etl.proof.accuracy", *words)


def wheel(words):
    """build the wheel into dist/"""
    environment("run")
    shutil.rmtree(str(ROOT / "build"), ignore_errors=True)  # setuptools would pack files long removed
    code = "from setuptools.build_meta import build_wheel; print(build_wheel('dist'))"
    return run(PYTHON, "-c", code, stdout=subprocess.DEVNULL) or say("The wheel is in dist/.") or 0


def lock(words):
    """work out the locks again from pyproject.toml (needs uv); add --upgrade for newer versions"""
    uv = shutil.which("uv")
    if not uv:
        raise Trouble("Making the locks needs uv. Install it with: python3 -m pip install uv")
    options = ["--universal", "--generate-hashes", "--no-emit-index-url", "--no-header", "--no-config", "--quiet"]
    options += ["--python-version", dotted(OLDEST), *words]
    groups = {"run": ["--group", "build"], "dev": ["--group", "build", "--group", "dev", "-c", LOCKS["run"]]}
    for kind, name in LOCKS.items():
        must(uv, "pip", "compile", "pyproject.toml", *groups[kind], *options, "-o", name)
        pins = (ROOT / name).read_text(encoding="utf-8")
        (ROOT / name).write_text(lock_header() + "\n" + pins, encoding="utf-8", newline="\n")
    return 0


def lock_header():
    """Return the line a lock begins with: which lists it was made from, so that a stale lock is seen."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lists = [project["project"]["dependencies"], project["dependency-groups"], project["project"]["requires-python"]]
    return "# Made by `python3 tasks.py lock` from lists " + hashlib.sha256(json.dumps(lists).encode()).hexdigest()


def first_line(name):
    return (ROOT / name).read_text(encoding="utf-8").split("\n", 1)[0]


def clean(words):
    """remove .venv and everything made by tools; homes with data in them are left alone"""
    for name in (".venv", "build", "dist", "uptake.egg-info", ".pytest_cache", ".ruff_cache", ".hypothesis"):
        shutil.rmtree(str(ROOT / name), ignore_errors=True)
    for folder in ("metrics", "etl", "dashboard", "tests"):
        shutil.rmtree(str(ROOT / folder / "__pycache__"), ignore_errors=True)
    return 0


VERBS = {
    verb.__name__: verb
    for verb in (setup, demo, test, check, lock, wheel, bench, truth, attack, accuracy, trials, catalogue, clean)
}


def main(words):
    if not words or words[0] not in VERBS:
        say("Usage: python3 tasks.py VERB\n")
        for name, verb in VERBS.items():
            say(f"  {name:9} {verb.__doc__}")
        return 0 if words[:1] in (["-h"], ["--help"], ["help"]) else 2
    if sys.version_info < OLDEST:
        other = newer_python()
        if other:
            return run(other, __file__, *words)
        raise Trouble(
            f"Uptake needs Python {dotted(OLDEST)} or later; this is Python {dotted(sys.version_info)}. "
            "Install a newer one, then run the same again."
        )
    return VERBS[words[0]](words[1:])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except Trouble as trouble:
        say(str(trouble))
        sys.exit(1)
