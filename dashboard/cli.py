"""The `uptake` command: one thin function a command. What it does stands in the rooms; how it is said, in terminal.py.

Exit codes: 0 fine, 1 something was held or refused, 2 wrong use, 3 a fault of Uptake's own. Whatever is heavy is
imported inside the command that needs it, so `uptake --help` answers at once.
"""

import errno
import functools
import getpass
import importlib
import threading
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dashboard import printed, terminal
from etl.errors import Refusal
from etl.home import home as the_home
from metrics.question import QuestionError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Says whether the UK's data-sharing code of practice is changing practice.",
    epilog="UPTAKE_HOME names the folder that holds the data. Exit codes: 0 fine, 1 something was held or refused, "
    "2 wrong use, 3 a fault of Uptake's own.",
)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("write a date as 2021-10-05") from None


class Format(StrEnum):
    table = "table"
    csv = "csv"
    json = "json"


class Audience(StrEnum):
    public = "public"
    council = "council"
    analyst = "analyst"


Day = Annotated[date | None, typer.Option(parser=_day, metavar="DATE")]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="The port to serve at.")]
As = Annotated[str | None, typer.Option("--as", metavar="BODY", help="Sign in as that council, to try it.")]
Seed = Annotated[int | None, typer.Option(help="Another seed makes other returns.")]
Kind = Annotated[str | None, typer.Option(help="The kind of return, where the file does not say.")]
Profile = Annotated[str | None, typer.Option(help="Read the files by this profile.")]
Sender = Annotated[str | None, typer.Option(help="Who sent them.")]
ReportedBy = Annotated[str | None, typer.Option(help="holder or requester.")]
Who = Annotated[str | None, typer.Option(help="Who releases it, for the record; you, unless said.")]
Files = Annotated[list[Path], typer.Argument(exists=True, metavar="FILE...", help="Return files, or folders of them.")]
Report = Annotated[
    Path | None,
    typer.Option(metavar="OUT.xlsx|OUT.csv", dir_okay=False, help="Also write the receipts to this file, row for row."),
]
Release = Annotated[bool, typer.Option("--release", help="Make the new version the one that is shown, at once.")]


@app.command()
def demo(
    port: Port = None,
    serve: Annotated[bool, typer.Option(help="Serve the dashboard when all is ready.")] = True,
    body: As = None,
):
    """Make synthetic returns with a known truth, load and publish them, and show the dashboard."""
    from dashboard.demo import as_council, free_port, prepare

    if serve:  # read from disk while the returns are made and loaded, which takes one core
        threading.Thread(target=importlib.import_module, args=("dashboard.serving",), daemon=True).start()
    with terminal.progress() as progress:
        made = prepare(the_home(), progress)
    terminal.say(f"{made['requests']:,} made-up requests are loaded and published as version {made['version']}.")
    if serve and body:
        as_council(the_home(), body, port or free_port("127.0.0.1"))
    elif serve:
        _serve("127.0.0.1", port or free_port("127.0.0.1"))


@app.command()
def check(
    files: Files,
    kind: Kind = None,
    profile: Profile = None,
    sender: Sender = None,
    reported_by: ReportedBy = None,
    period_from: Day = None,
    period_to: Day = None,
    extracted_on: Day = None,
    report: Report = None,
):
    """Say all that `load` would say about these files, and store nothing."""
    from etl.intake.sheets import ahead

    with ahead(files) as reading:
        from etl.intake import load as loading

        act = functools.partial(loading.check, reading=reading)
        _receipts(act, files, kind, profile, sender, reported_by, period_from, period_to, extracted_on, report=report)


@app.command()
def load(
    files: Files,
    kind: Kind = None,
    profile: Profile = None,
    sender: Sender = None,
    reported_by: ReportedBy = None,
    period_from: Day = None,
    period_to: Day = None,
    extracted_on: Day = None,
    publish: Annotated[bool, typer.Option(help="Publish when the returns are in.")] = True,
    release: Release = False,
    report: Report = None,
):
    """Load returns: good rows are kept, bad rows held and listed. Then publish.

    New figures are shown at once until somebody signs a version off with `uptake release`; later ones then wait.
    """
    from etl.intake import load as loading

    arguments = (kind, profile, sender, reported_by, period_from, period_to, extracted_on)
    receipts = _receipts(loading.load, files, *arguments, leave=False, report=report)
    if publish and any(receipt.status == "loaded" for receipt in receipts):
        _publish(release)
    raise typer.Exit(printed.exit_code(receipts))


