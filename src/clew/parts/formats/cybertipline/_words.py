"""The grammar's own literals, and the words of ours that they stand for.

Source: NCMEC CyberTipline Reporting API, schema as of June 2025; ISO 3166-1 for the countries.
"""

from collections.abc import Mapping

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

# ISO 3166-1 alpha-2 as of 2026: what we write.
_ISO = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF
GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI
SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
VN VU WF WS YE YT ZA ZM ZW
"""
# What the schema takes besides: proxies, regions, dissolved states, Kosovo. Read, and never written.
_NOT_ISO = "A1 A2 O1 AN AP EU FX XK"
# The 50 states, the District and three territories.
_STATES = """
AK AL AR AZ CA CO CT DC DE FL GA GU HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA
PR RI SC SD TN TX UT VA VI VT WA WI WV WY
"""
COUNTRIES = frozenset(_ISO.split())
COUNTRIES_READ = COUNTRIES | frozenset(_NOT_ISO.split())
STATES = frozenset(_STATES.split())
