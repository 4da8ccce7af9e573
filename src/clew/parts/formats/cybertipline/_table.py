"""The two documents of the schema: a report, and what is said of one of its files."""

from clew.parts.formats.cybertipline import _people as p
from clew.parts.formats.cybertipline import _report as q
from clew.parts.formats.cybertipline import _words as words
from clew.parts.formats.cybertipline._grammar import Attribute, Empty, Group, Kind, Knowledge, Marks, Row, Simple
from clew.parts.formats.cybertipline._people import FURTHER, MOMENT, TRUTH, URL, text
from clew.records import report as r
from clew.records import report_file as f

K = Knowledge

METADATA = Group(
    record=f.FileMetadata,
    attributes=(
        Attribute(
            name="type",
            field="kind",
            of=Simple(kind=Kind.WORD, words=words.METADATA_KINDS),
            knows=K(filled_from="which tool gave the values"),
        ),
    ),
    rows=(
        Row(
            name="nameValuePair",
            field="values",
            least=1,
            most=None,
            knows=K(filled_from="EXIF data of the upload, further hashes"),
            of=Group(
                record=f.NamedValue,
                rows=(
                    Row(name="name", field="name", of=text(64), least=1, knows=K(filled_from="EXIF data")),
                    Row(name="value", field="value", of=text(), least=1, knows=K(filled_from="EXIF data")),
                ),
            ),
        ),
    ),
)
_HASH = Group(
    record=f.FileHash,
    text=text(),
    text_field="value",
    text_knows=K(filled_from="hashing at the upload"),
    attributes=(
        Attribute(
            name="hashType",
            field="type",
            of=text(64),
            required=True,
            knows=K(filled_from="hashing at the upload"),
        ),
    ),
)
_AI = Group(
    record=f.AiProvenance,
    extras=tuple(
        Row(name="", field=name, of=of, knows=K(filled_from="record of the generating service; told in words"))
        for name, of in (("model", text()), ("prompt", text()), ("source", text()), ("by_user", TRUTH))
    ),
)
_LEDGER = K(filled_from="the viewing ledger alone; nobody can set it")

FILE = Group(
    record=f.ReportFile,
    rows=(
        # Two elements that no record has: filing knows them, when the clearinghouse has answered.
        Row(
            name="reportId",
            field="",
            of=p.LONG,
            least=1,
            knows=K(filled_from="the clearinghouse's answer to the report"),
        ),
        Row(
            name="fileId",
            field="",
            of=Simple(kind=Kind.TOKEN),
            least=1,
            knows=K(filled_from="the clearinghouse's answer to the upload"),
        ),
        Row(name="fileName", field="file_name", of=text(), knows=K(filled_from="name under which it is sent")),
        Row(
            name="originalFileName",
            field="original_file_name",
            of=text(2_056),
            knows=K(filled_from="upload record", cost="names are searched for on seized devices", weight=2),
        ),
        Row(
            name="uploadedToEspTimestamp",
            field="uploaded_at",
            of=MOMENT,
            knows=K(
                filled_from="upload record",
                cost="without the time of the upload no address can be asked about",
                weight=4,
            ),
        ),
        Row(name="locationOfFile", field="url", of=URL, knows=K(filled_from="where the file was to be seen")),
        Row(name="fileViewedByEsp", field="viewed", of=TRUTH, knows=_LEDGER),
        Row(name="exifViewedByEsp", field="exif_viewed", of=TRUTH, knows=_LEDGER),
        Row(
            name="publiclyAvailable",
            field="publicly_available",
            of=TRUTH,
            knows=K(
                filled_from="visibility of the upload",
                cost="police may open a public file at once; of one left open they need a warrant first",
                weight=3,
            ),
        ),
        Row(
            name="fileRelevance",
            field="relevance",
            of=Simple(kind=Kind.WORD, words=words.RELEVANCES),
            knows=K(filled_from="the verdict"),
        ),
        Row(
            name="potentialMeme",
            field="potential_meme",
            of=TRUTH,
            not_with="fileAnnotations",
            knows=K(unfillable="the older form of the annotation potentialMeme, which says the same"),
        ),
        Row(
            name="fileAnnotations",
            field="annotations",
            of=Marks(words=words.FILE_ANNOTATIONS),
            knows=K(filled_from="the verdict"),
        ),
        Row(
            name="industryClassification",
            field="industry_class",
            of=Simple(kind=Kind.WORD, words=words.INDUSTRY_CLASSES),
            knows=K(filled_from="the verdict, of members of the industry's hash sharing"),
        ),
        Row(
            name="originalFileHash",
            field="hashes",
            of=_HASH,
            most=None,
            knows=K(
                filled_from="hashing at the upload",
                cost="without a hash nobody can find the same file in other cases unseen",
                weight=4,
            ),
        ),
        Row(
            name="ipCaptureEvent",
            field="ip_event",
            of=p.IP_EVENT,
            knows=K(
                filled_from="upload record",
                cost="ties this file to a line and so to a person",
                weight=6,
            ),
        ),
        Row(name="deviceId", field="devices", of=p.DEVICE, most=None, knows=K(filled_from="upload record")),
        Row(
            name="details",
            field="metadata",
            of=METADATA,
            most=None,
            knows=K(filled_from="EXIF data of the upload, further hashes"),
        ),
        Row(
            name="additionalInfo",
            field="additional_info",
            of=text(),
            most=None,
            knows=K(filled_from="composing: what was seen of it, its reference, its provenance"),
        ),
    ),
    extras=(
        Row(name="", field="key", of=text(), least=1, knows=K(filled_from="path or content id; never sent")),
        Row(name="", field="reference", of=text(), knows=K(filled_from="the platform's id of the upload")),
        Row(name="", field="ai_provenance", of=_AI, knows=K(filled_from="record of the generating service")),
        FURTHER,
    ),
)

