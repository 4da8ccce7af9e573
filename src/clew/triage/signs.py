"""What a report says that its risk is told by: signs, each with the field that bears it, and what it leaves unsaid.

A sign is a fact of the report and bears no weight: a score weighs it (`score.py`), an override may follow from it
(`overrides.py`). What names a person's country, language, sex, age, origin or faith is no sign, and is never read here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from clew.records.intake import IntakeForm, IntakeReport
from clew.records.report import Chat, Game, IncidentType, Mail, Report, ReportAnnotation
from clew.records.report_file import Relevance, ReportFile
from clew.records.review import FileAnnotation, IndustryClass
from clew.records.triage import Sign
from clew.triage.words import WordKind, words_in

# In order of what is most worth knowing: a page lists them so.
OF_TYPE = {
    IncidentType.ENTICEMENT: "enticement",
    IncidentType.TRAFFICKING: "trafficking",
    IncidentType.MOLESTATION: "molestation",
    IncidentType.TOURISM: "tourism",
    IncidentType.MISLEADING_DOMAIN: "misleading",
    IncidentType.MISLEADING_WORDS: "misleading",
}
OF_ANNOTATION = {
    ReportAnnotation.SEXTORTION: "extortion",
    ReportAnnotation.SOLICITATION: "solicitation",
    ReportAnnotation.MINOR_TO_MINOR: "minor-to-minor",
    ReportAnnotation.SPAM: "spam",
    ReportAnnotation.SADISTIC_EXPLOITATION: "sadistic",
    ReportAnnotation.INFORMATIONAL: "informational",
}
OF_FILE = {
    FileAnnotation.LIVE_STREAMING: "live-stream",
    FileAnnotation.PHYSICAL_HARM: "physical-harm",
    FileAnnotation.VIOLENCE_GORE: "physical-harm",
    FileAnnotation.INFANT: "infant",
    FileAnnotation.POSSIBLE_SELF_PRODUCTION: "self-produced",
    FileAnnotation.POTENTIAL_MEME: "viral",
    FileAnnotation.VIRAL: "viral",
    FileAnnotation.ANIME_DRAWING_VIRTUAL_HENTAI: "drawn",
    FileAnnotation.GENERATIVE_AI: "generated",
}
OF_WORDS = {
    WordKind.DANGER: "danger-words",
    WordKind.SELF_HARM: "self-harm-words",
    WordKind.EXTORTION: "extortion-words",
    WordKind.HANDS_ON: "hands-on-words",
    WordKind.TRUST: "trust-words",
    WordKind.LIVE: "live-words",
}
_PREPUBESCENT = {IndustryClass.A1, IndustryClass.A2}
# Of a case file of a million rows the first files tell what the rest would.
_MOST_FILES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a report says and what it could have said.

    Attributes:
        signs: each name once, with its first source.
        untold: names of signs that nothing in the report tells of, either way.
    """

    signs: tuple[Sign, ...]
    untold: frozenset[str]

    def has(self, name: str) -> bool:
        """Whether it bears the sign."""
        return any(sign.name == name for sign in self.signs)

    def source(self, name: str) -> str:
        """Where it bears the sign; empty when it does not."""
        return next((sign.source for sign in self.signs if sign.name == name), "")


def signs_of(report: Report, intake: IntakeReport, *, listed: Callable[[str, str], bool | None]) -> Told:
    """What a report says.

    Args:
        listed: whether a file of a hash type and value, as in the report, is on any list; None where no list is asked,
            or none of that type is there.
    """
    found: dict[str, str] = {}
    for name, source in (
        *_of_incident(report, intake),
        *_of_files(report.files[:_MOST_FILES], listed),
        *_of_people(report),
    ):
        found.setdefault(name, source)
    for path, text in texts_of(report):
        for kind, phrase in words_in(text).items():
            found.setdefault(OF_WORDS[kind], f"{path}: {phrase}")
    signs = tuple(Sign(name=name, source=source) for name, source in found.items())
    return Told(signs=signs, untold=_untold(report) - frozenset(found))


