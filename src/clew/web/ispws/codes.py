"""The interface's response codes, each with its words and its HTTP status.

Source: CyberTipline Reporting API Technical Documentation, 2025-06-11, "Response codes", which calls its list not
exhaustive. It pairs a code with an HTTP status only for sign-in (401) and failed validation (400); the rest of the
table is our choice, so a client must go by the code.
"""

import enum


class Code(enum.IntEnum):
    """What a call came to."""

    OK = 0
    SERVER_ERROR = 1000
    SAVE_FAILED = 1100
    UPLOAD_FAILED = 1110
    FILE_UPLOAD_FAILED = 1111
    RESOURCE_NOT_FOUND = 1210
    UPDATE_FAILED = 1300
    SIGN_IN_NEEDED = 2000
    ACTION_NOT_ALLOWED = 3000
    SUBMIT_NOT_ALLOWED = 3100
    UPDATE_NOT_ALLOWED = 3300
    INVALID_REQUEST = 4000
    VALIDATION_FAILED = 4100
    MALFORMED_XML = 4110
    MALFORMED_FILE = 4200
    NO_SUCH_REPORT = 5001
    NO_SUCH_FILE = 5002
    ALREADY_RETRACTED = 5101
    ALREADY_FINISHED = 5102


STATUS: dict[Code, int] = {
    Code.OK: 200,
    Code.SERVER_ERROR: 500,
    Code.SAVE_FAILED: 500,
    Code.UPLOAD_FAILED: 500,
    Code.FILE_UPLOAD_FAILED: 500,
    Code.RESOURCE_NOT_FOUND: 404,
    Code.UPDATE_FAILED: 500,
    Code.SIGN_IN_NEEDED: 401,
    Code.ACTION_NOT_ALLOWED: 403,
    Code.SUBMIT_NOT_ALLOWED: 403,
    Code.UPDATE_NOT_ALLOWED: 403,
    Code.INVALID_REQUEST: 400,
    Code.VALIDATION_FAILED: 400,
    Code.MALFORMED_XML: 400,
    Code.MALFORMED_FILE: 400,
    Code.NO_SUCH_REPORT: 404,
    Code.NO_SUCH_FILE: 404,
    Code.ALREADY_RETRACTED: 409,
    Code.ALREADY_FINISHED: 409,
}

WORDS: dict[Code, str] = {
    Code.OK: "Success",
    Code.SERVER_ERROR: "Server error",
    Code.SAVE_FAILED: "Save failed",
    Code.UPLOAD_FAILED: "Upload failed",
    Code.FILE_UPLOAD_FAILED: "File upload failed",
    Code.RESOURCE_NOT_FOUND: "Resource not found",
    Code.UPDATE_FAILED: "Update failed",
    Code.SIGN_IN_NEEDED: "Authentication required",
    Code.ACTION_NOT_ALLOWED: "Not authorized for this action",
    Code.SUBMIT_NOT_ALLOWED: "Not authorized to submit",
    Code.UPDATE_NOT_ALLOWED: "Not authorized to update",
    Code.INVALID_REQUEST: "Invalid request",
    Code.VALIDATION_FAILED: "Validation failed",
    Code.MALFORMED_XML: "Malformed XML",
    Code.MALFORMED_FILE: "Malformed file",
    Code.NO_SUCH_REPORT: "Report does not exist",
    Code.NO_SUCH_FILE: "File does not exist",
    Code.ALREADY_RETRACTED: "Report is already retracted",
    Code.ALREADY_FINISHED: "Report is already finished",
}


class RefusalError(Exception):
    """A call is answered with a code other than 0.

    Args:
        because: what was expected and what came, for the engineer at the other side; nothing of the document itself.
    """

    def __init__(self, code: Code, because: str = "") -> None:
        super().__init__(f"{WORDS[code]}: {because}" if because else WORDS[code])
        self.code = code
