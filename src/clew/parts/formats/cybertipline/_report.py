"""The schema of a report: the root, the incident and those involved.

Source: NCMEC CyberTipline Reporting API, schema and documentation as of June 2025; names of August 2026.
"""

from clew.parts.formats.cybertipline import _people as p
from clew.parts.formats.cybertipline import _words as words
from clew.parts.formats.cybertipline._grammar import (
    NEWEST,
    Attribute,
    Choice,
    Group,
    Kind,
    Knowledge,
    Marks,
    Row,
    Simple,
)
from clew.parts.formats.cybertipline._people import FURTHER, MOMENT, TRUTH, URL, text
from clew.records import report as r
from clew.records.subject import Payment

K = Knowledge

INCIDENT = Group(
    record=r.Incident,
    rows=(
        Row(
            name="incidentType",
            field="type",
            of=Simple(kind=Kind.WORD, words=words.INCIDENT_TYPES),
            least=1,
            knows=K(filled_from="the flag or the verdict; where neither says it, whoever composes"),
        ),
        Row(name="platform", field="platform", of=text(256), knows=K(filled_from="the product where it happened")),
        Row(
            name="escalateToHighPriority",
            field="urgent_because",
            of=text(3_000, not_blank=True),
            knows=K(filled_from="the reviewer's reason, in an urgent case"),
        ),
        Row(
            name="reportAnnotations",
            field="annotations",
            of=Marks(words=words.REPORT_ANNOTATIONS, since={"informational": NEWEST}),
            knows=K(filled_from="the verdict"),
        ),
        Row(
            name="incidentDateTime",
            field="at",
            of=MOMENT,
            least=1,
            knows=K(filled_from="time of the upload or message"),
        ),
        Row(
            name="incidentDateTimeDescription",
            field="at_described",
            of=text(3_000),
            knows=K(
                filled_from="which event the time is that of, and how exact the clock is",
                cost="police compare this time with a carrier's log and must know what it is the time of",
                weight=1,
            ),
        ),
    ),
)

_CONTENT = Row(
    name="content",
    field="content",
    of=text(),
    knows=K(
        filled_from="the messages, with sender and time",
        cost="enticement and extortion stand in the words; without them there is nothing to act on",
        weight=6,
    ),
)
_ADDRESSES = Row(
    name="emailAddress",
    field="addresses",
    of=p.EMAIL,
    most=None,
    knows=K(filled_from="headers; each stands under an account, too"),
)
DETAIL = Choice(
    rows=(
        Row(
            name="webPageIncident",
            field="web_page",
            knows=K(filled_from="content that stood at an address of the web"),
            of=Group(
                record=r.WebPage,
                attributes=(
                    Attribute(
                        name="thirdPartyHostedContent",
                        field="third_party_hosted",
                        of=TRUTH,
                        knows=K(filled_from="where the content is stored"),
                    ),
                ),
                rows=(
                    Row(
                        name="url",
                        field="urls",
                        of=URL,
                        most=None,
                        knows=K(
                            filled_from="address of the content",
                            cost="the address shows who could see it, and where copies stand",
                            weight=4,
                        ),
                    ),
                    p.ADDITIONAL,
                ),
                extras=(FURTHER,),
            ),
        ),
        Row(
            name="emailIncident",
            field="mail",
            knows=K(filled_from="mail that passed the platform"),
            of=Group(record=r.Mail, rows=(_ADDRESSES, _CONTENT, p.ADDITIONAL), extras=(FURTHER,)),
        ),
        Row(
            name="newsgroupIncident",
            field="newsgroup",
            knows=K(filled_from="a posting in a newsgroup"),
            of=Group(
                record=r.Newsgroup,
                rows=(
                    Row(name="name", field="name", of=text(255), knows=K(filled_from="the group's name")),
                    _ADDRESSES,
                    _CONTENT,
                    p.ADDITIONAL,
                ),
                extras=(FURTHER,),
            ),
        ),
        Row(
            name="chatImIncident",
            field="chat",
            knows=K(filled_from="messages between accounts"),
            of=Group(
                record=r.Chat,
                rows=(
                    Row(name="chatClient", field="client", of=text(255), knows=K(filled_from="the product's name")),
                    Row(name="chatRoomName", field="room", of=text(255), knows=K(filled_from="the room's name")),
                    _CONTENT,
                    p.ADDITIONAL,
                ),
                extras=(FURTHER,),
            ),
        ),
        Row(
            name="onlineGamingIncident",
            field="game",
            knows=K(filled_from="messages or meetings in a game"),
            of=Group(
                record=r.Game,
                rows=(
                    Row(name="gameName", field="name", of=text(255), knows=K(filled_from="the game's name")),
                    Row(name="console", field="console", of=text(255), knows=K(filled_from="client of the session")),
                    _CONTENT,
                    p.ADDITIONAL,
                ),
                extras=(FURTHER,),
            ),
        ),
        Row(
            name="cellPhoneIncident",
            field="cell_phone",
            knows=K(filled_from="calls or text messages"),
            of=Group(
                record=r.CellPhone,
                rows=(
                    Row(name="phoneNumber", field="number", of=p.PHONE, knows=K(filled_from="record of the call")),
                    Row(
                        name="latitude",
                        field="latitude_deg",
                        of=Simple(kind=Kind.DEGREES, least=-90, most=90),
                        knows=K(filled_from="position that the user shared"),
                    ),
                    Row(
                        name="longitude",
                        field="longitude_deg",
                        of=Simple(kind=Kind.DEGREES, least=-180, most=180),
                        knows=K(filled_from="position that the user shared"),
                    ),
                    p.ADDITIONAL,
                ),
                extras=(FURTHER,),
            ),
        ),
        Row(
            name="nonInternetIncident",
            field="outside_internet",
            knows=K(filled_from="what a user has told the platform"),
            of=Group(
                record=r.OutsideInternet,
                rows=(
                    Row(name="locationName", field="place", of=text(255), knows=K(filled_from="what was told")),
                    Row(
                        name="incidentAddress",
                        field="addresses",
                        of=p.ADDRESS,
                        most=None,
                        knows=K(filled_from="what was told"),
                    ),
                    p.ADDITIONAL,
                ),
                extras=(FURTHER,),
            ),
        ),
        Row(
            name="peer2peerIncident",
            field="peer_to_peer",
            knows=K(filled_from="transfers in a file-sharing network"),
            of=Group(
                record=r.PeerToPeer,
                rows=(
                    Row(name="client", field="client", of=text(255), knows=K(filled_from="the client's name")),
                    p.IP_EVENTS,
                    Row(name="fileNames", field="file_names", of=text(), knows=K(filled_from="record of transfers")),
                    p.ADDITIONAL,
                ),
                extras=(FURTHER,),
            ),
        ),
    )
)

