"""The pages of the desk, in one place; each is shown to whoever may open it, as the table of rules says."""

from dataclasses import dataclass

from clew.records.people import User
from clew.web.rules import RULES

# The page's name, its address, its words, and the letters after `g`: the queue and review are one page here.
_PAGES = (
    ("today", "/", "Today", ("t",)),
    ("hits", "/hits", "Hits", ("h",)),
    ("review", "/review", "Review", ("r", "q")),
    ("reports", "/reports", "Reports", ("f",)),
    ("urls", "/urls", "Addresses", ("u",)),
    ("evidence", "/evidence", "Preservation", ("p",)),
    ("lists", "/lists", "Lists", ("l",)),
    ("screening", "/screening", "Screening", ("s",)),
    ("audit", "/audit", "Audit", ("a",)),
)
_NEEDS = {rule.path: rule.need for rule in RULES if rule.method == "GET"}


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the desk."""

    name: str
    link: str
    words: str
    keys: tuple[str, ...]


def may_open(user: User | None, path: str) -> bool:
    """Whether the person's roles open the page of that path, as the rules write it."""
    need = _NEEDS.get(path)
    return user is not None and isinstance(need, frozenset) and user.has(*need)


def pages_of(user: User | None) -> list[Place]:
    """The pages that the person may open, in the order of the work."""
    return [Place(*each) for each in _PAGES if may_open(user, each[1])]
