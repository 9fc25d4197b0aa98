"""The header row: do its names match the contract, nearly match it, or match nothing?"""

import difflib
import re
from collections import Counter

from etl.intake.finding import finding

# Facts about the whole return may stand in columns of the same name, in any kind of return.
FACTS = ("sender", "kind", "reported_by", "period_from", "period_to", "extracted_on")
MAX_COLUMNS = 500


def fold(name):
    """`" Received  On "` and `Received-on` are the same heading as `received_on`."""
    return re.sub(r"[\s_-]+", "_", str(name).strip().lower())


def check_header(names, contract, sheet=None, row=1):
    """Findings about a header row.

    names: the cells as read. contract: column names, or a mapping of name to whether it is required, or None
    when a profile decides. Names that differ only in case, spaces or hyphens are accepted with a note;
    a near match is proposed, never taken.
    """
    at = {"sheet": sheet, "row": row}
    if len(names) > MAX_COLUMNS:
        return [
            finding(
                "header.columns",
                "blocks_file",
                f"The header has {len(names):,} columns; the most is {MAX_COLUMNS}.",
                "Send only the columns of the return.",
                **at,
            )
        ]
    found = duplicates(names, at)
    if contract is None:
        return found
    required = contract if hasattr(contract, "keys") else dict.fromkeys(contract, True)
    return found + against_contract(list(names), required, at)


def duplicates(names, at):
    folded = [fold(name) for name in names]
    twice = {name for name, times in Counter(folded).items() if times > 1 and name}
    return [
        finding(
            "header.duplicate",
            "blocks_file",
            f"Columns {listed(places)} have the same heading.",
            "Keep one of them, or give each its own heading.",
            **at,
        )
        for name in sorted(twice, key=folded.index)
        for places in [[i for i, other in enumerate(folded, 1) if other == name]]
    ]


def against_contract(names, required, at):
    known = {fold(name): name for name in (*FACTS, *required)}
    folded = [fold(name) for name in names]
    missing = [name for name, needed in required.items() if needed and fold(name) not in folded]
    if not set(folded) & {fold(name) for name in required}:
        return [
            finding(
                "header.absent",
                "blocks_file",
                "The first row holds none of the column names of this return.",
                "Put the column names in the first row, one in each cell.",
                **at,
            )
        ]
    found = []
    for place, (name, key) in enumerate(zip(names, folded, strict=True), 1):
        if key not in known:
            found.append(unknown(place, key, missing, at))
        elif name != known[key]:
            found.append(
                finding(
                    "header.folded",
                    "note",
                    f"The heading of column {place} was read as `{known[key]}`.",
                    "Nothing to mend.",
                    column=known[key],
                    **at,
                )
            )
    near = {item.column for item in found if item.rule == "header.near"}
    return found + [
        finding(
            "header.missing",
            "blocks_file",
            f"The column `{name}` is missing.",
            "Add it, with its name in the first row.",
            column=name,
            **at,
        )
        for name in missing
        if name not in near
    ]


def unknown(place, key, missing, at):
    """One unknown heading: blank, nearly one of the missing names, or nothing we know."""
    if not key:
        return finding(
            "header.blank",
            "blocks_file",
            f"Column {place} has no heading.",
            "Name the column or remove it.",
            column=f"column {place}",
            **at,
        )
    # A heading longer than any of ours is not near; the cut keeps the comparison cheap.
    near = difflib.get_close_matches(key[:64], missing, n=1, cutoff=0.8) if len(key) <= 64 else []
    if near:
        return finding(
            "header.near",
            "blocks_file",
            f"The heading of column {place} is nearly `{near[0]}`, but not the same.",
            f"Rename it to `{near[0]}` if that is what it holds.",
            column=near[0],
            **at,
        )
    return finding(
        "header.unknown",
        "blocks_file",
        f"Column {place} is not a column of this return.",
        "Remove it: only the listed columns can be read.",
        column=f"column {place}",
        **at,
    )


def listed(numbers):
    return ", ".join(map(str, numbers[:-1])) + f" and {numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
