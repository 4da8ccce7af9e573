"""Seal the audit log: number, commit, hash, sign, verify."""
