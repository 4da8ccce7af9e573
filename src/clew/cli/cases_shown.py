"""How clusters, paths and suggestions are shown: for people, or as JSON lines."""

from collections.abc import Collection, Sequence

from clew.cli.console import out, print_json, print_table
from clew.ground.clock import iso
from clew.ground.text import count
from clew.pipelines.linking_shown import ClusterPage
from clew.records.identifiers import ClusterId
from clew.records.linking import LinkedValue, LinkPath, Suggestion
from clew.redact import printable

_MEMBERS = 20  # so many numbers are shown in a line; all in JSON


def show_cluster(page: ClusterPage, *, as_json: bool) -> None:
    """The reports, the identifiers, the history."""
    if as_json:
        print_json(_cluster_json(page))
        return
    numbers = ", ".join(str(report) for report in page.members[:_MEMBERS])
    more = f" and {len(page.members) - _MEMBERS:,} more" if len(page.members) > _MEMBERS else ""
    out.print(f"cluster {page.id}: {count(len(page.members), 'report')}: {numbers}{more}")
    rows = [
        (
            each.value.kind.value,
            each.value.value,
            str(each.here),
            str(each.joins),
            str(each.everywhere),
            "several people's" if each.set_aside else "",
        )
        for each in page.values
    ]
    print_table(("kind", "identifier", "here", "joins", "everywhere", ""), rows)
    for edge in page.held:
        out.print(f"possible, not joined: report {edge.report} by {edge.kind.value} {printable(edge.value)}")
    for change in page.history:
        undone = f", undone by {change.undone_by}" if change.undone_by else ""
        out.print(
            f"{change.number}  {iso(change.at)}  {change.kind.value}: {change.other} and {change.kept}, "
            f"{count(len(change.moved), 'report')} moved, by {change.by}{undone}: {printable(change.reason)}"
        )


def show_path(path: LinkPath, *, as_json: bool) -> None:
    """One line a step."""
    for place, step in enumerate(path.steps):
        weakest = place == path.weakest
        by = "a person's word" if step.kind is None else f"{step.kind.value} {printable(step.value)}"
        if as_json:
            kind = None if step.kind is None else step.kind.value
            print_json(
                {
                    "left": step.left,
                    "right": step.right,
                    "kind": kind,
                    "value": step.value,
                    "bits": round(step.bits, 2),
                    "weakest": weakest,
                }
            )
        else:
            out.print(f"{step.left} - {step.right}  {by}  {step.bits:.1f} bits{'  (weakest)' if weakest else ''}")


def show_touched(touched: Collection[ClusterId], *, as_json: bool) -> None:
    """Which clusters an act has changed."""
    if as_json:
        print_json({"changed": sorted(touched)})
    elif touched:
        out.print(f"changed: {', '.join(f'cluster {each}' for each in sorted(touched))}")
    else:
        out.print("nothing changed; it was so before")


def show_suggestions(suggestions: Sequence[Suggestion], *, as_json: bool) -> None:
    """One line a pair."""
    for each in suggestions:
        if as_json:
            print_json(
                {
                    "id": each.id,
                    "kind": each.kind.value,
                    "left": each.left,
                    "right": each.right,
                    "bits": round(each.bits, 2),
                    "because": each.because,
                    "at": iso(each.at),
                    "accepted": each.accepted,
                }
            )
        else:
            said = {None: "waits", True: "accepted", False: "refused"}[each.accepted]
            out.print(f"{each.id}  {each.left} - {each.right}  {each.bits:.1f} bits  {said}: {each.because}")
    if not suggestions and not as_json:
        out.print("no suggestion waits")


def show_hubs(hubs: Sequence[tuple[LinkedValue, int]], *, as_json: bool) -> None:
    """One line an identifier."""
    for value, reports in hubs:
        if as_json:
            found = {"kind": value.kind.value, "value": value.value, "reports": reports}
            print_json(found | {"trust_bits": round(value.trust_bits, 2), "compared": value.compared})
        else:
            out.print(
                f"{value.kind.value} {printable(value.value)}: {count(reports, 'report')}; births and names of "
                f"{value.compared} contradicted it, {-value.trust_bits:.1f} bits against one person"
            )
    if not hubs and not as_json:
        out.print("no identifier is set aside")


def _cluster_json(page: ClusterPage) -> dict[str, object]:
    return {
        "cluster": page.id,
        "reports": list(page.members),
        "identifiers": [
            {
                "kind": each.value.kind.value,
                "value": each.value.value,
                "here": each.here,
                "joins": each.joins,
                "everywhere": each.everywhere,
                "set_aside": each.set_aside,
            }
            for each in page.values
        ],
        "possible": [{"report": each.report, "kind": each.kind.value, "value": each.value} for each in page.held],
        "history": [
            {
                "number": each.number,
                "at": iso(each.at),
                "kind": each.kind.value,
                "kept": each.kept,
                "other": each.other,
                "moved": list(each.moved),
                "by": each.by,
                "reason": each.reason,
                "undone_by": each.undone_by,
            }
            for each in page.history
        ],
    }
