"""Facts of invented reports, as somebody writes them by hand: one that fills every field, and small ones.

Nobody here exists: names are of birds, addresses of the ranges that are kept for documentation.
"""

import copy
from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
Facts = dict[str, Any]


def smallest() -> Facts:
    """Only what a clearinghouse demands."""
    return {
        "incident": {"type": "material", "at": "2026-11-20T10:00:00+01:00"},
        "reporter": {"person": {"emails": ["desk@example.org"]}},
    }


def batched() -> Facts:
    """One viral file from three accounts."""
    return {
        "batch": "viral-meme",
        "incident": {"type": "material", "at": "2026-11-20T10:00:00Z"},
        "reporter": {"person": {"emails": ["desk@example.org"]}},
        "subjects": [{"identifier": f"account-{number}"} for number in range(3)],
        "files": [{"key": "one", "annotations": ["viral"], "relevance": "reported", "industry_class": "B2"}],
    }


def text_only() -> Facts:
    """A conversation, and no file at all."""
    return smallest() | {
        "incident": {"type": "enticement", "at": "2026-11-20T10:00:00Z", "platform": "Fjord"},
        "subjects": [{"identifier": "7F-11", "ip_events": [{"address": "192.0.2.9"}]}],
        "messages": [
            {"sender": "7F-20", "text": "who is this", "at": "2026-11-20T09:58:00Z"},
            {
                "sender": "7F-11",
                "text": "a demand",
                "at": "2026-11-20T09:59:00Z",
                "reported": True,
                "ip_event": {
                    "address": "192.0.2.9",
                    "port": 51_820,
                    "use": "other",
                    "at": "2026-11-20T09:59:01Z",
                    "proxy": True,
                },
            },
        ],
    }


def _phone(digits: str) -> Facts:
    return {
        "number": digits,
        "kind": "mobile",
        "verified": True,
        "verified_at": "2026-01-11T08:00:00Z",
        "calling_code": "+47",
        "extension": "12",
    }


def _email(name: str) -> Facts:
    return {
        "address": f"{name}@example.org",
        "kind": "home",
        "verified": True,
        "verified_at": "2026-01-12T08:00:00Z",
    }


def _address(street: str) -> Facts:
    return {
        "street": street,
        "city": "Springfield",
        "postal_code": "97477",
        "state": "OR",
        "country": "US",
        "kind": "billing",
    }


def _abroad(street: str) -> Facts:
    return {"street": street, "city": "Bergen", "postal_code": "5003", "region": "Vestland", "country": "NO"}


def _contact(name: str) -> Facts:
    return {
        "first_name": name,
        "last_name": f"{name}son",
        "phones": [_phone(f"22 33 44 {len(name)}")],
        "emails": [_email(name.lower())],
        "addresses": [_address(f"{name} street 1"), _abroad(f"{name} vei 2")],
    }


def _person(name: str) -> Facts:
    return _contact(name) | {"age": 31, "age_contested": True, "birth_date": "1995-02-03"}


def _ip(last: int) -> Facts:
    return {
        "address": f"192.0.2.{last}",
        "use": "login",
        "at": "2026-11-19T10:00:00.250Z",
        "proxy": False,
        "port": 40_000 + last,
    }


def _device(value: str) -> Facts:
    return {"kind": "IMEI", "value": value, "use": "purchase", "at": "2026-11-18T10:00:00Z"}


def _permanent() -> Facts:
    return {"closed": True, "at": "2026-11-20T12:00:00Z", "notified": True, "notified_at": "2026-11-20T13:00:00Z"}


def _account(name: str, last: int) -> Facts:
    """What subjects, recipients and victims share."""
    return {
        "person": _person(name),
        "identifier": f"{name}-id",
        "service": f"{name} service",
        "compromised": True,
        "screen_name": f"{name}_screen",
        "display_names": [f"{name} first", f"{name} second"],
        "profile_urls": [f"https://example.org/{name}"],
        "profile_bio": f"{name} likes <boats> & ports",
        "ip_events": [_ip(last), _ip(last + 1)],
        "devices": [_device(f"{name}-device")],
        "prior_reports": [90_000_000 + last],
        "temporarily_closed": _permanent() | {"reopened_at": "2026-11-20T14:00:00Z"},
        "permanently_closed": _permanent(),
        "location": {
            "city": f"{name}by",
            "region": "OR",
            "country": "US",
            "verified": False,
            "at": "2026-11-18T11:00:00Z",
        },
        "all_emails_reported": True,
        "further": {f"{name} shoe size": "41", "Languages": [f"{name} Norse", f"{name} Sami"]},
    }


