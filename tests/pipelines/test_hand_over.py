"""A report handed over: its documents under one signed manifest, its evidence to one recipient's eyes only."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from clew.errors import InputError, NotFoundError, RefusedError
from clew.ground.signing import load, verify
from clew.parts.stores.base import Store
from clew.pipelines.hand_over import Request, hand_over
from clew.pipelines.legal_process import Asked, record_process
from clew.records.evidence import ProcessKind
from clew.records.filing import PaperKind
from clew.records.identifiers import CaseId, FilingId, ProcessId
from tests.pipelines.filing_house import ADA, FilingHouse, open_filing_house
from tests.web.ispws.clearinghouse_desk import ClearinghouseProcess, clearinghouse_process

BOATS, HARBOUR = b"boats " * 5000, b"a harbour at noon"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClearinghouseProcess]:
    with clearinghouse_process(tmp_path_factory.mktemp("clearinghouse")) as house:
        yield house


@pytest.fixture
def house(store: Store, tmp_path: Path, server: ClearinghouseProcess) -> FilingHouse:
    server.load()
    return open_filing_house(store, tmp_path / "data", server.address)


class Officer:
    """Somebody who has a certificate."""

    def __init__(self, *, elliptic: bool = False) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1()) if elliptic else rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An officer")])
        at = datetime(2025, 1, 1, tzinfo=UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
        made = made.serial_number(1).not_valid_before(at).not_valid_after(at + timedelta(days=3650))
        self.certificate = made.sign(self.key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def opens(self, enveloped: bytes) -> bytes:
        assert isinstance(self.key, rsa.RSAPrivateKey)
        return pkcs7.pkcs7_decrypt_der(enveloped, self.certificate, self.key, [])


@pytest.fixture(scope="module")
def officer() -> Officer:
    return Officer()


def filed(house: FilingHouse, *files: bytes) -> tuple[CaseId, FilingId]:
    case_id = house.case(*files)
    filing = house.order(case_id)
    house.work_to_the_end()
    return case_id, filing.id


def warrant(house: FilingHouse, case_id: CaseId, kind: ProcessKind = ProcessKind.WARRANT) -> ProcessId:
    at = house.clock() - timedelta(hours=1)
    asked = Asked(kind=kind, reference="W-1", authority="Harbour court", issued_at=at)
    return record_process(house.desk.strongroom, case_id, asked, actor=ADA).id


def test_a_package_holds_every_form_and_what_was_sent_under_a_signed_manifest(house, tmp_path):
    _, filing_id = filed(house, BOATS, HARBOUR)
    made = hand_over(house.desk.strongroom, Request(filing_id=filing_id, folder=tmp_path / "out"), actor=ADA)
    names = {each.name for each in made.folder.iterdir()}
    assert {"report.pdf", "certificate.pdf", "report.json", "report.vics.json", "report.case.jsonld"} <= names
    assert {"README.txt", "manifest.json", "manifest.sig"} <= names
    assert "NOT FILED" not in (made.folder / "README.txt").read_text()
    manifest = json.loads((made.folder / "manifest.json").read_bytes())
    for each in manifest["files"]:
        body = (made.folder / each["name"]).read_bytes()
        assert (len(body), hashlib.sha256(body).hexdigest()) == (each["size_bytes"], each["sha256"])
    assert {each["name"] for each in manifest["files"]} == names - {"manifest.json", "manifest.sig"}
    signature = bytes.fromhex((made.folder / "manifest.sig").read_text())
    assert verify(load(house.desk.settings.signing_key_path).public, made.manifest, signature)
    assert not verify(load(house.desk.settings.signing_key_path).public, made.manifest + b" ", signature)


def test_the_receipt_is_in_it_byte_for_byte(house, tmp_path):
    _, filing_id = filed(house, BOATS)
    made = hand_over(house.desk.strongroom, Request(filing_id=filing_id, folder=tmp_path / "out"), actor=ADA)
    receipt = next(each for each in house.file(filing_id).papers if each.kind is PaperKind.RECEIPT)
    assert receipt.body in {each.read_bytes() for each in made.folder.glob("sent-*receipt*")}


def test_no_evidence_leaves_without_a_legal_process(house, tmp_path):
    _, filing_id = filed(house, BOATS, HARBOUR)
    made = hand_over(house.desk.strongroom, Request(filing_id=filing_id, folder=tmp_path / "out"), actor=ADA)
    assert made.withheld == {1: "no legal process asks for it", 2: "no legal process asks for it"}
    assert not any(BOATS in each.read_bytes() or HARBOUR in each.read_bytes() for each in made.folder.iterdir())


def test_evidence_is_enveloped_to_its_recipient_and_never_in_clear(house, officer, tmp_path):
    case_id, filing_id = filed(house, BOATS, HARBOUR)
    asked = Request(
        filing_id=filing_id, folder=tmp_path / "out", process_id=warrant(house, case_id), certificate=officer.pem
    )
    made = hand_over(house.desk.strongroom, asked, actor=ADA)
    assert made.withheld == {}
    sealed = {each.name: each.read_bytes() for each in made.folder.glob("evidence-*.cms")}
    assert [officer.opens(sealed[name]) for name in sorted(sealed)] == [BOATS, HARBOUR]
    assert not any(BOATS in each.read_bytes() or HARBOUR in each.read_bytes() for each in made.folder.iterdir())
    assert "report.hand-over" in house.acts()


def test_what_nobody_viewed_stays_locked_to_a_process_that_does_not_unlock_it(house, officer, tmp_path):
    case_id, filing_id = filed(house, BOATS)
    process_id = warrant(house, case_id, ProcessKind.SUBPOENA)
    asked = Request(filing_id=filing_id, folder=tmp_path / "out", process_id=process_id, certificate=officer.pem)
    made = hand_over(house.desk.strongroom, asked, actor=ADA)
    assert "warrant" in made.withheld[1]
    assert list(made.folder.glob("evidence-*")) == []


def test_evidence_is_not_asked_for_without_a_certificate(house, tmp_path):
    case_id, filing_id = filed(house, BOATS)
    with pytest.raises(RefusedError, match="certificate"):
        hand_over(
            house.desk.strongroom,
            Request(filing_id=filing_id, folder=tmp_path / "out", process_id=warrant(house, case_id)),
            actor=ADA,
        )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "certificate", [b"", b"no certificate", Officer(elliptic=True).pem], ids=["empty", "text", "EC"]
)
def test_a_certificate_that_cannot_be_enveloped_to_is_refused_before_anything_is_opened(house, certificate, tmp_path):
    case_id, filing_id = filed(house, BOATS)
    asked = Request(
        filing_id=filing_id, folder=tmp_path / "out", process_id=warrant(house, case_id), certificate=certificate
    )
    with pytest.raises(InputError, match="RSA"):
        hand_over(house.desk.strongroom, asked, actor=ADA)
    assert not (tmp_path / "out").exists()


def test_a_report_that_is_not_filed_yet_says_so_and_claims_no_viewing(house, tmp_path):
    filing = house.order(house.case(BOATS))
    made = hand_over(house.desk.strongroom, Request(filing_id=filing.id, folder=tmp_path / "out"), actor=ADA)
    told = json.loads((made.folder / "report.json").read_bytes().decode("utf-8-sig"))
    assert told["dateReceived"] is None
    assert "NOT FILED" in (made.folder / "README.txt").read_text()
    assert [each["viewedByEsp"] for each in told["reportedInformation"]["uploadedFiles"]["uploadedFiles"]] == [False]


def test_a_case_of_text_alone_is_handed_over(house, tmp_path):
    _, filing_id = filed(house)
    made = hand_over(house.desk.strongroom, Request(filing_id=filing_id, folder=tmp_path / "out"), actor=ADA)
    assert (made.folder / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_an_unknown_filing_is_named(house, tmp_path):
    with pytest.raises(NotFoundError):
        hand_over(house.desk.strongroom, Request(filing_id=FilingId("none"), folder=tmp_path), actor=ADA)
