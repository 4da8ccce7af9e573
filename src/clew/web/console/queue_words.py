"""What the console says of the queue: signs, overrides, states, decisions and outcomes, in people's words."""

from datetime import datetime, timedelta

from clew.ground.text import count
from clew.records.intake import IntakeForm
from clew.records.mention import IdentifierKind, Part
from clew.records.triage import Factor, Override, OverrideKind, Place, PlaceState, Reason, WakeUp, Why
from clew.records.worked import CloseReason, OutcomeKind, PlaceAct
from clew.triage.score import chance_of

# Short enough for a mark, and what it means.
OVERRIDES = {
    OverrideKind.CHILD_IN_DANGER: ("Child in danger", "A child, or somebody for one, reports danger now"),
    OverrideKind.LIVE_STREAM: ("Live stream", "It tells of a live stream"),
    OverrideKind.ONGOING_EXTORTION: ("Ongoing extortion", "A child is extorted, and nothing says that it is over"),
    OverrideKind.NEW_MATERIAL: ("New material", "A person judged a file to be abuse, and no list holds it"),
    OverrideKind.HANDS_ON: ("Hands on", "It bears signs that a child is touched"),
    OverrideKind.POSITION_OF_TRUST: ("Position of trust", "Somebody whom children are entrusted to"),
    OverrideKind.VICTIM: ("A child can be found", "A child is named, can be found, or is seen and not identified"),
    OverrideKind.REPEAT_SUBJECT: ("Repeat subject", "Several platforms report the same subject"),
    OverrideKind.OFFICER_FACT: ("Officer's fact", "An officer confirmed supervision or a register"),
}
FACTORS = {
    "base": "Where every report starts",
    "urgent": "The sender says why a child is in danger now",
    "molestation": "Reported as the abuse of a child",
    "trafficking": "Reported as trafficking of a child",
    "enticement": "Reported as enticement of a child",
    "tourism": "Reported as travel to abuse",
    "extortion": "A child is extorted",
    "solicitation": "A child is asked for pictures or to meet",
    "sadistic": "Sadistic exploitation is reported",
    "minor-to-minor": "Between minors",
    "misleading": "A misleading domain or words",
    "spam": "The sender calls it spam",
    "informational": "The sender says that nothing in it asks for action",
    "from-public": "It came by the public form",
    "payment": "It tells of payments",
    "live-stream": "A file was streamed live",
    "physical-harm": "A file is annotated with physical harm",
    "infant": "A file is annotated with an infant",
    "prepubescent": "A file is of a class of young children",
    "new-material": "Files that no list holds",
    "self-produced": "A file is possibly self-produced",
    "viewed": "A person of the sender viewed a file",
    "listed": "Every file stands on a list",
    "viral": "A viral copy, or a batch",
    "drawn": "A file is drawn",
    "generated": "A file is generated",
    "victim": "A victim stands in it",
    "victim-found": "A victim is named, or has an account or a school",
    "chat-with-child": "Messages with a child",
    "several-recipients": "More than one recipient",
    "danger-words": "Words of danger",
    "self-harm-words": "Words of self-harm",
    "extortion-words": "Words of extortion",
    "hands-on-words": "Words of touching a child",
    "trust-words": "Words of somebody whom children are entrusted to",
    "live-words": "Words of a live stream",
    "linked-incident": "Another incident of the same cluster",
    "several-incidents": "Four incidents or more of the same cluster",
    "several-platforms": "Incidents from two senders or more",
    "linked-outcome": "Before, a child was safeguarded or somebody arrested",
    "sender-outcomes": "What became of the sender's earlier reports",
    "classifier": "An outside classifier's opinion; it only orders",
}
STATES = {
    PlaceState.WAITING: "Waits",
    PlaceState.CLAIMED: "Held",
    PlaceState.SECOND_LOOK: "Waits for a second look",
    PlaceState.DECIDED: "Decided",
    PlaceState.SET_ASIDE: "Set aside",
}
WOKEN = {
    WakeUp.DANGER: "a sign of danger",
    WakeUp.NEW_LINK: "a further linked report",
    WakeUp.NEW_UPLOADER: "a further uploader",
    WakeUp.NEW_FILE: "a file that was not known",
    WakeUp.VICTIM: "a sign of a victim",
    WakeUp.ANSWER: "the sender's answer",
    WakeUp.SCORE: "a risen score",
    WakeUp.PERSON: "a person's wish",
    WakeUp.OUTCOME: "an outcome elsewhere",
    WakeUp.LISTED: "a list that holds its hash",
    WakeUp.MORE_COPIES: "more copies",
}
ACTS = {
    PlaceAct.REFER: ("Refer it", "to a recipient; it leaves the line"),
    PlaceAct.ASK: ("Ask the sender", "for what it already holds; it sleeps until the answer"),
    PlaceAct.SET_ASIDE: ("Set it aside", "it comes up again when something new is in it"),
    PlaceAct.CLOSE: ("Close it", "nothing more is done; say why below"),
    PlaceAct.ESCALATE: ("Escalate it", "another person decides"),
    PlaceAct.DOWNGRADE: ("Lower it", "what stands ahead of the score does not hold; it waits by its score"),
}
DONE = {
    PlaceAct.REFER: "Referred",
    PlaceAct.ESCALATE: "Escalated",
    PlaceAct.CLOSE: "Closed",
    PlaceAct.ASK: "The sender is asked",
    PlaceAct.SET_ASIDE: "Set aside",
    PlaceAct.DOWNGRADE: "Lowered",
}
CLOSE_REASONS = {
    CloseReason.NOT_ACTIONABLE: "not actionable",
    CloseReason.NO_OFFENCE: "no offence",
    CloseReason.DUPLICATE: "a duplicate",
    CloseReason.VIRAL: "a known copy, sent on in outrage or in jest",
    CloseReason.GENERATED: "generated: no child, and no lead to one",
    CloseReason.WRONG_PLACE: "another office's",
    CloseReason.SPAM: "spam",
}
URGENT = {"yes": "Yes, a child was in danger", "no": "No", "unknown": "I cannot tell"}
WHY = {
    Why.OVERRIDE: "taken ahead of every score",
    Why.SCORE: "taken by its score",
    Why.OLDEST: "taken as the oldest",
    Why.AUDIT: "taken for the audit",
}
OUTCOMES = {
    OutcomeKind.CHILD_SAFEGUARDED: "A child was safeguarded",
    OutcomeKind.ARREST: "Somebody was arrested",
    OutcomeKind.NOT_ACTIONABLE: "It was not actionable",
    OutcomeKind.DUPLICATE: "It was a duplicate",
    OutcomeKind.WRONG_PLACE: "It was sent to the wrong place",
    OutcomeKind.CLEARED: "The subject was cleared",
}
OUTCOME_REASONS = {
    "no-identifier": "no identifier led anywhere",
    "no-time": "a time was missing",
    "no-file": "the file was missing",
    "not-an-offence": "not an offence",
    "too-old": "too old",
    "not-found": "nobody was found",
    "other": "another reason",
}
FACTS = {"supervision": "Under supervision", "register": "On a register"}
UNREACHED = {
    Reason.OUT_OF_REACH: "more urgent ones took the time there was",
    Reason.COPY: "it stands in the row of another incident",
    Reason.ASKED: "the sender was asked",
}
FORMS = {
    IntakeForm.CYBERTIPLINE: "the interface for senders",
    IntakeForm.FACTS: "a file of reports",
    IntakeForm.IDS_JSON: "a national centre's file",
    IntakeForm.VICS: "a case file of media",
    IntakeForm.BY_HAND: "a person here",
    IntakeForm.PUBLIC: "the public form",
}
KINDS = {
    IdentifierKind.ACCOUNT: "account",
    IdentifierKind.EMAIL: "e-mail",
    IdentifierKind.PHONE: "telephone",
    IdentifierKind.DEVICE: "device",
    IdentifierKind.WALLET: "wallet",
    IdentifierKind.BANK: "bank account",
    IdentifierKind.PAYMENT: "payment handle",
    IdentifierKind.GROUP: "group",
    IdentifierKind.URL: "web address",
    IdentifierKind.IP: "IP address",
    IdentifierKind.FILE: "file digest",
    IdentifierKind.PICTURE: "picture hash",
}
PARTS = {
    Part.SUBJECT: "the subject's",
    Part.VICTIM: "the child's",
    Part.RECIPIENT: "a recipient's",
    Part.REPORTER: "the reporter's",
    Part.OTHER: "in words, or of the incident",
}
SAID = {
    "released": "The place waits again where it stood.",
    "none": "Nothing waits that is open to you.",
    "undone": "The decision is taken back; the place waits where it stood.",
    "woken": "The place waits again.",
    "outcome": "The outcome is recorded; it flows to the score's model and to its senders' quality.",
    "outcome-withdrawn": "The outcome counts no more.",
    "fact": "The officer's fact is recorded; it stands ahead of the score.",
    "fact-withdrawn": "The officer's fact counts no more.",
    "moved": "Its reports are worked here now.",
}

