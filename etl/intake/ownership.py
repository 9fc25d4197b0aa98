"""Whose a return is: what a body that signs in may load, and nothing that speaks for another."""

from etl.errors import Refusal

SENT_BY = "sent_by"  # the body that signed in to send a file, in the ledger's arguments of the file
# The column that names who recorded a row, by kind and side; where there is none the sender alone tells.
RECORDER = {
    "requests": {"holder": "holder_body", "requester": "requester_body"},
    "request_counts": {"holder": "holder_body", "requester": "requester_body"},
    "refusals": {"holder": "holder_body"},
    "agreements": {"holder": "body", "requester": "body"},
}
SENDER = (
    "The file holds a return of another sender than the body you signed in for. Send that body's own returns, and "
    "give its code as the sender. Nothing was loaded."
)
ROWS = (
    "{rows} recorded by another body than the one you signed in for. In a return a body sends of itself, every "
    "row must name it in the column {column}. Nothing was loaded."
)
PUBLISHED = (
    "The file is read as figures that have been published already. Those are loaded by the people who run this "
    "service. Nothing was loaded."
)


def senders_of(con, body: str) -> set[str]:
    """The names a body may send under: its own code, and those the home's list of senders gives it."""
    listed = con.execute("SELECT sender FROM senders WHERE body = ?", [body]).fetchall()
    return {body, *(sender for (sender,) in listed)}


def refuse_senders(con, arriving, body: str) -> None:
    """Refusal unless every return is sent under a name of the body. Before anything is said of what came earlier."""
    own = senders_of(con, body)
    if any(one.sender not in own for one in arriving):
        raise Refusal(SENDER, "not_own")
    if any(one.published for one in arriving):
        raise Refusal(PUBLISHED, "not_own")


def refuse_rows(con, stored, body: str) -> None:
    """Refusal unless every row of the returns just stored was recorded by the body."""
    for one in stored:
        column = RECORDER.get(one.kind, {}).get(one.reported_by)
        sql = f"SELECT count(*) FROM {one.kind} WHERE return_id = ? AND {column}::VARCHAR IS DISTINCT FROM ?"
        others = column and con.execute(sql, [one.return_id, body]).fetchone()[0]
        if others:
            raise Refusal(ROWS.format(rows=f"{others:,} rows were" if others > 1 else "1 row was", column=column),
                          "not_own")  # fmt: skip
