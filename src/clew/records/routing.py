"""Where a report belongs: territories, what points to them, what came of it, and who takes it there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Territory:
    """A country, and where it is known a part of it.

    Attributes:
        country: ISO 3166-1 alpha-2.
        region: what follows the country in ISO 3166-2, as "CA" of "US-CA"; "" when it is not known.
    """

    country: str
    region: str = ""
