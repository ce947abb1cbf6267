"""Several files in one body: multipart/form-data, read to the letter or not at all (RFC 7578)."""

import re
from typing import Final, NamedTuple

from ctn.kernel.refusal import Malformed

PARTS_MAX: Final = 8
NAME: Final = r"[A-Za-z0-9._-]{1,100}"
_MEDIA: Final = re.compile(
    r"multipart/form-data; ?boundary=(\"?)([A-Za-z0-9'()+_,./:=?-]{1,70})\1", re.IGNORECASE
)
_HEAD: Final = re.compile(
    rb'Content-Disposition: form-data; name="file"; filename="(%b)"'
    rb"(?:\r\nContent-[A-Za-z-]{1,20}: [\x20-\x7e]{1,100}){0,2}" % NAME.encode(),
    re.IGNORECASE,
)


class Upload(NamedTuple):
    """A file that was sent."""

    name: str
    content: bytes


def boundary_of(media_type: str) -> str | None:
    """The boundary that a Content-Type names; None when it is of another kind."""
    found = _MEDIA.fullmatch(media_type)
    return None if found is None else found[2]


def uploads_of(body: bytes, boundary: str) -> list[Upload]:
    """The files of a body, 8 at most, each a part named `file`; refuses by Malformed."""
    first, *pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode(), PARTS_MAX + 1)
    if first or len(pieces) < 2 or pieces[-1] not in (b"--", b"--\r\n"):
        rule = f"multipart/form-data of 1 to {PARTS_MAX} files"
        raise Malformed(field="body", rule=rule)
    return [_upload(piece) for piece in pieces[:-1]]


def _upload(piece: bytes) -> Upload:
    head, gap, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    found = _HEAD.fullmatch(head)
    if found is None or not gap or not piece.startswith(b"\r\n"):
        raise Malformed(field="file", rule=f"a part named file, its filename {NAME}")
    return Upload(found[1].decode(), content)
