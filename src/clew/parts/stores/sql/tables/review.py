"""Subjects, review jobs, verdicts, and the ledger of what was viewed."""
