"""What a platform must have set before its first report, by its jurisdiction; and what waits because it has not."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from clew.errors import ClewError, NotFoundError
from clew.ground.egress import Address, Egress
from clew.ground.text import count
from clew.parts import shelf
from clew.parts.clearinghouses.base import CalledPart, ClearinghousePart
from clew.parts.jurisdictions.base import Jurisdiction
from clew.parts.stores.base import Reader
from clew.pipelines.filing_desk import access_of
from clew.pipelines.filing_journal import open_journal
from clew.pipelines.filing_shown import filing_standing
from clew.records.filing import FilingState
from clew.records.identifiers import FilingId
from clew.settings import Settings

# A database that was put back has forgotten the newest: so many are asked for.
_JOURNAL_FILINGS = 1_000
# Whatever the recipient, a report without these is refused or cannot be followed up.
_WANTED = (
    ("email", "the address of the person who answers for reports (reporting.email): no report is valid without one"),
    ("last_name", "the name of the person who answers for reports (reporting.last_name)"),
    ("emergency_contact", "whom authorities reach in an emergency, day and night (reporting.emergency_contact)"),
    ("registered", "when and as whom the platform was registered with the recipient (reporting.registered)"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Onboarding:
    """One thing of the checklist.

    Attributes:
        good: it is there.
        told: what it is, or what to do.
    """

    good: bool
    told: str


def checklist(settings: Settings, reader: Reader) -> Iterator[Onboarding]:
    """The checklist of filing, in order; nobody is called for it."""
    reporting = settings.reporting
    standing = filing_standing(reader, settings)
    waiting = sum(number for state, number in standing.counts.items() if not state.ended)
    if not reporting.filing:
        reports = count(waiting, "report waits", "reports wait")
        told = f"filing is off, and {reports}: switch it on with reporting.filing, or file by hand"
        yield Onboarding(good=not waiting, told=told if waiting else "filing is off: reports would wait")
    failed = standing.counts.get(FilingState.FAILED, 0)
    if failed:
        which = count(failed, "filing has", "filings have")
        told = f"{which} failed; see: clew reports list --state failed"
        yield Onboarding(good=False, told=told)
    if standing.unreported:
        least = "at least " if standing.unreported_more else ""
        cases = count(len(standing.unreported), "case has", "cases have")
        told = f"{least}{cases} a reportable verdict and no report; see: clew reports list"
        yield Onboarding(good=False, told=told)
    if not reporting.filing:
        return
    for name, what in _WANTED:
        if not getattr(reporting, name):
            yield Onboarding(good=False, told=f"not set: {what}")
    yield _recipient(settings)
    yield _way(settings)
    yield _memory(settings, reader)


def _recipient(settings: Settings) -> Onboarding:
    law = shelf.load("jurisdictions", settings.jurisdiction, Jurisdiction)
    known = {each.clearinghouse for each in law.recipients if each.clearinghouse}
    names = ", ".join(each.name for each in law.recipients)
    ours = settings.reporting.clearinghouse
    if not known and ours != "folder":
        told = f"in '{settings.jurisdiction}' reports go to {names}, which has no open interface: use 'folder'"
        return Onboarding(good=False, told=told)
    if known and ours not in known:
        told = f"in '{settings.jurisdiction}' reports go to {names} ({', '.join(sorted(known))}), and '{ours}' is set"
        return Onboarding(good=False, told=told)
    return Onboarding(good=True, told=f"reports go to {names}, by '{ours}', in '{settings.environment}'")


def _memory(settings: Settings, reader: Reader) -> Onboarding:
    """Whether what was filed is remembered beside the database, and the database knows all of it."""
    try:
        newest = sorted(open_journal(settings).filings(), reverse=True)[:_JOURNAL_FILINGS]
    except ClewError as error:
        return Onboarding(good=False, told=str(error))
    forgotten = sum(not _is_known(reader, each) for each in newest)
    if forgotten:
        told = (
            f"the journal of filing names {count(forgotten, 'filing')} that the database does not know: it was put "
            "back from a copy. What is ordered anew of their cases is not sent twice; cases that are gone with it stay "
            "at the clearinghouse, so ask it before the same uploads are reported again"
        )
        return Onboarding(good=False, told=told)
    if settings.environment == "production" and not settings.reporting.journal:
        told = (
            "the journal of filing lies in the data folder: a copy of the whole folder that is put back forgets what "
            "was filed since; name a file on another disk with reporting.journal"
        )
        return Onboarding(good=False, told=told)
    return Onboarding(good=True, told=f"{count(len(newest), 'filing')} in the journal, all of them known")


def _is_known(reader: Reader, filing_id: FilingId) -> bool:
    try:
        reader.get_filing(filing_id)
    except NotFoundError:
        return False
    return True


def _way(settings: Settings) -> Onboarding:
    """Address, credentials and certificates can be used; whether they are right shows the first report alone."""
    try:
        part = shelf.load("clearinghouses", settings.reporting.clearinghouse, ClearinghousePart)
        if not isinstance(part, CalledPart):
            return Onboarding(good=True, told="packages are handed over by people; their receipts are awaited")
        access = access_of(settings, settings.environment)
        address = Address(base_url=access.place, authority_file=access.authority_file, proxy=access.proxy)
        Egress(address).close()
    except ClewError as error:
        return Onboarding(good=False, told=str(error))
    if not access.user or not access.password:
        told = f"no user or no password for '{settings.environment}': set both as the clearinghouse issued them"
        return Onboarding(good=False, told=told)
    if urlsplit(access.place).scheme != "https":
        # Egress lets no other place be called so.
        return Onboarding(good=True, told=f"{access.place} is on this machine and is called without TLS")
    return Onboarding(good=True, told=f"{access.place} is called over TLS, with its certificate checked")
