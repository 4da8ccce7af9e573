"""The grammar's own literals, and the words of ours that they stand for.

Source: NCMEC CyberTipline Reporting API, schema as of June 2025; ISO 3166-1 for the countries.
"""

from collections.abc import Mapping

from clew.parts.formats.cybertipline import _places
from clew.records.report import (
    AccountTie,
    AddressKind,
    BatchReason,
    IncidentType,
    PhoneKind,
    ReportAnnotation,
)
from clew.records.report_file import MetadataKind, Relevance
from clew.records.review import FileAnnotation, IndustryClass
from clew.records.subject import IpUse

INCIDENT_TYPES: Mapping[str, IncidentType] = {
    "Child Pornography (possession, manufacture, and distribution)": IncidentType.MATERIAL,
    "Child Sex Trafficking": IncidentType.TRAFFICKING,
    "Child Sex Tourism": IncidentType.TOURISM,
    "Child Sexual Molestation": IncidentType.MOLESTATION,
    "Misleading Domain Name": IncidentType.MISLEADING_DOMAIN,
    "Misleading Words or Digital Images on the Internet": IncidentType.MISLEADING_WORDS,
    "Online Enticement of Children for Sexual Acts": IncidentType.ENTICEMENT,
    "Unsolicited Obscene Material Sent to a Child": IncidentType.UNSOLICITED_MATERIAL,
}
REPORT_ANNOTATIONS: Mapping[str, ReportAnnotation] = {
    "sextortion": ReportAnnotation.SEXTORTION,
    "csamSolicitation": ReportAnnotation.SOLICITATION,
    "minorToMinorInteraction": ReportAnnotation.MINOR_TO_MINOR,
    "spam": ReportAnnotation.SPAM,
    "sadisticOnlineExploitation": ReportAnnotation.SADISTIC_EXPLOITATION,
    "informational": ReportAnnotation.INFORMATIONAL,
}
FILE_ANNOTATIONS: Mapping[str, FileAnnotation] = {
    "animeDrawingVirtualHentai": FileAnnotation.ANIME_DRAWING_VIRTUAL_HENTAI,
    "potentialMeme": FileAnnotation.POTENTIAL_MEME,
    "viral": FileAnnotation.VIRAL,
    "possibleSelfProduction": FileAnnotation.POSSIBLE_SELF_PRODUCTION,
    "physicalHarm": FileAnnotation.PHYSICAL_HARM,
    "violenceGore": FileAnnotation.VIOLENCE_GORE,
    "bestiality": FileAnnotation.BESTIALITY,
    "liveStreaming": FileAnnotation.LIVE_STREAMING,
    "infant": FileAnnotation.INFANT,
    "generativeAi": FileAnnotation.GENERATIVE_AI,
}
BATCH_REASONS: Mapping[str, BatchReason] = {"VIRAL_POTENTIAL_MEME": BatchReason.VIRAL_MEME}
RELEVANCES: Mapping[str, Relevance] = {
    "Reported": Relevance.REPORTED,
    "Supplemental Reported": Relevance.SUPPLEMENTAL,
}
INDUSTRY_CLASSES: Mapping[str, IndustryClass] = {each.value: each for each in IndustryClass}
METADATA_KINDS: Mapping[str, MetadataKind] = {"EXIF": MetadataKind.EXIF, "HASH": MetadataKind.HASH}
EVENTS: Mapping[str, IpUse] = {each.value.capitalize(): each for each in IpUse}
PHONE_KINDS: Mapping[str, PhoneKind] = {each.value.capitalize(): each for each in PhoneKind}
EMAIL_KINDS: Mapping[str, str] = {"Home": "home", "Work": "work", "Business": "business", "Recovery": "recovery"}
ADDRESS_KINDS: Mapping[str, AddressKind] = {each.value.capitalize(): each for each in AddressKind}
ACCOUNT_TIES: Mapping[str, AccountTie] = {
    "Billing": AccountTie.BILLING,
    "Linked": AccountTie.LINKED,
    "Business": AccountTie.BUSINESS,
    "Creator": AccountTie.CREATOR,
    "Parent/Guardian": AccountTie.GUARDIAN,
    "Other": AccountTie.OTHER,
}

# What the schema takes besides: proxies, regions, dissolved states, Kosovo. Read, and never written.
_NOT_ISO = "A1 A2 O1 AN AP EU FX XK"
# ISO 3166-1 alone: what we write.
COUNTRIES = frozenset(_places.COUNTRIES)
COUNTRIES_READ = COUNTRIES | frozenset(_NOT_ISO.split())
STATES = frozenset(_places.STATES)
