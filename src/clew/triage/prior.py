"""The weights that a site begins with, before outcomes of its own: judgement, written down and dated.

They are natural log-odds by which a sign makes it likelier that a child is in danger, and the share of reports that
bears it. No published instrument is validated on what a report of a platform states: KIRAT and its like ask an
investigator about a person. What they found, and what police say of urgent reports, sets the order of these weights;
their size is chosen so that any one strong sign outweighs everything that a thin report leaves unsaid. Replace them by
a model learnt from outcomes as soon as there are enough (`calibrate.py`).

Source: reference studies as in docs/methods/triage.md; set 23 November 2026.
"""

from datetime import UTC, datetime

from clew.records.worked import ScoreModel

# 63,892 urgent of 36.2 million reports: the largest national centre's figures of 2023. ln(p / (1 - p)).
BASE = -6.34

# name: (log-odds, share of reports that bear it)
_SIGNS: dict[str, tuple[float, float]] = {
    # What the sender says of the incident.
    "urgent": (3.0, 0.002),
    "molestation": (3.0, 0.002),
    "trafficking": (2.0, 0.003),
    "enticement": (2.0, 0.02),
    "tourism": (1.5, 0.001),
    "extortion": (2.5, 0.005),
    "solicitation": (1.5, 0.01),
    "sadistic": (2.5, 0.001),
    "minor-to-minor": (-0.3, 0.01),
    "misleading": (-1.0, 0.005),
    "spam": (-1.5, 0.02),
    "informational": (-1.5, 0.3),
    "from-public": (0.7, 0.01),
    "payment": (0.7, 0.01),
    # What it says of files.
    "live-stream": (3.0, 0.002),
    "physical-harm": (2.0, 0.003),
    "infant": (1.5, 0.01),
    "prepubescent": (0.7, 0.2),
    "new-material": (2.0, 0.02),
    "self-produced": (1.0, 0.02),
    "viewed": (0.3, 0.5),
    "listed": (-1.0, 0.5),
    "viral": (-2.0, 0.2),
    "drawn": (-2.0, 0.03),
    "generated": (-0.7, 0.05),
    # What it says of people.
    "victim": (1.5, 0.02),
    "victim-found": (1.0, 0.01),
    "chat-with-child": (1.5, 0.01),
    "several-recipients": (0.5, 0.01),
    # Words, which are weaker than fields.
    "danger-words": (1.5, 0.005),
    "self-harm-words": (1.5, 0.003),
    "extortion-words": (1.2, 0.005),
    "hands-on-words": (2.0, 0.002),
    "trust-words": (0.7, 0.02),
    "live-words": (0.7, 0.01),
    # What the links say.
    "linked-incident": (0.7, 0.1),
    "several-incidents": (0.7, 0.03),
    "several-platforms": (1.2, 0.02),
    "linked-outcome": (2.0, 0.002),
}

PRIOR = ScoreModel(
    version="prior-2026-11",
    made_at=datetime(2026, 11, 23, tzinfo=UTC),
    base=BASE,
    weights={name: weight for name, (weight, _) in _SIGNS.items()},
    shares={name: share for name, (_, share) in _SIGNS.items()},
)