# The bar shows log-odds, on which each factor moves it by its own weight: from 1 in 1,100 to 99 in 100.
_LEAST, _MOST = -7.0, 5.0
_LETTERS_SHOWN = 3
# In log-odds: what moves a chance by less is no finding of its own. And of 100, below which a report is called thin.
_A_FINDING, _TELLS_LITTLE = 0.5, 50


def chance(log_odds: float) -> str:
    """Log-odds as a chance of a hundred, with two figures that count."""
    share = 100 * chance_of(log_odds)
    if share < 0.1:  # noqa: PLR2004
        return "under 0.1 %"
    return f"{share:.2f} %" if share < 1 else f"{share:.1f} %" if share < 10 else f"{min(share, 99):.0f} %"  # noqa: PLR2004


def along(log_odds: float) -> str:
    """Where log-odds lie on the bar, 0 to 100."""
    return f"{100 * min(1.0, max(0.0, (log_odds - _LEAST) / (_MOST - _LEAST))):.1f}"


def signed(weight: float) -> str:
    """A factor's weight with its sign."""
    return f"{weight:+.2f}".replace("-", "\N{MINUS SIGN}")


def factor(name: str) -> str:
    """A factor in words; one of a model that these pages do not know, by its name."""
    return FACTORS.get(name, name.replace("-", " "))


