"""Random reports: what a platform may hold, tidy or not. Made from the records, apart from the schema table."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from clew.records import report as r
from clew.records.report_file import (
    AiProvenance,
    FileHash,
    FileMetadata,
    Labelled,
    MetadataKind,
    NamedValue,
    Relevance,
    ReportFile,
    ViewingStatement,
)
from clew.records.review import FileAnnotation, IndustryClass
from clew.records.subject import Device, Email, IpEvent, IpUse, Payment
from tests.parts.formats.report_facts import NOW

# Without shrinking: a report has so many parts that it would take minutes, and the faults name the place already.
quick = settings(
    deadline=None,
    max_examples=10,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

many = settings(quick, max_examples=250)

# Times just ahead are another clock's; those far ahead are a mistake.
past = st.datetimes(datetime(1990, 1, 1), NOW.replace(tzinfo=None) - timedelta(seconds=2), timezones=st.just(UTC))  # noqa: DTZ001
ahead = st.integers(-1, 299).map(lambda seconds: NOW + timedelta(seconds=seconds))
times = st.one_of(past, past, ahead)
rough_times = st.one_of(past, past, ahead, st.integers(1, 900).map(lambda days: NOW + timedelta(days=days)))
days = st.dates(date(1920, 1, 1), date(2026, 11, 21))
# Short and long, every script, and characters that no XML can bear.
words = st.one_of(
    st.text(min_size=1, max_size=12),
    st.text("abc æøå 中文 \u202e<>&\"'\t\n\r]", min_size=1, max_size=30),
    st.integers(240, 3_100).map(lambda size: "long " * (size // 5) + "end"),
)
truths = st.booleans()
maybe_truth = st.none() | truths
urls = st.one_of(
    st.sampled_from(["https://example.org/a", "ftp://example.org/b?c=d&e=f", "no url", "https://example.org/a b", ""]),
    st.integers(2_060, 2_110).map(lambda size: "https://example.org/" + "x" * (size - 20)),
).filter(bool)
ips = st.one_of(
    st.ip_addresses().map(str), st.sampled_from(["::ffff:192.0.2.1", "fe80::1%eth0", "256.1.1.1", "a host"])
)
countries = st.sampled_from(["US", "NO", "DE", "JP", "XK", "EU", "Norway", "us"])
numbers = st.integers(1, 2**63 - 1)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def few(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=2).map(tuple)


labelled = st.builds(Labelled, label=st.sampled_from(["Shoe size", "Habit", "Boat"]), text=words)
emails = st.builds(
    Email,
    address=st.sampled_from(
        ["heron@example.org", "wren@example.net", "no address", "a@b@c", "x" * 70 + "@example.org"]
    ),
    kind=maybe(st.sampled_from(["home", "work", "business", "recovery"])),
    verified=maybe_truth,
    verified_at=maybe(rough_times),
)
phones = st.builds(
    r.Phone,
    number=st.sampled_from(["22 33 44", "+47 22 33 44", "0047 223344", "+1 555", "5" * 60]),
    kind=maybe(st.sampled_from(r.PhoneKind)),
    verified=maybe_truth,
    verified_at=maybe(rough_times),
    calling_code=maybe(st.sampled_from(["+47", "+1", "47", "+4711"])),
    extension=maybe(st.sampled_from(["12", "no digits", "1" * 12])),
)
addresses = st.builds(
    r.Address,
    street=maybe(words),
    city=maybe(words),
    postal_code=maybe(words),
    state=maybe(st.sampled_from(["OR", "CA", "Oregon"])),
    region=maybe(words),
    country=maybe(countries),
    kind=maybe(st.sampled_from(r.AddressKind)),
)
contact_fields = {
    "first_name": maybe(words),
    "last_name": maybe(words),
    "phones": few(phones),
    "emails": few(emails),
    "addresses": few(addresses),
}
contacts = st.builds(r.Contact, **contact_fields)
ages = st.integers(-1, 160)
people = st.builds(r.Person, **contact_fields, age=maybe(ages), age_contested=maybe_truth, birth_date=maybe(days))
locations = st.builds(
    r.Location,
    city=maybe(words),
    region=maybe(st.sampled_from(["OR", "Oregon", "Vestland"])),
    country=maybe(countries),
    verified=maybe_truth,
    at=maybe(rough_times),
)
closure_fields = {
    "closed": truths,
    "at": maybe(rough_times),
    "notified": maybe_truth,
    "notified_at": maybe(rough_times),
}
permanent = st.builds(r.PermanentClosure, **closure_fields)
temporary = st.builds(r.TemporaryClosure, **closure_fields, reopened_at=maybe(rough_times))
ip_events = st.builds(
    IpEvent,
    address=ips,
    use=st.sampled_from(IpUse),
    at=maybe(rough_times),
    port=maybe(st.integers(-1, 70_000)),
    proxy=maybe_truth,
)
devices = st.builds(Device, kind=words, value=words, use=st.sampled_from(IpUse), at=maybe(rough_times))
associated = st.builds(
    r.AssociatedAccount,
    tie=st.sampled_from(r.AccountTie),
    platform=maybe(words),
    third_party=maybe_truth,
    first_name=maybe(words),
    middle_name=maybe(words),
    approximate_age=maybe(ages),
    birth_date=maybe(days),
    phones=few(phones),
    emails=few(emails),
    addresses=few(addresses),
    identifier=maybe(words),
    profile_urls=few(urls),
    display_names=few(words),
    temporarily_closed=maybe(temporary),
    ip_events=few(ip_events),
    devices=few(devices),
    prior_reports=few(numbers),
    additional_info=maybe(words),
    further=few(labelled),
)
account_fields = {
    "identifier": maybe(words),
    "service": maybe(words),
    "compromised": maybe_truth,
    "screen_name": maybe(words),
    "display_names": few(words),
    "profile_urls": few(urls),
    "profile_bio": maybe(words),
    "ip_events": few(ip_events),
    "devices": few(devices),
    "prior_reports": few(numbers),
    "temporarily_closed": maybe(temporary),
    "permanently_closed": maybe(permanent),
    "location": maybe(locations),
    "all_emails_reported": maybe_truth,
    "further": few(labelled),
}
subjects = st.builds(
    r.ReportedSubject,
    **account_fields,
    person=maybe(people),
    vehicle=maybe(words),
    third_party=maybe_truth,
    group_identifier=maybe(words),
    associated=few(associated),
    additional_info=maybe(words),
)
recipients = st.builds(
    r.Recipient, **account_fields, person=maybe(people), group_identifier=maybe(words), additional_info=few(words)
)
victims = st.builds(
    r.Victim,
    **account_fields,
    person=people,
    school=maybe(words),
    associated=few(associated),
    additional_info=maybe(words),
)
told = {"additional_info": maybe(words), "further": few(labelled)}
degrees = st.floats(-200, 200, allow_nan=False)
details = st.one_of(
    st.builds(r.WebPage, urls=few(urls), third_party_hosted=maybe_truth, **told),
    st.builds(r.Mail, addresses=few(emails), content=maybe(words), **told),
    st.builds(r.Newsgroup, name=maybe(words), addresses=few(emails), content=maybe(words), **told),
    st.builds(r.Chat, client=maybe(words), room=maybe(words), content=maybe(words), **told),
    st.builds(r.Game, name=maybe(words), console=maybe(words), content=maybe(words), **told),
    st.builds(r.CellPhone, number=maybe(phones), latitude_deg=maybe(degrees), longitude_deg=maybe(degrees), **told),
    st.builds(r.OutsideInternet, place=maybe(words), addresses=few(addresses), **told),
    st.builds(r.PeerToPeer, client=maybe(words), ip_events=few(ip_events), file_names=maybe(words), **told),
)
hashes = st.builds(FileHash, type=st.sampled_from(["MD5", "SHA256", "PDQ", "X" * 70]), value=st.just("ab" * 32))
metadata = st.builds(
    FileMetadata,
    values=st.lists(st.builds(NamedValue, name=words, value=words), min_size=1, max_size=2).map(tuple),
    kind=maybe(st.sampled_from(MetadataKind)),
)
files = st.builds(
    ReportFile,
    key=st.sampled_from(["one", "two"]),
    reference=maybe(words),
    file_name=maybe(words),
    original_file_name=maybe(words),
    uploaded_at=maybe(rough_times),
    url=maybe(urls),
    publicly_available=maybe_truth,
    relevance=maybe(st.sampled_from(Relevance)),
    potential_meme=maybe_truth,
    annotations=st.frozensets(st.sampled_from(FileAnnotation)),
    industry_class=maybe(st.sampled_from(IndustryClass)),
    hashes=few(hashes),
    ip_event=maybe(ip_events),
    devices=few(devices),
    metadata=few(metadata),
    additional_info=few(words),
    ai_provenance=maybe(st.builds(AiProvenance, model=maybe(words), prompt=maybe(words), by_user=maybe_truth)),
    further=few(labelled),
)
messages = st.builds(
    r.QuotedMessage, sender=words, text=words, at=maybe(rough_times), ip_event=maybe(ip_events), reported=truths
)
payments = st.builds(
    Payment,
    method=words,
    at=maybe(rough_times),
    amount_minor=maybe(st.integers(0, 10**12)),
    currency=maybe(st.just("NOK")),
    account=maybe(words),
    reference=maybe(words),
)
incidents = st.builds(
    r.Incident,
    type=st.sampled_from(r.IncidentType),
    at=times,
    platform=maybe(words),
    urgent_because=maybe(words),
    annotations=st.frozensets(st.sampled_from(r.ReportAnnotation)),
    at_described=maybe(words),
)
law_enforcement = st.builds(
    r.LawEnforcement,
    agency=words,
    case_number=maybe(words),
    officer=maybe(contacts),
    reported_to=maybe_truth,
    served_domestic=maybe_truth,
    served_international=maybe_truth,
    process_country=maybe(countries),
)
reporters = st.builds(
    r.Reporter,
    person=st.builds(
        r.Person, first_name=maybe(words), emails=st.just((Email(address="desk@example.org"),)), age=maybe(ages)
    ),
    contact=maybe(contacts),
    company_text=maybe(words),
    terms_of_service=maybe(words),
    legal_url=maybe(urls),
)
absences = st.builds(
    r.Absence,
    field=st.sampled_from(["subjects[0].person.phones", "victims[].school"]),
    reason=st.sampled_from(r.AbsenceReason),
    because=maybe(words),
)
reports = st.builds(
    r.Report,
    incident=incidents,
    reporter=reporters,
    details=few(details),
    law_enforcement=maybe(law_enforcement),
    subjects=st.lists(subjects, max_size=1).map(tuple),
    recipients=few(recipients),
    victims=st.lists(victims, max_size=1).map(tuple),
    additional_info=maybe(words),
    files=few(files),
    messages=few(messages),
    payments=few(payments),
    further=few(labelled),
    absent=few(absences),
)
statements = st.dictionaries(
    st.sampled_from(["one", "two"]),
    st.builds(ViewingStatement, viewed=truths, exif_viewed=truths, narrative=maybe(words)),
)
