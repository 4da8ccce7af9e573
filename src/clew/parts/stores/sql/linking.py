"""Evidence edges between reports and identifiers, and the clusters that follow from them."""

from abc import ABC
from collections.abc import Sequence

from sqlalchemy import Select, bindparam, delete, func, or_, select, update

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql import linking_rows as rows
from clew.parts.stores.sql.session import ChangingSession, Session, portions
from clew.parts.stores.sql.tables import linking as tables
from clew.parts.stores.sql.values import Row
from clew.records.identifiers import ClusterId, IntakeNumber, LinkValueId, SuggestionId
from clew.records.linking import (
    ClusterChange,
    EvidenceEdge,
    KnownCluster,
    LearntWeight,
    LinkedValue,
    Statement,
    Suggestion,
    Word,
)
from clew.records.mention import IdentifierKind

_VALUES, _EDGES, _MEMBERS = tables.link_values.c, tables.link_edges.c, tables.link_members.c
_CLUSTERS, _WORDS, _CHANGES = tables.link_clusters.c, tables.link_words.c, tables.link_changes.c
_SUGGESTIONS, _STATEMENTS = tables.link_suggestions.c, tables.link_statements.c


class LinkingReading(Session, Reader, ABC):
    """Reading them."""

    def link_values(self, keys: Sequence[tuple[IdentifierKind, str]]) -> list[LinkedValue]:
        """By the unique index of names."""
        names = [rows.name_of(*key) for key in keys]
        return [
            rows.value_of(row)
            for some in portions(names)
            for row in self._all(select(tables.link_values).where(_VALUES.name.in_(some)))
        ]

    def link_doubted(self, most_bits: float, limit: int) -> list[LinkedValue]:
        """By the partial index of those under 0."""
        low = (_VALUES.trust_bits < 0) & (_VALUES.trust_bits <= most_bits)
        query = select(tables.link_values).where(low).order_by(_VALUES.trust_bits, _VALUES.id).limit(limit)
        return [rows.value_of(row) for row in self._all(query)]

    def link_count_stated(self, ids: Sequence[LinkValueId]) -> dict[LinkValueId, int]:
        """By the index of values."""
        counted = func.count().label("reports")
        return {
            LinkValueId(row["value_id"]): row["reports"]
            for some in portions(ids)
            for row in self._all(
                select(_EDGES.value_id, counted).where(_EDGES.value_id.in_(some)).group_by(_EDGES.value_id)
            )
        }

    def link_edges_of_values(self, ids: Sequence[LinkValueId]) -> list[EvidenceEdge]:
        """By the index of values."""
        return [
            rows.edge_of(row)
            for some in portions(ids)
            for row in self._all(_edges().where(_EDGES.value_id.in_(some)).order_by(_EDGES.report))
        ]

    def link_edges_of_reports(self, reports: Sequence[IntakeNumber]) -> list[EvidenceEdge]:
        """By the primary key."""
        return [
            rows.edge_of(row)
            for some in portions(reports)
            for row in self._all(_edges().where(_EDGES.report.in_(some)).order_by(_EDGES.report, _EDGES.value_id))
        ]

    def link_statements(self, reports: Sequence[IntakeNumber]) -> dict[IntakeNumber, Statement]:
        """By the primary key."""
        return {
            IntakeNumber(row["report"]): rows.statement_of(row)
            for some in portions(reports)
            for row in self._all(select(tables.link_statements).where(_STATEMENTS.report.in_(some)))
        }

    def clusters_of(self, reports: Sequence[IntakeNumber]) -> dict[IntakeNumber, ClusterId]:
        """By the primary key."""
        return {
            IntakeNumber(row["report"]): ClusterId(row["cluster"])
            for some in portions(reports)
            for row in self._all(select(tables.link_members).where(_MEMBERS.report.in_(some)))
        }

    def link_clusters(self, ids: Sequence[ClusterId]) -> list[KnownCluster]:
        """By the primary key, and the members by their index."""
        found = []
        for some in portions(ids):
            members: dict[int, list[IntakeNumber]] = {}
            query = select(tables.link_members).where(_MEMBERS.cluster.in_(some)).order_by(_MEMBERS.report)
            for row in self._all(query):
                members.setdefault(row["cluster"], []).append(IntakeNumber(row["report"]))
            found += [
                rows.cluster_of(row, members.get(row["id"], []))
                for row in self._all(select(tables.link_clusters).where(_CLUSTERS.id.in_(some)))
            ]
        return found

    def link_words(self, reports: Sequence[IntakeNumber]) -> list[Word]:
        """By the primary key and by the index of the second."""
        found = {
            rows.word_of(row)
            for some in portions(reports)
            for row in self._all(select(tables.link_words).where(or_(_WORDS.first.in_(some), _WORDS.second.in_(some))))
        }
        return sorted(found, key=lambda word: (word.left, word.right, word.same))

    def link_changes(self, cluster: ClusterId) -> list[ClusterChange]:
        """By the two indexes of clusters."""
        concerned = or_(_CHANGES.kept == cluster, _CHANGES.other == cluster)
        query = select(tables.link_changes).where(concerned).order_by(_CHANGES.number.desc())
        return [rows.change_of(row) for row in self._all(query)]

    def get_link_change(self, number: int) -> ClusterChange:
        """By the primary key."""
        row = self._first(select(tables.link_changes).where(_CHANGES.number == number))
        if row is None:
            raise NotFoundError(f"no change of clusters has the number {number}; see a cluster's history")
        return rows.change_of(row)

    def link_suggestions(self, limit: int) -> list[Suggestion]:
        """By the partial index of open ones, backwards."""
        query = select(tables.link_suggestions).where(_SUGGESTIONS.accepted.is_(None))
        ordered = query.order_by(_SUGGESTIONS.bits.desc(), _SUGGESTIONS.id.desc()).limit(limit)
        return [rows.suggestion_of(row) for row in self._all(ordered)]

    def get_link_suggestion(self, suggestion_id: SuggestionId) -> Suggestion:
        """By the primary key."""
        row = self._first(select(tables.link_suggestions).where(_SUGGESTIONS.id == suggestion_id))
        if row is None:
            raise NotFoundError("no suggestion has that id; list those that wait")
        return rows.suggestion_of(row)

    def link_weights(self, senders: Sequence[str]) -> list[LearntWeight]:
        """By the primary key, which begins with the sender."""
        return [
            LearntWeight(context=row["context"], sender=row["sender"], apart=row["apart"], pairs=row["pairs"])
            for some in portions(["", *senders])
            for row in self._all(select(tables.link_weights).where(tables.link_weights.c.sender.in_(some)))
        ]

    def last_link_value(self) -> LinkValueId:
        """The end of the primary key."""
        row = self._first(select(func.max(_VALUES.id).label("last")))
        return LinkValueId(0 if row is None or row["last"] is None else row["last"])


