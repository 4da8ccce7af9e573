"""What composing did to a fact so that the report can be sent; nothing of the fact is lost by it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One fact that does not stand in the report as it was given.

    Attributes:
        path: of the fact, as in "subjects[0].ip_events[1].port"; empty when no single fact is meant.
        told: what was done, and why, without any value.
        expected: what the field takes, when the value is nothing of the kind; else empty.
    """

    path: str
    told: str
    expected: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.told}" if self.path else self.told
