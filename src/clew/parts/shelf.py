"""The shelves: a part is one file whose name is the part's name; outside packages add theirs by an entry point.

A package outside Clew offers a part with an entry point in the group `clew.SHELF`, as in

    [project.entry-points."clew.signals"]
    blockmean = "my_package.blockmean:PART"
"""

import importlib
import importlib.metadata
import pkgutil
from typing import TypeVar

from clew.errors import MissingPartError

P = TypeVar("P")


def names(shelf: str) -> list[str]:
    """The parts that stand on a shelf, ours and others', by name."""
    return sorted(_ours(shelf) | {point.name for point in importlib.metadata.entry_points(group=f"clew.{shelf}")})


def load(shelf: str, name: str, kind: type[P]) -> P:
    """The part of that name, imported now; MissingPartError when there is none or its library is not installed."""
    points = [point for point in importlib.metadata.entry_points(group=f"clew.{shelf}") if point.name == name]
    ours = name in _ours(shelf)
    if not points and not ours:
        raise MissingPartError(f"no part '{name}' on the shelf '{shelf}'; there are: {', '.join(names(shelf))}")
    if len(points) + ours > 1:
        # Whichever won, a digest or a decoder would silently be another one than its name says.
        raise MissingPartError(f"{shelf}/{name} is there more than once; remove the package that should not bring it")
    try:
        part = points[0].load() if points else importlib.import_module(f"clew.parts.{shelf}.{name}").PART
    except ImportError as error:
        raise MissingPartError(f"{shelf}/{name} needs the library '{error.name}', which is not installed") from error
    if not isinstance(part, kind):
        raise MissingPartError(f"{shelf}/{name} is no {kind.__name__}; its entry point must name its PART")
    return part


def load_all(shelf: str, kind: type[P]) -> dict[str, P]:
    """Every part of a shelf, by name."""
    return {name: load(shelf, name, kind) for name in names(shelf)}


def _ours(shelf: str) -> set[str]:
    """The files of a shelf that are parts: neither its contract nor what its parts share."""
    package = importlib.import_module(f"clew.parts.{shelf}")
    modules = {module.name for module in pkgutil.iter_modules(package.__path__)}
    return {name for name in modules if name != "base" and not name.startswith("_")}
