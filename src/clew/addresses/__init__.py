"""Coin addresses: what a text decodes to, whether its checksum holds, and its one way of being written."""
