"""What a person's act changed, as text in the history of clusters, and back."""

import json

from clew.records.identifiers import IntakeNumber
from clew.records.linking import EdgeState
from clew.records.mention import IdentifierKind
from clew.triage.link_split import Reversal


def reversal_text(reversal: Reversal) -> str:
    """As compact JSON."""
    return json.dumps(
        {
            "reports": sorted(reversal.reports),
            "evidence": [
                [report, kind.value, value, state.value, home]
                for (report, (kind, value)), (state, home) in reversal.evidence.items()
            ],
            "holders": [[kind.value, value, held] for (kind, value), held in reversal.holders.items()],
            "said": [[*pair, same, stood] for (pair, same), stood in reversal.said.items()],
        },
        separators=(",", ":"),
        ensure_ascii=False,
    )


def reversal_of(text: str) -> Reversal:
    """What `reversal_text` wrote."""
    stored = json.loads(text)
    return Reversal(
        reports=frozenset(stored["reports"]),
        evidence={
            (IntakeNumber(report), (IdentifierKind(kind), value)): (EdgeState(state), IntakeNumber(home))
            for report, kind, value, state, home in stored["evidence"]
        },
        holders={
            (IdentifierKind(kind), value): tuple((IntakeNumber(report), share) for report, share in held)
            for kind, value, held in stored["holders"]
        },
        said={((IntakeNumber(left), IntakeNumber(right)), same): stood for left, right, same, stood in stored["said"]},
    )
