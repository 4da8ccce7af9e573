"""What every table is made of: the schema, its naming, and the columns that each database spells its own way."""

from sqlalchemy import REAL, BigInteger, Boolean, Column, ColumnElement, Double, Index, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# SQLite's STRICT tables know no BIGINT and no BOOLEAN; its INTEGER holds 64 bits.
BIG = BigInteger().with_variant(Integer(), "sqlite")
BITS: TypeEngine[float] = Double().with_variant(
    REAL(), "sqlite"
)  # 64 bits in both: what was weighed comes back the same
FLAG = Boolean().with_variant(Integer(), "sqlite")

# SQLite compares text byte by byte; PostgreSQL by the rules of a language unless told otherwise, and then no index
# serves "begins with".
BYTEWISE = Text().with_variant(TEXT(collation="C"), "postgresql")


def index(name: str, *columns: Column[object], unique: bool = False, where: ColumnElement[bool] | None = None) -> None:
    """An index of the columns' table; a partial one when `where` is given."""
    Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
