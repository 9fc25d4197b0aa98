"""The pages and the command: addresses to views, views to findings, tables, charts, downloads."""
