"""A field of a report in plain words: what it is, whose it is, and which one of several."""

import re
from collections.abc import Mapping

# By the end of a path without numbers, the longest end that fits; {owner} is whose it is, {account} whose account.
_TITLES: Mapping[str, str] = {
    "incident.at": "time of the incident",
    "incident.at_described": "what the time of the incident is the time of",
    "incident.type": "type of the incident",
    "incident.urgent_because": "reason for high priority",
    "incident.platform": "product where it happened",
    "incident.annotations": "marks of the incident",
    "details": "where on the platform it happened",
    "web_page.urls": "address of the web page",
    "mail.content": "text of the mail",
    "newsgroup.content": "text of the posts",
    "chat.content": "messages of the chat",
    "game.content": "messages of the game",
    "outside_internet.addresses.country": "country where it happened",
    "peer_to_peer.ip_events": "internet address in the file-sharing network",
    "reporter.contact": "person whom police reach at night",
    "reporter.legal_url": "page that says where legal process is sent",
    "subjects": "account that is reported",
    "person": "person behind {owner}",
    "person.first_name": "first name of {owner}",
    "person.last_name": "last name of {owner}",
    "phones": "telephone number of {owner}",
    "phones.number": "telephone number of {owner}",
    "phones.calling_code": "calling code of a telephone number of {owner}",
    "emails": "mail address of {owner}",
    "emails.address": "mail address of {owner}",
    "addresses": "postal address of {owner}",
    "addresses.country": "country in a postal address of {owner}",
    "age": "age of {owner}",
    "birth_date": "date of birth of {owner}",
    "identifier": "the platform's own id of {account}",
    "screen_name": "screen name of {account}",
    "display_names": "display name of {account}",
    "profile_urls": "profile page of {account}",
    "profile_bio": "profile text of {account}",
    "ip_events": "internet address of {owner}",
    "ip_events.address": "internet address of {owner}",
    "ip_events.at": "time at which an internet address of {owner} was seen",
    "ip_events.port": "port of an internet address of {owner}",
    "ip_event": "internet address that {owner} came from",
    "ip_event.address": "internet address that {owner} came from",
    "ip_event.at": "time at which the internet address of {owner} was seen",
    "ip_event.port": "port of the internet address that {owner} came from",
    "devices": "device of {owner}",
    "devices.kind": "kind of id of a device of {owner}",
    "devices.value": "id of a device of {owner}",
    "prior_reports": "number of an earlier report on {account}",
    "permanently_closed": "whether {account} was closed for good, and its holder told",
    "permanently_closed.closed": "whether {account} was closed for good",
    "temporarily_closed": "whether {account} was closed for a time, and its holder told",
    "location": "country that {owner} seems to be in",
    "location.country": "country that {owner} seems to be in",
    "location.city": "city that {owner} seems to be in",
    "location.region": "region that {owner} seems to be in",
    "files.original_file_name": "name of the file as it was uploaded",
    "files.uploaded_at": "time of the upload",
    "files.publicly_available": "whether everybody could see the whole file",
    "files.hashes": "digest of the file",
    "files.hashes.value": "digest of the file",
    "files.url": "address where the file was to be seen",
    "files.devices": "device that the file came from",
}
_OWNERS: Mapping[str, str] = {
    "incident": "the incident",
    "associated": "an associated account",
    "subjects": "the reported account",
    "victims": "the child",
    "recipients": "the recipient",
    "files": "the file",
    "messages": "the message",
    "officer": "the officer",
    "law_enforcement": "the agency",
    "contact": "the person to be asked",
    "reporter": "whoever reports",
    "details": "the place of the incident",
}
_ACCOUNTS: Mapping[str, str] = {"the child": "the child's account", "the recipient": "the recipient's account"}
# One of a list, as people count it.
_ONE_OF: Mapping[str, str] = {
    "subjects": "reported account",
    "victims": "child",
    "recipients": "recipient",
    "associated": "associated account",
    "files": "file",
    "messages": "message",
    "ip_events": "internet address",
    "phones": "telephone number",
    "emails": "mail address",
    "addresses": "postal address",
    "devices": "device",
    "hashes": "digest",
    "urls": "address",
    "profile_urls": "profile page",
    "display_names": "display name",
    "details": "place of the incident",
    "prior_reports": "earlier report",
    "metadata": "set of metadata",
    "values": "value",
    "payments": "payment",
    "absent": "stated absence",
    "further": "further fact",
}
_STEP = re.compile(r"([a-z_0-9]+)(?:\[(\d*)\])?")
_WORDS: Mapping[str, str] = {
    "at": "time",
    "ip_event": "internet address",
    "verified_at": "time of confirmation",
    "verified": "whether it was confirmed",
    "additional_info": "further facts",
    "compromised": "whether somebody else had taken it over",
    "notified": "whether its holder was told",
    "notified_at": "time at which its holder was told",
    "reopened_at": "time at which it was opened again",
    "use": "what was done from it",
    "proxy": "whether it was a proxy",
    "latitude_deg": "latitude",
    "longitude_deg": "longitude",
    "reported_to": "whether it was told of the incident",
    "served_domestic": "whether legal process of the country was served",
    "served_international": "whether legal process from abroad was served",
    "ai_provenance": "origin of the generated material",
    "by_user": "whether a user brought it",
}


def title_of(path: str) -> str:
    """What the field is and whose, as a person says it, beginning in lower case.

    Args:
        path: with numbers or without: "subjects[].ip_events[].port".
    """
    names = [name for name, _ in _STEP.findall(path)]
    owner = next((_OWNERS[name] for name in reversed(names[:-1]) if name in _OWNERS), "the report")
    for start in range(len(names)):
        title = _TITLES.get(".".join(names[start:]))
        if title is not None:
            return title.format(owner=owner, account=_ACCOUNTS.get(owner, owner))
    within = [_word(name) for name in reversed(names) if name not in _OWNERS and name != "person"]
    return " of ".join([*within, *([owner] if within else [_OWNERS.get(names[-1], "the report")])])


def _word(name: str) -> str:
    return _WORDS.get(name) or _ONE_OF.get(name) or name.replace("_", " ")


def place_of(path: str) -> str:
    """Which one of several: "subjects[0].ip_events[1].port" is "reported account 1, internet address 2"."""
    return ", ".join(f"{_word(name)} {int(number) + 1}" for name, number in _STEP.findall(path) if number)
