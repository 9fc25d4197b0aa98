"""The addresses where a body that is signed in loads its return and takes its receipts, on councils' servers alone.

The file that is loaded is the one whose receipt was shown: it waited, and the page that showed it holds its token.
"""

import re

from flask import request

from dashboard import check_page, load_page
from dashboard.check_routes import Desk
from dashboard.waiting import Waiting
from etl.door import counter
from etl.errors import Refusal

NUMBER = re.compile(r"[0-9]{1,9}")
NOT_YOURS = "There is no receipt at this address. Your receipts are listed under Your returns."
SIGN_IN = "Sign in as the body whose return you want to load."


class Counter(Desk):
    """Checks the return of whoever is signed in beside what they sent before, and keeps it waiting to be loaded.

    Anybody who is not signed in is checked as on the public's server; so is everybody where the home cannot be written.
    """

    def __init__(self, home, who):
        self.home, self.who, self.waiting = home, who, Waiting(home.path / "waiting")

    def words(self):
        return load_page.asking(self.who(), self.home)

    def receipt(self, asked):
        who = self.who()
        if not counter.takes_loads(who, self.home):
            return super().receipt(asked)
        return check_page.checked(asked, lambda path, facts: counter.check(who, self.home, path, facts))

    def checked(self, asked):
        receipt = self.receipt(asked)
        if not counter.takes_loads(self.who(), self.home):
            return receipt, self.words()
        token = None
        if receipt.status == "checked":
            token = self.waiting.put(self.who().body, check_page.plain(asked.name), asked.bytes, asked.facts)
        return receipt, load_page.checked(receipt, token)

    def load(self, token: str):
        """The receipt of loading the file that waits under this token. Raises Refusal, and it then waits still."""
        who = self.who()
        if not counter.takes_loads(who, self.home):
            raise Refusal(SIGN_IN)
        with self.waiting.taken(who.body, token) as (path, facts), check_page.one_of_few():
            return counter.load(who, self.home, path, facts)

    def waits(self, token: str) -> bool:
        """Whether a file waits under this token for whoever is signed in."""
        return self.waiting.has(self.who().body, token)


def routes(server, show, file, desk: Counter) -> None:
    """Add the addresses; show and file as in dashboard.check_routes."""

    @server.post(load_page.PATH)
    def load():
        token = request.form.get("token", "")
        try:
            receipt = desk.load(token)
        except Refusal as refusal:
            return show(load_page.again(str(refusal), token if desk.waits(token) else None), 400)
        return show(check_page.content(receipt, words=load_page.loaded(receipt)), 200)

    @server.get(f"{load_page.RETURNS}/receipt-<number>.<ending>")
    def receipt(number, ending):
        if ending not in check_page.REPORTS or not NUMBER.fullmatch(number):
            return show(load_page.no_receipt(NOT_YOURS), 404)
        mimetype, write = check_page.REPORTS[ending]
        try:
            found = counter.receipt(desk.who(), desk.home, int(number))
        except Refusal as refusal:
            return show(load_page.no_receipt(str(refusal)), 404)
        return file(write([found]), mimetype, f"uptake-receipt-{number}.{ending}")
