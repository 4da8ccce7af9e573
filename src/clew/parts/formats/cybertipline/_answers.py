"""The answers of a clearinghouse: to a report, a file and its details, and to the end of a filing."""

from dataclasses import dataclass

from clew.errors import InputError
from clew.ground.safe_xml import XmlNode, read_xml, write_xml
from clew.parts.formats.base import Answer
from clew.parts.formats.cybertipline._grammar import Kind, Simple
from clew.parts.formats.cybertipline._values import read_value

# An answer has a few hundred bytes; whoever sends more means no good.
_MAX_BYTES = 1 << 20
# Of a description only so much is kept: it is shown to a person and stands in no log.
_SHOWN_CHARS = 1_000
_INT, _LONG = Simple(kind=Kind.INT), Simple(kind=Kind.LONG)


def read_answer(xml: bytes) -> Answer:
    """The answer; elements that it has beyond the known ones are passed over, since the grammar may grow.

    Raises:
        InputError: it is no answer of a clearinghouse.
    """
    root = read_xml(xml, max_bytes=_MAX_BYTES, max_depth=8)
    found = _Found(root)
    if root.name == "reportResponse":
        return Answer(
            code=found.number("responseCode", _INT),
            description=(found.find("responseDescription") or "")[:_SHOWN_CHARS],
            report_number=found.find_number("reportId"),
            file_id=found.find("fileId"),
            hash=found.find("hash"),
        )
    if root.name == "reportDoneResponse":
        files = [child for each in root.children if each.name == "files" for child in each.children]
        return Answer(
            code=found.number("responseCode", _INT),
            report_number=found.number("reportId", _LONG),
            done=True,
            file_ids=tuple(each.text.strip() for each in files if each.name == "fileId"),
        )
    raise InputError("expected an answer of a clearinghouse (reportResponse or reportDoneResponse), came another")


def write_answer(answer: Answer) -> bytes:
    """The answer as a document."""
    code = XmlNode(name="responseCode", text=str(answer.code))
    number = _node("reportId", answer.report_number)
    if answer.done:
        files = tuple(XmlNode(name="fileId", text=each) for each in answer.file_ids)
        children = (code, *number, XmlNode(name="files", children=files))
        return write_xml(XmlNode(name="reportDoneResponse", children=children), standalone=True)
    said = XmlNode(name="responseDescription", text=answer.description)
    children = (code, said, *number, *_node("fileId", answer.file_id), *_node("hash", answer.hash))
    return write_xml(XmlNode(name="reportResponse", children=children), standalone=True)


def _node(name: str, value: object) -> tuple[XmlNode, ...]:
    return () if value is None else (XmlNode(name=name, text=str(value)),)


@dataclass(frozen=True, slots=True)
class _Found:
    """What stands directly in an answer."""

    root: XmlNode

    def find(self, name: str) -> str | None:
        """The text of the one element of that name; None when there is none."""
        found = [child.text.strip() for child in self.root.children if child.name == name]
        if len(found) > 1:
            raise InputError(f"expected one <{name}> in the answer, came {len(found)}")
        return found[0] if found else None

    def find_number(self, name: str) -> int | None:
        """The number that an element holds; None when there is no such element."""
        return self.number(name, _LONG) if self.find(name) else None

    def number(self, name: str, kind: Simple) -> int:
        """The number that an element holds."""
        text = self.find(name)
        if text is None:
            raise InputError(f"expected <{name}> in the answer, came none")
        read = read_value(kind, text)
        if not isinstance(read, int):
            raise InputError(f"expected a number in <{name}> of the answer")
        return read
