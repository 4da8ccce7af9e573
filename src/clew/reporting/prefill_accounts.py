"""Who else wrote in a child's threads: the accounts that a report on the safeguarding track may be about.

That somebody wrote to a child proves nothing. The draft proposes, and a person who has read the words decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from clew.records.case import Message
from clew.records.report_file import Labelled
from clew.records.subject import IpEvent, IpUse, Subject

# How an account is told of that does not stand in the field of the reported one.
FURTHER_ACCOUNT = "A further account in the thread"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """An account that wrote to a child, or about one.

    Attributes:
        reference: the platform's own id of it.
        reported: how many of its messages are themselves reported; the rest stand around them.
        ip_events: the addresses that its messages came from, with port and time.
    """

    reference: str
    reported: int
    ip_events: tuple[IpEvent, ...]

    @property
    def told(self) -> Labelled:
        """In words, where it has no field."""
        wrote = f"{self.reference} wrote {self.reported} reported message{'' if self.reported == 1 else 's'}"
        return Labelled(label=FURTHER_ACCOUNT, text="; ".join([wrote, *(_seen(each) for each in self.ip_events)]))


def writers_beside(child: Subject, messages: Iterable[Message], known: Iterable[Subject] = ()) -> tuple[Writer, ...]:
    """The other accounts that wrote what is reported: the one with the most of it first, then by who began.

    The child's own further accounts and guardians are none of them, nor is another child on the safeguarding track.
    Where the platform did not say which account is the child's, nobody is named: it could be the child.

    Args:
        known: what the platform has said of such accounts.
    """
    if child.reference is None:
        return ()
    spared = {child.reference, *(each.reference for each in child.particulars.linked)}
    spared |= {each.reference for each in known if each.safeguarding}
    by_author: dict[str, list[Message]] = {}
    for each in messages:
        if each.author is not None and each.author not in spared:
            by_author.setdefault(each.author, []).append(each)
    found = [_writer(author, wrote) for author, wrote in by_author.items()]
    return tuple(sorted((each for each in found if each.reported), key=lambda each: -each.reported))


def _writer(author: str, wrote: list[Message]) -> Writer:
    seen = [(each.ip_event, each.at) for each in wrote]
    events = [
        replace(event, use=IpUse.OTHER if event.use is IpUse.UNKNOWN else event.use, at=event.at or at)
        for event, at in seen
        if event is not None
    ]
    return Writer(
        reference=author,
        reported=sum(not each.context for each in wrote),
        ip_events=tuple(dict.fromkeys(events)),
    )


def _seen(event: IpEvent) -> str:
    port = f"port {event.port}" if event.port is not None else "port not held"
    return f"from {event.address} {port}, {event.at.isoformat() if event.at else 'time not held'}"
