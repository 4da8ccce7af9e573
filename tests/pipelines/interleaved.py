"""A store in whose work another's deed comes between: before one step of the unit, once."""

from collections.abc import Callable
from typing import TypeVar

from clew.parts.stores.base import Store, UnitOfWork

T = TypeVar("T")


class Interleaved:
    """The store; the deed is done by whoever else works, just before the first call of that step."""

    def __init__(self, store: Store, step: str, deed: Callable[[], object]) -> None:
        self._store, self._step, self._deed = store, step, deed
        self.done = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def transact(self, work: Callable[[UnitOfWork], T]) -> T:
        return self._store.transact(lambda unit: work(_Unit(self, unit)))  # type: ignore[arg-type]

    def meet(self, step: str) -> None:
        if step == self._step and not self.done:
            self.done = True
            self._deed()


class _Unit:
    def __init__(self, store: Interleaved, unit: UnitOfWork) -> None:
        self._store, self._unit = store, unit

    def __getattr__(self, name: str) -> object:
        self._store.meet(name)
        return getattr(self._unit, name)