class LinkingWriting(LinkingReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""

    def add_link_values(self, values: Sequence[LinkedValue]) -> None:
        """In one journey."""
        given = [rows.value_row(each) for each in values]
        columns = [column.name for column in tables.link_values.columns]
        self._database.insert_rows(self._connection, tables.link_values, columns, _tuples(given, columns))

    def change_link_values(self, values: Sequence[LinkedValue]) -> None:
        """In one journey; an identifier's name never changes."""
        columns = [column.name for column in tables.link_values.columns if column.name != "name"]
        given = _tuples([rows.value_row(each) for each in values], columns)
        self._database.update_rows(self._connection, tables.link_values, columns, given, where=_VALUES.id.is_not(None))

    def add_link_edges(self, edges: Sequence[EvidenceEdge]) -> None:
        """In one journey."""
        columns = [column.name for column in tables.link_edges.columns]
        given = _tuples([rows.edge_row(each) for each in edges], columns)
        self._database.insert_rows(self._connection, tables.link_edges, columns, given)

    def change_link_edges(self, edges: Sequence[EvidenceEdge]) -> None:
        """By the primary key."""
        changed = [column.name for column in tables.link_edges.columns if not column.primary_key]
        known = (_EDGES.report == bindparam("of_report")) & (_EDGES.value_id == bindparam("of_value"))
        statement = update(tables.link_edges).where(known).values({name: bindparam(f"to_{name}") for name in changed})
        given: list[Row] = []
        for edge in edges:
            row = rows.edge_row(edge)
            given.append(
                {"of_report": row["report"], "of_value": row["value_id"]}
                | {f"to_{name}": row[name] for name in changed}
            )
        self._change(statement, given)

    def add_link_statements(self, statements: Sequence[Statement]) -> None:
        """In one journey."""
        columns = [column.name for column in tables.link_statements.columns]
        given = _tuples([rows.statement_row(each) for each in statements], columns)
        self._database.insert_rows(self._connection, tables.link_statements, columns, given)

    def put_link_clusters(
        self, clusters: Sequence[KnownCluster], moved: Sequence[tuple[IntakeNumber, ClusterId]]
    ) -> None:
        """Upserts."""
        gone = [each.id for each in clusters if not each.members]
        for some in portions(gone):
            self._change(delete(tables.link_clusters).where(_CLUSTERS.id.in_(some)))
        cluster = self._database.insert(tables.link_clusters)
        cluster = cluster.on_conflict_do_update(
            index_elements=["id"], set_={"size": cluster.excluded.size, "facts": cluster.excluded.facts}
        )
        self._change(cluster, [rows.cluster_row(each) for each in clusters if each.members])
        member = self._database.insert(tables.link_members)
        member = member.on_conflict_do_update(index_elements=["report"], set_={"cluster": member.excluded.cluster})
        self._change(member, [{"report": report, "cluster": cluster_id} for report, cluster_id in moved])

    def put_link_weights(self, weights: Sequence[LearntWeight]) -> None:
        """Upserts."""
        statement = self._database.insert(tables.link_weights)
        statement = statement.on_conflict_do_update(
            index_elements=["sender", "context"],
            set_={"apart": statement.excluded.apart, "pairs": statement.excluded.pairs},
        )
        self._change(
            statement,
            [
                {"sender": each.sender, "context": each.context, "apart": each.apart, "pairs": each.pairs}
                for each in weights
            ],
        )

    def put_link_word(self, word: Word, *, stands: bool) -> None:
        """An insert that may be there, or a delete."""
        row = rows.word_row(word)
        if stands:
            self._change(self._database.insert(tables.link_words).values(row).on_conflict_do_nothing())
        else:
            said = (_WORDS.first == word.left) & (_WORDS.second == word.right) & (_WORDS.same == row["same"])
            self._change(delete(tables.link_words).where(said))

    def add_link_change(self, change: ClusterChange) -> ClusterChange:
        """The database numbers it."""
        statement = self._database.insert(tables.link_changes).values(rows.change_row(change))
        number = self._connection.execute(statement.returning(_CHANGES.number)).scalar_one()
        return rows.numbered(change, number)

    def undo_link_change(self, number: int, by: int) -> None:
        """Only where nobody has."""
        standing = (_CHANGES.number == number) & _CHANGES.undone_by.is_(None)
        if self._change(update(tables.link_changes).where(standing).values(undone_by=by)) == 0:
            raise ConflictError(f"change {number} has been undone before; see the cluster's history")

    def add_link_suggestion(self, suggestion: Suggestion) -> bool:
        """The pair is unique."""
        statement = self._database.insert(tables.link_suggestions).values(rows.suggestion_row(suggestion))
        return self._change(statement.on_conflict_do_nothing(index_elements=["first", "second"])) == 1

    def decide_link_suggestion(self, suggestion_id: SuggestionId, *, accepted: bool, by: str) -> Suggestion:
        """Only where nobody has."""
        waits = (_SUGGESTIONS.id == suggestion_id) & _SUGGESTIONS.accepted.is_(None)
        said: Row = {"accepted": accepted, "decided_by": by}
        if self._change(update(tables.link_suggestions).where(waits).values(said)) == 0:
            known = self.get_link_suggestion(suggestion_id)
            raise ConflictError(f"somebody has {'accepted' if known.accepted else 'refused'} it before; load it again")
        return self.get_link_suggestion(suggestion_id)


def _edges() -> Select[tuple[object, ...]]:
    return select(tables.link_edges, _VALUES.name).join(tables.link_values, _VALUES.id == _EDGES.value_id)


def _tuples(given: Sequence[Row], columns: Sequence[str]) -> list[tuple[str | bytes | int | float | bool | None, ...]]:
    return [tuple(row[name] for name in columns) for row in given]
