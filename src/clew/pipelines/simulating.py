"""Simulate a site's triage before deciding: its figures from a file, every order over the same reports."""

import dataclasses
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from clew.errors import InputError
from clew.triage.queue import Rule
from clew.triage.simulate import Order, Outcome, simulate
from clew.triage.site import Site


def read_site(path: Path) -> Site:
    """The site of a TOML or JSON file; what the file does not say is the stated example's.

    Raises:
        InputError: it is no such file, names something that a site does not have, or a figure cannot be.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path.name} could not be read as text: {type(error).__name__}; give a TOML or JSON file"
        ) from None
    try:
        given = msgspec.json.decode(text) if path.suffix == ".json" else tomllib.loads(text)
    except (msgspec.DecodeError, tomllib.TOMLDecodeError) as error:
        form = "JSON" if path.suffix == ".json" else "TOML"
        raise InputError(f"{path.name} is no {form}: {error}; the name ends in .toml or .json") from None
    if not isinstance(given, dict):
        raise InputError(f"{path.name} must hold one object of figures; see docs/methods/queue.md")
    known = {field.name for field in dataclasses.fields(Site)}
    if unknown := sorted(set(given) - known):
        raise InputError(f"{path.name}: a site has no {', '.join(unknown)}; it has {', '.join(sorted(known))}")
    try:
        return msgspec.convert(given, Site)
    except msgspec.ValidationError as error:
        raise InputError(f"{path.name}: {error}; see docs/methods/queue.md") from None


def compare(
    site: Site, orders: Sequence[Order], *, rule: Rule, seed: int, done: Callable[[], None] | None = None
) -> list[Outcome]:
    """What becomes of urgent reports under each order, in the order asked for; `done` is called after each."""
    outcomes = []
    for order in orders:
        outcomes.append(simulate(site, order, rule=rule, seed=seed))
        if done is not None:
            done()
    return outcomes
