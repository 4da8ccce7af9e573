"""Reporting: from the facts of a case to a report that is complete, valid, filed once and kept."""
