"""Show others what the audit log holds, by proofs that need no trust in whoever shows them."""

from clew.errors import DamagedError, NotFoundError
from clew.parts.stores.base import Reader
from clew.pipelines.audit import last_checkpoint, nodes_of
from clew.records.audit import InclusionProof
from clew.sealing.tree import consistency_path, inclusion_path


def prove(reader: Reader, number: int) -> InclusionProof:
    """That a leaf is in the tree of the newest checkpoint; good also when its event was erased.

    Raises:
        NotFoundError: the log has no such leaf.
        DamagedError: the tree is not whole.
    """
    checkpoint = last_checkpoint(reader)
    found = reader.find_audit_line(number)
    if checkpoint is None or found is None or number >= checkpoint.size:
        size = checkpoint.size if checkpoint else 0
        raise NotFoundError(f"the audit log has {size:,} leaves, numbered from 0; there is none with number {number:,}")
    line, commitment, key = found
    try:
        path = inclusion_path(number, checkpoint.size, nodes_of(reader))
    except LookupError as error:
        raise DamagedError(f"the audit log is not whole: {error}; run: clew audit verify") from error
    return InclusionProof(
        number=number,
        id=line.id,
        event=line.event,
        secret=key.secret,
        commitment=commitment,
        path=path,
        checkpoint=checkpoint,
    )


def prove_consistency(reader: Reader, before: int) -> tuple[bytes, ...]:
    """That the tree of a size is the beginning of the newest checkpoint's.

    Raises:
        NotFoundError: the log was never that large.
        DamagedError: the tree is not whole.
    """
    checkpoint = last_checkpoint(reader)
    if checkpoint is None or not 0 <= before <= checkpoint.size:
        size = checkpoint.size if checkpoint else 0
        raise NotFoundError(f"the audit log has {size:,} leaves; it never had {before:,}")
    try:
        return consistency_path(before, checkpoint.size, nodes_of(reader))
    except LookupError as error:
        raise DamagedError(f"the audit log is not whole: {error}; run: clew audit verify") from error
