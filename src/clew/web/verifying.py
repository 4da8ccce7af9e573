"""One look at the whole audit log at a time, in a thread of its own; its result stays until the next."""

import threading
from dataclasses import dataclass
from datetime import datetime

from clew.errors import ClewError
from clew.pipelines.audit import AuditLog, note_read
from clew.pipelines.audit_verify import verify
from clew.records.audit import Verified
from clew.web import log as service_log


@dataclass(slots=True)
class Look:
    """A look at the log, under way or done.

    Attributes:
        total: leaves that there were when it began.
        seen: how many of them were looked at so far.
        verified: what was found; None as long as it is under way, or when it failed.
        failure: why there is no result.
    """

    began_at: datetime
    total: int
    seen: int = 0
    verified: Verified | None = None
    failure: str | None = None

    @property
    def under_way(self) -> bool:
        """Whether there is no result yet."""
        return self.verified is None and self.failure is None


class Verifying:
    """The last look of this process."""

    def __init__(self) -> None:
        self.look: Look | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self, log: AuditLog, actor: str) -> Look:
        """A look is under way: the one that is already, or a new one."""
        with self._lock:
            if self.look is not None and self.look.under_way:
                return self.look
            with log.store.read() as reader:
                total = reader.audit_size()
            look = self.look = Look(began_at=log.clock(), total=total)
            self._thread = threading.Thread(target=_work, args=(log, look, actor), name="audit-verify", daemon=True)
            self._thread.start()
            return look

    def close(self) -> None:
        """Nothing goes on that uses the database."""
        if self._thread is not None:
            self._thread.join()


def _work(log: AuditLog, look: Look, actor: str) -> None:
    def advance(leaves: int) -> None:
        look.seen += leaves

    witnesses = [log.witness] if log.witness is not None and log.witness.exists() else []
    try:
        verified = verify(log, witnesses=witnesses, advance=advance)
        facts: dict[str, str | int | bool | None] = {"sound": verified.sound, "leaves": verified.size}
        note_read(log.store, actor=actor, act="audit.verify", subject="audit", clock=log.clock, facts=facts)
        if not verified.sound:
            service_log.say("error", "the audit log is not sound", faults=verified.fault_count)
    except ClewError as error:
        look.failure = str(error)
    except Exception as error:  # noqa: BLE001  (whoever looks at the page must be told that there is no result)
        service_log.say("error", "verification failed", error=type(error).__name__, frames=service_log.frames_of(error))
        look.failure = "something failed inside Clew; the service's log says more"
    else:
        look.verified = verified
