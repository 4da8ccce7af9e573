"""The card of a score model as a page: what it was learnt from, how well it does, for whom worse, and its limits."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from clew.records.worked import ScoreModel

_FEW = 10
_LIMITS = """
- Outcomes exist only of what somebody looked at. Places that the audit drew stand for the others by their chance; the
  rest were chosen by the order itself, so that a kind of report which it never reaches is seldom learnt.
- An outcome is what somebody wrote down. A child who was not found counts as calm.
- The score orders work. It is evidence of nothing, and no reason to search, stop or suspect anybody.
- It was judged on outcomes newer than those it was learnt from, of this site alone; another site must learn its own.
- Recall is told of a desk that reaches a tenth of the places; strata with fewer than ten urgent places tell little.
"""


def card_page(model: ScoreModel) -> str:
    """The card in Markdown. A model that came with Clew has no outcomes to tell of, and its page says so."""
    told: Mapping[str, Any] = json.loads(model.card)
    lines = [f"# Score model `{model.version}`", "", f"Made {model.made_at:%Y-%m-%d %H:%M} UTC."]
    if model.in_force_since is not None:
        lines[-1] += f" In force since {model.in_force_since:%Y-%m-%d %H:%M} UTC, put by {model.put_by}."
    if not told:
        lines += ["", "Its weights are judgement, learnt from no outcomes; nothing is known of how well it does."]
        return "\n".join([*lines, "", *_weights(model)]) + "\n"
    judged, before = told["judged"], told["before"]
    learnt = (
        f"Learnt from {told['learnt_from']:,} places with an outcome, scaled on {told['scaled_on']:,}, judged on "
        f"{judged['outcomes']:,} newer ones, {judged['urgent']:,} of them urgent; recorded {told['first_at'][:10]} to "
        f"{told['last_at'][:10]}. Weighted, all are worth {told['effective']:,.0f} equal ones."
    )
    lines += [
        "",
        learnt,
        "",
        "## How well it does",
        "",
        "| on the judged places | this model | the one before |",
        "|---|---|---|",
        *(
            f"| {name} | {judged[key]:.4f} | {before[key]:.4f} |"
            for name, key in (
                ("area under the curve", "auc"),
                ("Brier score", "brier"),
                ("Brier score of the mean alone", "brier_of_none"),
                ("calibration error over deciles", "calibration_error"),
            )
        ),
        "",
        "| tenth | places | predicted | found | 95 % |",
        "|---|---|---|---|---|",
        *(
            f"| {number} | {each['places']} | {each['predicted']:.4f} | {each['found']:.4f} | "
            f"{each['low']:.4f} to {each['high']:.4f} |"
            for number, each in enumerate(judged["deciles"], start=1)
        ),
        "",
        "## Recall",
        "",
        "Of the urgent places, those that an override or the score puts among the first tenth.",
        "",
        "| by | stratum | urgent | within reach | share | 95 % |",
        "|---|---|---|---|---|---|",
        *(_recall(each) for each in told["recalls"]),
        "",
        "## Limits",
        "",
        *_LIMITS.strip().splitlines(),
        "",
    ]
    return "\n".join([*lines, *_weights(model)]) + "\n"


def _recall(each: Mapping[str, Any]) -> str:
    few = " (few)" if each["urgent"] < _FEW else ""
    return (
        f"| {each['by']} | {each['stratum']} | {each['urgent']}{few} | {each['within_reach']} | {each['share']:.3f} | "
        f"{each['low']:.3f} to {each['high']:.3f} |"
    )


def _weights(model: ScoreModel) -> Sequence[str]:
    return [
        "## Weights",
        "",
        f"Log-odds; the base is {model.base:.3f}.",
        "",
        "| sign | weight | share |",
        "|---|---|---|",
        *(
            f"| `{name}` | {weight:+.3f} | {model.shares.get(name, 0.0):.4f} |"
            for name, weight in sorted(model.weights.items(), key=lambda each: (-each[1], each[0]))
        ),
    ]
