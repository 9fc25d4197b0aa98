"""What may be told of returns as files: registers their senders have published, and rows read, used, held, skipped."""

from metrics.disclosure import BODIES, LARGEST_SHARE

ROWS = ("rows_used", "rows_held", "rows_skipped", "rows_made")


def publish(con) -> None:
    """Table `registers`: request totals that their sender has already published, as they were returned."""
    con.execute(
        """
        CREATE TABLE registers AS
        SELECT r.sender, q.holder_body::VARCHAR AS holder_body, q.requester_sector::VARCHAR AS requester_sector,
               q.requester_body::VARCHAR AS requester_body, q.period_start, q.period_end,
               sum(q.requests)::BIGINT AS received,
               sum(CASE WHEN q.outcome = 'refused' THEN q.requests ELSE 0 END)::BIGINT AS refused
        FROM w.request_counts AS q JOIN current_returns AS r USING (return_id)
        WHERE r.part = 'published'
        GROUP BY ALL ORDER BY ALL
        """
    )


def loads(con) -> None:
    """Table `loads`: rows read, used, held and skipped. A file is named only when its sender has published it.

    Rows of other returns are told together for a kind: to the nearest ten, their sum as rows read, and not at all
    (NULL) where they are of fewer than three senders or nearly all of one. A file that holds both is no published one.
    """
    con.execute(
        f"""
        CREATE TABLE loads AS
        WITH kept AS (
            SELECT f.file_id, any_value(r.kind) AS kind, max(r.part) AS part
            FROM w.files AS f JOIN w.returns AS x ON x.file_id = f.file_id
            JOIN current_returns AS r ON r.return_id = x.return_id
            GROUP BY f.file_id
        ),
        sized AS (
            SELECT k.kind, k.part, x.sender, sum(x.rows_loaded + x.rows_held) AS size
            FROM w.returns AS x JOIN kept AS k USING (file_id) GROUP BY ALL
        ),
        open AS (
            SELECT kind, part, part = 'published' OR (count(*) >= {BODIES}
                   AND max(size) <= {LARGEST_SHARE} * sum(size)) AS shown
            FROM sized GROUP BY kind, part
        ),
        counted AS (
            SELECT CASE WHEN k.part = 'published' THEN f.name ELSE 'Returns of kind ' || k.kind END AS file,
                   CASE WHEN k.part = 'published' THEN s.sheet ELSE '' END AS sheet, k.part, bool_and(o.shown) AS shown,
                   count(DISTINCT f.file_id)::INTEGER AS files, {", ".join(f"{_rows(name)} AS {name}" for name in ROWS)}
            FROM w.sheets AS s JOIN w.files AS f USING (file_id) JOIN kept AS k USING (file_id)
            JOIN open AS o ON o.kind = k.kind AND o.part = k.part
            GROUP BY ALL
        )
        SELECT file, sheet, part, files, CASE WHEN shown THEN rows_used + rows_held + rows_skipped END AS rows_read,
               {", ".join(f"CASE WHEN shown THEN {name} END AS {name}" for name in ROWS)}
        FROM counted ORDER BY ALL
        """
    )
    con.execute(
        """
        CREATE TABLE skips AS
        SELECT f.name AS file, s.sheet, s.reason, sum(s.rows)::BIGINT AS rows
        FROM w.skips AS s JOIN w.files AS f USING (file_id)
        WHERE f.file_id IN (SELECT x.file_id FROM w.returns AS x JOIN current_returns AS r USING (return_id)
                            WHERE r.part = 'published')
        GROUP BY ALL ORDER BY ALL
        """
    )


def _rows(name: str) -> str:
    """SQL of a sum of rows: as it is where the part is published, else to the nearest ten."""
    rounded = f"10 * round(sum(s.{name}) / 10)"
    return f"CASE WHEN any_value(k.part) = 'published' THEN sum(s.{name}) ELSE {rounded} END::BIGINT"
