"""A disk that is full for the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from clew.parts.stores.base import Store


@contextmanager
def room_for_pages(store: Store, pages: int) -> Iterator[None]:
    """The writer's connection finds the disk full beyond that many pages more; its pool holds just that one."""
    writing = store._database.writing  # type: ignore[attr-defined]
    with writing.begin() as connection:
        now = int(connection.exec_driver_sql("PRAGMA page_count").scalar() or 0)
        connection.exec_driver_sql(f"PRAGMA max_page_count = {now + pages}")
    yield
    with writing.begin() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")
