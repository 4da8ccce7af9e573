"""What a sender is asked about a report's gaps: only what it holds already, never to search for more.

Source: a provider's duty to report is none to look for what to report, 18 U.S.C. 2258A(f) (2024); Regulation (EU)
2022/2065, Article 8 (2022) forbids general monitoring.
"""

import re
from collections.abc import Iterable

from clew.records.intake import Gap

# Of one report: who is asked everything answers nothing.
MOST_QUESTIONS = 3
_HELD = " Please answer from what you hold already; nothing needs to be searched for."
# Most wanted first. The path is said, the value never.
_ASKED = [
    (re.compile(r"subjects"), "By which id, name, mail address or number do you know the account?"),
    (re.compile(r"incident\.at"), "When did it happen? Please give the time with its offset from UTC."),
    (
        re.compile(r"subjects\[\d+\]\.ip_events|(subjects\[\d+\]\.ip_events\[\d+\]|files\[\d+\]\.ip_event)"),
        "Which addresses has your log for the account, each with its port and its time with offset?",
    ),
    (
        re.compile(r"(subjects\[\d+\]\.ip_events\[\d+\]|files\[\d+\]\.ip_event)\.at"),
        "When was the address in {path} used? Please give the time with its offset from UTC.",
    ),
    (
        re.compile(r"(subjects\[\d+\]\.ip_events\[\d+\]|files\[\d+\]\.ip_event)\.port"),
        "Which source port does your log have beside the address in {path}?",
    ),
    (
        re.compile(r"files\[\d+\]\.hashes"),
        "Which hashes do you hold of the file in {path}, as it was uploaded?",
    ),
]


def questions_of(gaps: Iterable[Gap]) -> list[tuple[str, str]]:
    """The path and the text of each question that a report's gaps give rise to, the most wanted first, few."""
    paths = list(dict.fromkeys(gap.path for gap in gaps))
    asked: list[tuple[str, str]] = []
    for form, text in _ASKED:
        # One question of a kind: its answer tells of the others, too.
        path = next((each for each in paths if form.fullmatch(each)), None)
        if path is not None:
            asked.append((path, text.format(path=path) + _HELD))
    return asked[:MOST_QUESTIONS]
