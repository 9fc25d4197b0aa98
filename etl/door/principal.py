"""Who asks, and which files that opens. It fails closed: whoever is not surely a council or an analyst is the public.

Every module of the door opens figures through here, so rights are a choice of file and never a filter.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from etl import snapshot
from etl.errors import Refusal
from etl.home import home as default_home

COUNCIL, ANALYST = "council", "analyst"
CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True)
class Principal:
    """Who asks: the role, with the body of a council, decides which file is opened, and nothing else can.

    `expires` is the moment (with its zone) at which the principal is the public again; None for one that was not made
    by signing in, such as a command's.
    """

    role: str = "public"
    body: str | None = None
    expires: datetime | None = None

    @property
    def key(self) -> tuple[str, str | None]:
        """What tells kept answers apart."""
        return self.role, self.body


PUBLIC = Principal()


def settled(principal: Principal) -> Principal:
    """The principal itself where it is whole and in time, else the public."""
    try:
        if principal.expires is not None and principal.expires <= datetime.now(UTC):
            return PUBLIC
        if principal.role == COUNCIL and CODE.fullmatch(principal.body):
            return principal
        if principal.role == ANALYST and principal.body is None:
            return principal
    except (AttributeError, TypeError):  # not a principal, or its parts are of another type
        pass
    return PUBLIC


def opened(principal: Principal, home=None):
    """(version, cursor) on the one snapshot that the principal may ask: an analyst's is the private one, anybody
    else's the public one. Raises Refusal when nothing is published, or no private file goes with what is."""
    home = home or default_home()
    if settled(principal).role != ANALYST:
        return snapshot.reader(home, "public").cursor()
    version = snapshot.current(home)
    if version and not snapshot.file_of(home, version, "private").is_file():
        raise Refusal("No exact figures are kept with the version that is shown. Publish again: uptake publish.")
    return snapshot.reader(home, "private").cursor()
