"""A case becomes the facts of a report: what the platform knows of it, each thing in its field, and the rest labelled.

The draft accuses nobody and decides little: a person sees it, completes it and files it. What it takes over it takes
over whole; what the platform does not hold it leaves absent.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from clew.records import report as r
from clew.records import subject as s
from clew.records.case import Case, Content, ContentKind, FlagReason, Message, NotHeld, Provenance, ReportRoute
from clew.records.report_file import AiProvenance, FileHash, Labelled, ReportFile
from clew.records.review import Verdict
from clew.records.signal import Signal
from clew.reporting.prefill_accounts import Writer, writers_beside
from clew.reporting.prefill_type import said_type

# Under which name a hash is sent; the trade writes digests in capitals and without a hyphen.
_HASH_NAMES = {"md5": "MD5", "sha1": "SHA1", "sha256": "SHA256", "pdq": "PDQ"}
# How a file is told of whose bytes are not sent.
FURTHER_FILE = "A further reported file"
NO_BYTES = {
    NotHeld.HASHES_ONLY: "the platform sent hashes and kept the bytes",
    NotHeld.NO_FILE: "there is no file",
    NotHeld.VAULT_OFF: "the vault was off",
    NotHeld.SEALING: "sealing has not ended",
    NotHeld.SEAL_FAILED: "sealing failed",
    NotHeld.DESTROYED: "destroyed on lawful request",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reportable:
    """One content that belongs into the report, with the verdict that says so and the messages of a thread."""

    content: Content
    verdict: Verdict
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """All that a draft is made of.

    Attributes:
        platform: the product's name, as the settings give it.
        prior_reports: numbers from the receipts of earlier reports on the subject.
        other_reports: numbers of earlier ones that went another way, such as by hand; they are told in words, since a
            clearinghouse refuses numbers that it does not know.
        writers: what the platform has said of other accounts that wrote in the case's threads.
    """

    case: Case
    subject: s.Subject
    reportables: tuple[Reportable, ...]
    reporter: r.Reporter
    platform: str | None = None
    prior_reports: tuple[int, ...] = ()
    other_reports: tuple[str, ...] = ()
    writers: tuple[s.Subject, ...] = ()


def draft(facts: CaseFacts) -> r.Report:
    """The facts of the report on a case, not yet composed."""
    child = facts.case.safeguarding or facts.subject.safeguarding
    files = [each for each in facts.reportables if each.content.kind is ContentKind.FILE]
    seen = _with_traces(facts)
    others = _others(facts) if child else ()
    sent = tuple(_file(each) for each in files if each.content.object_id is not None)
    return r.Report(
        incident=_incident(facts),
        reporter=facts.reporter,
        details=_details(facts),
        # A report names one account; a person looks whether it is this one.
        subjects=tuple(_proposed(facts, each) for each in others[:1])
        if child
        else (_subject(seen, facts.prior_reports),),
        victims=(_victim(seen, facts.prior_reports),) if child else (),
        files=sent,
        messages=tuple(_message(each) for one in facts.reportables for each in one.messages),
        payments=facts.subject.particulars.payments,
        further=(
            *(_without_bytes(each.content) for each in files if each.content.object_id is None),
            *(each.told for each in others[1:]),
            *_without_words(facts),
            *_of_the_case(facts.case),
            *(Labelled(label="Earlier report", text=each) for each in facts.other_reports),
        ),
    )


# ---------------------------------------------------------------- the incident


def _incident(facts: CaseFacts) -> r.Incident:
    flags = {each.content.flagged_as for each in facts.reportables}
    at, described = _moment(facts)
    annotations: set[r.ReportAnnotation] = set()
    if FlagReason.EXTORTION in flags:
        annotations.add(r.ReportAnnotation.SEXTORTION)
    if facts.case.route is ReportRoute.INFORMATIONAL:
        annotations.add(r.ReportAnnotation.INFORMATIONAL)
    said = said_type((each.content, each.verdict) for each in facts.reportables)
    return r.Incident(
        type=said.type if said else None,
        at=at,
        at_described=described,
        platform=facts.platform,
        annotations=frozenset(annotations),
    )


def _moment(facts: CaseFacts) -> tuple[datetime, str]:
    """The earliest time that is held, and what it is the time of."""
    times = [
        *((each.content.uploaded_at, "upload of the first reported file") for each in facts.reportables),
        *((one.at, "first message of the reported thread") for each in facts.reportables for one in each.messages),
    ]
    held = [(at, described) for at, described in times if at is not None]
    if held:
        return min(held, key=lambda pair: pair[0])
    return facts.case.opened_at, "when the platform found it; no time of an upload or message is held"


def _details(facts: CaseFacts) -> tuple[r.IncidentDetail, ...]:
    urls = tuple(dict.fromkeys(each.content.url for each in facts.reportables if each.content.url))
    # Where there are no words there is no chat that anybody knows of: somebody flagged an account.
    threads = [each for each in facts.reportables if each.messages]
    found: list[r.IncidentDetail] = []
    if threads:
        names = tuple(
            Labelled(label="Thread at the platform", text=each.content.reference)
            for each in threads
            if each.content.reference
        )
        found.append(r.Chat(client=facts.platform, further=names))
    if urls:
        found.append(r.WebPage(urls=urls))
    return tuple(found)


# ---------------------------------------------------------------- who


def _with_traces(facts: CaseFacts) -> s.Subject:
    """The account with every address and device from which it uploaded or wrote what is reported.

    Police ask a carrier about the account's addresses: one that stood beside a file or a message alone was overlooked.
    """
    subject, known = facts.subject, facts.subject.particulars
    contents = [each.content for each in facts.reportables]
    own = [
        (one.ip_event, s.IpUse.OTHER, one.at)
        for each in facts.reportables
        for one in each.messages
        if one.author is not None and one.author == subject.reference
    ]
    seen = [(each.ip_event, _use_of(each), each.uploaded_at) for each in contents] + own
    events = [_event(event, use, at) for event, use, at in seen if event is not None]
    events.sort(key=lambda each: (each.at is None, each.at or facts.case.opened_at, each.address))
    devices = [_device(each.device, _use_of(each), each.uploaded_at) for each in contents if each.device is not None]
    ids = {(each.kind, each.value) for each in known.devices}
    new = [each for each in devices if (each.kind, each.value) not in ids]
    particulars = replace(
        known,
        ip_events=tuple(dict.fromkeys((*known.ip_events, *events))),
        devices=(*known.devices, *dict.fromkeys(new)),
    )
    return replace(subject, particulars=particulars)


def _use_of(content: Content) -> s.IpUse:
    return s.IpUse.UPLOAD if content.kind is ContentKind.FILE else s.IpUse.OTHER


def _event(event: s.IpEvent, use: s.IpUse, at: datetime | None) -> s.IpEvent:
    return replace(event, use=use if event.use is s.IpUse.UNKNOWN else event.use, at=event.at or at)


def _device(device: s.Device, use: s.IpUse, at: datetime | None) -> s.Device:
    return replace(device, use=use if device.use is s.IpUse.UNKNOWN else device.use, at=device.at or at)


def _subject(subject: s.Subject, prior: tuple[int, ...]) -> r.ReportedSubject:
    known = subject.particulars
    temporary, permanent = _closures(known.disabled)
    return r.ReportedSubject(
        person=_person(known),
        identifier=subject.reference,
        service=known.service,
        compromised=known.compromised,
        screen_name=known.screen_name,
        display_names=known.display_names,
        profile_urls=known.profile_urls,
        profile_bio=known.biography,
        ip_events=known.ip_events,
        devices=known.devices,
        prior_reports=prior,
        group_identifier=known.group,
        temporarily_closed=temporary,
        permanently_closed=permanent,
        location=_location(known.location),
        all_emails_reported=known.every_email,
        associated=tuple(_associated(each) for each in known.linked),
        further=_registered(known),
    )


def _others(facts: CaseFacts) -> tuple[Writer, ...]:
    """Who wrote to a child that is on the safeguarding track."""
    messages = [one for each in facts.reportables for one in each.messages]
    return writers_beside(facts.subject, messages, facts.writers)


def _proposed(facts: CaseFacts, writer: Writer) -> r.ReportedSubject:
    """The account that wrote to the child, with what the platform has said of it and where its messages came from."""
    known = next((each for each in facts.writers if each.reference == writer.reference), None)
    account = _subject(known, ()) if known else r.ReportedSubject(identifier=writer.reference)
    return replace(account, ip_events=tuple(dict.fromkeys((*account.ip_events, *writer.ip_events))))


def _victim(subject: s.Subject, prior: tuple[int, ...]) -> r.Victim:
    known = subject.particulars
    temporary, permanent = _closures(known.disabled)
    group = (Labelled(label="Group of the account", text=known.group),) if known.group else ()
    return r.Victim(
        person=_person(known),
        identifier=subject.reference,
        service=known.service,
        compromised=known.compromised,
        screen_name=known.screen_name,
        display_names=known.display_names,
        profile_urls=known.profile_urls,
        profile_bio=known.biography,
        ip_events=known.ip_events,
        devices=known.devices,
        prior_reports=prior,
        temporarily_closed=temporary,
        permanently_closed=permanent,
        location=_location(known.location),
        all_emails_reported=known.every_email,
        associated=tuple(_associated(each) for each in known.linked),
        further=(*_registered(known), *group),
    )


def _registered(known: s.Particulars) -> tuple[Labelled, ...]:
    if known.registered_at is None:
        return ()
    return (Labelled(label="Account registered at", text=known.registered_at.isoformat()),)


def _person(known: s.Particulars) -> r.Person:
    return r.Person(
        first_name=known.first_name,
        last_name=known.last_name,
        phones=tuple(_phone(each) for each in known.phones),
        emails=known.emails,
        addresses=tuple(_address(each) for each in known.addresses),
        age=known.age_years,
        birth_date=known.born_on,
    )


def _phone(phone: s.Phone) -> r.Phone:
    return r.Phone(
        number=phone.number,
        kind=r.PhoneKind(phone.kind) if phone.kind else None,
        verified=phone.verified,
        verified_at=phone.verified_at,
        calling_code=phone.calling_code,
    )


def _address(address: s.PostalAddress) -> r.Address:
    american = address.country == "US"
    return r.Address(
        street=address.street,
        city=address.city,
        postal_code=address.postal_code,
        state=address.region if american else None,
        region=None if american else address.region,
        country=address.country,
        kind=r.AddressKind(address.kind) if address.kind else None,
    )


def _location(place: s.EstimatedLocation | None) -> r.Location | None:
    if place is None:
        return None
    return r.Location(city=place.city, region=place.region, country=place.country, verified=place.verified, at=place.at)


def _closures(disabled: s.Disabled | None) -> tuple[r.TemporaryClosure | None, r.PermanentClosure | None]:
    if disabled is None:
        return None, None
    if disabled.permanently:
        closed = r.PermanentClosure(
            closed=True, at=disabled.at, notified=disabled.user_told, notified_at=disabled.user_told_at
        )
        return None, closed
    for_a_time = r.TemporaryClosure(
        closed=True,
        at=disabled.at,
        notified=disabled.user_told,
        notified_at=disabled.user_told_at,
        reopened_at=disabled.reopened_at,
    )
    return for_a_time, None


def _associated(linked: s.LinkedAccount) -> r.AssociatedAccount:
    ties = {"parent-guardian": r.AccountTie.GUARDIAN}
    return r.AssociatedAccount(
        tie=ties.get(linked.kind) or r.AccountTie(linked.kind),
        platform=linked.platform,
        phones=tuple(_phone(each) for each in linked.phones),
        emails=linked.emails,
        identifier=linked.reference,
        profile_urls=(linked.profile_url,) if linked.profile_url else (),
        screen_name=linked.screen_name,
    )


# ---------------------------------------------------------------- what


def _file(reportable: Reportable) -> ReportFile:
    content, verdict = reportable.content, reportable.verdict
    sizes = [("Size in bytes", content.size_bytes), ("Media type", content.media_type)]
    return ReportFile(
        key=content.id,
        reference=content.reference,
        original_file_name=content.file_name,
        uploaded_at=content.uploaded_at,
        url=content.url,
        publicly_available=content.publicly_available,
        annotations=frozenset(verdict.annotations),
        industry_class=verdict.industry_class,
        hashes=tuple(_hash(each) for each in content.signals),
        ip_event=_event(content.ip_event, s.IpUse.UPLOAD, content.uploaded_at) if content.ip_event else None,
        devices=(_device(content.device, s.IpUse.UPLOAD, content.uploaded_at),) if content.device else (),
        ai_provenance=_provenance(content.provenance) if content.provenance else None,
        further=tuple(Labelled(label=label, text=str(value)) for label, value in sizes if value is not None),
    )


def _hash(signal: Signal) -> FileHash:
    return FileHash(type=_HASH_NAMES.get(signal.type, signal.type.upper()), value=signal.value.hex())


def _provenance(known: Provenance) -> AiProvenance:
    by_user = {"training-data": False, "prompt-input": True, "output": True, "user-upload": True}
    return AiProvenance(
        model=known.model,
        prompt=known.prompt,
        source=known.upload_source,
        by_user=by_user.get(known.upload_source or ""),
    )


def _without_bytes(content: Content) -> Labelled:
    """A file that cannot be sent is told of in words; a hash alone has led to people before."""
    reason = NO_BYTES[content.not_held] if content.not_held else "the reason is not recorded"
    event = content.ip_event
    parts = [
        f"its bytes are not sent ({reason})",
        *(f"{_HASH_NAMES.get(each.type, each.type)} {each.value.hex()}" for each in content.signals),
        *([f"reference {content.reference}"] if content.reference else []),
        *([f"name {content.file_name}"] if content.file_name else []),
        *([f"uploaded at {content.uploaded_at.isoformat()}"] if content.uploaded_at else []),
        *([f"from {event.address} port {event.port or 'not held'}"] if event else []),
        *([f"at {content.url}"] if content.url else []),
        *([f"size {content.size_bytes} bytes"] if content.size_bytes is not None else []),
    ]
    return Labelled(label=FURTHER_FILE, text="; ".join(parts))


def _message(message: Message) -> r.QuotedMessage:
    to = f" to {message.recipient}" if message.recipient else ""
    return r.QuotedMessage(
        sender=f"{message.author or 'an account that is not held'}{to}",
        text=message.text,
        at=message.at,
        ip_event=message.ip_event,
        reported=not message.context,
    )


def _without_words(facts: CaseFacts) -> tuple[Labelled, ...]:
    """What was flagged without a message: the platform's own name for it has no other place."""
    return tuple(
        Labelled(label="Flagged at the platform", text=each.content.reference)
        for each in facts.reportables
        if each.content.kind is ContentKind.THREAD and each.content.reference and not each.messages
    )


def _of_the_case(case: Case) -> tuple[Labelled, ...]:
    if not case.informational_because:
        return ()
    return (Labelled(label="For information only, because", text=case.informational_because),)
