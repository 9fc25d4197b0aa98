"""What signing in needs to be told: by the environment, or by files that it names. Missing or weak is refused."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from etl.errors import Refusal

SHORTEST = 32  # characters of the key that cookies are signed with
LOOPBACK = ("127.0.0.1", "localhost", "::1")
HELP = "OPERATING.md says what signing in needs."


@dataclass(frozen=True)
class Settings:
    """`address` is the service's own, as people type it; `issuer` the provider's. Claims name the role and body."""

    address: str
    issuer: str
    client_id: str
    client_secret: str
    session_key: str
    role_claim: str = "uptake_role"
    body_claim: str = "uptake_body"

    def __post_init__(self):
        for name, text in (("UPTAKE_ADDRESS", self.address), ("UPTAKE_OIDC_ISSUER", self.issuer)):
            parts = urlsplit(text)
            if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
                raise Refusal(f"{name} must be an address that starts with https://. {HELP}")
        if len(self.session_key) < SHORTEST or len(set(self.session_key)) < 8:
            raise Refusal(f"UPTAKE_SESSION_KEY must be {SHORTEST} random characters or more. {HELP}")

    @property
    def secure(self) -> bool:
        return self.address.startswith("https://")

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc


def from_environment() -> Settings:
    """The settings of this server. Raises Refusal with the name of what is missing."""
    named = {
        "address": "UPTAKE_ADDRESS", "issuer": "UPTAKE_OIDC_ISSUER", "client_id": "UPTAKE_OIDC_CLIENT_ID",
        "client_secret": "UPTAKE_OIDC_CLIENT_SECRET", "session_key": "UPTAKE_SESSION_KEY",
    }  # fmt: skip
    given = {field: _value(name) for field, name in named.items()}
    missing = [named[field] for field, value in given.items() if not value]
    if missing:
        wanted = ", ".join(missing)
        raise Refusal(f"To let people sign in, set {wanted} (or the same with _FILE, naming a file). {HELP}")
    claims = {"role_claim": _value("UPTAKE_OIDC_ROLE_CLAIM"), "body_claim": _value("UPTAKE_OIDC_BODY_CLAIM")}
    given |= {field: value for field, value in claims.items() if value}
    return Settings(**{**given, "address": given["address"].rstrip("/"), "issuer": given["issuer"].rstrip("/")})


def _value(name: str) -> str:
    named = os.environ.get(f"{name}_FILE")
    if not named:
        return os.environ.get(name, "").strip()
    try:
        return Path(named).read_text(encoding="utf-8").strip()
    except OSError:
        raise Refusal(f"The file named by {name}_FILE cannot be read. {HELP}") from None
