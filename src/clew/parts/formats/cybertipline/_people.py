"""The part of the schema that describes people, their accounts, addresses and devices."""

from clew.parts.formats.cybertipline import _words as words
from clew.parts.formats.cybertipline._grammar import NEWEST, Attribute, Group, Kind, Knowledge, Row, Simple
from clew.records import report as r
from clew.records.report_file import Labelled
from clew.records.subject import Device, Email, IpEvent

K = Knowledge

# A port number; an age in years. Source: documentation of the Reporting API, June 2025.
_PORT, _AGE = (1, 65_535), (0, 150)


def text(max_chars: int | None = None, *, not_blank: bool = False) -> Simple:
    """Text of at most so many characters."""
    return Simple(kind=Kind.TEXT, max_chars=max_chars, not_blank=not_blank)


MOMENT = Simple(kind=Kind.MOMENT, past=True)
TRUTH = Simple(kind=Kind.TRUTH)
URL = Simple(kind=Kind.URL, max_chars=2_083)
COUNTRY = Simple(kind=Kind.COUNTRY)
LONG = Simple(kind=Kind.LONG, least=1)
AGE = Simple(kind=Kind.INT, least=_AGE[0], most=_AGE[1])
BIRTH = Simple(kind=Kind.DAY, past=True)
EVENT = Simple(kind=Kind.WORD, words=words.EVENTS)

LABELLED = Group(
    record=Labelled,
    extras=(
        Row(name="", field="label", of=text(), knows=K(filled_from="whoever knows the fact"), least=1),
        Row(name="", field="text", of=text(), knows=K(filled_from="whoever knows the fact"), least=1),
    ),
)
FURTHER = Row(
    name="",
    field="further",
    of=LABELLED,
    most=None,
    knows=K(filled_from="anything held that has no field of its own; it goes to the additional information"),
)

PHONE = Group(
    record=r.Phone,
    text=Simple(kind=Kind.PHONE, max_chars=50),
    text_field="number",
    text_knows=K(filled_from="account record, recovery settings, payment record"),
    attributes=(
        Attribute(
            name="type",
            field="kind",
            of=Simple(kind=Kind.WORD, words=words.PHONE_KINDS),
            knows=K(filled_from="account record"),
        ),
        Attribute(name="verified", field="verified", of=TRUTH, knows=K(filled_from="log of confirmations")),
        Attribute(name="verificationDate", field="verified_at", of=MOMENT, knows=K(filled_from="log of confirmations")),
        Attribute(
            name="countryCallingCode",
            field="calling_code",
            of=Simple(kind=Kind.CALLING_CODE),
            knows=K(filled_from="account record"),
        ),
        Attribute(
            name="extension",
            field="extension",
            of=Simple(kind=Kind.EXTENSION, max_chars=10),
            knows=K(filled_from="account record of a business"),
        ),
    ),
)
EMAIL = Group(
    record=Email,
    text=Simple(kind=Kind.EMAIL, max_chars=255),
    text_field="address",
    text_knows=K(filled_from="account record"),
    attributes=(
        Attribute(
            name="type",
            field="kind",
            of=Simple(kind=Kind.WORD, words=words.EMAIL_KINDS),
            knows=K(filled_from="account record"),
        ),
        Attribute(name="verified", field="verified", of=TRUTH, knows=K(filled_from="log of confirmations")),
        Attribute(name="verificationDate", field="verified_at", of=MOMENT, knows=K(filled_from="log of confirmations")),
    ),
)
ADDRESS = Group(
    record=r.Address,
    attributes=(
        Attribute(
            name="type",
            field="kind",
            of=Simple(kind=Kind.WORD, words=words.ADDRESS_KINDS),
            knows=K(filled_from="account or payment record"),
        ),
    ),
    rows=(
        Row(name="address", field="street", of=text(255), knows=K(filled_from="account or payment record")),
        Row(name="city", field="city", of=text(100), knows=K(filled_from="account or payment record")),
        Row(name="zipCode", field="postal_code", of=text(20), knows=K(filled_from="account or payment record")),
        Row(
            name="state",
            field="state",
            of=Simple(kind=Kind.STATE),
            knows=K(filled_from="account or payment record, in the United States"),
        ),
        Row(
            name="nonUsaState",
            field="region",
            of=text(100),
            knows=K(filled_from="account or payment record, outside the United States"),
        ),
        Row(
            name="country",
            field="country",
            of=COUNTRY,
            knows=K(
                filled_from="account or payment record",
                cost="without a country nobody knows which police to ask",
                weight=2,
            ),
        ),
    ),
)