def finding(place: Place) -> str:
    """What a row says of a place: what stands ahead of its score, or the strongest signs."""
    if place.overrides:
        return OVERRIDES[place.overrides[0].kind][1]
    signs = strongest(place)
    if signs and signs[0].weight >= _A_FINDING:
        return factor(signs[0].name)
    return "No sign of danger; it tells little" if place.completeness.figure < _TELLS_LITTLE else "No sign of danger"


def reasons(place: Place) -> str:
    """Why a place stands where it stands, in one line under its finding."""
    more = [OVERRIDES[each.kind][0].lower() for each in place.overrides[1:]]
    signs = strongest(place)
    if not place.overrides and signs and signs[0].weight >= _A_FINDING:
        signs = signs[1:]
    told = [f"also {each}" for each in more] + [
        f"{signed(each.weight)} {factor(each.name)[:1].lower()}{factor(each.name)[1:]}" for each in signs[:2]
    ]
    return " · ".join(told[:3])


def strongest(place: Place) -> list[Factor]:
    """The signs that raise its score, the strongest first."""
    raising = [each for each in place.risk.factors if each.weight > 0 and each.name != "base"]
    return sorted(raising, key=lambda each: -each.weight)


def override(each: Override) -> str:
    """What an override rests on."""
    if each.officer is not None and each.confirmed_at is not None:
        return f"{FACTS.get(each.source, each.source)}: {each.officer}, {each.confirmed_at:%Y-%m-%d}"
    return source(each.source)


def source(path: str) -> str:
    """A field's path as people read it: counted from 1, its joints as words."""
    spaced = path.replace("_", " ").replace(".", ", ")
    for number in range(9, -1, -1):
        spaced = spaced.replace(f"[{number}]", f" {number + 1}")
    return spaced


def waited(place: Place, now: datetime) -> str:
    """How long the place has stood in the line, in its largest units."""
    minutes = max(0, int((now - place.since) / timedelta(minutes=1)))
    if minutes < 60:  # noqa: PLR2004
        return f"waits {minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"waits {hours} h {minutes:02} min" if hours < 48 else f"waits {count(hours // 24, 'day')}"  # noqa: PLR2004


def counted(place: Place) -> str:
    """How many reports, copies and senders there are."""
    told = [count(place.reports, "report")]
    if place.copies:
        told.append(f"{count(place.copies, 'copy', 'copies')} among them")
    if place.uploaders > 1:
        told.append(f"{place.uploaders:,} accounts")
    return ", ".join(told)


def covered(value: str) -> str:
    """What is shown of a value that nobody asked for yet: its first and last letter."""
    return f"{value[:1]}…{value[-1:]}" if len(value) > _LETTERS_SHOWN else "…"
