"""The pages of the desk, in one place; each is shown to whoever may open it, as the table of rules says."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from clew.records.people import User
from clew.web.rules import RULES

# A desk's name, its words, and what is done there.
_DESKS = (
    ("platform", "Platform", "screen, review, report, preserve"),
    ("clearinghouse", "Clearinghouse", "take in, rank, link, route"),
)
# By desk: the page's name, its address, its words, and the letters after `g`. At the platform's desk the queue and
# review are one page. What stands at both desks is reached from either.
_PAGES = {
    "platform": (
        ("today", "/", "Today", ("t",)),
        ("hits", "/hits", "Hits", ("h",)),
        ("review", "/review", "Review", ("r", "q")),
        ("reports", "/reports", "Reports", ("f",)),
        ("evidence", "/evidence", "Preservation", ("p",)),
        ("lists", "/lists", "Lists", ("l",)),
        ("screening", "/screening", "Screening", ("s",)),
        ("audit", "/audit", "Audit", ("a",)),
    ),
    "clearinghouse": (
        ("queue", "/queue", "Queue", ("q",)),
        ("intake", "/intake", "Intake", ("i",)),
        ("clusters", "/clusters", "Clusters", ("c",)),
        ("urls", "/urls", "Addresses", ("u",)),
        ("simulator", "/simulator", "Simulator", ("s",)),
        ("order", "/order", "How it does", ("o",)),
        ("evidence", "/evidence", "Preservation", ("p",)),
        ("audit", "/audit", "Audit", ("a",)),
    ),
}
_NEEDS = {rule.path: rule.need for rule in RULES if rule.method == "GET"}


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk, by its first page."""

    name: str
    words: str
    done: str
    link: str


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


def desks_of(user: User | None, desks: Collection[str]) -> list[Desk]:
    """The open desks of which the person may open a page."""
    found = []
    for name, words, done in _DESKS:
        pages = pages_of(user, name) if name in desks else []
        if pages:
            found.append(Desk(name, words, done, pages[0].link))
    return found


def pages_of(user: User | None, desk: str) -> list[Place]:
    """The pages of a desk that the person may open, in the order of the work."""
    return [Place(*each) for each in _PAGES[desk] if may_open(user, each[1])]


def desk_at(place: str, desks: Sequence[Desk]) -> Desk | None:
    """Whose page it is, the first of those that have it; a page that is no desk's is shown at the first desk."""
    holders = [desk for desk in desks if any(place == each[0] for each in _PAGES[desk.name])]
    return next(iter(holders or desks), None)