def texts_of(report: Report) -> Iterator[tuple[str, str]]:
    """Every free text of a report, with its path."""
    given: list[tuple[str, str | None]] = [
        ("incident.urgent_because", report.incident.urgent_because),
        ("incident.at_described", report.incident.at_described),
        ("additional_info", report.additional_info),
    ]
    for number, detail in enumerate(report.details):
        if isinstance(detail, Mail | Chat | Game):
            given.append((f"details[{number}].content", detail.content))
        given.append((f"details[{number}].additional_info", detail.additional_info))
    given += [(f"messages[{number}].text", message.text) for number, message in enumerate(report.messages)]
    for number, victim in enumerate(report.victims):
        given.append((f"victims[{number}].additional_info", victim.additional_info))
    for number, subject in enumerate(report.subjects):
        given.append((f"subjects[{number}].additional_info", subject.additional_info))
    given += [(f"further[{number}].text", each.text) for number, each in enumerate(report.further)]
    return ((path, text) for path, text in given if text)


def _of_incident(report: Report, intake: IntakeReport) -> Iterator[tuple[str, str]]:
    incident = report.incident
    if incident.urgent_because:
        yield "urgent", "incident.urgent_because"
    if incident.type in OF_TYPE:
        yield OF_TYPE[incident.type], "incident.type"
    for annotation in sorted(incident.annotations):
        yield OF_ANNOTATION[annotation], "incident.annotations"
    if report.batch is not None:
        yield "viral", "batch"
    if intake.form is IntakeForm.PUBLIC:
        yield "from-public", "form"
    if report.payments:
        yield "payment", "payments"


def _of_files(files: Sequence[ReportFile], listed: Callable[[str, str], bool | None]) -> Iterator[tuple[str, str]]:
    reported = [(n, file) for n, file in enumerate(files) if file.relevance is not Relevance.SUPPLEMENTAL]
    answers = [_on_list(file, listed) for _, file in reported]
    for (number, file), on_list in zip(reported, answers, strict=True):
        path = f"files[{number}]"
        yield from ((name, f"{path}.{field}") for name, field in _of_file(file))
        if on_list is False and _is_new_material(file):
            yield "new-material", f"{path}.industry_class"
    if answers and all(answers):
        yield "listed", "files"


def _of_file(file: ReportFile) -> Iterator[tuple[str, str]]:
    for annotation in sorted(file.annotations):
        if annotation in OF_FILE:
            yield OF_FILE[annotation], "annotations"
    if file.potential_meme:
        yield "viral", "potential_meme"
    if file.ai_provenance is not None:
        yield "generated", "ai_provenance"
    if file.industry_class in _PREPUBESCENT:
        yield "prepubescent", "industry_class"
    if file.viewed:
        yield "viewed", "viewed"


def _on_list(file: ReportFile, listed: Callable[[str, str], bool | None]) -> bool | None:
    """True when any hash of it is on a list; None when that is not known of any."""
    answers = [answer for each in file.hashes if (answer := listed(each.type, each.value)) is not None]
    return any(answers) if answers else None


def _is_new_material(file: ReportFile) -> bool:
    """Whether somebody judged it to show abuse, and nothing says that it is drawn, made up or passed around."""
    innocent = {
        FileAnnotation.GENERATIVE_AI,
        FileAnnotation.ANIME_DRAWING_VIRTUAL_HENTAI,
        FileAnnotation.VIRAL,
        FileAnnotation.POTENTIAL_MEME,
    }
    return file.industry_class is not None and file.ai_provenance is None and not file.annotations & innocent


def _of_people(report: Report) -> Iterator[tuple[str, str]]:
    for number, victim in enumerate(report.victims):
        yield "victim", f"victims[{number}]"
        named = victim.person.first_name or victim.person.last_name or victim.school
        if named or victim.identifier or victim.screen_name or victim.profile_urls:
            yield "victim-found", f"victims[{number}]"
    talk = report.messages or any(
        isinstance(detail, Chat | Game | Mail) and detail.content for detail in report.details
    )
    if talk and report.victims:
        yield "chat-with-child", "messages" if report.messages else "details"
    if len(report.recipients) > 1:
        yield "several-recipients", "recipients"


def _untold(report: Report) -> frozenset[str]:
    """Signs of which nothing in the report tells."""
    untold: set[str] = set()
    if report.incident.type is None:
        untold |= set(OF_TYPE.values())
    if not report.files or not any(file.viewed or file.annotations or file.industry_class for file in report.files):
        untold |= {*OF_FILE.values(), "prepubescent", "new-material"} - {"viral"}
    if next(texts_of(report), None) is None:
        untold |= set(OF_WORDS.values())
    if not report.victims:
        untold |= {"victim-found"}
        if not report.messages and not report.details:
            untold |= {"victim", "chat-with-child"}
    return frozenset(untold)
