"""Survey answers by wave and question, and the frame that each wave was drawn from."""


def publish(con) -> None:
    """Tables `exact_answers` in `scratch` (by wave and question, by up to one of sector, region, role) and `waves`.

    `share` is weighted, `effective` the number of respondents it is worth; `waves` holds response rates.
    """
    con.execute(
        """
        CREATE TABLE scratch.exact_answers AS
        WITH judged AS (
            SELECT r.part, r.approximate, a.wave, a.sector::VARCHAR AS sector, a.region::VARCHAR AS region,
                   a.role::VARCHAR AS role, a.question::VARCHAR AS question,
                   s.counts_as, a.respondents, a.weight_sum, a.weight_sum_squares
            FROM w.awareness AS a JOIN current_returns AS r USING (return_id)
            JOIN answer_sides AS s ON s.question = a.question::VARCHAR AND s.code = a.answer::VARCHAR
            WHERE a.answer::VARCHAR <> 'not_stated'
        ),
        summed AS (
            SELECT part, wave, question, max(approximate::INTEGER) > 0 AS approximate,
                   CASE WHEN GROUPING(sector) = 0 THEN 'sector' WHEN GROUPING(region) = 0 THEN 'region'
                        WHEN GROUPING(role) = 0 THEN 'role' ELSE '' END AS dimension,
                   CASE WHEN GROUPING(sector) = 0 THEN sector WHEN GROUPING(region) = 0 THEN region
                        WHEN GROUPING(role) = 0 THEN role ELSE '' END AS value,
                   sum(CASE WHEN counts_as = 'yes' THEN respondents ELSE 0 END)::BIGINT AS yes,
                   sum(respondents)::BIGINT AS respondents,
                   sum(CASE WHEN counts_as = 'yes' THEN weight_sum ELSE 0 END) AS weight_yes,
                   sum(weight_sum) AS weight_sum, sum(weight_sum_squares) AS weight_sum_squares
            FROM judged
            GROUP BY GROUPING SETS ((part, wave, question), (part, wave, question, sector),
                                    (part, wave, question, region), (part, wave, question, role))
        )
        SELECT part, wave, question, dimension, value, approximate, yes, respondents,
               weight_yes / weight_sum AS share, weight_sum * weight_sum / weight_sum_squares AS effective
        FROM summed ORDER BY ALL
        """
    )
    con.execute(
        """
        CREATE TABLE waves AS
        SELECT f.wave, r.part, r.sender, max(r.source) AS source, max(r.approximate::INTEGER) > 0 AS approximate,
               (SELECT min(a.fieldwork_start) FROM w.awareness AS a WHERE a.wave = f.wave) AS fieldwork_start,
               (SELECT max(a.fieldwork_end) FROM w.awareness AS a WHERE a.wave = f.wave) AS fieldwork_end,
               sum(f.population)::BIGINT AS population, sum(f.invited)::BIGINT AS invited,
               sum(f.responded)::BIGINT AS responded
        FROM w.survey_frame AS f JOIN (SELECT c.*, w.returns.source FROM current_returns AS c
                                       JOIN w.returns USING (return_id)) AS r USING (return_id)
        GROUP BY f.wave, r.part, r.sender ORDER BY ALL
        """
    )
