"""What is published of rows read: exact where a sender has published the return, else rounded or hidden."""

import pytest

from dashboard import data_page
from etl.door.read_tables import held
from etl.publishing import facts, registers
from metrics.question import ask
from tests.fakes import Fake
from tests.homes import memory_warehouse, request


def told(*files):
    """The rows of `loads`, as (file, files, read, used, held, skipped), of files of (sender, release, used, held)."""
    returns = [{"rows": [request(1, "E06000001", None)], "sender": sender, "release": release}
               for sender, release, _, _ in files]  # fmt: skip
    con = memory_warehouse(returns)
    for number, (sender, _, used, rows_held) in enumerate(files, 1):
        con.execute("UPDATE w.returns SET file_id = ?, rows_loaded = ?, rows_held = ? WHERE return_id = ?",
                    [number, used, rows_held, number])  # fmt: skip
        con.execute("INSERT INTO w.files VALUES (?, '', ? || '.csv', now(), NULL, 'loaded', NULL, '{}')",
                    [number, sender])  # fmt: skip
        con.execute("INSERT INTO w.sheets VALUES (?, 'a', ?, ?, ?, 0, ?)",
                    [number, used + rows_held, used, rows_held, used])  # fmt: skip
    facts.scratch(con)
    con.execute(facts.CURRENT)
    registers.loads(con)
    return con, con.execute("SELECT file, files, rows_read, rows_used, rows_held, rows_skipped FROM loads").fetchall()


def test_rows_of_several_are_told_together_to_the_nearest_ten_and_add_up():
    con, rows = told(("a", "confidential", 101, 3), ("b", "club", 57, 0), ("c", "confidential", 83, 4))
    assert rows == [("Returns of kind requests", 3, 250, 240, 10, 0)]
    (row,) = held(con, ask("rows_held_share"), {})
    assert (row["numerator"], row["denominator"]) == (10, 250)


@pytest.mark.parametrize("files", [
    [("a", "confidential", 101, 3)], [("a", "confidential", 101, 3), ("b", "confidential", 57, 0)],
    [("a", "confidential", 101, 3)] * 3, [("a", "confidential", 900, 3), ("b", "club", 5, 0), ("c", "club", 5, 0)],
], ids=["one sender", "two senders", "one sender thrice", "nearly all of one"])  # fmt: skip
def test_rows_of_few_or_nearly_all_of_one_are_not_told(files):
    con, rows = told(*files)
    assert [row[2:] for row in rows] == [(None,) * 4]
    assert held(con, ask("rows_held_share"), {})[0]["status"] == "suppressed"
    source = Fake()
    source.companion = lambda table, **_: [] if table == "skips" else [
        dict(zip(("file", "sheet", "files", "rows_read", "rows_used", "rows_held", "rows_skipped", "rows_made"),
                 ("Returns of kind requests", "", 1, None, None, None, None, None), strict=True))]  # fmt: skip
    assert "not shown" in str(data_page._rows(source))


def test_a_published_file_is_named_with_its_rows_as_they_are():
    _, rows = told(("a", "public", 101, 3))
    assert rows == [("a.csv", 1, 104, 101, 3, 0)]


def test_a_file_of_which_one_return_is_confidential_is_not_named():
    con, _ = told(("a", "public", 101, 3), ("b", "confidential", 57, 0))
    con.execute("DROP TABLE loads; DROP TABLE skips; UPDATE w.returns SET file_id = 1")
    registers.loads(con)
    assert con.execute("SELECT file, rows_read FROM loads").fetchall() == [("Returns of kind requests", None)]
