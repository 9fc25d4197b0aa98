"""Every trial in a short form; `python3 tasks.py trials all` runs them whole."""

import os
import subprocess
import sys

import pytest

from etl.paths import ROOT

SHORT = {"kills": 50, "disk": 6, "readers": 12, "loaders": 24, "hostiles": 12, "plants": 50, "serving": 3}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the trials need fork, which this system has not")
@pytest.mark.parametrize("name", SHORT)
def test_a_trial_passes(name):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    words = [sys.executable, "-m", "trials", name, "--points", str(SHORT[name])]
    ran = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1800)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"{name}: passed in" in ran.stdout
