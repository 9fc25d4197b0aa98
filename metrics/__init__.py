"""What is measured: counts, indicators, intervals, statuses. Pure: no files, no database, no clock."""
