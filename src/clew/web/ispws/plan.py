"""The plan of faults: which call of which endpoint fails how; the same plan and the same calls always fail alike."""

import enum
from random import Random
from typing import Annotated

import msgspec

from clew.errors import InputError
from clew.web.ispws.codes import Code

ENDPOINTS = ("status", "xsd", "submit", "upload", "fileinfo", "finish", "retract")
_MOST_S = 3_600.0


class FaultKind(enum.StrEnum):
    """How a call fails."""

    DROP_BEFORE = "drop-before"  # the connection breaks before anything is done
    DROP_AFTER = "drop-after"  # the call is done, and the connection breaks before its answer
    STATUS = "status"  # an answer of a proxy: a status and HTML, nothing is done
    CODE = "code"  # an answer with any response code, nothing is done
    SLOW = "slow"  # the answer comes late
    EMPTY_401 = "empty-401"
    REVOKED = "revoked"  # from this call on the sender's credential is good no longer
    WRONG_HASH = "wrong-hash"
    WRONG_FILE_ID = "wrong-file-id"
    OTHER_FILES = "other-files"  # the receipt lists a file that never was, and not the first that was
    OVERSIZED = "oversized"
    DOCTYPE = "doctype"
    MALFORMED = "malformed"


class PlannedFault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One line of a plan.

    Attributes:
        fault: how it fails.
        endpoint: which calls are counted; "*" is each of them, counted apart.
        calls: which of them, from 1, counted since the plan was loaded; empty is every call.
        probability: of those, how many; drawn from the plan's seed and the call's number.
        seconds: of `slow`.
        status: of `status`.
        code: of `code`.
        after: of `status`, `code`, `slow` and `empty-401`: the call is done all the same, only its answer is this one.
    """

    fault: FaultKind
    endpoint: str = "*"
    calls: tuple[Annotated[int, msgspec.Meta(ge=1)], ...] = ()
    probability: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    seconds: Annotated[float, msgspec.Meta(ge=0, le=_MOST_S)] = 1.0
    status: Annotated[int, msgspec.Meta(ge=400, le=599)] = 503
    code: Code = Code.SERVER_ERROR
    after: bool = False


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The faults, of which the first that fits a call is the one."""

    faults: tuple[PlannedFault, ...] = ()
    seed: int = 0

    def of(self, endpoint: str, call: int) -> PlannedFault | None:
        """How the call fails, the how manieth of its endpoint it may be; None when it does not."""
        for place, each in enumerate(self.faults):
            if each.endpoint not in {"*", endpoint} or (each.calls and call not in each.calls):
                continue
            # Drawn for the call and not in turn: calls that come at once do not change each other's fate.
            if Random(f"{self.seed} {place} {endpoint} {call}").random() < each.probability:  # noqa: S311  (faults that are the same each time)
                return each
        return None


def read_plan(text: bytes) -> Plan:
    """The plan of a JSON text; InputError says what is wrong with it."""
    try:
        plan = msgspec.json.decode(text, type=Plan)
    except msgspec.DecodeError as error:
        raise InputError(f"the plan of faults cannot be used: {error}") from error
    for each in plan.faults:
        if each.endpoint != "*" and each.endpoint not in ENDPOINTS:
            raise InputError(f"the plan of faults: expected an endpoint of *, {', '.join(ENDPOINTS)}")
    return plan
