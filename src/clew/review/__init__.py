"""The stage in which people judge hits and flags: the queue, the rules of a verdict, the shield, the viewing ledger."""
