"""The ids and names by which records point at one another."""

from typing import NewType

SignalType = NewType("SignalType", str)  # the name of a signal part: "md5", "sha1", "sha256", "pdq"
ListId = NewType("ListId", int)  # small: it is the list number inside index segments
ListName = NewType("ListName", str)
EntryId = NewType("EntryId", int)  # never used again after removal
SourceName = NewType("SourceName", str)
HitId = NewType("HitId", str)  # 26 characters, ordered by time
RunId = NewType("RunId", str)
KeyId = NewType("KeyId", str)
ChangeSequence = NewType("ChangeSequence", int)  # one for each transaction that changes a list; rises in commit order

UserId = NewType("UserId", str)  # 26 characters; the name by which a person signs in may change
SubjectId = NewType("SubjectId", str)  # an account at the platform, as Clew knows it
CaseId = NewType("CaseId", str)  # one subject's incident: its review, its evidence under one data key, its reports
ContentId = NewType("ContentId", str)  # one upload or message of a case
JobId = NewType("JobId", str)  # a review job: what a person decides about one case
VerdictId = NewType("VerdictId", str)
ViewId = NewType("ViewId", str)  # one line of the viewing ledger
OpinionId = NewType("OpinionId", str)  # a second opinion that was asked for
AppealId = NewType("AppealId", str)
AlertId = NewType("AlertId", str)  # what stands until somebody has seen to it
ObjectId = NewType("ObjectId", str)  # 64 hexadecimal digits: the keyed digest by which the vault knows sealed bytes
HoldId = NewType("HoldId", str)
PermitId = NewType("PermitId", str)  # one leave to open sealed bytes
ProcessId = NewType("ProcessId", str)  # a legal request on a case, as it was recorded
DestructionId = NewType("DestructionId", str)
ReportId = NewType("ReportId", str)  # ours; the clearinghouse's number stands in the filing
FilingId = NewType("FilingId", str)
TaskId = NewType("TaskId", str)  # a job of the outbox
AuditKeyId = NewType("AuditKeyId", int)  # the key of one subject's commitments in the audit log

IntakeNumber = NewType("IntakeNumber", int)  # a report that was taken in; its sender knows it by this number, too
SenderId = NewType("SenderId", str)  # who sends reports to the clearinghouse's desk
QuestionId = NewType("QuestionId", str)  # what a sender was asked about data it holds
ClusterId = NewType("ClusterId", int)  # reports that look like one subject; the number of the oldest of them
BundleId = NewType("BundleId", int)  # copies of one incident; the number of the first of them
PlaceId = NewType("PlaceId", int)  # what a person works next: the cluster of that id and the copies bundled with it
LinkValueId = NewType("LinkValueId", int)  # an identifier as linking knows it
SuggestionId = NewType("SuggestionId", str)  # two reports that may tell of one subject; a person says
OutcomeId = NewType("OutcomeId", str)  # what became of a report or a cluster
ReferralId = NewType("ReferralId", str)  # a report or a cluster as it was sent to a recipient
RecipientId = NewType("RecipientId", str)  # an agency that takes referrals
UrlReportId = NewType("UrlReportId", str)  # an address that a hotline assesses
