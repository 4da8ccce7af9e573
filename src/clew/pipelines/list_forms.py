"""The forms in which lists come as files: by name, or found by how a file begins."""

from clew.errors import InputError, MissingPartError
from clew.parts import shelf
from clew.parts.exchanges.base import ExchangePart


def exchanges() -> dict[str, ExchangePart]:
    """Every form in which lists come, by its name."""
    parts = shelf.load_all("exchanges", ExchangePart)
    return {part.name: part for part in parts.values()}


def get_exchange(name: str) -> ExchangePart:
    """The exchange of that name; MissingPartError, with the names there are, else."""
    parts = exchanges()
    if name not in parts:
        raise MissingPartError(f"no list format '{name[:40]}'; there are: {', '.join(parts)}")
    return parts[name]


def choose_exchange(head: bytes, suffix: str) -> ExchangePart:
    """The exchange of a file, by how it begins; by its name's ending only when its content leaves it open.

    Raises:
        InputError: neither tells.
    """
    parts = exchanges()
    fitting = [part for part in parts.values() if part.sniff(head)]
    if len(fitting) != 1:
        fitting = [part for part in fitting or parts.values() if suffix.lower() in part.suffixes]
    if len(fitting) != 1:
        raise InputError(
            f"expected a list as {', '.join(part.title for part in parts.values())}; "
            f"the file is none by its content or its ending; give --format {'|'.join(parts)}"
        )
    return fitting[0]
