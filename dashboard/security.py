"""What every answer carries, and what may be put to the callback: nothing else is let through.

Anyone can post to a Dash callback, whatever a page shows, so the body is checked before Dash sees it. Rights do not
rest on this: they rest on which file the source opens.
"""

import threading
import time
from urllib.parse import urlsplit

from flask import Flask, abort, request

from dashboard.view import LONGEST
from etl.door.principal import PUBLIC

CALLBACK = "/_dash-update-component"
LARGEST = 16_384  # bytes of a body, but for the addresses that take a file
SAFE = ("GET", "HEAD", "OPTIONS")
ADDRESSES = 10_000  # visitors whose buckets are kept
YEAR = "public, max-age=31536000, immutable"


def policy(hashes) -> str:
    """The content security policy: own scripts and those hashes, no eval, nothing from elsewhere."""
    scripts = " ".join(["'self'", *hashes])
    return "; ".join([
        "default-src 'none'",
        f"script-src {scripts}",
        "style-src 'self' 'unsafe-inline'",  # plotly.js and React set styles on elements
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ])  # fmt: skip


class Bucket:
    """So many requests a second for each visitor, and so many at once. `allows(who)` takes one.

    Held in one process and for fairness only: the hard limit is the proxy's.
    """

    def __init__(self, rate: float, burst: int, clock=time.monotonic):
        self.rate, self.burst, self.clock = rate, burst, clock
        self._left: dict = {}
        self._lock = threading.Lock()

    def allows(self, who) -> bool:
        with self._lock:
            now = self.clock()
            left, then = self._left.pop(who, (self.burst, now))
            left = min(self.burst, left + (now - then) * self.rate)
            self._left[who] = (left - 1 if left >= 1 else left, now)
            if len(self._left) > ADDRESSES:
                self._left.pop(next(iter(self._left)))
            return left >= 1


# By role. All of the public may come from one address, its proxy's.
LIMITS = {"public": Bucket(400, 4000), "council": Bucket(20, 200), "analyst": Bucket(20, 200)}


def guard(server: Flask, hashes, outputs, uploads=(), largest_upload=LARGEST, sign_in=None, limits=()) -> None:
    """Set the headers of every answer, and refuse with 400 any body that is not a question of our page.

    `outputs` is the list of outputs Dash expects, as its page sends it; `uploads` the addresses that take a file.
    Answers to a principal of `sign_in` are kept by no browser. `limits` is a Bucket by role.
    """
    limits = dict(limits)

    def principal():
        return sign_in.principal() if sign_in else PUBLIC

    server.config["MAX_CONTENT_LENGTH"] = LARGEST
    headers = _headers(hashes)

    @server.before_request
    def in_turn():
        who = principal()
        bucket = limits.get(who.role)
        if bucket and not bucket.allows((*who.key, request.remote_addr)):
            abort(429)

    @server.before_request
    def from_our_own_pages():
        if request.method not in SAFE and not from_here(request.headers, request.host):
            abort(400)

    @server.before_request
    def only_questions():
        if request.path in uploads:
            request.max_content_length = largest_upload
        if request.path == CALLBACK and not asks(_body(), outputs):
            abort(400)

    @server.after_request
    def with_headers(response):
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if request.path.startswith("/assets/") and request.args.get("m") and response.status_code == 200:
            response.headers["Cache-Control"] = YEAR
        elif sign_in and (principal() != PUBLIC or request.path in sign_in.paths):
            response.headers["Cache-Control"] = "no-store"
        elif response.mimetype in ("text/html", "application/json", "text/csv"):
            response.headers["Cache-Control"] = "no-cache"
        return response


def _headers(hashes) -> dict[str, str]:
    return {
        "Content-Security-Policy": policy(hashes),
        "Referrer-Policy": "same-origin",  # Dash learns from the Referer which page its layout is for
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }


def from_here(headers, host: str) -> bool:
    """Whether a request that may change something comes from a page of this server, as far as the browser says."""
    origin = headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return False
    return headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def _body():
    """The body as JSON, or None for anything that is none: too deep, not whole, of another type."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def asks(body, outputs) -> bool:
    """Whether a callback's body is exactly what our page sends: one input, an address, and our outputs."""
    expected = ".." + "...".join(f"{one['id']}.{one['property']}" for one in outputs) + ".."
    if not isinstance(body, dict) or (body.get("output"), body.get("outputs")) != (expected, outputs):
        return False
    if body.get("state"):
        return False
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or len(inputs) != 1 or not isinstance(inputs[0], dict):
        return False
    given = inputs[0]
    value = given.get("value")
    changed = body.get("changedPropIds", [])
    return (
        (given.get("id"), given.get("property")) == ("address", "data")
        and isinstance(value, str)
        and len(value) <= LONGEST
        and isinstance(changed, list)
        and all(isinstance(one, str) for one in changed)
    )
