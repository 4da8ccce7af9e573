"""The schema's history: one file for each change, run in order by `clew.parts.stores.sql.migrate`."""