REPORT = Group(
    record=r.Report,
    rows=(
        Row(
            name="batchedReport",
            field="batch",
            of=Empty(),
            knows=K(filled_from="one viral file from many accounts"),
            attributes=(
                Attribute(
                    name="reason",
                    field="batch",
                    of=Simple(kind=Kind.WORD, words=words.BATCH_REASONS),
                    required=True,
                    knows=K(filled_from="one viral file from many accounts"),
                ),
            ),
        ),
        Row(name="incidentSummary", field="incident", of=q.INCIDENT, least=1, knows=K(filled_from="the verdict")),
        Row(
            name="internetDetails",
            field="details",
            of=q.DETAIL,
            most=None,
            knows=K(
                filled_from="where on the platform it happened",
                cost="without it nobody knows whether to ask for mails, messages or pages",
                weight=3,
            ),
        ),
        Row(
            name="lawEnforcement",
            field="law_enforcement",
            of=q.LAW_ENFORCEMENT,
            knows=K(filled_from="legal request desk"),
        ),
        Row(name="reporter", field="reporter", of=q.REPORTER, least=1, knows=K(filled_from="settings")),
        Row(
            name="personOrUserReported",
            field="subjects",
            of=q.SUBJECT,
            most=None,
            knows=K(
                filled_from="account record",
                cost="without an account there is nobody to ask about",
                weight=10,
            ),
        ),
        Row(
            name="intendedRecipient",
            field="recipients",
            of=q.RECIPIENT,
            most=None,
            knows=K(filled_from="accounts to which something was sent"),
        ),
        Row(
            name="victim",
            field="victims",
            of=q.VICTIM,
            most=None,
            knows=K(filled_from="the child's account, messages, what was reported"),
        ),
        p.ADDITIONAL,
    ),
    extras=(
        Row(name="", field="files", of=FILE, most=None, knows=K(filled_from="the contents of the case")),
        Row(name="", field="messages", of=q.MESSAGE, most=None, knows=K(filled_from="the thread, with its context")),
        Row(name="", field="payments", of=q.PAYMENT, most=None, knows=K(filled_from="payment record")),
        FURTHER,
        Row(name="", field="absent", of=q.ABSENCE, most=None, knows=K(filled_from="whoever composes")),
    ),
)

ROOTS = {"report": REPORT, "fileDetails": FILE}
