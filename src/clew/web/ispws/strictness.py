"""How much is asked of a document before it is taken in.

A server that is there to be tried asks for everything; one that takes reports in for police would rather have an
incomplete report than none, and is another value of the same record.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from clew.errors import InputError
from clew.parts.formats.base import ClearinghouseFormat, Fault, Root


@dataclass(frozen=True, slots=True, kw_only=True)
class Strictness:
    """What is asked.

    Attributes:
        schema: the dated version of the grammar that documents must follow.
        tolerant: documents are read as clients are known to send them, too, not only as the grammar has them.
        prior_reports_exist: an earlier report that a document names must be one that the same sender finished here.
        own_schema: a W3C schema of the operator's that documents must pass besides; None asks for no more.
    """

    name: str
    schema: str
    tolerant: bool = False
    prior_reports_exist: bool = True
    own_schema: bytes | None = None

    def faults_of(
        self, form: ClearinghouseFormat, document: bytes, root: Root, *, at: datetime, batched: bool = False
    ) -> list[Fault]:
        """Everything that this asks for and the document does not keep; empty when it is taken."""
        found = form.faults_of(document, root, self.schema, at=at, batched=batched, tolerant=self.tolerant)
        if not found and self.own_schema is not None:
            found = form.schema_faults(document, self.own_schema)
        return found


def strict(schema: str, own_schema: bytes | None = None) -> Strictness:
    """Everything is asked that the documentation says, and nothing else is read."""
    return Strictness(name="strict", schema=schema, own_schema=own_schema)


PROFILES: dict[str, Callable[[str, bytes | None], Strictness]] = {"strict": strict}


def strictness(name: str, schema: str, own_schema: bytes | None = None) -> Strictness:
    """The profile of that name; InputError when there is none."""
    if name not in PROFILES:
        raise InputError(f"expected a profile of: {', '.join(PROFILES)}; got '{name}'")
    return PROFILES[name](schema, own_schema)