LAW_ENFORCEMENT = Group(
    record=r.LawEnforcement,
    rows=(
        Row(name="agencyName", field="agency", of=text(255), least=1, knows=K(filled_from="legal request desk")),
        Row(name="caseNumber", field="case_number", of=text(100), knows=K(filled_from="legal request desk")),
        Row(name="officerContact", field="officer", of=p.CONTACT, knows=K(filled_from="legal request desk")),
        Row(name="reportedToLe", field="reported_to", of=TRUTH, knows=K(filled_from="legal request desk")),
        Row(
            name="servedLegalProcessDomestic",
            field="served_domestic",
            of=TRUTH,
            knows=K(filled_from="legal request desk"),
        ),
        Row(
            name="servedLegalProcessInternational",
            field="served_international",
            of=TRUTH,
            knows=K(filled_from="legal request desk"),
            attributes=(
                Attribute(
                    name="fleaCountry",
                    field="process_country",
                    of=p.COUNTRY,
                    knows=K(filled_from="legal request desk"),
                ),
            ),
        ),
    ),
)
REPORTER = Group(
    record=r.Reporter,
    rows=(
        Row(
            name="reportingPerson",
            field="person",
            of=p.PERSON,
            least=1,
            knows=K(filled_from="settings: who reports, with a mail address"),
        ),
        Row(
            name="contactPerson",
            field="contact",
            of=p.CONTACT,
            knows=K(
                filled_from="settings: who can be reached at night",
                cost="in an emergency police need somebody who answers at night",
                weight=2,
            ),
        ),
        Row(name="companyTemplate", field="company_text", of=text(), knows=K(filled_from="settings")),
        Row(name="termsOfService", field="terms_of_service", of=text(), knows=K(filled_from="settings")),
        Row(
            name="legalURL",
            field="legal_url",
            of=URL,
            knows=K(filled_from="settings", cost="says where legal process is to be sent", weight=1),
        ),
    ),
)

