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
