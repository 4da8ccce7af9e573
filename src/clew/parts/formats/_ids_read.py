"""The police's JSON as the form of our own facts: keys in any spelling, any of them absent, null or of another shape.

What no field of ours takes stays as further facts under the path at which it stood. A file of which nothing is said
counts as not viewed.

Source: key paths as read by two police-written parsers, itslily88/cybertipParser and koebbe14/CATRG.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clew.parts.formats._ids_keys import TYPES
from clew.records.intake import Gap

_SPELLING = re.compile(r"[^a-z0-9]")
_DIGEST_BY_LENGTH = {32: "MD5", 40: "SHA1", 64: "SHA256"}
_USES = frozenset({"login", "registration", "purchase", "upload", "other"})
_SHAPE = "of another shape than expected, and kept as words"
_OBJECT = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The facts as a form, the sender's reference, and what was not of the shape that is known."""

    facts: dict[str, object]
    reference: str
    gaps: tuple[Gap, ...]


@dataclass(slots=True)
class _Left:
    """What no field takes, by path."""

    words: list[dict[str, str]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def keep(self, path: str, value: object) -> None:
        value = _pruned(value)
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        if value not in (None, "", [], {}) and text.strip():
            self.words.append({"label": path, "text": text})


class _Keys:
    """An object whose keys are taken one by one, however they are spelt; what nobody took is kept."""

    def __init__(self, value: object, path: str, left: _Left) -> None:
        self._path, self._left = path, left
        self._held: dict[str, tuple[str, object]] = {}
        if isinstance(value, Mapping):
            for name, each in value.items():
                if each is not None and _spelt(str(name)) in self._held:
                    left.keep(self.at(str(name)), each)  # a second spelling of one key
                elif each is not None:
                    self._held[_spelt(str(name))] = (str(name), each)
        elif value not in (None, "", []):
            left.gaps.append(Gap(path=path, because=_SHAPE))
            left.keep(path, value)

    def take(self, *names: str) -> Any:
        """The first of the keys that is there and holds anything."""
        found: Any = None
        for name in names:
            _, value = self._held.pop(_spelt(name), ("", None))
            if found in (None, "", [], {}):
                found = value
            elif value is not None and value != found:
                self._left.keep(self.at(name), value)
        return found

    def held(self, name: str) -> object:
        """What stands under a key; it is not taken."""
        return self._held.get(_spelt(name), ("", None))[1]

    def within(self, *names: str) -> "_Keys":
        """The object under a key."""
        return _Keys(self.take(*names), self.at(names[0]), self._left)

    def several(self, name: str, *inner: str) -> "list[_Keys]":
        """The objects of the list under a key, or of the list within the object there; one alone is a list of one."""
        return [_Keys(each, f"{self.at(name)}[{n}]", self._left) for n, each in enumerate(self.listed(name, *inner))]

    def listed(self, name: str, *inner: str) -> list[Any]:
        """The values of such a list."""
        value = self.take(name)
        if isinstance(value, Mapping):
            keys = {_spelt(str(key)): each for key, each in value.items()}
            wanted = next((_spelt(each) for each in inner if _spelt(each) in keys), None)
            if wanted is not None:
                rest = {key: each for key, each in keys.items() if key != wanted}
                self._left.keep(self.at(name), {key: each for key, each in rest.items() if each is not None})
                value = keys[wanted]
        if value is None:
            return []
        return [each for each in value if each is not None] if isinstance(value, list) else [value]

    def texts(self, name: str, *inner: str) -> list[str]:
        """The words of a list of `{"value": ...}` or of plain texts."""
        found = []
        for number, each in enumerate(self.listed(name, *inner)):
            value = each
            if isinstance(each, Mapping):
                keys = _Keys(each, f"{self.at(name)}[{number}]", self._left)
                value = keys.take("value")
                keys.rest()
            if isinstance(value, str) and value.strip():
                found.append(value)
            else:
                self._left.keep(f"{self.at(name)}[{number}]", value)
        return found

    def at(self, name: str) -> str:
        """The path of a key."""
        return f"{self._path}.{name}" if self._path else name

    def rest(self) -> None:
        """What nobody took is kept as words."""
        for name, value in self._held.values():
            self._left.keep(self.at(name), value)
        self._held.clear()


def form_of(document: Mapping[str, object]) -> Form:
    """The facts of one document."""
    left = _Left()
    top = _Keys(document, "", left)
    told = top.within("reportedInformation")
    number = top.take("reportId") or told.take("submittalId")
    facts: _OBJECT = {
        "incident": _incident(told),
        "details": _details(told.within("incidentDetails")),
        "additional_info": "\n".join(told.texts("additionalInformations")) or None,
        "subjects": [_account(each) for each in told.several("reportedPeople", "reportedPersons", "reportedPeople")],
        "recipients": [_account(each, lists=True) for each in told.several("intendedRecipients", "intendedRecipients")],
        "victims": [_account(each) for each in told.several("victims", "victims")],
        "files": [_file(each) for each in told.several("uploadedFiles", "uploadedFiles")],
    }
    told.rest()
    top.rest()
    facts = {name: _pruned(each) for name, each in facts.items()} | {"further": left.words}
    reference = str(number) if isinstance(number, str | int) else ""
    return Form(facts=facts, reference=reference, gaps=tuple(left.gaps))


def _incident(told: _Keys) -> _OBJECT:
    esp, summary = told.within("reportingEsp"), told.within("incidentSummary")
    name = esp.take("espName")
    esp.rest()
    words = summary.take("incidentType")
    urgent = summary.take("escalateToHighPriority")
    made = {
        "type": _type_of(words),
        "at": summary.take("incidentDateTime"),
        "at_described": summary.take("incidentDateTimeDescription"),
        "platform": summary.take("platform") or name,
        "urgent_because": urgent if isinstance(urgent, str) else None,
        "annotations": summary.take("reportAnnotations"),
    }
    summary.rest()
    return made


def _type_of(words: object) -> object:
    """Our word for a type of incident; of words that are none of ours the words themselves."""
    if not isinstance(words, str):
        return words
    return next((kind.value for kind, text in TYPES.items() if _spelt(text) == _spelt(words)), words)


def _details(told: _Keys) -> list[_OBJECT]:
    found: list[_OBJECT] = []

    def each(name: str, ours: str, fields: Mapping[str, tuple[str, ...]]) -> None:
        for keys in told.several(name):
            made = {to: keys.take(*names) for to, names in fields.items()}
            captures = _captures(keys)
            if ours == "peer_to_peer":
                made["ip_events"] = captures[0]
            made["additional_info"] = "\n".join(keys.texts("additionalInformations")) or None
            keys.rest()
            found.append({ours: made})

    each("webpageIncident", "web_page", {"urls": ("url",), "third_party_hosted": ("thirdPartyHostedContent",)})
    mail = {"addresses": ("emailAddress",), "content": ("content",)}
    each("emailIncident", "mail", mail)
    each("newsgroupIncident", "newsgroup", mail | {"name": ("name",)})
    chat = {"client": ("chatClient",), "room": ("chatRoomName",), "content": ("content",)}
    each("chatImIncident", "chat", chat)
    each("onlineGamingIncident", "game", {"name": ("gameName",), "console": ("console",), "content": ("content",)})
    each(
        "cellPhoneIncident",
        "cell_phone",
        {"number": ("phoneNumber",), "latitude_deg": ("latitude",), "longitude_deg": ("longitude",)},
    )
    each("nonInternetIncident", "outside_internet", {"place": ("locationName",)})
    each("peer2peerIncident", "peer_to_peer", {"client": ("client",), "file_names": ("fileNames",)})
    told.rest()
    return found


def _account(told: _Keys, *, lists: bool = False) -> _OBJECT:
    """An account; `lists` where its additional information is a list of texts and no one text."""
    location, said = told.within("estimatedLocation"), told.texts("additionalInformations")
    named = told.held("screenName")
    events, devices = _captures(told)
    made = {
        "person": _person(told),
        "identifier": told.take("espUserId"),
        "service": told.take("espService"),
        "screen_name": told.within("screenName").take("value")
        if isinstance(named, Mapping)
        else told.take("screenName"),
        "display_names": told.texts("displayNames"),
        "profile_urls": told.texts("profileUrls"),
        "profile_bio": told.take("profileBio"),
        "compromised": told.take("compromisedAccount"),
        "prior_reports": told.take("priorCTReports"),
        "location": {
            "city": location.take("city"),
            "region": location.take("region"),
            "country": location.take("countryCode", "country"),
            "at": location.take("dateTime"),
        },
        "ip_events": events,
        "devices": devices,
        "additional_info": said if lists else "\n".join(said) or None,
    }
    location.rest()
    told.rest()
    return made


def _person(told: _Keys) -> _OBJECT:
    emails = told.several("emails", "emails")
    phones = told.several("phones", "phones")
    addresses = told.several("addresses", "addresses")
    middle = told.take("middleName")
    first = told.take("firstName")
    born = told.take("dateOfBirth")
    made = {
        "first_name": " ".join(each for each in (first, middle) if isinstance(each, str) and each) or None,
        "last_name": told.take("lastName"),
        "birth_date": born[:10] if isinstance(born, str) else born,
        "age": told.take("age"),
        "emails": [{"address": each.take("value"), "verified": each.take("verified")} for each in emails],
        "phones": [{"number": each.take("value"), "verified": each.take("verified")} for each in phones],
        "addresses": [
            {
                "street": each.take("address", "street"),
                "city": each.take("city"),
                "state": each.take("state"),
                "region": each.take("nonUsaState"),
                "postal_code": each.take("zipCode", "postalCode"),
                "country": each.take("country"),
                "kind": each.take("type"),
            }
            for each in addresses
        ],
    }
    for each in (*emails, *phones, *addresses):
        each.rest()
    return made


def _file(told: _Keys) -> _OBJECT:
    hashes = [
        {"type": each.take("type", "hashType"), "value": each.take("value", "hashValue")}
        for each in told.several("hashes", "hashes")
    ]
    proof = told.take("verificationHash")
    if isinstance(proof, str) and all(each["value"] != proof for each in hashes):
        hashes.append({"type": _DIGEST_BY_LENGTH.get(len(proof.strip()), "MD5"), "value": proof})
    events, devices = _captures(told)
    made = {
        "key": told.take("fileId") or told.take("submittalId"),
        "file_name": told.take("filename"),
        "original_file_name": told.take("originalFilename"),
        "uploaded_at": told.take("uploadDateTime"),
        "url": told.take("locationOfFile"),
        "viewed": told.take("viewedByEsp", "fileViewedByEsp"),
        "exif_viewed": told.take("exifViewedByEsp"),
        "publicly_available": told.take("publiclyAvailable"),
        "industry_class": told.take("industryClassification"),
        "annotations": told.take("fileAnnotations"),
        "hashes": hashes,
        "ip_event": events[0] if events else None,
        "devices": devices,
        "additional_info": told.texts("additionalInformations"),
        "further": [{"label": "further address", "text": json.dumps(each)} for each in events[1:]],
    }
    told.rest()
    return made


def _captures(told: _Keys) -> tuple[list[_OBJECT], list[_OBJECT]]:
    """The addresses and the devices that an account or a file was seen with."""
    events: list[_OBJECT] = []
    devices: list[_OBJECT] = []
    for each in told.several("sourceInformation", "sourceCaptures"):
        kind = each.take("captureType")
        use = str(each.take("eventName") or "").strip().lower()
        seen = {"use": use if use in _USES else "unknown", "at": each.take("dateTime")}
        value, port = each.take("value"), each.take("port")
        if isinstance(kind, str) and "ip" not in _spelt(kind):
            devices.append({"kind": kind, "value": value, **seen})
        else:
            events.append({"address": value, "port": port, "proxy": each.take("possibleProxy"), **seen})
        each.rest()
    return events, devices


def _pruned(value: Any) -> Any:
    """The value without all that holds nothing, however deep."""
    if isinstance(value, Mapping):
        kept = {name: _pruned(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each not in (None, "", [], {})}
    if isinstance(value, list):
        return [each for each in map(_pruned, value) if each not in (None, "", [], {})]
    return value


def _spelt(name: str) -> str:
    """A key without what spellings differ in."""
    return _SPELLING.sub("", name.lower())
