"""Linking's records as rows of its tables, and back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import RowMapping

from clew.parts.stores.sql.values import Row, compact, from_us, to_us
from clew.records.identifiers import ClusterId, IntakeNumber, LinkValueId, SuggestionId
from clew.records.linking import (
    ChangeKind,
    ClusterChange,
    EdgeState,
    EvidenceEdge,
    KnownCluster,
    LinkedValue,
    Name,
    StatedAddress,
    Statement,
    Suggestion,
    SuggestionKind,
    Word,
)
from clew.records.mention import IdentifierKind


def name_of(kind: IdentifierKind, value: str) -> str:
    """An identifier in one column; a kind has no space."""
    return f"{kind.value} {value}"


def key_of(name: str) -> tuple[IdentifierKind, str]:
    """The identifier that `name_of` wrote."""
    kind, _, value = name.partition(" ")
    return IdentifierKind(kind), value


def value_row(value: LinkedValue) -> Row:
    """As it is stored."""
    return {
        "id": value.id,
        "name": name_of(value.kind, value.value),
        "trust_bits": value.trust_bits,
        "compared": value.compared,
        "verified": value.verified,
        "seen_s": value.seen_s,
        "holders": compact(value.holders),
    }


def value_of(row: RowMapping) -> LinkedValue:
    """A row of `link_values`."""
    kind, value = key_of(row["name"])
    return LinkedValue(
        id=LinkValueId(row["id"]),
        kind=kind,
        value=value,
        trust_bits=row["trust_bits"],
        compared=row["compared"],
        verified=bool(row["verified"]),
        seen_s=row["seen_s"],
        holders=tuple((IntakeNumber(report), share) for report, share in json.loads(row["holders"])),
    )


def edge_row(edge: EvidenceEdge) -> Row:
    """As it is stored."""
    return {
        "report": edge.report,
        "value_id": edge.value_id,
        "state": edge.state.value,
        "prior_bits": edge.prior_bits,
        "facts_bits": edge.facts_bits,
        "home": edge.home,
        "rule_version": edge.rule_version,
        "at": to_us(edge.at),
        "by": edge.by,
        "reason": edge.reason,
    }


def edge_of(row: RowMapping) -> EvidenceEdge:
    """A row of `link_edges` with the name of its value."""
    kind, value = key_of(row["name"])
    return EvidenceEdge(
        report=IntakeNumber(row["report"]),
        value_id=LinkValueId(row["value_id"]),
        kind=kind,
        value=value,
        state=EdgeState(row["state"]),
        prior_bits=row["prior_bits"],
        facts_bits=row["facts_bits"],
        home=IntakeNumber(row["home"]),
        rule_version=row["rule_version"],
        at=from_us(row["at"]),
        by=row["by"],
        reason=row["reason"],
    )


def statement_row(statement: Statement) -> Row:
    """As it is stored, without its identifiers."""
    return {
        "report": statement.number,
        "sender": statement.sender,
        "at_s": statement.at_s,
        "several": statement.several,
        "facts": compact([statement.births, statement.names, [(each.ip, each.at_s) for each in statement.addresses]]),
    }


def statement_of(row: RowMapping) -> Statement:
    """A row of `link_statements`."""
    births, names, addresses = json.loads(row["facts"])
    return Statement(
        number=IntakeNumber(row["report"]),
        sender=row["sender"],
        at_s=row["at_s"],
        births=tuple(births),
        names=tuple(tuple(name) for name in names),
        addresses=tuple(StatedAddress(ip=ip, at_s=at_s) for ip, at_s in addresses),
        several=bool(row["several"]),
    )


def cluster_row(cluster: KnownCluster) -> Row:
    """As it is stored."""
    names = [[list(name), count] for name, count in sorted(cluster.names.items())]
    facts = [_pairs(cluster.births), names, _pairs(cluster.addresses), cluster.newest_s, sorted(cluster.apart)]
    return {"id": cluster.id, "size": len(cluster.members), "facts": compact(facts)}


def cluster_of(row: RowMapping, members: Sequence[IntakeNumber]) -> KnownCluster:
    """A row of `link_clusters`, and who is in it."""
    births, names, addresses, newest_s, apart = json.loads(row["facts"])
    return KnownCluster(
        id=ClusterId(row["id"]),
        members=tuple(members),
        births=dict(births),
        names={_name(name): count for name, count in names},
        addresses=dict(addresses),
        newest_s=newest_s,
        apart=tuple(apart),
    )


def word_row(word: Word) -> Row:
    """As it is stored."""
    return {"first": word.left, "second": word.right, "same": word.same}


def word_of(row: RowMapping) -> Word:
    """A row of `link_words`."""
    return Word(left=IntakeNumber(row["first"]), right=IntakeNumber(row["second"]), same=bool(row["same"]))


def change_row(change: ClusterChange) -> Row:
    """As it is stored; the database numbers it."""
    return {
        "kind": change.kind.value,
        "kept": change.kept,
        "other": change.other,
        "moved": compact(change.moved),
        "at": to_us(change.at),
        "by": change.by,
        "reason": change.reason,
        "undoes": change.undoes,
        "undone_by": change.undone_by,
        "reversal": change.reversal,
    }


def change_of(row: RowMapping) -> ClusterChange:
    """A row of `link_changes`."""
    return ClusterChange(
        number=row["number"],
        kind=ChangeKind(row["kind"]),
        kept=ClusterId(row["kept"]),
        other=ClusterId(row["other"]),
        moved=tuple(IntakeNumber(report) for report in json.loads(row["moved"])),
        at=from_us(row["at"]),
        by=row["by"],
        reason=row["reason"],
        undoes=row["undoes"],
        undone_by=row["undone_by"],
        reversal=row["reversal"],
    )


def numbered(change: ClusterChange, number: int) -> ClusterChange:
    """The change as it stands in the table."""
    return replace(change, number=number)


def suggestion_row(suggestion: Suggestion) -> Row:
    """As it is stored."""
    return {
        "id": suggestion.id,
        "kind": suggestion.kind.value,
        "first": suggestion.left,
        "second": suggestion.right,
        "bits": suggestion.bits,
        "because": suggestion.because,
        "at": to_us(suggestion.at),
        "accepted": suggestion.accepted,
        "decided_by": suggestion.decided_by,
    }


def suggestion_of(row: RowMapping) -> Suggestion:
    """A row of `link_suggestions`."""
    return Suggestion(
        id=SuggestionId(row["id"]),
        kind=SuggestionKind(row["kind"]),
        left=IntakeNumber(row["first"]),
        right=IntakeNumber(row["second"]),
        bits=row["bits"],
        because=row["because"],
        at=from_us(row["at"]),
        accepted=None if row["accepted"] is None else bool(row["accepted"]),
        decided_by=row["decided_by"],
    )


def _pairs(counts: Mapping[int, int] | Mapping[str, int]) -> list[tuple[int | str, int]]:
    """A mapping as JSON takes it, for its keys need not be text."""
    return sorted(counts.items(), key=lambda each: str(each[0]))


def _name(parts: Sequence[str]) -> Name:
    return tuple(parts)
