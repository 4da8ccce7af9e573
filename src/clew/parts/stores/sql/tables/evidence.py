"""Cases and objects of the vault, holds, legal process, and what was destroyed."""
