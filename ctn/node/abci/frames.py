"""Frames of ABCI: an unsigned varint with the length, then that many bytes of protobuf."""

from google.protobuf.message import DecodeError

from ctn.node.abci.pb.abci_pb2 import Request, Response

# A block of 2 MiB, or a snapshot chunk of 4 MiB, with what stands around it; a genesis is larger.
FRAME_MAX = 256 << 20
VARINT_MAX = 5


class FrameInvalid(ValueError):
    """What came is no frame, or none that this side takes."""


def varint(number: int) -> bytes:
    """An unsigned varint, least group of seven bits first."""
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    parts.append(number)
    return bytes(parts)


def frame(message: Request | Response) -> bytes:
    """The frame of a message."""
    data: bytes = message.SerializeToString(deterministic=True)
    return varint(len(data)) + data


class Frames:
    """Takes bytes as they come and gives whole frames."""

    def __init__(self, limit: int = FRAME_MAX) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that are whole now; raises FrameInvalid."""
        self._buffer += data
        found: list[bytes] = []
        at = 0
        while (start := self._length(at)) is not None:
            size, begin = start
            if begin + size > len(self._buffer):
                break
            found.append(bytes(self._buffer[begin : begin + size]))
            at = begin + size
        del self._buffer[:at]
        return found

    def _length(self, at: int) -> tuple[int, int] | None:
        """The length that a frame states, and where its bytes begin; None when more must come."""
        number = 0
        for place in range(VARINT_MAX):
            if at + place >= len(self._buffer):
                return None
            byte = self._buffer[at + place]
            number |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                if number > self._limit:
                    raise FrameInvalid(f"a frame of {number} bytes, at most {self._limit}")
                return number, at + place + 1
        raise FrameInvalid(f"a length of more than {VARINT_MAX} bytes")


def read_request(data: bytes) -> Request:
    """A request from the bytes of its frame; raises FrameInvalid."""
    try:
        request: Request = Request.FromString(data)
    except DecodeError:
        raise FrameInvalid("no request of ABCI 2.0") from None
    if request.WhichOneof("value") is None:
        raise FrameInvalid("a request without a method of ABCI 2.0")
    return request