def _associated(name: str, last: int) -> list[Facts]:
    one = {
        "tie": "guardian",
        "platform": f"{name} elsewhere",
        "third_party": True,
        "first_name": f"{name} A",
        "middle_name": f"{name} B",
        "last_name": f"{name} C",
        "approximate_age": 44,
        "phones": [_phone(f"99 88 {last}")],
        "emails": [_email(f"{name}.other")],
        "all_emails_reported": False,
        "addresses": [_address(f"{name} lane 3"), _abroad(f"{name} smau 4")],
        "service": f"{name} other service",
        "identifier": f"{name}-other-id",
        "profile_urls": [f"https://example.org/{name}/other"],
        "screen_name": f"{name}_other_screen",
        "display_names": [f"{name} other display"],
        "profile_bio": f"{name} other bio",
        "group_identifier": f"{name} other group",
        "compromised": False,
        "temporarily_closed": _permanent() | {"reopened_at": "2026-11-20T15:00:00Z"},
        "permanently_closed": _permanent(),
        "ip_events": [_ip(last)],
        "devices": [_device(f"{name}-other-device")],
        "prior_reports": [80_000_000 + last],
        "additional_info": f"{name} other info",
        "further": {f"{name} other fact": "seen twice"},
    }
    two = {"tie": "linked", "identifier": f"{name}-third-id", "birth_date": "1981-05-06"}
    return [one, two]


def _details() -> list[Facts]:
    kinds: dict[str, Facts] = {
        "web_page": {"urls": ["https://example.org/page"], "third_party_hosted": True},
        "mail": {"addresses": [_email("heron")], "content": "Subject: a mail"},
        "newsgroup": {"name": "alt.example", "addresses": [_email("wren")], "content": "a posting"},
        "chat": {"client": "Fjord Chat", "room": "harbour", "content": "a chat"},
        "game": {"name": "Skerries", "console": "none", "content": "a game's chat"},
        "cell_phone": {"number": _phone("12 34"), "latitude_deg": 60.39, "longitude_deg": -5.32},
        "outside_internet": {"place": "a pier", "addresses": [_address("Pier 3"), _abroad("Pier 4")]},
        "peer_to_peer": {"client": "Herring", "ip_events": [_ip(60)], "file_names": "one.jpg two.jpg"},
    }
    return [
        {kind: values | {"additional_info": f"{kind} info", "further": {f"{kind} fact": "noted"}}}
        for kind, values in kinds.items()
    ]


def _file() -> Facts:
    return {
        "key": "file-one",
        "reference": "upload-4711",
        "file_name": "sent.jpg",
        "original_file_name": "lighthouse.jpg",
        "uploaded_at": "2026-11-20T09:00:00Z",
        "url": "https://example.org/media/1",
        "publicly_available": False,
        "relevance": "reported",
        "annotations": [
            "anime-drawing-virtual-hentai",
            "potential-meme",
            "viral",
            "possible-self-production",
            "physical-harm",
            "violence-gore",
            "bestiality",
            "live-streaming",
            "infant",
            "generative-ai",
        ],
        "industry_class": "A1",
        "hashes": [{"type": "MD5", "value": "0" * 32}, {"type": "PDQ", "value": "a1" * 32}],
        "ip_event": _ip(70),
        "devices": [_device("file-device")],
        "metadata": [{"kind": "exif", "values": [{"name": "Model", "value": "Pinhole 3"}]}],
        "additional_info": ["first remark", "second remark"],
        "ai_provenance": {"model": "a model", "prompt": "a lighthouse", "source": "user-upload", "by_user": True},
        "further": {"Media type": "image/jpeg"},
    }


def maximal() -> Facts:
    """Every field that can be filled, each leaf with a text of its own."""
    subject = _account("Heron", 10) | {
        "vehicle": "a blue boat",
        "third_party": True,
        "group_identifier": "Heron group",
        "associated": _associated("Egret", 20),
        "additional_info": "Heron info",
    }
    recipient = _account("Plover", 30) | {
        "group_identifier": "Plover group",
        "additional_info": ["Plover info", "more"],
    }
    victim = _account("Wren", 40) | {
        "school": "Wren school",
        "associated": _associated("Robin", 50),
        "additional_info": "Wren info",
    }
    return copy.deepcopy(
        {
            "incident": {
                "type": "enticement",
                "platform": "Fjord",
                "urgent_because": "a threat with a term",
                "annotations": [
                    "sextortion",
                    "solicitation",
                    "minor-to-minor",
                    "spam",
                    "sadistic-exploitation",
                    "informational",
                ],
                "at": "2026-11-20T10:00:00+01:00",
                "at_described": "upload of the first file",
            },
            "details": _details(),
            "law_enforcement": {
                "agency": "Coast Guard",
                "case_number": "CG-1",
                "officer": _contact("Skua"),
                "reported_to": True,
                "served_domestic": True,
                "served_international": True,
                "process_country": "DK",
            },
            "reporter": {
                "person": _person("Tern"),
                "contact": _contact("Gull"),
                "company_text": "Fjord, by the sea",
                "terms_of_service": "No rowdiness",
                "legal_url": "https://example.org/legal",
            },
            "subjects": [subject],
            "recipients": [recipient],
            "victims": [victim],
            "additional_info": "the whole story",
            "files": [_file()],
            "messages": text_only()["messages"],
            "payments": [
                {
                    "method": "gift card",
                    "at": "2026-11-19T20:00:00Z",
                    "amount_minor": 5_000,
                    "currency": "NOK",
                    "account": "card 1881",
                    "reference": "order 5",
                }
            ],
            "further": {"Weather": {"wind": "north", "sea": "calm"}, "Tide": 3},
            "absent": [
                {"field": "subjects[0].person.phones", "reason": "not-held", "because": "nobody asks for them"},
                {"field": "victims[].school", "reason": "not-known"},
            ],
        }
    )
