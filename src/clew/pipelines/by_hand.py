"""Take in what a person of the desk writes down: a telephone call, a letter, what came by a way that no form has."""

import hashlib
import json
from collections.abc import Mapping

from clew.errors import InputError
from clew.ground.text import is_language
from clew.parts.formats.cybertipline.forgiving import read_forgivingly
from clew.pipelines.intake_desk import Delivery, IntakeDesk, Taken
from clew.pipelines.senders import built_in
from clew.pipelines.taking_in import take_in
from clew.records.intake import Arrival, IntakeForm, SenderKind


def take_by_hand(
    desk: IntakeDesk, form: Mapping[str, object], *, actor: str, reference: str = "", language: str | None = None
) -> Taken:
    """The report is in, durably; the same facts under the same reference are the same report.

    Args:
        form: the facts as JSON; what is wrong with them is a gap.
    Raises:
        InputError: the form says nothing at all, or the language is none.
    """
    if language is not None and not is_language(language):
        raise InputError("a language is written as in `fi` or `pt-br`")
    if not any(value not in (None, "", [], {}) for value in form.values()):
        raise InputError("a report by hand says something: an account, an address, or words")
    read = read_forgivingly(form, desk.clock())
    written = json.dumps([reference, form], ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=str)
    sender = built_in(desk.store, SenderKind.DESK, desk.clock)
    arrival = Arrival(
        report=read.report,
        digest=hashlib.sha256(written.encode()).digest(),
        reference=reference,
        gaps=read.gaps,
        untimed=read.untimed,
        language=None if language is None else language.lower(),
    )
    return take_in(desk, Delivery(sender_id=sender.id, form=IntakeForm.BY_HAND, actor=actor), arrival)
