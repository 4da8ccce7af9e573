"""Addresses that a hotline assesses, and what was done about them."""
