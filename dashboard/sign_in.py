"""Signing in by OpenID Connect: authorisation code flow with PKCE, and a signed cookie with role, body and expiry.

Only a server for councils or analysts imports this. Whatever is wrong with an answer of the provider or with a cookie,
the visitor stays the public; nothing here can open a file (etl/door/principal.py does).
"""

import logging
import re
import secrets
from datetime import UTC, datetime, timedelta

import requests
from authlib.integrations.flask_client import OAuth
from flask import Flask, Response, g, redirect, request, session
from werkzeug.exceptions import HTTPException

from dashboard import shell
from dashboard.security import CALLBACK
from dashboard.sign_in_settings import Settings
from dashboard.view import address, parse
from etl.door.principal import ANALYST, CODE, COUNCIL, PUBLIC, Principal, settled

SIGN_IN, BACK, SIGN_OUT = "/sign-in", "/signed-in", "/sign-out"
PATHS = (SIGN_IN, BACK, SIGN_OUT)
IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=8)
LEEWAY = 60  # seconds that the provider's clock may be off
NAME = "uptake"
log = logging.getLogger(__name__)
access = logging.getLogger("uptake.access")
PLAIN = re.compile(r"[/a-z0-9_.-]{1,60}")


def log_access() -> None:
    """Write who asked what to standard error, whichever server this process is."""
    logging.basicConfig(format="%(asctime)s %(name)s %(message)s")
    access.setLevel(logging.INFO)


class SignIn:
    """Who may sign in to one server (`roles`), and who has. `ended` keeps the sessions that were signed out."""

    paths = PATHS

    def __init__(self, settings: Settings, home, roles=(COUNCIL,)):
        self.settings, self.home, self.roles = settings, home, roles
        self.ended = home.path / "signed-out"

    def install(self, server: Flask, show) -> None:
        """Add cookie and addresses to a server; `show(content)` makes the answer that tells a visitor of trouble."""
        secure = self.settings.secure
        server.secret_key = self.settings.session_key
        server.config.update(
            SESSION_COOKIE_NAME=f"__Host-{NAME}" if secure else NAME, SESSION_COOKIE_SECURE=secure,
            SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_PATH="/",
            PERMANENT_SESSION_LIFETIME=IDLE, SESSION_REFRESH_EACH_REQUEST=False,
            TRUSTED_HOSTS=[self.settings.host],
        )  # fmt: skip
        client = OAuth(server).register(
            NAME, client_id=self.settings.client_id, client_secret=self.settings.client_secret,
            server_metadata_url=f"{self.settings.issuer}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid", "code_challenge_method": "S256", "default_timeout": 10},
        )  # fmt: skip

        @server.get(SIGN_IN)
        def sign_in():
            session.clear()
            try:
                return client.authorize_redirect(self.settings.address + BACK)
            except requests.RequestException:
                return show(shell.trouble("The sign-in service does not answer now. Try again in a few minutes."))

        @server.get(BACK)
        def signed_in():
            try:
                token = client.authorize_access_token(claims_options=self._claims(), leeway=LEEWAY)
                self._begin(token["userinfo"])
            except Exception as error:
                # Whatever it is that a forged or stale answer trips over, it is refused alike, and quotes nothing.
                session.clear()
                log.warning("a sign-in was refused: %s", type(error).__name__)
                return show(shell.trouble("You could not be signed in. Start again from the page you were on.", 400))
            return redirect("/compare" if self.principal().role == COUNCIL else "/")

        @server.post(SIGN_OUT)
        def sign_out():
            self._end()
            answer = redirect("/")
            answer.headers["Clear-Site-Data"] = '"cache"'
            return answer

        @server.after_request
        def renew(response: Response):
            who = self.principal()
            if who.role != PUBLIC.role and request.path not in PATHS:
                access.info("%s %s asked %s: %d", who.role, who.body or "-", asked(), response.status_code)
                session["expires"] = _seconds(min(_now() + IDLE, _moment(session["until"])))
            return response

    def principal(self) -> Principal:
        """Who asks now, by the cookie; the public unless every part of it holds."""
        if "principal" not in g:
            g.principal = self._read()
        return g.principal

    def _read(self) -> Principal:
        role, body, id = session.get("role"), session.get("body"), session.get("id")
        times = session.get("expires"), session.get("until")
        if role not in self.roles or not isinstance(id, str) or any(type(time) is not int for time in times):
            return PUBLIC
        if not CODE.fullmatch(id) or (self.ended / id).exists():
            return PUBLIC
        try:
            return settled(Principal(role, body, _moment(min(times))))
        except (OverflowError, ValueError, OSError):  # a number that is no moment
            return PUBLIC

    def _claims(self) -> dict:
        return {
            "iss": {"essential": True, "values": [self.settings.issuer]},
            "aud": {"essential": True, "values": [self.settings.client_id]},
        }

    def _begin(self, claims: dict) -> None:
        """Start a session from checked claims. Raises PermissionError for a role that may not sign in here."""
        role, body = claims.get(self.settings.role_claim), claims.get(self.settings.body_claim)
        who = settled(Principal(role, body if role == COUNCIL else None, _now() + IDLE))
        if role not in self.roles or who.role != role:
            raise PermissionError(f"no role on this server, or a body that is none: {str(role)[:40]!r}")
        session.clear()
        session.permanent = True
        session.update(role=role, body=who.body, id=secrets.token_hex(16))
        session.update(expires=_seconds(_now() + IDLE), until=_seconds(_now() + LONGEST))
        g.principal = who

    def _end(self) -> None:
        """Forget the session, here and in every copy of its cookie."""
        if self.principal().role != PUBLIC.role:
            self.ended.mkdir(parents=True, exist_ok=True)
            (self.ended / session["id"]).touch()
            for old in self.ended.iterdir():
                if datetime.fromtimestamp(old.stat().st_mtime, UTC) < _now() - LONGEST:
                    old.unlink(missing_ok=True)
        session.clear()
        g.principal = PUBLIC


def asked() -> str:
    """What this request asks, as far as it is a question of ours: text that only a visitor knows is not repeated."""
    query = request.query_string.decode("utf-8", "replace")
    path = request.path
    if path == CALLBACK:
        try:
            path, _, query = request.get_json()["inputs"][0]["value"].partition("?")
        except (HTTPException, RecursionError, LookupError, TypeError, AttributeError):
            return "a question of the wrong form"
    known = path if PLAIN.fullmatch(path) else "an unknown address"
    return f"{known} {address(parse(query)[0])}".rstrip()


AUDIENCES = {"council": (COUNCIL,), "analyst": (ANALYST,)}


def _now() -> datetime:
    return datetime.now(UTC)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