_CONTACT_ROWS = (
    Row(name="firstName", field="first_name", of=text(100), knows=K(filled_from="account or payment record")),
    Row(name="lastName", field="last_name", of=text(100), knows=K(filled_from="account or payment record")),
    Row(
        name="phone",
        field="phones",
        of=PHONE,
        most=None,
        knows=K(
            filled_from="account record, recovery settings, payment record",
            cost="a telephone number is often the fastest way to a name",
            weight=5,
        ),
    ),
    Row(
        name="email",
        field="emails",
        of=EMAIL,
        most=None,
        knows=K(
            filled_from="account record, recovery settings",
            cost="a mail address leads to another provider, and to accounts elsewhere",
            weight=5,
        ),
    ),
    Row(name="address", field="addresses", of=ADDRESS, most=None, knows=K(filled_from="account or payment record")),
)
CONTACT = Group(record=r.Contact, rows=_CONTACT_ROWS)
PERSON = Group(
    record=r.Person,
    rows=(
        *_CONTACT_ROWS,
        Row(
            name="age",
            field="age",
            of=AGE,
            knows=K(
                filled_from="account record, or what the person wrote",
                cost="the youngest children are looked for first; without an age nobody can tell",
                weight=3,
            ),
        ),
        Row(
            name="ageAssertionDiscrepancy",
            field="age_contested",
            of=TRUTH,
            since=NEWEST,
            knows=K(filled_from="age check that does not agree with the account record"),
        ),
        Row(name="dateOfBirth", field="birth_date", of=BIRTH, knows=K(filled_from="account or payment record")),
    ),
)

IP_EVENT = Group(
    record=IpEvent,
    rows=(
        Row(
            name="ipAddress",
            field="address",
            of=Simple(kind=Kind.IP),
            least=1,
            knows=K(filled_from="access log"),
        ),
        Row(name="eventName", field="use", of=EVENT, knows=K(filled_from="access log")),
        Row(
            name="dateTime",
            field="at",
            of=MOMENT,
            knows=K(
                filled_from="access log",
                cost="addresses change hands; without the time the carrier can name nobody",
                weight=4,
            ),
        ),
        Row(name="possibleProxy", field="proxy", of=TRUTH, knows=K(filled_from="list of proxies")),
        Row(
            name="port",
            field="port",
            of=Simple(kind=Kind.INT, least=_PORT[0], most=_PORT[1]),
            knows=K(
                filled_from="access log with source ports",
                cost="hundreds of customers may share an IPv4 address; without the port the carrier can name none",
                weight=4,
            ),
        ),
    ),
)
DEVICE = Group(
    record=Device,
    rows=(
        Row(name="idType", field="kind", of=text(255), least=1, knows=K(filled_from="application log")),
        Row(name="idValue", field="value", of=text(2_083), least=1, knows=K(filled_from="application log")),
        Row(name="eventName", field="use", of=EVENT, knows=K(filled_from="application log")),
        Row(name="dateTime", field="at", of=MOMENT, knows=K(filled_from="application log")),
    ),
)
LOCATION = Group(
    record=r.Location,
    attributes=(
        Attribute(name="verified", field="verified", of=TRUTH, knows=K(filled_from="how the place was found")),
        Attribute(name="timestamp", field="at", of=MOMENT, knows=K(filled_from="how the place was found")),
    ),
    rows=(
        Row(
            name="city", field="city", of=text(255), knows=K(filled_from="geolocation of the address, in our database")
        ),
        Row(name="region", field="region", of=text(255), knows=K(filled_from="geolocation of the address")),
        Row(name="countryCode", field="country", of=COUNTRY, knows=K(filled_from="geolocation of the address")),
    ),
)
_CLOSURE_ATTRIBUTES = (
    Attribute(name="disabledDate", field="at", of=MOMENT, knows=K(filled_from="moderation log")),
    Attribute(name="userNotified", field="notified", of=TRUTH, knows=K(filled_from="moderation log")),
    Attribute(name="userNotifiedDate", field="notified_at", of=MOMENT, knows=K(filled_from="moderation log")),
)
PERMANENT_CLOSURE = Group(
    record=r.PermanentClosure,
    text=TRUTH,
    text_field="closed",
    text_knows=K(filled_from="moderation log"),
    attributes=_CLOSURE_ATTRIBUTES,
)
TEMPORARY_CLOSURE = Group(
    record=r.TemporaryClosure,
    text=TRUTH,
    text_field="closed",
    text_knows=K(filled_from="moderation log"),
    attributes=(
        *_CLOSURE_ATTRIBUTES,
        Attribute(name="reenabledDate", field="reopened_at", of=MOMENT, knows=K(filled_from="moderation log")),
    ),
)

