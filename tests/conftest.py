"""What every test shares: no test touches a person's own home, and browser tests find Chromium or say why not."""

import os
import shutil
import tempfile

import pytest
from hypothesis import HealthCheck, settings

# Deadlines, and the check for slow examples, fail by chance on a busy machine. The same examples each run: a red build
# must be repeatable.
settings.register_profile("uptake", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("uptake")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_configure(config):
    for name in [name for name in os.environ if name.startswith("UPTAKE_")]:
        del os.environ[name]
    os.environ["UPTAKE_NOISE_SEED"] = "what the noise of the tests is drawn from"
    os.environ["UPTAKE_HOME"] = os.path.join(tempfile.gettempdir(), "uptake-test-home-that-is-not-there")


@pytest.fixture(scope="session")
def chromium():
    """The path of a Chromium. Without one the test is skipped and says so; with CI set it fails."""
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail("Chromium is missing, and nothing is skipped when CI is set.")
    pytest.skip("Chromium is missing: the browser tests were skipped. Install it to run them.")


@pytest.fixture(scope="session")
def browser(chromium):
    """One headless Chromium for the session; pages and contexts are made from it."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=chromium, args=list(CHROMIUM_OPTIONS))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def without_noise():
    """Counts as they are, for tests of what is made of them; noise has tests of its own."""
    import numpy as np

    from etl.publishing import keyed
    from metrics import evaluate
    from metrics.cell_key import KEYS, ROWS
    from metrics.disclosure import Noise

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyed, "make_table", lambda *parts: np.zeros((ROWS, KEYS), dtype=np.int8))
        patch.setattr(evaluate, "noise_on", lambda *of: Noise(0.0, 0))
        yield