@app.command()
def publish(release: Release = False):
    """Build and check a new version of the figures from what is loaded."""
    _publish(release)


@app.command()
def release(version: Annotated[str, typer.Argument(metavar="VERSION")], who: Who = None):
    """Make a version the one that is shown, and record who did so and when."""
    from etl import snapshot

    snapshot.release(the_home(), version, who or _user())
    terminal.say(f"Version {version} is shown now.")


@app.command()
def serve(
    port: Port = 8050,
    host: Annotated[str, typer.Option(help="The address to serve at.")] = "127.0.0.1",
    audience: Annotated[Audience, typer.Option(help="Who it is for; all but the public sign in.")] = Audience.public,
):
    """Serve the dashboard."""
    _serve(host, port, audience.value)


@app.command()
def status(json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False):
    """Say what has arrived, row for row, and which expected returns have not."""
    from etl import ledger

    found = ledger.status(the_home())
    printed.print_json(found) if json else printed.print_status(found)


@app.command()
def figure(
    indicator: Annotated[str, typer.Argument(help="An indicator's id, such as refusal_rate.", metavar="INDICATOR")],
    by: Annotated[str, typer.Option(help="Keys, such as sector,quarter.")] = "",
    where: Annotated[list[str], typer.Option(help="key=value, such as region=E12000007; may be repeated.")] = [],  # noqa: B006
    level: Annotated[str | None, typer.Option(help="month, quarter, year, rolling or all.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="The first period, such as 2020-01.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="The last period.")] = None,
    reported_by: Annotated[str, typer.Option(help="holder or requester; the two are never added.")] = "holder",
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.table,
):
    """Print the numbers a page shows, with their intervals."""
    from etl.door.answers import PUBLIC, answer
    from metrics.question import ask

    keys = [key.strip() for key in by.split(",") if key.strip()]
    question = ask(indicator, keys, _pairs(where), level, first, last, reported_by)
    printed.FIGURES[format.value](answer(PUBLIC, question, the_home()))


@app.command()
def verdict(
    indicator: Annotated[str | None, typer.Argument(help="An indicator's id; all of them, unless said.")] = None,
    by: Annotated[str, typer.Option(help="sector, region, direction, or panel (bodies that sent every year).")] = "",
    event: Annotated[str, typer.Option(help="The date it is about: code_in_force, code_published or any.")] = (
        "code_in_force"
    ),
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.table,
):
    """Say whether practice changed after the code, how much and how surely, as settled at publication."""
    from etl.door.verdict_answers import verdicts

    printed.VERDICTS[format.value](verdicts(indicator=indicator, by=by, event=event, home=the_home()))


@app.command()
def synthesise(
    scenario: Annotated[str, typer.Argument(help="demo, null, ...")],
    out: Annotated[Path, typer.Argument(metavar="OUT/", help="The folder to write to.", file_okay=False)],
    seed: Seed = None,
    bodies: Annotated[int, typer.Option(min=20, max=5000, help="How many bodies.")] = 600,
    requests: Annotated[int | None, typer.Option(min=1, help="How many requests, about.")] = None,
):
    """Write labelled example returns with a known truth: returns, senders.csv and truth.json."""
    from dataclasses import replace

    from etl.synthetic import synthesise as made

    chosen = made.SCENARIOS.get(scenario, scenario)
    if requests and chosen is not scenario:
        chosen = replace(chosen, requests=requests)
    with terminal.progress() as progress:
        made.synthesise(chosen, out, bodies=bodies, progress=progress, **({"seed": seed} if seed is not None else {}))
    terminal.say(f"Written to {out}: the returns, senders.csv and truth.json. All of it is made up.")


@app.command()
def template(
    kind: Annotated[str, typer.Argument(help="The kind of return, such as requests.", metavar="KIND")],
    out: Annotated[Path, typer.Argument(metavar="OUT.xlsx", help="The workbook to write.", dir_okay=False)],
):
    """Write the blank workbook of a kind of return, to be filled in and loaded."""
    from etl.intake.template import template as made

    _refuse_to_overwrite(out)
    made(kind, out)
    terminal.say(f"Written to {out}. Fill in the sheets Cover and {kind}, then: uptake check {out}")


