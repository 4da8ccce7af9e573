"""Drafts of reports, one for each case at most."""

from sqlalchemy import Column, Integer, Table, Text

from clew.parts.stores.sql.tables.columns import BIG, metadata

report_drafts = Table(
    "report_drafts",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("facts", Text, nullable=False),
    Column("saved_at", BIG, nullable=False),
    Column("saved_by", Text, nullable=False),
    Column("version", Integer, nullable=False),
    sqlite_strict=True,
)
