"""The pages and the command: addresses to views, views to findings, tables, charts, downloads."""

from pathlib import Path

ASSETS = Path(__file__).resolve().parent / "assets"
