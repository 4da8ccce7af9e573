"""Naming formats by their first bytes where no decoder accepts them, so that the reason given is the true one."""

# A picture or a film for which no decoder is installed is "unsupported"; anything else is simply no picture.
# Sources: ISO/IEC 15444-1 (JP2), ISO/IEC 18181-2 (JPEG XL), RFC 8794 (EBML), ISO/IEC 13818-1 (MPEG).
_EBML = b"\x1a\x45\xdf\xa3"
# The document type's element: WebM is what browsers play of Matroska, and says so in its first bytes.
_WEBM = b"\x42\x82\x84webm"
_STARTS = (
    (b"\x00\x00\x00\x0cjP  ", "image/jp2"),
    (b"\xff\x4f\xff\x51", "image/j2c"),
    (b"\x00\x00\x00\x0cJXL ", "image/jxl"),
    (b"\xff\x0a", "image/jxl"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (_EBML, "video/x-matroska"),
    (b"FLV\x01", "video/x-flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
    (b"\x00\x00\x01\xb3", "video/mpeg"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
)


def recognise(head: bytes) -> str | None:
    """The media type of a format that Clew can name and not decode; None when the bytes tell nothing."""
    if head[4:8] == b"ftyp":
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "video/x-msvideo"
    if head.startswith(_EBML) and _WEBM in head:
        return "video/webm"
    return next((media_type for start, media_type in _STARTS if head.startswith(start)), None)


def is_visual(media_type: str | None) -> bool:
    """Whether there is something to be seen in it."""
    return media_type is not None and media_type.startswith(("image/", "video/"))
