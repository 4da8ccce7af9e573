"""How a moment, a small structure and a foreign name lie in a column, and come back."""

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import RowMapping

from clew.records.hashlist import Category, LegalBasis

Value = str | bytes | int | float | bool | None
Row = dict[str, Value]

DAY_US = 86_400_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_us(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def from_us(at_us: int) -> datetime:
    """The moment, aware, in UTC."""
    return _EPOCH + timedelta(microseconds=at_us)


def maybe_us(at: datetime | None) -> int | None:
    """`to_us`, or None for none."""
    return None if at is None else to_us(at)


def maybe_at(at_us: int | None) -> datetime | None:
    """`from_us`, or None for none."""
    return None if at_us is None else from_us(at_us)


def compact(structure: object) -> str:
    """JSON text, equal for equal structures."""
    return json.dumps(structure, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def name_bytes(name: str | None) -> bytes | None:
    """A foreign name as bytes: a path's undecodable bytes and a stray surrogate come back the same."""
    return None if name is None else name.encode("utf-8", "surrogatepass")


def name_text(name: bytes | None) -> str | None:
    """The foreign name that `name_bytes` took."""
    return None if name is None else bytes(name).decode("utf-8", "surrogatepass")


def basis_row(basis: LegalBasis) -> Row:
    """A legal basis as the three columns that bear it."""
    return {
        "basis_text": basis.text,
        "basis_since": to_us(basis.since),
        "basis_until": maybe_us(basis.until),
    }


def basis_of(row: RowMapping) -> LegalBasis:
    """The legal basis in those columns."""
    return LegalBasis(
        text=row["basis_text"],
        since=from_us(row["basis_since"]),
        until=maybe_at(row["basis_until"]),
    )


def category_of(row: RowMapping) -> Category | None:
    """The category in its two columns."""
    if row["category_scheme"] is None:
        return None
    return Category(scheme=row["category_scheme"], code=row["category_code"])
