"""What a person waits for, measured in Chromium: `python -m dashboard.bench --browser --home FOLDER`.

The first figure of a page opened cold, from a change of a control to the repainted figure, bytes over the wire, and
the memory of a tab after thirty visits. The server runs in a process of its own; times are the browser's own clock.
Needs playwright (a development dependency) and a Chromium.
"""

import os
import shutil
import socket
import time
from contextlib import contextmanager
from multiprocessing import get_context
from statistics import median, quantiles

from dashboard.pages import PAGES
from dashboard.serving import serve

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
OPTIONS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
COLD, VISITS = 10, 30
# Targets of the design: seconds, milliseconds, bytes.
FIRST, CHANGE, WIRE = 1.0, 120, 850_000
CHANGES = (
    ("by", "region"), ("by", "sector"), ("by", "requester_sector"), ("by", "purpose"), ("by", "direction"), ("by", ""),
    ("level", "year"), ("by", "sector"), ("by", "region"), ("by", "urgency"), ("by", "under_agreement"), ("by", ""),
    ("level", "quarter"), ("by", "sector"), ("by", "region"), ("by", "purpose"), ("by", "direction"), ("by", ""),
    ("from", "2020"), ("by", "sector"), ("by", "region"), ("by", "purpose"), ("by", ""),
    ("chart", "spc"), ("chart", ""), ("to", "2024"), ("by", "sector"), ("by", "region"), ("by", ""),
    ("level", "month"), ("by", "sector"), ("by", "region"), ("by", "purpose"), ("by", ""),
    ("from", "2021"), ("by", "sector"), ("by", "region"), ("by", "direction"), ("by", "urgency"), ("by", ""),
)  # fmt: skip
# When the live chart stands, and how long each change takes until both the words and the chart are painted.
WATCH = """
window.drawn = null; window.took = [];
document.addEventListener('DOMContentLoaded', () => {
  const result = document.getElementById('result'), form = document.querySelector('form[data-live]');
  if (!result) return;
  const seen = new MutationObserver(() => {
    const chart = document.querySelector('#graph .js-plotly-plot');
    if (!chart || !chart.querySelector('.main-svg') || !chart.on) return;
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.drawn = performance.now(); }));
    let start = null, waits = new Set();
    const done = name => {
      waits.delete(name);
      if (start === null || waits.size) return;
      const from = start; start = null;
      requestAnimationFrame(() => setTimeout(() => window.took.push(performance.now() - from)));
    };
    form.addEventListener('change', () => { start = performance.now(); waits = new Set(['chart', 'words']); }, true);
    chart.on('plotly_afterplot', () => done('chart'));
    new MutationObserver(() => done('words')).observe(document.getElementById('after'), {childList: true});
  });
  seen.observe(result, {childList: true, subtree: true});
});
"""


def measure(home) -> None:
    """Print every figure with its target, and how busy the machine was."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise SystemExit("Playwright is not installed: python3 tasks.py test installs what this needs.") from None
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise SystemExit("Chromium is missing. Install it to measure what a person waits for.")
    with served(home) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=list(OPTIONS))
        for step in (_first, _changes, _wire, _memory):
            step(browser, address)
            load, cores = os.getloadavg()[0], os.cpu_count()
            print(f"  (load of the machine {load:.1f} on {cores} cores)", flush=True)
        browser.close()


@contextmanager
def served(home):
    """The address of the home's own server, in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = get_context("spawn").Process(target=serve, args=(home, "127.0.0.1", port), daemon=True)
    server.start()
    try:
        until = time.monotonic() + 60
        while socket.socket().connect_ex(("127.0.0.1", port)):
            if time.monotonic() > until or not server.is_alive():
                raise SystemExit("The server did not start.")
            time.sleep(0.1)  # a socket that nobody listens at cannot be waited for
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.join()


def _opened(browser, address: str, wait: bool = True):
    """A page in a context of its own, so with nothing kept from before."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.add_init_script(WATCH)
    page.goto(address)
    if wait:
        page.wait_for_function("() => window.drawn !== null")
    return page


def _first(browser, address: str) -> None:
    painted, live = [], []
    for turn in range(COLD + 1):
        page = _opened(browser, f"{address}/trends")
        first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        if turn:  # the first starts the browser's own processes
            painted.append(first / 1000)
            live.append(page.evaluate("window.drawn") / 1000)
        page.context.close()
    _say("First figure, drawn by the server (first paint)", painted, FIRST, "s", 2)
    _say("First figure, live chart in its place", live, FIRST, "s", 2)


def _changes(browser, address: str) -> None:
    page = _opened(browser, f"{address}/trends")
    for count, (field, value) in enumerate(CHANGES, 1):
        page.locator(f"select#{field}").select_option(value)
        page.wait_for_function("count => window.took.length >= count", arg=count)
    took = page.evaluate("window.took")
    page.context.close()
    _say(f"Change to repainted figure, {len(took)} changes", took, CHANGE, "ms", 0)


def _say(what: str, values: list[float], most: float, unit: str, digits: int) -> None:
    ordered = sorted(values)
    p95 = quantiles(ordered, n=20, method="inclusive")[-1]
    told = ", ".join(f"{name} {value:.{digits}f} {unit}" for name, value in
                     (("middle", median(ordered)), ("p95", p95), ("most", ordered[-1])))  # fmt: skip
    print(f"{what}: {told} (p95 under {most:g} {unit}: {'met' if p95 < most else 'missed'})")


def _wire(browser, address: str) -> None:
    sizes = {}
    for path in [*(page.path for page in PAGES), "/trends?by=sector"]:
        page = _opened(browser, "about:blank", wait=False)
        sent, session = [], page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda event, sent=sent: sent.append(event["encodedDataLength"]))
        page.goto(address + path, wait_until="networkidle")
        sizes[path] = sum(sent)
        page.context.close()
    largest = max(sizes, key=sizes.get)
    told = ", ".join(f"{path} {size / 1000:,.0f}" for path, size in sizes.items())
    print(f"kB over the wire, cold: {told}")
    print(f"Largest page: {largest}, {sizes[largest] / 1000:,.0f} kB (under {WIRE / 1000:g}: "
          f"{'met' if sizes[largest] < WIRE else 'missed'})")  # fmt: skip


def _memory(browser, address: str) -> None:
    page = _opened(browser, f"{address}/trends")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    paths, held = [f"/trends?{query}" for query in ("by=sector", "by=region", "level=year")], []
    for visit in range(VISITS):
        page.goto(address + paths[visit % len(paths)])
        page.wait_for_function("() => window.drawn !== null")
        session.send("HeapProfiler.collectGarbage")
        found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        held.append((found["JSHeapUsedSize"] / 1e6, found["Nodes"], found["JSEventListeners"]))
    page.context.close()
    for place, what in enumerate(("heap, MB", "nodes", "listeners")):
        early, late = (max(one[place] for one in held[part]) for part in (slice(3, 9), slice(-6, None)))
        print(f"Memory, {what}: most of visits 4 to 9 {early:,.1f}, of the last six {late:,.1f} "
              f"({'flat' if late <= early * 1.05 else 'rising'})")  # fmt: skip
