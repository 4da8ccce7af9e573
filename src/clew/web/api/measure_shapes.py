"""Counts of screening as JSON."""

from datetime import date

from clew.records.screening import CountKey
from clew.web.schemas import Said


class DaySaid(Said):
    """What was screened through one channel on one day (UTC): by action, and what could not be hashed."""

    day: str
    channel: str
    screened: int
    actions: dict[str, int]
    unhashable: list["ReasonSaid"]


class ReasonSaid(Said):
    """How many contents had no signal of a type, for one reason."""

    type: str
    reason: str
    contents: int


class ScreeningSaid(Said):
    """The counts of the days asked for."""

    since: str
    until: str
    days: list[DaySaid]


def say_days(counts: dict[CountKey, int], since: date, until: date) -> ScreeningSaid:
    """The counts by day and channel, oldest first."""
    lines: dict[tuple[date, str], tuple[dict[str, int], list[ReasonSaid]]] = {}
    for key, number in sorted(counts.items(), key=lambda pair: _order(pair[0])):
        actions, reasons = lines.setdefault((key.day, key.channel.value), ({}, []))
        if key.action is not None:
            actions[key.action.value] = number
        elif key.type is not None and key.reason is not None:
            reasons.append(ReasonSaid(type=key.type, reason=key.reason.value, contents=number))
    return ScreeningSaid(
        since=since.isoformat(),
        until=until.isoformat(),
        days=[
            DaySaid(
                day=day.isoformat(),
                channel=channel,
                screened=sum(actions.values()),
                actions=actions,
                unhashable=reasons,
            )
            for (day, channel), (actions, reasons) in lines.items()
        ],
    )


def _order(key: CountKey) -> tuple[date, str, str, str, str]:
    return key.day, key.channel, key.action or "", key.type or "", key.reason or ""