@app.command()
def rebuild():
    """Make the warehouse again from the kept files and the ledger; the same figures come of it."""
    from etl.rebuild import rebuild as made

    with terminal.progress() as progress:
        files = made(the_home(), progress)
    terminal.say(f"The warehouse was made again from {files:,} kept files. To publish from it: uptake publish")


@app.command()
def profile(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE", help="A table of any shape.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="OUT.toml", help="The file to write.")] = None,
):
    """Propose how to read a file nobody has seen: a profile, to be read and mended by a person."""
    from etl.profile.propose import propose

    out = out or Path(f"{file.stem}.toml")
    _refuse_to_overwrite(out)
    out.write_text(propose(file), encoding="utf-8", newline="\n")
    terminal.say(
        f"Written to {out}. Read every line of it; what is marked near or not guessed was not taken.\n"
        f"Then: uptake check {file} --profile {out}"
    )


def _refuse_to_overwrite(out: Path) -> None:
    """A file that a person may have worked on is never written over."""
    if out.exists():
        raise Refusal(f"{out} is there already. Give another name, or move it away.")
    if not out.parent.is_dir():
        raise Refusal(f"There is no folder {out.parent} to write to.")


def _pairs(where: list[str]) -> list[tuple[str, list[str]]]:
    """`["region=E12000007,E12000008"]` as `[("region", ["E12000007", "E12000008"])]`."""
    pairs = []
    for text in where:
        key, equals, values = text.partition("=")
        if not equals or not values:
            raise QuestionError(f"Write a filter as key=value, such as region=E12000007; not {text!r}.")
        pairs.append((key.strip(), [value.strip() for value in values.split(",")]))
    return pairs


def _receipts(
    act, files, kind, profile, sender, reported_by, period_from, period_to, extracted_on, leave=True, report=None
):
    """Run `load` or `check` with progress, print its receipts and return them, or leave with their exit code."""
    from dashboard import receipt_files

    if report:
        receipt_files.form_of(report)
        _refuse_to_overwrite(report)
    facts = {"kind": kind, "profile": profile, "sender": sender, "reported_by": reported_by}
    days = {"period_from": period_from, "period_to": period_to, "extracted_on": extracted_on}
    with terminal.progress() as progress:
        receipts = act(files, the_home(), **facts, **days, progress=progress)
    printed.print_receipts(receipts)
    if report:
        receipt_files.write(receipts, report)
        terminal.say(f"The report is in {report}.")
    if leave:
        raise typer.Exit(printed.exit_code(receipts))
    return receipts


def _publish(release_at_once: bool) -> None:
    """Publish, and show what was published until somebody has signed a version off by hand."""
    from etl import snapshot
    from etl.publishing.publish import publish

    home = the_home()
    home.published.mkdir(parents=True, exist_ok=True)
    with snapshot.publishing(home):
        shown = snapshot.current(home)
        with terminal.progress() as progress:
            version = publish(home, progress)
        if version != shown and (release_at_once or not snapshot.signed_off(home)):
            snapshot.release(home, version, _user(), by_hand=release_at_once)
    if version == shown:
        terminal.say(f"Version {version} is shown already: no published figure has changed.")
    elif snapshot.current(home) == version:
        terminal.say(f"Version {version} is published and shown.")
    else:
        terminal.say(
            f"Version {version} is ready, and version {shown} is still the one that is shown.\n"
            f"To show the new one: uptake release {version}"
        )


def _serve(host: str, port: int, audience: str = "public") -> None:
    from dashboard.serving import serve

    try:
        serve(the_home(), host=host, port=port, audience=audience)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
            raise
        raise Refusal(f"Port {port} of {host} cannot be used: {error.strerror}. Give another with --port.") from None


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user, or no such thing on this system
        return "not known"


def main() -> None:
    """The console script: every refusal is a sentence, and no traceback reaches a person."""
    terminal.plain_output()
    try:
        app(prog_name="uptake")
    except QuestionError as wrong:
        terminal.complain(str(wrong))
        raise SystemExit(2) from None
    except Refusal as refusal:
        terminal.complain(str(refusal))
        raise SystemExit(1) from None
    except Exception as fault:
        terminal.complain(terminal.fault(fault, the_home()))
        raise SystemExit(3) from None


if __name__ == "__main__":
    main()