SUBJECT = Group(
    record=r.ReportedSubject,
    rows=(
        Row(name="personOrUserReportedPerson", field="person", of=p.PERSON, knows=K(filled_from="account record")),
        Row(name="vehicleDescription", field="vehicle", of=text(300), knows=K(filled_from="messages, pictures")),
        p.IDENTIFIER,
        p.SERVICE,
        p.COMPROMISED,
        p.SCREEN_NAME,
        p.DISPLAY_NAMES,
        p.PROFILE_URLS,
        p.PROFILE_BIO,
        p.IP_EVENTS,
        p.DEVICES,
        Row(
            name="thirdPartyUserReported",
            field="third_party",
            of=TRUTH,
            knows=K(filled_from="the account is another company's"),
        ),
        p.PRIOR_REPORTS,
        p.GROUP_IDENTIFIER,
        p.TEMPORARILY_CLOSED,
        p.PERMANENTLY_CLOSED,
        p.LOCATED,
        p.ALL_EMAILS,
        p.ASSOCIATED_ACCOUNTS,
        p.ADDITIONAL,
    ),
    extras=(FURTHER,),
)
RECIPIENT = Group(
    record=r.Recipient,
    rows=(
        Row(name="intendedRecipientPerson", field="person", of=p.PERSON, knows=K(filled_from="account record")),
        p.IDENTIFIER,
        p.SERVICE,
        p.COMPROMISED,
        p.SCREEN_NAME,
        p.DISPLAY_NAMES,
        p.PROFILE_URLS,
        p.PROFILE_BIO,
        p.IP_EVENTS,
        p.DEVICES,
        p.PRIOR_REPORTS,
        p.GROUP_IDENTIFIER,
        p.TEMPORARILY_CLOSED,
        p.PERMANENTLY_CLOSED,
        p.LOCATED,
        p.ALL_EMAILS,
        Row(
            name="additionalInfo",
            field="additional_info",
            of=text(),
            most=None,
            knows=K(filled_from="composing: facts without a field of their own, stated absences"),
        ),
    ),
    extras=(FURTHER,),
)
VICTIM = Group(
    record=r.Victim,
    rows=(
        Row(
            name="victimPerson",
            field="person",
            of=p.PERSON,
            least=1,
            knows=K(filled_from="account record; an empty person where nothing is known"),
        ),
        p.IDENTIFIER,
        p.SERVICE,
        p.COMPROMISED,
        p.SCREEN_NAME,
        p.DISPLAY_NAMES,
        p.PROFILE_URLS,
        p.PROFILE_BIO,
        p.IP_EVENTS,
        p.DEVICES,
        Row(name="schoolName", field="school", of=text(255), knows=K(filled_from="messages, profile")),
        p.PRIOR_REPORTS,
        p.TEMPORARILY_CLOSED,
        p.PERMANENTLY_CLOSED,
        p.LOCATED,
        p.ALL_EMAILS,
        p.ASSOCIATED_ACCOUNTS,
        p.ADDITIONAL,
    ),
    extras=(FURTHER,),
)

_TOLD = K(filled_from="the platform's record; told in words, since the grammar has no element for it")
MESSAGE = Group(
    record=r.QuotedMessage,
    extras=(
        Row(name="", field="sender", of=text(), least=1, knows=_TOLD),
        Row(name="", field="text", of=text(), least=1, knows=_TOLD),
        Row(name="", field="at", of=Simple(kind=Kind.MOMENT), knows=_TOLD),
        Row(name="", field="ip_event", of=p.IP_EVENT, knows=_TOLD),
        Row(name="", field="reported", of=TRUTH, knows=_TOLD),
    ),
)
PAYMENT = Group(
    record=Payment,
    extras=(
        Row(name="", field="method", of=text(), least=1, knows=_TOLD),
        Row(name="", field="at", of=Simple(kind=Kind.MOMENT), knows=_TOLD),
        Row(name="", field="amount_minor", of=Simple(kind=Kind.LONG), knows=_TOLD),
        Row(name="", field="currency", of=text(), knows=_TOLD),
        Row(name="", field="account", of=text(), knows=_TOLD),
        Row(name="", field="reference", of=text(), knows=_TOLD),
    ),
)
ABSENCE = Group(
    record=r.Absence,
    extras=(
        Row(name="", field="field", of=text(), least=1, knows=K(filled_from="whoever composes")),
        Row(
            name="",
            field="reason",
            of=Simple(kind=Kind.WORD, words={each.value: each for each in r.AbsenceReason}),
            least=1,
            knows=K(filled_from="whoever composes"),
        ),
        Row(name="", field="because", of=text(), knows=K(filled_from="whoever composes")),
    ),
)