# Rows that accounts share. Their order differs from element to element, so each names its own sequence of these.
IDENTIFIER = Row(
    name="espIdentifier",
    field="identifier",
    of=text(255),
    knows=K(
        filled_from="account record",
        cost="a warrant needs the account's own id, since names change",
        weight=6,
    ),
)
SERVICE = Row(name="espService", field="service", of=text(100), knows=K(filled_from="the product where it happened"))
COMPROMISED = Row(name="compromisedAccount", field="compromised", of=TRUTH, knows=K(filled_from="account security"))
SCREEN_NAME = Row(
    name="screenName",
    field="screen_name",
    of=text(256),
    knows=K(filled_from="account record", cost="the same name often leads to accounts elsewhere", weight=4),
)
DISPLAY_NAMES = Row(
    name="displayName", field="display_names", of=text(255), most=None, knows=K(filled_from="account record, history")
)
PROFILE_URLS = Row(name="profileUrl", field="profile_urls", of=URL, most=None, knows=K(filled_from="account record"))
PROFILE_BIO = Row(name="profileBio", field="profile_bio", of=text(), knows=K(filled_from="account record"))
IP_EVENTS = Row(
    name="ipCaptureEvent",
    field="ip_events",
    of=IP_EVENT,
    most=None,
    knows=K(
        filled_from="access log",
        cost="without an internet address there is often no way to a name at all",
        weight=10,
    ),
)
DEVICES = Row(
    name="deviceId",
    field="devices",
    of=DEVICE,
    most=None,
    knows=K(filled_from="application log", cost="a device ties accounts together and is found in a search", weight=3),
)
PRIOR_REPORTS = Row(
    name="priorCTReports",
    field="prior_reports",
    of=LONG,
    most=None,
    knows=K(filled_from="receipts of earlier reports on the account"),
)
GROUP_IDENTIFIER = Row(
    name="groupIdentifier", field="group_identifier", of=text(255), knows=K(filled_from="group that the account is in")
)
TEMPORARILY_CLOSED = Row(
    name="accountTemporarilyDisabled",
    field="temporarily_closed",
    of=TEMPORARY_CLOSURE,
    knows=K(filled_from="moderation log"),
)
PERMANENTLY_CLOSED = Row(
    name="accountPermanentlyDisabled",
    field="permanently_closed",
    of=PERMANENT_CLOSURE,
    knows=K(filled_from="moderation log", cost="police must know whether the person has been warned", weight=1),
)
LOCATED = Row(
    name="estimatedLocation",
    field="location",
    of=LOCATION,
    knows=K(
        filled_from="geolocation of the latest address, in a database of our own",
        cost="without a country the report waits until somebody has found out whose it is",
        weight=6,
    ),
)
ALL_EMAILS = Row(
    name="allEmailsReported", field="all_emails_reported", of=TRUTH, knows=K(filled_from="account record was complete")
)
ADDITIONAL = Row(
    name="additionalInfo",
    field="additional_info",
    of=text(),
    knows=K(filled_from="composing: facts without a field of their own, stated absences"),
)

ASSOCIATED = Group(
    record=r.AssociatedAccount,
    attributes=(
        Attribute(
            name="type",
            field="tie",
            of=Simple(kind=Kind.WORD, words=words.ACCOUNT_TIES),
            required=True,
            knows=K(filled_from="how the accounts were found to belong together"),
        ),
    ),
    rows=(
        Row(
            name="platform",
            field="platform",
            of=text(256),
            knows=K(filled_from="linked sign-in, profile"),
            attributes=(
                Attribute(name="thirdPartyUser", field="third_party", of=TRUTH, knows=K(filled_from="linked sign-in")),
            ),
        ),
        Row(name="firstName", field="first_name", of=text(256), knows=K(filled_from="account or payment record")),
        Row(name="middleName", field="middle_name", of=text(256), knows=K(filled_from="account or payment record")),
        Row(name="lastName", field="last_name", of=text(256), knows=K(filled_from="account or payment record")),
        Row(
            name="approximateAge",
            field="approximate_age",
            of=AGE,
            knows=K(filled_from="account record"),
        ),
        Row(name="dateOfBirth", field="birth_date", of=BIRTH, knows=K(filled_from="account or payment record")),
        Row(name="phone", field="phones", of=PHONE, most=None, knows=K(filled_from="account record")),
        Row(name="email", field="emails", of=EMAIL, most=None, knows=K(filled_from="account record")),
        ALL_EMAILS,
        Row(name="address", field="addresses", of=ADDRESS, most=None, knows=K(filled_from="payment record")),
        Row(name="espService", field="service", of=text(256), knows=K(filled_from="account record")),
        Row(name="espIdentifier", field="identifier", of=text(256), knows=K(filled_from="account record")),
        PROFILE_URLS,
        Row(name="screenName", field="screen_name", of=text(256), knows=K(filled_from="account record")),
        DISPLAY_NAMES,
        PROFILE_BIO,
        Row(
            name="groupIdentifier",
            field="group_identifier",
            of=text(256),
            knows=K(filled_from="group that the account is in"),
        ),
        COMPROMISED,
        TEMPORARILY_CLOSED,
        Row(
            name="accountPermanentlyDisabled",
            field="permanently_closed",
            of=PERMANENT_CLOSURE,
            knows=K(filled_from="moderation log"),
        ),
        Row(name="ipCaptureEvent", field="ip_events", of=IP_EVENT, most=None, knows=K(filled_from="access log")),
        Row(name="deviceId", field="devices", of=DEVICE, most=None, knows=K(filled_from="application log")),
        Row(
            name="priorCTReport",
            field="prior_reports",
            of=LONG,
            most=None,
            knows=K(filled_from="receipts of earlier reports on the account"),
        ),
        ADDITIONAL,
    ),
    extras=(FURTHER,),
)
ASSOCIATED_ACCOUNTS = Row(
    name="associatedAccount",
    field="associated",
    of=ASSOCIATED,
    most=None,
    knows=K(filled_from="accounts that share a device, a payment or a sign-in"),
)
