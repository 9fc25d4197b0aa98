"""What may be told of returns as files: registers their senders have published, and rows read, used, held, skipped."""


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
    """Table `loads`: rows read, used, held and skipped. A file is named only when its sender has published it."""
    con.execute(
        """
        CREATE TABLE loads AS
        WITH kept AS (
            SELECT f.file_id, any_value(r.kind) AS kind, any_value(r.part) AS part
            FROM w.files AS f JOIN w.returns AS x ON x.file_id = f.file_id
            JOIN current_returns AS r ON r.return_id = x.return_id
            GROUP BY f.file_id
        )
        SELECT CASE WHEN k.part = 'published' THEN f.name ELSE 'Returns of kind ' || k.kind END AS file,
               CASE WHEN k.part = 'published' THEN s.sheet ELSE '' END AS sheet, k.part,
               count(DISTINCT f.file_id)::INTEGER AS files,
               sum(s.rows_read)::BIGINT AS rows_read, sum(s.rows_used)::BIGINT AS rows_used,
               sum(s.rows_held)::BIGINT AS rows_held, sum(s.rows_skipped)::BIGINT AS rows_skipped,
               sum(s.rows_made)::BIGINT AS rows_made
        FROM w.sheets AS s JOIN w.files AS f USING (file_id) JOIN kept AS k USING (file_id)
        GROUP BY ALL ORDER BY ALL
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
