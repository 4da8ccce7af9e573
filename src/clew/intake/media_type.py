"""Naming formats by their first bytes where no decoder accepts them, so that the reason given is the true one."""

import re

# A picture or a film for which no decoder is installed is "unsupported"; a container has other files in it; anything
# else is simply no picture. TGA cannot be told: what names it stands at the file's end.
# Sources: ISO/IEC 15444-1 (JP2), ISO/IEC 18181-2 (JPEG XL), RFC 8794 (EBML), ISO/IEC 13818-1 (MPEG), netpbm's pbm(5)
# to pam(5), ZSoft's PCX manual (revision 5), W3C SVG 2, Microsoft's DDS guide, OpenEXR's file layout, Radiance's
# picture format, the QOI specification.
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
    (b"DDS ", "image/vnd.ms-dds"),
    (b"\x76\x2f\x31\x01", "image/x-exr"),
    (b"#?RADIANCE", "image/vnd.radiance"),
    (b"#?RGBE", "image/vnd.radiance"),
    (b"qoif", "image/qoi"),
)
_CONTAINERS = (
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
)
_PORTABLE = {b"1": "bitmap", b"2": "graymap", b"3": "pixmap", b"4": "bitmap", b"5": "graymap", b"6": "pixmap"}
_FORMS = (
    # Version 1 never was; runs are the one encoding; then the bits of a pixel.
    (re.compile(rb"\x0a[\x00\x02-\x05]\x01[\x01\x02\x04\x08]"), "image/vnd.zbrush.pcx"),
    (re.compile(rb"P7\s"), "image/x-portable-arbitrarymap"),
    # The element itself, or a prologue of XML with the element in sight.
    (re.compile(rb"(?s)(?:\xef\xbb\xbf)?\s*(?:<svg[\s>]|<(?:\?xml|!--|!DOCTYPE svg).*<svg[\s>])"), "image/svg+xml"),
)
# A number or a remark follows, which keeps a sentence that begins with "P1 " out.
_PORTABLE_FORM = re.compile(rb"P([1-6])\s+[0-9#]")


def recognise(head: bytes) -> str | None:
    """The media type of a format that Clew can name and not decode; None when the bytes tell nothing."""
    if head[4:8] == b"ftyp":
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "video/x-msvideo"
    if head.startswith(_EBML) and _WEBM in head:
        return "video/webm"
    if portable := _PORTABLE_FORM.match(head):
        return f"image/x-portable-{_PORTABLE[portable[1]]}"
    known = (media_type for start, media_type in (*_STARTS, *_CONTAINERS) if head.startswith(start))
    return next(known, None) or next((media_type for form, media_type in _FORMS if form.match(head)), None)


def is_container(media_type: str | None) -> bool:
    """Whether other files lie in it, pictures perhaps, at which nobody looked."""
    return any(media_type == each for _, each in _CONTAINERS)


def is_visual(media_type: str | None) -> bool:
    """Whether there is something to be seen in it."""
    return media_type is not None and media_type.startswith(("image/", "video/"))
